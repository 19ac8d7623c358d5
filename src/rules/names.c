/*
 * names.c - a hash table by name and scope, open addressing, half full at most. Nothing
 * that comes out depends on the hash, whose seed is where the table lies.
 */
#include "rules/names.h"

/* Multiply-and-fold (the core of wyhash): 8 bytes a step. */
static uint64_t
mix(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 r = (unsigned __int128)a * b;

	return (uint64_t)r ^ (uint64_t)(r >> 64);
}

void
names_init(struct names *t, struct arena *a)
{
	*t = (struct names){ .arena = a };
	t->seed = mix((uintptr_t)t ^ 0x8ebc6af09c88c6e3u, (uintptr_t)a->block | 1);
}

static uint64_t
hash_of(const struct names *t, struct bytes key, uint64_t scope)
{
	uint64_t h = mix(
		     scope ^ t->seed ^ 0x9e3779b97f4a7c15u, key.n ^ 0xd1b54a32d192ed03u),
		 last = 0;
	size_t i = 0;

	for (; i + 8 <= key.n; i += 8)
		h = mix(h ^ le64(key.p + i), 0xa0761d6478bd642fu);
	for (; i < key.n; i++)
		last = last << 8 | key.p[i];
	return mix(h ^ last, 0xe7037ed1a0b428dbu);
}

const struct name *
names_find(const struct names *t, struct bytes key, uint64_t scope)
{
	uint64_t hash = hash_of(t, key, scope);
	uint32_t mask = t->cap - 1;

	if (t->cap == 0)
		return NULL;
	for (uint32_t i = (uint32_t)hash & mask; t->slot[i] != 0; i = (i + 1) & mask) {
		const struct name *e = &t->list[t->slot[i] - 1];

		if (e->hash == hash && e->scope == scope && bytes_eq(e->key, key))
			return e;
	}
	return NULL;
}

static void
place(struct names *t, uint32_t entry)
{
	uint32_t mask = t->cap - 1, i = (uint32_t)t->list[entry].hash & mask;

	while (t->slot[i] != 0)
		i = (i + 1) & mask;
	t->slot[i] = entry + 1;
}

/* Twice the slots, so that at most half of them are taken. */
static enum err
grow(struct names *t)
{
	uint32_t cap = t->cap ? 2 * t->cap : 64;
	uint32_t *slot;

	if (cap == 0)
		return ERR_LIMIT;
	slot = ARENA_ARRAY(t->arena, cap, uint32_t);
	if (slot == NULL)
		return ERR_LIMIT;
	t->slot = slot;
	t->cap = cap;
	for (uint32_t i = 0; i < t->n; i++)
		place(t, i);
	return OK;
}

enum err
names_put(struct names *t, struct bytes key, uint64_t scope, uint32_t value)
{
	if (t->n >= t->cap / 2)
		TRY(grow(t));
	if (t->n == t->list_cap) {
		struct name *list =
		    arena_grow(t->arena, t->list, &t->list_cap, t->n + 1u, sizeof(*list));

		if (list == NULL)
			return ERR_LIMIT;
		t->list = list;
	}
	t->list[t->n] = (struct name){ key, scope, hash_of(t, key, scope), value };
	place(t, t->n++);
	return OK;
}

void
names_clear(struct names *t)
{
	uint32_t mask = t->cap - 1;

	if (t->n >= t->cap / 16) {
		if (t->n > 0)
			memset(t->slot, 0, t->cap * sizeof(*t->slot));
		t->n = 0;
		return;
	}
	/* A large table that holds little: the last one put first, so chains stay whole.
	 */
	while (t->n > 0) {
		uint32_t at = (uint32_t)t->list[--t->n].hash & mask;

		while (t->slot[at] != t->n + 1)
			at = (at + 1) & mask;
		t->slot[at] = 0;
	}
}
