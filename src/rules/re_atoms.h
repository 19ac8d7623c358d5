/*
 * re_atoms.h - the literals of which every match contains at least one.
 *
 * The prefilter searches atoms; each hit is verified outwards from there by the program
 * of re_build. The caller knows what is rare in real files and says so by a cost.
 */
#pragma once

#include "rules/re_lower.h"

#define RE_ATOM_LEN   64u   /* longest literal given */
#define RE_ATOM_SPLIT 16u   /* alternatives made out of classes, nibbles and products */
#define RE_ATOMS_MAX  1024u /* alternatives in all */

/*
 * Expected hits per byte of ordinary data; smaller is better. lit may be folded (nocase:
 * letters are lower case then and match both).
 */
struct re_cost {
	double (*fn)(void *ctx, struct bytes lit, bool nocase);
	void *ctx;
};

struct re_atom {
	struct bytes lit; /* lives in the arena; lower case where nocase */
	bool nocase;
	const struct re_node *leaf; /* where in the form it begins */
};

struct re_atoms {
	struct re_atom *at;
	size_t n;    /* 0: atomless, has to be searched by re_search */
	double cost; /* the sum over the atoms */
};

/* ERR_LIMIT: the arena is spent. */
MUST_USE enum err re_atoms_pick(struct arena *a, const struct re_form *form,
    struct re_cost cost, struct re_atoms *out);
