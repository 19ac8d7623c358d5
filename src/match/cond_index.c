/* cond_index.c - which rules wait for a value that the object has; see db_index. */
#include "match/cond_vm.h"

/* A walk along the path of an index, to each text that it leads to. */
struct walk {
	struct cond *vm;
	const struct db_index *x;
	struct db_list path;
	void *root; /* the module's struct */
	void (*wake)(void *arg, uint32_t rule);
	void *arg;
	bool limit; /* the budget is spent */
};

static void
wake_key(struct walk *w, const struct db_key *key)
{
	struct db_list l = db_list(w->vm->db, key->rules, key->nrules);

	for (uint32_t i = 0; i < l.n; i++)
		w->wake(w->arg, l.p[i]);
}

static void
look_up(struct walk *w, struct bytes value)
{
	const struct db_key *key;

	if (value.p == NULL)
		return;
	if (!cond_charge(w->vm, 16 + value.n / 16))
		w->limit = true;
	key = db_key_find(w->vm->db, w->x, db_sum(value));
	if (key != NULL)
		wake_key(w, key);
}

static void
look_up_at(struct walk *w, const uint8_t *at)
{
	struct bytes value;

	memcpy(&value, at, sizeof(value));
	look_up(w, value);
}

static void
look_up_call(struct walk *w, const struct fact *row, const uint8_t *self)
{
	struct bytes value = { 0 };

	if (strcmp(row->sig, ":s") != 0)
		return;
	if (!cond_call_plain(w->vm, row, self, &value))
		w->limit = true;
	look_up(w, value);
}

static void descend(
    struct walk *w, const struct fact *table, const uint8_t *at, uint32_t depth);

static void
each_element(struct walk *w, const struct fact *row, const uint8_t *at, uint32_t depth)
{
	struct fact_array a;

	memcpy(&a, at, sizeof(a));
	for (uint32_t i = 0; i < a.n && !w->limit; i++)
		descend(
		    w, row->sub, (const uint8_t *)a.p + (size_t)i * row->stride, depth);
}

/* From the struct at `at`, which table describes, along the rows from depth on. */
static void
descend(struct walk *w, const struct fact *table, const uint8_t *at, uint32_t depth)
{
	const struct fact *row;

	if (depth >= w->path.n || depth >= COND_PATH_MAX)
		return;
	row = cond_row(table, w->path.p[depth]);
	if (row == NULL || row->flags & (FACT_CONST | FACT_EFFECT))
		return;
	if (fact_ready(row, w->root) != OK)
		w->vm->incomplete = true;
	switch (row->type) {
	case FACT_STR: look_up_at(w, at + row->at); break;
	case FACT_FN: look_up_call(w, row, at); break;
	case FACT_STRUCT: descend(w, row->sub, at + row->at, depth + 1); break;
	case FACT_ARRAY:
	case FACT_DICT: each_element(w, row, at + row->at, depth + 1); break;
	default: break;
	}
}

/* Nothing is known of the values: whoever waits for one is asked. */
static void
wake_all(struct walk *w)
{
	const struct db *db = w->vm->db;
	struct bytes keys = db->section[DB_KEYS];
	size_t there = keys.n / sizeof(struct db_key);

	for (size_t i = w->x->keys; i < there && i - w->x->keys < w->x->nkeys; i++)
		wake_key(w, (const struct db_key *)(const void *)keys.p + i);
}

void
cond_index(struct cond *vm, uint32_t i, void (*wake)(void *arg, uint32_t rule), void *arg)
{
	struct walk w = { .vm = vm, .x = db_index(vm->db, i), .wake = wake, .arg = arg };

	if (w.x->module >= vm->env->nfacts)
		return;
	w.path = db_list(vm->db, w.x->path, w.x->npath);
	w.root = vm->env->module(vm->env->host, w.x->module);
	if (w.root != NULL)
		descend(&w, vm->env->facts[w.x->module], w.root, 0);
	else
		vm->incomplete = true;
	if (w.root == NULL || w.limit)
		wake_all(&w);
}
