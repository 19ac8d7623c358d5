#include "diff/lines.h"

#include "base/err.h"

/* The bytes that both have from the start, up to and with a newline. */
static size_t
common_start(struct bytes a, struct bytes b)
{
	size_t n = a.n < b.n ? a.n : b.n, i = 0;

	while (i + 4096 <= n && memcmp(a.p + i, b.p + i, 4096) == 0)
		i += 4096;
	while (i < n && a.p[i] == b.p[i])
		i++;
	while (i > 0 && a.p[i - 1] != '\n')
		i--;
	return i;
}

/* The same from the end; begins behind a newline of both. */
static size_t
common_end(struct bytes a, struct bytes b, size_t start)
{
	size_t n = (a.n < b.n ? a.n : b.n) - start, i = 0;

	while (i < n && a.p[a.n - i - 1] == b.p[b.n - i - 1])
		i++;
	/* a line counts when the byte before it is a newline, or its side's start */
	while (i > 0 && !((a.n - i == 0 || a.p[a.n - i - 1] == '\n') &&
			    (b.n - i == 0 || b.p[b.n - i - 1] == '\n')))
		i--;
	return i;
}

static uint64_t
count_newlines(struct bytes b)
{
	uint64_t n = 0;

	for (size_t i = 0; i < b.n; i++)
		n += b.p[i] == '\n';
	return n;
}

static enum err
side_split(struct lines_side *s, uint32_t most, struct arena *arena)
{
	struct bytes mid = bytes_sub(s->text, s->from, s->to - s->from);
	uint64_t n = count_newlines(mid);
	size_t *start, at = s->from;
	uint32_t *id;

	n += mid.n > 0 && mid.p[mid.n - 1] != '\n';
	if (n > most)
		return ERR_LIMIT;
	start = ARENA_ARRAY(arena, (size_t)n + 1, size_t);
	id = ARENA_ARRAY(arena, (size_t)n + 1, uint32_t);
	if (start == NULL || id == NULL)
		return ERR_LIMIT;
	for (uint64_t i = 0; i < n; i++) {
		const uint8_t *nl = memchr(s->text.p + at, '\n', s->to - at);

		start[i] = at;
		at = nl ? (size_t)(nl - s->text.p) + 1 : s->to;
	}
	start[n] = s->to;
	s->start = start;
	s->id = id;
	s->n = (uint32_t)n;
	return OK;
}

/* With its newline: a last line that lacks one is another line. */
static struct bytes
whole_line(const struct lines_side *s, uint32_t i)
{
	return bytes_sub(s->text, s->start[i], s->start[i + 1] - s->start[i]);
}

/* FNV-1a; only a hint: lines are compared, so crafted ones cost time, within bounds. */
static uint32_t
hash(struct bytes b)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < b.n; i++)
		h = (h ^ b.p[i]) * 0x100000001b3u;
	return (uint32_t)(h ^ h >> 32);
}

struct table {
	struct bytes *line; /* by id */
	uint32_t *hash;
	uint32_t *slot; /* id + 1; 0: free */
	uint32_t mask, n;
};

#define PROBES_MAX                                                           \
	64 /* then a line gets a number of its own: a poorer pairing, no lie \
	    */

static uint32_t
number_of(struct table *t, struct bytes line)
{
	uint32_t h = hash(line), at = h & t->mask;

	for (uint32_t k = 0; k < PROBES_MAX; k++, at = (at + 1) & t->mask) {
		uint32_t id = t->slot[at];

		if (id == 0) {
			t->slot[at] = t->n + 1;
			break;
		}
		if (t->hash[id - 1] == h && bytes_eq(t->line[id - 1], line))
			return id - 1;
	}
	t->hash[t->n] = h;
	t->line[t->n] = line;
	return t->n++;
}

static void
number_side(struct table *t, struct lines_side *s, uint32_t *id)
{
	for (uint32_t i = 0; i < s->n; i++)
		id[i] = number_of(t, whole_line(s, i));
}

enum err
lines_init(
    struct lines *l, struct bytes a, struct bytes b, uint32_t most, struct arena *arena)
{
	size_t start = common_start(a, b), end = common_end(a, b, start);
	uint64_t first = 1 + count_newlines(bytes_sub(a, 0, start));
	struct table t = { .mask = 15 };
	size_t all;

	*l = (struct lines){
		.a = { .text = a, .from = start, .to = a.n - end, .first = first },
		.b = { .text = b, .from = start, .to = b.n - end, .first = first }
	};
	TRY(side_split(&l->a, most, arena));
	TRY(side_split(&l->b, most, arena));
	all = (size_t)l->a.n + l->b.n;
	while (t.mask < 2 * all)
		t.mask = 2 * t.mask + 1;
	t.line = ARENA_ARRAY(arena, all + 1, struct bytes);
	t.hash = ARENA_ARRAY(arena, all + 1, uint32_t);
	t.slot = ARENA_ARRAY(arena, (size_t)t.mask + 1, uint32_t);
	if (t.line == NULL || t.hash == NULL || t.slot == NULL)
		return ERR_LIMIT;
	number_side(&t, &l->a, l->a.id);
	number_side(&t, &l->b, l->b.id);
	l->ids = t.n;
	return OK;
}

struct bytes
lines_at(const struct lines_side *s, uint32_t i)
{
	struct bytes b = whole_line(s, i);

	if (b.n > 0 && b.p[b.n - 1] == '\n')
		b.n--;
	return b;
}

size_t
lines_before(const struct lines_side *s, size_t n)
{
	size_t at = s->from;

	for (; n > 0 && at > 0; n--) {
		at--;
		while (at > 0 && s->text.p[at - 1] != '\n')
			at--;
	}
	return at;
}
