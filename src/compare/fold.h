/*
 * fold.h - statements become a result: checked, counted, kept.
 *
 * The statements are a worker's, and may be lies: BEGIN and END have to match, sizes and
 * lengths have to keep to difference.h, or the worker is not believed any further.
 */
#pragma once

#include <time.h>

#include "base/buf.h"
#include "compare/compare.h"

#define FOLD_DEPTH (DIFF_DEPTH_MAX + 4) /* a folder's own pairs are around a worker's */

/* A pair that was begun, and is kept as soon as something in it is. */
struct fold_pair {
	struct difference d;
	struct buf text; /* its names and type */
};

struct fold {
	struct compare_result *out;
	struct fold_pair pair[FOLD_DEPTH];
	uint64_t keep;       /* bytes that may still be kept */
	uint64_t keep_code;  /* the same for DIFF_CODE, when the others are spent */
	uint32_t depth;      /* of objects begun */
	uint32_t base;       /* depth below which a worker may not end */
	uint64_t kept;       /* a bit for each object begun: is it in the result? */
	struct bytes name_a; /* of the worker's outermost pair: it knows no names */
	struct bytes name_b;
};

/* Each fold_init meets a fold_done; the result stays. */
void fold_done(struct fold *f);
void fold_init(struct fold *f, const struct compare_opts *o, struct compare_result *out);
/* ERR_PROTO: no honest worker says that. */
MUST_USE enum err fold_add(struct fold *f, const struct difference *d);
/* FOUND, ONLY_A, ONLY_B, LIMIT and DAMAGED so far. */
uint64_t fold_said(const struct fold *f);
/* The verdict of what was added. */
void fold_end(struct fold *f);
/* Remembers the first reason. */
void fold_why(struct fold *f, struct bytes what);

/*
 * One pair through a worker; its statements go through f, inside of what is begun there.
 * size is what fstat told. OK: it said all; else f->out->why tells what went wrong.
 */
struct ask_side {
	int fd;
	uint64_t size;
	uint32_t mode;         /* permission bits */
	struct timespec stamp; /* of its last change (ctime), before it was read */
	struct bytes name; /* as a worker may know it; none: it is not called anything */
};
MUST_USE enum err ask_worker(const struct compare_opts *o, const struct ask_side *a,
    const struct ask_side *b, struct fold *f);

/*
 * The end of a path: the name and two folders, which say what runs a file
 * ("etc/cron.d/x"). No more is told.
 */
struct bytes ask_name(struct bytes path);

/* ctime moves with every write, and nobody can set it; as fine as the kernel's tick. */
void ask_stamp(struct ask_side *s);
bool ask_changed(const struct ask_side *s);
#define ASK_CHANGED "it changed while it was compared"

/*
 * Do they hold the same bytes? ERR_IO: one cannot be read, errno tells; ERR_PROTO: they
 * did, but one changed meanwhile, so nobody knows what they hold now.
 */
MUST_USE enum err ask_same(
    const struct ask_side *a, const struct ask_side *b, bool *same);
