/* lab_examine.c - the lab's examiners: what they say, and where it is shown. See lab.h.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/sys.h"
#include "crypto/hash.h"
#include "evidence/docket_make.h"
#include "evidence/dsse.h"
#include "selftest/lab.h"

#define ARTEFACT "a.tar" /* what lab.c calls it */

static void
signer_of(enum lab_examiner who, struct note_signer *out)
{
	static const char *const name[] = { "lab.example/alice", "lab.example/bob",
		"lab.example/carol", "evil.example/stranger" };
	uint8_t seed[SIGN_SEED];

	memset(seed, 0x30 + (int)who, sizeof(seed));
	note_signer_of(bytes_of(name[who]), NOTE_ED25519, seed, out);
}

void
lab_examiners(const struct lab *l)
{
	static const char *const name[] = { "alice", "bob", "carol" };
	struct buf b = { 0 };

	for (int i = LAB_ALICE; i <= LAB_CAROL; i++) {
		struct note_signer s;

		signer_of((enum lab_examiner)i, &s);
		buf_printf(&b, "examiner %s ", name[i]);
		note_key_print(&s.key, &b);
		buf_u8(&b, '\n');
	}
	buf_str(&b, "examiners 2-of-3\n");
	lab_write(l, "client/examiners", buf_bytes(&b));
	buf_done(&b);
}

/* --- statements --- */

static void
make_payload(const struct lab *l, const struct lab_says *s, struct buf *out)
{
	struct json j = { out, false };
	struct intoto_subject subject = { .name = BYTES_LIT(ARTEFACT) };
	const struct attest_head h = { .kind = ATTEST_REBUILD,
		.result = s->result,
		.date = s->date ? s->date : l->now,
		.not_after = s->not_after,
		.version = "0" };

	hash_of(HASH_SHA256, buf_bytes(&l->archive), subject.sha256);
	subject.sha256[0] ^= s->other;
	attest_begin(&j, &subject, 1, &h);
	intoto_end(&j);
}

static void
make_envelope(const struct lab *l, const struct lab_says *s, struct buf *out)
{
	struct note_signer signer, alice;
	struct buf payload = { 0 };

	signer_of(s->who, &signer);
	signer_of(LAB_ALICE, &alice);
	if (s->as_alice)
		signer.key = alice.key;
	make_payload(l, s, &payload);
	dsse_make(BYTES_LIT(DSSE_INTOTO), buf_bytes(&payload), &signer, 1, out);
	if (s->break_envelope) { /* another letter of base64, whatever stands there */
		uint8_t *letter = &out->p[out->n - 40];

		*letter = *letter == 'A' ? 'B' : 'A';
	}
	buf_done(&payload);
}

void
lab_say(struct lab *l, const struct lab_says *s)
{
	struct lab_log *log = s->log ? s->log : &l->log;
	struct lab_said *said = &l->said[l->nsaid++];
	uint64_t index = log->n++;
	struct lab_checkpoint c = { .witnesses = 7u & ~s->spared };

	if (l->nsaid > LAB_SAID || log->n > LAB_LOG_MAX)
		bug("too much is said in the lab");
	make_envelope(l, s, &said->envelope);
	attest_entry(buf_bytes(&said->envelope), &log->entry[index]);
	merkle_leaf(buf_bytes(&log->entry[index]), &log->leaf[index]);
	c.size = log->n;
	if (!s->unlogged)
		lab_proof(l, log, index - s->beside, &c, &said->proof);
	if (!s->hidden)
		return;
	buf_done(&said->envelope);
	buf_done(&said->proof);
	*said = (struct lab_said){ 0 };
	l->nsaid--;
}

void
lab_show_said(struct lab *l)
{
	struct docket_list list = { 0 };
	struct buf archive = { 0 }, latest = { 0 };
	uint8_t digest[32];
	char hex[65], *name;

	for (size_t i = 0; i < l->nsaid; i++) {
		docket_add(
		    &list, buf_bytes(&l->said[i].envelope), buf_bytes(&l->said[i].proof));
		buf_done(&l->said[i].envelope);
		buf_done(&l->said[i].proof);
	}
	l->nsaid = 0;
	memset(l->said, 0, sizeof(l->said));
	if (docket_print(&list, &archive, NULL) != OK)
		bug("the lab's statements cannot be put together");
	hash_of(HASH_SHA256, buf_bytes(&archive), digest);
	hash_hex(digest, 32, hex);
	name = xprintf("site/blob/%s", hex);
	lab_write(l, name, buf_bytes(&archive));
	buf_printf(&latest, "candor statements 1\narchive %s %zu\n", hex, archive.n);
	lab_write(l, "site/statements/latest", buf_bytes(&latest));
	docket_list_done(&list);
	buf_done(&archive);
	buf_done(&latest);
	free(name);
}

/* --- releases --- */

void
lab_program(struct lab *l, const struct lab_release *r)
{
	struct lab_release copy = *r;
	struct lab_checkpoint c = { .witnesses = 7 };
	uint64_t index;

	copy.type = STATEMENT_RELEASE;
	index = lab_add(l, &l->log, &copy);
	c.size = l->log.n;
	lab_publish(l, &l->log, "release/stable/latest", index, &c);
}

void
lab_honest_program(struct lab *l, uint64_t sequence, const char *text)
{
	struct lab_checkpoint c = { .witnesses = 7 };
	/* older ones were made, and rebuilt, before */
	int64_t date = l->now - 3600 + 60 * (int64_t)sequence;
	uint64_t index;

	lab_program(l,
	    &(struct lab_release){ .sequence = sequence, .rules = text, .date = date });
	index = l->log.n - 1;
	lab_say(l, &(struct lab_says){ .who = LAB_ALICE, .date = date });
	lab_say(l, &(struct lab_says){ .who = LAB_BOB, .date = date });
	/* under the newest checkpoint, as a publisher shows it */
	c.size = l->log.n;
	lab_publish(l, &l->log, "release/stable/latest", index, &c);
	lab_show_said(l);
}
