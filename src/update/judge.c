/* judge.c - see judge.h. */
#include "update/judge.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/b64.h"
#include "base/sys.h"
#include "base/ustar.h"
#include "base/utc.h"
#include "crypto/hash.h"
#include "log/proof.h"
#include "release/statement.h"

#define KEYS_MAX   (16 + 2 * SEEN_ROTATED)
#define ARENA      (16u << 20)
#define MAX_MEMBER (1ull << 30)

struct judge {
	const struct judge_ask *ask;
	struct judge_said *said;
	struct fault *f;
	struct arena arena;
	struct policy policy;
	struct note_key key[KEYS_MAX]; /* who may sign: the publisher's keys, now */
	size_t nkeys;
};

/* One proof file, opened: in a log, under its witnesses. */
struct entry {
	struct proof proof;
	struct bytes text; /* the entry: the statement's note */
	struct policy_seen seen;
	struct note note; /* the statement's */
	struct statement statement;
	uint8_t digest[32]; /* of its text */
};

static const char *
date(int64_t t, char out[UTC_SIZE])
{
	utc_print(t, out);
	return out;
}

/* --- one entry --- */

/* The entry stands in the proof's "extra", and is believed when its hash is in the tree.
 */
static enum err
open_entry(struct arena *a, struct bytes file, struct entry *e, struct fault *f)
{
	size_t n;
	uint8_t *p;

	if (file.n > JUDGE_PROOF_MAX)
		return fault_set(f, FAULT_TOO_LARGE, "the proof is too large");
	TRY(proof_parse(file, &e->proof, f));
	n = b64_size(e->proof.extra);
	p = n <= JUDGE_PROOF_MAX ? arena_alloc(a, n + 1) : NULL;
	if (p == NULL || b64_exact(e->proof.extra, p, n) != OK)
		return fault_set(f, FAULT_PROOF, "the proof does not hold the entry");
	e->text = (struct bytes){ p, n };
	return OK;
}

/* The checkpoint is of a log that is trusted, and the entry is in its tree. */
static enum err
judge_log(struct judge *j, struct bytes file, struct entry *e)
{
	struct merkle_hash leaf;

	TRY(open_entry(&j->arena, file, e, j->f));
	merkle_leaf(e->text, &leaf);
	return proof_check(&e->proof, &leaf, &j->policy, &e->seen, j->f);
}

static enum err
parse_statement(struct judge *j, struct entry *e)
{
	struct statement_fault why = { 0 };
	struct fault local = { 0 };

	if (note_parse(e->text, &e->note, &local) != OK)
		return fault_set(
		    j->f, FAULT_STATEMENT, "the entry is no signed note: %s", local.text);
	if (statement_parse(e->note.text, &j->arena, &e->statement, &why) != OK)
		return fault_set(j->f, FAULT_STATEMENT,
		    "the entry is no statement about a release: line %u: %s", why.line,
		    why.what ? why.what : "too long");
	hash_of(HASH_SHA256, e->note.text, e->digest);
	return OK;
}

static enum err
signed_by(struct judge *j, const struct entry *e)
{
	struct note_seen seen[KEYS_MAX];
	struct fault local = { 0 };

	if (j->nkeys == 0)
		return fault_set(j->f, FAULT_CONF,
		    "no publisher is configured, so nobody's releases are taken: set "
		    "publisher in candor.conf");
	if (note_verify(&e->note, j->key, j->nkeys, seen, &local) == OK)
		return OK;
	return fault_set(j->f, FAULT_PUBLISHER,
	    "the release is not signed by a publisher that is configured: %s",
	    local.text);
}

/* --- keys that changed --- */

static enum err
replace_key(struct judge *j, const struct seen_rotated *r, bool keep_old)
{
	struct note_key new_key;
	struct buf text = { 0 };

	TRY(note_key_parse(bytes_of(r->new_key), &new_key, j->f));
	for (size_t i = 0; i < j->nkeys; i++) {
		bool same;

		buf_clear(&text);
		note_key_print(&j->key[i], &text);
		same = bytes_eq(buf_bytes(&text), bytes_of(r->old_key));
		if (!same)
			continue;
		if (keep_old && j->nkeys < KEYS_MAX)
			j->key[j->nkeys++] = new_key;
		else
			j->key[i] = new_key;
		break;
	}
	buf_done(&text);
	return OK;
}

