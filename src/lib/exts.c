#include "lib/exts.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/sys.h"

#define NAME_MAX_BYTES 128 /* as the compiler has it for identifiers */

static bool
is_name(struct bytes name)
{
	if (name.n == 0 || name.n > NAME_MAX_BYTES || isdigit(name.p[0]))
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!isalnum(name.p[i]) && name.p[i] != '_')
			return false;
	return true;
}

/* With a NUL behind, which is not counted. */
static struct bytes
copy_of(struct bytes b)
{
	uint8_t *p = xcalloc(1, b.n + 1);

	if (b.n > 0)
		memcpy(p, b.p, b.n);
	return (struct bytes){ p, b.n };
}

static void
drop(struct ext *v)
{
	free((void *)(uintptr_t)v->name.p);
	free((void *)(uintptr_t)v->s.p);
}

static struct ext *
find(struct exts *e, struct bytes name)
{
	for (size_t i = 0; i < e->n; i++)
		if (bytes_eq(e->p[i].name, name))
			return &e->p[i];
	return NULL;
}

bool
exts_put(struct exts *e, const struct ext *v)
{
	struct ext *at = find(e, v->name);
	struct ext copy = *v;

	if (!is_name(v->name))
		return false;
	copy.name = copy_of(v->name);
	copy.s = copy_of(v->s);
	if (at != NULL)
		drop(at);
	else {
		e->p = xgrow(e->p, &e->cap, e->n + 1, sizeof(*e->p));
		at = &e->p[e->n++];
	}
	*at = copy;
	return true;
}

void
exts_done(struct exts *e)
{
	for (size_t i = 0; i < e->n; i++)
		drop(&e->p[i]);
	free(e->p);
	*e = (struct exts){ 0 };
}
