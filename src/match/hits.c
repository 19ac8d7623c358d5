/*
 * hits.c - what is known of patterns, parts and programs in this object. Every record
 * carries the generation it is of, so a new object costs nothing for the many patterns
 * that it never touches; budgets are told upwards in steps, and a "no" from there is
 * kept.
 */
#include <stdlib.h>

#include "match/hits_state.h"

#define VM_BYTES    ((size_t)16 << 20)
#define REGEX_SMALL (256u << 10)

static void
choose_cpus(struct hits *h, unsigned cpus)
{
	filter_choose(&h->filter, cpus);
	filter_choose(&h->filter2, cpus);
}

/* Reports the steps since the last time; false: the object's budget is spent. */
static bool
tell_steps(struct hits *h)
{
	uint64_t steps = h->vm.steps - h->told;

	if (h->pass != NULL) {
		steps += h->pass->steps - h->told_pass;
		h->told_pass = h->pass->steps;
	}
	h->told = h->vm.steps;
	if (!h->spent && h->o.more != NULL)
		h->spent = !h->o.more(h->o.arg, steps);
	return !h->spent;
}

static void
regex_slice(struct hits *h)
{
	uint64_t next = h->vm.steps + HITS_SLICE;

	h->vm.budget = next < h->regex_end ? next : h->regex_end;
}

static bool
regex_more(void *arg)
{
	struct hits *h = arg;

	if (!tell_steps(h) || h->vm.steps > h->regex_end)
		return false;
	regex_slice(h);
	return true;
}

void
hits_regex_begin(struct hits *h)
{
	uint64_t n = num_add(h->size, REGEX_SMALL);

	h->regex_end = num_add(h->vm.steps, num_mul(n, h->o.regex_steps));
}

void
hits_regex_end(struct hits *h)
{
	h->regex_end = UINT64_MAX;
	if (!h->spent)
		regex_slice(h);
}

uint64_t
hits_pass_more(void *arg)
{
	struct hits *h = arg;

	return tell_steps(h) ? h->pass->steps + HITS_SLICE : 0;
}

bool
hits_spent(const struct hits *h)
{
	return h->spent;
}

/* calloc: pages that no pattern touches stay unmapped. */
static enum err
tables_new(struct hits *h)
{
	const struct db *db = h->db;

	h->pattern = calloc((size_t)db->npatterns + 1, sizeof(*h->pattern));
	h->part = calloc((size_t)db->nparts + 1, sizeof(*h->part));
	h->done = calloc((size_t)db->nparts + 1, sizeof(*h->done));
	h->program = calloc(db->section[DB_REGEX].n / RE_ALIGN + 1, 1);
	h->scratch = filter_scratch_new(h->o.keep);
	if (h->pattern == NULL || h->part == NULL || h->done == NULL ||
	    h->program == NULL || h->scratch == NULL)
		return ERR_NOMEM;
	TRY(re_vm_init(&h->vm, VM_BYTES));
	TRY(filter_open(db->section[DB_FILTER], db->section[DB_NEEDLES],
	    db->section[DB_LITERALS], &h->filter));
	return filter_open(db->section[DB_FILTER2], db->section[DB_NEEDLES],
	    db->section[DB_LITERALS], &h->filter2);
}

enum err
hits_new(const struct db *db, const struct hits_opts *o, struct hits **out)
{
	struct hits *h = calloc(1, sizeof(*h));
	enum err e;

	if (h == NULL)
		return ERR_NOMEM;
	h->db = db;
	h->o = *o;
	h->regex_end = UINT64_MAX;
	e = tables_new(h);
	if (e != OK) {
		hits_free(h);
		return e;
	}
	h->vm.more = regex_more;
	h->vm.arg = h;
	if (o->cpu_mask != 0)
		choose_cpus(h, filter_cpus() & ~o->cpu_mask);
	*out = h;
	return OK;
}

void
hits_free(struct hits *h)
{
	if (h == NULL)
		return;
	re_vm_done(&h->vm);
	free(h->pattern);
	free(h->part);
	free(h->done);
	free(h->program);
	free(h);
}

/* After 2^32 objects the generations would meet old ones: forget everything. */
static void
generations_restart(struct hits *h)
{
	h->gen = 1;
	memset(h->done, 0, (size_t)h->db->nparts * sizeof(*h->done));
	for (uint32_t i = 0; i < h->db->npatterns; i++)
		h->pattern[i].gen = 0;
	for (uint32_t i = 0; i < h->db->nparts; i++)
		h->part[i].gen = 0;
}

