#include "update/seen.h"

#include <stdio.h>

#include "tests/tap.h"
#include "update/about.h"

static struct seen
sample(void)
{
	struct seen s = { .sequence = 7, .date = 1790000000, .nlogs = 2, .nrotated = 2 };

	memset(s.statement, 0xab, 32);
	memset(s.keys_statement, 0xcd, 32);
	snprintf(s.log[0].origin, SEEN_ORIGIN, "log.example/candor");
	s.log[0].head.size = 12;
	memset(s.log[0].head.root.b, 1, 32);
	snprintf(s.log[1].origin, SEEN_ORIGIN, "log.example/other one");
	for (int i = 0; i < 2; i++) {
		snprintf(s.rotated[i].old_key, SEEN_KEY, "key+%d", i);
		snprintf(s.rotated[i].new_key, SEEN_KEY, "key+%d", i + 1);
		s.rotated[i].index = (uint64_t)i;
	}
	snprintf(s.log[1].origin, SEEN_ORIGIN, "log.example/other");
	return s;
}

TEST(round_trip)
{
	struct seen s = sample(), back;
	struct buf a = { 0 }, b = { 0 };
	struct fault f = { 0 };

	seen_print(&s, &a);
	EQ_U(seen_parse(buf_bytes(&a), &back, &f), OK);
	seen_print(&back, &b);
	EQ_B(buf_bytes(&a), buf_bytes(&b));
	EQ_U(back.sequence, 7);
	EQ_U(back.nrotated, 2);
	buf_done(&a);
	buf_done(&b);
}

/* Our own file, damaged: it is refused, or says something that it could say. */
TEST(damaged)
{
	struct seen s = sample(), back;
	struct buf a = { 0 };

	seen_print(&s, &a);
	for (size_t n = 0; n < a.n; n++) {
		struct fault f = { 0 };
		enum err e = seen_parse(test_copy((struct bytes){ a.p, n }), &back, &f);

		CHECK(e == OK || f.kind == FAULT_STATE);
	}
	for (size_t bit = 0; bit < a.n * 8; bit++) {
		struct bytes copy = test_copy(buf_bytes(&a));
		struct fault f = { 0 };

		((uint8_t *)(uintptr_t)copy.p)[bit / 8] ^= (uint8_t)(1 << bit % 8);
		enum err e = seen_parse(copy, &back, &f);

		CHECK(e == OK || f.kind == FAULT_STATE);
	}
	buf_done(&a);
}

TEST(too_many)
{
	struct seen s = { 0 };
	struct merkle_head h = { .size = 1 };
	struct fault f = { 0 };
	char name[32];

	for (int i = 0; i < SEEN_LOGS; i++) {
		snprintf(name, sizeof(name), "log%d", i);
		CHECK(seen_grow(&s, bytes_of(name), &h, &f) == OK);
	}
	h.size = 2;
	CHECK(seen_grow(&s, BYTES_LIT("log3"), &h, &f) == OK);
	EQ_U(seen_find(&s, BYTES_LIT("log3"))->head.size, 2);
	EQ_U(seen_grow(&s, BYTES_LIT("one more"), &h, &f), ERR_FORMAT);
	CHECK(seen_find(&s, BYTES_LIT("log")) == NULL);
}

TEST(about)
{
	struct about a = { .channel = "stable",
		.sequence = 7,
		.index = 12,
		.origin = "log.example/candor",
		.archive_size = 99,
		.rules = 3,
		.date = 1790000000,
		.sealed = 1790000001,
		.installed = 1790000002,
		.built = "0.1.0" },
		     back;
	struct buf b = { 0 };
	struct fault f = { 0 };

	about_print(&a, &b);
	EQ_U(about_parse(buf_bytes(&b), &back, &f), OK);
	EQ_S(back.origin, a.origin);
	EQ_U(back.index, 12);
	EQ_I(back.installed, a.installed);
	for (size_t n = 0; n < b.n; n++)
		EQ_U(about_parse(test_copy((struct bytes){ b.p, n }), &back, NULL),
		    ERR_FORMAT);
	buf_str(&b, "more 1\n");
	EQ_U(about_parse(buf_bytes(&b), &back, NULL), ERR_FORMAT);
	buf_clear(&b);
	about_name(&a, &b);
	EQ_S(buf_cstr(&b), "stable 7 (log.example/candor 12)");
	buf_done(&b);
}
