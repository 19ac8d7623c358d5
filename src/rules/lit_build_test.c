#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "rules/gram.h"
#include "rules/lit_build.h"
#include "tests/tap.h"

struct build {
	struct arena arena;
	struct buf filter, needles, literals;
	struct lit_out out;
};

static enum err
build(struct build *b, const struct lit_in *in, size_t n, struct lit_opts opts)
{
	*b = (struct build){ 0 };
	arena_init(&b->arena, 256u << 20);
	b->out = (struct lit_out){ &b->filter, &b->needles, &b->literals };
	return lit_build(&b->arena, in, n, &opts, &b->out);
}

static void
build_done(struct build *b)
{
	buf_done(&b->filter);
	buf_done(&b->needles);
	buf_done(&b->literals);
	arena_done(&b->arena);
}

TEST(grams)
{
	double sum = 0, before = 1;
	uint32_t quad;
	uint16_t next;
	size_t i = 0;

	for (unsigned p = 0; p < 65536; p++)
		sum += gram_pair((uint16_t)p);
	CHECK(sum > 0.9 && sum < 1.1);
	CHECK(gram_quad(0) > 0.01);
	CHECK(gram_quad(0x20202020) > 0.001);
	CHECK(gram_quad(0x7a716a78) < 1e-6); /* xjqz */
	for (; gram_heavy(i, &quad, &next); i++) {
		CHECK(gram_heavy_p(i) <= before);
		before = gram_heavy_p(i);
	}
	CHECK(i > 1000);
	CHECK(before > 0);
}

/* Each costs less than the one before it. */
TEST(cost_order)
{
	static const char *const lits[] = { "e", "th", "\x01\xf7", "xqj", "    ", "the ",
		"function", "VirtualAllocEx", "h7#kQ9!zWx" };
	double before = INFINITY;

	CHECK(isinf(lit_cost((struct bytes){ 0 })));
	for (size_t i = 0; i < COUNT(lits); i++) {
		double c = lit_cost(bytes_of(lits[i]));

		ROW("%s", lits[i]);
		CHECK(c < before);
		CHECK((c >= 1) == (strlen(lits[i]) < 4));
		before = c;
	}
	CHECK(
	    lit_cost(bytes_of("VIRTUALALLOCEX")) == lit_cost(bytes_of("virtualAllocEx")));
}

TEST(deferred)
{
	static uint8_t zeros[100];
	struct lit_in in[] = {
		{ BYTES_LIT("ab"), 0, 0, 0, LIT_TRIGGER, 0, 0 },
		{ BYTES_LIT("no trigger"), 1, 0, 0, 0, 0, 0 },
		{ { zeros, 100 }, 2, 0, 0, LIT_TRIGGER, 0, 0 },
		{ BYTES_LIT("h7#k"), 3, 0, 0, LIT_TRIGGER, 0, 0 },
		{ BYTES_LIT("h7#k"), 4, 0, 0, LIT_TRIGGER | LIT_XOR, 0, 255 },
		{ BYTES_LIT("h7#kQ9!z"), 5, 0, 0, LIT_TRIGGER | LIT_XOR, 1, 3 },
	};
	const uint32_t want[] = { 0, 2, 4 };
	struct build b;

	CHECK(build(&b, in, COUNT(in), (struct lit_opts){ 0 }) == OK);
	EQ_U(b.out.ntriggers, 2);
	EQ_U(b.out.ndeferred, COUNT(want));
	for (size_t i = 0; i < COUNT(want) && i < b.out.ndeferred; i++)
		EQ_U(b.out.deferred[i], want[i]);
	EQ_U(b.out.nwindows, 1 + 3);
	EQ_U(b.needles.n, COUNT(in) * sizeof(struct lit_needle));
	build_done(&b);
}

TEST(table)
{
	struct lit_in in[] = {
		{ BYTES_LIT("Twice"), 7, 8, 9, LIT_NOCASE, 0, 0 },
		{ BYTES_LIT("twice"), 1, 2, 3, LIT_TRIGGER, 0, 0 },
		{ BYTES_LIT("Twice"), 1, 2, 3, 0, 0, 0 },
	};
	struct build b;
	struct lit_needle n[3];

	*(&b) = (struct build){ 0 };
	arena_init(&b.arena, 64u << 20);
	b.out = (struct lit_out){ &b.filter, &b.needles, &b.literals };
	buf_str(&b.literals, "before");
	CHECK(lit_build(&b.arena, in, 3, &(struct lit_opts){ 0 }, &b.out) == OK);
	for (uint32_t i = 0; i < 3; i++)
		n[i] = lit_needle_at(buf_bytes(&b.needles), i);
	EQ_B(buf_bytes(&b.literals), BYTES_LIT("beforetwiceTwice"));
	EQ_U(n[0].at, 6);
	EQ_U(n[1].at, 6);
	EQ_U(n[2].at, 11);
	EQ_U(n[0].part, 7);
	EQ_U(n[0].a, 8);
	EQ_U(n[0].b, 9);
	EQ_U(n[0].len, 5);
	CHECK(n[0].rare <= 1);
	build_done(&b);
}

TEST(refused)
{
	static uint8_t big[LIT_LEN_MAX + 1];
	struct lit_in empty = { { big, 0 }, 0, 0, 0, 0, 0, 0 };
	struct lit_in over = { { big, sizeof(big) }, 0, 0, 0, 0, 0, 0 };
	struct lit_in most = { { big, LIT_LEN_MAX }, 0, 0, 0, LIT_NOCASE, 0, 0 };
	struct build b;

	CHECK(build(&b, &empty, 1, (struct lit_opts){ 0 }) == ERR_FORMAT);
	build_done(&b);
	CHECK(build(&b, &over, 1, (struct lit_opts){ 0 }) == ERR_FORMAT);
	build_done(&b);
	CHECK(build(&b, &most, 1, (struct lit_opts){ 0 }) == OK);
	build_done(&b);
	*(&b) = (struct build){ 0 };
	arena_init(&b.arena, 50000);
	b.out = (struct lit_out){ &b.filter, &b.needles, &b.literals };
	CHECK(
	    lit_build(&b.arena, &most, 1, &(struct lit_opts){ 0 }, &b.out) == ERR_LIMIT);
	build_done(&b);
}

/* Thousands that share their only windows; and the same twice gives the same. */
TEST(crowded)
{
	enum { N = 3000 };
	static char lit[N][9];
	static struct lit_in in[N];
	struct build b, c;

	for (uint32_t i = 0; i < N; i++) {
		snprintf(lit[i], sizeof(lit[i]), "qzx#%04x", i);
		in[i] = (struct lit_in){ { (uint8_t *)lit[i], i % 2 ? 5 : 8 }, i, 0, 0,
			LIT_TRIGGER, 0, 0 };
	}
	CHECK(build(&b, in, N, (struct lit_opts){ 0 }) == OK);
	EQ_U(b.out.ntriggers, N);
	EQ_U(b.out.nwindows, N);
	CHECK(build(&c, in, N, (struct lit_opts){ 0 }) == OK);
	EQ_B(buf_bytes(&b.filter), buf_bytes(&c.filter));
	EQ_B(buf_bytes(&b.needles), buf_bytes(&c.needles));
	build_done(&b);
	build_done(&c);
}
