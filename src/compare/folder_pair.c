/*
 * folder_pair.c - see folder.h: files that only one folder has under their name.
 *
 * Their bytes are summed and compared here, never understood (result/rename.h); what
 * two that were paired hold is the worker's to say.
 */
#include "base/sys.h"
#include "compare/fold.h"
#include "compare/folder.h"
#include "result/rename.h"

#define ROOM (256u << 20) /* bytes: what it needs meanwhile */

struct left {
	const int dir[2];
	struct folder_list *list[2];
	/* the file that was read last */
	unsigned side;
	uint32_t index;
	int fd;
	uint8_t window[RENAME_WINDOW];
};

static struct folder_entry *
entry_of(const struct left *l, unsigned side, const struct rename_item *x)
{
	return &l->list[side]->p[x->index];
}

static void
open_item(struct left *l, unsigned side, const struct rename_item *x)
{
	if (l->fd >= 0 && l->side == side && l->index == x->index)
		return;
	fd_closep(&l->fd);
	l->side = side;
	l->index = x->index;
	if (folder_open(l->dir[side], entry_of(l, side, x), &l->fd) != OK)
		l->fd = -1;
}

/* What cannot be read has no partner, and is told so when its turn comes. */
static enum err
left_read(void *arg, unsigned side, const struct rename_item *x, uint64_t off,
    struct bytes *out)
{
	struct left *l = arg;
	size_t n = 0;

	open_item(l, side, x);
	if (l->fd < 0 || sys_pread(l->fd, l->window, RENAME_WINDOW, off, &n) != OK)
		n = 0;
	*out = (struct bytes){ l->window, n };
	return OK;
}

static enum err
left_same(void *arg, const struct rename_item *a, const struct rename_item *b, bool *out)
{
	struct left *l = arg;
	struct ask_side x = { .fd = -1, .size = a->size };
	struct ask_side y = { .fd = -1, .size = b->size };

	*out = false;
	if (folder_open(l->dir[0], entry_of(l, 0, a), &x.fd) == OK &&
	    folder_open(l->dir[1], entry_of(l, 1, b), &y.fd) == OK) {
		ask_stamp(&x);
		ask_stamp(&y);
		if (ask_same(&x, &y, out) != OK)
			*out = false;
	}
	fd_closep(&x.fd);
	fd_closep(&y.fd);
	return OK;
}

static void
join(struct folder_entry *a, struct folder_entry *b)
{
	a->partner = b;
	b->partner = a;
}

static void
pair_names(struct folder_list *a, struct folder_list *b)
{
	for (size_t i = 0, k = 0; i < a->n && k < b->n;) {
		int c = bytes_cmp(a->p[i].path, b->p[k].path);

		if (c == 0)
			join(&a->p[i], &b->p[k]);
		i += c <= 0;
		k += c >= 0;
	}
}

static bool
can_move(const struct folder_entry *e)
{
	return e->partner == NULL && S_ISREG(e->mode) && e->size > 0;
}

static enum err
left_find(const struct folder_list *l, struct arena *arena, struct rename_side *out)
{
	uint32_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		n += can_move(&l->p[i]);
	out->v = ARENA_ARRAY(arena, n + 1u, struct rename_item);
	if (out->v == NULL)
		return ERR_LIMIT;
	for (size_t i = 0; i < l->n; i++)
		if (can_move(&l->p[i]))
			out->v[out->n++] = (struct rename_item){ .name = l->p[i].path,
				.size = l->p[i].size,
				.index = (uint32_t)i };
	return OK;
}

/* What was found before the room for it was spent counts, too. */
static bool
pair_left(struct left *l, struct arena *arena)
{
	struct rename_job j = {
		.arena = arena, .arg = l, .read = left_read, .same = left_same
	};
	enum err e = left_find(l->list[0], arena, &j.side[0]);

	if (e == OK)
		e = left_find(l->list[1], arena, &j.side[1]);
	if (e == OK)
		e = rename_pair(&j);
	for (uint32_t i = 0; i < j.side[0].n; i++) {
		const struct rename_item *x = &j.side[0].v[i];

		if (x->mate != 0)
			join(
			    entry_of(l, 0, x), entry_of(l, 1, &j.side[1].v[x->mate - 1]));
	}
	return e == OK && j.untried == 0;
}

bool
folder_pair(int dir_a, struct folder_list *a, int dir_b, struct folder_list *b)
{
	struct left l = { .dir = { dir_a, dir_b }, .list = { a, b }, .fd = -1 };
	struct arena arena;
	bool all;

	pair_names(a, b);
	arena_init(&arena, ROOM);
	all = pair_left(&l, &arena);
	arena_done(&arena);
	fd_closep(&l.fd);
	return all;
}
