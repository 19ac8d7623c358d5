/* task_scan.c - the SCAN task: files in, findings out, until the channel ends. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "result/image.h"
#include "scan/run.h"
#include "worker/guard.h"
#include "worker/load.h"
#include "worker/task.h"

/*
 * Answers gather and leave together: a message a file would cost more than the
 * file. But not for long, as the parent's patience runs, and not while something
 * big or slow begins.
 */
#define FLUSH_NS    (5 * 1000000ull)
#define FLUSH_BYTES (48u << 10)
#define BIG_FILE    (256u << 10)

struct scanning {
	struct worker *w;
	struct scan *scan;
	struct load load;
	struct regions regions; /* of a process; none: a file */
	struct sink sink;
	struct wire_stats stats;
	uint64_t flushed; /* ns */
	bool want_stats;
	uint32_t expect; /* id of the next file: they count up, so none is lost or told
			    twice */
};

static uint64_t
clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint64_t
clock_ms(void)
{
	return clock_ns() / 1000000;
}

static int64_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec;
}

static enum err
send_finding(void *arg, const struct finding *f)
{
	struct scanning *s = arg;

	wire_send_finding(&s->w->out, f);
	return s->w->out.err;
}

static enum err
say(struct scanning *s, enum finding_kind kind, const char *text)
{
	struct finding f = { .kind = kind, .text = bytes_of(text) };

	return send_finding(s, &f);
}

/* Sums since the worker began: the parent keeps the last of each worker. */
static void
put_stats(struct scanning *s)
{
	const struct scan_stats *e = scan_stats(s->scan);
	struct wire_stats *t = &s->stats;

	t->candidates = e->candidates;
	t->verified = e->verified;
	t->rules_live = e->rules_live;
	t->rules_run = e->rules_run;
	t->passes = e->passes;
	t->steps = e->steps;
	wire_put_stats(wire_begin(&s->w->out), t);
	wire_send(&s->w->out, WIRE_STATS);
}

/* Everything said so far leaves now. */
static enum err
flush(struct scanning *s)
{
	if (s->want_stats)
		put_stats(s);
	s->flushed = clock_ns();
	return wire_flush(&s->w->out);
}

static enum err
run_engine(void *arg)
{
	struct scanning *s = arg;

	return s->regions.n > 0 ? scan_regions(s->scan, &s->regions, &s->sink)
				: scan_file(s->scan, s->load.bytes, &s->sink);
}

static enum err
send_done(struct scanning *s, uint32_t id)
{
	buf_le32(wire_begin(&s->w->out), id);
	wire_send(&s->w->out, WIRE_DONE);
	return s->w->out.err;
}

/*
 * After a mapping failed the engine was left in the middle, so this worker ends:
 * it says so and waits for the channel to end.
 */
static enum err
leave(struct scanning *s)
{
	struct wire_frame f;

	wire_begin(&s->w->out);
	wire_send(&s->w->out, WIRE_LAST);
	TRY(flush(s));
	while (task_frame(s->w, &f) == OK)
		continue;
	return ERR_END;
}

/* What the engine says goes out as it comes: raw hits before any parser runs. */
static enum err
scan_loaded(struct scanning *s, uint32_t id)
{
	enum err e;

	s->stats.objects++;
	s->stats.bytes += s->load.bytes.n;
	if (s->load.changed)
		TRY(say(s, FINDING_LIMIT, "the file changed while it was read"));
	e = guard_run(run_engine, s);
	if (e == ERR_IO && s->w->out.err == OK) {
		TRY(say(s, FINDING_LIMIT, "the file changed while it was read"));
		TRY(send_done(s, id));
		return leave(s);
	}
	load_done(&s->load);
	TRY(e);
	return send_done(s, id);
}

/* The parent made the image, and its table is right: else the parent is none. */
static enum err
find_regions(struct scanning *s, uint32_t n)
{
	struct region *r = n <= IMAGE_REGIONS_MAX ? calloc(n, sizeof(*r)) : NULL;

	if (r == NULL || image_get(s->load.bytes, n, r) != OK) {
		free(r);
		return ERR_PROTO;
	}
	s->regions = (struct regions){ r, n };
	return OK;
}

/* What waits to be sent leaves before something that may take long. */
static enum err
scan_one(struct scanning *s, const struct wire_file *f, int fd)
{
	uint64_t begin = clock_ns(), loaded;
	enum err e;

	if (f->size > BIG_FILE || begin - s->flushed > FLUSH_NS)
		TRY(flush(s));
	e = load_file(&s->load, fd, f->size);
	loaded = clock_ns();
	s->stats.load_ns += loaded - begin;
	if (e != OK) {
		TRY(say(s, FINDING_FAILED, "it cannot be read"));
		return send_done(s, f->id);
	}
	if (f->regions > 0)
		TRY(find_regions(s, f->regions));
	e = scan_loaded(s, f->id);
	free((void *)(uintptr_t)s->regions.p);
	s->regions = (struct regions){ 0 };
	TRY(e);
	s->stats.scan_ns += clock_ns() - loaded;
	return OK;
}

/* The descriptor is the file: a worker never learns a path or a name. */
static enum err
on_file(struct scanning *s, const struct wire_frame *frame)
{
	struct wire_file f;
	int fd = wire_take_fd(&s->w->in);

	if (frame->type != WIRE_FILE || fd < 0)
		return ERR_PROTO;
	TRY(wire_get_file(frame->payload, &f));
	if (f.id != s->expect++)
		return ERR_PROTO;
	TRY(scan_one(s, &f, fd));
	return s->w->out.msg.n > FLUSH_BYTES ? flush(s) : OK;
}

