#include "worker/load.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/sys.h"
#include "tests/tap.h"
#include "worker/guard.h"

static int
memory_file(size_t n)
{
	struct buf b = { 0 };
	int fd;

	for (size_t i = 0; i < n; i++)
		buf_u8(&b, (uint8_t)(i * 7));
	CHECK(sys_memfd("test", &fd) == OK && sys_write_all(fd, b.p, b.n) == OK);
	buf_done(&b);
	return fd;
}

/* clang-format off */
static const struct {
	const char *name;
	size_t real;
	uint64_t told;
	size_t bytes;
	bool mapped, changed;
} rows[] = {
	{ "small",           1000,              1000,              1000,              false, false },
	{ "empty",           0,                 0,                 0,                 false, false },
	{ "without a size",  200000,            0,                 200000,            false, false },
	{ "has grown",       1001,              1000,              1000,              false, true },
	{ "has shrunk",      999,               1000,              999,               false, true },
	{ "is gone",         0,                 1000,              0,                 false, true },
	{ "last to be read", LOAD_READ_MAX,     LOAD_READ_MAX,     LOAD_READ_MAX,     false, false },
	{ "first mapped",    LOAD_READ_MAX + 1, LOAD_READ_MAX + 1, LOAD_READ_MAX + 1, true,  false },
};
/* clang-format on */

TEST(sizes)
{
	struct load l = { 0 };

	for (size_t i = 0; i < COUNT(rows); i++) {
		ROW("%s", rows[i].name);
		EQ_U(load_file(&l, memory_file(rows[i].real), rows[i].told), OK);
		EQ_U(l.bytes.n, rows[i].bytes);
		EQ_U(l.mapped, rows[i].mapped);
		if (!rows[i].mapped)
			EQ_U(l.changed, rows[i].changed);
		for (size_t k = 0; k < l.bytes.n; k++)
			if (l.bytes.p[k] != (uint8_t)(k * 7)) {
				EQ_U(l.bytes.p[k], (uint8_t)(k * 7));
				break;
			}
		load_done(&l);
		EQ_U(l.bytes.n, 0);
	}
	buf_done(&l.buf);
}

TEST(unreadable)
{
	struct load l = { 0 };
	int fds[2];

	CHECK(pipe(fds) == 0);
	EQ_U(load_file(&l, fds[0], 10), ERR_IO); /* and is closed */
	close(fds[1]);
	load_done(&l);
	buf_done(&l.buf);
}

static enum err
touch_pages(void *arg)
{
	const struct load *l = arg;
	uint64_t sum = 0;

	for (size_t i = 0; i < l->bytes.n; i += 4096)
		sum += l->bytes.p[i];
	return sum == UINT64_MAX ? ERR_LIMIT : OK;
}

static enum err
give_back(void *arg)
{
	return *(enum err *)arg;
}

/* Pages that went away are a result; and the guard can be used again. */
TEST(guard)
{
	struct load l = { 0 };
	size_t n = LOAD_READ_MAX * 2;
	int fd = memory_file(n), keep = dup(fd);
	enum err e = ERR_LIMIT;

	guard_install();
	CHECK(load_file(&l, fd, n) == OK && l.mapped);
	EQ_U(guard_run(touch_pages, &l), OK);
	CHECK(ftruncate(keep, 4096) == 0);
	EQ_U(guard_run(touch_pages, &l), ERR_IO);
	EQ_U(guard_run(touch_pages, &l), ERR_IO);
	EQ_U(guard_run(give_back, &e), ERR_LIMIT);
	load_done(&l);
	close(keep);
}
