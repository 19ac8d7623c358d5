#include "objdiff/elf.h"

#include "base/sort.h"

#define FIRST_MADE_UP 0x10000 /* where sections of relocatable files are put */
#define EM_NONE                                                  \
	{                                                        \
		0, INSN_OPAQUE, "unknown machine", 0, 0, 0, 0, 0 \
	}

/* clang-format off */
static const struct elf_machine machines[] = {
	{ 62,  INSN_X86_64, "x86-64", 8, 7, 6, 2, 4 },
	{ 3,   INSN_I386, "i386", 8, 7, 6, 2, 4 },
	{ 183, INSN_ARM64, "AArch64", 1027, 1026, 1025, 0, 0 },
	{ 40,  INSN_ARM, "ARM", 23, 22, 21, 0, 0 },
	{ 243, INSN_RISCV, "RISC-V", 3, 5, 0, 0, 0 },
	{ 21,  INSN_PPC, "PowerPC64", 22, 21, 20, 0, 0 },
	{ 20,  INSN_PPC, "PowerPC", 22, 21, 20, 0, 0 },
	{ 22,  INSN_S390X, "S/390", 12, 11, 10, 0, 0 },
	{ 8,   INSN_MIPS, "MIPS", 3, 127, 0, 0, 0 },
	EM_NONE,
};
/* clang-format on */

bool
elf_is(struct bytes head)
{
	return bytes_eq(bytes_sub(head, 0, 4), BYTES_LIT("\177ELF"));
}

uint16_t
elf_half(const struct elf *e, struct cur *c)
{
	return e->be ? cur_be16(c) : cur_le16(c);
}

uint32_t
elf_word(const struct elf *e, struct cur *c)
{
	return e->be ? cur_be32(c) : cur_le32(c);
}

uint64_t
elf_xword(const struct elf *e, struct cur *c)
{
	return e->be ? cur_be64(c) : cur_le64(c);
}

uint64_t
elf_addr(const struct elf *e, struct cur *c)
{
	return e->wide ? elf_xword(e, c) : elf_word(e, c);
}

uint64_t
elf_addr_at(const struct elf *e, struct bytes data, uint64_t off)
{
	struct cur c = cur_at(data, off);
	uint64_t v = elf_addr(e, &c);

	return cur_ok(&c) ? v : 0;
}

uint32_t
elf_word_at(const struct elf *e, struct bytes data, uint64_t off)
{
	struct cur c = cur_at(data, off);
	uint32_t v = elf_word(e, &c);

	return cur_ok(&c) ? v : 0;
}

/* gABI 4, "ELF header"; 52 or 64 bytes. */
static enum err
header(struct elf *e, uint32_t *nsec, uint32_t *nseg)
{
	CHECKED struct cur c = cur_at(e->file, 4);
	uint8_t class = cur_u8(&c), order = cur_u8(&c);

	(void)cur_u8(&c);
	e->osabi = cur_u8(&c);
	e->abiversion = cur_u8(&c);
	(void)cur_take(&c, 7);
	e->wide = class == 2;
	e->be = order == 2;
	e->type = elf_half(e, &c);
	e->machine = elf_half(e, &c);
	(void)elf_word(e, &c);
	e->entry = elf_addr(e, &c);
	e->phoff = elf_addr(e, &c);
	e->shoff = elf_addr(e, &c);
	e->eflags = elf_word(e, &c);
	(void)cur_take(&c, 4); /* its own size, and that of a program header */
	*nseg = elf_half(e, &c);
	(void)elf_half(e, &c);
	*nsec = elf_half(e, &c);
	e->shstrndx = elf_half(e, &c);
	if (!cur_ok(&c) || class < 1 || class > 2 || order < 1 || order > 2)
		return ERR_FORMAT;
	for (e->m = machines; e->m->machine != 0 && e->m->machine != e->machine; e->m++)
		;
	return OK;
}

static void
section(const struct elf *e, struct cur *c, struct elf_sec *s, uint32_t *name)
{
	*name = elf_word(e, c);
	s->type = elf_word(e, c);
	s->flags = elf_addr(e, c);
	s->addr = elf_addr(e, c);
	s->off = elf_addr(e, c);
	s->size = elf_addr(e, c);
	s->link = elf_word(e, c);
	s->info = elf_word(e, c);
	(void)elf_addr(e, c);
	s->entsize = elf_addr(e, c);
}

static struct bytes
name_at(struct bytes names, uint64_t off)
{
	struct cur c = cur_at(names, off);
	struct bytes s = cur_cstr(&c);

	return cur_ok(&c) ? s : (struct bytes){ 0 };
}

