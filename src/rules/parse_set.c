/*
 * parse_set.c - quantifiers and what they count: strings, rules, booleans.
 */
#include "rules/parse.h"

#include <inttypes.h>

/* Numbers that an `of` counts, while they are read. */
struct set {
	uint32_t *item;
	size_t n, cap;
};

/* The members of a tuple of booleans (YARA-X); kid 0 is left for the quantifier. */
struct tuple {
	struct ex *kid;
	size_t n, cap;
};

static enum err
set_push(struct parser *p, struct set *s, uint32_t item)
{
	if (s->n == s->cap) {
		s->item =
		    arena_grow(p->arena, s->item, &s->cap, s->n + 1, sizeof(*s->item));
		if (s->item == NULL)
			return ERR_LIMIT;
	}
	s->item[s->n++] = item;
	return OK;
}

static bool
set_has(const struct set *s, uint32_t item)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->item[i] == item)
			return true;
	return false;
}

static enum err
tuple_push(struct parser *p, struct tuple *t, const struct ex *x)
{
	if (t->n == t->cap) {
		t->kid = arena_grow(p->arena, t->kid, &t->cap, t->n + 1, sizeof(*t->kid));
		if (t->kid == NULL)
			return ERR_LIMIT;
	}
	t->kid[t->n++] = *x;
	return OK;
}

/* The values that YARA refuses where a number of matches is asked for. */
enum err
quantifier_number(struct parser *p, struct ex n, struct quantifier *out)
{
	*out = (struct quantifier){ .quant = IR_N, .n = n, .place = n.place };
	switch (n.node->type) {
	case IR_INT:
		if (n.known && n.value == 0)
			parse_warning(p, n.place,
			    "consider using \"none\" keyword, it is less ambiguous.");
		if (n.known && n.value < 0)
			return parse_fail(p, n.place,
			    "invalid value in condition: \"%" PRId64 "\"", n.value);
		return OK;
	case IR_FLOAT:
		return parse_fail(p, n.place, "invalid value in condition: \"%a\"",
		    n.node->op == IR_CONST ? n.node->u.f : 0.0);
	case IR_STR:
		return parse_fail(p, n.place, "invalid value in condition: \"%s\"",
		    n.literal ? parse_str(p, n.node->u.s)
			      : "string in for_expression is invalid");
	case IR_REGEX:
		return parse_fail(p, n.place, "invalid value in condition: \"%s\"",
		    "regexp in for_expression is invalid");
	default: return sema_wrong_type(p, &n, "of");
	}
}

enum err
parse_quantifier(struct parser *p, struct quantifier *out)
{
	enum tok t = parse_peek(p);
	struct token percent;
	struct ex n;

	*out = (struct quantifier){ .quant = t == TOK_ALL   ? IR_ALL
					     : t == TOK_ANY ? IR_ANY
							    : IR_NONE };
	if (t == TOK_ALL || t == TOK_ANY || t == TOK_NONE) {
		struct token q = parse_take(p);

		out->place = place_of(&q);
		return OK;
	}
	TRY(parse_primary(p, &n));
	if (p->yara_only || parse_peek(p) != TOK_PERCENT)
		return quantifier_number(p, n, out);
	percent = parse_take(p); /* YARA-X: for P% of */
	*out = (struct quantifier){
		.quant = IR_PERCENT, .n = n, .place = place_of(&percent)
	};
	return OK;
}

/* All strings with this name, or this prefix. `$` means all without a name. */
static enum err
match_strings(struct parser *p, const struct token *t, struct set *s)
{
	bool wild = t->kind == TOK_STR_WILD;
	struct bytes name = t->text;
	size_t before = s->n;

	name.n -= wild;
	if (!wild && name.n > 1) {
		uint32_t index;

		TRY(sema_string_find(p, t, &index));
		return set_push(p, s, index);
	}
	TRY(parse_charge(p, p->nstrings));
	for (size_t i = 0; i < p->nstrings; i++) {
		struct bytes have = p->string[i].s.name;

		if (wild ? bytes_sub(have, 0, name.n).p != NULL &&
			       memcmp(have.p, name.p, name.n) == 0
			 : have.n == 1)
			TRY(set_push(p, s, (uint32_t)i));
	}
	if (s->n == before)
		return parse_fail(
		    p, place_of(t), "undefined string \"%s\"", parse_str(p, t->text));
	return OK;
}

