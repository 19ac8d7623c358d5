/* take_test.c - artefacts out of a folder that somebody hostile left. */
#include "rebuild/take.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sys.h"
#include "crypto/hash.h"
#include "rebuild/folder_rig.h"
#include "tests/tap.h"

static void
put(const struct rig *r, const char *name, const char *text)
{
	CLEAN(fd_closep)
	int fd = openat(r->dir, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	CHECK(fd >= 0 && sys_write_all(fd, text, strlen(text)) == OK);
}

static bool
is_x(void *arg, const char *name)
{
	(void)arg;
	return strcmp(name, "x") == 0;
}

TEST(files)
{
	uint8_t digest[HASH_MAX];
	const struct take_file *f;
	struct take t = { 0 };
	struct rig r = { 0 };
	char text[8] = "";
	size_t n;

	rig_init(&r);
	put(&r, "x", "one");
	CHECK(mkdirat(r.dir, "d", 0755) == 0 && mkdirat(r.dir, "d/e", 0755) == 0);
	put(&r, "d/e/y", "two");
	EQ_U(take_all(r.dir, is_x, NULL, &t), OK);
	CHECK(t.whole && t.nodd == 0);
	if (CHECK(t.n == 2)) {
		EQ_S(t.file[0].name, "d/e/y");
		CHECK(t.file[0].fd < 0);
	}
	f = take_find(&t, "x");
	hash_of(HASH_SHA256, BYTES_LIT("one"), digest);
	if (CHECK(f != NULL && f->fd >= 0)) {
		CHECK(memcmp(f->digest, digest, TAKE_DIGEST) == 0);
		EQ_U(f->size, 3);
		CHECK(sys_pread(f->fd, text, sizeof(text), 0, &n) == OK && n == 3);
		EQ_S(text, "one");
	}
	CHECK(take_find(&t, "e") == NULL);
	take_done(&t);
	EQ_U(take_all(r.dir, NULL, NULL, &t), OK);
	CHECK(take_find(&t, "d/e/y")->fd >= 0);
	take_done(&t);
	rig_done(&r);
}

/* Links are not followed, pipes not waited for; both are named, and it is still whole. */
TEST(odd_things)
{
	static const struct {
		const char *name;
		mode_t mode; /* 0: a link */
		const char *what;
	} rows[] = { { "link", 0, "a symbolic link" },
		{ "fifo", S_IFIFO | 0600, "a fifo" },
		{ "sock", S_IFSOCK | 0600, "a socket" },
		{ "dir", S_IFDIR, "an empty folder" } };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct take t = { 0 };
		struct rig r = { 0 };

		ROW("%s", rows[i].name);
		rig_init(&r);
		put(&r, "good", "x");
		CHECK(rows[i].mode == 0
			  ? symlinkat("/etc/passwd", r.dir, rows[i].name) == 0
		      : rows[i].mode == S_IFDIR
			  ? mkdirat(r.dir, rows[i].name, 0755) == 0
			  : mknodat(r.dir, rows[i].name, rows[i].mode, 0) == 0);
		EQ_U(take_all(r.dir, NULL, NULL, &t), OK);
		EQ_U(t.n, 1);
		EQ_U(t.nodd, 1);
		EQ_S(t.odd[0].name, rows[i].name);
		EQ_S(take_instead(&t, rows[i].name), rows[i].what);
		CHECK(take_instead(&t, "good") == NULL && take_instead(&t, "x") == NULL);
		CHECK(t.whole);
		take_done(&t);
		rig_done(&r);
	}
}

TEST(too_deep)
{
	struct take t = { 0 };
	struct rig r = { 0 };
	int dir;

	rig_init(&r);
	dir = fcntl(r.dir, F_DUPFD_CLOEXEC, 3);
	for (unsigned i = 0; i < 80 && dir >= 0; i++) {
		int next;

		CHECK(mkdirat(dir, "d", 0755) == 0);
		next = openat(dir, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		close(dir);
		dir = next;
	}
	fd_closep(&dir);
	EQ_U(take_all(r.dir, NULL, NULL, &t), OK);
	CHECK(!t.whole);
	take_done(&t);
	rig_done(&r);
}

TEST(scratch_has_no_name)
{
	struct stat st;
	int fd = take_scratch();

	CHECK(fd >= 0 && fstat(fd, &st) == 0 && st.st_nlink == 0);
	fd_closep(&fd);
}
