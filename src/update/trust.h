/*
 * trust.h - the trust file, read for a person and changed without an editor.
 *
 * The file is a policy as others define it (log/policy.h), so what is written here is
 * plain lines, and comments and the order of what was there stay. Whatever is changed,
 * the result is parsed as a whole before it may take the place of the old one.
 */
#pragma once

#include "log/policy.h"

/* The group that trust_add makes and changes; other groups are left alone. */
#define TRUST_GROUP "witnesses"

struct trust_change {
	const char *log, *witness, *key, *url; /* log: any text; witness: its name */
	uint64_t quorum;                       /* so many of all witnesses; 0: as it is */
};

/* The text with the change, appended to out. FAULT_POLICY, FAULT_KEY. */
MUST_USE enum err trust_add(
    struct bytes text, const struct trust_change *c, struct buf *out, struct fault *f);

/* What is permitted and not wise, a line each; nothing: it is fine. */
void trust_doubts(const struct policy *p, struct buf *out);

/* For a person: logs, witnesses, groups, and what is asked for. */
void trust_show(const struct policy *p, struct buf *out);
