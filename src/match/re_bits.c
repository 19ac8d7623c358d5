/*
 * re_bits.c - the simulation with a bit for each state, for patterns whose sets of states
 * are too many for the DFA's cache: a[ab]{100}c.
 *
 * The bits number the states that read a byte, and the accepting one. Copies of a repeat
 * stand side by side, so most states lead to the bit below theirs: one shift moves all of
 * them. What else states lead to is kept as groups: masks of states with the same
 * other targets. A byte costs a few operations per 64 states and group, whatever it is.
 *
 * What a state leads to through \b hangs on the place: there are two tables then, and
 * the byte ahead says which. ^ and $ hold at the ends only, and a run here begins behind
 * the one and leaves the other, with the last byte, to the lists.
 */
#include "match/filter.h"
#include "match/re_run.h"

#define LANES  4u                    /* words that are worked on at once */
#define WORDS  (RE_STATES_MAX / 64u) /* a multiple of LANES */
#define GROUPS 48u
#define BLOCKS 8u /* of LANES words, that a group leads into */

/* Shorter runs are not worth the tables. */
#define SHORT 8u

typedef uint64_t lanes __attribute__((vector_size(8 * LANES), aligned(8)));

/* Words that are not 0: lo to hi - 1. */
struct span {
	uint32_t lo, hi;
};

struct block {
	uint64_t at; /* its first word */
	uint64_t w[LANES];
};

/* States with the same targets. */
struct group {
	struct block to[BLOCKS];
	uint32_t n;
	struct span at;
};

/* Where states lead to, at places that assertions see alike. */
struct moves {
	uint64_t begin[WORDS];
	uint64_t down[WORDS]; /* states that lead to the bit below */
	uint64_t from[GROUPS][WORDS];
	struct group group[GROUPS];
	uint32_t groups;
};

struct re_bits {
	uint64_t reads[256][WORDS]; /* by class of bytes: the states that read it */
	struct moves moves[2];      /* by what \b says */
	uint64_t match[WORDS];
	struct span match_at;
	uint32_t words, n;             /* words: a multiple of LANES */
	uint32_t bit[RE_STATES_MAX];   /* by state */
	uint32_t state[RE_STATES_MAX]; /* by bit */
};

size_t
re_bits_size(void)
{
	return sizeof(struct re_bits);
}

static void
set(uint64_t *row, uint32_t bit)
{
	row[bit / 64] |= 1ULL << (bit & 63);
}

static void
clear(const struct re_bits *b, uint64_t *row)
{
	memset(row, 0, b->words * sizeof(*row));
}

static struct span
span_of(const struct re_bits *b, const uint64_t *row)
{
	struct span s = { 0, b->words };

	while (s.hi > 0 && row[s.hi - 1] == 0)
		s.hi--;
	while (s.lo < s.hi && row[s.lo] == 0)
		s.lo++;
	return s;
}

static void
number(struct re_bits *b, const struct re_run *r, uint32_t states)
{
	b->n = 0;
	for (uint32_t i = 0; i < states; i++) {
		if (r->st[i].op > RE_OP_CLASS)
			continue;
		b->state[b->n] = i;
		b->bit[i] = b->n++;
	}
	b->words = (b->n + 64 * LANES - 1) / (64 * LANES) * LANES;
}

/* All that a state leads to without reading. */
static const struct re_list *
targets(const struct re_run *r, uint32_t state, bool word)
{
	struct re_list *l = &r->pair->nxt;

	re_list_begin(r->vm->scratch, l);
	re_list_add(r, l, state, (struct re_ctx){ .word = word });
	r->vm->steps += l->n + 1;
	return l;
}

/* Adds a bit to the blocks of a group, which are in order; false: too many. */
static bool
block_add(struct group *g, uint32_t bit)
{
	uint64_t at = bit / 64 / LANES * LANES;
	uint32_t i = 0;

	while (i < g->n && g->to[i].at < at)
		i++;
	if (i == g->n || g->to[i].at != at) {
		if (g->n == BLOCKS)
			return false;
		memmove(&g->to[i + 1], &g->to[i], (g->n - i) * sizeof(g->to[0]));
		g->to[i] = (struct block){ .at = at };
		g->n++;
	}
	set(g->to[i].w, bit - (uint32_t)at * 64);
	return true;
}

/* Notes that a bit leads to what is in the group like; false: too many groups. */
static bool
group_add(struct re_bits *b, struct moves *m, uint32_t bit, const struct group *like)
{
	uint32_t g = 0;

	while (g < m->groups &&
	       (m->group[g].n != like->n ||
		   memcmp(m->group[g].to, like->to, like->n * sizeof(like->to[0])) != 0))
		g++;
	if (g == GROUPS)
		return false;
	if (g == m->groups) {
		m->group[m->groups++] = *like;
		clear(b, m->from[g]);
	}
	set(m->from[g], bit);
	return true;
}

