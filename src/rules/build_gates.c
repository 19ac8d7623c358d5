/*
 * build_gates.c - rules that no pattern can wake, behind what must hold of an object
 * before they can be true: kind, size, a value. A gate that does not hold is a promise
 * that the rule is false; in doubt there is none.
 */
#include <math.h>

#include "base/sort.h"
#include "rules/build_in.h"

static int
gated_cmp(const void *a, const void *b)
{
	const struct gated *x = a, *y = b;
	int c = gate_cmp(&x->gate, &y->gate);

	return c ? c : (x->rule > y->rule) - (x->rule < y->rule);
}

/*
 * Every rule behind each of its gates; one that is always asked behind an open one. Lives
 * as long as the pass; NULL: the arena is spent.
 */
static struct gated *
list_gates(struct build *b, size_t *count)
{
	const struct gate open = { .kind = DB_GATE_ALWAYS };
	struct gated *v;
	size_t n = 0, k = 0;

	for (uint32_t r = 0; r < b->ir->nrules; r++)
		n += b->trigger[r].always || b->trigger[r].effect ? 1
								  : b->trigger[r].ngates;
	v = ARENA_ARRAY(&b->pass, n + 1, struct gated);
	for (uint32_t r = 0; v != NULL && r < b->ir->nrules; r++) {
		const struct trigger *t = &b->trigger[r];

		if (t->always || t->effect)
			v[k++] = (struct gated){ open, r };
		for (uint32_t i = 0; !t->always && !t->effect && i < t->ngates; i++)
			v[k++] = (struct gated){ t->gates[i], r };
	}
	*count = k;
	return v;
}

static struct db_gate
gate_record(const struct gate *g)
{
	return (struct db_gate){ .kind = g->kind,
		.module = g->module,
		.off = g->off,
		.width = g->width,
		.value = g->value };
}

/* Gates by kind, so those of facts are the last. */
static size_t
before_facts(const struct gated *v, size_t n)
{
	size_t i = 0;

	while (i < n && v[i].gate.kind != DB_GATE_FACT)
		i++;
	return i;
}

/* Rules without a trigger, gate by gate; equal gates share a record. */
enum err
build_gates(struct build *b)
{
	size_t n, nplain;
	struct gated *v;

	build_pass(b);
	v = list_gates(b, &n);
	if (v == NULL)
		return ERR_LIMIT;
	sort(v, n, sizeof(*v), gated_cmp);
	nplain = before_facts(v, n);
	for (size_t i = 0, end; i < nplain; i = end) {
		struct db_gate d = gate_record(&v[i].gate);

		d.rules = dbw_list(&b->w, NULL, 0);

		for (end = i; end < nplain && gate_cmp(&v[i].gate, &v[end].gate) == 0;
		     end++)
			dbw_list(&b->w, &v[end].rule, 1);
		d.nrules = (uint32_t)(end - i);
		dbw_record(&b->w, DB_GATES, &d, sizeof(d));
	}
	build_indexes(b, v + nplain, n - nplain);
	return OK;
}

static double
no_cost(void *arg, const struct ir_pattern *p)
{
	(void)arg;
	(void)p;
	return INFINITY;
}

/* The 63 gates that most rules are behind. Bit i of *masks is the i-th of DB_MASKS. */
static uint32_t
common_gates(struct build *b, const struct gated *v, size_t n, struct gated *top)
{
	uint32_t count = 0, size[63];

	for (size_t i = 0, end; i < n; i = end) {
		uint32_t at = count;

		for (end = i; end < n && gate_cmp(&v[i].gate, &v[end].gate) == 0;)
			end++;
		if (v[i].gate.kind == DB_GATE_ALWAYS)
			continue;
		for (; at > 0 && size[at - 1] < end - i; at--)
			if (at < 63) {
				size[at] = size[at - 1];
				top[at] = top[at - 1];
			}
		if (at >= 63)
			continue;
		size[at] = (uint32_t)(end - i);
		top[at] = v[i];
		count += count < 63;
	}
	for (uint32_t i = 0; i < count; i++) {
		struct db_gate d = gate_record(&top[i].gate);

		dbw_record(&b->w, DB_MASKS, &d, sizeof(d));
	}
	return count;
}

static void
gather_gates(struct build *b)
{
	memset(b->pattern_gates, 0, b->ir->npatterns * sizeof(*b->pattern_gates));
	for (uint32_t r = 0; r < b->ir->nrules; r++)
		for (uint32_t i = 0; i < b->trigger[r].npatterns; i++)
			b->pattern_gates[b->trigger[r].patterns[i]] |= b->gates[r];
}

/*
 * What a rule needs besides its patterns: the gates that it would wait behind if no
 * pattern could wake it. For objects where none holds, its patterns do not matter.
 */
enum err
build_masks(struct build *b)
{
	struct trigger_costs costs = build_costs(b);
	struct trigger *chosen = b->trigger;
	struct arena *pass = build_pass(b);
	struct gated *v, top[63];
	uint32_t ntop;
	size_t n;

	b->trigger = ARENA_ARRAY(pass, b->ir->nrules + 1, struct trigger);
	if (b->trigger == NULL)
		return ERR_LIMIT;
	costs.cost = no_cost;
	costs.fact = INFINITY;
	TRY(triggers_find(pass, b->ir, &costs, b->trigger));
	v = list_gates(b, &n);
	b->trigger = chosen;
	if (v == NULL)
		return ERR_LIMIT;
	sort(v, n, sizeof(*v), gated_cmp);
	ntop = common_gates(b, v, n, top);
	for (size_t i = 0; i < n; i++) {
		uint64_t bit = DB_GATE_OPEN;

		for (uint32_t k = 0; k < ntop; k++)
			if (gate_cmp(&v[i].gate, &top[k].gate) == 0)
				bit = 1ULL << k;
		b->gates[v[i].rule] |= bit;
	}
	gather_gates(b);
	return OK;
}
