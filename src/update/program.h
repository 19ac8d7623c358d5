/*
 * program.h - candor update --release: a program, taken when examiners stand behind it.
 *
 * The publisher's statement is judged as one about rules is (judge.h): signed, logged,
 * cosigned, fresh, not older than what was seen. Then the statements of examiners are
 * fetched, all that there are and the same for everybody, and weighed (evidence/weigh.h):
 * only when enough of them rebuilt every artefact bit-identically, and nobody whom we
 * trust objects, are the artefacts fetched at all. Nothing is installed into the system:
 * they are put into a folder, whole or not at all, and how to install them is said.
 *
 * An objection that was seen once is kept: a server cannot take it back by not showing it
 * any more.
 */
#pragma once

#include "evidence/weigh.h"
#include "update/judge.h"
#include "update/update.h"

#define PROGRAM_STATEMENTS "statements.tar"

struct program_said {
	struct update_said update; /* changed: another release was put into the folder */
	struct judge_program program;
	uint32_t good, need;    /* examiners, of the artefact that has fewest */
	size_t statements;      /* bytes of them at hand */
	struct damaged damaged; /* of those */
	char *folder;           /* where the artefacts are; NULL: nowhere. malloced */
};

/*
 * into: the folder NAME-VERSION is made below it; NULL: below the state folder. A refusal
 * is ERR_FORMAT, and f tells; then nothing changed. FAULT_EXISTS: into has it already.
 */
MUST_USE enum err program_run(
    const struct update *u, const char *into, struct program_said *out, struct fault *f);

/* Only the statements, for candor-apt and candor verify. *bytes: of them at hand. */
MUST_USE enum err program_statements(
    const struct update *u, size_t *bytes, struct fault *f);