static enum err
sections(struct elf *e, uint32_t n)
{
	uint64_t size = e->wide ? 64 : 40;
	CHECKED struct cur c = cur_at(e->file, e->shoff);
	uint32_t *name;

	if (!cur_ok(&c) || n > cur_left(&c) / size) {
		e->notes |= ELF_CUT;
		n = (uint32_t)(cur_left(&c) / size);
	}
	e->sec = ARENA_ARRAY(e->arena, n, struct elf_sec);
	name = ARENA_ARRAY(e->arena, n, uint32_t);
	if (e->sec == NULL || name == NULL)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < n; i++) {
		struct elf_sec *s = &e->sec[i];
		section(e, &c, s, &name[i]);
		if (s->type == SHT_NOBITS || i == 0)
			continue;
		s->data = bytes_clip(e->file, s->off, s->size);
		if (s->data.n != s->size)
			e->notes |= ELF_CUT;
	}
	e->nsec = cur_ok(&c) ? n : 0;
	uint32_t names =
	    e->shstrndx == SHN_XINDEX && n > 0 ? e->sec[0].link : e->shstrndx;
	for (uint32_t i = 1; i < e->nsec && names < e->nsec; i++)
		e->sec[i].name = name_at(e->sec[names].data, name[i]);
	return OK;
}

/* The number of sections, which stands in the first one when it is too large. */
static uint32_t
section_count(struct elf *e, uint32_t n)
{
	if (e->shoff == 0)
		return 0;
	if (n == 0) {
		struct elf_sec first = { 0 };
		uint32_t name;
		struct cur c = cur_at(e->file, e->shoff);
		section(e, &c, &first, &name);
		n = !cur_ok(&c)               ? 0
		    : first.size > UINT32_MAX ? UINT32_MAX
					      : (uint32_t)first.size;
		if (n == 0)
			e->notes |= ELF_CUT;
	}
	if (n > ELF_SECTIONS_MAX) {
		e->notes |= ELF_TOO_MANY;
		n = ELF_SECTIONS_MAX;
	}
	return n;
}

static enum err
segments(struct elf *e, uint32_t n)
{
	if (n > ELF_SEGMENTS_MAX) {
		e->notes |= ELF_TOO_MANY;
		n = ELF_SEGMENTS_MAX;
	}
	e->seg = ARENA_ARRAY(e->arena, n, struct elf_seg);
	if (e->seg == NULL)
		return ERR_LIMIT;

	CHECKED struct cur c = cur_at(e->file, e->phoff);
	for (uint32_t i = 0; i < n; i++) {
		struct elf_seg *s = &e->seg[i];
		s->type = elf_word(e, &c);
		s->flags = e->wide ? elf_word(e, &c) : 0;
		s->off = elf_addr(e, &c);
		s->vaddr = elf_addr(e, &c);
		(void)elf_addr(e, &c);
		s->filesz = elf_addr(e, &c);
		s->memsz = elf_addr(e, &c);
		if (!e->wide)
			s->flags = elf_word(e, &c);
		s->align = elf_addr(e, &c);
		if (!cur_ok(&c)) {
			e->notes |= ELF_CUT;
			return OK;
		}
		s->data = bytes_clip(e->file, s->off, s->filesz);
		if (s->data.n != s->filesz)
			e->notes |= ELF_CUT;
		e->nseg = i + 1;
	}
	return OK;
}

/* Where there are no sections, each loaded segment is one. */
static enum err
make_up(struct elf *e)
{
	e->sec = ARENA_ARRAY(e->arena, e->nseg + 1, struct elf_sec);
	if (e->sec == NULL)
		return ERR_LIMIT;
	e->made_up = true;
	e->nsec = 1;
	for (uint32_t i = 0; i < e->nseg; i++) {
		const struct elf_seg *s = &e->seg[i];
		char *name;
		if (s->type != PT_LOAD)
			continue;
		name = arena_printf(e->arena, "segment %u", i);
		if (name == NULL)
			return ERR_LIMIT;
		e->sec[e->nsec++] = (struct elf_sec){
			.name = bytes_of(name),
			.data = s->data,
			.addr = s->vaddr,
			.off = s->off,
			.size = s->filesz,
			.type = SHT_PROGBITS,
			.flags = SHF_ALLOC | (s->flags & PF_X ? SHF_EXECINSTR : 0) |
				 (s->flags & PF_W ? SHF_WRITE : 0),
		};
	}
	return OK;
}

static void
place_relocatable(struct elf *e)
{
	uint64_t at = FIRST_MADE_UP;

	for (uint32_t i = 1; i < e->nsec; i++) {
		struct elf_sec *s = &e->sec[i];
		if (!(s->flags & SHF_ALLOC))
			continue;
		s->addr = at;
		/* a size beyond the file (NOBITS) must not make addresses run over */
		at += (s->size > UINT32_MAX ? UINT32_MAX : s->size) + 64;
		at = (at + 63) & ~UINT64_C(63);
	}
}

struct place {
	uint64_t addr;
	uint32_t sec;
};

