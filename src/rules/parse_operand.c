/* parse_operand.c - what stands between operators: numbers, strings, names, calls. */
#include "rules/parse.h"
#include "rules/re_parse.h"

/* What YARA 4.5 asks of bounds that it knows. */
enum err
parse_range_check(struct parser *p, struct ex *lo, struct ex *hi)
{
	if (lo->node->type != IR_INT || hi->node->type != IR_INT)
		return parse_fail(p, hi->node->type != IR_INT ? hi->place : lo->place,
		    "wrong type for range's %s bound",
		    hi->node->type != IR_INT ? "upper" : "lower");
	if (!lo->known || !hi->known)
		return OK;
	if (lo->value > hi->value)
		return parse_fail(p, lo->place, "invalid value in condition: \"%s\"",
		    "range lower bound must be less than upper bound");
	if (lo->value < 0)
		return parse_fail(p, lo->place, "invalid value in condition: \"%s\"",
		    "range lower bound can not be negative");
	return OK;
}

enum err
parse_range(struct parser *p, struct ex *lo, struct ex *hi)
{
	struct token t;

	TRY(parse_expect(p, TOK_LPAREN, &t));
	TRY(parse_primary(p, lo));
	if (!parse_accept(p, TOK_DOTS))
		return parse_syntax_error(p, NULL);
	TRY(parse_primary(p, hi));
	if (!parse_accept(p, TOK_RPAREN))
		return parse_syntax_error(p, NULL);
	return parse_range_check(p, lo, hi);
}

/* `[ E ]` */
static enum err
parse_subscript(struct parser *p, struct ex *out)
{
	struct token open = parse_take(p);

	TRY(parse_depth_enter(p, place_of(&open)));
	TRY(parse_primary(p, out));
	parse_depth_leave(p);
	if (!parse_accept(p, TOK_RBRACKET))
		return parse_syntax_error(p, NULL);
	return OK;
}

/* #a, #a in (A..B) */
static enum err
parse_count(struct parser *p, struct ex *out)
{
	struct token t = parse_take(p);
	struct ex kid[2];

	if (!parse_accept(p, TOK_IN))
		return sema_string(p, &t, IR_COUNT, out);
	TRY(parse_range(p, &kid[0], &kid[1]));
	TRY(sema_string(p, &t, IR_COUNT_IN, out));
	return node_kids(p, out, kid, 2);
}

/* @a, @a[i], !a, !a[i]. YARA takes an index of any type; only an int finds a match. */
static enum err
parse_match_info(struct parser *p, struct ex *out)
{
	struct token t = parse_take(p);
	struct ex index;

	if (parse_peek(p) == TOK_LBRACKET)
		TRY(parse_subscript(p, &index));
	else
		TRY(node_const_int(p, 1, place_of(&t), &index));
	if (index.node->type != IR_INT)
		TRY(node_new(p, IR_UNDEF, IR_INT, index.place, &index));
	TRY(sema_string(p, &t, t.kind == TOK_STR_OFFSET ? IR_OFFSET : IR_LENGTH, out));
	return node_kids(p, out, &index, 1);
}

static enum err
parse_read(struct parser *p, const struct tok_read *read, struct ex *out)
{
	struct token t = parse_take(p), paren;
	struct ex at;

	TRY(parse_expect(p, TOK_LPAREN, &paren));
	TRY(parse_depth_enter(p, place_of(&t)));
	TRY(parse_primary(p, &at));
	parse_depth_leave(p);
	if (!parse_accept(p, TOK_RPAREN))
		return parse_syntax_error(p, NULL);
	if (at.node->type != IR_INT)
		return sema_wrong_type(p, &at, "intXXXX or uintXXXX");
	TRY(node_new(p, IR_READ, read->flt ? IR_FLOAT : IR_INT, place_of(&t), out));
	out->node->u.read =
	    (struct ir_read){ read->width, read->sign, read->big, read->flt };
	return node_kids(p, out, &at, 1);
}

static enum err
parse_text(struct parser *p, struct ex *out)
{
	struct token t = parse_take(p);

	TRY(node_new(p, IR_CONST, IR_STR, place_of(&t), out));
	out->node->u.s = t.s;
	out->literal = true;
	return OK;
}

static enum err
parse_float(struct parser *p, struct ex *out)
{
	struct token t = parse_take(p);

	TRY(node_new(p, IR_CONST, IR_FLOAT, place_of(&t), out));
	out->node->u.f = t.u.f;
	return OK;
}

