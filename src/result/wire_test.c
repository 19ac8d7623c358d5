#include "result/wire.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/tap.h"

/* A sample payload of each kind, to be decoded whole, cut and flipped. */
static const struct bytes tags[] = { { (const uint8_t *)"a", 1 },
	{ (const uint8_t *)"", 0 } };
static const struct finding_meta metas[] = {
	{ .name = { (const uint8_t *)"m", 1 }, .type = META_INT, .i = -5 },
	{ .name = { (const uint8_t *)"s", 1 },
	    .type = META_STR,
	    .s = { (const uint8_t *)"v\0w", 3 } },
};
static const struct finding_match matches[] = {
	{ .id = { (const uint8_t *)"$a", 2 },
	    .off = 7,
	    .len = 300,
	    .data = { (const uint8_t *)"xyz", 3 },
	    .flags = MATCH_XOR,
	    .key = 9 },
};
static const struct finding sample = {
	.kind = FINDING_RULE,
	.flags = FINDING_GLOBAL,
	.ns = { (const uint8_t *)"default", 7 },
	.rule = { (const uint8_t *)"r", 1 },
	.tags = tags,
	.ntags = 2,
	.metas = metas,
	.nmetas = 2,
	.matches = matches,
	.nmatches = 1,
};
static const struct ext ext_rows[] = {
	{ .name = { (const uint8_t *)"n", 1 }, .type = EXT_FLOAT, .f = 1.5 },
	{ .name = { (const uint8_t *)"t", 1 },
	    .type = EXT_STR,
	    .s = { (const uint8_t *)"u", 1 } },
};

static void
put_sample_finding(struct buf *b)
{
	wire_put_finding(b, &sample);
}

static void
put_sample_scan(struct buf *b)
{
	struct wire_scan s = {
		.flags = 3, .memory = 1, .given = 2, .exts = { ext_rows, 2 }
	};

	wire_put_scan(b, &s);
}

static void
put_sample_compile(struct buf *b)
{
	struct wire_compile c = {
		.budget = 7, .explain_rule = BYTES_LIT("r"), .exts = { ext_rows, 1 }
	};

	wire_put_compile(b, &c);
}

static void
put_sample_source(struct buf *b)
{
	struct wire_source s = { 1, BYTES_LIT("f.yar"), BYTES_LIT("ns"), 5, 77 };

	wire_put_source(b, &s);
}

static void
put_sample_diag(struct buf *b)
{
	struct diag d = {
		.kind = DIAG_WARNING, .file = "f", .line = 3, .text = "t", .source = "x"
	};

	wire_put_diag(b, &d);
}

static void
put_sample_stats(struct buf *b)
{
	struct wire_stats s = { .objects = 1, .scan_ns = 9 };

	wire_put_stats(b, &s);
}

static void
put_sample_rule(struct buf *b)
{
	struct wire_rule r = {
		.flags = FINDING_GLOBAL,
		.source = 3,
		.line = 9,
		.off = 100,
		.len = 50,
		.digest = BYTES_LIT("0123456789abcdef0123456789abcdef"),
		.ns = BYTES_LIT("default"),
		.rule = BYTES_LIT("r"),
		.tags = tags,
		.ntags = 2,
		.metas = metas,
		.nmetas = 2,
	};

	wire_put_rule(b, &r);
}

static void
put_sample_compare(struct buf *b)
{
	struct wire_compare c = { .lines = 100,
		.size_a = 7,
		.name_a = BYTES_LIT("x.py"),
		.name_b = BYTES_LIT("y.py") };

	wire_put_compare(b, &c);
}

static void
put_sample_difference(struct buf *b)
{
	const struct diff_line lines[] = {
		{ DIFF_A, 7, BYTES_LIT("old") },
		{ DIFF_B, DIFF_NOWHERE, BYTES_LIT("n\0w") },
	};
	const struct difference d = { .kind = DIFF_FOUND,
		.cls = DIFF_CODE,
		.name_a = BYTES_LIT("usr/bin/x"),
		.type = BYTES_LIT("text"),
		.where = BYTES_LIT("line 7"),
		.what = BYTES_LIT("1 line was changed"),
		.lines = lines,
		.nlines = 2,
		.left_out = 5 };

	wire_put_difference(b, &d);
}

