/*
 * The parser of zip, unit by unit; whole archives are compared in tests/golden/zip, which
 * YARA-X reads the same way.
 */
#include "format/zip.h"

#include "format/rig.h"

extern const struct format format_zip;

/* An entry named "a" of one byte, its directory, and the end record. */
static const char one[] =
    "504b0304 1400 0000 0000 00002158 00000000 01000000 01000000 0100 0000 61 78"
    "504b0102 1400 1400 0000 0000 00002158 00000000 01000000 01000000 0100 0000 0000"
    "0000 0000 00000000 00000000 61"
    "504b0506 0000 0000 0100 0100 2f000000 20000000 0000";

static struct zip *
zip_of(const struct rig *o)
{
	return o->facts;
}

static const struct zip_entry *
entry(const struct rig *o, uint32_t k)
{
	return (const struct zip_entry *)zip_of(o)->entries.p + k;
}

TEST(what_is_an_archive)
{
	/* clang-format off */
	static const struct {
		const char *name, *hex;
		bool want;
	} rows[] = {
		{ "nothing in it",    "504b0506 0000 0000 0000 0000 00000000 00000000 0000", true },
		{ "a byte short",     "504b0506 0000 0000 0000 0000 00000000 00000000 00", false },
		{ "comment outside",  "504b0506 0000 0000 0000 0000 00000000 00000000 0100", false },
		{ "behind something", "00 504b0506 0000 0000 0000 0000 00000000 00000000 0000", false },
		{ "another volume",   "504b0506 0100 0000 0000 0000 00000000 00000000 0000", false },
		{ "one entry",        one, true },
		{ "text",             "7468657265206973206e6f20617263686976652068657265", false },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rig *o = rig_open(&format_zip, test_hex(rows[i].hex), 1 << 20);

		ROW("%s", rows[i].name);
		EQ_U(o->err, rows[i].want ? OK : ERR_FORMAT);
		EQ_I(zip_of(o)->is_zip, rows[i].want);
		EQ_U(zip_load_entries(o->facts), OK);
		rig_close(o);
	}
}

TEST(entries_wait_until_they_are_read)
{
	struct rig *o = rig_open(&format_zip, test_hex(one), 1 << 20);

	EQ_U(zip_of(o)->steps, 0);
	EQ_U(zip_load_entries(o->facts), OK);
	EQ_U(zip_load_entries(o->facts), OK);
	EQ_U(zip_of(o)->steps, 1);
	EQ_B(entry(o, 0)->file_path, BYTES_LIT("a"));
	EQ_I(entry(o, 0)->compression, ZIP_STORED);
	EQ_I(entry(o, 0)->uncompressed_size, 1);
	rig_close(o);
}

TEST(a_walk_finds_the_data)
{
	struct bytes file = test_hex(one);
	struct zip_dir dir;
	struct zip_record r;

	EQ_U(zip_dir_open(file, &dir), OK);
	CHECK(zip_dir_next(&dir, &r));
	EQ_B(zip_dir_data(&dir, &r), BYTES_LIT("x"));
	r.header = 1;
	CHECK(zip_dir_data(&dir, &r).p == NULL);
	r.header = 0;
	r.compressed = file.n;
	CHECK(zip_dir_data(&dir, &r).p == NULL);
	r.compressed = 1;
	r.flags = 1; /* encrypted */
	CHECK(zip_dir_data(&dir, &r).p == NULL);
	CHECK(!zip_dir_next(&dir, &r));
}

/* A directory of entries as small as they may be, and a number that lies. */
TEST(work_is_linear_in_the_size)
{
	size_t n = 20000, size = n * 46;
	uint8_t *p = calloc(1, size + ZIP_END_SIZE);
	struct rig *o;

	if (p == NULL)
		abort();
	for (size_t k = 0; k < n; k++)
		put_le32(p + k * 46, 0x02014b50);
	put_le32(p + size, 0x06054b50);
	put_le16(p + size + 10, 0xfffe);
	put_le32(p + size + 12, (uint32_t)size);
	o = rig_open(&format_zip, (struct bytes){ p, size + ZIP_END_SIZE }, 1 << 24);
	EQ_U(o->err, OK);
	EQ_U(zip_load_entries(o->facts), OK);
	EQ_U(zip_of(o)->entries.n, n);
	EQ_U(zip_of(o)->steps, n);
	CHECK(o->parse.notes & ZIP_NOTE_CUT);
	rig_close(o);
	free(p);
}

static enum err
load_all(void *facts)
{
	return zip_load_entries(facts);
}

TEST(damaged_and_starved)
{
	struct bytes whole = test_hex(one);

	rig_damage(&format_zip, load_all, whole, whole.n);
	rig_starve(&format_zip, load_all, whole, 512);
}
