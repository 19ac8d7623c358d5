/*
 * compile.c - the front door: sources in, trees or a database out. Nothing is opened
 * here; includes are asked for.
 */
#include "rules/compile.h"

#include "rules/parse.h"

/* Externals in the form that the passes see, and found by name. */
static enum err
add_externals(struct parser *p)
{
	const struct rules_env *env = p->env;
	struct ext *exts = ARENA_ARRAY(p->arena, env->nexts, struct ext);

	if (exts == NULL)
		return ERR_LIMIT;
	for (size_t i = 0; i < env->nexts; i++) {
		exts[i] = env->exts[i];
		exts[i].name = arena_bytes(p->arena, exts[i].name);
		exts[i].s = arena_bytes(p->arena, exts[i].s);
		if (exts[i].name.p == NULL || exts[i].s.p == NULL)
			return ERR_LIMIT;
		TRY(names_put(&p->exts, exts[i].name, 0, (uint32_t)i));
	}
	p->ir->exts = exts;
	p->ir->nexts = (uint32_t)env->nexts;
	return OK;
}

static enum err
parser_init(struct parser *p, const struct rules_env *env, struct ir *ir)
{
	struct names *tables[] = { &p->rules, &p->exts, &p->fields, &p->imports,
		&p->frozen, &p->ns_names, &p->patterns, &p->strings };

	*p = (struct parser){ .env = env,
		.arena = env->arena,
		.ir = ir,
		.yara_only = env->flags & RULES_YARA_ONLY };
	arena_init(&p->tables, env->arena->budget - env->arena->used);
	for (size_t i = 0; i < COUNT(tables); i++)
		names_init(tables[i], &p->tables);
	*ir = (struct ir){ .arena = env->arena,
		.modules = env->modules,
		.nmodules = (uint32_t)env->nmodules,
		.imported = ARENA_ARRAY(env->arena, env->nmodules, uint32_t) };
	return ir->imported != NULL ? add_externals(p) : ERR_LIMIT;
}

/* Sources of one namespace see each other's rules and imports. */
static enum err
enter_namespace(struct parser *p, const char *name)
{
	struct bytes key = bytes_of(name ? name : "default");
	const struct name *n = names_find(&p->ns_names, key, 0);
	struct bytes *ns = p->ir->ns;

	if (n != NULL) {
		p->ns = n->value;
		return OK;
	}
	if (p->ir->nns == p->ns_cap)
		ns = arena_grow(p->arena, ns, &p->ns_cap, p->ir->nns + 1u, sizeof(*ns));
	if (ns == NULL)
		return ERR_LIMIT;
	p->ir->ns = ns;
	p->ns = p->ir->nns++;
	ns[p->ns] = key;
	return names_put(&p->ns_names, key, 0, p->ns);
}

enum err
rules_to_ir(
    const struct rules_env *env, const struct rules_source *src, size_t n, struct ir *out)
{
	unsigned before = env->diags->errors;
	struct parser p;
	enum err e = parser_init(&p, env, out);

	for (size_t i = 0; i < n && e == OK; i++) {
		e = enter_namespace(&p, src[i].ns);
		if (e == OK)
			e = parse_source(&p, &src[i]);
		if (env->diags->errors > before && env->flags & RULES_FIRST_ERROR)
			break;
	}
	arena_done(&p.scratch);
	arena_done(&p.tables);
	if (e != OK)
		return e;
	return env->diags->errors > before ? ERR_SYNTAX : OK;
}
