/*
 * pool.c - see pool.h, and docs/worker-protocol.md for the rules of the talk.
 *
 * A worker answers in the order it was given files, so its ring is a queue: what
 * comes is always about the oldest. That makes the protocol small enough to be
 * judged: an answer about anything else is a lie, whatever it says.
 *
 * Handing over is cheap because it is batched in both directions: 32 descriptors
 * travel in one message, and the answers about them in one as well. Two batches a
 * worker, so that it has work while we open the next files.
 */
#include "sandbox/pool.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/sys.h"
#include "sandbox/needs.h"
#include "sandbox/spawn.h"

#define BATCH_FILES WIRE_FDS_MAX
#define BATCH_BYTES (1u << 20) /* larger files travel alone */
#define RING        (2 * BATCH_FILES)
#define TASKS       10000
#define START_MS    30000        /* from start to READY */
#define SEND_MS     10000        /* for a worker to read what we send */
#define FAILS_MAX   8            /* starts in a row that come to nothing */
#define OUTPUT_MAX  (128u << 20) /* bytes of findings about one file */
#define COUNT_MAX   (1u << 20)   /* findings about one file */
#define DECODE_MAX  (8u << 20)   /* one frame, decoded: a tag of 4 bytes takes 16 */
#define READS       64           /* messages of one worker before the next has a turn */

const char pool_stopped[] = "the scan was stopped";

enum state {
	ABSENT = 1 << 0,
	STARTING = 1 << 1,
	READY = 1 << 2, /* with nothing to do */
	BUSY = 1 << 3,  /* with files in the ring */
};

struct task {
	struct pool_file file;
	unsigned tries;
};

struct worker {
	enum state state;
	struct child child;
	struct wire_in in;
	struct wire_out out;
	struct task ring[RING];
	unsigned first, n; /* the oldest task, and how many */
	uint32_t id;       /* of the oldest */
	uint64_t deadline; /* ms; 0: none */
	uint64_t output;   /* bytes said about the oldest, */
	uint32_t said;     /* in so many findings, */
	bool more;         /* of which the last is a rule, or more of one */
	uint64_t bytes;    /* in the ring */
	unsigned served, given;
	bool retire;
	struct wire_stats stats;
};

struct pool {
	struct pool_opts o;
	struct pool_given needed; /* by the rules; fd -1: nothing */
	bool asked;               /* what they need */
	const struct pool_events *ev;
	struct pool_result *out, last; /* last: while nobody listens */
	struct worker *w;
	struct pollfd *polls;
	struct task *retry;
	size_t nretry, capretry;
	struct arena arena; /* for decoding */
	uint64_t ticked;
	unsigned fails;
	struct task ahead; /* asked for, and not given to anybody yet */
	bool has_ahead;
	bool dry;    /* next said ERR_END */
	bool few;    /* the system refused one more worker */
	bool summed; /* a worker has compared the database with its checksum */
	enum err err;
};

/* Only in BUSY, where n > 0; the table of permitted frames sees to it. */
static struct task *
oldest(struct worker *w)
{
	return &w->ring[w->first];
}

/*
 * Counted from the last sign of life: a worker tells at least every 5 ms what it has
 * done, so what is silent for the limit of one file is stuck in one file.
 */
static void
set_deadline(struct pool *p, struct worker *w)
{
	uint64_t limit = p->o.scan.timeout_ms;

	w->deadline = limit ? sys_clock_ms() + limit + p->o.grace_ms : 0;
}

/* --- the end of a worker ------------------------------------------------- */

/* No one else can have done it, or it was there twice: this file is failed. */
static void
blame(struct pool *p, struct task *t, bool alone, const char *why)
{
	char text[POOL_WHY];

	p->ev->again(p->ev->arg, t->file.item);
	if (!alone && t->tries < 2) {
		p->retry =
		    xgrow(p->retry, &p->capretry, p->nretry + 1, sizeof(*p->retry));
		p->retry[p->nretry++] = *t;
		return;
	}
	snprintf(text, sizeof(text), "the worker %s", why);
	p->ev->done(p->ev->arg, t->file.item, text);
}

