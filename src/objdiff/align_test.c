#include "objdiff/align.h"

#include <stdio.h>
#include <string.h>

#include "tests/tap.h"

static size_t
keys_of(const char *s, uint64_t *out)
{
	size_t n = strlen(s);

	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)s[i];
	return n;
}

/* Pairs must be of equal keys, in order, and each other's. */
static size_t
pairs(
    const struct aligned *al, const uint64_t *a, size_t na, const uint64_t *b, size_t nb)
{
	size_t n = 0;
	uint32_t last = 0;

	for (size_t i = 0; i < na; i++) {
		uint32_t k = al->of_a[i];
		if (k == 0)
			continue;
		CHECK(
		    k > last && k <= nb && a[i] == b[k - 1] && al->of_b[k - 1] == i + 1);
		last = k;
		n++;
	}
	return n;
}

/* The length of the longest common subsequence, by the book. */
static size_t
longest(const uint64_t *a, size_t na, const uint64_t *b, size_t nb)
{
	static size_t t[80][80];

	memset(t, 0, sizeof(t));
	for (size_t i = 1; i <= na; i++)
		for (size_t k = 1; k <= nb; k++)
			t[i][k] = a[i - 1] == b[k - 1]        ? t[i - 1][k - 1] + 1
				  : t[i - 1][k] > t[i][k - 1] ? t[i - 1][k]
							      : t[i][k - 1];
	return t[na][nb];
}

static void
check(const uint64_t *a, size_t na, const uint64_t *b, size_t nb)
{
	struct arena arena;
	struct aligned al;

	arena_init(&arena, 1 << 22);
	if (CHECK(align_keys(&arena, a, na, b, nb, &al) == OK)) {
		CHECK(!al.unlike);
		EQ_U(pairs(&al, a, na, b, nb), longest(a, na, b, nb));
	}
	arena_done(&arena);
}

TEST(small)
{
	static const char *const rows[][2] = { { "", "" }, { "a", "" }, { "", "abc" },
		{ "abcabba", "cbabac" }, { "abc", "abc" }, { "abcd", "xbcy" },
		{ "aaaa", "aa" }, { "abc", "xyz" }, { "axbxc", "abc" } };
	uint64_t a[80], b[80];

	for (size_t i = 0; i < COUNT(rows); i++) {
		ROW("%s -> %s", rows[i][0], rows[i][1]);
		size_t na = keys_of(rows[i][0], a), nb = keys_of(rows[i][1], b);
		check(a, na, b, nb);
	}
}

TEST(any)
{
	uint64_t seed = 3, a[80], b[80];

	for (int i = 0; i < 3000; i++) {
		size_t na = test_random(&seed) % 79, nb = test_random(&seed) % 79;
		uint64_t letters = 1 + test_random(&seed) % 5;
		ROW("%d", i);
		for (size_t k = 0; k < na; k++)
			a[k] = test_random(&seed) % letters;
		for (size_t k = 0; k < nb; k++)
			b[k] = test_random(&seed) % letters;
		check(a, na, b, nb);
	}
}

/* Beyond the bound both ends are aligned, and no more memory is taken. */
TEST(unlike)
{
	static uint64_t a[3000], b[3000];
	struct arena arena;
	struct aligned al;

	for (size_t i = 0; i < COUNT(a); i++) {
		a[i] = i < 10 || i > 2990 ? 7 : i;
		b[i] = i < 10 || i > 2990 ? 7 : i + 10000;
	}
	arena_init(&arena, 2 << 20);
	if (CHECK(align_keys(&arena, a, COUNT(a), b, COUNT(b), &al) == OK)) {
		CHECK(al.unlike);
		EQ_U(pairs(&al, a, COUNT(a), b, COUNT(b)), 19);
	}
	arena_done(&arena);
	arena_init(&arena, 1000);
	CHECK(align_keys(&arena, a, COUNT(a), b, COUNT(b), &al) == ERR_LIMIT);
	arena_done(&arena);
}
