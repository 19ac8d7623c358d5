/*
 * transfer.h - the requests of a job, by libcurl, and what servers say to them.
 *
 * The one place that knows libcurl. Every option that would make a request differ from
 * another user's, or lead elsewhere than it says, is off here.
 */
#pragma once

#include "base/err.h"
#include "fetch/talk.h"
#include "net/resolve.h"

struct transfer_job {
	struct talk_reach reach;
	struct talk_request *request; /* n of them; their views belong to the caller */
	size_t n;
	const struct resolve *hosts;
	struct wire_out *out; /* where answers go */
};

/*
 * libcurl and OpenSSL made ready, while files may still be opened. Once a process; aborts
 * when libcurl cannot begin.
 */
void transfer_init(void);

/*
 * Runs all requests, and sends for each SENT, CONTENT and one ANSWER. What servers do
 * wrong is in the answers. ERR_IO: the parent is gone, or curl broke; ERR_NOMEM. Returns
 * within the deadline of the reach and a poll, whatever servers do.
 */
MUST_USE enum err transfer_run(const struct transfer_job *j);
