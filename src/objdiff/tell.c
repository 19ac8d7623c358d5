#include "objdiff/tell.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

#define SENTENCE 1024

static void
put(struct tell *t, const struct difference *d)
{
	if (t->err != OK)
		return;
	if (d->kind == DIFF_FOUND && t->told >= t->o->items) {
		/* a worse one than any before must not be lost */
		if (t->worst >= 1u + d->cls) {
			t->kept_back++;
			return;
		}
	}
	if (d->kind == DIFF_FOUND) {
		t->told++;
		if (t->worst < 1u + d->cls)
			t->worst = 1u + d->cls;
	}
	t->err = diff_put(t->sink, d);
}

void
tell_lines(struct tell *t, enum diff_class cls, struct bytes where, struct bytes what,
    const struct diff_line *lines, uint32_t n, uint64_t left_out)
{
	put(t, &(struct difference){ .kind = DIFF_FOUND,
		   .cls = cls,
		   .where = where,
		   .what = what,
		   .lines = lines,
		   .nlines = n,
		   .left_out = left_out });
}

void
tell_found(struct tell *t, enum diff_class cls, struct bytes where, const char *what, ...)
{
	char s[SENTENCE];
	va_list ap;

	va_start(ap, what);
	vsnprintf(s, sizeof(s), what, ap);
	va_end(ap);
	tell_lines(t, cls, where, bytes_of(s), NULL, 0, 0);
}

void
tell_remark(struct tell *t, enum diff_kind kind, const char *what, ...)
{
	char s[SENTENCE];
	va_list ap;

	va_start(ap, what);
	vsnprintf(s, sizeof(s), what, ap);
	va_end(ap);
	put(t, &(struct difference){ .kind = kind, .what = bytes_of(s) });
}

struct bytes
tell_text(struct arena *arena, struct bytes s)
{
	struct buf out = { .limit = DIFF_TEXT_MAX };
	struct bytes copy;

	text_escape(&out, bytes_clip(s, 0, DIFF_TEXT_MAX / 4));
	copy = arena_bytes(arena, buf_bytes(&out));
	buf_done(&out);
	return copy;
}

void
tell_pair(struct tell *t, enum diff_class cls, struct bytes where, const char *what,
    struct bytes a, struct bytes b)
{
	struct diff_line l[2];
	uint32_t n = 0;

	if (a.p != NULL)
		l[n++] =
		    (struct diff_line){ DIFF_A, DIFF_NOWHERE, tell_text(t->arena, a) };
	if (b.p != NULL)
		l[n++] =
		    (struct diff_line){ DIFF_B, DIFF_NOWHERE, tell_text(t->arena, b) };
	tell_lines(t, cls, where, bytes_of(what), l, n, 0);
}

#define PART       ((size_t)256 << 10)
#define STEP_LEAST ((size_t)64 << 10) /* less is not worth a system call */

bool
tell_equal(const struct tell *t, struct bytes a, struct bytes b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i += PART) {
		struct bytes x = bytes_clip(a, i, PART), y = bytes_clip(b, i, PART);
		if (!bytes_eq(x, y))
			return false;
		if (t->o->passed != NULL && x.n >= STEP_LEAST) {
			t->o->passed(x);
			t->o->passed(y);
		}
	}
	return true;
}

void
tell_end(struct tell *t)
{
	if (t->kept_back > 0)
		tell_remark(t, DIFF_NOTE, "%llu more differences are not listed",
		    (unsigned long long)t->kept_back);
}
