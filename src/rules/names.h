/*
 * names.h - a hash table from names to small numbers, in an arena.
 *
 * For everything the compiler looks up by name: rules, strings, fields, patterns.
 * A key is bytes and a scope (a namespace, the address of a table), so one table
 * serves many scopes. Keys are borrowed. The hash is seeded by where the table
 * lies (ASLR), so that a source cannot be written to make its names collide;
 * the order of the list does not depend on it.
 */
#pragma once

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

struct name {
	struct bytes key;
	uint64_t scope, hash;
	uint32_t value;
};

struct names {
	struct arena *arena;
	struct name *list; /* in order of insertion */
	uint32_t *slot;    /* index into list + 1; 0: empty */
	uint32_t n, cap;   /* entries; slots (a power of two) */
	size_t list_cap;
	uint64_t seed;
};

/* An empty table in that arena; nothing is allocated before the first name. */
void names_init(struct names *t, struct arena *a);

/* The entry, valid until the next names_put; NULL: none. */
const struct name *names_find(const struct names *t, struct bytes key, uint64_t scope);

/* Adds a name that is not in the table. ERR_LIMIT: the arena is spent. */
MUST_USE enum err names_put(
    struct names *t, struct bytes key, uint64_t scope, uint32_t value);

/* Empties the table and keeps its memory. */
void names_clear(struct names *t);
