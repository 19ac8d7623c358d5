/*
 * re_build.c - Thompson automata over bytes, one that reads forwards and one backwards
 * (db/re.h). Repeats are written out, so states are counted against RE_STATES_MAX and
 * visits against a budget of their own.
 */
#include "rules/re_build.h"

#include "db/re.h"
#include "rules/re_near.h"

#define WORK_MAX (8u << 20) /* nodes visited: repeats of nothing make no states */

/*
 * An automaton is built backwards: emit(node, next) makes the states that read the node
 * and then go on at next, and gives the state to begin at. So all targets are known when
 * a state is made, except that of a loop.
 */
struct build {
	struct arena *arena;
	struct re_state *st;
	size_t cap;
	uint32_t n;
	uint32_t work;
	bool reverse;
	bool record; /* leaves remember their state: not in the copies of a repeat */
	unsigned flags;
	struct re_set *set; /* distinct classes, shared by both automata */
	size_t set_cap;
	uint32_t sets;
};

static enum err emit(struct build *b, struct re_node *n, uint32_t next, uint32_t *out);

static enum err
state(struct build *b, struct re_state s, uint32_t *out)
{
	if (b->n == RE_STATES_MAX)
		return ERR_SYNTAX;
	if (b->n == b->cap) {
		struct re_state *st =
		    arena_grow(b->arena, b->st, &b->cap, b->n + 1u, sizeof(*b->st));

		if (st == NULL)
			return ERR_LIMIT;
		b->st = st;
	}
	b->st[b->n] = s;
	*out = b->n++;
	return OK;
}

static enum err
class_index(struct build *b, const struct re_set *set, uint16_t *out)
{
	uint32_t i = 0;

	while (i < b->sets && memcmp(&b->set[i], set, sizeof(*set)) != 0)
		i++;
	if (i > UINT16_MAX)
		return ERR_SYNTAX;
	if (i == b->sets) {
		if (b->sets == b->set_cap) {
			struct re_set *v = arena_grow(
			    b->arena, b->set, &b->set_cap, b->sets + 1u, sizeof(*b->set));

			if (v == NULL)
				return ERR_LIMIT;
			b->set = v;
		}
		b->set[b->sets++] = *set;
	}
	*out = (uint16_t)i;
	return OK;
}

static enum err
emit_leaf(struct build *b, struct re_node *n, uint32_t next, uint32_t *out)
{
	struct re_state s = { .op = RE_OP_MASK, .x = next };

	if (n->kind == RE_CLASS) {
		s.op = RE_OP_CLASS;
		TRY(class_index(b, n->set, &s.b));
	} else {
		s.a = n->value;
		s.b = (uint16_t)(n->mask | (n->neg ? 0x100 : 0));
	}
	TRY(state(b, s, out));
	if (b->record && b->reverse)
		n->rev = next;
	else if (b->record)
		n->fwd = *out;
	return OK;
}

static enum err
emit_assertion(struct build *b, struct re_node *n, uint32_t next, uint32_t *out)
{
	static const struct {
		uint8_t op, flag;
	} row[] = {
		[RE_START] = { RE_OP_START, RE_P_START },
		[RE_END] = { RE_OP_END, RE_P_END },
		[RE_WORD] = { RE_OP_WORD, RE_P_WORD },
		[RE_NOTWORD] = { RE_OP_NOTWORD, RE_P_WORD },
	};

	b->flags |= row[n->kind].flag;
	return state(b, (struct re_state){ .op = row[n->kind].op, .x = next }, out);
}

static enum err
emit_split(struct build *b, uint32_t x, uint32_t y, uint32_t *out)
{
	return state(b, (struct re_state){ .op = RE_OP_SPLIT, .x = x, .y = y }, out);
}

static enum err
emit_cat(struct build *b, struct re_node *n, uint32_t next, uint32_t *out)
{
	for (uint32_t i = 0; i < n->n; i++) {
		uint32_t k = b->reverse ? i : n->n - 1 - i;

		TRY(emit(b, n->kid[k], next, &next));
	}
	*out = next;
	return OK;
}

static enum err
emit_alt(struct build *b, struct re_node *n, uint32_t next, uint32_t *out)
{
	uint32_t entry, rest = 0;

	for (uint32_t i = n->n; i-- > 0;) {
		TRY(emit(b, n->kid[i], next, &entry));
		if (i + 1 < n->n)
			TRY(emit_split(b, entry, rest, &entry));
		rest = entry;
	}
	*out = rest;
	return OK;
}

/* The copies there must be; the leftmost in the text is the one whose leaves count. */
static enum err
emit_copies(struct build *b, struct re_node *n, uint32_t next, uint32_t *out)
{
	bool record = b->record;

	for (uint32_t i = 0; i < n->min; i++) {
		b->record = record && i == (b->reverse ? 0 : n->min - 1);
		TRY(emit(b, n->kid[0], next, &next));
	}
	b->record = record;
	*out = next;
	return OK;
}

