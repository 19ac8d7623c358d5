/*
 * ask.c - see fold.h: the trusted side of candor-compare.
 *
 * Nothing that comes back is believed: a frame that is not permitted, a statement out of
 * place, silence beyond the deadline - each ends candor-compare, and the pair has failed.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/sys.h"
#include "compare/fold.h"
#include "result/wire.h"
#include "sandbox/spawn.h"

#define SPARE_MS    10000 /* beyond the worker's own time, before it is killed */
#define SEND_MS     10000
#define FRAME_MAX   (1u << 20)
#define LITTLE      (32u << 20) /* bytes of memory that may not do to begin with */
#define TOO_LITTLE  "could not be started: --memory gives it too little"
#define DECODED_MAX (4u << 20) /* bytes of one decoded statement */
#define BLOCK       (256u << 10)

struct ask {
	const struct compare_opts *o;
	struct fold *fold;
	struct child child;
	struct wire_in in;
	struct wire_out out;
	struct arena arena;
	uint64_t deadline;
	bool ready, done;
	uint64_t before; /* fold_said when it began */
};

char *
compare_find(const char *installed)
{
	return spawn_find_named("candor-compare", installed);
}

static enum err
fault(struct ask *k, enum err e, const char *why)
{
	struct buf b = { 0 };

	buf_printf(&b, "candor-compare %s", why);
	/* a limit that was told before is not the reason any more */
	k->fold->out->why[0] = '\0';
	fold_why(k->fold, buf_bytes(&b));
	buf_done(&b);
	return e;
}

/* --- scratch files -------------------------------------------------------- */

static int
scratch_in(const char *folder)
{
	return folder ? open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) : -1;
}

/* /var/tmp before /tmp: the latter is often memory. -1: nowhere. */
static int
scratch_file(void)
{
	const char *const folders[] = { getenv("TMPDIR"), "/var/tmp", "/tmp" };
	int fd = -1;

	for (size_t i = 0; i < COUNT(folders) && fd < 0; i++)
		fd = scratch_in(folders[i]);
	return fd;
}

/* --- talking -------------------------------------------------------------- */

static void
send_file(struct ask *k, uint32_t id, int fd, uint64_t size)
{
	wire_put_file(wire_begin(&k->out), &(struct wire_file){ .id = id, .size = size });
	wire_send_fd(&k->out, WIRE_FILE, fd);
}

struct bytes
ask_name(struct bytes path)
{
	unsigned slashes = 0;
	size_t i = path.n;

	while (i > 0 && (path.p[i - 1] != '/' || ++slashes < 3))
		i--;
	return bytes_from(path, i);
}

static struct bytes
tail(struct bytes name)
{
	return name.n > WIRE_NAME_MAX ? bytes_from(name, name.n - WIRE_NAME_MAX) : name;
}

static enum err
send_job(struct ask *k, const struct ask_side *a, const struct ask_side *b,
    const int scratch[2])
{
	const struct compare_opts *o = k->o;
	bool unpacks = scratch[0] >= 0 && scratch[1] >= 0;
	const struct wire_compare job = {
		.flags = o->flat ? 0 : WIRE_COMPARE_MEMBERS,
		.timeout_ms = o->timeout_ms ? o->timeout_ms : COMPARE_TIMEOUT_MS,
		.lines = o->lines ? o->lines : COMPARE_LINES,
		.mode_a = a->mode,
		.mode_b = b->mode,
		.size_a = a->size,
		.size_b = b->size,
		.scratch = !unpacks     ? 0
			   : o->scratch ? o->scratch
					: COMPARE_SCRATCH,
		.unpack = o->unpack ? o->unpack : COMPARE_UNPACK,
		.name_a = tail(a->name),
		.name_b = tail(b->name),
	};

	k->deadline = sys_clock_ms() + job.timeout_ms + SPARE_MS;
	wire_put_compare(wire_begin(&k->out), &job);
	wire_send(&k->out, WIRE_COMPARE);
	send_file(k, WIRE_FILE_A, a->fd, a->size);
	send_file(k, WIRE_FILE_B, b->fd, b->size);
	if (unpacks) {
		send_file(k, WIRE_SCRATCH_A, scratch[0], 0);
		send_file(k, WIRE_SCRATCH_B, scratch[1], 0);
	}
	wire_begin(&k->out);
	wire_send(&k->out, WIRE_GO);
	return wire_flush(&k->out) == OK ? OK : ERR_PROTO;
}

static enum err
on_ready(struct ask *k, struct bytes payload)
{
	if (payload.n != 0 || k->ready)
		return ERR_PROTO;
	k->ready = true;
	return OK;
}

static enum err
on_refused(struct ask *k, struct bytes payload)
{
	fault(k, ERR_IO, "refuses");
	k->fold->out->why[0] = '\0';
	fold_why(k->fold, payload);
	return ERR_IO;
}

static enum err
on_difference(struct ask *k, struct bytes payload)
{
	struct difference d;

	if (!k->ready || k->done)
		return ERR_PROTO;
	arena_reset(&k->arena);
	TRY(wire_get_difference(payload, &k->arena, &d));
	return fold_add(k->fold, &d);
}

static enum err
on_compared(struct ask *k, struct bytes payload)
{
	uint32_t e;

	TRY(wire_get_u32(payload, &e));
	if (!k->ready || k->done || e != OK || k->fold->depth != k->fold->base)
		return ERR_PROTO;
	k->done = true;
	return OK;
}

