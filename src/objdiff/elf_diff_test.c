/*
 * elf_diff_test.c - what each part of an ELF file is called when it differs, and of which
 * class it is: on a program made by hand, of which one field is another one.
 */
#include "objdiff/elf_diff.h"

#include "objdiff/program.h"
#include "objdiff/rig.h"

#define C(name) (1u << DIFF_##name)

struct row {
	const char *name;
	struct plan plan;
	unsigned classes; /* all that may be said */
	const char *says;
};

/* clang-format off */
static const struct row rows[] = {
	/* header */
	{ "type of object",    { .type = ET_EXEC }, C(CODE), "code|ELF header|type of object: 0x3 became 0x2" },
	{ "system",            { .osabi = 9 }, C(CODE), "code|ELF header|system and ABI: 0x0 became 0x900" },
	{ "flags",             { .eflags = 5 }, C(CODE), "code|ELF header|flags: 0x0 became 0x5" },
	{ "entry",             { .entry_off = 7 }, C(CODE), "code|ELF header|the program begins elsewhere" },
	/* segments */
	{ "rights of code",    { .text_rights = 7 }, C(CODE), "loaded segment 0: rights read and execute became read, write and execute" },
	{ "stack",             { .stack = 7 }, C(CODE), "stack segment 0: rights read and write became read, write and execute" },
	{ "relro",             { .relro = 1 }, C(CODE), "relro segment 0 was added (read)" },
	{ "interpreter",       { .interp = "/tmp/ld.so" }, C(CODE), "code|.interp|another program interpreter" },
	{ "longer interpreter", { .interp = "/usr/lib/ld-linux.so.2" }, C(CODE) | C(DEBUG), "+ /usr/lib/ld-linux.so.2" },
	/* sections */
	{ "build id",          { .build_id = 9 }, C(BUILD_ID), "build id|.note.gnu.build-id|build id differs" },
	{ "compiler",          { .comment = "GCC: 2" }, C(METADATA), "metadata|.comment|another compiler" },
	{ "debug section",     { .debug = "x" }, C(DEBUG), "debug info|.debug_str|section was added (2 bytes)" },
	{ "note",              { .note = ".note.mine" }, C(DATA) | C(DEBUG), "data|.note.mine|section was added (32 bytes)" },
	{ "no symbols",        { .no_symbols = true }, C(DEBUG), "debug info|.symtab|section is gone" },
	{ "space",             { .bss = 64 }, C(DATA), "data|.bss|section was added (64 bytes)" },
	{ "outside",           { .outside = "not a section" }, C(DATA), "data|outside of all sections|13 bytes at offset" },
	/* dynamic section */
	{ "library",           { .needed = "libd.so.6" }, C(CODE), "code|dynamic section|needed library added: libd.so.6" },
	{ "one more library",  { .more_needed = "libm.so.6" }, C(CODE), "code|dynamic section|needed library added: libm.so.6" },
	{ "soname",            { .soname = "libyu.so" }, C(CODE), "code|dynamic section|soname gone: libme.so" },
	{ "runpath",           { .runpath = "/tmp" }, C(CODE), "code|dynamic section|runpath added: /tmp" },
	{ "loader's flags",    { .flags_1 = 8 }, C(CODE), "flags of the loader 0x6ffffffb added: 0x8" },
	/* symbols and relocations */
	{ "import",            { .import = "gets" }, C(CODE) | C(DATA), "code|symbols|import of gets was added" },
	{ "its relocation",    { .import = "gets" }, C(CODE) | C(DATA), "relocation of type 6 to puts is gone" },
	{ "who calls it",      { .import = "gets" }, C(CODE) | C(DATA), "code|.text main|uses [gets]; was [puts]" },
	{ "export",            { .export = "fun" }, C(CODE) | C(DEBUG), "code|symbols|export of fun was added" },
	{ "binding",           { .export_info = 0x22 }, C(CODE), "code|symbols|export of run is bound in another way" },
	{ "constructor",       { .more_init = true }, C(CODE) | C(DATA), "code|.init_array|other functions run by themselves" },
	/* code and data */
	{ "constant",          { .constant = 9 }, C(CODE), "code|.text helper|instructions differ from +0x0 on" },
	{ "call",              { .call_other = true }, C(CODE), "code|.text main|goes to run; was helper" },
	{ "text",              { .text = "hullo" }, C(CODE) | C(DATA), "code|.text main|uses \"hullo\"; was \"hello\"" },
	{ "longer text",       { .text = "hello, hello, hello" }, C(CODE) | C(DATA) | C(DEBUG), "code|.text main|uses \"hello, hello, hello\"" },
	{ "variable",          { .data = "123456X" }, C(DATA), "data|.data" },
	{ "a function more",   { .shift = true }, C(CODE) | C(DEBUG), "code|.text shift|function was added (7 bytes)" },
	{ "filling",           { .pad = 3 }, C(CODE) | C(DEBUG), "code|.text main|" },
	{ "order",             { .swapped = true }, C(ORDER) | C(DEBUG), "order|code|functions stand in another order" },
};
/* clang-format on */