/* `them`, as if written ($*) */
static enum err
set_of_them(struct parser *p, struct set *s)
{
	struct token t = parse_take(p);

	t.kind = TOK_STR_WILD;
	t.text = BYTES_LIT("$*");
	return match_strings(p, &t, s);
}

/* Strings between commas up to the parenthesis. */
static enum err
parse_string_items(struct parser *p, struct set *s)
{
	do {
		enum tok t = parse_peek(p);
		struct token item;

		if (t != TOK_STR && t != TOK_STR_WILD)
			return parse_syntax_error(
			    p, "string identifier or string identifier with wildcard");
		item = parse_take(p);
		TRY(match_strings(p, &item, s));
	} while (parse_accept(p, TOK_COMMA));
	if (!parse_accept(p, TOK_RPAREN))
		return parse_syntax_error(p, "')' or ','");
	return OK;
}

static void
set_done(const struct set *s, struct ir_loop *loop)
{
	loop->set = s->item;
	loop->nset = (uint32_t)s->n;
}

enum err
parse_string_set(struct parser *p, struct ir_loop *loop)
{
	struct set s = { 0 };

	if (parse_peek(p) == TOK_THEM) {
		TRY(set_of_them(p, &s));
	} else if (parse_accept(p, TOK_LPAREN)) {
		TRY(parse_string_items(p, &s));
	} else {
		return parse_syntax_error(p, "<them> or '('");
	}
	set_done(&s, loop);
	return OK;
}

/* Remembers how long the prefix is, for the names of later rules. */
static enum err
prefix_len(struct parser *p, uint32_t n)
{
	uint32_t *lens = p->prefix_lens;

	for (size_t i = 0; i < p->nprefix_lens; i++) {
		if (lens[i] == n)
			return OK;
	}
	lens = arena_grow(
	    p->arena, lens, &p->prefix_lens_cap, p->nprefix_lens + 1, sizeof(*lens));
	if (lens == NULL)
		return ERR_LIMIT;
	p->prefix_lens = lens;
	p->prefix_lens[p->nprefix_lens++] = n;
	return OK;
}

/* All rules of the namespace with this prefix, which none may have from here on. */
static enum err
prefix_freeze(struct parser *p, struct bytes prefix, uint32_t *out)
{
	struct set s = { 0 };

	TRY(parse_charge(p, p->ir->nrules));
	for (uint32_t i = 0; i < p->ir->nrules; i++) {
		const struct ir_rule *r = p->ir->rules[i];

		if (r->ns == p->ns && r->name.n >= prefix.n &&
		    memcmp(r->name.p, prefix.p, prefix.n) == 0)
			TRY(set_push(p, &s, i));
	}
	if (p->nprefix == p->prefix_cap) {
		p->prefix = arena_grow(p->arena, p->prefix, &p->prefix_cap,
		    p->nprefix + 1, sizeof(*p->prefix));
		if (p->prefix == NULL)
			return ERR_LIMIT;
	}
	p->prefix[p->nprefix] = (struct prefix){ s.item, s.n };
	*out = (uint32_t)p->nprefix++;
	TRY(prefix_len(p, (uint32_t)prefix.n));
	return names_put(&p->frozen, prefix, p->ns, *out);
}

static enum err
match_rules(struct parser *p, const struct token *t, struct set *s)
{
	const struct name *known = names_find(&p->frozen, t->text, p->ns);
	const struct prefix *f;
	uint32_t index;

	if (known != NULL)
		index = known->value;
	else
		TRY(prefix_freeze(p, t->text, &index));
	f = &p->prefix[index];
	if (f->n == 0)
		return parse_fail(
		    p, place_of(t), "undefined identifier \"%s\"", parse_str(p, t->text));
	for (size_t i = 0; i < f->n; i++)
		TRY(set_push(p, s, f->rule[i]));
	return OK;
}

/* Is the next item of the parenthesis a rule, or a prefix of rules? */
static bool
at_rule(struct parser *p)
{
	enum tok next;

	if (p->yara_only)
		return true; /* nothing else can stand here */
	if (parse_peek(p) != TOK_IDENT)
		return false;
	next = parse_peek_at(p, 1);
	return next == TOK_STAR ||
	       ((next == TOK_COMMA || next == TOK_RPAREN) &&
		   names_find(&p->rules, p->tok[0].text, p->ns) != NULL);
}

