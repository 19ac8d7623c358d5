/* code_use.c - what each condition wants to know of a pattern. */
#include "rules/code_gen.h"

struct walk {
	const struct ir_rule *rule;
	const struct ir_loop **loop; /* by slot: the for-of whose string is current */
	uint32_t depth;
};

static void
mark(const struct walk *w, struct ir_pat p, uint32_t use)
{
	const struct ir_loop *l;

	if (!p.current) {
		w->rule->strings[p.index].pattern->use |= use;
		return;
	}
	l = w->loop[p.index];
	for (uint32_t i = 0; l != NULL && i < l->nset; i++)
		w->rule->strings[l->set[i]].pattern->use |= use;
}

static void
mark_set(const struct walk *w, const struct ir_node *n)
{
	uint32_t use = n->nkids > 2   ? IR_USE_ALL
		       : n->nkids > 1 ? IR_USE_AT
				      : IR_USE_FOUND;

	for (uint32_t i = 0; i < n->u.loop->nset; i++)
		mark(w, (struct ir_pat){ .index = n->u.loop->set[i] }, use);
}

static void
walk(struct walk *w, const struct ir_node *n)
{
	if (n == NULL || w->depth >= GEN_DEPTH)
		return;
	switch (n->op) {
	case IR_FOUND: mark(w, n->u.pat, IR_USE_FOUND); break;
	case IR_AT: mark(w, n->u.pat, IR_USE_AT); break;
	case IR_IN:
	case IR_COUNT:
	case IR_COUNT_IN:
	case IR_OFFSET: mark(w, n->u.pat, IR_USE_ALL); break;
	case IR_LENGTH: mark(w, n->u.pat, IR_USE_ALL | IR_USE_LENGTH); break;
	case IR_OF: mark_set(w, n); break;
	case IR_FOR_OF: w->loop[n->u.loop->var] = n->u.loop; break;
	default: break;
	}
	w->depth++;
	for (uint32_t i = 0; i < n->nkids; i++)
		walk(w, n->kid[i]);
	w->depth--;
}

enum err
code_use(const struct ir *ir, const struct ir_rule *rule)
{
	struct walk w = { .rule = rule };

	w.loop = ARENA_ARRAY(ir->arena, rule->nslots + 1, const struct ir_loop *);
	if (w.loop == NULL)
		return ERR_LIMIT;
	walk(&w, rule->cond);
	return OK;
}
