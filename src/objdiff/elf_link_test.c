/*
 * elf_link_test.c - what the loader links: symbols with versions, absolute ones,
 * variables by the dozen; constructors of programs without a loader; tables to find
 * symbols.
 */
#include "objdiff/elf_diff.h"

#include "objdiff/made.h"
#include "objdiff/rig.h"

#define C(name) (1u << DIFF_##name)
#define FUNC    0x12
#define OBJECT  0x11
#define SYMBOLS 24

/* A shared object of nothing but symbols; what each is, the test says. */
struct lib {
	struct made_sym sym[SYMBOLS];
	size_t n;
	uint32_t version; /* letter of the version that the first import needs; 0: none */
	unsigned spare;   /* bytes in front of .data: what is behind them moves */
	const char *data;
};

static struct bytes
make(const struct lib *l)
{
	struct made *m = &(struct made){ 0 };
	uint8_t need[32] = { 0 }, versym[2 * (SYMBOLS + 1)] = { 0 };
	struct made_sym s[SYMBOLS + 2];
	struct elf_tag tags[10];
	size_t n = 0, name = 1;
	char version[4] = "V_1";

	made_begin(m, true, false, ET_DYN, 62);
	unsigned first = made_section(m, ".rodata", SHT_PROGBITS, SHF_ALLOC, "x", 1);
	memcpy(s, l->sym, l->n * sizeof(*s));
	version[2] = (char)l->version;
	s[l->n] = (struct made_sym){ "libc.so", 0, 0, 0x10, 0, 0 };
	s[l->n + 1] = (struct made_sym){ version, 0, 0, 0x10, 0, 0 };
	for (size_t i = 0; i < l->n; i++)
		name += strlen(s[i].name) + 1;
	unsigned sym = made_symbols(m, true, s, l->n + 2);
	m->sec[sym].size = (l->n + 1) * 24; /* the last two lent their names */
	memset(m->b + m->sec[sym].off + m->sec[sym].size, 0, 48);
	tags[n++] = (struct elf_tag){ 6, m->sec[sym].addr };
	tags[n++] = (struct elf_tag){ DT_STRTAB, m->sec[sym + 1].addr };
	tags[n++] = (struct elf_tag){ DT_STRSZ, m->sec[sym + 1].size };
	tags[n++] = (struct elf_tag){ DT_NEEDED, name };
	if (l->version) { /* LSB 10.7.2: one file, one version of index 2 */
		put_le16(need, 1);
		put_le16(need + 2, 1);
		put_le32(need + 4, (uint32_t)name);
		put_le32(need + 8, 16);
		put_le16(need + 16 + 6, 2);
		put_le32(need + 16 + 8, (uint32_t)name + 8);
		put_le16(versym + 2, 2);
		unsigned r =
		    made_section(m, ".gnu.version_r", SHT_VERNEED, SHF_ALLOC, need, 32);
		unsigned v = made_section(
		    m, ".gnu.version", SHT_VERSYM, SHF_ALLOC, versym, 2 * (l->n + 1));
		tags[n++] = (struct elf_tag){ DT_VERNEED, m->sec[r].addr };
		tags[n++] = (struct elf_tag){ DT_VERNEEDNUM, 1 };
		tags[n++] = (struct elf_tag){ DT_VERSYM, m->sec[v].addr };
	}
	uint8_t data[256] = { 0 };
	for (unsigned i = 0; i < 128; i++)
		data[l->spare + i] = (uint8_t)(i + 1);
	if (l->data != NULL)
		memcpy(data + l->spare, l->data, strlen(l->data));
	unsigned d = made_section(
	    m, ".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, data, 128 + l->spare);
	for (size_t i = 0; i < l->n; i++)
		if (s[i].shndx == 1) { /* its value is an offset into .data */
			made_poke(m, m->sec[sym].off + (i + 1) * 24 + 6, 2, d);
			made_poke(m, m->sec[sym].off + (i + 1) * 24 + 8, 8,
			    m->sec[d].addr + l->spare + s[i].value);
		}
	unsigned dynamic = made_dynamic(m, tags, n);
	made_segment(m, PT_LOAD, 6, first, dynamic);
	made_segment(m, PT_DYNAMIC, 6, dynamic, dynamic);
	return made_end(m);
}

struct row {
	const char *name;
	struct lib a, b;
	unsigned must, may; /* classes */
	const char *says;
};

#define LIB(...)                                                                         \
	{                                                                                \
		.sym = { __VA_ARGS__ },                                                  \
		.n =                                                                     \
		    sizeof((struct made_sym[]){ __VA_ARGS__ }) / sizeof(struct made_sym) \
	}

/* clang-format off */
static const struct row rows[] = {
	{ "an import more", LIB({ "f", 0, 0, FUNC, 0, 0 }), LIB({ "f", 0, 0, FUNC, 0, 0 }, { "g", 0, 0, FUNC, 0, 0 }),
	  C(CODE), 0, "code|symbols|import of g was added" },
	{ "a variable's size", LIB({ "v", 0, 8, OBJECT, 0, 1 }), LIB({ "v", 0, 16, OBJECT, 0, 1 }),
	  C(CODE), C(DATA), "code|symbols|export of v has another size" },
	{ "a variable's place", LIB({ "v", 0, 8, OBJECT, 0, 1 }), LIB({ "v", 8, 8, OBJECT, 0, 1 }),
	  C(DATA), C(CODE), "data|symbols|export of v leads to something else" },
	{ "an absolute symbol", LIB({ "k", 5, 0, 0x10, 0, 0xfff1 }), LIB({ "k", 6, 0, 0x10, 0, 0xfff1 }),
	  C(CODE), 0, "code|symbols|export of k has another value" },
	{ "absolute or not", LIB({ "k", 0, 0, 0x10, 0, 0xfff1 }), LIB({ "k", 0, 0, 0x10, 0, 1 }),
	  C(CODE), C(DATA), "export of k" },
	{ "hidden", LIB({ "v", 0, 8, OBJECT, 0, 1 }), LIB({ "v", 0, 8, OBJECT, 2, 1 }),
	  C(CODE), 0, "code|symbols|export of v is bound in another way" },
	{ "weak", LIB({ "f", 0, 0, FUNC, 0, 0 }), LIB({ "f", 0, 0, 0x22, 0, 0 }),
	  C(CODE), 0, "code|symbols|import of f is bound in another way" },
	{ "an export is an import", LIB({ "v", 0, 8, OBJECT, 0, 1 }), LIB({ "v", 0, 8, OBJECT, 0, 0 }),
	  C(CODE), C(DATA), "code|symbols|import of v was added" },
};
/* clang-format on */

static void
check(const struct row *r, bool back)
{
	struct rig_told t = { 0 };
	struct bytes a = make(&r->a), b = make(&r->b);

	ROW("%s%s", r->name, back ? ", back" : "");
	EQ_U(rig_run(back ? b : a, back ? a : b, &t), OK);
	CHECK((t.classes & r->must) == r->must);
	if (!CHECK((t.classes & ~(r->must | r->may)) == 0) ||
	    !CHECK(back || rig_says(&t, r->says)))
		printf("# %s\n", buf_cstr(&t.text));
	buf_done(&t.text);
}

TEST(symbols)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		check(&rows[i], false);
		check(&rows[i], true);
	}
}

