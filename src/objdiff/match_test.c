/*
 * match_test.c - which function of one program is which of another: by place, by name, by
 * what it looks like, by neighbours, by size. Programs are made of letters, each of which
 * is a function with code of its own.
 */
#include "objdiff/made.h"
#include "objdiff/unit.h"

/* One function: a letter says which code it has, 'A' and 'a' the same but longer by one.
 */
struct row {
	const char *name;
	const char *a, *b;   /* a letter each: the code */
	const char *na, *nb; /* a letter each: the name; '-': none */
	const char *want;    /* for each of a: the place in b, or '-' */
};

/* clang-format off */
static const struct row rows[] = {
	{ "the same",             "abc", "abc", "xyz", "xyz", "012" },
	{ "the same, no names",   "abc", "abc", "---", "---", "012" },
	{ "another order",        "abc", "cab", "xyz", "zxy", "120" },
	{ "another order, no names", "abc", "cab", "---", "---", "120" },
	{ "one more in front",    "abc", "dabc", "---", "----", "123" },
	{ "one more between",     "abc", "abdc", "---", "----", "013" },
	{ "one less",             "abcd", "acd", "----", "---", "0-12" },
	{ "names before code",    "ab", "ba", "xy", "xy", "01" },
	{ "code where a name went", "ab", "ab", "xy", "zy", "01" },
	{ "copies keep their order", "aaa", "aaa", "---", "---", "012" },
	{ "copies by their neighbours", "abac", "dabac", "----", "-----", "1234" },
	{ "one changed, between two", "abc", "adc", "---", "---", "012" },
	{ "changed, with a name", "abc", "adc", "xyz", "xyz", "012" },
	{ "other name, other code", "abc", "adc", "xyz", "xwz", "0-2" },
	{ "nothing of one",       "", "abc", "", "---", "" },
	{ "nothing of the other", "abc", "", "---", "", "---" },
};
/* clang-format on */

/* mov eax, imm32 with a letter in it; as many as the letter says, and ret. */
static size_t
code_of(char letter, uint8_t *out)
{
	size_t n = 0;

	for (int i = 0; i < 1 + (letter - 'a') % 3; i++) {
		out[n++] = 0xb8;
		put_le32(out + n, (uint32_t)(letter * 7 + i));
		n += 4;
	}
	out[n++] = 0x0f; /* bswap eax: something else than filling */
	out[n++] = 0xc8;
	out[n++] = 0xc3;
	return n;
}

struct side {
	struct arena arena;
	struct elf e;
	struct units u;
};

/* Without a name a function still has a symbol, of a debugger's kind: sizes tell. */
static bool
open_side(struct side *s, const char *code, const char *names)
{
	struct made *m = &(struct made){ 0 };
	struct made_sym sym[16];
	uint8_t text[512] = { 0 }, eh[1024] = { 0 };
	size_t n = 0, k = 0, at = 24;
	char name[16][2] = { { 0 } };

	made_begin(m, true, false, ET_DYN, 62);
	put_le32(eh, 20);
	memcpy(eh + 8, "\1zR\0\1\x78\x10\1\x1b\x0c\7\x08", 12);
	uint64_t base = MADE_BASE + ((MADE_FIRST + 1024 + 15) & ~UINT64_C(15));
	for (size_t i = 0; code[i] != 0; i++) {
		size_t size = code_of(code[i], text + n);
		if (names[i] != '-') {
			name[i][0] = names[i];
			sym[k++] =
			    (struct made_sym){ name[i], base + n, size, 0x12, 0, 2 };
		}
		put_le32(eh + at, 16);
		put_le32(eh + at + 4, (uint32_t)(at + 4));
		put_le32(eh + at + 8,
		    (uint32_t)(base + n - (MADE_BASE + MADE_FIRST + at + 8)));
		put_le32(eh + at + 12, (uint32_t)size);
		at += 20;
		n += size;
	}
	made_section(m, ".eh_frame", SHT_PROGBITS, SHF_ALLOC, eh, 1024);
	unsigned t = made_section(
	    m, ".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, text, n ? n : 1);
	made_symbols(m, false, sym, k);
	arena_init(&s->arena, 1 << 20);
	return EQ_U(m->sec[t].addr, base) &&
	       EQ_U(elf_open(made_end(m), &s->arena, &s->e), OK) &&
	       EQ_U(elf_load(&s->e, NULL), OK) && EQ_U(units_open(&s->e, &s->u), OK);
}

TEST(pairs)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *r = &rows[i];
		struct side a = { 0 }, b = { 0 };

		ROW("%s", r->name);
		if (open_side(&a, r->a, r->na) && open_side(&b, r->b, r->nb) &&
		    EQ_U(a.u.n, strlen(r->a)) && EQ_U(b.u.n, strlen(r->b)) &&
		    EQ_U(units_match(&a.u, &b.u, &a.arena), OK))
			for (size_t k = 0; k < a.u.n; k++) {
				ROW("%s: function %zu", r->name, k);
				uint32_t want = r->want[k] == '-'
						    ? 0
						    : (uint32_t)(r->want[k] - '0') + 1;
				EQ_U(a.u.v[k].mate, want);
				if (want)
					EQ_U(b.u.v[want - 1].mate, k + 1);
			}
		arena_done(&a.arena);
		arena_done(&b.arena);
	}
}

/* No function has two partners, and partners know of each other, whatever the programs.
 */
TEST(any)
{
	uint64_t seed = 9;

	for (int i = 0; i < 400; i++) {
		char code[2][13] = { { 0 } }, names[2][13] = { { 0 } };
		struct side s[2] = { 0 };

		for (unsigned k = 0; k < 2; k++) {
			size_t n = 1 + test_random(&seed) % 11;
			for (size_t j = 0; j < n; j++) {
				code[k][j] = (char)('a' + test_random(&seed) % 5);
				names[k][j] =
				    test_random(&seed) % 3
					? '-'
					: (char)('A' + (j + test_random(&seed) % 2));
			}
		}
		ROW("%s (%s) and %s (%s)", code[0], names[0], code[1], names[1]);
		if (open_side(&s[0], code[0], names[0]) &&
		    open_side(&s[1], code[1], names[1]) &&
		    EQ_U(units_match(&s[0].u, &s[1].u, &s[0].arena), OK))
			for (unsigned k = 0; k < 2; k++)
				for (size_t j = 0; j < s[k].u.n; j++) {
					uint32_t mate = s[k].u.v[j].mate;
					CHECK(mate <= s[!k].u.n);
					CHECK(mate == 0 ||
					      s[!k].u.v[mate - 1].mate == j + 1);
				}
		arena_done(&s[0].arena);
		arena_done(&s[1].arena);
	}
}

/* Memory is given back, and too little of it is told. */
TEST(memory)
{
	struct side a = { 0 }, b = { 0 };

	if (open_side(&a, "abcabc", "------") && open_side(&b, "cabcab", "------")) {
		struct arena small;
		size_t used = a.arena.used;

		EQ_U(units_match(&a.u, &b.u, &a.arena), OK);
		EQ_U(a.arena.used, used);
		arena_init(&small, 100);
		EQ_U(units_match(&a.u, &b.u, &small), ERR_LIMIT);
		arena_done(&small);
	}
	arena_done(&a.arena);
	arena_done(&b.arena);
}
