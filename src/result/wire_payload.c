/* wire_payload.c - what is inside the frames. Numbers little-endian, bytes counted. */
#include "result/wire.h"

static void
put_bytes(struct buf *b, struct bytes s)
{
	buf_le32(b, (uint32_t)s.n);
	buf_put(b, s.p, s.n);
}

static struct bytes
get_bytes(struct cur *c)
{
	return cur_take(c, cur_le32(c));
}

/* Exactly all of it was read, and nothing more was wanted. */
static enum err
finish(struct cur *c)
{
	return cur_ok(c) && cur_left(c) == 0 ? OK : ERR_PROTO;
}

/* The payload is wrong whatever the cursor says. */
static enum err
refuse(struct cur *c)
{
	c->asked = true;
	return ERR_PROTO;
}

/*
 * Room for n elements that take at least least bytes each of what is left: a
 * count that the bytes cannot hold is refused before memory is spent on it.
 */
static void *
get_array(struct cur *c, struct arena *a, uint32_t n, size_t least, size_t size)
{
	if (c->bad || n > cur_left(c) / least) {
		*c = (struct cur){ .bad = true };
		return NULL;
	}
	return arena_array(a, n ? n : 1, size);
}

static void
put_double(struct buf *b, double d)
{
	uint64_t bits;

	memcpy(&bits, &d, sizeof(bits));
	buf_le64(b, bits);
}

static double
get_double(struct cur *c)
{
	uint64_t bits = cur_le64(c);
	double d;

	memcpy(&d, &bits, sizeof(d));
	return d;
}

static void
put_exts(struct buf *b, struct wire_exts exts)
{
	buf_le32(b, exts.n);
	for (uint32_t i = 0; i < exts.n; i++) {
		const struct wire_ext *e = &exts.p[i];

		put_bytes(b, e->name);
		buf_le32(b, e->type);
		buf_le64(b, (uint64_t)e->i);
		put_double(b, e->f);
		put_bytes(b, e->s);
	}
}

static enum err
get_exts(struct cur *c, struct arena *a, struct wire_exts *out)
{
	uint32_t n = cur_le32(c);
	struct wire_ext *e = get_array(c, a, n, 28, sizeof(*e));

	if (e == NULL)
		return cur_ok(c) ? ERR_LIMIT : ERR_PROTO;
	for (uint32_t i = 0; i < n; i++) {
		e[i].name = get_bytes(c);
		e[i].type = (enum wire_ext_type)cur_le32(c);
		e[i].i = (int64_t)cur_le64(c);
		e[i].f = get_double(c);
		e[i].s = get_bytes(c);
		if (e[i].type > WIRE_BOOL)
			return refuse(c);
	}
	*out = (struct wire_exts){ e, n };
	return OK;
}

void
wire_put_scan(struct buf *b, const struct wire_scan *s)
{
	buf_le32(b, WIRE_VERSION);
	buf_le32(b, s->flags);
	buf_le32(b, s->timeout_ms);
	buf_le32(b, s->match_bytes);
	buf_le32(b, s->cpu_mask);
	buf_le64(b, s->memory);
	buf_le64(b, s->db_size);
	put_exts(b, s->exts);
}

enum err
wire_get_scan(struct bytes p, struct arena *a, struct wire_scan *out)
{
	CHECKED struct cur c = cur_at(p, 0);
	struct wire_scan s = { 0 };
	uint32_t version = cur_le32(&c);

	s.flags = cur_le32(&c);
	s.timeout_ms = cur_le32(&c);
	s.match_bytes = cur_le32(&c);
	s.cpu_mask = cur_le32(&c);
	s.memory = cur_le64(&c);
	s.db_size = cur_le64(&c);
	if (!cur_ok(&c) || version != WIRE_VERSION)
		return ERR_PROTO;
	TRY(get_exts(&c, a, &s.exts));
	TRY(finish(&c));
	*out = s;
	return OK;
}

void
wire_put_file(struct buf *b, const struct wire_file *f)
{
	buf_le32(b, f->id);
	buf_le64(b, f->size);
}

enum err
wire_get_file(struct bytes p, struct wire_file *out)
{
	CHECKED struct cur c = cur_at(p, 0);
	struct wire_file f = { 0 };

	f.id = cur_le32(&c);
	f.size = cur_le64(&c);
	TRY(finish(&c));
	*out = f;
	return OK;
}

