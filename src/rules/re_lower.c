/*
 * re_lower.c - a tree in a form that is easy to search: case folded into the bytes, wide
 * written out, short repeats unrolled, so that runs of literal bytes show. The meaning,
 * and YARA's lengths, stay.
 */
#include "rules/re_lower.h"

/*
 * A short repeat of plain leaves is written out, so that literal runs go across its
 * copies: \x00{8}abc. The rest stays a repeat.
 */
#define UNROLL 64u

struct lower {
	struct arena *arena;
	unsigned flags;
	uint32_t nodes; /* made so far */
};

static enum err lower(struct lower *l, const struct re_node *in, struct re_node **out);

static enum err
node(struct lower *l, enum re_kind kind, struct re_node **out)
{
	if (++l->nodes > RE_NODES_MAX)
		return ERR_SYNTAX;
	*out = re_node_new(l->arena, kind);
	return *out ? OK : ERR_LIMIT;
}

static bool
is_letter(uint8_t c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* A byte, folded by clearing bit 5 where it is a letter: exact, as both cases differ
 * there. */
static void
mask_set(const struct lower *l, const struct re_node *in, struct re_node *out)
{
	out->mask = in->mask;
	out->value = in->value;
	out->neg = in->neg;
	if (in->kind == RE_BYTE && (l->flags & RE_NOCASE) && is_letter(in->value)) {
		out->mask = 0xdf;
		out->value &= 0xdf;
	}
}

/* A class that is one byte, or both cases of one letter, becomes that. */
static bool
class_simple(const struct re_set *set, struct re_node *out)
{
	unsigned n = 0, first = 256;

	for (unsigned i = 4; i-- > 0;) {
		n += (unsigned)__builtin_popcountll(set->bit[i]);
		if (set->bit[i])
			first = i * 64 + (unsigned)__builtin_ctzll(set->bit[i]);
	}
	if (n == 0 || n > 2 ||
	    (n == 2 && (!is_letter((uint8_t)first) || !re_set_has(set, first ^ 0x20))))
		return false;
	out->kind = RE_MASK;
	out->mask = n == 1 ? 0xff : 0xdf;
	out->value = (uint8_t)(first & out->mask);
	return true;
}

static enum err
class_set(struct lower *l, const struct re_node *in, struct re_node *out)
{
	struct re_set any_but_newline = { { ~(1ULL << '\n'), ~0ULL, ~0ULL, ~0ULL } };
	struct re_set set = in->kind == RE_CLASS ? *in->set : any_but_newline;

	if (class_simple(&set, out))
		return OK;
	out->set = ARENA_NEW(l->arena, struct re_set);
	if (out->set == NULL)
		return ERR_LIMIT;
	*out->set = set;
	return OK;
}

/* One byte of the pattern; in the wide form with the zero behind it. */
static enum err
leaf(struct lower *l, const struct re_node *in, struct re_node **out)
{
	bool dot_all = in->kind == RE_ANY && (l->flags & RE_DOTALL);
	bool mask = in->kind == RE_BYTE || in->kind == RE_MASK || dot_all;
	struct re_node *cat, *zero;
	size_t cap = 0;

	TRY(node(l, mask ? RE_MASK : RE_CLASS, out));
	if (mask)
		mask_set(l, in, *out);
	else
		TRY(class_set(l, in, *out));
	if (!(l->flags & RE_WIDE))
		return OK;
	TRY(node(l, RE_CAT, &cat));
	TRY(node(l, RE_MASK, &zero));
	zero->mask = 0xff;
	TRY(re_node_push(l->arena, cat, &cap, *out));
	TRY(re_node_push(l->arena, cat, &cap, zero));
	*out = cat;
	return OK;
}

/* Leaves in a tree without repeats, or UNROLL + 1 when it has one or is larger. */
static uint32_t
plain_size(const struct re_node *n)
{
	uint32_t size = n->kind >= RE_BYTE && n->kind <= RE_CLASS;

	if (n->kind == RE_REPEAT)
		return UNROLL + 1;
	for (uint32_t i = 0; i < n->n && size <= UNROLL; i++)
		size += plain_size(n->kid[i]);
	return size > UNROLL ? UNROLL + 1 : size;
}

/*
 * Copies of a repeat that are written out. None of a lazy x+ with fullword: YARA's atom
 * may lie in any round of it and gives each its own length, so there must be one x only.
 */
static uint32_t
copies_of(const struct lower *l, const struct re_node *in)
{
	uint32_t size = plain_size(in->kid[0]), copies = size ? UNROLL / size : 0;

	if (l->flags & RE_FULLWORD && !in->greedy && in->min == 1 && in->max == RE_INF)
		return 0;
	return copies < in->min ? copies : in->min;
}

static enum err
repeat(struct lower *l, const struct re_node *in, struct re_node **out)
{
	uint32_t copies = copies_of(l, in);
	struct re_node *rest, *kid, *cat;
	size_t cap = 0, rest_cap = 0;

	TRY(node(l, RE_CAT, &cat));
	for (uint32_t i = 0; i < copies; i++) {
		TRY(lower(l, in->kid[0], &kid));
		TRY(re_node_push(l->arena, cat, &cap, kid));
	}
	*out = cat;
	if (in->max == copies)
		return OK;
	TRY(lower(l, in->kid[0], &kid));
	TRY(node(l, RE_REPEAT, &rest));
	TRY(re_node_push(l->arena, rest, &rest_cap, kid));
	rest->greedy = in->greedy;
	rest->min = in->min - copies;
	rest->max = in->max == RE_INF ? RE_INF : in->max - copies;
	return re_node_push(l->arena, cat, &cap, rest);
}

static enum err
lower(struct lower *l, const struct re_node *in, struct re_node **out)
{
	struct re_node *kid;
	size_t cap = 0;

	if (in->kind >= RE_BYTE && in->kind <= RE_CLASS)
		return leaf(l, in, out);
	if (in->kind == RE_REPEAT)
		return repeat(l, in, out);
	TRY(node(l, in->kind, out));
	for (uint32_t i = 0; i < in->n; i++) {
		TRY(lower(l, in->kid[i], &kid));
		TRY(re_node_push(l->arena, *out, &cap, kid));
	}
	return OK;
}

/* Saturating: RE_INF is no bound. */
static uint32_t
times(uint32_t a, uint32_t b)
{
	uint64_t v = (uint64_t)a * b;

	if (a == 0 || b == 0)
		return 0;
	return a == RE_INF || b == RE_INF || v > RE_INF ? RE_INF : (uint32_t)v;
}

static uint32_t
plus(uint32_t a, uint32_t b)
{
	return a > RE_INF - b ? RE_INF : a + b;
}

struct lengths {
	uint32_t min, max;
};

static struct lengths
lengths(const struct re_node *n)
{
	struct lengths sum = { 0, 0 }, k;

	if (n->kind == RE_MASK || n->kind == RE_CLASS)
		return (struct lengths){ 1, 1 };
	if (n->kind == RE_REPEAT) {
		k = lengths(n->kid[0]);
		return (struct lengths){ times(k.min, n->min), times(k.max, n->max) };
	}
	for (uint32_t i = 0; i < n->n; i++) {
		k = lengths(n->kid[i]);
		if (n->kind == RE_CAT) {
			sum.min = plus(sum.min, k.min);
			sum.max = plus(sum.max, k.max);
		} else {
			sum.min = i == 0 || k.min < sum.min ? k.min : sum.min;
			sum.max = k.max > sum.max ? k.max : sum.max;
		}
	}
	return sum;
}

enum err
re_lower(struct arena *a, const struct re_ast *ast, unsigned flags, struct re_form *out,
    struct re_fail *fail)
{
	struct lower l = { .arena = a, .flags = ast->flags | flags };
	struct re_form form = { .flags = l.flags };
	struct lengths len;
	enum err e;

	*fail = (struct re_fail){ 0 };
	e = lower(&l, ast->root, &form.root);
	if (e == ERR_SYNTAX)
		fail->text = "regular expression is too large";
	TRY(e);
	len = lengths(form.root);
	form.min_len = len.min;
	form.max_len = len.max;
	*out = form;
	return OK;
}

struct literal {
	uint8_t *p; /* NULL: only count */
	size_t n;
	bool folded, plain; /* there are letters of this kind */
};

static bool
literal_add(const struct re_node *n, struct literal *l)
{
	if (n->kind == RE_CAT) {
		for (uint32_t i = 0; i < n->n; i++)
			if (!literal_add(n->kid[i], l))
				return false;
		return true;
	}
	if (n->kind != RE_MASK || n->neg || (n->mask | 0x20) != 0xff)
		return false;
	if (n->mask == 0xdf)
		l->folded = true;
	else if (is_letter(n->value))
		l->plain = true;
	if (l->p != NULL)
		l->p[l->n] = n->mask == 0xdf ? n->value | 0x20 : n->value;
	l->n++;
	return true;
}

bool
re_literal(struct arena *a, const struct re_form *form, struct bytes *lit, bool *nocase)
{
	struct literal l = { 0 };

	if (!literal_add(form->root, &l) || l.n == 0 || (l.folded && l.plain))
		return false;
	l.p = arena_alloc(a, l.n);
	if (l.p == NULL)
		return false;
	*lit = (struct bytes){ l.p, l.n };
	*nocase = l.folded;
	l.n = 0;
	return literal_add(form->root, &l);
}