static enum err
emit_loop(struct build *b, struct re_node *n, uint32_t next, uint32_t *out)
{
	uint32_t body;

	TRY(emit_split(b, next, next, out));
	TRY(emit(b, n->kid[0], *out, &body));
	if (n->greedy)
		b->st[*out].x = body;
	else
		b->st[*out].y = body;
	return OK;
}

/* The copies there may be: (x(x(x)?)?)?, each leaving straight to next. */
static enum err
emit_optional(struct build *b, struct re_node *n, uint32_t next, uint32_t *out)
{
	uint32_t entry = next, body;

	for (uint32_t i = n->min; i < n->max; i++) {
		TRY(emit(b, n->kid[0], entry, &body));
		TRY(emit_split(
		    b, n->greedy ? body : next, n->greedy ? next : body, &entry));
	}
	*out = entry;
	return OK;
}

static enum err
emit_rest(struct build *b, struct re_node *n, uint32_t next, uint32_t *out)
{
	bool record = b->record;

	b->record = false;
	TRY((n->max == RE_INF ? emit_loop : emit_optional)(b, n, next, out));
	b->record = record;
	return OK;
}

/*
 * x+ is one x and a way back to it, as YARA compiles it: a match may go through an atom
 * of x in any of its rounds, which fullword can see.
 */
static enum err
emit_plus(struct build *b, struct re_node *n, uint32_t next, uint32_t *out)
{
	uint32_t back;

	TRY(emit_split(b, next, next, &back));
	TRY(emit(b, n->kid[0], back, out));
	if (n->greedy)
		b->st[back].x = *out;
	else
		b->st[back].y = *out;
	return OK;
}

/* In the text the copies that must be come first, then those that may. */
static enum err
emit_repeat(struct build *b, struct re_node *n, uint32_t next, uint32_t *out)
{
	if (n->min == 1 && n->max == RE_INF)
		return emit_plus(b, n, next, out);
	if (b->reverse) {
		TRY(emit_copies(b, n, next, &next));
		return emit_rest(b, n, next, out);
	}
	TRY(emit_rest(b, n, next, &next));
	return emit_copies(b, n, next, out);
}

static enum err
emit(struct build *b, struct re_node *n, uint32_t next, uint32_t *out)
{
	if (++b->work > WORK_MAX)
		return ERR_SYNTAX;
	switch (n->kind) {
	case RE_MASK:
	case RE_CLASS: return emit_leaf(b, n, next, out);
	case RE_CAT: return emit_cat(b, n, next, out);
	case RE_ALT: return emit_alt(b, n, next, out);
	case RE_REPEAT: return emit_repeat(b, n, next, out);
	case RE_EMPTY: *out = next; return OK;
	default: return emit_assertion(b, n, next, out);
	}
}

struct automaton {
	struct re_state *st;
	uint32_t n, start;
};

static enum err
automaton(struct build *b, struct re_form *form, bool reverse, struct automaton *out)
{
	uint32_t match;

	b->st = NULL;
	b->n = 0;
	b->cap = 0;
	b->work = 0;
	b->record = true;
	b->reverse = reverse;
	TRY(state(b, (struct re_state){ .op = RE_OP_MATCH }, &match));
	TRY(emit(b, form->root, match, &out->start));
	out->st = b->st;
	out->n = b->n;
	return OK;
}

_Static_assert(sizeof(struct re_prog) % RE_ALIGN == 0, "tables follow the head");
_Static_assert(sizeof(struct re_class) == sizeof(struct re_set), "copied as they are");

/* Where the parts of a program go, relative to it. */
static uint32_t
place(uint32_t *size, size_t bytes)
{
	uint32_t at = *size;

	*size += (uint32_t)((bytes + RE_ALIGN - 1) & ~(size_t)(RE_ALIGN - 1));
	return at;
}

static void
put(struct buf *out, const void *p, size_t n)
{
	buf_put(out, p, n);
	buf_align(out, RE_ALIGN);
}

static struct re_prog
head(const struct re_form *form, const struct re_atoms *atoms, unsigned flags)
{
	static const struct {
		unsigned form, prog;
	} map[] = {
		{ RE_GREEDY, RE_P_GREEDY },
		{ RE_BRANCHES, RE_P_BRANCHES },
		{ RE_WIDE, RE_P_WIDE },
		{ RE_NOCASE, RE_P_NOCASE },
		{ RE_FULLWORD, RE_P_FULLWORD },
	};

	for (size_t i = 0; i < COUNT(map); i++)
		flags |= form->flags & map[i].form ? map[i].prog : 0;
	return (struct re_prog){
		.flags = (uint8_t)flags,
		.entries = (uint16_t)atoms->n,
		.min_len = form->min_len,
		.max_len = form->max_len,
		.size = sizeof(struct re_prog),
	};
}

