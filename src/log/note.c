/*
 * note.c - signed notes, strictly by c2sp.org/signed-note; where that leaves a choice,
 * as Go's x/mod does.
 *
 * Parsing decides nothing about trust and allocates nothing: every field is a view of
 * the input. Of a known key one broken signature condemns the note, as it can only be a
 * forgery or damage; of an unknown key any is skipped.
 */
#include "log/note.h"

#include "base/b64.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "log/cosig.h"

#define DASH      "\xe2\x80\x94 " /* U+2014 and a space begin every signature */
#define PRIVATE   "PRIVATE+KEY+"
#define ID_BYTES  4
#define KEY_BYTES 8192 /* of the largest public key there may be; ML-DSA has 1312 */

/* The code points that Unicode calls White_Space, above ASCII. */
static bool
is_space(uint32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xa0 ||
	       c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
	       c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

bool
note_name_ok(struct bytes name)
{
	for (size_t at = 0; at < name.n;) {
		uint32_t c;
		size_t n = text_utf8(bytes_from(name, at), &c);

		if (n == 0 || c < 0x20 || c == '+' || is_space(c))
			return false;
		at += n;
	}
	return name.n > 0;
}

/*
 * signed-note, Format: UTF-8 without control characters other than newline. The
 * specification forbids ASCII controls; that the rest is UTF-8 keeps a note from showing
 * one thing to a reader of bytes and another to one of text.
 */
static bool
is_plain(struct bytes b)
{
	for (size_t i = 0; i < b.n; i++)
		if (b.p[i] < 0x20 && b.p[i] != '\n')
			return false;
	return text_is_utf8(b);
}

/*
 * The line at the start of *rest, with its newline; no bytes: there is none. Lines are
 * cut off the front until nothing is left: NOTE_SIGS bounds their number.
 */
static struct bytes
take_line(struct bytes *rest)
{
	uint64_t nl = bytes_find(*rest, 0, BYTES_LIT("\n"));
	struct bytes line = { 0 };

	if (nl == UINT64_MAX)
		return line;
	line = bytes_sub(*rest, 0, nl + 1);
	*rest = bytes_from(*rest, nl + 1);
	return line;
}

static enum err
parse_sig(struct bytes line, struct note_sig *out, struct fault *f)
{
	struct bytes dash = BYTES_LIT(DASH), body;
	uint8_t id[6]; /* the first eight letters */
	uint64_t space;
	size_t n;

	if (!bytes_eq(bytes_clip(line, 0, dash.n), dash))
		return fault_set(f, FAULT_NOTE,
		    "the note has a signature line that does not begin with a dash: '%s'",
		    fault_quote(line));
	body = bytes_sub(line, dash.n, line.n - dash.n - 1);
	space = bytes_find(body, 0, BYTES_LIT(" "));
	*out = (struct note_sig){
		.name = bytes_sub(body, 0, space),
		.text = bytes_from(body, num_add(space, 1)),
		.line = line,
	};
	if (!note_name_ok(out->name))
		return fault_set(f, FAULT_NOTE,
		    "the note has a signature without a proper key name: '%s'",
		    fault_quote(line));
	n = b64_size(out->text);
	if (n == SIZE_MAX || n <= ID_BYTES ||
	    b64_get(bytes_sub(out->text, 0, 8), id, sizeof(id), &n) != OK)
		return fault_set(f, FAULT_NOTE,
		    "the note's signature of '%s' is not base64 of a key ID and a "
		    "signature",
		    fault_quote(out->name));
	out->id = be32(id);
	return OK;
}

/* The last empty line parts text and signatures. UINT64_MAX: there is none. */
static uint64_t
find_split(struct bytes b)
{
	for (size_t i = b.n; i-- > 1;)
		if (b.p[i] == '\n' && b.p[i - 1] == '\n')
			return i;
	return UINT64_MAX;
}

enum err
note_parse(struct bytes input, struct note *out, struct fault *f)
{
	uint64_t split;
	struct bytes rest;

	*out = (struct note){ 0 };
	if (input.n > NOTE_MOST)
		return fault_set(
		    f, FAULT_NOTE, "the note has more than %d bytes", NOTE_MOST);
	if (!is_plain(input))
		return fault_set(f, FAULT_NOTE,
		    "the note has bytes that are no text (UTF-8 without control "
		    "characters)");
	split = find_split(input);
	if (split == UINT64_MAX)
		return fault_set(f, FAULT_NOTE,
		    "the note has no empty line between text and signatures");
	out->text = bytes_sub(input, 0, split);
	out->sigs = rest = bytes_from(input, split + 1);
	if (rest.n == 0 || rest.p[rest.n - 1] != '\n')
		return fault_set(f, FAULT_NOTE, "the note ends before its signatures do");
	while (rest.n > 0) {
		if (out->nsig == NOTE_SIGS)
			return fault_set(f, FAULT_NOTE,
			    "the note has more than %d signatures", NOTE_SIGS);
		TRY(parse_sig(take_line(&rest), &out->sig[out->nsig++], f));
	}
	return OK;
}

/*
 * The key's id: SHA-256 of name, newline, algorithm, public key; its first four bytes.
 * Any name can be given to any key, so the id only tells apart; it is no proof of
 * anything.
 */
static uint32_t
key_id(struct bytes name, uint8_t alg, struct bytes pub)
{
	uint8_t digest[HASH_MAX], middle[2] = { '\n', alg };
	struct hash h;

	hash_init(&h, HASH_SHA256);
	hash_add(&h, name);
	hash_add(&h, (struct bytes){ middle, 2 });
	hash_add(&h, pub);
	hash_done(&h, digest);
	return be32(digest);
}

bool
note_key_known(const struct note_key *key)
{
	return key->alg == NOTE_ED25519 || key->alg == NOTE_COSIGNATURE;
}

/* Eight hex digits; false: others. */
static bool
parse_id(struct bytes s, uint32_t *out)
{
	uint32_t v = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (text_hex(s.p[i]) < 0)
			return false;
		v = v << 4 | (uint32_t)text_hex(s.p[i]);
	}
	*out = v;
	return s.n == 8;
}

