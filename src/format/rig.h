/*
 * rig.h - a parser opened for a test, on the heap, so that ASan sees its edges; and the
 * loops that every parser's test has.
 */
#pragma once

#include <stdlib.h>

#include "format/format.h"
#include "tests/tap.h"

struct rig {
	struct arena arena;
	struct parse parse;
	void *facts; /* the format's struct */
	enum err err;
};

/* open refuses nothing that the probe takes, nor the other way round, when it is sure. */
static inline struct rig *
rig_open(const struct format *f, struct bytes file, size_t budget)
{
	struct rig *r = calloc(1, sizeof(*r));

	if (r == NULL || (r->facts = calloc(1, f->facts_size)) == NULL)
		abort();
	arena_init(&r->arena, budget);
	r->parse = (struct parse){ .file = file, .arena = &r->arena, .facts = r->facts };
	fact_clear(f->facts, r->facts);
	r->err = f->open(&r->parse);
	if (r->err == OK)
		CHECK(f->probe(bytes_clip(file, 0, 4096), file.n) > 0);
	return r;
}

static inline void
rig_close(struct rig *r)
{
	arena_done(&r->arena);
	free(r->facts);
	free(r);
}

/* Reads everything; ERR_LIMIT when one part says so. */
typedef enum err rig_all(void *facts);

static inline void
rig_read(const struct format *f, rig_all *all, struct bytes file)
{
	struct rig *r = rig_open(f, test_copy(file), 1 << 20);

	EQ_U(all(r->facts), OK);
	rig_close(r);
}

/* The sample cut at every length, and with every bit of its first bytes flipped. */
static inline void
rig_damage(const struct format *f, rig_all *all, struct bytes sample, size_t flip)
{
	for (size_t n = 0; n <= sample.n; n++) {
		ROW("%zu bytes", n);
		rig_read(f, all, (struct bytes){ sample.p, n });
	}
	for (size_t bit = 0; bit < 8 * flip; bit++) {
		uint8_t *p = malloc(sample.n);

		if (p == NULL)
			abort();
		memcpy(p, sample.p, sample.n);
		p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		ROW("bit %zu", bit);
		rig_read(f, all, (struct bytes){ p, sample.n });
		free(p);
	}
}

/* With every arena up to most bytes: what is refused is told. */
static inline void
rig_starve(const struct format *f, rig_all *all, struct bytes sample, size_t most)
{
	for (size_t budget = 0; budget < most; budget += 32) {
		struct rig *r = rig_open(f, sample, budget);
		enum err e = r->err == OK ? all(r->facts) : r->err;

		ROW("%zu bytes of arena", budget);
		EQ_U(e, r->arena.spent ? ERR_LIMIT : OK);
		rig_close(r);
	}
}
