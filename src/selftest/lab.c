/* lab.c - see lab.h: statements, logs and proofs. The folder and the client: lab_site.c.
 */
#include "selftest/lab.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/b64.h"
#include "base/sys.h"
#include "base/ustar.h"
#include "crypto/hash.h"
#include "log/checkpoint.h"
#include "log/cosig.h"

#define RULE_EICAR                                                                       \
	"rule eicar { strings: $a = \"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!\" condition: " \
	"$a }\n"

static const uint8_t key_seed[LAB_KEYS] = { 0x10, 0x11, 0x66 };
static const char *const key_name[LAB_KEYS] = { "lab.example/publisher",
	"lab.example/publisher", "evil.example/publisher" };

static void
signer_of(const char *name, enum note_alg alg, uint8_t byte, struct note_signer *out)
{
	uint8_t seed[SIGN_SEED];

	memset(seed, byte, sizeof(seed));
	note_signer_of(bytes_of(name), alg, seed, out);
}

void
lab_key_text(enum lab_key k, struct buf *out)
{
	struct note_signer s;

	signer_of(key_name[k], NOTE_ED25519, key_seed[k], &s);
	note_key_print(&s.key, out);
}

void
lab_trust(const struct lab *l, struct buf *out)
{
	struct note_signer s;

	signer_of(l->log.origin, NOTE_ED25519, l->log.seed, &s);
	buf_str(out, "log ");
	note_key_print(&s.key, out);
	buf_str(out, "\n");
	for (unsigned i = 0; i < LAB_WITNESSES; i++) {
		char *name = xprintf("lab.example/w%u", i + 1);

		signer_of(name, NOTE_COSIGNATURE, (uint8_t)(0x20 + i), &s);
		buf_printf(out, "witness w%u ", i + 1);
		note_key_print(&s.key, out);
		buf_str(out, "\n");
		free(name);
	}
	buf_str(out, "group all-of-them 2 w1 w2 w3\nquorum all-of-them\n");
}

/* --- statements --- */

static enum err
put_piece(void *arg, struct bytes b)
{
	buf_put(arg, b.p, b.n);
	return OK;
}

static void
make_archive(struct lab *l, const struct lab_release *r)
{
	struct ustar_out *o = xcalloc(1, sizeof(*o));
	char *text = xprintf(
	    "// release %" PRIu64 "\n%s", r->sequence, r->rules ? r->rules : RULE_EICAR);
	const struct ustar_member m = { BYTES_LIT("rules/base.yar"), strlen(text),
		false };

	buf_clear(&l->archive);
	o->arg = &l->archive;
	o->put = put_piece;
	if (r->no_ustar)
		buf_str(&l->archive, "not an archive");
	else if (ustar_begin(o, &m) != OK || ustar_put(o, bytes_of(text)) != OK ||
		 ustar_end(o) != OK)
		bug("the lab's archive cannot be made");
	free(text);
	free(o);
}

static uint64_t
append(struct lab_log *log, struct bytes text, const struct note_signer *s, size_t n)
{
	struct buf *e = &log->entry[log->n];

	if (log->n == LAB_LOG_MAX)
		bug("the lab's log is full");
	note_sign(text, s, n, e);
	merkle_leaf(buf_bytes(e), &log->leaf[log->n]);
	return log->n++;
}

static void
fill_files(const struct lab *l, struct statement *s, struct statement_file *artefact)
{
	struct statement_file f = { .size = l->archive.n };

	hash_of(HASH_SHA256, buf_bytes(&l->archive), f.sha256);
	s->archive = s->diff = f;
	f.name = BYTES_LIT("a.tar");
	*artefact = s->source = s->recipe = f;
	s->artefact = artefact;
	s->nartefacts = 1;
	s->name = BYTES_LIT("candor");
	s->version = BYTES_LIT("9.9");
}

/* Prints, remembers as the last one, and appends, signed. */
static uint64_t
add_statement(struct lab *l, struct lab_log *log, const struct statement *s,
    const struct note_signer *signer, size_t n)
{
	struct buf text = { 0 };
	uint64_t index;

	if (statement_print(s, &text, NULL) != OK)
		bug("the lab's statement cannot be printed");
	hash_of(HASH_SHA256, buf_bytes(&text), l->statement);
	index = append(log, buf_bytes(&text), signer, n);
	buf_done(&text);
	return index;
}

uint64_t
lab_add(struct lab *l, struct lab_log *log, const struct lab_release *r)
{
	struct statement_file artefact;
	struct statement s = {
		.type = r->type,
		.channel = bytes_of(r->channel ? r->channel : "stable"),
		.sequence = r->sequence,
		.date = r->date ? r->date : l->now,
		.not_after = r->not_after,
		.rules = 1,
		.added = 1,
	};
	struct note_signer signer[2];

	make_archive(l, r);
	fill_files(l, &s, &artefact);
	if (r->sequence > 1)
		memcpy(s.previous, r->previous ? r->previous : l->statement, 32);
	signer_of(key_name[r->signer], NOTE_ED25519, key_seed[r->signer], &signer[0]);
	signer_of(key_name[LAB_PUBLISHER_2], NOTE_ED25519, key_seed[LAB_PUBLISHER_2],
	    &signer[1]);
	return add_statement(l, log, &s, signer, r->second ? 2 : 1);
}

