#include "objdiff/objdiff.h"

#include "base/text.h"
#include "objdiff/rig.h"

/* A program small enough to build often, with all that a compiler makes of C. */
static const char program[] =
    "#include <stdio.h>\n"
    "#include <stdlib.h>\n"
    "#include <string.h>\n"
    "#ifndef LIMIT\n"
    "#define LIMIT 7\n"
    "#endif\n"
    "#ifndef WORD\n"
    "#define WORD \"secret\"\n"
    "#endif\n"
    "#ifndef SAY\n"
    "#define SAY puts\n"
    "#endif\n"
    "#ifndef LESS\n"
    "#define LESS <\n"
    "#endif\n"
    "#ifndef RATE\n"
    "#define RATE 1.5\n"
    "#endif\n"
    "#ifndef SECOND\n"
    "#define SECOND 2\n"
    "#endif\n"
    "#define NOINLINE __attribute__((noinline))\n"
    "int table[5] = { 1, SECOND, 3, 4, 5 };\n"
    "static const short fixed[6] = { 9, 8, 7, 6, 5, 4 };\n"
    "int counter, other_counter;\n"
    "const char *const names[] = { \"zero\", \"one\", \"two\", 0 };\n"
    "#ifdef SHIFT\n"
    "NOINLINE int shift(int x) { printf(\"moved by %d\\n\", x); return x + 1; }\n"
    "#endif\n"
    "NOINLINE int check(const char *pw) { return strcmp(pw, WORD) == 0; }\n"
    "NOINLINE int limit(int x) { if (x LESS 100) return x * LIMIT; return counter++; }\n"
    "NOINLINE double rate(double x) { return x * RATE; }\n"
    "NOINLINE int choose(int x) {\n"
    "	switch (x) {\n"
    "	case 0: SAY(\"nought\"); return 4; case 1: return table[x & 3] + 1;\n"
    "	case 2: return fixed[x] * 3; case 3: puts(names[x & 1]); return 0;\n"
    "	case 4: return other_counter; case 5: return abs(x) - 9; case 6: counter = 3; }\n"
    "	return x / 3;\n"
    "}\n"
    "#ifdef EXTRA\n"
    "NOINLINE void extra(void) { system(\"id\"); }\n"
    "#endif\n"
    "#ifdef CTOR\n"
    "__attribute__((constructor)) static void early(void) { counter = 41; }\n"
    "#endif\n"
    "int main(int argc, char **argv) {\n"
    "	if (argc < 2) { printf(\"built \" __DATE__ \" \" __TIME__ \", %s\\n\", "
    "__FILE__); return 1; }\n"
    "#ifdef EXTRA\n"
    "	if (argc > 9) extra();\n"
    "#endif\n"
    "#ifdef SHIFT\n"
    "	argc = shift(argc);\n"
    "#endif\n"
    "	return check(argv[1]) + limit(argc) + choose(argc) + (int)rate(argc);\n"
    "}\n";

#define CODE      (1u << DIFF_CODE)
#define DATA      (1u << DIFF_DATA)
#define BUILD_ID  (1u << DIFF_BUILD_ID)
#define TIMESTAMP (1u << DIFF_TIMESTAMP)
#define PATH      (1u << DIFF_PATH)
#define DEBUG     (1u << DIFF_DEBUG)
#define METADATA  (1u << DIFF_METADATA)
#define ORDER     (1u << DIFF_ORDER)
#define WEAK      (BUILD_ID | TIMESTAMP | PATH | DEBUG | METADATA | ORDER)

#define CC    "gcc -O2 -D_FORTIFY_SOURCE=0 -Wno-builtin-macro-redefined -Wl,--build-id "
#define FIXED "-D__DATE__='\"Jan  1 2024\"' -D__TIME__='\"01:02:03\"' "

struct change {
	const char *name;
	const char *build; /* of the second program; the first is built without */
	const char *says;  /* with the symbols */
};

