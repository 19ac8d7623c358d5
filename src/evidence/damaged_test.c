/* Damaged statements: named up to a bound, all of them counted. */
#include "evidence/damaged.h"

#include "tests/tap.h"

static void
fill(struct damaged *d, unsigned n)
{
	*d = (struct damaged){ 0 };
	for (unsigned i = 0; i < n; i++) {
		uint8_t digest[32] = { (uint8_t)(i + 1) };

		damaged_add(d, digest, "who");
	}
}

TEST(said)
{
	static const struct {
		unsigned n;
		const char *begins, *ends;
	} rows[] = {
		{ 0, "", "" },
		{ 1, "1 statement of examiners is damaged and counts for nothing",
		    "published it: 0100000000000000... of 'who'" },
		{ 2, "2 statements of examiners are damaged and count for nothing",
		    "0100000000000000... of 'who', 0200000000000000... of 'who'" },
		{ 16, "16 statements", "1000000000000000... of 'who'" },
		{ 17, "17 statements", "1000000000000000... of 'who', and 1 more" },
		{ 4000, "4000 statements",
		    "1000000000000000... of 'who', and 3984 more" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct damaged d;
		struct buf out = { 0 };
		size_t b = strlen(rows[i].begins), e = strlen(rows[i].ends);

		ROW("%u", rows[i].n);
		fill(&d, rows[i].n);
		CHECK(damaged_check(&d));
		damaged_say(&d, &out);
		CHECK(out.n >= b && out.n >= e && out.n < 1200);
		EQ_B(bytes_clip(buf_bytes(&out), 0, b), bytes_of(rows[i].begins));
		EQ_B(bytes_from(buf_bytes(&out), out.n - e), bytes_of(rows[i].ends));
		CHECK((out.n == 0) == (rows[i].n == 0));
		buf_done(&out);
	}
}

TEST(for_programs)
{
	struct damaged d;
	struct buf out = { 0 };
	struct json j = { .out = &out };

	fill(&d, 0);
	json_open(&j, NULL, '{');
	damaged_json(&d, &j);
	json_close(&j, '}');
	EQ_S(buf_cstr(&out), "{}");
	buf_clear(&out);
	fill(&d, 1);
	d.n = 9;
	j = (struct json){ .out = &out };
	json_open(&j, NULL, '{');
	damaged_json(&d, &j);
	json_close(&j, '}');
	EQ_S(buf_cstr(&out),
	    "{\"damaged\":{\"count\":9,\"statements\":[{\"statement\":"
	    "\"0100000000000000000000000000000000000000000000000000000000000000\","
	    "\"by\":\"who\"}]}}");
	buf_done(&out);
}

/* Whatever bytes come out of the jail. */
TEST(checked)
{
	struct damaged d;

	memset(&d, 0xff, sizeof(d));
	CHECK(!damaged_check(&d));
	d.named = DAMAGED_MOST;
	CHECK(damaged_check(&d));
	CHECK(strlen(d.one[DAMAGED_MOST - 1].who) < DAMAGED_WHO);
	d.n = 3;
	CHECK(!damaged_check(&d));
}
