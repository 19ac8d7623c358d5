#include "base/sort.h"
#include "objdiff/elf.h"
#include "objdiff/elf_dyn.h"
#include "objdiff/pe.h"

#define NO_VERSION 0x7fff

/* gABI 5, "Dynamic section": pairs of a tag and a number, up to a null tag. */
enum err
elf_dyn_open(struct elf *e, struct elf_dyn *out)
{
	struct bytes table = { 0 };
	size_t cap = 0;
	uint64_t step = e->wide ? 16 : 8;

	*out = (struct elf_dyn){ 0 };
	for (uint32_t i = 0; i < e->nseg; i++)
		if (e->seg[i].type == PT_DYNAMIC)
			table = e->seg[i].data;
	for (uint64_t off = 0; off + step <= table.n; off += step) {
		struct elf_tag t = {
			.tag = elf_addr_at(e, table, off),
			.value = elf_addr_at(e, table, off + step / 2),
		};
		if (t.tag == 0)
			break;
		if (out->n == cap)
			out->tag =
			    arena_grow(e->arena, out->tag, &cap, out->n + 1, sizeof(t));
		if (out->tag == NULL)
			return ERR_LIMIT;
		out->tag[out->n++] = t;
	}
	return OK;
}

uint64_t
elf_dyn_value(const struct elf_dyn *d, uint64_t tag)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->tag[i].tag == tag)
			return d->tag[i].value;
	return 0;
}

struct bytes
elf_dyn_name(const struct elf *e, uint64_t off)
{
	struct cur c = cur_at(e->dynsym.names, off);
	struct bytes s = cur_cstr(&c);

	return cur_ok(&c) ? s : (struct bytes){ 0 };
}

/*
 * How many dynamic symbols: the loader does not need to know, so no tag tells. The
 * section's size does; without one, linkers put the names right behind the symbols.
 */
static uint64_t
dynsym_size(const struct elf *e, uint64_t symtab, uint64_t strtab)
{
	const struct elf_sec *s = elf_sec_of_type(e, SHT_DYNSYM);

	if (s != NULL && s->addr == symtab)
		return s->size;
	return strtab > symtab ? strtab - symtab : 0;
}

static void
dynsym_load(struct elf *e, const struct elf_dyn *d)
{
	uint64_t symtab = elf_dyn_value(d, DT_SYMTAB),
		 strtab = elf_dyn_value(d, DT_STRTAB);
	uint64_t step = e->wide ? 24 : 16;
	const struct elf_sec *s = elf_sec_of_type(e, SHT_DYNSYM);

	if (s != NULL && symtab != 0 && s->addr != symtab)
		e->notes |= ELF_DISAGREE;
	e->dynsym.syms = elf_loaded(e, symtab, dynsym_size(e, symtab, strtab));
	e->dynsym.names = elf_loaded(e, strtab, elf_dyn_value(d, DT_STRSZ));
	e->dynsym.n = (uint32_t)(e->dynsym.syms.n / step);
	e->dynsym.versions =
	    elf_loaded(e, elf_dyn_value(d, DT_VERSYM), num_mul(e->dynsym.n, 2));
}

static void
symtab_load(struct elf *e)
{
	const struct elf_sec *s = elf_sec_of_type(e, SHT_SYMTAB);

	if (s == NULL)
		return;
	e->symtab.syms = s->data;
	e->symtab.n = (uint32_t)(s->data.n / (e->wide ? 24 : 16));
	if (s->link < e->nsec)
		e->symtab.names = e->sec[s->link].data;
}

/* gABI 4, "Symbol table". */
static bool
sym_read(const struct elf *e, const struct elf_table *t, uint32_t i, struct elf_sym *out)
{
	if (t->made != NULL) {
		if (i < t->n)
			*out = t->made[i];
		return i < t->n;
	}
	struct cur c = cur_at(t->syms, (uint64_t)i * (e->wide ? 24 : 16));
	uint32_t name = elf_word(e, &c);
	struct elf_sym s = { .index = i };

	if (!e->wide) {
		s.value = elf_word(e, &c);
		s.size = elf_word(e, &c);
	}
	s.info = cur_u8(&c);
	s.other = cur_u8(&c);
	s.shndx = elf_half(e, &c);
	if (e->wide) {
		s.value = elf_xword(e, &c);
		s.size = elf_xword(e, &c);
	}
	if (i >= t->n || !cur_ok(&c))
		return false;
	struct cur n = cur_at(t->names, name);
	s.name = cur_cstr(&n);
	if (!cur_ok(&n))
		s.name = (struct bytes){ 0 };
	if (e->type == ET_REL && s.shndx > 0 && s.shndx < e->nsec)
		s.value += e->sec[s.shndx].addr;
	*out = s;
	return true;
}