static enum err
parse_regex(struct parser *p, struct ex *out)
{
	struct token t = parse_take(p);
	struct re_ast *re = ARENA_NEW(p->arena, struct re_ast);
	struct re_fail why = { 0 };
	unsigned flags =
	    (t.u.re.nocase ? RE_NOCASE : 0u) | (t.u.re.dotall ? RE_DOTALL : 0u);

	if (re == NULL)
		return ERR_LIMIT;
	if (re_parse(p->arena, t.s, flags, re, &why) != OK)
		return why.text ? parse_fail(p, place_of(&t), "%s", why.text) : ERR_LIMIT;
	if (p->yara_only && re->flags & RE_YARAX)
		return parse_fail(p, place_of(&t), "syntax error");
	warn_escapes(p, &t);
	TRY(node_new(p, IR_CONST, IR_REGEX, place_of(&t), out));
	out->node->u.re = re;
	return OK;
}

/* Arguments up to the parenthesis; what is called comes first in *x. */
static enum err
parse_call(struct parser *p, struct ex *x)
{
	struct token open = parse_take(p), t;
	struct ex *arg = NULL;
	size_t n = 0, cap = 0;

	TRY(parse_depth_enter(p, place_of(&open)));
	while (parse_peek(p) != TOK_RPAREN || n > 0) {
		arg = arena_grow(p->arena, arg, &cap, n + 1, sizeof(*arg));
		if (arg == NULL)
			return ERR_LIMIT;
		TRY(parse_argument(p, &arg[n++]));
		if (n > PARSE_ARGS_MAX)
			return parse_fail(p, open.kind ? place_of(&open) : x->place,
			    "too many arguments");
		if (!parse_accept(p, TOK_COMMA))
			break;
	}
	parse_depth_leave(p);
	TRY(parse_expect(p, TOK_RPAREN, &t));
	return sema_call(p, arg, (uint32_t)n, x);
}

enum err
parse_identifier(struct parser *p, struct ex *out)
{
	struct token t = parse_take(p);
	struct ex index;

	TRY(sema_name(p, &t, out));
	for (;;) {
		switch (parse_peek(p)) {
		case TOK_DOT:
			(void)parse_take(p);
			TRY(parse_expect(p, TOK_IDENT, &t));
			TRY(sema_field(p, &t, out));
			break;
		case TOK_LBRACKET:
			TRY(parse_subscript(p, &index));
			TRY(sema_index(p, &index, out));
			break;
		case TOK_LPAREN: TRY(parse_call(p, out)); break;
		default: return OK;
		}
	}
}

/* A name, or one of YARA-X's further integer functions. */
static enum err
parse_name(struct parser *p, struct ex *out)
{
	struct tok_read read;

	if (!p->yara_only && tok_read_find(p->tok[0].text, true, &read) &&
	    parse_peek_at(p, 1) == TOK_LPAREN)
		return parse_read(p, &read, out);
	TRY(parse_identifier(p, out));
	return sema_value(p, out);
}

static enum err
parse_number(struct parser *p, struct ex *out)
{
	struct token t = parse_take(p);

	return node_const_int(p, t.u.i, place_of(&t), out);
}

/* filesize, entrypoint */
static enum err
parse_keyword(struct parser *p, enum ir_op op, struct ex *out)
{
	struct token t = parse_take(p);

	if (op == IR_ENTRYPOINT)
		parse_warning(p, place_of(&t),
		    "using deprecated \"entrypoint\" keyword. Use the \"entry_point\" "
		    "function from PE module instead.");
	return node_new(p, op, IR_INT, place_of(&t), out);
}

enum err
parse_operand(struct parser *p, struct ex *out)
{
	enum tok t = parse_peek(p);
	struct tok_read read;

	switch (t) {
	case TOK_NUMBER: return parse_number(p, out);
	case TOK_FLOAT: return parse_float(p, out);
	case TOK_TEXT: return parse_text(p, out);
	case TOK_REGEX: return parse_regex(p, out);
	case TOK_IDENT: return parse_name(p, out);
	case TOK_FILESIZE: return parse_keyword(p, IR_FILESIZE, out);
	case TOK_ENTRYPOINT: return parse_keyword(p, IR_ENTRYPOINT, out);
	case TOK_STR_COUNT: return parse_count(p, out);
	case TOK_STR_OFFSET:
	case TOK_STR_LENGTH: return parse_match_info(p, out);
	case TOK_READ: read = p->tok[0].u.read; return parse_read(p, &read, out);
	default: return parse_syntax_error(p, NULL);
	}
}