/*
 * The publisher's keys as the past leaves them. Of a release that is judged again the
 * old ones count too: they were good when it was made.
 */
static enum err
begin_keys(struct judge *j)
{
	const struct seen *s = j->ask->seen;

	for (size_t i = 0; i < j->ask->npublisher && i < 16; i++)
		j->key[j->nkeys++] = j->ask->publisher[i];
	for (size_t i = 0; i < s->nrotated; i++)
		TRY(replace_key(j, &s->rotated[i], j->ask->again));
	return OK;
}

static bool
copy_text(char *to, size_t room, struct bytes from)
{
	if (from.n >= room || memchr(from.p, '\0', from.n) != NULL)
		return false;
	memcpy(to, from.p, from.n);
	to[from.n] = '\0';
	return true;
}

/* Both keys must have signed; the old one must be one that may sign now. */
static enum err
judge_handover(struct judge *j, const struct entry *e)
{
	const struct statement *s = &e->statement;
	struct note_key both[2];
	struct note_seen seen[2];
	struct fault local = { 0 };

	TRY(signed_by(j, e));
	if (note_key_parse(s->old_key, &both[0], &local) != OK ||
	    note_key_parse(s->new_key, &both[1], &local) != OK ||
	    note_verify(&e->note, both, 2, seen, &local) != OK || seen[0].line.n == 0 ||
	    seen[1].line.n == 0)
		return fault_set(j->f, FAULT_ROTATION,
		    "the change of the publisher's key is not signed by the old and the "
		    "new one%s%s",
		    local.text[0] ? ": " : "", local.text);
	for (size_t i = 0; i < j->nkeys; i++)
		if (j->key[i].id == both[0].id &&
		    memcmp(j->key[i].pub, both[0].pub, SIGN_PUBLIC) == 0)
			return OK;
	return fault_set(j->f, FAULT_ROTATION,
	    "the change of key '%s' is not the publisher's to make: it is not his key "
	    "now",
	    fault_quote(s->old_key));
}

/* Statement n (from 1) about keys; those that were seen must be the same. */
static enum err
judge_keys(struct judge *j, size_t n, struct bytes file)
{
	struct seen *seen = &j->said->seen;
	struct seen_rotated *r = &seen->rotated[n - 1];
	struct entry e = { 0 };
	bool known = n <= seen->nrotated;

	TRY(judge_log(j, file, &e));
	TRY(parse_statement(j, &e));
	if (e.statement.type != STATEMENT_KEYS || e.statement.sequence != n ||
	    !bytes_eq(e.statement.channel, bytes_of(j->ask->channel)))
		return fault_set(j->f, FAULT_ROTATION,
		    "'keys/%s/%zu' is about something else", j->ask->channel, n);
	if (known) {
		if (r->index == e.proof.index &&
		    bytes_eq(bytes_of(r->new_key), e.statement.new_key))
			return OK;
		return fault_set(j->f, FAULT_ROTATION,
		    "the publisher's change of key number %zu is not the one seen before",
		    n);
	}
	TRY(judge_handover(j, &e));
	if (n > 1 &&
	    memcmp(e.statement.previous, seen->keys_statement, STATEMENT_HASH) != 0)
		return fault_set(j->f, FAULT_ROTATION,
		    "the publisher's change of key number %zu does not follow the one "
		    "before",
		    n);
	r->index = e.proof.index;
	if (!copy_text(r->old_key, SEEN_KEY, e.statement.old_key) ||
	    !copy_text(r->new_key, SEEN_KEY, e.statement.new_key))
		return fault_set(j->f, FAULT_ROTATION, "a key is too long");
	memcpy(seen->keys_statement, e.digest, 32);
	seen->nrotated = n;
	j->said->rotations++;
	return replace_key(j, r, false);
}

