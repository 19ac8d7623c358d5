/* given.c - see given.h. */
#include "cli/given.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/sys.h"

const char *
given_file(const char *arg)
{
	return strchr(arg, '=') + 1;
}

/* A file of a known size, in the next place; whose name is it is the caller's. */
static enum err
add(struct given *g, const char *path)
{
	struct pool_given *to = &g->files[g->n];
	struct stat st;

	TRY(sys_open(AT_FDCWD, path, SYS_FOLLOW, &to->fd));
	if (sys_stat(to->fd, &st) != OK || !S_ISREG(st.st_mode)) {
		fd_closep(&to->fd);
		return ERR_ACCESS;
	}
	to->size = (uint64_t)st.st_size;
	g->n++;
	return OK;
}

enum err
given_open(const struct opt_list *list, struct given *out, const char **bad)
{
	*out = (struct given){ 0 };
	for (size_t i = 0; i < list->n; i++) {
		const char *eq = strchr(list->p[i], '=');

		*bad = list->p[i];
		if (eq == NULL || out->n == GIVEN_MOST)
			return ERR_SYNTAX;
		out->files[out->n].module =
		    (struct bytes){ (const uint8_t *)*bad, (size_t)(eq - *bad) };
		TRY(add(out, eq + 1));
	}
	return OK;
}

void
given_done(struct given *g)
{
	while (g->n > 0)
		fd_closep(&g->files[--g->n].fd);
}