static const struct wire_file sample_file = { 77, 3, 0x100000005 };
static const struct wire_given sample_given = { { (const uint8_t *)"cuckoo", 6 },
	0x100000007 };
static const struct wire_include sample_include = { { (const uint8_t *)"a.yar", 5 },
	{ (const uint8_t *)"b\0.yar", 6 } };

static void
put_sample_file(struct buf *b)
{
	wire_put_file(b, &sample_file);
}

static void
put_sample_given(struct buf *b)
{
	wire_put_given(b, &sample_given);
}

static void
put_sample_include(struct buf *b)
{
	wire_put_include(b, &sample_include);
}

static void
put_sample_u32(struct buf *b)
{
	buf_le32(b, 0xfffffffe);
}

static void
put_u32(struct buf *b, const uint32_t *v)
{
	buf_le32(b, *v);
}

#define UNTOUCHED 0xa5

static bool
untouched(const void *p, size_t n)
{
	const uint8_t *at = p;

	while (n > 0 && at[n - 1] == UNTOUCHED)
		n--;
	return n == 0;
}

/* Decodes, and encodes again what came; a refusal leaves what was there before. */
#define AGAIN(name, type, get, put)                                                      \
	static enum err again_##name(struct bytes p, struct arena *a, struct buf *again) \
	{                                                                                \
		type s;                                                                  \
		enum err e;                                                              \
                                                                                         \
		(void)a;                                                                 \
		memset(&s, UNTOUCHED, sizeof(s));                                        \
		e = get;                                                                 \
		if (e == OK)                                                             \
			put(again, &s);                                                  \
		else                                                                     \
			CHECK(untouched(&s, sizeof(s)));                                 \
		return e;                                                                \
	}

AGAIN(finding, struct finding, wire_get_finding(p, a, &s), wire_put_finding)
AGAIN(scan, struct wire_scan, wire_get_scan(p, a, &s), wire_put_scan)
AGAIN(compile, struct wire_compile, wire_get_compile(p, a, &s), wire_put_compile)
AGAIN(source, struct wire_source, wire_get_source(p, &s), wire_put_source)
AGAIN(diag, struct diag, wire_get_diag(p, a, &s), wire_put_diag)
AGAIN(stats, struct wire_stats, wire_get_stats(p, &s), wire_put_stats)
AGAIN(rule, struct wire_rule, wire_get_rule(p, a, &s), wire_put_rule)
AGAIN(compare, struct wire_compare, wire_get_compare(p, &s), wire_put_compare)
AGAIN(difference, struct difference, wire_get_difference(p, a, &s), wire_put_difference)
AGAIN(file, struct wire_file, wire_get_file(p, &s), wire_put_file)
AGAIN(given, struct wire_given, wire_get_given(p, &s), wire_put_given)
AGAIN(include, struct wire_include, wire_get_include(p, &s), wire_put_include)
AGAIN(u32, uint32_t, wire_get_u32(p, &s), put_u32)

/* clang-format off */
static const struct {
	const char *name;
	void (*put)(struct buf *b);
	enum err (*again)(struct bytes p, struct arena *a, struct buf *again);
	bool strings;       /* with a NUL behind: one inside cuts them */
	unsigned counts[3]; /* where the counts of arrays lie in the sample; 0: no more */
} kinds[] = {
	{ "finding", put_sample_finding, again_finding, false, { 25, 38, 81 } },
	{ "scan", put_sample_scan, again_scan, false, { 40 } },
	{ "compile", put_sample_compile, again_compile, false, { 29 } },
	{ "source", put_sample_source, again_source, false, { 0 } },
	{ "diag", put_sample_diag, again_diag, true, { 0 } },
	{ "stats", put_sample_stats, again_stats, false, { 0 } },
	{ "rule", put_sample_rule, again_rule, false, { 80, 93 } },
	{ "compare", put_sample_compare, again_compare, false, { 0 } },
	{ "difference", put_sample_difference, again_difference, false, { 83 } },
	{ "file", put_sample_file, again_file, false, { 0 } },
	{ "given", put_sample_given, again_given, false, { 0 } },
	{ "include", put_sample_include, again_include, false, { 0 } },
	{ "u32", put_sample_u32, again_u32, false, { 0 } },
};
/* clang-format on */

