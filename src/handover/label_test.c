/* What is handed over, as text: one spelling for everything. */
#include "handover/label.h"

#include "tests/tap.h"

#define HEX32 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define SIX                                                         \
	"candor handover 1\nproduct hello\nversion 1:2.10-3\ndate " \
	"2026-11-29T10:00:00Z\nsource folder\nprevious none\n"

/* clang-format off */
static const struct {
	const char *name, *text;
	bool ok;
} rows[] = {
	{ "good", SIX, true },
	{ "of a commit", "candor handover 1\nproduct a\nversion 1\ndate 2026-11-29T10:00:00Z\nsource git "
	  "0123456789abcdef0123456789abcdef01234567\nprevious " HEX32 "\n", true },
	{ "empty", "", false },
	{ "another first line", "candor handover 2\nproduct hello\n", false },
	{ "a line less", "candor handover 1\nproduct a\nversion 1\ndate 2026-11-29T10:00:00Z\nsource folder\n", false },
	{ "a line more", SIX "more\n", false },
	{ "another order", "candor handover 1\nversion 1\nproduct a\ndate 2026-11-29T10:00:00Z\nsource folder\nprevious none\n", false },
	{ "a blank in a name", "candor handover 1\nproduct a b\nversion 1\ndate 2026-11-29T10:00:00Z\nsource folder\nprevious none\n", false },
	{ "a slash in a name", "candor handover 1\nproduct ../a\nversion 1\ndate 2026-11-29T10:00:00Z\nsource folder\nprevious none\n", false },
	{ "a name like an option", "candor handover 1\nproduct -a\nversion 1\ndate 2026-11-29T10:00:00Z\nsource folder\nprevious none\n", false },
	{ "no such day", "candor handover 1\nproduct a\nversion 1\ndate 2026-02-30T10:00:00Z\nsource folder\nprevious none\n", false },
	{ "a commit in upper case", "candor handover 1\nproduct a\nversion 1\ndate 2026-11-29T10:00:00Z\nsource git "
	  "0123456789ABCDEF0123456789abcdef01234567\nprevious none\n", false },
	{ "a short commit", "candor handover 1\nproduct a\nversion 1\ndate 2026-11-29T10:00:00Z\nsource git 0123\nprevious none\n", false },
	{ "a short digest", "candor handover 1\nproduct a\nversion 1\ndate 2026-11-29T10:00:00Z\nsource folder\nprevious 00\n", false },
	{ "no last newline", "candor handover 1\nproduct a\nversion 1\ndate 2026-11-29T10:00:00Z\nsource folder\nprevious none", false },
	{ "a carriage return", "candor handover 1\r\nproduct a\nversion 1\ndate 2026-11-29T10:00:00Z\nsource folder\nprevious none\n", false },
};
/* clang-format on */

TEST(read_and_written)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes text = test_copy(bytes_of(rows[i].text));
		struct fault f = { 0 };
		struct buf again = { 0 };
		struct label l;

		ROW("%s", rows[i].name);
		if (label_parse(text, &l, &f) == OK) {
			label_print(&l, &again);
			EQ_B(buf_bytes(&again), text);
		}
		EQ_U(f.kind == FAULT_NONE, rows[i].ok);
		if (!rows[i].ok)
			EQ_U(f.kind, FAULT_TEXT);
		buf_done(&again);
	}
}

TEST(the_seal)
{
	struct bytes text = test_copy(BYTES_LIT(SIX "manifest " HEX32 " 1196\n"));
	struct label_seal s;
	struct buf again = { 0 };
	struct fault f = { 0 };

	EQ_U(label_seal_parse(text, &s, &f), OK);
	EQ_U(s.size, 1196);
	EQ_U(s.manifest[1], 0x11);
	label_seal_print(&s, &again);
	EQ_B(buf_bytes(&again), text);
	buf_done(&again);
	/* the label alone is no seal, and a number has one spelling */
	CHECK(label_seal_parse(test_copy(BYTES_LIT(SIX)), &s, &f) != OK);
	EQ_U(f.kind, FAULT_SEAL);
	CHECK(label_seal_parse(BYTES_LIT(SIX "manifest " HEX32 " 01196\n"), &s, NULL) !=
	      OK);
	CHECK(label_seal_parse(BYTES_LIT(SIX "manifest " HEX32 "\n"), &s, NULL) != OK);
}

TEST(every_cut_is_refused)
{
	struct bytes text = BYTES_LIT(SIX);
	struct label l;

	for (size_t n = 0; n < text.n; n++)
		CHECK(label_parse(test_copy(bytes_sub(text, 0, n)), &l, NULL) != OK);
}

TEST(names)
{
	CHECK(label_name_ok(BYTES_LIT("libstdc++6")));
	CHECK(label_name_ok(BYTES_LIT("1:2.3~rc1-4+b1")));
	CHECK(!label_name_ok(BYTES_LIT("")));
	CHECK(!label_name_ok(BYTES_LIT(".")));
	CHECK(!label_name_ok(BYTES_LIT("a\0b")));
	CHECK(!label_name_ok(BYTES_LIT("a\nb")));
}
