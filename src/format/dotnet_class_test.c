/*
 * Signatures as text, names of nested types, and what hostile tables cost. Whole
 * assemblies are compared in tests/golden/dotnet.
 */
#include "format/dotnet_class.h"

#include "base/buf.h"
#include "format/rig.h"

/* The streams of an assembly that is nothing but them; indexes are of two bytes. */
struct world {
	struct arena arena;
	struct parse parse;
	struct dotnet d;
	struct dotnet_classes k;
	struct buf rows[DOTNET_KNOWN], strings, blobs, tilde;
	uint32_t n[DOTNET_KNOWN];
};

static struct world *
world_new(size_t memory)
{
	struct world *w = calloc(1, sizeof(*w));

	if (w == NULL)
		abort();
	arena_init(&w->arena, memory);
	w->parse = (struct parse){ .arena = &w->arena };
	w->k.d = &w->d;
	buf_u8(&w->strings, 0);
	buf_u8(&w->blobs, 0);
	return w;
}

static void
world_free(struct world *w)
{
	for (unsigned i = 0; i < DOTNET_KNOWN; i++)
		buf_done(&w->rows[i]);
	buf_done(&w->strings);
	buf_done(&w->blobs);
	buf_done(&w->tilde);
	arena_done(&w->arena);
	free(w);
}

static uint16_t
text(struct world *w, const char *s)
{
	size_t at = w->strings.n;

	buf_put(&w->strings, s, strlen(s) + 1);
	return (uint16_t)at;
}

static uint16_t
blob(struct world *w, const char *hex)
{
	struct bytes b = test_hex(hex);
	size_t at = w->blobs.n;

	buf_u8(&w->blobs, (uint8_t)b.n);
	buf_put(&w->blobs, b.p, b.n);
	return (uint16_t)at;
}

/* n numbers of two bytes make a row. */
static void
row(struct world *w, enum dotnet_table_kind t, size_t n, const uint16_t v[])
{
	for (size_t i = 0; i < n; i++)
		buf_le16(&w->rows[t], v[i]);
	w->n[t]++;
}

#define ROW_OF(w, t, ...)                                                     \
	row((w), (t), sizeof((uint16_t[]){ __VA_ARGS__ }) / sizeof(uint16_t), \
	    (uint16_t[]){ __VA_ARGS__ })

static void
type(
    struct world *w, const char *name, uint16_t flags, uint16_t extends, uint16_t methods)
{
	ROW_OF(w, DOTNET_TYPE_DEF, flags, 0, text(w, name), 0, extends, 0, methods);
}

/* Puts the tables together, as #~ has them, and lets them be found. */
static struct dotnet *
world_done(struct world *w)
{
	uint64_t valid = 0;

	for (unsigned i = 0; i < DOTNET_KNOWN; i++)
		valid |= (uint64_t)(w->n[i] > 0) << i;
	buf_le64(&w->tilde, 0);
	buf_le64(&w->tilde, valid);
	buf_le64(&w->tilde, 0);
	for (unsigned i = 0; i < DOTNET_KNOWN; i++)
		if (w->n[i] > 0)
			buf_le32(&w->tilde, w->n[i]);
	for (unsigned i = 0; i < DOTNET_KNOWN; i++)
		buf_put(&w->tilde, w->rows[i].p, w->rows[i].n);
	w->d.parse = &w->parse;
	w->d.tilde = test_copy(buf_bytes(&w->tilde));
	w->d.strings = test_copy(buf_bytes(&w->strings));
	w->d.strings_size = w->strings.n;
	w->d.blobs = test_copy(buf_bytes(&w->blobs));
	w->d.budget = 1 << 20;
	dotnet_find_tables(&w->d);
	return &w->d;
}

