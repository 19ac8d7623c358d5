#include "objdiff/lines.h"

#include <capstone/capstone.h>
#include <stdio.h>

#include "base/text.h"
#include "objdiff/harmless.h"

#define TEXT_SHOWN 60 /* bytes of a string in a line */

static cs_mode
order_of(const struct elf *e)
{
	return e->be ? CS_MODE_BIG_ENDIAN : CS_MODE_LITTLE_ENDIAN;
}

static bool
machine_of(const struct elf *e, cs_arch *arch, cs_mode *mode)
{
	*mode = order_of(e);
	switch (e->m->arch) {
	case INSN_X86_64:
		*arch = CS_ARCH_X86;
		*mode = CS_MODE_64;
		return true;
	case INSN_I386:
		*arch = CS_ARCH_X86;
		*mode = CS_MODE_32;
		return true;
	case INSN_ARM64: *arch = CS_ARCH_ARM64; return true;
	case INSN_ARM:
		*arch = CS_ARCH_ARM;
		*mode |= e->thumb ? CS_MODE_THUMB : CS_MODE_ARM;
		return true;
	case INSN_S390X: *arch = CS_ARCH_SYSZ; return true;
	case INSN_PPC:
		*arch = CS_ARCH_PPC;
		*mode |= e->wide ? CS_MODE_64 : CS_MODE_32;
		return true;
	case INSN_MIPS:
		*arch = CS_ARCH_MIPS;
		*mode |= e->wide ? CS_MODE_MIPS64 : CS_MODE_MIPS32;
		return true;
	default: return false; /* Capstone 4 knows no RISC-V */
	}
}

void
lines_open(struct lines *l, const struct elf *e)
{
	csh handle;
	cs_arch arch;
	cs_mode mode;

	*l = (struct lines){ 0 };
	if (!machine_of(e, &arch, &mode) || cs_open(arch, mode, &handle) != CS_ERR_OK)
		return;
	l->insn = cs_malloc(handle);
	l->handle = handle;
	if (l->insn == NULL)
		lines_close(l);
}

void
lines_close(struct lines *l)
{
	csh handle = l->handle;

	if (l->insn != NULL)
		cs_free(l->insn, 1);
	if (handle != 0)
		(void)cs_close(&handle);
	*l = (struct lines){ 0 };
}

/* What a reference is worth in a key: nothing that moves, and nothing that needs pairs.
 */
static uint64_t
key_of(const struct same_side *x, const struct unit *u, const struct ref *r)
{
	const struct unit *to;

	if (r->kind == REF_NAME)
		return ref_mix_bytes(5, r->name);
	if (r->kind != REF_ADDR || r->addr - u->at < u->size)
		return r->kind;
	to = unit_at(x->u, r->addr);
	return to != NULL && to->name.n > 0 ? ref_mix_bytes(to->kind, to->name) : 9;
}

enum err
lines_rows(const struct same_side *x, const struct unit *u, uint64_t off, size_t most,
    struct arena *arena, struct lines_row **out, size_t *n)
{
	struct insn_run run = unit_run(x->u, u);
	struct bytes code = unit_code(x->u, u);
	struct ref ref[REFS_MAX];
	size_t cap = 0;
	struct insn i;

	*out = NULL;
	for (*n = 0; off < code.n && *n < most; off += i.len) {
		struct lines_row r = { .off = off };
		insn_next(&run, code, off, u->at, &i);
		unsigned k = ref_of_insn(x->e, u->at + off, &i, ref);
		r.len = i.len;
		r.nref = (uint8_t)(k < COUNT(r.ref) ? k : COUNT(r.ref));
		r.key = ref_mix(ref_mix(le64(i.fixed), le64(i.fixed + 8)), i.len);
		for (unsigned j = 0; j < r.nref; j++) {
			r.ref[j] = ref[j];
			r.key = ref_mix(r.key, key_of(x, u, &ref[j]));
		}
		if (*n == cap)
			*out = arena_grow(arena, *out, &cap, *n + 1, sizeof(r));
		if (*out == NULL)
			return ERR_LIMIT;
		(*out)[(*n)++] = r;
	}
	return OK;
}

/* A text at an address, quoted and cut; no bytes when there is none. */
static struct bytes
quoted(const struct same_side *x, uint64_t addr, struct arena *arena)
{
	struct bytes d = elf_bytes_at(x->e, addr, 4096);
	const uint8_t *nul = d.n > 0 ? memchr(d.p, 0, d.n) : NULL;
	struct bytes s = bytes_clip(d, 0, nul ? (size_t)(nul - d.p) : 0);
	struct buf out = { .limit = 1024 };
	char *copy;

	if (s.n < 2 || !harmless_printable(s))
		return (struct bytes){ 0 };
	text_escape(&out, bytes_clip(s, 0, TEXT_SHOWN));
	copy = arena_printf(arena, "\"%.*s\"%s", (int)out.n, (const char *)out.p,
	    s.n > TEXT_SHOWN ? "..." : "");
	buf_done(&out);
	return bytes_of(copy);
}

