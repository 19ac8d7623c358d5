/* Vectors: our own (vectors.h), signed-note.md's, x/mod's, and sum.golang.org's. */
#include "log/note.h"

#include "log/vectors.h"

#define DASH "\xe2\x80\x94 "
#define GO \
	"go.sum database tree\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"

static struct note_key
key(const char *vkey)
{
	struct note_key k = { 0 };
	struct fault f = { 0 };

	if (!EQ_U(note_key_parse(bytes_of(vkey), &k, &f), OK))
		EQ_S(f.text, "");
	return k;
}

static struct note_signer
signer(const char *skey)
{
	struct note_signer s = { 0 };

	EQ_U(note_signer_parse(bytes_of(skey), &s, NULL), OK);
	return s;
}

static enum fault_kind
parse(struct bytes input)
{
	static struct note n;
	struct fault f = { 0 };
	enum err e = note_parse(input, &n, &f);

	CHECK((e == OK) == (f.kind == FAULT_NONE));
	CHECK(e == OK || (f.text[0] != '\0' && e == ERR_FORMAT));
	return f.kind;
}

static enum fault_kind
verify(const char *text, const struct note_key *keys, size_t n, struct note_seen *seen)
{
	static struct note note;
	struct fault f = { 0 };

	EQ_U(note_parse(bytes_of(text), &note, NULL), OK);
	CHECK((note_verify(&note, keys, n, seen, &f) == OK) == (f.kind == FAULT_NONE));
	return f.kind;
}

TEST(three_signers)
{
	struct note_key keys[] = { key(VECTOR_LOG), key(VECTOR_W1), key(VECTOR_W2) };
	struct note_seen seen[3];

	EQ_U(verify(VECTOR_NOTE_7, keys, 3, seen), FAULT_NONE);
	CHECK(seen[0].line.n && seen[1].line.n && seen[2].line.n);
	EQ_U(seen[1].time, 1500000000);
	EQ_U(seen[2].time, 1500000001);
	EQ_U(verify(VECTOR_NOTE_70000, keys, 3, seen), FAULT_NONE);
	EQ_U(verify(VECTOR_NOTE_0, keys, 3, seen), FAULT_NONE);
	EQ_U(verify(VECTOR_NOTE_1, keys, 3, seen), FAULT_NONE);
}

TEST(keys_both_ways)
{
	static const char *const rows[] = { VECTOR_LOG, VECTOR_W1, VECTOR_W2,
		"example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8" };
	static const char *const private[] = { VECTOR_LOG_PRIVATE, VECTOR_W1_PRIVATE,
		VECTOR_W2_PRIVATE };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf b = { 0 };

		ROW("%s", rows[i]);
		note_key_print(&(struct note_key[]){ key(rows[i]) }[0], &b);
		EQ_S(buf_cstr(&b), rows[i]);
		if (i < COUNT(private)) {
			struct note_signer s = signer(private[i]);

			buf_clear(&b);
			note_key_print(&s.key, &b);
			EQ_S(buf_cstr(&b), rows[i]);
			buf_clear(&b);
			note_signer_print(&s, &b);
			EQ_S(buf_cstr(&b), private[i]);
		}
		buf_done(&b);
	}
}

TEST(signing_is_as_go_does_it)
{
	struct note_signer s = signer(VECTOR_LOG_PRIVATE "\n");
	struct buf b = { 0 };

	note_sign(BYTES_LIT(VECTOR_TEXT_7), &s, 1, &b);
	EQ_S(buf_cstr(&b), VECTOR_TEXT_7 "\n" VECTOR_SIG_7_LOG);
	buf_done(&b);
}

TEST(the_go_checksum_database)
{
	struct note_key k =
	    key("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8");
	struct note_seen seen;

	EQ_U(k.id, 0x033de0ae);
	/* its signature under another text, as an example in the specification has it */
	EQ_U(verify(GO "\n" DASH "sum.golang.org Az3grgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
		 &k, 1, &seen),
	    FAULT_SIGNATURE);
}

