/*
 * publish_cmd.h - what the sub-verbs of `candor publish` have in common: options, keys,
 * witnesses, and what is said at the end.
 */
#pragma once

#include "cli/cosign.h"
#include "cli/opt.h"
#include "publish/publish.h"

/* Options of every sub-verb; a field `common` of their own struct. */
struct publish_args {
	const char *log, *site, *key, *log_key, *channel, *not_after, *trust;
	uint32_t timeout_ms;
	bool json;
};

#define PUBLISH_COMMON_OPTS(S)                                                           \
	{ 0, "log", OPT_STR, "DIR", "the log, made by candor log init",                  \
		offsetof(S, common.log) },                                               \
	    { 0, "site", OPT_STR, "DIR",                                                 \
		    "the folder that is served (where the log lies)",                    \
		    offsetof(S, common.site) },                                          \
	    { 0, "log-key", OPT_STR, "FILE", "the log's private key, when it was moved", \
		    offsetof(S, common.log_key) },                                       \
	    { 0, "trust", OPT_STR, "FILE",                                               \
		    "a policy: show nothing before its witnesses cosigned",              \
		    offsetof(S, common.trust) },                                         \
	    { 0, "timeout", OPT_TIME, "SECONDS",                                         \
		    "for one round of questions to witnesses (60)",                      \
		    offsetof(S, common.timeout_ms) },                                    \
	{                                                                                \
		0, "json", OPT_FLAG, NULL, "for programs: one object",                   \
		    offsetof(S, common.json)                                             \
	}

/* And of those that say something new. */
#define PUBLISH_NEW_OPTS(S)                                                    \
	PUBLISH_COMMON_OPTS(S),                                                \
	    { 0, "channel", OPT_STR, "NAME", "for whom it is (stable)",        \
		    offsetof(S, common.channel) },                             \
	{                                                                      \
		0, "key", OPT_STR, "FILE",                                     \
		    "the publisher's private key (publisher, in LOG.private)", \
		    offsetof(S, common.key)                                    \
	}

struct publish_cmd {
	const struct publish_args *args;
	struct publish p;
	struct cosign cosign;
	struct policy_seen *seen; /* of the last answer of witnesses */
	struct buf hold;
	struct note_signer signer; /* the publisher's */
	struct chain last;
	struct fault fault;
};

/*
 * -1: go on, everything is open; else the exit code to end with. `wants`: a channel and
 * the publisher's key are needed.
 */
int publish_cmd_open(
    struct publish_cmd *c, const struct publish_args *a, const char *verb, bool wants);
void publish_cmd_close(struct publish_cmd *c);

/*
 * Finishes what is pending, and finds the channel's last statement of the type, which
 * stays in c->last. The publisher's key must be the one in force.
 */
MUST_USE enum err publish_cmd_begin(struct publish_cmd *c, enum statement_type type);

/* Fills type, channel, sequence, previous, dates. */
MUST_USE enum err publish_cmd_fill(struct publish_cmd *c, struct statement *s);

/* Publishes and tells. more: what else there is to say, in words; may be NULL. */
MUST_USE enum err publish_cmd_finish(struct publish_cmd *c, const struct statement *s,
    const struct note_signer *signers, size_t n, const char *more);

/* Why not, on stderr; the exit code. */
int publish_cmd_refused(const struct publish_cmd *c);

/* What is the same already needs no release: says so. */
void publish_cmd_same(const struct publish_cmd *c);

extern const struct verb verb_publish_rules, verb_publish_release;
