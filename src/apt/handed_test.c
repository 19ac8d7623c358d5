#include "apt/handed.h"

#include "tests/tap.h"

#define HEAD "VERSION 3\nAPT::Architecture=amd64\nDir::Cache=x%3dy\n\n"
#define LINE "hello 2.10-2 amd64 none < 1:2.10-3 amd64 same /a b/hello.deb\n"

/* clang-format off */
static const struct row {
	const char *text;
	enum err open, next;
} rows[] = {
	{ HEAD LINE, OK, OK }, { HEAD, OK, ERR_END },
	{ "VERSION 3\n\n" LINE, OK, OK },
	{ HEAD "x - - none < 1 all none /x.deb\n", OK, OK },
	{ HEAD "x 1 all none = 1 all none **CONFIGURE**\n", OK, ERR_END },
	{ HEAD "x 1 all none > - - none **REMOVE**\n" LINE, OK, OK },
	{ "", ERR_FORMAT, OK }, { "VERSION 3\n", ERR_FORMAT, OK }, { "VERSION 3\na=b\n", ERR_FORMAT, OK },
	{ "VERSION 2\n\n" LINE, ERR_FORMAT, OK }, { "VERSION 33\n\n", ERR_FORMAT, OK },
	{ HEAD "x 1 < 2 /x.deb\n", OK, ERR_FORMAT },             /* version 2's line */
	{ HEAD "x - - none < 1 all none /x.deb", OK, ERR_FORMAT },
	{ HEAD "x - - none < 1 all none x.deb\n", OK, ERR_FORMAT },
	{ HEAD "x - - none < 1 all none **ERROR**\n", OK, ERR_FORMAT },
	{ HEAD "x - - none < 1 all none \n", OK, ERR_FORMAT },
	{ HEAD "x - - none < 1 all none\n", OK, ERR_FORMAT },
	{ HEAD "x - - none ? 1 all none /x.deb\n", OK, ERR_FORMAT },
	{ HEAD "x  - - none < 1 all none /x.deb\n", OK, ERR_FORMAT },
	{ HEAD " x - - none < 1 all none /x.deb\n", OK, ERR_FORMAT },
	{ HEAD "../x - - none < 1 all none /x.deb\n", OK, ERR_FORMAT },
	{ HEAD "x - - none < 1/2 all none /x.deb\n", OK, ERR_FORMAT },
	{ HEAD "\n", OK, ERR_FORMAT },
};
/* clang-format on */

TEST(lines)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct handed w;
		struct handed_file h;

		ROW("%s", rows[i].text);
		if (!EQ_U(handed_open(&w, test_copy(bytes_of(rows[i].text))),
			rows[i].open) ||
		    rows[i].open != OK)
			continue;
		EQ_U(handed_next(&w, &h), rows[i].next);
		CHECK(rows[i].next != ERR_FORMAT || w.why != NULL);
	}
}

TEST(one_file)
{
	struct handed w;
	struct handed_file h;
	char name[HANDED_NAME];

	EQ_U(handed_open(&w, BYTES_LIT(HEAD LINE)), OK);
	EQ_U(handed_next(&w, &h), OK);
	EQ_B(h.package, BYTES_LIT("hello"));
	EQ_B(h.version, BYTES_LIT("1:2.10-3"));
	EQ_B(h.arch, BYTES_LIT("amd64"));
	EQ_B(h.path, BYTES_LIT("/a b/hello.deb"));
	CHECK(handed_name(&h, name));
	EQ_S(name, "hello_2.10-3_amd64.deb");
	EQ_U(handed_next(&w, &h), ERR_END);
}

TEST(long_name)
{
	char text[400];
	struct handed_file h = { BYTES_LIT("x"), { 0 }, BYTES_LIT("all"), { 0 } };
	char name[HANDED_NAME];

	memset(text, 'v', sizeof(text));
	h.version = (struct bytes){ (const uint8_t *)text, HANDED_NAME - 11 };
	CHECK(handed_name(&h, name));
	EQ_U(strlen(name), HANDED_NAME - 1);
	h.version.n++;
	CHECK(!handed_name(&h, name));
	h.version.n = sizeof(text);
	CHECK(!handed_name(&h, name));
}

/* Cut anywhere, it is no message that permits anything it does not name. */
TEST(every_cut)
{
	for (size_t n = 0; n < sizeof(HEAD LINE) - 1; n++) {
		struct handed w;
		struct handed_file h;
		struct bytes text = test_copy(bytes_clip(BYTES_LIT(HEAD LINE), 0, n));

		if (handed_open(&w, text) == OK)
			CHECK(handed_next(&w, &h) != OK);
	}
}
