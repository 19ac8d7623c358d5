/*
 * hex_parse.c - hex strings, `{ 41 ?? [2-4] (42|43) }`, to the tree of re_ast.h, with
 * YARA's refusals. Depth is bounded by RE_DEPTH_MAX.
 */
#include "rules/hex_parse.h"

#include "base/text.h"

#define JUMP_MAX 0x7fffffffu /* YARA's numbers are ints; what is more is negative */

enum token { T_END, T_BYTE, T_OPEN, T_CLOSE, T_OR, T_JUMP };

struct parser {
	struct arena *arena;
	struct bytes s;
	size_t i, at; /* behind the token, and where it begins */
	enum token token;
	struct re_node byte; /* T_BYTE: value, mask, neg */
	uint32_t min, max;   /* T_JUMP */
	bool exact;          /* T_JUMP: it was [n] */
	unsigned depth;      /* of parentheses */
	struct re_fail *fail;
};

static int
peek(const struct parser *p, size_t ahead)
{
	return ahead < p->s.n - p->i ? p->s.p[p->i + ahead] : -1;
}

static bool
is_space(int c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Skips blanks and comments; an open comment reaches to the end. */
static void
skip(struct parser *p)
{
	for (;;) {
		uint64_t end;

		if (is_space(peek(p, 0))) {
			p->i++;
			continue;
		}
		if (peek(p, 0) != '/' || (peek(p, 1) != '/' && peek(p, 1) != '*'))
			return;
		if (peek(p, 1) == '/')
			end = bytes_find(p->s, p->i + 2, BYTES_LIT("\n"));
		else
			end = num_add(bytes_find(p->s, p->i + 2, BYTES_LIT("*/")), 2);
		p->i = end > p->s.n ? p->s.n : (size_t)end;
	}
}

/* Two digits, each of which may be '?', perhaps behind a '~'. */
static enum err
read_byte(struct parser *p, bool neg)
{
	size_t at = p->i;
	int hi = peek(p, neg), lo = peek(p, neg + 1u);
	int h = text_hex(hi), l = text_hex(lo);

	p->byte = (struct re_node){ .kind = RE_MASK, .neg = neg };
	if (neg && (h < 0 && (hi != '?' || l < 0)))
		return re_fail_at(p->fail, at, "invalid not operator (~) in hex string");
	if (h < 0 && (hi != '?' || (l < 0 && lo != '?')))
		return re_fail_at(p->fail, at, "invalid character in hex string");
	if (l < 0 && lo != '?')
		return re_fail_at(p->fail, at, "uneven number of digits in hex string");
	if (h >= 0) {
		p->byte.mask |= 0xf0;
		p->byte.value = (uint8_t)(h << 4);
	}
	if (l >= 0) {
		p->byte.mask |= 0x0f;
		p->byte.value |= (uint8_t)l;
	}
	if (p->byte.mask == 0xff && !neg)
		p->byte.kind = RE_BYTE;
	p->token = T_BYTE;
	p->i += 2u + neg;
	return OK;
}

/* A jump has no comments inside, other than the rest of the string. */
static void
blanks(struct parser *p)
{
	while (is_space(peek(p, 0)))
		p->i++;
}

static enum err
jump_fail(struct parser *p)
{
	int c = peek(p, 0);
	bool known = c < 0 || c == '-' || c == ']' || (c >= '0' && c <= '9');

	return re_fail_at(p->fail, p->i,
	    known ? "syntax error" : "invalid character in hex string jump");
}

/* Digits and the blanks around them; false: there were no digits. */
static bool
read_number(struct parser *p, uint32_t *out)
{
	uint64_t v = 0;
	size_t from;

	blanks(p);
	from = p->i;
	for (; peek(p, 0) >= '0' && peek(p, 0) <= '9'; p->i++) {
		v = v * 10 + (uint64_t)(peek(p, 0) - '0');
		v = v > JUMP_MAX ? JUMP_MAX + 1ull : v;
	}
	*out = (uint32_t)v;
	from = p->i - from;
	blanks(p);
	return from > 0;
}

/* At '[': [n] [n-m] [n-] [-] */
static enum err
read_jump(struct parser *p)
{
	bool lo, hi;

	p->i++;
	lo = read_number(p, &p->min);
	p->exact = lo && peek(p, 0) == ']';
	p->max = p->min;
	if (!p->exact) {
		if (peek(p, 0) != '-')
			return jump_fail(p);
		p->i++;
		hi = read_number(p, &p->max);
		if (hi && !lo)
			return re_fail_at(p->fail, p->at, "syntax error");
		if (!hi)
			p->max = RE_INF;
		if (peek(p, 0) != ']')
			return jump_fail(p);
	}
	p->i++;
	p->token = T_JUMP;
	return OK;
}

static enum err
next(struct parser *p)
{
	static const char marks[] = "()|";
	int c;

	skip(p);
	p->at = p->i;
	c = peek(p, 0);
	p->token = T_END;
	if (c < 0)
		return OK;
	if (c == '[')
		return read_jump(p);
	for (unsigned k = 0; k < 3; k++) {
		if (c == marks[k]) {
			p->token = T_OPEN + k;
			p->i++;
			return OK;
		}
	}
	return read_byte(p, c == '~');
}

/* Refuses what YARA refuses; the jump is the current token. */
static enum err
jump(struct parser *p, struct re_node **out)
{
	struct re_node *any = re_node_new(p->arena, RE_MASK);

	if (p->exact && (p->min == 0 || p->min > JUMP_MAX))
		return re_fail_at(p->fail, p->at, "invalid jump length");
	if (p->depth > 0 && p->max == RE_INF)
		return re_fail_at(
		    p->fail, p->at, "unbounded jumps not allowed inside alternation (|)");
	if (p->depth > 0 && (p->min > HEX_JUMP_MAX || p->max > HEX_JUMP_MAX))
		return re_fail_at(
		    p->fail, p->at, "jumps over 200 not allowed inside alternation (|)");
	if (p->min > JUMP_MAX || (p->max > JUMP_MAX && p->max != RE_INF))
		return re_fail_at(p->fail, p->at, "invalid negative jump length");
	if (p->min > p->max)
		return re_fail_at(p->fail, p->at, "invalid jump range");
	*out = any ? re_node_repeat(p->arena, any, p->min, p->max) : NULL;
	return *out ? next(p) : ERR_LIMIT;
}

static enum err sequence(struct parser *p, struct re_node **out);

/* Behind '(', to its ')'. */
static enum err
alternatives(struct parser *p, struct re_node **out)
{
	struct re_node *alt = re_node_new(p->arena, RE_ALT), *part;
	size_t cap = 0;

	if (alt == NULL)
		return ERR_LIMIT;
	if (++p->depth > RE_DEPTH_MAX)
		return re_fail_at(p->fail, p->at, "hex string is too complex");
	do {
		TRY(next(p));
		TRY(sequence(p, &part));
		TRY(re_node_push(p->arena, alt, &cap, part));
	} while (p->token == T_OR);
	if (p->token != T_CLOSE)
		return re_fail_at(p->fail, p->at, "syntax error");
	p->depth--;
	*out = alt->n == 1 ? alt->kid[0] : alt;
	return next(p);
}

static enum err
part(struct parser *p, struct re_node **out)
{
	if (p->token == T_JUMP)
		return jump(p, out);
	if (p->token == T_OPEN)
		return alternatives(p, out);
	*out = re_node_new(p->arena, RE_MASK);
	if (*out == NULL)
		return ERR_LIMIT;
	**out = p->byte;
	return next(p);
}

/* Bytes, alternatives and jumps; no jump at either end. */
static enum err
sequence(struct parser *p, struct re_node **out)
{
	struct re_node *cat = re_node_new(p->arena, RE_CAT), *one = NULL;
	enum token last = T_JUMP;
	size_t cap = 0;

	if (cat == NULL)
		return ERR_LIMIT;
	while (p->token == T_BYTE || p->token == T_OPEN ||
	       (p->token == T_JUMP && cat->n > 0)) {
		last = p->token;
		TRY(part(p, &one));
		TRY(re_node_push(p->arena, cat, &cap, one));
	}
	if (last == T_JUMP)
		return re_fail_at(p->fail, p->at, "syntax error");
	*out = cat;
	return OK;
}

enum err
hex_parse(struct arena *a, struct bytes text, struct re_ast *out, struct re_fail *fail)
{
	struct parser p = { .arena = a, .s = text, .fail = fail };
	struct re_node *root;

	*fail = (struct re_fail){ 0 };
	TRY(next(&p));
	TRY(sequence(&p, &root));
	if (p.token != T_END)
		return re_fail_at(p.fail, p.at, "syntax error");
	*out = (struct re_ast){ .root = root, .flags = RE_HEX | RE_DOTALL };
	return OK;
}
