/*
 * parse_rule.c - a rule, from its modifiers to its brace, and imports. What is wrong
 * spoils this rule only; the next one is read from its own beginning.
 */
#include "rules/parse.h"

static enum err
import_module(struct parser *p, const struct token *t, size_t i)
{
	const char *name = parse_str(p, t->s);

	if (p->yara_only && p->env->modules[i].yarax)
		return parse_fail(p, place_of(t),
		    "unknown module \"%s\" (YARA has none: leave out --yara-only, or the "
		    "rules that need it)",
		    name);
	if (p->ir->imported[i] == 0)
		p->ir->imported[i] = ++p->nimported;
	if (names_find(&p->imports, t->s, p->ns) != NULL)
		return OK;
	return names_put(&p->imports, t->s, p->ns, (uint32_t)i);
}

enum err
parse_import(struct parser *p)
{
	struct token t, name;

	(void)parse_take(p);
	TRY(parse_expect(p, TOK_TEXT, &name));
	t = name;
	t.s.n = strnlen((const char *)t.s.p, t.s.n);
	if (t.s.n == 0)
		return parse_fail(p, place_of(&t), "invalid module name \"\"");
	for (size_t i = 0; i < p->env->nmodules; i++) {
		if (bytes_eq(bytes_of(p->env->modules[i].name), t.s))
			return import_module(p, &t, i);
	}
	if (t.s.n < name.s.n) /* YARA: a NUL is in it */
		return parse_fail(
		    p, place_of(&t), "invalid module name \"%s\"", parse_str(p, t.s));
	return parse_fail(p, place_of(&t), "unknown module \"%s\"", parse_str(p, t.s));
}

/* Did an `of (prefix*)` of this namespace close the set of rules so named? */
static bool
name_is_frozen(const struct parser *p, struct bytes name)
{
	for (size_t i = 0; i < p->nprefix_lens; i++) {
		struct bytes prefix = bytes_sub(name, 0, p->prefix_lens[i]);

		if (prefix.p != NULL && names_find(&p->frozen, prefix, p->ns) != NULL)
			return true;
	}
	return false;
}

/* The rule is known from its name on: its own condition may name it. */
static enum err
rule_declare(struct parser *p, const struct token *name, uint32_t flags)
{
	struct ir *ir = p->ir;
	struct place at = place_of(name);
	struct ir_rule *r;

	if (names_find(&p->rules, name->text, p->ns) != NULL ||
	    names_find(&p->exts, name->text, 0) != NULL)
		return parse_fail(
		    p, at, "duplicated identifier \"%s\"", parse_str(p, name->text));
	if (name_is_frozen(p, name->text))
		return parse_fail(p, at,
		    "rule identifier \"%s\" matches previously used wildcard rule set",
		    parse_str(p, name->text));
	r = ARENA_NEW(p->arena, struct ir_rule);
	if (ir->nrules == p->rules_cap) {
		struct ir_rule **rules = arena_grow(p->arena, ir->rules, &p->rules_cap,
		    ir->nrules + 1u, sizeof(struct ir_rule *));

		if (rules == NULL)
			return ERR_LIMIT;
		ir->rules = rules;
	}
	if (r == NULL)
		return ERR_LIMIT;
	*r = (struct ir_rule){ .name = name->text,
		.ns = p->ns,
		.file = p->src->src.file,
		.line = name->line,
		.global = flags & 1,
		.private_ = flags >> 1 & 1 };
	p->rule = r;
	p->rule_name = parse_str(p, name->text);
	p->rule_index = ir->nrules;
	ir->rules[ir->nrules] = r;
	return names_put(&p->rules, name->text, p->ns, ir->nrules++);
}

/* Forgets what belongs to the rule before. */
static void
rule_reset(struct parser *p)
{
	names_clear(&p->strings);
	p->rule = NULL;
	p->nstrings = 0;
	p->nvars = p->nslots = 0;
	p->loops = p->depth = 0;
	p->in_for_of = false;
	p->string_line = 0;
}

/* Tags share the table of the strings' names, as another scope. */
#define TAG_SCOPE 1

static enum err
parse_tags(struct parser *p)
{
	uint32_t n = 0;

	do {
		struct token t;
		struct bytes *tag = p->tag;

		TRY(parse_expect(p, TOK_IDENT, &t));
		if (names_find(&p->strings, t.text, TAG_SCOPE) != NULL)
			return parse_fail(p, place_of(&t),
			    "duplicated tag identifier \"%s\"", parse_str(p, t.text));
		TRY(names_put(&p->strings, t.text, TAG_SCOPE, n));
		if (n == p->tags_cap)
			tag =
			    arena_grow(p->arena, tag, &p->tags_cap, n + 1u, sizeof(*tag));
		if (tag == NULL)
			return ERR_LIMIT;
		p->tag = tag;
		p->tag[n++] = t.text;
	} while (parse_peek(p) == TOK_IDENT);
	p->rule->ntags = n;
	return OK;
}

static enum err
meta_number(struct parser *p, struct ir_meta *m, bool negative)
{
	struct token t;

	if (parse_peek(p) == TOK_FLOAT && !p->yara_only) { /* YARA-X */
		t = parse_take(p);
		m->type = IR_FLOAT;
		m->f = negative ? -t.u.f : t.u.f;
		return OK;
	}
	if (negative)
		TRY(parse_expect(p, TOK_NUMBER, &t));
	else
		t = parse_take(p);
	m->type = IR_INT;
	m->i = negative ? -t.u.i : t.u.i;
	return OK;
}