static enum err
put_entries(struct arena *a, const struct re_form *form, const struct re_atoms *atoms,
    bool fixed, struct buf *out)
{
	struct re_entry *e = ARENA_ARRAY(a, atoms->n + 1, struct re_entry);

	if (e == NULL)
		return ERR_LIMIT;
	for (size_t i = 0; i < atoms->n; i++)
		e[i] = (struct re_entry){ .fwd = atoms->at[i].leaf->fwd,
			.rev = fixed ? 0 : atoms->at[i].leaf->rev };
	if (!fixed)
		TRY(re_near_find(a, form, atoms, e));
	put(out, e, atoms->n * sizeof(*e));
	return OK;
}

static enum err
put_nfa(struct re_form *form, const struct re_atoms *atoms, const struct build *b,
    const struct automaton both[2], struct buf *out)
{
	struct re_prog p = head(form, atoms, b->flags);
	size_t width = sizeof(struct re_state);

	p.kind = RE_NFA;
	p.entry = place(&p.size, atoms->n * sizeof(struct re_entry));
	p.fwd = place(&p.size, both[0].n * width);
	p.rev = place(&p.size, both[1].n * width);
	p.class = place(&p.size, b->sets * sizeof(struct re_class));
	p.fwd_n = both[0].n;
	p.fwd_start = both[0].start;
	p.rev_n = both[1].n;
	p.rev_start = both[1].start;
	p.class_n = b->sets;
	put(out, &p, sizeof(p));
	TRY(put_entries(b->arena, form, atoms, false, out));
	put(out, both[0].st, both[0].n * width);
	put(out, both[1].st, both[1].n * width);
	put(out, b->set, b->sets * sizeof(struct re_class));
	return OK;
}

/* Masked bytes in a row: their number, or more than RE_FIXED_MAX for anything else. */
static uint32_t
fixed_count(struct re_node *n, uint32_t at)
{
	if (n->kind == RE_MASK && !n->neg) {
		n->fwd = at;
		return at + 1;
	}
	if (n->kind != RE_CAT)
		return RE_FIXED_MAX + 1;
	for (uint32_t i = 0; i < n->n && at <= RE_FIXED_MAX; i++)
		at = fixed_count(n->kid[i], at);
	return at;
}

static void
fixed_fill(const struct re_node *n, uint8_t *value, uint8_t *mask)
{
	if (n->kind == RE_MASK) {
		value[n->fwd] = n->value;
		mask[n->fwd] = n->mask;
	}
	for (uint32_t i = 0; i < n->n; i++)
		fixed_fill(n->kid[i], value, mask);
}

static enum err
put_fixed(struct arena *a, struct re_form *form, const struct re_atoms *atoms, uint32_t n,
    struct buf *out)
{
	struct re_prog p = head(form, atoms, 0);
	uint8_t *value = arena_alloc(a, n), *mask = arena_alloc(a, n);

	if (value == NULL || mask == NULL)
		return ERR_LIMIT;
	fixed_fill(form->root, value, mask);
	p.kind = RE_FIXED;
	p.fwd_n = n;
	p.entry = place(&p.size, atoms->n * sizeof(struct re_entry));
	p.fwd = place(&p.size, n);
	p.rev = place(&p.size, n);
	put(out, &p, sizeof(p));
	TRY(put_entries(a, form, atoms, true, out));
	put(out, value, n);
	put(out, mask, n);
	return OK;
}

static enum err
build(
    struct arena *a, struct re_form *form, const struct re_atoms *atoms, struct buf *out)
{
	struct build b = { .arena = a };
	struct automaton both[2];
	uint32_t n = fixed_count(form->root, 0);

	if (n > 0 && n <= RE_FIXED_MAX)
		return put_fixed(a, form, atoms, n, out);
	TRY(automaton(&b, form, false, &both[0]));
	TRY(automaton(&b, form, true, &both[1]));
	return put_nfa(form, atoms, &b, both, out);
}

enum err
re_build(struct arena *a, struct re_form *form, const struct re_atoms *atoms,
    struct buf *out, uint32_t *at, struct re_fail *fail)
{
	size_t from;
	enum err e;

	*fail = (struct re_fail){ 0 };
	buf_align(out, RE_ALIGN);
	from = out->n;
	if (out->full || from > UINT32_MAX)
		return ERR_LIMIT;
	e = build(a, form, atoms, out);
	if (e == ERR_SYNTAX)
		fail->text = "regular expression is too large";
	TRY(e);
	if (out->full)
		return ERR_LIMIT;
	*at = (uint32_t)from;
	return OK;
}
