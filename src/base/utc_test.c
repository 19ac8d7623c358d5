#include "base/utc.h"

#include "base/bytes.h"
#include "tests/tap.h"

/* clang-format off */
static const struct {
	const char *text;
	int64_t t; /* -1: refused */
} rows[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "1970-01-01T00:00:59Z", 59 },
	{ "1972-02-29T23:59:59Z", 68255999 },
	{ "2000-02-29T00:00:00Z", 951782400 },
	{ "2000-12-31T23:59:59Z", 978307199 },
	{ "2026-11-23T04:05:06Z", 1795406706 },
	{ "2100-03-01T00:00:00Z", 4107542400 },
	{ "9999-12-31T23:59:59Z", UTC_MAX },
	{ "2100-02-29T00:00:00Z", -1 },
	{ "2026-02-29T00:00:00Z", -1 },
	{ "2026-00-01T00:00:00Z", -1 },
	{ "2026-13-01T00:00:00Z", -1 },
	{ "2026-04-31T00:00:00Z", -1 },
	{ "2026-01-00T00:00:00Z", -1 },
	{ "1969-12-31T23:59:59Z", -1 },
	{ "2026-01-01T24:00:00Z", -1 },
	{ "2026-01-01T00:60:00Z", -1 },
	{ "2016-12-31T23:59:60Z", -1 },
	{ "2026-01-01t00:00:00Z", -1 },
	{ "2026-01-01T00:00:00z", -1 },
	{ "2026-01-01T00:00:00", -1 },
	{ "2026-01-01T00:00:00Z ", -1 },
	{ "2026-01-01T00:00:00.5Z", -1 },
	{ "2026-01-01T00:00:00+00:00", -1 },
	{ "+026-01-01T00:00:00Z", -1 },
	{ "2026-1-01T00:00:00Z", -1 },
	{ "2026-01-01", -1 },
	{ "", -1 },
};
/* clang-format on */

TEST(parse)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes s = test_copy(bytes_of(rows[i].text));
		int64_t t = -1;

		ROW("%s", rows[i].text);
		EQ_U(utc_parse(s, &t), rows[i].t < 0 ? ERR_FORMAT : OK);
		EQ_I(t, rows[i].t);
	}
}

/* Every day of four centuries and some, printed and read again, one after the other. */
TEST(round)
{
	char last[UTC_SIZE] = "", text[UTC_SIZE];

	for (int64_t t = 0; t < 500ll * 366 * 86400; t += 86400) {
		int64_t back = -1;

		utc_print(t, text);
		if (!CHECK(strcmp(last, text) < 0) ||
		    !EQ_U(utc_parse(bytes_of(text), &back), OK) || !EQ_I(back, t))
			break;
		memcpy(last, text, sizeof(last));
	}
}

TEST(ends)
{
	char text[UTC_SIZE];

	utc_print(-5, text);
	EQ_S(text, "1970-01-01T00:00:00Z");
	utc_print(INT64_MAX, text);
	EQ_S(text, "9999-12-31T23:59:59Z");
}

TEST(days)
{
	int64_t t = -1;

	EQ_U(utc_parse_day(BYTES_LIT("2000-02-29"), &t), OK);
	EQ_I(t, 951782400);
	EQ_U(utc_parse_day(BYTES_LIT("2000-02-29T00:00:01Z"), &t), OK);
	EQ_I(t, 951782401);
	EQ_U(utc_parse_day(BYTES_LIT("2000-02-30"), &t), ERR_FORMAT);
	EQ_U(utc_parse_day(BYTES_LIT("2000-02-2"), &t), ERR_FORMAT);
}
