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

/* libcurl and OpenSSL made ready, while files may still be opened. */
void transfer_init(void);

/* ERR_IO: the parent is gone. */
MUST_USE enum err transfer_run(const struct transfer_job *j);
