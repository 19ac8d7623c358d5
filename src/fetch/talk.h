/*
 * talk.h - what candor and candor-fetch say to each other, and its bytes.
 *
 * Frames of result/wire.h. candor sends REACH, a REQUEST for each job, GO, and nothing
 * more; candor-fetch answers READY when it is locked in, then in any order SENT, CONTENT
 * and ANSWER, the last once for each request. docs/worker-protocol.md tells the rules.
 */
#pragma once

#include "base/bytes.h"
#include "fetch/fetch.h"
#include "result/wire.h"

/*
 * REACH: whom it may ask and how long; REQUEST: one URL. deadline_ms and connect_ms are
 * milliseconds, slow_s seconds, min_speed bytes a second; cap: bytes of an answer at
 * most.
 */
struct talk_reach {
	uint32_t deadline_ms, connect_ms, slow_s, min_speed;
	struct bytes hosts; /* "name:port" or "[v6]:port", each with a newline behind */
	struct bytes ca;    /* certificates, PEM */
};

struct talk_request {
	uint32_t id; /* counts from 0 */
	bool post;
	uint64_t cap;
	struct bytes url, type, body;
};

struct talk_part { /* of SENT and CONTENT */
	uint32_t id;
	struct bytes data;
};

/*
 * ANSWER: how a request ended. status: HTTP's, 0 when none came; why: a sentence, when
 * fault says that something was wrong.
 */
struct talk_answer {
	uint32_t id;
	enum fetch_fault fault;
	uint32_t status;
	struct bytes type, why;
};

/* Each appends one whole frame, head included. */
void talk_put_reach(struct buf *b, const struct talk_reach *r);
void talk_put_request(struct buf *b, const struct talk_request *r);
void talk_put_part(struct buf *b, const struct talk_part *p);
void talk_put_answer(struct buf *b, const struct talk_answer *a);

/*
 * Views into the payload, valid as long as it. ERR_PROTO: not exactly such a payload; out
 * is not touched. Lengths inside are checked, what the bytes mean is not.
 */
MUST_USE enum err talk_get_reach(struct bytes p, struct talk_reach *out);
MUST_USE enum err talk_get_request(struct bytes p, struct talk_request *out);
MUST_USE enum err talk_get_part(struct bytes p, struct talk_part *out);
MUST_USE enum err talk_get_answer(struct bytes p, struct talk_answer *out);
