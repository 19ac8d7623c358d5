/*
 * listing.h - which rules there are in an archive: a worker reads them, and tells.
 */
#pragma once

#include "cli/rulepack.h"
#include "cli/show.h"
#include "release/ruleset.h"
#include "result/wire.h"

struct listing {
	const char *worker;    /* the program */
	struct wire_exts exts; /* external variables that the rules use */
	bool no_includes;      /* as in releases, whose files are one set */
	struct show *show;     /* told of what is wrong */
};

/*
 * The rules of p, sorted. ERR_SYNTAX: they have errors, which show was told; another err
 * was told on stderr. The caller ends *out by ruleset_done, also then.
 */
MUST_USE enum err listing_read(
    const struct listing *l, const struct rulepack *p, struct ruleset *out);
