/*
 * pe_import.c - which functions of which libraries a program asks for.
 *
 * Names are read as pefile and YARA do, not as Windows does: the import hash that
 * the world's rules compare is defined by what they skip.
 */
#include "format/pe.h"

/*
 * PE/COFF 5.4.1 and 4.1 (delay-load). The first three limits are YARA's, and count over
 * the whole file: rules compare what both engines count.
 */
#define DESCRIPTOR_SIZE 20
#define DELAYED_SIZE    32
#define LIBRARIES_MOST  16384
#define FUNCTIONS_MOST  16384      /* of all libraries, as YARA; so shared tables end */
#define NAME_OF_LIBRARY 256        /* bytes, its NUL included */
#define DELAYED_MOST    (1U << 18) /* ours */
#define NAME_MOST       512
#define DOS_HEADER_SIZE 64

/* A vector of functions or libraries that grows in the arena. */
struct list {
	void *p;
	size_t n, cap;
};

/*
 * Room for one more, zeroed, or NULL when the arena is spent. arena_grow leaves the old
 * elements where they were, so a pointer into the list is good until the next call only.
 */
static void *
list_add(struct arena *a, struct list *l, size_t size)
{
	if (l->n == l->cap) {
		void *p = arena_grow(a, l->p, &l->cap, l->n + 1, size);

		if (p == NULL)
			return NULL;
		l->p = p;
	}
	return memset((uint8_t *)l->p + l->n++ * size, 0, size);
}

/* Printable, as a file name on Windows. A NUL must end it within most bytes. */
static bool
library_name(struct pe *pe, uint64_t at, uint64_t most, struct bytes *out)
{
	struct bytes rest = bytes_clip(pe->file, at, most);

	for (size_t i = 0; i < rest.n && pe_spend(pe, 1); i++) {
		uint8_t c = rest.p[i];

		if (c == 0) {
			*out = (struct bytes){ rest.p, i };
			return i > 0;
		}
		if (c < ' ' || c > '~' || memchr("\"*<>?|", c, 6) != NULL)
			return false;
	}
	return false;
}

/* pefile's idea of a name that a linker may have written. */
static bool
function_name_ok(struct bytes name)
{
	for (size_t i = 0; i < name.n; i++) {
		uint8_t c = name.p[i], l = c | 0x20;

		if (!(l >= 'a' && l <= 'z') && !(c >= '0' && c <= '9') &&
		    memchr("._?@$()<>", c, 9) == NULL)
			return false;
	}
	return name.n > 0;
}

/*
 * The name for an ordinal: from the lists, or ordN. p NULL: the arena is spent,
 * which load() in pe.c sees and makes ERR_LIMIT, so no import is lost in silence.
 */
static struct bytes
ordinal_name(struct pe *pe, struct bytes library, uint16_t ordinal)
{
	const char *known = pe_ordinal_name(library, ordinal);

	return bytes_of(known ? known : arena_printf(pe->parse->arena, "ord%u", ordinal));
}

/*
 * A thunk table (PE/COFF 5.4.2) while it is read: one entry a step. It has no length,
 * only a zero at its end, which the end of the file stands in for; tables of several
 * libraries may overlap, so FUNCTIONS_MOST and the steps count over all of them.
 */
struct thunks {
	uint64_t at;      /* of the next entry in the file */
	unsigned width;   /* of an entry: 4 or 8 */
	uint64_t ordinal; /* the bit that says: by number */
};

static struct thunks
thunks_at(const struct pe *pe, uint64_t at)
{
	return pe->wide ? (struct thunks){ at, 8, 1ULL << 63 }
			: (struct thunks){ at, 4, 1U << 31 };
}

/* The entry at at, or 0 (which ends a table) when it leaves the file. */
static uint64_t
thunk_value(struct bytes file, const struct thunks *t)
{
	return t->width == 8 ? rec_le64(file, t->at) : rec_le32(file, t->at);
}

/* Fills one function of a library; false: nothing usable, skip it. */
static bool
read_function(struct pe *pe, struct bytes library, uint64_t thunk, struct pe_function *f)
{
	int64_t at;

	f->ordinal = FACT_UNDEF;
	if (thunk & thunks_at(pe, 0).ordinal) {
		if ((thunk ^ thunks_at(pe, 0).ordinal) > UINT16_MAX)
			return false;
		f->ordinal = (uint16_t)thunk;
		f->name = ordinal_name(pe, library, (uint16_t)thunk);
		return f->name.p != NULL;
	}
	at = pe_rva_to_offset(pe, thunk);
	if (at < 0 || bytes_sub(pe->file, (uint64_t)at, 3).p == NULL)
		return false;
	f->name = pe_cstr(pe, (uint64_t)at + 2, NAME_MOST); /* behind the hint */
	return function_name_ok(f->name);
}

