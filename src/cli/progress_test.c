#include "cli/progress.h"

#include "tests/tap.h"

/* clang-format off */
static const struct {
	const char *name;
	struct progress p;
	struct progress_now now;
	const char *want;
} rows[] = {
	{ "nothing yet", { 0 }, { 0, 0, 0, 0 }, "0 files, 0.0 MB, 0 MB/s, 0 found" },
	{ "no total",    { 0 }, { 10, 2000000, 1, 2000 }, "10 files, 2.0 MB, 1 MB/s, 1 found" },
	{ "a tenth",     { .total_files = 100 }, { 10, 0, 0, 1000 },
	  "10 files, 0.0 MB, 0 MB/s, 0 found, 10%, 9 s left" },
	{ "by bytes",    { .total_files = 2, .total_bytes = 99900000 }, { 1, 49950000, 0, 5000 },
	  "1 files, 50.0 MB, 10 MB/s, 0 found, 50%, 5 s left" },
	{ "too early",   { .total_files = 1000000 }, { 10, 0, 0, 1000 },
	  "10 files, 0.0 MB, 0 MB/s, 0 found" },
	{ "more than was counted", { .total_files = 10 }, { 20, 0, 0, 1000 },
	  "20 files, 0.0 MB, 0 MB/s, 0 found" },
};
/* clang-format on */

TEST(line)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf b = { 0 };

		ROW("%s", rows[i].name);
		progress_line(&rows[i].p, &rows[i].now, &b);
		EQ_S(buf_cstr(&b), rows[i].want);
		buf_done(&b);
	}
}
