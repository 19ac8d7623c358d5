#include "diff/zip.h"

#include <zlib.h>

#include "diff/rig.h"

/* One stored member, "a" with the data "data"; what is put between is a row's. */
static struct bytes
make(struct buf *b, const char *before, const char *gap, const char *behind)
{
	size_t head = strlen(before), at;

	buf_clear(b);
	buf_str(b, before);
	buf_put(b, "PK\3\4\24\0\0\0\0\0\0\0\0\0", 14);
	buf_put(b, "\x63\xf3\xf3\xad\4\0\0\0\4\0\0\0\1\0\0\0", 16);
	buf_str(b, "adata");
	buf_str(b, gap);
	at = b->n;
	buf_put(b, "PK\1\2\24\0\24\0\0\0\0\0\0\0\0\0", 16);
	buf_put(b, "\x63\xf3\xf3\xad\4\0\0\0\4\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0", 26);
	buf_le32(b, (uint32_t)head);
	buf_str(b, "a");
	buf_put(b, "PK\5\6\0\0\0\0\1\0\1\0\57\0\0\0", 16);
	buf_le32(b, (uint32_t)at);
	buf_le16(b, 0);
	buf_str(b, behind);
	return buf_bytes(b);
}

TEST(layout)
{
	struct buf b = { 0 };
	struct bytes f = test_copy(make(&b, "sfx", "gap", "tail"));
	struct arena arena;
	struct zip z;

	arena_init(&arena, 1u << 20);
	CHECK(zip_read(f, &arena, &z) == OK);
	EQ_U(z.n, 1);
	EQ_U(z.entry[0].head, 3);
	EQ_U(z.entry[0].end, 3 + 30 + 5);
	EQ_B(z.entry[0].packed, BYTES_LIT("data"));
	EQ_B(z.entry[0].name, z.entry[0].local_name);
	EQ_U(z.directory, 3 + 30 + 5 + 3);
	EQ_U(z.tail, z.directory_end);
	EQ_U(z.tail_end, f.n - 4);
	/* the prefix sweep: what is cut before its end record has no directory */
	for (size_t n = 0; n < f.n; n++) {
		struct bytes cut = test_copy(bytes_clip(f, 0, n));

		CHECK((zip_read(cut, &arena, &z) == OK) == (n >= f.n - 4));
	}
	arena_done(&arena);
	buf_done(&b);
}

TEST(bits_flipped)
{
	struct buf b = { 0 };
	struct bytes f = make(&b, "", "", "");
	struct arena arena;

	arena_init(&arena, 4u << 20);
	for (size_t i = 0; i < f.n * 8; i++) {
		struct zip z = { 0 };

		b.p[i / 8] ^= (uint8_t)(1u << i % 8);
		if (zip_read(test_copy(f), &arena, &z) == OK)
			CHECK(z.n <= 1 && z.directory <= z.tail && z.tail_end <= f.n);
		b.p[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	arena_done(&arena);
	buf_done(&b);
}

static size_t
end_of(struct bytes b)
{
	struct run r = { .limit = { .deadline = 0 } };
	uint64_t left = 1u << 20;
	size_t end = 99;

	EQ_U(zip_stream_end(&r, b, &left, &end), OK);
	return end;
}

TEST(stream_end)
{
	/* RFC 1951: an empty block of fixed codes is 03 00 */
	EQ_U(end_of(BYTES_LIT("\3\0evil")), 2);
	EQ_U(end_of(BYTES_LIT("\3\0")), 2);
	EQ_U(end_of(BYTES_LIT("\3")), 1);
	EQ_U(end_of(BYTES_LIT("\xff\xff")), 2);
	EQ_U(end_of((struct bytes){ 0 }), 0);
}

/* A stream that unpacks to more than may be: no end is made up for it. */
TEST(stream_budget)
{
	static uint8_t zeros[1u << 20], packed[1u << 12];
	z_stream z = { .next_in = zeros, .avail_in = sizeof(zeros) };
	struct run r = { .limit = { .deadline = 0 } };
	uint64_t left = sizeof(zeros) / 2;
	size_t end;

	CHECK(deflateInit2(&z, 9, Z_DEFLATED, -MAX_WBITS, 8, 0) == Z_OK);
	z.next_out = packed;
	z.avail_out = sizeof(packed);
	CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
	struct bytes b = { packed, sizeof(packed) - z.avail_out };
	deflateEnd(&z);
	EQ_U(zip_stream_end(&r, b, &left, &end), ERR_LIMIT);
	EQ_U(left, 0);
	left = 2 * sizeof(zeros);
	EQ_U(zip_stream_end(&r, b, &left, &end), OK);
	EQ_U(end, b.n);
	EQ_U(left, sizeof(zeros));
	r.limit.deadline = 1; /* long past */
	EQ_U(zip_stream_end(&r, b, &left, &end), ERR_LIMIT);
}

TEST(left_over)
{
#define OUTSIDE                                                                 \
	"code outside of the members: bytes differ that the directory does not" \
	" account for\n"
	static const struct {
		const char *before, *gap, *behind, *said;
	} rows[] = {
		{ "", "", "", "" },
		{ "sfx", "", "", OUTSIDE },
		{ "", "evil", "", OUTSIDE },
		{ "", "", "evil", OUTSIDE },
	};
	struct buf x = { 0 }, y = { 0 };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rig g;

		ROW("%zu", i);
		rig_init(&g);
		struct span a = rig_span(&g, 0, make(&x, "", "", ""));
		struct span b = rig_span(
		    &g, 1, make(&y, rows[i].before, rows[i].gap, rows[i].behind));

		CHECK(zip_diff(&g.run, &a, &b) == OK);
		EQ_S(buf_cstr(&g.said), rows[i].said);
		rig_done(&g);
	}
	buf_done(&x);
	buf_done(&y);
}
