/*
 * cond_obj.c - the machine's way into the modules.
 *
 * Rows are indexed without a check here: the verifier has walked every path.
 */
#include "match/cond_vm.h"

static void *
module_root(struct cond *vm, uint32_t m)
{
	void *root = vm->env->module(vm->env->host, m);

	if (root == NULL)
		vm->incomplete = true;
	return root;
}

const uint32_t *
cond_do_module(struct cond *vm, const uint32_t *pc)
{
	vm->obj[COND_A(pc)] = module_root(vm, pc[1]);
	return pc + 2;
}

/* The row at the end of a verified path; calls the loads on its way. */
static const struct fact *
path_load(struct cond *vm, uint32_t at)
{
	struct cond_path p = { 0 };
	const struct fact *row = NULL, *table;
	void *root = NULL;

	if (!cond_path_at(vm->code, vm->ncode, at, &p))
		return NULL;
	table = vm->env->facts[p.module];
	for (uint32_t i = 0; i < p.n; i++) {
		row = &table[p.row[i]];
		table = row->sub;
		if (row->load == NULL)
			continue;
		if (root == NULL)
			root = module_root(vm, p.module);
		if (root != NULL && row->load(root) != OK)
			vm->incomplete = true;
	}
	return row;
}

const uint32_t *
cond_do_load(struct cond *vm, const uint32_t *pc)
{
	path_load(vm, pc[1]);
	return pc + 2;
}

static struct fact_array
array_at(const uint8_t *obj, uint32_t off)
{
	struct fact_array a;

	memcpy(&a, obj + off, sizeof(a));
	return a;
}

const uint32_t *
cond_do_elem(struct cond *vm, const uint32_t *pc)
{
	const uint8_t *obj = vm->obj[COND_B(pc)], *e = NULL;
	int64_t i = vm->num[COND_C(pc)];

	/* FACT_UNDEF is negative. */
	if (obj != NULL && i >= 0) {
		struct fact_array a = array_at(obj, pc[2]);

		if ((uint64_t)i < a.n)
			e = (const uint8_t *)a.p + (uint64_t)i * pc[3];
	}
	vm->obj[COND_A(pc)] = e;
	return pc + 4;
}

const uint32_t *
cond_do_keyed(struct cond *vm, const uint32_t *pc)
{
	const uint8_t *obj = vm->obj[COND_B(pc)], *found = NULL;
	struct bytes want = vm->str[COND_C(pc)];
	struct fact_array a = { 0 };

	if (obj != NULL && want.p != NULL)
		a = array_at(obj, pc[2]);
	if (!cond_charge(vm, a.n))
		return cond_stop(vm, COND_LIMIT);
	for (uint32_t i = 0; i < a.n && found == NULL; i++) {
		const uint8_t *e = (const uint8_t *)a.p + (uint64_t)i * pc[3];
		struct bytes key;

		memcpy(&key, e, sizeof(key));
		if (key.p != NULL && bytes_eq(key, want))
			found = e;
	}
	vm->obj[COND_A(pc)] = found;
	return pc + 4;
}

/* A regex travels through a function as its handle: only re_match looks at it. */
static bool
call_re_match(void *host, const void *re, struct bytes s)
{
	struct cond *vm = host;
	bool yes = false;

	if (s.p == NULL || vm->result == COND_LIMIT)
		return false;
	if (!cond_charge(vm, s.n + 1) ||
	    vm->env->re_search(vm->env->host, (uint32_t)(uintptr_t)re, s, &yes) != OK) {
		vm->result = COND_LIMIT;
		return false;
	}
	return yes;
}

static void
call_log(void *host, struct bytes text)
{
	struct cond *vm = host;
	struct cond_line *l = ARENA_NEW(vm->env->arena, struct cond_line);

	if (l == NULL) {
		vm->result = COND_LIMIT;
		return;
	}
	l->text = arena_bytes(vm->env->arena, text);
	*vm->line_end = l;
	vm->line_end = &l->next;
}

static bool
call_charge(void *host, uint64_t n)
{
	struct cond *vm = host;

	if (!cond_charge(vm, n))
		vm->result = COND_LIMIT;
	return vm->result != COND_LIMIT;
}

/* The arguments as sig names them; false: one is undefined. */
static bool
call_args(struct cond *vm, const char *sig, const uint32_t *word, struct fact_call *c)
{
	for (unsigned i = 0; i < COUNT(c->arg) && sig[i] != ':' && sig[i] != '\0'; i++) {
		switch (sig[i]) {
		case 's':
			c->arg[i].s = vm->str[word[i]];
			if (c->arg[i].s.p == NULL)
				return false;
			break;
		case 'r': c->arg[i].re = (const void *)(uintptr_t)word[i]; break;
		default:
			c->arg[i].i = vm->num[word[i]];
			if (c->arg[i].i == FACT_UNDEF)
				return false;
			break;
		}
	}
	return true;
}

/* The struct is the module's own: only the machine sees it as const. */
static struct fact_call
call_new(struct cond *vm, const uint8_t *self)
{
	return (struct fact_call){ .self = (void *)(uintptr_t)self,
		.file = vm->env->file,
		.regions = vm->env->regions,
		.arena = vm->env->arena,
		.host = vm,
		.re_match = call_re_match,
		.log = call_log,
		.charge = call_charge,
		.now = vm->env->now };
}

bool
cond_call_plain(
    struct cond *vm, const struct fact *row, const uint8_t *self, struct bytes *out)
{
	struct fact_call c = call_new(vm, self);

	if (!cond_charge(vm, 16))
		return false;
	vm->result = COND_FALSE;
	row->fn(&c);
	*out = c.ret.s;
	return vm->result != COND_LIMIT;
}

/*
 * YARA: a function of an undefined argument is undefined, and is not called. A
 * result that stays as it was born is undefined, too.
 */
static bool
call(struct cond *vm, const uint32_t *pc, char type, union fact_value *ret)
{
	const struct fact *row = path_load(vm, pc[1]);
	const uint8_t *obj = vm->obj[COND_B(pc)];
	struct fact_call c = call_new(vm, obj != NULL ? obj + pc[2] : NULL);

	if (type != 's')
		c.ret.i = FACT_UNDEF;
	*ret = c.ret;
	if (!cond_charge(vm, 16))
		return false;
	if (row == NULL || obj == NULL || !call_args(vm, row->sig, pc + 3, &c))
		return true;
	vm->result = COND_FALSE;
	row->fn(&c);
	*ret = c.ret;
	if (strchr(row->sig, ':')[1] == 'f' && isnan(c.ret.f))
		ret->i = FACT_UNDEF;
	return vm->result != COND_LIMIT;
}

const uint32_t *
cond_do_calln(struct cond *vm, const uint32_t *pc)
{
	union fact_value ret;

	if (!call(vm, pc, 'n', &ret))
		return cond_stop(vm, COND_LIMIT);
	vm->num[COND_A(pc)] = ret.i;
	return pc + 7;
}

const uint32_t *
cond_do_calls(struct cond *vm, const uint32_t *pc)
{
	union fact_value ret;

	if (!call(vm, pc, 's', &ret))
		return cond_stop(vm, COND_LIMIT);
	vm->str[COND_A(pc)] = ret.s;
	return pc + 7;
}
