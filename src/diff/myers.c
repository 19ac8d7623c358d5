#include "diff/myers.h"

/* A side without what the other one does not have, and where each element was. */
struct side {
	const uint32_t *all;
	uint32_t *id, *at;
	uint32_t n;
	uint8_t *gone;
};

struct box {
	int64_t a0, a1, b0, b1; /* elements of the sides, half open */
};

struct work {
	struct side a, b;
	int64_t *fwd, *bwd; /* farthest x on each diagonal, by x - y + offset */
	int64_t offset;
	uint64_t steps;
	bool approx;
	struct box *stack;
	size_t depth, cap;
	struct arena *arena;
};

#define COST_LEAST 256 /* of one box, before it may be cut anywhere */

static bool
side_init(struct side *s, const uint32_t *all, uint32_t n, uint8_t *gone, struct arena *a)
{
	*s = (struct side){ .all = all, .gone = gone };
	s->id = ARENA_ARRAY(a, n + 1u, uint32_t);
	s->at = ARENA_ARRAY(a, n + 1u, uint32_t);
	return s->id != NULL && s->at != NULL;
}

/* Keeps the elements that seen says the other side has; the others are gone. */
static void
side_keep(struct side *s, uint32_t n, const uint8_t *seen, uint8_t bit)
{
	for (uint32_t i = 0; i < n; i++) {
		if (!(seen[s->all[i]] & bit)) {
			s->gone[i] = 1;
			continue;
		}
		s->id[s->n] = s->all[i];
		s->at[s->n++] = i;
	}
}

static void
mark(struct side *s, int64_t from, int64_t to)
{
	for (; from < to; from++)
		s->gone[s->at[from]] = 1;
}

static enum err
push(struct work *w, struct box b)
{
	if (w->depth == w->cap) {
		struct box *grown =
		    arena_grow(w->arena, w->stack, &w->cap, w->depth + 1, sizeof(*grown));

		if (grown == NULL)
			return ERR_LIMIT;
		w->stack = grown;
	}
	w->stack[w->depth++] = b;
	return OK;
}

struct middle {
	int64_t x, y;
};

/* One edit more from the start on diagonals -d..d: is the end's way met? */
static bool
forwards(struct work *w, const struct box *b, int64_t d, struct middle *out)
{
	int64_t n = b->a1 - b->a0, m = b->b1 - b->b0, delta = n - m;
	int64_t *v = w->fwd + w->offset, *o = w->bwd + w->offset;

	for (int64_t k = -d; k <= d; k += 2) {
		int64_t x =
		    k == -d || (k != d && v[k - 1] < v[k + 1]) ? v[k + 1] : v[k - 1] + 1;
		int64_t y = x - k;

		/* outside of the box: a way through here is never the shortest */
		if (x > n || y > m) {
			v[k] = x;
			continue;
		}
		while (x < n && y < m && w->a.id[b->a0 + x] == w->b.id[b->b0 + y]) {
			x++;
			y++;
		}
		v[k] = x;
		w->steps++;
		if ((delta & 1) && k >= delta - (d - 1) && k <= delta + (d - 1) &&
		    x >= o[k]) {
			*out = (struct middle){ x, y };
			return true;
		}
	}
	return false;
}

/* The same from the end; o[k] is the least x on the diagonal k that leads there. */
static bool
backwards(struct work *w, const struct box *b, int64_t d, struct middle *out)
{
	int64_t n = b->a1 - b->a0, m = b->b1 - b->b0, delta = n - m;
	int64_t *v = w->fwd + w->offset, *o = w->bwd + w->offset;

	for (int64_t k = delta - d; k <= delta + d; k += 2) {
		int64_t x = k == delta + d || (k != delta - d && o[k - 1] < o[k + 1])
				? o[k - 1]
				: o[k + 1] - 1;
		int64_t y = x - k;

		if (x < 0 || y < 0 || y > m) {
			o[k] = x;
			continue;
		}
		while (
		    x > 0 && y > 0 && w->a.id[b->a0 + x - 1] == w->b.id[b->b0 + y - 1]) {
			x--;
			y--;
		}
		o[k] = x;
		w->steps++;
		if (!(delta & 1) && k >= -d && k <= d && x <= v[k]) {
			*out = (struct middle){ x, y };
			return true;
		}
	}
	return false;
}

