/* What is said of an archive that is none of ours: the worst of it, with its code. */
#include "handover/survey.h"

#include "handover/tar_rig.h"

/* clang-format off */
static const struct {
	const char *name;
	char type;
	const char *link;
	enum fault_kind want;
	const char *says;
} rows[] = {
	{ "l", '2', "/etc/passwd", FAULT_SYMLINK, "'l' (member 2, at byte 1024) is a symbolic link to '/etc/passwd'" },
	{ "h", '1', "../a", FAULT_HARDLINK, "'h' (member 2, at byte 1024) is a hard link to '../a'" },
	{ "c", '3', "", FAULT_DEVICE, "is a character device" },
	{ "b", '4', "", FAULT_DEVICE, "is a block device" },
	{ "f", '6', "", FAULT_FIFO, "is a fifo" },
	{ "d/", '5', "", FAULT_FOLDER, "'d/' (member 2, at byte 1024) is a folder as a member" },
	{ "d/", '0', "", FAULT_FOLDER, "is a folder as a member" },
	{ "c", '7', "", FAULT_KIND, "is a contiguous file" },
	{ "s", 'S', "", FAULT_KIND, "is a sparse file" },
	{ "u", 'Z', "", FAULT_KIND, "is of a kind that nobody knows" },
	{ "/etc/x", '0', "", FAULT_ABSOLUTE, "has an absolute name" },
	{ "/etc/", '5', "", FAULT_ABSOLUTE, "has an absolute name" },
	{ "../x", '0', "", FAULT_PARENT, "leads out" },
	{ "a/..", '0', "", FAULT_PARENT, "leads out" },
	{ "a/../../x", '2', "y", FAULT_PARENT, "leads out" },
	{ "./x", '0', "", FAULT_NAME, "has a name with '.' or '..' in it" },
	{ "a//b", '0', "", FAULT_NAME, "has a name with an empty part" },
	{ "a\033[2J", '0', "", FAULT_NAME, "'a\\x1b[2J' (member 2, at byte 1024) has a name with a control character" },
	{ "\xff", '0', "", FAULT_NAME, "has a name that is not UTF-8" },
	{ "first", '0', "", FAULT_TWICE, "'first' (member 2, at byte 1024) is there twice" },
	{ "..x", '0', "", FAULT_FORM, "member 1, at byte 0 ('first'): a header that is not in the canonical form: its owner" },
};
/* clang-format on */

static void
refused(struct tar_rig *t, enum fault_kind want, const char *says)
{
	static const struct ustar_limits limits = { 100, 1 << 20, 0 };
	struct archive_refusal why = { 0 };
	struct fault f = { 0 };
	struct archive a;
	int fd = tar_rig_file(t);

	EQ_U(archive_open(fd, &limits, &a, &why), ERR_FORMAT);
	EQ_U(survey_refused(fd, &why, &f), ERR_FORMAT);
	EQ_U(f.kind, want);
	if (!CHECK(strstr(f.text, says) != NULL))
		printf("# %s\n", f.text);
	close(fd);
	buf_done(&t->all);
	*t = (struct tar_rig){ 0 };
}

/* Behind a file that only has an owner, as in every tar that was not made for us. */
static void
owned(struct tar_rig *t, const char *name)
{
	uint8_t *block = tar_rig_header(t, name, '0', "", 1);

	memcpy(block + 108, "0001750", 7);
	tar_rig_sum(block);
	tar_rig_content(t, "x", 1);
}

TEST(kinds)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct tar_rig t = { 0 };

		ROW("%s %c", rows[i].name, rows[i].type);
		owned(&t, "first");
		tar_rig_link(&t, rows[i].name, rows[i].type, rows[i].link);
		refused(&t, rows[i].want, rows[i].says);
	}
}

/* What leads out is named before what is only odd, wherever it stands. */
TEST(the_worst_of_them)
{
	struct tar_rig t = { 0 };

	owned(&t, "a");
	tar_rig_link(&t, "d/", '5', "");
	tar_rig_member(&t, "./b", '0', "x");
	owned(&t, "a");
	tar_rig_link(&t, "p", '6', "");
	tar_rig_link(&t, "l", '2', "x");
	refused(&t, FAULT_FIFO, "'p' (member 5, at byte 3584) is a fifo");
}

/* A thousand names and one of them again. */
TEST(twice_among_many)
{
	struct tar_rig t = { 0 };
	char name[16];

	for (int i = 2000; i > 0; i--) {
		snprintf(name, sizeof(name), "n%d", i);
		tar_rig_member(&t, name, '0', "");
	}
	tar_rig_member(&t, "n777", '0', "");
	refused(&t, FAULT_TWICE, "'n777' (member 2001, at byte 1024000) is there twice");
}

TEST(canonical_headers)
{
	struct tar_rig t = { 0 };

	tar_rig_member(&t, "b", '0', "");
	tar_rig_member(&t, "a", '0', "");
	refused(&t, FAULT_ORDER, "member 2, at byte 512 ('a'): names out of order");
	tar_rig_member(&t, "a", '0', "");
	tar_rig_member(&t, "a/b", '0', "");
	refused(&t, FAULT_CLASH, "a file that is a folder, too");
	tar_rig_member(&t, "a", '0', "");
	tar_rig_content(&t, "text", 4);
	refused(&t, FAULT_BUNDLE, "not a ustar archive");
	tar_rig_member(&t, "a", '0', "x");
	memset(buf_room(&t.all, 2 * USTAR_BLOCK), 0, 2 * USTAR_BLOCK);
	refused(&t, FAULT_FORM, "bytes behind the end");
	buf_str(&t.all, "MZ");
	refused(&t, FAULT_BUNDLE, "this is no handover bundle: not a ustar archive");
}

/* A name as long as they get, of bytes that must be escaped: the sentence ends all the
 * same. */
TEST(long_names)
{
	char name[1000];
	struct tar_rig t = { 0 };

	memset(name, 1, sizeof(name));
	name[sizeof(name) - 1] = '\0';
	tar_rig_member(&t, "L", 'L', name);
	tar_rig_member(&t, "K", 'K', name);
	tar_rig_link(&t, "x", '2', "y");
	refused(&t, FAULT_SYMLINK, "handover create' made");
}