/* clang-format off */
static const struct change backdoors[] = {
	{ "a changed constant",       "-DLIMIT=9",          "code|.text limit|instructions differ" },
	{ "a swapped branch",         "-DLESS='>='",        "code|.text limit|instructions differ" },
	{ "an added function",        "-DEXTRA",            "code|.text extra|function was added" },
	{ "another library call",     "-DSAY=perror",       "code|.text choose|goes to perror@plt; was puts@plt" },
	{ "another password",         "-DWORD='\"Secret\"'", "code|.text check|uses \"Secret\"; was \"secret\"" },
	{ "a longer password",        "-DWORD='\"swordfish\"'", "code|.text check|" },
	{ "another number in .rodata", "-DRATE=2.5",        "code|.text rate|uses .rodata" },
	{ "another number in .data",  "-DSECOND=8",         "code|.text choose|uses .data" },
	{ "a constructor",            "-DCTOR",             "code|.init_array|other functions run" },
	{ "an rpath",                 "-Wl,-rpath,/tmp",    "runpath added: /tmp" },
	{ "an executable stack",      "-Wl,-z,execstack",   "stack segment 0: rights read and write became" },
	{ "no relro",                 "-Wl,-z,norelro",     "relro segment 0 is gone" },
	{ "another interpreter",      "-Wl,-I/tmp/ld.so",   "code|.interp|another program interpreter" },
	{ "one more library",         "-Wl,--no-as-needed -lm", "needed library added: libm.so.6" },
	{ "what a wrapper injects",   "-DLIMIT='7 + getpid()' -include unistd.h", "code|.text limit|" },
};
/* clang-format on */

static struct bytes
build(const struct rig_dir *d, const char *out, const char *flags)
{
	char command[1024];

	snprintf(command, sizeof(command), CC FIXED "%s -o %s p.c %s", flags, out,
	    strstr(flags, "-lm") ? "-lm" : "");
	CHECK(rig_sh(d, command));
	return rig_file(d, out);
}

static struct bytes
stripped(const struct rig_dir *d, const char *name)
{
	char command[256];

	snprintf(command, sizeof(command), "strip -o %s.s %s", name, name);
	CHECK(rig_sh(d, command));
	snprintf(command, sizeof(command), "%s.s", name);
	return rig_file(d, command);
}

TEST(backdoors)
{
	struct rig_dir d;

	rig_open(&d);
	rig_source(&d, "p.c", program);
	struct bytes a = build(&d, "a", ""), as = stripped(&d, "a");
	for (size_t i = 0; i < COUNT(backdoors); i++) {
		struct rig_told t = { 0 }, s = { 0 };
		struct bytes b = build(&d, "b", backdoors[i].build);
		ROW("%s", backdoors[i].name);
		EQ_U(rig_run(a, b, &t), OK);
		CHECK(t.classes & CODE);
		if (!CHECK(rig_says(&t, backdoors[i].says)))
			printf("# %s\n", buf_cstr(&t.text));
		EQ_U(rig_run(as, stripped(&d, "b"), &s), OK);
		CHECK(s.classes & CODE);
		buf_done(&t.text);
		buf_done(&s.text);
	}
	rig_close(&d);
}

/* clang-format off */
static const struct { const char *name, *build; unsigned want; } harmless[] = {
	{ "another day",        "-D__DATE__='\"Dec 31 2025\"'", TIMESTAMP },
	{ "another time",       "-D__TIME__='\"23:59:59\"'", TIMESTAMP },
	{ "debug information",  "-g", DEBUG },
	{ "no build id",        "-Wl,--build-id=none", BUILD_ID },
	{ "another build id",   "-Wl,--build-id=md5", BUILD_ID },
	{ "stripped",           "-s", DEBUG },
};
/* clang-format on */

TEST(harmless)
{
	struct rig_dir d;

	rig_open(&d);
	rig_source(&d, "p.c", program);
	struct bytes a = build(&d, "a", "");
	for (size_t i = 0; i < COUNT(harmless); i++) {
		struct rig_told t = { 0 };
		ROW("%s", harmless[i].name);
		EQ_U(rig_run(a, build(&d, "b", harmless[i].build), &t), OK);
		if (!CHECK((t.classes & ~WEAK) == 0) ||
		    !CHECK(t.classes & harmless[i].want))
			printf("# %s\n", buf_cstr(&t.text));
		buf_done(&t.text);
	}
	rig_close(&d);
}

TEST(build_path)
{
	struct rig_told t = { 0 };
	struct rig_dir d;

	rig_open(&d);
	rig_source(&d, "p.c", program);
	CHECK(rig_sh(&d, "mkdir -p a/longer/path && cp p.c a/longer/path/"));
	CHECK(rig_sh(&d, CC FIXED "-o one p.c"));
	CHECK(rig_sh(&d, CC FIXED "-o two \"$PWD\"/a/longer/path/p.c"));
	EQ_U(rig_run(rig_file(&d, "one"), rig_file(&d, "two"), &t), OK);
	CHECK((t.classes & ~WEAK) == 0 && (t.classes & PATH));
	buf_done(&t.text);
	rig_close(&d);
}

