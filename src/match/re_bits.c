/*
 * re_bits.c - the simulation with a bit for each state, for patterns whose sets of states
 * are too many for the DFA's cache: a[ab]{100}c.
 *
 * The bits number the states that read a byte, and the accepting one. Copies of a repeat
 * stand side by side, so most states lead to the bit below theirs: one shift moves all of
 * them. What else states lead to is kept as groups: masks of states with the same
 * other targets. A byte costs a few operations per 64 states and group, whatever it is.
 */
#include "match/re_run.h"

#define WORDS  16u /* 1,024 states */
#define GROUPS 48u

struct re_bits {
	uint64_t reads[256][WORDS]; /* by class of bytes: the states that read it */
	uint64_t down[WORDS];       /* states that lead to the bit below */
	uint64_t from[GROUPS][WORDS], to[GROUPS][WORDS];
	uint64_t begin[WORDS], match[WORDS];
	uint32_t groups, words, n;
	uint16_t bit[RE_STATES_MAX]; /* by state: its number + 1, or 0 */
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

static bool
number(struct re_bits *b, const struct re_run *r, uint32_t states)
{
	b->n = 0;
	for (uint32_t i = 0; i < states; i++) {
		b->bit[i] = 0;
		if (r->st[i].op > RE_OP_CLASS)
			continue;
		if (b->n == WORDS * 64)
			return false;
		b->bit[i] = (uint16_t)++b->n;
	}
	b->words = (b->n + 63) / 64;
	return true;
}

/* The bits of all that a state leads to without reading. */
static void
targets(struct re_bits *b, const struct re_run *r, uint32_t state, uint64_t row[WORDS])
{
	struct re_list *l = &r->pair->nxt;

	memset(row, 0, WORDS * sizeof(*row));
	re_list_begin(r->vm->scratch, l);
	re_list_add(r, l, state, (struct re_ctx){ 0 });
	r->vm->steps += l->n + 1;
	for (uint32_t i = 0; i < l->n; i++)
		set(row, b->bit[l->s[i]] - 1u);
}

/* Notes that a bit leads to the row; false: too many groups. */
static bool
group(struct re_bits *b, uint32_t bit, const uint64_t row[WORDS])
{
	uint32_t g = 0;

	while (g < b->groups && memcmp(b->to[g], row, sizeof(b->to[g])) != 0)
		g++;
	if (g == GROUPS)
		return false;
	if (g == b->groups) {
		memcpy(b->to[g], row, sizeof(b->to[g]));
		memset(b->from[g], 0, sizeof(b->from[g]));
		b->groups++;
	}
	set(b->from[g], bit);
	return true;
}

static bool
state_add(struct re_bits *b, const struct re_run *r, uint32_t i, const struct re_bytes *c)
{
	uint32_t bit = b->bit[i] - 1u;
	uint64_t row[WORDS], rest = 0;

	if (r->st[i].op == RE_OP_MATCH) {
		set(b->match, bit);
		return true;
	}
	for (uint32_t k = 0; k < c->classes; k++)
		if (re_reads(r, &r->st[i], c->sample[k]))
			set(b->reads[k], bit);
	targets(b, r, r->st[i].x, row);
	if (bit > 0 && row[(bit - 1) / 64] >> ((bit - 1) & 63) & 1) {
		set(b->down, bit);
		row[(bit - 1) / 64] &= ~(1ULL << ((bit - 1) & 63));
	}
	for (uint32_t w = 0; w < b->words; w++)
		rest |= row[w];
	return rest == 0 || group(b, bit, row);
}

static bool
prepare(struct re_bits *b, const struct re_run *r, const struct re_bytes *c)
{
	uint32_t states = r->back ? r->prog->rev_n : r->prog->fwd_n;

	if (r->prog->flags & (RE_P_WORD | RE_P_START | RE_P_END) || !number(b, r, states))
		return false;
	memset(b->reads, 0, c->classes * sizeof(b->reads[0]));
	memset(b->down, 0, sizeof(b->down));
	memset(b->match, 0, sizeof(b->match));
	b->groups = 0;
	targets(b, r, r->start, b->begin);
	for (uint32_t i = 0; i < states; i++)
		if (b->bit[i] != 0 && !state_add(b, r, i, c))
			return false;
	return true;
}

/* The set behind a byte of this class. */
static void
step(const struct re_bits *b, uint64_t now[WORDS], uint32_t class)
{
	uint64_t next[WORDS], carry = 0;

	for (uint32_t w = b->words; w-- > 0;) {
		uint64_t moved;

		now[w] &= b->reads[class][w];
		moved = now[w] & b->down[w];
		next[w] = moved >> 1 | carry << 63;
		carry = moved & 1;
	}
	for (uint32_t g = 0; g < b->groups; g++) {
		uint64_t any = 0;

		for (uint32_t w = 0; w < b->words; w++)
			any |= now[w] & b->from[g][w];
		for (uint32_t w = 0; any != 0 && w < b->words; w++)
			next[w] |= b->to[g][w];
	}
	memcpy(now, next, b->words * sizeof(*now));
}

static bool
matches(const struct re_bits *b, uint64_t now[WORDS], bool begin)
{
	uint64_t any = 0;

	for (uint32_t w = 0; w < b->words; w++) {
		now[w] |= begin ? b->begin[w] : 0;
		any |= now[w] & b->match[w];
	}
	return any != 0;
}

static enum re_answer
scan(const struct re_bits *b, const struct re_run *r, uint64_t pos,
    const struct re_bytes *c, struct re_sink *sink)
{
	const struct re_list *cur = &r->pair->cur;
	uint64_t now[WORDS] = { 0 }, cost = 1 + b->words * (b->groups + 1) / 8;
	bool any = false;

	for (uint32_t i = 0; i < cur->n; i++)
		set(now, b->bit[cur->s[i]] - 1u);
	for (;;) {
		bool end = r->back ? pos == 0 : pos >= r->data.n;

		if (!re_charge(r->vm, cost))
			return RE_LIMIT;
		/* A match starts before the end of the data, but can end anywhere. */
		if (matches(b, now, r->back || !end)) {
			any = true;
			if (sink == NULL || !sink->found(sink, pos))
				return RE_YES;
		}
		if (end)
			return any ? RE_YES : RE_NO;
		step(b, now, c->class[r->data.p[r->back ? pos - 1 : pos]]);
		pos = r->back ? pos - 1 : pos + 1;
	}
}

enum re_answer
re_bits_scan(
    const struct re_run *r, uint64_t pos, const struct re_bytes *c, struct re_sink *sink)
{
	struct re_bits *b = r->vm->scratch->bits;

	if (b == NULL || !prepare(b, r, c))
		return re_nfa_scan(r, pos, sink);
	return scan(b, r, pos, c, sink);
}