static int
place_cmp(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

/* Thread-local NOBITS lie over what follows them, and hold no place. */
static bool
has_place(const struct elf_sec *s)
{
	return (s->flags & SHF_ALLOC) && s->size > 0 &&
	       !(s->type == SHT_NOBITS && (s->flags & 0x400));
}

enum err
elf_places(struct elf *e)
{
	struct place *p = ARENA_ARRAY(e->arena, e->nsec, struct place);

	e->place = ARENA_ARRAY(e->arena, e->nsec, uint32_t);
	if (p == NULL || e->place == NULL)
		return ERR_LIMIT;
	for (uint32_t i = 1; i < e->nsec; i++)
		if (has_place(&e->sec[i]))
			p[e->nplace++] = (struct place){ e->sec[i].addr, i };
	sort(p, e->nplace, sizeof(*p), place_cmp);
	for (uint32_t i = 0; i < e->nplace; i++)
		e->place[i] = p[i].sec;
	return OK;
}

/* A section that people read must be the bytes that the loader maps. */
static void
check_agreement(struct elf *e)
{
	for (uint32_t i = 1; i < e->nsec && e->type != ET_REL && !e->made_up; i++) {
		const struct elf_sec *s = &e->sec[i];
		struct bytes real;
		if (!(s->flags & SHF_ALLOC) || s->type == SHT_NOBITS || s->data.n == 0)
			continue;
		real = elf_loaded(e, s->addr, s->data.n);
		if (real.p != s->data.p || real.n != s->data.n)
			e->notes |= ELF_DISAGREE;
	}
}

enum err
elf_open(struct bytes file, struct arena *arena, struct elf *out)
{
	uint32_t nsec, nseg;

	*out = (struct elf){ .file = file, .arena = arena };
	if (!elf_is(file))
		return ERR_FORMAT;
	TRY(header(out, &nsec, &nseg));
	nsec = section_count(out, nsec);
	/* gABI: 0xffff segments means that the first section's info tells how many */
	if (nseg == 0xffff)
		out->notes |= ELF_TOO_MANY;
	if (nseg > 0 && out->phoff > 0)
		TRY(segments(out, nseg));
	if (nsec > 1)
		TRY(sections(out, nsec));
	if (out->nsec < 2)
		TRY(make_up(out));
	if (out->type == ET_REL)
		place_relocatable(out);
	TRY(elf_places(out));
	check_agreement(out);
	return OK;
}

const struct elf_sec *
elf_sec_at(const struct elf *e, uint64_t addr)
{
	size_t lo; /* the first that begins behind addr */

	SORT_FIRST(lo, e->nplace, e->sec[e->place[lo]].addr > addr);
	if (lo == 0)
		return NULL;
	const struct elf_sec *s = &e->sec[e->place[lo - 1]];
	return addr - s->addr < s->size ? s : NULL;
}

#define FILL_MAX 64 /* bytes between two sections of one segment */

const struct elf_sec *
elf_data_end(const struct elf *e, uint64_t addr)
{
	size_t lo; /* the first that begins there or behind */

	SORT_FIRST(lo, e->nplace, e->sec[e->place[lo]].addr >= addr);
	if (lo == 0)
		return NULL;

	const struct elf_sec *s = &e->sec[e->place[lo - 1]];
	const struct elf_sec *next = elf_sec_at(e, addr);
	uint64_t end = num_add(s->addr, s->size);

	if (next != NULL && (next->addr != addr || next->type != SHT_NOBITS))
		return NULL;
	return (s->flags & SHF_WRITE) && s->type != SHT_NOBITS && addr >= end &&
		       addr - end < FILL_MAX
		   ? s
		   : NULL;
}

const struct elf_sec *
elf_sec_named(const struct elf *e, const char *name)
{
	for (uint32_t i = 1; i < e->nsec; i++)
		if (elf_sec_is(&e->sec[i], name))
			return &e->sec[i];
	return NULL;
}

const struct elf_sec *
elf_sec_of_type(const struct elf *e, uint32_t type)
{
	for (uint32_t i = 1; i < e->nsec; i++)
		if (e->sec[i].type == type)
			return &e->sec[i];
	return NULL;
}

bool
elf_sec_starts(const struct elf_sec *s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s->name.n >= n && memcmp(s->name.p, prefix, n) == 0;
}

struct bytes
elf_bytes_at(const struct elf *e, uint64_t addr, uint64_t n)
{
	const struct elf_sec *s = elf_sec_at(e, addr);

	return s ? bytes_clip(s->data, addr - s->addr, n) : (struct bytes){ 0 };
}

struct bytes
elf_loaded(const struct elf *e, uint64_t addr, uint64_t n)
{
	for (uint32_t i = 0; i < e->nseg; i++) {
		const struct elf_seg *s = &e->seg[i];
		if (s->type == PT_LOAD && addr >= s->vaddr && addr - s->vaddr < s->data.n)
			return bytes_clip(s->data, addr - s->vaddr, n);
	}
	return (struct bytes){ 0 };
}

bool
elf_near(const struct elf *e, uint64_t at, uint64_t size)
{
	for (uint32_t i = 0; i < e->nspan; i++)
		if (at <= e->span[i].to && num_add(at, size) >= e->span[i].from)
			return true;
	return e->nspan == 0;
}
