/*
 * dex.c - the header and the tables of a Dalvik executable.
 *
 * The specification is "Dalvik Executable format" of the Android Open Source Project; its
 * names of items stand above what reads them. All numbers are little-endian.
 */
#include "format/dex.h"

#define HEADER 112
#define MAGIC  8

/* A step is one row of a table, or sixteen bytes of a string. */
bool
dex_spend(struct dex *d, uint64_t n)
{
	d->steps = num_add(d->steps, n);
	return d->steps <= d->budget;
}

/* "dex\n035\0" to "dex\n039\0" */
static bool
is_dex(struct bytes head, uint64_t size)
{
	struct bytes m = bytes_sub(head, 0, MAGIC);

	return m.p != NULL && size > HEADER && memcmp(m.p, "dex\n03", 6) == 0 &&
	       m.p[6] >= '5' && m.p[6] <= '9' && m.p[7] == 0;
}

/* What a C string function would take of a field of bytes. */
static struct bytes
up_to_nul(struct bytes b)
{
	const uint8_t *nul = b.n ? memchr(b.p, 0, b.n) : NULL;

	return nul ? (struct bytes){ b.p, (size_t)(nul - b.p) } : b;
}

/* header_item */
static bool
read_header(struct dex_header *h, struct bytes file)
{
	CHECKED struct cur c = cur_at(file, 0);

	h->magic = up_to_nul(cur_take(&c, MAGIC));
	h->checksum = cur_le32(&c);
	h->signature = up_to_nul(cur_take(&c, 20));
	h->file_size = cur_le32(&c);
	h->header_size = cur_le32(&c);
	h->endian_tag = cur_le32(&c);
	h->link_size = cur_le32(&c);
	h->link_offset = cur_le32(&c);
	h->map_offset = cur_le32(&c);
	h->string_ids_size = cur_le32(&c);
	h->string_ids_offset = cur_le32(&c);
	h->type_ids_size = cur_le32(&c);
	h->type_ids_offset = cur_le32(&c);
	h->proto_ids_size = cur_le32(&c);
	h->proto_ids_offset = cur_le32(&c);
	h->field_ids_size = cur_le32(&c);
	h->field_ids_offset = cur_le32(&c);
	h->method_ids_size = cur_le32(&c);
	h->method_ids_offset = cur_le32(&c);
	h->class_defs_size = cur_le32(&c);
	h->class_defs_offset = cur_le32(&c);
	h->data_size = cur_le32(&c);
	h->data_offset = cur_le32(&c);
	return cur_ok(&c);
}

/* Rows of a fixed size: how a table is read. */
struct table {
	int64_t rows, at;
	size_t row;     /* bytes in the file */
	size_t element; /* bytes here */
	void (*read)(struct dex *d, struct cur *c, void *element);
};

/*
 * A table that leaves the file is not read, nor is anything that YARA reads behind it:
 * strings, types, prototypes, fields, methods, the map, classes with their members.
 *
 * n is the file's, but n rows lie in it (bytes_sub), so an element array is at most
 * element / row times as large as the file: 8 for types. e + i * element is inside, as
 * arena_array was asked for n of them.
 */
static enum err
read_table(struct dex *d, const struct table *t, struct fact_array *out)
{
	size_t n = (size_t)t->rows;
	struct bytes b = bytes_sub(d->file, (uint64_t)t->at, num_mul(n, t->row));
	uint8_t *e;

	if (b.p == NULL) {
		d->cut = true;
		return OK;
	}
	e = arena_array(d->parse->arena, n, t->element);
	if (e == NULL && n > 0)
		return ERR_LIMIT;
	for (size_t i = 0; i < n && dex_spend(d, 1); i++) {
		CHECKED struct cur c = cur_at(bytes_sub(b, i * t->row, t->row), 0);

		t->read(d, &c, e + i * t->element);
		cur_ok(&c);
	}
	*out = (struct fact_array){ e, (uint32_t)n };
	return OK;
}

/*
 * string_id_item and string_data_item. The length counts UTF-16 units; YARA takes it for
 * bytes, and for one that is written in one byte. So a value may begin with a byte of its
 * length, and may be cut in a letter; it never leaves the file.
 */
static void
read_string(struct dex *d, struct cur *c, void *element)
{
	struct dex_string *s = element;
	uint64_t offset = cur_le32(c), size;
	struct bytes value;
	struct cur data;

	*s = (struct dex_string){ FACT_UNDEF, FACT_UNDEF, { 0 } };
	data = cur_at(d->file, offset);
	size = cur_uleb(&data);
	value = bytes_sub(d->file, offset + 1, size);
	if (data.bad || value.p == NULL)
		return;
	*s = (struct dex_string){ (int64_t)offset, (int64_t)size, value };
	dex_spend(d, value.n / 16);
}

/* type_id_item */
static void
read_type(struct dex *d, struct cur *c, void *element)
{
	(void)d;
	*(struct dex_type *)element = (struct dex_type){ cur_le32(c) };
}

/* proto_id_item */
static void
read_proto(struct dex *d, struct cur *c, void *element)
{
	struct dex_proto *p = element;

	(void)d;
	p->shorty_idx = cur_le32(c);
	p->return_type_idx = cur_le32(c);
	p->parameters_offset = cur_le32(c);
}

/* field_id_item */
static void
read_field(struct dex *d, struct cur *c, void *element)
{
	struct dex_field_id *f = element;

	(void)d;
	f->class_idx = cur_le16(c);
	f->type_idx = cur_le16(c);
	f->name_idx = cur_le32(c);
}