/* Another version of a library's function is another function. */
TEST(versions)
{
	struct lib a = LIB({ "f", 0, 0, FUNC, 0, 0 }), b = a;
	struct rig_told t = { 0 };

	a.version = '1';
	b.version = '2';
	EQ_U(rig_run(make(&a), make(&b), &t), OK);
	CHECK(t.classes & C(CODE));
	CHECK(rig_says(&t, "import of f@V_1 is gone"));
	if (!CHECK(rig_says(&t, "import of f@V_2 was added")))
		printf("# %s\n", buf_cstr(&t.text));
	buf_done(&t.text);
}

/* Many variables that differ are counted, not listed. */
TEST(many_variables)
{
	struct lib a = { 0 }, b;
	struct rig_told t = { 0 };
	char name[SYMBOLS][4];
	unsigned told = 0;

	for (unsigned i = 0; i < 14; i++) {
		snprintf(name[i], sizeof(name[i]), "v%u", i);
		a.sym[a.n++] = (struct made_sym){ name[i], 8 * i, 8, OBJECT, 0, 1 };
	}
	b = a;
	/* all of them hold other bytes, and lie elsewhere */
	b.spare = 16;
	b.data = "zyxwvutsrqponmlkjihgfedcbazyxwvutsrqponmlkjihgfedcbazyxwvutsrqponmlkjih"
		 "gfedcba"
		 "zyxwvutsrqponmlkjihgfedcbazyxwvutsrqponmlkjihgfed";
	EQ_U(rig_run(make(&a), make(&b), &t), OK);
	for (const char *p = buf_cstr(&t.text);
	     (p = strstr(p, "leads to something else")) != NULL; p++)
		told++;
	EQ_U(told, 8);
	if (!CHECK(rig_says(&t, "6 more exported variables lead to something else")))
		printf("# %s\n", buf_cstr(&t.text));
	buf_done(&t.text);
}

