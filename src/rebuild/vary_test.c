/* vary_test.c - the two worlds: no value of one is the other's. */
#include <stdio.h>

#include "base/buf.h"
#include "rebuild/vary.h"
#include "tests/tap.h"

static const struct vary_host host = { 4, "de_DE.utf8" }, small = { 1, NULL };

TEST(worlds_differ_in_everything)
{
	struct vary_world a, b;

	vary_make(VARY_NONE, &host, &a);
	vary_make(VARY_ALL, &host, &b);
	for (unsigned v = 0; v < VARY_COUNT; v++) {
		struct buf x = { 0 }, y = { 0 };

		ROW("%s", vary_name(v));
		vary_value(&a, v, &x);
		vary_value(&b, v, &y);
		CHECK(x.n > 0 && y.n > 0);
		CHECK(!bytes_eq(buf_bytes(&x), buf_bytes(&y)));
		CHECK(vary_differs(v, &host));
		buf_done(&x);
		buf_done(&y);
	}
}

/* One bit changes one value: else blame would name the wrong one. */
TEST(one_bit_one_value)
{
	struct vary_world plain;

	vary_make(VARY_NONE, &host, &plain);
	for (unsigned bit = 0; bit < VARY_COUNT; bit++) {
		struct vary_world w;

		vary_make(1u << bit, &host, &w);
		for (unsigned v = 0; v < VARY_COUNT; v++) {
			struct buf x = { 0 }, y = { 0 };

			ROW("%s in %s", vary_name(v), vary_name(bit));
			vary_value(&plain, v, &x);
			vary_value(&w, v, &y);
			EQ_U(bytes_eq(buf_bytes(&x), buf_bytes(&y)), v != bit);
			buf_done(&x);
			buf_done(&y);
		}
	}
}

TEST(what_a_host_cannot_show)
{
	struct vary_world w;

	vary_make(VARY_ALL, &small, &w);
	EQ_U(w.cpus, 1);
	CHECK(!vary_differs(VARY_CPUS, &small));
	EQ_S(w.locale, "POSIX");
	vary_make(VARY_ALL, &(struct vary_host){ 0, NULL }, &w);
	EQ_U(w.cpus, 1);
}

TEST(clocks)
{
	struct vary_world w;

	vary_make(VARY_NONE, &host, &w);
	CHECK(!vary_clock(&w));
	w.slow_from = 1;
	CHECK(vary_clock(&w));
	vary_make(1u << VARY_TIME, &host, &w);
	CHECK(vary_clock(&w));
	CHECK(w.shift > 366 * 86400);
}
