/*
 * parse_loop.c - for over numbers, lists, arrays, dictionaries and strings; with.
 */
#include "rules/parse.h"

#define LOOP_VARS_MAX 2 /* a dictionary's key and value */

/* A `for` while it is read. */
struct loop {
	struct quantifier q;
	struct token name[LOOP_VARS_MAX];
	struct scope_var var[LOOP_VARS_MAX];
	unsigned nvars;
	enum ir_op op;
	struct ex *kid; /* what it goes through; 0 is the quantifier's number */
	size_t nkids, kids_cap;
	struct ir_loop *ir;
};

static enum err
kid_push(struct parser *p, struct loop *l, const struct ex *x)
{
	if (l->nkids == l->kids_cap) {
		l->kid = arena_grow(
		    p->arena, l->kid, &l->kids_cap, l->nkids + 1, sizeof(*l->kid));
		if (l->kid == NULL)
			return ERR_LIMIT;
	}
	l->kid[l->nkids++] = *x;
	return OK;
}

static enum err
parse_variable(struct parser *p, struct loop *l)
{
	struct token t;
	bool known;

	TRY(parse_expect(p, TOK_IDENT, &t));
	if (l->nvars == LOOP_VARS_MAX)
		return parse_fail(p, place_of(&t), "too many loop variables");
	known = l->nvars > 0 && bytes_eq(l->name[0].text, t.text);
	if (known || (p->yara_only && scope_find(p, t.text) != NULL))
		return parse_fail(p, place_of(&t), "duplicated loop identifier \"%s\"",
		    parse_str(p, t.text));
	l->name[l->nvars++] = t;
	return OK;
}

/* a, b in */
static enum err
parse_variables(struct parser *p, struct loop *l)
{
	do {
		TRY(parse_variable(p, l));
	} while (parse_accept(p, TOK_COMMA));
	if (!parse_accept(p, TOK_IN))
		return parse_syntax_error(p, "<in> or ','");
	return OK;
}

/* One value of `(1, 2, 3)`. YARA knows ints and strings, YARA-X floats too. */
static enum err
check_item(struct parser *p, const struct loop *l, const struct ex *x)
{
	enum ir_type t = x->node->type;
	bool first = l->nkids == 1;

	if (first && t != IR_INT && t != IR_STR && (t != IR_FLOAT || p->yara_only))
		return parse_fail(p, x->place, "wrong type for enumeration item");
	if (!first && t != l->kid[1].node->type)
		return parse_fail(p, x->place, "enumerations must be all the same type");
	return OK;
}

static enum err
parse_list(struct parser *p, struct loop *l, struct ex *first)
{
	l->op = IR_FOR_LIST;
	TRY(check_item(p, l, first));
	TRY(kid_push(p, l, first));
	while (parse_accept(p, TOK_COMMA)) {
		struct ex x;

		TRY(parse_primary(p, &x));
		TRY(check_item(p, l, &x));
		TRY(kid_push(p, l, &x));
	}
	if (!parse_accept(p, TOK_RPAREN))
		return parse_syntax_error(p, "')' or ','");
	return OK;
}

static enum err
parse_numbers(struct parser *p, struct loop *l, struct ex *lo)
{
	struct ex hi;

	l->op = IR_FOR_RANGE;
	TRY(parse_primary(p, &hi));
	if (!parse_accept(p, TOK_RPAREN))
		return parse_syntax_error(p, NULL);
	TRY(parse_range_check(p, lo, &hi));
	TRY(kid_push(p, l, lo));
	return kid_push(p, l, &hi);
}

/* `(1..9)` or `(1, 2, 3)` */
static enum err
parse_loop_set(struct parser *p, struct loop *l)
{
	struct ex first;

	(void)parse_take(p);
	TRY(parse_primary(p, &first));
	if (parse_accept(p, TOK_DOTS))
		TRY(parse_numbers(p, l, &first));
	else
		TRY(parse_list(p, l, &first));
	if (l->nvars != 1)
		return parse_fail(p, place_of(&l->name[1]),
		    "iterator yields one value on each iteration , but the loop expects "
		    "%u",
		    l->nvars);
	l->var[0].type = l->kid[1].node->type;
	return OK;
}