static void
add_stats(struct wire_stats *to, const struct wire_stats *from)
{
	uint64_t a[sizeof(*to) / 8], b[sizeof(*to) / 8];

	memcpy(a, to, sizeof(a));
	memcpy(b, from, sizeof(b));
	for (size_t i = 0; i < COUNT(a); i++)
		a[i] += b[i];
	memcpy(to, a, sizeof(a));
}

/*
 * Ends the worker. fault: what it did wrong, as we saw it; empty when it just
 * went away, then how it died is the reason; NULL when all is well.
 */
static void
end_worker(struct pool *p, struct worker *w, const char *fault)
{
	char died[CHILD_WHY];
	bool alone = w->n == 1;

	child_end(&w->child, died);
	add_stats(&p->out->stats, &w->stats);
	wire_in_done(&w->in);
	wire_out_done(&w->out);
	if (fault != NULL) {
		p->out->lost++;
		if (fault[0] == '\0')
			fault = died[0] ? died : "closed its channel";
	}
	/* backwards: retries are taken from the end, so they keep their order */
	for (unsigned i = w->n; i-- > 0;) {
		struct task *t = &w->ring[(w->first + i) % RING];

		if (fault == NULL)
			t->tries--; /* it left in peace: the next one does not know it */
		blame(p, t, alone && fault != NULL, fault ? fault : "left");
	}
	/* a READY alone proves nothing: one that then dies idle, again and again, would
	 * be started for ever */
	if (w->given == 0 && fault != NULL) {
		p->fails++;
		snprintf(p->out->why, sizeof(p->out->why), "the worker %s", fault);
	}
	*w = (struct worker){ .state = ABSENT, .child.sock = -1 };
}

/* --- what a worker may say ----------------------------------------------- */

static enum err
on_ready(struct pool *p, struct worker *w, struct bytes payload)
{
	(void)p;
	if (payload.n != 0)
		return ERR_PROTO;
	w->state = READY;
	w->deadline = 0;
	p->summed = true;
	return OK;
}

static enum err
on_refused(struct pool *p, struct worker *w, struct bytes payload)
{
	int n = payload.n < POOL_WHY ? (int)payload.n : POOL_WHY - 1;

	(void)w;
	snprintf(p->out->why, sizeof(p->out->why), "%.*s", n, (const char *)payload.p);
	p->err = ERR_FORMAT;
	return OK;
}

static enum err
on_finding(struct pool *p, struct worker *w, struct bytes payload)
{
	struct finding f;

	w->output += payload.n + WIRE_HEAD;
	if (w->output > OUTPUT_MAX || ++w->said > COUNT_MAX)
		return ERR_LIMIT;
	/* one large finding must not cost memory for ever */
	if (p->arena.used > 1 << 20) {
		arena_done(&p->arena);
		arena_init(&p->arena, DECODE_MAX);
	}
	arena_reset(&p->arena);
	TRY(wire_get_finding(payload, &p->arena, &f));
	/* more of nothing, or of something else, would be taken for that */
	if ((f.flags & FINDING_MORE) && f.kind != FINDING_DUMP && !w->more)
		return ERR_PROTO;
	w->more = f.kind == FINDING_RULE;
	p->ev->finding(p->ev->arg, oldest(w)->file.item, &f);
	return OK;
}

/* Workers answer in order, so only the oldest id is right. */
static enum err
on_done(struct pool *p, struct worker *w, struct bytes payload)
{
	struct task t = *oldest(w);
	uint32_t id;

	TRY(wire_get_u32(payload, &id));
	if (id != w->id)
		return ERR_PROTO;
	w->id++;
	w->first = (w->first + 1) % RING;
	w->n--;
	w->served++;
	w->bytes -= t.file.size;
	w->output = w->said = 0;
	w->more = false;
	p->fails = 0;
	if (w->n == 0) {
		w->state = READY;
		w->deadline = 0;
	} else
		set_deadline(p, w);
	p->ev->done(p->ev->arg, t.file.item, NULL);
	return OK;
}

/* Only after work was done, or a worker that always leaves would keep us for ever. */
static enum err
on_last(struct pool *p, struct worker *w, struct bytes payload)
{
	(void)p;
	if (payload.n != 0 || w->served == 0)
		return ERR_PROTO;
	w->retire = true;
	return OK;
}

