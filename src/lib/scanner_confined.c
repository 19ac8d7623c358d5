/* scanner_confined.c - objects by a worker that lives as long as the scanner. */
#include <stdlib.h>

#include "base/sys.h"
#include "lib/scanner.h"
#include "lib/why.h"

#define MEMORY_EXTRA (256ull << 20) /* buffers and libc, beside the engine's scratch */

/* One object: the pool asks for the next until there is none. */
struct object {
	struct candor_scanner *s;
	int fd;
	uint64_t size;
	uint32_t regions;
	bool given;
};

static enum err
on_next(void *arg, struct pool_file *out)
{
	struct object *o = arg;

	if (o->given)
		return ERR_END;
	o->given = true;
	*out = (struct pool_file){ o, o->fd, o->size, o->regions };
	return OK;
}

static void
on_finding(void *arg, void *item, const struct finding *f)
{
	struct object *o = arg;

	(void)item;
	results_add(&o->s->results, f);
}

static void
on_again(void *arg, void *item)
{
	struct object *o = arg;

	(void)item;
	results_clear(&o->s->results);
}

static void
on_done(void *arg, void *item, const char *failed)
{
	struct object *o = arg;

	(void)item;
	if (failed != NULL)
		results_say(&o->s->results, FINDING_FAILED, failed);
}

static uint32_t
flags_of(uint32_t f)
{
	return (f & CANDOR_NO_MATCHES ? 0 : WIRE_MATCHES) |
	       (f & CANDOR_FAST ? WIRE_FAST : 0) |
	       (f & CANDOR_UNMATCHED ? WIRE_UNMATCHED : 0) |
	       (f & CANDOR_PRIVATE ? WIRE_PRIVATE : 0);
}

static int
start(struct candor_scanner *s)
{
	uint32_t timeout = (uint32_t)(s->timeout_ms < UINT32_MAX ? s->timeout_ms : 0);
	struct pool_opts o = { .workers = 1,
		.memory = s->memory + MEMORY_EXTRA,
		.grace_ms = 500 + (timeout < 40000 ? timeout / 4 : 10000),
		.db_fd = s->rules->fd,
		.scan = { .flags = flags_of(s->flags),
		    .timeout_ms = timeout,
		    .match_bytes = (uint32_t)s->match_data,
		    .memory = s->memory,
		    .db_size = s->rules->map.n,
		    .exts = exts_wire(&s->exts) } };

	s->program = why_worker();
	if (s->program == NULL)
		return CANDOR_ERR_WORKER;
	if (gifts_open(&s->gifts) != OK) {
		scanner_confined_end(s);
		return why_system(ERR_IO, "copy to", "a file in memory");
	}
	o.program = s->program;
	o.given = s->gifts.files;
	o.ngiven = (uint32_t)s->gifts.nfiles;
	s->pool = pool_new(&o);
	return CANDOR_OK;
}

void
scanner_confined_end(struct candor_scanner *s)
{
	pool_free(s->pool);
	gifts_close(&s->gifts);
	free(s->program);
	s->pool = NULL;
	s->program = NULL;
}

int
scanner_confined(struct candor_scanner *s, int fd, uint64_t size, uint32_t regions)
{
	struct object o = { .s = s, .fd = fd, .size = size, .regions = regions };
	const struct pool_events ev = { .arg = &o,
		.next = on_next,
		.finding = on_finding,
		.again = on_again,
		.done = on_done };
	struct pool_result result;
	int e = s->pool == NULL ? start(s) : CANDOR_OK;

	if (e != CANDOR_OK)
		return e;
	if (pool_serve(s->pool, &ev, &result) == OK)
		return CANDOR_OK;
	scanner_confined_end(s);
	results_clear(&s->results);
	return why_fail(CANDOR_ERR_WORKER, "cannot scan with a worker: %s",
	    result.why[0] ? result.why : "it does not start");
}
