/*
 * re_chain.c - cutting at long jumps: `{ A [0-9999] B }` is two patterns and a gap, for
 * an automaton of the whole would have a state for each byte of it. The limits are
 * YARA's, as matches depend on them.
 */
#include "rules/re_chain.h"

#include "rules/hex_parse.h"

#define REPEAT_MAX 32767u /* a regex without an upper bound has this one in YARA */

static bool
is_long_jump(const struct re_node *n)
{
	if (n->kind != RE_REPEAT || n->greedy)
		return false;
	if (n->kid[0]->kind != RE_ANY && (n->kid[0]->kind != RE_MASK || n->kid[0]->mask))
		return false;
	return n->min > HEX_JUMP_MAX || n->max > HEX_JUMP_MAX;
}

/* `.*?` and `.+?` are no ranges to YARA and stay in their fragment. */
static bool
splits(const struct re_ast *ast, const struct re_node *cat, uint32_t i)
{
	const struct re_node *n = cat->kid[i];

	if (i == 0 || i + 1 == cat->n || !is_long_jump(n))
		return false;
	return (ast->flags & RE_HEX) || n->max != RE_INF || n->min > 1;
}

static uint32_t
gap_add(uint32_t a, uint32_t b)
{
	return a > RE_INF - b ? RE_INF : a + b;
}

/* A new fragment that begins at kid i of the whole. */
static enum err
link_begin(struct arena *a, const struct re_ast *ast, struct re_link *l)
{
	struct re_node *cat = re_node_new(a, RE_CAT);

	if (cat == NULL)
		return ERR_LIMIT;
	l->ast = (struct re_ast){ .root = cat, .flags = ast->flags };
	return OK;
}

static void
gap_take(const struct re_ast *ast, const struct re_node *jump, struct re_link *l)
{
	uint32_t max = jump->max;

	if (max == RE_INF && !(ast->flags & RE_HEX))
		max = REPEAT_MAX;
	l->gap_min = gap_add(l->gap_min, jump->min);
	l->gap_max = gap_add(l->gap_max, max);
}

static enum err
split(struct arena *a, const struct re_ast *ast, size_t pieces, struct re_chain *out)
{
	const struct re_node *cat = ast->root;
	struct re_link *link = ARENA_ARRAY(a, pieces, struct re_link);
	size_t n = 0, cap = 0;

	if (link == NULL)
		return ERR_LIMIT;
	TRY(link_begin(a, ast, &link[0]));
	for (uint32_t i = 0; i < cat->n; i++) {
		if (splits(ast, cat, i)) {
			/* Jumps in a row are one gap. */
			if (link[n].ast.root->n > 0) {
				n++;
				TRY(link_begin(a, ast, &link[n]));
				cap = 0;
			}
			gap_take(ast, cat->kid[i], &link[n]);
			continue;
		}
		TRY(re_node_push(a, link[n].ast.root, &cap, cat->kid[i]));
	}
	out->link = link;
	out->n = n + 1;
	return OK;
}

enum err
re_chain_split(struct arena *a, const struct re_ast *ast, struct re_chain *out)
{
	const struct re_node *cat = ast->root;
	size_t pieces = 1;

	for (uint32_t i = 0; cat->kind == RE_CAT && i < cat->n; i++)
		pieces += splits(ast, cat, i);
	if (pieces > 1)
		return split(a, ast, pieces, out);
	out->link = ARENA_NEW(a, struct re_link);
	if (out->link == NULL)
		return ERR_LIMIT;
	out->link->ast = *ast;
	out->n = 1;
	return OK;
}