/* Rules between commas. *more: something that is no rule follows (YARA-X). */
static enum err
parse_rule_items(struct parser *p, struct set *s, bool *more)
{
	*more = false;
	do {
		const struct name *n;
		struct token t;

		if (s->n > 0 && !at_rule(p)) {
			*more = true;
			return OK;
		}
		TRY(parse_expect(p, TOK_IDENT, &t));
		if (parse_accept(p, TOK_STAR)) {
			TRY(match_rules(p, &t, s));
			continue;
		}
		n = names_find(&p->rules, t.text, p->ns);
		if (n == NULL)
			return parse_fail(p, place_of(&t), "undefined identifier \"%s\"",
			    parse_str(p, t.text));
		TRY(set_push(p, s, n->value));
	} while (parse_accept(p, TOK_COMMA));
	if (!parse_accept(p, TOK_RPAREN))
		return parse_syntax_error(p, "')' or ','");
	return OK;
}

static enum err
parse_tuple_items(struct parser *p, struct tuple *t)
{
	do {
		struct ex x;

		TRY(parse_boolean(p, &x));
		TRY(tuple_push(p, t, &x));
	} while (parse_accept(p, TOK_COMMA));
	if (!parse_accept(p, TOK_RPAREN))
		return parse_syntax_error(p, "')' or ','");
	return OK;
}

/* What the parenthesis behind `of` holds; its first tokens tell. */
enum set_kind { SET_STRINGS, SET_RULES, SET_TUPLE };

static enum set_kind
set_kind(struct parser *p)
{
	enum tok t = parse_peek(p), next;

	if (p->yara_only || t == TOK_STR_WILD)
		return t == TOK_IDENT ? SET_RULES : SET_STRINGS;
	if (t != TOK_STR && t != TOK_IDENT)
		return SET_TUPLE;
	next = parse_peek_at(p, 1);
	if (t == TOK_STR)
		return next == TOK_AT || next == TOK_IN || next == TOK_AND ||
			       next == TOK_OR
			   ? SET_TUPLE
			   : SET_STRINGS;
	/* A single name that is none is a rule that is missing. */
	return at_rule(p) || next == TOK_RPAREN ? SET_RULES : SET_TUPLE;
}

/* The remarks that YARA makes about a number of strings or rules. */
static void
warn_count(struct parser *p, const struct quantifier *q, uint64_t n)
{
	if (q->quant == IR_N && q->n.known && q->n.value > (int64_t)n)
		parse_warning(p, q->place,
		    "expression always false - requesting %" PRId64 " of %" PRIu64 ".",
		    q->n.value, n);
}

static enum err
check_percent(struct parser *p, const struct quantifier *q)
{
	int64_t min = p->yara_only ? 1 : 0;

	if (q->quant != IR_PERCENT)
		return OK;
	if (q->n.node->type != IR_INT)
		return sema_wrong_type(p, &q->n, "%");
	if (q->n.known && (q->n.value < min || q->n.value > 100))
		return parse_fail(
		    p, q->place, "percentage must be between 1 and 100 (inclusive)");
	return OK;
}

/* `at E` or `in (A..B)` behind a set of strings; how the strings are used. */
static enum err
parse_of_where(struct parser *p, const struct quantifier *q, const struct ir_loop *loop,
    struct ex *kid, uint32_t *nkids)
{
	bool may = q->quant != IR_PERCENT || !p->yara_only;

	if (may && parse_accept(p, TOK_IN)) {
		TRY(parse_range(p, &kid[1], &kid[2]));
		warn_count(p, q, loop->nset);
		*nkids = 3;
		return OK;
	}
	if (!may || !parse_accept(p, TOK_AT)) {
		warn_count(p, q, loop->nset);
		return OK;
	}
	TRY(parse_primary(p, &kid[1]));
	*nkids = 2;
	if (kid[1].node->type != IR_INT)
		return parse_fail(p, kid[1].place,
		    "invalid value in condition: \"at expression must be an integer\"");
	warn_count(p, q, loop->nset);
	if ((q->quant == IR_N && q->n.known && q->n.value > 1) ||
	    (q->quant == IR_ALL && loop->nset > 1))
		parse_warning(
		    p, q->place, "multiple strings at an offset is usually false.");
	return OK;
}

