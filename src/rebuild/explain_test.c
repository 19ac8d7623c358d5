/* explain_test.c - what is said about a comparison, also when there is none. */
#include "rebuild/explain.h"

#include <unistd.h>

#include "base/sys.h"
#include "tests/tap.h"

TEST(sentences)
{
	static const struct {
		const char *name, *want;
		uint32_t classes;
		bool complete;
	} rows[] = {
		{ "one", "differs only in: timestamp", 1u << DIFF_TIMESTAMP, true },
		{ "two", "differs only in: path, build id",
		    1u << DIFF_PATH | 1u << DIFF_BUILD_ID, true },
		{ "code", "CODE differs: data, code", 1u << DIFF_DATA | 1u << DIFF_CODE,
		    true },
		{ "cut",
		    "differs in: text (and perhaps more: it was not compared to the end)",
		    1u << DIFF_TEXT, false },
		{ "none",
		    "differs in: nothing that could be named (and perhaps more: it was "
		    "not "
		    "compared to the end)",
		    0, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct explain e = { .asked = true,
			.complete = rows[i].complete,
			.classes = rows[i].classes };
		struct buf b = { 0 };

		ROW("%s", rows[i].name);
		explain_classes(&e, &b);
		EQ_S(buf_cstr(&b), rows[i].want);
		EQ_U(explain_is_code(&e), (rows[i].classes >> DIFF_CODE & 1));
		buf_done(&b);
	}
}

/* Without the program, or with one that is none, nothing is called harmless. */
TEST(no_program)
{
	static const char *const programs[] = { NULL, "/nonexistent/candor-compare",
		"/bin/true" };

	for (size_t i = 0; i < 3; i++) {
		struct explain_side a = { -1, "vendor/x" }, b = { -1, "first/x" };
		struct explain e;

		ROW("%zu", i);
		CHECK(sys_memfd("a", &a.fd) == OK && sys_memfd("b", &b.fd) == OK);
		CHECK(sys_write_all(a.fd, "a", 1) == OK &&
		      sys_write_all(b.fd, "b", 1) == OK);
		explain_pair(programs[i], &a, &b, &e);
		CHECK(e.asked && !e.complete && e.text.n > 0);
		buf_done(&e.text);
		fd_closep(&a.fd);
		fd_closep(&b.fd);
	}
}
