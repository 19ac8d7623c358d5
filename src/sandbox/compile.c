/*
 * compile.c - see compile.h.
 *
 * The database comes back through the socket, not by a shared file: so a worker
 * needs no call that writes, scanning or compiling. A few hundred messages for the
 * largest packs, milliseconds beside the compilation.
 */
#include "sandbox/compile.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/sys.h"
#include "sandbox/spawn.h"

#define INCLUDES_MAX 10000u
#define FRAME_MAX    (1u << 20)  /* chunks of 32 kB come, and messages of a few */
#define DIAG_MAX     (64u << 20) /* bytes of messages and explanation */
#define RULES_EXTRA  (1u << 20)  /* bytes of a list for the smallest sources */
#define DIGEST       32          /* bytes of SHA-256 */
#define SEND_MS      10000
#define WAIT_MS      60000u /* of one poll: a longer deadline may not fit an int */

struct compile {
	const struct compile_job *job;
	struct child child;
	struct wire_in in;
	struct wire_out out;
	struct arena arena;
	uint64_t deadline;
	unsigned nsources, nincludes;
	int db;
	uint64_t size;   /* of the database so far */
	uint64_t output; /* of everything else */
	uint64_t input,
	    listed; /* bytes of sources, and of what was said of their rules */
	bool done;
	enum err result;
	char *why;
};

static enum err
fault(struct compile *c, enum err e, const char *what)
{
	snprintf(c->why, COMPILE_WHY, "%s", what);
	return e;
}

static void
put_source(struct compile *c, const struct compile_source *s)
{
	char number[16];
	unsigned id = s->again > 0 ? s->again - 1 : c->nsources++;
	int n = snprintf(number, sizeof(number), "%u", id);
	struct wire_source w = { 1, { (const uint8_t *)number, (size_t)n }, s->ns, s->off,
		s->size };

	c->input = num_add(c->input, s->size);
	wire_put_source(wire_begin(&c->out), &w);
}

static enum err
send_sources(struct compile *c)
{
	int sent[WIRE_FDS_MAX];
	uint32_t n = 0;
	enum err e = OK;

	while (e == OK) {
		struct compile_source s = { .fd = -1 };

		e = c->job->next(c->job->arg, &s);
		if (e == OK) {
			put_source(c, &s);
			wire_send_fd(&c->out, WIRE_SOURCE, s.fd);
			sent[n++] = s.fd;
		}
		/* descriptors stay open until the message that carries them has left */
		if (e != OK || n == WIRE_FDS_MAX) {
			if (wire_flush(&c->out) != OK && e == OK)
				e = ERR_PROTO;
			while (n > 0)
				close(sent[--n]);
		}
	}
	if (e != ERR_END)
		return e;
	wire_begin(&c->out);
	wire_send(&c->out, WIRE_GO);
	return wire_flush(&c->out) == OK ? OK : ERR_PROTO;
}

/* The number of the source that the worker calls name; UINT32_MAX: no such. */
static unsigned
source_number(const struct compile *c, struct bytes name)
{
	unsigned v = 0;

	if (name.n == 0 || name.n > 8)
		return UINT32_MAX;
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] < '0' || name.p[i] > '9')
			return UINT32_MAX;
		v = v * 10 + (name.p[i] - '0');
	}
	return v < c->nsources ? v : UINT32_MAX;
}

static enum err
on_diag(struct compile *c, struct bytes payload)
{
	struct diag d;

	c->output += payload.n;
	if (c->output > DIAG_MAX)
		return ERR_LIMIT;
	arena_reset(&c->arena);
	TRY(wire_get_diag(payload, &c->arena, &d));
	c->job->diag(c->job->arg, &d, source_number(c, bytes_of(d.file)));
	return OK;
}

