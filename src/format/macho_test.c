/*
 * The parser of macho, unit by unit; whole files are compared in tests/golden/macho,
 * which Debian's yara reads the same way.
 */
#include "format/macho.h"

#include "format/rig.h"

extern const struct format format_macho;

enum { SIZE = 256 };

/* A 64-bit program: a segment with one section, and LC_MAIN. */
static struct bytes
sample(uint8_t out[SIZE])
{
	uint8_t *segment = out + 32, *section = segment + 72, *main_ = section + 80;

	memset(out, 0, SIZE);
	put_le32(out, 0xfeedfacf);
	put_le32(out + 4, 0x1000007);
	put_le32(out + 16, 2);
	put_le32(segment, 0x19);
	put_le32(segment + 4, 72 + 80);
	memcpy(segment + 8, "__TEXT", 6);
	put_le64(segment + 24, 0x1000);
	put_le32(segment + 64, 1);
	memcpy(section, "__text", 6);
	put_le64(section + 32, 0x1010);
	put_le32(main_, 0x80000028);
	put_le32(main_ + 4, 24);
	put_le64(main_ + 8, 0x77);
	return (struct bytes){ out, SIZE };
}

/* A fat file whose rows all name the same image: everything behind the first 32 bytes. */
static struct bytes
fat_sample(uint8_t *out, size_t size, uint32_t rows)
{
	memset(out, 0, size);
	memcpy(out, "\xca\xfe\xba\xbe", 4);
	for (unsigned i = 0; i < 4; i++)
		out[4 + i] = (uint8_t)(rows >> (24 - 8 * i));
	for (uint32_t k = 0; k < rows; k++) {
		uint8_t *row = out + 8 + k * 20;

		row[3] = 12; /* ARM, says the table */
		for (unsigned i = 0; i < 4; i++) {
			row[8 + i] = (uint8_t)((size - SIZE) >> (24 - 8 * i));
			row[12 + i] = (uint8_t)(SIZE >> (24 - 8 * i));
		}
	}
	sample(out + size - SIZE);
	return (struct bytes){ out, size };
}

static struct macho *
macho_of(const struct rig *o)
{
	return o->facts;
}

static enum err
load_all(void *facts)
{
	enum err e = macho_load_commands(facts);

	return macho_load_fat(facts) != OK || macho_load_link(facts) != OK ? ERR_LIMIT
									   : e;
}

TEST(what_is_a_macho)
{
	/* clang-format off */
	static const struct {
		const char *name, *hex;
		bool want;
	} rows[] = {
		{ "32 bits",              "cefaedfe 07000000 03000000 02000000 00000000 00000000 00000000 00000000", true },
		{ "high byte first",      "feedface 00000007 00000003 00000002 00000000 00000000 00000000 00000000", true },
		{ "a byte short",         "cefaedfe 07000000 03000000 02000000 00000000 00000000 00000000 000000", false },
		{ "another magic",        "cdfaedfe 07000000 03000000 02000000 00000000 00000000 00000000 00000000", false },
		{ "fat, of nothing",      "cafebabe 00000000", true },
		{ "fat, of 64 bits",      "cafebabf 00000000", true },
		{ "fat, low byte first",  "bebafeca 00000000", false },
		{ "fat, cut",             "cafebabe 000000", false },
		{ "empty",                "", false },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rig *o;

		ROW("%s", rows[i].name);
		o = rig_open(&format_macho, test_hex(rows[i].hex), 1 << 20);
		EQ_U(o->err, rows[i].want ? OK : ERR_FORMAT);
		EQ_U(load_all(o->facts), OK);
		rig_close(o);
	}
}