void
hits_enter(struct hits *h, const struct region *r)
{
	h->file = r->data;
	h->base = r->base;
}

void
hits_begin(struct hits *h, const struct regions *object, uint64_t gates)
{
	if (++h->gen == 0)
		generations_restart(h);
	h->object = *object;
	h->size = 0;
	for (uint32_t i = 0; i < object->n; i++)
		h->size = num_add(h->size, object->p[i].data.n);
	h->gates = gates | DB_GATE_OPEN;
	h->first_done = false;
	h->want = (struct ids){ 0 };
	h->defer = (struct ids){ 0 };
	h->spent = false;
	h->told = h->vm.steps;
	h->regex_end = UINT64_MAX;
	regex_slice(h);
}

struct pattern_state *
pattern_state(struct hits *h, uint32_t pattern)
{
	struct pattern_state *p;

	if (pattern >= h->db->npatterns)
		return NULL;
	p = &h->pattern[pattern];
	if (p->gen != h->gen) {
		const struct db_pattern *d = db_pattern(h->db, pattern);
		bool no = h->first_done && d->nwake > 0 && d->gates & h->gates;
		*p = (struct pattern_state){ .gen = h->gen,
			.answer = no ? HITS_NO : HITS_UNKNOWN };
	}
	return p;
}

struct part_work *
part_work(struct hits *h, uint32_t part)
{
	struct part_state *p;

	if (part >= h->db->nparts)
		return NULL;
	p = &h->part[part];
	if (p->gen != h->gen) {
		p->work = ARENA_NEW(h->o.object, struct part_work);
		p->gen = p->work ? h->gen : 0;
	}
	return p->work;
}

const struct re_prog *
hits_program(struct hits *h, uint32_t at)
{
	struct bytes section = h->db->section[DB_REGEX];
	uint8_t *state;

	if (at >= section.n || at % RE_ALIGN != 0)
		return NULL;
	state = &h->program[at / RE_ALIGN];
	if (*state == PROGRAM_NEW)
		*state = re_verify(section, at) == OK ? PROGRAM_GOOD : PROGRAM_BAD;
	return *state == PROGRAM_GOOD ? re_prog_at(section, at) : NULL;
}

const struct re_prog *
part_program(struct hits *h, uint32_t part, bool wide)
{
	const struct db_part *p = db_part(h->db, part);

	return hits_program(h, wide ? p->re_wide : p->re);
}

/* Told once a pattern: a budget that is spent fails again and again. */
void
hits_cut(struct hits *h, uint32_t pattern, const char *why)
{
	struct pattern_state *p = pattern_state(h, pattern);

	if (p != NULL && p->cut)
		return;
	if (p != NULL)
		p->cut = true;
	h->o.cut(h->o.arg, pattern, why);
}

enum hits_answer
hits_found(struct hits *h, uint32_t pattern)
{
	const struct pattern_state *p = pattern_state(h, pattern);

	return p ? (enum hits_answer)p->answer : HITS_NO;
}

bool
hits_suppose(struct hits *h, uint32_t pattern, bool absent)
{
	struct pattern_state *p = pattern_state(h, pattern);

	if (p == NULL || p->answer != (absent ? HITS_UNKNOWN : HITS_NO))
		return false;
	p->answer = absent ? HITS_NO : HITS_UNKNOWN;
	return true;
}

bool
hits_listed(struct hits *h, uint32_t pattern)
{
	const struct pattern_state *p = pattern_state(h, pattern);

	return p == NULL || p->listed || p->answer == HITS_NO;
}

static const struct hit_list *
list_of(struct hits *h, uint32_t pattern)
{
	static const struct hit_list none;
	const struct pattern_state *p = pattern_state(h, pattern);

	return p && p->list ? p->list : &none;
}

uint64_t
hits_count(struct hits *h, uint32_t pattern, uint64_t lo, uint64_t hi)
{
	const struct hit_list *l = list_of(h, pattern);

	if (lo > hi)
		return 0;
	return (hi == UINT64_MAX ? l->n : list_before(l, hi + 1)) - list_before(l, lo);
}

const struct hit *
hits_nth(struct hits *h, uint32_t pattern, uint64_t i)
{
	const struct hit_list *l = list_of(h, pattern);

	return i >= 1 && i <= l->n ? &l->v[i - 1] : NULL;
}

struct hits_stats
hits_stats(const struct hits *h)
{
	struct hits_stats s = h->stats;

	s.steps += h->vm.steps;
	return s;
}
