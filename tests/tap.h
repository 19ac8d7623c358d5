/*
 * tap.h - tests, in a page. Link with tap.c; each test file is one program.
 *
 *	TEST(name) { CHECK(x); EQ_U(have, want); EQ_S(have, want); }
 *
 * A check that fails is reported and the test goes on; ROW() names the row of
 * a table it failed in.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

struct test {
	const char *name;
	void (*fn)(void);
	struct test *next;
};

void test_add(struct test *t);
void test_row(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
bool test_check(bool ok, const char *file, int line, const char *expr);
bool test_eq_u(
    uint64_t have, uint64_t want, const char *file, int line, const char *expr);
bool test_eq_i(int64_t have, int64_t want, const char *file, int line, const char *expr);
bool test_eq_s(
    const char *have, const char *want, const char *file, int line, const char *expr);
bool test_eq_b(
    struct bytes have, struct bytes want, const char *file, int line, const char *expr);

/* Both give an allocation of the exact size, freed at the end of the test. */
struct bytes test_hex(const char *hex); /* spaces allowed */
struct bytes test_copy(struct bytes b); /* so that ASan sees a read too far */

/* Removes a folder and all below; links are not followed. */
void test_remove(const char *folder);

/* A repeatable stream of random numbers (splitmix64); seed it per test. */
static inline uint64_t
test_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

#define TEST(name_)                                                     \
	static void test_##name_(void);                                 \
	__attribute__((constructor)) static void test_add_##name_(void) \
	{                                                               \
		static struct test t = { #name_, test_##name_, 0 };     \
		test_add(&t);                                           \
	}                                                               \
	static void test_##name_(void)

#define ROW(...)         test_row(__VA_ARGS__)
#define CHECK(e)         test_check((e), __FILE__, __LINE__, #e)
#define EQ_U(have, want) test_eq_u((have), (want), __FILE__, __LINE__, #have)
#define EQ_I(have, want) test_eq_i((have), (want), __FILE__, __LINE__, #have)
#define EQ_S(have, want) test_eq_s((have), (want), __FILE__, __LINE__, #have)
#define EQ_B(have, want) test_eq_b((have), (want), __FILE__, __LINE__, #have)
