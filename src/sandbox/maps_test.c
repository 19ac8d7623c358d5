/* maps_test.c - lines of /proc/PID/maps, and what is none; lines of a real process, too.
 */
#include "sandbox/maps.h"

#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/sys.h"
#include "tests/tap.h"

/* clang-format off */
static const struct {
	const char *line;
	uint64_t from, to; /* 0: not a line */
	bool anonymous;
	const char *name;
} rows[] = {
	{ "00400000-00452000 r-xp 00000000 08:02 173521      /usr/bin/dbus-daemon", 0x400000, 0x452000, false, "/usr/bin/dbus-daemon" },
	{ "00e03000-00e24000 rw-p 00000000 00:00 0           [heap]", 0xe03000, 0xe24000, true, "[heap]" },
	{ "7f00-8000 rw-p 00000000 00:00 0 ", 0x7f00, 0x8000, true, "" },
	{ "7f00-8000 rw-p 00000000 00:00 0", 0x7f00, 0x8000, true, "" },
	{ "ffffffffff600000-ffffffffffffffff --xp 0 00:00 0  [vsyscall]", 0xffffffffff600000, UINT64_MAX, true, "[vsyscall]" },
	{ "1-2 r 0 0 7 a b  (deleted)", 1, 2, false, "a b  (deleted)" },
	{ "1-2 r 0 0 7 new\\012line", 1, 2, false, "new\\012line" },
	{ "2-2 r 0 0 7 x", 0, 0, false, "" },
	{ "3-2 r 0 0 7 x", 0, 0, false, "" },
	{ "1-2", 0, 0, false, "" },
	{ "1-2 r 0 0", 0, 0, false, "" },
	{ "-2 r 0 0 7 x", 0, 0, false, "" },
	{ "1 2 r 0 0 7 x", 0, 0, false, "" },
	{ "g-2 r 0 0 7 x", 0, 0, false, "" },
	{ "10000000000000000-2 r 0 0 7 x", 0, 0, false, "" },
	{ "", 0, 0, false, "" },
	{ " ", 0, 0, false, "" },
};
/* clang-format on */

TEST(lines)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		CHECKED struct cur c = cur_at(test_copy(bytes_of(rows[i].line)), 0);
		struct mapping m;
		bool is = maps_next(&c, &m);

		ROW("%s", rows[i].line);
		EQ_U(is, rows[i].to > 0);
		CHECK(cur_ok(&c));
		if (!is)
			continue;
		EQ_U(m.from, rows[i].from);
		EQ_U(m.to, rows[i].to);
		EQ_U(m.anonymous, rows[i].anonymous);
		EQ_B(m.name, bytes_of(rows[i].name));
		CHECK(!maps_next(&c, &m));
	}
}

/* What is no line is passed over; cut anywhere, nothing is read beyond. */
TEST(between_other_lines)
{
	static const struct bytes all =
	    BYTES_LIT("1-2 r 0 0 0 a\nx\n\n3-4 r 0 0 5 b\n5-6");

	for (size_t n = 0; n <= all.n; n++) {
		CHECKED struct cur c = cur_at(test_copy(bytes_clip(all, 0, n)), 0);
		struct mapping m;
		unsigned found = 0;

		while (maps_next(&c, &m))
			found++;
		CHECK(cur_ok(&c) && found <= 2);
		if (n == all.n)
			EQ_U(found, 2);
	}
}

/* This process: every line is one, in order. */
TEST(our_own)
{
	CLEAN(fd_closep) int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	struct buf text = { 0 };
	uint64_t last = 0;
	size_t lines = 0, found = 0;
	struct mapping m;

	if (!CHECK(fd >= 0 && sys_read_all(fd, &text, 16 << 20) == OK))
		return;
	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';

	CHECKED struct cur c = cur_at(buf_bytes(&text), 0);

	while (maps_next(&c, &m)) {
		CHECK(m.from >= last);
		last = m.to;
		found++;
	}
	CHECK(cur_ok(&c));
	EQ_U(found, lines);
	buf_done(&text);
}
