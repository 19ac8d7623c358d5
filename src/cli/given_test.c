/* What -x opens, and which argument is at fault when it does not. */
#include "cli/given.h"

#include <stdlib.h>
#include <unistd.h>

#include "tests/tap.h"

static const struct row {
	const char *args[3];
	enum err want;
	const char *bad; /* the argument at fault */
	uint32_t n;      /* opened before it */
} rows[] = {
	{ { NULL }, OK, NULL, 0 },
	{ { "cuckoo=/etc/passwd" }, OK, NULL, 1 },
	{ { "cuckoo=/etc/passwd", "cuckoo=/etc/passwd" }, OK, NULL, 2 },
	{ { "=/etc/passwd" }, OK, NULL, 1 },
	{ { "cuckoo" }, ERR_SYNTAX, "cuckoo", 0 },
	{ { "a=/etc/passwd", "cuckoo" }, ERR_SYNTAX, "cuckoo", 1 },
	{ { "cuckoo=" }, ERR_ACCESS, "cuckoo=", 0 },
	{ { "cuckoo=/" }, ERR_ACCESS, "cuckoo=/", 0 },
	{ { "cuckoo=/dev/null" }, ERR_ACCESS, "cuckoo=/dev/null", 0 },
	{ { "cuckoo=/nonexistent/=x" }, ERR_ACCESS, "cuckoo=/nonexistent/=x", 0 },
};

TEST(opens)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *r = &rows[i];
		const char *args[3] = { r->args[0], r->args[1], r->args[2] };
		struct opt_list list = { .p = args };
		const char *bad = NULL;
		struct given g;

		while (args[list.n] != NULL)
			list.n++;
		ROW("%s %s", r->args[0] ? r->args[0] : "", r->args[1] ? r->args[1] : "");
		EQ_U(given_open(&list, &g, &bad), r->want);
		if (r->want != OK)
			EQ_S(bad, r->bad);
		EQ_U(g.n, r->n);
		for (uint32_t k = 0; k < g.n; k++)
			CHECK(g.files[k].fd >= 0 && g.files[k].size > 0);
		given_done(&g);
		EQ_U(g.n, 0);
	}
	EQ_S(given_file("cuckoo=/nonexistent/=x"), "/nonexistent/=x");
}

TEST(too_many)
{
	const char *args[GIVEN_MOST + 1], *bad;
	struct opt_list list = { .p = args, .n = GIVEN_MOST };
	struct given g;

	for (size_t i = 0; i < COUNT(args); i++)
		args[i] = "m=/etc/passwd";
	EQ_U(given_open(&list, &g, &bad), OK);
	EQ_U(g.n, GIVEN_MOST);
	given_done(&g);
	list.n++;
	EQ_U(given_open(&list, &g, &bad), ERR_SYNTAX);
	EQ_U(g.n, GIVEN_MOST);
	given_done(&g);
}
