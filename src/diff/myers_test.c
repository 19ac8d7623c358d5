#include "diff/myers.h"

#include <stdlib.h>

#include "tests/tap.h"

/* What stays has to be the same on both sides; how many stay is returned. */
static uint32_t
check_kept(const struct myers *m)
{
	uint32_t i = 0, j = 0, kept = 0;

	for (;;) {
		while (i < m->na && m->gone_a[i])
			i++;
		while (j < m->nb && m->gone_b[j])
			j++;
		if (i == m->na || j == m->nb)
			break;
		if (!EQ_U(m->a[i++], m->b[j++]))
			return 0;
		kept++;
	}
	EQ_U(i, m->na);
	EQ_U(j, m->nb);
	return kept;
}

/* The longest common subsequence, by the table that everybody can check. */
static uint32_t
longest(const uint32_t *a, uint32_t na, const uint32_t *b, uint32_t nb)
{
	uint32_t best[65][65] = { 0 };

	for (uint32_t i = 1; i <= na; i++)
		for (uint32_t j = 1; j <= nb; j++) {
			uint32_t up = best[i - 1][j], left = best[i][j - 1];

			best[i][j] = a[i - 1] == b[j - 1] ? best[i - 1][j - 1] + 1
				     : up > left          ? up
							  : left;
		}
	return best[na][nb];
}

TEST(shortest)
{
	uint64_t seed = 1;

	for (unsigned round = 0; round < 4000; round++) {
		uint32_t a[64], b[64], letters = 1 + (uint32_t)(test_random(&seed) % 8);
		struct myers m = { .a = a, .b = b, .ids = letters };
		struct arena arena;

		m.na = (uint32_t)(test_random(&seed) % 64);
		m.nb = (uint32_t)(test_random(&seed) % 64);
		for (uint32_t i = 0; i < 64; i++) {
			a[i] = (uint32_t)(test_random(&seed) % letters);
			b[i] = (uint32_t)(test_random(&seed) % letters);
		}
		ROW("round %u", round);
		arena_init(&arena, 1 << 20);
		EQ_U(myers_run(&m, &arena), OK);
		CHECK(!m.approx);
		if (!EQ_U(check_kept(&m), longest(a, m.na, b, m.nb)))
			return;
		arena_done(&arena);
	}
}

/* Beyond its steps it is not the shortest any more, and still right; and it says so. */
TEST(bounded)
{
	enum { N = 20000 };
	uint32_t *a = calloc(N, sizeof(*a)), *b = calloc(N, sizeof(*b));
	struct myers m = { .a = a, .b = b, .na = N, .nb = N, .ids = 50, .steps = 10000 };
	uint64_t seed = 7;
	struct arena arena;

	for (uint32_t i = 0; i < N; i++) {
		a[i] = (uint32_t)(test_random(&seed) % 50);
		b[i] = (uint32_t)(test_random(&seed) % 50);
	}
	arena_init(&arena, 64u << 20);
	EQ_U(myers_run(&m, &arena), OK);
	CHECK(m.approx);
	CHECK(check_kept(&m) > N / 20);
	arena_done(&arena);
	free(a);
	free(b);
}

/* Nothing in common costs nothing: such elements are taken out before. */
TEST(nothing_in_common)
{
	enum { N = 100000 };
	uint32_t *a = calloc(N, sizeof(*a)), *b = calloc(N, sizeof(*b));
	struct myers m = { .a = a, .b = b, .na = N, .nb = N, .ids = 2 * N, .steps = 1 };
	struct arena arena;

	for (uint32_t i = 0; i < N; i++) {
		a[i] = i;
		b[i] = N + i;
	}
	arena_init(&arena, 64u << 20);
	EQ_U(myers_run(&m, &arena), OK);
	CHECK(!m.approx);
	EQ_U(check_kept(&m), 0);
	arena_done(&arena);
	free(a);
	free(b);
}

TEST(budget)
{
	uint32_t a[64] = { 0 }, b[64] = { 0 };
	struct myers m = { .a = a, .b = b, .na = 64, .nb = 63, .ids = 1 };
	struct arena arena;

	arena_init(&arena, 500);
	EQ_U(myers_run(&m, &arena), ERR_LIMIT);
	arena_done(&arena);
}
