/*
 * re_near.c - bytes that every match has near an atom, at a known distance or within a
 * small one: looking there refuses most hits of a common atom before the automaton runs
 * (struct re_near).
 */
#include "rules/re_near.h"

#include <math.h>

/*
 * The form as a row: bytes of which something is known, and gaps between them. Only
 * what every match has is in it, so alternatives and repeats are gaps.
 */
struct item {
	const struct re_node *leaf;
	uint8_t value, mask;
	uint32_t min, max; /* bytes it takes; a byte: 1 and 1 */
};

struct row {
	struct arena *arena;
	struct item *v;
	size_t n, cap;
	bool full; /* there were more: nothing is looked up */
};

/* Bounds the work: each of RE_ATOMS_MAX atoms is looked up in it. */
#define ROW_MAX 4096

/* Copies of bytes that are written out; more of them are a gap. */
#define COPIES_MAX 16

/* A gap beyond this is not looked across. */
#define FAR 4096

static uint32_t
clip(uint64_t n)
{
	return n < RE_INF ? (uint32_t)n : RE_INF;
}

/* The bytes that a node can match. */
static void
width(const struct re_node *n, uint32_t *min, uint32_t *max)
{
	uint64_t lo = 0, hi = 0;
	uint32_t a, b;

	if (n->kind == RE_MASK || n->kind == RE_CLASS)
		lo = hi = 1;
	for (uint32_t i = 0; i < n->n; i++) {
		width(n->kid[i], &a, &b);
		if (n->kind == RE_ALT) {
			lo = i == 0 || a < lo ? a : lo;
			hi = b > hi ? b : hi;
		} else if (n->kind == RE_REPEAT) {
			lo = (uint64_t)a * n->min;
			hi = n->max == RE_INF ? RE_INF : (uint64_t)b * n->max;
		} else {
			lo += a;
			hi += b;
		}
	}
	*min = clip(lo);
	*max = clip(hi);
}

static enum err
row_add(struct row *r, struct item it)
{
	r->full |= r->n == ROW_MAX;
	if (r->full)
		return OK;
	if (r->n == r->cap) {
		void *v = arena_grow(r->arena, r->v, &r->cap, r->n + 1, sizeof(*r->v));

		if (v == NULL)
			return ERR_LIMIT;
		r->v = v;
	}
	r->v[r->n++] = it;
	return OK;
}

/* The bits that all bytes of a class have in common. */
static struct item
class_item(const struct re_node *n)
{
	uint8_t all = 0xff, any = 0;
	struct item it = { .leaf = n, .min = 1, .max = 1 };

	for (unsigned c = 0; c < 256; c++) {
		if (!re_set_has(n->set, c))
			continue;
		all &= (uint8_t)c;
		any |= (uint8_t)c;
	}
	it.mask = (uint8_t) ~(all ^ any);
	it.value = all & it.mask;
	return it;
}

static bool
is_leaf(const struct re_node *n)
{
	return n->kind == RE_MASK || n->kind == RE_CLASS;
}

/* A byte, or some in a row. */
static bool
is_plain(const struct re_node *n)
{
	if (n->kind != RE_CAT)
		return is_leaf(n);
	for (uint32_t i = 0; i < n->n; i++)
		if (!is_leaf(n->kid[i]))
			return false;
	return true;
}

static enum err
row_fill(struct row *r, const struct re_node *n)
{
	struct item it = { .leaf = n, .min = 1, .max = 1 };

	if (n->kind == RE_CAT) {
		for (uint32_t i = 0; i < n->n; i++)
			TRY(row_fill(r, n->kid[i]));
		return OK;
	}
	if (n->kind == RE_REPEAT && n->min == n->max && n->min <= COPIES_MAX &&
	    is_plain(n->kid[0])) {
		for (uint32_t i = 0; i < n->min; i++)
			TRY(row_fill(r, n->kid[0]));
		return OK;
	}
	if (n->kind == RE_CLASS)
		return row_add(r, class_item(n));
	if (n->kind == RE_MASK) {
		it.mask = n->neg ? 0 : n->mask;
		it.value = n->value & it.mask;
	} else {
		it.leaf = NULL;
		width(n, &it.min, &it.max);
	}
	return row_add(r, it);
}

/* How often a byte is met in binaries, about. */
static double
byte_p(uint8_t value, uint8_t mask)
{
	if (mask == 0xff)
		return value == 0 ? 0.35 : value == 0xff ? 0.06 : 0.015;
	return 1.0 / (1u << __builtin_popcount(mask));
}

#define NEAR_BYTES 4

/* Worth a look only when most hits fail it. */
#define NEAR_GOOD 0.4

/* The bytes of items from..to, as far as they are bytes, are at lo..hi. */
static void
weigh(const struct row *r, size_t from, size_t to, struct re_near place, double *best,
    struct re_near *out)
{
	double p = place.hi - place.lo + 1;
	unsigned n = 0;

	for (size_t i = from; i < to && n < NEAR_BYTES && r->v[i].leaf != NULL;
	     i++, n++) {
		place.value |= (uint32_t)r->v[i].value << 8 * n;
		place.mask |= (uint32_t)r->v[i].mask << 8 * n;
		p *= byte_p(r->v[i].value, r->v[i].mask);
	}
	if (place.mask == 0 || p >= *best)
		return;
	*best = p;
	*out = place;
}

