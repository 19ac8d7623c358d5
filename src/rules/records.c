/*
 * records.c - rules, externals, modules and namespaces as records of the database; the
 * bytes of names and texts stand there once.
 */
#include "rules/records.h"

static enum err
write_strings(struct dbw *w, const struct ir_rule *r, struct db_rule *to)
{
	to->strings = (uint32_t)(w->section[DB_STRINGS].n / sizeof(struct db_string));
	to->nstrings = r->nstrings;
	for (uint32_t i = 0; i < r->nstrings; i++) {
		const struct ir_string *s = &r->strings[i];
		struct db_string d = { .name = dbw_text(w, s->name),
			.pattern = s->pattern->index,
			.fixed = (uint64_t)s->fixed_at };

		d.flags |= s->private_ ? DB_STRING_PRIVATE : 0;
		d.flags |= s->pattern->kind == IR_HEX ? DB_STRING_HEX : 0;
		d.flags |= s->once ? DB_STRING_ONCE : 0;
		d.flags |= s->fixed ? DB_STRING_FIXED : 0;
		d.flags |= s->pattern->mods & IR_XOR ? DB_STRING_XOR : 0;
		dbw_record(w, DB_STRINGS, &d, sizeof(d));
	}
	return OK;
}

static void
write_tags(struct dbw *w, const struct ir_rule *r, struct db_rule *to)
{
	to->tags = (uint32_t)(w->section[DB_LISTS].n / 4);
	to->ntags = r->ntags;
	for (uint32_t i = 0; i < r->ntags; i++)
		dbw_list(w, &(uint32_t){ dbw_text(w, r->tags[i]) }, 1);
}

static void
write_metas(struct dbw *w, const struct ir_rule *r, struct db_rule *to)
{
	to->metas = (uint32_t)(w->section[DB_METAS].n / sizeof(struct db_meta));
	to->nmetas = r->nmetas;
	for (uint32_t i = 0; i < r->nmetas; i++) {
		const struct ir_meta *m = &r->metas[i];
		struct db_meta d = { .name = dbw_text(w, m->name),
			.type = DB_META_INT,
			.value = (uint64_t)m->i };

		if (m->type == IR_BOOL)
			d.type = DB_META_BOOL;
		if (m->type == IR_STR) {
			d.type = DB_META_STR;
			d.value = dbw_text(w, m->s);
		}
		dbw_record(w, DB_METAS, &d, sizeof(d));
	}
}

static enum err
write_rule(struct dbw *w, const struct ir_rule *r, const struct record_rule *code)
{
	struct db_rule d = { .name = dbw_text(w, r->name),
		.space = r->ns,
		.code = code->code,
		.ncode = code->ncode,
		.nslots = r->nslots,
		.first = code->first,
		.nfirst = code->nfirst };

	d.flags |= r->global ? DB_RULE_GLOBAL : 0;
	d.flags |= r->private_ ? DB_RULE_PRIVATE : 0;
	d.flags |= code->effect ? DB_RULE_EFFECT : 0;
	TRY(write_strings(w, r, &d));
	write_tags(w, r, &d);
	write_metas(w, r, &d);
	dbw_record(w, DB_RULES, &d, sizeof(d));
	return OK;
}

/* One pass over the rules a namespace would be quadratic: chain them by namespace. */
static enum err
write_spaces(struct dbw *w, const struct ir *ir)
{
	uint32_t *next = ARENA_ARRAY(ir->arena, ir->nrules + 1, uint32_t);
	uint32_t *first = ARENA_ARRAY(ir->arena, ir->nns + 1, uint32_t);

	if (next == NULL || first == NULL)
		return ERR_LIMIT;
	for (uint32_t i = ir->nrules; i-- > 0;) {
		const struct ir_rule *r = ir->rules[i];

		if (!r->global)
			continue;
		next[i] = first[r->ns];
		first[r->ns] = i + 1;
	}
	for (uint32_t i = 0; i < ir->nns; i++) {
		struct db_space d = { .name = dbw_text(w, ir->ns[i]),
			.globals = (uint32_t)(w->section[DB_LISTS].n / 4) };

		for (uint32_t k = first[i]; k != 0; k = next[k - 1]) {
			dbw_list(w, &(uint32_t){ k - 1 }, 1);
			d.nglobals++;
		}
		dbw_record(w, DB_SPACES, &d, sizeof(d));
	}
	return OK;
}

static void
write_exts(struct dbw *w, const struct ir *ir)
{
	for (uint32_t i = 0; i < ir->nexts; i++) {
		const struct ext *e = &ir->exts[i];
		struct db_ext d = { .name = dbw_text(w, e->name),
			.type = e->type,
			.value = (uint64_t)e->i };

		if (e->type == EXT_FLOAT)
			memcpy(&d.value, &e->f, sizeof(d.value));
		if (e->type == EXT_STR)
			d.value = dbw_text(w, e->s);
		dbw_record(w, DB_EXTS, &d, sizeof(d));
	}
}

/* Every module the compiler knows, imported or not: code names them by index. */
static void
write_modules(struct dbw *w, const struct ir *ir)
{
	for (uint32_t i = 0; i < ir->nmodules; i++) {
		const struct fact_module *m = &ir->modules[i];
		struct db_module d = { .name = dbw_text(w, bytes_of(m->name)),
			.imported = ir->imported[i],
			.schema = fact_digest(m->facts, 0) };

		w->needs |= ir->imported[i] ? m->needs : 0;
		dbw_record(w, DB_MODULES, &d, sizeof(d));
	}
}

enum err
records_write(struct dbw *w, const struct ir *ir, const struct record_rule *code)
{
	for (uint32_t i = 0; i < ir->nrules; i++)
		TRY(write_rule(w, ir->rules[i], &code[i]));
	write_exts(w, ir);
	write_modules(w, ir);
	return write_spaces(w, ir);
}
