/*
 * fetch.c - see fetch.h: the trusted side of candor-fetch.
 *
 * Nothing that comes back is believed: a frame that is not permitted, an id that was not
 * given, an answer that comes twice, more bytes than were allowed, silence beyond the
 * deadline - each ends candor-fetch, and what it had not done is a fault.
 */
#include "fetch/fetch.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/sys.h"
#include "fetch/talk.h"
#include "sandbox/spawn.h"

#define DEADLINE_MS 300000
#define CONNECT_MS  15000
#define SLOW_S      30
#define MIN_SPEED   1000
#define SPARE_MS    20000 /* for starting, names and ending, beyond the deadline */
#define SEND_MS     10000
#define SENT_MAX    16384 /* bytes of a request's head */
#define MEMORY      (512u << 20)
#define CA_MAX      (8u << 20)
#define CA_SYSTEM   "/etc/ssl/certs/ca-certificates.crt"

struct fetching {
	const struct fetch_opts *o;
	const struct fetch_job *jobs;
	struct fetch_result *out;
	bool *done;
	size_t n, left;
	bool ready;
	struct child child;
	struct wire_in in;
	struct wire_out wire;
	uint64_t deadline;
	char *why;
};

const char *
fetch_fault_text(enum fetch_fault f)
{
	static const char *const texts[FETCH_FAULTS] = {
		[FETCH_OK] = "answered",
		[FETCH_URL] = "not a URL that may be asked",
		[FETCH_RESOLVE] = "the host has no address",
		[FETCH_CONNECT] = "cannot connect",
		[FETCH_TLS] = "the server's certificate or encryption is not in order",
		[FETCH_SLOW] = "too slow",
		[FETCH_LARGE] = "larger than is allowed",
		[FETCH_CUT] = "the answer is not whole",
	};

	return f < FETCH_FAULTS ? texts[f] : "unknown";
}

char *
fetch_find(const char *installed)
{
	return spawn_find_named("candor-fetch", installed);
}

static enum err
fault(struct fetching *f, enum err e, const char *why)
{
	if (f->why[0] == '\0')
		snprintf(f->why, FETCH_WHY, "candor-fetch %s", why);
	return e;
}

static void
result_is(struct fetching *f, size_t i, enum fetch_fault kind, const char *why)
{
	f->out[i].fault = kind;
	snprintf(f->out[i].why, FETCH_WHY, "%s", why);
	f->done[i] = true;
	f->left--;
}

/* --- what it may reach ----------------------------------------------------- */

static void
put_host(struct buf *hosts, const struct url *u)
{
	struct buf one = { 0 };

	buf_printf(&one, u->v6 ? "[%.*s]:%u\n" : "%.*s:%u\n", (int)u->host.n,
	    (const char *)u->host.p, u->port);
	/* jobs mostly follow one another to the same host: this keeps the list short */
	if (hosts->n < one.n ||
	    !bytes_eq(bytes_from(buf_bytes(hosts), hosts->n - one.n), buf_bytes(&one)))
		buf_put(hosts, one.p, one.n);
	buf_done(&one);
}

/*
 * By scheme, host and port: a path of the configuration says nothing about what lies
 * beside it.
 */
static bool
may_reach(const struct fetching *f, const struct url *u)
{
	bool may = f->o->reach == NULL;

	for (size_t i = 0; i < f->o->nreach && !may; i++) {
		struct url r;

		may =
		    url_parse(bytes_of(f->o->reach[i]), &r) == OK && url_same_host(u, &r);
	}
	return may;
}

/* Jobs with a wrong URL are done before anything starts; the hosts of the others. */
static void
choose_hosts(struct fetching *f, struct buf *hosts)
{
	for (size_t i = 0; i < f->n; i++) {
		struct url u;

		if (url_parse(bytes_of(f->jobs[i].url), &u) != OK)
			result_is(f, i, FETCH_URL, "this is no http or https URL");
		else if (!may_reach(f, &u))
			result_is(
			    f, i, FETCH_URL, "this host is not one of the configured");
		else
			put_host(hosts, &u);
	}
}

