/*
 * machine_test.c - linked files of ARM and PowerPC64, made by hand: one function more
 * moves the others, and none of them is called changed; what did change is found, and
 * named.
 */
#include "objdiff/made.h"
#include "objdiff/rig.h"

#define CODE (SHF_ALLOC | SHF_EXECINSTR)
#define FUNC 0x12

struct plan {
	bool shift; /* one function more, in front */
	const char *text, *import;
	uint8_t constant;
	bool other; /* user calls other, not helper */
	bool stripped;
};

/* Where code refers to. */
struct places {
	uint64_t text, got, slot;
	bool records; /* PowerPC64: functions are known by records, as in ELF V1 */
};

struct bits {
	uint8_t b[512];
	size_t n;
	uint64_t at; /* the address of b */
};

static void
put_half(struct bits *c, unsigned v)
{
	put_le16(c->b + c->n, (uint16_t)v);
	c->n += 2;
}

static void
put_word(struct bits *c, uint32_t v)
{
	put_le32(c->b + c->n, v);
	c->n += 4;
}

static uint64_t
here(const struct bits *c)
{
	return c->at + c->n;
}

/* --- ARM, T32 ---------------------------------------------------------------------- */

/* bl, 25 bits of distance. */
static void
put_bl(struct bits *c, uint64_t to)
{
	uint32_t d = (uint32_t)(to - (here(c) + 4)), s = d >> 24 & 1;
	uint32_t j1 = (~(d >> 23) ^ s) & 1, j2 = (~(d >> 22) ^ s) & 1;

	put_half(c, 0xf000 | s << 10 | (d >> 12 & 0x3ff));
	put_half(c, 0xd000 | j1 << 13 | j2 << 11 | (d >> 1 & 0x7ff));
}

/* add ip, pc, #0, 12; add ip, ip, #0; ldr pc, [ip, #n]! */
static void
arm_stub(struct bits *c, uint64_t slot)
{
	uint32_t d = (uint32_t)(slot - (here(c) + 8));

	put_word(c, 0xe28fc600);
	put_word(c, 0xe28cca00 | (d >> 12 & 0xff));
	put_word(c, 0xe5bcf000 | (d & 0xfff));
}

/* A text by its distance from the instruction, a slot by its distance from the table. */
static void
arm_user(struct bits *c, const struct places *p, uint64_t callee)
{
	put_half(c, 0x4803); /* ldr r0, [pc, #12] */
	put_half(c, 0x4904); /* ldr r1, [pc, #16] */
	put_half(c, 0x4a04); /* ldr r2, [pc, #16] */
	put_half(c, 0x4478); /* add r0, pc */
	uint64_t text = here(c) + 2;
	put_half(c, 0x4479); /* add r1, pc */
	uint64_t got = here(c) + 2;
	put_half(c, 0x588b); /* ldr r3, [r1, r2] */
	put_bl(c, callee);
	put_word(c, (uint32_t)(p->text - text));
	put_word(c, (uint32_t)(p->got - got));
	put_word(c, (uint32_t)(p->slot - p->got));
}

static struct made_sym syms[8];
static size_t nsyms;

static void
sym(const char *name, uint64_t at, uint64_t size, unsigned shndx)
{
	syms[nsyms++] = (struct made_sym){ name, at, size, FUNC, 0, (uint16_t)shndx };
}

