#include "fetch/url.h"

#include "tests/tap.h"

/* clang-format off */
static const struct {
	const char *text;
	enum err want;
	const char *host, *path;
	unsigned port;
	bool tls, v6;
} rows[] = {
	{ "http://a.example",            OK, "a.example", "", 80, false, false },
	{ "https://a.example/x/y?z=1",   OK, "a.example", "/x/y?z=1", 443, true, false },
	{ "http://127.0.0.1:8080/",      OK, "127.0.0.1", "/", 8080, false, false },
	{ "http://[::1]:81/a",           OK, "::1", "/a", 81, false, true },
	{ "https://[2001:db8::1]",       OK, "2001:db8::1", "", 443, true, true },
	{ "http://a:65535/",             OK, "a", "/", 65535, false, false },
	{ "",                            ERR_FORMAT, "", "", 0, false, false },
	{ "http:/a",                     ERR_FORMAT, "", "", 0, false, false },
	{ "ftp://a/",                    ERR_FORMAT, "", "", 0, false, false },
	{ "file:///etc/passwd",          ERR_FORMAT, "", "", 0, false, false },
	{ "HTTP://a/",                   ERR_FORMAT, "", "", 0, false, false },
	{ "http://",                     ERR_FORMAT, "", "", 0, false, false },
	{ "http://user@a/",              ERR_FORMAT, "", "", 0, false, false },
	{ "http://a:b@c/",               ERR_FORMAT, "", "", 0, false, false },
	{ "http://a:0/",                 ERR_FORMAT, "", "", 0, false, false },
	{ "http://a:080/",               ERR_FORMAT, "", "", 0, false, false },
	{ "http://a:65536/",             ERR_FORMAT, "", "", 0, false, false },
	{ "http://a:/",                  ERR_FORMAT, "", "", 0, false, false },
	{ "http://a#f",                  ERR_FORMAT, "", "", 0, false, false },
	{ "http://a/b c",                ERR_FORMAT, "", "", 0, false, false },
	{ "http://a/b\r\nX: y",          ERR_FORMAT, "", "", 0, false, false },
	{ "http://a\\b/",                ERR_FORMAT, "", "", 0, false, false },
	{ "http://a%2eb/",               ERR_FORMAT, "", "", 0, false, false },
	{ "http://[::1/",                ERR_FORMAT, "", "", 0, false, false },
	{ "http://[::1]x/",              ERR_FORMAT, "", "", 0, false, false },
	{ "http://-a/",                  ERR_FORMAT, "", "", 0, false, false },
};
/* clang-format on */

TEST(parse)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct url u = { .port = 7 };

		ROW("%s", rows[i].text);
		if (!EQ_U(url_parse(test_copy(bytes_of(rows[i].text)), &u), rows[i].want))
			continue;
		if (rows[i].want != OK) {
			EQ_U(u.port, 7); /* untouched */
			continue;
		}
		EQ_B(u.host, bytes_of(rows[i].host));
		EQ_B(u.path, bytes_of(rows[i].path));
		EQ_U(u.port, rows[i].port);
		EQ_U(u.tls, rows[i].tls);
		EQ_U(u.v6, rows[i].v6);
	}
}

TEST(cut_and_flipped)
{
	struct bytes whole = BYTES_LIT("https://[2001:db8::1]:8443/path/x?q");

	for (size_t n = 0; n <= whole.n; n++) {
		struct url u;

		if (url_parse(test_copy(bytes_sub(whole, 0, n)), &u) == OK)
			CHECK(u.host.n > 0 && u.port > 0);
	}
	for (size_t bit = 0; bit < whole.n * 8; bit++) {
		struct bytes copy = test_copy(whole);
		struct url u;

		((uint8_t *)(uintptr_t)copy.p)[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (url_parse(copy, &u) == OK)
			CHECK(u.host.n > 0 && u.port > 0);
	}
}

TEST(same_host)
{
	static const struct {
		const char *a, *b;
		bool same;
	} pairs[] = {
		{ "http://a/x", "http://A/y", true },
		{ "http://a", "http://a:80", true },
		{ "http://a", "https://a", false },
		{ "http://a", "http://a:81", false },
		{ "http://a", "http://ab", false },
	};

	for (size_t i = 0; i < COUNT(pairs); i++) {
		struct url a, b;

		ROW("%s %s", pairs[i].a, pairs[i].b);
		CHECK(url_parse(bytes_of(pairs[i].a), &a) == OK);
		CHECK(url_parse(bytes_of(pairs[i].b), &b) == OK);
		EQ_U(url_same_host(&a, &b), pairs[i].same);
	}
}

TEST(join)
{
	static const struct {
		const char *base, *name, *want;
	} joins[] = {
		{ "http://a", "checkpoint", "http://a/checkpoint" },
		{ "http://a/", "/checkpoint", "http://a/checkpoint" },
		{ "http://a/log//", "tile/0/000", "http://a/log/tile/0/000" },
		{ "http://a/log?x", "y", "http://a/log/y" },
	};

	for (size_t i = 0; i < COUNT(joins); i++) {
		struct buf b = { 0 };

		url_join(&b, joins[i].base, joins[i].name);
		EQ_S(buf_cstr(&b), joins[i].want);
		buf_done(&b);
	}
	CHECK(url_looks("http://a") && !url_looks("/mnt/usb") && !url_looks("a:b"));
}