TEST(commands_wait_until_they_are_read)
{
	uint8_t bytes[SIZE];
	struct rig *o = rig_open(&format_macho, sample(bytes), 1 << 20);
	const struct macho_image *i = &macho_of(o)->image;
	const struct macho_segment *g;
	const struct macho_section *s;

	EQ_I(i->cputype, 0x1000007);
	EQ_U(macho_of(o)->steps, 0);
	EQ_I(i->entry_point, FACT_UNDEF);
	EQ_U(load_all(o->facts), OK);
	EQ_I(i->entry_point, 0x77);
	EQ_U(i->segments.n, 1);
	g = i->segments.p;
	EQ_B(g->segname, BYTES_LIT("__TEXT"));
	EQ_U(g->sections.n, 1);
	s = g->sections.p;
	EQ_B(s->sectname, BYTES_LIT("__text"));
	EQ_I(s->addr, 0x1010);
	rig_close(o);
}

static int64_t
call(struct rig *o, fact_fn *fn, int64_t a, int64_t b)
{
	struct fact_call c = { .self = o->facts, .ret.i = FACT_UNDEF };

	c.arg[0].i = a;
	c.arg[1].i = b;
	fn(&c);
	return c.ret.i;
}

TEST(functions_ask_the_image_or_the_table)
{
	uint8_t bytes[SIZE + 64];
	struct rig *o =
	    rig_open(&format_macho, fat_sample(bytes, sizeof(bytes), 2), 1 << 20);

	EQ_U(load_all(o->facts), OK);
	EQ_I(call(o, macho_file_index, 0x1000007, 0), 0);
	EQ_I(call(o, macho_file_index, 12, 0), FACT_UNDEF);
	EQ_I(call(o, macho_file_index_sub, 0x1000007, 0), 0);
	EQ_I(call(o, macho_file_index_sub, 0x1000007, 3), FACT_UNDEF);
	EQ_I(call(o, macho_entry_point, 12, 0), 64 + 0x77);
	EQ_I(call(o, macho_entry_point, 0x1000007, 0), FACT_UNDEF);
	EQ_I(call(o, macho_entry_point_sub, 12, 0), 64 + 0x77);
	EQ_I(call(o, macho_entry_point_sub, 12, 1), FACT_UNDEF);
	rig_close(o);

	o = rig_open(&format_macho, BYTES_LIT("not one"), 1 << 20);
	EQ_I(call(o, macho_file_index, 12, 0), FACT_UNDEF);
	EQ_I(call(o, macho_entry_point, 12, 0), FACT_UNDEF);
	rig_close(o);
}

/* Rows that name one image with as many commands as fit: rows times commands of work. */
TEST(work_is_linear_in_the_size)
{
	size_t size = 1u << 20;
	uint8_t *p = calloc(1, size);
	struct rig *o;

	if (p == NULL)
		abort();
	memcpy(p, "\xca\xfe\xba\xbe\0\0\x40\0", 8); /* 16,384 images */
	for (size_t k = 0; k < 0x4000; k++)
		memcpy(p + 8 + k * 20 + 8, "\0\x08\0\0\0\x08\0\0",
		    8); /* of half a megabyte */
	put_le32(p + size / 2, 0xfeedfacf);
	put_le32(p + size / 2 + 16, 0xffffffff);
	for (size_t at = size / 2 + 32; at + 8 <= size; at += 8)
		put_le32(p + at + 4, 8);
	o = rig_open(&format_macho, (struct bytes){ p, size }, 1u << 28);
	EQ_U(macho_load_fat(o->facts), ERR_LIMIT);
	EQ_U(macho_load_fat(o->facts), ERR_LIMIT); /* and it stays told */
	CHECK(macho_of(o)->steps <= macho_of(o)->budget + 0x10000);
	CHECK(o->parse.notes & MACHO_NOTE_LIMIT);
	rig_close(o);
	free(p);
}

TEST(damaged_and_starved)
{
	uint8_t bytes[SIZE + 64];
	struct bytes whole = fat_sample(bytes, sizeof(bytes), 2);

	rig_damage(&format_macho, load_all, whole, whole.n);
	rig_starve(&format_macho, load_all, whole, 4096);
}

/* --- what YARA-X shows --- */