/* What moves is not told: one added function, and who calls it. */
TEST(shift)
{
	struct rig_dir d;

	rig_open(&d);
	rig_source(&d, "p.c", program);
	struct bytes a = build(&d, "a", ""), b = build(&d, "b", "-DSHIFT");
	struct bytes as = stripped(&d, "a"), bs = stripped(&d, "b");
	for (int strip = 0; strip < 2; strip++) {
		struct rig_told t = { 0 };
		unsigned code = 0;
		ROW("%s", strip ? "stripped" : "with symbols");
		EQ_U(rig_run(strip ? as : a, strip ? bs : b, &t), OK);
		for (const char *p = buf_cstr(&t.text);
		     (p = strstr(p, "code|.text ")) != NULL; p++)
			code++;
		if (!EQ_U(code, 2))
			printf("# %s\n", buf_cstr(&t.text));
		CHECK(rig_says(&t, "function was added"));
		CHECK(strip || rig_says(&t, "code|.text main|"));
		buf_done(&t.text);
	}
	rig_close(&d);
}

/* Static programs lie at fixed addresses and have no table of functions. */
TEST(fixed_addresses)
{
	struct rig_told t = { 0 }, u = { 0 };
	struct rig_dir d;

	rig_open(&d);
	rig_source(&d, "p.c", program);
	struct bytes a = build(&d, "a", "-no-pie"), b = build(&d, "b", "-no-pie -DSHIFT");
	struct bytes c = build(&d, "c", "-no-pie -DWORD='\"Secret\"'");
	EQ_U(rig_run(a, b, &t), OK);
	CHECK(rig_says(&t, "code|.text shift|function was added"));
	CHECK(rig_says(&t, "code|.text main|"));
	CHECK(!rig_says(&t, "code|.text choose|"));
	CHECK(!rig_says(&t, "code|.text check|"));
	EQ_U(rig_run(a, c, &u), OK);
	CHECK(rig_says(&u, "code|.text check|uses \"Secret\"; was \"secret\""));
	CHECK(!rig_says(&u, "code|.text main|"));
	buf_done(&t.text);
	buf_done(&u.text);
	rig_close(&d);
}

/* What the C library's start files refer to is where variables end, wherever that is. */
TEST(end_of_variables)
{
	static const char *const ways[] = { "", "-no-pie", "-s", "-no-pie -s" };
	struct rig_dir d;

	rig_open(&d);
	rig_source(&d, "p.c",
	    "#ifdef MORE\nint d[9] = { 1, 2, 3 }; char b;\n#endif\n"
	    "char c[64];\nint main(int n, char **v) { (void)v; return c[n] + 2; }\n");
	for (size_t i = 0; i < COUNT(ways); i++) {
		char more[64];
		struct rig_told t = { 0 };
		struct bytes a = build(&d, "a", ways[i]);

		ROW("%s", ways[i]);
		snprintf(more, sizeof(more), "%s -DMORE", ways[i]);
		EQ_U(rig_run(a, build(&d, "b", more), &t), OK);
		CHECK(rig_says(&t, "data|"));
		if (!CHECK(!rig_says(&t, "code|.text ")))
			printf("# %s\n", buf_cstr(&t.text));
		buf_done(&t.text);
	}
	rig_close(&d);
}

/* Where a section's bytes lie in the file a.s. */
static bool
section_at(const struct rig_dir *d, const char *name, uint64_t *off, uint64_t *size)
{
	char command[256];
	struct cur c;

	snprintf(command, sizeof(command),
	    "readelf -SW a.s | sed 's/^ *\\[ *//' | awk '$2 == \"%s\" { print $5, $6, "
	    "\"\" }' >where",
	    name);
	CHECK(rig_sh(d, command));
	c = cur_at(rig_file(d, "where"), 0);
	*off = *size = 0;
	for (int digit; (digit = text_hex(cur_u8(&c))) >= 0;)
		*off = *off << 4 | (uint64_t)digit;
	for (int digit; (digit = text_hex(cur_u8(&c))) >= 0;)
		*size = *size << 4 | (uint64_t)digit;
	return CHECK(cur_ok(&c) && *size > 0);
}

