#include "objdiff/pe.h"

#include "base/sort.h"

#define IMPORTS_MAX 65536u
#define LIBS_MAX    4096u
#define NAME_MAX_PE 1024

static const struct elf_machine pe_machines[] = {
	{ 0x8664, INSN_X86_64, "x86-64", 0, 1, 0, 0, 0 },
	{ 0x14c, INSN_I386, "i386", 0, 1, 0, 0, 0 },
	{ 0xaa64, INSN_ARM64, "AArch64", 0, 1, 0, 0, 0 },
	{ 0, INSN_OPAQUE, "unknown machine", 0, 1, 0, 0, 0 },
};

/* PE/COFF 3.1: the offset at 0x3c leads to the signature. */
static uint64_t
signature(struct bytes file)
{
	uint32_t at = rec_le32(file, 0x3c);

	if (!bytes_eq(bytes_sub(file, 0, 2), BYTES_LIT("MZ")) ||
	    !bytes_eq(bytes_sub(file, at, 4), BYTES_LIT("PE\0\0")))
		return 0;
	return at;
}

/* The signature may lie anywhere: a head that is too short to tell is taken at its word.
 */
bool
pe_is(struct bytes head)
{
	uint32_t at = rec_le32(head, 0x3c);

	if (!bytes_eq(bytes_sub(head, 0, 2), BYTES_LIT("MZ")) || head.n < 64)
		return false;
	return at >= 64 && (at > head.n - 4 || signature(head) != 0);
}

struct bytes
pe_at(const struct elf *e, uint64_t rva, uint64_t n)
{
	return elf_bytes_at(e, num_add(e->pe->base, rva), n);
}

/* PE/COFF 3.4: PE32 and PE32+ differ in the width of five fields. */
static enum err
optional(struct elf *e, struct pe *pe)
{
	struct bytes o = pe->optional;
	uint16_t magic = rec_le16(o, 0);
	uint32_t n;

	if (magic != 0x10b && magic != 0x20b)
		return ERR_FORMAT;
	pe->plus = e->wide = magic == 0x20b;
	pe->base = pe->plus ? rec_le64(o, 24) : rec_le32(o, 28);
	e->entry = num_add(pe->base, rec_le32(o, 16));
	n = rec_le32(o, pe->plus ? 108 : 92);
	for (uint32_t i = 0; i < n && i < PE_DIRS; i++) {
		uint64_t at = (pe->plus ? 112u : 96u) + (uint64_t)i * 8;
		pe->dir[i] = (struct pe_dir){ rec_le32(o, at), rec_le32(o, at + 4) };
	}
	return OK;
}

static void
section(struct elf *e, struct bytes h, struct elf_sec *s)
{
	uint32_t raw = rec_le32(h, 16), traits = rec_le32(h, 36);
	size_t n = 0;

	while (n < 8 && h.p[n] != 0)
		n++;
	*s = (struct elf_sec){
		.name = bytes_clip(h, 0, n),
		.addr = num_add(e->pe->base, rec_le32(h, 12)),
		.off = rec_le32(h, 20),
		.size = rec_le32(h, 8),
		.type = raw == 0 ? SHT_NOBITS : SHT_PROGBITS,
		.flags = SHF_ALLOC | (traits & 0x20000000 ? SHF_EXECINSTR : 0) |
			 (traits & 0x80000000 ? SHF_WRITE : 0),
	};
	if (s->size == 0)
		s->size = raw;
	if (raw == 0)
		return;
	/* what is behind the virtual size is not mapped, what is behind raw is zero */
	s->data = bytes_clip(e->file, s->off, raw < s->size ? raw : s->size);
	if (bytes_clip(e->file, s->off, raw).n != raw)
		e->notes |= ELF_CUT;
}

