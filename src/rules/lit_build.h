/*
 * lit_build.h - builds the literal filter (db/lit.h) of a rule set.
 *
 * All needles go into the table, in the order given, so that an index of the
 * input is an index of the table. Those marked LIT_TRIGGER go into the filter
 * as well, unless they would cost too much there: these are named, and the
 * caller must search them in every file in another way (filter_dyn), or evaluate
 * their rules always.
 *
 * Costs are expected candidates per byte of ordinary files, from the shipped
 * frequencies (gram.h). Same input, same output, on every machine.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"
#include "db/lit.h"

#define LIT_AFTER 6

/* The bytes, a bit each, that can stand behind a literal where it counts. */
struct lit_around {
	uint64_t after[LIT_AFTER][4];
};

struct lit_in {
	struct bytes lit; /* as written; a nocase one in any case */
	uint32_t part, a, b;
	uint8_t flags; /* enum lit_flag; not NOCASE and XOR together */
	uint8_t xor_lo, xor_hi;
	/* Of a literal that is too short to be searched alone; NULL: any bytes. The
	   filter may pass over the literal elsewhere. */
	const struct lit_around *around;
};

/* Zeros choose the usual. */
struct lit_opts {
	unsigned groups; /* of anchors, 8 or 16; 0: by the number of windows */
	unsigned bits;   /* of the bitmap; 0: by the number of windows */
	uint32_t seed;   /* of the window hash; 0: the best of some, which takes a ms */
	double hot;      /* defer above this cost; 0: LIT_HOT */
};

#define LIT_HOT 3e-3 /* candidates a byte */

/*
 * The sections are appended to; literals may hold other things already. needles NULL:
 * only the filter is made, of a table that was.
 */
struct lit_out {
	struct buf *filter, *needles, *literals;
	const uint32_t *deferred; /* triggers that are not in the filter; arena */
	uint32_t ndeferred;
	uint32_t ntriggers; /* that are */
	uint32_t nwindows, nkeys;
	double cost; /* expected candidates a byte, all needles together */
};

/*
 * Expected candidates per byte for the best window of a literal: what it costs
 * to search it. Case does not matter. For literals of less than 4 bytes 1 and
 * more, the shorter and the commoner the higher; infinite for none.
 */
double lit_cost(struct bytes lit);

/* The same of a trigger: with its keys, and what is around it. INFINITY: too short. */
double lit_trigger_cost(const struct lit_in *in);

/*
 * ERR_LIMIT: the arena's budget, or 4 GB of literals, or LIT_NEEDLES_MAX.
 * ERR_FORMAT: a literal is empty or longer than LIT_LEN_MAX, or its flags or keys
 * contradict each other.
 */
MUST_USE enum err lit_build(struct arena *a, const struct lit_in *in, size_t n,
    const struct lit_opts *opts, struct lit_out *out);