static enum err
meta_value(struct parser *p, struct ir_meta *m)
{
	struct token t;

	switch (parse_peek(p)) {
	case TOK_TEXT:
		t = parse_take(p);
		m->type = IR_STR;
		/* YARA keeps it as a C string */
		m->s = (struct bytes){ t.s.p, strnlen((const char *)t.s.p, t.s.n) };
		return OK;
	case TOK_TRUE:
	case TOK_FALSE:
		m->type = IR_BOOL;
		m->i = parse_take(p).kind == TOK_TRUE;
		return OK;
	case TOK_MINUS: (void)parse_take(p); return meta_number(p, m, true);
	case TOK_NUMBER: return meta_number(p, m, false);
	case TOK_FLOAT:
		if (!p->yara_only)
			return meta_number(p, m, false);
		return parse_syntax_error(p, NULL);
	default: return parse_syntax_error(p, NULL);
	}
}

static enum err
parse_metas(struct parser *p)
{
	struct token t;
	uint32_t n = 0;

	TRY(parse_expect(p, TOK_COLON, &t));
	do {
		struct ir_meta m = { 0 }, *meta = p->meta;

		TRY(parse_expect(p, TOK_IDENT, &t));
		m.name = t.text;
		TRY(parse_expect(p, TOK_ASSIGN, &t));
		TRY(meta_value(p, &m));
		if (n == p->metas_cap)
			meta = arena_grow(
			    p->arena, meta, &p->metas_cap, n + 1u, sizeof(*meta));
		if (meta == NULL)
			return ERR_LIMIT;
		p->meta = meta;
		p->meta[n++] = m;
	} while (parse_peek(p) == TOK_IDENT);
	p->rule->nmetas = n;
	return OK;
}

/* Every string must be used, but for those that say they need not be: $_x. */
static enum err
strings_check(struct parser *p, struct place at)
{
	uint32_t max = p->env->strings_per_rule ? p->env->strings_per_rule : 10000;

	for (size_t i = 0; i < p->nstrings; i++) {
		const struct rule_string *s = &p->string[i];
		bool free = s->s.name.n > 1 && s->s.name.p[1] == '_';

		if (!s->referenced && !free) {
			at.line = s->s.line;
			at.col = s->s.col;
			at.at = s->s.name.p;
			at.width = (uint32_t)s->s.name.n;
			return parse_fail(
			    p, at, "unreferenced string \"%s\"", parse_str(p, s->s.name));
		}
		if (i >= max)
			return parse_fail(p, at,
			    "too many strings in rule \"%s\" (limit: %u)", p->rule_name,
			    max);
	}
	return OK;
}

/* A copy of exact size: what was read lies in vectors that the next rule uses again. */
static enum err
rule_finish(struct parser *p)
{
	struct ir_rule *r = p->rule;
	struct ir_string *s = ARENA_ARRAY(p->arena, p->nstrings, struct ir_string);
	struct ir_meta *m = ARENA_ARRAY(p->arena, r->nmetas, struct ir_meta);
	struct bytes *t = ARENA_ARRAY(p->arena, r->ntags, struct bytes);

	if (s == NULL || m == NULL || t == NULL)
		return ERR_LIMIT;
	for (size_t i = 0; i < p->nstrings; i++)
		s[i] = p->string[i].s;
	if (r->nmetas > 0)
		memcpy(m, p->meta, r->nmetas * sizeof(*m));
	if (r->ntags > 0)
		memcpy(t, p->tag, r->ntags * sizeof(*t));
	r->strings = s;
	r->metas = m;
	r->tags = t;
	r->nstrings = (uint32_t)p->nstrings;
	r->nslots = p->nslots;
	p->rule = NULL;
	p->rule_name = NULL;
	return OK;
}

/*
 * By an include it may end in another file than it began in: then it has no source. The
 * file is among the open ones; not always the top, when a token behind it was looked at.
 */
static void
rule_ends(struct parser *p, const uint8_t *end)
{
	struct bytes *rule = &p->rule->source;

	for (const struct source *s = p->src; s != NULL; s = s->below) {
		struct bytes all = s->src.text;

		if (rule->p >= all.p && rule->p < end && end <= all.p + all.n)
			rule->n = (size_t)(end - rule->p);
	}
}

static enum err
parse_body(struct parser *p)
{
	struct token t;
	struct ex cond;

	if (parse_accept(p, TOK_COLON))
		TRY(parse_tags(p));
	TRY(parse_expect(p, TOK_LBRACE, &t));
	if (parse_accept(p, TOK_META))
		TRY(parse_metas(p));
	if (parse_accept(p, TOK_STRINGS))
		TRY(parse_strings(p));
	TRY(parse_expect(p, TOK_CONDITION, &t));
	TRY(parse_expect(p, TOK_COLON, &t));
	TRY(parse_boolean(p, &cond));
	TRY(parse_expect(p, TOK_RBRACE, &t));
	p->rule->cond = cond.node;
	rule_ends(p, t.text.p + t.text.n);
	TRY(strings_check(p, place_of(&t)));
	return rule_finish(p);
}

enum err
parse_rule(struct parser *p)
{
	const uint8_t *begin = p->tok[0].text.p;
	uint32_t flags = 0;
	struct token name;

	rule_reset(p);
	for (enum tok t; (t = parse_peek(p)) == TOK_GLOBAL || t == TOK_PRIVATE;
	     (void)parse_take(p))
		flags |= t == TOK_GLOBAL ? 1 : 2;
	if (!parse_accept(p, TOK_RULE))
		return parse_syntax_error(p, "<rule> or <private> or <global>");
	TRY(parse_expect(p, TOK_IDENT, &name));
	TRY(rule_declare(p, &name, flags));
	p->rule->source.p = begin;
	return parse_body(p);
}