static bool
move_add(struct re_bits *b, const struct re_run *r, uint32_t bit, bool word)
{
	struct moves *m = &b->moves[word];
	const struct re_list *l = targets(r, r->st[b->state[bit]].x, word);
	struct group g = { .n = 0 };

	for (uint32_t i = 0; i < l->n; i++) {
		uint32_t to = b->bit[l->s[i]];

		if (to + 1 == bit)
			set(m->down, bit);
		else if (!block_add(&g, to))
			return false;
	}
	return g.n == 0 || group_add(b, m, bit, &g);
}

static bool
moves_make(struct re_bits *b, const struct re_run *r, bool word)
{
	struct moves *m = &b->moves[word];
	const struct re_list *l = targets(r, r->start, word);

	clear(b, m->begin);
	clear(b, m->down);
	m->groups = 0;
	for (uint32_t i = 0; i < l->n; i++)
		set(m->begin, b->bit[l->s[i]]);
	for (uint32_t i = 0; i < b->n; i++)
		if (r->st[b->state[i]].op != RE_OP_MATCH && !move_add(b, r, i, word))
			return false;
	for (uint32_t g = 0; g < m->groups; g++)
		m->group[g].at = span_of(b, m->from[g]);
	return true;
}

static bool
prepare(struct re_bits *b, const struct re_run *r, const struct re_bytes *c)
{
	uint32_t states = r->back ? r->prog->rev_n : r->prog->fwd_n;

	number(b, r, states);
	for (uint32_t k = 0; k < c->classes; k++)
		clear(b, b->reads[k]);
	clear(b, b->match);
	r->vm->steps += b->n / 8 * c->classes;
	for (uint32_t i = 0; i < b->n; i++) {
		const struct re_state *st = &r->st[b->state[i]];

		if (st->op == RE_OP_MATCH)
			set(b->match, i);
		for (uint32_t k = 0; k < c->classes; k++)
			if (re_reads(r, st, c->sample[k]))
				set(b->reads[k], i);
	}
	b->match_at = span_of(b, b->match);
	return moves_make(b, r, false) &&
	       (!(r->prog->flags & RE_P_WORD) || moves_make(b, r, true));
}

/* A set, and what of it read the last byte. */
struct sets {
	uint64_t now[WORDS], live[WORDS];
};

static inline void
get(const uint64_t *p, lanes *out)
{
	memcpy(out, p, sizeof(*out));
}

static inline void
put(uint64_t *p, const lanes *x)
{
	memcpy(p, x, sizeof(*x));
}

/* Bits of a word that are set in the other one, too. */
static inline uint64_t
common(const uint64_t *a, const uint64_t *b, struct span at)
{
	uint64_t any = 0;

	for (uint32_t w = at.lo; w < at.hi; w++)
		any |= a[w] & b[w];
	return any;
}

static inline void
group_step(const struct group *g, uint64_t *now)
{
	lanes x, to;

	for (uint32_t i = 0; i < g->n; i++) {
		get(now + g->to[i].at, &x);
		get(g->to[i].w, &to);
		x |= to;
		put(now + g->to[i].at, &x);
	}
}

/*
 * The set behind a byte that states read, with what begins there. Bits move down, so the
 * topmost words come first: each gives the next one its lowest bit.
 */
static inline __attribute__((always_inline)) void
step(
    const struct re_bits *b, struct sets *s, const uint64_t *reads, const struct moves *m)
{
	lanes above = { 0 }, live, mask, moved;

	for (uint32_t w = b->words; w > 0;) {
		w -= LANES;
		get(s->now + w, &live);
		get(reads + w, &mask);
		live &= mask;
		put(s->live + w, &live);
		get(m->down + w, &mask);
		moved = live & mask;
		get(m->begin + w, &mask);
		mask |= moved >> 1 | __builtin_shufflevector(moved, above, 1, 2, 3, 4)
					 << 63;
		put(s->now + w, &mask);
		above = moved;
	}
	for (uint32_t g = 0; g < m->groups; g++)
		if (common(s->live, m->from[g], m->group[g].at) != 0)
			group_step(&m->group[g], s->now);
}

/* What a byte costs, in steps: about as many operations. */
static uint64_t
cost_of(const struct re_bits *b)
{
	const struct moves *m = &b->moves[0];
	uint64_t words = b->words;

	for (uint32_t g = 0; g < m->groups; g++)
		words += m->group[g].at.hi - m->group[g].at.lo;
	return 1 + words / 8;
}

/* A run that is under way. */
struct bits_run {
	const struct re_bits *b;
	const struct re_run *r;
	const struct re_bytes *c;
	struct re_sink *sink;
	uint64_t pos, cost;
	bool any;
};

static uint64_t
left(const struct bits_run *x)
{
	return x->r->back ? x->pos : x->r->data.n - x->pos;
}

/* At a place: is there a match, and is that all? */
static bool
enough(struct bits_run *x)
{
	x->any = true;
	return x->sink == NULL || !x->sink->found(x->sink, x->pos);
}

/* The bits that read the next byte; the run goes behind it. */
static inline const uint64_t *
next_byte(struct bits_run *x, bool back)
{
	const uint8_t *p = x->r->data.p;
	uint8_t byte = back ? p[x->pos - 1] : p[x->pos];

	x->pos = back ? x->pos - 1 : x->pos + 1;
	return x->b->reads[x->c->class[byte]];
}

