#include "base/arena.h"
#include "tests/tap.h"

TEST(budget_is_kept)
{
	struct arena a;

	arena_init(&a, 1000);
	CHECK(arena_alloc(&a, 500) != NULL);
	CHECK(arena_alloc(&a, 500) == NULL);
	CHECK(arena_array(&a, SIZE_MAX / 2, 3) == NULL);
	CHECK(arena_alloc(&a, 400) != NULL);
	arena_reset(&a);
	CHECK(arena_alloc(&a, 900) != NULL);
	arena_done(&a);
}

TEST(memory_is_zero_and_aligned)
{
	struct arena a;

	arena_init(&a, 64 << 20);
	for (unsigned round = 0; round < 3; round++) {
		for (size_t n = 1; n < 200000; n = n * 3 + 1) {
			uint8_t *p = arena_alloc(&a, n);
			bool zero = true;

			if (!CHECK(p != NULL))
				return;
			EQ_U((uintptr_t)p % 16, 0);
			for (size_t i = 0; i < n; i++)
				zero &= p[i] == 0;
			CHECK(zero);
			memset(p, 0xa5, n);
		}
		arena_reset(&a);
	}
	arena_done(&a);
}

TEST(strings_and_vectors)
{
	struct arena a;
	size_t cap = 0;
	int *v = NULL;

	arena_init(&a, 1 << 20);
	EQ_S(arena_str(&a, BYTES_LIT("abc")), "abc");
	EQ_S(arena_printf(&a, "%d-%s", 7, "x"), "7-x");
	for (int i = 0; i < 1000; i++) {
		if ((size_t)i == cap)
			v = arena_grow(&a, v, &cap, (size_t)i + 1, sizeof(*v));
		v[i] = i;
	}
	EQ_I(v[999], 999);
	EQ_I(v[0], 0);
	arena_done(&a);
}

/* The last thing grows where it is; once something lies behind it, as a copy. */
TEST(grows_in_place)
{
	struct arena a;
	size_t cap = 0, used;
	uint32_t *v, *old;

	arena_init(&a, 1 << 20);
	v = old = arena_grow(&a, NULL, &cap, 4, sizeof(*v));
	memset(v, 0xff, cap * sizeof(*v));
	v = arena_grow(&a, v, &cap, 1000, sizeof(*v));
	CHECK(v == old);
	EQ_U(cap, 1024);
	EQ_U(a.used, 4096);
	EQ_U(v[7], UINT32_MAX);
	EQ_U(v[8], 0);
	EQ_U(v[1023], 0);
	CHECK(arena_alloc(&a, 1) != NULL);
	used = a.used;
	v = arena_grow(&a, v, &cap, 1025, sizeof(*v));
	CHECK(v != NULL && v != old);
	EQ_U(v[7], UINT32_MAX);
	EQ_U(a.used, used + 8192);
	/* beyond the block, and beyond the budget */
	old = v;
	v = arena_grow(&a, v, &cap, 100000, sizeof(*v));
	CHECK(v != NULL && v != old);
	EQ_U(v[7], UINT32_MAX);
	EQ_U(v[cap - 1], 0);
	CHECK(arena_grow(&a, v, &cap, cap + 1, sizeof(*v)) == NULL);
	CHECK(a.spent);
	arena_done(&a);
}
