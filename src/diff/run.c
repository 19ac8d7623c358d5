#include "diff/run.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/sys.h"

void
run_lines_init(struct run_lines *l, const struct run *r)
{
	*l = (struct run_lines){ .max = r->limit.lines };
	l->p = xcalloc(l->max + 1u, sizeof(*l->p));
	l->start = xcalloc(l->max + 1u, sizeof(*l->start));
}

void
run_lines_done(struct run_lines *l)
{
	free(l->p);
	free(l->start);
	buf_done(&l->text);
	*l = (struct run_lines){ 0 };
}

void
run_lines_clear(struct run_lines *l)
{
	l->n = 0;
	l->left_out = 0;
	buf_clear(&l->text);
}

void
run_line(struct run_lines *l, enum diff_side side, uint64_t at, struct bytes text)
{
	size_t n = text.n < DIFF_TEXT_MAX ? text.n : DIFF_TEXT_MAX - 3;

	if (l->n == l->max || l->text.n > DIFF_BYTES_MAX - DIFF_TEXT_MAX) {
		l->left_out++;
		return;
	}
	l->start[l->n] = l->text.n;
	buf_put(&l->text, text.p, n);
	if (n < text.n)
		buf_str(&l->text, "...");
	/* the buffer may move: the view is made when the list is sent */
	l->p[l->n] = (struct diff_line){ side, at, { NULL, l->text.n - l->start[l->n] } };
	l->n++;
}

void
run_linef(struct run_lines *l, enum diff_side side, uint64_t at, const char *fmt, ...)
{
	char text[DIFF_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	run_line(l, side, at, bytes_of(text));
}

static bool
counts(enum diff_kind k)
{
	return k == DIFF_FOUND || k == DIFF_ONLY_A || k == DIFF_ONLY_B ||
	       k == DIFF_LIMIT || k == DIFF_DAMAGED;
}

/* Beyond the limit a statement still counts for the verdict; only its lines go. */
void
run_say(struct run *r, const struct difference *d)
{
	struct difference cut = *d;

	r->told += counts(d->kind);
	r->gaps += d->kind == DIFF_LIMIT || d->kind == DIFF_DAMAGED;
	if (counts(d->kind) && d->cls > r->worst)
		r->worst = d->cls;
	if (r->failed != OK)
		return;
	if (counts(d->kind) && r->statements++ >= r->limit.statements) {
		cut.left_out += cut.nlines;
		cut.nlines = 0;
	}
	cut.name_a = bytes_clip(d->name_a, 0, DIFF_NAME_MAX);
	cut.name_b = bytes_clip(d->name_b, 0, DIFF_NAME_MAX);
	cut.where = bytes_clip(d->where, 0, DIFF_NAME_MAX);
	cut.what = bytes_clip(d->what, 0, DIFF_NAME_MAX);
	r->failed = diff_put(r->sink, &cut);
}

static enum err
put_counted(void *arg, const struct difference *d)
{
	struct run *r = arg;

	run_say(r, d);
	return r->failed;
}

struct diff_sink
run_sink(struct run *r)
{
	return (struct diff_sink){ r, put_counted };
}

static void
vsay(struct run *r, struct difference *d, const char *fmt, va_list ap)
{
	char what[1024];
	int n = vsnprintf(what, sizeof(what), fmt, ap);

	d->what = (struct bytes){ (const uint8_t *)what, n < 0 ? 0
							 : (size_t)n < sizeof(what)
							     ? (size_t)n
							     : sizeof(what) - 1 };
	run_say(r, d);
	d->what = (struct bytes){ 0 }; /* it was of this function's stack */
}

void
run_found(struct run *r, enum diff_class cls, struct bytes where, struct run_lines *lines,
    const char *fmt, ...)
{
	struct difference d = { .kind = DIFF_FOUND, .cls = cls, .where = where };
	va_list ap;

	if (lines != NULL) {
		for (uint32_t i = 0; i < lines->n; i++)
			lines->p[i].text.p =
			    lines->text.n > 0 ? lines->text.p + lines->start[i]
					      : (const uint8_t *)""; /* all are empty */
		d.lines = lines->p;
		d.nlines = lines->n;
		d.left_out = lines->left_out;
	}
	va_start(ap, fmt);
	vsay(r, &d, fmt, ap);
	va_end(ap);
}

#define SAY(name, kind_)                                 \
	void name(struct run *r, const char *fmt, ...)   \
	{                                                \
		struct difference d = { .kind = kind_ }; \
		va_list ap;                              \
                                                         \
		va_start(ap, fmt);                       \
		vsay(r, &d, fmt, ap);                    \
		va_end(ap);                              \
	}

SAY(run_limit, DIFF_LIMIT)
SAY(run_damaged, DIFF_DAMAGED)
SAY(run_note, DIFF_NOTE)

bool
run_late(const struct run *r)
{
	return r->limit.deadline != 0 && sys_clock_ms() >= r->limit.deadline;
}

void
run_stopped(struct run *r, enum err e)
{
	if (e == ERR_LIMIT && run_late(r))
		e = ERR_END;
	switch (e) {
	case ERR_IO: run_damaged(r, "it changed while it was read"); break;
	case ERR_ACCESS:
		run_limit(r, "it was not unpacked: there is no scratch file");
		break;
	case ERR_LIMIT: run_limit(r, "it is larger than is unpacked or kept"); break;
	case ERR_END: run_limit(r, "the time is up"); break;
	default: run_damaged(r, "it cannot be read as what it says it is"); break;
	}
}
