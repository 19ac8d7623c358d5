/* objdiff.c - two object files: whatever they hold, a difference is never passed over. */
#include "objdiff/objdiff.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define BUDGET ((size_t)16 << 20)

struct seen {
	uint64_t told;
};

static enum err
put(void *arg, const struct difference *d)
{
	struct seen *s = arg;

	s->told++;
	if (d->nlines > DIFF_LINES_MAX || d->where.n > DIFF_NAME_MAX ||
	    d->what.n > DIFF_NAME_MAX)
		abort();
	for (uint32_t i = 0; i < d->nlines; i++)
		if (d->lines[i].text.n > DIFF_TEXT_MAX)
			abort();
	return OK;
}

/* The first four bytes tell how many of the rest are the first file. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct bytes all = { p, n };
	uint32_t first = rec_le32(all, 0);
	struct bytes a = bytes_clip(all, 4, first),
		     b = bytes_from(all, 4 + (uint64_t)a.n);
	struct arena arena;
	struct seen seen = { 0 };
	struct objdiff_opts o = { &arena, 4, 40, 50 };
	enum err e;

	arena_init(&arena, BUDGET);
	e = objdiff_run(a, b, &o, &(struct diff_sink){ &seen, put });
	arena_done(&arena);
	if (e == OK && (seen.told == 0) != bytes_eq(a, b))
		abort();
	if (e != OK && e != ERR_FORMAT && (e != ERR_LIMIT || seen.told == 0))
		abort();
	return 0;
}