/* What the parent says of a file, and what a worker asks of an include, come over whole.
 */
TEST(small_payloads)
{
	struct buf b = { 0 };
	struct wire_include i = { 0 };
	struct wire_given g = { 0 };
	struct wire_file f = { 0 };
	uint32_t v = 0;

	put_sample_file(&b);
	EQ_U(wire_get_file(test_copy(buf_bytes(&b)), &f), OK);
	EQ_U(f.id, sample_file.id);
	EQ_U(f.size, sample_file.size);
	buf_clear(&b);
	put_sample_given(&b);
	EQ_U(wire_get_given(buf_bytes(&b), &g), OK);
	EQ_B(g.module, sample_given.module);
	EQ_U(g.size, sample_given.size);
	buf_clear(&b);
	put_sample_include(&b);
	EQ_U(wire_get_include(buf_bytes(&b), &i), OK);
	CHECK(bytes_eq(i.from, sample_include.from) &&
	      bytes_eq(i.path, sample_include.path));
	buf_clear(&b);
	put_sample_u32(&b);
	EQ_U(wire_get_u32(buf_bytes(&b), &v), OK);
	EQ_U(v, 0xfffffffe);
	buf_done(&b);
}

/* A payload decodes whole, and at no other length. */
TEST(payload_prefixes)
{
	for (size_t k = 0; k < COUNT(kinds); k++) {
		struct buf b = { 0 }, same = { 0 };
		struct arena a;

		ROW("%s", kinds[k].name);
		arena_init(&a, 1 << 20);
		kinds[k].put(&b);
		EQ_U(kinds[k].again(test_copy(buf_bytes(&b)), &a, &same), OK);
		EQ_B(buf_bytes(&same), buf_bytes(&b));
		for (size_t n = 0; n < b.n; n++)
			EQ_U(kinds[k].again(
				 test_copy((struct bytes){ b.p, n }), &a, &same),
			    ERR_PROTO);
		buf_u8(&b, 0);
		EQ_U(kinds[k].again(test_copy(buf_bytes(&b)), &a, &same), ERR_PROTO);
		buf_done(&b);
		buf_done(&same);
		arena_done(&a);
	}
}

/*
 * What a payload means is written in one way only: whatever is accepted is, encoded
 * again, the same bytes. So nothing of a frame goes unread, and two readers cannot
 * differ.
 */
static void
one_spelling(size_t k, struct bytes p, struct arena *a)
{
	struct buf same = { 0 };
	enum err e = kinds[k].again(p, a, &same);

	CHECK(e == OK || e == ERR_PROTO || e == ERR_LIMIT);
	if (e == OK && !kinds[k].strings)
		EQ_B(buf_bytes(&same), p);
	buf_done(&same);
	arena_reset(a);
}

TEST(payload_flips)
{
	for (size_t k = 0; k < COUNT(kinds); k++) {
		struct buf b = { 0 };
		struct arena a;

		ROW("%s", kinds[k].name);
		arena_init(&a, 1 << 20);
		kinds[k].put(&b);
		for (size_t bit = 0; bit < b.n * 8; bit++) {
			struct bytes p = test_copy(buf_bytes(&b));

			((uint8_t *)(uintptr_t)p.p)[bit / 8] ^= (uint8_t)(1 << bit % 8);
			one_spelling(k, p, &a);
		}
		buf_done(&b);
		arena_done(&a);
	}
}

