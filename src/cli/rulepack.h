/*
 * rulepack.h - whatever the user called a set of rules, as an archive.
 *
 * A folder or a file is packed in memory, so what is listed, compared, tried and
 * published is one set of bytes, whatever happens to the files meanwhile. An archive is
 * taken as it is. A release that was published is known by the file that clients ask for
 * (SITE/rules/stable/7, by path or URL): its archive is fetched from beside it, and must
 * have the digest that the statement there names.
 */
#pragma once

#include "log/fault.h"
#include "release/archive.h"
#include "release/statement.h"

struct rulepack {
	char *name; /* as the user has it, for messages */
	int fd;     /* of the archive */
	struct archive archive;
	bool open;
	uint64_t ignored; /* links and the like, in a folder */
	/* of a published release; else sequence 0 */
	char channel[STATEMENT_CHANNEL + 1];
	uint64_t sequence;
};

/*
 * What of a folder counts: the rules; to be read also what they include (*.inc), to be
 * published also the texts that go with them (LICENSE, README ...).
 */
enum rulepack_for { RULEPACK_TO_READ, RULEPACK_TO_PUBLISH };

/* FAULT_IO, FAULT_ARCHIVE, and those of proofs and of fetching. Closed also then. */
MUST_USE enum err rulepack_open(
    const char *what, enum rulepack_for use, struct rulepack *out, struct fault *f);
/* One whose archive has this descriptor already, which is taken. */
MUST_USE enum err rulepack_of(
    int fd, const char *name, struct rulepack *out, struct fault *f);
void rulepack_close(struct rulepack *p);

/* All bytes of the archive. FAULT_IO. */
MUST_USE enum err rulepack_bytes(
    const struct rulepack *p, struct buf *out, struct fault *f);
