/* Which ranges of a container unpack to nothing. */
#include "diff/rest.h"

#include <zlib.h>

#include "diff/rig.h"

/* zstd of nothing and of "a": one raw block each. lz4 of nothing. */
#define ZSTD  "28b52ffd 2001 090000 61 "
#define ZSTDS "28b52ffd 24 01 090000 61 aabbccdd "
#define ZRLE  "28b52ffd 00 58 2b0000 61 "
#define ZBIG  "28b52ffd e3 11223344 0100000000000000 010000 "
#define LZ4   "04224d18 6040 82 00000000 "
#define LZ4F                                                                        \
	"04224d18 7d40 0100000000000000 11223344 82 01000080 61 aabbccdd 00000000 " \
	"aabbccdd "
#define SKIP      "502a4d18 03000000 616263 "
#define SKIPF     "5f2a4d18 00000000 "
/* deflated "a", then its CRC and size */
#define BODY      "4b0400 43beb7e8 01000000 "
#define GZ(flags) "1f8b08" flags "00000000 0003 "

/* clang-format off */
static const struct {
	const char *name;
	enum kind kind;
	const char *hex, *ranges;
} rows[] = {
	{ "zstd", KIND_ZSTD, ZSTD, "" },
	{ "zstd, then a skipped frame", KIND_ZSTD, ZSTD SKIP, "10+11" },
	{ "zstd with a sum", KIND_ZSTD, ZSTDS SKIP, "14+11" },
	{ "zstd, one byte again and again", KIND_ZSTD, ZRLE SKIP, "10+11" },
	{ "zstd with all fields", KIND_ZSTD, ZBIG SKIP, "20+11" },
	{ "zstd, frames and skipped ones", KIND_ZSTD, SKIP ZSTD SKIPF SKIP ZSTD, "0+11 21+19" },
	{ "zstd, a frame of a kind that is reserved", KIND_ZSTD, "28b52ffd 2001 070000 " SKIP, "" },
	{ "zstd, then something else", KIND_ZSTD, ZSTD "00010203040506070809", "" },
	{ "zstd, a skipped frame that is longer than the file", KIND_ZSTD, ZSTD "502a4d18 ffffffff 61", "10+9" },
	{ "lz4", KIND_LZ4, LZ4 SKIP, "11+11" },
	{ "lz4 with all fields", KIND_LZ4, LZ4F SKIP, "36+11" },
	{ "gzip", KIND_GZIP, GZ("00") BODY, "" },
	{ "gzip with an extra field", KIND_GZIP, GZ("04") "0300 616263" BODY, "10+5" },
	{ "gzip with a name", KIND_GZIP, GZ("08") "6162 00" BODY, "" },
	{ "gzip with a comment", KIND_GZIP, GZ("18") "6100 6200" BODY, "12+2" },
	{ "gzip with a sum of its header", KIND_GZIP, GZ("06") "0100 61 aaaa" BODY, "10+3" },
	{ "gzip, two members", KIND_GZIP, GZ("00") BODY GZ("00") BODY, "" },
	{ "gzip, a second member with a name", KIND_GZIP, GZ("08") "6100" BODY GZ("08") "6100" BODY, "33+2" },
	{ "gzip, a third with an extra field", KIND_GZIP, GZ("00") BODY GZ("00") BODY GZ("04") "0100 61" BODY, "52+3" },
	{ "gzip, a header in what follows", KIND_GZIP, GZ("00") BODY "0000" GZ("04") "0100 61" BODY, "" },
	{ "gzip without an end", KIND_GZIP, GZ("10") "6161", "" },
	{ "cab", KIND_CAB, "4d534346000000004700000000000000 2c000000000000000301010001000000 010000003e0000000100000001000000 0000000000007d5b0050200061000000 00000100010031", "" },
	{ "cab, a gap", KIND_CAB, "4d534346000000004900000000000000 2c000000000000000301010001000000 01000000400000000100000001000000 0000000000007d5b0050200061002323 000000000100010031", "62+2" },
	{ "cab, a reserve", KIND_CAB, "4d534346000000004d00000000000000 32000000000000000301010001000400 01000000020000002323440000000100 0000010000000000000000007d5b0050 20006100000000000100010031", "40+2" },
	{ "7z", KIND_7Z, "377abcaf271c00049c142a5301000000 0000000029000000000000004c5e2007 310104060001090100070b0100010100 0c0100080d01090a01b7efdc83000005 01110500610000000000", "" },
	{ "7z, a gap", KIND_7Z, "377abcaf271c00041062e49903000000 0000000029000000000000004c5e2007 3123230104060001090100070b010001 01000c0100080d01090a01b7efdc8300 000501110500610000000000", "33+2" },
	{ "7z, a packed header", KIND_7Z, "377abcaf271c0004d688181831000000 000000002000000000000000ec4f7387 3123230000813307ae0fcd7e88e71618 fb900eeece6c81300ae7201b56b305be 8059b50ccf1c97cdec41b91ffff78d99 0017060301092e00070b010001230301 01055d000001000c290a014c5e200700 00", "33+2" },
	{ "rar", KIND_RAR, "526172211a0700cf907300000d000000 000000006d3c74008021000100000001 00000003b7efdc8300507d5b14300100 a48100006131c43d7b00400700", "" },
	{ "rar, a block", KIND_RAR, "526172211a0700cf907300000d000000 00000000f673760000090023236d3c74 00802100010000000100000003b7efdc 8300507d5b14300100a48100006131c4 3d7b00400700", "20+9" },
	{ "rar 5", KIND_RAR, "526172211a070100c51a333203010000 e9e794350f0202010401a403b7efdc83 000101613119b23a3503050000", "" },
	{ "rar 5, a service", KIND_RAR, "526172211a070100c51a333203010000 e9e794350f0202010401a403b7efdc83 0001016131ce771bdc05030202434d23 2319b23a3503050000", "37+12" },
	{ "rar 5, an extra area", KIND_RAR, "526172211a070100c51a333203010000 e9e794350f0202010401a403b7efdc83 0001016131bc4357db0a020303010401 620209233119b23a3503050000", "49+3" },
	{ "xz has none", KIND_XZ, "fd377a585a00", "" },
};
/* clang-format on */

