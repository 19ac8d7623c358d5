/*
 * body.c - parsing a string's body when somebody needs its tree, into memory that they
 * give back: trees of all strings together would be ten times the rules' text.
 */
#include "rules/body.h"

#include "rules/hex_parse.h"
#include "rules/re_chain.h"
#include "rules/re_parse.h"
#include "rules/slow.h"

enum err
body_parse(
    struct arena *a, const struct ir_pattern *w, struct re_ast *out, struct re_fail *why)
{
	unsigned flags = (w->mods & IR_NOCASE ? RE_NOCASE : 0u) |
			 (w->mods & IR_DOTALL ? RE_DOTALL : 0u);

	return w->kind == IR_HEX ? hex_parse(a, w->text, out, why)
				 : re_parse(a, w->text, flags, out, why);
}

/* Bytes and nothing else; groups only where YARA's tree has none, in hex strings. */
static bool
is_literal(const struct re_node *n, bool hex)
{
	bool good = n->kind == RE_BYTE || n->kind == RE_CAT ||
		    (hex && n->kind == RE_ALT && n->n == 1);

	for (uint32_t i = 0; good && i < n->n; i++)
		good = n->kid[i]->kind == RE_BYTE || (hex && is_literal(n->kid[i], hex));
	return good;
}

enum err
body_learn(struct arena *a, struct ir_pattern *w, const struct re_ast *ast)
{
	struct re_chain chain = { 0 };

	if (ast == NULL) {
		w->literal = !(w->mods & (IR_BASE64 | IR_BASE64WIDE));
	} else {
		TRY(re_chain_split(a, ast, &chain));
		/* Of a chain, the first fragment is looked at in its place. */
		w->literal = is_literal(chain.link[0].ast.root, w->kind == IR_HEX);
		w->re_flags = ast->flags;
		w->dot_star = re_ast_dot_star(ast);
	}
	w->slow = slow_pattern(a, w, &chain);
	return a->spent ? ERR_LIMIT : OK;
}
