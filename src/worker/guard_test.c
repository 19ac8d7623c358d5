/* A mapped file that shrinks: the read of what is gone ends what read it, no more. */
#include "worker/guard.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/bytes.h"
#include "tests/tap.h"

struct file {
	int fd;
	const volatile uint8_t *p;
	unsigned read; /* pages */
	enum err give;
};

static size_t
page(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static bool
map(struct file *f, size_t pages)
{
	char name[] = "/tmp/candor-guard-XXXXXX";

	*f = (struct file){ .fd = mkstemp(name) };
	if (f->fd < 0 || unlink(name) != 0 ||
	    ftruncate(f->fd, (off_t)(pages * page())) != 0)
		return false;
	f->p = mmap(NULL, pages * page(), PROT_READ, MAP_SHARED, f->fd, 0);
	return f->p != MAP_FAILED;
}

static void
unmap(struct file *f, size_t pages)
{
	munmap((void *)(uintptr_t)f->p, pages * page());
	close(f->fd);
}

static enum err
read_three(void *arg)
{
	struct file *f = arg;

	for (f->read = 0; f->read < 3; f->read++)
		(void)f->p[f->read * page()];
	return f->give;
}

TEST(what_was_read_is_passed_on)
{
	struct file f;

	guard_install();
	if (!CHECK(map(&f, 3)))
		return;
	EQ_U(guard_run(read_three, &f), OK);
	EQ_U(f.read, 3);
	f.give = ERR_LIMIT;
	EQ_U(guard_run(read_three, &f), ERR_LIMIT);
	unmap(&f, 3);
}

TEST(a_page_that_is_gone)
{
	guard_install();
	for (unsigned left = 0; left < 3; left++) {
		struct file f;

		ROW("%u pages", left);
		if (!CHECK(map(&f, 3)))
			return;
		CHECK(ftruncate(f.fd, (off_t)(left * page())) == 0);
		for (int again = 0; again < 2; again++) { /* it is armed anew each time */
			EQ_U(guard_run(read_three, &f), ERR_IO);
			EQ_U(f.read, left);
		}
		CHECK(ftruncate(f.fd, (off_t)(3 * page())) == 0);
		EQ_U(guard_run(read_three, &f), OK); /* and it may come back */
		unmap(&f, 3);
	}
}