/* To the last byte but one, at which the lists take over. RE_NO: it got there. */
static inline __attribute__((always_inline)) enum re_answer
scan(struct bits_run *x, struct sets *s, bool back, bool words)
{
	const struct re_bits *b = x->b;

	while (left(x) > 1) {
		const uint64_t *reads = next_byte(x, back);
		bool word = words && re_word_edge(x->r, x->pos);

		step(b, s, reads, &b->moves[word]);
		if (!re_charge(x->r->vm, x->cost))
			return RE_LIMIT;
		if (common(s->now, b->match, b->match_at) != 0 && enough(x))
			return RE_YES;
	}
	return RE_NO;
}

static inline bool
any_of(const lanes *x)
{
	return ((*x)[0] | (*x)[1] | (*x)[2] | (*x)[3]) != 0;
}

/* The same for patterns of one block of words: the set is in a register. */
static inline __attribute__((always_inline)) enum re_answer
scan_small(struct bits_run *x, struct sets *s, bool back, bool words)
{
	const struct re_bits *b = x->b;
	lanes now, live, mask, moved, none = { 0 };

	get(s->now, &now);
	while (left(x) > 1) {
		const uint64_t *reads = next_byte(x, back);
		const struct moves *m = &b->moves[words && re_word_edge(x->r, x->pos)];

		get(reads, &live);
		live &= now;
		get(m->down, &moved);
		moved &= live;
		get(m->begin, &now);
		now |= moved >> 1 | __builtin_shufflevector(moved, none, 1, 2, 3, 4)
					<< 63;
		for (uint32_t g = 0; g < m->groups; g++) {
			get(m->from[g], &mask);
			mask &= live;
			if (!any_of(&mask))
				continue;
			get(m->group[g].to[0].w, &mask);
			now |= mask;
		}
		if (!re_charge(x->r->vm, x->cost))
			return RE_LIMIT;
		get(b->match, &mask);
		mask &= now;
		if (any_of(&mask) && enough(x))
			return RE_YES;
	}
	put(s->now, &now);
	return RE_NO;
}

static inline __attribute__((always_inline)) enum re_answer
scan_any(struct bits_run *x, struct sets *s)
{
	bool back = x->r->back, word = x->r->prog->flags & RE_P_WORD;

	if (x->b->words == LANES)
		return back || word ? scan_small(x, s, back, word)
				    : scan_small(x, s, false, false);
	return back || word ? scan(x, s, back, word) : scan(x, s, false, false);
}

static enum re_answer
scan_plain(struct bits_run *x, struct sets *s)
{
	return scan_any(x, s);
}

static __attribute__((target("avx2"))) enum re_answer
scan_avx2(struct bits_run *x, struct sets *s)
{
	return scan_any(x, s);
}

/* The list of the states in a set. */
static void
list_of(const struct bits_run *x, const uint64_t now[WORDS])
{
	struct re_list *cur = &x->r->pair->cur;

	re_list_begin(x->r->vm->scratch, cur);
	for (uint32_t w = 0; w < x->b->words; w++)
		for (uint64_t m = now[w]; m != 0; m &= m - 1) {
			uint32_t i = x->b->state[w * 64 + (unsigned)__builtin_ctzll(m)];

			x->r->vm->scratch->mark[i] = x->r->vm->scratch->gen;
			cur->s[cur->n++] = i;
		}
}

/* The set at pos: what the run has, and what begins there. False: a match, and enough. */
static bool
begin(struct bits_run *x, struct sets *s)
{
	const struct re_list *cur = &x->r->pair->cur;
	bool word = x->r->prog->flags & RE_P_WORD && re_word_edge(x->r, x->pos);

	memcpy(s->now, x->b->moves[word].begin, x->b->words * sizeof(*s->now));
	for (uint32_t i = 0; i < cur->n; i++)
		set(s->now, x->b->bit[cur->s[i]]);
	if (common(s->now, x->b->match, x->b->match_at) == 0)
		return true;
	return !enough(x);
}

enum re_answer
re_bits_scan(
    const struct re_run *r, uint64_t pos, const struct re_bytes *c, struct re_sink *sink)
{
	struct re_bits *b = r->vm->scratch->bits;
	struct bits_run x = { .b = b, .r = r, .c = c, .sink = sink, .pos = pos };
	enum re_answer a;
	struct sets s;

	if (b == NULL || left(&x) < SHORT || pos == (r->back ? r->data.n : 0) ||
	    !prepare(b, r, c))
		return re_nfa_scan(r, pos, sink);
	x.cost = cost_of(b);
	if (!begin(&x, &s))
		return RE_YES;
	a = filter_cpus() & FILTER_AVX2 ? scan_avx2(&x, &s) : scan_plain(&x, &s);
	if (a != RE_NO)
		return a;
	list_of(&x, s.now);
	a = re_nfa_scan(r, x.pos, sink);
	return a == RE_NO && x.any ? RE_YES : a;
}