static void
arm_code(struct bits *c, const struct plan *p, const struct places *at, uint64_t stub,
    unsigned sec)
{
	uint64_t helper, other, user;

	nsyms = 0;
	if (p->shift) {
		sym("shift", here(c) | 1, 8, sec);
		put_half(c, 0x1840); /* adds r0, r0, r1 */
		put_half(c, 0x4348); /* muls r0, r1 */
		put_half(c, 0x3003); /* adds r0, #3 */
		put_half(c, 0x4770); /* bx lr */
	}
	helper = here(c);
	put_half(c, 0x3000 | (p->constant ? p->constant : 7));
	put_half(c, 0x4770);
	other = here(c);
	put_half(c, 0x3801);
	put_half(c, 0x4770);
	user = here(c);
	arm_user(c, at, p->other ? other : helper);
	sym("helper", helper | 1, 4, sec);
	sym("other", other | 1, 4, sec);
	sym("user", user | 1, here(c) - user, sec);
	user = here(c);
	put_half(c, 0xb508); /* push {r3, lr} */
	put_half(c, 0xbf00);
	/* blx: the stub is A32 */
	uint32_t d = (uint32_t)(stub - ((here(c) + 4) & ~UINT64_C(3)));
	put_half(c, 0xf000 | (d >> 24 & 1) << 10 | (d >> 12 & 0x3ff));
	put_half(c, 0xe800 | (d >> 1 & 0x7ff));
	put_half(c, 0xbd08); /* pop {r3, pc} */
	put_half(c, 0xbf00);
	sym("caller", user | 1, here(c) - user, sec);
}

/* The dynamic section, the segments from section first on, and the symbols. */
static struct bytes
end(struct made *m, const struct plan *p, unsigned first, const struct elf_tag *tags,
    size_t ntags)
{
	unsigned dynamic = made_dynamic(m, tags, ntags);

	made_segment(m, PT_LOAD, 7, first, dynamic);
	made_segment(m, PT_DYNAMIC, 6, dynamic, dynamic);
	if (!p->stripped)
		made_symbols(m, false, syms, nsyms);
	m->entry = syms[nsyms - 1].value;
	return made_end(m);
}

static struct bytes
arm_file(const struct plan *p)
{
	struct made *m = &(struct made){ 0 };
	struct bits stub = { 0 }, code = { 0 };
	struct places at;

	made_begin(m, false, false, ET_DYN, 40);
	unsigned text = made_text(
	    m, ".rodata", SHT_PROGBITS, SHF_ALLOC, p->text ? p->text : "a text");
	struct made_sym imports[] = { { p->import ? p->import : "puts", 0, 0, FUNC, 0,
					  0 },
		{ "shared", 0, 4, 0x11, 0, 0 } };
	unsigned dynsym = made_symbols(m, true, imports, 2);
	unsigned rel = made_rels(m, ".rel.plt", false, SHF_ALLOC, 1);
	unsigned reldyn = made_rels(m, ".rel.dyn", false, SHF_ALLOC, 1);
	/* stubs only reach forward: the table lies behind the code, whose size comes
	 * first */
	arm_code(&code, p, &(struct places){ 0 }, 0, 0);
	unsigned plt = made_section(m, ".plt", SHT_PROGBITS, CODE, NULL, 12);
	unsigned sec = made_section(m, ".text", SHT_PROGBITS, CODE, NULL, code.n);
	unsigned got =
	    made_section(m, ".got", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, NULL, 20);
	at =
	    (struct places){ m->sec[text].addr, m->sec[got].addr, m->sec[got].addr + 16 };
	stub = (struct bits){ .at = m->sec[plt].addr };
	arm_stub(&stub, at.got + 12);
	memcpy(m->b + m->sec[plt].off, stub.b, stub.n);
	code = (struct bits){ .at = m->sec[sec].addr };
	arm_code(&code, p, &at, stub.at, sec);
	memcpy(m->b + m->sec[sec].off, code.b, code.n);
	made_rels_fill(m, rel, &(struct made_rel){ at.got + 12, 0, 22, 1 }, 1);
	made_rels_fill(m, reldyn, &(struct made_rel){ at.slot, 0, 21, 2 }, 1);
	struct elf_tag tags[] = { { DT_PLTGOT, at.got },
		{ DT_STRTAB, m->sec[dynsym + 1].addr },
		{ DT_STRSZ, m->sec[dynsym + 1].size }, { 6, m->sec[dynsym].addr },
		{ DT_JMPREL, m->sec[rel].addr }, { DT_PLTRELSZ, 8 },
		{ DT_PLTREL, DT_REL }, { DT_REL, m->sec[reldyn].addr }, { DT_RELSZ, 8 } };
	return end(m, p, text, tags, COUNT(tags));
}

