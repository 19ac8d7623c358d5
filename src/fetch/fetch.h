/*
 * fetch.h - asks web servers, through a program that can do nothing else.
 *
 * The trusted half has no network code. candor-fetch has it, and nothing besides: no
 * file, no folder, no process, only sockets to the hosts that it is told of and one
 * channel to us. What comes back is bytes of a stranger, at most so many as the caller
 * allowed; who believes them is the caller's business.
 *
 * A request is the same for every user: no identifier, no version, no cookie, nothing
 * conditional, no redirects (docs/update.md shows its bytes; sent holds them).
 */
#pragma once

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "fetch/url.h"

enum fetch_fault {
	FETCH_OK,      /* an answer came, whole: look at status */
	FETCH_URL,     /* no URL of ours, or of a host that may not be reached */
	FETCH_RESOLVE, /* the name has no address */
	FETCH_CONNECT, /* nobody answers there */
	FETCH_TLS,     /* the certificate or the handshake is wrong */
	FETCH_SLOW,    /* not done in time, or too slow for too long */
	FETCH_LARGE,   /* more than cap bytes */
	FETCH_CUT,     /* ended too early, or is no HTTP */
	FETCH_FAULTS,
};

/* One request. Everything is borrowed during fetch_run. url: at most URL_MAX bytes. */
struct fetch_job {
	const char *url;
	bool post;         /* POST body, as type; else GET */
	struct bytes body; /* borrowed during fetch_run */
	const char *type;  /* Content-Type of body; NULL: application/octet-stream */
	uint64_t cap;      /* bytes of the answer at most */
};

#define FETCH_WHY  160
#define FETCH_TYPE 80

/*
 * What came of one job. body and sent are the caller's to free (fetch_results_done); all
 * of it is a stranger's word, as long as nobody verified it.
 */
struct fetch_result {
	enum fetch_fault fault;
	unsigned status;       /* of HTTP: 200, 404, ... */
	char type[FETCH_TYPE]; /* the answer's Content-Type, printable; may be empty */
	struct buf body;       /* the answer's, whatever its status */
	struct buf sent;       /* the bytes of the request, without its body */
	char why[FETCH_WHY];   /* of a fault, for a person */
};

struct fetch_opts {
	const char *program; /* fetch_find */
	/* URLs whose host and port may be reached, and no other; NULL: those of the jobs.
	 */
	const char *const *reach;
	size_t nreach;
	uint32_t deadline_ms; /* for all of it; 0: 300,000 */
	uint32_t connect_ms;  /* for one connection; 0: 15,000 */
	uint32_t slow_s;      /* slower than min_speed for so long ends; 0: 30 */
	uint32_t min_speed;   /* bytes a second; 0: 1,000 */
	const char *ca_file;  /* PEM; NULL: the system's */
};

#define FETCH_JOBS_MAX 4096

/* candor-fetch beside this program, or at installed; malloced, or NULL: it is nowhere. */
char *fetch_find(const char *installed);

/*
 * Does all jobs, several at once. OK: every result is filled, each with its own fault.
 * ERR_IO, ERR_PROTO: candor-fetch could not be run or misbehaved; why tells, and the
 * results say FETCH_CUT. The results are the caller's: fetch_results_done.
 */
MUST_USE enum err fetch_run(const struct fetch_opts *o, const struct fetch_job *jobs,
    size_t n, struct fetch_result *out, char why[FETCH_WHY]);
void fetch_results_done(struct fetch_result *r, size_t n);

/* "cannot connect", "too slow": some words for a fault. */
const char *fetch_fault_text(enum fetch_fault f);