/* --- the release --- */

static enum err
judge_subject(struct judge *j, const struct entry *e)
{
	const struct statement *s = &e->statement;
	char when[UTC_SIZE];

	if (s->type != j->ask->type)
		return fault_set(j->f, FAULT_SOFTWARE,
		    "this is a statement of type '%s', and one of '%s' was asked for",
		    statement_type_name(s->type), statement_type_name(j->ask->type));
	if (!bytes_eq(s->channel, bytes_of(j->ask->channel)))
		return fault_set(j->f, FAULT_SOFTWARE,
		    "this release is of the channel '%s', and '%s' was asked for",
		    fault_quote(s->channel), j->ask->channel);
	if (s->date > j->ask->now + JUDGE_EARLY && !j->ask->again)
		return fault_set(j->f, FAULT_STATEMENT,
		    "the release is dated %s, in the future: is this machine's clock "
		    "right?",
		    date(s->date, when));
	return OK;
}

/* Witnesses say until when they saw nothing newer; without that, news may be held back.
 */
static enum err
judge_freshness(struct judge *j, const struct entry *e)
{
	int64_t sealed = (int64_t)e->seen.sealed, now = j->ask->now;
	char when[UTC_SIZE];

	j->said->no_quorum = j->policy.quorum == POLICY_NO_QUORUM;
	if (!j->said->no_quorum && sealed > now + JUDGE_EARLY)
		return fault_set(j->f, FAULT_STALE,
		    "the witnesses saw the log at %s, in the future: is this machine's "
		    "clock right?",
		    date(sealed, when));
	if (!j->said->no_quorum && sealed < now - j->ask->max_age)
		return fault_set(j->f, FAULT_STALE,
		    "the witnesses last saw the log at %s, longer ago than max-age "
		    "permits: newer releases may be held back",
		    date(sealed, when));
	if (e->statement.not_after != 0 && now > e->statement.not_after)
		return fault_set(j->f, FAULT_EXPIRED,
		    "the publisher wanted this release used until %s, and there is no "
		    "newer one",
		    date(e->statement.not_after, when));
	return OK;
}

/* The log as it was seen before, and now: it may only have grown. */
static enum err
judge_head(struct judge *j, const struct entry *e)
{
	const struct checkpoint *c = &e->seen.checkpoint;
	struct seen_log *old = seen_find(&j->said->seen, c->origin);

	j->said->head = c->head;
	if (old == NULL)
		return OK;
	j->said->old = old->head;
	if (c->head.size < old->head.size)
		return fault_set(j->f, FAULT_SHRUNK,
		    "the log '%s' has %" PRIu64 " entries, and had %" PRIu64
		    " when it was seen last",
		    old->origin, c->head.size, old->head.size);
	if (c->head.size == old->head.size &&
	    !merkle_same(&c->head.root, &old->head.root))
		return fault_set(j->f, FAULT_FORK,
		    "the log '%s' shows another tree of %" PRIu64
		    " entries than before: somebody is shown something else",
		    old->origin, c->head.size);
	return OK;
}

static enum err
judge_sequence(struct judge *j, const struct entry *e)
{
	const struct statement *s = &e->statement;
	const struct seen *seen = j->ask->seen;

	if (s->sequence > e->proof.index + 1)
		return fault_set(j->f, FAULT_SEQUENCE,
		    "the release has the sequence %" PRIu64
		    ", more than its log has entries",
		    s->sequence);
	if (s->sequence < seen->sequence)
		return fault_set(j->f, FAULT_ROLLBACK,
		    "release %" PRIu64 " is older than %" PRIu64
		    ", which was seen before",
		    s->sequence, seen->sequence);
	j->said->same = s->sequence == seen->sequence;
	if (j->said->same && memcmp(e->digest, seen->statement, 32) != 0)
		return fault_set(j->f, FAULT_SEQUENCE,
		    "there are two releases with the sequence %" PRIu64
		    ", and another was seen before",
		    s->sequence);
	if (seen->sequence > 0 && s->date < seen->date)
		return fault_set(j->f, FAULT_SEQUENCE,
		    "release %" PRIu64 " is dated before the one seen last", s->sequence);
	if (seen->sequence > 0 && s->sequence == seen->sequence + 1 &&
	    memcmp(s->previous, seen->statement, 32) != 0)
		return fault_set(j->f, FAULT_SEQUENCE,
		    "release %" PRIu64
		    " names another one before it than the one that was seen",
		    s->sequence);
	return OK;
}

