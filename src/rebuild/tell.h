/*
 * tell.h - the result of a rebuild, for people and for programs.
 *
 * The JSON object is what `candor attest rebuild` makes a statement of; docs/rebuild.md
 * describes it member by member. Both say the verdict first, and both say what was not
 * done: a root that was the host's, a closure with holes, a variation that this machine
 * cannot show.
 */
#pragma once

#include "rebuild/rebuild.h"

struct tell {
	const struct rebuild_plan *plan;
	const struct rebuild *rebuild;
	const char *version; /* of candor */
	int64_t date;        /* seconds since 1970 */
	bool full;           /* text: also what went into what, and all packages */
};

/* "bit-identical", "differs", "missing", "inconclusive": evidence/result.c knows them. */
const char *tell_result(enum rebuild_result r);

/*
 * What a build left that no name of recipe/artefacts stands for. Zero-initialised begins;
 * false: no more. what: "a fifo", NULL: a file.
 */
struct tell_extra {
	const char *name, *what;
	size_t at;
};
bool tell_extra_next(const struct tell *t, const struct build *b, struct tell_extra *x);

/* One object, one line. */
void tell_json(const struct tell *t, struct buf *out);
void tell_text(const struct tell *t, struct buf *out);

/* The closure of the first build in lines of sha256sum, then which went into what. */
void tell_closure(const struct tell *t, struct buf *out);

/* "timestamp, path": the likely causes that blame found; "" for none. */
void tell_guilty(unsigned guilty, struct buf *out);
