/*
 * rig.h - for tests: a publisher, his log and his site, in a folder of their own.
 */
#pragma once

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/b64.h"
#include "base/sys.h"
#include "crypto/hash.h"
#include "log/proof.h"
#include "log/rig.h"
#include "publish/publish.h"

struct world {
	struct rig rig;
	struct publish p;
	struct note_signer publisher;
	unsigned asked; /* how often witnesses were */
	enum fault_kind answer;
};

/* Witnesses: enough of them, or none. */
static inline enum err
cosign(void *arg, struct fault *f)
{
	struct world *w = arg;
	struct store *s;
	struct buf held = { 0 };
	enum err e = OK;

	w->asked++;
	if (w->answer != FAULT_NONE)
		return fault_set(f, w->answer, "the witnesses sleep");
	EQ_U(store_open(w->rig.dir, &s, f), OK);
	if (store_held(w->rig.dir, &held, NULL) == OK)
		e = store_unhold(s, f);
	store_close(s);
	buf_done(&held);
	return e;
}

static inline void
open_world(struct world *w, bool witnesses)
{
	struct fault f = { 0 };

	w->p = (struct publish){ .log = w->rig.dir };
	if (witnesses)
		w->p.cosign = cosign;
	w->p.arg = w;
	rig_ok(publish_open(&w->p, w->rig.folder, &f), &f);
}

static inline void
world_init(struct world *w, bool witnesses)
{
	static const uint8_t seed[SIGN_SEED] = { 7 };

	*w = (struct world){ 0 };
	rig_init(&w->rig);
	note_signer_of(
	    BYTES_LIT("rules.example/publisher"), NOTE_ED25519, seed, &w->publisher);
	open_world(w, witnesses);
}

static inline void
world_done(struct world *w)
{
	publish_close(&w->p);
	test_remove(w->rig.folder);
}

/* The next release of rules, whose archive is the text; date: seconds. */
static inline enum err
publish(struct world *w, const char *text, int64_t date, struct publish_done *out,
    struct fault *f)
{
	struct statement s = { .type = STATEMENT_RULES,
		.channel = BYTES_LIT("stable"),
		.date = date,
		.rules = 1,
		.added = 1 };
	struct chain last;
	enum err e;

	EQ_U(tree_put_blob(&w->p.tree, bytes_of(text), &s.archive, f), OK);
	s.diff = s.archive;
	e = publish_last(&w->p, STATEMENT_RULES, s.channel, &last, f);
	chain_next(&last, &s);
	if (e == OK)
		e = publish_statement(&w->p, &last, &s, &w->publisher, 1, out, f);
	chain_done(&last);
	return e;
}

/* The sequence in a proof file that holds against the log's key; 0: it does not. */
static inline uint64_t
shown(struct world *w, const char *path)
{
	static struct note note;
	struct buf b = { 0 };
	struct proof p;
	struct checkpoint c;
	struct merkle_hash leaf;
	struct arena a;
	struct entry *e = xcalloc(1, sizeof(*e));
	uint8_t *raw = NULL;
	size_t n = 0;
	uint64_t sequence = 0;
	enum err r = tree_read(&w->p.tree, path, 262144, &b, NULL);

	arena_init(&a, 1u << 20);
	if (r == OK)
		r = proof_parse(buf_bytes(&b), &p, NULL);
	if (r == OK) {
		n = b64_size(p.extra);
		raw = xcalloc(1, n + 1);
		r = b64_exact(p.extra, raw, n);
	}
	if (r == OK)
		r = checkpoint_open(p.checkpoint, &w->rig.signer.key, &note, &c, NULL);
	if (r == OK) {
		merkle_leaf((struct bytes){ raw, n }, &leaf);
		r = proof_leads(&p, &leaf, &c.head, NULL);
	}
	if (r == OK) {
		entry_read(p.index, (struct bytes){ raw, n }, &a, e);
		sequence = e->is_release ? e->statement.sequence : 0;
	}
	arena_done(&a);
	buf_done(&b);
	free(raw);
	free(e);
	return sequence;
}

static inline bool
pending(struct world *w)
{
	return faccessat(w->p.private, "pending.rules.stable", F_OK, 0) == 0;
}

static inline void
get_pending(struct world *w, struct buf *out)
{
	char name[] = "private";
	const struct tree private = { name, w->p.private, { 0 } };
	struct fault f = { 0 };

	rig_ok(tree_read(&private, "pending.rules.stable", 65535, out, &f), &f);
}

static inline void
set_pending(struct world *w, struct bytes note)
{
	CLEAN(fd_closep)
	int fd = openat(w->p.private, "pending.rules.stable",
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	CHECK(sys_write_all(fd, note.p, note.n) == OK);
}

static inline enum err
resume(struct world *w, struct publish_done *done, struct fault *f)
{
	return publish_resume(&w->p, STATEMENT_RULES, BYTES_LIT("stable"), done, f);
}

static inline uint64_t
log_size(struct world *w)
{
	struct store *s;
	struct checkpoint c = { 0 };

	if (EQ_U(store_open(w->rig.dir, &s, NULL), OK))
		store_head(s, &c);
	store_close(s);
	return c.head.size;
}