static enum err
check_container(struct parser *p, struct loop *l, const struct ex *x)
{
	struct place at = place_of(&l->name[0]);

	if (sema_is_container(x, FACT_ARRAY)) {
		if (l->nvars != 1)
			return parse_fail(p, at,
			    "iterator for \"%s\" yields a single item on each "
			    "iteration, but the loop expects %u",
			    parse_str(p, x->name), l->nvars);
		l->op = IR_FOR_ARRAY;
		sema_element(x->node->schema, &l->var[0]);
		return OK;
	}
	if (sema_is_container(x, FACT_DICT)) {
		if (l->nvars != 2)
			return parse_fail(p, at,
			    "iterator for \"%s\" yields a key,value pair item on each "
			    "iteration",
			    parse_str(p, x->name));
		l->op = IR_FOR_DICT;
		l->var[0].type = IR_STR;
		sema_element(x->node->schema, &l->var[1]);
		return OK;
	}
	return parse_fail(
	    p, x->place, "identifier \"%s\" is not iterable", parse_str(p, x->name));
}

static enum err
parse_iterator(struct parser *p, struct loop *l)
{
	struct ex x;

	switch (parse_peek(p)) {
	case TOK_LPAREN: return parse_loop_set(p, l);
	case TOK_IDENT:
		TRY(parse_identifier(p, &x));
		TRY(check_container(p, l, &x));
		return kid_push(p, l, &x);
	default: return parse_syntax_error(p, "identifier or '('");
	}
}

/* Loop variables get slots of their own, so that loops need not save them. */
static enum err
enter_scope(struct parser *p, struct loop *l)
{
	l->ir->var = p->nslots;
	l->ir->var2 = l->nvars > 1 ? p->nslots + 1 : p->nslots;
	for (unsigned i = 0; i < l->nvars; i++) {
		l->var[i].name = l->name[i].text;
		l->var[i].slot = p->nslots++;
		TRY(scope_push(p, &l->var[i]));
	}
	return OK;
}

/* `: ( E )` */
enum err
loop_body(struct parser *p, struct ex *out)
{
	struct token t;

	TRY(parse_expect(p, TOK_COLON, &t));
	TRY(parse_expect(p, TOK_LPAREN, &t));
	TRY(parse_depth_enter(p, place_of(&t)));
	TRY(parse_boolean(p, out));
	parse_depth_leave(p);
	if (!parse_accept(p, TOK_RPAREN))
		return parse_syntax_error(p, "<or> or <and> or ')'");
	return OK;
}

/* The body, with the strings of the set as `$`. */
static enum err
parse_for_of_body(struct parser *p, struct loop *l)
{
	bool outer = p->in_for_of;
	uint32_t var = p->for_of_var, nset = p->for_of_nset;
	const uint32_t *set = p->for_of_set;
	struct ex body;

	p->in_for_of = true;
	p->for_of_var = l->ir->var = l->ir->var2 = p->nslots++;
	p->for_of_set = l->ir->set;
	p->for_of_nset = l->ir->nset;
	TRY(loop_body(p, &body));
	p->in_for_of = outer;
	p->for_of_var = var;
	p->for_of_set = set;
	p->for_of_nset = nset;
	return kid_push(p, l, &body);
}

static enum err
parse_for_of(struct parser *p, struct loop *l)
{
	(void)parse_take(p);
	l->op = IR_FOR_OF;
	TRY(parse_string_set(p, l->ir));
	if (p->yara_only && p->in_for_of)
		return parse_fail(p, l->q.place,
		    "'for <quantifier> of <string set>' loops can't be nested");
	/* A string that is gone through counts as used, whatever the body does. */
	for (uint32_t i = 0; i < l->ir->nset; i++)
		sema_string_use(p, l->ir->set[i], 0);
	return parse_for_of_body(p, l);
}

