/* cond_str.c - what conditions ask of strings. ASCII folding only, as in YARA. */
#include "match/cond_vm.h"

/*
 * Both strings end at the same place or the first difference decides. YARA
 * compares plain chars, which are signed on the machines it is judged on.
 */
int
cond_str_cmp(struct bytes a, struct bytes b)
{
	size_t n = a.n < b.n ? a.n : b.n;

	for (size_t i = 0; i < n; i++)
		if (a.p[i] != b.p[i])
			return (int8_t)a.p[i] < (int8_t)b.p[i] ? -1 : 1;
	return a.n == b.n ? 0 : a.n < b.n ? -1 : 1;
}

/* How many of the first n bytes are equal but for case. */
static size_t
same_nocase(const uint8_t *a, const uint8_t *b, size_t n)
{
	size_t i = 0;

	while (i < n && byte_lower(a[i]) == byte_lower(b[i]))
		i++;
	return i;
}

static bool
contains(struct cond *vm, struct bytes a, struct bytes b, bool *out)
{
	*out = b.n == 0 || (b.n <= a.n && memmem(a.p, a.n, b.p, b.n) != NULL);
	return cond_charge(vm, (a.n + b.n) / 8);
}

/* Quadratic at worst, so every byte looked at is charged while it goes. */
static bool
contains_nocase(struct cond *vm, struct bytes a, struct bytes b, bool *out)
{
	uint64_t seen = 0;

	*out = b.n == 0;
	for (size_t i = 0; !*out && b.n <= a.n && i <= a.n - b.n; i++) {
		size_t same = same_nocase(a.p + i, b.p, b.n);

		*out = same == b.n;
		seen += same + 1;
		if (seen > 4096) {
			if (!cond_charge(vm, seen))
				return false;
			seen = 0;
		}
	}
	return cond_charge(vm, seen);
}

static bool
at_edge(struct bytes a, struct bytes b, enum cond_str q)
{
	const uint8_t *p;

	if (b.n > a.n || (q == COND_IEQUALS && a.n != b.n))
		return false;
	if (b.n == 0)
		return true;
	p = q == COND_ENDS || q == COND_IENDS ? a.p + (a.n - b.n) : a.p;
	if (q == COND_STARTS || q == COND_ENDS)
		return memcmp(p, b.p, b.n) == 0;
	return same_nocase(p, b.p, b.n) == b.n;
}

const uint32_t *
cond_do_str(struct cond *vm, const uint32_t *pc)
{
	struct bytes a = vm->str[COND_A(pc)], b = vm->str[COND_B(pc)];
	enum cond_str q = COND_C(pc);
	bool yes = false, ok;

	if (a.p == NULL || b.p == NULL)
		return cond_branch(vm, pc + 1, COND_IS_UNDEF);
	if (q == COND_CONTAINS) {
		ok = contains(vm, a, b, &yes);
	} else if (q == COND_ICONTAINS) {
		ok = contains_nocase(vm, a, b, &yes);
	} else {
		yes = at_edge(a, b, q);
		ok = cond_charge(vm, b.n / 8);
	}
	return ok ? cond_branch(vm, pc + 1, yes) : cond_stop(vm, COND_LIMIT);
}

const uint32_t *
cond_do_matches(struct cond *vm, const uint32_t *pc)
{
	struct bytes s = vm->str[COND_A(pc)];
	bool yes = false;

	if (s.p == NULL)
		return cond_branch(vm, pc + 2, COND_IS_UNDEF);
	if (!cond_charge(vm, s.n + 1) ||
	    vm->env->re_search(vm->env->host, pc[1], s, &yes) != OK)
		return cond_stop(vm, COND_LIMIT);
	return cond_branch(vm, pc + 2, yes);
}
