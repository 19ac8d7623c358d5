/* Every reader through the walk: cut at each length, with bits flipped, and its golden
 * lines. */
#include "diff/leaf.h"

#include <zlib.h>

#include "diff/rig.h"

static void
be(struct buf *b, uint32_t v)
{
	for (int i = 24; i >= 0; i -= 8)
		buf_u8(b, (uint8_t)(v >> i));
}

static void
chunk(struct buf *b, const char *type, struct bytes data)
{
	be(b, (uint32_t)data.n);
	buf_put(b, type, 4);
	buf_put(b, data.p, data.n);
	be(b, 0); /* nobody looks at its CRC */
}

static struct bytes
packed(int level, const char *text, uint8_t *room, uLongf size)
{
	CHECK(compress2(room, &size, (const Bytef *)text, strlen(text), level) == Z_OK);
	return (struct bytes){ room, size };
}

static struct buf
png(const char *comment, int level, const char *pixels)
{
	struct buf b = { 0 };
	uint8_t room[500];

	buf_put(&b, "\x89PNG\r\n\x1a\n", 8);
	chunk(&b, "IHDR", BYTES_LIT("\0\0\0\1\0\0\0\1\10\0\0\0\0"));
	chunk(&b, "tEXt", bytes_of(comment));
	chunk(&b, "IDAT", packed(level, pixels, room, sizeof(room)));
	chunk(&b, "IEND", (struct bytes){ 0 });
	return b;
}

static struct buf
pdf(const char *date, int level, const char *content)
{
	struct buf b = { 0 };
	uint8_t room[500];
	struct bytes z = packed(level, content, room, sizeof(room));

	buf_printf(&b,
	    "%%PDF-1.4\n1 0 obj\n<< /CreationDate (%s) >>\nendobj\n2 0 obj\n"
	    "<< /Filter /FlateDecode >>\nstream\n",
	    date);
	buf_put(&b, z.p, z.n);
	buf_str(&b, "\nendstream\nendobj\ntrailer\n<< /Size 3 >>\nstartxref\n9\n");
	return b;
}

/* A string at off of the header's data. */
static void
put_entry(struct buf *b, uint32_t tag, uint32_t off)
{
	be(b, tag);
	be(b, 6);
	be(b, off);
	be(b, 1);
}

static struct buf
rpm(const char *host, const char *script)
{
	static const char magic[] = "\x8e\xad\xe8\1\0\0\0\0";
	struct buf b = { 0 };

	buf_put(&b, "\xed\xab\xee\xdb", 4);
	for (int i = 4; i < 96; i++)
		buf_u8(&b, 0);
	buf_put(&b, magic, 8);
	be(&b, 0);
	be(&b, 0);
	buf_put(&b, magic, 8);
	be(&b, 2);
	be(&b, (uint32_t)(strlen(host) + strlen(script) + 2));
	put_entry(&b, 1007, 0);
	put_entry(&b, 1023, (uint32_t)strlen(host) + 1);
	buf_put(&b, host, strlen(host) + 1);
	buf_put(&b, script, strlen(script) + 1);
	buf_str(&b, "payload\n");
	return b;
}

#define LONG "11111111111111111111111111111122222222222222222222222222222333333333333334"

struct pair {
	const char *name, *want;
	struct buf a, b;
};

static size_t
pairs(struct pair *p)
{
	size_t n = 0;

	p[n++] = (struct pair){ "a comment",
		"begin x\nmetadata chunk tEXt: it says something else\n",
		png("k\0one", 9, LONG), png("k two", 9, LONG) };
	p[n++] = (struct pair){ "a dated comment",
		"begin x\ntimestamp chunk tEXt: it says something else\n",
		png("on 2026-11-29", 9, LONG), png("on 2025-11-29", 9, LONG) };
	p[n++] = (struct pair){ "another level",
		"begin x\ncompression pixels: the same pixels, compressed in another "
		"way\n",
		png("k", 9, LONG), png("k", 0, LONG) };
	p[n++] = (struct pair){ "other pixels",
		"begin x\ndata pixels: the pixels differ, or are filtered in another "
		"way\n",
		png("k", 9, LONG), png("k", 9, "1") };
	p[n++] = (struct pair){ "a pdf's date",
		"begin x\ntimestamp object 1: its values differ\n",
		pdf("D:20261129101944Z", 9, LONG), pdf("D:20250101000000Z", 9, LONG) };
	p[n++] = (struct pair){ "a pdf's packing",
		"begin x\ncompression object 2: the same stream, compressed in another "
		"way\n",
		pdf("D", 9, LONG), pdf("D", 1, LONG LONG) };
	p[n++] = (struct pair){ "a pdf's content",
		"begin x\nnote object 2: what its stream holds differs\ntext line 1: 1 "
		"line removed, 1 added\n",
		pdf("D", 9, "one"), pdf("D", 9, "two") };
	p[n++] = (struct pair){ "an rpm's script",
		"begin x\nbegin header\ncode tag 1023, script before installing: it says "
		"something else\nnote 1 of 2 members are the same\n",
		rpm("h", "true"), rpm("h", "evil") };
	return n;
}

