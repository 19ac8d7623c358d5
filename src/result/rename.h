/*
 * rename.h - which of the things that are left over are the same under another name.
 *
 * What two archives or folders have under one name is a pair. What is left is paired when
 * its bytes are the same, then when its name is the same but for digits (a version), then
 * when its content is alike: a sketch of each (the smallest hashes of its shingles) tells
 * how much two share without comparing all with all byte by byte. The confined half asks
 * for members of archives, the trusted one for files of folders: bytes are only summed
 * here, never understood. A wrong pair costs noise, as pairs are compared afterwards; who
 * finds no partner is told as such, which hides nothing.
 *
 * Equal content and equal forms are found by sorting, however many there are. Likeness is
 * a comparison of all with all, and so it is tried with RENAME_TRIED of either side.
 */
#pragma once

#include "base/arena.h"

#define RENAME_TRIED  3000u       /* items of a side whose content is sketched */
#define RENAME_READ   (1u << 20)  /* bytes of an item that are looked at */
#define RENAME_WINDOW (64u << 10) /* bytes that are read at once */

/* What is told when some were untried. */
#define RENAME_UNTRIED                                                                   \
	"not all that only one side has was compared with all that only the other has: " \
	"something renamed and changed may be told as gone and as new"

struct rename_sketch;

/* One that has no partner of its name; its size is not 0. */
struct rename_item {
	struct bytes name;
	uint64_t size;
	uint32_t kind;  /* only equal ones may be alike */
	uint32_t index; /* of the caller's; nobody looks at it here */
	uint32_t mate;  /* 1 + index of its partner; 0: none */
	/* how it was found; set and used by rename_pair */
	struct bytes form;
	uint64_t digest;
	struct rename_sketch *sketch;
};

struct rename_side {
	struct rename_item *v; /* by name */
	uint32_t n;
};

struct rename_job {
	struct rename_side side[2];
	struct arena *arena; /* of what it needs meanwhile */
	void *arg;
	/*
	 * The bytes of an item at off, at most RENAME_WINDOW, valid until the next call;
	 * none: it has no more, or cannot be read, and then it is like nothing.
	 */
	enum err (*read)(void *arg, unsigned side, const struct rename_item *x,
	    uint64_t off, struct bytes *out);
	/* Are two of one size and digest the same, byte for byte? */
	enum err (*same)(void *arg, const struct rename_item *a,
	    const struct rename_item *b, bool *out);
	bool (*late)(void *arg); /* NULL: there is always time */
	uint64_t untried; /* out: items whose content was compared with no other's */
};

/* Sets mate in both sides. ERR_LIMIT: the arena or the time; others: of read and same. */
MUST_USE enum err rename_pair(struct rename_job *j);