static enum err
of_node(struct parser *p, enum ir_op op, const struct quantifier *q, struct ir_loop *loop,
    struct ex *out)
{
	TRY(node_new(p, op, IR_BOOL, q->place, out));
	loop->quant = q->quant;
	out->node->u.loop = loop;
	out->primary = false;
	return OK;
}

static enum err
parse_of_strings(
    struct parser *p, const struct quantifier *q, struct ir_loop *loop, struct ex *out)
{
	static const uint32_t use[] = { 0, IR_USE_FOUND, IR_USE_AT, IR_USE_ALL };
	struct ex kid[3] = { q->n };
	uint32_t nkids = 1;

	TRY(check_percent(p, q)); /* before what may follow is looked at: YARA's line */
	TRY(parse_of_where(p, q, loop, kid, &nkids));
	for (uint32_t i = 0; i < loop->nset; i++)
		sema_string_use(p, loop->set[i], use[nkids]);
	TRY(of_node(p, IR_OF, q, loop, out));
	return node_kids(p, out, kid, nkids);
}

/* The values of rules that stand before other booleans. */
static enum err
tuple_rules(struct parser *p, struct tuple *t, const struct set *s, struct place at)
{
	for (size_t i = 0; i < s->n; i++) {
		struct ex x;

		TRY(sema_rule(p, s->item[i], at, &x));
		TRY(tuple_push(p, t, &x));
	}
	return OK;
}

/* more: other booleans follow the rules. Without, what is said of a set of rules holds.
 */
static enum err
parse_of_tuple(struct parser *p, const struct quantifier *q, const struct set *rules,
    bool more, struct ir_loop *loop, struct ex *out)
{
	struct tuple t = { 0 };

	TRY(parse_depth_enter(p, q->place));
	TRY(tuple_push(p, &t, &q->n));
	TRY(tuple_rules(p, &t, rules, q->place));
	if (more)
		TRY(parse_tuple_items(p, &t));
	parse_depth_leave(p);
	TRY(check_percent(p, q));
	if (!more)
		warn_count(p, q, (uint32_t)rules->n);
	TRY(of_node(p, IR_OF_EXPRS, q, loop, out));
	return node_kids(p, out, t.kid, (uint32_t)t.n);
}

static enum err
parse_of_rules(
    struct parser *p, const struct quantifier *q, struct ir_loop *loop, struct ex *out)
{
	struct set s = { 0 };
	bool more;

	TRY(parse_rule_items(p, &s, &more));
	if (more ||
	    set_has(&s, p->rule_index)) /* the rule itself: `any of (apt_*)` in apt_all */
		return parse_of_tuple(p, q, &s, more, loop, out);
	loop->rules = s.item;
	loop->nset = (uint32_t)s.n;
	TRY(check_percent(p, q));
	warn_count(p, q, loop->nset);
	TRY(of_node(p, IR_OF_RULES, q, loop, out));
	return node_kids(p, out, &q->n, 1);
}

enum err
parse_of(struct parser *p, const struct quantifier *q, struct ex *out)
{
	struct ir_loop *loop = ARENA_NEW(p->arena, struct ir_loop);
	enum set_kind kind = SET_STRINGS;
	struct set s = { 0 };
	struct token t;

	if (loop == NULL)
		return ERR_LIMIT;
	TRY(parse_expect(p, TOK_OF, &t));
	if (parse_peek(p) == TOK_THEM) {
		TRY(set_of_them(p, &s));
	} else if (parse_accept(p, TOK_LPAREN)) {
		kind = set_kind(p);
		if (kind == SET_STRINGS)
			TRY(parse_string_items(p, &s));
	} else {
		return parse_syntax_error(p, "<them> or '('");
	}
	set_done(&s, loop);
	switch (kind) {
	case SET_STRINGS: return parse_of_strings(p, q, loop, out);
	case SET_RULES: return parse_of_rules(p, q, loop, out);
	default: return parse_of_tuple(p, q, &s, true, loop, out);
	}
}
