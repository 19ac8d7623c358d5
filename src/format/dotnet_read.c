/*
 * dotnet_read.c - what rules see of the streams and tables of an assembly.
 */
#include "format/dotnet.h"

#define STRING_MOST        1024
#define GUID_SIZE          16
#define GUID_TEXT          36
#define GUIDS_MOST         16   /* shown, as in YARA */
#define TYPE_STRING        0x0e /* II.23.1.16 */
#define PARENT_ASSEMBLY    0x0e /* tag of HasCustomAttribute */
#define TYPE_IS_MEMBER_REF 3    /* tag of CustomAttributeType */
#define PARENT_IS_TYPE_REF 1    /* tag of MemberRefParent */

struct bytes
dotnet_string(struct dotnet *d, uint32_t index)
{
	struct bytes s = bytes_clip(d->strings, index, STRING_MOST + 1);
	const uint8_t *nul = s.n ? memchr(s.p, 0, s.n) : NULL;

	if (index >= d->strings_size)
		return (struct bytes){ 0 };
	dotnet_spend(d, 1 + (nul ? (size_t)(nul - s.p) : s.n) / 16);
	return nul ? (struct bytes){ s.p, (size_t)(nul - s.p) } : (struct bytes){ 0 };
}

/* II.24.2.4: one, two or four bytes, by the first bits. */
struct bytes
dotnet_blob_of(struct bytes b, struct bytes *rest)
{
	struct cur c = cur_at(b, 0);
	uint32_t n = cur_u8(&c);
	struct bytes blob;

	if ((n & 0xc0) == 0x80)
		n = (n & 0x3f) << 8 | cur_u8(&c);
	else if ((n & 0xe0) == 0xc0) {
		n = (n & 0x1f) << 24;
		n |= (uint32_t)cur_u8(&c) << 16;
		n |= cur_be16(&c);
	} else if (n & 0x80)
		c.bad = true;
	blob = cur_take(&c, n);
	*rest = c.bad ? (struct bytes){ 0 } : (struct bytes){ c.p, cur_left(&c) };
	return c.bad ? (struct bytes){ 0 } : blob;
}

struct bytes
dotnet_blob(struct dotnet *d, uint32_t index)
{
	struct bytes rest;

	dotnet_spend(d, 1);
	return dotnet_blob_of(bytes_from(d->blobs, index), &rest);
}

/* A list that is filled row by row. */
struct list {
	struct dotnet_text *p;
	uint32_t n;
};

static enum err
new_list(struct dotnet *d, uint64_t most, struct list *out)
{
	if (most > UINT32_MAX)
		return ERR_LIMIT;
	*out =
	    (struct list){ ARENA_ARRAY(d->parse->arena, (size_t)most, struct dotnet_text),
		    0 };
	return out->p == NULL && most > 0 ? ERR_LIMIT : OK;
}

static void
put_list(const struct list *l, struct fact_array *out, int64_t *n)
{
	*out = (struct fact_array){ l->p, l->n };
	*n = l->n;
}

/* II.24.2.5, in the usual form: the first three groups have the low byte first. */
static enum err
read_guids(struct dotnet *d)
{
	static const uint8_t order[] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14,
		15 };
	static const char digit[] = "0123456789abcdef";
	size_t most = d->guid.n / GUID_SIZE;
	struct list l;

	if (!(d->seen & DOTNET_SEEN_GUIDS))
		return OK;
	if (most > GUIDS_MOST)
		most = GUIDS_MOST;
	TRY(new_list(d, most, &l));
	while (l.n < most && dotnet_spend(d, 1)) {
		const uint8_t *g = d->guid.p + (size_t)l.n * GUID_SIZE;
		uint8_t *text = arena_alloc(d->parse->arena, GUID_TEXT), *at = text;

		if (text == NULL)
			return ERR_LIMIT;
		for (unsigned i = 0; i < GUID_SIZE; i++) {
			if (i == 4 || i == 6 || i == 8 || i == 10)
				*at++ = '-';
			*at++ = (uint8_t)digit[g[order[i]] >> 4];
			*at++ = (uint8_t)digit[g[order[i]] & 15];
		}
		l.p[l.n++].s = (struct bytes){ text, GUID_TEXT };
	}
	put_list(&l, &d->guids, &d->number_of_guids);
	return OK;
}

/*
 * II.24.2.4: blobs of UTF-16 with a byte behind them, which is not shown; empty ones are
 * passed over. The first begins within the stream, and may end behind it. YARA does not
 * step over that last byte, which as a rule reads as an empty blob; so neither do we.
 */
