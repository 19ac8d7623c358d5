/*
 * pass.h - the passes over an object that answer what hits.h is asked.
 *
 * hits_first runs the filter over the triggers and wakes rules; hits_want and
 * hits_search find chosen patterns in one more pass. Both are linear in the
 * object: a regex that would cost more by its atoms than by a search of its own
 * is searched instead. The scanner owns the memory and resets its arena before
 * every object.
 */
#pragma once

#include "base/arena.h"
#include "base/region.h"
#include "match/filter.h"
#include "match/hits.h"

struct hits_opts {
	struct arena *keep;   /* for what lives as long as the scanner */
	struct arena *object; /* for what lives as long as the object */
	uint32_t cpu_mask;    /* enum filter_cpu not to use */
	/*
	 * What one regex may cost in an object, in steps a byte (small objects count
	 * as 256 KB more). Most take one or two. Beyond it the pattern is cut.
	 */
	uint32_t regex_steps;
	/* A pattern with rules to wake matched (or, for a chain, its rarest part). */
	void (*wake)(void *arg, uint32_t pattern);
	/* A budget cut the search of a pattern: what is known of it may lack matches. */
	void (*cut)(void *arg, uint32_t pattern, const char *why);
	/*
	 * Some steps more were done, at most about HITS_SLICE at once: may it go on? No,
	 * and nothing more is searched in this object: what was not known by then
	 * stays unknown. NULL: always.
	 */
	bool (*more)(void *arg, uint64_t steps);
	void *arg;
};

#define HITS_MATCHES_MAX 1000000 /* a pattern and object, as in YARA */

#define HITS_SLICE (1u << 18) /* steps between two looks at the clock: 1-5 ms */

/* ERR_NOMEM: the budget of keep is spent, too; ERR_FORMAT: the database is damaged. */
MUST_USE enum err hits_new(
    const struct db *db, const struct hits_opts *o, struct hits **out);
void hits_free(struct hits *h);

/*
 * A new object, which lies in one or more regions (they must stay until the next):
 * offsets are addresses, and nothing matches across the edge of a region. Everything is
 * unknown. gates: the bits of DB_MASKS that hold for it; patterns that wake no rule
 * behind one of them are passed over by the first pass. The object arena has just been
 * reset.
 */
void hits_begin(struct hits *h, const struct regions *object, uint64_t gates);

/* The first pass. After it, a pattern that wakes rules and was not seen is NO. */
void hits_first(struct hits *h);

/* Search this pattern in the next hits_search; all: every match, not just one.
 * False: what is asked for is known already. */
bool hits_want(struct hits *h, uint32_t pattern, bool all);
void hits_search(struct hits *h);

/* more said no: the searches of this object were ended. */
bool hits_spent(const struct hits *h);

/* Does the regex program at re match somewhere in s? For the matches operator.
 * ERR_FORMAT: there is no such program. ERR_LIMIT: too much work. */
MUST_USE enum err hits_regex(struct hits *h, uint32_t re, struct bytes s, bool *found);

/*
 * What was done since the scanner was made: places that were anchors, that passed the
 * bitmap, needles compared, steps of regexes, and passes on demand.
 */
struct hits_stats {
	uint64_t anchors, candidates, compares, steps, passes;
};

struct hits_stats hits_stats(const struct hits *h);