/* Without certificates https fails, with a reason; http needs none. */
static enum err
read_ca(struct fetching *f, struct buf *ca)
{
	const char *path = f->o->ca_file ? f->o->ca_file : CA_SYSTEM;
	CLEAN(fd_closep) int fd = -1;
	enum err e = sys_open(AT_FDCWD, path, SYS_FOLLOW, &fd);

	if (e == OK)
		e = sys_read_all(fd, ca, CA_MAX);
	if (e == OK || f->o->ca_file == NULL)
		return OK;
	snprintf(f->why, FETCH_WHY, "cannot read the certificates in '%.80s': %s", path,
	    e == ERR_LIMIT ? "too large" : sys_why());
	return ERR_IO;
}

/* --- talking ---------------------------------------------------------------- */

static uint32_t
or_else(uint32_t v, uint32_t otherwise)
{
	return v ? v : otherwise;
}

static enum err
send_jobs(struct fetching *f, const struct talk_reach *reach)
{
	struct wire_out *w = &f->wire;

	talk_put_reach(wire_begin(w), reach);
	wire_send(w, WIRE_REACH);
	for (size_t i = 0; i < f->n; i++) {
		const struct fetch_job *j = &f->jobs[i];
		const struct talk_request r = {
			.id = (uint32_t)i,
			.post = j->post,
			.cap = j->cap,
			.url = bytes_of(j->url),
			.type = bytes_of(j->type ? j->type : "application/octet-stream"),
			.body = j->body,
		};

		if (f->done[i])
			continue;
		talk_put_request(wire_begin(w), &r);
		wire_send(w, WIRE_REQUEST);
	}
	wire_begin(w);
	wire_send(w, WIRE_GO);
	return wire_flush(w) == OK ? OK : ERR_PROTO;
}

static enum err
on_ready(struct fetching *f, struct bytes payload)
{
	if (payload.n != 0 || f->ready)
		return ERR_PROTO;
	f->ready = true;
	return OK;
}

static enum err
on_refused(struct fetching *f, struct bytes payload)
{
	struct buf text = { 0 };

	for (size_t i = 0; i < payload.n && i < 100; i++)
		buf_u8(&text,
		    payload.p[i] >= ' ' && payload.p[i] < 0x7f ? payload.p[i] : '?');
	snprintf(f->why, FETCH_WHY, "candor-fetch refuses: %s", buf_cstr(&text));
	buf_done(&text);
	return ERR_IO;
}

/* The result that a part is of, or NULL: such a request is not open. */
static struct fetch_result *
open_result(struct fetching *f, uint32_t id)
{
	return f->ready && id < f->n && !f->done[id] ? &f->out[id] : NULL;
}

/* SENT_MAX in all, over several frames: a head of ours has a kilobyte. */
static enum err
on_sent(struct fetching *f, struct bytes payload)
{
	struct talk_part p;
	struct fetch_result *r;

	TRY(talk_get_part(payload, &p));
	r = open_result(f, p.id);
	if (r == NULL || p.data.n > SENT_MAX - r->sent.n)
		return ERR_PROTO;
	buf_put(&r->sent, p.data.p, p.data.n);
	return OK;
}

/*
 * body.n <= cap, by this line: what was promised to the caller holds, whatever
 * candor-fetch does.
 */
static enum err
on_content(struct fetching *f, struct bytes payload)
{
	struct talk_part p;
	struct fetch_result *r;

	TRY(talk_get_part(payload, &p));
	r = open_result(f, p.id);
	if (r == NULL || p.data.n > f->jobs[p.id].cap - r->body.n)
		return ERR_PROTO;
	buf_put(&r->body, p.data.p, p.data.n);
	return OK;
}

/*
 * room is at least 1; a byte that is not printable ASCII becomes a question mark, as
 * terminals show this.
 */
static void
copy_printable(char *to, size_t room, struct bytes from)
{
	size_t n = from.n < room - 1 ? from.n : room - 1;

	for (size_t i = 0; i < n; i++)
		to[i] = from.p[i] >= ' ' && from.p[i] < 0x7f ? (char)from.p[i] : '?';
	to[n] = '\0';
}

static enum err
on_answer(struct fetching *f, struct bytes payload)
{
	struct talk_answer a;
	struct fetch_result *r;

	TRY(talk_get_answer(payload, &a));
	r = open_result(f, a.id);
	if (r == NULL || a.status > 999)
		return ERR_PROTO;
	r->fault = a.fault;
	r->status = a.status;
	copy_printable(r->type, sizeof(r->type), a.type);
	copy_printable(r->why, sizeof(r->why), a.why);
	f->done[a.id] = true;
	f->left--;
	return OK;
}

