/*
 * dex_class.c - the fields and methods that the classes of a Dalvik executable have.
 *
 * Members stand in lists, each by the difference of its index to the one before, so a
 * list is read from its start. Names are found through the tables of identifiers.
 */
#include "format/dex.h"

#define CODE_HEAD 16

/*
 * Lists that grow while the classes are read; what does not fit any more is not lost.
 * Classes may share their data, so members are counted in steps: the lists are not
 * bounded by the file's size otherwise.
 */
struct members {
	struct dex *d;
	struct dex_field *field;
	struct dex_method *method;
	struct dex_class_data *class_data;
	size_t nfield, nmethod, nclass, cap_field, cap_method, cap_class;
};

/* --- names ----------------------------------------------------------------------- */

/*
 * The element of a table at an index out of the file, which may be any number; NULL:
 * there is none. The only way from an index to an element.
 */
static const void *
row(const struct fact_array *a, int64_t i, size_t size)
{
	return i >= 0 && i < a->n ? (const uint8_t *)a->p + (size_t)i * size : NULL;
}

static struct bytes
string_at(const struct dex *d, int64_t i)
{
	const struct dex_string *s = row(&d->string_ids, i, sizeof(*s));

	return s ? s->value : (struct bytes){ 0 };
}

static struct bytes
type_name(const struct dex *d, int64_t i)
{
	const struct dex_type *t = row(&d->type_ids, i, sizeof(*t));

	return t ? string_at(d, t->descriptor_idx) : (struct bytes){ 0 };
}

static struct bytes
shorty(const struct dex *d, int64_t i)
{
	const struct dex_proto *p = row(&d->proto_ids, i, sizeof(*p));

	return p ? string_at(d, p->shorty_idx) : (struct bytes){ 0 };
}

/* --- members --------------------------------------------------------------------- */

/* encoded_field */
static enum err
read_field(struct members *m, struct cur *c, uint64_t *index, bool is_static)
{
	const struct dex_field_id *id;
	struct dex_field *f;

	f = arena_grow(m->d->parse->arena, m->field, &m->cap_field, m->nfield + 1,
	    sizeof(*m->field));
	if (f == NULL)
		return ERR_LIMIT;
	m->field = f;
	f += m->nfield++;
	fact_clear(dex_field_facts, f);
	f->field_idx_diff = (int64_t)cur_uleb(c);
	f->access_flags = (int64_t)cur_uleb(c);
	f->is_static = is_static;
	f->instance = !is_static;
	*index = num_add(*index, (uint64_t)f->field_idx_diff);
	id = row(&m->d->field_ids, (int64_t)*index, sizeof(*id));
	if (id == NULL)
		return OK;
	f->name = string_at(m->d, id->name_idx);
	f->class_name = type_name(m->d, id->class_idx);
	f->proto = type_name(m->d, id->type_idx);
	return OK;
}

/* code_item */
static void
read_code(struct dex *d, struct dex_method *m)
{
	struct dex_code *k = &m->code_item;
	struct bytes head = bytes_sub(d->file, (uint64_t)m->code_off, CODE_HEAD);

	if (m->code_off == 0 || head.p == NULL)
		return;
	k->registers_size = le16(head.p);
	k->ins_size = le16(head.p + 2);
	k->outs_size = le16(head.p + 4);
	k->tries_size = le16(head.p + 6);
	k->debug_info_off = le32(head.p + 8);
	k->insns_size = le32(head.p + 12);
	k->insns = bytes_sub(
	    d->file, (uint64_t)m->code_off + CODE_HEAD, (uint64_t)k->insns_size * 2);
}

/* encoded_method */
static enum err
read_method(struct members *m, struct cur *c, uint64_t *index, bool direct)
{
	const struct dex_method_id *id;
	struct dex_method *k;

	k = arena_grow(m->d->parse->arena, m->method, &m->cap_method, m->nmethod + 1,
	    sizeof(*m->method));
	if (k == NULL)
		return ERR_LIMIT;
	m->method = k;
	k += m->nmethod++;
	fact_clear(dex_method_facts, k);
	k->method_idx_diff = (int64_t)cur_uleb(c);
	k->access_flags = (int64_t)cur_uleb(c);
	k->code_off = (int64_t)cur_uleb(c);
	k->direct = direct;
	k->is_virtual = !direct;
	*index = num_add(*index, (uint64_t)k->method_idx_diff);
	id = row(&m->d->method_ids, (int64_t)*index, sizeof(*id));
	if (id != NULL) {
		k->name = string_at(m->d, id->name_idx);
		k->class_name = type_name(m->d, id->class_idx);
		k->proto = shorty(m->d, id->proto_idx);
	}
	read_code(m->d, k);
	return OK;
}

typedef enum err member_fn(struct members *m, struct cur *c, uint64_t *index, bool flag);

/*
 * A list of as many members as it says, or as the bytes hold: each takes one at least,
 * and a step.
 */
static enum err
read_list(struct members *m, struct cur *c, int64_t n, member_fn *read, bool flag)
{
	uint64_t index = 0;

	for (int64_t i = 0; i < n && !c->bad && cur_left(c) > 0 && dex_spend(m->d, 1);
	     i++)
		TRY(read(m, c, &index, flag));
	return OK;
}

/* class_data_item. ERR_FORMAT: it does not lie in the file; YARA then looks no further.
 */
static enum err
read_class(struct members *m, const struct dex_class *class)
{
	struct cur c = cur_at(m->d->file, (uint64_t) class->class_data_offset);
	struct dex_class_data *k;

	if (cur_left(&c) == 0)
		return ERR_FORMAT;
	k = arena_grow(m->d->parse->arena, m->class_data, &m->cap_class, m->nclass + 1,
	    sizeof(*m->class_data));
	if (k == NULL)
		return ERR_LIMIT;
	m->class_data = k;
	k += m->nclass++;
	k->static_fields_size = (int64_t)cur_uleb(&c);
	k->instance_fields_size = (int64_t)cur_uleb(&c);
	k->direct_methods_size = (int64_t)cur_uleb(&c);
	k->virtual_methods_size = (int64_t)cur_uleb(&c);
	TRY(read_list(m, &c, k->static_fields_size, read_field, true));
	TRY(read_list(m, &c, k->instance_fields_size, read_field, false));
	TRY(read_list(m, &c, k->direct_methods_size, read_method, true));
	return read_list(m, &c, k->virtual_methods_size, read_method, false);
}

enum err
dex_read_members(struct dex *d)
{
	struct members m = { .d = d };
	const struct dex_class *class = d->class_defs.p;
	enum err e = OK;

	for (uint32_t i = 0; i < d->class_defs.n && e == OK && dex_spend(d, 1); i++)
		if (class[i].class_data_offset != 0)
			e = read_class(&m, &class[i]);
	d->class_data_item = (struct fact_array){ m.class_data, (uint32_t)m.nclass };
	d->field = (struct fact_array){ m.field, (uint32_t)m.nfield };
	d->method = (struct fact_array){ m.method, (uint32_t)m.nmethod };
	if (e == ERR_FORMAT)
		return OK;
	d->number_of_fields = (int64_t)m.nfield;
	d->number_of_methods = (int64_t)m.nmethod;
	return e;
}