static void
compare(const char *name, struct bytes a, struct bytes b, struct rig_told *t)
{
	ROW("%s", name);
	EQ_U(rig_run(a, b, t), OK);
	CHECK(!(t->kinds & (1u << DIFF_LIMIT | 1u << DIFF_DAMAGED)));
}

TEST(one_field)
{
	const struct plan plain = { 0 };
	struct bytes a = program(&plain);

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rig_told t = { 0 };

		compare(rows[i].name, a, program(&rows[i].plan), &t);
		if (!CHECK((t.classes & ~rows[i].classes) == 0) ||
		    !CHECK(rig_says(&t, rows[i].says)))
			printf("# %s\n", buf_cstr(&t.text));
		buf_done(&t.text);
	}
}

/* The worst class is the same the other way round, whatever the words. */
TEST(other_way_round)
{
	const struct plan plain = { 0 };
	struct bytes a = program(&plain);

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rig_told t = { 0 }, u = { 0 };
		struct bytes b = program(&rows[i].plan);

		compare(rows[i].name, a, b, &t);
		compare(rows[i].name, b, a, &u);
		EQ_U(t.classes, u.classes);
		buf_done(&t.text);
		buf_done(&u.text);
	}
}

/* What moves everything by some bytes is one statement, and no function differs. */
TEST(shifts_do_not_flood)
{
	static const struct plan moves[] = { { .interp =
						     "/a/much/longer/interpreter.so" },
		{ .note = ".note.mine" }, { .shift = true } };
	const struct plan plain = { 0 };
	struct bytes a = program(&plain);

	for (size_t i = 0; i < COUNT(moves); i++) {
		struct rig_told t = { 0 };

		compare("moved", a, program(&moves[i]), &t);
		ROW("%zu", i);
		CHECK(!rig_says(&t, "|.text main|"));
		CHECK(!rig_says(&t, "|.text helper|"));
		CHECK(!rig_says(&t, "|.text run|"));
		CHECK(!rig_says(&t, "|relocations|"));
		CHECK(!rig_says(&t, "|symbols|"));
		buf_done(&t.text);
	}
}

/* A change and a shift together: the change is found at its function, and named. */
TEST(change_and_shift)
{
	static const struct {
		struct plan plan;
		const char *says;
	} both[] = {
		{ { .shift = true, .constant = 9 },
		    "code|.text helper|instructions differ" },
		{ { .shift = true, .call_other = true },
		    "code|.text main|goes to run; was helper" },
		{ { .shift = true, .text = "hullo" }, "code|.text main|uses \"hullo\"" },
		{ { .shift = true, .import = "gets" },
		    "code|.text main|uses [gets]; was [puts]" },
		{ { .interp = "/lib/long/ld.so", .constant = 9 }, "code|.text helper|" },
	};
	const struct plan plain = { 0 };
	struct bytes a = program(&plain);

	for (size_t i = 0; i < COUNT(both); i++) {
		struct rig_told t = { 0 };

		compare(both[i].says, a, program(&both[i].plan), &t);
		if (!CHECK(rig_says(&t, both[i].says)))
			printf("# %s\n", buf_cstr(&t.text));
		CHECK(!rig_says(&t, "|.text run|"));
		buf_done(&t.text);
	}
}

/* Without names, without sections: still code, at an address. */
TEST(without)
{
	static const struct plan pairs[][2] = {
		{ { .no_symbols = true }, { .no_symbols = true, .constant = 9 } },
		{ { .no_sections = true, .no_symbols = true },
		    { .no_sections = true, .no_symbols = true, .constant = 9 } },
		{ { 0 }, { .no_sections = true, .constant = 9 } },
	};

	for (size_t i = 0; i < COUNT(pairs); i++) {
		struct rig_told t = { 0 };

		ROW("%zu", i);
		EQ_U(rig_run(program(&pairs[i][0]), program(&pairs[i][1]), &t), OK);
		if (!CHECK(t.classes & C(CODE)))
			printf("# %s\n", buf_cstr(&t.text));
		buf_done(&t.text);
	}
}

