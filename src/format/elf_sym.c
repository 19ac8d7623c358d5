/*
 * elf_sym.c - symbol tables and dynamic entries of an ELF file.
 */
#include "format/elf.h"

#define SHT_SYMTAB 2
#define SHT_STRTAB 3
#define SHT_DYNSYM 11
#define PT_DYNAMIC 2
#define DT_NULL    0

static const uint8_t symbol_size[2] = { 16, 24 };
static const uint8_t dynamic_size[2] = { 8, 16 };

#define FIELD(at32, w32, at64, w64)                         \
	{                                                   \
		.at = { at32, at64 }, .width = { w32, w64 } \
	}

/* clang-format off */
static const struct elf_field
	st_name  = FIELD(0, 4, 0, 4),  st_value = FIELD(4, 4, 8, 8),
	st_size  = FIELD(8, 4, 16, 8), st_info  = FIELD(12, 1, 4, 1),
	st_other = FIELD(13, 1, 5, 1), st_shndx = FIELD(14, 2, 6, 2),
	d_tag    = FIELD(0, 4, 0, 8),  d_val    = FIELD(4, 4, 8, 8);
/* clang-format on */

struct table {
	struct bytes rows, names;
	bool found, there; /* there: both lie inside the file */
};

/* What a section header says of the file; no bytes when it leaves it. */
static struct bytes
content(const struct elf *e, struct bytes row)
{
	return bytes_sub(
	    e->file, elf_get(e, row, elf_sh_offset), elf_get(e, row, elf_sh_size));
}

/*
 * gABI 4, sh_link: the section of a symbol table's names. The last table of a kind that
 * names one counts (there should be one of each kind).
 */
static struct table
find_table(struct elf *e, uint32_t kind)
{
	struct table t = { 0 };

	if (!elf_has_sections(e))
		return t;
	for (int64_t i = 0; i < e->number_of_sections && elf_spend(e, 1); i++) {
		struct bytes row = elf_section_row(e, (uint64_t)i), names;
		uint64_t link = elf_get(e, row, elf_sh_link);

		if (elf_get(e, row, elf_sh_type) != kind ||
		    link >= (uint64_t)e->number_of_sections)
			continue;
		names = elf_section_row(e, link);
		if (elf_get(e, names, elf_sh_type) != SHT_STRTAB)
			continue;
		t.rows = content(e, row);
		t.names = content(e, names);
		t.found = true;
		t.there = t.rows.p != NULL && t.names.p != NULL;
	}
	return t;
}

/*
 * A row is given whole. A name behind its table stays undefined, as fact_clear left it.
 */
static void
read_symbol(struct elf *e, struct bytes row, struct bytes names, struct elf_symbol *s)
{
	uint64_t info = elf_get(e, row, st_info), name = elf_get(e, row, st_name);

	s->value = (int64_t)elf_get(e, row, st_value);
	s->size = (int64_t)elf_get(e, row, st_size);
	s->type = info & 0xf;
	s->bind = (int64_t)(info >> 4);
	s->shndx = (int64_t)elf_get(e, row, st_shndx);
	s->visibility = (int64_t)elf_get(e, row, st_other) & 3;
	if (name < names.n)
		s->name = elf_string(e, names, name);
}

/* gABI 4, Symbol Table. */
static enum err
read_table(struct elf *e, uint32_t kind, struct fact_array *out, int64_t *count)
{
	struct table t = find_table(e, kind);
	size_t size = symbol_size[e->wide], n = t.rows.n / size;
	struct elf_symbol *s;

	if (!t.found || !t.there)
		return OK;
	if (n > UINT32_MAX)
		return ERR_LIMIT;
	s = ARENA_ARRAY(e->parse->arena, n, struct elf_symbol);
	if (s == NULL && n > 0)
		return ERR_LIMIT;
	for (size_t i = 0; i < n && elf_spend(e, 1); i++)
		read_symbol(e, bytes_sub(t.rows, i * size, size), t.names, &s[i]);
	*out = (struct fact_array){ s, (uint32_t)n };
	*count = (int64_t)n;
	return OK;
}

enum err
elf_read_symtab(struct elf *e)
{
	return read_table(e, SHT_SYMTAB, &e->symtab, &e->symtab_entries);
}

enum err
elf_read_dynsym(struct elf *e)
{
	return read_table(e, SHT_DYNSYM, &e->dynsym, &e->dynsym_entries);
}

struct entries {
	struct elf_dynamic *p;
	size_t n, cap;
};

/*
 * gABI 5, Dynamic Section: from the segment's start to DT_NULL, whatever the segment's
 * size, or to the end of the file. *count: of this segment.
 */
static enum err
read_entries(struct elf *e, uint64_t at, struct entries *d, size_t *count)
{
	size_t size = dynamic_size[e->wide], i = 0;

	for (uint64_t tag = 1; tag != DT_NULL; i++) {
		struct bytes row = bytes_sub(e->file, num_add(at, i * size), size);

		if (row.p == NULL || !elf_spend(e, 1))
			break;
		if (i == d->n) {
			struct elf_dynamic *p =
			    arena_grow(e->parse->arena, d->p, &d->cap, i + 1, sizeof(*p));

			if (p == NULL)
				return ERR_LIMIT;
			d->p = p;
			d->n++;
		}
		tag = elf_get(e, row, d_tag);
		d->p[i] =
		    (struct elf_dynamic){ (int64_t)tag, (int64_t)elf_get(e, row, d_val) };
	}
	*count = i;
	return OK;
}

/*
 * Of several dynamic segments (there should be one) each is written over the one before,
 * and the last is counted: YARA's array then ends with what was longer.
 */
enum err
elf_read_dynamic(struct elf *e)
{
	struct entries d = { 0 };
	enum err err = OK;

	if (!elf_has_segments(e))
		return OK;
	for (int64_t i = 0; i < e->number_of_segments && err == OK && elf_spend(e, 1);
	     i++) {
		struct bytes row = elf_segment_row(e, (uint64_t)i);
		size_t count = 0;

		if (elf_get(e, row, elf_ph_type) != PT_DYNAMIC)
			continue;
		err = read_entries(e, elf_get(e, row, elf_ph_offset), &d, &count);
		e->dynamic_section_entries = (int64_t)count;
	}
	e->dynamic = (struct fact_array){ d.p, (uint32_t)d.n };
	return err;
}