/* Any byte of code or of data that code uses: nothing of it may sound harmless. */
TEST(one_byte)
{
	static const char *const where[] = { ".text", ".rodata", ".data", ".init_array",
		".plt", ".data.rel.ro", ".interp", ".dynamic" };
	struct rig_dir d;

	rig_open(&d);
	rig_source(&d, "p.c", program);
	(void)build(&d, "a", "");
	struct bytes a = stripped(&d, "a");
	uint8_t *copy = malloc(a.n + 1);
	for (size_t i = 0; i < COUNT(where); i++) {
		uint64_t off, size;
		if (!section_at(&d, where[i], &off, &size))
			continue;
		for (uint64_t k = 0; k < size && k < 4096; k += i < 2 ? 13 : 5) {
			struct rig_told t = { 0 };
			ROW("%s+%llu", where[i], (unsigned long long)k);
			memcpy(copy, a.p, a.n);
			copy[off + k] ^= 0x21;
			EQ_U(rig_run(a, (struct bytes){ copy, a.n }, &t), OK);
			CHECK((t.classes & (CODE | DATA)) != 0 ||
			      (t.kinds & 1u << DIFF_DAMAGED));
			CHECK(i > 0 || (t.classes & CODE));
			buf_done(&t.text);
		}
	}
	free(copy);
	rig_close(&d);
}

/* A linker's input: its relocations tell what an instruction refers to. */
TEST(relocatable)
{
	/* clang-format off */
	static const struct change rows[] = {
		{ "a constant", "-DLIMIT=9", "code|.text limit|" },
		{ "a password", "-DWORD='\"Secret\"'", "code|.text check|uses \"Secret\"" },
		{ "a call",     "-DSAY=perror", "code|.text choose|" },
		{ "a function", "-DEXTRA", "code|.text extra|function was added" },
	};
	/* clang-format on */
	struct rig_dir d;

	rig_open(&d);
	rig_source(&d, "p.c", program);
	struct bytes a = build(&d, "a.o", "-c");
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rig_told t = { 0 };
		char flags[128];
		ROW("%s", rows[i].name);
		snprintf(flags, sizeof(flags), "-c %s", rows[i].build);
		EQ_U(rig_run(a, build(&d, "b.o", flags), &t), OK);
		if (!CHECK(rig_says(&t, rows[i].says)))
			printf("# %s\n", buf_cstr(&t.text));
		CHECK(!rig_says(&t, "code|.text rate|"));
		buf_done(&t.text);
	}
	struct rig_told t = { 0 };
	EQ_U(rig_run(a, build(&d, "b.o", "-c -D__DATE__='\"Dec 31 2025\"'"), &t), OK);
	CHECK((t.classes & ~WEAK) == 0 && (t.classes & TIMESTAMP));
	buf_done(&t.text);
	rig_close(&d);
}

/* Other machines' objects, where Clang makes them: the change, and nothing else. */
TEST(machines)
{
	static const char *const machines[] = { "x86_64", "i386", "aarch64", "arm",
		"riscv64", "powerpc64le", "s390x", "mips" };
	static const char source[] =
	    "int puts(const char *); int counter; const char *const names[] = { \"a\", "
	    "\"b\" };\n"
	    "#ifdef SHIFT\nint more(int x) { puts(\"more\"); return x; }\n#endif\n"
	    "int first(int x) { return puts(names[x & 1]) + counter; }\n"
	    "int second(int x) { if (x > 4) puts(\"second\"); return x * K; }\n"
	    "int third(int x) { return first(x) + second(x + 1); }\n";
	struct rig_dir d;

	rig_open(&d);
	rig_source(&d, "m.c", source);
	for (size_t i = 0; i < COUNT(machines) && rig_sh(&d, "clang-14 --version"); i++) {
		struct rig_told t = { 0 };
		char command[512];
		ROW("%s", machines[i]);
		snprintf(command, sizeof(command),
		    "for v in 'a -DK=5' 'b -DK=9 -DSHIFT'; do set -- $v; clang-14 "
		    "--target=%s-linux-gnu "
		    "-O2 -fPIC -o $1.o -c m.c $2 $3; done",
		    machines[i]);
		CHECK(rig_sh(&d, command));
		EQ_U(rig_run(rig_file(&d, "a.o"), rig_file(&d, "b.o"), &t), OK);
		bool ok = rig_says(&t, "more|function was added") &&
			  rig_says(&t, "code|.text second|") &&
			  !rig_says(&t, "|.text first|");
		if (!CHECK(ok))
			printf("# %s\n", buf_cstr(&t.text));
		buf_done(&t.text);
	}
	rig_close(&d);
}

