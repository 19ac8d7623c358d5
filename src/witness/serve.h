/*
 * serve.h - a small HTTP server: whole requests in, answers out, one at a time.
 *
 * The bytes are read by libmicrohttpd, in our one thread. So requests are answered in
 * some order, each before the next begins, and whoever answers needs no lock. Everything
 * a client can make us hold is bounded: connections, those of one address, bytes of a
 * request, of all requests together, and the time that one may take, however it drips.
 */
#pragma once

#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"

/* The only methods; any other is answered with 405 before anyone is asked. */
enum serve_method { SERVE_GET, SERVE_POST };

/*
 * What a client asked, whole. path is decoded by libmicrohttpd, and a stranger's: any
 * bytes but NUL. Valid during the call.
 */
struct serve_request {
	enum serve_method method; /* HEAD comes as GET */
	const char *path;         /* without the query */
	struct bytes body;
};

struct serve_answer {
	unsigned status;
	const char *type; /* Content-Type; stays valid */
	struct buf body;  /* serve.c frees it */
};

struct serve_opts {
	const char *listen; /* "127.0.0.1:7380", "[::1]:0": the port is chosen */
	size_t body_max;    /* bytes; more is 413 */
	unsigned connections, per_address;
	unsigned
	    seconds; /* from the first byte of a connection or request to the answer */
	void (*answer)(void *arg, const struct serve_request *q, struct serve_answer *a);
	void *arg;
};

struct serve;

#define SERVE_WHY 128

/* Listens, but answers nobody yet. ERR_SYNTAX: no such address; why tells all. */
MUST_USE enum err serve_open(
    const struct serve_opts *o, struct serve **out, char why[SERVE_WHY]);
void serve_close(struct serve *s); /* frees; NULL: nothing */

/*
 * Where it listens, with the port that it got: "127.0.0.1:43210". Valid until
 * serve_close.
 */
const char *serve_address(const struct serve *s);

/*
 * Answers until a byte or a signal can be read from stop (a signalfd). ERR_IO: the
 * system took the sockets away.
 */
MUST_USE enum err serve_run(struct serve *s, int stop);