/*
 * The functions of one descriptor. Two bounds end a table that has no end: FUNCTIONS_MOST
 * of all libraries together, and the steps; the address of an entry is first_thunk + i *
 * width, below 2^32 + 2^17.
 */
static enum err
read_functions(
    struct pe *pe, struct bytes descriptor, struct bytes library, struct list *out)
{
	uint32_t first_thunk = rec_le32(descriptor, 16);
	int64_t at = pe_rva_to_offset(pe, rec_le32(descriptor, 0));

	if (at <= 0) /* some linkers leave only the table that the loader overwrites */
		at = pe_rva_to_offset(pe, first_thunk);
	if (at < 0)
		return OK;
	struct thunks t = thunks_at(pe, (uint64_t)at);
	for (uint64_t i = 0; i < FUNCTIONS_MOST; i++, t.at += t.width) {
		uint64_t value = thunk_value(pe->file, &t),
			 rva = first_thunk + i * t.width;
		struct pe_function f = { .rva =
					     (int64_t)(pe->wide ? rva : (uint32_t)rva) };

		if (value == 0 || pe->number_of_imported_functions >= FUNCTIONS_MOST)
			break;
		if (!pe_spend(pe, 1))
			return ERR_LIMIT;
		if (!read_function(pe, library, value, &f))
			continue;
		if (f.rva == 0)
			f.rva = FACT_UNDEF;
		struct pe_function *slot = list_add(pe->parse->arena, out, sizeof(f));
		if (slot == NULL)
			return ERR_LIMIT;
		*slot = f;
		pe->number_of_imported_functions++;
	}
	return OK;
}

static enum err
add_library(
    struct pe *pe, struct list *to, struct bytes name, const struct list *functions)
{
	struct pe_import *lib = list_add(pe->parse->arena, to, sizeof(*lib));

	if (lib == NULL)
		return ERR_LIMIT;
	lib->library_name = name;
	lib->number_of_functions = (int64_t)functions->n;
	lib->functions = (struct fact_array){ functions->p, (uint32_t)functions->n };
	return OK;
}

/*
 * The table ends with a row whose name is at 0, or with the file: rec_le32 of no bytes is
 * 0.
 */
static enum err
read_libraries(struct pe *pe, uint64_t at, struct list *libs)
{
	for (unsigned i = 0; i < LIBRARIES_MOST; i++, at += DESCRIPTOR_SIZE) {
		struct bytes d = bytes_sub(pe->file, at, DESCRIPTOR_SIZE), name;
		struct list functions = { 0 };

		if (rec_le32(d, 12) == 0)
			break;
		if (!pe_spend(pe, 1))
			return ERR_LIMIT;
		int64_t name_at = pe_rva_to_offset(pe, rec_le32(d, 12));
		if (name_at < 0 ||
		    !library_name(pe, (uint64_t)name_at, NAME_OF_LIBRARY, &name))
			continue;
		TRY(read_functions(pe, d, name, &functions));
		if (functions.n > 0)
			TRY(add_library(pe, libs, name, &functions));
	}
	return OK;
}

/* Where a directory lies in the file, or -1. */
static int64_t
directory_offset(struct pe *pe, enum pe_directory which)
{
	uint32_t rva = rec_le32(pe_directory(pe, which), 0);

	return rva ? pe_rva_to_offset(pe, rva) : -1;
}

/* PE 5.4 */
enum err
pe_read_imports(struct pe *pe)
{
	int64_t at = directory_offset(pe, PE_DIR_IMPORT);
	struct list libs = { 0 };
	enum err e = OK;

	pe->number_of_imported_functions = 0;
	if (at >= 0)
		e = read_libraries(pe, (uint64_t)at, &libs);
	pe->number_of_imports = (int64_t)libs.n;
	pe->import_details = (struct fact_array){ libs.p, (uint32_t)libs.n };
	return e;
}

/* One row of the delay directory, its addresses relative to the image. */
struct delayed {
	bool relative; /* as new linkers write it; else it held absolute addresses */
	uint32_t name, addresses, names;
};

static uint64_t
less_base(const struct pe *pe, uint64_t va)
{
	uint64_t base = (uint64_t)pe->image_base;

	return va > base ? va - base : va;
}