TEST(hostile_notes)
{
#define SIG "AAAAAAE=" /* key 0, one byte */
	/* clang-format off */
	static const struct {
		const char *name, *text;
		enum fault_kind want;
	} rows[] = {
		{ "the least", "a\n\n" DASH "b " SIG "\n", FAULT_NONE },
		{ "no text", "\n\n" DASH "b " SIG "\n", FAULT_NONE },
		{ "text of several parts", "a\n\nb\n\n" DASH "b " SIG "\n", FAULT_NONE },
		{ "empty", "", FAULT_NOTE },
		{ "one newline", "\n", FAULT_NOTE },
		{ "two newlines", "\n\n", FAULT_NOTE },
		{ "no signatures", "a\n\n", FAULT_NOTE },
		{ "no empty line", "a\n" DASH "b " SIG "\n", FAULT_NOTE },
		{ "signature cut", "a\n\n" DASH "b " SIG, FAULT_NOTE },
		{ "no dash", "a\n\n- b " SIG "\n", FAULT_NOTE },
		{ "dash without space", "a\n\n\xe2\x80\x94" "b " SIG "\n", FAULT_NOTE },
		{ "an empty line below", "a\n\n" DASH "b " SIG "\n\n", FAULT_NOTE },
		{ "text below", "a\n\n" DASH "b " SIG "\nc\n", FAULT_NOTE },
		{ "no name", "a\n\n" DASH " " SIG "\n", FAULT_NOTE },
		{ "no signature", "a\n\n" DASH "b\n", FAULT_NOTE },
		{ "empty signature", "a\n\n" DASH "b \n", FAULT_NOTE },
		{ "only a key", "a\n\n" DASH "b AAAAAA==\n", FAULT_NOTE },
		{ "two spaces", "a\n\n" DASH "b  " SIG "\n", FAULT_NOTE },
		{ "space behind", "a\n\n" DASH "b " SIG " \n", FAULT_NOTE },
		{ "not canonical", "a\n\n" DASH "b AAAAAAF=\n", FAULT_NOTE },
		{ "no padding", "a\n\n" DASH "b AAAAAAE\n", FAULT_NOTE },
		{ "plus in the name", "a\n\n" DASH "b+c " SIG "\n", FAULT_NOTE },
		{ "a wide space in the name", "a\n\n" DASH "b\xe3\x80\x80 " SIG "\n", FAULT_NOTE },
		{ "tab", "a\tb\n\n" DASH "b " SIG "\n", FAULT_NOTE },
		{ "carriage return", "a\r\n\n" DASH "b " SIG "\n", FAULT_NOTE },
		{ "not UTF-8", "a\xff\n\n" DASH "b " SIG "\n", FAULT_NOTE },
		{ "surrogate", "a\xed\xa0\x80\n\n" DASH "b " SIG "\n", FAULT_NOTE },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(rows); i++) {
		ROW("%s", rows[i].name);
		EQ_U(parse(test_copy(bytes_of(rows[i].text))), rows[i].want);
	}
	EQ_U(parse(BYTES_LIT("a\0b\n\n" DASH "b " SIG "\n")), FAULT_NOTE);
}

TEST(keys_that_sign_wrongly)
{
	struct note_key keys[] = { key(VECTOR_LOG), key(VECTOR_W1) }, twin = keys[0];
	struct note_seen seen[2];

	/* another text */
	EQ_U(
	    verify("log.example/candor\n8\n1VSdxyd1LyRjOZqJrXI3/RAmGUkLUVIBSwl+VIhIQGA=\n"
		   "\n" VECTOR_SIG_7_LOG,
		keys, 1, seen),
	    FAULT_SIGNATURE);
	/* one good is not enough when another of a known key is bad */
	EQ_U(verify("x\n\n" VECTOR_SIG_7_W1, keys, 2, seen), FAULT_SIGNATURE);
	EQ_U(verify(VECTOR_NOTE_7, keys + 1, 1, seen), FAULT_NONE);
	/* nobody we know */
	EQ_U(verify(VECTOR_TEXT_7 "\n" VECTOR_SIG_7_W2, keys, 2, seen), FAULT_UNSIGNED);
	EQ_U(verify(VECTOR_NOTE_7, keys, 0, seen), FAULT_UNSIGNED);
	/* the same name, another id: unknown */
	twin.id ^= 1;
	EQ_U(verify(VECTOR_NOTE_7, &twin, 1, seen), FAULT_UNSIGNED);
	/* the same id, another key: it must not pass */
	twin = keys[0];
	twin.pub[0] ^= 1;
	EQ_U(verify(VECTOR_NOTE_7, &twin, 1, seen), FAULT_SIGNATURE);
	/* the first of two by one key counts (x/mod drops the rest) */
	EQ_U(verify(VECTOR_TEXT_7 "\n" VECTOR_SIG_7_LOG
				  "\xe2\x80\x94 log.example/candor t5TEJAAA\n",
		 keys, 1, seen),
	    FAULT_NONE);
	EQ_U(verify(VECTOR_TEXT_7
		 "\n\xe2\x80\x94 log.example/candor t5TEJAAA\n" VECTOR_SIG_7_LOG,
		 keys, 1, seen),
	    FAULT_SIGNATURE);
}

