/*
 * The parser of dex on a file made by hand: one class with a field and two methods.
 */
#include "format/dex.h"

#include "format/rig.h"

extern const struct format format_dex;

enum {
	SIZE = 512,
	STRINGS = 112, /* 4 */
	TYPES = 128,   /* 2 */
	PROTOS = 136,  /* 1 */
	FIELDS = 148,  /* 1 */
	METHODS = 156, /* 2 */
	CLASSES = 172, /* 1 */
	MAP = 204,     /* 1 */
	TEXTS = 224,
	DATA = 272, /* of the class */
	CODE = 300,
};

static void
put_text(uint8_t *out, unsigned i, const char *s)
{
	uint32_t at = TEXTS + 12 * i;

	put_le32(out + STRINGS + 4 * i, at);
	out[at] = (uint8_t)strlen(s);
	memcpy(out + at + 1, s, strlen(s) + 1);
}

static struct bytes
sample(uint8_t out[SIZE])
{
	static const uint32_t tables[] = { 4, STRINGS, 2, TYPES, 1, PROTOS, 1, FIELDS, 2,
		METHODS, 1, CLASSES };
	static const uint8_t data[] = { 1, 0, 1,
		1,             /* lists: static, instance, direct, virtual */
		0, 9,          /* field 0 */
		0, 1, 0xac, 2, /* method 0, public, code at 300 */
		1, 1, 0 };     /* method 1, without code */

	memset(out, 0, SIZE);
	memcpy(out, "dex\n035", 8);
	put_le32(out + 0x34, MAP);
	for (size_t i = 0; i < COUNT(tables); i++)
		put_le32(out + 0x38 + 4 * i, tables[i]);
	put_text(out, 0, "LMain;");
	put_text(out, 1, "I");
	put_text(out, 2, "run");
	put_text(out, 3, "stop");
	put_le32(out + TYPES + 4, 1);
	put_le32(out + PROTOS, 1);
	put_le16(out + FIELDS + 2, 1);
	put_le32(out + FIELDS + 4, 2);
	put_le32(out + METHODS + 4, 2);
	put_le32(out + METHODS + 12, 3);
	put_le32(out + CLASSES + 24, DATA);
	put_le32(out + MAP, 1);
	put_le16(out + MAP + 4, 7);
	memcpy(out + DATA, data, sizeof(data));
	put_le16(out + CODE, 5);
	put_le32(out + CODE + 12, 2);
	memcpy(out + CODE + 16, "\x0e\0\x0f", 4);
	return (struct bytes){ out, SIZE };
}

static struct dex *
dex_of(const struct rig *o)
{
	return o->facts;
}

TEST(what_is_a_dex)
{
	/* clang-format off */
	static const struct {
		const char *name;
		size_t size, at;
		uint8_t value;
		bool want;
	} rows[] = {
		{ "as made",         SIZE, 0, 'd', true },
		{ "another magic",   SIZE, 3, '\r', false },
		{ "version 039",     SIZE, 6, '9', true },
		{ "version 034",     SIZE, 6, '4', false },
		{ "version 135",     SIZE, 4, '1', false },
		{ "only the header", 112, 0, 'd', false },
		{ "and a byte",      113, 0, 'd', true },
		{ "cut",             7, 0, 'd', false },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t bytes[SIZE];
		struct rig *o;

		ROW("%s", rows[i].name);
		sample(bytes);
		bytes[rows[i].at] = rows[i].value;
		o = rig_open(&format_dex,
		    test_copy((struct bytes){ bytes, rows[i].size }), 1 << 20);
		EQ_U(o->err, rows[i].want ? OK : ERR_FORMAT);
		EQ_U(dex_load_members(o->facts), OK);
		rig_close(o);
	}
}

TEST(members_and_their_names)
{
	uint8_t bytes[SIZE];
	struct rig *o = rig_open(&format_dex, sample(bytes), 1 << 20);
	const struct dex_field *f;
	const struct dex_method *m;

	EQ_U(dex_of(o)->steps, 0);
	EQ_U(dex_load_members(o->facts), OK);
	EQ_I(dex_of(o)->number_of_fields, 1);
	f = dex_of(o)->field.p;
	EQ_B(f->class_name, BYTES_LIT("LMain;"));
	EQ_B(f->name, BYTES_LIT("run"));
	EQ_B(f->proto, BYTES_LIT("I"));
	EQ_I(f->is_static, 1);
	EQ_I(f->access_flags, 9);
	EQ_I(dex_of(o)->number_of_methods, 2);
	m = dex_of(o)->method.p;
	EQ_B(m[0].name, BYTES_LIT("run"));
	EQ_B(m[0].proto, BYTES_LIT("I"));
	EQ_I(m[0].direct, 1);
	EQ_I(m[0].code_item.registers_size, 5);
	EQ_B(m[0].code_item.insns, BYTES_LIT("\x0e\0\x0f\0"));
	EQ_B(m[1].name, BYTES_LIT("stop"));
	EQ_I(m[1].is_virtual, 1);
	EQ_I(m[1].code_item.insns_size, FACT_UNDEF);
	EQ_I(dex_of(o)->map_list.size, 1);
	rig_close(o);
}

