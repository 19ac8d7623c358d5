/*
 * filter.h - finds literals: thousands at once, at memory speed.
 *
 * filter_scan looks for the triggers of a database in a file, in one pass.
 * filter_dyn looks for any few hundred needles of the same table, chosen now:
 * the strings of the rules that may still become true. Both report verified
 * occurrences of whole literals (case and xor key included), in batches; what a
 * literal means (word boundaries, being an atom of a regex) is the caller's.
 *
 * The tables come from a compiler that may have been taken over: whatever is in
 * them, a scan stays inside data and tables and ends. Data needs no padding. The
 * work is counted in ctx, and can be limited there.
 */
#pragma once

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

/* The variants, each found by what it needs of the processor. */
enum filter_cpu {
	FILTER_SCALAR = 1 << 0,
	FILTER_AVX2 = 1 << 1,
	FILTER_AVX512 = 1 << 2, /* F BW VL VBMI VBMI2 */
};

struct filter_ops;

/* An opened filter: views into the sections, which must outlive it. */
struct filter {
	struct bytes bitmap, anchors, buckets, chains, needles, literals;
	uint32_t seed, bits, groups;
	uint32_t nbuckets, nchains, nneedles;
	const struct filter_ops *ops;
};

/*
 * Checks head and bounds; the cost does not depend on the size. An empty section
 * gives a filter without triggers. Chooses the best variant for this processor.
 * ERR_FORMAT: the sections do not belong together.
 */
MUST_USE enum err filter_open(struct bytes section, struct bytes needles,
    struct bytes literals, struct filter *out);

/* What this processor can run, and the one of cpus (or scalar) to use from now on. */
unsigned filter_cpus(void);
void filter_choose(struct filter *f, unsigned cpus);

struct filter_hit {
	uint32_t needle;
	uint32_t xor_key; /* 0 for a needle that is not xor */
	uint64_t pos;     /* of the first byte */
};

#define FILTER_BATCH 256

/* Working memory of a scanner: one for all its scans, never two at a time. */
struct filter_scratch;

/* Bytes that filter_scratch_new takes from the arena. */
#define FILTER_SCRATCH_SIZE (256u << 10)

/* NULL: the arena's budget is spent. */
struct filter_scratch *filter_scratch_new(struct arena *a);

/* One scan: filled by the caller (zeros are right for what it does not use). */
struct filter_ctx {
	struct filter_scratch *scratch;

	/*
	 * Gets 1..FILTER_BATCH hits, at least once for each 4 KB of data with a hit.
	 * Hits of one needle come in ascending order but for those less than 128
	 * bytes apart; each occurrence comes once. False ends the scan.
	 */
	bool (*hits)(void *arg, const struct filter_hit *h, size_t n);
	void *arg;

	/*
	 * With local: hits widens lo and hi to the bytes that its answers hung on, and
	 * some next to them, and sets learned when it would answer the same hits
	 * otherwise the next time. Then a place that looks like the last one is passed
	 * over: the same atom for megabytes costs one comparison each.
	 */
	bool local, learned;
	bool watched; /* for hits: lo, hi and learned are looked at */
	uint64_t lo, hi;

	/*
	 * Needles of part p are skipped while done[p] == generation (p < ndone): the
	 * caller, in hits or before, says what it has seen enough of.
	 */
	const uint32_t *done;
	uint32_t ndone, generation;

	/*
	 * Ends the scan when steps is above, unless more gives a new limit; 0 of it: no.
	 * 0: no limit.
	 */
	uint64_t limit;
	uint64_t (*more)(void *arg);

	/* Counted; not cleared between scans. */
	uint64_t anchors;    /* positions that were looked up in the bitmap */
	uint64_t candidates; /* of these, that passed it */
	uint64_t keys;       /* of these, with the tag and the check of a key */
	uint64_t compares;   /* literals compared */
	uint64_t found;      /* hits */
	uint64_t steps;      /* about 64 bytes of work, each */
};

/*
 * The needles with LIT_TRIGGER that the builder did not defer.
 * ERR_END: hits said false. ERR_LIMIT: the limit of steps was reached.
 */
MUST_USE enum err filter_scan(
    const struct filter *f, struct bytes data, struct filter_ctx *ctx);

/*
 * The n needles of list (indexes into the table, each once), of any length and
 * whether triggers or not. Order of hits and errors as above. Up to 4,000 needles
 * take one pass over the data, and 15 ns each before it begins; those of one byte, xor
 * ones, and of two and three bytes what is above some twenty, are looked for one by one.
 */
MUST_USE enum err filter_dyn(const struct filter *f, const uint32_t *list, size_t n,
    struct bytes data, struct filter_ctx *ctx);
