/* The vectors of DSSE 1.0.2's protocol.md, and what may be wrong with an envelope. */
#include "evidence/dsse.h"

#include "tests/tap.h"

#define BODY "hello world"

static struct note_signer
signer(const char *name, uint8_t fill)
{
	struct note_signer s;
	uint8_t seed[SIGN_SEED];

	memset(seed, fill, sizeof(seed));
	note_signer_of(bytes_of(name), NOTE_ED25519, seed, &s);
	return s;
}

/* Parses, and verifies against n keys; what was wrong. */
static enum fault_kind
open_with(struct bytes text, const struct note_key *keys, size_t n, size_t t, bool *by)
{
	struct fault f = { 0 };
	struct arena a;
	struct dsse d;

	arena_init(&a, 1 << 20);
	if (dsse_parse(test_copy(text), &a, &d, &f) == OK &&
	    dsse_verify(&d, keys, n, t, by, &f) == OK) {
		EQ_B(d.payload, BYTES_LIT(BODY));
		EQ_B(d.type, BYTES_LIT("text/x"));
	}
	CHECK(f.kind == FAULT_NONE || f.text[0] != '\0');
	arena_done(&a);
	return f.kind;
}

TEST(pae)
{
	struct buf b = { 0 };

	dsse_pae(BYTES_LIT("http://example.com/HelloWorld"), BYTES_LIT(BODY), &b);
	EQ_S(buf_cstr(&b), "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
	buf_clear(&b);
	dsse_pae((struct bytes){ 0 }, (struct bytes){ 0 }, &b);
	EQ_S(buf_cstr(&b), "DSSEv1 0  0 ");
	buf_done(&b);
}

TEST(thresholds)
{
	struct note_signer s[3] = { signer("a", 1), signer("b", 2), signer("c", 3) };
	/* the first key under a second name is the same key */
	struct note_key keys[4] = { s[0].key, s[1].key, s[2].key, signer("d", 1).key };
	struct buf b = { 0 };
	bool by[4] = { false };

	dsse_make(BYTES_LIT("text/x"), BYTES_LIT(BODY), s, 2, &b);
	EQ_U(open_with(buf_bytes(&b), keys, 4, 2, by), FAULT_NONE);
	CHECK(by[0] && by[1] && !by[2] && by[3]);
	EQ_U(open_with(buf_bytes(&b), keys, 4, 3, by), FAULT_FORGED);
	EQ_U(open_with(buf_bytes(&b), keys + 1, 3, 2, by), FAULT_NONE);
	EQ_U(open_with(buf_bytes(&b), keys + 2, 1, 1, by), FAULT_FORGED);
	EQ_U(open_with(buf_bytes(&b), keys, 4, 0, by), FAULT_FORGED);
	EQ_U(open_with(buf_bytes(&b), keys, 0, 1, NULL), FAULT_FORGED);
	buf_done(&b);
}

/* A signature says nothing when made by the same key in another envelope. */
TEST(same_key_twice)
{
	struct note_signer s[2] = { signer("a", 1), signer("a", 1) };
	struct buf b = { 0 };

	dsse_make(BYTES_LIT("text/x"), BYTES_LIT(BODY), s, 2, &b);
	EQ_U(open_with(buf_bytes(&b), &s[0].key, 1, 1, NULL), FAULT_NONE);
	EQ_U(open_with(buf_bytes(&b), &s[0].key, 1, 2, NULL), FAULT_FORGED);
	buf_done(&b);
}

#define SIGS "\"signatures\":[{\"sig\":\"AAAA\"}]"

/* clang-format off */
static const struct row {
	const char *text;
	enum fault_kind want; /* no key is known: what reads well is FORGED */
} rows[] = {
	{ "{\"payload\":\"aGVsbG8gd29ybGQ=\",\"payloadType\":\"text/x\"," SIGS "}", FAULT_FORGED },
	{ "{\"payload\":\"aGVsbG8gd29ybGQ\",\"payloadType\":\"text/x\"," SIGS "}", FAULT_FORGED },
	{ "{\"payload\":\"-_-_\",\"payloadType\":\"t\"," SIGS ",\"more\":[1]}", FAULT_FORGED },
	{ "{\"payload\":\"\",\"payloadType\":\"t\"," SIGS "}", FAULT_FORGED },
	{ "{\"payload\":\"aGVsbG8gd29ybGR=\",\"payloadType\":\"t\"," SIGS "}", FAULT_ENVELOPE },
	{ "{\"payload\":\"a=Vs\",\"payloadType\":\"t\"," SIGS "}", FAULT_ENVELOPE },
	{ "{\"payload\":\"aGVs bG8\",\"payloadType\":\"t\"," SIGS "}", FAULT_ENVELOPE },
	{ "{\"payloadType\":\"t\"," SIGS "}", FAULT_ENVELOPE },
	{ "{\"payload\":7,\"payloadType\":\"t\"," SIGS "}", FAULT_ENVELOPE },
	{ "{\"payload\":\"\"," SIGS "}", FAULT_ENVELOPE },
	{ "{\"payload\":\"\",\"payloadType\":\"\"," SIGS "}", FAULT_ENVELOPE },
	{ "{\"payload\":\"\",\"payloadType\":\"t\"}", FAULT_ENVELOPE },
	{ "{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[]}", FAULT_ENVELOPE },
	{ "{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[{}]}", FAULT_ENVELOPE },
	{ "{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[7]}", FAULT_ENVELOPE },
	{ "{\"payload\":\"\",\"payload\":\"\",\"payloadType\":\"t\"," SIGS "}", FAULT_ENVELOPE },
	{ "[]", FAULT_ENVELOPE }, { "", FAULT_ENVELOPE }, { "\x00", FAULT_ENVELOPE },
};
/* clang-format on */

TEST(forms)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		ROW("%s", rows[i].text);
		EQ_U(open_with(bytes_of(rows[i].text), NULL, 0, 1, NULL), rows[i].want);
	}
}

