/*
 * examiners.h - whose word counts, and for what: the file beside the trust file.
 *
 *	examiner NAME VKEY
 *	examiners K-of-N [NAME...]
 *	product PATTERN K-of-N [NAME...]
 *	package PATTERN K-of-N [NAME...]
 *
 * The trust file (log/policy.h) says which logs and witnesses are believed, in a form
 * that others defined; this one says which examiners are, in the same style: words
 * between spaces or tabs, # begins a comment line, names are defined before they are
 * used, keys are signed notes' Ed25519 keys. candor-examiners(5).
 *
 * N is the number of the names that follow, or of all examiners of the file when none
 * does; that it must be right is on purpose, so that nobody weakens a rule by adding an
 * examiner elsewhere in the file. "examiners" is the rule of every product that no
 * "product" line matches. Packages (Debian's, at installation) are asked about only when
 * a "package" line matches. Several lines that match must all be met.
 */
#pragma once

#include "base/arena.h"
#include "log/fault.h"
#include "log/note.h"

enum {
	EXAMINERS_MOST = 64,
	EXAMINERS_RULES = 256,
	EXAMINERS_TEXT = 1048576, /* bytes */
};

struct examiner {
	struct bytes name;
	struct note_key key;
};

enum examiners_scope {
	EXAMINERS_ALL,     /* products without a line of their own */
	EXAMINERS_PRODUCT, /* what candor update fetches: a name of a release statement */
	EXAMINERS_PACKAGE, /* what apt installs */
};

struct examiners_rule {
	enum examiners_scope scope;
	const char *pattern; /* of the shell: * ? [set]; NULL: of EXAMINERS_ALL */
	uint32_t need, n;    /* so many of its n members */
	const uint32_t *member;
	unsigned line; /* of the file, from 1 */
};

/* Views of the text and the arena; both must outlive it. */
struct examiners {
	struct examiner one[EXAMINERS_MOST];
	uint32_t n;
	struct examiners_rule *rule;
	uint32_t nrule;
};

/* FAULT_EXAMINERS, with the number of the line; ERR_LIMIT: the arena. */
MUST_USE enum err examiners_parse(
    struct bytes text, struct arena *a, struct examiners *out, struct fault *f);

/*
 * The next rule at or after *at that a product or package of that name must meet; *at
 * moves behind it. NULL: there are no more. Begin with *at 0.
 */
const struct examiners_rule *examiners_next(const struct examiners *e,
    enum examiners_scope scope, struct bytes name, uint32_t *at);