static void
check_ranges(struct rig *g, enum kind kind, struct bytes b, struct buf *out)
{
	struct span s = rig_span(g, 0, b);
	struct rest x = { .run = &g->run, .s = &s };
	enum err e;

	arena_init(&x.arena, 1u << 20);
	e = kind_is_stream(kind) ? rest_of_stream(&x, kind)
	    : kind == KIND_ISO   ? rest_of_iso(&x)
				 : rest_of_archive(&x, kind);
	CHECK(e == OK || e == ERR_FORMAT);
	EQ_U(g->run.scratch[0].at, 0);
	buf_clear(out);
	for (size_t i = 0; i < x.n; i++) {
		CHECK(x.p[i].n > 0 && x.p[i].at <= b.n && x.p[i].n <= b.n - x.p[i].at);
		buf_printf(out, "%s%llu+%llu", i ? " " : "",
		    (unsigned long long)x.p[i].at, (unsigned long long)x.p[i].n);
	}
	arena_done(&x.arena);
}

TEST(ranges)
{
	struct buf got = { 0 };
	struct rig g;

	rig_init(&g);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes b = test_hex(rows[i].hex);

		ROW("%s", rows[i].name);
		check_ranges(&g, rows[i].kind, b, &got);
		EQ_S(buf_cstr(&got), rows[i].ranges);
		/* cut anywhere, ranges stay within what there is */
		for (size_t n = 0; n < b.n; n++)
			check_ranges(&g, rows[i].kind, bytes_clip(b, 0, n), &got);
	}
	buf_done(&got);
	rig_done(&g);
}

enum { SECTORS = 22, SECTOR = 2048 };

static void
put_record(uint8_t *p, uint32_t lba, uint32_t size, uint8_t flags, const char *name)
{
	size_t n = strlen(name);

	p[0] = (uint8_t)(34 + n);
	memcpy(p + 2, (uint8_t[]){ (uint8_t)lba }, 1);
	memcpy(p + 10, (uint8_t[]){ (uint8_t)size, (uint8_t)(size >> 8) }, 2);
	p[25] = flags;
	p[32] = n ? (uint8_t)n : 1;
	memcpy(p + 33, name, n);
}

/* A volume, the end, a root with a file and itself as a folder, and one file. */
static struct buf
iso(void)
{
	struct buf b = { 0 };
	uint8_t *p = buf_room(&b, SECTORS * SECTOR);

	b.n = SECTORS * SECTOR;
	memset(p, 0, b.n);
	memcpy(p + 16 * SECTOR, "\1CD001\1", 7);
	put_record(p + 16 * SECTOR + 156, 18, SECTOR, 2, "");
	memcpy(p + 17 * SECTOR, "\377CD001\1", 7);
	put_record(p + 18 * SECTOR, 18, SECTOR, 2, "");
	put_record(p + 18 * SECTOR + 34, 18, SECTOR, 2, "again");
	put_record(p + 18 * SECTOR + 73, 19, 5, 0, "file");
	memcpy(p + 19 * SECTOR, "bytes", 5);
	return b;
}