/* A program with one command, of that body, and what it points to behind it. */
static struct bytes
program(uint8_t *out, size_t size, uint32_t cmd, struct bytes body, struct bytes link)
{
	memset(out, 0, size);
	put_le32(out, 0xfeedfacf);
	put_le32(out + 16, 1);
	put_le32(out + 32, cmd);
	put_le32(out + 36, (uint32_t)body.n + 8);
	memcpy(out + 40, body.p, body.n);
	memcpy(out + 40 + body.n, link.p, link.n);
	return (struct bytes){ out, 40 + body.n + link.n };
}

static const struct macho_more *
more_of(const struct rig *o)
{
	return &macho_of(o)->image.more;
}

TEST(commands_of_yarax)
{
	/* clang-format off */
	static const struct {
		const char *name, *hex, *want;
		uint32_t cmd;
		size_t at; /* in struct macho_more */
	} rows[] = {
		{ "uuid",           "000102030405060708090a0b0c0d0e0f", "00010203-0405-0607-0809-0A0B0C0D0E0F", 0x1b, offsetof(struct macho_more, uuid) },
		{ "uuid, cut",      "000102030405060708090a0b0c0d0e", NULL, 0x1b, offsetof(struct macho_more, uuid) },
		{ "linker",         "0c000000 2f6479 000000", "/dy", 0xe, offsetof(struct macho_more, dynamic_linker) },
		{ "source version", "0504c00002000100", "256.8.12.1.5", 0x2a, offsetof(struct macho_more, source_version) },
		{ "minimum",        "01020a00 03000b00", "10.2.1", 0x24, offsetof(struct macho_more, min_version.version) },
		{ "build",          "01000000 00000b00 02010c00 00000000", "12.1.2", 0x32, offsetof(struct macho_more, build_version.sdk) },
		{ "build, cut",     "01000000 00000b00 02010c00 01000000", NULL, 0x32, offsetof(struct macho_more, build_version.sdk) },
	};
	/* clang-format on */
	uint8_t p[256];

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes file = program(
		    p, sizeof(p), rows[i].cmd, test_hex(rows[i].hex), BYTES_LIT(""));
		struct rig *o = rig_open(&format_macho, test_copy(file), 1 << 20);
		struct bytes have;

		ROW("%s", rows[i].name);
		EQ_U(macho_load_more(o->facts), OK);
		memcpy(&have, (const uint8_t *)more_of(o) + rows[i].at, sizeof(have));
		EQ_B(have, bytes_of(rows[i].want));
		rig_close(o);
	}
}

TEST(libraries_and_options)
{
	uint8_t p[256];
	struct rig *o = rig_open(&format_macho,
	    program(p, sizeof(p), 0xc,
		test_hex("18000000 02000000 03020100 00000100 6c69620000000000"),
		BYTES_LIT("")),
	    1 << 20);
	const struct macho_dylib *d;

	EQ_U(macho_load_more(o->facts), OK);
	EQ_U(more_of(o)->dylibs.n, 1);
	d = more_of(o)->dylibs.p;
	EQ_B(d->name, BYTES_LIT("lib"));
	EQ_B(d->current_version, BYTES_LIT("1.2.3"));
	EQ_B(d->compatibility_version, BYTES_LIT("1.0.0"));
	rig_close(o);

	o = rig_open(&format_macho,
	    program(p, sizeof(p), 0x2d, test_hex("02000000 2d6c00 7800"), BYTES_LIT("")),
	    1 << 20);
	EQ_U(macho_load_more(o->facts), OK);
	EQ_U(more_of(o)->linker_options.n, 2);
	rig_close(o);
}

/* The body of LC_DYLD_INFO that has an export trie of n bytes at off. */
static void
trie_at(uint8_t body[40], uint32_t off, uint32_t n)
{
	memset(body, 0, 40);
	put_le32(body + 32, off);
	put_le32(body + 36, n);
}