uint64_t
lab_add_rotation(struct lab *l, struct lab_log *log, bool both_sign)
{
	struct buf key[2] = { { 0 }, { 0 } };
	struct statement s = { .type = STATEMENT_KEYS,
		.channel = BYTES_LIT("stable"),
		.sequence = 1,
		.date = l->now };
	struct note_signer signer[2];
	uint8_t last[STATEMENT_HASH];
	uint64_t index;

	for (int i = 0; i < 2; i++) {
		lab_key_text((enum lab_key)(LAB_PUBLISHER + i), &key[i]);
		signer_of(key_name[i], NOTE_ED25519, key_seed[i], &signer[i]);
	}
	s.old_key = buf_bytes(&key[0]);
	s.new_key = buf_bytes(&key[1]);
	memcpy(last, l->statement, sizeof(last));
	index = add_statement(l, log, &s, signer, both_sign ? 2 : 1);
	memcpy(l->statement, last, sizeof(last)); /* another chain */
	buf_done(&key[0]);
	buf_done(&key[1]);
	return index;
}

/* --- the log --- */

void
lab_copy_log(const struct lab_log *from, struct lab_log *to)
{
	*to =
	    (struct lab_log){ .origin = from->origin, .seed = from->seed, .n = from->n };
	memcpy(to->leaf, from->leaf, sizeof(to->leaf));
	for (size_t i = 0; i < from->n; i++)
		buf_put(&to->entry[i], from->entry[i].p, from->entry[i].n);
}

void
lab_free_log(struct lab_log *log)
{
	for (size_t i = 0; i < log->n; i++)
		buf_done(&log->entry[i]);
	log->n = 0;
}

static enum err
read_subtree(void *arg, unsigned level, uint64_t index, struct merkle_hash *out)
{
	const struct lab_log *log = arg;

	merkle_fold(log->leaf + (index << level), (size_t)1 << level, out);
	return OK;
}

static struct merkle_reader
reader_of(const struct lab_log *log)
{
	return (struct merkle_reader){ read_subtree, (void *)(uintptr_t)log };
}

static void
cosign(const struct lab_checkpoint *c, int64_t now, struct bytes text, struct buf *out)
{
	struct note_signer s;

	for (unsigned i = 0; i < LAB_WITNESSES; i++) {
		char *name = xprintf("lab.example/w%u", i + 1);
		int64_t t = c->time ? c->time : now;

		signer_of(name, NOTE_COSIGNATURE, (uint8_t)(0x20 + i), &s);
		if (c->witnesses & 1u << i)
			cosig_sign(&s, text, (uint64_t)t, out);
		if (c->witnesses & 1u << i && i == 0 && c->twice)
			cosig_sign(&s, text, (uint64_t)t + 1, out);
		free(name);
	}
}

void
lab_checkpoint(const struct lab *l, const struct lab_log *log,
    const struct lab_checkpoint *c, struct buf *out)
{
	struct checkpoint cp = { .origin = bytes_of(c->origin ? c->origin : log->origin),
		.head.size = c->size };
	struct merkle_reader reader = reader_of(log);
	struct note_signer s;
	struct buf text = { 0 };
	size_t before = out->n;

	if (merkle_root(&reader, c->size, &cp.head.root) != OK)
		bug("the lab's root cannot be made");
	checkpoint_print(&cp, &text);
	signer_of(log->origin, NOTE_ED25519, c->seed ? c->seed : log->seed, &s);
	note_sign(buf_bytes(&text), &s, 1, out);
	cosign(c, l->now, buf_bytes(&text), out);
	/* a letter of the root: the text is another, the signatures are not */
	if (c->break_signature)
		out->p[before + text.n - 10] ^= 1;
	buf_done(&text);
}

void
lab_proof(const struct lab *l, const struct lab_log *log, uint64_t index,
    const struct lab_checkpoint *c, struct buf *out)
{
	struct merkle_reader reader = reader_of(log);
	struct merkle_proof path;

	if (merkle_prove(&reader, index, c->size, &path) != OK)
		bug("the lab's proof cannot be made");
	buf_str(out, "c2sp.org/tlog-proof@v1\nextra ");
	b64_put(out, buf_bytes(&log->entry[index]));
	buf_printf(out, "\nindex %" PRIu64 "\n", index);
	for (size_t i = 0; i < path.n; i++) {
		b64_put(out, (struct bytes){ path.hash[i].b, MERKLE_HASH });
		buf_u8(out, '\n');
	}
	buf_u8(out, '\n');
	lab_checkpoint(l, log, c, out);
}