/* The record at an address holds it, or has a relocation to it. */
static uint64_t
entry_of(const struct elf *e, uint64_t at)
{
	struct elf_sym s;
	size_t n, i;

	if (at - e->opd->addr >= e->opd->size || at % 8 != 0)
		return at;
	if (e->type != ET_REL)
		return elf_addr_at(e, e->opd->data, at - e->opd->addr);
	i = elf_rels(e, at, at + 1, &n);
	if (n == 0 || !sym_read(e, &e->symtab, e->rel[i].sym, &s))
		return at;
	return s.value + e->rel[i].addend;
}

uint64_t
elf_code_at(const struct elf *e, uint64_t at)
{
	if (e->opd != NULL)
		return entry_of(e, at);
	return e->machine == 40 ? at & ~UINT64_C(1) : at;
}

bool
elf_sym_at(
    const struct elf *e, const struct elf_table *t, uint32_t i, struct elf_sym *out)
{
	struct elf_sym s;

	if (!sym_read(e, t, i, &s))
		return false;
	if (t->made == NULL &&
	    ((s.info & 15) == STT_FUNC || (s.info & 15) == STT_GNU_IFUNC)) {
		s.thumb = e->machine == 40 && (s.value & 1);
		s.value = elf_code_at(e, s.value);
	}
	*out = s;
	return true;
}

const struct elf_table *
elf_rel_table(const struct elf *e)
{
	return e->type == ET_REL ? &e->symtab : &e->dynsym;
}

static enum err
rel_room(struct elf *e, size_t *cap, size_t more)
{
	if (e->nrel + more <= *cap)
		return OK;
	if (*cap == 0) { /* mostly one table has nearly all: no more than that */
		e->rel = ARENA_ARRAY(e->arena, more, struct elf_rel);
		*cap = more;
	} else {
		e->rel =
		    arena_grow(e->arena, e->rel, cap, e->nrel + more, sizeof(*e->rel));
	}
	return e->rel ? OK : ERR_LIMIT;
}

/* REL: the addend stands in the bits of the instruction that are filled. */
static uint64_t
addend_in(const struct elf *e, uint32_t type, uint64_t word)
{
	if (e->m->arch == INSN_MIPS && type == 4)
		return (word & 0x03ffffff) << 2;
	if (e->m->arch == INSN_MIPS && type != 2 && type != 3 && type != 18)
		return (uint64_t)(int64_t)(int16_t)word;
	if (e->m->arch == INSN_ARM && (type == 1 || type == 28 || type == 29))
		return (uint64_t)((int64_t)(word << 40) >> 40) << 2;
	return word;
}

/* gABI 4, "Relocation"; base is added to each offset. */
static enum err
rels_add(struct elf *e, struct bytes table, bool rela, uint64_t base, size_t *cap)
{
	uint64_t word = e->wide ? 8 : 4, step = word * (rela ? 3 : 2);

	e->rela |= rela && table.n > 0;
	TRY(rel_room(e, cap, table.n / step));
	for (uint64_t off = 0; off + step <= table.n; off += step) {
		struct cur c = cur_at(table, off);
		struct elf_rel r = { .at = base + elf_addr(e, &c) };
		uint64_t info = elf_addr(e, &c);
		r.type = (uint32_t)(e->wide ? info : info & 0xff);
		r.sym = (uint32_t)(e->wide ? info >> 32 : info >> 8);
		if (rela)
			r.addend = elf_addr(e, &c);
		else
			r.addend = addend_in(
			    e, r.type, elf_addr_at(e, elf_bytes_at(e, r.at, word), 0));
		if (cur_ok(&c))
			e->rel[e->nrel++] = r;
	}
	return OK;
}

/* SHT_RELR: an address, then bit maps of the words that follow it, all relative. */
static enum err
relr_add(struct elf *e, struct bytes table, size_t *cap)
{
	uint64_t word = e->wide ? 8 : 4, at = 0, bits = word * 8 - 1;

	for (uint64_t off = 0; off + word <= table.n; off += word) {
		uint64_t v = elf_addr_at(e, table, off);
		TRY(rel_room(e, cap, bits));
		for (uint64_t i = 0; i < bits; i++) {
			uint64_t to = v & 1 ? at + i * word : v;
			if (v & 1 ? !(v >> (i + 1) & 1) : i > 0)
				continue;
			e->rel[e->nrel++] = (struct elf_rel){
				.at = to,
				.type = e->m->relative,
				.addend = elf_addr_at(e, elf_bytes_at(e, to, word), 0),
			};
		}
		at = v & 1 ? at + bits * word : v + word;
	}
	return OK;
}

