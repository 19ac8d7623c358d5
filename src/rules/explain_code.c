#include "rules/explain_code.h"

#include <inttypes.h>

#include "db/cond_print.h"

void
explain_text(struct buf *out, struct bytes s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] >= 32 && s.p[i] < 127)
			buf_u8(out, s.p[i]);
		else
			buf_printf(out, "<%02x>", s.p[i]);
	}
}

/* The rule's own name of a pattern, or its number. */
static void
print_pattern(struct buf *out, const struct ir_rule *rule, uint32_t p)
{
	for (uint32_t i = 0; rule != NULL && i < rule->nstrings; i++) {
		if (rule->strings[i].pattern->index != p)
			continue;
		buf_put(out, rule->strings[i].name.p, rule->strings[i].name.n);
		buf_printf(out, " (#%u)", p);
		return;
	}
	buf_printf(out, "#%u", p);
}

/* pe.signatures[].serial is "..." */
static void
print_fact(struct buf *out, const struct ir *ir, const struct gate *g)
{
	const struct fact *table = ir->modules[g->module].facts;

	buf_printf(out, "  %s", ir->modules[g->module].name);
	for (uint32_t i = 0; i < g->path->n; i++) {
		const struct fact *row = &table[g->path->row[i]];

		buf_printf(out, "%s%s%s", row->name[0] ? "." : "", row->name,
		    row->type == FACT_FN                                ? "()"
		    : row->type == FACT_ARRAY || row->type == FACT_DICT ? "[]"
									: "");
		table = row->sub;
	}
	buf_str(out, " is \"");
	explain_text(out, g->text);
	buf_str(out, "\"\n");
}

static void
print_gate(struct buf *out, const struct ir *ir, const struct gate *g)
{
	if (g->kind == DB_GATE_FACT)
		print_fact(out, ir, g);
	else if (g->kind == DB_GATE_MODULE)
		buf_printf(out, "  the file is %s\n", ir->modules[g->module].name);
	else
		buf_printf(out,
		    "  the %u bytes at %u are 0x%0*" PRIx64 ", little-endian\n", g->width,
		    g->off, (int)g->width * 2, g->value);
}

void
explain_trigger(struct buf *out, const struct ir *ir, const struct ir_rule *rule,
    const struct trigger *t, const struct trigger_costs *costs)
{
	if (t->always) {
		buf_printf(out, "woken by every file: %s\n",
		    t->effect ? "it writes lines" : "nothing that it needs is known");
		return;
	}
	if (t->npatterns == 0 && t->ngates == 0) {
		buf_str(out, "never woken: the condition is false\n");
		return;
	}
	buf_str(out, "woken by any of\n");
	for (uint32_t i = 0; i < t->ngates; i++)
		print_gate(out, ir, &t->gates[i]);
	for (uint32_t i = 0; i < t->npatterns; i++) {
		const struct ir_pattern *p = ir->patterns[t->patterns[i]];

		buf_str(out, "  ");
		print_pattern(out, rule, p->index);
		buf_printf(
		    out, ", %.3g candidates per MB\n", costs->cost(costs->arg, p) * 1e6);
	}
}

struct names {
	const struct ir *ir;
	const uint32_t *modules;
};

static void
name(void *arg, char kind, uint32_t i, struct buf *out)
{
	const struct names *n = arg;
	const struct ir *ir = n->ir;

	if (kind == 'R' && i < ir->nrules) {
		buf_put(out, ir->rules[i]->name.p, ir->rules[i]->name.n);
		return;
	}
	if (kind == 'E' && i < ir->nexts) {
		buf_put(out, ir->exts[i].name.p, ir->exts[i].name.n);
		return;
	}
	for (uint32_t m = 0; kind == 'M' && m < ir->nmodules; m++) {
		if (n->modules[m] == i) {
			buf_str(out, ir->modules[m].name);
			return;
		}
	}
	buf_printf(out, "%s%u", kind == 'P' ? "#" : kind == 'T' ? "text " : "regex ", i);
}

void
explain_code(
    struct buf *out, const struct ir *ir, struct bytes code, const uint32_t *modules)
{
	struct names n = { ir, modules };
	const struct fact **facts;
	struct cond_names names = { .arg = &n, .name = name };
	uint32_t count = 0;

	for (uint32_t m = 0; m < ir->nmodules; m++)
		if (modules[m] < ir->nmodules && modules[m] >= count)
			count = modules[m] + 1;
	facts = ARENA_ARRAY(ir->arena, count + 1, const struct fact *);
	for (uint32_t m = 0; facts != NULL && m < ir->nmodules; m++)
		if (modules[m] < count)
			facts[modules[m]] = ir->modules[m].facts;
	names.facts = facts;
	names.nfacts = facts != NULL ? count : 0;
	cond_print(
	    out, (const uint32_t *)(const void *)code.p, (uint32_t)(code.n / 4), &names);
}
