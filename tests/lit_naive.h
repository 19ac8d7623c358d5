/*
 * lit_naive.h - a needle set, and the plainest way to find it: what the filter's
 * test and its fuzz target compare every variant with.
 *
 * One program includes this once. Sets are built in an arena of their own.
 */
#pragma once

#include <stdlib.h>

#include "match/filter.h"
#include "rules/lit_build.h"

struct lit_set {
	struct arena arena;
	struct buf filter, needles, literals;
	struct lit_out out;
	struct filter f;
	const struct lit_in *in;
	size_t n;
};

static inline enum err
lit_set_build(
    struct lit_set *s, const struct lit_in *in, size_t n, const struct lit_opts *opts)
{
	*s = (struct lit_set){ .in = in, .n = n };
	arena_init(&s->arena, 256u << 20);
	s->out.filter = &s->filter;
	s->out.needles = &s->needles;
	s->out.literals = &s->literals;
	TRY(lit_build(&s->arena, in, n, opts, &s->out));
	return filter_open(buf_bytes(&s->filter), buf_bytes(&s->needles),
	    buf_bytes(&s->literals), &s->f);
}

static inline void
lit_set_done(struct lit_set *s)
{
	buf_done(&s->filter);
	buf_done(&s->needles);
	buf_done(&s->literals);
	arena_done(&s->arena);
}

struct hit_list {
	struct filter_hit *p;
	size_t n, cap;
};

static inline bool
hit_list_add(void *arg, const struct filter_hit *h, size_t n)
{
	struct hit_list *l = arg;

	while (l->n + n > l->cap) {
		l->cap = l->cap ? l->cap * 2 : 1024;
		l->p = realloc(l->p, l->cap * sizeof(*l->p));
		if (l->p == NULL)
			abort();
	}
	memcpy(l->p + l->n, h, n * sizeof(*h));
	l->n += n;
	return true;
}

static inline int
hit_cmp(const void *a, const void *b)
{
	const struct filter_hit *x = a, *y = b;

	if (x->needle != y->needle)
		return x->needle < y->needle ? -1 : 1;
	if (x->pos != y->pos)
		return x->pos < y->pos ? -1 : 1;
	return (x->xor_key > y->xor_key) - (x->xor_key < y->xor_key);
}

static inline void
hit_list_sort(struct hit_list *l)
{
	if (l->n > 0)
		qsort(l->p, l->n, sizeof(*l->p), hit_cmp);
}

static inline bool
naive_at(const struct lit_in *in, const uint8_t *d, uint8_t key)
{
	for (size_t i = 0; i < in->lit.n; i++) {
		uint8_t have = d[i] ^ key, want = in->lit.p[i];

		if (in->flags & LIT_NOCASE) {
			have = byte_lower(have);
			want = byte_lower(want);
		}
		if (have != want)
			return false;
	}
	return true;
}

/* Every occurrence of needle i, in order. */
static inline void
naive_find(const struct lit_in *in, uint32_t i, struct bytes data, struct hit_list *out)
{
	for (size_t pos = 0; pos + in->lit.n <= data.n; pos++) {
		uint8_t key = in->flags & LIT_XOR ? data.p[pos] ^ in->lit.p[0] : 0;
		struct filter_hit h = { i, key, pos };

		if (in->flags & LIT_XOR && (key < in->xor_lo || key > in->xor_hi))
			continue;
		if (naive_at(in, data.p + pos, key))
			hit_list_add(out, &h, 1);
	}
}
