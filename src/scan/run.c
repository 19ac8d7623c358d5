#include "scan/run.h"

#include <stdio.h>
#include <stdlib.h>

#include "crypto/hash.h"
#include "modules/modules.h"
#include "scan/entrypoint.h"
#include "scan/scan.h"

#define MEMORY_DEFAULT      ((size_t)256 << 20)
#define KEEP_BUDGET         ((size_t)64 << 20)
#define MATCH_BYTES_DEFAULT 512
#define STEPS_DEFAULT       4096

static void
on_wake(void *arg, uint32_t pattern)
{
	struct scan *s = arg;
	const struct db_pattern *p = db_pattern(&s->db, pattern);
	struct db_list l = db_list(&s->db, p->wake, p->nwake);

	for (uint32_t i = 0; i < l.n; i++)
		scan_wake(s, l.p[i]);
}

/* The rule's name for a pattern; false: it does not use it. */
static bool
name_of(const struct scan *s, uint32_t rule, uint32_t pattern, struct bytes *name)
{
	const struct db_rule *d = db_rule(&s->db, rule);

	for (uint32_t k = 0; k < db_rule_nstrings(&s->db, d); k++) {
		const struct db_string *str = db_string(&s->db, d->strings + k);

		if (str->pattern != pattern)
			continue;
		*name = db_text(&s->db, str->name);
		return true;
	}
	return false;
}

/* Rules that are asked, at most, whether they use a pattern: each may have hundreds. */
#define USERS_MOST 256

/*
 * A rule that uses the pattern, and its name for it: the first one that is live, or
 * would be woken by it. DB_NONE: the pattern is of no rule, or of all, or of some rule
 * behind many others; where a limit is met thousands of patterns may ask.
 */
static uint32_t
user_of(struct scan *s, uint32_t pattern, struct bytes *name)
{
	const struct db_pattern *p = db_pattern(&s->db, pattern);
	struct db_list wake = db_list(&s->db, p->wake, p->nwake);

	for (uint32_t i = 0; i < s->nlive && i < USERS_MOST; i++)
		if (name_of(s, s->live[i], pattern, name))
			return s->live[i];
	for (uint32_t i = 0; i < wake.n && i < USERS_MOST; i++)
		if (name_of(s, wake.p[i], pattern, name))
			return wake.p[i];
	*name = pattern == DB_NONE ? BYTES_LIT("the strings that rules wait for")
				   : BYTES_LIT("a string");
	return DB_NONE;
}

static void
on_cut(void *arg, uint32_t pattern, const char *why)
{
	struct scan *s = arg;
	struct bytes name;
	uint32_t rule = user_of(s, pattern, &name);
	char text[512];

	if (hits_spent(s->hits)) {
		scan_budget_tell(s, rule, name);
		return;
	}
	snprintf(text, sizeof(text),
	    "%s for %.*s, results for this rule may be incorrect", why,
	    name.n < 200 ? (int)name.n : 200, (const char *)name.p);
	scan_say(s, FINDING_LIMIT, rule, bytes_of(text));
}

static void *
on_module(void *host, uint32_t i)
{
	struct module_state *m = scan_module(host, i);

	return m ? m->parse.facts : NULL;
}

static enum cond_rule
on_rule(void *host, uint32_t i)
{
	static const uint8_t value[] = {
		[RULE_OPEN] = COND_RULE_FALSE,
		[RULE_FALSE] = COND_RULE_FALSE,
		[RULE_TRUE] = COND_RULE_TRUE,
		[RULE_PENDING] = COND_RULE_PENDING,
	};
	struct scan *s = host;

	return i < s->db.nrules ? (enum cond_rule)value[scan_rule(s, i)->value]
				: COND_RULE_FALSE;
}

static enum err
on_search(void *host, uint32_t re, struct bytes text, bool *found)
{
	struct scan *s = host;

	return hits_regex(s->hits, re, text, found);
}

