/*
 * ruleset.h - the rules of one set, as a list that can be shown and compared.
 *
 * A worker reads the sources and tells of each rule (result/wire.h); here is what of
 * that is kept. Everything is copied, so a list outlives the archive that it is of.
 */
#pragma once

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

#define RULESET_DIGEST 32

/* One line of a rule's meta. */
struct ruleset_meta {
	struct bytes name, value;
	bool text; /* a string; else a number or a boolean as it is spelled in rules */
};

struct ruleset_rule {
	struct bytes ns, name;
	struct bytes file; /* where it stands: of an archive the member */
	uint32_t line;
	bool global, private_;
	uint8_t digest[RULESET_DIGEST]; /* of its tokens: layout does not count */
	struct bytes text;              /* from its modifiers to its last brace */
	const struct bytes *tags;
	size_t ntags;
	const struct ruleset_meta *metas;
	size_t nmetas;
};

struct ruleset {
	struct arena arena;
	struct ruleset_rule *rule;
	size_t n, cap;
};

/* An empty set, with a budget for all it copies. Done frees it. */
void ruleset_init(struct ruleset *s);
void ruleset_done(struct ruleset *s);

/*
 * A copy of r, with all that it points to. ERR_LIMIT: the set is too large, and is as it
 * was.
 */
MUST_USE enum err ruleset_add(struct ruleset *s, const struct ruleset_rule *r);

/*
 * By name, then by namespace: the order of every list that people see. Stable: rules of
 * one name stay in the order in which they were added.
 */
void ruleset_sort(struct ruleset *s);

/* Negative, 0 or positive: a before, the same name as, or behind b. */
int ruleset_cmp(const struct ruleset_rule *a, const struct ruleset_rule *b);