/* statement_parse took no names but good ones, and no more artefacts than there is room
 */
static enum err
fill_program(struct judge *j, const struct statement *s)
{
	struct judge_program *p = &j->said->program;
	bool ok = copy_text(p->name, sizeof(p->name), s->name) &&
		  copy_text(p->version, sizeof(p->version), s->version);

	for (size_t i = 0; i < s->nartefacts && ok; i++) {
		struct judge_file *to = &p->artefact[p->n++];

		to->size = s->artefact[i].size;
		memcpy(to->sha256, s->artefact[i].sha256, 32);
		ok = copy_text(to->name, sizeof(to->name), s->artefact[i].name);
	}
	return ok ? OK : fault_set(j->f, FAULT_STATEMENT, "a name in it is too long");
}

static enum err
fill_about(struct judge *j, const struct entry *e)
{
	const struct statement *s = &e->statement;
	struct about *a = &j->said->about;
	/* of a program the source takes the archive's place */
	const struct statement_file *archive =
	    s->type == STATEMENT_RELEASE ? &s->source : &s->archive;

	a->sequence = s->sequence;
	a->index = e->proof.index;
	a->archive_size = archive->size;
	a->rules = s->rules;
	a->date = s->date;
	a->not_after = s->not_after;
	a->sealed = (int64_t)e->seen.sealed;
	memcpy(a->archive, archive->sha256, 32);
	memcpy(a->statement, e->digest, 32);
	if (!copy_text(a->channel, sizeof(a->channel), s->channel) ||
	    !copy_text(a->origin, sizeof(a->origin), e->seen.checkpoint.origin))
		return fault_set(j->f, FAULT_STATEMENT, "a name in it is too long");
	if (s->type == STATEMENT_RELEASE)
		TRY(fill_program(j, s));
	j->said->cosignatures = e->seen.cosignatures;
	copy_text(
	    j->said->log_url, sizeof(j->said->log_url), j->policy.log[e->seen.log].url);
	return OK;
}

static enum err
remember(struct judge *j, const struct entry *e)
{
	struct seen *s = &j->said->seen;

	s->sequence = e->statement.sequence;
	s->date = e->statement.date;
	memcpy(s->statement, e->digest, 32);
	return seen_grow(s, e->seen.checkpoint.origin, &e->seen.checkpoint.head, j->f);
}

static enum err
judge_all(struct judge *j)
{
	const struct judge_ask *ask = j->ask;
	struct entry e = { 0 };

	TRY(policy_parse(ask->trust, &j->arena, &j->policy, j->f));
	TRY(begin_keys(j));
	for (size_t i = 0; i < ask->nkeys; i++)
		TRY(judge_keys(j, i + 1, ask->keys[i]));
	TRY(judge_log(j, ask->proof, &e));
	TRY(parse_statement(j, &e));
	TRY(signed_by(j, &e));
	TRY(judge_subject(j, &e));
	TRY(fill_about(j, &e));
	if (ask->again)
		return OK;
	TRY(judge_freshness(j, &e));
	TRY(judge_head(j, &e));
	TRY(judge_sequence(j, &e));
	return remember(j, &e);
}

void
judge_release(const struct judge_ask *ask, struct judge_said *out)
{
	struct judge *j = xcalloc(1, sizeof(*j));
	enum err e;

	*out = (struct judge_said){ .seen = *ask->seen };
	j->ask = ask;
	j->said = out;
	j->f = &out->fault;
	arena_init(&j->arena, ARENA);
	e = judge_all(j);
	if (e != OK && out->fault.kind == FAULT_NONE)
		e = fault_set(j->f, FAULT_TOO_LARGE, "it takes too much memory to judge");
	arena_done(&j->arena);
	free(j);
}