static enum err
on_stats(struct pool *p, struct worker *w, struct bytes payload)
{
	(void)p;
	return wire_get_stats(payload, &w->stats);
}

/* Everything else is a lie. docs/worker-protocol.md has the same table. */
/* clang-format off */
static const struct {
	enum wire_type type;
	unsigned states;
	enum err (*fn)(struct pool *p, struct worker *w, struct bytes payload);
} permitted[] = {
	{ WIRE_FINDING, BUSY,         on_finding },
	{ WIRE_DONE,    BUSY,         on_done },
	{ WIRE_STATS,   BUSY | READY, on_stats },
	{ WIRE_LAST,    BUSY | READY, on_last },
	{ WIRE_READY,   STARTING,     on_ready },
	{ WIRE_REFUSED, STARTING,     on_refused },
};
/* clang-format on */

static enum err
on_frame(struct pool *p, struct worker *w, const struct wire_frame *f)
{
	for (size_t i = 0; i < COUNT(permitted); i++)
		if (permitted[i].type == f->type)
			return permitted[i].states & w->state
				   ? permitted[i].fn(p, w, f->payload)
				   : ERR_PROTO;
	return ERR_PROTO;
}

static const char *
fault_of(enum err e)
{
	switch (e) {
	case ERR_END: return "";
	case ERR_LIMIT: return "said too much";
	case ERR_PROTO: return "broke the protocol";
	default: return "could not be read from";
	}
}

/* Reads what is there. False: the worker is no more. */
static bool
hear(struct pool *p, struct worker *w)
{
	for (int i = 0; i < READS; i++) {
		struct wire_frame f;
		enum err e = wire_read(&w->in);

		if (e == ERR_LIMIT)
			return true;
		while (e == OK && p->err == OK && (e = wire_next(&w->in, &f)) == OK) {
			e = on_frame(p, w, &f);
			if (w->retire) {
				end_worker(p, w, NULL);
				return false;
			}
		}
		if (p->err != OK)
			return false;
		/* the end of the message, or of the worker: only wire_read tells the
		 * latter */
		if (e == ERR_END && w->in.n > 0)
			continue;
		end_worker(p, w, fault_of(e));
		return false;
	}
	return true;
}

/* --- handing out --------------------------------------------------------- */

static enum err
start_worker(struct pool *p, struct worker *w)
{
	struct wire_scan init = p->o.scan;

	if (child_start(p->o.program, p->o.memory, p->needed.fd >= 0 ? NEEDS_WORD : NULL,
		&w->child) != OK) {
		snprintf(p->out->why, sizeof(p->out->why), "cannot start a worker: %s",
		    sys_why());
		return ERR_IO;
	}
	/* for a broken disk: the file cannot change, so once is enough */
	if (p->summed)
		init.flags &= ~(uint32_t)WIRE_CHECK_SUM;
	p->out->spawned++;
	w->state = STARTING;
	w->deadline = sys_clock_ms() + START_MS;
	wire_in_init(&w->in, w->child.sock);
	w->in.nowait = true;
	w->in.frame_max = WIRE_FINDING_MAX;
	w->out = (struct wire_out){ w->child.sock, true, SEND_MS };
	init.given = p->o.ngiven + (p->needed.fd >= 0);
	wire_put_scan(wire_begin(&w->out), &init);
	wire_send_fd(&w->out, WIRE_SCAN, p->o.db_fd);
	for (uint32_t i = 0; i < init.given; i++) {
		const struct pool_given *g =
		    i < p->o.ngiven ? &p->o.given[i] : &p->needed;

		wire_put_given(
		    wire_begin(&w->out), &(struct wire_given){ g->module, g->size });
		wire_send_fd(&w->out, WIRE_GIVEN, g->fd);
	}
	if (wire_flush(&w->out) != OK)
		end_worker(p, w, "");
	return OK;
}

/* Into the ring and into the message; it leaves with the next flush. */
static void
give(struct pool *p, struct worker *w, struct task t)
{
	struct wire_file f = { w->id + w->n, t.file.regions, t.file.size };

	if (w->n == 0) {
		w->state = BUSY;
		set_deadline(p, w);
	}
	t.tries++;
	w->ring[(w->first + w->n++) % RING] = t;
	w->bytes += t.file.size;
	w->given++;
	wire_put_file(wire_begin(&w->out), &f);
	wire_send_fd(&w->out, WIRE_FILE, t.file.fd);
}

