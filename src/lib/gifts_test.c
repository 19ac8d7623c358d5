/* gifts_test.c - what modules are given: copied, replaced, and sealed for workers. */
#include "lib/gifts.h"

#include <stdio.h>
#include <unistd.h>

#include "base/sys.h"
#include "tests/tap.h"

TEST(copied_and_replaced)
{
	struct gifts g = { 0 };
	char data[] = "one";

	CHECK(gifts_put(&g, "cuckoo", bytes_of(data)));
	data[0] = 'X';
	EQ_B(g.list[0].data, BYTES_LIT("one"));
	CHECK(gifts_put(&g, "cuckoo", BYTES_LIT("two")));
	CHECK(gifts_put(&g, "other", (struct bytes){ 0 }));
	EQ_U(g.n, 2);
	EQ_B(g.list[0].data, BYTES_LIT("two"));
	EQ_U(g.list[1].data.n, 0);
	gifts_done(&g);
	EQ_U(g.n, 0);
	gifts_done(&g); /* twice does no harm */
}

TEST(as_many_as_a_worker_takes)
{
	struct gifts g = { 0 };
	char name[8];

	for (unsigned i = 0; i < COUNT(g.list); i++) {
		snprintf(name, sizeof(name), "m%u", i);
		CHECK(gifts_put(&g, name, BYTES_LIT("x")));
	}
	CHECK(!gifts_put(&g, "more", BYTES_LIT("x")));
	CHECK(gifts_put(&g, "m3", BYTES_LIT("y")));
	gifts_done(&g);
}

TEST(files)
{
	struct gifts g = { 0 };
	char got[8] = "";

	CHECK(gifts_put(&g, "cuckoo", BYTES_LIT("{}")));
	EQ_U(gifts_open(&g), OK);
	EQ_U(g.nfiles, 1);
	EQ_B(g.files[0].module, BYTES_LIT("cuckoo"));
	EQ_U(g.files[0].size, 2);
	EQ_U(pread(g.files[0].fd, got, sizeof(got), 0), 2);
	EQ_S(got, "{}");
	CHECK(write(g.files[0].fd, "x", 1) < 0); /* sealed */
	gifts_close(&g);
	EQ_U(g.nfiles, 0);
	gifts_done(&g);
}
