/*
 * samples.h - files of each format for tests in this folder: seeds of its fuzz target.
 */
#pragma once

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tests/tap.h"

#define SAMPLES_MOST 512

struct samples {
	struct buf file[SAMPLES_MOST]; /* by size, the largest first */
	unsigned n;
};

static inline void
samples_put(struct samples *s, struct buf *b)
{
	unsigned at = s->n;

	for (; at > 0 && s->file[at - 1].n < b->n; at--)
		s->file[at] = s->file[at - 1];
	s->file[at] = *b;
	s->n++;
}

static inline void
samples_read(struct samples *s, const char *path)
{
	FILE *f = fopen(path, "rb");
	struct buf b = { 0 };
	char piece[4096];
	size_t got;

	if (!CHECK(f != NULL))
		return;
	while ((got = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_put(&b, piece, got);
	fclose(f);
	samples_put(s, &b);
}

/* All of $CORPUS/target; to be samples_done. */
static inline void
samples_open(struct samples *s, const char *target)
{
	const char *corpus = getenv("CORPUS");
	char path[4096];
	DIR *d;

	s->n = 0;
	snprintf(path, sizeof(path), "%s/%s", corpus ? corpus : "fuzz/corpus", target);
	d = opendir(path);
	if (!CHECK(d != NULL))
		return;
	for (struct dirent *e; (e = readdir(d)) != NULL && s->n < SAMPLES_MOST;) {
		char file[8192];

		snprintf(file, sizeof(file), "%s/%s", path, e->d_name);
		if (e->d_name[0] != '.')
			samples_read(s, file);
	}
	closedir(d);
}

/* The k-th of n to look at, spread over all sizes. */
static inline struct bytes
samples_at(const struct samples *s, unsigned k, unsigned n)
{
	return buf_bytes(&s->file[s->n <= n ? k % s->n : k * s->n / n]);
}

static inline void
samples_done(struct samples *s)
{
	for (unsigned i = 0; i < s->n; i++)
		buf_done(&s->file[i]);
	s->n = 0;
}
