/*
 * diag.c - messages into a list, in the order they came, within DIAGS_MAX and the arena;
 * what does not fit is counted, so that nobody believes there was nothing else.
 */
#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>

static void
count(struct diags *ds, enum diag_kind kind)
{
	ds->errors += kind == DIAG_ERROR;
	ds->warnings += kind == DIAG_WARNING;
}

static char *
copy(struct arena *a, const char *s)
{
	return s ? arena_str(a, bytes_of(s)) : NULL;
}

void
diag_add(struct diags *ds, const struct diag *d)
{
	struct diag *n;

	count(ds, d->kind);
	n = ds->errors + ds->warnings > DIAGS_MAX ? NULL
						  : ARENA_NEW(ds->arena, struct diag);
	if (n == NULL) {
		ds->dropped++;
		return;
	}
	*n = *d;
	n->next = NULL;
	n->file = copy(ds->arena, d->file);
	n->rule = copy(ds->arena, d->rule);
	n->text = copy(ds->arena, d->text);
	n->source = copy(ds->arena, d->source);
	if (n->file == NULL || n->text == NULL) {
		ds->dropped++;
		return;
	}
	if (ds->last != NULL)
		ds->last->next = n;
	else
		ds->first = n;
	ds->last = n;
}

void
diag_addf(struct diags *ds, const struct diag *d, const char *fmt, ...)
{
	struct diag with = *d;
	char text[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	with.text = text;
	diag_add(ds, &with);
}