/* Several bytes changed, taken out or put in, by chance. */
TEST(payload_dice)
{
	uint64_t seed = 11;

	for (unsigned roll = 0; roll < 13000; roll++) {
		size_t k = roll % COUNT(kinds);
		struct buf b = { 0 };
		struct arena a;

		arena_init(&a, 1 << 14);
		kinds[k].put(&b);
		ROW("%s, roll %u", kinds[k].name, roll);
		for (uint64_t n = test_random(&seed) % 6; n > 0; n--) {
			size_t at = test_random(&seed) % b.n;

			b.p[at] =
			    (uint8_t)(test_random(&seed) % 3 ? n : test_random(&seed));
		}
		b.n -= test_random(&seed) % 4 == 0 ? test_random(&seed) % b.n : 0;
		one_spelling(k, test_copy(buf_bytes(&b)), &a);
		buf_done(&b);
		arena_done(&a);
	}
}

/*
 * A count that the payload cannot hold is refused, and no memory is spent on it first: it
 * is the cheapest way to make the trusted half allocate.
 */
TEST(oversized_counts)
{
	static const uint32_t more[] = { 3, 100, 0x00100000, 0x07ffffff, 0x7fffffff,
		0x80000000, 0xfffffffe, UINT32_MAX };

	for (size_t k = 0; k < COUNT(kinds); k++)
		for (size_t c = 0; c < COUNT(kinds[k].counts) && kinds[k].counts[c]; c++)
			for (size_t i = 0; i < COUNT(more); i++) {
				struct buf b = { 0 }, same = { 0 };
				struct arena a;

				ROW("%s, count %zu, %u", kinds[k].name, c, more[i]);
				arena_init(&a, 1 << 20);
				kinds[k].put(&b);
				CHECK(le32(b.p + kinds[k].counts[c]) - 1 < 2);
				put_le32(b.p + kinds[k].counts[c], more[i]);
				EQ_U(kinds[k].again(test_copy(buf_bytes(&b)), &a, &same),
				    ERR_PROTO);
				CHECK(a.used < 1000);
				buf_done(&b);
				buf_done(&same);
				arena_done(&a);
			}
}

/* A count that it can hold, and an arena that cannot: a limit, and no lie of the peer. */
TEST(small_arena)
{
	for (size_t k = 0; k < COUNT(kinds); k++) {
		struct buf b = { 0 }, same = { 0 };
		struct arena a;
		bool needs = kinds[k].counts[0] > 0 || kinds[k].strings;

		ROW("%s", kinds[k].name);
		arena_init(&a, 1);
		kinds[k].put(&b);
		EQ_U(kinds[k].again(test_copy(buf_bytes(&b)), &a, &same),
		    needs ? ERR_LIMIT : OK);
		buf_done(&b);
		buf_done(&same);
		arena_done(&a);
	}
}

TEST(finding_round_trip)
{
	struct buf b = { 0 };
	struct finding f;
	struct arena a;

	arena_init(&a, 1 << 20);
	wire_put_finding(&b, &sample);
	EQ_U(wire_get_finding(buf_bytes(&b), &a, &f), OK);
	EQ_U(f.kind, FINDING_RULE);
	EQ_U(f.flags, FINDING_GLOBAL);
	EQ_B(f.ns, sample.ns);
	EQ_U(f.ntags, 2);
	EQ_B(f.tags[0], tags[0]);
	EQ_I(f.metas[0].i, -5);
	EQ_B(f.metas[1].s, metas[1].s);
	EQ_U(f.matches[0].off, 7);
	EQ_U(f.matches[0].len, 300);
	EQ_U(f.matches[0].key, 9);
	EQ_B(f.matches[0].data, matches[0].data);
	buf_done(&b);
	arena_done(&a);
}

