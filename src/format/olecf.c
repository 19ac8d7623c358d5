/*
 * olecf.c - the entries of a compound file's directory, and its streams one by one.
 */
#include "format/olecf.h"

/*
 * Opens the compound file once, for the facts and for next alike. Its notes have the same
 * bits as the format's.
 */
static enum err
open_cfb(struct olecf *o)
{
	enum err e = OK;

	if (!o->opened)
		e = cfb_open(o->parse->file, o->parse->arena, &o->cfb);
	o->opened = true;
	o->parse->notes |= o->cfb.notes;
	o->spent |= e == ERR_LIMIT;
	return o->spent ? ERR_LIMIT : OK;
}

static enum err
read_streams(struct olecf *o)
{
	const struct cfb *c = &o->cfb;
	struct olecf_stream *s = ARENA_ARRAY(o->parse->arena, c->n, struct olecf_stream);
	uint32_t n = 0;

	if (s == NULL && c->n > 0)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < c->n; i++)
		if (c->entry[i].type != 0)
			s[n++] = (struct olecf_stream){ c->entry[i].name,
				c->entry[i].type, (int64_t)c->entry[i].size };
	o->streams = (struct fact_array){ s, n };
	return OK;
}

enum err
olecf_load(void *facts)
{
	struct olecf *o = facts;
	enum err e;

	if (o->parse == NULL)
		return OK;
	if (o->read)
		return o->spent ? ERR_LIMIT : OK;
	o->read = true;
	e = open_cfb(o); /* entries found before a budget ended are shown */
	if (read_streams(o) != OK || e != OK)
		o->spent = true;
	return o->spent ? ERR_LIMIT : OK;
}

static enum err
olecf_open(struct parse *p)
{
	struct olecf *o = p->facts;

	o->is_olecf = cfb_probe(p->file);
	if (!o->is_olecf)
		return ERR_FORMAT;
	o->parse = p;
	return OK;
}

/* Streams in the order of the directory, also those that no storage has. */
static enum err
olecf_next(struct parse *p, struct child *out)
{
	struct olecf *o = p->facts;
	struct cfb *c = &o->cfb;

	TRY(open_cfb(o));
	while (o->next < c->n && c->entry[o->next].type != CFB_STREAM)
		o->next++;
	if (o->next >= c->n)
		return ERR_END;
	*out = (struct child){ .name = cfb_path(c, o->next),
		.size = c->entry[o->next].size };
	TRY(cfb_read(c, o->next, &out->data));
	o->next++;
	p->notes |= c->notes;
	return out->name.p != NULL ? OK : ERR_LIMIT;
}

static int
olecf_probe(struct bytes head, uint64_t size)
{
	(void)size;
	return cfb_probe(head) ? 50 : 0;
}

/* clang-format off */
static const struct fact type_facts[] = {
	FACT_K("UNKNOWN", 0),
	FACT_K("STORAGE", CFB_STORAGE),
	FACT_K("STREAM", CFB_STREAM),
	FACT_K("ROOT", CFB_ROOT),
	FACT_LAST,
};

static const struct fact stream_facts[] = {
	FACT_S(struct olecf_stream, name),
	FACT_I(struct olecf_stream, type),
	FACT_I(struct olecf_stream, size),
	FACT_LAST,
};

static const struct fact olecf_facts[] = {
	FACT_I(struct olecf, is_olecf),
	{ .name = "streams", .type = FACT_ARRAY, .at = offsetof(struct olecf, streams),
	  .stride = sizeof(struct olecf_stream), .sub = stream_facts, .load = olecf_load },
	{ .name = "StreamType", .type = FACT_STRUCT, .flags = FACT_HIDDEN, .sub = type_facts },
	FACT_LAST,
};
/* clang-format on */

const struct format format_olecf = {
	.name = "olecf",
	.facts = olecf_facts,
	.facts_size = sizeof(struct olecf),
	.probe = olecf_probe,
	.open = olecf_open,
	.next = olecf_next,
	.yarax = true,
};
