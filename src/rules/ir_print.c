#include "rules/ir_print.h"

#include <inttypes.h>

#include "rules/token.h"

/* clang-format off */
static const char *const op_names[IR_NOPS] = {
	[IR_CONST] = "const", [IR_UNDEF] = "undefined", [IR_FILESIZE] = "filesize",
	[IR_ENTRYPOINT] = "entrypoint", [IR_EXT] = "external", [IR_RULE] = "rule",
	[IR_VAR] = "variable", [IR_MODULE] = "module",
	[IR_FOUND] = "found", [IR_AT] = "at", [IR_IN] = "in", [IR_COUNT] = "count",
	[IR_COUNT_IN] = "count in", [IR_OFFSET] = "offset", [IR_LENGTH] = "length",
	[IR_READ] = "read",
	[IR_AND] = "and", [IR_OR] = "or", [IR_NOT] = "not", [IR_DEFINED] = "defined",
	[IR_TRUTH] = "truth",
	[IR_NEG] = "neg", [IR_ADD] = "add", [IR_SUB] = "sub", [IR_MUL] = "mul",
	[IR_DIV] = "div", [IR_TO_FLOAT] = "to float", [IR_MOD] = "mod",
	[IR_BITNOT] = "bitnot", [IR_BITAND] = "bitand", [IR_BITOR] = "bitor",
	[IR_BITXOR] = "bitxor", [IR_SHL] = "shl", [IR_SHR] = "shr",
	[IR_EQ] = "eq", [IR_NE] = "ne", [IR_LT] = "lt", [IR_LE] = "le", [IR_GT] = "gt",
	[IR_GE] = "ge",
	[IR_CONTAINS] = "contains", [IR_ICONTAINS] = "icontains",
	[IR_STARTS] = "startswith", [IR_ISTARTS] = "istartswith",
	[IR_ENDS] = "endswith", [IR_IENDS] = "iendswith", [IR_IEQUALS] = "iequals",
	[IR_MATCHES] = "matches",
	[IR_FIELD] = "field", [IR_INDEX] = "index", [IR_KEY] = "key", [IR_CALL] = "call",
	[IR_OF] = "of", [IR_OF_RULES] = "of rules", [IR_OF_EXPRS] = "of values",
	[IR_FOR_OF] = "for of", [IR_FOR_RANGE] = "for range", [IR_FOR_LIST] = "for list",
	[IR_FOR_ARRAY] = "for array", [IR_FOR_DICT] = "for dictionary",
	[IR_WITH] = "with",
};

static const char *const type_names[] = {
	[IR_BOOL] = "bool", [IR_INT] = "int", [IR_FLOAT] = "float", [IR_STR] = "string",
	[IR_REGEX] = "regex", [IR_OBJECT] = "object",
};

static const char *const quant_names[] = {
	[IR_ALL] = "all", [IR_ANY] = "any", [IR_NONE] = "none", [IR_N] = "n",
	[IR_PERCENT] = "percent",
};

static const struct {
	uint32_t bit;
	const char *name;
} mod_names[] = {
	{ IR_NOCASE, "nocase" }, { IR_ASCII, "ascii" }, { IR_WIDE, "wide" },
	{ IR_FULLWORD, "fullword" }, { IR_XOR, "xor" }, { IR_BASE64, "base64" },
	{ IR_BASE64WIDE, "base64wide" }, { IR_DOTALL, "dotall" },
}, use_names[] = {
	{ IR_USE_FOUND, "found" }, { IR_USE_ALL, "all" }, { IR_USE_LENGTH, "length" },
	{ IR_USE_AT, "at" },
};
/* clang-format on */

static void
indent(struct buf *b, unsigned depth)
{
	for (unsigned i = 0; i < depth; i++)
		buf_str(b, "  ");
}

