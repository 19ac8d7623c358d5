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