/* A file that was there when a worker ended gets one for itself. */
static bool
give_retry(struct pool *p, struct worker *w)
{
	if (p->nretry == 0 || w->n != 0)
		return false;
	give(p, w, p->retry[--p->nretry]);
	return true;
}

/* It has a file that ended another worker: nothing else comes near it. */
static bool
has_suspect(const struct worker *w)
{
	return w->n == 1 && w->ring[w->first].tries > 1;
}

/* Is there a file that nobody had yet? Asks for it, if need be. */
static bool
has_next(struct pool *p)
{
	enum err e;

	if (p->has_ahead || p->dry || p->err != OK)
		return p->has_ahead;
	p->ahead = (struct task){ .tries = 0 };
	e = p->ev->next(p->ev->arg, &p->ahead.file);
	if (e == OK)
		p->has_ahead = true;
	else if (e == ERR_END)
		p->dry = true;
	else
		p->err = e;
	return p->has_ahead;
}

/*
 * At most RING tasks are in the ring: feed() calls this with RING / 2 at most in it,
 * and a batch is RING / 2.
 */
static void
give_batch(struct pool *p, struct worker *w)
{
	unsigned most = p->o.isolate ? 1 : BATCH_FILES;
	uint64_t bytes = 0;

	for (unsigned i = 0; i < most && bytes < BATCH_BYTES && has_next(p); i++) {
		bytes = num_add(bytes, p->ahead.file.size);
		p->has_ahead = false;
		give(p, w, p->ahead);
	}
}

/* Gives a worker what it may have now; a worn-out one leaves when it is empty. */
static void
feed(struct pool *p, struct worker *w)
{
	unsigned tasks = p->o.isolate ? 1 : p->o.tasks ? p->o.tasks : TASKS;

	if (!(w->state & (READY | BUSY)) || has_suspect(w))
		return;
	if (w->given >= tasks) {
		if (w->n == 0)
			end_worker(p, w, NULL);
		return;
	}
	if (!give_retry(p, w) &&
	    (w->n == 0 || (w->n <= RING / 2 && w->bytes < BATCH_BYTES)))
		give_batch(p, w);
	if (wire_flush(&w->out) != OK)
		end_worker(p, w, "");
}

static bool
work_left(struct pool *p)
{
	if (p->nretry > 0 || has_next(p))
		return true;
	for (unsigned i = 0; i < p->o.workers; i++)
		if (p->w[i].n > 0)
			return true;
	return false;
}

static bool
has_worker(const struct pool *p)
{
	for (unsigned i = 0; i < p->o.workers; i++)
		if (p->w[i].state != ABSENT)
			return true;
	return false;
}

/* One that could take files now, or soon. */
static bool
has_idle(const struct pool *p)
{
	for (unsigned i = 0; i < p->o.workers; i++)
		if (p->w[i].state & (STARTING | READY))
			return true;
	return false;
}

/* With fewer workers than wished the scan is slower, not over. */
static void
start_one(struct pool *p, struct worker *w)
{
	if (p->few && has_worker(p))
		return;
	p->few = false;
	if (start_worker(p, w) == OK)
		return;
	p->few = true;
	if (!has_worker(p))
		p->err = ERR_IO;
}

/* Idle workers first; a new one only when all have work and there is more. */
static void
feed_all(struct pool *p)
{
	for (int round = 0; round < 2 && p->err == OK; round++)
		for (unsigned i = 0; i < p->o.workers && p->err == OK; i++) {
			struct worker *w = &p->w[i];

			if (p->nretry == 0 && !has_next(p))
				return;
			if (w->state == ABSENT && !has_idle(p))
				start_one(p, w);
			else if (round == (w->n > 0))
				feed(p, w);
		}
}

/* --- the loop ------------------------------------------------------------ */

static void
check_deadlines(struct pool *p, uint64_t now)
{
	for (unsigned i = 0; i < p->o.workers; i++) {
		struct worker *w = &p->w[i];

		if (w->state == ABSENT || w->deadline == 0 || now < w->deadline)
			continue;
		end_worker(
		    p, w, w->state == STARTING ? "did not start" : "took too long");
	}
}

