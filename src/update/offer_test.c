#include "update/offer.h"

#include "tests/tap.h"

#define HEX "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

/* clang-format off */
static const struct row {
	const char *text;
	enum err want;
	uint64_t size;
} rows[] = {
	{ "candor statements 1\narchive " HEX " 0\n", OK, 0 },
	{ "candor statements 1\narchive " HEX " 67108864\n", OK, 67108864 },
	{ "", ERR_FORMAT, 0 }, { "candor statements 1\n", ERR_FORMAT, 0 },
	{ "candor statements 2\narchive " HEX " 1\n", ERR_FORMAT, 0 },
	{ "candor statements 1\narchive " HEX " 1", ERR_FORMAT, 0 },
	{ "candor statements 1\narchive " HEX " 01\n", ERR_FORMAT, 0 },
	{ "candor statements 1\narchive " HEX "\n", ERR_FORMAT, 0 },
	{ "candor statements 1\narchive " HEX " 1 2\n", ERR_FORMAT, 0 },
	{ "candor statements 1\narchive A" HEX " 1\n", ERR_FORMAT, 0 },
	{ "candor statements 1\nblob " HEX " 1\n", ERR_FORMAT, 0 },
	{ "candor statements 1\narchive " HEX " 1\narchive " HEX " 1\n", ERR_FORMAT, 0 },
};
/* clang-format on */

TEST(texts)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct offer o = { .size = 7 };
		struct fault f = { 0 };
		struct buf b = { 0 };

		ROW("%s", rows[i].text);
		EQ_U(
		    offer_parse(test_copy(bytes_of(rows[i].text)), &o, &f), rows[i].want);
		EQ_U(f.kind, rows[i].want == OK ? FAULT_NONE : FAULT_EVIDENCE);
		if (rows[i].want == OK) {
			EQ_U(o.size, rows[i].size);
			offer_print(&o, &b);
			EQ_S(buf_cstr(&b), rows[i].text);
		} else
			EQ_U(o.size, 7); /* untouched */
		buf_done(&b);
	}
}

TEST(where_it_is)
{
	struct offer o;
	char path[80];

	EQ_U(offer_parse(bytes_of(rows[0].text), &o, NULL), OK);
	offer_path(&o, path);
	EQ_S(path, "blob/" HEX);
}
