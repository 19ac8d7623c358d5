/* A head of which only the eight bytes at 40 count; what they ask for is opened. */
#include "sandbox/needs.h"

#include <unistd.h>

#include "base/sys.h"
#include "tests/tap.h"

static int
head(size_t size, uint64_t needs)
{
	uint8_t b[64] = { 0 };
	int fd = -1;

	put_le64(b + 40, needs);
	CHECK(sys_memfd("head", &fd) == OK);
	CHECK(sys_write_all(fd, b, size) == OK);
	return fd;
}

TEST(nothing_is_needed)
{
	static const struct {
		size_t size;
		uint64_t needs;
	} rows[] = { { 0, 0 }, { 40, 0 }, { 47, 1 }, { 48, 0 }, { 64, 0 }, { 64, 2 },
		{ 64, ~1ULL } };

	for (size_t i = 0; i < COUNT(rows); i++) {
		int fd = head(rows[i].size, rows[i].needs);
		char why[POOL_WHY] = "";
		struct pool_given g;

		ROW("%zu bytes, needs %#llx", rows[i].size,
		    (unsigned long long)rows[i].needs);
		EQ_U(needs_open(fd, &g, why), ERR_END);
		EQ_S(why, "");
		close(fd);
	}
}

TEST(magic)
{
	int fd = head(64, 1);
	char why[POOL_WHY] = "";
	struct pool_given g = { .fd = -1 };

	if (EQ_U(needs_open(fd, &g, why), OK)) {
		EQ_B(g.module, BYTES_LIT("magic"));
		CHECK(g.fd >= 0);
		CHECK(g.size > 0);
		close(g.fd);
	}
	close(fd);
}
