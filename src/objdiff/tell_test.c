/* tell_test.c - statements within bounds: what is kept back, and what never is. */
#include "objdiff/tell.h"

#include "base/sys.h"

#include "objdiff/rig.h"

struct says {
	struct arena arena;
	struct objdiff_opts o;
	struct diff_sink sink;
	struct rig_told told;
	struct tell t;
};

static void
says_init(struct says *s, uint32_t items)
{
	*s = (struct says){ 0 };
	arena_init(&s->arena, 1u << 20);
	s->o = (struct objdiff_opts){ .arena = &s->arena, .items = items };
	s->sink = (struct diff_sink){ &s->told, rig_sink };
	s->t = (struct tell){ .sink = &s->sink, .o = &s->o, .arena = &s->arena };
}

static void
says_done(struct says *s)
{
	buf_done(&s->told.text);
	arena_done(&s->arena);
}

/* Beyond the number that is kept only what is worse than all before is told. */
TEST(worse_is_never_kept_back)
{
	static const struct {
		enum diff_class cls;
		unsigned found; /* after it */
	} rows[] = {
		{ DIFF_TIMESTAMP, 1 },
		{ DIFF_TIMESTAMP, 2 },
		{ DIFF_TIMESTAMP, 2 },
		{ DIFF_DATA, 3 },
		{ DIFF_DATA, 3 },
		{ DIFF_TIMESTAMP, 3 },
		{ DIFF_CODE, 4 },
		{ DIFF_CODE, 4 },
	};
	struct says s;

	says_init(&s, 2);
	for (size_t i = 0; i < COUNT(rows); i++) {
		ROW("%zu", i);
		tell_found(&s.t, rows[i].cls, BYTES_LIT("here"), "number %zu", i);
		EQ_U(s.told.found, rows[i].found);
	}
	tell_end(&s.t);
	CHECK(rig_says(&s.told, "4 more differences are not listed"));
	CHECK(rig_says(&s.told, "code|here|number 6"));
	CHECK(!rig_says(&s.told, "number 7"));
	says_done(&s);
}

TEST(nothing_kept_back_is_nothing_said)
{
	struct says s;

	says_init(&s, 10);
	tell_found(&s.t, DIFF_DATA, BYTES_LIT("x"), "one");
	tell_remark(&s.t, DIFF_LIMIT, "a %s", "limit");
	tell_end(&s.t);
	EQ_S(buf_cstr(&s.told.text), "data|x|one\n||a limit\n");
	CHECK(s.told.kinds & 1u << DIFF_LIMIT);
	says_done(&s);
}

/* The sink's first error stays, and it is not called again. */
TEST(silent_after_the_sink_refused)
{
	struct says s;

	says_init(&s, 10);
	s.told.stop_at = 2;
	for (unsigned i = 0; i < 5; i++)
		tell_found(&s.t, DIFF_DATA, BYTES_LIT(""), "%u", i);
	tell_remark(&s.t, DIFF_DAMAGED, "too late");
	EQ_U(s.t.err, ERR_END);
	EQ_U(s.told.found, 2);
	CHECK(!rig_says(&s.told, "too late"));
	says_done(&s);
}

/* Two sides, either of which may be missing; what a stranger wrote is one line. */
TEST(pairs)
{
	static const struct {
		struct bytes a, b;
		const char *want;
	} rows[] = {
		{ { (const uint8_t *)"old", 3 }, { (const uint8_t *)"new", 3 },
		    "data|w|it is other\n\t- old\n\t+ new\n" },
		{ { (const uint8_t *)"a\nb\x1b", 4 }, { NULL, 0 },
		    "data|w|it is other\n\t- a\\nb\\x1b\n" },
		{ { NULL, 0 }, { (const uint8_t *)"", 0 }, "data|w|it is other\n\t+ \n" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct says s;

		ROW("%zu", i);
		says_init(&s, 10);
		tell_pair(
		    &s.t, DIFF_DATA, BYTES_LIT("w"), "it is other", rows[i].a, rows[i].b);
		EQ_S(buf_cstr(&s.told.text), rows[i].want);
		says_done(&s);
	}
}

TEST(long_texts_are_cut)
{
	struct arena a;
	uint8_t *long_one = xcalloc(1, 100000);

	memset(long_one, 0x1b, 100000);
	arena_init(&a, 1u << 20);
	CHECK(tell_text(&a, (struct bytes){ long_one, 100000 }).n <= DIFF_TEXT_MAX);
	EQ_B(tell_text(&a, BYTES_LIT("plain")), BYTES_LIT("plain"));
	arena_done(&a);
	free(long_one);
}

static size_t gave_back;

static void
count_passed(struct bytes part)
{
	gave_back += part.n;
}

/* Equal as bytes_eq has it, at every place; only equal parts are given back. */
TEST(equal)
{
	enum { N = 700000 };
	uint8_t *a = xcalloc(1, N), *b = xcalloc(1, N);
	struct says s;
	uint64_t seed = 1;

	says_init(&s, 1);
	CHECK(tell_equal(&s.t, (struct bytes){ a, N }, (struct bytes){ b, N }));
	CHECK(!tell_equal(&s.t, (struct bytes){ a, N }, (struct bytes){ b, N - 1 }));
	s.o.passed = count_passed;
	gave_back = 0;
	CHECK(tell_equal(&s.t, (struct bytes){ a, N }, (struct bytes){ b, N }));
	EQ_U(gave_back, 2 * N);
	for (unsigned i = 0; i < 20; i++) {
		size_t at = i == 0 ? N - 1 : test_random(&seed) % N;

		ROW("at %zu", at);
		b[at] = 1;
		gave_back = 0;
		CHECK(!tell_equal(&s.t, (struct bytes){ a, N }, (struct bytes){ b, N }));
		CHECK(gave_back <= 2 * at);
		b[at] = 0;
	}
	says_done(&s);
	free(a);
	free(b);
}