TEST(numbers)
{
	static const struct {
		const char *hex;
		uint32_t want;
		size_t left;
	} rows[] = {
		{ "03", 3, 0 },
		{ "7f01", 127, 1 },
		{ "8080", 128, 0 },
		{ "ae57ff", 0x2e57, 1 },
		{ "c0004000", 0x4000, 0 },
		{ "dfffffff", 0x1fffffff, 0 },
		{ "", 0, 0 },
		{ "80", 0, 1 },
		{ "c00040", 0, 3 },
		{ "e0000000", 0, 4 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes sig = test_hex(rows[i].hex);

		ROW("%s", rows[i].hex);
		EQ_U(dotnet_number(&sig), rows[i].want);
		EQ_U(sig.n, rows[i].left);
	}
}

/* Rows: TypeRef 1 System.Type, 2 Generic`1; TypeDef 1 Own; TypeSpec 1 int[], 2 itself. */
static struct world *
types(void)
{
	struct world *w = world_new(1 << 20);

	ROW_OF(w, DOTNET_TYPE_REF, 0, text(w, "Type"), text(w, "System"));
	ROW_OF(w, DOTNET_TYPE_REF, 0, text(w, "Generic`1"), 0);
	type(w, "Own", 1, 0, 1);
	ROW_OF(w, DOTNET_TYPE_SPEC, blob(w, "1d08"));
	ROW_OF(w, DOTNET_TYPE_SPEC, blob(w, "1d 12 0a"));
	world_done(w);
	EQ_U(dotnet_names_init(&w->k), OK);
	return w;
}

TEST(signatures)
{
	static const struct dotnet_text t = { BYTES_LIT("T") }, m = { BYTES_LIT("M") };
	static const struct fact_array of_class = { &t, 1 }, of_method = { &m, 1 };
	/* clang-format off */
	static const struct {
		const char *hex, *want; /* NULL: none */
	} rows[] = {
		{ "01", "void" }, { "0e", "string" }, { "1c", "object" },
		{ "0f 0f 02", "Ptr<Ptr<bool>>" }, { "10 03", "ref char" },
		{ "1d 1d 08", "int[][]" },
		{ "12 05", "System.Type" }, { "11 04", "Own" }, { "12 06", "int[]" },
		{ "13 00", "T" }, { "1e 00", "M" }, { "13 01", NULL }, { "1e 01", NULL },
		{ "15 12 09 01 08", "Generic<int>" },
		{ "15 12 09 02 13 00 1d 0e", "Generic<T,string[]>" },
		{ "15 12 09 02 ff 08", "Generic<,int>" }, /* the first makes no sense */
		{ "15 12 09", "Generic<>" },
		{ "14 08 01 00 00", "int[]" }, { "14 08 03 00 00", "int[,,]" },
		{ "14 08 02 02 04 05 00", "int[4,5]" },
		{ "14 08 02 01 04 01 02", "int[1...5,]" },
		{ "14 08 01 00 01 7b", "int[-3...]" },
		{ "14 08 01 01 03 01 c0000009", "int[-536870908...-536870905]" },
		{ "14 08 00", NULL }, { "14 08 33", NULL }, { "14 08 01 02", NULL },
		{ "14 08 01 00 02", NULL }, { "14 ff 01 00 00", NULL },
		{ "1b 00 02 01 08 0e", "FnPtr<void(int, string)>" },
		{ "1b 00 00 01", "FnPtr<void()>" }, { "1b", NULL }, { "1b 00 97d1 01", NULL },
		{ "1f 05 08", "int" }, { "20 05 1d 08", "int[]" },
		{ "12 00", NULL }, { "12 0d", NULL }, { "12 08", NULL }, { "12 07", NULL },
		{ "12 0e", NULL }, { "12 0a", NULL }, /* no such row; itself, for ever */
		{ "", NULL }, { "0f", NULL }, { "41", NULL }, { "21", NULL },
		{ "15 12 09 87e9", NULL },
	};
	/* clang-format on */
	struct world *w = types();

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes sig = test_hex(rows[i].hex), have;

		ROW("%s", rows[i].hex);
		have = dotnet_type(
		    &w->k, &sig, (struct dotnet_generics){ &of_class, &of_method });
		if (CHECK((have.p != NULL) == (rows[i].want != NULL)) && have.p != NULL)
			EQ_B(have, bytes_of(rows[i].want));
	}
	world_free(w);
}

TEST(joined_names)
{
	/* clang-format off */
	static const struct { const char *space, *name, *want; } rows[] = {
		{ "A", "B", "A.B" }, { "A.B", "C`1", "A.B.C" }, { "", "B`2", "B" },
		{ "A`1", "B", "A" }, { "A`1", "", "A`1" }, { "", "", "" },
		{ NULL, "B", "B" }, { NULL, "`1", "" }, { "A", "`1", "A." },
	};
	/* clang-format on */
	struct world *w = types();

	for (size_t i = 0; i < COUNT(rows); i++) {
		ROW("%zu", i);
		EQ_B(dotnet_join(&w->d, bytes_of(rows[i].space), bytes_of(rows[i].name)),
		    bytes_of(rows[i].want));
	}
	world_free(w);
}

