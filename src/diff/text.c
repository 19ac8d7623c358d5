#include "diff/text.h"

#include <stdio.h>

#include "diff/cause.h"
#include "diff/lines.h"
#include "diff/myers.h"

#define CONTEXT     3          /* lines before and behind a change that are shown */
#define LINES_MAX   (2u << 20) /* of a side, that differ */
#define ARENA_MAX   (256u << 20)
#define HUNKS_MAX   200   /* places told with their lines; more are counted */
#define CAUSES_MAX  20000 /* lines whose cause is looked for */
#define MOVED_LINES 2     /* a block that moved has so many lines at least ... */
#define MOVED_BYTES 24    /* ... and so many bytes that are not blank */

struct change { /* lines, half open, of what is not common */
	uint32_t a0, a1, b0, b1;
	enum diff_class cls;
};

struct text {
	struct run *run;
	struct lines l;
	struct myers m;
	struct arena arena;
	bool code, reordered;
	uint32_t *moved_a,
	    *moved_b; /* 1 + the line's number on the other side; 0: none */
	struct run_lines out;
	uint32_t causes, hunks;
	/* what was not told in full, by class */
	uint64_t more[DIFF_CLASSES], more_lines[DIFF_CLASSES];
};

/* --- moved blocks --------------------------------------------------------- */

static size_t
solid(struct bytes line)
{
	size_t n = 0;

	for (size_t i = 0; i < line.n; i++)
		n += line.p[i] > ' ';
	return n;
}

/* How many lines from i and j on are gone on both sides, the same, and not yet taken. */
static uint32_t
moved_length(const struct text *t, uint32_t i, uint32_t j, size_t *bytes)
{
	uint32_t n = 0;

	*bytes = 0;
	while (i + n < t->l.a.n && j + n < t->l.b.n && t->m.gone_a[i + n] &&
	       t->m.gone_b[j + n] && t->l.a.id[i + n] == t->l.b.id[j + n] &&
	       t->moved_a[i + n] == 0 && t->moved_b[j + n] == 0) {
		*bytes += solid(lines_at(&t->l.a, i + n));
		n++;
	}
	return n;
}

static enum err
find_moved(struct text *t)
{
	uint32_t *where = ARENA_ARRAY(&t->arena, t->l.ids + 1u, uint32_t);

	t->moved_a = ARENA_ARRAY(&t->arena, t->l.a.n + 1u, uint32_t);
	t->moved_b = ARENA_ARRAY(&t->arena, t->l.b.n + 1u, uint32_t);
	if (where == NULL || t->moved_a == NULL || t->moved_b == NULL)
		return ERR_LIMIT;
	for (uint32_t j = t->l.b.n; j-- > 0;)
		if (t->m.gone_b[j])
			where[t->l.b.id[j]] = j + 1;
	for (uint32_t i = 0; i < t->l.a.n; i++) {
		uint32_t j = t->m.gone_a[i] ? where[t->l.a.id[i]] : 0, n;
		size_t bytes;

		if (j == 0 || t->moved_a[i] != 0)
			continue;
		n = moved_length(t, i, j - 1, &bytes);
		if (n < MOVED_LINES || bytes < MOVED_BYTES)
			continue;
		for (uint32_t k = 0; k < n; k++) {
			t->moved_a[i + k] = j + k;
			t->moved_b[j - 1 + k] = i + k + 1;
		}
	}
	return OK;
}

/* Are the same lines on both sides, as often, and only their order is another? */
static enum err
find_reordered(struct text *t)
{
	int32_t *count = ARENA_ARRAY(&t->arena, t->l.ids + 1u, int32_t);

	if (count == NULL)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < t->l.a.n; i++)
		count[t->l.a.id[i]]++;
	for (uint32_t j = 0; j < t->l.b.n; j++)
		count[t->l.b.id[j]]--;
	t->reordered = !t->code && t->l.a.n == t->l.b.n;
	for (uint32_t k = 0; k < t->l.ids && t->reordered; k++)
		t->reordered = count[k] == 0;
	return OK;
}

/* --- classes -------------------------------------------------------------- */

static bool
all_moved(const uint32_t *moved, uint32_t from, uint32_t to)
{
	while (from < to && moved[from] != 0)
		from++;
	return from == to;
}

static bool
any_runs(const struct lines_side *s, uint32_t from, uint32_t to)
{
	while (from < to && !cause_runs(lines_at(s, from)))
		from++;
	return from < to;
}

