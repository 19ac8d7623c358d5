/*
 * parse_expr.c - expressions, by precedence climbing.
 *
 * YARA's grammar keeps two sorts apart: primary expressions (operands of arithmetic
 * and comparison) and the others. A parenthesis holds either, where a boolean may
 * stand; but `(a < b) == true` is a syntax error, for a comparison is no operand.
 */
#include "rules/parse.h"

static enum err parse_or(struct parser *p, struct ex *out);

#define TIGHTEST 6

/* How tightly an arithmetic operator binds; 0: none. All are left-associative. */
static unsigned
precedence(enum tok t)
{
	switch (t) {
	case TOK_BAR: return 1;
	case TOK_CARET: return 2;
	case TOK_AMP: return 3;
	case TOK_SHL:
	case TOK_SHR: return 4;
	case TOK_PLUS:
	case TOK_MINUS: return 5;
	case TOK_STAR:
	case TOK_DIV:
	case TOK_PERCENT: return TIGHTEST;
	default: return 0;
	}
}

enum err
parse_depth_enter(struct parser *p, struct place at)
{
	if (++p->depth > PARSE_DEPTH_MAX)
		return parse_fail(p, at, "expression is nested too deeply");
	return OK;
}

void
parse_depth_leave(struct parser *p)
{
	p->depth--;
}

/* `( E )`; where only a primary expression may stand, E must be one. */
static enum err
parse_parenthesis(struct parser *p, bool boolean, struct ex *out)
{
	struct token open = parse_take(p);

	TRY(parse_depth_enter(p, place_of(&open)));
	TRY(boolean ? parse_or(p, out) : parse_primary(p, out));
	parse_depth_leave(p);
	if (!parse_accept(p, TOK_RPAREN))
		return parse_syntax_error(p, boolean ? "<or> or <and>" : NULL);
	return OK;
}

static enum err
parse_unary(struct parser *p, bool boolean, struct ex *out)
{
	enum tok op = parse_peek(p);
	struct token t;

	if (op == TOK_LPAREN)
		return parse_parenthesis(p, boolean, out);
	if (op != TOK_MINUS && op != TOK_TILDE)
		return parse_operand(p, out);
	t = parse_take(p);
	TRY(parse_depth_enter(p, place_of(&t)));
	TRY(parse_unary(p, false, out));
	parse_depth_leave(p);
	return sema_unary(p, op, place_of(&t), out);
}

/*
 * Operators that bind at least as tightly as min. `P% of` is no modulo. Where nothing
 * can bind tighter YARA's parser does not look at the next token, nor does this one.
 */
static enum err
parse_arithmetic(struct parser *p, unsigned min, bool boolean, struct ex *out)
{
	TRY(parse_unary(p, boolean, out));
	while (out->primary && min <= TIGHTEST) {
		enum tok op = parse_peek(p);
		unsigned prec = precedence(op);
		struct token t;
		struct ex right;

		if (prec < min || prec == 0)
			break;
		if (op == TOK_PERCENT && min <= 1 && parse_peek_at(p, 1) == TOK_OF)
			break;
		t = parse_take(p);
		TRY(parse_arithmetic(p, prec + 1, false, &right));
		TRY(sema_binary(p, &t, out, &right, out));
	}
	return OK;
}

enum err
parse_primary(struct parser *p, struct ex *out)
{
	TRY(parse_arithmetic(p, 1, false, out));
	return OK;
}

static enum err
parse_matches(struct parser *p, struct ex *x)
{
	struct token op = parse_take(p);
	struct ex kid[2] = { *x }, out;

	if (parse_peek(p) != TOK_REGEX)
		return parse_syntax_error(p, tok_name(TOK_REGEX));
	TRY(parse_operand(p, &kid[1]));
	if (x->node->type != IR_STR)
		return sema_wrong_type(p, x, "matches");
	TRY(node_new(p, IR_MATCHES, IR_BOOL, place_of(&op), &out));
	TRY(node_kids(p, &out, kid, 2));
	out.primary = false;
	*x = out;
	return OK;
}

/* What may follow a primary expression and makes it another sort. */
static enum err
parse_relation_tail(struct parser *p, struct ex *x)
{
	struct quantifier q = { .quant = IR_PERCENT };
	struct token op;
	struct ex right;

	switch (parse_peek(p)) {
	case TOK_MATCHES: return parse_matches(p, x);
	case TOK_OF: TRY(quantifier_number(p, *x, &q)); return parse_of(p, &q, x);
	case TOK_PERCENT: /* only before `of`: else it was an operator */
		(void)parse_take(p);
		q.n = *x;
		q.place = x->place;
		return parse_of(p, &q, x);
	case TOK_EQ:
	case TOK_NE:
	case TOK_LT:
	case TOK_LE:
	case TOK_GT:
	case TOK_GE:
	case TOK_CONTAINS:
	case TOK_ICONTAINS:
	case TOK_STARTSWITH:
	case TOK_ISTARTSWITH:
	case TOK_ENDSWITH:
	case TOK_IENDSWITH:
	case TOK_IEQUALS: break;
	default: return OK;
	}
	op = parse_take(p);
	TRY(parse_primary(p, &right));
	return sema_binary(p, &op, x, &right, x);
}

