#include "rules/lit_anchor.h"

#include "tests/tap.h"

static struct arena arena;

static struct lit_anchors *
new_anchors(unsigned groups)
{
	static bool ready;

	if (!ready)
		arena_init(&arena, 64u << 20);
	ready = true;
	return lit_anchors_new(&arena, groups);
}

/* What the filter does with the tables that are written. */
static bool
written_has(struct bytes tables, const uint8_t *quad)
{
	for (size_t at = 0; at < tables.n; at += LIT_ANCHORS) {
		unsigned x = 0xff;

		for (unsigned i = 0; i < LIT_WINDOW; i++)
			x &= tables.p[at + (size_t)i * LIT_CLASSES + lit_class(quad[i])];
		if (x != 0)
			return true;
	}
	return false;
}

TEST(classes)
{
	unsigned high[LIT_CLASSES] = { 0 };

	for (unsigned b = 0; b < 256; b++) {
		uint8_t f = lit_fold((uint8_t)b), c = lit_class(f);

		ROW("%02x", b);
		CHECK(c < LIT_CLASSES);
		if (f < 0x80)
			EQ_U(c, f);
		else if (f == b)
			high[c]++;
	}
	for (unsigned c = 0; c < LIT_CLASSES; c++)
		EQ_U(high[c], c >= 0x40 && c < 0x60 ? 3 : 0);
}

/* What was put is an anchor until it is taken away; the rest is as it was. */
TEST(put_and_take)
{
	static const char quads[][5] = { "http", "l\0s\0", "\xff\xd8\xe0\x80", "    " };

	for (unsigned groups = 8; groups <= 16; groups += 8) {
		struct lit_anchors *t = new_anchors(groups);
		unsigned group[COUNT(quads)];
		struct buf out = { 0 };

		for (size_t i = 0; i < COUNT(quads); i++) {
			const uint8_t *q = (const uint8_t *)quads[i];
			struct lit_places p = lit_places_of(q);

			ROW("%zu of %u", i, groups);
			CHECK(!lit_anchors_has(t, q));
			CHECK(lit_anchors_cost(t, &p, &group[i]) > 0);
			CHECK(group[i] < groups);
			lit_anchors_put(t, &p, group[i]);
			lit_anchors_put(t, &p, group[i]);
			lit_anchors_take(t, &p, group[i]);
			CHECK(lit_anchors_has(t, q));
			CHECK(!(lit_anchors_cost(t, &p, &(unsigned){ 0 }) > 0));
		}
		lit_anchors_write(t, &out);
		EQ_U(out.n, groups / 8 * LIT_ANCHORS);
		for (size_t i = 0; i < COUNT(quads); i++) {
			const uint8_t *q = (const uint8_t *)quads[i];
			struct lit_places p = lit_places_of(q);

			CHECK(written_has(buf_bytes(&out), q));
			lit_anchors_take(t, &p, group[i]);
			CHECK(!lit_anchors_has(t, q));
		}
		buf_clear(&out);
		lit_anchors_write(t, &out);
		for (size_t i = 0; i < out.n; i++)
			EQ_U(out.p[i], 0);
		buf_done(&out);
	}
}

/* Sets of bytes at a place: each window of them is an anchor. */
TEST(places)
{
	static const uint8_t hex[] = "0123456789abcdef";
	struct lit_places p = { { (const uint8_t *)"\\", (const uint8_t *)"x", hex, hex },
		{ 1, 1, 16, 16 } };
	struct lit_anchors *t = new_anchors(8);
	unsigned group;

	CHECK(lit_anchors_cost(t, &p, &group) > 0);
	lit_anchors_put(t, &p, group);
	for (unsigned i = 0; i < 256; i++)
		CHECK(lit_anchors_has(
		    t, (uint8_t[]){ '\\', 'x', hex[i >> 4], hex[i & 15] }));
	CHECK(!lit_anchors_has(t, (const uint8_t *)"\\xg0"));
	CHECK(!lit_anchors_has(t, (const uint8_t *)"/x00"));
}

/* Windows of unlike kinds go into unlike groups: a mix of both is no anchor. */
TEST(kinds_apart)
{
	static const char *const words[] = { "kern", "syst", "wind", "load", "file" };
	static const uint8_t code[][4] = { { 0x8b, 0x45, 0x01, 0x90 },
		{ 0x89, 0x05, 0x02, 0x99 }, { 0x83, 0x0c, 0x03, 0x8d } };
	struct lit_anchors *t = new_anchors(8);

	for (size_t i = 0; i < COUNT(words) + COUNT(code); i++) {
		const uint8_t *q =
		    i < COUNT(words) ? (const uint8_t *)words[i] : code[i - COUNT(words)];
		struct lit_places p = lit_places_of(q);
		unsigned group;

		(void)lit_anchors_cost(t, &p, &group);
		lit_anchors_put(t, &p, group);
	}
	CHECK(!lit_anchors_has(t, (uint8_t[]){ 'k', 'e', 0x01, 0x90 }));
	CHECK(!lit_anchors_has(t, (uint8_t[]){ 0x8b, 0x05, 'r', 'n' }));
}
