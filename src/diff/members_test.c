/* Members of tars made here: names, links, order, times, and what stops the walk. */
#include "diff/members.h"

#include <stdio.h>

#include "diff/rig.h"

/* A header of POSIX.1-1988, "ustar", and the content behind it. */
static void
add(struct buf *b, const char *name, char type, const char *link, const char *content)
{
	size_t at = b->n, n = strlen(content);
	uint8_t *h = buf_room(b, 512);
	uint32_t sum = 0;

	memset(h, 0, 512);
	memcpy(h, name, strlen(name));
	memcpy(h + 100, "0000644\0000000000\0000000000", 23);
	snprintf((char *)h + 124, 12, "%011o", (unsigned)n);
	memcpy(h + 136, "14000000000", 11);
	memset(h + 148, ' ', 8);
	h[156] = (uint8_t)type;
	memcpy(h + 157, link, strlen(link));
	memcpy(h + 257, "ustar\00000", 8);
	for (size_t i = 0; i < 512; i++)
		sum += h[i];
	snprintf((char *)h + 148, 8, "%06o", sum);
	buf_put(b, content, n);
	while ((b->n - at) % 512 != 0)
		buf_u8(b, 0);
}

/* "name=content", "name>link" symbolic, "name@other" hard, "name/" a folder, by spaces.
 */
static struct bytes
tar(struct buf *b, const char *s)
{
	buf_clear(b);
	while (*s != '\0') {
		char name[64], rest[64] = "";
		size_t n = strcspn(s, "=>@ "), all = strcspn(s, " ");
		char kind = s[n];

		snprintf(name, sizeof(name), "%.*s", (int)n, s);
		if (n < all)
			snprintf(
			    rest, sizeof(rest), "%.*s", (int)(all - n - 1), s + n + 1);
		add(b, name,
		    kind == '>'   ? '2'
		    : kind == '@' ? '1'
		    : kind == '=' ? '0'
				  : '5',
		    kind == '>' || kind == '@' ? rest : "", kind == '=' ? rest : "");
		s += all;
		s += *s == ' ';
	}
	for (unsigned i = 0; i < 1024; i++)
		buf_u8(b, 0);
	return buf_bytes(b);
}

/* clang-format off */
static const struct {
	const char *name, *a, *b, *want;
} rows[] = {
	{ "how a folder is written", "./a/ a/x=1", "a a/x=2", "begin x\nbegin a/x\ntext line 1: 1 line removed, 1 added\n" },
	{ "one more", "a=1", "a=1 b=2", "only b text b only the second has it\n" },
	{ "a name twice, in order", "a=1 a=2", "a=1 a=3", "begin a\ntext line 1: 1 line removed, 1 added\nnote 1 of 2" },
	{ "order", "a=1 b=2", "b=2 a=1", "order order: 1 member is at another place among the members\n" },
	{ "where a link points", "a>x", "a>y", "code links: 1 member points at something else\n" },
	{ "a file becomes a link", "a=1", "a>1", "code types: 1 member is of another type\n" },
	{ "another name of another file", "a=1 b=2 c@a", "a=1 b=2 c@b", "code links: 1 member points at something else\n" },
	{ "renamed", "a=long_enough", "b=long_enough", "metadata names: 1 member was renamed, with the same content\n" },
	{ "renamed to what runs", "a=long_enough", "a.py=long_enough", "code names: 1 member was renamed, with the same content: the name says what runs it\n" },
	{ "a folder is gone", "a/ b=1", "b=1", "only a metadata a only the first has it\n" },
	{ "a name that climbs", "../../x=1", "../../x=2", "begin ../../x\ntext line 1" },
	{ "of nothing", "a=", "a=x", "begin a\ntext line 1" },
};
/* clang-format on */

TEST(members)
{
	struct buf a = { 0 }, b = { 0 };
	struct rig g;

	rig_init(&g);
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *said =
		    rig_tree(&g, "x", tar(&a, rows[i].a), tar(&b, rows[i].b));

		ROW("%s", rows[i].name);
		if (!CHECK(strstr(said, rows[i].want) != NULL))
			EQ_S(said, rows[i].want);
		CHECK(strstr(said, "damaged") == NULL && strstr(said, "limit") == NULL);
	}
	buf_done(&a);
	buf_done(&b);
	rig_done(&g);
}

/* Cut anywhere: never less than a difference, and never the same. */
TEST(cut)
{
	struct buf a = { 0 };
	struct rig g;

	rig_init(&g);
	struct bytes whole = tar(&a, "a=1 b>a c/ d=22");
	for (size_t n = 0; n < whole.n - 1024; n += 16) {
		ROW("%zu", n);
		(void)rig_tree(&g, "x", whole, bytes_clip(whole, 0, n));
		CHECK(g.run.told > 0);
		g.run.told = 0;
	}
	buf_done(&a);
	rig_done(&g);
}

TEST(limits)
{
	struct buf a = { 0 }, b = { 0 };
	struct rig g;

	rig_init(&g);
	g.run.limit.members = 3;
	CHECK(strstr(rig_tree(&g, "x", tar(&a, "a=1 b=1"), tar(&b, "a=1 b=2")),
		  "limit it is larger than is unpacked or kept") != NULL);
	g.run.limit.members = 100;
	g.run.limit.deadline = 1;
	CHECK(strstr(rig_tree(&g, "x", tar(&a, "a=1 b=1"), tar(&b, "a=1 b=2")),
		  "limit the time is up") != NULL);
	buf_done(&a);
	buf_done(&b);
	rig_done(&g);
}
