/*
 * dotnet_table.c - the tables of the metadata: which there are, where, how wide.
 *
 * ECMA-335 II.22 has the columns of each table, II.24.2.6 how wide they are: an index is
 * of two bytes, or of four when what it points into has too many rows. So all rows must
 * be counted before the first table can be found.
 */
#include "format/dotnet.h"

#define EXTRA_DATA 0x40 /* of HeapSizes: a number that ECMA-335 does not know */

/* What a column is. */
enum {
	U2 = 1,
	U4,
	STR,
	GUID,
	BLOB,
	INDEX = 0x40, /* and a table */
	CODED = 0x80, /* and a kind of coded index */
};

enum coded {
	TYPE_DEF_OR_REF,
	HAS_CONSTANT,
	HAS_CUSTOM_ATTRIBUTE,
	HAS_FIELD_MARSHAL,
	HAS_DECL_SECURITY,
	MEMBER_REF_PARENT,
	HAS_SEMANTICS,
	METHOD_DEF_OR_REF,
	MEMBER_FORWARDED,
	IMPLEMENTATION,
	CUSTOM_ATTRIBUTE_TYPE,
	RESOLUTION_SCOPE,
	TYPE_OR_METHOD_DEF,
};

/* II.24.2.6: the tables that each may point into, and the bits that say which. */
static const struct {
	uint8_t bits, n, table[22];
} coded[] = {
	/* clang-format off */
	[TYPE_DEF_OR_REF]       = { 2, 3, { 0x02, 0x01, 0x1b } },
	[HAS_CONSTANT]          = { 2, 3, { 0x04, 0x08, 0x17 } },
	[HAS_CUSTOM_ATTRIBUTE]  = { 5, 22, { 0x06, 0x04, 0x01, 0x02, 0x08, 0x09, 0x0a, 0x00,
		0x0e, 0x17, 0x14, 0x11, 0x1a, 0x1b, 0x20, 0x23, 0x26, 0x27, 0x28, 0x2a, 0x2c,
		0x2b } },
	[HAS_FIELD_MARSHAL]     = { 1, 2, { 0x04, 0x08 } },
	[HAS_DECL_SECURITY]     = { 2, 3, { 0x02, 0x06, 0x20 } },
	[MEMBER_REF_PARENT]     = { 3, 5, { 0x02, 0x01, 0x1a, 0x06, 0x1b } },
	[HAS_SEMANTICS]         = { 1, 2, { 0x14, 0x17 } },
	[METHOD_DEF_OR_REF]     = { 1, 2, { 0x06, 0x0a } },
	[MEMBER_FORWARDED]      = { 1, 2, { 0x04, 0x06 } },
	[IMPLEMENTATION]        = { 2, 3, { 0x26, 0x23, 0x27 } },
	[CUSTOM_ATTRIBUTE_TYPE] = { 3, 2, { 0x06, 0x0a } },
	[RESOLUTION_SCOPE]      = { 2, 4, { 0x00, 0x1a, 0x23, 0x01 } },
	[TYPE_OR_METHOD_DEF]    = { 1, 2, { 0x02, 0x06 } },
	/* clang-format on */
};

#define COLUMNS 9

/* II.22.2 and on. */
static const uint8_t columns[DOTNET_KNOWN][COLUMNS] = {
	/* clang-format off */
	[0x00] = { U2, STR, GUID, GUID, GUID },
	[0x01] = { CODED | RESOLUTION_SCOPE, STR, STR },
	[0x02] = { U4, STR, STR, CODED | TYPE_DEF_OR_REF, INDEX | 0x04, INDEX | 0x06 },
	[0x03] = { INDEX | 0x04 },
	[0x04] = { U2, STR, BLOB },
	[0x05] = { INDEX | 0x06 },
	[0x06] = { U4, U2, U2, STR, BLOB, INDEX | 0x08 },
	[0x07] = { INDEX | 0x08 },
	[0x08] = { U2, U2, STR },
	[0x09] = { INDEX | 0x02, CODED | TYPE_DEF_OR_REF },
	[0x0a] = { CODED | MEMBER_REF_PARENT, STR, BLOB },
	[0x0b] = { U2, CODED | HAS_CONSTANT, BLOB },
	[0x0c] = { CODED | HAS_CUSTOM_ATTRIBUTE, CODED | CUSTOM_ATTRIBUTE_TYPE, BLOB },
	[0x0d] = { CODED | HAS_FIELD_MARSHAL, BLOB },
	[0x0e] = { U2, CODED | HAS_DECL_SECURITY, BLOB },
	[0x0f] = { U2, U4, INDEX | 0x02 },
	[0x10] = { U4, INDEX | 0x04 },
	[0x11] = { BLOB },
	[0x12] = { INDEX | 0x02, INDEX | 0x14 },
	[0x13] = { INDEX | 0x14 },
	[0x14] = { U2, STR, CODED | TYPE_DEF_OR_REF },
	[0x15] = { INDEX | 0x02, INDEX | 0x17 },
	[0x16] = { INDEX | 0x17 },
	[0x17] = { U2, STR, BLOB },
	[0x18] = { U2, INDEX | 0x06, CODED | HAS_SEMANTICS },
	[0x19] = { INDEX | 0x02, CODED | METHOD_DEF_OR_REF, CODED | METHOD_DEF_OR_REF },
	[0x1a] = { STR },
	[0x1b] = { BLOB },
	[0x1c] = { U2, CODED | MEMBER_FORWARDED, STR, INDEX | 0x1a },
	[0x1d] = { U4, INDEX | 0x04 },
	[0x1e] = { U4, U4 },
	[0x1f] = { U4 },
	[0x20] = { U4, U2, U2, U2, U2, U4, BLOB, STR, STR },
	[0x21] = { U4 },
	[0x22] = { U4, U4, U4 },
	[0x23] = { U2, U2, U2, U2, U4, BLOB, STR, STR, BLOB },
	[0x24] = { U4, INDEX | 0x23 },
	[0x25] = { U4, U4, U4, INDEX | 0x23 },
	[0x26] = { U4, STR, BLOB },
	[0x27] = { U4, U4, STR, STR, CODED | IMPLEMENTATION },
	[0x28] = { U4, U4, STR, CODED | IMPLEMENTATION },
	[0x29] = { INDEX | 0x02, INDEX | 0x02 },
	[0x2a] = { U2, U2, CODED | TYPE_OR_METHOD_DEF, STR },
	[0x2b] = { CODED | METHOD_DEF_OR_REF, BLOB },
	[0x2c] = { INDEX | 0x2a, CODED | TYPE_DEF_OR_REF },
	/* clang-format on */
};

