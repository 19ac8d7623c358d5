/* fill_test.c - a tree out of a bundle: contents, modes, links, times, order. */
#include "rebuild/fill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sys.h"
#include "crypto/hash.h"
#include "tests/tap.h"

#define WHEN 1700000000

static const char content[] = "0123456789";

/* A bundle of ten bytes, and a folder to fill. */
struct rig {
	int bundle, dir;
	char folder[40];
};

static void
rig_init(struct rig *r)
{
	snprintf(r->folder, sizeof(r->folder), "/tmp/candor-fill-XXXXXX");
	CHECK(mkdtemp(r->folder) != NULL);
	r->dir = open(r->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(sys_memfd("bundle", &r->bundle) == OK);
	CHECK(sys_write_all(r->bundle, content, 10) == OK);
}

static void
rig_done(struct rig *r)
{
	test_remove(r->folder);
	fd_closep(&r->dir);
	fd_closep(&r->bundle);
}

static const char *
read_back(const struct rig *r, const char *name)
{
	static char text[32];
	CLEAN(fd_closep) int fd = openat(r->dir, name, O_RDONLY | O_CLOEXEC);
	size_t n = 0;

	if (fd < 0 || sys_pread(fd, text, sizeof(text) - 1, 0, &n) != OK)
		return "(none)";
	text[n] = '\0';
	return text;
}

TEST(tree)
{
	const struct fill_file files[] = {
		{ .name = "a/b/c", .at = 2, .size = 3 },
		{ .name = "a/empty" },
		{ .name = "a/folder", .folder = true },
		{ .name = "a/link", .link = "b/c" },
		{ .name = "run", .at = 9, .size = 1, .exec = true },
	};

	for (unsigned descending = 0; descending < 2; descending++) {
		struct fill_tree t = { files, COUNT(files), -1, WHEN };
		struct fill_fault f;
		struct stat st;
		struct rig r = { 0 };

		ROW("descending %u", descending);
		rig_init(&r);
		t.bundle = r.bundle;
		EQ_U(fill_make(&t, r.dir, descending, &f), OK);
		CHECK(f.name == NULL);
		EQ_S(read_back(&r, "a/b/c"), "234");
		EQ_S(read_back(&r, "a/empty"), "");
		EQ_S(read_back(&r, "a/link"), "234");
		EQ_S(read_back(&r, "run"), "9");
		CHECK(fstatat(r.dir, "run", &st, 0) == 0);
		EQ_U(st.st_mode & 07777, 0755);
		CHECK(fstatat(r.dir, "a/b/c", &st, 0) == 0);
		EQ_U(st.st_mode & 07777, 0644);
		EQ_I(st.st_mtime, WHEN);
		CHECK(fstatat(r.dir, "a/b", &st, 0) == 0);
		EQ_I(st.st_mtime, WHEN);
		CHECK(fstatat(r.dir, "a/folder", &st, 0) == 0 && S_ISDIR(st.st_mode));
		EQ_I(st.st_mtime, WHEN);
		CHECK(fstatat(r.dir, "a/link", &st, AT_SYMLINK_NOFOLLOW) == 0);
		EQ_I(st.st_mtime, WHEN);
		rig_done(&r);
	}
}

/* The bundle is a stranger's file: it may shrink or change after it was checked. */
TEST(changed_meanwhile)
{
	uint8_t good[HASH_MAX], bad[HASH_MAX] = { 0 };
	struct fill_file file = { .name = "x", .at = 2, .size = 3, .digest = good };
	struct fill_tree t = { &file, 1, -1, WHEN };
	struct fill_fault f;
	struct rig r = { 0 };

	rig_init(&r);
	t.bundle = r.bundle;
	hash_of(HASH_SHA256, BYTES_LIT("234"), good);
	EQ_U(fill_make(&t, r.dir, false, &f), OK);
	file.name = "y";
	file.digest = bad;
	EQ_U(fill_make(&t, r.dir, false, &f), ERR_IO);
	EQ_I(errno, EBADMSG);
	EQ_S(f.name, "y");
	file = (struct fill_file){ .name = "z", .at = 8, .size = 3 };
	EQ_U(fill_make(&t, r.dir, false, &f), ERR_IO);
	EQ_I(errno, ENODATA);
	rig_done(&r);
}

/* What is there is never written to, nor followed. */
TEST(nothing_is_overwritten)
{
	const struct fill_file file = { .name = "x", .at = 0, .size = 1 };
	struct fill_tree t = { &file, 1, -1, WHEN };
	struct fill_fault f;
	struct rig r = { 0 };

	rig_init(&r);
	t.bundle = r.bundle;
	CHECK(symlinkat("/nonexistent/there", r.dir, "x") == 0);
	EQ_U(fill_make(&t, r.dir, false, &f), ERR_IO);
	EQ_S(f.name, "x");
	rig_done(&r);
}
