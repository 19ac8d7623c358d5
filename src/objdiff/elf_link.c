#include "base/sort.h"
#include "objdiff/elf_diff.h"

/* What a tag of the dynamic section holds: gABI 5, figure 5-10, and GNU's. */
enum tag_kind {
	TAG_VALUE, /* a number with a meaning: unknown tags, too */
	TAG_NAME,  /* an offset into the string table */
	TAG_CODE,  /* the address of something to run */
	TAG_TABLE, /* the address of a table, which is compared as a table */
	TAG_SIZE,  /* bytes of a table */
	TAG_COUNT, /* how many relocations only move addresses; the loader believes it */
};

/* clang-format off */
static const struct { uint32_t tag; uint8_t kind; } kinds[] = {
	{ DT_NEEDED, TAG_NAME }, { DT_SONAME, TAG_NAME }, { DT_RPATH, TAG_NAME },
	{ DT_RUNPATH, TAG_NAME }, { 0x6ffffefa, TAG_NAME }, { 0x6ffffefb, TAG_NAME },
	{ 0x6ffffefc, TAG_NAME }, { 0x7ffffffd, TAG_NAME }, { 0x7fffffff, TAG_NAME },
	{ DT_INIT, TAG_CODE }, { DT_FINI, TAG_CODE },
	{ DT_PLTGOT, TAG_TABLE }, { 4, TAG_TABLE }, { DT_STRTAB, TAG_TABLE },
	{ DT_SYMTAB, TAG_TABLE }, { DT_RELA, TAG_TABLE }, { DT_REL, TAG_TABLE },
	{ DT_JMPREL, TAG_TABLE }, { 25, TAG_TABLE }, { 26, TAG_TABLE }, { 32, TAG_TABLE },
	{ DT_RELR, TAG_TABLE }, { 0x6ffffef5, TAG_TABLE }, { DT_VERSYM, TAG_TABLE },
	{ DT_VERDEF, TAG_TABLE }, { DT_VERNEED, TAG_TABLE },
	{ DT_PLTRELSZ, TAG_SIZE }, { DT_RELASZ, TAG_SIZE }, { DT_STRSZ, TAG_SIZE },
	{ DT_RELSZ, TAG_SIZE }, { DT_RELRSZ, TAG_SIZE },
	{ 0x6ffffff9, TAG_COUNT }, { 0x6ffffffa, TAG_COUNT },
};
/* clang-format on */

/* Above this each machine has tags of its own. ELF V2 ABI for Power, 4.2. */
#define DT_PPC64_GLINK 0x70000000 /* 32 bytes before the stubs that bind lazily */

static enum tag_kind
tag_kind(const struct elf *e, uint64_t tag)
{
	if (tag == DT_PPC64_GLINK && e->machine == 21)
		return TAG_CODE;
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (kinds[i].tag == tag)
			return (enum tag_kind)kinds[i].kind;
	return TAG_VALUE;
}

static const char *
tag_name(uint64_t tag)
{
	switch (tag) {
	case DT_NEEDED: return "needed library";
	case DT_SONAME: return "soname";
	case DT_RPATH: return "rpath";
	case DT_RUNPATH: return "runpath";
	case DT_INIT: return "init function";
	case DT_FINI: return "fini function";
	case 27: return "number of constructors (bytes)";
	case 28: return "number of destructors (bytes)";
	case 30:
	case 0x6ffffffb: return "flags of the loader";
	default: return "dynamic tag";
	}
}

static const struct elf_tag *
next_tag(const struct elf_dyn *d, size_t *i)
{
	return *i < d->n ? &d->tag[(*i)++] : NULL;
}

/* At the same distance from the begin of sections of one name. */
static bool
same_place(struct elf_pair *p, uint64_t a, uint64_t b)
{
	const struct elf_sec *x = elf_sec_at(&p->a, a), *y = elf_sec_at(&p->b, b);

	if (x == NULL || y == NULL)
		return a == b;
	return a - x->addr == b - y->addr && bytes_eq(x->name, y->name);
}