/* One turn: until somebody speaks, a deadline passes or it is time for a tick. */
static void
wait_for_news(struct pool *p)
{
	int wait = 100;
	uint64_t now = sys_clock_ms();

	for (unsigned i = 0; i < p->o.workers; i++) {
		struct worker *w = &p->w[i];

		p->polls[i] =
		    (struct pollfd){ w->state == ABSENT ? -1 : w->child.sock, POLLIN };
		if (w->state != ABSENT && w->deadline != 0 &&
		    w->deadline < now + (unsigned)wait)
			wait = w->deadline > now ? (int)(w->deadline - now) : 0;
	}
	if (poll(p->polls, p->o.workers, wait) > 0)
		for (unsigned i = 0; i < p->o.workers && p->err == OK; i++)
			if (p->polls[i].revents != 0)
				hear(p, &p->w[i]);
	now = sys_clock_ms();
	if (p->err == OK)
		check_deadlines(p, now);
	if (p->err == OK && p->ev->tick != NULL && now - p->ticked >= 100) {
		p->ticked = now;
		p->err = p->ev->tick(p->ev->arg);
	}
}

/* What is still in somebody's hands when the run ends early. */
static void
stop(struct pool *p)
{
	for (unsigned i = 0; i < p->o.workers; i++)
		if (p->w[i].state != ABSENT)
			end_worker(p, &p->w[i], NULL);
	if (p->has_ahead)
		p->ev->done(p->ev->arg, p->ahead.file.item, pool_stopped);
	p->has_ahead = false;
	while (p->nretry > 0)
		p->ev->done(p->ev->arg, p->retry[--p->nretry].file.item, pool_stopped);
}

struct pool *
pool_new(const struct pool_opts *o)
{
	struct pool *p = xcalloc(1, sizeof(*p));

	p->o = *o;
	p->needed.fd = -1;
	p->out = &p->last;
	p->w = xcalloc(o->workers, sizeof(*p->w));
	p->polls = xcalloc(o->workers, sizeof(*p->polls));
	arena_init(&p->arena, DECODE_MAX);
	for (unsigned i = 0; i < o->workers; i++)
		p->w[i] = (struct worker){ .state = ABSENT, .child.sock = -1 };
	return p;
}

void
pool_free(struct pool *p)
{
	if (p == NULL)
		return;
	stop(p); /* nothing is in anybody's hands between two runs: nobody is told */
	fd_closep(&p->needed.fd);
	free(p->w);
	free(p->polls);
	free(p->retry);
	arena_done(&p->arena);
	free(p);
}

/* Asked once, before the first worker: none is started without what its rules need. */
static enum err
see_needs(struct pool *p)
{
	enum err e = p->asked ? ERR_END : needs_open(p->o.db_fd, &p->needed, p->out->why);

	p->asked = e == OK || e == ERR_END;
	return p->asked ? OK : e;
}

/* A worker that died since the last run is no file's fault. */
static void
bury_idle(struct pool *p)
{
	for (unsigned i = 0; i < p->o.workers; i++)
		if (p->w[i].state == READY)
			hear(p, &p->w[i]);
	p->fails = 0;
}

enum err
pool_serve(struct pool *p, const struct pool_events *ev, struct pool_result *out)
{
	*out = (struct pool_result){ 0 };
	p->ev = ev;
	p->out = out;
	p->dry = false;
	p->err = see_needs(p);
	bury_idle(p);
	while (p->err == OK && work_left(p)) {
		feed_all(p);
		if (p->err == OK)
			wait_for_news(p);
		if (p->fails >= FAILS_MAX)
			p->err = ERR_IO;
	}
	if (p->err != OK)
		stop(p);
	p->out = &p->last;
	return p->err;
}

enum err
pool_run(const struct pool_opts *o, const struct pool_events *ev, struct pool_result *out)
{
	struct pool *p = pool_new(o);
	enum err e = pool_serve(p, ev, out);

	p->out = out; /* what the last workers have to say of themselves counts */
	stop(p);
	pool_free(p);
	return e;
}
