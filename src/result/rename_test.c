/* Who is paired with whom, by name=content of either side. */
#include "result/rename.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "tests/tap.h"

#define ITEMS 20

struct rig {
	struct rename_item item[2][ITEMS];
	struct bytes content[2][ITEMS];
	struct rename_job job;
	struct arena arena;
	uint64_t reads, sames;
	enum err read_err, same_err;
	bool late;
};

static enum err
rig_read(void *arg, unsigned side, const struct rename_item *x, uint64_t off,
    struct bytes *out)
{
	struct rig *g = arg;

	g->reads++;
	CHECK(off < x->size);
	*out = bytes_sub(
	    g->content[side][x->index], off, x->size - off < 512 ? x->size - off : 512);
	return g->read_err;
}

static enum err
rig_same(void *arg, const struct rename_item *a, const struct rename_item *b, bool *out)
{
	struct rig *g = arg;

	g->sames++;
	*out = bytes_eq(g->content[0][a->index], g->content[1][b->index]);
	return g->same_err;
}

static bool
rig_late(void *arg)
{
	return ((struct rig *)arg)->late;
}

/* "name=content name=content"; content of "*7" is a long text of its own, "*7+" changed.
 */
static struct bytes
content_of(struct bytes text)
{
	struct buf b = { 0 };
	unsigned seed = text.n > 1 ? text.p[1] : 0;
	struct bytes out;

	if (text.p[0] != '*')
		return text;
	for (unsigned i = 0; i < 400; i++)
		buf_printf(&b, "line %u of %u\n", i * (seed + 3), seed);
	if (text.n > 2)
		memcpy(b.p + 100, "CHANGED", 7);
	out = test_copy(buf_bytes(&b));
	buf_done(&b);
	return out;
}

static void
fill(struct rig *g, unsigned side, const char *s)
{
	struct rename_side *out = &g->job.side[side];

	out->v = g->item[side];
	while (*s != '\0' && out->n < ITEMS) {
		size_t name = strcspn(s, "="), content = strcspn(s + name + 1, " ");
		struct bytes c =
		    content_of((struct bytes){ (const uint8_t *)s + name + 1, content });

		g->content[side][out->n] = c;
		out->v[out->n] = (struct rename_item){
			.name = { (const uint8_t *)s, name }, .size = c.n, .index = out->n
		};
		out->n++;
		s += name + 1 + content;
		s += *s == ' ';
	}
}

static void
rig_init(struct rig *g, const char *a, const char *b)
{
	*g = (struct rig){ .job = { .read = rig_read, .same = rig_same } };
	arena_init(&g->arena, 1u << 20);
	g->job.arena = &g->arena;
	g->job.arg = g;
	g->job.late = rig_late;
	fill(g, 0, a);
	fill(g, 1, b);
}

static void
pairs(const struct rig *g, struct buf *out)
{
	for (uint32_t i = 0; i < g->job.side[0].n; i++) {
		const struct rename_item *a = &g->item[0][i], *b;

		if (a->mate == 0)
			continue;
		b = &g->item[1][a->mate - 1];
		EQ_U(b->mate, i + 1);
		buf_printf(out, "%s%.*s>%.*s", out->n ? " " : "", (int)a->name.n,
		    (const char *)a->name.p, (int)b->name.n, (const char *)b->name.p);
	}
}

/* clang-format off */
static const struct {
	const char *name, *a, *b, *pairs;
} rows[] = {
	{ "nothing", "", "", "" },
	{ "one side only", "a=1", "", "" },
	{ "the same bytes", "old=text", "new=text", "old>new" },
	{ "another size", "old=text", "new=texts", "" },
	{ "copies, in order of names", "a=same b=same c=same", "p=same q=same", "a>p b>q" },
	{ "bytes before forms", "v1=one v2=two", "v3=two v4=one", "v1>v4 v2>v3" },
	{ "a version", "lib-1.2=old", "lib-1.34=newer", "lib-1.2>lib-1.34" },
	{ "a compressor", "data.tar.xz=old", "data.tar.zst=newer", "data.tar.xz>data.tar.zst" },
	{ "versions, told apart by content", "v1=*a v2=*b", "v3=*b+ v4=*a+", "v1>v4 v2>v3" },
	{ "versions without likeness, in order", "v1=a v2=bb", "v3=ccc v4=dddd", "v1>v3 v2>v4" },
	{ "alike", "old=*a", "new=*a+", "old>new" },
	{ "the most alike", "old=*a", "mew=*b new=*a+", "old>new" },
	{ "not alike", "old=*a", "new=*z", "" },
	{ "much longer", "old=*a", "new=line", "" },
};
/* clang-format on */

