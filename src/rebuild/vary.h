/*
 * vary.h - the two worlds that a source is built in.
 *
 * A build that gives the same bytes twice in the same place proves little. So the second
 * build happens elsewhere, at another time, by somebody else: whatever of that finds its
 * way into an artefact shows as a difference. A set of bits says which of the values
 * are the second world's, so that one can be tried alone to find the guilty (--blame).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"

enum vary {
#define VARY(name, word, text) VARY_##name,
#include "rebuild/vary.def"
#undef VARY
	VARY_COUNT,
};

#define VARY_NONE 0u
#define VARY_ALL  ((1u << VARY_COUNT) - 1)

/* The values that a build gets. Strings are literals, or the host's. */
struct vary_world {
	unsigned set;     /* which of the following are the second's: 1 << VARY_PATH... */
	const char *base; /* the folder that source, work and out are in */
	int64_t shift;    /* seconds that the wall clock is ahead */
	/*
	 * 0: the clock runs. Else (seconds since 1970) it starts there and runs a
	 * thousandth as fast, so that two builds see the same seconds: to find the
	 * guilty, who must not be mistaken for the time that passes between builds.
	 */
	int64_t slow_from;
	const char *host;
	const char *user;
	uid_t uid;
	const char *locale; /* LC_ALL and LANG */
	const char *zone;   /* TZ, in POSIX form: needs no time zone database */
	mode_t umask;
	unsigned cpus;
	bool descending; /* files are made from z to a, and so read in another order */
	bool extra;      /* variables that nothing should look at */
};

/* What the host can do: more processors than it has cannot be shown to a build. */
struct vary_host {
	unsigned cpus;
	const char *locale; /* another locale that is installed; NULL: none */
};

/*
 * The world with those values of the second that set names; VARY_NONE is the first
 * world. A value that the host cannot change is the first's.
 */
void vary_make(unsigned set, const struct vary_host *host, struct vary_world *out);

/* Is the clock another than the kernel's? */
static inline bool
vary_clock(const struct vary_world *w)
{
	return w->shift != 0 || w->slow_from != 0;
}

/* Do the two worlds differ in v on this host? With one processor they do not in CPUS. */
bool vary_differs(enum vary v, const struct vary_host *host);

/* The value of v in this world, as results print it: "/build/first", "+34387200 s". */
void vary_value(const struct vary_world *w, enum vary v, struct buf *out);
const char *vary_name(enum vary v); /* "path" */
const char *vary_text(enum vary v); /* "the folder it is built in" */

/* Variables that a build gets only in a world with extra; ends with NULL. */
extern const char *const vary_extra[];