static enum err
sections(struct elf *e, struct pe *pe, uint64_t at, uint32_t n)
{
	e->sec = ARENA_ARRAY(e->arena, (size_t)n + 1, struct elf_sec);
	if (e->sec == NULL)
		return ERR_LIMIT;
	e->nsec = 1;
	for (uint32_t i = 0; i < n; i++) {
		struct bytes h = bytes_sub(e->file, at + (uint64_t)i * 40, 40);
		if (h.p == NULL) {
			e->notes |= ELF_CUT;
			break;
		}
		section(e, h, &e->sec[e->nsec]);
		uint64_t end = num_add(e->sec[e->nsec].off, rec_le32(h, 16));
		if (rec_le32(h, 16) > 0 && end > pe->end)
			pe->end = end < e->file.n ? end : e->file.n;
		e->nsec++;
	}
	return OK;
}

enum err
pe_open(struct bytes file, struct arena *arena, struct elf *out)
{
	uint64_t at = signature(file);
	struct pe *pe;
	uint16_t size;

	if (at == 0)
		return ERR_FORMAT;
	pe = ARENA_NEW(arena, struct pe);
	if (pe == NULL)
		return ERR_LIMIT;
	*out = (struct elf){ .file = file, .arena = arena, .type = ET_EXEC, .pe = pe };
	pe->stub = bytes_clip(file, 0x40, at - 0x40);
	pe->coff = bytes_sub(file, at + 4, 20);
	size = rec_le16(pe->coff, 16);
	pe->optional = bytes_sub(file, at + 24, size);
	if (pe->coff.p == NULL || pe->optional.p == NULL)
		return ERR_FORMAT;
	out->machine = rec_le16(pe->coff, 0);
	for (out->m = pe_machines; out->m->machine != 0; out->m++)
		if (out->m->machine == out->machine)
			break;
	TRY(optional(out, pe));
	pe->end = num_add(at + 24, size);
	TRY(sections(out, pe, at + 24 + size, rec_le16(pe->coff, 2)));
	return elf_places(out);
}

/* Symbols made of imports and exports. */
struct names {
	struct elf_sym *v;
	size_t n, cap;
};

static enum err
name_put(struct elf *e, struct names *s, struct elf_sym x)
{
	if (s->n >= IMPORTS_MAX)
		return OK;
	if (s->n == s->cap)
		s->v = arena_grow(e->arena, s->v, &s->cap, s->n + 1, sizeof(*s->v));
	if (s->v == NULL)
		return ERR_LIMIT;
	x.index = (uint32_t)s->n;
	x.info = 1 << 4 | STT_FUNC;
	s->v[s->n++] = x;
	return OK;
}

static struct bytes
text_at(const struct elf *e, uint64_t rva)
{
	struct bytes d = pe_at(e, rva, NAME_MAX_PE);
	const uint8_t *nul = d.n > 0 ? memchr(d.p, 0, d.n) : NULL;

	return bytes_clip(d, 0, nul ? (size_t)(nul - d.p) : 0);
}

/* 6.4.2: an entry is an ordinal, or leads to a hint and a name. */
static enum err
import_name(const struct elf *e, struct bytes lib, uint64_t entry, struct bytes *out)
{
	uint64_t by_number = UINT64_C(1) << (e->wide ? 63 : 31);
	char *s;

	if (entry & by_number) {
		s = arena_printf(e->arena, "%.*s!#%u", (int)lib.n,
		    lib.p ? (const char *)lib.p : "", (unsigned)(entry & 0xffff));
	} else {
		struct bytes name = text_at(e, entry + 2);
		s = arena_printf(e->arena, "%.*s!%.*s", (int)lib.n,
		    lib.p ? (const char *)lib.p : "", (int)name.n,
		    name.p ? (const char *)name.p : "");
	}
	*out = bytes_of(s);
	return s ? OK : ERR_LIMIT;
}

