#include "audit/site.h"

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

/* Nothing of a stranger's becomes a tag, wherever it stands on the page. */
TEST(page)
{
	struct site_blobs b = { .diff = BYTES_LIT("added <img src=x>\n+ <b>\n- \"'&\n"),
		.archive_why = "no <i>archive</i>" };
	struct buf out = { 0 };
	struct arena a;
	struct entry e;

	arena_init(&a, 1 << 20);
	entry_read(5, bytes_of(rules), &a, &e);
	if (CHECK(e.is_release)) {
		site_page(&e, &b, &out);
		CHECK(bytes_find(buf_bytes(&out), 0, BYTES_LIT("<img")) == UINT64_MAX);
		CHECK(bytes_find(buf_bytes(&out), 0, BYTES_LIT("<b>")) == UINT64_MAX);
		CHECK(bytes_find(buf_bytes(&out), 0, BYTES_LIT("<i>")) == UINT64_MAX);
		CHECK(bytes_find(buf_bytes(&out), 0,
			  BYTES_LIT("<span class=\"add\">+ &lt;b&gt;")) != UINT64_MAX);
		CHECK(bytes_find(buf_bytes(&out), 0, BYTES_LIT("<script")) == UINT64_MAX);
	}
	buf_done(&out);
	arena_done(&a);
}
