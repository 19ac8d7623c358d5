/* given.c - see given.h. */
#include "cli/given.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/sys.h"

/* Of struct db_head, which this half does not know: where needs stands, and one bit. */
#define NEEDS_AT   40
#define NEED_MAGIC 1

#define MAGIC_FILE "/usr/share/misc/magic.mgc"
#define MAGIC_WORD "magic" /* to a worker: load libmagic */

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
		/* one place is kept for given_needs */
		if (eq == NULL || out->n + 1 >= WIRE_GIVEN_MAX)
			return ERR_SYNTAX;
		out->files[out->n].module =
		    (struct bytes){ (const uint8_t *)*bad, (size_t)(eq - *bad) };
		TRY(add(out, eq + 1));
	}
	return OK;
}

/* Zero when it cannot be read: then a worker will tell what is wrong with it. */
static uint64_t
needs_of(int db)
{
	uint8_t b[8] = { 0 };
	size_t got;

	if (sys_pread(db, b, sizeof(b), NEEDS_AT, &got) != OK || got != sizeof(b))
		return 0;
	return le64(b);
}

enum err
given_needs(struct given *g, int db, struct pool_opts *o, char why[POOL_WHY])
{
	if (needs_of(db) & NEED_MAGIC) {
		g->files[g->n].module = BYTES_LIT("magic");
		if (add(g, MAGIC_FILE) != OK) {
			snprintf(why, POOL_WHY,
			    "the rules import 'magic', but libmagic's database %s: %s",
			    MAGIC_FILE, sys_why());
			return ERR_ACCESS;
		}
		o->also = MAGIC_WORD;
	}
	o->given = g->files;
	o->ngiven = g->n;
	return OK;
}

void
given_done(struct given *g)
{
	while (g->n > 0)
		fd_closep(&g->files[--g->n].fd);
}
