#include "log/checkpoint.h"

#include "log/vectors.h"

#define ROOT "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

/* clang-format off */
static const struct {
	const char *name, *text;
	bool ok;
} rows[] = {
	{ "empty log", "a\n0\n" ROOT "\n", true },
	{ "origin with spaces", "go.sum database tree\n1\n" ROOT "\n", true },
	{ "extensions", "a\n1\n" ROOT "\nb\nc d\n", true },
	{ "the largest", "a\n9223372036854775807\n" ROOT "\n", true },
	{ "beyond it", "a\n9223372036854775808\n" ROOT "\n", false },
	{ "20 digits", "a\n10000000000000000000\n" ROOT "\n", false },
	{ "empty", "", false },
	{ "no origin", "\n0\n" ROOT "\n", false },
	{ "leading zero", "a\n01\n" ROOT "\n", false },
	{ "sign", "a\n+1\n" ROOT "\n", false },
	{ "space", "a\n1 \n" ROOT "\n", false },
	{ "no size", "a\n\n" ROOT "\n", false },
	{ "hexadecimal", "a\n0x1\n" ROOT "\n", false },
	{ "no root", "a\n0\n", false },
	{ "short root", "a\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuA==\n", false },
	{ "long root", "a\n0\n" "AAAA" ROOT "\n", false },
	{ "root not canonical", "a\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n", false },
	{ "cut", "a\n0\n" ROOT, false },
	{ "empty extension", "a\n0\n" ROOT "\n\n", false },
	{ "cut extension", "a\n0\n" ROOT "\nb", false },
};
/* clang-format on */

TEST(texts)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes text = test_copy(bytes_of(rows[i].text));
		struct checkpoint c;
		struct buf b = { 0 };
		struct fault f = { 0 };

		ROW("%s", rows[i].name);
		EQ_U(checkpoint_parse(text, &c, &f), rows[i].ok ? OK : ERR_FORMAT);
		EQ_U(f.kind, rows[i].ok ? FAULT_NONE : FAULT_CHECKPOINT);
		if (rows[i].ok) {
			checkpoint_print(&c, &b);
			EQ_B(buf_bytes(&b), text);
		}
		buf_done(&b);
	}
}

TEST(opened)
{
	struct note_key log, other;
	struct checkpoint c;
	struct fault f = { 0 };
	struct buf b = { 0 };
	static struct note note;
	struct note_signer s;

	EQ_U(note_key_parse(BYTES_LIT(VECTOR_LOG), &log, NULL), OK);
	EQ_U(checkpoint_open(BYTES_LIT(VECTOR_NOTE_7), &log, &note, &c, NULL), OK);
	EQ_U(c.head.size, 7);
	CHECK(bytes_eq(c.origin, BYTES_LIT("log.example/candor")));
	/* signed by the right key, with somebody else's name in it */
	EQ_U(note_signer_parse(BYTES_LIT(VECTOR_LOG_PRIVATE), &s, NULL), OK);
	note_sign(BYTES_LIT("other.example\n0\n" ROOT "\n"), &s, 1, &b);
	EQ_U(checkpoint_open(buf_bytes(&b), &log, &note, &c, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_ORIGIN);
	f.kind = FAULT_NONE;
	EQ_U(note_key_parse(BYTES_LIT(VECTOR_W2), &other, NULL), OK);
	EQ_U(checkpoint_open(buf_bytes(&b), &other, &note, &c, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_UNSIGNED);
	buf_done(&b);
}