/* --- PowerPC64, ELF V2 ----------------------------------------------------------------
 */

static void
put_toc(struct bits *c, uint64_t toc)
{
	int64_t d = (int64_t)(toc - here(c));

	put_word(c, 0x3c4c0000 | ((uint64_t)(d + 0x8000) >> 16 & 0xffff));
	put_word(c, 0x38420000 | (d & 0xffff));
}

static void
ppc_user(struct bits *c, const struct places *p, uint64_t callee)
{
	uint64_t toc = p->got + 0x8000;
	int64_t d = (int64_t)(p->text - toc);

	if (!p->records)
		put_toc(c, toc);
	put_word(
	    c, 0x3c620000 | ((uint64_t)(d + 0x8000) >> 16 & 0xffff)); /* addis r3, r2 */
	put_word(c, 0x38630000 | (d & 0xffff));                       /* addi r3, r3 */
	put_word(c, 0xe8820000 | ((p->slot - toc) & 0xfffc));         /* ld r4, (r2) */
	put_word(c, 0x48000001 | ((callee - here(c)) & 0x03fffffc));  /* bl */
	put_word(c, 0x4e800020);                                      /* blr */
}

static void
ppc_code(struct bits *c, const struct plan *p, const struct places *at, unsigned sec)
{
	uint64_t helper, other, user;

	nsyms = 0;
	if (p->shift) {
		sym("shift", here(c), 8, sec);
		put_word(c, 0x7c632214); /* add r3, r3, r4 */
		put_word(c, 0x4e800020);
	}
	helper = here(c);
	put_word(c, 0x38630000 | (p->constant ? p->constant : 7u));
	put_word(c, 0x4e800020);
	other = here(c);
	put_word(c, 0x3863ffff);
	put_word(c, 0x4e800020);
	user = here(c);
	ppc_user(c, at, p->other ? other : helper);
	sym("helper", helper, 8, sec);
	sym("other", other, 8, sec);
	sym("user", user, here(c) - user, sec);
	/* a stub among the code: std r2, 24(r1); ld r12, slot(r2); mtctr r12; bctr */
	uint64_t stub = here(c);
	put_word(c, at->records ? 0xf8410028 : 0xf8410018);
	put_word(c, 0xe9820000 | ((at->slot - at->got - 0x8000) & 0xfffc));
	put_word(c, 0x7d8903a6);
	put_word(c, 0x4e800420);
	user = here(c);
	put_word(c, 0x48000001 | ((stub - here(c)) & 0x03fffffc));
	put_word(c, 0x4e800020);
	sym("caller", user, here(c) - user, sec);
}

/* The other order of bytes, word by word. */
static void
swap(struct bits *c)
{
	for (size_t i = 0; i + 4 <= c->n; i += 4) {
		uint32_t w = le32(c->b + i);

		put_le32(c->b + i, __builtin_bswap32(w));
	}
}

/* A record for each function, which symbols lead to from now on. */
static void
put_records(struct made *m, uint64_t toc)
{
	uint8_t v[24 * COUNT(syms)] = { 0 };

	for (unsigned i = 0; i < nsyms; i++) {
		put_le64(v + i * 24, __builtin_bswap64(syms[i].value));
		put_le64(v + i * 24 + 8, __builtin_bswap64(toc));
	}
	unsigned opd =
	    made_section(m, ".opd", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, v, 24u * nsyms);
	for (unsigned i = 0; i < nsyms; i++) {
		syms[i].value = m->sec[opd].addr + 24u * i;
		syms[i].shndx = (uint16_t)opd;
	}
}

