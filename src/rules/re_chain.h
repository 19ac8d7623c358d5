/*
 * re_chain.h - cuts a pattern at its long jumps into fragments searched one by one.
 *
 * YARA splits at every lazy `.{a,b}?` (in a hex string: `[a-b]`) of the top level whose
 * bounds exceed 200, searches the fragments separately and joins them by arithmetic on
 * the gaps. Two effects are visible and kept: the gap of a split regex matches newlines
 * whatever its flags, and it counts bytes even when the fragments are wide.
 */
#pragma once

#include "rules/re_ast.h"

struct re_link {
	struct re_ast ast;         /* this fragment, with the flags of the whole */
	uint32_t gap_min, gap_max; /* bytes between the fragment before and this one */
};

/*
 * A match of the chain: matches of all links in order, each starting gap_min to gap_max
 * bytes behind the end of the one before it. One match per start of the first link, to
 * the nearest end of the last. n is 1 for a pattern that is not split. gap_max RE_INF:
 * no bound. A fullword applies to each link by itself.
 */
struct re_chain {
	struct re_link *link;
	size_t n;
};

/*
 * Cuts at the long jumps. Without one, out has the whole as its only part. ERR_LIMIT:
 * the arena.
 */
MUST_USE enum err re_chain_split(
    struct arena *a, const struct re_ast *ast, struct re_chain *out);