static enum err
on_include(struct compile *c, struct bytes payload)
{
	struct compile_source s = { .fd = -1 };
	struct wire_source no = { 0 };
	struct wire_include i;
	unsigned from;

	TRY(wire_get_include(payload, &i));
	from = source_number(c, i.from);
	if (from == UINT32_MAX)
		return ERR_PROTO;
	wire_begin(&c->out);
	if (c->nincludes++ < INCLUDES_MAX &&
	    c->job->include(c->job->arg, from, i.path, &s) == OK) {
		put_source(c, &s);
		wire_send_fd(&c->out, WIRE_INCLUDED, s.fd);
	} else {
		wire_put_source(&c->out.payload, &no);
		wire_send(&c->out, WIRE_INCLUDED);
	}

	enum err e = wire_flush(&c->out);

	fd_closep(&s.fd);
	return e == OK ? OK : ERR_PROTO;
}

static enum err
on_database(struct compile *c, struct bytes payload)
{
	c->size += payload.n;
	/* it was made in less memory than that, and is held in ours */
	if (c->size > c->job->opts.memory || (c->job->opts.flags & WIRE_NO_DATABASE))
		return ERR_LIMIT;
	return sys_write_all(c->db, payload.p, payload.n);
}

static enum err
on_explain(struct compile *c, struct bytes payload)
{
	c->output += payload.n;
	/* a text laid out afresh is a few times as long at most */
	if (c->output > num_add(num_mul(c->input, 4), DIAG_MAX) ||
	    c->job->explain == NULL)
		return ERR_LIMIT;
	c->job->explain(c->job->arg, payload);
	return OK;
}

/*
 * What a rule says of itself is a part of its text, and what is added to it is not much
 * more than eight times the shortest text that makes it: so lists have a bound.
 */
static enum err
on_rule(struct compile *c, struct bytes payload)
{
	struct wire_rule r;

	c->listed += payload.n;
	if (c->listed > num_add(num_mul(c->input, 8), RULES_EXTRA) ||
	    payload.n > WIRE_FINDING_MAX || !(c->job->opts.flags & WIRE_WANT_RULES))
		return ERR_LIMIT;
	arena_reset(&c->arena);
	TRY(wire_get_rule(payload, &c->arena, &r));
	if (r.source >= c->nsources || r.digest.n != DIGEST)
		return ERR_PROTO;
	c->job->rule(c->job->arg, &r);
	return OK;
}

static enum err
on_compiled(struct compile *c, struct bytes payload)
{
	uint32_t e;

	TRY(wire_get_u32(payload, &e));
	if (e != OK && e != ERR_SYNTAX && e != ERR_LIMIT)
		return ERR_PROTO;
	c->result = (enum err)e;
	c->done = true;
	if (e == ERR_LIMIT)
		fault(c, ERR_LIMIT, "the rules need more memory than is allowed");
	return OK;
}

static enum err
on_refused(struct compile *c, struct bytes payload)
{
	snprintf(c->why, COMPILE_WHY, "the worker refuses: %.*s",
	    payload.n < 100 ? (int)payload.n : 100, (const char *)payload.p);
	c->result = ERR_IO;
	c->done = true;
	return OK;
}

/* All of them may come at any time between GO and COMPILED; nothing else may. */
static enum err
on_frame(struct compile *c, const struct wire_frame *f)
{
	static const struct {
		enum wire_type type;
		enum err (*fn)(struct compile *c, struct bytes payload);
	} permitted[] = {
		{ WIRE_DATABASE, on_database },
		{ WIRE_DIAG, on_diag },
		{ WIRE_INCLUDE, on_include },
		{ WIRE_EXPLAIN, on_explain },
		{ WIRE_RULE, on_rule },
		{ WIRE_COMPILED, on_compiled },
		{ WIRE_REFUSED, on_refused },
	};

	for (size_t i = 0; i < COUNT(permitted) && !c->done; i++)
		if (permitted[i].type == f->type)
			return permitted[i].fn(c, f->payload);
	return ERR_PROTO;
}