/* Frames of all sizes around the limits come out as they went in. */
TEST(pieces)
{
	static const size_t sizes[] = { 0, 1, 65527, 65528, 65529, 65536, 200000, 5,
		70000, 3 };
	struct wire_out o = { .patience_ms = 1000 };
	struct wire_in in;
	int sv[2];

	if (!CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sv) == 0))
		return;
	o.fd = sv[0];
	o.nowait = true;
	o.patience_ms = 0;
	wire_in_init(&in, sv[1]);
	in.nowait = true;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct wire_frame f;
		struct buf *b = wire_begin(&o);
		enum err e;

		ROW("%zu", sizes[i]);
		memset(buf_room(b, sizes[i] + 1), (int)i, sizes[i]);
		b->n--;
		if (sizes[i] < 60000)
			wire_send_fd(&o, WIRE_FILE, 0);
		else
			wire_send(&o, WIRE_FILE);
		EQ_U(wire_flush(&o), OK);
		in.fds_allowed = true;
		do {
			e = wire_next(&in, &f);
		} while (e == ERR_END && wire_read(&in) == OK);
		if (!EQ_U(e, OK))
			break;
		EQ_U(f.type, WIRE_FILE);
		EQ_U(f.payload.n, sizes[i]);
		CHECK(sizes[i] == 0 || f.payload.p[sizes[i] - 1] == i);
		int fd = wire_take_fd(&in);
		CHECK((fd >= 0) == (sizes[i] < 60000));
		if (fd >= 0)
			close(fd);
	}
	wire_out_done(&o);
	wire_in_done(&in);
	close(sv[0]);
	close(sv[1]);
}

/* clang-format off */
static const struct {
	const char *name, *hex;
	enum err want;
} frames[] = {
	{ "empty message",     "",                                ERR_END },
	{ "an empty frame",    "00000000 0800 0000",              OK },
	{ "cut head",          "00000000 0800",                   ERR_PROTO },
	{ "type 0",            "00000000 0000 0000",              ERR_PROTO },
	{ "unknown type",      "00000000 ff00 0000",              ERR_PROTO },
	{ "unknown flag",      "00000000 0800 0200",              ERR_PROTO },
	{ "too long",          "02000000 0800 0000 00",           ERR_PROTO },
	{ "a huge length",     "ffffffff 0800 0000 00",           ERR_PROTO },
	{ "an empty piece",    "00000000 0800 0100",              ERR_PROTO },
	{ "mixed pieces",      "01000000 0800 0100 aa 01000000 0900 0000 aa", ERR_PROTO },
	{ "two pieces",        "01000000 0800 0100 aa 01000000 0800 0000 aa", OK },
	{ "a piece left open", "01000000 0800 0100 aa",           ERR_END },
};
/* clang-format on */

TEST(frames)
{
	for (size_t i = 0; i < COUNT(frames); i++) {
		struct wire_in in;
		struct wire_frame f;

		ROW("%s", frames[i].name);
		wire_in_init(&in, -1);
		EQ_U(wire_feed(&in, test_hex(frames[i].hex)), OK);
		EQ_U(wire_next(&in, &f), frames[i].want);
		wire_in_done(&in);
	}
}

/* --- a finding as frames (wire_finding.c) -------------------------------------- */

static struct bytes many_tags[300000];
static struct finding_match many_matches[100000];
static struct finding_meta many_metas[100000];
static uint8_t block[3 << 20];

/* clang-format off */
static const struct {
	const char *name;
	struct finding f;
	unsigned frames; /* about it; 0: not told here */
	bool cut;        /* a warning follows */
} parts[] = {
	{ "nothing",        { .kind = FINDING_RULE }, 1, false },
	{ "a match",        { .kind = FINDING_RULE, .matches = many_matches, .nmatches = 1 },
	  1, false },
	{ "many matches",   { .kind = FINDING_RULE, .rule = { block, 9 },
	  .matches = many_matches, .nmatches = COUNT(many_matches) }, 6, false },
	{ "many tags",      { .kind = FINDING_RULE, .tags = many_tags,
	  .ntags = COUNT(many_tags) }, 1, true },
	{ "many metas",     { .kind = FINDING_RULE, .metas = many_metas,
	  .nmetas = COUNT(many_metas) }, 1, true },
	{ "a long name",    { .kind = FINDING_RULE, .rule = { block, 1 << 20 } }, 1, true },
	{ "a long log",     { .kind = FINDING_LOG, .text = { block, sizeof(block) } }, 1, true },
	{ "a short log",    { .kind = FINDING_LOG, .text = { block, 60000 } }, 1, false },
	{ "no facts",       { .kind = FINDING_DUMP }, 1, false },
	{ "many facts",     { .kind = FINDING_DUMP, .text = { block, sizeof(block) } }, 6, false },
};
/* clang-format on */

