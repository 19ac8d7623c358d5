/* gifts.c - see gifts.h. */
#include "lib/gifts.h"

#include <stdlib.h>
#include <string.h>

#include "base/sys.h"

static void
gift_done(struct gift *g)
{
	free(g->module);
	free((void *)(uintptr_t)g->data.p);
	*g = (struct gift){ 0 };
}

bool
gifts_put(struct gifts *g, const char *module, struct bytes data)
{
	size_t i = 0;
	uint8_t *copy;

	while (i < g->n && strcmp(g->list[i].module, module) != 0)
		i++;
	if (i == COUNT(g->list))
		return false;
	if (i < g->n)
		gift_done(&g->list[i]);
	copy = xcalloc(1, data.n + 1);
	if (data.n > 0)
		memcpy(copy, data.p, data.n);
	g->list[i] = (struct gift){ xstrdup(module), { copy, data.n } };
	g->n += i == g->n;
	return true;
}

void
gifts_done(struct gifts *g)
{
	gifts_close(g);
	for (size_t i = 0; i < g->n; i++)
		gift_done(&g->list[i]);
	g->n = 0;
}

enum err
gifts_open(struct gifts *g)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct gift *x = &g->list[i];
		enum err e;
		int fd;

		TRY(sys_memfd("candor-given", &fd));
		g->files[g->nfiles++] =
		    (struct pool_given){ bytes_of(x->module), fd, x->data.n };
		e = sys_write_all(fd, x->data.p, x->data.n);
		if (e == OK)
			e = sys_seal(fd);
		TRY(e);
	}
	return OK;
}

void
gifts_close(struct gifts *g)
{
	while (g->nfiles > 0)
		fd_closep(&g->files[--g->nfiles].fd);
}