static struct bytes
ppc_either(const struct plan *p, bool records)
{
	struct made *m = &(struct made){ 0 };
	struct bits code = { 0 };
	struct places at;

	made_begin(m, true, records, ET_DYN, 21);
	m->eflags = records ? 1 : 2;
	unsigned text = made_text(
	    m, ".rodata", SHT_PROGBITS, SHF_ALLOC, p->text ? p->text : "a text");
	struct made_sym import = { p->import ? p->import : "puts", 0, 0, FUNC, 0, 0 };
	unsigned dynsym = made_symbols(m, true, &import, 1);
	unsigned rela = made_rels(m, ".rela.dyn", true, SHF_ALLOC, 1);
	unsigned got =
	    made_section(m, ".got", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, NULL, 24);
	at = (struct places){ m->sec[text].addr, m->sec[got].addr, m->sec[got].addr + 8,
		records };
	m->n = (m->n + 15) & ~(size_t)15;
	code.at = MADE_BASE + m->n;
	ppc_code(&code, p, &at, m->nsec);
	if (records)
		swap(&code);
	(void)made_section(m, ".text", SHT_PROGBITS, CODE, code.b, code.n);
	if (records)
		put_records(m, at.got + 0x8000);
	made_rels_fill(m, rela, &(struct made_rel){ at.slot, 0, 20, 1 }, 1);
	struct elf_tag tags[] = { { DT_STRTAB, m->sec[dynsym + 1].addr },
		{ DT_STRSZ, m->sec[dynsym + 1].size }, { 6, m->sec[dynsym].addr },
		{ DT_RELA, m->sec[rela].addr }, { DT_RELASZ, 24 } };
	return end(m, p, text, tags, COUNT(tags));
}

static struct bytes
ppc_file(const struct plan *p)
{
	return ppc_either(p, false);
}

static struct bytes
ppc_v1_file(const struct plan *p)
{
	return ppc_either(p, true);
}

/* --- all -------------------------------------------------------------------------------
 */

static struct bytes (*const files[])(
    const struct plan *) = { arm_file, ppc_file, ppc_v1_file };
static const char *const called[] = { "ARM", "PowerPC64", "PowerPC64, ELF V1" };

struct row {
	const char *name;
	struct plan plan;
	const char *says;
	const char *silent; /* about these; each name with its bars, space between */
};

/* clang-format off */
static const struct row rows[] = {
	{ "one function more", { .shift = true }, "code|.text shift|function was added", "helper other user caller" },
	{ "a constant",        { .constant = 9 }, "code|.text helper|instructions differ", "other user caller" },
	{ "and moved",         { .shift = true, .constant = 9 }, "code|.text helper|instructions differ", "other user caller" },
	{ "another call",      { .other = true }, "code|.text user|goes to other; was helper", "helper other caller" },
	{ "and moved",         { .shift = true, .other = true }, "code|.text user|goes to other; was helper", "helper other caller" },
	{ "another text",      { .text = "b text" }, "code|.text user|uses \"b text\"; was \"a text\"", "helper other caller" },
	{ "a longer text",     { .text = "a longer text than that" }, "code|.text user|uses \"a longer text than that\"", "helper other caller" },
	{ "another import",    { .import = "gets" }, "import of gets was added", "helper other" },
	{ "and moved",         { .shift = true, .import = "gets" }, "import of gets was added", "helper other" },
};
/* clang-format on */

static void
check_silent(struct rig_told *t, const char *names)
{
	char one[32];

	for (const char *p = names; *p != 0;) {
		size_t n = strcspn(p, " ");
		snprintf(one, sizeof(one), "|.text %.*s|", (int)n, p);
		if (!CHECK(!rig_says(t, one)))
			printf("# %s: %s\n", one, buf_cstr(&t->text));
		p += n + (p[n] == ' ');
	}
}