static enum err
rel_put(struct elf *e, size_t *cap, uint64_t at, uint32_t sym)
{
	if (e->nrel == *cap)
		e->rel = arena_grow(e->arena, e->rel, cap, e->nrel + 1, sizeof(*e->rel));
	if (e->rel == NULL)
		return ERR_LIMIT;
	e->rel[e->nrel++] = (struct elf_rel){ .at = at, .type = e->m->slot, .sym = sym };
	return OK;
}

static enum err
imports_of(struct elf *e, struct bytes d, struct names *names, size_t *cap)
{
	uint64_t word = e->wide ? 8 : 4, lookup = rec_le32(d, 0), slots = rec_le32(d, 16);
	struct bytes lib = text_at(e, rec_le32(d, 12)), name;

	if (lookup == 0)
		lookup = slots;
	for (uint32_t i = 0; i < IMPORTS_MAX; i++) {
		uint64_t entry = elf_addr_at(e, pe_at(e, lookup + i * word, word), 0);
		if (entry == 0)
			return OK;
		TRY(import_name(e, lib, entry, &name));
		TRY(name_put(e, names, (struct elf_sym){ .name = name }));
		TRY(rel_put(
		    e, cap, e->pe->base + slots + i * word, (uint32_t)names->n - 1));
	}
	return OK;
}

/* 6.3: names, and which function each has. */
static enum err
exports(struct elf *e, struct names *names)
{
	struct bytes d = pe_at(e, e->pe->dir[PE_EXPORT].rva, 40);
	uint32_t n = rec_le32(d, 24);

	for (uint32_t i = 0; d.n == 40 && i < n && i < IMPORTS_MAX; i++) {
		struct bytes at = pe_at(e, rec_le32(d, 32) + (uint64_t)i * 4, 4);
		struct bytes which = pe_at(e, rec_le32(d, 36) + (uint64_t)i * 2, 2);
		uint64_t slot = rec_le32(d, 28) + (uint64_t)rec_le16(which, 0) * 4;
		if (at.n != 4 || which.n != 2)
			break;
		TRY(name_put(e, names,
		    (struct elf_sym){ .name = text_at(e, rec_le32(at, 0)),
			.shndx = 1,
			.other = (uint8_t)(rec_le16(which, 0) + rec_le32(d, 16)),
			.value = e->pe->base + rec_le32(pe_at(e, slot, 4), 0) }));
	}
	return OK;
}

