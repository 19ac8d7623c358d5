#include "release/archive.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/sys.h"
#include "tests/tap.h"

/* A folder with files, and a file for the archive. */
struct rig {
	char dir[64];
	int fd;
};

static void
write_file(const struct rig *g, const char *name, const char *text)
{
	char *path = xprintf("%s/%s", g->dir, name);
	FILE *f = fopen(path, "w");

	if (CHECK(f != NULL)) {
		fputs(text, f);
		fclose(f);
	}
	free(path);
}

static void
rig_init(struct rig *g)
{
	snprintf(g->dir, sizeof(g->dir), "/tmp/candor-archive-XXXXXX");
	CHECK(mkdtemp(g->dir) != NULL);
	EQ_U(sys_memfd("archive", &g->fd), OK);
	write_file(g, "1", "one");
	write_file(g, "2", "");
}

static void
rig_done(struct rig *g)
{
	test_remove(g->dir);
	fd_closep(&g->fd);
}

static enum err
pack(struct rig *g, const char *const *names, const char *const *paths, const char **why)
{
	struct archive_file files[4];
	struct archive_fault fault = { 0 };
	size_t n = 0;
	enum err e;

	for (; names[n] != NULL; n++)
		files[n] = (struct archive_file){ .name = bytes_of(names[n]),
			.path = xprintf("%s/%s", g->dir, paths[n]) };
	e = archive_write(g->fd, files, n, &fault);
	*why = fault.why;
	for (size_t i = 0; i < n; i++)
		free((void *)(uintptr_t)files[i].path);
	return e;
}

TEST(round)
{
	static const char *const names[] = { "z.yar", "a/b.yar", "a.yar", NULL };
	static const char *const paths[] = { "1", "2", "1", NULL };
	struct archive_refusal not = { 0 };
	struct archive a;
	const char *why = NULL;
	struct rig g;
	char text[3];
	size_t got = 0;

	rig_init(&g);
	EQ_U(pack(&g, names, paths, &why), OK);
	CHECK(archive_is(g.fd));
	EQ_U(archive_open(g.fd, &archive_rules_limits, &a, &not ), OK);
	EQ_U(a.n, 3);
	EQ_B(a.member[0].name, BYTES_LIT("a/b.yar"));
	EQ_B(a.member[2].name, BYTES_LIT("z.yar"));
	EQ_U(a.size, (uint64_t)lseek(g.fd, 0, SEEK_END));
	EQ_U(archive_find(&a, BYTES_LIT("a/b.yar"))->size, 0);
	EQ_U(sys_pread(g.fd, text, 3, archive_find(&a, BYTES_LIT("z.yar"))->off, &got),
	    OK);
	EQ_B(((struct bytes){ (uint8_t *)text, got }), BYTES_LIT("one"));
	CHECK(archive_find(&a, BYTES_LIT("a")) == NULL);
	CHECK(archive_find(&a, BYTES_LIT("zz")) == NULL);
	archive_done(&a);
	rig_done(&g);
}

TEST(faults)
{
	/* clang-format off */
	static const struct {
		const char *names[3], *paths[3];
		enum err want;
		const char *why;
	} rows[] = {
		{ { "a", "a" }, { "1", "2" }, ERR_FORMAT, "a name twice" },
		{ { "a", "a/b" }, { "1", "2" }, ERR_FORMAT, "a file that is a folder, too" },
		{ { "/a" }, { "1" }, ERR_FORMAT, "an absolute name" },
		{ { "a" }, { "3" }, ERR_ACCESS, "no such file or directory" },
		{ { "a" }, { "." }, ERR_ACCESS, "folder" },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *why = NULL;
		struct rig g;

		ROW("%zu", i);
		rig_init(&g);
		EQ_U(pack(&g, rows[i].names, rows[i].paths, &why), rows[i].want);
		EQ_S(why, rows[i].why);
		rig_done(&g);
	}
}

/* A device that is full: the archive is at fault, and not the file. */
TEST(full)
{
	struct archive_file file = { .name = BYTES_LIT("a"), .path = "/dev/null" };
	struct archive_fault fault = { 0 };
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct rig g;

	rig_init(&g);
	file.path = xprintf("%s/1", g.dir);
	EQ_U(archive_write(fd, &file, 1, &fault), ERR_IO);
	CHECK(fault.at == SIZE_MAX);
	CHECK(fault.why != NULL);
	free((void *)(uintptr_t)file.path);
	close(fd);
	rig_done(&g);
}

TEST(not_archives)
{
	struct archive_refusal why = { 0 };
	struct archive a;
	struct rig g;

	rig_init(&g);
	CHECK(!archive_is(g.fd));
	EQ_U(archive_open(g.fd, &archive_rules_limits, &a, &why), ERR_FORMAT);
	EQ_S(why.why, "the archive is cut short");
	EQ_U(why.fault, USTAR_CUT);
	EQ_U(why.member, 1);
	EQ_U(archive_open(-1, &archive_rules_limits, &a, &why), ERR_IO);
	rig_done(&g);
}

TEST(resolve)
{
	/* clang-format off */
	static const struct {
		const char *from, *path, *want; /* NULL: refused */
	} rows[] = {
		{ "a.yar", "b.yar", "b.yar" },
		{ "x/a.yar", "b.yar", "x/b.yar" },
		{ "x/a.yar", "./b.yar", "x/b.yar" },
		{ "x/a.yar", "../b.yar", "b.yar" },
		{ "x/y/a.yar", "..//z/./b.yar", "x/z/b.yar" },
		{ "x/a.yar", "y/../b.yar", "x/b.yar" },
		{ "x/a.yar", "../../b.yar", NULL },
		{ "a.yar", "../b.yar", NULL },
		{ "a.yar", "/b.yar", NULL },
		{ "a.yar", "", NULL },
		{ "a.yar", "..", NULL },
		{ "x/a.yar", "..", NULL },
		{ "a.yar", "b\n.yar", NULL },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf b = { 0 };
		bool ok =
		    archive_resolve(bytes_of(rows[i].from), bytes_of(rows[i].path), &b);

		ROW("%s in %s", rows[i].path, rows[i].from);
		EQ_U(ok, rows[i].want != NULL);
		if (rows[i].want != NULL)
			EQ_S(buf_cstr(&b), rows[i].want);
		buf_done(&b);
	}
}
