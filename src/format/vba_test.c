/*
 * Records of "dir", where projects are looked for, and budgets. Whole documents are
 * compared in tests/golden/vba.
 */
#include "format/vba.h"

#include "base/buf.h"
#include "format/cfb_rig.h"
#include "format/rig.h"

extern const struct format format_vba;

static void
record(struct buf *b, uint16_t id, struct bytes data)
{
	buf_le16(b, id);
	buf_le32(b, (uint32_t)data.n);
	buf_put(b, data.p, data.n);
}

static void
number(struct buf *b, uint16_t id, uint32_t v)
{
	uint8_t p[4];

	put_le32(p, v);
	record(b, id, (struct bytes){ p, 4 });
}

static void
named(struct buf *b, uint16_t id, const char *text)
{
	record(b, id, bytes_of(text));
}

/* A module M, standard, whose source is in a stream M from its start. */
static void
a_module(struct buf *b, const char *name, const char *stream)
{
	named(b, 0x19, name);
	named(b, 0x1a, stream);
	number(b, 0x31, 0);
	named(b, 0x21, "");
	named(b, 0x2b, "");
}

static void
a_head(struct buf *b)
{
	number(b, 1, 1);
	record(b, 3, BYTES_LIT("\xe4\x04"));
	named(b, 4, "Name");
	record(b, 9, (struct bytes){ 0 });
	b->p[b->n - 4] = 4; /* it says four bytes, and has six */
	buf_put(b, "\x07\0\0\0\x09\0", 6);
}

TEST(records)
{
	struct buf b = { 0 };
	struct arena a;
	struct vba_dir d;

	arena_init(&a, 1 << 16);
	a_head(&b);
	named(&b, 0x16, "First");
	record(&b, 0x3e, BYTES_LIT("F\0"));
	named(&b, 0x2f, "");
	named(&b, 0x16, "Not this");
	named(&b, 0x30, "");
	named(&b, 0x7777, "unknown");
	named(&b, 0x16, "Second");
	record(&b, 0x0f, BYTES_LIT("\x02\0"));
	a_module(&b, "M", "S");
	named(&b, 0x19, "N");
	named(&b, 0x22, "");
	EQ_U(vba_read_dir(buf_bytes(&b), &a, &d), OK);
	EQ_U(d.codepage, 1252);
	EQ_B(d.name, BYTES_LIT("Name"));
	EQ_U(d.major, 7);
	EQ_U(d.minor, 9);
	EQ_U(d.modules, 2);
	EQ_U(d.references, 2);
	EQ_B(d.reference[0].name, BYTES_LIT("First"));
	EQ_B(d.reference[0].name16, BYTES_LIT("F\0"));
	EQ_B(d.reference[1].name, BYTES_LIT("Second"));
	EQ_U(d.entries, 2);
	EQ_B(d.entry[0].stream, BYTES_LIT("S"));
	EQ_U(d.entry[0].type, VBA_STANDARD);
	EQ_U(d.entry[1].type, VBA_CLASS);
	CHECK(!d.cut);
	buf_le16(&b, 0x19);
	buf_le32(&b, 0xffffffff);
	EQ_U(vba_read_dir(buf_bytes(&b), &a, &d), OK);
	EQ_U(d.entries, 2);
	CHECK(d.cut);
	arena_done(&a);
	buf_done(&b);
}

TEST(no_dir)
{
	static const char *const rows[] = { "", "01", "0200 04000000 01000000",
		"0100 05000000 0100000000" };
	struct arena a;
	struct vba_dir d;

	arena_init(&a, 1 << 16);
	for (size_t i = 0; i < COUNT(rows); i++) {
		ROW("%s", rows[i]);
		EQ_U(vba_read_dir(test_hex(rows[i]), &a, &d), ERR_FORMAT);
	}
	arena_done(&a);
}

TEST(names_in_an_unknown_page_are_those_in_utf16)
{
	struct arena a;

	arena_init(&a, 1 << 16);
	EQ_B(vba_text(&a, 932, BYTES_LIT("\x83\x82"), BYTES_LIT("\xe2\x30")),
	    BYTES_LIT("\xe3\x83\xa2"));
	EQ_B(vba_text(&a, 1252, BYTES_LIT("\xe4"), BYTES_LIT("\xe2\x30")),
	    BYTES_LIT("\xc3\xa4"));
	EQ_B(vba_text(&a, 932, BYTES_LIT("abc"), (struct bytes){ 0 }), BYTES_LIT("abc"));
	arena_done(&a);
}

