/* Small files of ours, read as strictly as a stranger's. */
#include "update/facts.h"

#include "tests/tap.h"

#define HEAD "candor thing 1"

/* The lines as "key=value;", and how it ended. */
static enum err
read_all(const char *text, struct buf *out)
{
	struct facts f;
	enum err e = facts_open(&f, test_copy(bytes_of(text)), HEAD);

	while (e == OK && (e = facts_next(&f)) == OK) {
		buf_put(out, f.key.p, f.key.n);
		buf_u8(out, '=');
		buf_put(out, f.value.p, f.value.n);
		buf_u8(out, ';');
	}
	return e;
}

/* clang-format off */
static const struct {
	const char *text;
	enum err end;
	const char *lines;
} rows[] = {
	{ HEAD "\n",                    ERR_END,    "" },
	{ HEAD "\na b\n",               ERR_END,    "a=b;" },
	{ HEAD "\na b c\nd e\n",        ERR_END,    "a=b c;d=e;" },
	{ HEAD "\na b\na b\n",          ERR_END,    "a=b;a=b;" },
	{ "",                           ERR_FORMAT, "" },
	{ "\n",                         ERR_FORMAT, "" },
	{ HEAD,                         ERR_FORMAT, "" }, /* no newline: it was cut */
	{ HEAD " \n",                   ERR_FORMAT, "" },
	{ "candor thing 2\n",           ERR_FORMAT, "" },
	{ "candor thing 11\n",          ERR_FORMAT, "" },
	{ HEAD "\na b",                 ERR_FORMAT, "" },
	{ HEAD "\na\n",                 ERR_FORMAT, "" },
	{ HEAD "\na b\n\n",             ERR_FORMAT, "a=b;" },
	{ HEAD "\n b\n",                ERR_FORMAT, "" },
};
/* clang-format on */

TEST(lines)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf out = { 0 };

		ROW("%s", rows[i].text);
		EQ_U(read_all(rows[i].text, &out), rows[i].end);
		EQ_S(buf_cstr(&out), rows[i].lines);
		buf_done(&out);
	}
}

TEST(cut_anywhere_it_is_no_shorter_text)
{
	static const char text[] = HEAD "\nsequence 12\norigin log.example\n";

	for (size_t n = 0; n < sizeof(text) - 1; n++) {
		struct bytes cut = test_copy((struct bytes){ (const uint8_t *)text, n });
		struct facts f;
		bool whole =
		    n == strlen(HEAD "\n") || n == strlen(HEAD "\nsequence 12\n");

		ROW("%zu bytes", n);
		EQ_U(facts_open(&f, cut, HEAD) == OK, whole);
	}
}

TEST(words)
{
	/* clang-format off */
	static const struct { const char *value; size_t n; bool ok; } cases[] = {
		{ "a", 1, true },     { "a b", 2, true },   { "a b c", 3, true },
		{ "a b", 1, false },  { "a b", 3, false },  { "", 2, false },
	};
	/* clang-format on */
	struct bytes word[3];

	for (size_t i = 0; i < COUNT(cases); i++) {
		ROW("'%s' as %zu", cases[i].value, cases[i].n);
		EQ_U(
		    facts_words(bytes_of(cases[i].value), word, cases[i].n), cases[i].ok);
		if (cases[i].ok)
			EQ_U(word[cases[i].n - 1].p[0], 'a' + cases[i].n - 1);
	}
}
