#include "diff/pair.h"

#include "result/rename.h"

#define LEFT_ROOM (256u << 20) /* bytes: a million members with names of 100 */

static void
join(struct member *a, struct member *b)
{
	a->partner = b;
	b->partner = a;
	a->renamed = b->renamed = !bytes_eq(a->name, b->name);
}

static void
pair_names(struct members *a, struct members *b)
{
	for (uint32_t i = 0; i < a->n; i++) {
		struct member *m = a->by_name[i];
		struct member *p = m->partner ? NULL : members_find(b, m->name);

		if (p != NULL)
			join(m, p);
	}
}

/* --- what is left --------------------------------------------------------- */

static bool
can_move(const struct member *m)
{
	return m->partner == NULL && m->type == MEMBER_FILE && m->span.size > 0;
}

struct left {
	struct run *run;
	struct members *m[2];
	struct member **of[2]; /* by item */
};

static enum err
left_read(void *arg, unsigned side, const struct rename_item *x, uint64_t off,
    struct bytes *out)
{
	struct left *l = arg;
	uint8_t *w = l->run->windows->a;
	const struct member *m = l->of[side][x->index];
	size_t got;

	TRY(span_read(&m->span, off, w, RENAME_WINDOW, &got));
	*out = (struct bytes){ w, got };
	return OK;
}

static enum err
left_same(void *arg, const struct rename_item *a, const struct rename_item *b, bool *out)
{
	struct left *l = arg;
	uint64_t at = 0;

	TRY(span_differ(&l->of[0][a->index]->span, &l->of[1][b->index]->span, 0,
	    l->run->windows, &at));
	*out = at == UINT64_MAX;
	return OK;
}

static bool
left_late(void *arg)
{
	return run_late(((struct left *)arg)->run);
}

static enum err
left_find(struct left *l, unsigned side, struct arena *arena, struct rename_side *out)
{
	struct members *m = l->m[side];
	uint32_t n = 0;

	for (uint32_t i = 0; i < m->n; i++)
		n += can_move(m->by_name[i]);
	out->v = ARENA_ARRAY(arena, n + 1u, struct rename_item);
	l->of[side] = ARENA_ARRAY(arena, n + 1u, struct member *);
	if (out->v == NULL || l->of[side] == NULL)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < m->n; i++) {
		struct member *x = m->by_name[i];

		if (!can_move(x))
			continue;
		l->of[side][out->n] = x;
		out->v[out->n] = (struct rename_item){ .name = x->name,
			.size = x->span.size,
			.kind = x->kind.kind,
			.index = out->n };
		out->n++;
	}
	return OK;
}

/* What was found before the room for it was spent counts, too. */
static enum err
pair_left(struct left *l, struct arena *arena)
{
	struct rename_job j = { .arena = arena,
		.arg = l,
		.read = left_read,
		.same = left_same,
		.late = left_late };
	enum err e = left_find(l, 0, arena, &j.side[0]);

	if (e == OK)
		e = left_find(l, 1, arena, &j.side[1]);
	if (e == OK)
		e = rename_pair(&j);
	if (e != OK && (e != ERR_LIMIT || run_late(l->run)))
		return e;
	for (uint32_t i = 0; i < j.side[0].n; i++)
		if (j.side[0].v[i].mate != 0)
			join(l->of[0][i], l->of[1][j.side[0].v[i].mate - 1]);
	if (j.untried > 0 || e != OK)
		run_note(l->run, RENAME_UNTRIED);
	return OK;
}

/* --- are they the same? --------------------------------------------------- */

static enum err
find_same(struct run *r, struct member *m)
{
	const struct member *p = m->partner;
	uint64_t at = 0;

	m->same = false;
	if (m->type != p->type || m->span.size != p->span.size)
		return OK;
	if (m->span.fd == p->span.fd && m->span.off == p->span.off)
		at = UINT64_MAX; /* dropped while it was unpacked (members.c) */
	else
		TRY(span_differ(&m->span, &p->span, 0, r->windows, &at));
	m->same = at == UINT64_MAX;
	return OK;
}

enum err
pair_members(struct run *r, struct members *a, struct members *b)
{
	struct left l = { .run = r, .m = { a, b } };
	struct arena arena; /* what is only needed to find pairs goes with it */
	enum err e;

	/* what two streams hold is a pair, whatever they are called */
	if (a->stream && b->stream && a->n == 1 && b->n == 1)
		join(&a->list[0], &b->list[0]);
	pair_names(a, b);
	arena_init(&arena, LEFT_ROOM);
	e = pair_left(&l, &arena);
	arena_done(&arena);
	TRY(e);
	for (uint32_t i = 0; i < a->n; i++) {
		if (run_late(r))
			return ERR_LIMIT;
		if (a->list[i].partner != NULL)
			TRY(find_same(r, &a->list[i]));
	}
	return OK;
}