/* Every byte of the file, changed: something is said, and code is called code. */
TEST(each_byte)
{
	const struct plan plain = { 0 };
	struct bytes a = program(&plain);
	struct arena arena;
	struct elf e;

	arena_init(&arena, 1 << 20);
	if (!CHECK(elf_open(a, &arena, &e) == OK))
		return;
	for (size_t at = 0; at < a.n; at++) {
		struct bytes b = test_copy(a);
		struct rig_told t = { 0 };
		enum err err;

		ROW("byte 0x%zx", at);
		((uint8_t *)(uintptr_t)b.p)[at] ^= 0x11;
		err = rig_run(a, b, &t);
		CHECK(err == ERR_FORMAT || t.kinds != 0);
		const struct elf_sec *s = elf_sec_named(&e, ".text");
		if (at - s->off < s->size)
			CHECK(t.classes & C(CODE));
		s = elf_sec_named(&e, ".dynamic");
		if (at - s->off < 9 * 16)
			CHECK(t.classes & C(CODE) || t.kinds & 1u << DIFF_DAMAGED);
		buf_done(&t.text);
	}
	arena_done(&arena);
}

/* Cut at every length. */
TEST(each_length)
{
	const struct plan plain = { 0 };
	struct bytes a = program(&plain);

	for (size_t n = 0; n < a.n; n++) {
		struct rig_told t = { 0 };
		enum err err;

		ROW("%zu bytes", n);
		err = rig_run(a, test_copy(bytes_clip(a, 0, n)), &t);
		CHECK(err == ERR_FORMAT || t.kinds != 0);
		buf_done(&t.text);
	}
}

/* Memory that ends anywhere: a limit or the whole answer, never less. */
TEST(each_budget)
{
	const struct plan plain = { 0 }, changed = { .shift = true, .constant = 9 };
	struct bytes a = program(&plain), b = program(&changed);
	unsigned limits = 0, whole = 0;

	for (size_t budget = 0; budget < 200000; budget += 331) {
		struct rig_told t = { 0 };
		enum err err = rig_run_in(a, b, budget, &t);

		ROW("%zu bytes", budget);
		CHECK(err == OK || err == ERR_LIMIT);
		CHECK((err == ERR_LIMIT) == !!(t.kinds & 1u << DIFF_LIMIT));
		if (err == OK)
			CHECK(rig_says(&t, "code|.text helper|"));
		limits += err == ERR_LIMIT;
		whole += err == OK;
		buf_done(&t.text);
	}
	CHECK(limits > 0 && whole > 0);
}

/* What the sink refuses ends it, at each statement. */
TEST(each_refusal)
{
	const struct plan plain = { 0 }, changed = { .shift = true, .import = "gets" };
	struct bytes a = program(&plain), b = program(&changed);
	struct rig_told all = { 0 };

	EQ_U(rig_run(a, b, &all), OK);
	for (unsigned n = 1; n <= all.found; n++) {
		struct rig_told t = { .stop_at = n };

		ROW("%u of %u", n, all.found);
		EQ_U(rig_run(a, b, &t), ERR_END);
		EQ_U(t.found, n);
		buf_done(&t.text);
	}
	buf_done(&all.text);
}

/* Other machines, classes and orders are told first, and nothing else is compared. */
TEST(other_machine)
{
	static const struct {
		unsigned at;
		uint8_t with;
		const char *says;
	} header[] = {
		{ 18, 183, "made for another machine: x86-64 became AArch64" },
		{ 18, 99, "made for another machine: x86-64 became unknown machine" },
	};
	const struct plan plain = { 0 };
	struct bytes a = program(&plain);

	for (size_t i = 0; i < COUNT(header); i++) {
		struct bytes b = test_copy(a);
		struct rig_told t = { 0 };

		((uint8_t *)(uintptr_t)b.p)[header[i].at] = header[i].with;
		compare(header[i].says, a, b, &t);
		CHECK(rig_says(&t, header[i].says));
		EQ_U(t.found, 1);
		buf_done(&t.text);
	}
}

static size_t passed;

static void
count(struct bytes part)
{
	passed += part.n;
}

/* Pages are given back on the way, which changes nothing that is said. */
TEST(giving_back)
{
	const struct plan plain = { 0 }, changed = { .shift = true };
	struct bytes a = program(&plain), b = program(&changed);
	struct rig_told t = { 0 }, u = { 0 };
	struct arena arena;
	struct objdiff_opts o = { .arena = &arena,
		.functions = 50,
		.lines = 200,
		.items = 1000,
		.passed = count };

	EQ_U(rig_run(a, b, &t), OK);
	arena_init(&arena, RIG_ARENA);
	EQ_U(objdiff_run(a, b, &o, &(struct diff_sink){ &u, rig_sink }), OK);
	arena_done(&arena);
	EQ_S(buf_cstr(&u.text), buf_cstr(&t.text));
	CHECK(passed > 4 * (a.n + b.n));
	buf_done(&t.text);
	buf_done(&u.text);
}
