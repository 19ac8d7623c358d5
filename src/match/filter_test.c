#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "tests/lit_naive.h"
#include "tests/tap.h"

static const unsigned variants[] = { FILTER_SCALAR, FILTER_AVX2, FILTER_AVX512 };

static struct arena scratch_arena;
static struct filter_scratch *scratch;

static struct filter_ctx
ctx_new(struct hit_list *l)
{
	if (scratch == NULL) {
		arena_init(&scratch_arena, 2 * FILTER_SCRATCH_SIZE);
		scratch = filter_scratch_new(&scratch_arena);
	}
	l->n = 0;
	return (struct filter_ctx){ .scratch = scratch, .hits = hit_list_add, .arg = l };
}

static bool
lists_equal(const struct hit_list *a, const struct hit_list *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		if (hit_cmp(&a->p[i], &b->p[i]) != 0)
			return false;
	}
	return true;
}

/* Which needles the filter has: triggers that were not deferred. */
static bool
in_filter(const struct lit_set *s, uint32_t needle)
{
	for (uint32_t i = 0; i < s->out.ndeferred; i++) {
		if (s->out.deferred[i] == needle)
			return false;
	}
	return s->in[needle].flags & LIT_TRIGGER;
}

/* Every variant finds what the naive search finds; the counts are the same too. */
static void
check_scan(struct lit_set *s, struct bytes data)
{
	struct hit_list want = { 0 }, have = { 0 };
	uint64_t candidates = 0, anchors = 0;

	for (uint32_t i = 0; i < s->n; i++) {
		if (in_filter(s, i))
			naive_find(&s->in[i], i, data, &want);
	}
	hit_list_sort(&want);
	for (size_t v = 0; v < COUNT(variants); v++) {
		struct filter_ctx c = ctx_new(&have);

		ROW("variant %zu, %zu bytes", v, data.n);
		filter_choose(&s->f, variants[v]);
		CHECK(filter_scan(&s->f, data, &c) == OK);
		hit_list_sort(&have);
		EQ_U(have.n, want.n);
		CHECK(lists_equal(&have, &want));
		EQ_U(c.found, want.n);
		if (v > 0) {
			EQ_U(c.anchors, anchors);
			EQ_U(c.candidates, candidates);
		}
		anchors = c.anchors;
		candidates = c.candidates;
	}
	free(want.p);
	free(have.p);
}

static void
check_dyn(struct lit_set *s, struct bytes data, size_t n)
{
	struct hit_list want = { 0 }, have = { 0 };
	uint32_t *list = malloc(n * sizeof(*list) + 1);
	uint64_t anchors = 0, candidates = 0;

	for (uint32_t i = 0; i < n; i++) {
		list[i] = i;
		naive_find(&s->in[i], i, data, &want);
	}
	hit_list_sort(&want);
	for (size_t v = 0; v < COUNT(variants); v++) {
		struct filter_ctx c = ctx_new(&have);

		ROW("variant %zu, %zu bytes, %zu needles", v, data.n, n);
		filter_choose(&s->f, variants[v]);
		CHECK(filter_dyn(&s->f, list, n, data, &c) == OK);
		hit_list_sort(&have);
		EQ_U(have.n, want.n);
		CHECK(lists_equal(&have, &want));
		if (v > 0) {
			EQ_U(c.anchors, anchors);
			EQ_U(c.candidates, candidates);
		}
		anchors = c.anchors;
		candidates = c.candidates;
	}
	free(list);
	free(want.p);
	free(have.p);
}

/* Letters of a small alphabet in both cases: many needles occur, many nearly. */
static void
fill(uint8_t *p, size_t n, uint64_t *seed)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t) "abABab @`\x00\x20\xc3\xe3xyz"[test_random(seed) % 16];
}

#define NEEDLES 60

struct sample {
	struct lit_in in[NEEDLES];
	uint8_t lit[NEEDLES][80];
	uint8_t data[13000];
};

