/* build_index.c - rules by the values they wait for: DB_INDEXES and DB_KEYS. */
#include "rules/build_in.h"

/* The path as a list of row numbers; equal ones come together, see gate_cmp. */
static struct db_index
index_record(struct build *b, const struct gate *g)
{
	struct db_index x = { .module = b->modules[g->module],
		.path = dbw_list(&b->w, NULL, 0),
		.npath = g->path->n,
		.keys = (uint32_t)(b->w.section[DB_KEYS].n / sizeof(struct db_key)) };

	for (uint32_t i = 0; i < g->path->n; i++)
		dbw_list(&b->w, &(uint32_t){ g->path->row[i] }, 1);
	return x;
}

static bool
same_path(const struct gate *a, const struct gate *b)
{
	struct gate x = *a;

	x.value = b->value;
	return gate_cmp(&x, b) == 0;
}

/* The rules behind one value; how many. */
static size_t
write_key(struct build *b, const struct gated *v, size_t n, struct db_index *x)
{
	struct db_key key = { .hash = v->gate.value, .rules = dbw_list(&b->w, NULL, 0) };
	size_t end = 0;

	for (; end < n && gate_cmp(&v->gate, &v[end].gate) == 0; end++) {
		dbw_list(&b->w, &v[end].rule, 1);
		x->gates |= b->gates[v[end].rule];
	}
	key.nrules = (uint32_t)end;
	dbw_record(&b->w, DB_KEYS, &key, sizeof(key));
	x->nkeys++;
	return end;
}

void
build_indexes(struct build *b, const struct gated *v, size_t n)
{
	for (size_t i = 0; i < n;) {
		struct db_index x = index_record(b, &v[i].gate);
		const struct gate *first = &v[i].gate;

		while (i < n && same_path(first, &v[i].gate))
			i += write_key(b, v + i, n - i, &x);
		dbw_record(&b->w, DB_INDEXES, &x, sizeof(x));
	}
}