static enum err
parse_bool_const(struct parser *p, struct ex *out)
{
	struct token t = parse_take(p);

	TRY(node_new(p, IR_CONST, IR_BOOL, place_of(&t), out));
	out->node->u.i = t.kind == TOK_TRUE;
	out->primary = false;
	return OK;
}

/* $a, $a at E, $a in (A..B) */
static enum err
parse_found(struct parser *p, struct ex *out)
{
	struct token t = parse_take(p);
	struct ex kid[2];

	if (parse_accept(p, TOK_AT)) {
		TRY(parse_primary(p, &kid[0]));
		if (kid[0].node->type != IR_INT)
			return sema_wrong_type(p, &kid[0], "at");
		TRY(sema_string(p, &t, IR_AT, out));
		return node_kids(p, out, kid, 1);
	}
	if (parse_accept(p, TOK_IN)) {
		TRY(parse_range(p, &kid[0], &kid[1]));
		TRY(sema_string(p, &t, IR_IN, out));
		return node_kids(p, out, kid, 2);
	}
	return sema_string(p, &t, IR_FOUND, out);
}

/* `with` is a name to YARA; before another name it can only be YARA-X's statement. */
static bool
is_with(struct parser *p)
{
	return !p->yara_only && bytes_eq(p->tok[0].text, BYTES_LIT("with")) &&
	       parse_peek_at(p, 1) == TOK_IDENT && parse_peek_at(p, 2) == TOK_ASSIGN;
}

static enum err
parse_relation(struct parser *p, struct ex *out)
{
	struct quantifier q;

	switch (parse_peek(p)) {
	case TOK_TRUE:
	case TOK_FALSE: return parse_bool_const(p, out);
	case TOK_STR: return parse_found(p, out);
	case TOK_FOR: return parse_for(p, out);
	case TOK_ALL:
	case TOK_ANY:
	case TOK_NONE: TRY(parse_quantifier(p, &q)); return parse_of(p, &q, out);
	case TOK_IDENT:
		if (is_with(p))
			return parse_with(p, out);
		break;
	default: break;
	}
	TRY(parse_arithmetic(p, 1, true, out));
	return out->primary ? parse_relation_tail(p, out) : OK;
}

static enum err
parse_not(struct parser *p, struct ex *out)
{
	enum tok op = parse_peek(p);
	struct ex kid, truth;
	struct token t;

	if (op != TOK_NOT && op != TOK_DEFINED)
		return parse_relation(p, out);
	t = parse_take(p);
	TRY(parse_depth_enter(p, place_of(&t)));
	TRY(parse_not(p, &kid));
	parse_depth_leave(p);
	truth = kid;
	TRY(sema_truth(p, &truth));
	TRY(node_new(p, op == TOK_NOT ? IR_NOT : IR_DEFINED, IR_BOOL, place_of(&t), out));
	TRY(node_kids(p, out, op == TOK_NOT ? &truth : &kid, 1));
	out->primary = false;
	return OK;
}

/* Operands of one chain of `and` or `or`. */
struct chain {
	struct ir_node **kid;
	size_t n, cap;
	uint32_t depth;
};

static enum err
chain_push(struct parser *p, struct chain *c, struct ex *x)
{
	TRY(sema_truth(p, x));
	if (c->n == c->cap) {
		c->kid = arena_grow(
		    p->arena, c->kid, &c->cap, c->n + 1, sizeof(struct ir_node *));
		if (c->kid == NULL)
			return ERR_LIMIT;
	}
	c->kid[c->n++] = x->node;
	c->depth = x->depth > c->depth ? x->depth : c->depth;
	return OK;
}

/* A chain of one operator is one node, however long: the tree stays flat. */
static enum err
parse_chain(struct parser *p, enum tok op, struct ex *out)
{
	struct chain c = { 0 };
	struct place at = { 0 };

	TRY(op == TOK_OR ? parse_chain(p, TOK_AND, out) : parse_not(p, out));
	if (parse_peek(p) != op)
		return OK;
	TRY(chain_push(p, &c, out));
	while (parse_peek(p) == op) {
		struct token t = parse_take(p);

		at = place_of(&t);
		TRY(op == TOK_OR ? parse_chain(p, TOK_AND, out) : parse_not(p, out));
		TRY(chain_push(p, &c, out));
	}
	TRY(node_new(p, op == TOK_OR ? IR_OR : IR_AND, IR_BOOL, at, out));
	out->node->kid = c.kid;
	out->node->nkids = (uint32_t)c.n;
	out->depth = c.depth + 1;
	out->primary = false;
	return out->depth > IR_DEPTH_MAX
		   ? parse_fail(p, at, "expression is nested too deeply")
		   : OK;
}

static enum err
parse_or(struct parser *p, struct ex *out)
{
	return parse_chain(p, TOK_OR, out);
}

enum err
parse_argument(struct parser *p, struct ex *out)
{
	return parse_or(p, out);
}

enum err
parse_boolean(struct parser *p, struct ex *out)
{
	TRY(parse_or(p, out));
	return sema_truth(p, out);
}