/* Needles of all lengths and kinds; most are planted, at the ends too. */
static void
sample_make(struct sample *s, uint64_t *seed)
{
	fill(s->data, sizeof(s->data), seed);
	for (size_t i = 0; i < NEEDLES; i++) {
		size_t len = 1 + test_random(seed) % (i % 3 ? 12 : 80);
		size_t at = test_random(seed) % (sizeof(s->data) - len);
		uint8_t key = (uint8_t)test_random(seed);

		if (i % 7 == 0)
			at = i % 2 ? 0 : sizeof(s->data) - len;
		fill(s->lit[i], len, seed);
		s->in[i] = (struct lit_in){ .lit = { s->lit[i], len },
			.part = (uint32_t)i,
			.flags = LIT_TRIGGER,
			.xor_lo = 1,
			.xor_hi = 255 };
		if (i % 4 == 1)
			s->in[i].flags |= LIT_NOCASE;
		if (i % 11 == 2)
			s->in[i].flags = LIT_TRIGGER | LIT_XOR;
		else
			key = 0;
		for (size_t k = 0; k < len && i % 5 != 0; k++)
			s->data[at + k] = s->lit[i][k] ^ key;
	}
}

TEST(as_naive)
{
	struct sample *s = malloc(sizeof(*s));
	uint64_t seed = 1;

	for (unsigned round = 0; round < 12; round++) {
		struct lit_opts opts = { .groups = 8 << round % 2, .hot = 1 };
		struct lit_set set;
		size_t sizes[] = { 0, 1, 5, 63, 64, 65, 130, 4095, 4096, 4097, 4104, 8191,
			sizeof(s->data) };

		sample_make(s, &seed);
		CHECK(lit_set_build(&set, s->in, NEEDLES, &opts) == OK);
		for (size_t i = 0; i < COUNT(sizes); i++) {
			struct bytes d = test_copy((struct bytes){ s->data, sizes[i] });

			check_scan(&set, d);
			if (i % 3 == round % 3) {
				check_dyn(&set, d, 1 + i);
				check_dyn(&set, d, NEEDLES);
			}
		}
		lit_set_done(&set);
	}
	free(s);
}

/* Half of the letters may stand at each place behind, at one of them any byte. */
static void
around_make(struct lit_around *a, uint64_t *seed)
{
	memset(a, 0xff, sizeof(*a));
	for (unsigned i = 0; i < LIT_AFTER; i++) {
		if (i == test_random(seed) % 8)
			continue;
		memset(a->after[i], 0, sizeof(a->after[i]));
		for (unsigned k = 0; k < 12; k++) {
			uint8_t c =
			    (uint8_t) "abABab @`\x00\x20\xc3\xe3xyz"[test_random(seed) %
								     16];

			a->after[i][c >> 6] |= 1ULL << (c & 63);
		}
	}
}

static bool
fits(const struct lit_around *a, struct bytes data, uint64_t behind)
{
	for (unsigned i = 0; i < LIT_AFTER; i++) {
		uint8_t c = behind + i < data.n ? data.p[behind + i] : 0;

		if (behind + i >= data.n || !(a->after[i][c >> 6] >> (c & 63) & 1))
			return false;
	}
	return true;
}