TEST(wrong_keys)
{
	static const char *const rows[] = { "", "a", "a+b", "a+00000000", "a+00000000+",
		"a+00000000+AQ==",
		"+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/foo+530d903+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U==",
		"example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\n",
		/* once taken for the digits whose code has one bit more */
		"example.com/foo+5\x13"
		"0d9"
		"\x10"
		"3a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"a b+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k" };
	struct note_signer s;
	struct note_key k;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fault f = { 0 };

		ROW("%s", rows[i]);
		EQ_U(note_key_parse(test_copy(bytes_of(rows[i])), &k, &f), ERR_FORMAT);
		EQ_U(f.kind, FAULT_KEY);
		EQ_U(note_signer_parse(test_copy(bytes_of(rows[i])), &s, NULL),
		    ERR_FORMAT);
	}
	EQ_U(note_signer_parse(BYTES_LIT(VECTOR_LOG), &s, NULL), ERR_FORMAT);
	/* a secret in the wrong place is not told to everybody */
	{
		struct fault f = { 0 };

		EQ_U(note_key_parse(BYTES_LIT(VECTOR_LOG_PRIVATE), &k, &f), ERR_FORMAT);
		CHECK(strstr(f.text, "AQEB") == NULL);
	}
	/* of another kind: known as a name, and never as a signer */
	EQ_U(note_key_parse(BYTES_LIT("a+01020304+BgECAwQ="), &k, NULL), OK);
	CHECK(!note_key_known(&k));
}

/* Every cut and every flipped bit: refused or harmless, and never read too far. */
TEST(cut_and_flipped)
{
	struct note_key keys[] = { key(VECTOR_LOG), key(VECTOR_W1), key(VECTOR_W2) };
	struct bytes good = BYTES_LIT(VECTOR_NOTE_7);
	struct note_seen seen[3];
	static struct note note;

	for (size_t n = 0; n < good.n; n++) {
		struct bytes cut = test_copy(bytes_sub(good, 0, n));

		ROW("cut %zu", n);
		if (note_parse(cut, &note, NULL) == OK)
			CHECK(note_verify(&note, keys, 3, seen, NULL) == OK);
	}
	for (size_t bit = 0; bit < sizeof(VECTOR_TEXT_7) * 8 - 8; bit++) {
		struct bytes b = test_copy(good);

		ROW("bit %zu", bit);
		((uint8_t *)(uintptr_t)b.p)[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (note_parse(b, &note, NULL) == OK)
			CHECK(note_verify(&note, keys, 3, seen, NULL) != OK);
	}
}

TEST(large_ones)
{
	static struct note note;
	struct note_key k = key(VECTOR_LOG);
	struct note_seen seen;
	struct buf b = { 0 };
	uint8_t quantum[2428] = { 0 }; /* as long as ML-DSA-44's */

	buf_str(&b, VECTOR_TEXT_7 "\n");
	for (int i = 0; i < 99; i++)
		note_put_sig(
		    &(struct note_key){ .name = BYTES_LIT("x.example"), .id = 7 },
		    (struct bytes){ quantum, sizeof(quantum) }, &b);
	buf_str(&b, VECTOR_SIG_7_LOG);
	EQ_U(note_parse(buf_bytes(&b), &note, NULL), OK);
	EQ_U(note.nsig, 100);
	EQ_U(note_verify(&note, &k, 1, &seen, NULL), OK);
	buf_str(&b, VECTOR_SIG_7_LOG);
	EQ_U(parse(buf_bytes(&b)), FAULT_NOTE);
	while (b.n <= NOTE_MOST)
		buf_str(&b, VECTOR_SIG_7_LOG);
	EQ_U(parse(buf_bytes(&b)), FAULT_NOTE);
	buf_done(&b);
}

TEST(signature_bytes)
{
	static struct note note;
	struct buf b = { 0 };

	EQ_U(note_parse(BYTES_LIT(VECTOR_NOTE_7), &note, NULL), OK);
	EQ_U(note_sig_bytes(&note.sig[1], &b, NULL), OK);
	EQ_U(b.n, 72);
	EQ_U(be64(b.p), 1500000000);
	buf_done(&b);
}

TEST(made_keys)
{
	static const uint8_t seed[SIGN_SEED] = { 9 };
	struct note_signer s, back;
	struct buf b = { 0 };

	note_signer_of(BYTES_LIT("w\xc3\xb6rld"), NOTE_COSIGNATURE, seed, &s);
	note_signer_print(&s, &b);
	EQ_U(note_signer_parse(buf_bytes(&b), &back, NULL), OK);
	CHECK(back.key.id == s.key.id && memcmp(back.seed, seed, SIGN_SEED) == 0);
	EQ_U(back.key.alg, NOTE_COSIGNATURE);
	buf_done(&b);
}
