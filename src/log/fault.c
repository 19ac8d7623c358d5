/*
 * fault.c - the table of faults, and the sentence of the first one.
 *
 * A fault is set once: who finds one first knows best, and callers above may add theirs
 * without looking.
 */
#include "log/fault.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

static const struct {
	int code;
	const char *name;
} kinds[FAULT_KINDS] = {
#define FAULT(name, code, text) [FAULT_##name] = { code, text },
#include "log/fault.def"
#undef FAULT
};

enum err
fault_set(struct fault *f, enum fault_kind kind, const char *fmt, ...)
{
	va_list ap;

	if (f != NULL && f->kind == FAULT_NONE) {
		f->kind = kind;
		va_start(ap, fmt);
		vsnprintf(f->text, sizeof(f->text), fmt, ap);
		va_end(ap);
	}
	return kind == FAULT_IO ? ERR_IO : ERR_FORMAT;
}

int
fault_code(enum fault_kind kind)
{
	return kinds[kind].code;
}

const char *
fault_name(enum fault_kind kind)
{
	return kinds[kind].name;
}

const char *
fault_quote(struct bytes s)
{
	static char text[4][100];
	static unsigned next;
	char *to = text[next++ % 4];
	struct buf b = { 0 };

	text_escape(&b, bytes_clip(s, 0, 90));
	snprintf(to, sizeof(text[0]), "%.90s%s", buf_cstr(&b),
	    b.n > 90 || s.n > 90 ? "..." : "");
	buf_done(&b);
	return to;
}