TEST(pairs)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf got = { 0 };
		struct rig g;

		ROW("%s", rows[i].name);
		rig_init(&g, rows[i].a, rows[i].b);
		EQ_U(rename_pair(&g.job), OK);
		pairs(&g, &got);
		EQ_S(buf_cstr(&got), rows[i].pairs);
		EQ_U(g.job.untried, 0);
		buf_done(&got);
		arena_done(&g.arena);
	}
}

TEST(other_kinds)
{
	struct rig g;

	rig_init(&g, "old=*a", "new=*a+");
	g.item[0][0].kind = 7;
	EQ_U(rename_pair(&g.job), OK);
	EQ_U(g.item[0][0].mate, 0);
	arena_done(&g.arena);
}

/* Each way it may fail; what cannot be read is like nothing. */
TEST(failures)
{
	struct rig g;

	rig_init(&g, "old=text", "new=text");
	g.read_err = ERR_IO;
	EQ_U(rename_pair(&g.job), ERR_IO);
	arena_done(&g.arena);
	rig_init(&g, "old=text", "new=text");
	g.same_err = ERR_IO;
	EQ_U(rename_pair(&g.job), ERR_IO);
	arena_done(&g.arena);
	rig_init(&g, "old=text", "new=text");
	g.late = true;
	EQ_U(rename_pair(&g.job), ERR_LIMIT);
	arena_done(&g.arena);
	rig_init(&g, "old=*a", "new=*a+");
	memset(g.content, 0, sizeof(g.content));
	g.item[0][0].size++; /* else nothing is the same as nothing */
	EQ_U(rename_pair(&g.job), OK);
	EQ_U(g.item[0][0].mate, 0);
	arena_done(&g.arena);
	for (size_t budget = 0; budget < 60000; budget += 1000) {
		rig_init(&g, "a=*a b=1 c2=x", "p=*a+ q=1 c3=yy");
		arena_done(&g.arena);
		arena_init(&g.arena, budget);
		CHECK(rename_pair(&g.job) == ERR_LIMIT || budget > 40000);
		arena_done(&g.arena);
	}
}

#define MANY (RENAME_TRIED + 5)

struct many {
	char name[2][MANY][12];
	struct rename_item item[2][MANY];
};

static enum err
many_read(void *arg, unsigned side, const struct rename_item *x, uint64_t off,
    struct bytes *out)
{
	(void)arg;
	(void)side;
	(void)off;
	*out = bytes_clip(x->name, 0, x->size);
	return OK;
}

static enum err
many_same(void *arg, const struct rename_item *a, const struct rename_item *b, bool *out)
{
	(void)arg;
	*out = bytes_eq(a->name, b->name);
	return OK;
}

/* Sorting pairs any number; likeness is tried with so many, and the rest is counted. */
TEST(bounds)
{
	struct many *m = calloc(1, sizeof(*m));
	struct rename_job j = { .read = many_read, .same = many_same };
	struct arena arena;

	CHECK(m != NULL);
	arena_init(&arena, 16u << 20);
	j.arena = &arena;
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned s = 0; s < 2; s++)
			for (uint32_t i = 0; i < MANY; i++) {
				char *n = m->name[s][i];

				/* letters, as digits are all one form */
				snprintf(n, 12, "%c%c%c%c%c", 'a' + i / 676 % 26,
				    'a' + i / 26 % 26, 'a' + i % 26,
				    round ? 'x' + (int)s : '-', round ? 'x' : '-');
				m->item[s][i] = (struct rename_item){ .name = bytes_of(n),
					.size = 5 + s * round,
					.index = i };
			}
		j.side[0] = (struct rename_side){ m->item[0], MANY };
		j.side[1] = (struct rename_side){ m->item[1], MANY };
		EQ_U(rename_pair(&j), OK);
		for (uint32_t i = 0; i < MANY; i++)
			EQ_U(m->item[0][i].mate, round ? 0 : i + 1);
		EQ_U(j.untried, round ? 10 : 0);
	}
	arena_done(&arena);
	free(m);
}