/* Until the channel ends. Every message is a batch; between batches all is told. */
static enum err
serve_files(struct scanning *s)
{
	struct wire_frame f;

	for (;;) {
		enum err e = wire_next(&s->w->in, &f);

		if (e == ERR_END) {
			/* nothing left of this batch: all answers leave before we wait */
			TRY(flush(s));
			TRY(wire_read(&s->w->in));
			continue;
		}
		TRY(e);
		TRY(on_file(s, &f));
	}
}

#define TASK_WHY 160

/* Values for the variables that the rules were compiled with: one that they do not have,
 * or have with another type, is refused; why names it. */
static enum err
set_externals(struct scan *scan, struct wire_exts exts, char why[TASK_WHY])
{
	for (uint32_t i = 0; i < exts.n; i++) {
		struct bytes name = exts.p[i].name;

		if (scan_external(scan, &exts.p[i]) == OK)
			continue;
		snprintf(why, TASK_WHY,
		    "the rules have no external variable '%.*s' of that type",
		    name.n < 64 ? (int)name.n : 64, (const char *)name.p);
		return ERR_FORMAT;
	}
	return OK;
}

struct giving {
	struct scan *scan;
	struct bytes module, data;
	const char *why;
};

static enum err
give(void *arg)
{
	struct giving *g = arg;

	return scan_give(g->scan, g->module, g->data, &g->why);
}

/*
 * One file for a module, which keeps views of it: it stays for good. It is read under
 * guard, as a report is as much a stranger's as a file to scan, and may shrink.
 */
static enum err
take_given(struct worker *w, struct scan *scan, char why[TASK_WHY])
{
	struct load load = { 0 };
	struct giving g = { .scan = scan, .why = "it cannot be read" };
	struct wire_given given;
	struct wire_frame f;
	enum err e;
	int fd;

	TRY(task_frame(w, &f));
	fd = f.type == WIRE_GIVEN ? wire_take_fd(&w->in) : -1;
	if (fd < 0 || wire_get_given(f.payload, &given) != OK)
		return ERR_PROTO;
	e = load_file(&load, fd, given.size);
	g.module = given.module;
	g.data = load.bytes;
	if (e == OK)
		e = guard_run(give, &g);
	if (e != OK)
		snprintf(why, TASK_WHY, "what is given to the module '%.*s': %s",
		    given.module.n < 32 ? (int)given.module.n : 32,
		    (const char *)given.module.p, g.why);
	return e;
}

/* All of them; why tells what is wrong with one. */
static enum err
take_all(struct worker *w, struct scan *scan, uint32_t n, char why[TASK_WHY])
{
	if (n > WIRE_GIVEN_MAX)
		return ERR_PROTO;
	for (uint32_t i = 0; i < n; i++)
		TRY(take_given(w, scan, why));
	return OK;
}

/*
 * All workers map the same memory. It is sealed against writing and shrinking by the
 * parent, so that nobody can change it under a check that was done.
 */
static enum err
map_database(struct worker *w, uint64_t size, struct bytes *out)
{
	int fd = wire_take_fd(&w->in);
	void *p = fd < 0 || size == 0 || size > SIZE_MAX
		      ? MAP_FAILED
		      : mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, fd, 0);

	if (fd >= 0)
		close(fd);
	if (p == MAP_FAILED)
		return ERR_IO;
	*out = (struct bytes){ p, (size_t)size };
	return OK;
}

static struct scan_opts
options(const struct wire_scan *init)
{
	static const struct {
		uint32_t wire, scan;
	} flags[] = {
		{ WIRE_MATCHES, SCAN_MATCHES },
		{ WIRE_UNMATCHED, SCAN_UNMATCHED },
		{ WIRE_DUMP, SCAN_DUMP },
		{ WIRE_DUMP_YARA, SCAN_DUMP_YARA },
		{ WIRE_DUMP_JSON, SCAN_DUMP_JSON },
		{ WIRE_FAST, SCAN_FAST },
		{ WIRE_PRIVATE, SCAN_PRIVATE },
		{ WIRE_CHECK_SUM, SCAN_CHECK_SUM },
	};
	struct scan_opts o = {
		.timeout_ms = init->timeout_ms,
		.memory = init->memory,
		.match_bytes = init->match_bytes,
		.cpu_mask = init->cpu_mask,
		.clock_ms = clock_ms,
		.now = now,
	};

	for (size_t i = 0; i < COUNT(flags); i++)
		if (init->flags & flags[i].wire)
			o.flags |= flags[i].scan;
	return o;
}

enum err
task_scan(struct worker *w, struct bytes payload)
{
	struct scanning s = { .w = w, .sink = { &s, send_finding } };
	struct wire_scan init;
	char why[TASK_WHY] = "the parent broke the protocol";
	struct arena arena;
	struct bytes db;

	arena_init(&arena, 16 << 20);
	/* the texts of init.exts lie in payload and arena: used up before arena_done */
	TRY(wire_get_scan(payload, &arena, &init));
	if (map_database(w, init.db_size, &db) != OK)
		return task_refuse(w, "the database cannot be mapped");

	struct scan_opts o = options(&init);

	enum err e = scan_new(db, &o, &s.scan);

	if (e != OK)
		return task_refuse(
		    w, e == ERR_FORMAT
			   ? "it is not a database of this version of candor, or damaged"
			   : "there is no memory for a scanner of these rules");
	if (set_externals(s.scan, init.exts, why) != OK)
		return task_refuse(w, why);
	if (take_all(w, s.scan, init.given, why) != OK)
		return task_refuse(w, why);
	s.want_stats = init.flags & WIRE_SEND_STATS;
	arena_done(&arena);
	wire_begin(&w->out);
	wire_send(&w->out, WIRE_READY);
	return serve_files(&s);
}