/* What came, taken together. */
struct heard {
	unsigned frames, warnings;
	uint64_t matches, text;
	bool wrong; /* a frame that the pool would refuse, or a part that repeats */
};

static void
hear(struct wire_in *in, struct arena *a, struct heard *h)
{
	struct wire_frame w;
	struct finding f;

	while (wire_next(in, &w) == OK) {
		arena_reset(a);
		h->wrong |= w.payload.n > WIRE_FINDING_MAX || w.type != WIRE_FINDING ||
			    wire_get_finding(w.payload, a, &f) != OK;
		if (h->wrong)
			return;
		if (f.kind == FINDING_WARNING) {
			h->warnings++;
			continue;
		}
		h->wrong |= !(f.flags & FINDING_MORE) != (h->frames == 0);
		h->wrong |= (f.flags & FINDING_MORE) && (f.ntags || f.nmetas);
		h->frames++;
		h->matches += f.nmatches;
		h->text += f.text.n;
	}
}

/*
 * Frames leave while they are made: they are read afterwards, as a socket's buffer may
 * be made large enough for all of them, by root.
 */
TEST(finding_parts)
{
	for (size_t i = 0; i < COUNT(parts); i++) {
		struct wire_out o = { .patience_ms = 0 };
		struct heard h = { 0 };
		struct wire_in in;
		struct arena a;
		int sv[2], room = 16 << 20;

		ROW("%s", parts[i].name);
		if (!CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sv) == 0))
			return;
		setsockopt(sv[0], SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room));
		o.fd = sv[0];
		o.nowait = true;
		wire_in_init(&in, sv[1]);
		in.nowait = true;
		in.frame_max = WIRE_FINDING_MAX;
		arena_init(&a, 8 << 20);
		wire_send_finding(&o, &parts[i].f);
		if (wire_flush(&o) == OK) {
			while (wire_read(&in) == OK)
				hear(&in, &a, &h);
			CHECK(!h.wrong);
			EQ_U(h.frames, parts[i].frames);
			EQ_U(h.warnings, parts[i].cut);
			EQ_U(h.matches, parts[i].f.nmatches);
			if (!parts[i].cut)
				EQ_U(h.text, parts[i].f.text.n);
		} else
			CHECK(geteuid() != 0); /* the buffer could not be made large */
		arena_done(&a);
		wire_out_done(&o);
		wire_in_done(&in);
		close(sv[0]);
		close(sv[1]);
	}
}

/* A peer's frame may be as large as the owner of the channel says, no larger. */
TEST(frame_max)
{
	static const struct {
		uint32_t max;
		enum err want;
	} rows[] = { { 2, OK }, { 1, ERR_PROTO } };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct wire_frame f;
		struct wire_in in;

		ROW("%u", rows[i].max);
		wire_in_init(&in, -1);
		in.frame_max = rows[i].max;
		EQ_U(wire_feed(
			 &in, test_hex("01000000 0800 0100 aa 01000000 0800 0000 aa")),
		    OK);
		EQ_U(wire_next(&in, &f), rows[i].want);
		wire_in_done(&in);
	}
}

/* Random findings, differences and rules come out as they went in. */
static struct bytes
some_bytes(uint64_t *seed, uint8_t *room, size_t most)
{
	size_t n = test_random(seed) % (most + 1);

	for (size_t i = 0; i < n; i++)
		room[i] = (uint8_t)test_random(seed);
	return (struct bytes){ room, n };
}

