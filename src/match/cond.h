/*
 * cond.h - the machine that decides whether a rule is true.
 *
 * Code comes from the database (db/cond.h) and is not believed: it is verified
 * before its first run, and what has passed cannot leave its registers or run
 * for ever. A condition may ask for a pattern that was not searched yet. Then it
 * is evaluated twice: as if every such test came out in the rule's favour - still
 * false, so it is false - and against it - still true, so it is true. Only what is
 * open then is COND_NEED: the caller searches the rule's patterns and runs it
 * again, from the start.
 *
 * One machine serves one scanner; nothing is shared but the database.
 */
#pragma once

#include "base/arena.h"
#include "base/ext.h"
#include "base/region.h"
#include "db/cond.h"
#include "match/hits.h"

enum cond_result {
	COND_FALSE,
	COND_TRUE,
	COND_NEED,  /* it depends on a pattern or rule that is not known yet */
	COND_LIMIT, /* the budget of steps or memory is spent, or the code is broken */
};

/* What is known about another rule, before global rules count. */
enum cond_rule { COND_RULE_FALSE, COND_RULE_TRUE, COND_RULE_PENDING };

/*
 * What the machine asks. The caller owns it and changes what belongs to the object
 * between objects, not while a rule runs.
 */
struct cond_env {
	void *host; /* passed to the functions below */

	/* the object */
	struct bytes file;
	const struct regions *regions; /* of a process: file is empty. NULL: a file */
	struct hits *hits;
	struct arena *arena; /* results of functions; kept until the object ends */
	int64_t entrypoint;  /* FACT_UNDEF: it has none */

	/* the scan */
	uint64_t max_steps; /* per object; about a nanosecond each */
	/* max_steps is reached: raises it and says true, or says false. NULL: false. */
	bool (*more)(void *host);
	int64_t now;
	const struct ext *exts;          /* as in DB_EXTS */
	const struct fact *const *facts; /* by DB_MODULES; NULL: not known here */
	uint32_t nexts, nfacts;

	/* The struct of a module, parsed now if it was not yet; NULL: no memory. */
	void *(*module)(void *host, uint32_t module);
	enum cond_rule (*rule)(void *host, uint32_t rule);
	/* Does the program at re, which nobody has checked, match somewhere in s?
	 * Anything but OK ends the rule. */
	enum err (*re_search)(void *host, uint32_t re, struct bytes s, bool *found);
	/* A line that a rule wrote (console.log); told when the rule is decided. */
	void (*log)(void *host, struct bytes line);
};

struct cond;

/* env and db must outlive the machine; it lives in keep. */
MUST_USE enum err cond_new(struct arena *keep, const struct db *db,
    const struct cond_env *env, struct cond **out);

/* Before the first rule of each object: the counters start anew. */
void cond_begin(struct cond *vm);

/*
 * Decides a rule for the object at hand. After COND_NEED call it again once its patterns
 * were searched; after COND_LIMIT nothing is known of the rule.
 */
enum cond_result cond_run(struct cond *vm, uint32_t rule);

/*
 * Of a rule that needs patterns: is it false if this one is not there, whatever the
 * others are? Then to search it alone may be the end of it. Changes nothing.
 */
bool cond_hangs_on(struct cond *vm, uint32_t rule, uint32_t pattern);

/*
 * Wakes the rules that wait for a value which the object has, by index i of DB_INDEXES;
 * all of the index, when its module cannot be read for want of a budget.
 */
void cond_index(
    struct cond *vm, uint32_t i, void (*wake)(void *arg, uint32_t rule), void *arg);

uint64_t cond_steps(const struct cond *vm); /* of this object so far */

/* A module could not load all it was asked for: false may be wrong. */
bool cond_incomplete(const struct cond *vm);