/* In quotes; what is no printable ASCII as \xHH. */
static void
print_text(struct buf *b, struct bytes s)
{
	buf_u8(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < ' ' || s.p[i] > '~')
			buf_printf(b, "\\x%02x", s.p[i]);
		else if (s.p[i] == '"' || s.p[i] == '\\')
			buf_printf(b, "\\%c", s.p[i]);
		else
			buf_u8(b, s.p[i]);
	}
	buf_u8(b, '"');
}

static void
print_const(struct buf *b, const struct ir_node *n)
{
	switch (n->type) {
	case IR_BOOL: buf_str(b, n->u.i ? "true" : "false"); break;
	case IR_INT: buf_printf(b, "%" PRId64, n->u.i); break;
	case IR_FLOAT: buf_printf(b, "%.17g", n->u.f); break;
	case IR_STR: print_text(b, n->u.s); break;
	default: buf_str(b, type_names[n->type]); break;
	}
}

static void
print_string(struct buf *b, const struct ir_rule *r, uint32_t i)
{
	const struct ir_string *s = &r->strings[i];

	buf_put(b, s->name.p, s->name.n);
	if (s->anonymous)
		buf_printf(b, "%u", i);
}

static void
print_pat(struct buf *b, const struct ir_rule *r, const struct ir_pat *pat)
{
	if (pat->current)
		buf_printf(b, "$ of v%u", pat->index);
	else
		print_string(b, r, pat->index);
}

static void
print_loop(
    struct buf *b, const struct ir *ir, const struct ir_rule *r, const struct ir_node *n)
{
	const struct ir_loop *l = n->u.loop;

	if (n->op != IR_WITH)
		buf_printf(b, "%s ", quant_names[l->quant]);
	if (n->op == IR_FOR_DICT)
		buf_printf(b, "v%u v%u", l->var, l->var2);
	else if (n->op >= IR_FOR_OF)
		buf_printf(b, "v%u", l->var);
	for (uint32_t i = 0; i < l->nset; i++) {
		buf_u8(b, ' ');
		if (l->rules != NULL) {
			const struct bytes name = ir->rules[l->rules[i]]->name;

			buf_put(b, name.p, name.n);
		} else {
			print_string(b, r, l->set[i]);
		}
	}
}

/* What the node holds besides its kids. */
static void
print_payload(
    struct buf *b, const struct ir *ir, const struct ir_rule *r, const struct ir_node *n)
{
	switch (n->op) {
	case IR_CONST: print_const(b, n); break;
	case IR_EXT:
		buf_put(b, ir->exts[n->u.index].name.p, ir->exts[n->u.index].name.n);
		break;
	case IR_RULE:
		buf_put(b, ir->rules[n->u.index]->name.p, ir->rules[n->u.index]->name.n);
		break;
	case IR_VAR: buf_printf(b, "v%u", n->u.var); break;
	case IR_MODULE: buf_str(b, ir->modules[n->u.index].name); break;
	case IR_READ:
		buf_printf(b, "%s%u%s",
		    n->u.read.flt    ? "float"
		    : n->u.read.sign ? "int"
				     : "uint",
		    n->u.read.width, n->u.read.big ? "be" : "");
		break;
	case IR_FIELD: buf_str(b, n->u.fact->name); break;
	case IR_CALL: buf_printf(b, "%s %s", n->u.fact->name, n->u.fact->sig); break;
	default:
		if (n->op >= IR_FOUND && n->op <= IR_LENGTH)
			print_pat(b, r, &n->u.pat);
		else if (n->op >= IR_OF)
			print_loop(b, ir, r, n);
		break;
	}
}

/* Recursion: as deep as the tree, which IR_DEPTH_MAX bounds. */
static void
print_node(struct buf *b, const struct ir *ir, const struct ir_rule *r,
    const struct ir_node *n, unsigned depth)
{
	indent(b, depth);
	buf_str(b, op_names[n->op]);
	if (n->type != IR_BOOL)
		buf_printf(b, ":%s", type_names[n->type]);
	buf_u8(b, ' ');
	print_payload(b, ir, r, n);
	if (b->n > 0 && b->p[b->n - 1] == ' ')
		b->n--;
	buf_u8(b, '\n');
	for (uint32_t i = 0; i < n->nkids; i++) {
		if (n->kid[i] != NULL)
			print_node(b, ir, r, n->kid[i], depth + 1);
	}
}