/* Waits for the next message; ERR_LIMIT: the time is over. */
static enum err
read_message(struct compile *c)
{
	for (;;) {
		struct pollfd p = { c->child.sock, POLLIN, 0 };
		uint64_t now = sys_clock_ms(), left = WAIT_MS;

		if (c->deadline != 0 && now >= c->deadline)
			return ERR_LIMIT;
		if (c->deadline != 0 && c->deadline - now < left)
			left = c->deadline - now;
		poll(
		    &p, 1, (int)left); /* what it says does not matter: we read and see */

		enum err e = wire_read(&c->in);

		if (e != ERR_LIMIT)
			return e;
	}
}

static enum err
listen_to(struct compile *c)
{
	while (!c->done) {
		struct wire_frame f;
		enum err e = read_message(c);

		if (e == ERR_LIMIT)
			return fault(c, ERR_LIMIT, "took too long");
		if (e == ERR_END)
			return ERR_END;
		while (e == OK && (e = wire_next(&c->in, &f)) == OK)
			e = on_frame(c, &f);
		if (e == ERR_LIMIT)
			return fault(c, ERR_PROTO, "said too much");
		if (e != ERR_END)
			return fault(c, e, "broke the protocol");
	}
	return OK;
}

static enum err
converse(struct compile *c)
{
	wire_put_compile(wire_begin(&c->out), &c->job->opts);
	wire_send(&c->out, WIRE_COMPILE);

	enum err e = send_sources(c);

	/* a worker that could not begin has said why, and is gone */
	if (e == OK || e == ERR_PROTO)
		e = listen_to(c);
	return e == OK ? c->result : e;
}

static enum err
finish_database(struct compile *c, int *db, uint64_t *size)
{
	*db = -1;
	*size = c->size;
	if (c->job->opts.flags & WIRE_NO_DATABASE)
		return OK;
	TRY(sys_seal(c->db));
	*db = c->db;
	c->db = -1;
	return OK;
}

/* The reason for the user: how it died, when it just went away. */
static void
end(struct compile *c, enum err e)
{
	char died[CHILD_WHY], what[COMPILE_WHY];

	child_end(&c->child, died);
	snprintf(what, sizeof(what), "%s", c->why);
	if (e == ERR_END)
		snprintf(c->why, COMPILE_WHY, "the compiling worker %s",
		    died[0] ? died : "closed its channel");
	else if (e != OK && e != ERR_SYNTAX && what[0] != '\0' && !c->done)
		snprintf(c->why, COMPILE_WHY, "the compiling worker %.100s", what);
}

enum err
compile_run(const struct compile_job *job, int *db, uint64_t *size, char why[COMPILE_WHY])
{
	struct compile c = { .job = job, .db = -1, .why = why };
	enum err e;

	why[0] = '\0';
	if (!(job->opts.flags & WIRE_NO_DATABASE))
		TRY(sys_memfd("candor-db", &c.db));
	if (child_start(job->program, job->data_limit, NULL, &c.child) != OK) {
		snprintf(why, COMPILE_WHY, "cannot start a worker: %s", sys_why());
		fd_closep(&c.db);
		return ERR_IO;
	}
	if (job->timeout_ms != 0)
		c.deadline = sys_clock_ms() + job->timeout_ms;
	wire_in_init(&c.in, c.child.sock);
	c.in.nowait = true;
	c.in.frame_max = FRAME_MAX;
	c.out = (struct wire_out){ c.child.sock, true, SEND_MS };
	arena_init(&c.arena, 2 * FRAME_MAX);
	e = converse(&c);
	end(&c, e);
	if (e == OK)
		e = finish_database(&c, db, size);
	wire_in_done(&c.in);
	wire_out_done(&c.out);
	arena_done(&c.arena);
	fd_closep(&c.db);
	return e == ERR_END ? ERR_IO : e;
}