static struct re_near
place_of(int64_t lo, int64_t hi)
{
	return (struct re_near){ .lo = (int16_t)lo, .hi = (int16_t)hi };
}

static void
look_right(const struct row *r, size_t at, size_t len, struct re_near *out)
{
	int64_t lo = 0, hi = 0;
	double best = NEAR_GOOD;

	for (size_t i = at; i < r->n && hi < FAR && hi - lo < RE_NEAR_SPAN; i++) {
		if (lo >= (int64_t)len)
			weigh(r, i, r->n, place_of(lo, hi), &best, out);
		lo += r->v[i].min;
		hi += r->v[i].max;
	}
}

static void
look_left(const struct row *r, size_t at, struct re_near *out)
{
	int64_t lo = 0, hi = 0;
	double best = NEAR_GOOD;

	for (size_t i = at; i-- > 0;) {
		lo -= r->v[i].max;
		hi -= r->v[i].min;
		if (lo <= -FAR || hi - lo >= RE_NEAR_SPAN)
			return;
		weigh(r, i, at, place_of(lo, hi), &best, out);
	}
}

static size_t
row_find(const struct row *r, const struct re_node *leaf)
{
	size_t at = 0;

	while (at < r->n && r->v[at].leaf != leaf)
		at++;
	return at;
}

enum err
re_near_find(struct arena *a, const struct re_form *form, const struct re_atoms *atoms,
    struct re_entry *entry)
{
	struct row r = { .arena = a };

	TRY(row_fill(&r, form->root));
	for (size_t i = 0; i < atoms->n && !r.full; i++) {
		size_t at = row_find(&r, atoms->at[i].leaf);

		if (at == r.n)
			continue;
		look_left(&r, at, &entry[i].near[0]);
		look_right(&r, at, atoms->at[i].lit.n, &entry[i].near[1]);
	}
	return OK;
}

/* The bytes at item i, or all when it is none of a fixed length. */
static bool
item_set(const struct row *r, size_t i, uint64_t set[4])
{
	const struct re_node *n = i < r->n ? r->v[i].leaf : NULL;

	memset(set, n ? 0 : 0xff, 4 * sizeof(*set));
	for (unsigned c = 0; n != NULL && c < 256; c++) {
		bool in = n->kind == RE_CLASS ? re_set_has(n->set, c)
					      : ((c & n->mask) == n->value) != n->neg;

		if (in)
			set[c >> 6] |= 1ULL << (c & 63);
	}
	return n != NULL;
}

/* What stands around n items from at; false: they are not just bytes. */
static bool
around_fill(const struct row *r, size_t at, size_t n, struct lit_around *out)
{
	size_t end = at + n;
	bool fixed = true;

	if (r->full || end > r->n)
		return false;
	for (size_t i = at; i < end; i++)
		if (r->v[i].leaf == NULL)
			return false;
	for (unsigned i = 0; i < LIT_AFTER; i++)
		fixed &= item_set(r, fixed ? end + i : r->n, out->after[i]);
	return true;
}

enum err
re_near_around(struct arena *a, const struct re_form *form, const struct re_atom *atom,
    const struct lit_around **out)
{
	struct row r = { .arena = a };
	struct lit_around *around = ARENA_NEW(a, struct lit_around);

	if (around == NULL)
		return ERR_LIMIT;
	TRY(row_fill(&r, form->root));
	if (around_fill(&r, row_find(&r, atom->leaf), atom->lit.n, around))
		*out = around;
	return OK;
}

/* The bytes from item i on that are one byte each, at most three. */
static unsigned
literal_at(const struct row *r, size_t i, uint8_t *out)
{
	unsigned n = 0;

	for (; i < r->n && n < LIT_WINDOW - 1; i++, n++) {
		if (r->v[i].leaf == NULL || r->v[i].mask != 0xff)
			break;
		out[n] = r->v[i].value;
	}
	return n;
}

enum err
re_near_best(struct arena *a, const struct re_form *form, struct re_atoms *atoms)
{
	struct row r = { .arena = a };
	struct lit_around around;
	double best = INFINITY;
	uint8_t lit[LIT_WINDOW];

	if (atoms->n != 1 || atoms->at[0].lit.n >= LIT_WINDOW)
		return OK;
	TRY(row_fill(&r, form->root));
	for (size_t i = 0; i < r.n && !r.full; i++) {
		struct lit_in in = { .lit = { lit, literal_at(&r, i, lit) },
			.around = &around };
		double cost;

		if (in.lit.n < atoms->at[0].lit.n || row_find(&r, r.v[i].leaf) != i ||
		    !around_fill(&r, i, in.lit.n, &around))
			continue;
		cost = lit_trigger_cost(&in);
		if (cost >= best)
			continue;
		best = cost;
		atoms->at[0] = (struct re_atom){ .lit = arena_bytes(a, in.lit),
			.leaf = r.v[i].leaf };
		if (atoms->at[0].lit.p == NULL)
			return ERR_LIMIT;
	}
	return OK;
}