static bool
next_user_string(struct dotnet *d, uint64_t *at, struct bytes *out)
{
	uint64_t end = d->us_at + d->us.n;

	while (*at < end && dotnet_spend(d, 1)) {
		struct bytes b = bytes_from(d->file, *at), rest,
			     s = dotnet_blob_of(b, &rest);

		if (s.p == NULL)
			return false;
		*out = bytes_clip(s, 0, s.n > 0 ? s.n - 1 : 0);
		*at += (size_t)(s.p - b.p) + out->n;
		if (out->n > 0)
			return true;
	}
	return false;
}

static enum err
read_user_strings(struct dotnet *d)
{
	uint64_t first = d->us_at + 1, at = first, n = 0;
	struct bytes s;
	struct list l;

	if (d->us.p == NULL || d->us.n == 0 || d->us.p[0] != 0)
		return OK;
	while (next_user_string(d, &at, &s))
		n++;
	TRY(new_list(d, n, &l));
	for (at = first; l.n < n && next_user_string(d, &at, &s);)
		l.p[l.n++].s = s;
	put_list(&l, &d->user_strings, &d->number_of_user_strings);
	return OK;
}

/* II.22.31 */
static enum err
read_modulerefs(struct dotnet *d)
{
	uint32_t n = dotnet_rows(d, DOTNET_MODULE_REF);
	struct list l;

	if (d->table[DOTNET_MODULE_REF].n == 0)
		return OK;
	TRY(new_list(d, n, &l));
	for (uint32_t i = 0; i < n && dotnet_spend(d, 1); i++) {
		struct bytes s = dotnet_string(d, dotnet_get(d, DOTNET_MODULE_REF, i, 0));

		if (s.p != NULL)
			l.p[l.n++].s = s;
	}
	put_list(&l, &d->modulerefs, &d->number_of_modulerefs);
	return OK;
}

/* II.22.9: only strings are shown. */
static enum err
read_constants(struct dotnet *d)
{
	uint32_t n = dotnet_rows(d, DOTNET_CONSTANT);
	struct list l;

	if (d->table[DOTNET_CONSTANT].n == 0)
		return OK;
	TRY(new_list(d, n, &l));
	for (uint32_t i = 0; i < n && dotnet_spend(d, 1); i++) {
		struct bytes s;

		if ((dotnet_get(d, DOTNET_CONSTANT, i, 0) & 0xff) != TYPE_STRING)
			continue;
		s = dotnet_blob(d, dotnet_get(d, DOTNET_CONSTANT, i, 2));
		if (s.p != NULL)
			l.p[l.n++].s = s;
	}
	put_list(&l, &d->constants, &d->number_of_constants);
	return OK;
}

/* II.22.18 */
static enum err
read_field_offsets(struct dotnet *d)
{
	uint32_t n = dotnet_rows(d, DOTNET_FIELD_RVA), count = 0;
	struct dotnet_number *v;

	if (d->table[DOTNET_FIELD_RVA].n == 0)
		return OK;
	v = ARENA_ARRAY(d->parse->arena, n, struct dotnet_number);
	if (v == NULL && n > 0)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < n && dotnet_spend(d, 1); i++) {
		int64_t at =
		    pe_rva_to_offset(&d->pe, dotnet_get(d, DOTNET_FIELD_RVA, i, 0));

		if (at >= 0)
			v[count++].v = at;
	}
	d->field_offsets = (struct fact_array){ v, count };
	d->number_of_field_offsets = count;
	return OK;
}

/* II.22.24: those that lie in this file. */
static enum err
read_resources(struct dotnet *d)
{
	uint32_t n = dotnet_rows(d, DOTNET_MANIFEST_RESOURCE), count = 0;
	struct dotnet_resource *r;

	if (d->table[DOTNET_MANIFEST_RESOURCE].n == 0)
		return OK;
	r = ARENA_ARRAY(d->parse->arena, n, struct dotnet_resource);
	if (r == NULL && n > 0)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < n && dotnet_spend(d, 1); i++) {
		uint64_t at = num_add(
		    d->resources_at, dotnet_get(d, DOTNET_MANIFEST_RESOURCE, i, 0));
		struct bytes size = bytes_sub(d->file, at, 4);

		if (dotnet_get(d, DOTNET_MANIFEST_RESOURCE, i, 3) != 0 ||
		    size.p == NULL || bytes_sub(d->file, at, le32(size.p)).p == NULL)
			continue;
		r[count++] = (struct dotnet_resource){ (int64_t)at + 4, le32(size.p),
			dotnet_string(d, dotnet_get(d, DOTNET_MANIFEST_RESOURCE, i, 2)) };
	}
	d->resources = (struct fact_array){ r, count };
	d->number_of_resources = count;
	return OK;
}

static struct dotnet_version
version_at(
    const struct dotnet *d, enum dotnet_table_kind t, uint32_t row, unsigned column)
{
	return (struct dotnet_version){
		dotnet_get(d, t, row, column),
		dotnet_get(d, t, row, column + 1),
		dotnet_get(d, t, row, column + 2),
		dotnet_get(d, t, row, column + 3),
	};
}