/* Short needles are found where their surroundings fit, and only where they are. */
TEST(surroundings)
{
	struct sample *s = malloc(sizeof(*s));
	struct lit_around around[NEEDLES];
	uint64_t seed = 5;
	size_t fitting = 0;

	for (unsigned round = 0; round < 4; round++) {
		struct lit_opts opts = { .groups = 8 << round % 2, .hot = 1 };
		struct bytes data = { s->data, sizeof(s->data) };
		struct hit_list want = { 0 }, have = { 0 };
		struct filter_ctx c = ctx_new(&have);
		struct lit_set set;

		sample_make(s, &seed);
		for (size_t i = 0; i < NEEDLES; i++) {
			around_make(&around[i], &seed);
			s->in[i].lit.n = 1 + i % 4;
			s->in[i].flags &= (uint8_t)~LIT_XOR;
			s->in[i].around = &around[i];
		}
		CHECK(lit_set_build(&set, s->in, NEEDLES, &opts) == OK);
		CHECK(set.out.ndeferred < NEEDLES / 2);
		CHECK(filter_scan(&set.f, data, &c) == OK);
		for (uint32_t i = 0; i < NEEDLES; i++)
			if (in_filter(&set, i))
				naive_find(&s->in[i], i, data, &want);
		hit_list_sort(&want);
		hit_list_sort(&have);
		for (size_t i = 0, k = 0; i < want.n; i++) {
			const struct filter_hit *h = &want.p[i];
			bool found = k < have.n && hit_cmp(&have.p[k], h) == 0;
			bool fit = fits(
			    &around[h->needle], data, h->pos + s->in[h->needle].lit.n);

			CHECK(found || !fit);
			k += found;
			fitting += fit;
			if (i + 1 == want.n)
				EQ_U(k, have.n);
		}
		lit_set_done(&set);
		free(want.p);
		free(have.p);
	}
	CHECK(fitting > 100);
	free(s);
}

/*
 * A short needle is found with nothing before it and nothing behind it, whatever it is:
 * which of its windows is the cheapest depends on its bytes.
 */
TEST(short_at_the_ends)
{
	struct lit_around around;
	uint8_t lit[16];

	memset(&around, 0xff, sizeof(around));
	for (unsigned c = 0; c < 512; c++) {
		struct lit_opts opts = { .groups = 8 << c % 2,
			.hot = 1e9,
			.bits = LIT_BITS_MIN,
			.seed = 0x9e3779b1 };
		struct lit_in in[] = {
			{ { lit, 3 }, 0, 0, 0, LIT_TRIGGER, 0, 0, NULL },
			{ { lit, 4 }, 1, 0, 0, LIT_TRIGGER, 0, 0, NULL },
			{ { lit, 3 }, 2, 0, 0, LIT_TRIGGER, 0, 0, &around },
			{ { lit, 5 }, 3, 0, 0, LIT_TRIGGER, 0, 0, NULL },
		};
		struct lit_set set;

		memset(lit, (int)c / 2, sizeof(lit));
		CHECK(lit_set_build(&set, in, COUNT(in), &opts) == OK);
		EQ_U(set.out.ndeferred, 0);
		for (size_t n = 0; n < 9; n++)
			check_scan(&set, test_copy((struct bytes){ lit, n }));
		lit_set_done(&set);
	}
}

/* Windows that set all bits B are told from others by bit A. */
TEST(nothing_behind)
{
	struct lit_opts opts = { .hot = 1e9, .bits = LIT_BITS_MIN };
	static uint8_t lit[256][4], data[65536];
	struct lit_in in[COUNT(lit)];
	struct hit_list have = { 0 };
	struct filter_ctx c = ctx_new(&have);
	struct lit_set set;
	uint64_t seed = 9;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)test_random(&seed);
	for (size_t i = 0; i < COUNT(lit); i++) {
		for (size_t k = 0; k < 4; k++)
			lit[i][k] = (uint8_t)test_random(&seed);
		in[i] = (struct lit_in){ { lit[i], 4 }, (uint32_t)i, 0, 0, LIT_TRIGGER, 0,
			0, NULL };
	}
	CHECK(lit_set_build(&set, in, COUNT(in), &opts) == OK);
	EQ_U(set.out.nwindows, COUNT(in));
	CHECK(filter_scan(&set.f, (struct bytes){ data, sizeof(data) }, &c) == OK);
	/* 256 of 4096 words, and in them one of 16 bits A */
	CHECK(c.candidates < 2 * sizeof(data) / 256);
	lit_set_done(&set);
	free(have.p);
}

/*
 * Few places are anchors, whatever the needles: words in compressed data, where nothing
 * looks like them, and in words.
 */