/*
 * II.24.2.6: two bytes, as long as the largest of the tables has no row that the bits
 * beside the tag cannot name.
 */
static uint32_t
coded_width(const struct dotnet *d, enum coded c)
{
	uint32_t most = 0;

	for (unsigned i = 0; i < coded[c].n; i++)
		if (d->table[coded[c].table[i]].n > most)
			most = d->table[coded[c].table[i]].n;
	return most > 0xffffu >> coded[c].bits ? 4 : 2;
}

static uint32_t
width(const struct dotnet *d, uint8_t column)
{
	if (column & CODED)
		return coded_width(d, column & ~CODED);
	if (column & INDEX)
		return d->table[column & ~INDEX].n > 0xffff ? 4 : 2;
	switch (column) {
	case STR: return d->wide_string ? 4 : 2;
	case GUID: return d->wide_guid ? 4 : 2;
	case BLOB: return d->wide_blob ? 4 : 2;
	case U4: return 4;
	case U2: return 2;
	default: return 0;
	}
}

/* At most 9 columns of 4 bytes. */
static uint32_t
row_size(const struct dotnet *d, unsigned t)
{
	uint32_t size = 0;

	for (unsigned i = 0; i < COLUMNS; i++)
		size += width(d, columns[t][i]);
	return size;
}

/*
 * bytes_sub is the bound: rows, sizes and columns may be what they like, a number that
 * does not lie in the table is 0. at is below 2^32 * 2^6.
 */
uint32_t
dotnet_get(
    const struct dotnet *d, enum dotnet_table_kind t, uint32_t row, unsigned column)
{
	const struct dotnet_table *table = &d->table[t];
	uint64_t at = (uint64_t)row * table->size;
	struct bytes b;

	for (unsigned i = 0; i < column; i++)
		at += width(d, columns[t][i]);
	b = bytes_sub(table->rows, at, width(d, columns[t][column]));
	if (b.p == NULL)
		return 0;
	return b.n == 4 ? le32(b.p) : le16(b.p);
}

uint32_t
dotnet_rows(const struct dotnet *d, enum dotnet_table_kind t)
{
	const struct dotnet_table *table = &d->table[t];
	size_t there = table->size ? table->rows.n / table->size : 0;

	return table->n < there ? table->n : (uint32_t)there;
}

/* II.24.2.6: how many rows each has; *at is then where the first table begins. */
static uint64_t
count_rows(struct dotnet *d, struct cur *c)
{
	uint64_t valid;

	cur_take(c, 6); /* reserved, and the version of the schemata */
	uint8_t heaps = cur_u8(c);

	d->wide_string = heaps & 1;
	d->wide_guid = heaps & 2;
	d->wide_blob = heaps & 4;
	cur_take(c, 1);
	valid = cur_le64(c);
	cur_take(c, 8); /* which are sorted */
	for (unsigned i = 0; i < DOTNET_TABLES; i++) {
		uint32_t n = valid >> i & 1 ? cur_le32(c) : 0;

		if (i < DOTNET_KNOWN)
			d->table[i].n = n;
	}
	if (heaps & EXTRA_DATA)
		cur_take(c, 4);
	return valid;
}

/* A table that nobody defined ends them: where the next one begins is not known. */
void
dotnet_find_tables(struct dotnet *d)
{
	CHECKED struct cur c = cur_at(d->tilde, 0);
	uint64_t valid = count_rows(d, &c), at;
	struct bytes rest;

	if (!cur_ok(&c))
		return;
	rest = bytes_from(d->tilde, (uint64_t)(c.p - d->tilde.p));
	at = 0;
	for (unsigned i = 0; i < DOTNET_KNOWN && valid >> i != 0; i++) {
		struct dotnet_table *t = &d->table[i];

		t->size = row_size(d, i);
		t->rows = bytes_clip(rest, at, num_mul(t->n, t->size));
		if (valid >> i & 1 && t->rows.p == NULL)
			return;
		at = num_add(at, num_mul(t->n, t->size));
	}
}
