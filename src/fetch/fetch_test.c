/*
 * What comes back from candor-fetch is not believed. Here it is this very program,
 * started once more, and each URL names a way in which a candor-fetch that was taken over
 * lies.
 */
#include "fetch/fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fetch/talk.h"
#include "sandbox/filter.h"
#include "tests/tap.h"

/* --- the other side
 * ---------------------------------------------------------------------- */

static struct wire_out out;

static void
frame(enum wire_type type)
{
	wire_send(&out, type);
}

static void
ready(void)
{
	wire_begin(&out);
	frame(WIRE_READY);
}

static void
part(enum wire_type type, uint32_t id, size_t n)
{
	static uint8_t bytes[70000];

	memset(bytes, 'x', sizeof(bytes));
	talk_put_part(wire_begin(&out), &(struct talk_part){ id, { bytes, n } });
	frame(type);
}

static void
answer(uint32_t id, uint32_t status, const char *type)
{
	const struct talk_answer a = {
		.id = id, .status = status, .type = bytes_of(type)
	};

	talk_put_answer(wire_begin(&out), &a);
	frame(WIRE_ANSWER);
}

static void
good(void)
{
	ready();
	part(WIRE_SENT, 0, 40);
	part(WIRE_CONTENT, 0, 60);
	part(WIRE_CONTENT, 0, 40); /* 100 in all: the cap */
	answer(0, 200, "text/plain");
}

static void
before_ready(void)
{
	answer(0, 200, "");
}

static void
ready_twice(void)
{
	ready();
	ready();
}

static void
ready_with_words(void)
{
	buf_str(wire_begin(&out), "x");
	frame(WIRE_READY);
}

static void
unknown_id(void)
{
	ready();
	answer(1, 200, "");
}

static void
answered_twice(void)
{
	ready();
	answer(0, 200, "");
	answer(0, 404, "");
}

static void
one_byte_too_many(void)
{
	ready();
	part(WIRE_CONTENT, 0, 100);
	part(WIRE_CONTENT, 0, 1);
	answer(0, 200, "");
}

static void
endless_head(void)
{
	ready();
	part(WIRE_SENT, 0, 16384);
	part(WIRE_SENT, 0, 1);
	answer(0, 200, "");
}

static void
impossible_status(void)
{
	ready();
	answer(0, 1000, "");
}

static void
frame_of_another(void)
{
	ready();
	part(WIRE_CONTENT, 0, 1);
	part(WIRE_RULE, 0, 1);
}

static void
half_a_payload(void)
{
	ready();
	buf_u8(wire_begin(&out), 0);
	frame(WIRE_ANSWER);
}

static void
strange_type(void)
{
	ready();
	answer(0, 200, "a\x1b[2Jb\xff");
}

static void
refuses(void)
{
	buf_str(wire_begin(&out), "no \x1b[0m lock");
	frame(WIRE_REFUSED);
}

static void
silent(void)
{
	ready();
}

static void
crashes(void)
{
	static const struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	ready();
	if (wire_flush(&out) == OK)
		abort();
}

/* clang-format off */
static const struct way {
	const char *name;
	void (*act)(void);
	enum err e;
	enum fetch_fault fault;
} ways[] = {
	{ "good",              good,              OK,        FETCH_OK },
	{ "before-ready",      before_ready,      ERR_PROTO, FETCH_CUT },
	{ "ready-twice",       ready_twice,       ERR_PROTO, FETCH_CUT },
	{ "ready-with-words",  ready_with_words,  ERR_PROTO, FETCH_CUT },
	{ "unknown-id",        unknown_id,        ERR_PROTO, FETCH_CUT },
	{ "one-byte-too-many", one_byte_too_many, ERR_PROTO, FETCH_CUT },
	{ "endless-head",      endless_head,      ERR_PROTO, FETCH_CUT },
	{ "impossible-status", impossible_status, ERR_PROTO, FETCH_CUT },
	{ "frame-of-another",  frame_of_another,  ERR_PROTO, FETCH_CUT },
	{ "half-a-payload",    half_a_payload,    ERR_PROTO, FETCH_CUT },
	{ "refuses",           refuses,           ERR_IO,    FETCH_CUT },
	{ "silent",            silent,            ERR_IO,    FETCH_CUT },
	{ "crashes",           crashes,           ERR_IO,    FETCH_CUT },
	{ "strange-type",      strange_type,      OK,        FETCH_OK },
	{ "answered-twice",    answered_twice,    ERR_PROTO, FETCH_OK }, /* the first one counts */
};
/* clang-format on */

