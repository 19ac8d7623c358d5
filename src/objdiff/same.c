#include "objdiff/same.h"

#include "base/sort.h"
#include "objdiff/harmless.h"
#include "objdiff/pe.h"
#include "objdiff/same_in.h"

#define DEPTH_MAX  200 /* of things that refer to things; deeper is not the same */
#define COPIES_MAX 8   /* of copies of functions that refer to copies */

static int
bound_cmp(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void
bounds_sort(struct same_side *x)
{
	size_t n = 0;

	sort(x->bound, x->nbound, sizeof(*x->bound), bound_cmp);
	for (size_t i = 0; i < x->nbound; i++)
		if (n == 0 || x->bound[n - 1] != x->bound[i])
			x->bound[n++] = x->bound[i];
	x->nbound = n;
}

/* Most places are referred to again and again: room is made by keeping each once. */
static enum err
bounds_room(struct same *s, struct same_side *x)
{
	bounds_sort(x);
	if (x->nbound < x->bound_cap / 4 * 3)
		return OK;
	x->bound = arena_grow(
	    s->arena, x->bound, &x->bound_cap, x->bound_cap + 1, sizeof(*x->bound));
	return x->bound ? OK : ERR_LIMIT;
}

static enum err
bound_put(struct same *s, struct same_side *x, uint64_t at)
{
	const struct elf_sec *sec = elf_sec_at(x->e, at);

	if (sec == NULL || (sec->flags & SHF_EXECINSTR))
		return OK;
	if (x->nbound > 0 && x->bound[x->nbound - 1] == at)
		return OK;
	if (x->nbound == x->bound_cap)
		TRY(bounds_room(s, x));
	x->bound[x->nbound++] = at;
	return OK;
}

static enum err
bounds_of_code(struct same *s, struct same_side *x)
{
	struct ref ref[REFS_MAX];
	uint64_t looked = 0;
	struct insn i;

	for (size_t k = 0; k < x->u->n; k++) {
		const struct unit *u = &x->u->v[k];
		struct insn_run run = unit_run(x->u, u);
		struct bytes code = unit_code(x->u, u);
		elf_looked(x->e, &looked, code.n);
		for (uint64_t off = 0; off < code.n; off += i.len) {
			insn_next(&run, code, off, u->at, &i);
			unsigned n = ref_of_insn(x->e, u->at + off, &i, ref);
			for (unsigned r = 0; r < n; r++)
				if (ref[r].kind == REF_ADDR || ref[r].kind == REF_MAYBE)
					TRY(bound_put(s, x, ref[r].addr));
		}
	}
	return OK;
}

static enum err
bounds_of_tables(struct same *s, struct same_side *x)
{
	struct elf_sym sym;

	for (size_t i = 0; i < x->e->nrel; i++) {
		struct ref r = ref_of_rel(x->e, &x->e->rel[i]);
		if (r.kind == REF_ADDR)
			TRY(bound_put(s, x, r.addr));
	}
	for (uint32_t i = 1; i < x->e->symtab.n; i++)
		if (elf_sym_at(x->e, &x->e->symtab, i, &sym) && sym.shndx != 0 &&
		    (sym.info & 15) <= STT_OBJECT)
			TRY(bound_put(s, x, sym.value));
	for (size_t i = 0; i < x->u->eh.n; i++)
		TRY(bound_put(s, x, x->u->eh.fde[i].lsda));
	for (uint32_t i = 1; i < x->e->nsec; i++)
		TRY(bound_put(s, x, x->e->sec[i].addr));
	return OK;
}

struct marks {
	struct same *s;
	struct same_side *x;
	enum err err;
};

static bool
mark(void *arg, uint64_t at, uint64_t n)
{
	struct marks *m = arg;

	m->err = bound_put(m->s, m->x, at);
	if (m->err == OK)
		m->err = bound_put(m->s, m->x, num_add(at, n));
	return m->err == OK;
}

static enum err
bounds_of_pe(struct same *s, struct same_side *x)
{
	struct marks m = { s, x, OK };

	if (x->e->pe != NULL)
		pe_ranges(x->e, true, &(struct pe_ranges){ &m, mark });
	return m.err;
}

static enum err
side_open(struct same *s, struct same_side *x, struct units *u, bool still)
{
	*x = (struct same_side){ .e = (struct elf *)(uintptr_t)u->e, .u = u };
	x->covered = ARENA_ARRAY(s->arena, x->e->nsec, uint8_t *);
	if (x->covered == NULL)
		return ERR_LIMIT;
	if (still)
		return OK;
	TRY(bounds_of_code(s, x));
	TRY(bounds_of_tables(s, x));
	TRY(bounds_of_pe(s, x));
	bounds_sort(x);
	return OK;
}

enum err
same_open(
    struct same *s, struct arena *arena, struct units *a, struct units *b, bool still)
{
	*s = (struct same){ .arena = arena, .still = still };
	TRY(side_open(s, &s->a, a, still));
	return side_open(s, &s->b, b, still);
}

uint64_t
same_end(const struct same_side *x, uint64_t at)
{
	const struct elf_sec *sec = elf_sec_at(x->e, at);
	size_t lo; /* the first bound behind at */

	if (sec == NULL)
		return at;
	SORT_FIRST(lo, x->nbound, x->bound[lo] > at);
	if (lo < x->nbound && x->bound[lo] - sec->addr < sec->size)
		return x->bound[lo];
	return sec->addr + sec->size;
}

void
same_cover(struct same *s, struct same_side *x, uint64_t at, uint64_t n)
{
	const struct elf_sec *sec = elf_sec_at(x->e, at);
	uint8_t **c;

	if (sec == NULL || sec->data.n == 0)
		return;
	c = &x->covered[sec - x->e->sec];
	if (*c == NULL)
		*c = arena_alloc(s->arena, sec->data.n / 8 + 1);
	if (*c == NULL) {
		s->spent = true;
		return;
	}
	for (uint64_t off = at - sec->addr; n > 0 && off < sec->data.n; off++, n--)
		(*c)[off / 8] |= (uint8_t)(1 << off % 8);
}

bool
same_covered(const struct same_side *x, const struct elf_sec *sec, uint64_t off)
{
	const uint8_t *c = x->covered[sec - x->e->sec];

	return c != NULL && (c[off / 8] >> off % 8 & 1);
}

/* Where the pair (a, b), or the key a when b does not count, stands or would stand. */
static struct same_slot *
slot_of(const struct same_map *m, uint64_t a, uint64_t b, bool pair)
{
	uint64_t h = ref_mix(ref_mix(1, a), pair ? b : 0);
	size_t i = (size_t)h & (m->cap - 1);

	while (m->v[i].state != 0 && (m->v[i].a != a || (pair && m->v[i].b != b)))
		i = (i + 1) & (m->cap - 1);
	return &m->v[i];
}

static bool
map_grow(struct same *s, struct same_map *m, bool pair)
{
	struct same_map old = *m;

	if (m->cap > 0 && m->n < m->cap / 2)
		return true;
	m->cap = m->cap ? m->cap * 2 : 256;
	m->v = ARENA_ARRAY(s->arena, m->cap, struct same_slot);
	if (m->v == NULL) {
		*m = old;
		s->spent = true;
		return false;
	}
	for (size_t i = 0; i < old.cap; i++)
		if (old.v[i].state != 0)
			*slot_of(m, old.v[i].a, old.v[i].b, pair) = old.v[i];
	return true;
}

struct same_slot *
same_slot(struct same *s, struct same_map *m, uint64_t a, uint64_t b, bool pair)
{
	return map_grow(s, m, pair) ? slot_of(m, a, b, pair) : NULL;
}

size_t
same_mark(const struct same *s)
{
	return s->nlog;
}

/*
 * A function that differs may have paired variables wrongly: what it said is forgotten.
 * A slot stays, as a lookup may have passed over it, but pairs with nothing.
 */
void
same_forget(struct same *s, size_t mark)
{
	while (s->nlog > mark) {
		struct same_slot *l = &s->log[--s->nlog];
		slot_of(&s->forth, l->a, 0, false)->state = SLOT_FREE;
		slot_of(&s->back, l->b, 0, false)->state = SLOT_FREE;
	}
}

static bool
variable_learn(
    struct same *s, uint64_t a, uint64_t b, struct same_slot *f, struct same_slot *r)
{
	s->forth.n += f->state == 0;
	s->back.n += r->state == 0;
	*f = (struct same_slot){ .a = a, .b = b, .state = SLOT_PAIR };
	*r = (struct same_slot){ .a = b, .b = a, .state = SLOT_PAIR };
	if (s->nlog == s->log_cap)
		s->log = arena_grow(
		    s->arena, s->log, &s->log_cap, s->nlog + 1, sizeof(*s->log));
	if (s->log == NULL) {
		s->spent = true;
		s->nlog = s->log_cap = 0;
		return false;
	}
	s->log[s->nlog++] = *f;
	return true;
}

/* The same variable in both programs: nobody has paired either with another one. */
bool
same_variable(struct same *s, uint64_t a, uint64_t b)
{
	struct same_slot *f = same_slot(s, &s->forth, a, 0, false);
	struct same_slot *r = same_slot(s, &s->back, b, 0, false);

	if (f == NULL || r == NULL)
		return false;
	if (f->state == SLOT_PAIR || r->state == SLOT_PAIR)
		return f->state == SLOT_PAIR && f->b == b;
	return variable_learn(s, a, b, f, r);
}

static bool
code_addresses(struct same *s, uint64_t a, uint64_t b)
{
	struct unit *ua = unit_at(s->a.u, a), *ub = unit_at(s->b.u, b);

	if (ua == NULL || ub == NULL) /* padding, or the end of code */
		return ua == ub &&
		       a - elf_sec_at(s->a.e, a)->addr == b - elf_sec_at(s->b.e, b)->addr;
	if (a - ua->at != b - ub->at)
		return false;
	if (ua->mate != 0 && &s->b.u->v[ua->mate - 1] == ub)
		return true;
	/* copies of one function may be paired crosswise */
	return s->depth < COPIES_MAX && ua->size == ub->size && ua->kind == ub->kind &&
	       !(ua->kind == UNIT_STUB && !bytes_eq(ua->name, ub->name)) &&
	       same_units(s, ua, ub, NULL) != SAME_NO;
}

/* Linkers make symbols of the ends of sections: an address behind the last byte. */
static bool
ends(const struct same_side *x, uint64_t at, struct bytes *name)
{
	const struct elf_sec *s = at > 0 ? elf_sec_at(x->e, at - 1) : NULL;

	if (s == NULL)
		return false;
	*name = s->name;
	return true;
}

/*
 * The end of the variables that are initialised (__TMC_END__, _edata) is one place, in
 * fill or where .bss begins. One of the two is in fill, where no variable is.
 */
static bool
data_ends(struct same *s, uint64_t a, uint64_t b)
{
	const struct elf_sec *x = elf_data_end(s->a.e, a), *y = elf_data_end(s->b.e, b);

	return x != NULL && y != NULL && bytes_eq(x->name, y->name);
}

static enum alike
addresses(struct same *s, uint64_t a, uint64_t b)
{
	/* a function's record stands for the function, and the TOC pointer is one place
	 */
	if (s->a.e->opd != NULL && s->b.e->opd != NULL) {
		if (a == s->a.e->base && b == s->b.e->base)
			return SAME_YES;
		a = elf_code_at(s->a.e, a);
		b = elf_code_at(s->b.e, b);
	}

	const struct elf_sec *sa = elf_sec_at(s->a.e, a), *sb = elf_sec_at(s->b.e, b);
	struct bytes na, nb;

	if ((sa == NULL || sb == NULL) && data_ends(s, a, b))
		return SAME_YES;
	if (sa == NULL && sb == NULL) {
		if (a == b)
			return SAME_YES;
		return ends(&s->a, a, &na) && ends(&s->b, b, &nb) && bytes_eq(na, nb)
			   ? SAME_YES
			   : SAME_NO;
	}
	if (sa == NULL || sb == NULL)
		return SAME_NO;
	if ((sa->flags ^ sb->flags) & (SHF_WRITE | SHF_EXECINSTR))
		return SAME_NO;
	if (sa->flags & SHF_EXECINSTR)
		return code_addresses(s, a, b) ? SAME_YES : SAME_NO;
	return same_object(s, a, b);
}

enum alike
same_refs(struct same *s, const struct ref *a, const struct ref *b)
{
	enum alike got = SAME_NO;

	if (a->type != b->type && (s->a.e->type != ET_REL || a->kind == REF_NAME))
		return SAME_NO;
	if (a->kind != b->kind || a->under != b->under || s->spent ||
	    s->depth > DEPTH_MAX)
		return SAME_NO;
	if (a->kind == REF_NAME)
		return bytes_eq(a->name, b->name) && a->addend == b->addend ? SAME_YES
									    : SAME_NO;
	if (a->kind == REF_MAYBE && a->raw == b->raw)
		return SAME_YES;
	s->depth++;
	got = addresses(s, a->addr, b->addr);
	s->depth--;
	return got;
}