/* Type i lies in type i + 1; the last in none. */
TEST(types_in_types_in_types)
{
	struct world *w = world_new(1 << 20);
	const struct dotnet_class *c;
	struct dotnet *d;

	for (uint16_t i = 1; i <= 14; i++) {
		type(w, "N", 2, 0, 1);
		ROW_OF(w, DOTNET_NESTED_CLASS, i, (uint16_t)(i + 1));
	}
	type(w, "Top`1", 1, 0, 1);
	d = world_done(w);
	EQ_U(dotnet_read_classes(d), OK);
	EQ_I(d->number_of_classes, 15);
	c = d->classes.p;
	EQ_B(c[14].fullname, BYTES_LIT("Top"));
	EQ_B(c[13].fullname, BYTES_LIT("Top.N"));
	EQ_B(c[12].space, BYTES_LIT("Top.N"));
	/* ten are looked through, and the eleventh is no more seen */
	EQ_B(c[4].fullname, BYTES_LIT("Top.N.N.N.N.N.N.N.N.N.N"));
	EQ_B(c[3].fullname, BYTES_LIT("N.N.N.N.N.N.N.N.N.N.N"));
	EQ_B(c[0].fullname, BYTES_LIT("N.N.N.N.N.N.N.N.N.N.N"));
	world_free(w);
}

/* Every type but the last claims all methods. */
static struct world *
overlapping(uint16_t n, size_t memory)
{
	struct world *w = world_new(memory);
	uint16_t name = text(w, "m"), sig = blob(w, "00 02 01 08 0e"), own = text(w, "C");

	for (uint16_t i = 0; i < n; i++) {
		ROW_OF(w, DOTNET_TYPE_DEF, 1, 0, own, 0, 0, 0, i % 2 ? n : 1);
		ROW_OF(w, DOTNET_METHOD_DEF, 0, 0, 0, 6, name, sig, 1);
		ROW_OF(w, DOTNET_PARAM, 0, 1, name);
	}
	world_done(w);
	return w;
}

TEST(classes_that_claim_the_same_methods_end_with_the_budget)
{
	struct world *w = overlapping(4000, 64 << 20);
	struct dotnet *d = &w->d;

	dotnet_read_classes(d);
	CHECK(d->steps > d->budget);
	CHECK(d->steps <= d->budget + 20000);
	CHECK(d->number_of_classes > 0 && d->number_of_classes < 4000);
	world_free(w);
}

/* References that all have one long name, which is measured for each. */
static uint64_t
steps_of_references(unsigned n)
{
	struct world *w = world_new(16 << 20);
	struct dotnet *d = &w->d;
	char name[1001];
	uint64_t steps;
	uint16_t at, key;

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	at = text(w, name);
	key = blob(w, "b77a5c561934e089");
	for (unsigned i = 0; i < n; i++)
		ROW_OF(w, DOTNET_ASSEMBLY_REF, 1, 2, 3, 4, 0, 0, key, at, 0, 0);
	world_done(w);
	fact_clear(dotnet_facts, d);
	EQ_U(dotnet_read_tables(d), OK);
	EQ_U(d->assembly_refs.n, n);
	steps = d->steps;
	world_free(w);
	return steps;
}

TEST(work_is_linear_in_the_size)
{
	uint64_t steps = steps_of_references(500);

	CHECK(steps >= 500 * 1000 / 16);
	CHECK(steps_of_references(1000) <= 2 * steps + 64);
}

TEST(little_memory_is_told)
{
	for (size_t memory = 0; memory < 4096; memory += 48) {
		struct world *w = overlapping(3, memory);
		enum err e = dotnet_read_classes(&w->d);

		ROW("%zu bytes", memory);
		CHECK(e == ERR_LIMIT || e == OK);
		CHECK(e == OK || w->arena.spent);
		if (!w->arena.spent)
			EQ_I(w->d.number_of_classes, 3);
		world_free(w);
	}
}

/* Every byte of the tables another: whatever they say then is read or left. */
TEST(tables_that_lie)
{
	struct world *w = overlapping(3, 1 << 20);
	struct buf whole = { 0 };

	buf_put(&whole, w->tilde.p, w->tilde.n);
	for (size_t i = 24; i < whole.n; i++)
		for (unsigned v = 0; v < 256; v += 51) {
			uint8_t kept = whole.p[i];

			whole.p[i] = (uint8_t)v;
			arena_reset(&w->arena);
			w->d = (struct dotnet){ .parse = &w->parse,
				.tilde = buf_bytes(&whole),
				.strings = w->d.strings,
				.strings_size = w->strings.n,
				.blobs = w->d.blobs,
				.budget = 1 << 16 };
			dotnet_find_tables(&w->d);
			dotnet_read_classes(&w->d);
			CHECK(w->d.classes.n <= 256);
			whole.p[i] = kept;
		}
	buf_done(&whole);
	world_free(w);
}