size_t
judge_key_count(struct bytes proof)
{
	struct arena a;
	struct entry e = { 0 };
	struct note note;
	struct statement s;
	size_t n = 0;

	arena_init(&a, ARENA);
	if (open_entry(&a, proof, &e, NULL) == OK &&
	    note_parse(e.text, &note, NULL) == OK &&
	    statement_parse(note.text, &a, &s, NULL) == OK && s.type == STATEMENT_KEYS &&
	    s.sequence <= JUDGE_KEYS_MAX)
		n = (size_t)s.sequence;
	arena_done(&a);
	return n;
}

/* --- the log's growth --- */

enum err
judge_growth(struct bytes leaves, const struct merkle_head *old,
    const struct merkle_head *new, struct fault *f)
{
	struct merkle_hash root;
	const struct merkle_hash *h = (const struct merkle_hash *)(const void *)leaves.p;

	if (leaves.n != num_mul(new->size, MERKLE_HASH) || new->size == 0 ||
	    old->size > new->size)
		return fault_set(f, FAULT_TILE,
		    "the log's tiles do not have the %" PRIu64 " hashes they should",
		    new->size);
	merkle_fold(h, (size_t) new->size, &root);
	if (!merkle_same(&root, &new->root))
		return fault_set(f, FAULT_ROOT,
		    "the log's tiles are not those of the tree that was signed");
	if (old->size == 0)
		return OK;
	merkle_fold(h, (size_t)old->size, &root);
	if (merkle_same(&root, &old->root))
		return OK;
	return fault_set(f, FAULT_FORK,
	    "the log's first %" PRIu64
	    " entries are not what they were when it was seen last: its past was changed",
	    old->size);
}

/* --- the archive --- */

static bool
ends_with(struct bytes name, const char *end)
{
	struct bytes e = bytes_of(end);

	return name.n > e.n && bytes_eq(bytes_from(name, name.n - e.n), e);
}

static enum err
take_member(const struct ustar_in *u, const struct ustar_member *m, struct buf *out,
    struct fault *f)
{
	struct judge_member j = { .at = u->at, .size = m->size };

	if (!ends_with(m->name, ".yar") && !ends_with(m->name, ".yara"))
		return OK;
	if (!copy_text(j.name, sizeof(j.name), m->name))
		return fault_set(f, FAULT_ARCHIVE, "a name in the archive is too long");
	buf_put(out, &j, sizeof(j));
	return OK;
}

enum err
judge_archive(
    struct bytes archive, const struct about *a, struct buf *out, struct fault *f)
{
	struct cur c = cur_at(archive, 0);
	struct ustar_in *u;
	struct ustar_member m;
	uint8_t digest[32];
	enum err e;

	hash_of(HASH_SHA256, archive, digest);
	if (archive.n != a->archive_size || memcmp(digest, a->archive, 32) != 0)
		return fault_set(f, FAULT_DIGEST,
		    "the archive is not the one that the log names: it is another "
		    "release's, "
		    "or was changed");
	u = xcalloc(1, sizeof(*u));
	*u = (struct ustar_in){ .arg = &c,
		.get = ustar_get_cur,
		.limits = { JUDGE_MEMBERS, MAX_MEMBER, 0 } };
	while ((e = ustar_next(u, &m)) == OK && (e = take_member(u, &m, out, f)) == OK)
		continue;
	if (e != ERR_END)
		e = fault_set(f, FAULT_ARCHIVE, "the archive is not of the one form: %s",
		    u->why ? u->why : "?");
	else
		e = out->n > 0 ? OK
			       : fault_set(f, FAULT_ARCHIVE,
				     "there are no rules in the archive (files *.yar)");
	free(u);
	c.asked = true;
	return e;
}
