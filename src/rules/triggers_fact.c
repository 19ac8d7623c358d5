/*
 * triggers_fact.c - texts of a module that have to have a value.
 *
 * `for any i in (0..n) : (pe.signatures[i].serial == "...")` cannot be true unless
 * *some* signature has that serial number. Indexes and keys are left out, so what is
 * promised is weaker than the test, and never wrong.
 */
#include "rules/triggers_in.h"

/* How far a path has come, and the table of the struct that it leads to. */
struct step {
	struct cond_path path;
	const struct fact *table;
	bool good;
};

static void
row_add(struct step *s, const struct fact *row)
{
	uint32_t k = 0;

	while (s->table != NULL && s->table[k].type != FACT_END && &s->table[k] != row)
		k++;
	s->good = s->good && s->path.n < COND_PATH_MAX && k <= UINT16_MAX &&
		  s->table != NULL && s->table[k].type != FACT_END &&
		  !(row->flags & (FACT_CONST | FACT_EFFECT));
	if (!s->good)
		return;
	s->path.row[s->path.n++] = (uint16_t)k;
	s->table = row->type == FACT_FN ? NULL : row->sub;
}

static struct step path_of(struct triggers *t, const struct ir_node *n, uint32_t depth);

/* An element of the array or dictionary n; one that is no struct has a row of its own. */
static struct step
element_of(struct triggers *t, const struct ir_node *n, enum ir_type type, uint32_t depth)
{
	struct step s = { 0 };

	if (n == NULL)
		return s;
	s = path_of(t, n, depth);
	if (s.good && type != IR_OBJECT)
		row_add(&s, s.table);
	return s;
}

static struct step
path_of(struct triggers *t, const struct ir_node *n, uint32_t depth)
{
	struct step s = { 0 };

	if (depth > 2 * COND_PATH_MAX)
		return s;
	switch (n->op) {
	case IR_MODULE:
		s.path.module = n->u.index;
		s.good = n->u.index < t->ir->nmodules;
		s.table = s.good ? t->ir->modules[n->u.index].facts : NULL;
		return s;
	case IR_INDEX:
	case IR_KEY: return element_of(t, n->kid[0], n->type, depth + 1);
	case IR_VAR: return element_of(t, t->element[n->u.var], n->type, depth + 1);
	case IR_CALL:
		if (n->nkids != 1 || n->u.fact->sig[0] != ':')
			return s;
		break;
	case IR_FIELD: break;
	default: return s;
	}
	s = path_of(t, n->kid[0], depth + 1);
	if (s.good)
		row_add(&s, n->u.fact);
	return s;
}

/*
 * Hashes, serial numbers and their like name one thing. Other texts ("Microsoft
 * Corporation", ".text") may be in every second file: not better than a gate.
 */
static bool
is_number(struct bytes s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\0' || strchr("0123456789abcdefABCDEF:-", s.p[i]) == NULL)
			return false;
	return s.n >= 16;
}

struct wake
wake_equals(struct triggers *t, const struct ir_node *a, const struct ir_node *b)
{
	struct cond_path *path;
	struct gate g = { .kind = DB_GATE_FACT };
	struct step s;

	if (t->awake || b->op != IR_CONST)
		return WAKE_ALWAYS;
	s = path_of(t, a, 0);
	if (!s.good)
		return WAKE_ALWAYS;
	path = ARENA_NEW(t->scratch, struct cond_path);
	if (path == NULL) {
		t->err = ERR_LIMIT;
		return WAKE_ALWAYS;
	}
	*path = s.path;
	g.module = s.path.module;
	g.path = path;
	g.text = b->u.s;
	g.value = db_sum(g.text);
	return wake_gate(t, g, is_number(g.text) ? t->costs->fact : t->costs->module / 2);
}
