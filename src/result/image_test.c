#include "result/image.h"

#include "tests/tap.h"

struct record {
	uint64_t base, n;
};

/* clang-format off */
static const struct row {
	const char *name;
	struct record r[3];
	uint32_t n;
	size_t data;
	enum err want;
} rows[] = {
	{ "none",            { { 0 } },                             0, 0, OK },
	{ "one",             { { 0x1000, 4 } },                     1, 4, OK },
	{ "two",             { { 0, 4 }, { 4, 2 } },                2, 6, OK },
	{ "with a hole",     { { 0, 4 }, { 1ull << 47, 2 } },       2, 6, OK },
	{ "more data",       { { 0, 4 } },                          1, 9, OK },
	{ "an empty region", { { 5, 0 }, { 5, 1 } },                2, 1, OK },
	{ "the last byte",   { { UINT64_MAX - 1, 1 } },             1, 1, OK },
	{ "beyond 2^64",     { { UINT64_MAX, 2 } },                 1, 2, ERR_FORMAT },
	{ "cut",             { { 0, 4 } },                          1, 3, ERR_FORMAT },
	{ "huge",            { { 0, UINT64_MAX } },                 1, 3, ERR_FORMAT },
	{ "huge, second",    { { 0, 1 }, { 8, UINT64_MAX - 9 } },   2, 3, ERR_FORMAT },
	{ "overlap",         { { 0, 4 }, { 3, 2 } },                2, 6, ERR_FORMAT },
	{ "backwards",       { { 8, 4 }, { 0, 2 } },                2, 6, ERR_FORMAT },
	{ "twice",           { { 8, 4 }, { 8, 4 } },                2, 8, ERR_FORMAT },
};
/* clang-format on */

static struct bytes
image_of(const struct row *r, struct buf *b)
{
	for (uint32_t i = 0; i < r->n; i++)
		image_put(b, r->r[i].base, r->r[i].n);
	for (size_t i = 0; i < r->data; i++)
		buf_u8(b, (uint8_t)i);
	return test_copy(buf_bytes(b));
}

TEST(table)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf b = { 0 };
		struct region out[3];
		struct bytes file = image_of(&rows[i], &b);
		uint8_t first = 0;

		ROW("%s", rows[i].name);
		EQ_U(image_get(file, rows[i].n, out), rows[i].want);
		for (uint32_t k = 0; k < rows[i].n && rows[i].want == OK; k++) {
			EQ_U(out[k].base, rows[i].r[k].base);
			EQ_U(out[k].data.n, rows[i].r[k].n);
			if (out[k].data.n > 0)
				EQ_U(out[k].data.p[0], first);
			first = (uint8_t)(first + out[k].data.n);
		}
		buf_done(&b);
	}
}

/* Every cut of an image is refused or complete, and no bit of its table hurts. */
TEST(hostile)
{
	struct row r = { .r = { { 0x1000, 5 }, { 0x2000, 6 } }, .n = 2, .data = 11 };
	struct buf b = { 0 };
	struct bytes whole = image_of(&r, &b);
	struct region out[2];

	for (size_t n = 0; n < whole.n; n++)
		EQ_U(image_get(test_copy(bytes_clip(whole, 0, n)), 2, out), ERR_FORMAT);
	for (size_t bit = 0; bit < 2 * IMAGE_RECORD * 8; bit++) {
		b.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (image_get(buf_bytes(&b), 2, out) == OK)
			for (int k = 0; k < 2; k++)
				CHECK(out[k].data.p + out[k].data.n <= b.p + b.n);
		b.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	EQ_U(image_get(whole, IMAGE_REGIONS_MAX + 1, out), ERR_FORMAT);
	EQ_U(image_get(whole, 3, (struct region[3]){ 0 }), ERR_FORMAT);
	buf_done(&b);
}

TEST(lookup)
{
	static const struct {
		uint64_t at;
		size_t n;
	} asked[] = { { 0, 0 }, { 0xfff, 0 }, { 0x1000, 5 }, { 0x1004, 1 }, { 0x1005, 0 },
		{ 0x1fff, 0 }, { 0x2000, 6 }, { UINT64_MAX, 0 } };
	const struct region v[] = { { 0x1000, BYTES_LIT("12345") },
		{ 0x2000, BYTES_LIT("123456") } };
	const struct regions r = { v, 2 }, none = { 0 };

	for (size_t i = 0; i < COUNT(asked); i++) {
		ROW("%zu", i);
		EQ_U(region_from(&r, asked[i].at).n, asked[i].n);
		EQ_U(region_from(&none, asked[i].at).n, 0);
	}
	CHECK(region_before(&r, 0xfff) == NULL && region_before(&r, 0x1fff) == &v[0]);
}
