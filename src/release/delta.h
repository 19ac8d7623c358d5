/*
 * delta.h - what differs between two sets of rules, and its text.
 *
 * A rule is known by its namespace and name. One that is in both sets with other tokens
 * is changed; where it stands, its layout and its comments do not count. The text is what
 * a publisher puts beside a release, its digest in the statement, and what `candor rules
 * diff` prints: docs/release.md describes it.
 */
#pragma once

#include "base/buf.h"
#include "release/ruleset.h"

/* In the order that lists have them. */
enum delta_kind { DELTA_ADDED, DELTA_CHANGED, DELTA_REMOVED, DELTA_KINDS };

struct delta_item {
	enum delta_kind kind;
	const struct ruleset_rule *old, *new; /* NULL: it is not in that set */
};

struct delta {
	struct delta_item *item; /* added, changed, removed; each by name */
	size_t n, count[DELTA_KINDS];
	size_t same, rules; /* rules that stayed; in the new set */
};

/* "added", "changed", "removed" */
const char *delta_word(enum delta_kind k);

/*
 * Both sets are sorted (ruleset_sort), and outlive it: items point into them. Linear. Two
 * rules of one name in one set are told apart by their order. The caller ends it by
 * delta_done.
 */
void delta_make(const struct ruleset *old, const struct ruleset *new, struct delta *out);
void delta_done(struct delta *d);

/*
 * The text, appended. Strangers' bytes are in it only as printable characters and tabs,
 * so it may go to a terminal. The same sets give the same text, on any machine.
 */
void delta_print(const struct delta *d, struct buf *out);

/* One rule as the text has it: its first line, and why it is there (its metadata). */
void delta_put_rule(const struct ruleset_rule *r, struct buf *out);

/* Its lines that changed, "- " and "+ " before each. Nothing of other kinds. */
void delta_put_lines(const struct delta_item *i, const char *indent, struct buf *out);