static enum err
on_frame(struct ask *k, const struct wire_frame *w)
{
	static const struct {
		enum wire_type type;
		enum err (*fn)(struct ask *k, struct bytes payload);
	} permitted[] = {
		{ WIRE_READY, on_ready },
		{ WIRE_REFUSED, on_refused },
		{ WIRE_DIFFERENCE, on_difference },
		{ WIRE_COMPARED, on_compared },
	};

	for (size_t i = 0; i < COUNT(permitted); i++)
		if (permitted[i].type == w->type)
			return permitted[i].fn(k, w->payload);
	return ERR_PROTO;
}

static enum err
listen_to(struct ask *k)
{
	while (!k->done) {
		struct pollfd p = { k->child.sock, POLLIN, 0 };
		uint64_t now = sys_clock_ms();
		struct wire_frame w;
		enum err e;

		if (now >= k->deadline)
			return fault(k, ERR_LIMIT, "took too long");
		poll(&p, 1, (int)(k->deadline - now));
		e = wire_read(&k->in);
		if (e == ERR_LIMIT)
			continue;
		while (e == OK && (e = wire_next(&k->in, &w)) == OK)
			e = on_frame(k, &w);
		if (e == ERR_END && k->in.n == 0)
			return e; /* it is gone; how is seen when it is buried */
		if (e == ERR_IO && k->fold->out->why[0] != '\0')
			return e; /* it refused, and said why */
		if (e != ERR_END)
			return fault(k, e, "broke the protocol");
	}
	return fold_said(k->fold) > k->before
		   ? OK
		   : fault(k, ERR_PROTO, "found nothing in files that differ");
}

static enum err
converse(struct ask *k, const struct ask_side *a, const struct ask_side *b,
    const int scratch[2])
{
	uint64_t memory = k->o->memory ? k->o->memory : COMPARE_MEMORY;
	char died[CHILD_WHY];
	enum err e;

	if (child_start(k->o->program, memory, NULL, &k->child) != OK)
		return fault(k, ERR_IO, "cannot be started");
	wire_in_init(&k->in, k->child.sock);
	k->in.nowait = true;
	k->in.frame_max = FRAME_MAX;
	k->out = (struct wire_out){ k->child.sock, true, SEND_MS };
	e = send_job(k, a, b, scratch);
	/* one that could not begin has said why, and is gone */
	if (e == OK || e == ERR_PROTO)
		e = listen_to(k);
	child_end(&k->child, died);
	if (e == ERR_END)
		e = fault(k, ERR_IO,
		    !k->ready && memory < LITTLE ? TOO_LITTLE
		    : died[0]                    ? died
						 : "closed its channel");
	wire_in_done(&k->in);
	wire_out_done(&k->out);
	return e;
}

enum err
ask_worker(const struct compare_opts *o, const struct ask_side *a,
    const struct ask_side *b, struct fold *f)
{
	struct ask k = { .o = o, .fold = f, .before = fold_said(f) };
	int scratch[2] = { -1, -1 };
	enum err e;

	if (!o->no_scratch) {
		scratch[0] = scratch_file();
		scratch[1] = scratch_file();
	}
	f->base = f->depth;
	arena_init(&k.arena, DECODED_MAX);
	e = converse(&k, a, b, scratch);
	arena_done(&k.arena);
	/* pairs that it left begun end here, so that what is around them stands right */
	while (f->depth > f->base)
		if (fold_add(f, &(struct difference){ .kind = DIFF_END }) != OK)
			break;
	fd_closep(&scratch[0]);
	fd_closep(&scratch[1]);
	return e;
}

/* --- the same? ------------------------------------------------------------ */

static enum err
read_block(const struct ask_side *s, void *to, uint64_t off, size_t *got)
{
	*got = 0;
	while (*got < BLOCK) {
		size_t n;

		TRY(sys_pread(s->fd, (uint8_t *)to + *got, BLOCK - *got, off + *got, &n));
		if (n == 0)
			break;
		*got += n;
	}
	return OK;
}

void
ask_stamp(struct ask_side *s)
{
	struct stat st;

	s->stamp = fstat(s->fd, &st) == 0 ? st.st_ctim : (struct timespec){ 0 };
}

bool
ask_changed(const struct ask_side *s)
{
	struct stat st;

	return fstat(s->fd, &st) != 0 || (uint64_t)st.st_size != s->size ||
	       st.st_ctim.tv_sec != s->stamp.tv_sec ||
	       st.st_ctim.tv_nsec != s->stamp.tv_nsec;
}

enum err
ask_same(const struct ask_side *a, const struct ask_side *b, bool *same)
{
	uint8_t *x = xcalloc(2, BLOCK), *y = x + BLOCK;
	size_t n = 1, m = 1;
	enum err e = OK;

	*same = a->size == b->size;
	for (uint64_t off = 0; e == OK && *same && n > 0; off += n) {
		e = read_block(a, x, off, &n);
		if (e == OK)
			e = read_block(b, y, off, &m);
		*same = e == OK && n == m && memcmp(x, y, n) == 0;
	}
	free(x);
	if (e == OK && *same && (ask_changed(a) || ask_changed(b)))
		e = ERR_PROTO;
	return e;
}