TEST(exports_are_walked_once)
{
	/* clang-format off */
	static const struct {
		const char *name, *hex, *first;
		uint32_t n;
	} rows[] = {
		{ "two, the last edge first", "00 02 6100 08 6200 0c  020010 00  020020 00", "b", 2 },
		{ "a symbol on the way",      "00 01 6100 05  020010 01 6200 0c  020020 00", "a", 2 },
		{ "a loop",                   "00 01 6100 00", NULL, 0 },
		{ "an edge outside",          "00 01 6100 70", NULL, 0 },
		{ "cut",                      "00 05 6100", NULL, 0 },
		{ "no UTF-8",                 "00 01 ff00 05 020010 00", NULL, 0 },
		{ "nothing",                  "00 00", NULL, 0 },
	};
	/* clang-format on */
	uint8_t p[256], body[40];

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes trie = test_hex(rows[i].hex);
		struct rig *o;

		trie_at(body, 80, (uint32_t)trie.n);
		o = rig_open(&format_macho,
		    test_copy(
			program(p, sizeof(p), 0x22, (struct bytes){ body, 40 }, trie)),
		    1 << 20);
		ROW("%s", rows[i].name);
		EQ_U(macho_load_link(o->facts), OK);
		EQ_U(more_of(o)->exports.n, rows[i].n);
		if (rows[i].n > 0)
			EQ_B(*(const struct bytes *)more_of(o)->exports.p,
			    bytes_of(rows[i].first));
		rig_close(o);
	}
}

/* A chain of edges of one letter: names as long as the chain, all of them made. */
TEST(names_of_a_trie_are_counted)
{
	size_t n = 40000, node = 8, size = n * node;
	uint8_t *trie = calloc(1, size), *p = calloc(1, size + 256), body[40];
	struct rig *o;

	if (trie == NULL || p == NULL)
		abort();
	for (size_t k = 0; k + 1 < n; k++) {
		uint8_t *at = trie + k * node;
		size_t next = (k + 1) * node;

		memcpy(at, "\0\1a\0", 4);
		for (unsigned i = 0; i < 4; i++)
			at[4 + i] =
			    (uint8_t)((next >> 7 * i & 0x7f) | (i < 3 ? 0x80 : 0));
	}
	trie_at(body, 80, (uint32_t)size);
	o = rig_open(&format_macho,
	    program(p, size + 256, 0x22, (struct bytes){ body, 40 },
		(struct bytes){ trie, size }),
	    1u << 28);
	EQ_U(macho_load_link(o->facts), ERR_LIMIT);
	EQ_U(macho_load_link(o->facts), ERR_LIMIT);
	CHECK(macho_of(o)->steps <= macho_of(o)->budget + 0x10000);
	rig_close(o);
	free(trie);
	free(p);
}

TEST(symbols_say_what_is_missing)
{
	/* _a undefined, _b exported, one without a name, a stab */
	static const char symbols[] = "01000000 01 00 0000 0000000000000000"
				      "04000000 0f 01 0000 0000000000000000"
				      "00000000 01 00 0000 0000000000000000"
				      "01000000 24 01 0000 0000000000000000"
				      "00 5f6100 5f6200";
	uint8_t p[256];
	struct rig *o = rig_open(&format_macho,
	    program(p, sizeof(p), 2, test_hex("38000000 04000000 78000000 07000000"),
		test_hex(symbols)),
	    1 << 20);
	const struct macho_more *x = more_of(o);

	EQ_U(macho_load_link(o->facts), OK);
	EQ_U(x->symtab.nlists.n, 3);
	EQ_U(x->imports.n, 1);
	EQ_B(*(const struct bytes *)x->imports.p, BYTES_LIT("_a"));
	EQ_U(x->exports.n, 1);
	EQ_B(*(const struct bytes *)x->exports.p, BYTES_LIT("_b"));
	rig_close(o);
}

static bool
charge(void *host, uint64_t n)
{
	(void)host;
	(void)n;
	return true;
}

