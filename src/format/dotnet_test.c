/*
 * Blobs, rows and their widths; whole assemblies are compared in tests/golden/dotnet.
 */
#include "format/dotnet.h"

#include "base/buf.h"
#include "format/rig.h"

extern const struct format format_dotnet;

TEST(blobs)
{
	/* clang-format off */
	static const struct {
		const char *name, *hex, *want, *rest; /* want NULL: none */
	} rows[] = {
		{ "one byte of length",   "03 616263 64",       "abc", "d" },
		{ "nothing",              "00 61",              "", "a" },
		{ "two bytes of length",  "8002 6162 63",       "ab", "c" },
		{ "four bytes of length", "c0000001 61",        "a", "" },
		{ "a byte too many",      "04 616263",          NULL, NULL },
		{ "length cut",           "80",                 NULL, NULL },
		{ "long length cut",      "c000",               NULL, NULL },
		{ "no such form",         "e0000001 61",        NULL, NULL },
		{ "empty",                "",                   NULL, NULL },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes rest, b;

		ROW("%s", rows[i].name);
		b = dotnet_blob_of(test_hex(rows[i].hex), &rest);
		if (!CHECK((b.p != NULL) == (rows[i].want != NULL)) || b.p == NULL)
			continue;
		EQ_B(b, bytes_of(rows[i].want));
		EQ_B(rest, bytes_of(rows[i].rest));
	}
}

/* A stream "#~" with n rows of Param and one of Method, which points to Param. */
static struct dotnet *
tables(uint8_t heaps, uint32_t params, struct buf *out)
{
	struct dotnet *d = calloc(1, sizeof(*d));
	uint8_t head[32] = { [6] = heaps };

	if (d == NULL)
		abort();
	put_le64(head + 8, 1ull << 6 | 1ull << 8);
	put_le32(head + 24, 1);
	put_le32(head + 28, params);
	buf_put(out, head, sizeof(head));
	for (uint32_t i = 0; i < 64 + params * 8; i++)
		buf_u8(out, (uint8_t)i);
	d->tilde = buf_bytes(out);
	dotnet_find_tables(d);
	return d;
}

TEST(rows_are_as_wide_as_what_they_point_to)
{
	/* clang-format off */
	static const struct {
		const char *name;
		uint8_t heaps;
		uint32_t params, method, param; /* bytes of a row */
	} rows[] = {
		{ "narrow",            0, 1, 14, 6 },
		{ "wide strings",      1, 1, 16, 8 },
		{ "wide blobs",        4, 1, 16, 6 },
		{ "wide both",         5, 1, 18, 8 },
		{ "65,535 parameters", 0, 65535, 14, 6 },
		{ "65,536 parameters", 0, 65536, 16, 6 },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf b = { 0 };
		struct dotnet *d;

		ROW("%s", rows[i].name);
		d = tables(rows[i].heaps, rows[i].params, &b);
		EQ_U(d->table[6].size, rows[i].method);
		EQ_U(d->table[8].size, rows[i].param);
		EQ_U(d->table[8].rows.p - d->table[6].rows.p, rows[i].method);
		free(d);
		buf_done(&b);
	}
}

/* An executable of one section with a CLI header; enough to be cut and flipped. */
static struct bytes
sample(uint8_t out[2048])
{
	uint8_t *pe = out + 64, *section = pe + 24 + 224, *cli = out + 512,
		*root = out + 600;

	memset(out, 0, 2048);
	memcpy(out, "MZ", 2);
	put_le32(out + 0x3c, 64);
	memcpy(pe, "PE", 2);
	put_le16(pe + 6, 1);
	put_le16(pe + 20, 224);
	put_le16(pe + 22, 0x2102);
	put_le16(pe + 24, 0x10b);
	put_le32(pe + 24 + 92, 16);
	put_le32(pe + 24 + 96 + 14 * 8, 512);
	put_le32(section + 8, 2048);
	put_le32(section + 16, 2048);
	put_le32(cli, 72);
	put_le32(cli + 8, 600);
	memcpy(root, "BSJB", 4);
	put_le32(root + 12, 4);
	memcpy(root + 16, "v9", 2);
	put_le16(root + 22, 4);
	put_le32(root + 24, 200);
	put_le32(root + 28, 100);
	memcpy(root + 32, "#~", 2);
	put_le32(root + 36, 300);
	put_le32(root + 40, 100);
	memcpy(root + 44, "#Strings", 8);
	put_le32(root + 56, 400);
	put_le32(root + 60, 100);
	memcpy(root + 64, "#GUID", 5);
	put_le32(root + 72, 500);
	memcpy(root + 80, "#Blob", 5);
	put_le64(root + 200 + 8, 1);
	put_le32(root + 200 + 24, 1);
	put_le16(root + 200 + 30, 3);
	memcpy(root + 303, "it", 2);
	return (struct bytes){ out, 2048 };
}

TEST(streams_wait_until_they_are_read)
{
	uint8_t bytes[2048];
	struct rig *o = rig_open(&format_dotnet, sample(bytes), 1 << 20);
	const struct dotnet *d = o->facts;

	EQ_U(o->err, OK);
	EQ_I(d->is_dotnet, 1);
	EQ_B(d->version, BYTES_LIT("v9"));
	EQ_U(d->steps, 0);
	EQ_U(dotnet_load(o->facts), OK);
	EQ_I(d->number_of_streams, 4);
	EQ_I(d->number_of_guids, 6);
	EQ_B(d->module_name, BYTES_LIT("it"));
	EQ_I(d->number_of_constants, FACT_UNDEF);
	rig_close(o);
}

TEST(damaged_and_starved)
{
	uint8_t bytes[2048];
	struct bytes whole = sample(bytes);

	rig_damage(&format_dotnet, dotnet_load, whole, 1200);
	rig_starve(&format_dotnet, dotnet_load, whole, 4096);
}