/* A table's size is that of a section of one name in both, where it changed. */
static bool
same_table(struct elf_pair *p, uint64_t a, uint64_t b)
{
	for (uint32_t i = 1; i < p->a.nsec; i++) {
		const struct elf_sec *x = &p->a.sec[i];
		if (x->size != a || !(x->flags & SHF_ALLOC))
			continue;
		for (uint32_t k = 1; k < p->b.nsec; k++)
			if (p->b.sec[k].size == b && bytes_eq(p->b.sec[k].name, x->name))
				return true;
	}
	return a == b;
}

static uint64_t
only_moved(const struct elf *e)
{
	uint64_t n = 0;

	for (size_t i = 0; i < e->nrel; i++)
		n += e->rel[i].type == e->m->relative;
	return n;
}

static bool
same_tag(struct elf_pair *p, const struct elf_tag *a, const struct elf_tag *b)
{
	if (a == NULL || b == NULL || a->tag != b->tag)
		return false;
	switch (tag_kind(&p->a, a->tag)) {
	case TAG_NAME:
		return bytes_eq(
		    elf_dyn_name(&p->a, a->value), elf_dyn_name(&p->b, b->value));
	case TAG_CODE:
		return elf_same_address(
		    p, elf_code_at(&p->a, a->value), elf_code_at(&p->b, b->value));
	case TAG_TABLE: return same_place(p, a->value, b->value);
	case TAG_SIZE: return same_table(p, a->value, b->value);
	case TAG_COUNT:
		return a->value - only_moved(&p->a) == b->value - only_moved(&p->b);
	default: return a->value == b->value;
	}
}

static void
tell_tag(
    struct elf_pair *p, const struct elf *e, const struct elf_tag *t, const char *what)
{
	struct bytes where = bytes_of("dynamic section");

	if (tag_kind(e, t->tag) == TAG_NAME)
		tell_found(p->t, DIFF_CODE, where, "%s %s: %.*s", tag_name(t->tag), what,
		    TELL_S(elf_dyn_name(e, t->value)));
	else
		tell_found(p->t, DIFF_CODE, where, "%s 0x%llx %s: 0x%llx",
		    tag_name(t->tag), (unsigned long long)t->tag, what,
		    (unsigned long long)t->value);
}

/* In order, as the loader searches libraries in order. A tag alone is skipped alone. */
static void
tags(struct elf_pair *p)
{
	size_t i = 0, k = 0;

	for (;;) {
		size_t at_a = i, at_b = k;
		const struct elf_tag *a = next_tag(&p->dyn_a, &i);
		const struct elf_tag *b = next_tag(&p->dyn_b, &k);
		if (a == NULL && b == NULL)
			return;
		if (same_tag(p, a, b))
			continue;
		size_t ahead = k;
		const struct elf_tag *next = next_tag(&p->dyn_b, &ahead);
		if (b != NULL && (a == NULL || same_tag(p, a, next))) {
			tell_tag(p, &p->b, b, "added");
			i = at_a;
			continue;
		}
		if (a != NULL)
			tell_tag(p, &p->a, a, "gone");
		if (a != NULL && b != NULL && a->tag == b->tag)
			tell_tag(p, &p->b, b, "added");
		else if (b != NULL)
			k = at_b;
	}
}

/* A symbol that others see or that others bring. */
struct link {
	struct bytes name, version;
	uint64_t value, size;
	uint16_t shndx;
	uint8_t info, other;
};

struct linkset {
	struct link *v;
	size_t n;
};

static int
link_cmp(const void *a, const void *b)
{
	const struct link *x = a, *y = b;
	int order = bytes_cmp(x->name, y->name);

	if (order == 0)
		order = bytes_cmp(x->version, y->version);
	return order ? order : (x->shndx != 0) - (y->shndx != 0);
}

static enum err
links_open(
    struct elf_pair *p, const struct elf *e, const struct elf_dyn *d, struct linkset *out)
{
	const struct elf_table *t = elf_rel_table(e);
	struct elf_versions *v = ARENA_NEW(p->arena, struct elf_versions);
	struct elf_sym s;

