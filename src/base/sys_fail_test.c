/* A file that is replaced when each call that writes fails in turn, or ends the process.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/sys.h"
#include "tests/fail.h"
#include "tests/tap.h"

static bool
replace(void *arg)
{
	struct sys_atomic a;
	enum err e = sys_atomic_open(&a, arg);

	if (e == OK)
		e = sys_write_all(a.fd, "new content", 11);
	if (e == OK)
		return sys_atomic_commit(&a) == OK;
	sys_atomic_drop(&a);
	return false;
}

static void
put_old(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0640);

	CHECK(fd >= 0 && sys_write_all(fd, "old", 3) == OK);
	close(fd);
}

static void
look(const char *path, bool ok)
{
	struct buf b = { 0 };
	int fd = open(path, O_RDONLY);

	CHECK(fd >= 0 && sys_read_all(fd, &b, 100) == OK);
	close(fd);
	EQ_S(buf_cstr(&b), ok ? "new content" : "old");
	buf_done(&b);
}

TEST(old_or_new)
{
	for (enum fail_how how = FAIL_ONCE; how < FAIL_HOWS; how++) {
		bool more = true, ok = false;

		for (unsigned n = 1; more && CHECK(n < 100); n++) {
			char folder[] = FAIL_FOLDER, path[64];

			if (!CHECK(fail_folder(folder)))
				return;
			snprintf(path, sizeof(path), "%s/file", folder);
			put_old(path);
			ROW("how %d, call %u", (int)how, n);
			more = fail_run(n, how, replace, path, &ok);
			/* the folder's sync is a wish: the name stands without it */
			look(path, ok || (how == FAIL_DIES && more && n == 5));
			if (how != FAIL_DIES) /* and nothing lies beside it */
				CHECK(unlink(path) == 0 && rmdir(folder) == 0);
			else
				test_remove(folder);
		}
	}
}
