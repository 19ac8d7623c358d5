/*
 * log_cmd.h - what the sub-verbs of `candor log` have in common: a log to read, a key or
 * a policy to believe, and how a refusal is said.
 */
#pragma once

#include "audit/publisher.h"
#include "cli/opt.h"
#include "log/policy.h"
#include "log/source.h"
#include "log/tile.h"

/* The fault's sentence on stderr, and its exit code (fault.def). */
int log_refused(const struct fault *f);

/* A log somewhere: a folder, or a URL whose files candor-fetch brings. */
struct log_place {
	const char *name;
	struct log_source source;
	struct source_folder folder;
	struct log_url *url; /* NULL: it is a folder */
};

/* FAULT_IO. Closed also when it failed. */
MUST_USE enum err log_place_open(
    const char *where, struct log_place *out, struct fault *f);
void log_place_close(struct log_place *p);

/* Options that say whom to believe; both may be NULL. */
struct log_trust_args {
	const char *key;   /* a verifier key, or a file that holds one */
	const char *trust; /* a policy file */
};

/* Whose checkpoints count. */
struct log_trust {
	struct arena arena;
	struct buf text;
	struct policy policy; /* with a key alone: that log and no quorum */
};

/*
 * What args say, or else the key of the log in dir, when it was made here. FAULT_KEY:
 * there is nothing to go by; FAULT_POLICY, FAULT_IO. Ended by log_trust_done.
 */
MUST_USE enum err log_trust_load(const struct log_trust_args *args, const char *dir,
    struct log_trust *out, struct fault *f);
void log_trust_done(struct log_trust *t);

/* The place's checkpoint, judged. The note is in hold. */
MUST_USE enum err log_read_head(struct log_place *p, const struct log_trust *t,
    struct buf *hold, struct policy_seen *out, struct fault *f);

/* A log with its verified head and tiles. */
struct log_reading {
	struct log_place place;
	struct log_trust trust;
	struct buf note;
	struct policy_seen seen;
	struct tile_reader *tiles;
};

/* All of the above in one step. Closed also when it failed. */
MUST_USE enum err log_reading_open(const char *where, const struct log_trust_args *args,
    struct log_reading *r, struct fault *f);
void log_reading_close(struct log_reading *r);

/* A whole file of at most limit bytes. FAULT_IO, FAULT_TOO_LARGE. */
MUST_USE enum err log_read_file(
    const char *path, size_t limit, struct buf *out, struct fault *f);
/* A file that appears whole, over one that is there. FAULT_IO. */
MUST_USE enum err log_write_file(const char *path, struct bytes b, struct fault *f);
/* Overwrites nothing, whoever makes a file or a link of that name meanwhile.
 * FAULT_EXISTS. */
MUST_USE enum err log_write_new(const char *path, struct bytes b, struct fault *f);

/*
 * Parses options, and asks for at least `least` and at most `most` operands. The exit
 * code to end with, or -1: go on.
 */
struct log_line {
	const struct verb *verb;
	size_t least, most;
};
int log_parse(
    const struct log_line *l, int argc, char **argv, void *args, struct opt_list *rest);

/* "12" to 12; FAULT_ENTRY. */
MUST_USE enum err log_index(const char *text, uint64_t *out, struct fault *f);

/* Publishers' keys: each as text, or a file that holds it. FAULT_KEY, FAULT_IO. */
MUST_USE enum err log_publishers(
    const struct opt_list *keys, struct publisher *out, struct fault *f);

/* The option of those who take such a list as a field `publisher`. */
#define LOG_PUBLISHER_OPT(S)                                              \
	{                                                                 \
		0, "publisher", OPT_LIST, "VKEY|FILE",                    \
		    "a publisher's public key, to check signatures with", \
		    offsetof(S, publisher)                                \
	}

/* Options of those who take struct log_trust_args as a field `trust`. */
#define LOG_TRUST_OPTS(S)                                                           \
	{ 0, "key", OPT_STR, "VKEY|FILE",                                           \
		"the log's public key (of a log made here: known)",                 \
		offsetof(S, trust.key) },                                           \
	{                                                                           \
		0, "trust", OPT_STR, "FILE",                                        \
		    "a policy: logs, witnesses and the quorum (/etc/candor/trust)", \
		    offsetof(S, trust.trust)                                        \
	}