	*out = (struct linkset){ .v = ARENA_ARRAY(p->arena, t->n, struct link) };
	if (out->v == NULL || v == NULL)
		return ERR_LIMIT;
	elf_versions(e, d, v);
	for (uint32_t i = 1; i < t->n; i++) {
		if (!elf_sym_at(e, t, i, &s) || s.name.n == 0 || s.info >> 4 == 0)
			continue;
		out->v[out->n++] = (struct link){ s.name, elf_version_of(e, v, i),
			s.value, s.size, s.shndx, s.info, s.other };
	}
	sort(out->v, out->n, sizeof(*out->v), link_cmp);
	return OK;
}

static void
tell_link(struct elf_pair *p, const struct link *l, const char *what)
{
	tell_found(p->t, DIFF_CODE, bytes_of("symbols"), "%s %.*s%s%.*s %s",
	    l->shndx == 0 ? "import of" : "export of", TELL_S(l->name),
	    l->version.n ? "@" : "", TELL_S(l->version), what);
}

#define VARIABLES 8 /* that are told one by one */

/* A function is another one, or a variable's content, which is data: there may be many.
 */
static void
tell_leads(struct elf_pair *p, const struct link *l)
{
	bool variable = (l->info & 15) == STT_OBJECT;

	if (variable && p->variables++ >= VARIABLES)
		return;
	tell_found(p->t, variable ? DIFF_DATA : DIFF_CODE, bytes_of("symbols"),
	    "export of %.*s leads to something else", TELL_S(l->name));
}

static void
compare_link(struct elf_pair *p, const struct link *a, const struct link *b)
{
	if (a->info != b->info || a->other != b->other)
		tell_link(p, b, "is bound in another way");
	if (a->shndx == 0)
		return;
	if (a->shndx >= 0xff00 || b->shndx >= 0xff00) { /* absolute, common */
		if (a->shndx != b->shndx || a->value != b->value)
			tell_link(p, b, "has another value");
	} else if ((a->info & 15) != 6 && !elf_same_address(p, a->value, b->value)) {
		tell_leads(p, b);
	}
	if (a->size != b->size && (a->info & 15) == STT_OBJECT)
		tell_link(p, b, "has another size");
}

static enum err
symbols(struct elf_pair *p)
{
	struct linkset a, b;
	size_t i = 0, k = 0;

	TRY(links_open(p, &p->a, &p->dyn_a, &a));
	TRY(links_open(p, &p->b, &p->dyn_b, &b));
	while (i < a.n || k < b.n) {
		int order = i == a.n ? 1 : k == b.n ? -1 : link_cmp(&a.v[i], &b.v[k]);
		if (order == 0)
			compare_link(p, &a.v[i++], &b.v[k++]);
		else if (order < 0)
			tell_link(p, &a.v[i++], "is gone");
		else
			tell_link(p, &b.v[k++], "was added");
	}
	return OK;
}

/* What the loader does besides moving things: one line for each symbol it looks up. */
struct fix {
	struct bytes name;
	uint64_t addend;
	uint32_t type;
};

static int
fix_cmp(const void *a, const void *b)
{
	const struct fix *x = a, *y = b;
	int order = bytes_cmp(x->name, y->name);

	if (order != 0 || x->type != y->type)
		return order ? order : x->type < y->type ? -1 : 1;
	return x->addend < y->addend ? -1 : x->addend > y->addend;
}

static enum err
fixes_open(struct elf_pair *p, const struct elf *e, struct fix **out, size_t *n)
{
	*n = 0;
	*out = ARENA_ARRAY(p->arena, e->nrel, struct fix);
	if (*out == NULL)
		return ERR_LIMIT;
	for (size_t i = 0; i < e->nrel && e->type != ET_REL; i++) {
		struct ref r = ref_of_rel(e, &e->rel[i]);
		/* addresses are compared where they are used; those of no section nowhere
		 * else */
		if (r.kind == REF_ADDR && elf_sec_at(e, e->rel[i].at) != NULL)
			continue;
		(*out)[(*n)++] = (struct fix){ r.name, r.addend, r.type };
	}
	sort(*out, *n, sizeof(**out), fix_cmp);
	return OK;
}