TEST(functions_of_yarax)
{
	uint8_t p[256];
	struct rig *o = rig_open(&format_macho,
	    program(p, sizeof(p), 0xc,
		test_hex("18000000 02000000 00000100 00000100 4c69420000000000"),
		BYTES_LIT("")),
	    1 << 20);
	struct fact_call c = { .self = o->facts, .arena = &o->arena, .charge = charge };

	EQ_U(macho_load_link(o->facts), OK);
	c.arg[0].s = BYTES_LIT("lIb");
	macho_has_dylib(&c);
	EQ_I(c.ret.i, 1);
	c.arg[0].s = BYTES_LIT("li");
	macho_has_dylib(&c);
	EQ_I(c.ret.i, 0);
	macho_dylib_hash(&c);
	EQ_B(c.ret.s, BYTES_LIT("e8acc63b1e238f3255c900eed37254b8")); /* md5("lib") */
	c.ret.s = (struct bytes){ 0 };
	macho_import_hash(&c);
	CHECK(c.ret.s.p == NULL);
	rig_close(o);

	o = rig_open(&format_macho, BYTES_LIT("not one"), 1 << 20);
	c = (struct fact_call){ .self = o->facts, .arena = &o->arena, .charge = charge };
	EQ_U(macho_load_link(o->facts), OK);
	macho_has_import(&c);
	EQ_I(c.ret.i, 0);
	rig_close(o);
}

/* A superblob of n blobs, which are all the same property list. */
static struct bytes
signed_list(uint8_t *out, uint32_t n, const char *before, char fill, size_t size)
{
	uint8_t *list = out + 12 + 8 * (size_t)n;

	memset(out, 0, 12 + 8 * (size_t)n);
	out[11] = (uint8_t)n;
	for (uint32_t k = 0; k < n; k++) {
		out[12 + 8 * k + 6] = (uint8_t)((12 + 8 * n) >> 8);
		out[12 + 8 * k + 7] = (uint8_t)(12 + 8 * n);
	}
	memcpy(list, "\xfa\xde\x71\x71", 4);
	for (unsigned i = 0; i < 4; i++)
		list[4 + i] = (uint8_t)((size + 8) >> (24 - 8 * i));
	memset(list + 8, fill, size);
	memcpy(list + 8, before, strlen(before));
	memcpy(list + 8 + size - 6, "</key>", 6);
	return (struct bytes){ out, 12 + 8 * (size_t)n + 8 + size };
}

/* Entities that are none, and the same megabyte as many times as there are blobs. */
TEST(entitlements_are_linear)
{
	static const struct {
		uint32_t blobs;
		enum err want;
	} rows[] = { { 1, OK }, { 60, ERR_LIMIT } };
	size_t size = 1 << 20;
	uint8_t *blob = malloc(size + 1024), *p = malloc(size + 2048);

	if (blob == NULL || p == NULL)
		abort();
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes link = signed_list(blob, rows[i].blobs, "<key>", '&', size);
		uint8_t body[8];
		struct rig *o;

		put_le32(body, 48);
		put_le32(body + 4, (uint32_t)link.n);
		o = rig_open(&format_macho,
		    program(p, size + 2048, 0x1d, (struct bytes){ body, 8 }, link),
		    1u << 28);
		ROW("%u blobs", rows[i].blobs);
		EQ_U(macho_load_link(o->facts), rows[i].want);
		if (rows[i].want == OK)
			EQ_U(more_of(o)->entitlements.n, 1);
		rig_close(o);
	}
	free(blob);
	free(p);
}

/* Symbols that all have one name, as long as the file. */
TEST(names_of_symbols_are_counted)
{
	size_t n = 30000, size = n * 16 + (1 << 20);
	uint8_t *link = calloc(1, size), *p = malloc(size + 256), body[16];
	struct rig *o;

	if (link == NULL || p == NULL)
		abort();
	for (size_t k = 0; k < n; k++)
		link[16 * k + 4] = 1;
	memset(link + n * 16, 'a', 1 << 20);
	put_le32(body, 56);
	put_le32(body + 4, (uint32_t)n);
	put_le32(body + 8, (uint32_t)(56 + n * 16));
	put_le32(body + 12, 1 << 20);
	o = rig_open(&format_macho,
	    program(p, size + 256, 2, (struct bytes){ body, 16 },
		(struct bytes){ link, size }),
	    1u << 28);
	EQ_U(macho_load_link(o->facts), ERR_LIMIT);
	CHECK(macho_of(o)->steps <= macho_of(o)->budget + 0x20000);
	rig_close(o);
	free(link);
	free(p);
}