static int
rel_cmp(const void *a, const void *b)
{
	const struct elf_rel *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

static enum err
rels_dynamic(struct elf *e, const struct elf_dyn *d, size_t *cap)
{
	bool plt_rela = elf_dyn_value(d, DT_PLTREL) == DT_RELA;

	TRY(rels_add(e,
	    elf_loaded(e, elf_dyn_value(d, DT_RELA), elf_dyn_value(d, DT_RELASZ)), true,
	    0, cap));
	TRY(rels_add(e,
	    elf_loaded(e, elf_dyn_value(d, DT_REL), elf_dyn_value(d, DT_RELSZ)), false, 0,
	    cap));
	e->jmprel =
	    elf_loaded(e, elf_dyn_value(d, DT_JMPREL), elf_dyn_value(d, DT_PLTRELSZ));
	TRY(rels_add(e, e->jmprel, plt_rela, 0, cap));
	return relr_add(e,
	    elf_loaded(e, elf_dyn_value(d, DT_RELR), elf_dyn_value(d, DT_RELRSZ)), cap);
}

static bool
in_order(const struct elf *e)
{
	for (size_t i = 1; i < e->nrel; i++)
		if (e->rel[i].at < e->rel[i - 1].at)
			return false;
	return true;
}

/* Of relocatable files, and of static programs, which relocate themselves. */
static enum err
rels_sections(struct elf *e, size_t *cap)
{
	for (uint32_t i = 1; i < e->nsec; i++) {
		const struct elf_sec *s = &e->sec[i];
		uint64_t base = 0;
		if (s->type != SHT_RELA && s->type != SHT_REL)
			continue;
		if (e->type == ET_REL) {
			if (s->info >= e->nsec || !(e->sec[s->info].flags & SHF_ALLOC))
				continue;
			base = e->sec[s->info].addr;
		} else if (!(s->flags & SHF_ALLOC)) {
			continue;
		}
		TRY(rels_add(e, s->data, s->type == SHT_RELA, base, cap));
	}
	return OK;
}

static size_t
rel_from(const struct elf *e, uint64_t at)
{
	size_t lo;

	SORT_FIRST(lo, e->nrel, e->rel[lo].at >= at);
	return lo;
}

size_t
elf_rels(const struct elf *e, uint64_t from, uint64_t to, size_t *n)
{
	size_t first = rel_from(e, from), end = first;

	while (end < e->nrel && e->rel[end].at < to)
		end++;
	*n = end - first;
	return first;
}

static void
code_rels(struct elf *e)
{
	for (uint32_t i = 1; i < e->nsec; i++) {
		const struct elf_sec *s = &e->sec[i];
		size_t n = 0;
		if ((s->flags & SHF_EXECINSTR) && s->size > 0)
			(void)elf_rels(e, s->addr, num_add(s->addr, s->size), &n);
		e->code_rels |= n > 0;
	}
}

#define MANY_FUNCTIONS 4096u /* enough to see what most are */

/* Code without a symbol is what the program begins with, or what most functions are. */
static bool
mostly_thumb(const struct elf *e)
{
	const struct elf_table *t[] = { &e->dynsym, &e->symtab };
	uint32_t thumb = e->entry & 1, all = e->entry != 0;
	struct elf_sym s;

	for (unsigned k = 0; k < COUNT(t) && e->machine == 40; k++)
		for (uint32_t i = 1; i < t[k]->n && i < MANY_FUNCTIONS; i++)
			if (elf_sym_at(e, t[k], i, &s) && s.shndx != 0 &&
			    (s.info & 15) == STT_FUNC) {
				thumb += s.thumb;
				all++;
			}
	return e->machine == 40 && 2 * thumb > all;
}

/* ELF V2 ABI for Power, 2.3: the TOC pointer is 32 kB into the GOT, which comes first. */
static uint64_t
base_of(const struct elf *e)
{
	const struct elf_sec *got = elf_sec_named(e, ".got");

	if (e->m->arch == INSN_ARM)
		return e->got;
	if (e->opd != NULL && e->type != ET_REL)
		return elf_addr_at(e, e->opd->data, 8);
	if (e->m->arch == INSN_PPC && e->wide && got != NULL && e->type != ET_REL)
		return got->addr + 0x8000;
	return 0;
}

enum err
elf_load(struct elf *e, const struct elf *twin)
{
	struct elf_dyn d;
	size_t cap = 0;

	if (e->pe != NULL)
		return pe_load(e);
	e->opd = e->machine == 21 ? elf_sec_named(e, ".opd") : NULL;
	symtab_load(e);
	TRY(elf_dyn_open(e, &d));
	e->got = elf_dyn_value(&d, DT_PLTGOT);
	e->init = elf_dyn_value(&d, DT_INIT);
	e->fini = elf_dyn_value(&d, DT_FINI);
	if (d.n > 0)
		dynsym_load(e, &d);
	e->base = base_of(e);
	e->thumb = mostly_thumb(e);
	if (twin != NULL) {
		e->rel = twin->rel;
		e->nrel = twin->nrel;
		e->rela = twin->rela;
		e->code_rels = twin->code_rels;
		e->jmprel = twin->jmprel;
		return OK;
	}
	TRY(d.n > 0 ? rels_dynamic(e, &d, &cap) : rels_sections(e, &cap));
	if (!in_order(e))
		sort(e->rel, e->nrel, sizeof(*e->rel), rel_cmp);
	code_rels(e);
	return OK;
}

/* One auxiliary entry: Elf_Vernaux or Elf_Verdaux, by where its index and name stand. */
static void
version_put(struct elf_versions *v, uint16_t index, struct bytes name)
{
	index &= NO_VERSION;
	if (index < COUNT(v->name))
		v->name[index] = name;
}

/* LSB 10.7.3: who needs which versions; chains of offsets, which may only go forward. */
static void
verneed(const struct elf *e, uint64_t at, uint64_t count, struct elf_versions *v)
{
	struct bytes t = elf_loaded(e, at, UINT64_MAX);

	for (uint64_t off = 0, i = 0; i < count && i < COUNT(v->name); i++) {
		struct cur c = cur_at(bytes_sub(t, off, 16), 2);
		uint16_t n = elf_half(e, &c);
		(void)elf_word(e, &c);
		uint64_t aux = off + elf_word(e, &c), next = elf_word(e, &c);
		for (uint16_t k = 0; cur_ok(&c) && k < n; k++) {
			struct cur x = cur_at(bytes_sub(t, aux, 16), 6);
			uint16_t index = elf_half(e, &x);
			struct bytes name = elf_dyn_name(e, elf_word(e, &x));
			uint64_t step = elf_word(e, &x);
			if (!cur_ok(&x))
				break;
			version_put(v, index, name);
			if (step == 0)
				break;
			aux += step;
		}
		if (!cur_ok(&c) || next == 0)
			return;
		off += next;
	}
}

static void
verdef(const struct elf *e, uint64_t at, uint64_t count, struct elf_versions *v)
{
	struct bytes t = elf_loaded(e, at, UINT64_MAX);

	for (uint64_t off = 0, i = 0; i < count && i < COUNT(v->name); i++) {
		struct cur c = cur_at(bytes_sub(t, off, 20), 4);
		uint16_t index = elf_half(e, &c);
		(void)cur_take(&c, 6);
		uint64_t aux = off + elf_word(e, &c), next = elf_word(e, &c);
		struct cur x = cur_at(bytes_sub(t, aux, 8), 0);
		struct bytes name = elf_dyn_name(e, elf_word(e, &x));
		if (!cur_ok(&c) || !cur_ok(&x))
			return;
		version_put(v, index, name);
		if (next == 0)
			return;
		off += next;
	}
}

void
elf_versions(const struct elf *e, const struct elf_dyn *d, struct elf_versions *out)
{
	*out = (struct elf_versions){ 0 };
	verdef(e, elf_dyn_value(d, DT_VERDEF), elf_dyn_value(d, DT_VERDEFNUM), out);
	verneed(e, elf_dyn_value(d, DT_VERNEED), elf_dyn_value(d, DT_VERNEEDNUM), out);
}

struct bytes
elf_version_of(const struct elf *e, const struct elf_versions *v, uint32_t sym)
{
	struct cur c = cur_at(e->dynsym.versions, (uint64_t)sym * 2);
	uint16_t index = elf_half(e, &c) & NO_VERSION;

	if (!cur_ok(&c) || index < 2 || index >= COUNT(v->name))
		return (struct bytes){ 0 };
	return v->name[index];
}