struct key_text {
	struct bytes name;
	uint32_t id;
	uint8_t raw[KEY_BYTES]; /* algorithm, then the key */
	size_t n;
};

/*
 * name+id+base64. raw has KEY_BYTES, and b64_get does not write more. Of a private key it
 * holds the seed: who calls wipes it.
 */
static bool
split_key(struct bytes text, struct key_text *out)
{
	uint64_t plus = bytes_find(text, 0, BYTES_LIT("+"));
	struct bytes id = bytes_sub(text, num_add(plus, 1), 8);
	struct bytes after = bytes_from(text, num_add(plus, 9));

	out->name = bytes_sub(text, 0, plus);
	return note_name_ok(out->name) && parse_id(id, &out->id) && after.n > 1 &&
	       after.p[0] == '+' &&
	       b64_get(bytes_from(after, 1), out->raw, KEY_BYTES, &out->n) == OK &&
	       out->n > 1;
}

static bool
is_private(struct bytes text)
{
	struct bytes head = BYTES_LIT(PRIVATE);

	return bytes_eq(bytes_clip(text, 0, head.n), head);
}

enum err
note_key_parse(struct bytes text, struct note_key *out, struct fault *f)
{
	struct key_text k;
	struct bytes pub;

	if (is_private(
		text)) /* somebody mixed up the files: do not show it to the world */
		return fault_set(f, FAULT_KEY,
		    "this is a private key: give the public one (name+id+base64)");
	if (!split_key(text, &k))
		return fault_set(f, FAULT_KEY,
		    "'%s' is not a verifier key (name+id+base64)", fault_quote(text));
	*out = (struct note_key){ .name = k.name, .id = k.id, .alg = k.raw[0] };
	pub = (struct bytes){ k.raw + 1, k.n - 1 };
	if (!note_key_known(out)) {
		hash_of(HASH_SHA256, pub, out->pub);
		return OK;
	}
	if (pub.n != SIGN_PUBLIC)
		return fault_set(f, FAULT_KEY, "the key '%s' has %zu bytes, not %d",
		    fault_quote(text), pub.n, SIGN_PUBLIC);
	if (k.id != key_id(k.name, out->alg, pub))
		return fault_set(f, FAULT_KEY,
		    "the key '%s' does not have the ID that stands in it: was it "
		    "mistyped?",
		    fault_quote(text));
	memcpy(out->pub, pub.p, SIGN_PUBLIC);
	return OK;
}

static void
print_key(const struct note_key *key, const uint8_t body[32], struct buf *out)
{
	uint8_t raw[33] = { key->alg };

	memcpy(raw + 1, body, 32);
	buf_put(out, key->name.p, key->name.n);
	buf_printf(out, "+%08x+", key->id);
	b64_put(out, (struct bytes){ raw, sizeof(raw) });
	sign_wipe(raw, sizeof(raw));
}

void
note_key_print(const struct note_key *key, struct buf *out)
{
	print_key(key, key->pub, out);
}

void
note_signer_print(const struct note_signer *s, struct buf *out)
{
	buf_str(out, PRIVATE);
	print_key(&s->key, s->seed, out);
}

void
note_key_of(struct bytes name, enum note_alg alg, const uint8_t pub[SIGN_PUBLIC],
    struct note_key *out)
{
	*out = (struct note_key){ .name = name, .alg = (uint8_t)alg };
	memcpy(out->pub, pub, SIGN_PUBLIC);
	out->id = key_id(name, out->alg, (struct bytes){ out->pub, SIGN_PUBLIC });
}

