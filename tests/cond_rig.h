/*
 * cond_rig.h - conditions compiled and run by the machine, for tests only.
 *
 * rig_compile makes code of a tree as the compiler does, rig_run runs it over the
 * world; the same rig judges the tree plainly (cond_plain.h), and both must agree.
 */
#pragma once

#include "tests/cond_plain.h"

static inline uint32_t
rig_text(void *arg, struct bytes s)
{
	struct rig *r = arg;
	uint32_t at = (uint32_t)r->text.n;

	buf_le32(&r->text, (uint32_t)s.n);
	buf_put(&r->text, s.p, s.n);
	buf_u8(&r->text, 0);
	return at;
}

static inline uint32_t
rig_regex(void *arg, const struct re_ast *re)
{
	(void)arg;
	return (uint32_t)(uintptr_t)re;
}

static inline void *
rig_module(void *host, uint32_t m)
{
	struct rig *r = host;

	CHECK(m == 0);
	return &r->facts;
}

static inline enum cond_rule
rig_rule(void *host, uint32_t rule)
{
	struct rig *r = host;

	return rule < RIG_RULES ? r->rule[rule] : COND_RULE_FALSE;
}

static inline enum err
rig_re_search(void *host, uint32_t re, struct bytes s, bool *found)
{
	(void)host;
	*found = rig_re_matches(re, s);
	return OK;
}

static inline void
rig_line(void *host, struct bytes line)
{
	rig_say(host, line);
}

static struct hits rig_hits;

static inline void
rig_init(struct rig *r)
{
	*r = (struct rig){ 0 };
	build_init(&r->b, 64 << 20, RIG_PATTERNS);
	r->module[0] = (struct fact_module){ .name = "none", .facts = rig_int_facts };
	r->module[1] = (struct fact_module){
		.name = "rig", .facts = rig_facts, .facts_size = sizeof(struct rig_facts)
	};
	r->map[0] = DB_NONE;
	r->map[1] = 0; /* ir.modules and DB_MODULES count differently */
	r->b.ir.modules = r->module;
	r->b.ir.nmodules = 2;
	for (uint32_t i = 0; i < RIG_RULES; i++) {
		r->ir_rules[i] = build_alloc(&r->b, sizeof(struct ir_rule));
		*r->ir_rules[i] = r->b.rule;
		r->ir_rules[i]->cond = ir_found(&r->b, i);
	}
	r->ir_rules[RIG_RULES] = &r->b.rule;
	r->b.ir.rules = r->ir_rules;
	r->b.ir.nrules = RIG_RULES + 1;
	r->b.ir.exts = r->exts;
	r->b.ir.nexts = COUNT(r->exts);
	r->b.rule.nslots = RIG_SLOTS;
	r->tables[0] = rig_facts;
	arena_init(&r->keep, 1 << 20);
	arena_init(&r->object, 16 << 20);
	fact_clear(rig_facts, &r->facts);
	rig_hits.rig = r;
	r->env = (struct cond_env){ .host = r,
		.hits = &rig_hits,
		.arena = &r->object,
		.entrypoint = FACT_UNDEF,
		.max_steps = 1 << 20,
		.exts = r->ext,
		.nexts = COUNT(r->ext),
		.facts = r->tables,
		.nfacts = 1,
		.module = rig_module,
		.rule = rig_rule,
		.re_search = rig_re_search,
		.log = rig_line };
}

static inline void
rig_done(struct rig *r)
{
	arena_done(&r->b.arena);
	arena_done(&r->keep);
	arena_done(&r->object);
	buf_done(&r->code);
	buf_done(&r->text);
}

/* Compiles the condition as the last rule's. */
static inline bool
rig_compile(struct rig *r, struct ir_node *cond)
{
	struct code_writer w = { r, r->b.ir.arena, rig_text, rig_regex, r->map };
	enum err e;

	buf_clear(&r->code);
	buf_clear(&r->text);
	r->b.rule.cond = cond;
	e = code_rule(&r->b.ir, &r->b.rule, &w, &r->code);
	r->rules[RIG_RULES] = (struct db_rule){ .ncode = (uint32_t)r->code.n,
		.flags = r->effect ? DB_RULE_EFFECT : 0 };
	r->db = (struct db){ .nrules = RIG_RULES + 1,
		.npatterns = RIG_PATTERNS,
		.nexts = COUNT(r->ext),
		.nmodules = 1 };
	r->db.section[DB_CODE] = buf_bytes(&r->code);
	r->db.section[DB_TEXT] = buf_bytes(&r->text);
	r->db.section[DB_RULES] =
	    (struct bytes){ (const uint8_t *)r->rules, sizeof(r->rules) };
	arena_reset(&r->keep);
	return e == OK && cond_new(&r->keep, &r->db, &r->env, &r->vm) == OK;
}

static inline enum cond_result
rig_run(struct rig *r)
{
	enum cond_result res;

	arena_reset(&r->object);
	r->env.file = r->file;
	cond_begin(r->vm);
	r->nsaid = 0;
	res = cond_run(r->vm, RIG_RULES);
	return res;
}