static enum diff_class
class_of(struct text *t, const struct change *c)
{
	enum diff_class other = t->code ? DIFF_CODE : DIFF_TEXT, worst = DIFF_TIMESTAMP;

	if (any_runs(&t->l.a, c->a0, c->a1) || any_runs(&t->l.b, c->b0, c->b1))
		return DIFF_CODE;
	if (!t->code && (t->reordered || (all_moved(t->moved_a, c->a0, c->a1) &&
					     all_moved(t->moved_b, c->b0, c->b1))))
		return DIFF_ORDER;
	if (c->a1 - c->a0 != c->b1 - c->b0)
		return other;
	for (uint32_t k = 0; k < c->a1 - c->a0; k++) {
		enum diff_class cls = other;

		if (t->causes++ < CAUSES_MAX)
			cls = cause_of(lines_at(&t->l.a, c->a0 + k),
			    lines_at(&t->l.b, c->b0 + k), t->code, other);
		worst = cls > worst ? cls : worst;
	}
	return worst;
}

/* --- telling -------------------------------------------------------------- */

static uint64_t
number(const struct lines_side *s, uint32_t i)
{
	return s->first + i;
}

/* Is it the last line of all, and has no newline? Then nothing else tells it apart. */
static bool
is_open(const struct lines_side *s, uint32_t i)
{
	return i + 1 == s->n && s->to == s->text.n && s->text.n > 0 &&
	       s->text.p[s->text.n - 1] != '\n';
}

static void
put_side(struct text *t, const struct lines_side *s, const uint32_t *moved,
    enum diff_side side, uint32_t from, uint32_t to)
{
	const struct lines_side *other = side == DIFF_A ? &t->l.b : &t->l.a;

	for (uint32_t i = from; i < to; i++) {
		bool starts =
		    moved[i] != 0 && (i == from || moved[i - 1] + 1 != moved[i]);

		if (starts)
			run_linef(&t->out, DIFF_HEAD, DIFF_NOWHERE,
			    side == DIFF_A ? "moved to line %llu"
					   : "moved here from line %llu",
			    (unsigned long long)number(other, moved[i] - 1));
		run_line(&t->out, side, number(s, i), lines_at(s, i));
		if (is_open(s, i))
			run_linef(&t->out, DIFF_HEAD, DIFF_NOWHERE,
			    "no newline at the end of the %s",
			    side == DIFF_A ? "first" : "second");
	}
}

static void
put_same(struct text *t, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++)
		run_line(&t->out, DIFF_BOTH, number(&t->l.a, i), lines_at(&t->l.a, i));
}

/* Lines of the common start or end, which have no numbers in l. */
static void
put_common(struct text *t, size_t at, size_t lines, uint64_t first)
{
	struct bytes all = t->l.a.text;

	for (; lines > 0 && at < all.n; lines--, first++) {
		const uint8_t *nl = memchr(all.p + at, '\n', all.n - at);
		size_t end = nl ? (size_t)(nl - all.p) : all.n;

		run_line(&t->out, DIFF_BOTH, first, bytes_sub(all, at, end - at));
		at = end + 1;
	}
}

static void
put_context_before(struct text *t, uint32_t a0)
{
	uint32_t n = a0 < CONTEXT ? a0 : CONTEXT;
	size_t more = CONTEXT - n;

	if (more >= t->l.a.first)
		more = (size_t)t->l.a.first - 1;
	put_common(t, lines_before(&t->l.a, more), more, t->l.a.first - more);
	put_same(t, a0 - n, a0);
}

static void
put_context_behind(struct text *t, uint32_t a1)
{
	uint32_t left = t->l.a.n - a1, n = left < CONTEXT ? left : CONTEXT;

	put_same(t, a1, a1 + n);
	if (n < CONTEXT)
		put_common(t, t->l.a.to, CONTEXT - n, number(&t->l.a, t->l.a.n));
}

static void
put_range(char out[64], const struct lines_side *s, uint32_t from, uint32_t to)
{
	unsigned long long a = number(s, from), b = number(s, to) - 1;

	if (from == to)
		snprintf(out, 64, "after line %llu", a - 1);
	else if (a == b)
		snprintf(out, 64, "line %llu", a);
	else
		snprintf(out, 64, "lines %llu-%llu", a, b);
}

/* "1 line removed, 2 added", "3 lines added" */
static void
put_counts(char out[80], uint64_t removed, uint64_t added)
{
	unsigned long long r = removed, a = added;

	if (removed > 0 && added > 0)
		snprintf(
		    out, 80, "%llu line%s removed, %llu added", r, r == 1 ? "" : "s", a);
	else if (removed > 0)
		snprintf(out, 80, "%llu line%s removed", r, r == 1 ? "" : "s");
	else
		snprintf(out, 80, "%llu line%s added", a, a == 1 ? "" : "s");
}

/* "; 30 lines moved to line 171": of those that are gone, and of those that came. */
static void
put_moves(struct buf *b, const struct lines_side *other, const uint32_t *moved,
    uint32_t from, uint32_t to, const char *word)
{
	uint32_t n = 0, first = 0;

	for (uint32_t i = from; i < to; i++) {
		n += moved[i] != 0;
		first = first ? first : moved[i];
	}
	if (n > 0)
		buf_printf(b, "; %u line%s moved %s line %llu", n, n == 1 ? "" : "s",
		    word, (unsigned long long)number(other, first - 1));
}