/*
 * Rules that need no search are decided before those that do, but their lines are
 * told in the order in which YARA would have run them: that of the source. So lines
 * wait, sorted. Those of one rule come together, hence the shortcut: a million lines
 * of a loop do not walk past each other.
 */
static void
on_log(void *host, struct bytes line)
{
	struct scan *s = host;
	struct log_line *l = ARENA_NEW(&s->object, struct log_line);
	struct log_line **at = &s->logs;

	if (l == NULL) { /* out of order is better than lost */
		scan_say(s, FINDING_LOG, DB_NONE, line);
		return;
	}
	if (s->last != NULL && s->last->rule <= s->deciding)
		at = &s->last->next;
	while (*at != NULL && (*at)->rule <= s->deciding)
		at = &(*at)->next;
	*l = (struct log_line){ .next = *at, .rule = s->deciding, .text = line };
	*at = s->last = l;
}

/* Finds this program's module for each of the database; another schema is none. */
static enum err
modules_bind(struct scan *s)
{
	uint32_t n = s->db.nmodules;

	s->module = ARENA_ARRAY(&s->keep, n + 1, struct module_state);
	s->facts = ARENA_ARRAY(&s->keep, n + 1, const struct fact *);
	if (s->module == NULL || s->facts == NULL)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < n; i++) {
		const struct db_module *d = db_module(&s->db, i);
		const struct format *f = module_find(db_text(&s->db, d->name));

		if (f == NULL || fact_digest(f->facts, 0) != d->schema)
			return ERR_FORMAT;
		s->module[i].format = f;
		s->facts[i] = f->facts;
	}
	return OK;
}

/*
 * The type is the database's word and decides which of the three is read; all are set,
 * so a wrong type gives a wrong value of that type, and a text outside is no bytes.
 */
static enum err
exts_load(struct scan *s)
{
	s->exts = ARENA_ARRAY(&s->keep, s->db.nexts + 1, struct ext);
	if (s->exts == NULL)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < s->db.nexts; i++) {
		const struct db_ext *d = db_ext(&s->db, i);
		struct ext *e = &s->exts[i];

		*e = (struct ext){ .type = (enum ext_type)d->type,
			.i = (int64_t)d->value };
		memcpy(&e->f, &d->value, sizeof(e->f));
		e->s = db_text(&s->db, (uint32_t)d->value);
	}
	return OK;
}

/*
 * One rule_state a rule, and room for all of them in the list: scan_wake adds each
 * once, so nlive never passes nrules and needs no check. Heap, not arena: a set of
 * many rules is legitimate, and the object arena is for what objects ask.
 */
static enum err
machine_new(struct scan *s)
{
	struct hits_opts ho = { .keep = &s->keep,
		.object = &s->object,
		.cpu_mask = s->o.cpu_mask,
		.regex_steps = (s->o.steps + 7) / 8,
		.wake = on_wake,
		.cut = on_cut,
		.more = scan_budget_more,
		.arg = s };

	s->rule = calloc((size_t)s->db.nrules + 1, sizeof(*s->rule));
	s->live = calloc((size_t)s->db.nrules + 1, sizeof(*s->live));
	if (s->rule == NULL || s->live == NULL)
		return ERR_NOMEM;
	TRY(hits_new(&s->db, &ho, &s->hits));
	s->env = (struct cond_env){ .host = s,
		.hits = s->hits,
		.arena = &s->object,
		.more = scan_budget_cond,
		.exts = s->exts,
		.facts = s->facts,
		.nexts = s->db.nexts,
		.nfacts = s->db.nmodules,
		.module = on_module,
		.rule = on_rule,
		.re_search = on_search,
		.log = on_log };
	return cond_new(&s->keep, &s->db, &s->env, &s->cond);
}

void
scan_init(void)
{
	crypto_init();
	(void)filter_cpus();
}

