/*
 * policy.h - whom we trust (c2sp.org/tlog-policy): logs, witnesses, and how many.
 *
 *	log VKEY [URL]
 *	witness NAME VKEY [URL]
 *	group NAME all|any|K NAME...
 *	quorum NAME|none
 *
 * A checkpoint is good when one of the logs signed it, under its own name as origin,
 * and witnesses cosigned it as the quorum says. Everything is a view of the text or
 * lives in the arena; both must outlive the policy.
 */
#pragma once

#include "base/arena.h"
#include "log/checkpoint.h"

enum {
	POLICY_LOGS = 64,   /* the specification wants 32 of each, at least */
	POLICY_NODES = 256, /* witnesses and groups */
	POLICY_KEYS = POLICY_LOGS + POLICY_NODES,
	POLICY_TEXT = 1048576, /* bytes */
};

/*
 * A log and where it may be fetched; the url is a view of the text and is not looked at
 * here: who fetches parses it.
 */
struct policy_log {
	struct note_key key;
	struct bytes url; /* empty: not told */
};

/* A witness, or a group of those before it. */
struct policy_node {
	struct bytes name;
	bool group, taken;   /* taken: a member of some group already */
	struct note_key key; /* of a witness */
	struct bytes url;
	uint32_t need, n; /* of a group: so many of its n members */
	const uint32_t *member;
};

#define POLICY_NO_QUORUM UINT32_MAX

/* Arrays are the arena's; quorum is an index into node. */
struct policy {
	struct policy_log *log;
	struct policy_node *node; /* in the order of their lines */
	uint32_t nlog, nnode;
	uint32_t quorum; /* a node, or POLICY_NO_QUORUM */
};

/* FAULT_POLICY, with the number of the line; ERR_LIMIT: the arena's budget. */
MUST_USE enum err policy_parse(
    struct bytes text, struct arena *a, struct policy *out, struct fault *f);

/* A checkpoint that was found good. */
struct policy_seen {
	struct checkpoint checkpoint;
	uint32_t log;            /* which one signed */
	uint32_t cosignatures;   /* of witnesses of this policy */
	uint64_t oldest, newest; /* their times; 0: there are none */
	/*
	 * The freshest moment for which the quorum stands: enough witnesses say that
	 * this was the newest tree then or later. 0 without a quorum.
	 */
	uint64_t sealed;
	struct note_seen by[POLICY_NODES]; /* what each node signed; groups: nothing */
};

/*
 * Judges a note. The faults of its parts, FAULT_ORIGIN, FAULT_QUORUM: then out is set,
 * too, so that a report can say who is missing. The views in out are of input.
 */
MUST_USE enum err policy_check(
    const struct policy *p, struct bytes input, struct policy_seen *out, struct fault *f);

/*
 * Would the cosignatures not older than since (seconds since the epoch) be enough? by has
 * a place for each node. True without a quorum.
 */
bool policy_met(const struct policy *p, const struct note_seen *by, uint64_t since);