static void
put_all_moves(struct text *t, const struct change *c, uint32_t n, struct buf *b)
{
	for (uint32_t i = 0; i < n; i++) {
		put_moves(b, &t->l.b, t->moved_a, c[i].a0, c[i].a1, "to");
		put_moves(b, &t->l.a, t->moved_b, c[i].b0, c[i].b1, "here from");
	}
}

static void
tell_hunk(struct text *t, const struct change *c, uint32_t n)
{
	const struct change *last = &c[n - 1];
	enum diff_class worst = DIFF_TIMESTAMP;
	uint64_t removed = 0, added = 0;
	struct buf moves = { 0 };
	char where[64], what[80];

	for (uint32_t i = 0; i < n; i++) {
		removed += c[i].a1 - c[i].a0;
		added += c[i].b1 - c[i].b0;
		worst = c[i].cls > worst ? c[i].cls : worst;
	}
	if (t->hunks++ >= HUNKS_MAX) {
		t->more[worst]++;
		t->more_lines[worst] += removed + added;
		return;
	}
	run_lines_clear(&t->out);
	put_context_before(t, c[0].a0);
	for (uint32_t i = 0; i < n; i++) {
		if (i > 0)
			put_same(t, c[i - 1].a1, c[i].a0);
		put_side(t, &t->l.a, t->moved_a, DIFF_A, c[i].a0, c[i].a1);
		put_side(t, &t->l.b, t->moved_b, DIFF_B, c[i].b0, c[i].b1);
	}
	put_context_behind(t, last->a1);
	if (c[0].a0 < last->a1)
		put_range(where, &t->l.a, c[0].a0, last->a1);
	else
		put_range(where, &t->l.b, c[0].b0, last->b1);
	put_counts(what, removed, added);
	put_all_moves(t, c, n, &moves);
	run_found(t->run, worst, bytes_of(where), &t->out, "%s%.*s", what,
	    (int)(moves.n < 512 ? moves.n : 512), moves.n ? (const char *)moves.p : "");
	buf_done(&moves);
}

static void
tell_rest(struct text *t)
{
	for (unsigned c = 0; c < DIFF_CLASSES; c++) {
		struct run_lines none = { .left_out = t->more_lines[c] };

		if (t->more[c] > 0)
			run_found(t->run, (enum diff_class)c, (struct bytes){ 0 }, &none,
			    "%llu more places differ", (unsigned long long)t->more[c]);
	}
}

/* The next change from (i, j) on; false: there is none. Moves both behind it. */
static bool
next_change(const struct text *t, uint32_t *i, uint32_t *j, struct change *out)
{
	while (*i < t->l.a.n && *j < t->l.b.n && !t->m.gone_a[*i] && !t->m.gone_b[*j]) {
		(*i)++;
		(*j)++;
	}
	*out = (struct change){ .a0 = *i, .b0 = *j };
	while (*i < t->l.a.n && t->m.gone_a[*i])
		(*i)++;
	while (*j < t->l.b.n && t->m.gone_b[*j])
		(*j)++;
	out->a1 = *i;
	out->b1 = *j;
	return out->a0 < out->a1 || out->b0 < out->b1;
}

/* Changes that are close to each other are told as one place. */
static enum err
tell_changes(struct text *t)
{
	struct change *c = NULL, next;
	uint32_t i = 0, j = 0, n = 0;
	size_t cap = 0;

	while (next_change(t, &i, &j, &next)) {
		next.cls = class_of(t, &next);
		if (n > 0 && next.a0 - c[n - 1].a1 > 2 * CONTEXT) {
			tell_hunk(t, c, n);
			n = 0;
		}
		if (n == cap) {
			c = arena_grow(&t->arena, c, &cap, n + 1u, sizeof(*c));
			if (c == NULL)
				return ERR_LIMIT;
		}
		c[n++] = next;
	}
	if (n > 0)
		tell_hunk(t, c, n);
	tell_rest(t);
	return OK;
}

static enum err
compare(struct text *t, struct bytes a, struct bytes b)
{
	TRY(lines_init(&t->l, a, b, LINES_MAX, &t->arena));
	t->m = (struct myers){ .a = t->l.a.id,
		.b = t->l.b.id,
		.na = t->l.a.n,
		.nb = t->l.b.n,
		.ids = t->l.ids };
	TRY(myers_run(&t->m, &t->arena));
	TRY(find_moved(t));
	TRY(find_reordered(t));
	if (t->m.approx)
		run_note(
		    t->run, "so much differs that a shorter way to say it may exist");
	return tell_changes(t);
}

enum err
text_diff(struct run *r, struct bytes a, struct bytes b, bool code)
{
	struct text t = { .run = r, .code = code };
	enum err e;

	arena_init(&t.arena, ARENA_MAX);
	run_lines_init(&t.out, r);
	e = compare(&t, a, b);
	run_lines_done(&t.out);
	arena_done(&t.arena);
	return e;
}
