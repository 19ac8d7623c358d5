/*
 * net.c - see net.h.
 *
 * The order in net_main is the security argument: make the libraries ready (no stranger's
 * byte yet), read the job from candor, lock in, look names up, lock in for good, and only
 * then talk to a server.
 */
#include "net/net.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/sys.h"
#include "net/lock.h"
#include "net/transfer.h"
#include "sandbox/confine.h"
#include "sandbox/filter.h"

/*
 * kept: payloads of frames, as the job's views are of them; freed by the end of the
 * process. hosts is filled before any byte of a server, and is not changed afterwards.
 */
struct net {
	struct wire_in in;
	struct wire_out out;
	struct resolve hosts;
	struct transfer_job job;
	struct buf *kept; /* the payloads that the job's views are of */
	size_t nkept, capkept, caprequest;
	bool go;
};

/* The frame's bytes end with the next message, the job does not. */
static struct bytes
keep(struct net *n, struct bytes payload)
{
	struct buf b = { 0 };

	buf_put(&b, payload.p, payload.n);
	n->kept = xgrow(n->kept, &n->capkept, n->nkept + 1, sizeof(*n->kept));
	n->kept[n->nkept++] = b;
	return buf_bytes(&b);
}

/* Once, and first: hosts are known before the requests that name them. */
static enum err
on_reach(struct net *n, struct bytes payload)
{
	if (n->nkept > 0)
		return ERR_PROTO;
	TRY(talk_get_reach(keep(n, payload), &n->job.reach));
	return resolve_hosts(&n->hosts, n->job.reach.hosts);
}

/*
 * The number of jobs is the parent's, which is trusted; the bound is for a mistake of
 * ours.
 */
static enum err
on_request(struct net *n, struct bytes payload)
{
	if (n->nkept == 0 || n->job.n == FETCH_JOBS_MAX)
		return ERR_PROTO;
	n->job.request =
	    xgrow(n->job.request, &n->caprequest, n->job.n + 1, sizeof(*n->job.request));
	return talk_get_request(keep(n, payload), &n->job.request[n->job.n++]);
}

static enum err
on_go(struct net *n, struct bytes payload)
{
	n->go = true;
	return payload.n == 0 && n->nkept > 0 ? OK : ERR_PROTO;
}

/*
 * Frames until GO. What comes behind it, in the same message, is refused; ERR_END: the
 * parent is gone.
 */
static enum err
read_job(struct net *n)
{
	static const struct {
		enum wire_type type;
		enum err (*fn)(struct net *n, struct bytes payload);
	} permitted[] = {
		{ WIRE_REACH, on_reach },
		{ WIRE_REQUEST, on_request },
		{ WIRE_GO, on_go },
	};

	while (!n->go) {
		struct wire_frame f;
		enum err e = wire_read(&n->in);

		while (e == OK && (e = wire_next(&n->in, &f)) == OK) {
			e = ERR_PROTO;
			for (size_t i = 0; i < COUNT(permitted) && !n->go; i++)
				if (permitted[i].type == f.type)
					e = permitted[i].fn(n, f.payload);
			if (e != OK)
				return e;
		}
		if (e != ERR_END || n->in.n == 0)
			return e;
	}
	return OK;
}

static enum err
refuse(struct net *n, const char *step)
{
	char *why = xprintf("it cannot be confined: %s failed", step);

	buf_str(wire_begin(&n->out), why);
	wire_send(&n->out, WIRE_REFUSED);
	free(why);
	return wire_flush(&n->out);
}

static enum err
work(struct net *n, uid_t uid, gid_t gid)
{
	uint16_t ports[RESOLVE_HOSTS_MAX];
	const char *step = NULL;

	TRY(read_job(n));
	if (lock_for_names(uid, gid, &step) != OK)
		return refuse(n, step);
	resolve_all(&n->hosts);
	for (size_t i = 0; i < n->hosts.n; i++)
		ports[i] = n->hosts.host[i].port;
	if (lock_for_servers(ports, n->hosts.n, &step) != OK)
		return refuse(n, step);
	wire_begin(&n->out);
	wire_send(&n->out, WIRE_READY);
	TRY(wire_flush(&n->out));
	n->job.hosts = &n->hosts;
	n->job.out = &n->out;
	return transfer_run(&n->job);
}

int
net_main(int argc, char **argv)
{
	struct net *n = xcalloc(1, sizeof(*n));
	uid_t uid;
	gid_t gid;
	enum err e;

	confine_whom(argc > 1 ? argv[1] : NULL, &uid, &gid);
	setvbuf(stderr, malloc(BUFSIZ), _IOFBF, BUFSIZ);
	transfer_init();
	wire_in_init(&n->in, WORKER_CHANNEL);
	n->out.fd = WORKER_CHANNEL;
	e = work(n, uid, gid);
	/* no destructors, no atexit: nothing of libc that may need the system */
	_exit(e == OK || e == ERR_END ? 0 : 3);
}