/* Moves one table outside: those before it are there, those behind it are not. */
TEST(a_table_outside_ends_the_reading)
{
	/* clang-format off */
	static const struct {
		const char *name;
		size_t field; /* of the header */
		uint32_t strings, types, classes;
	} rows[] = {
		{ "strings", 0x3c, 0, 0, 0 },
		{ "types",   0x44, 4, 0, 0 },
		{ "methods", 0x5c, 4, 2, 0 },
		{ "classes", 0x64, 4, 2, 0 },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t bytes[SIZE];
		struct rig *o;

		ROW("%s", rows[i].name);
		sample(bytes);
		put_le32(bytes + rows[i].field, SIZE - 3);
		o = rig_open(
		    &format_dex, test_copy((struct bytes){ bytes, SIZE }), 1 << 20);
		EQ_U(dex_load_members(o->facts), OK);
		EQ_U(dex_of(o)->string_ids.n, rows[i].strings);
		EQ_U(dex_of(o)->type_ids.n, rows[i].types);
		EQ_U(dex_of(o)->class_defs.n, rows[i].classes);
		EQ_I(dex_of(o)->number_of_methods, FACT_UNDEF);
		rig_close(o);
	}
}

static bool
charge(void *host, uint64_t n)
{
	return n <= *(uint64_t *)host;
}

/* As a stand-in for a regex, an argument is text that a name must hold. */
static bool
holds(void *host, const void *re, struct bytes s)
{
	(void)host;
	return bytes_find(s, 0, bytes_of(re)) != UINT64_MAX;
}

TEST(functions)
{
	/* clang-format off */
	static const struct {
		const char *name;
		fact_fn *fn;
		const char *a, *b;
		bool regex;
		int64_t want;
	} rows[] = {
		{ "a method",             dex_has_method, "run", "", false, 1 },
		{ "no such method",       dex_has_method, "ru", "", false, 0 },
		{ "of a class",           dex_has_method_of, "LMain;", "stop", false, 1 },
		{ "of another class",     dex_has_method_of, "LOther;", "stop", false, 0 },
		{ "by regex",             dex_has_method_regex, "to", "", true, 1 },
		{ "of a class, by regex", dex_has_method_of_regex, "Mai", "ru", true, 1 },
		{ "a class",              dex_has_class, "LMain;", "", false, 1 },
		{ "a class by regex",     dex_has_class_regex, "Other", "", true, 0 },
	};
	/* clang-format on */
	uint8_t bytes[SIZE];
	struct rig *o = rig_open(&format_dex, sample(bytes), 1 << 20);
	uint64_t work = 100;

	EQ_U(dex_load_members(o->facts), OK);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fact_call c = { .self = o->facts,
			.ret.i = FACT_UNDEF,
			.host = &work,
			.charge = charge,
			.re_match = holds };

		ROW("%s", rows[i].name);
		if (rows[i].regex) {
			c.arg[0].re = rows[i].a;
			c.arg[1].re = rows[i].b;
		} else {
			c.arg[0].s = bytes_of(rows[i].a);
			c.arg[1].s = bytes_of(rows[i].b);
		}
		rows[i].fn(&c);
		EQ_I(c.ret.i, rows[i].want);
	}
	rig_close(o);
}

/* Many classes with the same data, which has as many methods as fit. */
TEST(work_is_linear_in_the_size)
{
	size_t size = 1u << 20, classes = 8192, data = CLASSES + classes * 32;
	uint8_t *p = calloc(1, size);
	struct rig *o;

	if (p == NULL)
		abort();
	sample(p);
	put_le32(p + 0x60, (uint32_t)classes);
	put_le32(p + 0x34, 0); /* no map: the classes lie over it */
	for (size_t i = 0; i < classes; i++)
		put_le32(p + CLASSES + i * 32 + 24, (uint32_t)data);
	memcpy(p + data, "\0\0\xff\xff\xff\x7f\0", 7);
	o = rig_open(&format_dex, (struct bytes){ p, size }, 1u << 30);
	EQ_U(dex_load_members(o->facts), ERR_LIMIT);
	EQ_U(dex_load_members(o->facts), ERR_LIMIT); /* and it stays told */
	CHECK(dex_of(o)->steps <= dex_of(o)->budget + 16384);
	CHECK(o->parse.notes & DEX_NOTE_LIMIT);
	rig_close(o);
	free(p);
}

static enum err
load_both(void *facts)
{
	enum err e = dex_load_members(facts);

	return dex_load_yarax(facts) != OK ? ERR_LIMIT : e;
}