/* Everything moved and nothing else: no symbol is told. */
TEST(moved)
{
	struct lib a = LIB({ "f", 0, 0, FUNC, 0, 0 }, { "v", 0, 8, OBJECT, 0, 1 },
	    { "w", 64, 8, OBJECT, 0, 1 });
	struct lib b = a;
	struct rig_told t = { 0 };

	b.spare = 32;
	EQ_U(rig_run(make(&a), make(&b), &t), OK);
	if (!CHECK(!rig_says(&t, "|symbols|")))
		printf("# %s\n", buf_cstr(&t.text));
	CHECK(!(t.classes & C(CODE)));
	buf_done(&t.text);
}

/* Without a loader the sections say which functions run by themselves. */
static struct bytes
without_loader(const char *array, bool has)
{
	struct made *m = &(struct made){ 0 };

	made_begin(m, true, false, ET_EXEC, 62);
	unsigned text = made_hex(m, ".text", SHF_ALLOC | SHF_EXECINSTR,
	    "b8 01000000 c3 b8 02000000 c3 b8 03000000 c3");
	unsigned last = text;
	if (has) {
		last = made_section(
		    m, array, SHT_INIT_ARRAY, SHF_ALLOC | SHF_WRITE, NULL, 8);
		made_poke(m, m->sec[last].off, 8, m->sec[text].addr);
	}
	made_symbols(m, false,
	    (struct made_sym[]){ { "one", m->sec[text].addr, 6, FUNC, 0, (uint16_t)text },
		{ "two", m->sec[text].addr + 6, 6, FUNC, 0, (uint16_t)text } },
	    2);
	made_segment(m, PT_LOAD, 7, text, last);
	m->entry = m->sec[text].addr;
	return made_end(m);
}

TEST(constructors_without_loader)
{
	struct rig_told t = { 0 }, u = { 0 };
	struct bytes a = without_loader(".init_array", true);
	struct bytes b = test_copy(a);
	struct arena arena;
	struct elf e;

	arena_init(&arena, 1 << 20);
	if (CHECK(elf_open(a, &arena, &e) == OK)) {
		uint64_t off = elf_sec_named(&e, ".init_array")->off;
		((uint8_t *)(uintptr_t)b.p)[off] += 6; /* the other function */
		EQ_U(rig_run(a, b, &t), OK);
		CHECK(t.classes & C(CODE));
		if (!CHECK(rig_says(
			&t, "code|.init_array|other functions run by themselves")))
			printf("# %s\n", buf_cstr(&t.text));
	}
	arena_done(&arena);
	EQ_U(rig_run(without_loader(".init_array", false), a, &u), OK);
	CHECK(u.classes & C(CODE));
	CHECK(rig_says(&u, "code|.init_array|other functions run by themselves"));
	buf_done(&t.text);
	buf_done(&u.text);
}