/* Too expensive: the point of the forward way that lies farthest from the start. */
static struct middle
farthest(const struct work *w, const struct box *b, int64_t d)
{
	int64_t n = b->a1 - b->a0, m = b->b1 - b->b0;
	const int64_t *v = w->fwd + w->offset;
	struct middle best = { 0, 0 };

	for (int64_t k = -d; k <= d; k += 2) {
		int64_t x = v[k] < n ? v[k] : n, y = x - k;

		if (y > m) {
			y = m;
			x = y + k;
		}
		if (x >= 0 && y >= 0 && x + y > best.x + best.y)
			best = (struct middle){ x, y };
	}
	return best;
}

static struct middle
find_middle(struct work *w, const struct box *b, uint64_t most)
{
	int64_t n = b->a1 - b->a0, m = b->b1 - b->b0, delta = n - m;
	int64_t *v = w->fwd + w->offset, *o = w->bwd + w->offset;
	struct middle at = { 0, 0 };

	v[1] = 0;
	o[delta - 1] = n;
	for (int64_t d = 0; d <= n + m; d++) {
		if (forwards(w, b, d, &at) || backwards(w, b, d, &at))
			return at;
		if (w->steps > most && d > COST_LEAST) {
			w->approx = true;
			return farthest(w, b, d);
		}
	}
	return (struct middle){ n, m };
}

/* What both ends have in common stays and is cut off. */
static void
trim(const struct work *w, struct box *b)
{
	while (b->a0 < b->a1 && b->b0 < b->b1 && w->a.id[b->a0] == w->b.id[b->b0]) {
		b->a0++;
		b->b0++;
	}
	while (
	    b->a0 < b->a1 && b->b0 < b->b1 && w->a.id[b->a1 - 1] == w->b.id[b->b1 - 1]) {
		b->a1--;
		b->b1--;
	}
}

static enum err
split(struct work *w, struct box b, uint64_t most)
{
	struct middle c;

	trim(w, &b);
	if (b.a0 == b.a1 || b.b0 == b.b1) {
		mark(&w->a, b.a0, b.a1);
		mark(&w->b, b.b0, b.b1);
		return OK;
	}
	c = find_middle(w, &b, most);
	/* a middle in a corner would split nothing: take both sides as changed */
	if ((c.x == 0 && c.y == 0) || (c.x == b.a1 - b.a0 && c.y == b.b1 - b.b0)) {
		mark(&w->a, b.a0, b.a1);
		mark(&w->b, b.b0, b.b1);
		return OK;
	}
	TRY(push(w, (struct box){ b.a0, b.a0 + c.x, b.b0, b.b0 + c.y }));
	return push(w, (struct box){ b.a0 + c.x, b.a1, b.b0 + c.y, b.b1 });
}

static enum err
prepare(struct work *w, struct myers *m)
{
	uint8_t *seen = ARENA_ARRAY(w->arena, m->ids + 1u, uint8_t);
	size_t diagonals;

	m->gone_a = ARENA_ARRAY(w->arena, m->na + 1u, uint8_t);
	m->gone_b = ARENA_ARRAY(w->arena, m->nb + 1u, uint8_t);
	if (seen == NULL || m->gone_a == NULL || m->gone_b == NULL ||
	    !side_init(&w->a, m->a, m->na, m->gone_a, w->arena) ||
	    !side_init(&w->b, m->b, m->nb, m->gone_b, w->arena))
		return ERR_LIMIT;
	for (uint32_t i = 0; i < m->na; i++)
		seen[m->a[i]] |= 1;
	for (uint32_t i = 0; i < m->nb; i++)
		seen[m->b[i]] |= 2;
	side_keep(&w->a, m->na, seen, 2);
	side_keep(&w->b, m->nb, seen, 1);
	/* d goes up to half of n + m, and diagonals of the way back begin at n - m */
	diagonals = 3 * ((size_t)w->a.n + w->b.n) + 16;
	w->fwd = ARENA_ARRAY(w->arena, diagonals, int64_t);
	w->bwd = ARENA_ARRAY(w->arena, diagonals, int64_t);
	w->offset = (int64_t)(diagonals / 2);
	return w->fwd && w->bwd ? OK : ERR_LIMIT;
}

enum err
myers_run(struct myers *m, struct arena *arena)
{
	uint64_t most = m->steps ? m->steps : MYERS_STEPS;
	struct work w = { .arena = arena };

	TRY(prepare(&w, m));
	TRY(push(&w, (struct box){ 0, w.a.n, 0, w.b.n }));
	while (w.depth > 0)
		TRY(split(&w, w.stack[--w.depth], most));
	m->approx = w.approx;
	return OK;
}