TEST(names_in_place_of_indexes)
{
	uint8_t bytes[SIZE];
	struct rig *o = rig_open(&format_dex, sample(bytes), 1 << 20);
	const struct dex *d = dex_of(o);
	const struct dex_x_method *m;
	const struct dex_x_field *f;
	const struct dex_class *c;

	EQ_I(d->is_dex, 1);
	EQ_I(d->header.version, 35);
	EQ_I(d->header.magic_number, 0x6465780a);
	EQ_I(d->header.container_size, FACT_UNDEF);
	EQ_U(load_both(o->facts), OK);
	EQ_U(d->x.strings.n, 4);
	EQ_B(((const struct bytes *)d->x.types.p)[1], BYTES_LIT("I"));
	m = d->x.methods.p;
	EQ_B(m[1].of, BYTES_LIT("LMain;"));
	EQ_B(m[1].name, BYTES_LIT("stop"));
	EQ_B(m[1].proto.shorty, BYTES_LIT("I"));
	EQ_I(m[1].proto.parameters_count, 0);
	f = d->x.fields.p;
	EQ_B(f->type, BYTES_LIT("I"));
	c = d->class_defs.p;
	EQ_B(c->name, BYTES_LIT("LMain;"));
	CHECK(c->superclass.p != NULL); /* of index 0: itself */
	rig_close(o);
}

TEST(strings_become_utf8)
{
	/* clang-format off */
	static const struct {
		const char *name, *hex, *want; /* want NULL: undefined */
	} rows[] = {
		{ "ASCII",            "61", "61" },
		{ "two and three",    "c3a4e282ac", "c3a4e282ac" },
		{ "a NUL in two",     "61c08062", "610062" },
		{ "a pair",           "eda0bdedb880", "f09f9880" },
		{ "half a pair",      "eda0bd", NULL },
		{ "the other half",   "edb880", NULL },
		{ "no MUTF-8",        "ff", NULL },
		{ "cut",              "61e2", NULL },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes s = test_hex(rows[i].hex);
		struct bytes want =
		    rows[i].want ? test_hex(rows[i].want) : (struct bytes){ 0 };
		uint8_t bytes[SIZE];
		struct rig *o;

		ROW("%s", rows[i].name);
		sample(bytes);
		memset(bytes + TEXTS + 1, 0, 11);
		memcpy(bytes + TEXTS + 1, s.p, s.n);
		o = rig_open(&format_dex, (struct bytes){ bytes, SIZE }, 1 << 20);
		EQ_U(load_both(o->facts), OK);
		EQ_B(*(const struct bytes *)dex_of(o)->x.strings.p, want);
		rig_close(o);
	}
}

TEST(functions_of_yarax)
{
	static const struct {
		fact_fn *fn;
		const char *text;
		int64_t want;
	} rows[] = { { dex_contains_string, "stop", 1 },
		{ dex_contains_string, "sto", 0 }, { dex_contains_method, "run", 1 },
		{ dex_contains_method, "I", 0 }, { dex_contains_class, "LMain;", 1 },
		{ dex_contains_class, "I", 0 } };
	uint8_t bytes[SIZE];
	struct rig *o = rig_open(&format_dex, sample(bytes), 1 << 20);
	struct rig *other = rig_open(&format_dex, BYTES_LIT("not one"), 1 << 20);

	EQ_U(load_both(o->facts), OK);
	EQ_U(load_both(other->facts), OK);
	EQ_I(dex_of(other)->is_dex, 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t budget = UINT64_MAX;
		struct fact_call c = {
			.self = o->facts, .charge = charge, .host = &budget
		};

		ROW("%zu", i);
		c.arg[0].s = bytes_of(rows[i].text);
		rows[i].fn(&c);
		EQ_I(c.ret.i, rows[i].want);
		c.self = other->facts;
		rows[i].fn(&c);
		EQ_I(c.ret.i, 0);
	}
	rig_close(o);
	rig_close(other);
}

/* As many indexes as fit, all of one string as long as what is left of the file. */
TEST(names_are_counted)
{
	size_t size = 1u << 20, n = 60000;
	uint8_t *p = calloc(1, size);
	struct rig *o;

	if (p == NULL)
		abort();
	memcpy(p, "dex\n035", 8);
	put_le32(p + 0x38, (uint32_t)n);
	put_le32(p + 0x3c, 112);
	for (size_t k = 0; k < n; k++)
		put_le32(p + 112 + 4 * k, (uint32_t)(112 + 4 * n));
	memset(p + 112 + 4 * n, 'a', size - 113 - 4 * n);
	o = rig_open(&format_dex, (struct bytes){ p, size }, 1u << 28);
	EQ_U(dex_load_yarax(o->facts), ERR_LIMIT);
	EQ_U(dex_load_yarax(o->facts), ERR_LIMIT);
	CHECK(dex_of(o)->steps <= dex_of(o)->budget + 0x40000);
	rig_close(o);
	free(p);
}

TEST(damaged_and_starved)
{
	uint8_t bytes[SIZE];
	struct bytes whole = sample(bytes);

	rig_damage(&format_dex, load_both, whole, whole.n);
	rig_starve(&format_dex, load_both, whole, 8192);
}