enum err
scan_new(struct bytes db, const struct scan_opts *o, struct scan **out)
{
	struct scan *s = calloc(1, sizeof(*s));
	enum err e;

	if (s == NULL)
		return ERR_NOMEM;
	s->o = *o;
	s->o.match_bytes = o->match_bytes ? o->match_bytes : MATCH_BYTES_DEFAULT;
	s->o.steps = o->steps ? o->steps : STEPS_DEFAULT;
	arena_init(&s->keep, KEEP_BUDGET);
	arena_init(&s->object, o->memory ? o->memory : MEMORY_DEFAULT);
	e = db_open(db, &s->db);
	if (e == OK && o->flags & SCAN_CHECK_SUM)
		e = db_check_sum(&s->db);
	if (e == OK)
		e = modules_bind(s);
	if (e == OK)
		e = exts_load(s);
	if (e == OK)
		e = machine_new(s);
	if (e != OK) {
		scan_free(s);
		return e;
	}
	*out = s;
	return OK;
}

static void
module_forget(struct module_state *m)
{
	if (m->given != NULL)
		m->format->leave(m->given);
	m->given = NULL;
}

void
scan_free(struct scan *s)
{
	if (s == NULL)
		return;
	for (uint32_t i = 0; s->module != NULL && i < s->db.nmodules; i++)
		module_forget(&s->module[i]);
	hits_free(s->hits);
	free(s->rule);
	free(s->live);
	arena_done(&s->keep);
	arena_done(&s->object);
	free(s);
}

enum err
scan_external(struct scan *s, const struct ext *v)
{
	for (uint32_t i = 0; i < s->db.nexts; i++) {
		struct ext *e = &s->exts[i];

		if (!bytes_eq(db_text(&s->db, db_ext(&s->db, i)->name), v->name))
			continue;
		if (e->type != v->type)
			return ERR_FORMAT;
		struct bytes copy = arena_bytes(&s->keep, v->s);
		if (copy.p == NULL)
			return ERR_LIMIT;
		e->i = v->i;
		e->f = v->f;
		e->s = copy;
		return OK;
	}
	return ERR_FORMAT;
}

enum err
scan_give(struct scan *s, struct bytes module, struct bytes data, const char **why)
{
	for (uint32_t i = 0; i < s->db.nmodules; i++) {
		struct module_state *m = &s->module[i];

		if (db_module(&s->db, i)->imported == 0 || m->format->take == NULL ||
		    !bytes_eq(bytes_of(m->format->name), module))
			continue;
		module_forget(m);
		return m->format->take(data, &m->given, why);
	}
	return OK;
}

struct rule_state *
scan_rule(struct scan *s, uint32_t i)
{
	struct rule_state *r = &s->rule[i];

	if (r->gen != s->gen)
		*r = (struct rule_state){ .gen = s->gen };
	return r;
}

static void
module_open(struct scan *s, struct module_state *m, void *facts)
{
	const struct format *f = m->format;
	const struct region *r = scan_module_region(s, f);
	enum err e;

	fact_clear(f->facts, facts);
	m->gen = s->gen;
	m->parse = (struct parse){ .file = r ? r->data : s->env.file,
		.region = s->env.regions ? r : NULL,
		.arena = &s->object,
		.facts = facts,
		.given = m->given };
	/*
	 * A parser that ran out of its budget has seen its format: the rules behind
	 * this gate are decided, on what it found, and the object is incomplete.
	 */
	e = f->open ? f->open(&m->parse) : OK;
	m->known = e == OK || e == ERR_LIMIT;
	s->cut |= e == ERR_LIMIT;
}

struct module_state *
scan_module(struct scan *s, uint32_t i)
{
	struct module_state *m;
	void *facts;

	if (i >= s->db.nmodules)
		return NULL;
	m = &s->module[i];
	if (m->gen == s->gen)
		return m;
	facts = arena_alloc(&s->object, m->format->facts_size + 1);
	if (facts == NULL)
		return NULL;
	module_open(s, m, facts);
	return m;
}

