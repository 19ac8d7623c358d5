/*
 * pe_export.c - what a library offers: PE 5.3.
 *
 * Three tables: addresses, indexed by ordinal less its base; names; and for each
 * name the index of its address. YARA asks for each address which name is its
 * own and so takes a square of steps; here the answer is a table made beforehand.
 */
#include "format/pe.h"

#define DIRECTORY_SIZE 40
/*
 * Place i of name_of is a uint16_t with NO_NAME above all of them: EXPORTS_MOST must stay
 * below.
 */
#define EXPORTS_MOST   16384
#define NAME_MOST      512
#define NO_NAME        UINT16_MAX

struct tables {
	struct bytes names, indexes, addresses;
	uint32_t n, nnames, base;
	const uint16_t *name_of; /* n entries: which name an address has */
};

/* The bytes from an address to the end of the file; p NULL: nowhere. */
static struct bytes
bytes_at_rva(struct pe *pe, uint32_t rva)
{
	int64_t at = pe_rva_to_offset(pe, rva);

	return at < 0 ? (struct bytes){ 0 } : bytes_from(pe->file, (uint64_t)at);
}

/*
 * PE/COFF 5.3.1 to 5.3.5. The counts are the file's: each table must hold as many
 * entries as will be read (n, nnames), so that later a rec_le never meets its end.
 * Finds the tables; ERR_FORMAT: one leaves the file, so nothing is exported.
 */
static enum err
find_tables(struct pe *pe, struct bytes dir, struct tables *t)
{
	uint32_t n = rec_le32(dir, 20), named = rec_le32(dir, 24);

	t->base = rec_le32(dir, 16);
	t->n = n < EXPORTS_MOST ? n : EXPORTS_MOST;
	t->nnames = named < t->n ? named : t->n;
	if (named > 0) {
		t->names = bytes_at_rva(pe, rec_le32(dir, 32));
		if (t->names.p == NULL || (uint64_t)named * 4 > t->names.n)
			return ERR_FORMAT;
	}
	t->indexes = bytes_at_rva(pe, rec_le32(dir, 36));
	t->addresses = bytes_at_rva(pe, rec_le32(dir, 28));
	if (t->indexes.p == NULL || t->indexes.n < (uint64_t)t->n * 2 ||
	    t->addresses.p == NULL || t->addresses.n < (uint64_t)t->n * 4)
		return ERR_FORMAT;
	return OK;
}

/* Turns "the address of each name" round; the first name of an address wins. */
static enum err
index_names(struct pe *pe, struct tables *t)
{
	uint16_t *name_of = ARENA_ARRAY(pe->parse->arena, t->n, uint16_t);

	if (name_of == NULL)
		return ERR_LIMIT;
	memset(name_of, 0xff, t->n * sizeof(*name_of));
	for (uint32_t j = t->nnames; j-- > 0;) {
		uint16_t i = rec_le16(t->indexes, (uint64_t)j * 2);

		if (i < t->n)
			name_of[i] = (uint16_t)j;
	}
	t->name_of = name_of;
	return OK;
}

/*
 * One export. t->name_of[i] is below nnames or NO_NAME (index_names), so the name's
 * address is read inside of the table.
 */
static void
read_export(struct pe *pe, const struct tables *t, uint32_t i, struct pe_export *x)
{
	struct bytes dir = pe_directory(pe, PE_DIR_EXPORT);
	int64_t start = pe_rva_to_offset(pe, rec_le32(dir, 0)), at;
	uint32_t size = rec_le32(dir, 4);

	x->ordinal = (uint32_t)(t->base + i);
	x->rva = rec_le32(t->addresses, (uint64_t)i * 4);
	at = pe_rva_to_offset(pe, (uint64_t)x->rva);
	/* An address inside of the directory is the name of what it stands for. */
	x->offset = FACT_UNDEF;
	if (at > start && at < start + size)
		x->forward_name = pe_cstr(pe, (uint64_t)at, NAME_MOST);
	else if (at >= 0)
		x->offset = at;
	if (t->name_of[i] == NO_NAME)
		return;
	at = pe_rva_to_offset(pe, rec_le32(t->names, t->name_of[i] * 4ULL));
	if (at > 0)
		x->name = pe_cstr(pe, (uint64_t)at, NAME_MOST);
}

/*
 * The library's own name. True when the count of exports is too large for the file: at is
 * -1 without a name, and file.n + 1 is what is measured then, as YARA does.
 */
static bool
read_dll_name(struct pe *pe, struct bytes dir)
{
	int64_t at = pe_rva_to_offset(pe, rec_le32(dir, 12));
	uint64_t n = rec_le32(dir, 20) < EXPORTS_MOST ? rec_le32(dir, 20) : EXPORTS_MOST;

	if (at > 0)
		pe->dll_name = pe_cstr(pe, (uint64_t)at, UINT64_MAX);
	/* YARA measures from the name, or from before the file without one. */
	return n * 4 > pe->file.n - (uint64_t)at;
}

enum err
pe_read_exports(struct pe *pe)
{
	uint32_t rva = rec_le32(pe_directory(pe, PE_DIR_EXPORT), 0);
	int64_t at = rva ? pe_rva_to_offset(pe, rva) : -1;
	struct bytes dir = at < 0 ? (struct bytes){ 0 }
				  : bytes_sub(pe->file, (uint64_t)at, DIRECTORY_SIZE);
	struct tables t = { 0 };
	struct pe_export *x;

	pe->number_of_exports = 0;
	if (dir.p == NULL)
		return OK;
	pe->export_timestamp = rec_le32(dir, 4);
	if (read_dll_name(pe, dir) || find_tables(pe, dir, &t) != OK)
		return OK;
	TRY(index_names(pe, &t));
	x = ARENA_ARRAY(pe->parse->arena, t.n, struct pe_export);
	if (x == NULL)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < t.n; i++)
		read_export(pe, &t, i, &x[i]);
	pe->number_of_exports = t.n;
	pe->export_details = (struct fact_array){ x, t.n };
	return OK;
}
