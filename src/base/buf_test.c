#include "base/buf.h"
#include "tests/tap.h"

TEST(grows)
{
	struct buf b = { 0 };

	for (unsigned i = 0; i < 10000; i++)
		buf_le32(&b, i);
	EQ_U(b.n, 40000);
	EQ_U(rec_le32(buf_bytes(&b), 39996), 9999);
	buf_done(&b);
	buf_printf(&b, "%s %d", "a", 5);
	buf_str(&b, "!");
	EQ_S(buf_cstr(&b), "a 5!");
	buf_align(&b, 8);
	EQ_U(b.n, 8);
	buf_done(&b);
}

TEST(limit)
{
	struct buf b = { .limit = 10 };

	buf_put(&b, "12345678", 8);
	CHECK(!b.full);
	buf_le32(&b, 1);
	CHECK(b.full);
	EQ_U(b.n, 8);
	buf_clear(&b);
	buf_le32(&b, 1);
	CHECK(!b.full);
	EQ_U(b.n, 4);
	buf_done(&b);
}