#define HEAD_SIZE 4096 /* what format.h promises to probe */

/* For most objects a look at the head is enough, and cheaper than empty facts. */
bool
scan_known(struct scan *s, uint32_t i)
{
	struct module_state *m = i < s->db.nmodules ? &s->module[i] : NULL;
	const struct format *f = m ? m->format : NULL;

	if (m != NULL && m->gen != s->gen && f->probe != NULL) {
		const struct region *r = scan_module_region(s, f);

		if (r == NULL ||
		    f->probe(bytes_clip(r->data, 0, HEAD_SIZE), r->data.n) == 0)
			return false;
	}
	m = scan_module(s, i);
	return m == NULL || m->known;
}

static void
modules_close(struct scan *s)
{
	for (uint32_t i = 0; i < s->db.nmodules; i++) {
		struct module_state *m = &s->module[i];

		if (m->gen == s->gen && m->format->close != NULL)
			m->format->close(&m->parse);
	}
}

/*
 * What is known of rules and modules carries the number of its object (gen), so
 * nothing is cleared for the next but when the numbers are used up. 0 is never a
 * current number: fresh memory is stale.
 */
static void
object_begin(struct scan *s, const struct sink *to)
{
	arena_reset(&s->object);
	if (++s->gen == 0) {
		memset(s->rule, 0, (size_t)s->db.nrules * sizeof(*s->rule));
		for (uint32_t i = 0; i < s->db.nmodules; i++)
			s->module[i].gen = 0;
		s->gen = 1;
	}
	s->nlive = 0;
	s->cut = false;
	s->logs = s->last = NULL;
	s->sink = to;
	s->sink_err = OK;
	s->size = 0;
	for (uint32_t i = 0; i < s->parts.n; i++)
		s->size = num_add(s->size, s->parts.p[i].data.n);
	s->env.now = s->o.now ? s->o.now() : 0;
	cond_begin(s->cond);
	scan_budget_begin(s);
	s->gates = scan_gates(s);
	hits_begin(s->hits, &s->parts, s->gates);
}

/* s->parts and what env says of it are set. */
static enum err
scan_object(struct scan *s, const struct sink *to)
{
	object_begin(s, to);
	if (s->o.flags & (SCAN_DUMP | SCAN_DUMP_YARA | SCAN_DUMP_JSON))
		scan_tell_facts(s); /* before conditions have something to log */
	scan_eval(s);
	scan_tell(s);
	modules_close(s);
	s->stats.objects++;
	s->stats.bytes += s->size;
	s->cond_steps += cond_steps(s->cond);
	return s->sink_err;
}

enum err
scan_file(struct scan *s, struct bytes file, const struct sink *to)
{
	if (file.p == NULL)
		file = (struct bytes){ (const uint8_t *)"", 0 };
	s->whole = (struct region){ .data = file };
	s->parts = (struct regions){ &s->whole, 1 };
	s->env.file = file;
	s->env.regions = NULL;
	s->env.entrypoint = entrypoint_of(file);
	return scan_object(s, to);
}

enum err
scan_regions(struct scan *s, const struct regions *process, const struct sink *to)
{
	s->parts = *process;
	s->env.file = (struct bytes){ (const uint8_t *)"", 0 };
	s->env.regions = &s->parts;
	s->env.entrypoint = scan_entrypoint(process);
	return scan_object(s, to);
}

const struct scan_stats *
scan_stats(const struct scan *s)
{
	struct scan_stats *st = &((struct scan *)(uintptr_t)s)->stats;
	struct hits_stats h = hits_stats(s->hits);

	st->anchors = h.anchors;
	st->candidates = h.candidates;
	st->verified = h.compares;
	st->passes = h.passes;
	st->steps = s->cond_steps + h.steps;
	return st;
}
