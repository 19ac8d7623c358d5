#include "scan/scan.h"

/*
 * Which rules are decided, and when:
 *	1. small sets: all of them before any search, so that rules which the header
 *	   or the size decides cost no scan (patterns are unknown then)
 *	2. the first pass wakes the rules whose triggers are there
 *	3. gates wake rules that have no trigger, values of facts those that wait for one
 *	4. woken rules run in source order; who needs more patterns is put aside
 *	5. one pass searches all patterns that are needed, then 4 again
 *	6. global rules of the namespaces where something matched
 */

#define EAGER_RULES 64 /* sets up to this size are tried before the first pass */

void
scan_wake(struct scan *s, uint32_t rule)
{
	struct rule_state *r = rule < s->db.nrules ? scan_rule(s, rule) : NULL;

	if (r == NULL || r->live)
		return;
	r->live = true;
	s->live[s->nlive++] = rule;
}

/*
 * A gate is a promise of the compiler: where it does not hold, no rule behind it can be
 * true. When in doubt it holds: an unknown kind, or a module for which there was no
 * memory (its rules then run, and say that they are limited).
 */
static bool
gate_holds(struct scan *s, const struct db_gate *g)
{
	uint64_t have = 0;
	struct bytes at;

	switch (g->kind) {
	case DB_GATE_MODULE: return scan_known(s, g->module);
	case DB_GATE_HEAD:
		at = bytes_sub(
		    region_from(&s->parts, g->off), 0, g->width <= 8 ? g->width : 8);
		if (at.p == NULL)
			return false;
		memcpy(&have, at.p, at.n);
		return have == g->value;
	default: return true;
	}
}

uint64_t
scan_gates(struct scan *s)
{
	struct bytes masks = s->db.section[DB_MASKS];
	uint64_t bits = 0;

	for (uint32_t i = 0; i < masks.n / sizeof(struct db_gate) && i < 63; i++) {
		const struct db_gate *g = (const void *)(masks.p + i * sizeof(*g));

		bits |= (uint64_t)gate_holds(s, g) << i;
	}
	return bits;
}

static void
open_gates(struct scan *s)
{
	for (uint32_t i = 0; i < s->db.ngates; i++) {
		const struct db_gate *g = db_gate(&s->db, i);

		if (!gate_holds(s, g))
			continue;
		struct db_list l = db_list(&s->db, g->rules, g->nrules);
		for (uint32_t k = 0; k < l.n; k++)
			scan_wake(s, l.p[k]);
	}
}

static void
on_value(void *arg, uint32_t rule)
{
	scan_wake(arg, rule);
}

/* Only a module that recognises the object has values: see docs/conditions.md. */
static void
open_indexes(struct scan *s)
{
	for (uint32_t i = 0; i < s->db.nindexes; i++) {
		const struct db_index *x = db_index(&s->db, i);

		if (!(x->gates & (s->gates | DB_GATE_OPEN)) || !scan_known(s, x->module))
			continue;
		scan_budget_rule(s);
		cond_index(s->cond, i, on_value, s);
	}
}

/*
 * Shell sort: mostly some tens of rules, nearly in order. The object decides the
 * order in which rules wake, so the gaps are Knuth's, whose worst case is n^1.5; that
 * of halves would be a square.
 */
static void
sort_live(struct scan *s, uint32_t from)
{
	uint32_t *v = s->live + from, n = s->nlive - from;

	uint32_t gap = 1;

	while (gap < n / 3)
		gap = 3 * gap + 1;
	for (; gap > 0; gap /= 3) {
		for (uint32_t i = gap; i < n; i++) {
			uint32_t x = v[i], k = i;

			for (; k >= gap && v[k - gap] > x; k -= gap)
				v[k] = v[k - gap];
			v[k] = x;
		}
	}
}

static void
limit(struct scan *s, uint32_t rule)
{
	if (s->budget.spent)
		scan_budget_tell(s, rule, BYTES_LIT("its condition"));
	else
		scan_say(s, FINDING_LIMIT, rule,
		    BYTES_LIT("the work for this rule is too much"));
}

/* Runs one rule; true: it is decided. */
static bool
decide(struct scan *s, uint32_t rule)
{
	struct rule_state *r = scan_rule(s, rule);

	if (r->value == RULE_TRUE || r->value == RULE_FALSE)
		return true;
	s->stats.rules_run++;
	s->deciding = rule;
	scan_budget_rule(s);
	switch (cond_run(s->cond, rule)) {
	case COND_TRUE: r->value = RULE_TRUE; return true;
	case COND_LIMIT:
		limit(s, rule);
		r->value = RULE_FALSE;
		return true;
	case COND_FALSE: r->value = RULE_FALSE; return true;
	case COND_NEED: break;
	}
	return false;
}

/* Patterns that a pending rule asks for, round by round. */
enum want {
	WANT_FIRST, /* those of which one must be found; else one without which it is
		       false */
	WANT_DOUBT, /* one more such */
	WANT_RARE,  /* those that are quickly found, or found missing */
	WANT_EACH,  /* all of them */
	WANT_LIST,  /* and where they are */
};

/* Below it a search for all is as quick as finding out what to search for. */
#define DOUBT_SIZE 65536
#define DOUBT_MOST 16 /* patterns that are asked of one rule */

