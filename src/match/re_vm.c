/*
 * re_vm.c - running verified regex programs: from an atom both ways, or over the whole
 * data. The automata are in re_nfa.c, re_dfa.c and re_bits.c; here is what surrounds
 * them: room, entries, word borders, and the bytes near an atom that can refuse it
 * early.
 */
#include "match/re_vm.h"

#include <stdlib.h>

#include "match/re_run.h"

#define ROW   (RE_STATES_MAX * sizeof(uint32_t))
#define LISTS (15 * ROW) /* 4 lists, marks, stack, 4 rows of double width, pivots */

enum err
re_vm_init(struct re_vm *vm, size_t bytes)
{
	struct re_scratch *s = calloc(1, sizeof(*s) + LISTS);
	uint32_t *at;

	*vm = (struct re_vm){ .budget = UINT64_MAX };
	if (s == NULL)
		return ERR_NOMEM;
	at = (uint32_t *)(void *)(s + 1);
	for (unsigned i = 0; i < 4; i++, at += 2 * (size_t)RE_STATES_MAX)
		s->end[i] = (uint64_t *)(void *)at;
	for (unsigned i = 0; i < 2; i++) {
		s->pair[i].cur.s = at;
		s->pair[i].nxt.s = at + RE_STATES_MAX;
		at += 2 * (size_t)RE_STATES_MAX;
	}
	s->mark = at;
	s->stack = at + RE_STATES_MAX;
	s->pivot = (uint8_t *)(at + 2 * (size_t)RE_STATES_MAX);
	vm->scratch = s;
	s->bits = calloc(1, re_bits_size());
	bytes = bytes > LISTS ? bytes - LISTS : 0;
	s->walks = re_walks_new(bytes / 2);
	s->dfa = bytes > 0 ? re_dfa_new(bytes - bytes / 2) : NULL;
	return OK;
}

void
re_vm_done(struct re_vm *vm)
{
	if (vm->scratch != NULL) {
		re_dfa_free(vm->scratch->dfa);
		free(vm->scratch->bits);
		free(vm->scratch->walks);
	}
	free(vm->scratch);
	vm->scratch = NULL;
}

void
re_vm_forget(struct re_vm *vm)
{
	re_walks_forget(vm->scratch->walks);
}

/* A word character of fullword: no underscore; in the wide form with its zero. */
static bool
alnum_at(const struct re_prog *p, struct bytes data, uint64_t at)
{
	struct bytes c = bytes_sub(data, at, p->flags & RE_P_WIDE ? 2 : 1);

	return c.p != NULL && c.p[0] != '_' && re_is_word(c.p[0]) &&
	       (c.n == 1 || c.p[1] == 0);
}

bool
re_fullword_left(const struct re_prog *p, struct bytes data, uint64_t at)
{
	uint64_t width = p->flags & RE_P_WIDE ? 2 : 1;

	return !(p->flags & RE_P_FULLWORD) || at < width ||
	       !alnum_at(p, data, at - width);
}

bool
re_fullword_right(const struct re_prog *p, struct bytes data, uint64_t end)
{
	return !(p->flags & RE_P_FULLWORD) || !alnum_at(p, data, end);
}

bool
re_span_add(struct re_spans *out, uint64_t at, uint64_t len)
{
	if (out->n == out->max) {
		out->more = true;
		return false;
	}
	out->p[out->n++] = (struct re_span){ at, len };
	return true;
}

static const struct re_entry *
entry_of(const struct re_prog *p, uint32_t k)
{
	const struct re_entry *e = (const void *)((const uint8_t *)p + p->entry);

	return k < p->entries ? &e[k] : NULL;
}

/* Where a pattern of masked bytes begins that has atom k at pos; UINT64_MAX: not here. */
static uint64_t
fixed_start(
    const struct re_prog *p, struct bytes data, const struct re_entry *e, uint64_t pos)
{
	uint64_t at = pos - e->fwd, end = at + p->fwd_n;

	if (pos < e->fwd || !re_fixed_at(p, data, at) || !re_fullword_left(p, data, at) ||
	    !re_fullword_right(p, data, end))
		return UINT64_MAX;
	return at;
}