static int
rel_cmp(const void *a, const void *b)
{
	const struct elf_rel *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

enum err
pe_load(struct elf *e)
{
	struct names names = { 0 };
	size_t cap = 0;

	TRY(name_put(e, &names, (struct elf_sym){ 0 })); /* the null symbol */
	for (uint32_t i = 0; i < LIBS_MAX; i++) {
		struct bytes d =
		    pe_at(e, e->pe->dir[PE_IMPORT].rva + (uint64_t)i * 20, 20);
		if (e->pe->dir[PE_IMPORT].rva == 0 || d.n != 20 || rec_le32(d, 12) == 0)
			break;
		TRY(imports_of(e, d, &names, &cap));
	}
	if (e->pe->dir[PE_EXPORT].rva != 0)
		TRY(exports(e, &names));
	e->dynsym = (struct elf_table){ .made = names.v, .n = (uint32_t)names.n };
	sort(e->rel, e->nrel, sizeof(*e->rel), rel_cmp);
	return OK;
}

static int
fde_cmp(const void *a, const void *b)
{
	const struct eh_fde *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

/* x64 exception handling: begin, end, unwind information of 4 bytes and its codes. */
enum err
pe_functions(const struct elf *e, struct eh_table *out)
{
	struct bytes t =
	    pe_at(e, e->pe->dir[PE_EXCEPTION].rva, e->pe->dir[PE_EXCEPTION].size);
	size_t n = t.n / 12;

	*out = (struct eh_table){ 0 };
	if (e->m->arch != INSN_X86_64 || e->pe->dir[PE_EXCEPTION].rva == 0)
		return OK;
	out->fde = ARENA_ARRAY(e->arena, n, struct eh_fde);
	if (out->fde == NULL)
		return ERR_LIMIT;
	for (size_t i = 0; i < n; i++) {
		uint32_t from = rec_le32(t, i * 12), to = rec_le32(t, i * 12 + 4);
		struct bytes head = pe_at(e, rec_le32(t, i * 12 + 8), 4);
		uint64_t at = e->pe->base + from;
		if (from >= to || head.n != 4 || !elf_near(e, at, to - from))
			continue;
		out->fde[out->n++] = (struct eh_fde){ .at = at,
			.size = to - from,
			.rules = pe_at(
			    e, rec_le32(t, i * 12 + 8), 4 + 2 * (uint64_t)head.p[2]) };
	}
	sort(out->fde, out->n, sizeof(*out->fde), fde_cmp);
	return OK;
}

static bool
range_put(const struct elf *e, const struct pe_ranges *to, uint64_t rva, uint64_t n)
{
	return rva == 0 || n == 0 || to->put(to->arg, num_add(e->pe->base, rva), n);
}

static bool
import_ranges(const struct elf *e, struct bytes d, const struct pe_ranges *to)
{
	uint64_t word = e->wide ? 8 : 4, lookup = rec_le32(d, 0), slots = rec_le32(d, 16),
		 n = 0;
	uint64_t entry, table = lookup ? lookup : slots;

	if (!range_put(e, to, rec_le32(d, 12), text_at(e, rec_le32(d, 12)).n + 1))
		return false;
	while (n < IMPORTS_MAX &&
	       (entry = elf_addr_at(e, pe_at(e, table + n * word, word), 0)) != 0) {
		/* ordinals have the top bit, and lead nowhere */
		if (!(entry >> (e->wide ? 63 : 31)) &&
		    !range_put(e, to, entry, text_at(e, entry + 2).n + 3))
			return false;
		n++;
	}
	return range_put(e, to, lookup, (n + 1) * word) &&
	       range_put(e, to, slots, (n + 1) * word);
}

static bool
unwind_ranges(const struct elf *e, const struct pe_ranges *to)
{
	struct bytes t =
	    pe_at(e, e->pe->dir[PE_EXCEPTION].rva, e->pe->dir[PE_EXCEPTION].size);

	for (uint64_t off = 0; e->m->arch == INSN_X86_64 && off + 12 <= t.n; off += 12) {
		uint32_t at = rec_le32(t, off + 8);
		struct bytes head = pe_at(e, at, 4);
		uint64_t codes = head.n == 4 ? head.p[2] : 0;
		/* codes come in pairs */
		if (!range_put(e, to, at, 4 + 2 * (codes + (codes & 1))))
			return false;
	}
	return true;
}

void
pe_ranges(const struct elf *e, bool all, const struct pe_ranges *to)
{
	const struct pe_dir *dir = e->pe->dir;

	for (uint32_t i = 0; i < LIBS_MAX && dir[PE_IMPORT].rva != 0; i++) {
		struct bytes d = pe_at(e, dir[PE_IMPORT].rva + (uint64_t)i * 20, 20);
		if (!range_put(e, to, dir[PE_IMPORT].rva + (uint64_t)i * 20, d.n))
			return;
		if (d.n != 20 || rec_le32(d, 12) == 0 || !import_ranges(e, d, to))
			break;
	}
	if (!range_put(e, to, dir[PE_EXPORT].rva, dir[PE_EXPORT].size) ||
	    !unwind_ranges(e, to) || !all)
		return;
	for (uint32_t i = 0; i < 64 && (i + 1) * 28 <= dir[PE_DEBUG].size; i++) {
		struct bytes d = pe_at(e, dir[PE_DEBUG].rva + (uint64_t)i * 28, 28);
		if (!range_put(e, to, dir[PE_DEBUG].rva + (uint64_t)i * 28, d.n) ||
		    !range_put(e, to, rec_le32(d, 20), rec_le32(d, 16)))
			return;
	}
}