TEST(random_findings)
{
	uint64_t seed = 5;

	for (unsigned roll = 0; roll < 300; roll++) {
		static uint8_t room[64][40];
		struct bytes tag[4];
		struct finding_meta meta[4] = { 0 };
		struct finding_match match[4] = { 0 };
		struct finding f = { .kind =
					 (enum finding_kind)(roll % (FINDING_DUMP + 1)),
			.flags = (uint32_t)test_random(&seed),
			.ns = some_bytes(&seed, room[0], 40),
			.rule = some_bytes(&seed, room[1], 40),
			.text = some_bytes(&seed, room[2], 40),
			.tags = tag,
			.metas = meta,
			.matches = match,
			.ntags = (uint32_t)(test_random(&seed) % 5),
			.nmetas = (uint32_t)(test_random(&seed) % 5),
			.nmatches = (uint32_t)(test_random(&seed) % 5) };
		struct finding got;
		struct buf b = { 0 };
		struct arena a;

		ROW("roll %u", roll);
		for (size_t i = 0; i < 4; i++) {
			tag[i] = some_bytes(&seed, room[3 + i], 40);
			meta[i].name = some_bytes(&seed, room[7 + i], 40);
			meta[i].type = (enum meta_type)(test_random(&seed) % 3);
			meta[i].i = (int64_t)test_random(&seed);
			meta[i].s = some_bytes(&seed, room[11 + i], 40);
			match[i].id = some_bytes(&seed, room[15 + i], 40);
			match[i].off = test_random(&seed);
			match[i].len = test_random(&seed);
			match[i].data = some_bytes(&seed, room[19 + i], 40);
			match[i].flags = (uint32_t)test_random(&seed);
			match[i].key = (uint8_t)test_random(&seed);
		}
		arena_init(&a, 1 << 16);
		wire_put_finding(&b, &f);
		if (!EQ_U(wire_get_finding(test_copy(buf_bytes(&b)), &a, &got), OK))
			continue;
		EQ_U(got.kind, f.kind);
		EQ_U(got.flags, f.flags);
		EQ_B(got.ns, f.ns);
		EQ_B(got.rule, f.rule);
		EQ_B(got.text, f.text);
		EQ_U(got.ntags, f.ntags);
		EQ_U(got.nmetas, f.nmetas);
		EQ_U(got.nmatches, f.nmatches);
		for (uint32_t i = 0; i < f.ntags; i++)
			EQ_B(got.tags[i], tag[i]);
		for (uint32_t i = 0; i < f.nmetas; i++) {
			EQ_B(got.metas[i].name, meta[i].name);
			EQ_U(got.metas[i].type, meta[i].type);
			EQ_I(got.metas[i].i, meta[i].i);
			EQ_B(got.metas[i].s, meta[i].s);
		}
		for (uint32_t i = 0; i < f.nmatches; i++) {
			EQ_B(got.matches[i].id, match[i].id);
			EQ_U(got.matches[i].off, match[i].off);
			EQ_U(got.matches[i].len, match[i].len);
			EQ_B(got.matches[i].data, match[i].data);
			EQ_U(got.matches[i].flags, match[i].flags);
			EQ_U(got.matches[i].key, match[i].key);
			/* what is mapped there only the parent knows */
			EQ_U(got.matches[i].region.n, 0);
		}
		buf_done(&b);
		arena_done(&a);
	}
}

/*
 * Three frames in a message that is cut anywhere: those before the cut come whole, then
 * the message is at its end where one ends, and else a lie.
 */
TEST(messages_cut)
{
	struct bytes whole =
	    test_hex("02000000 0800 0000 aabb 00000000 0500 0000 01000000 0900 0000 cc");
	static const size_t ends[] = { 0, 10, 18, 27 };
	static const size_t sizes[] = { 2, 0, 1 };

	for (size_t n = 0; n <= whole.n; n++) {
		struct wire_in in;
		struct wire_frame f;
		size_t got = 0;
		enum err e;

		ROW("%zu of %zu bytes", n, whole.n);
		wire_in_init(&in, -1);
		EQ_U(wire_feed(&in, test_copy(bytes_sub(whole, 0, n))), OK);
		while ((e = wire_next(&in, &f)) == OK && got < 3) {
			EQ_U(f.payload.n, sizes[got]);
			CHECK(n >= ends[++got]);
		}
		EQ_U(e, n == ends[got] ? ERR_END : ERR_PROTO);
		wire_in_done(&in);
	}
}