/* Takes the starts of matches that all end at one place. */
struct starts {
	struct re_sink sink;
	const struct re_run *run;
	uint64_t end;
	struct re_spans *out; /* NULL: one will do */
	bool any;
};

static bool
starts_found(struct re_sink *sink, uint64_t pos)
{
	struct starts *s = (struct starts *)(void *)sink;

	if (!re_fullword_left(s->run->prog, s->run->data, pos))
		return true;
	s->any = true;
	return s->out != NULL && re_span_add(s->out, pos, s->end - pos);
}

/* The number at pos; bytes behind the data are zeros. */
static uint32_t
word_at(struct bytes data, uint64_t pos)
{
	struct bytes b;
	uint32_t w = 0;

	if (data.n >= 4 && pos <= data.n - 4)
		return le32(data.p + pos);
	b = bytes_clip(data, pos, 4);
	for (size_t i = 0; i < b.n; i++)
		w |= (uint32_t)b.p[i] << 8 * i;
	return w;
}

#define LANES 16

typedef uint8_t lanes __attribute__((vector_size(LANES)));

/* Byte k of the number at each of LANES places from p on: is it as it should be? */
static inline lanes
lanes_byte(const struct re_near *near, const uint8_t *p, unsigned k)
{
	uint8_t mask = (uint8_t)(near->mask >> 8 * k);
	lanes x;

	memcpy(&x, p + k, sizeof(x));
	return (lanes)((x & mask) == (uint8_t)(near->value >> 8 * k));
}

/* Is the number at one of the first n of LANES places from p on? */
static inline bool
lanes_any(const struct re_near *near, const uint8_t *p, int64_t n)
{
	static const lanes number = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
		15 };
	lanes all = (lanes)(number < (uint8_t)(n < LANES ? n : LANES)) &
		    lanes_byte(near, p, 0) & lanes_byte(near, p, 1) &
		    lanes_byte(near, p, 2) & lanes_byte(near, p, 3);
	uint64_t half[2];

	memcpy(half, &all, sizeof(half));
	return (half[0] | half[1]) != 0;
}

/* Are the bytes there without which no match goes through an atom at pos? */
static bool
near_ok(struct re_vm *vm, const struct re_near *near, struct bytes data, uint64_t pos)
{
	int64_t lo = (int64_t)pos + near->lo, hi = (int64_t)pos + near->hi;
	int64_t last = (int64_t)data.n - (39 - __builtin_clz(near->mask | 1)) / 8;
	int64_t whole = (int64_t)data.n - (LANES + 3);

	if (near->mask == 0)
		return true;
	lo = lo > 0 ? lo : 0;
	hi = hi < last ? hi : last;
	re_saw(vm, (uint64_t)lo, hi > 0 ? (uint64_t)hi + 4 : 4);
	for (int64_t step; lo <= hi; lo += step, vm->steps++) {
		step = lo < hi && lo <= whole ? LANES : 1;
		if (step == LANES
			? lanes_any(near, data.p + lo, hi - lo + 1)
			: (word_at(data, (uint64_t)lo) & near->mask) == near->value)
			return true;
	}
	return false;
}

static __attribute__((noinline)) enum re_answer
nfa_hit(const struct re_run *fwd, const struct re_entry *e, uint64_t pos,
    struct re_spans *out)
{
	const struct re_prog *prog = fwd->prog;
	struct re_run back = re_run_of(fwd->vm, prog, fwd->data, true);
	struct starts s = { { starts_found }, .run = &back, .out = out };
	enum re_answer a;

	a = re_nfa_exists(fwd, e->fwd, pos);
	if (a == RE_YES)
		a = re_nfa_exists(&back, e->rev, pos);
	if (a != RE_YES || (out == NULL && !(prog->flags & RE_P_FULLWORD)))
		return a;
	a = re_nfa_end(fwd, e->fwd, pos, &s.end);
	if (a != RE_YES || !re_fullword_right(prog, fwd->data, s.end))
		return a == RE_LIMIT ? RE_LIMIT : RE_NO;
	a = re_nfa_all(&back, e->rev, pos, &s.sink);
	return a == RE_LIMIT ? RE_LIMIT : s.any ? RE_YES : RE_NO;
}

