/* log_words.c - see log_words.h. */
#include "cli/log_words.h"

#include <inttypes.h>

#include "base/text.h"
#include "base/utc.h"
#include "crypto/hash.h"
#include "evidence/attest.h"
#include "evidence/dsse.h"
#include "handover/label.h"
#include "update/verifier.h"

#define ARENA_MOST ((size_t)16 << 20)
#define WORDS_MOST 4096 /* bytes that the jail may say */
#define NAME_MOST  120  /* of a name that is quoted */

static void
put_name(struct buf *out, struct bytes name)
{
	text_escape(out, bytes_clip(name, 0, NAME_MOST));
	if (name.n > NAME_MOST)
		buf_str(out, "...");
}

static void
put_date(struct buf *out, int64_t t)
{
	char date[UTC_SIZE];

	if (t == 0)
		return;
	utc_print(t, date);
	buf_printf(out, ", %s", date);
}

static void
put_digest(struct buf *out, const uint8_t *digest)
{
	char hex[2 * LABEL_DIGEST + 1];

	hash_hex(digest, LABEL_DIGEST, hex);
	buf_str(out, hex);
}

/* The text of MANIFEST.note, signed by anybody. */
static bool
handover(struct bytes entry, int64_t *date, struct buf *out)
{
	struct label_seal s;
	struct note note;

	if (note_parse(entry, &note, NULL) != OK ||
	    label_seal_parse(note.text, &s, NULL) != OK)
		return false;
	buf_str(out, "handover ");
	put_name(out, s.label.product);
	buf_u8(out, ' ');
	put_name(out, s.label.version);
	put_date(out, s.label.date);
	*date = s.label.date;
	buf_str(out, ", MANIFEST ");
	put_digest(out, s.manifest);
	for (size_t i = 0; i < note.nsig; i++) {
		buf_str(out, i == 0 ? ", signed as " : ", ");
		put_name(out, note.sig[i].name);
	}
	return true;
}

static void
put_statement(const struct intoto *s, const struct attest *a, struct buf *out)
{
	const struct intoto_subject *first = &s->subject[0];

	if (a->kind == ATTEST_KINDS) {
		buf_str(out, "statement of the kind ");
		put_name(out, s->predicate_type);
	} else {
		buf_printf(
		    out, "%s %s", attest_name(a->kind), attest_result_name(a->result));
	}
	put_date(out, a->date);
	buf_str(out, ", about ");
	if (first->name.n > 0) {
		put_name(out, first->name);
		buf_u8(out, ' ');
	}
	buf_str(out, "(sha256 ");
	put_digest(out, first->sha256);
	buf_u8(out, ')');
	if (s->nsubject > 1)
		buf_printf(out, " and %zu more", s->nsubject - 1);
}

bool
log_words_envelope(struct bytes entry, int64_t *date, struct buf *out)
{
	struct intoto s = { 0 };
	struct attest a;
	struct arena arena;
	struct dsse d;
	bool known;

	arena_init(&arena, ARENA_MOST);
	known = dsse_parse(entry, &arena, &d, NULL) == OK &&
		intoto_parse(d.payload, &arena, &s, NULL) == OK &&
		attest_read(&s, &a, NULL) == OK && s.nsubject > 0;
	if (known)
		put_statement(&s, &a, out);
	*date = known ? a.date : 0;
	for (size_t i = 0; known && i < d.nsig; i++) {
		buf_str(out, i == 0 ? ", signed as " : ", ");
		put_name(out, d.sig[i].keyid);
	}
	intoto_done(&s);
	arena_done(&arena);
	return known;
}

/* Out of the jail come eight bytes of date, and the words. */
static void
in_jail(void *arg, struct buf *out)
{
	struct buf words = { 0 };
	int64_t date;

	if (log_words_envelope(*(const struct bytes *)arg, &date, &words)) {
		buf_le64(out, (uint64_t)date);
		buf_put(out, words.p, words.n);
	}
	buf_done(&words);
}

/* Who read a stranger's bytes is not believed: what is not escaped already, is here. */
static bool
is_plain(struct bytes s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~')
			return false;
	return true;
}

/* An envelope begins with a brace; what else does is read in vain, and in the jail. */
static bool
statement(struct bytes entry, int64_t *date, struct buf *out)
{
	struct buf said = { 0 };
	struct bytes words;
	bool known;

	if (entry.n == 0 || entry.p[0] != '{')
		return false;
	known =
	    verifier_run(in_jail, &entry, WORDS_MOST, &said, NULL) == OK && said.n > 8;
	words = bytes_from(buf_bytes(&said), 8);
	if (known)
		*date = (int64_t)le64(said.p);
	if (known && is_plain(words))
		buf_put(out, words.p, words.n);
	else if (known)
		text_escape(out, words);
	buf_done(&said);
	return known;
}

/* An envelope too large for an entry stands there by its digest (attest.h). */
static bool
named(struct bytes entry, struct buf *out)
{
	static const char head[] = "candor envelope 1\nsha256 ";
	struct bytes rest;
	uint8_t digest[LABEL_DIGEST];

	if (!bytes_eq(bytes_clip(entry, 0, sizeof(head) - 1), BYTES_LIT(head)))
		return false;
	rest = bytes_clip(entry, sizeof(head) - 1, 2 * LABEL_DIGEST);
	if (!label_digest(rest, digest))
		return false;
	buf_str(out, "a statement, by the digest of its envelope: ");
	put_digest(out, digest);
	return true;
}

bool
log_words(struct bytes entry, int64_t *date, struct buf *out)
{
	int64_t ours = 0;
	bool known = handover(entry, &ours, out) || named(entry, out) ||
		     statement(entry, &ours, out);

	if (date != NULL)
		*date = ours;
	return known;
}