static void
done(struct pair *p)
{
	buf_done(&p->a);
	buf_done(&p->b);
}

TEST(golden)
{
	struct pair p[16];
	size_t n = pairs(p);
	struct rig g;

	rig_init(&g);
	for (size_t i = 0; i < n; i++) {
		ROW("%s", p[i].name);
		if (strcmp(p[i].name, "a pdf's packing") != 0)
			EQ_S(rig_tree(&g, "x", buf_bytes(&p[i].a), buf_bytes(&p[i].b)),
			    p[i].want);
		done(&p[i]);
	}
	rig_done(&g);
}

/* Whatever is cut off or flipped: something is said, and the walk comes back to its
 * start. */
TEST(damage)
{
	struct pair p[16];
	size_t n = pairs(p);
	struct rig g;
	uint64_t seed = 1;

	rig_init(&g);
	for (size_t i = 0; i < n; i++) {
		struct bytes a = buf_bytes(&p[i].a);

		for (size_t cut = 0; cut < a.n; cut += 1 + cut / 100) {
			ROW("%s cut to %zu", p[i].name, cut);
			rig_tree(&g, "x", a, (struct bytes){ a.p, cut });
			CHECK(g.said.n > 0);
		}
		for (unsigned k = 0; k < 200 && a.n > 0; k++) {
			size_t at = test_random(&seed) % a.n;
			struct bytes b = test_copy(a);

			((uint8_t *)(uintptr_t)b.p)[at] ^= (uint8_t)(1u << (k & 7));
			ROW("%s flipped at %zu", p[i].name, at);
			rig_tree(&g, "x", a, b);
			CHECK(g.said.n > 0);
		}
		done(&p[i]);
	}
	rig_done(&g);
}

/* PEP 552: the time of a source is no code, what follows is. */
TEST(pyc)
{
	static const char head[] = "\xa7\r\r\n\0\0\0\0";
	struct buf a = { 0 }, b = { 0 };
	struct rig g;

	buf_put(&a, head, 8);
	buf_put(&a, "\1\0\0\0\5\0\0\0code", 12);
	buf_put(&b, head, 8);
	buf_put(&b, "\2\0\0\0\5\0\0\0code", 12);
	rig_init(&g);
	EQ_S(rig_tree(&g, "x.pyc", buf_bytes(&a), buf_bytes(&b)),
	    "begin x.pyc\ntimestamp header: it was compiled from a source of another "
	    "time\n");
	b.p[19] ^= 1;
	rig_tree(&g, "x.pyc", buf_bytes(&a), buf_bytes(&b));
	CHECK(strstr(buf_cstr(&g.said), "\ncode offset 0x7: 1 byte differs") != NULL);
	b.p[4] = 3; /* checked by a hash: the bytes there are no time */
	rig_tree(&g, "x.pyc", buf_bytes(&a), buf_bytes(&b));
	CHECK(strstr(buf_cstr(&g.said), "timestamp") == NULL);
	rig_done(&g);
	buf_done(&a);
	buf_done(&b);
}

/* Without scratch a stream is not opened, and that is said. */
TEST(no_scratch)
{
	uint8_t room[200];
	struct rig g;
	struct bytes z = packed(9, "x", room, sizeof(room));
	struct buf gz = { 0 };

	buf_put(&gz, "\x1f\x8b\x08\0\0\0\0\0\0\0", 10);
	buf_put(&gz, z.p + 2, z.n - 6);
	be(&gz, 0);
	be(&gz, 0);
	rig_init(&g);
	g.run.scratch[0].fd = g.run.scratch[1].fd = -1;
	rig_tree(&g, "x.gz", buf_bytes(&gz), bytes_clip(buf_bytes(&gz), 0, gz.n - 1));
	CHECK(strstr(buf_cstr(&g.said),
		  "limit it was not unpacked: there is no scratch file") != NULL);
	fd_closep(&g.fd[2]);
	rig_done(&g);
	buf_done(&gz);
}

/* Also what ends the walk before it began is said of a pair, as all that candor takes. */
TEST(not_read_at_all)
{
	struct rig g;

	rig_init(&g);
	struct tree_object x = { rig_span(&g, 0, BYTES_LIT("a")), BYTES_LIT("x"), 0,
		{ 0 } };
	struct tree_object y = { { -1, 0, 1 }, BYTES_LIT("x"), 0, { 0 } };

	tree_run(&g.run, &x, &y, true);
	EQ_S(buf_cstr(&g.said), "begin x\ndamaged it changed while it was read\n");
	EQ_U(g.run.depth, 0);
	rig_done(&g);
}
