/* parse_string.c - the strings of a rule and their modifiers. */
#include "rules/parse.h"

#define PRIVATE (1u << 31) /* beside enum ir_mod: no part of the pattern */

/* The modifiers of a string while they are read. */
struct modifiers {
	uint32_t set; /* enum ir_mod and PRIVATE */
	uint8_t xor_lo, xor_hi;
	struct bytes alphabet; /* n 0: none yet */
};

#define BASE64_STANDARD "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

static uint32_t
modifier_of(enum tok t)
{
	switch (t) {
	case TOK_NOCASE: return IR_NOCASE;
	case TOK_ASCII: return IR_ASCII;
	case TOK_WIDE: return IR_WIDE;
	case TOK_FULLWORD: return IR_FULLWORD;
	case TOK_XOR: return IR_XOR;
	case TOK_BASE64: return IR_BASE64;
	case TOK_BASE64WIDE: return IR_BASE64WIDE;
	case TOK_PRIVATE: return PRIVATE;
	default: return 0;
	}
}

/* What may stand behind each kind of string. */
static uint32_t
modifiers_allowed(enum tok body)
{
	const uint32_t regex = IR_NOCASE | IR_ASCII | IR_WIDE | IR_FULLWORD | PRIVATE;

	if (body == TOK_HEX)
		return PRIVATE;
	if (body == TOK_REGEX)
		return regex;
	return regex | IR_XOR | IR_BASE64 | IR_BASE64WIDE;
}

/* The keys behind `xor(`. */
static enum err
parse_xor_range(struct parser *p, struct modifiers *m)
{
	struct token lo, hi, t;

	TRY(parse_expect(p, TOK_NUMBER, &lo));
	if (parse_accept(p, TOK_RPAREN)) {
		if (lo.u.i > 255)
			return parse_fail(p, place_of(&lo), "invalid xor range");
		m->xor_lo = m->xor_hi = (uint8_t)lo.u.i;
		return OK;
	}
	if (!parse_accept(p, TOK_MINUS))
		return parse_syntax_error(p, "'-' or ')'");
	TRY(parse_expect(p, TOK_NUMBER, &hi));
	TRY(parse_expect(p, TOK_RPAREN, &t));
	if (lo.u.i > hi.u.i)
		return parse_fail(
		    p, place_of(&lo), "xor lower bound exceeds upper bound");
	if (hi.u.i > 255)
		return parse_fail(
		    p, place_of(&hi), "upper bound for xor range exceeded (max: 255)");
	m->xor_lo = (uint8_t)lo.u.i;
	m->xor_hi = (uint8_t)hi.u.i;
	return OK;
}

static enum err
parse_xor(struct parser *p, struct modifiers *m)
{
	m->xor_lo = 0;
	m->xor_hi = 255;
	if (parse_accept(p, TOK_LPAREN))
		return parse_xor_range(p, m);
	return OK;
}

static enum err
parse_base64(struct parser *p, struct modifiers *m)
{
	struct token t = { .s = BYTES_LIT(BASE64_STANDARD) }, close;

	if (parse_accept(p, TOK_LPAREN)) {
		TRY(parse_expect(p, TOK_TEXT, &t));
		TRY(parse_expect(p, TOK_RPAREN, &close));
	}
	if (t.s.n != 64)
		return parse_fail(
		    p, place_of(&t), "length of base64 alphabet must be 64");
	if (m->alphabet.n != 0 && !bytes_eq(m->alphabet, t.s))
		return parse_fail(p, place_of(&t), "can not specify multiple alphabets");
	m->alphabet = t.s;
	return OK;
}

static enum err
parse_modifiers(struct parser *p, enum tok body, struct modifiers *m)
{
	uint32_t allowed = modifiers_allowed(body), bit;

	while ((bit = modifier_of(parse_peek(p))) & allowed) {
		struct token t = parse_take(p);

		if (bit == IR_XOR)
			TRY(parse_xor(p, m));
		else if (bit & (IR_BASE64 | IR_BASE64WIDE))
			TRY(parse_base64(p, m));
		if (m->set & bit)
			return parse_fail(p, place_of(&t), "duplicated modifier");
		m->set |= bit;
	}
	return OK;
}

static enum err
string_add(struct parser *p, const struct rule_string *s)
{
	struct bytes name = bytes_from(s->s.name, 1);

	if (p->nstrings == p->strings_cap) {
		struct rule_string *all = arena_grow(
		    p->arena, p->string, &p->strings_cap, p->nstrings + 1, sizeof(*all));

		if (all == NULL)
			return ERR_LIMIT;
		p->string = all;
	}
	p->string[p->nstrings] = *s;
	p->nstrings++;
	if (s->s.anonymous)
		return OK;
	return names_put(&p->strings, name, 0, (uint32_t)p->nstrings - 1);
}

static enum err
string_declare(struct parser *p, const struct token *name, const struct token *body,
    const struct modifiers *m)
{
	static const enum ir_pattern_kind kind[] = {
		[TOK_TEXT] = IR_TEXT, [TOK_HEX] = IR_HEX, [TOK_REGEX] = IR_RE
	};
	struct ir_pattern want = { .kind = kind[body->kind],
		.mods = m->set & ~PRIVATE,
		.text = body->s,
		.xor_lo = m->xor_lo,
		.xor_hi = m->xor_hi,
		.alphabet = m->alphabet,
		.line = name->line };
	struct rule_string s = { .s = { .name = name->text,
				     .private_ = m->set & PRIVATE,
				     .anonymous = name->text.n == 1,
				     .line = name->line,
				     .col = name->col } };

	if (!s.s.anonymous &&
	    names_find(&p->strings, bytes_from(name->text, 1), 0) != NULL)
		return parse_fail(p, place_of(name),
		    "duplicated string identifier \"%s\"", parse_str(p, name->text));
	if (body->kind == TOK_REGEX)
		want.mods |= (body->u.re.nocase ? IR_NOCASE : 0u) |
			     (body->u.re.dotall ? IR_DOTALL : 0u);
	TRY(sema_pattern(p, name, body, &want, &s.s.pattern));
	return string_add(p, &s);
}

enum err
parse_strings(struct parser *p)
{
	struct token name, body, t;

	TRY(parse_expect(p, TOK_COLON, &t));
	do {
		struct modifiers m = { 0 };
		enum tok kind;

		TRY(parse_expect(p, TOK_STR, &name));
		TRY(parse_expect(p, TOK_ASSIGN, &t));
		kind = parse_peek(p);
		p->string_line = p->line;
		if (kind != TOK_HEX && kind != TOK_REGEX)
			kind = TOK_TEXT;
		TRY(parse_expect(p, kind, &body));
		TRY(parse_modifiers(p, kind, &m));
		TRY(string_declare(p, &name, &body, &m));
		p->string_line = 0;
	} while (parse_peek(p) == TOK_STR);
	return OK;
}