static enum err
parse_for_in(struct parser *p, struct loop *l)
{
	size_t vars = p->nvars;
	struct ex body;

	TRY(parse_variables(p, l));
	TRY(parse_iterator(p, l));
	TRY(enter_scope(p, l));
	TRY(loop_body(p, &body));
	p->nvars = vars;
	return kid_push(p, l, &body);
}

static enum err
loop_node(struct parser *p, const struct loop *l, struct place at, struct ex *out)
{
	TRY(node_new(p, l->op, IR_BOOL, at, out));
	out->node->u.loop = l->ir;
	out->primary = false;
	return node_kids(p, out, l->kid, (uint32_t)l->nkids);
}

enum err
parse_for(struct parser *p, struct ex *out)
{
	struct token t = parse_take(p);
	struct loop l = { 0 };
	enum tok next;

	l.ir = ARENA_NEW(p->arena, struct ir_loop);
	if (l.ir == NULL)
		return ERR_LIMIT;
	TRY(parse_quantifier(p, &l.q));
	next = parse_peek(p);
	if (next != TOK_IDENT && next != TOK_OF)
		return parse_syntax_error(p, "identifier or <of>");
	if (p->yara_only && p->loops == PARSE_YARA_LOOPS)
		return parse_fail(p, place_of(&t), "loop nesting limit exceeded");
	p->loops++;
	l.ir->quant = l.q.quant;
	TRY(kid_push(p, &l, &l.q.n));
	TRY(next == TOK_OF ? parse_for_of(p, &l) : parse_for_in(p, &l));
	p->loops--;
	if (l.q.quant == IR_PERCENT && l.q.n.node->type != IR_INT)
		return sema_wrong_type(p, &l.q.n, "%");
	return loop_node(p, &l, place_of(&t), out);
}

/* name = value; a variable from here on */
static enum err
parse_with_item(struct parser *p, struct loop *l)
{
	struct scope_var v = { 0 };
	struct token t;
	struct ex x;

	TRY(parse_expect(p, TOK_IDENT, &t));
	v.name = t.text;
	TRY(parse_expect(p, TOK_ASSIGN, &t));
	TRY(parse_argument(p, &x));
	v.type = x.node->type;
	v.slot = p->nslots++;
	if (v.type == IR_REGEX)
		return sema_wrong_type(p, &x, "with");
	x.value = v.slot; /* where with_node looks for it */
	TRY(kid_push(p, l, &x));
	return scope_push(p, &v);
}

/* One node a variable, nested: a value may have loops, so slots need not adjoin. */
static enum err
with_node(struct parser *p, const struct ex *value, struct place at, struct ex *body)
{
	struct ex kid[2] = { *value, *body }, out;
	struct ir_loop *loop = ARENA_NEW(p->arena, struct ir_loop);

	if (loop == NULL)
		return ERR_LIMIT;
	loop->var = loop->var2 = (uint32_t)value->value;
	TRY(node_new(p, IR_WITH, IR_BOOL, at, &out));
	TRY(node_kids(p, &out, kid, 2));
	out.node->u.loop = loop;
	out.primary = false;
	*body = out;
	return OK;
}

enum err
parse_with(struct parser *p, struct ex *out)
{
	struct token t = parse_take(p);
	struct loop l = { 0 };
	size_t vars = p->nvars;

	do {
		TRY(parse_with_item(p, &l));
	} while (parse_accept(p, TOK_COMMA));
	TRY(loop_body(p, out));
	p->nvars = vars;
	for (size_t i = l.nkids; i > 0; i--)
		TRY(with_node(p, &l.kid[i - 1], place_of(&t), out));
	return OK;
}
