/*
 * scan.h - inside a scanner: shared by scan/'s files only. See run.h.
 */
#pragma once

#include "format/format.h"
#include "match/cond.h"
#include "match/pass.h"
#include "scan/run.h"

enum rule_value {
	RULE_OPEN, /* nobody asked yet: false unless it is woken */
	RULE_FALSE,
	RULE_TRUE,
	RULE_PENDING, /* waits for patterns to be searched */
};

struct rule_state {
	uint32_t gen;
	uint8_t value; /* enum rule_value */
	bool live;     /* in the list */
};

/* A module's facts about the object at hand. */
struct module_state {
	const struct format *format; /* NULL: this program has no such module */
	struct parse parse;
	uint32_t gen;
	bool known;  /* the object is of this format */
	void *given; /* by the owner, for all objects; NULL: nothing */
};

/* A line that a rule wrote, kept until all rules are decided. In the object arena. */
struct log_line {
	struct log_line *next; /* of the same rule, or of a later one */
	uint32_t rule;
	struct bytes text;
};

struct scan {
	struct db db;
	struct scan_opts o;
	struct arena keep, object;
	struct hits *hits;
	struct cond *cond;
	struct cond_env env;
	struct ext *exts;
	const struct fact **facts; /* by DB_MODULES */
	struct module_state *module;
	struct rule_state *rule;
	uint32_t *live; /* rules to decide, in any order until sorted */
	uint32_t nlive, gen;
	uint64_t gates;               /* scan_gates of the object */
	uint32_t deciding;            /* the rule whose condition runs */
	struct log_line *logs, *last; /* in source order; the one added last */
	struct regions parts;         /* of the object: of a file, the one below */
	struct region whole;
	uint64_t size; /* of all regions */
	const struct sink *sink;
	enum err sink_err; /* the first refusal of the sink */
	bool cut;          /* a parser's budget was spent when it opened the object */
	struct scan_budget {
		uint64_t steps, deadline; /* left; of o.clock_ms, 0: none */
		uint64_t cond;            /* steps of conditions that were counted */
		uint64_t share;           /* steps that one condition may take */
		uint64_t rule_end;        /* where that of the rule at hand ends */
		uint64_t rule_since;      /* when it was first looked at; 0: not yet */
		bool spent, late;         /* nothing more is searched; for lack of time */
		bool told;                /* ... and that was said */
	} budget;
	uint64_t cond_steps; /* of all objects */
	struct scan_stats stats;
};

/* eval.c: puts a rule into the list of those to decide, once. Any index is safe. */
void scan_wake(struct scan *s, uint32_t rule);

/* eval.c: which of DB_MASKS hold for the object. */
uint64_t scan_gates(struct scan *s);

/* eval.c: decides every rule that can be true. */
void scan_eval(struct scan *s);

/* budget.c: a new object; its deadline and steps begin. */
void scan_budget_begin(struct scan *s);

/* budget.c: what the passes and the conditions ask; arg is the scan. */
bool scan_budget_more(void *arg, uint64_t steps);
bool scan_budget_cond(void *arg);

/* budget.c: before each rule: its share of the steps begins, and of the time. */
void scan_budget_rule(struct scan *s);

/* budget.c: something was cut: of this rule, or of no rule that is known (DB_NONE). */
void scan_budget_tell(struct scan *s, uint32_t rule, struct bytes what);

/* The rule's state in this object; i is below db.nrules. */
struct rule_state *scan_rule(struct scan *s, uint32_t i);

/* The facts of module i, parsed now if they were not yet; NULL: no memory. */
struct module_state *scan_module(struct scan *s, uint32_t i);

/* Module i recognises the object, or that is not known: there was no memory. */
bool scan_known(struct scan *s, uint32_t i);

/* process.c: what a module reads: the file, or one region of a process; NULL: none. */
const struct region *scan_module_region(const struct scan *s, const struct format *f);

/* process.c: YARA's deprecated entrypoint, of a process: an address. */
int64_t scan_entrypoint(const struct regions *process);

/* tell.c: the facts of imported modules, then from states to findings. */
void scan_tell_facts(struct scan *s);
void scan_tell(struct scan *s);
void scan_say(struct scan *s, enum finding_kind kind, uint32_t rule, struct bytes text);
