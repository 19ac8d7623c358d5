#include "result/wire.h"

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

static enum err
get_file(struct bytes p, struct arena *a)
{
	struct wire_file f;

	(void)a;
	return wire_get_file(p, &f);
}

static enum err
get_given(struct bytes p, struct arena *a)
{
	struct wire_given g;

	(void)a;
	return wire_get_given(p, &g);
}

static enum err
get_include(struct bytes p, struct arena *a)
{
	struct wire_include i;

	(void)a;
	return wire_get_include(p, &i);
}

static enum err
get_u32(struct bytes p, struct arena *a)
{
	uint32_t v;

	(void)a;
	return wire_get_u32(p, &v);
}

static enum err
get_compare(struct bytes p, struct arena *a)
{
	struct wire_compare s;

	(void)a;
	return wire_get_compare(p, &s);
}

static enum err
get_difference(struct bytes p, struct arena *a)
{
	struct difference d;

	return wire_get_difference(p, a, &d);
}

static enum err
get_finding(struct bytes p, struct arena *a)
{
	struct finding f;

	return wire_get_finding(p, a, &f);
}

static enum err
get_scan(struct bytes p, struct arena *a)
{
	struct wire_scan s;

	return wire_get_scan(p, a, &s);
}

static enum err
get_compile(struct bytes p, struct arena *a)
{
	struct wire_compile s;

	return wire_get_compile(p, a, &s);
}

static enum err
get_source(struct bytes p, struct arena *a)
{
	struct wire_source s;

	(void)a;
	return wire_get_source(p, &s);
}

static enum err
get_diag(struct bytes p, struct arena *a)
{
	struct diag d;

	return wire_get_diag(p, a, &d);
}

static enum err
get_rule(struct bytes p, struct arena *a)
{
	struct wire_rule r;

	return wire_get_rule(p, a, &r);
}

static enum err
get_stats(struct bytes p, struct arena *a)
{
	struct wire_stats s;

	(void)a;
	return wire_get_stats(p, &s);
}

static const struct {
	const char *name;
	void (*put)(struct buf *b);
	enum err (*get)(struct bytes p, struct arena *a);
} kinds[] = {
	{ "finding", put_sample_finding, get_finding },
	{ "scan", put_sample_scan, get_scan },
	{ "compile", put_sample_compile, get_compile },
	{ "source", put_sample_source, get_source },
	{ "diag", put_sample_diag, get_diag },
	{ "stats", put_sample_stats, get_stats },
	{ "rule", put_sample_rule, get_rule },
	{ "compare", put_sample_compare, get_compare },
	{ "difference", put_sample_difference, get_difference },
	{ "file", put_sample_file, get_file },
	{ "given", put_sample_given, get_given },
	{ "include", put_sample_include, get_include },
	{ "u32", put_sample_u32, get_u32 },
};

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
		struct buf b = { 0 };
		struct arena a;

		ROW("%s", kinds[k].name);
		arena_init(&a, 1 << 20);
		kinds[k].put(&b);
		EQ_U(kinds[k].get(test_copy(buf_bytes(&b)), &a), OK);
		for (size_t n = 0; n < b.n; n++)
			EQ_U(kinds[k].get(test_copy((struct bytes){ b.p, n }), &a),
			    ERR_PROTO);
		buf_u8(&b, 0);
		EQ_U(kinds[k].get(test_copy(buf_bytes(&b)), &a), ERR_PROTO);
		buf_done(&b);
		arena_done(&a);
	}
}

TEST(payload_flips)
{
	for (size_t k = 0; k < COUNT(kinds); k++) {
		struct buf b = { 0 };
		struct arena a;

		arena_init(&a, 1 << 20);
		kinds[k].put(&b);
		for (size_t bit = 0; bit < b.n * 8; bit++) {
			struct bytes p = test_copy(buf_bytes(&b));

			((uint8_t *)p.p)[bit / 8] ^= (uint8_t)(1 << bit % 8);
			enum err e = kinds[k].get(p, &a);

			CHECK(e == OK || e == ERR_PROTO || e == ERR_LIMIT);
			arena_reset(&a);
		}
		buf_done(&b);
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
