/* names_test.c - the name table: scopes, growth, emptying, a spent arena. */
#include "rules/names.h"

#include "tests/tap.h"

#define MANY 5000u

static struct bytes
key(struct arena *a, uint32_t i)
{
	return bytes_of(arena_printf(a, "name%u", i));
}

/* Every key from first on is there with its number, in its scope only. */
static void
check(const struct names *t, struct arena *a, uint32_t first, uint32_t n)
{
	for (uint32_t i = first; i < first + n; i++) {
		const struct name *e = names_find(t, key(a, i), i % 3);

		if (!CHECK(e != NULL) || !EQ_U(e->value, i))
			return;
		CHECK(names_find(t, key(a, i), 3) == NULL);
	}
}

TEST(many)
{
	struct arena a;
	struct names t;

	arena_init(&a, 64 << 20);
	names_init(&t, &a);
	CHECK(names_find(&t, BYTES_LIT("x"), 0) == NULL);
	for (uint32_t i = 0; i < MANY; i++)
		CHECK(names_put(&t, key(&a, i), i % 3, i) == OK);
	check(&t, &a, 0, MANY);
	EQ_U(t.n, MANY);
	arena_done(&a);
}

/* Emptied while nearly full and while nearly empty: two ways, one result. */
TEST(clear)
{
	struct arena a;
	struct names t;

	arena_init(&a, 64 << 20);
	names_init(&t, &a);
	for (uint32_t round = 0; round < 50; round++) {
		uint32_t n = round % 2 ? 7 : MANY / (round + 1);

		for (uint32_t i = 0; i < n; i++)
			CHECK(names_put(&t, key(&a, i + round), (i + round) % 3,
				  i + round) == OK);
		check(&t, &a, round, n);
		names_clear(&t);
		CHECK(names_find(&t, key(&a, round), round % 3) == NULL);
	}
	arena_done(&a);
}

TEST(spent)
{
	struct arena a;
	struct names t;
	enum err e = OK;

	arena_init(&a, 4096);
	names_init(&t, &a);
	for (uint32_t i = 0; i < 1000 && e == OK; i++)
		e = names_put(
		    &t, (struct bytes){ (const uint8_t *)"abcdefgh", i % 9 }, i, i);
	EQ_U(e, ERR_LIMIT);
	arena_done(&a);
}