static void
tell_fix(struct elf_pair *p, const struct fix *f, const char *what)
{
	tell_found(p->t, DIFF_CODE, bytes_of("relocations"),
	    "relocation of type %u to %.*s %s", f->type,
	    TELL_S(f->name.n ? f->name : bytes_of("a place in no section")), what);
}

static enum err
relocations(struct elf_pair *p)
{
	struct fix *a, *b;
	size_t na, nb, i = 0, k = 0;

	TRY(fixes_open(p, &p->a, &a, &na));
	TRY(fixes_open(p, &p->b, &b, &nb));
	while (i < na || k < nb) {
		int order = i == na ? 1 : k == nb ? -1 : fix_cmp(&a[i], &b[k]);
		if (order < 0)
			tell_fix(p, &a[i], "is gone");
		else if (order > 0)
			tell_fix(p, &b[k], "was added");
		i += order <= 0;
		k += order >= 0;
	}
	return OK;
}

/* Constructors and destructors: arrays of addresses, in the order they run. */
static void
array(struct elf_pair *p, const char *name, uint64_t tag, uint64_t tag_size)
{
	uint64_t na = elf_dyn_value(&p->dyn_a, tag_size),
		 nb = elf_dyn_value(&p->dyn_b, tag_size);

	if (na == 0 && nb == 0)
		return;
	if (na != nb || same_data(&p->same, elf_dyn_value(&p->dyn_a, tag), na,
			    elf_dyn_value(&p->dyn_b, tag), nb) != SAME_YES)
		tell_found(
		    p->t, DIFF_CODE, bytes_of(name), "other functions run by themselves");
}

/* Programs without a loader run what these sections hold. */
static void
array_sections(struct elf_pair *p)
{
	static const uint32_t types[] = { SHT_INIT_ARRAY, SHT_FINI_ARRAY,
		SHT_PREINIT_ARRAY };

	for (size_t i = 0; i < COUNT(types) && p->dyn_a.n == 0; i++) {
		const struct elf_sec *a = elf_sec_of_type(&p->a, types[i]);
		const struct elf_sec *b = elf_sec_of_type(&p->b, types[i]);
		if (a == NULL && b == NULL)
			continue;
		if (a == NULL || b == NULL ||
		    same_data(&p->same, a->addr, a->data.n, b->addr, b->data.n) !=
			SAME_YES)
			tell_found(p->t, DIFF_CODE, b ? b->name : a->name,
			    "other functions run by themselves");
	}
}

/*
 * glibc looks names up in a hash table of their own: with equal symbols in an equal
 * order it must be equal, too.
 */
static void
hash_tables(struct elf_pair *p)
{
	static const uint32_t types[] = { SHT_GNU_HASH, SHT_HASH };

	if (!bytes_eq(p->a.dynsym.syms, p->b.dynsym.syms))
		return;
	for (size_t i = 0; i < COUNT(types); i++) {
		const struct elf_sec *a = elf_sec_of_type(&p->a, types[i]);
		const struct elf_sec *b = elf_sec_of_type(&p->b, types[i]);
		if (a != NULL && b != NULL && !bytes_eq(a->data, b->data))
			tell_found(p->t, DIFF_CODE, b->name,
			    "the table to find symbols differs, and the symbols do not");
	}
}

enum err
elf_diff_link(struct elf_pair *p)
{
	if (!elf_same_address(
		p, elf_code_at(&p->a, p->a.entry), elf_code_at(&p->b, p->b.entry)) &&
	    p->a.entry + p->b.entry != 0)
		tell_found(p->t, DIFF_CODE, bytes_of("ELF header"),
		    "the program begins elsewhere: 0x%llx became 0x%llx",
		    (unsigned long long)p->a.entry, (unsigned long long)p->b.entry);
	tags(p);
	TRY(symbols(p));
	if (p->variables > VARIABLES)
		tell_found(p->t, DIFF_DATA, bytes_of("symbols"),
		    "%u more exported variables lead to something else",
		    p->variables - VARIABLES);
	TRY(relocations(p));
	array(p, ".init_array", 25, 27);
	array(p, ".fini_array", 26, 28);
	array(p, ".preinit_array", 32, 33);
	array_sections(p);
	hash_tables(p);
	return OK;
}