static enum err
on_frame(struct fetching *f, const struct wire_frame *w)
{
	static const struct {
		enum wire_type type;
		enum err (*fn)(struct fetching *f, struct bytes payload);
	} permitted[] = {
		{ WIRE_READY, on_ready },
		{ WIRE_REFUSED, on_refused },
		{ WIRE_SENT, on_sent },
		{ WIRE_CONTENT, on_content },
		{ WIRE_ANSWER, on_answer },
	};

	for (size_t i = 0; i < COUNT(permitted); i++)
		if (permitted[i].type == w->type)
			return permitted[i].fn(f, w->payload);
	return ERR_PROTO;
}

static enum err
listen_to(struct fetching *f)
{
	while (f->left > 0) {
		struct pollfd p = { f->child.sock, POLLIN, 0 };
		uint64_t now = sys_clock_ms();
		struct wire_frame w;
		enum err e;

		if (now >= f->deadline)
			return fault(f, ERR_LIMIT, "took too long");
		poll(&p, 1, (int)(f->deadline - now));
		e = wire_read(&f->in);
		if (e == ERR_LIMIT)
			continue;
		while (e == OK && (e = wire_next(&f->in, &w)) == OK)
			e = on_frame(f, &w);
		if (e == ERR_END && f->in.n == 0)
			return e; /* it is gone; how is seen when it is buried */
		if (e != ERR_END)
			return fault(f, e, "broke the protocol");
	}
	return OK;
}

/* What was not answered is a fault, with the reason for all of it. */
static void
give_up(struct fetching *f, enum err e)
{
	for (size_t i = 0; i < f->n; i++)
		if (!f->done[i])
			result_is(f, i, e == ERR_LIMIT ? FETCH_SLOW : FETCH_CUT, f->why);
}

static enum err
converse(struct fetching *f, const struct talk_reach *reach)
{
	char died[CHILD_WHY];
	enum err e;

	if (child_start(f->o->program, MEMORY, NULL, &f->child) != OK) {
		snprintf(f->why, FETCH_WHY, "cannot start candor-fetch: %s", sys_why());
		return ERR_IO;
	}
	f->deadline = sys_clock_ms() + reach->deadline_ms + SPARE_MS;
	wire_in_init(&f->in, f->child.sock);
	f->in.nowait = true;
	f->wire = (struct wire_out){ f->child.sock, true, SEND_MS };
	e = send_jobs(f, reach);
	/* one that could not begin has said why, and is gone */
	if (e == OK || e == ERR_PROTO)
		e = listen_to(f);
	child_end(&f->child, died);
	if (e == ERR_END)
		e = fault(f, ERR_IO, died[0] ? died : "closed its channel");
	wire_in_done(&f->in);
	wire_out_done(&f->wire);
	return e;
}

enum err
fetch_run(const struct fetch_opts *o, const struct fetch_job *jobs, size_t n,
    struct fetch_result *out, char why[FETCH_WHY])
{
	struct fetching f = {
		.o = o, .jobs = jobs, .out = out, .n = n, .left = n, .why = why
	};
	struct buf hosts = { 0 }, ca = { 0 };
	enum err e = OK;

	why[0] = '\0';
	memset(out, 0, n * sizeof(*out));
	if (n > FETCH_JOBS_MAX)
		bug("too many jobs for candor-fetch");
	f.done = xcalloc(n, sizeof(*f.done));
	choose_hosts(&f, &hosts);
	if (f.left > 0)
		e = read_ca(&f, &ca);
	if (e == OK && f.left > 0)
		e = converse(&f, &(struct talk_reach){
				     .deadline_ms = or_else(o->deadline_ms, DEADLINE_MS),
				     .connect_ms = or_else(o->connect_ms, CONNECT_MS),
				     .slow_s = or_else(o->slow_s, SLOW_S),
				     .min_speed = or_else(o->min_speed, MIN_SPEED),
				     .hosts = buf_bytes(&hosts),
				     .ca = buf_bytes(&ca),
				 });
	give_up(&f, e);
	free(f.done);
	buf_done(&hosts);
	buf_done(&ca);
	/* taking too long is the server's fault, and was told with each job */
	return e == ERR_LIMIT ? OK : e;
}

void
fetch_results_done(struct fetch_result *r, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_done(&r[i].body);
		buf_done(&r[i].sent);
	}
}