TEST(few_anchors)
{
	enum { N = 2000 };
	static uint8_t lit[N][16], data[65536];
	static struct lit_in in[N];
	struct hit_list have = { 0 };
	struct lit_set set;
	uint64_t seed = 13;

	for (uint32_t i = 0; i < N; i++) {
		for (size_t k = 0; k < sizeof(lit[i]); k++)
			lit[i][k] = (uint8_t)('a' + test_random(&seed) % 26);
		in[i] = (struct lit_in){ { lit[i], sizeof(lit[i]) }, i, 0, 0, LIT_TRIGGER,
			0, 0, NULL };
	}
	CHECK(lit_set_build(&set, in, N, &(struct lit_opts){ 0 }) == OK);
	EQ_U(set.f.groups, 16);
	for (unsigned text = 0; text < 2; text++) {
		struct filter_ctx c = ctx_new(&have);

		for (size_t i = 0; i < sizeof(data); i++)
			data[i] = (uint8_t)(text ? 'a' + test_random(&seed) % 26
						 : test_random(&seed));
		CHECK(
		    filter_scan(&set.f, (struct bytes){ data, sizeof(data) }, &c) == OK);
		ROW("text %u: %u", text, (unsigned)c.anchors);
		CHECK(c.anchors < sizeof(data) / (text ? 3 : 40));
	}
	lit_set_done(&set);
	free(have.p);
}

/* Needles across a block's end, at each distance, even and odd. */
TEST(block_edges)
{
	static const char *const lits[] = {
		"edge", "EDGES", "an edge of the block",
		"sixty-four bytes and more: the window may be far behind the first byte"
	};
	struct lit_in in[COUNT(lits)];
	struct lit_set set;
	static uint8_t data[8400];

	for (size_t i = 0; i < COUNT(lits); i++)
		in[i] = (struct lit_in){ bytes_of(lits[i]), (uint32_t)i, 0, 0,
			LIT_TRIGGER, 0, 0 };
	CHECK(lit_set_build(&set, in, COUNT(lits), &(struct lit_opts){ 0 }) == OK);
	EQ_U(set.out.ndeferred, 0);
	for (size_t at = 4020; at < 4110; at++) {
		for (size_t i = 0; i < COUNT(lits); i++) {
			memset(data, '.', sizeof(data));
			memcpy(data + at, lits[i], strlen(lits[i]));
			check_scan(
			    &set, (struct bytes){ data, at % 2 ? sizeof(data) : 4111 });
			check_dyn(
			    &set, (struct bytes){ data, sizeof(data) }, COUNT(lits));
		}
	}
	lit_set_done(&set);
}

/* A needle at each place of data about as long as a vector, or two, wherever it lies. */
TEST(alignments)
{
	static const size_t sizes[] = { 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128,
		129 };
	static const char *const lits[] = { "a", "ab", "abcd", "abcdefgh" };
	struct lit_in in[COUNT(lits)];
	uint8_t *room = aligned_alloc(64, 256);
	struct lit_set set;

	for (size_t i = 0; i < COUNT(lits); i++)
		in[i] = (struct lit_in){ .lit = bytes_of(lits[i]),
			.part = (uint32_t)i,
			.flags = LIT_TRIGGER };
	CHECK(
	    lit_set_build(&set, in, COUNT(lits), &(struct lit_opts){ .hot = 1e9 }) == OK);
	for (size_t off = 0; off < 64; off += 7)
		for (size_t k = 0; k < COUNT(sizes); k++)
			for (size_t at = 0; at < sizes[k]; at += 1 + off % 3) {
				struct bytes d = { room + off, sizes[k] };
				size_t n = strlen(lits[at % COUNT(lits)]);

				memset(room, '.', 256);
				memcpy(room + off + at, lits[at % COUNT(lits)],
				    n < d.n - at ? n : d.n - at);
				check_scan(&set, d);
				check_dyn(&set, d, COUNT(lits));
			}
	lit_set_done(&set);
	free(room);
}