/* Chunks that are not packed: what a test can write down. */
static void
raw(struct buf *b, struct bytes data)
{
	buf_u8(b, 1);
	for (size_t at = 0; at < data.n; at += 4096) {
		struct bytes part = bytes_clip(data, at, 4096);

		buf_le16(b, (uint16_t)(0x3000 | (part.n - 1)));
		buf_put(b, part.p, part.n);
	}
}

/* A document with a project of so many modules, which share a stream with this source. */
static struct bytes
document(struct buf *out, unsigned modules, struct bytes source)
{
	struct buf dir = { 0 }, packed = { 0 }, code = { 0 };

	a_head(&dir);
	for (unsigned i = 0; i < modules; i++)
		a_module(&dir, "M", "M");
	raw(&packed, buf_bytes(&dir));
	raw(&code, source);
	cfb_rig(out,
	    (struct cfb_part[]){
		{ "Macros", 0, { 0 }, CFB_STORAGE },
		{ "VBA", 1, { 0 }, CFB_STORAGE },
		{ "dir", 2, buf_bytes(&packed), CFB_STREAM },
		{ "M", 2, buf_bytes(&code), CFB_STREAM },
	    },
	    4);
	buf_done(&dir);
	buf_done(&packed);
	buf_done(&code);
	return buf_bytes(out);
}

static enum err
load(void *facts)
{
	for (const struct fact *f = format_vba.facts; f->type != FACT_END; f++) {
		enum err e = fact_ready(f, facts);

		if (e != OK)
			return e;
	}
	return OK;
}

TEST(a_document)
{
	struct buf b = { 0 };
	struct rig *r =
	    rig_open(&format_vba, document(&b, 1, BYTES_LIT("Sub X\r\n\0\0")), 1 << 20);
	struct vba *v = r->facts;
	const struct vba_module *m;

	EQ_U(r->err, OK);
	EQ_U(r->arena.used, 0);
	EQ_U(load(v), OK);
	EQ_U(load(v), OK);
	EQ_U(r->parse.notes, 0);
	EQ_I(v->has_macros, 1);
	EQ_B(v->project_info.version, BYTES_LIT("7.9"));
	EQ_U(v->modules.n, 1);
	m = v->modules.p;
	EQ_B(m->name, BYTES_LIT("M"));
	EQ_B(m->code, BYTES_LIT("Sub X\r\n"));
	rig_close(r);
	buf_done(&b);
}

TEST(damaged_and_starved)
{
	struct buf b = { 0 };
	struct bytes whole = document(&b, 1, BYTES_LIT("Sub X\r\n"));

	rig_damage(&format_vba, load, whole, 512);
	rig_starve(&format_vba, load, whole, 20000);
	buf_done(&b);
}

/* Every bit of the two packed streams, which lie in the mini stream. */
TEST(damaged_project)
{
	struct buf b = { 0 };

	document(&b, 1, BYTES_LIT("Sub X\r\n"));
	for (size_t bit = 1024 * 8; bit < 1536 * 8; bit++) {
		struct rig *r;

		ROW("bit %zu", bit);
		b.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		r = rig_open(&format_vba, buf_bytes(&b), 1 << 20);
		EQ_U(load(r->facts), OK);
		rig_close(r);
		b.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	buf_done(&b);
}

/* Many modules of one stream: what is unpacked again counts again. */
TEST(modules_that_share_a_stream_end_with_the_budget)
{
	struct buf b = { 0 };
	uint8_t source[3000];
	struct rig *r;
	struct vba *v;

	memset(source, 'x', sizeof(source));
	r = rig_open(&format_vba,
	    document(&b, 90, (struct bytes){ source, sizeof(source) }), 1 << 24);
	v = r->facts;
	EQ_U(load(v), OK);
	EQ_U(v->modules.n, 90);
	CHECK(v->ovba.steps > 90 * 3000 / 64);
	CHECK(v->ovba.steps <= v->ovba.budget);
	rig_close(r);
	buf_done(&b);
}

TEST(another_file)
{
	struct rig *r = rig_open(&format_vba, BYTES_LIT("MZ"), 1 << 20);
	const struct vba *v = r->facts;

	EQ_U(r->err, ERR_FORMAT);
	EQ_I(v->has_macros, 0);
	rig_close(r);
}