TEST(linked)
{
	const struct plan plain = { 0 };

	for (size_t i = 0; i < COUNT(files) * COUNT(rows); i++) {
		const struct row *r = &rows[i / COUNT(files)];
		size_t k = i % COUNT(files);
		struct rig_told t = { 0 };

		ROW("%s: %s", called[k], r->name);
		EQ_U(rig_run(files[k](&plain), files[k](&r->plan), &t), OK);
		if (!CHECK(rig_says(&t, r->says)))
			printf("# %s\n", buf_cstr(&t.text));
		check_silent(&t, r->silent);
		buf_done(&t.text);
	}
}

/* The stub that another import takes the place of is another stub. */
TEST(stubs_have_names)
{
	const struct plan plain = { 0 }, gets = { .import = "gets" };

	for (unsigned i = 0; i < COUNT(files); i++) {
		struct rig_told t = { 0 };

		ROW("%u", i);
		EQ_U(rig_run(files[i](&plain), files[i](&gets), &t), OK);
		if (!CHECK(rig_says(&t, "gets@plt")))
			printf("# %s\n", buf_cstr(&t.text));
		buf_done(&t.text);
	}
}

/* Without symbols: what changed is code, and less than half is told of a shift. */
TEST(stripped)
{
	const struct plan a = { .stripped = true };
	const struct plan b = { .stripped = true, .constant = 9 };

	for (unsigned i = 0; i < COUNT(files); i++) {
		struct rig_told t = { 0 };

		ROW("%u", i);
		EQ_U(rig_run(files[i](&a), files[i](&b), &t), OK);
		CHECK(t.classes == 1u << DIFF_CODE);
		EQ_U(t.found, 1);
		buf_done(&t.text);
	}
}

/* Every byte of the code, changed: nothing that runs sounds harmless. */
TEST(each_byte)
{
	const struct plan plain = { 0 };

	for (unsigned i = 0; i < COUNT(files); i++) {
		struct bytes a = files[i](&plain);
		struct arena arena;
		struct elf e;

		arena_init(&arena, 1 << 20);
		if (CHECK(elf_open(a, &arena, &e) == OK)) {
			const struct elf_sec *s = elf_sec_named(&e, ".text");
			for (uint64_t k = 0; k < s->size; k++)
				for (unsigned bit = 0; bit < 8; bit++) {
					struct bytes b = test_copy(a);
					struct rig_told t = { 0 };

					ROW("%u: +%llu bit %u", i, (unsigned long long)k,
					    bit);
					((uint8_t *)(uintptr_t)b.p)[s->off + k] ^=
					    (uint8_t)(1u << bit);
					EQ_U(rig_run(a, b, &t), OK);
					CHECK(t.classes & 1u << DIFF_CODE);
					buf_done(&t.text);
				}
		}
		arena_done(&arena);
	}
}

/* Records that say more than where their functions are, or something else, are told. */
TEST(records)
{
	const struct plan plain = { 0 }, moved = { .shift = true };
	struct bytes a = ppc_v1_file(&plain);

	for (unsigned i = 0; i < 2; i++) {
		struct bytes good = ppc_v1_file(i ? &moved : &plain);
		struct arena arena;
		struct elf e;

		arena_init(&arena, 1 << 20);
		if (CHECK(elf_open(good, &arena, &e) == OK)) {
			const struct elf_sec *s = elf_sec_named(&e, ".opd");
			for (uint64_t k = i * 24; k < s->size; k++) {
				struct bytes b = test_copy(good);
				struct rig_told t = { 0 };

				ROW("%s: +%llu", i ? "moved" : "in place",
				    (unsigned long long)k);
				((uint8_t *)(uintptr_t)b.p)[s->off + k] ^= 1;
				EQ_U(rig_run(a, b, &t), OK);
				CHECK(rig_says(&t, "data|.opd") ||
				      rig_says(&t, "code|.text helper") ||
				      rig_says(&t, "code|.text user") ||
				      rig_says(&t, "code|.text other") ||
				      rig_says(&t, "code|.text caller"));
				buf_done(&t.text);
			}
		}
		arena_done(&arena);
	}
}
