#include "cli/pathlist.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/sys.h"
#include "tests/tap.h"

/* clang-format off */
static const struct {
	const char *name;
	struct bytes text;
	const char *want; /* the paths, a | behind each */
} rows[] = {
	{ "empty",               BYTES_LIT(""),                 "" },
	{ "one, no end",         BYTES_LIT("a"),                "a|" },
	{ "lines",               BYTES_LIT("a\nb c\n"),         "a|b c|" },
	{ "empty lines",         BYTES_LIT("\n\na\n\nb"),       "a|b|" },
	{ "NUL, with newlines",  BYTES_LIT("a\nb\0c\0"),        "a\nb|c|" },
	{ "NUL, no end",         BYTES_LIT("a\0b"),             "a|b|" },
	{ "only separators",     BYTES_LIT("\n\n\n"),           "" },
	{ "no path is special",  BYTES_LIT("-\n--x\n \n\xff\n"), "-|--x| |\xff|" },
};
/* clang-format on */

static void
write_file(const char *path, struct bytes b)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	CHECK(fd >= 0 && sys_write_all(fd, b.p, b.n) == OK);
	close(fd);
}

static void
check_list(const char *path, const char *want)
{
	char why[100];
	struct pathlist *l = pathlist_open(path, why, sizeof(why));
	struct buf have = { 0 };

	if (!CHECK(l != NULL))
		return;
	for (const char *p; (p = pathlist_next(l)) != NULL;)
		buf_printf(&have, "%s|", p);
	EQ_S(buf_cstr(&have), want);
	EQ_S(pathlist_fault(l), NULL);
	CHECK(pathlist_next(l) == NULL); /* the end stays the end */
	buf_done(&have);
	pathlist_free(l);
}

TEST(separators)
{
	char path[] = "/tmp/candor-list-XXXXXX";
	int fd = mkstemp(path);

	close(fd);
	for (size_t i = 0; i < COUNT(rows); i++) {
		ROW("%s", rows[i].name);
		write_file(path, rows[i].text);
		check_list(path, rows[i].want);
	}
	unlink(path);
}

/* Longer than what is read at once, so paths are cut anywhere and put together. */
TEST(long_list)
{
	char path[] = "/tmp/candor-list-XXXXXX";
	int fd = mkstemp(path);
	struct buf text = { 0 }, want = { 0 };

	for (int i = 0; i < 30000; i++) {
		buf_printf(&text, "%*d\n", i % 37 + 1, i);
		buf_printf(&want, "%*d|", i % 37 + 1, i);
	}
	CHECK(sys_write_all(fd, text.p, text.n) == OK);
	close(fd);
	check_list(path, buf_cstr(&want));
	unlink(path);
	buf_done(&text);
	buf_done(&want);
}

/* What cannot be read is not an empty list. */
TEST(faults)
{
	char path[] = "/tmp/candor-list-XXXXXX", why[100] = "";
	int fd = mkstemp(path);
	struct buf text = { 0 };
	struct pathlist *l;

	CHECK(pathlist_open("/nonexistent/list", why, sizeof(why)) == NULL);
	EQ_S(why, "cannot read the list '/nonexistent/list': no such file or directory");

	l = pathlist_open("/tmp", why, sizeof(why));
	if (CHECK(l != NULL)) {
		CHECK(pathlist_next(l) == NULL);
		EQ_S(pathlist_fault(l), "is a directory");
	}
	pathlist_free(l);

	buf_str(&text, "first\n");
	memset(buf_room(&text, 300000), 'a', 300000);
	CHECK(sys_write_all(fd, text.p, text.n) == OK);
	close(fd);
	l = pathlist_open(path, why, sizeof(why));
	EQ_S(pathlist_next(l), "first");
	CHECK(pathlist_next(l) == NULL);
	EQ_S(pathlist_fault(l), "a path in it is too long");
	pathlist_free(l);
	unlink(path);
	buf_done(&text);
	pathlist_free(NULL);
}