TEST(iso)
{
	static const struct {
		size_t at;
		const char *ranges;
	} hidden[] = {
		{ 19 * SECTOR + 2, "" },
		{ 19 * SECTOR + 5, "38917+1" },
		{ 21 * SECTOR, "43008+1" },
		{ 16 * SECTOR + 883, "33651+1" },
		{ 17 * SECTOR + 100, "34916+1" },
		{ 18 * SECTOR + 200, "37064+1" },
		{ 100, "" },
	};
	struct buf b = iso(), got = { 0 };
	struct rig g;

	rig_init(&g);
	check_ranges(&g, KIND_ISO, buf_bytes(&b), &got);
	EQ_S(buf_cstr(&got), "");
	for (size_t i = 0; i < COUNT(hidden); i++) {
		uint8_t was = b.p[hidden[i].at];

		ROW("%zu", hidden[i].at);
		b.p[hidden[i].at] = 'x';
		check_ranges(&g, KIND_ISO, buf_bytes(&b), &got);
		EQ_S(buf_cstr(&got), hidden[i].ranges);
		b.p[hidden[i].at] = was;
	}
	for (size_t n = 16 * SECTOR; n < b.n; n += 61)
		check_ranges(&g, KIND_ISO, bytes_clip(buf_bytes(&b), 0, n), &got);
	buf_done(&b);
	buf_done(&got);
	rig_done(&g);
}

/* A long name is no file's; a text longer than a window is followed. */
TEST(long_name)
{
	struct buf b = { 0 }, got = { 0 };
	struct rig g;

	rig_init(&g);
	for (unsigned n = 255; n <= 256; n++) {
		ROW("%u", n);
		buf_clear(&b);
		buf_put(&b, "\x1f\x8b\x08\x08\0\0\0\0\0\x03", 10);
		for (unsigned i = 0; i < n; i++)
			buf_u8(&b, 'n');
		buf_put(&b, "\0\x4b\4\0\x43\xbe\xb7\xe8\1\0\0\0", 12);
		check_ranges(&g, KIND_GZIP, buf_bytes(&b), &got);
		EQ_S(buf_cstr(&got), n == 255 ? "" : "10+257");
	}
	buf_done(&b);
	buf_done(&got);
	rig_done(&g);
}

/* clang-format off */
static const struct {
	const char *name, *a, *b, *want;
} pairs[] = {
	{ "a skipped frame", ZSTD, ZSTD SKIP, "data outside of the content: bytes that unpack to nothing differ (0 and 11 bytes)" },
	{ "the same in both", ZSTD SKIP, "28b52ffd 0058 0b0000 61" SKIP, "the same\ncompression the same content" },
	{ "another one", ZSTD SKIP, ZSTD "502a4d18 03000000 616264", "data outside of the content" },
	{ "an extra field", GZ("00") BODY, GZ("04") "0300 616263" BODY, "data outside of the content: bytes that unpack to nothing differ (0 and 5 bytes)" },
	{ "a second member with a comment", GZ("00") BODY, GZ("00") BODY GZ("10") "616200 0300 00000000 00000000", "data outside of the content" },
	{ "beside what it holds", "61", GZ("04") "0300 616263" BODY, "code outside of the content: bytes that unpack to nothing differ (0 and 5 bytes)" },
	{ "behind what it holds", "61", GZ("00") BODY "616263", "differ\ncode offset 0x0: 3 bytes differ" },
	{ "what it holds", "61", GZ("00") BODY, "compression the second is compressed as gzip, and the other is not\n" },
	{ "what it holds, the other way", GZ("00") BODY, "61", "compression the first is compressed as gzip, and the other is not\n" },
	{ "something else than it holds", "62", GZ("00") BODY, "text line 1" },
	{ "nothing, and something compressed", "", GZ("00") BODY, "text line 1" },
};
/* clang-format on */

TEST(pairs)
{
	struct rig g;

	rig_init(&g);
	for (size_t i = 0; i < COUNT(pairs); i++) {
		const char *said =
		    rig_tree(&g, "x.gz", test_hex(pairs[i].a), test_hex(pairs[i].b));

		ROW("%s", pairs[i].name);
		CHECK(strstr(said, pairs[i].want) != NULL);
	}
	rig_done(&g);
}

/* What is run under its name, and is compressed under the same. */
TEST(run_by_name)
{
	struct bytes script = BYTES_LIT("#!/bin/sh\n");
	struct buf gz = { 0 };
	uint8_t packed[64];
	z_stream z = { .next_in = (Bytef *)(uintptr_t)script.p,
		.avail_in = (uInt)script.n,
		.next_out = packed,
		.avail_out = sizeof(packed) };
	struct rig g;

	CHECK(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) == Z_OK);
	CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
	buf_put(&gz, packed, z.total_out);
	deflateEnd(&z);
	rig_init(&g);
	EQ_S(rig_tree(&g, "run", script, buf_bytes(&gz)),
	    "begin run\nnote 1 of 1 members are the same\ncode the second is compressed "
	    "as gzip, and the other is not: what "
	    "is run under this name is another file\n");
	EQ_S(rig_tree(&g, "run.gz", script, buf_bytes(&gz)),
	    "begin run.gz\nnote 1 of 1 members are the same\ncompression the second is "
	    "compressed as gzip, and the other is "
	    "not\n");
	rig_done(&g);
	buf_done(&gz);
}
