/*
 * same.h - are two functions, or two pieces of data, the same but for where they lie?
 *
 * Yes means: equal bytes except addresses, and each address refers to things that are the
 * same in turn. That is decided on the real bytes, never on digests. Circles (f calls g,
 * g calls f) are the same when nothing in them differs. Variables that a program may
 * change are told apart by who uses them: the first use pairs them, and every other use
 * must agree.
 */
#pragma once

#include "objdiff/ref.h"
#include "objdiff/unit.h"
#include "result/difference.h"

/* SAME_HARMLESS: but for what same.mild holds, a date or a path. */
enum alike { SAME_YES, SAME_HARMLESS, SAME_NO };

/* Why two functions differ. */
enum same_why {
	WHY_SIZE,   /* their sizes */
	WHY_CODE,   /* an instruction */
	WHY_CALL,   /* what it calls or jumps to */
	WHY_DATA,   /* data they use */
	WHY_UNWIND, /* how exceptions leave it */
};

struct same_reason {
	uint64_t at_a, at_b;         /* addresses of the first instructions that differ */
	uint64_t to_a, to_b;         /* of WHY_CALL and WHY_DATA: what they refer to */
	struct bytes name_a, name_b; /* symbols, where they refer to those */
	uint8_t why;
};

/* A difference in data that is a date or a path: told once. */
struct same_mild {
	uint64_t at_a, at_b;
	struct bytes a, b;
	enum diff_class cls;
};

/* A pair of addresses and what is known of it; a 0: the slot is free. */
struct same_slot {
	uint64_t a, b;
	uint8_t state;
};

struct same_map {
	struct same_slot *v;
	size_t cap, n; /* cap: a power of two */
};

/* One of the two programs. */
struct same_side {
	struct elf *e;
	struct units *u;
	uint64_t *bound; /* where pieces of data begin, by address */
	size_t nbound, bound_cap;
	uint8_t **covered; /* by section: a bit for each byte that was found the same */
};

struct same {
	struct same_side a, b;
	struct arena *arena;
	bool still; /* only code differs, and nothing moved: equal bytes are the same */
	struct same_map memo, forth, back;
	struct same_slot *log; /* what forth and back learned since same_mark */
	size_t nlog, log_cap;
	struct same_mild *mild;
	size_t nmild, mild_cap;
	struct unit *own_a, *own_b; /* the functions in work: jump tables are theirs */
	unsigned depth;
	bool spent; /* the arena: nothing is the same any more */
};

/* Also finds where pieces of data begin, unless still. */
MUST_USE enum err same_open(
    struct same *s, struct arena *arena, struct units *a, struct units *b, bool still);

/*
 * Two functions, or two references. why: set when the answer is SAME_NO; NULL: not asked,
 * and what was found out before is enough.
 */
enum alike same_units(
    struct same *s, struct unit *a, struct unit *b, struct same_reason *why);
enum alike same_refs(struct same *s, const struct ref *a, const struct ref *b);
/* n bytes of data at either address; na and nb may differ for texts only. */
enum alike same_data(struct same *s, uint64_t a, uint64_t na, uint64_t b, uint64_t nb);

/* Marks bytes of data as explained, or asks. */
void same_cover(struct same *s, struct same_side *x, uint64_t at, uint64_t n);
bool same_covered(const struct same_side *x, const struct elf_sec *sec, uint64_t off);
/* Where the piece of data that holds an address ends. */
uint64_t same_end(const struct same_side *x, uint64_t at);
