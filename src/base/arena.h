/*
 * arena.h - bump memory with a budget, dropped whole.
 *
 * Parsers and compilers allocate here and free nothing. The owner of the arena
 * says how much one task may take; when that is spent arena_alloc gives NULL,
 * and the caller passes ERR_LIMIT up; who cannot leaves it to the owner to see spent.
 * Memory is zeroed. arena_reset keeps the largest block for the next task, so a scan of
 * many small files does not return to malloc.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

struct arena_block;

struct arena {
	struct arena_block *block; /* the one in use; older ones hang behind it */
	size_t used;               /* bytes handed out since init or reset */
	size_t budget;             /* bytes at most */
	bool spent;                /* something was refused since init or reset */
};

/* Takes no memory yet; so an arena that is never used costs nothing. */
void arena_init(struct arena *a, size_t budget);
/* Frees everything. The budget stays, so it may be used again as it is. */
void arena_done(struct arena *a);
/* Every pointer that was handed out is void; the newest block is kept for the next. */
void arena_reset(struct arena *a);

/* n bytes, zeroed, aligned to 16; NULL when the budget is spent. */
void *arena_alloc(struct arena *a, size_t n) __attribute__((malloc));

/* count objects of size bytes each; NULL also when the product overflows. */
void *arena_array(struct arena *a, size_t count, size_t size);

/*
 * Room for at least need elements in a vector that lives in the arena: old itself when
 * it has that, else doubles *cap: where it lies when it is the last thing handed out and
 * there is room, else with a copy, and the old one stays behind (it is an arena).
 * NULL: budget.
 */
void *arena_grow(struct arena *a, const void *old, size_t *cap, size_t need, size_t size);

/*
 * Copies with a NUL behind (which is not counted in bytes.n). NULL, or no bytes: the
 * budget. A NUL inside stays where it is, so arena_str may be read as shorter.
 */
char *arena_str(struct arena *a, struct bytes s);
struct bytes arena_bytes(struct arena *a, struct bytes b);
char *arena_printf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#define ARENA_NEW(a, type)      ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, n, type) ((type *)arena_array((a), (n), sizeof(type)))
