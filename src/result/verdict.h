/*
 * verdict.h - what the findings of one object come to.
 *
 * A fold that only rises: once malicious, nothing that is said later makes it
 * less. A limit, a crash, a timeout is never clean. Clean is what is left when
 * nothing else was said.
 */
#pragma once

#include <stdbool.h>

#include "result/finding.h"

enum verdict_kind {
	VERDICT_CLEAN,
	VERDICT_INCOMPLETE, /* a limit stopped us */
	VERDICT_FAILED,     /* a crash, a timeout, an error of I/O */
	VERDICT_SUSPECT,    /* only rules matched that say so themselves */
	VERDICT_MALICIOUS,
};

#define VERDICT_COUNT 5

struct verdict {
	enum verdict_kind kind;
	bool incomplete, failed; /* said beside what was found */
};

/*
 * Takes one finding in. A rule counts as malicious unless it carries the tag
 * "suspect"; private rules, notes, logs and warnings change nothing.
 */
void verdict_add(struct verdict *v, const struct finding *f);

/*
 * One word, as reports have it: "clean", "malicious"; static, "?" for a number that is
 * none. Scripts compare it: a word here is a promise.
 */
const char *verdict_name(enum verdict_kind kind);

/* Something was found. */
static inline bool
verdict_found(const struct verdict *v)
{
	return v->kind >= VERDICT_SUSPECT;
}