TEST(too_many_signatures)
{
	struct buf b = { 0 };

	buf_str(&b, "{\"payload\":\"\",\"payloadType\":\"t\",\"signatures\":[");
	for (int i = 0; i <= DSSE_SIGS; i++)
		buf_str(&b, i ? ",{\"sig\":\"AAAA\"}" : "{\"sig\":\"AAAA\"}");
	buf_str(&b, "]}");
	EQ_U(open_with(buf_bytes(&b), NULL, 0, 1, NULL), FAULT_ENVELOPE);
	buf_done(&b);
}

/*
 * One byte changed anywhere: it is refused, or (in a key's hint, which is not believed)
 * means the same as before.
 */
TEST(every_byte)
{
	struct note_signer s = signer("a", 1);
	struct buf b = { 0 };
	size_t hint;

	dsse_make(BYTES_LIT("text/x"), BYTES_LIT(BODY), &s, 1, &b);
	hint = bytes_find(buf_bytes(&b), 0, BYTES_LIT("keyid"));
	for (size_t i = 0; i < b.n; i++) {
		uint8_t was = b.p[i];
		enum fault_kind k;

		for (unsigned bit = 1; bit < 256; bit <<= 1) {
			b.p[i] = (uint8_t)(was ^ bit);
			k = open_with(buf_bytes(&b), &s.key, 1, 1, NULL);
			ROW("byte %zu, bit %u", i, bit);
			CHECK(k != FAULT_NONE || (i >= hint && i < hint + 20) ||
			      i + 1 == b.n);
		}
		b.p[i] = was;
	}
	for (size_t n = 0; n + 1 < b.n; n++)
		CHECK(open_with(bytes_clip(buf_bytes(&b), 0, n), &s.key, 1, 1, NULL) !=
		      FAULT_NONE);
	buf_done(&b);
}

TEST(spent_arena)
{
	struct note_signer s = signer("a", 1);
	struct buf b = { 0 };
	struct fault f = { 0 };
	struct arena a;
	struct dsse d;

	dsse_make(BYTES_LIT("text/x"), BYTES_LIT(BODY), &s, 1, &b);
	arena_init(&a, 64);
	EQ_U(dsse_parse(buf_bytes(&b), &a, &d, &f), ERR_LIMIT);
	EQ_U(f.kind, FAULT_TOO_LARGE);
	arena_done(&a);
	buf_done(&b);
}
