/* Everything of an update that somebody else wrote: the first byte chooses what it is. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "crypto/hash.h"
#include "fetch/talk.h"
#include "fetch/url.h"
#include "update/conf.h"
#include "update/judge.h"
#include "update/trust.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* The policy and the publisher of the lab (src/selftest/lab.c), who made the seeds. */
static const char trust[] =
    "log lab.example/log+972715d4+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c\n"
    "quorum none\n";

static void
try_judge(struct bytes b)
{
	static struct seen none;
	static struct judge_said said;
	struct note_key key = { 0 };
	const struct judge_ask ask = {
		.trust = BYTES_LIT(trust),
		.publisher = &key,
		.npublisher = 1,
		.channel = "stable",
		.now = 1790000000,
		.max_age = INT32_MAX,
		.seen = &none,
		.proof = b,
		.keys = &b,
		.nkeys = judge_key_count(b) > 0,
	};

	judge_release(&ask, &said);
	/* nothing is signed by a key of zeros */
	if (said.fault.kind == FAULT_NONE)
		abort();
}

static void
try_archive(struct bytes b)
{
	struct about a = { .archive_size = b.n };
	struct buf members = { 0 };

	/* its digest is what it is: the reader is what is tried */
	hash_of(HASH_SHA256, b, a.archive);
	if (judge_archive(b, &a, &members, NULL) == OK)
		for (size_t at = 0; at < members.n; at += sizeof(struct judge_member)) {
			struct judge_member m;

			memcpy(&m, members.p + at, sizeof(m));
			if (m.size > 0 && bytes_sub(b, m.at, m.size).p == NULL)
				abort();
		}
	buf_done(&members);
}

static void
try_own_files(struct bytes b)
{
	static struct seen seen;
	struct about about;
	struct buf once = { 0 }, again = { 0 };

	/* what is read is written so that it is read the same again */
	if (seen_parse(b, &seen, NULL) == OK) {
		seen_print(&seen, &once);
		if (seen_parse(buf_bytes(&once), &seen, NULL) != OK)
			abort();
		seen_print(&seen, &again);
		if (!bytes_eq(buf_bytes(&once), buf_bytes(&again)))
			abort();
	}
	if (about_parse(b, &about, NULL) == OK) {
		buf_clear(&again);
		about_print(&about, &again);
		if (!bytes_eq(b, buf_bytes(&again)))
			abort();
	}
	buf_done(&once);
	buf_done(&again);
}

static void
try_texts(struct bytes b)
{
	struct arena a;
	struct conf c = { 0 };
	struct buf out = { 0 };
	struct url u;

	arena_init(&a, 8u << 20);
	if (conf_parse(b, "/etc/candor", &a, &c, NULL) == OK && c.npublisher > CONF_KEYS)
		abort();
	if (trust_add(b, &(struct trust_change){ .quorum = 1 }, &out, NULL) == OK &&
	    policy_parse(buf_bytes(&out), &a, &(struct policy){ 0 }, NULL) != OK &&
	    !a.spent)
		abort();
	if (url_parse(b, &u) == OK && (u.host.n == 0 || u.port == 0))
		abort();
	buf_done(&out);
	arena_done(&a);
}

static void
try_talk(struct bytes b)
{
	struct talk_reach reach;
	struct talk_request request;
	struct talk_part part;
	struct talk_answer answer;
	struct buf out = { 0 };

	if (talk_get_reach(b, &reach) == OK)
		talk_put_reach(&out, &reach);
	else if (talk_get_request(b, &request) == OK)
		talk_put_request(&out, &request);
	else if (talk_get_answer(b, &answer) == OK)
		talk_put_answer(&out, &answer);
	else if (talk_get_part(b, &part) == OK)
		talk_put_part(&out, &part);
	if (out.n > 0 && !bytes_eq(buf_bytes(&out), b))
		abort();
	buf_done(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static void (*const tries[])(struct bytes b) = { try_judge, try_archive,
		try_own_files, try_texts, try_talk };

	if (n > 0 && p[0] >= '0' && p[0] < '0' + (int)COUNT(tries))
		tries[p[0] - '0']((struct bytes){ p + 1, n - 1 });
	return 0;
}