/* Any bit of the heads: the frames that come lie inside of the message. */
TEST(messages_flipped)
{
	for (size_t bit = 0; bit < 27 * 8; bit++) {
		struct bytes p = test_copy(test_hex(
		    "02000000 0800 0000 aabb 00000000 0500 0000 01000000 0900 0000 cc"));
		struct wire_in in;
		struct wire_frame f;
		size_t total = 0;
		enum err e;

		ROW("bit %zu", bit);
		((uint8_t *)(uintptr_t)p.p)[bit / 8] ^= (uint8_t)(1 << bit % 8);
		wire_in_init(&in, -1);
		EQ_U(wire_feed(&in, p), OK);
		while ((e = wire_next(&in, &f)) == OK) {
			CHECK(f.type > WIRE_NONE && f.type < WIRE_COUNT);
			total += WIRE_HEAD + f.payload.n;
		}
		CHECK(e == ERR_END || e == ERR_PROTO);
		CHECK(total <= p.n);
		wire_in_done(&in);
	}
	struct wire_in in;

	wire_in_init(&in, -1);
	EQ_U(wire_feed(&in, (struct bytes){ in.msg, WIRE_MESSAGE_MAX + 1 }), ERR_PROTO);
	wire_in_done(&in);
}

/* Pieces that never end are refused at frame_max, and hold no more than that. */
TEST(endless_pieces)
{
	static uint8_t piece[WIRE_HEAD + 1000] = { 0xe8, 3, 0, 0, 8, 0, 1, 0 };
	struct wire_in in;
	struct wire_frame f;
	enum err e = ERR_END;
	unsigned n = 0;

	wire_in_init(&in, -1);
	in.frame_max = 5000;
	for (; e == ERR_END && n < 100; n++) {
		EQ_U(wire_feed(&in, (struct bytes){ piece, sizeof(piece) }), OK);
		e = wire_next(&in, &f);
	}
	EQ_U(e, ERR_PROTO);
	EQ_U(n, 6);
	CHECK(in.part.n <= 5000);
	wire_in_done(&in);
}

static bool
is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

/*
 * Descriptors that no frame asked for are closed with the message, so a peer cannot fill
 * our table; where none are allowed, a message with one is a lie.
 */
TEST(descriptors)
{
	struct wire_out o = { .patience_ms = 1000 };
	struct wire_in in;
	struct wire_frame f;
	int sv[2], took, left;

	if (!CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sv) == 0))
		return;
	o.fd = sv[0];
	wire_in_init(&in, sv[1]);
	in.fds_allowed = true;
	for (int i = 0; i < 3; i++) {
		wire_begin(&o);
		wire_send_fd(&o, WIRE_FILE, 0);
	}
	EQ_U(wire_flush(&o), OK);
	EQ_U(wire_read(&in), OK);
	EQ_U(in.nfds, 3);
	took = wire_take_fd(&in);
	left = in.fds[1];
	CHECK(is_open(took) && is_open(left));
	CHECK((fcntl(left, F_GETFD) & FD_CLOEXEC) != 0);
	wire_begin(&o);
	wire_send(&o, WIRE_GO);
	EQ_U(wire_flush(&o), OK);
	EQ_U(wire_read(&in), OK);
	CHECK(is_open(took) && !is_open(left));
	EQ_I(wire_take_fd(&in), -1);
	EQ_U(wire_next(&in, &f), OK);
	close(took);
	in.fds_allowed = false;
	wire_begin(&o);
	wire_send_fd(&o, WIRE_FILE, 0);
	EQ_U(wire_flush(&o), OK);
	EQ_U(wire_read(&in), ERR_PROTO);
	close(sv[0]);
	EQ_U(wire_read(&in), ERR_END);
	wire_out_done(&o);
	wire_in_done(&in);
	close(sv[1]);
}

/* A peer that is gone, or does not read: an err that sticks, and no signal. */
TEST(deaf_peer)
{
	struct wire_out o = { .nowait = true, .patience_ms = 0 };
	int sv[2];

	if (!CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sv) == 0))
		return;
	o.fd = sv[0];
	for (unsigned i = 0; i < 10000 && o.err == OK; i++) {
		memset(buf_room(wire_begin(&o), 60000), 0, 60000);
		wire_send(&o, WIRE_CONTENT);
	}
	EQ_U(o.err, ERR_IO);
	close(sv[1]);
	EQ_U(wire_flush(&o), ERR_IO);
	wire_out_done(&o);
	close(sv[0]);
}