/* II.22.5 */
static enum err
read_assembly_refs(struct dotnet *d)
{
	const enum dotnet_table_kind t = DOTNET_ASSEMBLY_REF;
	uint32_t n = dotnet_rows(d, t);
	struct dotnet_assembly_ref *r;

	if (d->table[t].n == 0)
		return OK;
	r = ARENA_ARRAY(d->parse->arena, n, struct dotnet_assembly_ref);
	if (r == NULL && n > 0)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < n && dotnet_spend(d, 1); i++) {
		r[i].version = version_at(d, t, i, 0);
		r[i].public_key_or_token = dotnet_blob(d, dotnet_get(d, t, i, 5));
		if (r[i].public_key_or_token.p == NULL)
			continue; /* nor does YARA then read the name */
		if (r[i].public_key_or_token.n == 0)
			r[i].public_key_or_token = (struct bytes){ 0 };
		r[i].name = dotnet_string(d, dotnet_get(d, t, i, 6));
	}
	d->assembly_refs = (struct fact_array){ r, n };
	d->number_of_assembly_refs = n;
	return OK;
}

/* II.22.2: of several, the first. */
static void
read_assembly(struct dotnet *d)
{
	uint32_t n = dotnet_rows(d, DOTNET_ASSEMBLY);
	struct bytes culture;

	if (n == 0)
		return;
	d->assembly.version = version_at(d, DOTNET_ASSEMBLY, 0, 1);
	d->assembly.name = dotnet_string(d, dotnet_get(d, DOTNET_ASSEMBLY, 0, 7));
	culture = dotnet_string(d, dotnet_get(d, DOTNET_ASSEMBLY, 0, 8));
	if (culture.n > 0)
		d->assembly.culture = culture;
}

/* Is this row GuidAttribute's, on the assembly? Attribute to constructor to class. */
static bool
is_guid_attribute(struct dotnet *d, uint32_t i)
{
	uint32_t parent = dotnet_get(d, DOTNET_CUSTOM_ATTRIBUTE, i, 0);
	uint32_t type = dotnet_get(d, DOTNET_CUSTOM_ATTRIBUTE, i, 1), member, class;
	struct bytes name;

	if ((parent & 31) != PARENT_ASSEMBLY || (type & 7) != TYPE_IS_MEMBER_REF)
		return false;
	member = type >> 3;
	class = dotnet_get(d, DOTNET_MEMBER_REF, member ? member - 1 : 0, 0);
	if ((class & 7) != PARENT_IS_TYPE_REF)
		return false;
	class >>= 3;
	name = dotnet_string(d, dotnet_get(d, DOTNET_TYPE_REF, class ? class - 1 : 0, 1));
	return name.p == NULL || /* so it is in YARA */
	       bytes_eq(bytes_clip(name, 0, 13), BYTES_LIT("GuidAttribute"));
}

/* II.23.3: a prolog of 1, then the attribute's only argument, a string; null and one that
 * begins with a zero are shown as empty. */
static void
read_typelib(struct dotnet *d)
{
	uint32_t n = dotnet_rows(d, DOTNET_CUSTOM_ATTRIBUTE);

	for (uint32_t i = 0; i < n && dotnet_spend(d, 1); i++) {
		uint32_t index = dotnet_get(d, DOTNET_CUSTOM_ATTRIBUTE, i, 2);
		struct bytes b, s;
		const uint8_t *nul;

		if (index == 0 || !is_guid_attribute(d, i))
			continue;
		b = dotnet_blob(d, index);
		if (b.n < 3 || le16(b.p) != 1)
			continue;
		/* YARA lets the string leave the blob, but not the file. */
		s = bytes_sub(d->blobs, (uint64_t)(b.p - d->blobs.p) + 3, b.p[2]);
		if (s.p == NULL)
			continue;
		nul = s.n > 0 ? memchr(s.p, 0, s.n) : NULL;
		if (nul != NULL)
			s.n = (size_t)(nul - s.p);
		if (s.n > 0 && s.p[0] == 0xff)
			s.n = 0;
		d->typelib = s;
	}
}

/* II.22.30 */
static void
read_module(struct dotnet *d)
{
	if (dotnet_rows(d, DOTNET_MODULE) > 0)
		d->module_name = dotnet_string(d, dotnet_get(d, DOTNET_MODULE, 0, 1));
}

enum err
dotnet_read_tables(struct dotnet *d)
{
	TRY(read_guids(d));
	TRY(read_user_strings(d));
	read_module(d);
	TRY(read_resources(d));
	TRY(read_assembly_refs(d));
	read_assembly(d);
	TRY(read_modulerefs(d));
	TRY(read_constants(d));
	read_typelib(d);
	return read_field_offsets(d);
}
