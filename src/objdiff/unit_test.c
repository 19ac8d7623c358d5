/*
 * unit_test.c - the functions of programs that the compiler made: where they begin, what
 * they are called, and which of another program is which. Also .eh_frame, which finds
 * them when the names are gone.
 */
#include "objdiff/unit.h"

#include "objdiff/ref.h"
#include "objdiff/world.h"

static const char source[] =
    "#include <stdio.h>\n"
    "#include <stdlib.h>\n"
    "#define NOINLINE __attribute__((noinline))\n"
    "#ifdef MORE\n"
    "NOINLINE int more(int x) { printf(\"%d\\n\", x); return x * 5 + 1; }\n"
    "#endif\n"
    "int table[4] = { 1, 2, 3, 4 };\n"
    "NOINLINE int first(int x) { return table[x & 3] + abs(x); }\n"
    "NOINLINE int second(int x) { puts(\"second\"); return first(x) * 3; }\n"
    "static NOINLINE int third(int x) { return second(x + 1) ^ 77; }\n"
    "int main(int argc, char **argv) {\n"
    "#ifdef MORE\n"
    "	argc += more(argc);\n"
    "#endif\n"
    "	return third(argc) + (argv[0] != 0); }\n";

/* No unit reaches into the next, and what lies between them is padding. */
static void
check_cover(const struct elf *e, const struct units *u)
{
	for (size_t i = 0; i + 1 < u->n; i++) {
		const struct unit *x = &u->v[i], *y = &u->v[i + 1];
		uint64_t end = x->at + x->size;

		ROW("unit at %llx", (unsigned long long)x->at);
		CHECK(end <= y->at);
		if (x->sec == y->sec && end < y->at) {
			struct bytes between = elf_bytes_at(e, end, y->at - end);

			EQ_U(unit_padding(e, between), between.n);
		}
		EQ_U(unit_code(u, x).n, x->size);
		CHECK(unit_at(u, x->at) == x && unit_at(u, end - 1) == x);
	}
}

TEST(names_and_stubs)
{
	static const char *const names[] = { "first", "second", "third", "main",
		"_start" };
	struct world w;
	const struct unit *stub;

	if (world_open(&w, source, "gcc -O1 -fcf-protection=none -o p p.c", NULL)) {
		for (size_t i = 0; i < COUNT(names); i++) {
			ROW("%s", names[i]);
			CHECK(named(&w.u[0], names[i]) != NULL);
		}
		stub = named(&w.u[0], "puts");
		if (CHECK(stub != NULL)) {
			EQ_U(stub->kind, UNIT_STUB);
			EQ_B(unit_title(&w.u[0], stub, &w.arena), BYTES_LIT("puts@plt"));
		}
		check_cover(&w.e[0], &w.u[0]);
	}
	world_close(&w);
}

/* Stripped, the same functions stand at the same places, by .eh_frame, without names. */
TEST(without_names)
{
	struct world w;

	if (world_open(&w, source, "gcc -O1 -o p p.c", "strip p")) {
		static const char *const names[] = { "first", "second", "third", "main" };

		for (size_t i = 0; i < COUNT(names); i++) {
			const struct unit *x = named(&w.u[0], names[i]), *y;

			ROW("%s", names[i]);
			if (!CHECK(x != NULL))
				continue;
			y = unit_at(&w.u[1], x->at);
			if (!CHECK(y != NULL))
				continue;
			EQ_U(y->at, x->at);
			EQ_U(y->name.n, 0);
			EQ_B(bytes_clip(unit_title(&w.u[1], y, &w.arena), 0, 14),
			    BYTES_LIT("function at 0x"));
		}
		check_cover(&w.e[1], &w.u[1]);
	}
	world_close(&w);
}

/* Pairs: by name where there are names, else by what they look like; new ones have none.
 */
