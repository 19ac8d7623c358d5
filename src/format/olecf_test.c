/*
 * The module olecf: what is read when, and what little memory does. The reader of
 * compound files has its own test, whole files are compared in tests/golden/olecf.
 */
#include "format/olecf.h"

#include "format/cfb_rig.h"
#include "format/rig.h"

extern const struct format format_olecf;

/* A directory of one sector in sector 1 behind a FAT; with one empty stream. */
static struct bytes
sample(uint8_t p[1536])
{
	static const char *const names[] = { "R", "S" };

	memset(p, 0, 1536);
	cfb_rig_head(p);
	put_le32(p + 48, 1);
	put_le32(p + 60, 0xfffffffe);
	put_le32(p + 512, 0xfffffffd);
	put_le32(p + 516, 0xfffffffe);
	for (size_t i = 0; i < 2; i++) {
		uint8_t *e = p + 1024 + 128 * i;

		e[0] = (uint8_t)names[i][0];
		put_le16(e + 64, 4);
		e[66] = i == 0 ? CFB_ROOT : CFB_STREAM;
		memset(e + 68, 0xff, 12);
		put_le32(e + 76, i == 0 ? 1 : CFB_NONE);
		put_le32(e + 116, 0xfffffffe);
		put_le32(e + 120, i == 0 ? 0 : 7);
	}
	return (struct bytes){ p, 1536 };
}

TEST(the_directory_waits_until_it_is_asked_for)
{
	uint8_t p[1536];
	struct rig *r = rig_open(&format_olecf, sample(p), 1 << 20);
	struct olecf *o = r->facts;
	const struct olecf_stream *s;

	EQ_U(r->err, OK);
	EQ_I(o->is_olecf, 1);
	EQ_U(r->arena.used, 0);
	EQ_U(olecf_load(o), OK);
	EQ_U(olecf_load(o), OK);
	EQ_U(o->streams.n, 2);
	s = o->streams.p;
	EQ_B(s[1].name, BYTES_LIT("S"));
	EQ_I(s[1].type, CFB_STREAM);
	EQ_I(s[1].size, 7);
	rig_close(r);
}

TEST(children_are_the_streams)
{
	uint8_t p[1536];
	struct rig *r = rig_open(&format_olecf, sample(p), 1 << 20);
	struct child child;

	EQ_U(format_olecf.next(&r->parse, &child), OK);
	EQ_B(child.name, BYTES_LIT("S"));
	EQ_U(child.size, 7);
	EQ_U(child.data.n, 0);
	EQ_U(format_olecf.next(&r->parse, &child), ERR_END);
	EQ_U(format_olecf.next(&r->parse, &child), ERR_END);
	CHECK(r->parse.notes & CFB_NOTE_CUT);
	rig_close(r);
}

TEST(another_file)
{
	struct rig *r = rig_open(&format_olecf, BYTES_LIT("PK\3\4"), 1 << 20);
	struct olecf *o = r->facts;

	EQ_U(r->err, ERR_FORMAT);
	EQ_I(o->is_olecf, 0);
	EQ_U(olecf_load(o), OK);
	rig_close(r);
}

TEST(damaged_and_starved)
{
	uint8_t p[1536];
	struct bytes whole = sample(p);

	rig_damage(&format_olecf, olecf_load, whole, 1300);
	rig_starve(&format_olecf, olecf_load, whole, 1024);
}

/* n streams, all in one line to the right of each other, as no writer makes them. */
static uint64_t
steps_of_line(uint32_t n)
{
	size_t sectors = (n + 4) / 4, size = 512 * (sectors + 2);
	uint8_t *p = calloc(1, size), *fat;
	uint64_t steps;
	struct rig *r;

	if (p == NULL)
		abort();
	fat = p + 512;
	cfb_rig_head(p);
	put_le32(p + 44, 1);
	put_le32(p + 48, 1);
	put_le32(p + 60, 0xfffffffe);
	put_le32(p + 76, 0);
	put_le32(fat, 0xfffffffd);
	for (uint32_t i = 1; i <= sectors; i++)
		put_le32(fat + 4 * (size_t)i, i < sectors ? i + 1 : 0xfffffffe);
	for (uint32_t i = 0; i <= n; i++) {
		uint8_t *e = p + 1024 + 128 * (size_t)i;

		e[0] = 's';
		put_le16(e + 64, 4);
		e[66] = i == 0 ? CFB_ROOT : CFB_STREAM;
		memset(e + 68, 0xff, 12);
		put_le32(e + (i == 0 ? 76 : 72), i < n ? i + 1 : CFB_NONE);
	}
	r = rig_open(&format_olecf, (struct bytes){ p, size }, 1 << 20);
	EQ_U(olecf_load(r->facts), OK);
	EQ_U(((struct olecf *)r->facts)->streams.n, n + 1);
	steps = ((struct olecf *)r->facts)->cfb.steps;
	rig_close(r);
	free(p);
	return steps;
}

TEST(work_is_linear_in_the_size)
{
	uint64_t steps = steps_of_line(200);

	CHECK(steps >= 200);
	CHECK(steps_of_line(400) <= 2 * steps + 64);
}
