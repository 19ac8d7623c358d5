/*
 * re_ast.c - nodes of the tree, and what several passes ask of it. Walks recurse:
 * RE_DEPTH_MAX bounds the depth, which the parsers keep.
 */
#include "rules/re_ast.h"

struct re_node *
re_node_new(struct arena *a, enum re_kind kind)
{
	struct re_node *n = ARENA_NEW(a, struct re_node);

	if (n != NULL)
		n->kind = (uint8_t)kind;
	return n;
}

struct re_node *
re_node_byte(struct arena *a, uint8_t value)
{
	struct re_node *n = re_node_new(a, RE_BYTE);

	if (n != NULL) {
		n->value = value;
		n->mask = 0xff;
	}
	return n;
}

struct re_node *
re_node_repeat(struct arena *a, struct re_node *kid, uint32_t min, uint32_t max)
{
	struct re_node *n = re_node_new(a, RE_REPEAT);
	size_t cap = 0;

	if (n == NULL || re_node_push(a, n, &cap, kid) != OK)
		return NULL;
	n->min = min;
	n->max = max;
	return n;
}

enum err
re_node_push(struct arena *a, struct re_node *node, size_t *cap, struct re_node *kid)
{
	if (kid == NULL)
		return ERR_LIMIT;
	if (node->n == *cap) {
		struct re_node **v =
		    arena_grow(a, node->kid, cap, node->n + 1u, sizeof(struct re_node *));

		if (v == NULL)
			return ERR_LIMIT;
		node->kid = v;
	}
	node->kid[node->n++] = kid;
	return OK;
}

void
re_set_fold(struct re_set *s)
{
	for (unsigned c = 'a'; c <= 'z'; c++) {
		if (re_set_has(s, c) || re_set_has(s, c ^ 0x20)) {
			re_set_add(s, c);
			re_set_add(s, c ^ 0x20);
		}
	}
}

static bool
dot_star(const struct re_node *n)
{
	if (n->kind == RE_REPEAT)
		return n->max == RE_INF && n->kid[0]->kind == RE_ANY;
	if (n->kind != RE_CAT)
		return false;
	for (uint32_t i = 0; i < n->n; i++)
		if (dot_star(n->kid[i]))
			return true;
	return false;
}

bool
re_ast_dot_star(const struct re_ast *ast)
{
	return dot_star(ast->root);
}
