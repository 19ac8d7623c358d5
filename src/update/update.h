/*
 * update.h - candor update: fetch, judge, compile, try, install; or go back.
 *
 * The order is the argument. Nothing is asked for beyond the first file before that was
 * judged; nothing is compiled before the log, the witnesses and the publisher were;
 * nothing is remembered as seen before the log's growth was; and the last step, the only
 * one that others notice, is one rename.
 */
#pragma once

#include "update/about.h"
#include "update/conf.h"
#include "update/depot.h"

struct update {
	const struct conf *conf; /* borrowed, as all of it is */
	const char *base;        /* a URL or a folder; NULL: what is configured */
	const char *worker;      /* the programs */
	const char *fetch;
	bool check;          /* judge and try, and change nothing */
	int64_t now;         /* seconds since 1970: what is fresh, and what has expired */
	const char *version; /* of candor: what another one compiled is compiled anew */
	void (*sent)(void *arg, struct bytes request); /* NULL: not wanted */
	void *arg;
};

struct update_said {
	bool changed;        /* another release is in use now (with check: would be) */
	bool no_quorum;      /* the trust file wants no witness */
	struct about before; /* sequence 0: there was none */
	struct about about;  /* in use now, or on offer */
	uint64_t bytes;      /* fetched */
	uint32_t cosignatures, rotations;
	uint64_t log_size;
};

/* A refusal is ERR_FORMAT, and f tells; then nothing changed, whatever it was. */
MUST_USE enum err update_run(
    const struct update *u, struct update_said *out, struct fault *f);

/*
 * Back to a release that is kept: the one before, or of that sequence. It is judged
 * again, but for what ages. FAULT_ABSENT.
 */
MUST_USE enum err update_rollback(
    const struct update *u, uint64_t sequence, struct update_said *out, struct fault *f);

/* The rules in an archive, which is judged; views of it. Free them in any case. */
struct trial_source;
MUST_USE enum err update_sources(struct bytes archive, const struct about *a,
    struct trial_source **out, size_t *n, struct fault *f);
void update_sources_free(struct trial_source *s, size_t n);
