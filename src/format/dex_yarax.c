/*
 * dex_yarax.c - YARA-X's view of a dex file: names in place of indexes, and functions.
 *
 * Built in one part, from the tables of identifiers that dex.c has read. An index that
 * leads nowhere leaves the name undefined. Strings are MUTF-8 in the file and UTF-8 here.
 */
#include <zlib.h>

#include "base/text.h"
#include "crypto/hash.h"
#include "format/dex.h"
#include "format/utf.h"

#define CHECKSUM_FROM   12
#define SIGNATURE_FROM  32
#define PARAMETERS_MOST 255 /* of a method, by the instruction set */
#define VERSION_WIDE    41  /* versions from here on have more in their header */

static bool
is_tail(uint8_t c)
{
	return (c & 0xc0) == 0x80;
}

/* One code of MUTF-8, which is a surrogate as often as not; 0 bytes: it is none. */
static size_t
next_code(struct bytes s, uint32_t *code)
{
	const uint8_t *p = s.p;

	if (p[0] < 0x80) {
		*code = p[0];
		return 1;
	}
	if ((p[0] & 0xe0) == 0xc0 && s.n >= 2 && is_tail(p[1])) {
		*code = (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
		return 2;
	}
	if ((p[0] & 0xf0) == 0xe0 && s.n >= 3 && is_tail(p[1]) && is_tail(p[2])) {
		*code = (p[0] & 0xfu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
		return 3;
	}
	return 0;
}

/* "MUTF-8 encoding": C0 80 is a NUL, and what UTF-16 writes in two is written in two. */
static struct bytes
from_mutf8(struct arena *a, struct bytes s)
{
	uint8_t *out;
	size_t n = 0;

	if (text_is_utf8(s))
		return s;
	out = arena_alloc(a, s.n + 1);
	for (size_t at = 0, used; out != NULL && at < s.n; at += used) {
		uint32_t code, low;

		used = next_code(bytes_from(s, at), &code);
		if (used == 0 || (code & 0xfc00) == 0xdc00)
			return (struct bytes){ 0 };
		if ((code & 0xfc00) == 0xd800) {
			if (s.n - at < 6 || next_code(bytes_from(s, at + 3), &low) != 3 ||
			    (low & 0xfc00) != 0xdc00)
				return (struct bytes){ 0 };
			code = 0x10000 + ((code & 0x3ff) << 10 | (low & 0x3ff));
			used = 6;
		}
		n += utf_put(out + n, code);
	}
	return (struct bytes){ out, out ? n : 0 };
}

/* string_data_item: a length, and the text up to its NUL. */
static struct bytes
string_at(struct dex *d, int64_t offset)
{
	struct cur c = cur_at(d->file, (uint64_t)offset);
	struct bytes s;

	cur_uleb(&c);
	s = cur_cstr(&c);
	if (c.bad || !dex_spend(d, 1 + s.n / 16))
		return (struct bytes){ 0 };
	return s.n == 0 ? BYTES_LIT("") : from_mutf8(d->parse->arena, s);
}

static struct bytes
text_of(struct fact_array list, int64_t index)
{
	return index >= 0 && index < (int64_t)list.n
		   ? ((const struct bytes *)list.p)[index]
		   : (struct bytes){ 0 };
}

static struct bytes
string_of(const struct dex *d, int64_t index)
{
	return text_of(d->x.strings, index);
}

static struct bytes
type_of(const struct dex *d, int64_t index)
{
	return text_of(d->x.types, index);
}

static enum err
read_texts(struct dex *d)
{
	const struct dex_string *s = d->string_ids.p;
	const struct dex_type *t = d->type_ids.p;
	struct bytes *strings =
	    ARENA_ARRAY(d->parse->arena, d->string_ids.n, struct bytes);
	struct bytes *types = ARENA_ARRAY(d->parse->arena, d->type_ids.n, struct bytes);

	if (strings == NULL || types == NULL)
		return ERR_LIMIT;
	for (uint32_t k = 0; k < d->string_ids.n && d->steps <= d->budget; k++)
		strings[k] = string_at(d, s[k].offset);
	d->x.strings = (struct fact_array){ strings, d->string_ids.n };
	for (uint32_t k = 0; k < d->type_ids.n && dex_spend(d, 1); k++)
		types[k] = string_of(d, t[k].descriptor_idx);
	d->x.types = (struct fact_array){ types, d->type_ids.n };
	return OK;
}

/* type_list */
static enum err
read_parameters(struct dex *d, int64_t offset, struct dex_x_proto *out)
{
	struct cur c = cur_at(d->file, (uint64_t)offset);
	uint32_t n = offset ? cur_le32(&c) : 0;
	struct bytes *list;

	out->parameters_count = 0;
	if (c.bad || n > PARAMETERS_MOST || n > cur_left(&c) / 2)
		return OK;
	list = ARENA_ARRAY(d->parse->arena, n, struct bytes);
	if (list == NULL && n > 0)
		return ERR_LIMIT;
	for (uint32_t k = 0; k < n && dex_spend(d, 1); k++)
		list[k] = type_of(d, cur_le16(&c));
	out->parameters_count = n;
	out->parameters = (struct fact_array){ list, n };
	return OK;
}

static enum err
read_protos(struct dex *d)
{
	const struct dex_proto *p = d->proto_ids.p;
	struct dex_x_proto *x =
	    ARENA_ARRAY(d->parse->arena, d->proto_ids.n, struct dex_x_proto);

	if (x == NULL)
		return ERR_LIMIT;
	for (uint32_t k = 0; k < d->proto_ids.n && dex_spend(d, 1); k++) {
		x[k].shorty = string_of(d, p[k].shorty_idx);
		x[k].return_type = type_of(d, p[k].return_type_idx);
		TRY(read_parameters(d, p[k].parameters_offset, &x[k]));
	}
	d->x.protos = (struct fact_array){ x, d->proto_ids.n };
	return OK;
}

static enum err
read_members(struct dex *d)
{
	const struct dex_field_id *f = d->field_ids.p;
	const struct dex_method_id *m = d->method_ids.p;
	const struct dex_x_proto *protos = d->x.protos.p;
	struct dex_x_field *fields =
	    ARENA_ARRAY(d->parse->arena, d->field_ids.n, struct dex_x_field);
	struct dex_x_method *methods =
	    ARENA_ARRAY(d->parse->arena, d->method_ids.n, struct dex_x_method);

	if (fields == NULL || methods == NULL)
		return ERR_LIMIT;
	for (uint32_t k = 0; k < d->field_ids.n && dex_spend(d, 1); k++)
		fields[k] = (struct dex_x_field){ type_of(d, f[k].class_idx),
			type_of(d, f[k].type_idx), string_of(d, f[k].name_idx) };
	for (uint32_t k = 0; k < d->method_ids.n && dex_spend(d, 1); k++) {
		methods[k].of = type_of(d, m[k].class_idx);
		methods[k].name = string_of(d, m[k].name_idx);
		methods[k].proto.parameters_count = FACT_UNDEF;
		if (m[k].proto_idx < (int64_t)d->x.protos.n)
			methods[k].proto = protos[m[k].proto_idx];
	}
	d->x.fields = (struct fact_array){ fields, d->field_ids.n };
	d->x.methods = (struct fact_array){ methods, d->method_ids.n };
	return OK;
}

/* YARA has the rows; names are put beside its indexes. */
static void
name_classes(struct dex *d)
{
	struct dex_class *c = (struct dex_class *)(uintptr_t)d->class_defs.p;

	for (uint32_t k = 0; k < d->class_defs.n && dex_spend(d, 1); k++) {
		c[k].name = type_of(d, c[k].class_idx);
		c[k].superclass = type_of(d, c[k].super_class_idx);
		c[k].source_file = string_of(d, c[k].source_file_idx);
	}
}

static enum err
read_all(struct dex *d)
{
	TRY(read_texts(d));
	TRY(read_protos(d));
	TRY(read_members(d));
	name_classes(d);
	return OK;
}

enum err
dex_load_yarax(void *facts)
{
	struct dex *d = facts;
	enum err e = dex_load_classes(facts);

	if (d->parse == NULL)
		return OK;
	if (!d->x.loaded) {
		d->x.loaded = true;
		if (read_all(d) != OK || d->steps > d->budget || d->parse->arena->spent)
			d->x.failed = true;
	}
	if (!d->x.failed)
		return e;
	d->parse->notes |= DEX_NOTE_LIMIT;
	return ERR_LIMIT;
}

/* What the header says, as YARA-X shows it. */
void
dex_open_yarax(struct dex *d)
{
	struct dex_header *h = &d->header;
	struct bytes raw = bytes_sub(d->file, 12, 20);
	char *hex = arena_alloc(d->parse->arena, 2 * raw.n + 1);

	h->magic_number = rec_be32(d->file, 0);
	h->version = (d->file.p[5] - '0') * 10 + d->file.p[6] - '0';
	if (h->version >= VERSION_WIDE) {
		h->container_size = rec_le32(d->file, 112);
		h->header_offset = rec_le32(d->file, 116);
	}
	if (hex == NULL)
		return;
	hash_hex(raw.p, raw.n, hex);
	h->signature_hex = bytes_of(hex);
}

/* Is the argument one of n texts that stand stride bytes apart? */
static void
contains(struct fact_call *c, struct fact_array list, size_t stride, size_t at)
{
	c->ret.i = 0;
	for (uint32_t k = 0; k < list.n && c->ret.i == 0; k++) {
		struct bytes s;

		if (k % 16 == 0 && !c->charge(c->host, 16))
			return;
		memcpy(&s, (const uint8_t *)list.p + k * stride + at, sizeof(s));
		c->ret.i = s.p != NULL && bytes_eq(s, c->arg[0].s);
	}
}

void
dex_contains_string(struct fact_call *c)
{
	contains(c, ((const struct dex *)c->self)->x.strings, sizeof(struct bytes), 0);
}

void
dex_contains_method(struct fact_call *c)
{
	contains(c, ((const struct dex *)c->self)->x.methods, sizeof(struct dex_x_method),
	    offsetof(struct dex_x_method, name));
}

void
dex_contains_class(struct fact_call *c)
{
	contains(c, ((const struct dex *)c->self)->class_defs, sizeof(struct dex_class),
	    offsetof(struct dex_class, name));
}

/* Adler-32 of all behind the field that holds it. */
void
dex_checksum(struct fact_call *c)
{
	const struct dex *d = c->self;
	struct bytes b;
	uLong sum = adler32(0, NULL, 0);

	if (d->parse == NULL || !c->charge(c->host, d->file.n))
		return;
	for (uint64_t at = CHECKSUM_FROM; at < d->file.n; at += b.n) {
		b = bytes_clip(d->file, at, 1u << 30);
		sum = adler32(sum, b.p, (uInt)b.n);
	}
	c->ret.i = (int64_t)sum;
}

/* SHA-1 of all behind the field that holds it, in hex. */
void
dex_signature(struct fact_call *c)
{
	const struct dex *d = c->self;
	uint8_t digest[HASH_MAX];
	char *hex;

	if (d->parse == NULL || !c->charge(c->host, d->file.n))
		return;
	hex = arena_alloc(c->arena, 2 * HASH_MAX + 1);
	if (hex == NULL)
		return;
	hash_of(HASH_SHA1, bytes_from(d->file, SIGNATURE_FROM), digest);
	hash_hex(digest, hash_size(HASH_SHA1), hex);
	c->ret.s = bytes_of(hex);
}
