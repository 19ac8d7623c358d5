/*
 * The parser of crx, unit by unit; whole extensions are compared in tests/golden/crx,
 * which YARA-X reads the same way.
 */
#include "format/crx.h"

#include "crypto/hash.h"
#include "format/rig.h"

extern const struct format format_crx;

enum { ROOM = 4096 };

static void
put(uint8_t *out, size_t *n, struct bytes b)
{
	memcpy(out + *n, b.p, b.n);
	*n += b.n;
}

/* An archive with stored files; names and texts in turn, up to NULL. */
static size_t
archive(uint8_t *out, const char *const *files)
{
	uint8_t directory[ROOM];
	size_t n = 0, nd = 0;
	uint16_t count = 0;

	for (; files[0] != NULL; files += 2, count++) {
		struct bytes name = bytes_of(files[0]), text = bytes_of(files[1]);
		uint8_t local[30] = "PK\3\4", entry[46] = "PK\1\2";

		put_le32(local + 18, (uint32_t)text.n);
		put_le16(local + 26, (uint16_t)name.n);
		put_le32(entry + 16, crc32_of(text));
		put_le32(entry + 20, (uint32_t)text.n);
		put_le32(entry + 24, (uint32_t)text.n);
		put_le16(entry + 28, (uint16_t)name.n);
		put_le32(entry + 42, (uint32_t)n);
		put(out, &n, (struct bytes){ local, sizeof(local) });
		put(out, &n, name);
		put(out, &n, text);
		put(directory, &nd, (struct bytes){ entry, sizeof(entry) });
		put(directory, &nd, name);
	}
	uint8_t end[ZIP_END_SIZE] = "PK\5\6";

	put_le16(end + 10, count);
	put_le32(end + 12, (uint32_t)nd);
	put_le32(end + 16, (uint32_t)n);
	put(out, &n, (struct bytes){ directory, nd });
	put(out, &n, (struct bytes){ end, sizeof(end) });
	return n;
}

/* Version 3, with that header. */
static struct bytes
crx3(uint8_t *out, struct bytes header, const char *const *files)
{
	size_t n = 8;

	memcpy(out, "Cr24\3\0\0\0", 8);
	put_le32(out + n, (uint32_t)header.n);
	n += 4;
	put(out, &n, header);
	return (struct bytes){ out, n + archive(out + n, files) };
}

/* The signed data, with an identifier of two bytes. */
#define SIGNED "82f104 04 0a02 01fe"

static struct crx *
crx_of(const struct rig *o)
{
	return o->facts;
}

static enum err
load_all(void *facts)
{
	enum err e = crx_load_signatures(facts);

	return crx_load_manifest(facts) != OK ? ERR_LIMIT : e;
}

TEST(what_is_an_extension)
{
	/* clang-format off */
	static const struct {
		const char *name, *header;
		bool want;
	} rows[] = {
		{ "no proofs",            SIGNED, true },
		{ "fields of each kind",  "08ff01 11 0000000000000000 1d 00000000 220100" SIGNED, true },
		{ "a group",              "0b 0801 0b0c 0c" SIGNED, true },
		{ "a group without end",  SIGNED "0b0801", false },
		{ "an end of no group",   "0c" SIGNED, false },
		{ "no signed data",       "220100", false },
		{ "empty",                "", false },
		{ "field 0",              "0000" SIGNED, false },
		{ "a wire type of no use", "0e" SIGNED, false },
		{ "a length outside",     SIGNED "1270", false },
		{ "a broken proof",       "12020a05" SIGNED, false },
		{ "broken signed data",   "82f104 02 0a05", false },
	};
	/* clang-format on */
	static const char *const files[] = { "a", "b", NULL };
	uint8_t p[ROOM];

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes file = crx3(p, test_hex(rows[i].header), files);
		struct rig *o = rig_open(&format_crx, test_copy(file), 1 << 23);

		ROW("%s", rows[i].name);
		EQ_U(o->err, rows[i].want ? OK : ERR_FORMAT);
		EQ_I(crx_of(o)->is_crx, rows[i].want);
		EQ_B(crx_of(o)->id, bytes_of(rows[i].want ? "abpo" : NULL));
		EQ_U(load_all(o->facts), OK);
		rig_close(o);
	}
}