/* PE 4.1. ERR_END: the row ends the table, or no linker wrote it. */
static enum err
read_delayed_row(const struct pe *pe, struct bytes row, struct delayed *out)
{
	static const uint8_t zeros[DELAYED_SIZE];
	struct delayed d = { .name = rec_le32(row, 4) };

	if (row.p == NULL || memcmp(row.p, zeros, DELAYED_SIZE) == 0 ||
	    rec_le32(row, 0) > 1)
		return ERR_END;
	d.relative = rec_le32(row, 0) == 1;
	d.addresses = rec_le32(row, 12);
	d.names = rec_le32(row, 16);
	if (!pe->wide && !d.relative) { /* Visual C++ 6 */
		d.name = (uint32_t)less_base(pe, d.name);
		d.addresses = (uint32_t)less_base(pe, d.addresses);
		d.names = (uint32_t)less_base(pe, d.names);
	}
	if (d.names >= pe->size_of_image || d.addresses >= pe->size_of_image ||
	    d.name < DOS_HEADER_SIZE || d.names < DOS_HEADER_SIZE)
		return ERR_END;
	*out = d;
	return OK;
}

/* The word at an address; 0, which ends the tables, also when it is not in the file. */
static uint64_t
word_at(struct pe *pe, uint64_t rva)
{
	int64_t at = pe_rva_to_offset(pe, rva);
	struct thunks t;

	if (at < 0)
		return 0;
	t = thunks_at(pe, (uint64_t)at);
	return thunk_value(pe->file, &t);
}

/* A name that leads nowhere: no bytes. */
static struct bytes
delayed_name(struct pe *pe, const struct delayed *d, uint64_t va)
{
	uint64_t rva = d->relative ? va : less_base(pe, va);
	int64_t at = pe_rva_to_offset(pe, rva + 2);

	return at < 0 ? (struct bytes){ 0 } : pe_cstr(pe, (uint64_t)at, NAME_MOST);
}

static enum err
read_delayed_functions(
    struct pe *pe, const struct delayed *d, struct bytes library, struct list *out)
{
	struct thunks t = thunks_at(pe, 0);

	for (uint64_t i = 0;; i += t.width) {
		uint64_t thunk = word_at(pe, d->names + i);
		struct pe_function f = { .ordinal = FACT_UNDEF }, *slot;

		if (thunk == 0 || word_at(pe, d->addresses + i) == 0)
			return OK;
		if (!pe_spend(pe, 1) ||
		    pe->number_of_delayed_imported_functions >= DELAYED_MOST)
			return ERR_LIMIT;
		if (thunk & t.ordinal) {
			f.ordinal = (uint16_t)thunk;
			f.name = ordinal_name(pe, library, (uint16_t)thunk);
		} else {
			f.name = delayed_name(pe, d, thunk);
		}
		if (f.name.p == NULL)
			continue;
		f.rva = d->addresses + i ? (int64_t)(d->addresses + i) : FACT_UNDEF;
		slot = list_add(pe->parse->arena, out, sizeof(f));
		if (slot == NULL)
			return ERR_LIMIT;
		*slot = f;
		pe->number_of_delayed_imported_functions++;
	}
}

static enum err
read_delayed_libraries(struct pe *pe, uint64_t at, struct list *libs)
{
	for (;; at += DELAYED_SIZE) {
		struct list functions = { 0 };
		struct bytes name;
		struct delayed d;
		int64_t name_at;

		if (read_delayed_row(pe, bytes_sub(pe->file, at, DELAYED_SIZE), &d) != OK)
			return OK;
		if (!pe_spend(pe, 1))
			return ERR_LIMIT;
		name_at = pe_rva_to_offset(pe, d.name);
		if (name_at < 0 ||
		    !library_name(pe, (uint64_t)name_at, UINT64_MAX, &name))
			continue;
		TRY(read_delayed_functions(pe, &d, name, &functions));
		TRY(add_library(pe, libs, name, &functions));
	}
}

enum err
pe_read_delayed(struct pe *pe)
{
	int64_t at = directory_offset(pe, PE_DIR_DELAY_IMPORT);
	struct list libs = { 0 };
	enum err e = OK;

	pe->number_of_delayed_imported_functions = 0;
	if (at >= 0)
		e = read_delayed_libraries(pe, (uint64_t)at, &libs);
	pe->number_of_delayed_imports = (int64_t)libs.n;
	pe->delayed_import_details = (struct fact_array){ libs.p, (uint32_t)libs.n };
	return e;
}