TEST(pairs)
{
	static const struct {
		const char *first, *second;
		bool names;
	} rows[] = {
		{ "gcc -O1 -o p p.c", "gcc -O1 -DMORE -o p p.c", true },
		{ "gcc -O1 -o p p.c && cp p q",
		    "gcc -O1 -DMORE -o p p.c && cp p q && strip p", false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct world w;
		const struct unit *x;

		ROW("%s", rows[i].second);
		if (world_open(&w, source, rows[i].first, rows[i].second)) {
			EQ_U(units_match(&w.u[0], &w.u[1], &w.arena), OK);
			for (size_t k = 0; k < w.u[0].n; k++) {
				x = &w.u[0].v[k];
				if (x->mate == 0)
					continue;
				/* both know of each other, and names agree */
				EQ_U(w.u[1].v[x->mate - 1].mate, k + 1);
				if (rows[i].names && x->name.n > 0)
					EQ_B(w.u[1].v[x->mate - 1].name, x->name);
			}
			x = named(&w.u[0], "first");
			CHECK(x != NULL && x->mate != 0);
			x = named(&w.u[1], "more");
			CHECK(rows[i].names ? x != NULL && x->mate == 0 : x == NULL);
		}
		world_close(&w);
	}
}

TEST(padding)
{
	static const struct {
		const char *hex;
		size_t want;
	} rows[] = {
		{ "90 90 90", 3 },
		{ "66 90 00 00", 4 },
		{ "0f 1f 44 00 00 c3", 5 },
		{ "66 2e 0f 1f 84 00 00 00 00 00", 10 },
		{ "cc c3", 1 },
		{ "c3 90", 0 },
		{ "0f 1f 44", 0 },
		{ "", 0 },
	};
	const struct elf_machine m = { .arch = INSN_X86_64 };
	const struct elf e = { .m = &m, .wide = true };

	for (size_t i = 0; i < COUNT(rows); i++) {
		ROW("%s", rows[i].hex);
		EQ_U(unit_padding(&e, test_hex(rows[i].hex)), rows[i].want);
	}
}

/* The table of a program, and what is left of it when the section is cut or flipped. */
TEST(unwinding)
{
	struct world w;
	uint64_t seed = 7;

	if (world_open(&w, source, "gcc -O1 -o p p.c", NULL)) {
		struct elf *e = &w.e[0];
		struct elf_sec *s =
		    (struct elf_sec *)(uintptr_t)elf_sec_named(e, ".eh_frame");
		struct bytes whole = s->data;
		struct eh_table good, t;

		EQ_U(eh_open(e, &good), OK);
		CHECK(!good.broken && good.n >= 4);
		for (size_t i = 0; i < good.n; i++) {
			const struct unit *u = unit_at(&w.u[0], good.fde[i].at);

			CHECK(i == 0 || good.fde[i - 1].at <= good.fde[i].at);
			CHECK(u != NULL && u->at <= good.fde[i].at);
			CHECK(good.fde[i].lsda == 0 && good.fde[i].personality == 0);
		}
		for (size_t n = 0; n < whole.n; n++) {
			s->data = test_copy(bytes_clip(whole, 0, n));
			EQ_U(eh_open(e, &t), OK);
			CHECK(t.n <= good.n);
		}
		for (unsigned k = 0; k < 500; k++) {
			struct bytes b = test_copy(whole);

			((uint8_t *)(uintptr_t)b.p)[test_random(&seed) % whole.n] ^=
			    (uint8_t)(1u << (k & 7));
			s->data = b;
			EQ_U(eh_open(e, &t), OK);
		}
		s->data = whole;
	}
	world_close(&w);
}

/* What exceptions read, and who reads it. */
TEST(exceptions)
{
	struct world w = { 0 };
	struct bytes file;
	size_t with = 0;

	rig_open(&w.dir);
	arena_init(&w.arena, RIG_ARENA);
	rig_source(&w.dir, "p.cc",
	    "#include <stdexcept>\n"
	    "int f(int x) { if (x > 3) throw std::runtime_error(\"x\"); return x; }\n"
	    "int main(int c, char **) { try { return f(c); } catch (...) { return 1; } "
	    "}\n");
	if (rig_sh(&w.dir, "g++ -O1 -o p p.cc")) {
		file = rig_file(&w.dir, "p");
		EQ_U(elf_open(file, &w.arena, &w.e[0]), OK);
		EQ_U(elf_load(&w.e[0], NULL), OK);
		EQ_U(units_open(&w.e[0], &w.u[0]), OK);
		for (size_t i = 0; i < w.u[0].eh.n; i++) {
			const struct eh_fde *f = &w.u[0].eh.fde[i];

			with += f->lsda != 0;
			CHECK(f->lsda == 0 || f->personality != 0);
			CHECK(f->lsda == 0 || elf_sec_at(&w.e[0], f->lsda) != NULL);
		}
		CHECK(with >= 1);
	}
	world_close(&w);
}

/* --- references ------------------------------------------------------------------ */

/* The instructions of a function: what they refer to, found by its address. */
static bool
refers(const struct world *w, const struct unit *f, uint64_t to, bool call)
{
	struct insn_run r = unit_run(&w->u[0], f);
	struct bytes code = unit_code(&w->u[0], f);
	struct ref ref[REFS_MAX];
	struct insn x;

	for (uint64_t off = 0; off < code.n; off += x.len) {
		unsigned n;

		insn_next(&r, code, off, f->at, &x);
		n = ref_of_insn(&w->e[0], f->at + off, &x, ref);
		CHECK(n <= REFS_MAX);
		for (unsigned i = 0; i < n; i++)
			if (ref[i].kind == REF_ADDR && ref[i].addr == to &&
			    ref[i].call == call)
				return true;
	}
	return false;
}

TEST(references)
{
	static const char *const builds[] = { "gcc -O1 -o p p.c",
		"gcc -O1 -no-pie -fno-pie -o p p.c" };

	for (size_t i = 0; i < COUNT(builds); i++) {
		struct world w;

		ROW("%s", builds[i]);
		if (world_open(&w, source, builds[i], NULL)) {
			const struct unit *first = named(&w.u[0], "first");
			const struct unit *second = named(&w.u[0], "second");
			const struct unit *puts = named(&w.u[0], "puts");

			if (CHECK(first != NULL && second != NULL && puts != NULL)) {
				CHECK(refers(&w, second, first->at, true));
				CHECK(refers(&w, second, puts->at, true));
				CHECK(!refers(&w, first, second->at, true));
			}
		}
		world_close(&w);
	}
}

/* No proof of anything, but what is mixed must depend on all that goes in. */
TEST(mixing)
{
	uint8_t text[40] = { 0 };
	uint64_t all = ref_mix_bytes(1, (struct bytes){ text, sizeof(text) });

	for (size_t i = 0; i < sizeof(text); i++) {
		ROW("byte %zu", i);
		text[i] = 1;
		CHECK(ref_mix_bytes(1, (struct bytes){ text, sizeof(text) }) != all);
		text[i] = 0;
		CHECK(ref_mix_bytes(1, (struct bytes){ text, i }) != all);
	}
	CHECK(ref_mix_bytes(2, (struct bytes){ text, sizeof(text) }) != all);
	CHECK(ref_mix(ref_mix(0, 1), 2) != ref_mix(ref_mix(0, 2), 1));
}
