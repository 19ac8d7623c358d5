#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define ALIGN     ((size_t)16)
#define BLOCK_MIN ((size_t)64 << 10)
#define BLOCK_MAX ((size_t)4 << 20)

struct arena_block {
	struct arena_block *older;
	size_t size, at; /* bytes behind the header, and how many are handed out */
	_Alignas(16) uint8_t data[];
};

void
arena_init(struct arena *a, size_t budget)
{
	*a = (struct arena){ .budget = budget };
}

static void
blocks_free(struct arena_block *b)
{
	while (b != NULL) {
		struct arena_block *older = b->older;
		free(b);
		b = older;
	}
}

void
arena_done(struct arena *a)
{
	blocks_free(a->block);
	*a = (struct arena){ .budget = a->budget };
}

void
arena_reset(struct arena *a)
{
	/* the newest block is the largest or near it: sizes double */
	if (a->block != NULL) {
		blocks_free(a->block->older);
		a->block->older = NULL;
		a->block->at = 0;
	}
	a->used = 0;
	a->spent = false;
}

/* Blocks double up to BLOCK_MAX; a large request gets a block of its own. */
static struct arena_block *
block_new(const struct arena *a, size_t n)
{
	size_t size = a->block ? a->block->size * 2 : BLOCK_MIN;
	struct arena_block *b;

	if (size > BLOCK_MAX)
		size = BLOCK_MAX;
	if (size < n)
		size = n;
	b = malloc(sizeof(*b) + size);
	if (b != NULL)
		*b = (struct arena_block){ .older = a->block, .size = size };
	return b;
}

/* n is at most a budget or what was handed out: there is room above it. */
static size_t
aligned(size_t n)
{
	return (n + ALIGN - 1) & ~(ALIGN - 1);
}

static void *
refuse(struct arena *a)
{
	a->spent = true;
	return NULL;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	struct arena_block *b = a->block;

	/* n + 15 cannot wrap: n is at most the budget's remainder. */
	if (n > a->budget - a->used || a->budget - a->used - n < ALIGN)
		return refuse(a);
	n = aligned(n);
	if (b == NULL || n > b->size - b->at) {
		b = block_new(a, n);
		if (b == NULL)
			return refuse(a);
		a->block = b;
	}
	void *p = b->data + b->at;
	b->at += n;
	a->used += n;
	return memset(p, 0, n);
}

void *
arena_array(struct arena *a, size_t count, size_t size)
{
	size_t n;

	return __builtin_mul_overflow(count, size, &n) ? refuse(a) : arena_alloc(a, n);
}

/* The last thing handed out becomes larger where it lies, when its block has room. */
static bool
grow_in_place(struct arena *a, const void *old, size_t had, size_t want)
{
	struct arena_block *b = a->block;
	size_t more;

	had = aligned(had);
	if (old == NULL || b == NULL || want > a->budget ||
	    (uintptr_t)old + had != (uintptr_t)(b->data + b->at))
		return false;
	more = aligned(want) - had;
	if (more > b->size - b->at || more > a->budget - a->used)
		return false;
	memset(b->data + b->at, 0, more);
	b->at += more;
	a->used += more;
	return true;
}

void *
arena_grow(struct arena *a, const void *old, size_t *cap, size_t need, size_t size)
{
	size_t bytes;
	size_t want = *cap ? *cap : 8;
	void *p;

	if (old != NULL && need <= *cap)
		return (void *)old;
	while (want < need) {
		if (want > SIZE_MAX / 2)
			return refuse(a);
		want *= 2;
	}
	/* *cap * size cannot wrap: that many bytes were allocated before */
	if (!__builtin_mul_overflow(want, size, &bytes) &&
	    grow_in_place(a, old, *cap * size, bytes)) {
		*cap = want;
		return (void *)(uintptr_t)old;
	}
	p = arena_array(a, want, size);
	if (p == NULL)
		return NULL;
	if (old != NULL)
		memcpy(p, old, *cap * size);
	*cap = want;
	return p;
}

struct bytes
arena_bytes(struct arena *a, struct bytes b)
{
	uint8_t *p = b.n < SIZE_MAX ? arena_alloc(a, b.n + 1) : NULL;

	if (p == NULL)
		return (struct bytes){ 0 };
	if (b.n > 0)
		memcpy(p, b.p, b.n);
	return (struct bytes){ p, b.n };
}

char *
arena_str(struct arena *a, struct bytes s)
{
	return (char *)(uintptr_t)arena_bytes(a, s).p;
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	p = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
	if (p == NULL)
		return NULL;
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}