/* Pages around the data that may not be touched. */
TEST(guard_pages)
{
	const size_t page = 4096, room = 3 * page;
	uint8_t *p =
	    mmap(NULL, room + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct sample *s = malloc(sizeof(*s));
	uint64_t seed = 7;
	struct lit_set set;

	if (!CHECK(p != MAP_FAILED) ||
	    !CHECK(mprotect(p + page, room, PROT_READ | PROT_WRITE) == 0))
		return;
	sample_make(s, &seed);
	memcpy(p + page, s->data, room);
	CHECK(lit_set_build(&set, s->in, NEEDLES, &(struct lit_opts){ .hot = 1 }) == OK);
	for (size_t n = 0; n < 150; n++) {
		check_scan(&set, (struct bytes){ p + page, n });
		check_scan(&set, (struct bytes){ p + page + room - n, n });
		if (n % 8 == 0)
			check_dyn(
			    &set, (struct bytes){ p + page + room - n, n }, NEEDLES);
	}
	check_scan(&set, (struct bytes){ p + page, room });
	check_dyn(&set, (struct bytes){ p + page, room }, 5);
	lit_set_done(&set);
	munmap(p, room + 2 * page);
	free(s);
}

/* More needles than one pass takes. */
TEST(dyn_slices)
{
	enum { N = 5000 };
	struct lit_in *in = calloc(N, sizeof(*in));
	char(*lit)[12] = calloc(N, sizeof(*lit));
	uint8_t *data = malloc(20000);
	uint64_t seed = 3;
	struct lit_set set;

	fill(data, 20000, &seed);
	for (uint32_t i = 0; i < N; i++) {
		size_t len = 3 + i % 7;

		for (size_t k = 0; k < 12; k++)
			lit[i][k] = (char)(test_random(&seed) % 256);
		in[i] = (struct lit_in){ { (uint8_t *)lit[i], len }, i, 0, 0, 0, 0, 0 };
		memcpy(data + test_random(&seed) % 19990, lit[i], len);
	}
	CHECK(lit_set_build(&set, in, N, &(struct lit_opts){ 0 }) == OK);
	EQ_U(set.out.ntriggers, 0);
	check_dyn(&set, (struct bytes){ data, 20000 }, N);
	check_dyn(&set, (struct bytes){ data, 300 }, 2100);
	lit_set_done(&set);
	free(in);
	free(lit);
	free(data);
}

/* Those of two and three bytes share the pass of the others, as long as there is room. */
TEST(dyn_shorts)
{
	enum { SHORTS = 40, N = 300, SIZE = 9000 };
	static struct lit_in in[N];
	static uint8_t lit[N][6], data[SIZE];
	uint64_t seed = 11;
	struct lit_set set;

	for (unsigned round = 0; round < 8; round++) {
		fill(data, SIZE, &seed);
		for (uint32_t i = 0; i < N; i++) {
			size_t n = i < SHORTS ? 2 + i % 2 : 6;

			fill(lit[i], n, &seed);
			if (round % 2) /* bytes above 0x7f share classes */
				lit[i][1] = (uint8_t)(0x80 | test_random(&seed));
			in[i] = (struct lit_in){ { lit[i], n }, i, 0, 0,
				i % 3 ? 0 : LIT_NOCASE, 0, 0 };
			memcpy(data + test_random(&seed) % (SIZE - 6), lit[i], n);
		}
		memcpy(data + SIZE - 2, lit[0], 2);
		memcpy(data + SIZE - 5, lit[1], 3);
		memcpy(data + 4095, lit[3], 3); /* from one block into the next */
		CHECK(lit_set_build(&set, in, N, &(struct lit_opts){ 0 }) == OK);
		for (size_t n = 6; n <= N; n = n < SHORTS ? n + 7 : n * 3)
			check_dyn(&set, (struct bytes){ data, SIZE }, n);
		check_dyn(&set, (struct bytes){ data, 4097 }, N);
		check_dyn(&set, test_copy((struct bytes){ data + SIZE - 1, 1 }), N);
		lit_set_done(&set);
	}
}

struct stopper {
	unsigned calls, stop_after;
	uint32_t done[2];
};

static bool
stop_hits(void *arg, const struct filter_hit *h, size_t n)
{
	struct stopper *s = arg;

	for (size_t i = 0; i < n; i++)
		s->done[h[i].needle] = 9;
	return ++s->calls < s->stop_after;
}

TEST(stops)
{
	struct lit_in in[] = {
		{ BYTES_LIT("needle one"), 0, 0, 0, LIT_TRIGGER, 0, 0 },
		{ BYTES_LIT("Needle 2"), 1, 0, 0, LIT_TRIGGER | LIT_NOCASE, 0, 0 },
	};
	const uint32_t both[] = { 0, 1 };
	struct lit_set set;
	size_t n = 200000;
	uint8_t *data = calloc(1, n);
	struct stopper stop = { .stop_after = 3 };
	struct hit_list l = { 0 };
	struct filter_ctx c = ctx_new(&l);

	for (size_t i = 0; i + 20 < n; i += 100)
		memcpy(data + i, i % 200 ? "needle 2" : "needle one", i % 200 ? 8 : 10);
	CHECK(lit_set_build(&set, in, COUNT(in), &(struct lit_opts){ 0 }) == OK);
	EQ_U(set.out.ntriggers, 2);

	c.hits = stop_hits;
	c.arg = &stop;
	CHECK(filter_scan(&set.f, (struct bytes){ data, n }, &c) == ERR_END);
	EQ_U(stop.calls, 3);

	/* Once the caller has seen enough of a part it is not compared again. */
	stop = (struct stopper){ .stop_after = 1000 };
	c = (struct filter_ctx){ .scratch = scratch,
		.hits = stop_hits,
		.arg = &stop,
		.done = stop.done,
		.ndone = 2,
		.generation = 9 };
	CHECK(filter_scan(&set.f, (struct bytes){ data, n }, &c) == OK);
	EQ_U(stop.calls, 1);
	CHECK(c.found < 50);
	CHECK(c.compares < 100);
	CHECK(filter_dyn(&set.f, both, 2, (struct bytes){ data, n }, &c) == OK);
	EQ_U(stop.calls, 1);

	c = ctx_new(&l);
	c.limit = 100;
	CHECK(filter_scan(&set.f, (struct bytes){ data, n }, &c) == ERR_LIMIT);
	c.steps = 0;
	CHECK(filter_dyn(&set.f, both, 2, (struct bytes){ data, n }, &c) == ERR_LIMIT);
	lit_set_done(&set);
	free(data);
	free(l.p);
}

/* A megabyte of one byte, needles of that byte and with another one at the end. */
TEST(linear)
{
	static uint8_t a[600];
	struct lit_in in[] = {
		{ { a, 8 }, 0, 0, 0, LIT_TRIGGER, 0, 0 },
		{ { a, 300 }, 1, 0, 0, LIT_TRIGGER, 0, 0 },
		{ { a + 200, 400 }, 2, 0, 0, LIT_TRIGGER, 0, 0 },
		{ { a, 1 }, 3, 0, 0, 0, 0, 0 },
		{ { a, 40 }, 4, 0, 0, LIT_TRIGGER | LIT_XOR, 1, 255 },
		{ { a, 100 }, 5, 0, 0, LIT_TRIGGER | LIT_NOCASE, 0, 0 },
	};
	const uint32_t list[] = { 0, 1, 2, 3, 4, 5 };
	uint64_t steps[2][2];
	struct lit_set set;
	struct hit_list l = { 0 };

	memset(a, 'A', sizeof(a));
	a[599] = 'B';
	CHECK(lit_set_build(&set, in, COUNT(in), &(struct lit_opts){ .hot = 300 }) == OK);
	for (size_t k = 0; k < 2; k++) {
		size_t n = 50000 << k;
		uint8_t *data = malloc(n);
		struct filter_ctx c = ctx_new(&l);

		memset(data, 'A', n);
		CHECK(filter_scan(&set.f, (struct bytes){ data, n }, &c) == OK);
		steps[0][k] = c.steps;
		c.steps = 0;
		CHECK(filter_dyn(&set.f, list, COUNT(list), (struct bytes){ data, n },
			  &c) == OK);
		steps[1][k] = c.steps;
		free(data);
	}
	for (size_t k = 0; k < 2; k++) {
		ROW("%s", k ? "dyn" : "scan");
		CHECK(steps[k][1] < steps[k][0] * 21 / 10);
		CHECK(steps[k][0] < 50000 * 40);
	}
	lit_set_done(&set);
	free(l.p);
}

/* Sections that a hostile compiler may have made: survive, and end. */
static void
try_sections(struct bytes filter, struct bytes needles, struct bytes literals)
{
	static const uint32_t list[] = { 0, 1, 2, 3, 4, 5, 6, 7, 59, 60, UINT32_MAX };
	static uint8_t data[300];
	struct hit_list l = { 0 };
	struct filter_ctx c = ctx_new(&l);
	struct filter f;
	uint64_t seed = 11;

	fill(data, sizeof(data), &seed);
	c.limit = 100000;
	if (filter_open(filter, needles, literals, &f) != OK)
		return;
	(void)!filter_scan(&f, (struct bytes){ data, sizeof(data) }, &c);
	(void)!filter_dyn(
	    &f, list, COUNT(list), (struct bytes){ data, sizeof(data) }, &c);
	free(l.p);
}

TEST(corrupt)
{
	struct sample *s = malloc(sizeof(*s));
	uint64_t seed = 5;
	struct lit_set set;
	struct bytes f, n, t;

	sample_make(s, &seed);
	CHECK(lit_set_build(&set, s->in, NEEDLES, &(struct lit_opts){ .hot = 1 }) == OK);
	f = test_copy(buf_bytes(&set.filter));
	n = test_copy(buf_bytes(&set.needles));
	t = test_copy(buf_bytes(&set.literals));
	for (size_t i = 0; i < 200; i++)
		try_sections(bytes_clip(f, 0, i), n, t);
	for (size_t i = 0; i < n.n; i += 11)
		try_sections(f, bytes_clip(n, 0, i), t);
	try_sections(f, n, bytes_clip(t, 0, 10));
	for (unsigned round = 0; round < 3000; round++) {
		struct bytes b = round % 3 ? f : n;
		size_t at = test_random(&seed) % (round % 2 && b.n > 64 ? 64 : b.n);
		uint8_t *p = (uint8_t *)(uintptr_t)b.p + at, old = *p;

		if (round % 3 == 2) /* the tables behind the bitmap */
			p = (uint8_t *)(uintptr_t)f.p + f.n - 1 -
			    test_random(&seed) % 9000;
		old = *p;
		*p = (uint8_t)test_random(&seed);
		try_sections(f, n, t);
		*p = old;
	}
	lit_set_done(&set);
	free(s);
}

TEST(empty)
{
	struct filter f;
	struct hit_list l = { 0 };
	struct filter_ctx c = ctx_new(&l);
	struct bytes none = { 0 };
	struct lit_set set;

	CHECK(filter_open(none, none, none, &f) == OK);
	CHECK(filter_scan(&f, BYTES_LIT("data"), &c) == OK);
	CHECK(filter_dyn(&f, NULL, 0, BYTES_LIT("data"), &c) == OK);
	CHECK(lit_set_build(&set, NULL, 0, &(struct lit_opts){ 0 }) == OK);
	CHECK(filter_scan(&set.f, BYTES_LIT("data"), &c) == OK);
	EQ_U(c.found, 0);
	lit_set_done(&set);
}