void
wire_put_compile(struct buf *b, const struct wire_compile *w)
{
	buf_le32(b, WIRE_VERSION);
	buf_le32(b, w->flags);
	buf_le32(b, w->strings_per_rule);
	buf_le64(b, w->memory);
	put_bytes(b, w->explain_rule);
	put_exts(b, w->exts);
}

enum err
wire_get_compile(struct bytes p, struct arena *a, struct wire_compile *out)
{
	CHECKED struct cur c = cur_at(p, 0);
	struct wire_compile w = { 0 };
	uint32_t version = cur_le32(&c);

	w.flags = cur_le32(&c);
	w.strings_per_rule = cur_le32(&c);
	w.memory = cur_le64(&c);
	w.explain_rule = get_bytes(&c);
	if (!cur_ok(&c) || version != WIRE_VERSION)
		return ERR_PROTO;
	TRY(get_exts(&c, a, &w.exts));
	TRY(finish(&c));
	*out = w;
	return OK;
}

void
wire_put_source(struct buf *b, const struct wire_source *s)
{
	buf_le32(b, s->found);
	put_bytes(b, s->name);
	put_bytes(b, s->ns);
	buf_le64(b, s->size);
}

enum err
wire_get_source(struct bytes p, struct wire_source *out)
{
	CHECKED struct cur c = cur_at(p, 0);
	struct wire_source s = { 0 };

	s.found = cur_le32(&c);
	s.name = get_bytes(&c);
	s.ns = get_bytes(&c);
	s.size = cur_le64(&c);
	TRY(finish(&c));
	*out = s;
	return OK;
}

void
wire_put_include(struct buf *b, const struct wire_include *i)
{
	put_bytes(b, i->from);
	put_bytes(b, i->path);
}

enum err
wire_get_include(struct bytes p, struct wire_include *out)
{
	CHECKED struct cur c = cur_at(p, 0);
	struct wire_include i = { 0 };

	i.from = get_bytes(&c);
	i.path = get_bytes(&c);
	TRY(finish(&c));
	*out = i;
	return OK;
}

/* All members are uint64_t: the struct is its own table. */
#define STATS_COUNT (sizeof(struct wire_stats) / sizeof(uint64_t))

void
wire_put_stats(struct buf *b, const struct wire_stats *s)
{
	uint64_t v[STATS_COUNT];

	memcpy(v, s, sizeof(v));
	for (size_t i = 0; i < STATS_COUNT; i++)
		buf_le64(b, v[i]);
}

enum err
wire_get_stats(struct bytes p, struct wire_stats *out)
{
	CHECKED struct cur c = cur_at(p, 0);
	uint64_t v[STATS_COUNT];

	for (size_t i = 0; i < STATS_COUNT; i++)
		v[i] = cur_le64(&c);
	TRY(finish(&c));
	memcpy(out, v, sizeof(*out));
	return OK;
}

void
wire_put_diag(struct buf *b, const struct diag *d)
{
	buf_le32(b, d->kind);
	buf_le32(b, d->line);
	buf_le32(b, d->col);
	buf_le32(b, d->width);
	buf_le32(b, d->source_line);
	buf_le32(b, (uint32_t)(d->rule != NULL) | (uint32_t)(d->source != NULL) << 1);
	put_bytes(b, bytes_of(d->file));
	put_bytes(b, bytes_of(d->rule));
	put_bytes(b, bytes_of(d->text));
	put_bytes(b, bytes_of(d->source));
}

enum err
wire_get_diag(struct bytes p, struct arena *a, struct diag *out)
{
	CHECKED struct cur c = cur_at(p, 0);
	uint32_t kind = cur_le32(&c);
	struct diag d = { .kind = (enum diag_kind)kind };

	d.line = cur_le32(&c);
	d.col = cur_le32(&c);
	d.width = cur_le32(&c);
	d.source_line = cur_le32(&c);

	uint32_t has = cur_le32(&c);
	struct bytes file = get_bytes(&c);
	struct bytes rule = get_bytes(&c);
	struct bytes text = get_bytes(&c);
	struct bytes source = get_bytes(&c);

	TRY(finish(&c));
	if (kind > DIAG_HINT || has > 3)
		return ERR_PROTO;
	d.file = arena_str(a, file);
	d.rule = has & 1 ? arena_str(a, rule) : NULL;
	d.text = arena_str(a, text);
	d.source = has & 2 ? arena_str(a, source) : NULL;
	if (d.file == NULL || d.text == NULL)
		return ERR_LIMIT;
	*out = d;
	return OK;
}

