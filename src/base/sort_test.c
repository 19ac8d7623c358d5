#include "base/sort.h"

#include "tests/tap.h"

struct item {
	uint32_t key, order;
};

static int
by_key(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

/* Every size up to 200, few keys: sorted, and equal ones in their old order. */
TEST(sorted_and_stable)
{
	uint64_t seed = 1;

	for (uint32_t n = 0; n <= 200; n++) {
		struct item v[200];
		bool good = true;

		ROW("%u", n);
		for (uint32_t i = 0; i < n; i++)
			v[i] = (struct item){ (uint32_t)test_random(&seed) % 16, i };
		sort(v, n, sizeof(v[0]), by_key);
		for (uint32_t i = 1; i < n; i++)
			good &= v[i - 1].key < v[i].key ||
				(v[i - 1].key == v[i].key && v[i - 1].order < v[i].order);
		CHECK(good);
	}
}