/* Literals that are looked for in a pass which is for this pattern alone. */
static uint32_t
literals_of(const struct scan *s, uint32_t pattern)
{
	const struct db_pattern *p = db_pattern(&s->db, pattern);
	uint32_t n = 0;

	for (uint32_t i = 0; i < db_pattern_nparts(&s->db, p); i++)
		n += db_part(&s->db, p->part + i)->nneedles;
	return n;
}

/*
 * Puts a pattern into the next pass without which the rule is false, so mostly is: few
 * literals are looked for several times as fast as many. False: there is none.
 */
static bool
want_doubt(struct scan *s, uint32_t rule)
{
	const struct db_rule *d = db_rule(&s->db, rule);
	uint32_t n = db_rule_nstrings(&s->db, d), best = DB_NONE, least = UINT32_MAX;

	if (s->size < DOUBT_SIZE)
		return false;
	for (uint32_t i = 0; i < n && i < DOUBT_MOST && least > 1; i++) {
		uint32_t p = db_string(&s->db, d->strings + i)->pattern, k;

		if (db_pattern(&s->db, p)->flags & DB_PAT_COMMON ||
		    hits_found(s->hits, p) != HITS_UNKNOWN)
			continue;
		k = literals_of(s, p);
		if (k == 0 || k >= least || !cond_hangs_on(s->cond, rule, p))
			continue;
		best = p;
		least = k;
	}
	return best != DB_NONE && hits_want(s->hits, best, false);
}

/* Puts the rule's unknown patterns into the next pass; false: it adds none. */
static bool
want(struct scan *s, uint32_t rule, enum want what)
{
	const struct db_rule *d = db_rule(&s->db, rule);
	struct db_list first = db_list(&s->db, d->first, d->nfirst);
	bool any = false;

	if (what == WANT_FIRST)
		for (uint32_t i = 0; i < first.n; i++)
			any |= hits_want(s->hits, first.p[i], false);
	if (what <= WANT_DOUBT)
		return any || want_doubt(s, rule);
	for (uint32_t i = 0; i < db_rule_nstrings(&s->db, d); i++) {
		uint32_t p = db_string(&s->db, d->strings + i)->pattern;

		if (what > WANT_RARE || !(db_pattern(&s->db, p)->flags & DB_PAT_COMMON))
			any |= hits_want(s->hits, p, what == WANT_LIST);
	}
	return any;
}

/* Runs the live rules from index `from` on that are open; true: none stays so. */
static bool
run_live(struct scan *s, uint32_t from)
{
	bool open = false;

	for (uint32_t i = from; i < s->nlive; i++) {
		if (decide(s, s->live[i]))
			continue;
		scan_rule(s, s->live[i])->value = RULE_PENDING;
		open = true;
	}
	return !open;
}

/*
 * Runs rules until none is pending. Each round searches more for those that are:
 * first what is rare, which is mostly the end of them. After the last one everything
 * is known: a rule that is still open then has broken code.
 */
static void
settle(struct scan *s, uint32_t from)
{
	for (enum want w = WANT_FIRST; !run_live(s, from); w++) {
		bool any = false;

		for (uint32_t i = from; i < s->nlive; i++) {
			if (scan_rule(s, s->live[i])->value != RULE_PENDING)
				continue;
			if (w > WANT_LIST) {
				limit(s, s->live[i]);
				scan_rule(s, s->live[i])->value = RULE_FALSE;
			} else if (want(s, s->live[i], w)) {
				any = true;
			} else if (w <= WANT_DOUBT) {
				any |= want(s, s->live[i], WANT_RARE);
			}
		}
		if (any)
			hits_search(s->hits);
	}
}

/* Global rules matter only where something else of their namespace is true. */
static void
settle_globals(struct scan *s)
{
	uint32_t from = s->nlive;

	for (uint32_t i = 0; i < from; i++) {
		const struct db_space *sp;
		struct db_list l;

		if (scan_rule(s, s->live[i])->value != RULE_TRUE)
			continue;
		sp = db_space(&s->db, db_rule(&s->db, s->live[i])->space);
		l = db_list(&s->db, sp->globals, sp->nglobals);
		for (uint32_t k = 0; k < l.n; k++)
			scan_wake(s, l.p[k]);
	}
	sort_live(s, from);
	settle(s, from);
}

/*
 * True: every rule is decided without a search. Else the pending ones sleep again
 * (RULE_OPEN) until a trigger or gate wakes them; those that were decided stay so and
 * stay in the list, for their results were reached without guessing.
 */
static bool
decide_early(struct scan *s)
{
	bool all = true;

	if (s->db.nrules > EAGER_RULES)
		return false;
	for (uint32_t i = 0; i < s->db.nrules; i++) {
		struct rule_state *r = scan_rule(s, i);

		if (decide(s, i))
			scan_wake(s, i);
		else
			r->value = RULE_PENDING;
		all &= r->value != RULE_PENDING;
	}
	for (uint32_t i = 0; i < s->db.nrules && !all; i++) {
		struct rule_state *r = scan_rule(s, i);

		if (r->value == RULE_PENDING)
			r->value = RULE_OPEN;
	}
	return all;
}

void
scan_eval(struct scan *s)
{
	bool done = decide_early(s);

	if (!done) {
		hits_first(s->hits);
		open_gates(s);
		open_indexes(s);
	}
	s->stats.rules_live += s->nlive;
	sort_live(s, 0);
	settle(s, 0);
	settle_globals(s);
	sort_live(s, 0);
}
