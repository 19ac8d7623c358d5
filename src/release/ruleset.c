/*
 * ruleset.c - rules copied out of a worker's frames into an arena with a budget, sorted
 * by name and namespace.
 */
#include "release/ruleset.h"

#include "base/sort.h"

#define MEMORY (2048ull << 20) /* of a set: texts, names and metadata */

void
ruleset_init(struct ruleset *s)
{
	*s = (struct ruleset){ 0 };
	arena_init(&s->arena, MEMORY);
}

void
ruleset_done(struct ruleset *s)
{
	arena_done(&s->arena);
	*s = (struct ruleset){ 0 };
}

/* No bytes stay no bytes; else a copy, whose p is NULL when the budget is spent. */
static struct bytes
keep(struct arena *a, struct bytes b)
{
	return b.n > 0 ? arena_bytes(a, b) : (struct bytes){ (const uint8_t *)"", 0 };
}

/* What keep() could not copy has no bytes; ruleset_add asks the arena afterwards. */
static enum err
copy_lists(struct arena *a, struct ruleset_rule *r)
{
	struct bytes *tags = ARENA_ARRAY(a, r->ntags, struct bytes);
	struct ruleset_meta *metas = ARENA_ARRAY(a, r->nmetas, struct ruleset_meta);

	if (tags == NULL || metas == NULL)
		return ERR_LIMIT;
	for (size_t i = 0; i < r->ntags; i++)
		tags[i] = keep(a, r->tags[i]);
	for (size_t i = 0; i < r->nmetas; i++)
		metas[i] = (struct ruleset_meta){ keep(a, r->metas[i].name),
			keep(a, r->metas[i].value), r->metas[i].text };
	r->tags = tags;
	r->metas = metas;
	return OK;
}

enum err
ruleset_add(struct ruleset *s, const struct ruleset_rule *r)
{
	struct ruleset_rule *list = s->rule, copy = *r;

	if (s->n == s->cap)
		list = arena_grow(&s->arena, list, &s->cap, s->n + 1, sizeof(*list));
	if (list == NULL)
		return ERR_LIMIT;
	s->rule = list;
	copy.ns = keep(&s->arena, r->ns);
	copy.name = keep(&s->arena, r->name);
	copy.file = keep(&s->arena, r->file);
	copy.text = keep(&s->arena, r->text);
	TRY(copy_lists(&s->arena, &copy));
	if (s->arena.spent)
		return ERR_LIMIT;
	list[s->n++] = copy;
	return OK;
}

static int
cmp_bytes(struct bytes a, struct bytes b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n > 0 ? memcmp(a.p, b.p, n) : 0;

	return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

int
ruleset_cmp(const struct ruleset_rule *a, const struct ruleset_rule *b)
{
	int c = cmp_bytes(a->name, b->name);

	return c != 0 ? c : cmp_bytes(a->ns, b->ns);
}

static int
by_name(const void *a, const void *b)
{
	return ruleset_cmp(a, b);
}

void
ruleset_sort(struct ruleset *s)
{
	sort(s->rule, s->n, sizeof(*s->rule), by_name);
}