/* The name behind the last slash of the first request; GO ends what is sent. */
static void
read_jobs(char name[32])
{
	struct talk_request r;
	struct wire_frame w;
	struct wire_in in;

	wire_in_init(&in, WORKER_CHANNEL);
	while (wire_read(&in) == OK)
		while (wire_next(&in, &w) == OK) {
			if (w.type == WIRE_GO)
				return;
			if (w.type == WIRE_REQUEST &&
			    talk_get_request(w.payload, &r) == OK)
				snprintf(name, 32, "%.*s", (int)r.url.n - 17,
				    (const char *)r.url.p + 17); /* http://127.0.0.1/ */
		}
	_exit(9);
}

/* Started by fetch_run: there is a channel, and no environment. */
__attribute__((constructor)) static void
be_fetched(void)
{
	socklen_t n = sizeof(int);
	char name[32] = "";
	int type = 0;

	if (getsockopt(WORKER_CHANNEL, SOL_SOCKET, SO_TYPE, &type, &n) != 0 ||
	    getenv("PATH") != NULL)
		return;
	out.fd = WORKER_CHANNEL;
	read_jobs(name);
	for (size_t i = 0; i < COUNT(ways); i++)
		if (strcmp(ways[i].name, name) == 0)
			ways[i].act();
	_exit(wire_flush(&out) == OK ? 0 : 8);
}

/* --- ours
 * -------------------------------------------------------------------------------------
 */

TEST(ways_to_lie)
{
	for (size_t i = 0; i < COUNT(ways); i++) {
		char url[64], why[FETCH_WHY];
		const struct fetch_opts o = { .program = "/proc/self/exe" };
		const struct fetch_job job = { .url = url, .cap = 100 };
		struct fetch_result r;

		ROW("%s", ways[i].name);
		snprintf(url, sizeof(url), "http://127.0.0.1/%s", ways[i].name);
		EQ_U(fetch_run(&o, &job, 1, &r, why), ways[i].e);
		EQ_U(r.fault, ways[i].fault);
		CHECK(r.body.n <= job.cap && r.sent.n <= 16384);
		CHECK((ways[i].e == OK) == (why[0] == '\0'));
		CHECK(ways[i].fault == FETCH_OK || r.why[0] != '\0');
		for (const char *c = why; *c != '\0'; c++)
			CHECK(*c >= ' ' && *c < 0x7f);
		fetch_results_done(&r, 1);
	}
}

TEST(what_came_back)
{
	const struct fetch_opts o = { .program = "/proc/self/exe" };
	const struct fetch_job jobs[] = { { .url = "http://127.0.0.1/good", .cap = 100 },
		{ .url = "http://127.0.0.1/strange-type" } };
	struct fetch_result r;
	char why[FETCH_WHY];

	EQ_U(fetch_run(&o, &jobs[0], 1, &r, why), OK);
	EQ_U(r.status, 200);
	EQ_U(r.body.n, 100);
	EQ_U(r.sent.n, 40);
	EQ_S(r.type, "text/plain");
	fetch_results_done(&r, 1);
	EQ_U(fetch_run(&o, &jobs[1], 1, &r, why), OK);
	EQ_S(r.type, "a?[2Jb?");
	fetch_results_done(&r, 1);
}

/* What is known to be wrong is not asked for; nothing is started for it. */
TEST(never_asked)
{
	static const char *const reach[] = { "https://updates.example/" };
	const struct fetch_opts o = {
		.program = "/nonexistent", .reach = reach, .nreach = 1
	};
	const struct fetch_job jobs[] = { { .url = "ftp://updates.example/" },
		{ .url = "" }, { .url = "http://updates.example/" }, /* another port */
		{ .url = "https://updates.example.evil/" },
		{ .url = "https://elsewhere.example/" } };
	struct fetch_result r[COUNT(jobs)];
	char why[FETCH_WHY];

	EQ_U(fetch_run(&o, jobs, COUNT(jobs), r, why), OK);
	for (size_t i = 0; i < COUNT(jobs); i++) {
		ROW("%s", jobs[i].url);
		EQ_U(r[i].fault, FETCH_URL);
		CHECK(r[i].why[0] != '\0');
	}
	fetch_results_done(r, COUNT(jobs));
}

TEST(nobody_to_ask)
{
	const struct fetch_opts none = { .program = "/nonexistent" };
	const struct fetch_opts no_ca = { .program = "/proc/self/exe",
		.ca_file = "/nonexistent/ca.pem" };
	const struct fetch_job job = { .url = "http://127.0.0.1/good" };
	struct fetch_result r;
	char why[FETCH_WHY];

	EQ_U(fetch_run(&none, &job, 1, &r, why), ERR_IO);
	EQ_U(r.fault, FETCH_CUT);
	CHECK(why[0] != '\0');
	EQ_U(fetch_run(&no_ca, &job, 1, &r, why), ERR_IO);
	CHECK(strstr(why, "/nonexistent/ca.pem") != NULL);
}