/* method_id_item */
static void
read_method(struct dex *d, struct cur *c, void *element)
{
	struct dex_method_id *m = element;

	(void)d;
	m->class_idx = cur_le16(c);
	m->proto_idx = cur_le16(c);
	m->name_idx = cur_le32(c);
}

/* class_def_item */
static void
read_class(struct dex *d, struct cur *c, void *element)
{
	struct dex_class *k = element;

	(void)d;
	k->class_idx = cur_le32(c);
	k->access_flags = cur_le32(c);
	k->super_class_idx = cur_le32(c);
	k->interfaces_offset = cur_le32(c);
	k->source_file_idx = cur_le32(c);
	k->annotations_offset = cur_le32(c);
	k->class_data_offset = cur_le32(c);
	k->static_values_offset = cur_le32(c);
}

/* map_item */
static void
read_map_item(struct dex *d, struct cur *c, void *element)
{
	struct dex_map_item *m = element;

	(void)d;
	m->type = cur_le16(c);
	m->unused = cur_le16(c);
	m->size = cur_le32(c);
	m->offset = cur_le32(c);
}

static enum err
read_strings(struct dex *d)
{
	return read_table(d,
	    &(struct table){ d->header.string_ids_size, d->header.string_ids_offset, 4,
		sizeof(struct dex_string), read_string },
	    &d->string_ids);
}

static enum err
read_types(struct dex *d)
{
	return read_table(d,
	    &(struct table){ d->header.type_ids_size, d->header.type_ids_offset, 4,
		sizeof(struct dex_type), read_type },
	    &d->type_ids);
}

static enum err
read_protos(struct dex *d)
{
	return read_table(d,
	    &(struct table){ d->header.proto_ids_size, d->header.proto_ids_offset, 12,
		sizeof(struct dex_proto), read_proto },
	    &d->proto_ids);
}

static enum err
read_fields(struct dex *d)
{
	return read_table(d,
	    &(struct table){ d->header.field_ids_size, d->header.field_ids_offset, 8,
		sizeof(struct dex_field_id), read_field },
	    &d->field_ids);
}

static enum err
read_methods(struct dex *d)
{
	return read_table(d,
	    &(struct table){ d->header.method_ids_size, d->header.method_ids_offset, 8,
		sizeof(struct dex_method_id), read_method },
	    &d->method_ids);
}

static enum err
read_classes(struct dex *d)
{
	return read_table(d,
	    &(struct table){ d->header.class_defs_size, d->header.class_defs_offset, 32,
		sizeof(struct dex_class), read_class },
	    &d->class_defs);
}

/* map_list */
static enum err
read_map(struct dex *d)
{
	uint64_t at = (uint64_t)d->header.map_offset;
	struct bytes size = bytes_sub(d->file, at, 4);

	if (at == 0 || size.p == NULL)
		return OK;
	d->map_list.size = le32(size.p);
	return read_table(d,
	    &(struct table){ d->map_list.size, (int64_t)at + 4, 12,
		sizeof(struct dex_map_item), read_map_item },
	    &d->map_list.map_item);
}

/* In the order in which YARA reads them. */
static enum err (*const parts[DEX_PARTS])(struct dex *d) = {
	[DEX_PART_STRINGS] = read_strings,
	[DEX_PART_TYPES] = read_types,
	[DEX_PART_PROTOS] = read_protos,
	[DEX_PART_FIELDS] = read_fields,
	[DEX_PART_METHODS] = read_methods,
	[DEX_PART_MAP] = read_map,
	[DEX_PART_CLASSES] = read_classes,
	[DEX_PART_MEMBERS] = dex_read_members,
};

static enum err
dex_open(struct parse *p)
{
	struct dex *d = p->facts;

	d->is_dex = 0;
	if (!is_dex(p->file, p->file.n) || !read_header(&d->header, p->file))
		return ERR_FORMAT;
	d->parse = p;
	d->file = p->file;
	d->budget = num_add(1 << 20, num_mul(p->file.n, 2));
	d->is_dex = 1;
	dex_open_yarax(d);
	return p->arena->spent ? ERR_LIMIT : OK;
}

static int
dex_probe(struct bytes head, uint64_t size)
{
	return is_dex(head, size) ? 90 : 0;
}

/*
 * Runs a part once, and those before it; what it left undone is remembered and told each
 * time. A part of a file that was cut before it stays empty.
 */
static enum err
load(void *facts, enum dex_part part)
{
	struct dex *d = facts;
	enum err e;

	if (d->parse == NULL)
		return OK;
	if (part > 0)
		TRY(load(facts, part - 1));
	if (d->cut)
		return OK;
	if (d->loaded & 1U << part)
		return d->failed & 1U << part ? ERR_LIMIT : OK;
	d->loaded |= 1U << part;
	e = parts[part](d);
	if (e != OK || d->steps > d->budget || d->parse->arena->spent) {
		d->failed |= 1U << part;
		d->parse->notes |= DEX_NOTE_LIMIT;
		return ERR_LIMIT;
	}
	return OK;
}

#define LOAD(name, part)                      \
	enum err dex_load_##name(void *facts) \
	{                                     \
		return load(facts, part);     \
	}

LOAD(strings, DEX_PART_STRINGS)
LOAD(types, DEX_PART_TYPES)
LOAD(protos, DEX_PART_PROTOS)
LOAD(fields, DEX_PART_FIELDS)
LOAD(methods, DEX_PART_METHODS)
LOAD(classes, DEX_PART_CLASSES)
LOAD(members, DEX_PART_MEMBERS)
LOAD(map, DEX_PART_MAP)

const struct format format_dex = {
	.name = "dex",
	.facts = dex_facts,
	.facts_size = sizeof(struct dex),
	.probe = dex_probe,
	.open = dex_open,
};
