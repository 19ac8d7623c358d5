#include "base/sort.h"
#include "objdiff/ref.h"
#include "objdiff/unit.h"

#define STRING_MIX 64 /* bytes of a string that tell functions apart */

/* What a reference looks like in both programs, without knowing pairs yet. */
static uint64_t
mix_ref(const struct units *u, uint64_t h, const struct ref *r)
{
	const struct unit *to;
	struct bytes s;

	if (r->kind == REF_NAME)
		return ref_mix_bytes(h, r->name);
	if (r->kind == REF_PAGE)
		return h;
	to = unit_at(u, r->addr);
	if (to != NULL)
		return to->kind == UNIT_STUB ? ref_mix_bytes(h, to->name) : ref_mix(h, 1);
	s = elf_bytes_at(u->e, r->addr, STRING_MIX);
	size_t n = 0;
	while (n < s.n && s.p[n] >= ' ' && s.p[n] < 0x7f)
		n++;
	return n >= 4 ? ref_mix_bytes(h, bytes_clip(s, 0, n)) : ref_mix(h, 2);
}

/* How exceptions leave it tells copies of one piece of code apart. */
static struct bytes
rules_of(const struct unit *x)
{
	return x->fde ? x->fde->rules : (struct bytes){ 0 };
}

static uint64_t
digest(const struct units *u, const struct unit *x)
{
	struct insn_run run = unit_run(u, x);
	struct bytes code = unit_code(u, x);
	struct ref ref[REFS_MAX];
	/* stubs look alike, and only their names tell whom they call */
	uint64_t h =
	    ref_mix_bytes(x->kind, x->kind == UNIT_STUB ? x->name : (struct bytes){ 0 });
	struct insn i;

	for (uint64_t off = 0; off < code.n; off += i.len) {
		insn_next(&run, code, off, x->at, &i);
		unsigned n = ref_of_insn(u->e, x->at + off, &i, ref);
		h = ref_mix(h, le64(i.fixed));
		if (i.len > 8)
			h = ref_mix(h, le64(i.fixed + 8));
		for (unsigned k = 0; k < n; k++) {
			/* a jump inside stays inside, wherever the function lies */
			if (ref[k].kind == REF_ADDR && ref[k].addr - x->at < x->size)
				h = ref_mix(h, ref[k].addr - x->at);
			else
				h = mix_ref(u, h, &ref[k]);
		}
	}
	h = ref_mix_bytes(h, rules_of(x));
	return h | 1;
}

/* Indices into units, in the order of a key. */
struct keyed {
	uint64_t key;
	struct bytes name;
	uint32_t unit;
};

static int
keyed_cmp(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return bytes_cmp(x->name, y->name);
}

struct keys {
	struct keyed *v;
	size_t n;
};

static void
pair(struct units *a, struct units *b, uint32_t i, uint32_t k)
{
	a->v[i].mate = k + 1;
	b->v[k].mate = i + 1;
}

static enum err
keys_of_names(struct units *u, struct arena *arena, struct keys *out)
{
	*out = (struct keys){ .v = ARENA_ARRAY(arena, u->n, struct keyed) };
	if (out->v == NULL)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < u->n; i++)
		if (u->v[i].name.n > 0 && u->v[i].mate == 0)
			out->v[out->n++] = (struct keyed){
				.key = u->v[i].kind, .name = u->v[i].name, .unit = i
			};
	sort(out->v, out->n, sizeof(*out->v), keyed_cmp);
	return OK;
}

static enum err
keys_of_digests(struct units *u, struct arena *arena, struct keys *out)
{
	uint64_t looked = 0;

	*out = (struct keys){ .v = ARENA_ARRAY(arena, u->n, struct keyed) };
	if (out->v == NULL)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < u->n; i++) {
		if (u->v[i].mate != 0)
			continue;
		if (u->v[i].digest == 0) {
			u->v[i].digest = digest(u, &u->v[i]);
			elf_looked(u->e, &looked, u->v[i].size);
		}
		out->v[out->n++] = (struct keyed){ .key = u->v[i].digest, .unit = i };
	}
	sort(out->v, out->n, sizeof(*out->v), keyed_cmp);
	return OK;
}

static size_t
run_of(const struct keys *k, size_t from)
{
	size_t to = from + 1;

	while (to < k->n && keyed_cmp(&k->v[from], &k->v[to]) == 0)
		to++;
	return to - from;
}

/* Pairs equal keys that stand equally often on both sides, at most `most` times. */
static void
pair_keys(struct units *a, struct units *b, const struct keys *ka, const struct keys *kb,
    size_t most)
{
	size_t i = 0, k = 0;

	while (i < ka->n && k < kb->n) {
		int order = keyed_cmp(&ka->v[i], &kb->v[k]);
		size_t na = run_of(ka, i), nb = run_of(kb, k);
		if (order == 0 && na == nb && na <= most)
			for (size_t j = 0; j < na; j++)
				pair(a, b, ka->v[i + j].unit, kb->v[k + j].unit);
		i += order <= 0 ? na : 0;
		k += order >= 0 ? nb : 0;
	}
}

