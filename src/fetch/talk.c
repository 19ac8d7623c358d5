/* talk.c - see talk.h. Numbers little-endian, bytes counted, as in wire_payload.c. */
#include "fetch/talk.h"

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

static enum err
finish(struct cur *c)
{
	return cur_ok(c) && cur_left(c) == 0 ? OK : ERR_PROTO;
}

void
talk_put_reach(struct buf *b, const struct talk_reach *r)
{
	buf_le32(b, WIRE_VERSION);
	buf_le32(b, r->deadline_ms);
	buf_le32(b, r->connect_ms);
	buf_le32(b, r->slow_s);
	buf_le32(b, r->min_speed);
	put_bytes(b, r->hosts);
	put_bytes(b, r->ca);
}

enum err
talk_get_reach(struct bytes p, struct talk_reach *out)
{
	CHECKED struct cur c = cur_at(p, 0);
	struct talk_reach r = { 0 };
	uint32_t version = cur_le32(&c);

	r.deadline_ms = cur_le32(&c);
	r.connect_ms = cur_le32(&c);
	r.slow_s = cur_le32(&c);
	r.min_speed = cur_le32(&c);
	r.hosts = get_bytes(&c);
	r.ca = get_bytes(&c);
	TRY(finish(&c));
	if (version != WIRE_VERSION)
		return ERR_PROTO;
	*out = r;
	return OK;
}

void
talk_put_request(struct buf *b, const struct talk_request *r)
{
	buf_le32(b, r->id);
	buf_u8(b, r->post);
	buf_le64(b, r->cap);
	put_bytes(b, r->url);
	put_bytes(b, r->type);
	put_bytes(b, r->body);
}

enum err
talk_get_request(struct bytes p, struct talk_request *out)
{
	CHECKED struct cur c = cur_at(p, 0);
	struct talk_request r = { 0 };

	r.id = cur_le32(&c);

	uint8_t post = cur_u8(&c);

	r.cap = cur_le64(&c);
	r.url = get_bytes(&c);
	r.type = get_bytes(&c);
	r.body = get_bytes(&c);
	TRY(finish(&c));
	if (post > 1)
		return ERR_PROTO;
	r.post = post;
	*out = r;
	return OK;
}

void
talk_put_part(struct buf *b, const struct talk_part *p)
{
	buf_le32(b, p->id);
	put_bytes(b, p->data);
}

enum err
talk_get_part(struct bytes p, struct talk_part *out)
{
	CHECKED struct cur c = cur_at(p, 0);
	struct talk_part t = { 0 };

	t.id = cur_le32(&c);
	t.data = get_bytes(&c);
	TRY(finish(&c));
	*out = t;
	return OK;
}

void
talk_put_answer(struct buf *b, const struct talk_answer *a)
{
	buf_le32(b, a->id);
	buf_le32(b, a->fault);
	buf_le32(b, a->status);
	put_bytes(b, a->type);
	put_bytes(b, a->why);
}

enum err
talk_get_answer(struct bytes p, struct talk_answer *out)
{
	CHECKED struct cur c = cur_at(p, 0);
	struct talk_answer a = { 0 };

	a.id = cur_le32(&c);

	uint32_t fault = cur_le32(&c);

	a.status = cur_le32(&c);
	a.type = get_bytes(&c);
	a.why = get_bytes(&c);
	TRY(finish(&c));
	if (fault >= FETCH_FAULTS)
		return ERR_PROTO;
	a.fault = (enum fetch_fault)fault;
	*out = a;
	return OK;
}
