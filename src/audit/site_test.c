#include "audit/site.h"

#include <stdlib.h>

#include "base/sys.h"
#include "tests/tap.h"

TEST(text)
{
	/* clang-format off */
	static const struct { const char *in, *want; } rows[] = {
		{ "plain", "plain" },
		{ "<script>alert('x')</script>", "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;" },
		{ "a&b\"c", "a&amp;b&quot;c" },
		{ "a\\b\n\tc", "a\\b\n\tc" },
		{ "\x1b[2J\r", "\\x1b[2J\\r" },
		{ "\xff<", "\\xff&lt;" },
		{ "\xc3\xa9", "\xc3\xa9" },
		{ "\xe2\x80\xae", "\\xe2\\x80\\xae" }, /* right-to-left override */
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf b = { 0 };

		ROW("%zu", i);
		site_text(&b, test_copy(bytes_of(rows[i].in)));
		EQ_S(buf_cstr(&b), rows[i].want);
		buf_done(&b);
	}
}

static const char rules[] =
    "candor statement 1\ntype rules\nchannel stable\nsequence 1\nprevious none\n"
    "date 2026-11-23T04:05:06Z\nnot-after none\n"
    "archive 5f2a000000000000000000000000000000000000000000000000000000000000 48128\n"
    "diff 07de000000000000000000000000000000000000000000000000000000000000 911\n"
    "rules 214\nadded 214\nchanged 0\nremoved 0\n"
    "\n\xe2\x80\x94 a<b>.example AAAAAAAAAAA=\n";

static bool
has(const struct buf *b, const char *what)
{
	return bytes_find(buf_bytes(b), 0, bytes_of(what)) != UINT64_MAX;
}

/* Nothing of a stranger's becomes a tag, wherever it stands on the page. */
TEST(page)
{
	struct site_blobs b = {
		.diff =
		    BYTES_LIT("added 1\n\nadded <img src=x>\n    + <b>\n    - \"'&\n"),
		.archive_why = "no <i>archive</i>"
	};
	struct buf out = { 0 };
	struct arena a;
	struct entry e;

	arena_init(&a, 1 << 20);
	entry_read(5, bytes_of(rules), &a, &e);
	if (CHECK(e.is_release)) {
		site_page(&e, PUBLISHER_BROKEN, &b, &out);
		CHECK(bytes_find(buf_bytes(&out), 0, BYTES_LIT("<img")) == UINT64_MAX);
		CHECK(bytes_find(buf_bytes(&out), 0, BYTES_LIT("<b>")) == UINT64_MAX);
		CHECK(bytes_find(buf_bytes(&out), 0, BYTES_LIT("<i>")) == UINT64_MAX);
		CHECK(
		    bytes_find(buf_bytes(&out), 0,
			BYTES_LIT("<span class=\"add\">    + &lt;b&gt;")) != UINT64_MAX);
		CHECK(bytes_find(buf_bytes(&out), 0, BYTES_LIT("<script")) == UINT64_MAX);
		CHECK(
		    has(&out, "class=\"warn\">What was logged, with a signature that "));
		CHECK(!has(&out, "<span class=\"add\">added 1<")); /* a count */
	}
	buf_done(&out);
	arena_done(&a);
}

/* The stamp stands at the front, and differs with all that the page is made from. */
TEST(stamps)
{
	char stamp[4][SITE_STAMP];
	struct site_blobs b = { .diff = BYTES_LIT("x") }, hole = { .diff_why = "why" };
	struct buf out = { 0 };
	struct arena a;
	struct entry e;

	arena_init(&a, 1 << 20);
	entry_read(5, bytes_of(rules), &a, &e);
	CHECK(e.is_release);
	site_stamp(&e, PUBLISHER_SIGNED, false, stamp[0]);
	site_stamp(&e, PUBLISHER_STRANGER, false, stamp[1]);
	site_stamp(&e, PUBLISHER_SIGNED, true, stamp[2]);
	e.raw.n--;
	site_stamp(&e, PUBLISHER_SIGNED, false, stamp[3]);
	e.raw.n++;
	for (unsigned i = 0; i < COUNT(stamp); i++)
		for (unsigned k = 0; k < i; k++)
			CHECK(strcmp(stamp[i], stamp[k]) != 0);
	site_page(&e, PUBLISHER_SIGNED, &b, &out);
	out.n = out.n < SITE_STAMP_AT ? out.n : SITE_STAMP_AT;
	CHECK(has(&out, stamp[0]));
	buf_clear(&out);
	site_page(&e, PUBLISHER_SIGNED, &hole, &out);
	CHECK(!has(&out, stamp[0]));
	CHECK(has(&out, stamp[2]));
	buf_done(&out);
	arena_done(&a);
}

static struct site_release
release(const char *channel, enum statement_type type, uint64_t n, uint64_t count)
{
	return (struct site_release){ .index = n,
		.sequence = n + 1,
		.rules = count,
		.added = n,
		.date = (int64_t)n * 86400,
		.channel = bytes_of(channel),
		.about = BYTES_LIT("candor <1>"),
		.type = type };
}

/* The channel with the most releases is plotted, with round numbers at the lines. */
TEST(index_page)
{
	struct site_release r[] = { release("beta", STATEMENT_RULES, 0, 900),
		release("stable", STATEMENT_RULES, 1, 100),
		release("stable", STATEMENT_RULES, 2, 148),
		release("stable", STATEMENT_RELEASE, 3, 0),
		release("stable", STATEMENT_KEYS, 4, 0) };
	struct policy_seen *seen = xcalloc(1, sizeof(*seen));
	struct policy policy = { .quorum = POLICY_NO_QUORUM };
	struct site s = { "a/b+1+c", seen, &policy, BYTES_LIT("note <"), r, COUNT(r) };
	struct buf out = { 0 };

	seen->checkpoint.origin = BYTES_LIT("a.example/b");
	site_index(&s, &out);
	CHECK(has(&out, "of the channel stable"));
	CHECK(has(&out, ">150</text>") && has(&out, ">50</text>"));
	CHECK(has(&out, "a.example/<wbr>b"));
	CHECK(has(&out, "candor &lt;1&gt;") && has(&out, "another key"));
	CHECK(has(&out, "were not checked"));
	CHECK(!has(&out, "not the publisher's"));
	r[1].said = PUBLISHER_STRANGER;
	r[2].said = PUBLISHER_SIGNED;
	buf_clear(&out);
	site_index(&s, &out);
	CHECK(has(&out, "not the publisher's"));
	CHECK(!has(&out, "were not checked"));
	s.n = 1; /* nothing grew */
	buf_clear(&out);
	site_index(&s, &out);
	CHECK(!has(&out, "<svg"));
	/* numbers that are as large as they can be */
	r[0].rules = r[1].rules = r[2].rules = INT64_MAX;
	s.n = 3;
	buf_clear(&out);
	site_index(&s, &out);
	CHECK(has(&out, "<svg"));
	buf_done(&out);
	free(seen);
}