static void
put_match(struct buf *b, const struct finding_match *m)
{
	put_bytes(b, m->id);
	buf_le64(b, m->off);
	buf_le64(b, m->len);
	buf_le32(b, m->flags);
	buf_u8(b, m->key);
	put_bytes(b, m->data);
}

void
wire_put_finding(struct buf *b, const struct finding *f)
{
	uint32_t sent = 0;
	size_t count_at;

	buf_u8(b, (uint8_t)f->kind);
	buf_le32(b, f->flags);
	put_bytes(b, f->ns);
	put_bytes(b, f->rule);
	put_bytes(b, bytes_clip(f->text, 0, WIRE_FRAME_MAX / 4));
	buf_le32(b, f->ntags);
	for (uint32_t i = 0; i < f->ntags; i++)
		put_bytes(b, f->tags[i]);
	buf_le32(b, f->nmetas);
	for (uint32_t i = 0; i < f->nmetas; i++) {
		put_bytes(b, f->metas[i].name);
		buf_u8(b, (uint8_t)f->metas[i].type);
		buf_le64(b, (uint64_t)f->metas[i].i);
		put_bytes(b, f->metas[i].s);
	}
	count_at = b->n;
	buf_le32(b, 0);
	/* what does not fit into a frame is not sent; the rule itself always is */
	for (; sent < f->nmatches && b->n < WIRE_FRAME_MAX / 2; sent++)
		put_match(b, &f->matches[sent]);
	if (!b->full)
		put_le32(b->p + count_at, sent);
}

static enum err
get_tags(struct cur *c, struct arena *a, struct finding *f)
{
	f->ntags = cur_le32(c);

	struct bytes *t = get_array(c, a, f->ntags, 4, sizeof(*t));

	if (t == NULL)
		return cur_ok(c) ? ERR_LIMIT : ERR_PROTO;
	for (uint32_t i = 0; i < f->ntags; i++)
		t[i] = get_bytes(c);
	f->tags = t;
	return OK;
}

static enum err
get_metas(struct cur *c, struct arena *a, struct finding *f)
{
	f->nmetas = cur_le32(c);

	struct finding_meta *m = get_array(c, a, f->nmetas, 17, sizeof(*m));

	if (m == NULL)
		return cur_ok(c) ? ERR_LIMIT : ERR_PROTO;
	for (uint32_t i = 0; i < f->nmetas; i++) {
		m[i].name = get_bytes(c);
		m[i].type = (enum meta_type)cur_u8(c);
		m[i].i = (int64_t)cur_le64(c);
		m[i].s = get_bytes(c);
		if (m[i].type > META_STR)
			return refuse(c);
	}
	f->metas = m;
	return OK;
}

static enum err
get_matches(struct cur *c, struct arena *a, struct finding *f)
{
	f->nmatches = cur_le32(c);

	struct finding_match *m = get_array(c, a, f->nmatches, 29, sizeof(*m));

	if (m == NULL)
		return cur_ok(c) ? ERR_LIMIT : ERR_PROTO;
	for (uint32_t i = 0; i < f->nmatches; i++) {
		m[i].id = get_bytes(c);
		m[i].off = cur_le64(c);
		m[i].len = cur_le64(c);
		m[i].flags = cur_le32(c);
		m[i].key = cur_u8(c);
		m[i].data = get_bytes(c);
	}
	f->matches = m;
	return OK;
}

enum err
wire_get_finding(struct bytes p, struct arena *a, struct finding *out)
{
	CHECKED struct cur c = cur_at(p, 0);
	struct finding f = { 0 };
	uint8_t kind = cur_u8(&c);

	f.flags = cur_le32(&c);
	f.ns = get_bytes(&c);
	f.rule = get_bytes(&c);
	f.text = get_bytes(&c);
	if (!cur_ok(&c) || kind > FINDING_DUMP)
		return ERR_PROTO;
	f.kind = (enum finding_kind)kind;
	TRY(get_tags(&c, a, &f));
	TRY(get_metas(&c, a, &f));
	TRY(get_matches(&c, a, &f));
	TRY(finish(&c));
	*out = f;
	return OK;
}

enum err
wire_get_u32(struct bytes p, uint32_t *out)
{
	CHECKED struct cur c = cur_at(p, 0);
	uint32_t v = cur_le32(&c);

	TRY(finish(&c));
	*out = v;
	return OK;
}
