#include "log/cosig.h"

#include "log/vectors.h"

TEST(as_others_do_it)
{
	struct note_signer s;
	struct buf b = { 0 };

	EQ_U(note_signer_parse(BYTES_LIT(VECTOR_W1_PRIVATE), &s, NULL), OK);
	cosig_message(BYTES_LIT(VECTOR_TEXT_7), 1500000000, &b);
	EQ_S(buf_cstr(&b), VECTOR_COSIGNED_7);
	buf_clear(&b);
	cosig_sign(&s, BYTES_LIT(VECTOR_TEXT_7), 1500000000, &b);
	EQ_S(buf_cstr(&b), VECTOR_SIG_7_W1);
	buf_done(&b);
}

TEST(what_does_not_hold)
{
	static struct note note;
	struct note_key k;
	struct buf b = { 0 };
	uint64_t t = 5;

	EQ_U(note_key_parse(BYTES_LIT(VECTOR_W1), &k, NULL), OK);
	EQ_U(note_parse(BYTES_LIT(VECTOR_NOTE_7), &note, NULL), OK);
	EQ_U(note_sig_bytes(&note.sig[1], &b, NULL), OK);
	CHECK(cosig_holds(&k, note.text, buf_bytes(&b), &t));
	EQ_U(t, 1500000000);
	for (size_t bit = 0; bit < b.n * 8; bit++) {
		b.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		t = 5;
		ROW("bit %zu", bit);
		CHECK(!cosig_holds(&k, note.text, buf_bytes(&b), &t));
		EQ_U(t, 5);
		b.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t n = 0; n < b.n; n++)
		CHECK(!cosig_holds(&k, note.text, (struct bytes){ b.p, n }, &t));
	buf_done(&b);
}

/* Times that no clock has are refused even when they are signed. */
TEST(impossible_times)
{
	static const struct {
		uint64_t time;
		bool ok;
	} rows[] = { { 0, true }, { 1, true }, { INT64_MAX, true },
		{ (uint64_t)INT64_MAX + 1, false }, { UINT64_MAX, false } };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf line = { 0 }, raw = { 0 };
		struct note_signer s;
		struct note note;
		uint64_t t;

		EQ_U(note_signer_parse(BYTES_LIT(VECTOR_W1_PRIVATE), &s, NULL), OK);
		buf_str(&line, "a\n\n");
		cosig_sign(&s, BYTES_LIT("a\n"), rows[i].time, &line);
		EQ_U(note_parse(buf_bytes(&line), &note, NULL), OK);
		EQ_U(note_sig_bytes(&note.sig[0], &raw, NULL), OK);
		ROW("%zu", i);
		EQ_U(cosig_holds(&s.key, note.text, buf_bytes(&raw), &t), rows[i].ok);
		buf_done(&line);
		buf_done(&raw);
	}
}