TEST(messages_give_names)
{
	/* clang-format off */
	static const struct {
		const char *name, *messages, *want, *raw;
	} rows[] = {
		{ "in the table", "{\"n\":{\"message\":\"told\"}}", "told", "__MSG_n__" },
		{ "not in it",    "{\"m\":{\"message\":\"told\"}}", "__MSG_n__", "__MSG_n__" },
		{ "the last one", "{\"n\":{\"message\":\"1\"},\"n\":{\"message\":\"2\"}}", "2", "__MSG_n__" },
		{ "no message",   "{\"n\":{\"x\":\"told\"}}", "__MSG_n__", NULL },
		{ "two in one",   "{\"n\":{\"message\":\"1\",\"message\":\"2\"}}", "__MSG_n__", NULL },
		{ "no table",     "[]", "__MSG_n__", NULL },
	};
	/* clang-format on */
	uint8_t p[ROOM];

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *const files[] = { "manifest.json",
			"{\"name\":\"__MSG_n__\",\"permissions\":[\"a\",\"b\"]}",
			"_locales/en/messages.json", rows[i].messages, NULL };
		struct rig *o =
		    rig_open(&format_crx, crx3(p, test_hex(SIGNED), files), 1 << 23);

		ROW("%s", rows[i].name);
		CHECK(crx_of(o)->name.p == NULL);
		EQ_U(crx_load_manifest(o->facts), OK);
		EQ_B(crx_of(o)->name, bytes_of(rows[i].want));
		EQ_B(crx_of(o)->raw_name, bytes_of(rows[i].raw));
		EQ_U(crx_of(o)->permissions.n, 2);
		rig_close(o);
	}
}

TEST(permissions_have_a_hash)
{
	static const char *const files[] = { "manifest.json",
		"{\"permissions\":[\"ab\",\"c\"]}", NULL };
	uint8_t p[ROOM];
	struct rig *o = rig_open(&format_crx, crx3(p, test_hex(SIGNED), files), 1 << 23);
	struct fact_call c = { .self = o->facts, .arena = &o->arena };

	EQ_U(crx_load_manifest(o->facts), OK);
	crx_permhash(&c);
	EQ_B(c.ret.s, BYTES_LIT("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61"
				"f20015ad"));
	rig_close(o);
	o = rig_open(&format_crx, BYTES_LIT("none"), 1 << 20);
	c = (struct fact_call){ .self = o->facts, .arena = &o->arena };
	crx_permhash(&c);
	CHECK(c.ret.s.p == NULL);
	rig_close(o);
}

/* As many proofs as fit: each is looked at once a pass, few keys are tried. */
TEST(keys_have_a_budget)
{
	static const char *const files[] = { "a", "b", NULL };
	size_t n = 50000, proof = 8;
	uint8_t *header = malloc(n * proof + 16), *p = malloc(n * proof + ROOM);
	struct bytes tail = test_hex(SIGNED);
	struct rig *o;

	if (header == NULL || p == NULL)
		abort();
	for (size_t k = 0; k < n; k++)
		memcpy(header + k * proof, "\x12\x06\x0a\x01k\x12\x01s", proof);
	memcpy(header + n * proof, tail.p, tail.n);
	o = rig_open(&format_crx,
	    crx3(p, (struct bytes){ header, n * proof + tail.n }, files), 1 << 23);
	EQ_U(o->err, OK);
	EQ_U(crx_load_signatures(o->facts), ERR_LIMIT);
	EQ_U(crx_load_signatures(o->facts), ERR_LIMIT); /* and it stays told */
	EQ_U(crx_of(o)->signatures.n, CRX_KEYS_MOST);
	CHECK(o->parse.notes & CRX_NOTE_LIMIT);
	rig_close(o);
	free(header);
	free(p);
}

TEST(damaged_and_starved)
{
	static const char *const files[] = { "manifest.json",
		"{\"name\":\"\\u0041\",\"permissions\":[\"a\"]}", NULL };
	uint8_t p[ROOM];
	struct bytes whole = crx3(p, test_hex("12060a016b120173" SIGNED), files);

	rig_damage(&format_crx, load_all, whole, whole.n);
	rig_starve(&format_crx, load_all, whole, 2048);
}