static bool
alike(const struct unit *x, const struct unit *y)
{
	return x->mate == 0 && y->mate == 0 && x->digest != 0 && x->digest == y->digest;
}

/* Functions keep their neighbours: copies that no digest tells apart follow them. */
static void
pair_neighbours(struct units *a, struct units *b)
{
	for (size_t i = 0; i + 1 < a->n; i++) {
		uint32_t k = a->v[i].mate;
		if (k != 0 && k < b->n && alike(&a->v[i + 1], &b->v[k]))
			pair(a, b, (uint32_t)i + 1, k);
	}
	for (size_t i = a->n; i-- > 1;) {
		uint32_t k = a->v[i].mate;
		if (k > 1 && alike(&a->v[i - 1], &b->v[k - 2]))
			pair(a, b, (uint32_t)i - 1, k - 2);
	}
}

static size_t
free_run(const struct units *u, size_t from)
{
	size_t n = 0;

	while (from + n < u->n && u->v[from + n].mate == 0)
		n++;
	return n;
}

/* How unlike two functions that are not the same are, by size; 0 is best. */
static uint64_t
distance(const struct unit *x, const struct unit *y)
{
	uint64_t d = x->size > y->size ? x->size - y->size : y->size - x->size;

	if (x->kind != y->kind || x->sec->flags != y->sec->flags)
		return UINT64_MAX;
	/* both are named, and not alike: different functions */
	if (x->name.n > 0 && y->name.n > 0 && !bytes_eq(x->name, y->name))
		return UINT64_MAX;
	return d;
}

#define GAP_MAX 64 /* functions between two pairs that are weighed against each other */

/*
 * Between two pairs, na functions of one side stand against nb of the other. As many on
 * both sides: in order. Else the shorter side's are placed in order where sizes fit best.
 */
static void
pair_gap(struct units *a, struct units *b, size_t i, size_t na, size_t k, size_t nb)
{
	size_t from = 0;

	for (size_t x = 0; x < na; x++) {
		size_t best = nb, last = na == nb ? x + 1 : nb;
		uint64_t least = UINT64_MAX;
		/* whoever comes later needs as many places as there are of them */
		if (na <= nb && last > nb - (na - 1 - x))
			last = nb - (na - 1 - x);
		for (size_t y = na == nb ? x : from; y < last && y < from + GAP_MAX;
		     y++) {
			uint64_t d = distance(&a->v[i + x], &b->v[k + y]);
			if (b->v[k + y].mate == 0 && d < least) {
				least = d;
				best = y;
			}
		}
		if (best == nb || (na != nb && least > a->v[i + x].size / 2 + 16))
			continue;
		pair(a, b, (uint32_t)(i + x), (uint32_t)(k + best));
		from = best + 1;
	}
}

static void
pair_gaps(struct units *a, struct units *b)
{
	for (size_t i = 0; i < a->n; i++) {
		size_t na = free_run(a, i), k;
		if (na == 0)
			continue;
		k = i == 0 ? 0
			   : a->v[i - 1].mate; /* behind the partner of the one before */
		if (k < b->n)
			pair_gap(a, b, i, na, k, free_run(b, k));
		i += na - 1;
	}
}

/* Equal code at an equal address, under one name: nothing looks more alike. */
static void
pair_in_place(struct units *a, struct units *b)
{
	size_t i = 0, k = 0;
	uint64_t seen_a = 0, seen_b = 0;

	while (i < a->n && k < b->n) {
		const struct unit *x = &a->v[i], *y = &b->v[k];
		elf_looked(a->e, &seen_a, x->size);
		elf_looked(b->e, &seen_b, y->size);
		if (x->at == y->at && x->kind == y->kind && bytes_eq(x->name, y->name) &&
		    bytes_eq(rules_of(x), rules_of(y)) &&
		    bytes_eq(unit_code(a, x), unit_code(b, y)))
			pair(a, b, (uint32_t)i, (uint32_t)k);
		i += x->at <= y->at;
		k += x->at >= y->at;
	}
}

/* How units are told from each other: what makes the keys of one side. */
typedef enum err keys_fn(struct units *u, struct arena *tmp, struct keys *out);

static enum err
by_keys(keys_fn *keys, struct units *a, struct units *b, struct arena *tmp, size_t most)
{
	struct keys ka, kb;

	TRY(keys(a, tmp, &ka));
	TRY(keys(b, tmp, &kb));
	pair_keys(a, b, &ka, &kb, most);
	arena_reset(tmp);
	return OK;
}

static enum err
match(struct units *a, struct units *b, struct arena *tmp)
{
	pair_in_place(a, b);
	TRY(by_keys(keys_of_names, a, b, tmp, SIZE_MAX));
	TRY(by_keys(keys_of_digests, a, b, tmp, 1));
	pair_neighbours(a, b);
	TRY(by_keys(keys_of_digests, a, b, tmp, SIZE_MAX));
	pair_gaps(a, b);
	return OK;
}

enum err
units_match(struct units *a, struct units *b, struct arena *arena)
{
	struct arena tmp; /* keys do not outlive a pass */
	enum err e;

	arena_init(&tmp, arena->budget - arena->used);
	e = match(a, b, &tmp);
	arena_done(&tmp);
	return e;
}
