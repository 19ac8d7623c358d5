/*
 * verdict.c - the fold. It only rises: no finding takes back what another has said, so
 * the order of frames cannot make a file cleaner.
 */
#include "result/verdict.h"

const char *
verdict_name(enum verdict_kind kind)
{
	static const char *const names[VERDICT_COUNT] = {
		[VERDICT_CLEAN] = "clean",
		[VERDICT_INCOMPLETE] = "incomplete",
		[VERDICT_FAILED] = "failed",
		[VERDICT_SUSPECT] = "suspect",
		[VERDICT_MALICIOUS] = "malicious",
	};

	return (unsigned)kind < VERDICT_COUNT ? names[kind] : "?";
}

static enum verdict_kind
rule_kind(const struct finding *f)
{
	if (f->flags & FINDING_PRIVATE)
		return VERDICT_CLEAN;
	for (uint32_t i = 0; i < f->ntags; i++)
		if (bytes_eq(f->tags[i], BYTES_LIT("suspect")))
			return VERDICT_SUSPECT;
	return VERDICT_MALICIOUS;
}

void
verdict_add(struct verdict *v, const struct finding *f)
{
	enum verdict_kind k = VERDICT_CLEAN;

	switch (f->kind) {
	case FINDING_RULE: k = rule_kind(f); break;
	case FINDING_LIMIT:
		k = VERDICT_INCOMPLETE;
		v->incomplete = true;
		break;
	case FINDING_FAILED:
		k = VERDICT_FAILED;
		v->failed = true;
		break;
	case FINDING_UNMATCHED:
	case FINDING_NOTE:
	case FINDING_LOG:
	case FINDING_WARNING:
	case FINDING_DUMP: break;
	}
	if (k > v->kind)
		v->kind = k;
}