/* Only a name differs, at the same place of the table of names: a call to somebody else.
 */
TEST(only_a_name)
{
	static const char *const how[] = { "-c", "-fPIC -shared", "-fPIC -shared -s" };
	struct rig_dir d;

	rig_open(&d);
	rig_source(&d, "n.c",
	    "int SAY(const char *); int f(int x) { return SAY(\"a\") + x; }\n");
	for (size_t i = 0; i < COUNT(how); i++) {
		struct rig_told t = { 0 };
		char command[256];
		ROW("%s", how[i]);
		snprintf(command, sizeof(command),
		    "gcc -O2 %s -DSAY=puts n.c -o a && gcc -O2 %s -DSAY=perr n.c -o b",
		    how[i], how[i]);
		CHECK(rig_sh(&d, command));
		EQ_U(rig_run(rig_file(&d, "a"), rig_file(&d, "b"), &t), OK);
		if (!CHECK(rig_says(&t, "code|.text f|goes to perr")))
			printf("# %s\n", buf_cstr(&t.text));
		buf_done(&t.text);
	}
	rig_close(&d);
}

TEST(equal)
{
	struct rig_told t = { 0 };
	struct rig_dir d;

	rig_open(&d);
	rig_source(&d, "p.c", program);
	struct bytes a = build(&d, "a", "");
	EQ_U(rig_run(a, test_copy(a), &t), OK);
	EQ_U(t.kinds, 0);
	EQ_U(rig_run(a, BYTES_LIT("#!/bin/sh\n"), &t), ERR_FORMAT);
	EQ_U(objdiff_kind(a), OBJDIFF_ELF);
	EQ_U(objdiff_kind(BYTES_LIT("\177EL")), OBJDIFF_NONE);
	char type[64];
	objdiff_type(a, type, sizeof(type));
	EQ_S(type, "ELF 64-bit x86-64 shared object");
	buf_done(&t.text);
	rig_close(&d);
}

/* A budget that is too small is said, and never a verdict. */
TEST(budget)
{
	struct rig_dir d;

	rig_open(&d);
	rig_source(&d, "p.c", program);
	struct bytes a = build(&d, "a", ""), b = build(&d, "b", "-DSHIFT");
	for (size_t budget = 0; budget < 200000; budget = budget * 2 + 1000) {
		struct rig_told t = { 0 };
		ROW("%zu bytes", budget);
		enum err e = rig_run_in(a, b, budget, &t);
		CHECK(e == OK || (e == ERR_LIMIT && (t.kinds & 1u << DIFF_LIMIT)));
		buf_done(&t.text);
	}
	struct rig_told t = { .stop_at = 2 };
	ROW("the sink refuses");
	EQ_U(rig_run(a, b, &t), ERR_END);
	EQ_U(t.found, 2);
	buf_done(&t.text);
	rig_close(&d);
}

/* Cut at each length, and bits flipped: no crash, and nothing called equal. */
TEST(broken)
{
	struct rig_dir d;
	uint64_t seed = 4;

	rig_open(&d);
	rig_source(
	    &d, "q.c", "const char *s = \"text\"; int f(int x) { return x + *s; }\n");
	CHECK(rig_sh(&d, "gcc -O2 -fPIC -c q.c && gcc -shared -nostdlib -o q.so q.o"));
	struct bytes o = rig_file(&d, "q.o"), so = rig_file(&d, "q.so");
	for (size_t n = 0; n < o.n; n++) {
		struct rig_told t = { 0 };
		enum err e = rig_run(o, test_copy(bytes_clip(o, 0, n)), &t);
		CHECK(e == ERR_FORMAT || t.kinds != 0);
		buf_done(&t.text);
	}
	uint8_t *copy = malloc(so.n + 1);
	for (int i = 0; i < 3000; i++) {
		struct rig_told t = { 0 };
		memcpy(copy, so.p, so.n);
		for (int k = 0; k < 1 + i % 3; k++)
			copy[test_random(&seed) % (i % 2 ? 0x400 : so.n)] ^=
			    (uint8_t)(1 << test_random(&seed) % 8);
		enum err e = rig_run(so, (struct bytes){ copy, so.n }, &t);
		CHECK(e == ERR_FORMAT || t.kinds != 0 || memcmp(copy, so.p, so.n) == 0);
		buf_done(&t.text);
	}
	free(copy);
	rig_close(&d);
}