/* The symbol the loader puts into a slot, or the data symbol that begins there. */
static struct bytes
data_name(const struct same_side *x, uint64_t addr, struct arena *arena)
{
	const struct elf *e = x->e;
	size_t n, i = elf_rels(e, addr, addr + 1, &n);
	struct elf_sym s;
	char *name = NULL;

	if (n > 0) {
		struct ref r = ref_of_rel(e, &e->rel[i]);
		if (r.kind == REF_NAME)
			name = arena_printf(arena, "[%.*s]",
			    (int)bytes_clip(r.name, 0, 256).n,
			    r.name.p ? (const char *)r.name.p : "");
		return bytes_of(name);
	}
	for (uint32_t k = 1; k < e->symtab.n && k < 20000; k++)
		if (elf_sym_at(e, &e->symtab, k, &s) && s.value == addr && s.shndx != 0 &&
		    (s.info & 15) == STT_OBJECT)
			return bytes_clip(s.name, 0, 256);
	return (struct bytes){ 0 };
}

struct bytes
lines_name(const struct same_side *x, uint64_t addr, struct arena *arena)
{
	const struct unit *u = unit_at(x->u, addr);
	const struct elf_sec *s = elf_sec_at(x->e, addr);
	struct bytes t;

	if (u != NULL) {
		t = unit_title(x->u, u, arena);
		if (addr == u->at)
			return t;
		return bytes_of(arena_printf(arena, "%.*s+0x%llx", (int)t.n,
		    (const char *)t.p, (unsigned long long)(addr - u->at)));
	}
	t = quoted(x, addr, arena);
	if (t.n == 0)
		t = data_name(x, addr, arena);
	if (t.n > 0)
		return t;
	if (s != NULL)
		return bytes_of(
		    arena_printf(arena, "%.*s+0x%llx", (int)bytes_clip(s->name, 0, 128).n,
			s->name.p ? (const char *)s->name.p : "",
			(unsigned long long)(addr - s->addr)));
	return bytes_of(arena_printf(arena, "0x%llx", (unsigned long long)addr));
}

static struct bytes
ref_name(const struct same_side *x, const struct unit *u, const struct ref *r,
    struct arena *arena)
{
	if (r->kind == REF_NAME)
		return bytes_clip(r->name, 0, 256);
	if (r->kind == REF_PAGE || r->kind == REF_NONE)
		return (struct bytes){ 0 };
	if (r->kind == REF_ADDR && r->addr - u->at < u->size)
		return bytes_of(arena_printf(
		    arena, "+0x%llx", (unsigned long long)(r->addr - u->at)));
	return lines_name(x, r->addr, arena);
}

/* Capstone's words for one instruction, or its bytes. */
static void
disassemble(const struct lines *l, struct bytes code, uint64_t at, char *out, size_t size)
{
	cs_insn *i = l->insn;
	const uint8_t *p = code.p;
	size_t n = code.n, used = 0;

	if (l->handle != 0 && cs_disasm_iter(l->handle, &p, &n, &at, i) && n == 0) {
		snprintf(
		    out, size, "%s%s%s", i->mnemonic, i->op_str[0] ? " " : "", i->op_str);
		return;
	}
	used = (size_t)snprintf(out, size, ".byte");
	for (size_t k = 0; k < code.n && used + 6 < size; k++)
		used += (size_t)snprintf(out + used, size - used, " 0x%02x", code.p[k]);
}

/* "0x1f", with Arm's # or without; false for anything else. */
static bool
hex_number(const char *s, uint64_t *out)
{
	s += *s == '#';
	if (s[0] != '0' || s[1] != 'x' || s[2] == 0)
		return false;
	*out = 0;
	for (s += 2; *s != 0; s++) {
		int digit = text_hex((uint8_t)*s);
		if (digit < 0)
			return false;
		*out = *out << 4 | (uint64_t)digit;
	}
	return true;
}

/* A number at the end of the text is the address itself: the name takes its place. */
static size_t
without_target(const char *text, const struct ref *r)
{
	const char *last = strrchr(text, ' ');
	uint64_t v;

	if (last != NULL && hex_number(last + 1, &v) && v == r->addr)
		return (size_t)(last - text);
	return strlen(text);
}

struct bytes
lines_text(const struct lines *l, const struct same_side *x, const struct unit *u,
    const struct lines_row *row, struct arena *arena)
{
	char text[256];
	struct bytes code = bytes_sub(unit_code(x->u, u), row->off, row->len);
	struct bytes name = { 0 };
	size_t keep;

	if (code.n == 0)
		return BYTES_LIT("");
	disassemble(l, code, u->at + row->off, text, sizeof(text));
	keep = strlen(text);
	for (unsigned i = 0; i < row->nref && name.n == 0; i++) {
		name = ref_name(x, u, &row->ref[i], arena);
		if (name.n > 0 && row->ref[i].kind == REF_ADDR)
			keep = without_target(text, &row->ref[i]);
	}
	if (name.n == 0)
		return bytes_of(arena_str(arena, bytes_of(text)));
	return bytes_of(arena_printf(arena, "%.*s %s%.*s", (int)keep, text,
	    text[keep] == 0 ? "; " : "", (int)name.n, (const char *)name.p));
}