static void
print_pattern(struct buf *b, const struct ir_rule *r, uint32_t i)
{
	static const char *const kind[] = {
		[IR_TEXT] = "text", [IR_HEX] = "hex", [IR_RE] = "regex"
	};
	const struct ir_string *s = &r->strings[i];
	const struct ir_pattern *p = s->pattern;

	indent(b, 1);
	print_string(b, r, i);
	buf_printf(b, " = #%u %s ", p->index, kind[p->kind]);
	print_text(b, p->text);
	for (size_t m = 0; m < COUNT(mod_names); m++) {
		if (p->mods & mod_names[m].bit)
			buf_printf(b, " %s", mod_names[m].name);
	}
	if (p->mods & IR_XOR)
		buf_printf(b, " %u-%u", p->xor_lo, p->xor_hi);
	buf_str(b, s->private_ ? " private;" : ";");
	for (size_t u = 0; u < COUNT(use_names); u++) {
		if (p->use & use_names[u].bit)
			buf_printf(b, " %s", use_names[u].name);
	}
	buf_u8(b, '\n');
}

static void
print_meta(struct buf *b, const struct ir_meta *m)
{
	struct ir_node n = { .op = IR_CONST, .type = m->type };

	indent(b, 1);
	buf_put(b, m->name.p, m->name.n);
	buf_str(b, " = ");
	if (m->type == IR_FLOAT)
		n.u.f = m->f;
	else if (m->type == IR_STR)
		n.u.s = m->s;
	else
		n.u.i = m->i;
	print_const(b, &n);
	buf_u8(b, '\n');
}

static void
print_token(struct buf *b, const struct token *t)
{
	const char *name = tok_name(t->kind);

	buf_u8(b, ' ');
	if (name[0] == '<' || name[0] == '\'' || bytes_eq(bytes_of(name), t->text)) {
		buf_put(b, t->text.p, t->text.n);
		return;
	}
	buf_printf(b, "[%s ", name);
	print_text(b, bytes_clip(t->text, 0, 60));
	buf_str(b, t->text.n > 60 ? "...]" : "]");
}

void
ir_print_tokens(struct buf *b, const struct ir_rule *r)
{
	uint32_t line = 0, first = r->line;
	struct arena a;
	struct lexer lx;
	struct token t;

	arena_init(&a, r->source.n * 2 + ((size_t)1 << 20));
	lex_init(&lx, r->source, &a, false);
	for (const uint8_t *p = r->source.p; p < r->name.p; p++)
		first -= *p == '\n';
	while (lex_next(&lx, &t) == OK && t.kind != TOK_EOF) {
		if (t.line != line)
			buf_printf(b, "%s%6u |", line ? "\n" : "", first + t.line - 1);
		line = t.line;
		print_token(b, &t);
	}
	buf_u8(b, '\n');
	arena_done(&a);
}

void
ir_print_rule(struct buf *b, const struct ir *ir, const struct ir_rule *r)
{
	buf_printf(
	    b, "%s%srule ", r->global ? "global " : "", r->private_ ? "private " : "");
	buf_put(b, r->name.p, r->name.n);
	for (uint32_t i = 0; i < r->ntags; i++) {
		buf_str(b, i == 0 ? " : " : " ");
		buf_put(b, r->tags[i].p, r->tags[i].n);
	}
	buf_u8(b, '\n');
	for (uint32_t i = 0; i < r->nmetas; i++)
		print_meta(b, &r->metas[i]);
	for (uint32_t i = 0; i < r->nstrings; i++)
		print_pattern(b, r, i);
	print_node(b, ir, r, r->cond, 1);
}

void
ir_print(struct buf *b, const struct ir *ir)
{
	for (uint32_t i = 0; i < ir->nrules; i++)
		ir_print_rule(b, ir, ir->rules[i]);
}