void
note_signer_of(struct bytes name, enum note_alg alg, const uint8_t seed[SIGN_SEED],
    struct note_signer *out)
{
	uint8_t pub[SIGN_PUBLIC];

	sign_public(seed, pub);
	note_key_of(name, alg, pub, &out->key);
	memcpy(out->seed, seed, SIGN_SEED);
}

/* The text is never in the message: it is a secret. */
enum err
note_signer_parse(struct bytes text, struct note_signer *out, struct fault *f)
{
	struct key_text k;
	bool good;

	if (text.n > 0 && text.p[text.n - 1] == '\n')
		text.n--;
	good = is_private(text) && split_key(bytes_from(text, strlen(PRIVATE)), &k) &&
	       k.n == 1 + SIGN_SEED &&
	       (k.raw[0] == NOTE_ED25519 || k.raw[0] == NOTE_COSIGNATURE);
	if (good)
		note_signer_of(k.name, k.raw[0], k.raw + 1, out);
	/* also of a key that is refused: what it is of we do not know, so it is a secret
	 */
	sign_wipe(k.raw, sizeof(k.raw));
	if (!good)
		return fault_set(f, FAULT_KEY,
		    "this is not a private Ed25519 key (PRIVATE+KEY+name+id+base64)");
	if (out->key.id != k.id)
		return fault_set(f, FAULT_KEY,
		    "the private key of '%s' does not have the ID that stands in it",
		    fault_quote(out->key.name));
	return OK;
}

void
note_put_sig(const struct note_key *key, struct bytes signature, struct buf *out)
{
	struct buf raw = { 0 };
	uint8_t id[ID_BYTES] = { (uint8_t)(key->id >> 24), (uint8_t)(key->id >> 16),
		(uint8_t)(key->id >> 8), (uint8_t)key->id };

	buf_put(&raw, id, sizeof(id));
	buf_put(&raw, signature.p, signature.n);
	buf_str(out, DASH);
	buf_put(out, key->name.p, key->name.n);
	buf_u8(out, ' ');
	b64_put(out, buf_bytes(&raw));
	buf_u8(out, '\n');
	buf_done(&raw);
}

void
note_sign(struct bytes text, const struct note_signer *signers, size_t n, struct buf *out)
{
	uint8_t sig[SIGN_BYTES];

	buf_put(out, text.p, text.n);
	buf_u8(out, '\n');
	for (size_t i = 0; i < n; i++) {
		sign_make(signers[i].seed, text, sig);
		note_put_sig(&signers[i].key, (struct bytes){ sig, sizeof(sig) }, out);
	}
}

enum err
note_sig_bytes(const struct note_sig *s, struct buf *out, struct fault *f)
{
	size_t n = b64_size(s->text), had = out->n;
	uint8_t *to = n == SIZE_MAX ? NULL : buf_room(out, n);

	if (to == NULL || b64_get(s->text, to, n, &n) != OK)
		return fault_set(f, FAULT_NOTE, "a signature is not base64");
	memmove(to, to + ID_BYTES, n - ID_BYTES);
	out->n = had + n - ID_BYTES;
	return OK;
}

/*
 * Does this signature, which names the key, hold? raw has room for the longest signature
 * that is known here; a longer one is none of ours.
 */
static bool
holds(const struct note *note, const struct note_sig *s, const struct note_key *key,
    uint64_t *time)
{
	uint8_t raw[ID_BYTES + COSIG_BYTES];
	struct bytes sig;
	size_t n;

	if (b64_get(s->text, raw, sizeof(raw), &n) != OK)
		return false; /* longer than any that we know */
	sig = (struct bytes){ raw + ID_BYTES, n - ID_BYTES };
	if (key->alg == NOTE_ED25519)
		return sign_holds(key->pub, note->text, sig);
	return key->alg == NOTE_COSIGNATURE && cosig_holds(key, note->text, sig, time);
}

static bool
names(const struct note_sig *s, const struct note_key *key)
{
	return s->id == key->id && bytes_eq(s->name, key->name);
}

enum err
note_verify(const struct note *note, const struct note_key *keys, size_t n,
    struct note_seen *seen, struct fault *f)
{
	bool some = false;

	for (size_t k = 0; k < n; k++) {
		seen[k] = (struct note_seen){ 0 };
		for (size_t i = 0; i < note->nsig && seen[k].line.n == 0; i++) {
			const struct note_sig *s = &note->sig[i];

			if (!names(s, &keys[k]) || !note_key_known(&keys[k]))
				continue;
			if (!holds(note, s, &keys[k], &seen[k].time))
				return fault_set(f, FAULT_SIGNATURE,
				    "the signature of '%s' does not hold: the text was "
				    "changed, or the signature is forged",
				    fault_quote(s->name));
			seen[k].line = s->line;
			some = true;
		}
	}
	if (!some)
		return fault_set(
		    f, FAULT_UNSIGNED, "none of the %zu known keys signed this", n);
	return OK;
}
