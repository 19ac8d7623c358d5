/*
 * linediff.c - the longest common sequence of lines, by a table between the common ends
 * of both texts. The table is bounded (CELLS_MAX); where it would be larger, all between
 * the ends counts as changed.
 */
#include "release/linediff.h"

#include <stdlib.h>

#include "base/sys.h"

/* 16 MB: of two texts of 2,047 lines each. */
#define CELLS_MAX (1u << 22) /* of the table, four bytes each */

struct lines {
	struct bytes *at;
	size_t n, cap;
};

/*
 * A newline at the end of a text begins no line. 16 bytes for each line, also for empty
 * ones: a text of 64 MB, which no frame is beyond, may cost a gigabyte. Rules have a few
 * hundred.
 */
static void
split(struct bytes text, struct lines *out)
{
	for (size_t at = 0; at < text.n;) {
		uint64_t nl = bytes_find(text, at, BYTES_LIT("\n"));
		size_t end = nl < text.n ? (size_t)nl : text.n;

		out->at = xgrow(out->at, &out->cap, out->n + 1, sizeof(*out->at));
		out->at[out->n++] = bytes_sub(text, at, end - at);
		at = end + 1;
	}
}

/* What is left of both texts when their common beginning and end are off. */
struct middle {
	const struct bytes *old, *new;
	size_t n, m;
};

/* Most changes are small, so that what is left is, too. */
static struct middle
trim(const struct lines *a, const struct lines *b)
{
	struct middle x = { a->at, b->at, a->n, b->n };

	for (; x.n > 0 && x.m > 0 && bytes_eq(*x.old, *x.new); x.n--, x.m--) {
		x.old++;
		x.new ++;
	}
	while (x.n > 0 && x.m > 0 && bytes_eq(x.old[x.n - 1], x.new[x.m - 1])) {
		x.n--;
		x.m--;
	}
	return x;
}

/*
 * length[i * (m + 1) + j]: of the longest common sequence of old's lines from i on and
 * new's from j on. Filled from the end.
 */
static uint32_t *
fill(const struct middle *x)
{
	size_t w = x->m + 1;
	uint32_t *length = xcalloc((x->n + 1) * w, sizeof(*length));

	for (size_t i = x->n; i-- > 0;)
		for (size_t j = x->m; j-- > 0;) {
			uint32_t down = length[(i + 1) * w + j];
			uint32_t right = length[i * w + j + 1];

			length[i * w + j] = bytes_eq(x->old[i], x->new[j])
						? length[(i + 1) * w + j + 1] + 1
					    : down > right ? down
							   : right;
		}
	return length;
}

enum err
linediff(struct bytes old, struct bytes new,
    enum err (*line)(void *arg, char sign, struct bytes text), void *arg)
{
	struct lines a = { 0 }, b = { 0 };
	struct middle x;
	uint32_t *length = NULL;
	size_t i = 0, j = 0, w;
	enum err e = OK;

	split(old, &a);
	split(new, &b);
	x = trim(&a, &b);
	w = x.m + 1;
	/* (n + 1) * (m + 1) cells; of more lines than cells the quotient is 0 */
	if (x.n > 0 && x.m > 0 && x.m < CELLS_MAX / (x.n + 1))
		length = fill(&x);
	while (e == OK && (i < x.n || j < x.m)) {
		bool both = length != NULL && i < x.n && j < x.m;

		if (both && bytes_eq(x.old[i], x.new[j])) {
			i++;
			j++;
		} else if (i < x.n &&
			   (!both || length[(i + 1) * w + j] >= length[i * w + j + 1]))
			e = line(arg, '-', x.old[i++]);
		else
			e = line(arg, '+', x.new[j++]);
	}
	free(length);
	free(a.at);
	free(b.at);
	return e;
}
