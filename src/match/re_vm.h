/*
 * re_vm.h - runs compiled patterns over data: verify an atom's hit, search, list matches.
 *
 * Semantics (docs/re.md; they are what Debian's yara does): at most one match per
 * start offset, for every start that matches; starts lie before the end of the data.
 * A match goes through an atom (or, atomless, begins with the first state). What is left
 * of the atom may be matched in any way; right of it the length is the one a
 * backtracking engine finds first: alternatives from left to right, greedy quantifiers
 * long, lazy ones short. fullword drops a start together with that length. When a start
 * leads to several atoms, the longest match counts for a program with RE_P_GREEDY, else
 * the shortest. Matches of length 0 are reported; YARA 4.2 does not print them.
 *
 * Nothing allocates while scanning: a vm holds all scratch, allocated once. Work is
 * counted in vm->steps (about one per byte and live state) and stops at vm->budget with
 * RE_LIMIT, never silently. Who has a clock to watch sets the budget low and is asked for
 * more of it (vm->more).
 *
 * Linear time: re_search and re_search_all cost O(data) each, times a factor of the
 * pattern. re_hit and re_hit_all cost up to O(data) per call, so a caller that gets many
 * hits for one pattern watches vm->steps and changes to re_search (or re_search_all)
 * once the calls for this pattern took more than 8 times the size of the data.
 */
#pragma once

#include "base/bytes.h"
#include "db/re.h"

/* RE_LIMIT: the steps allowed were spent before it was known. */
enum re_answer { RE_NO, RE_YES, RE_LIMIT };

struct re_vm {
	uint64_t steps;  /* work done; the caller may reset it */
	uint64_t budget; /* RE_LIMIT when steps gets here, unless more helps */
	/* Raises budget and says true, or says false. NULL: nobody does. */
	bool (*more)(void *arg);
	void *arg;
	/* There are, or will be, many re_hit() for this pattern: prepare for them. */
	bool often;
	/*
	 * The bytes that re_hit() looked at: it only widens them, who wants to know sets
	 * them to the atom's place before. Where they touch an end of the data its
	 * length mattered, too.
	 */
	uint64_t lo, hi;
	struct re_scratch *scratch;
};

/* A match: where it starts in the data, and its length in bytes. */
struct re_span {
	uint64_t at, len;
};

/* Where matches go: the caller's array. */
struct re_spans {
	struct re_span *p;
	size_t n, max;
	bool more; /* there were more than max; p holds those found first */
};

#define RE_VM_MIN ((size_t)4 << 20) /* least bytes that make sense */

/*
 * bytes: all memory the vm may use (touched only as patterns need it); at least
 * RE_VM_MIN. The budget starts unlimited. NULL in scratch: out of memory.
 */
MUST_USE enum err re_vm_init(struct re_vm *vm, size_t bytes);
void re_vm_done(struct re_vm *vm);

/* Programs that were run so far may change, or others may lie at their place. */
void re_vm_forget(struct re_vm *vm);

/* Is there a match that has atom k at pos? The atom itself is checked too. */
enum re_answer re_hit(struct re_vm *vm, const struct re_prog *prog, struct bytes data,
    uint32_t k, uint64_t pos);

/* An atom found at a place. */
struct re_at {
	uint32_t atom;
	uint64_t pos;
};

/*
 * Appends the matches through the atom at its place, their starts falling. The caller
 * merges what several atoms give: same start, then the longest if RE_P_GREEDY, else the
 * shortest. That gives what re_search_all() gives. (Of an ascii and a wide program with a
 * common start the ascii one counts.) RE_YES: at least one was appended.
 */
enum re_answer re_hit_all(struct re_vm *vm, const struct re_prog *prog, struct bytes data,
    struct re_at at, struct re_spans *out);

/* Does a match begin exactly at pos? Costs what the match reads. */
enum re_answer re_match_at(
    struct re_vm *vm, const struct re_prog *prog, struct bytes data, uint64_t pos);

/* Does a match begin at or behind from? Also the `matches` operator, from 0. */
enum re_answer re_search(
    struct re_vm *vm, const struct re_prog *prog, struct bytes data, uint64_t from);

/*
 * All matches, sorted by start. When there are more than out->max, those with the
 * smallest starts are given and out->more is set.
 */
enum re_answer re_search_all(struct re_vm *vm, const struct re_prog *prog,
    struct bytes data, struct re_spans *out);
