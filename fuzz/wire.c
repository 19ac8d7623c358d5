/* wire.c - messages of a worker, as the parent takes them apart, and back. */
#include "result/wire.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* What was decoded is encoded to the same bytes: nothing was read past or over. */
static void
round_trip(struct bytes payload, const struct finding *f)
{
	struct buf b = { 0 };

	wire_put_finding(&b, f);
	if (payload.n < WIRE_FRAME_MAX / 4 && !bytes_eq(buf_bytes(&b), payload))
		abort();
	buf_done(&b);
}

static void
rule_round_trip(struct bytes payload, const struct wire_rule *r)
{
	struct buf b = { 0 };

	wire_put_rule(&b, r);
	if (!bytes_eq(buf_bytes(&b), payload))
		abort();
	buf_done(&b);
}

static void
difference_round_trip(struct bytes payload, const struct difference *d)
{
	struct buf b = { 0 };

	wire_put_difference(&b, d);
	if (!bytes_eq(buf_bytes(&b), payload))
		abort();
	buf_done(&b);
}

static void
decode(const struct wire_frame *f, struct arena *a)
{
	union {
		struct wire_scan scan;
		struct wire_given given;
		struct wire_file file;
		struct wire_compile compile;
		struct wire_source source;
		struct wire_include include;
		struct wire_stats stats;
		struct diag diag;
		struct finding finding;
		struct wire_rule rule;
		struct wire_compare compare;
		struct difference difference;
		uint32_t number;
	} u;
	enum err e = OK;

	switch (f->type) {
	case WIRE_SCAN: e = wire_get_scan(f->payload, a, &u.scan); break;
	case WIRE_GIVEN: e = wire_get_given(f->payload, &u.given); break;
	case WIRE_FILE: e = wire_get_file(f->payload, &u.file); break;
	case WIRE_COMPILE: e = wire_get_compile(f->payload, a, &u.compile); break;
	case WIRE_SOURCE:
	case WIRE_INCLUDED: e = wire_get_source(f->payload, &u.source); break;
	case WIRE_INCLUDE: e = wire_get_include(f->payload, &u.include); break;
	case WIRE_STATS: e = wire_get_stats(f->payload, &u.stats); break;
	case WIRE_DIAG: e = wire_get_diag(f->payload, a, &u.diag); break;
	case WIRE_DONE:
	case WIRE_COMPILED: e = wire_get_u32(f->payload, &u.number); break;
	case WIRE_FINDING:
		e = wire_get_finding(f->payload, a, &u.finding);
		if (e == OK)
			round_trip(f->payload, &u.finding);
		break;
	case WIRE_RULE:
		e = wire_get_rule(f->payload, a, &u.rule);
		if (e == OK)
			rule_round_trip(f->payload, &u.rule);
		break;
	case WIRE_COMPARE: e = wire_get_compare(f->payload, &u.compare); break;
	case WIRE_COMPARED: e = wire_get_u32(f->payload, &u.number); break;
	case WIRE_DIFFERENCE:
		e = wire_get_difference(f->payload, a, &u.difference);
		if (e == OK)
			difference_round_trip(f->payload, &u.difference);
		break;
	default: break;
	}
	if (e != OK && e != ERR_PROTO && e != ERR_LIMIT)
		abort();
}

/* The input is messages of at most 64 kB: u16 length, then so many bytes. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct cur c = cur_at((struct bytes){ p, n }, 0);
	struct wire_frame f;
	struct wire_in in;
	struct arena a;

	wire_in_init(&in, -1);
	arena_init(&a, 1 << 20);
	while (cur_left(&c) > 2) {
		uint16_t want = cur_le16(&c);
		struct bytes msg =
		    cur_take(&c, want < cur_left(&c) ? want : cur_left(&c));
		enum err e = wire_feed(&in, msg);

		while (e == OK && (e = wire_next(&in, &f)) == OK) {
			decode(&f, &a);
			arena_reset(&a);
		}
		if (e == ERR_PROTO)
			break;
	}
	arena_done(&a);
	wire_in_done(&in);
	return 0;
}
