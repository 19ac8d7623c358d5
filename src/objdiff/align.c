#include "objdiff/align.h"

#include <stdbool.h>

/* What is left between equal ends. */
struct middle {
	const uint64_t *a, *b;
	int na, nb;
	int32_t *trace; /* row d holds the furthest x of each diagonal -d..d */
};

static int32_t *
row(const struct middle *m, int d)
{
	return m->trace + (size_t)d * (size_t)d; /* rows before it: 1 + 3 + 5 + ... */
}

/* The furthest x on diagonal k with d edits, given those with d - 1. */
static int
furthest(const struct middle *m, int d, int k)
{
	const int32_t *last = d > 0 ? row(m, d - 1) + (d - 1) : NULL;
	int x = 0;

	if (d > 0 && (k == -d || (k != d && last[k - 1] < last[k + 1])))
		x = last[k + 1];
	else if (d > 0)
		x = last[k - 1] + 1;
	while (x < m->na && x - k < m->nb && x - k >= 0 && m->a[x] == m->b[x - k])
		x++;
	return x;
}

/* Fills rows until the end is reached; gives the number of edits or -1. */
static int
search(const struct middle *m, int most)
{
	for (int d = 0; d <= most; d++) {
		int32_t *now = row(m, d) + d;
		for (int k = -d; k <= d; k += 2) {
			now[k] = furthest(m, d, k);
			if (k > -d)
				now[k - 1] =
				    -1; /* of the other parity: never read as a way */
			if (now[k] >= m->na && now[k] - k >= m->nb)
				return d;
		}
	}
	return -1;
}

struct ways {
	uint32_t *of_a, *of_b;
	size_t skip; /* equal keys before the middle */
};

/* Equal keys from (x, y) back to (from_x, from_y), on one diagonal. */
static void
run_back(const struct ways *w, int x, int y, int from_x, int from_y)
{
	while (x > from_x && y > from_y && x > 0 && y > 0) {
		x--;
		y--;
		w->of_a[w->skip + (size_t)x] = (uint32_t)(w->skip + (size_t)y) + 1;
		w->of_b[w->skip + (size_t)y] = (uint32_t)(w->skip + (size_t)x) + 1;
	}
}

static void
back(const struct middle *m, int d, const struct ways *w)
{
	int x = m->na, y = m->nb;

	for (; d > 0; d--) {
		const int32_t *last = row(m, d - 1) + (d - 1);
		int k = x - y;
		bool down = k == -d || (k != d && last[k - 1] < last[k + 1]);
		int from_k = down ? k + 1 : k - 1, from_x = last[from_k];
		int after_x = down ? from_x : from_x + 1; /* the edit itself */
		run_back(w, x, y, after_x, after_x - k);
		x = from_x;
		y = from_x - from_k;
	}
	run_back(w, x, y, 0, 0);
}

enum err
align_keys(struct arena *arena, const uint64_t *a, size_t na, const uint64_t *b,
    size_t nb, struct aligned *out)
{
	size_t head = 0, tail = 0, least = na < nb ? na : nb;
	int most = ALIGN_EDITS, d;

	out->unlike = false;
	out->of_a = ARENA_ARRAY(arena, na, uint32_t);
	out->of_b = ARENA_ARRAY(arena, nb, uint32_t);
	if (out->of_a == NULL || out->of_b == NULL || na > INT32_MAX / 4 ||
	    nb > INT32_MAX / 4)
		return ERR_LIMIT;
	while (head < least && a[head] == b[head])
		head++;
	while (tail < least - head && a[na - 1 - tail] == b[nb - 1 - tail])
		tail++;
	for (size_t i = 0; i < head + tail; i++) {
		size_t x = i < head ? i : na - tail + i - head,
		       y = i < head ? i : nb - tail + i - head;
		out->of_a[x] = (uint32_t)y + 1;
		out->of_b[y] = (uint32_t)x + 1;
	}
	struct middle m = { a + head, b + head, (int)(na - head - tail),
		(int)(nb - head - tail), NULL };
	if (most > m.na + m.nb)
		most = m.na + m.nb;
	m.trace = ARENA_ARRAY(arena, (size_t)(most + 1) * (size_t)(most + 1), int32_t);
	if (m.trace == NULL)
		return ERR_LIMIT;
	d = search(&m, most);
	out->unlike = d < 0;
	if (d >= 0)
		back(&m, d, &(struct ways){ out->of_a, out->of_b, head });
	return OK;
}
