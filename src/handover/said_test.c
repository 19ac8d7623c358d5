/* Headers of every tar, told as that tar would take them. */
#include "handover/said.h"

#include <stdlib.h>

#include "handover/tar_rig.h"

/* "type name>link;" of each member. */
static void
tell(int fd, struct buf *out)
{
	struct said *s = xcalloc(1, sizeof(*s));

	said_open(s, fd);
	while (said_next(s) == OK) {
		buf_u8(out, s->type ? s->type : '-');
		buf_str(out, " ");
		buf_put(out, s->name.p, s->name.n);
		if (s->link.n > 0)
			buf_str(out, ">");
		buf_put(out, s->link.p, s->link.n);
		buf_str(out, ";");
	}
	free(s);
}

static void
told(struct tar_rig *t, const char *want)
{
	struct buf out = { 0 };
	int fd = tar_rig_file(t);

	tell(fd, &out);
	EQ_S(buf_cstr(&out), want);
	close(fd);
	buf_done(&out);
	buf_done(&t->all);
	*t = (struct tar_rig){ 0 };
}

TEST(names)
{
	struct tar_rig t = { 0 };
	uint8_t *block;

	tar_rig_member(&t, "a", '0', "text");
	tar_rig_link(&t, "b", '2', "/etc/passwd");
	tar_rig_link(&t, "c/", '5', "");
	tar_rig_link(&t, "d/", '0', "");
	tar_rig_member(&t, "e", '\0', "text");
	told(&t, "0 a;2 b>/etc/passwd;5 c/;5 d/;- e;");

	block = tar_rig_header(&t, "name", '0', "", 0);
	memcpy(block + 345, "in/front", 8);
	tar_rig_sum(block);
	block = tar_rig_header(&t, "name", '0', "", 0);
	memcpy(block + 257, "ustar  ", 8); /* GNU tar: times stand there */
	memcpy(block + 345, "in/front", 8);
	tar_rig_sum(block);
	told(&t, "0 in/front/name;0 name;");
}

TEST(headers_before_others)
{
	struct tar_rig t = { 0 };

	tar_rig_member(&t, "././@LongLink", 'L', "long/name");
	tar_rig_member(&t, "././@LongLink", 'K', "/long/link");
	tar_rig_link(&t, "short", '2', "link");
	tar_rig_link(&t, "next", '2', "link");
	told(&t, "2 long/name>/long/link;2 next>link;");

	tar_rig_member(&t, "pax", 'x', "16 path=../evil\n19 linkpath=/etc/x\n");
	tar_rig_link(&t, "short", '1', "link");
	tar_rig_link(&t, "next", '0', "");
	told(&t, "1 ../evil>/etc/x;0 next;");

	tar_rig_member(&t, "pax", 'g', "13 path=/all\n");
	tar_rig_link(&t, "a", '0', "");
	tar_rig_member(&t, "pax", 'x', "12 path=one\n");
	tar_rig_link(&t, "b", '0', "");
	told(&t, "0 /all;0 one;");

	tar_rig_member(
	    &t, "pax", 'x', "22 GNU.sparse.major=1\n25 GNU.sparse.name=holes\n");
	tar_rig_link(&t, "a", '0', "");
	told(&t, "S holes;");
}

/* Where the next header is: what pax says counts more, links have nothing behind them. */
TEST(sizes)
{
	struct tar_rig t = { 0 };
	uint8_t *block;

	tar_rig_member(&t, "pax", 'x', "9 size=4\n");
	tar_rig_sum(tar_rig_header(&t, "a", '0', "", 99999));
	tar_rig_content(&t, "text", 4);
	tar_rig_sum(tar_rig_header(&t, "b", '2', "x", 99999));
	block = tar_rig_header(&t, "c", '0', "", 0);
	memcpy(block + 124, "\x80\0\0\0\0\0\0\0\0\0\2\1", 12);
	tar_rig_sum(block);
	tar_rig_content(&t, "", 0);
	memset(buf_room(&t.all, 1024), 'x', 1024);
	tar_rig_link(&t, "d", '6', "");
	told(&t, "0 a;2 b>x;0 c;6 d;");

	tar_rig_member(&t, "pax", 'x', "28 size=9223372036854775807\n");
	tar_rig_member(&t, "a", '0', "");
	tar_rig_member(&t, "b", '0', "");
	told(&t, "0 a;");
	block = tar_rig_header(&t, "c", '0', "", 0);
	memset(block + 124, 0xff, 12);
	tar_rig_sum(block);
	tar_rig_member(&t, "b", '0', "");
	told(&t, "0 c;");
}

/* Records that are none, and archives that end anywhere. */
TEST(broken)
{
	static const char *const records[] = { "", " ", "x", "5", "99999999 path=x\n",
		"0 path=x\n", "3 path=x\n", "9 path x\n", "6 path", "1000 path=x\n" };
	struct tar_rig t = { 0 };
	struct buf out = { 0 };
	int fd;

	for (size_t i = 0; i < COUNT(records); i++) {
		ROW("%s", records[i]);
		tar_rig_member(&t, "pax", 'x', records[i]);
		tar_rig_link(&t, "a", '0', "");
		told(&t, "0 a;");
	}
	tar_rig_member(&t, "././@LongLink", 'L', "long/name");
	tar_rig_member(&t, "pax", 'x', "16 path=../evil\n19 linkpath=/etc/x\n");
	tar_rig_link(&t, "a", '0', "");
	fd = tar_rig_file(&t);
	for (size_t n = t.all.n; n-- > 0;) {
		CHECK(ftruncate(fd, (off_t)n) == 0);
		buf_clear(&out);
		tell(fd, &out);
		EQ_S(buf_cstr(&out), n >= 5 * USTAR_BLOCK ? "0 ../evil>/etc/x;" : "");
	}
	close(fd);
	buf_done(&out);
	buf_done(&t.all);
}