static inline __attribute__((always_inline)) enum re_answer
hit(struct re_vm *vm, const struct re_prog *prog, struct bytes data, struct re_at at,
    struct re_spans *out)
{
	const struct re_entry *e = entry_of(prog, at.atom);
	struct re_run fwd;
	uint64_t start;

	if (e == NULL || at.pos >= data.n)
		return RE_NO;
	if (prog->kind != RE_FIXED) {
		vm->steps++;
		if (!near_ok(vm, &e->near[0], data, at.pos) ||
		    !near_ok(vm, &e->near[1], data, at.pos))
			return re_charge(vm, 1) ? RE_NO : RE_LIMIT;
		fwd = re_run_of(vm, prog, data, false);
		return nfa_hit(&fwd, e, at.pos, out);
	}
	if (!re_charge(vm, 1 + prog->fwd_n / 16))
		return RE_LIMIT;
	re_saw(vm, at.pos > e->fwd ? at.pos - e->fwd : 0, at.pos + prog->fwd_n);
	start = fixed_start(prog, data, e, at.pos);
	if (start == UINT64_MAX)
		return RE_NO;
	if (out != NULL)
		re_span_add(out, start, prog->fwd_n);
	return RE_YES;
}

enum re_answer
re_hit(struct re_vm *vm, const struct re_prog *prog, struct bytes data, uint32_t k,
    uint64_t pos)
{
	return hit(vm, prog, data, (struct re_at){ .atom = k, .pos = pos }, NULL);
}

enum re_answer
re_hit_all(struct re_vm *vm, const struct re_prog *prog, struct bytes data,
    struct re_at at, struct re_spans *out)
{
	return hit(vm, prog, data, at, out);
}

enum re_answer
re_match_at(struct re_vm *vm, const struct re_prog *prog, struct bytes data, uint64_t pos)
{
	struct re_run fwd;
	enum re_answer a;
	uint64_t end = 0;

	if (pos >= data.n || !re_fullword_left(prog, data, pos))
		return RE_NO;
	if (prog->kind == RE_FIXED) {
		if (!re_charge(vm, 1 + prog->fwd_n / 16))
			return RE_LIMIT;
		return re_fixed_at(prog, data, pos) &&
			       re_fullword_right(prog, data, pos + prog->fwd_n)
			   ? RE_YES
			   : RE_NO;
	}
	fwd = re_run_of(vm, prog, data, false);
	if (!(prog->flags & RE_P_FULLWORD))
		return re_nfa_exists(&fwd, prog->fwd_start, pos);
	a = re_nfa_end(&fwd, prog->fwd_start, pos, &end);
	return a == RE_YES && !re_fullword_right(prog, data, end) ? RE_NO : a;
}

enum re_answer
re_search(struct re_vm *vm, const struct re_prog *prog, struct bytes data, uint64_t from)
{
	struct re_run run;
	enum re_answer a;

	if (from >= data.n)
		return RE_NO;
	if (prog->kind == RE_FIXED)
		return re_fixed_search(vm, prog, data, from, NULL);
	run = re_run_of(vm, prog, data, false);
	a = re_dfa_scan(&run, from, NULL);
	if (a != RE_YES || !(prog->flags & RE_P_FULLWORD))
		return a;
	return re_ends_search(vm, prog, data, from, NULL);
}

enum re_answer
re_search_all(
    struct re_vm *vm, const struct re_prog *prog, struct bytes data, struct re_spans *out)
{
	struct re_run run;
	enum re_answer a;

	if (data.n == 0)
		return RE_NO;
	if (prog->kind == RE_FIXED)
		return re_fixed_search(vm, prog, data, 0, out);
	run = re_run_of(vm, prog, data, false);
	a = re_dfa_scan(&run, 0, NULL);
	return a == RE_YES ? re_ends_search(vm, prog, data, 0, out) : a;
}
