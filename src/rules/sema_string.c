/* sema_string.c - $a, #a, @a, !a in conditions, and what they use a pattern for. */
#include "rules/parse.h"

/* What each operator needs to know of its pattern. */
static uint32_t
use_of(enum ir_op op)
{
	switch (op) {
	case IR_FOUND: return IR_USE_FOUND;
	case IR_AT: return IR_USE_AT;
	case IR_LENGTH: return IR_USE_ALL | IR_USE_LENGTH;
	default: return IR_USE_ALL;
	}
}

void
sema_string_use(struct parser *p, uint32_t index, uint32_t use)
{
	p->string[index].referenced = true;
	p->string[index].s.pattern->use |= use;
}

enum err
sema_string_find(struct parser *p, const struct token *t, uint32_t *out)
{
	struct bytes name = bytes_from(t->text, 1);
	const struct name *n = names_find(&p->strings, name, 0);

	if (n == NULL)
		return parse_fail(
		    p, place_of(t), "undefined string \"$%s\"", parse_str(p, name));
	*out = n->value;
	return OK;
}

/* The string that a for-of is at: any of its set. */
static enum err
current_string(struct parser *p, const struct token *t, uint32_t use, struct ir_pat *out)
{
	if (!p->in_for_of)
		return parse_fail(p, place_of(t), "wrong use of anonymous string");
	for (uint32_t i = 0; i < p->for_of_nset; i++)
		sema_string_use(p, p->for_of_set[i], use);
	*out = (struct ir_pat){ .current = true, .index = p->for_of_var };
	return parse_charge(p, p->for_of_nset);
}

enum err
sema_string(struct parser *p, const struct token *t, enum ir_op op, struct ex *out)
{
	bool boolean = op == IR_FOUND || op == IR_AT || op == IR_IN;
	struct ir_pat pat = { 0 };

	if (t->text.n == 1) {
		TRY(current_string(p, t, use_of(op), &pat));
	} else {
		TRY(sema_string_find(p, t, &pat.index));
		sema_string_use(p, pat.index, use_of(op));
	}
	TRY(node_new(p, op, boolean ? IR_BOOL : IR_INT, place_of(t), out));
	out->node->u.pat = pat;
	out->primary = !boolean;
	return OK;
}
