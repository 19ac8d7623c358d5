/* publish.c - see publish.h. */
#include "publish/publish.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/b64.h"
#include "base/sys.h"
#include "log/proof.h"

#define PROOF_FILE 262144 /* bytes: what a client reads of a proof */

/* --- opening --- */

static enum err
take_lock(struct publish *p, struct fault *f)
{
	p->private_name = store_private(p->log);
	if (sys_open(AT_FDCWD, p->private_name, SYS_DIR, &p->private) != OK)
		return fault_set(
		    f, FAULT_IO, "cannot open '%s': %s", p->private_name, sys_why());
	p->lock = openat(p->private, "publish", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (p->lock >= 0 && flock(p->lock, LOCK_EX | LOCK_NB) == 0)
		return OK;
	if (p->lock >= 0)
		return fault_set(
		    f, FAULT_BUSY, "another program publishes from the log '%s'", p->log);
	return fault_set(f, FAULT_IO, "cannot lock '%s': %s", p->private_name, sys_why());
}

/* Another key of the same name is another log to everybody else. */
static bool
same_key(const struct note_key *a, const struct note_key *b)
{
	return a->alg == b->alg && bytes_eq(a->name, b->name) &&
	       memcmp(a->pub, b->pub, SIGN_PUBLIC) == 0;
}

enum err
publish_open(struct publish *p, const char *site, struct fault *f)
{
	enum err e;

	p->private = p->lock = p->tree.dir = -1;
	e = store_settings_read(p->log, &p->set, f);
	if (e == OK)
		e = keyfile_read(
		    p->key ? p->key : p->set.key_file, &p->hold, &p->signer, f);
	/* the writer asks, too, but then the entry is in the log already */
	if (e == OK && !same_key(&p->signer.key, &p->set.key))
		e = fault_set(f, FAULT_KEY,
		    "the key of '%s' is not the one that the log '%s' was made with",
		    fault_quote(p->signer.key.name), fault_quote(p->set.key.name));
	if (e == OK)
		e = take_lock(p, f);
	if (e == OK)
		e = tree_open(site, &p->tree, f);
	/* a blob of a release that was never begun has a name that nobody asks for again
	 */
	if (e == OK)
		tree_sweep(&p->tree);
	return e;
}

void
publish_close(struct publish *p)
{
	if (p->tree.name != NULL)
		tree_close(&p->tree);
	fd_closep(&p->private);
	fd_closep(&p->lock);
	free(p->private_name);
	store_settings_done(&p->set);
	keyfile_wipe(&p->hold, &p->signer);
}

/* --- what is pending --- */

/* "pending.", a type, a dot and 32 letters: below FILES_PATH. */
static void
pending_name(enum statement_type type, struct bytes channel, char out[FILES_PATH])
{
	snprintf(out, FILES_PATH, "pending.%s.%.*s", statement_type_name(type),
	    (int)channel.n, (const char *)channel.p);
}

/* Nothing is held open between two files, so this is made when it is needed. */
static struct files
private_files(const struct publish *p)
{
	return (struct files){ .dir = p->private, .name = p->private_name };
}

/* Step 2. From here on the release is made, whoever finishes it. */
static enum err
put_pending(
    struct publish *p, const struct statement *s, struct bytes note, struct fault *f)
{
	struct files files = private_files(p);
	char name[FILES_PATH];
	enum err e;

	pending_name(s->type, s->channel, name);
	e = files_replace(&files, name, note, f);
	files_done(&files);
	return e;
}

/* Step 6. Gone or not makes no difference: resuming a finished one changes nothing. */
static void
drop_pending(struct publish *p, const struct statement *s)
{
	struct files files = private_files(p);
	char name[FILES_PATH];

	pending_name(s->type, s->channel, name);
	files_remove(&files, name);
}

/*
 * ERR_END: nothing is. Read with the limit of an entry: what is larger cannot be put into
 * the log, so nobody here has written it.
 */
static enum err
read_pending(struct publish *p, enum statement_type type, struct bytes channel,
    struct buf *out, struct fault *f)
{
	struct source_folder folder = { p->private, p->private_name };
	struct log_source s = source_of_folder(&folder);
	char name[FILES_PATH];
	enum err e;

	pending_name(type, channel, name);
	e = s.read(s.arg, name, TILE_ENTRY_MOST, out, f);
	return e == ERR_LIMIT ? fault_set(f, FAULT_STATE, "'%s/%s' is damaged",
				    p->private_name, name)
			      : e;
}

/* --- the log --- */

static enum err
find_last(struct store *s, enum statement_type type, struct bytes channel,
    struct chain *out, struct fault *f)
{
	struct log_source source = store_source(s);
	struct tile_reader *r = NULL;
	struct checkpoint c;
	enum err e;

	*out = (struct chain){ 0 };
	store_head(s, &c);
	e = tile_reader_new(&source, &c.head, &r, f);
	if (e == OK)
		e = chain_find(r, type, channel, out, f);
	tile_reader_free(r);
	return e;
}

enum err
publish_last(struct publish *p, enum statement_type type, struct bytes channel,
    struct chain *out, struct fault *f)
{
	struct store *s = NULL;
	enum err e = store_open(p->log, &s, f);

	*out = (struct chain){ 0 };
	if (e == OK)
		e = find_last(s, type, channel, out, f);
	store_close(s);
	return e;
}

/*
 * The entry's place in the log, where it is put unless it is there. ERR_END: it cannot be
 * any more, as the chain went on without it.
 */
static enum err
enter(struct store *s, const struct entry *e, uint64_t *index, struct fault *f)
{
	const struct statement *st = &e->statement;
	struct chain last;
	enum err r = find_last(s, st->type, st->channel, &last, f);

	if (r == OK && last.last.is_release && bytes_eq(last.last.raw, e->raw))
		*index = last.last.index;
	else if (r == OK && chain_follows(&last, st) != NULL)
		r = ERR_END;
	else if (r == OK) {
		r = store_add(s, e->raw, index, f);
		if (r == OK)
			r = store_sync(s, f);
	}
	chain_done(&last);
	return r;
}

/* Step 4, or its beginning: with witnesses the checkpoint is held until they saw it. */
static enum err
sign_tree(struct publish *p, struct store *s, struct fault *f)
{
	return p->cosign != NULL ? store_hold(s, &p->signer, f)
				 : store_publish(s, &p->signer, f);
}

/* --- what is shown --- */

/* The published checkpoint, and a reader of its tree. */
struct view {
	struct source_folder folder;
	struct buf hold;
	struct note note;
	struct checkpoint head;
	struct tile_reader *tiles;
};

/*
 * Of the published checkpoint and not of the newest tree: a proof must be good for
 * somebody who sees nothing else.
 */
static enum err
view_open(struct publish *p, struct view *v, struct fault *f)
{
	struct log_source s;

	*v = (struct view){ .folder.fd = -1 };
	TRY(source_folder_open(p->log, &v->folder, f));
	s = source_of_folder(&v->folder);
	TRY(source_read(&s, "checkpoint", NOTE_MOST, &v->hold, f));
	TRY(checkpoint_open(buf_bytes(&v->hold), &p->set.key, &v->note, &v->head, f));
	return tile_reader_new(&s, &v->head.head, &v->tiles, f);
}

static void
view_close(struct view *v)
{
	tile_reader_free(v->tiles);
	source_folder_close(&v->folder);
	buf_done(&v->hold);
}

/* The proof file of an entry: extra is its base64. */
static enum err
make_proof(
    struct view *v, uint64_t index, struct bytes extra, struct buf *out, struct fault *f)
{
	struct proof proof;

	TRY(proof_make(v->tiles, index, buf_bytes(&v->hold), &proof, f));
	proof.extra = extra;
	proof_print(&proof, out);
	return OK;
}

/* Step 5: the number first, for latest is what clients follow. */
static enum err
show(struct publish *p, const struct entry *e, uint64_t index, struct fault *f)
{
	const struct statement *s = &e->statement;
	struct view *v = xcalloc(1, sizeof(*v));
	struct buf extra = { 0 }, proof = { 0 };
	enum err r = view_open(p, v, f);

	b64_put(&extra, e->raw);
	if (r == OK)
		r = make_proof(v, index, buf_bytes(&extra), &proof, f);
	if (r == OK)
		r = tree_show(
		    &p->tree, s->type, s->channel, s->sequence, buf_bytes(&proof), f);
	if (r == OK)
		r = tree_show(&p->tree, s->type, s->channel, 0, buf_bytes(&proof), f);
	view_close(v);
	buf_done(&extra);
	buf_done(&proof);
	free(v);
	return r;
}

/* --- all of it --- */

/* Steps 3 to 6. */
static enum err
finish(
    struct publish *p, const struct entry *e, struct publish_done *out, struct fault *f)
{
	struct store *s = NULL;
	uint64_t index = 0;
	enum err r = store_open(p->log, &s, f);

	if (r == OK)
		r = enter(s, e, &index, f);
	if (r == OK)
		r = sign_tree(p, s, f);
	store_close(s); /* others may write while witnesses think */
	if (r == ERR_END) {
		drop_pending(p, &e->statement);
		return OK;
	}
	if (r == OK && p->cosign != NULL)
		r = p->cosign(p->arg, f);
	if (r == OK)
		r = show(p, e, index, f);
	TRY(r);
	drop_pending(p, &e->statement);
	*out = (struct publish_done){ true, e->statement.sequence, index };
	return OK;
}

/* The note as an entry, and on. FAULT_STATE: it is no statement of that kind. */
static enum err
finish_note(struct publish *p, struct bytes note, enum statement_type type,
    struct publish_done *out, struct fault *f)
{
	struct arena a;
	struct entry *e = xcalloc(1, sizeof(*e));
	enum err r;

	arena_init(&a, 4u << 20);
	entry_read(0, note, &a, e);
	if (!e->is_release || e->statement.type != type)
		r = fault_set(f, FAULT_STATE,
		    "a pending statement in '%s' is damaged: remove it when you know why",
		    p->private_name);
	else
		r = finish(p, e, out, f);
	arena_done(&a);
	free(e);
	return r;
}

enum err
publish_resume(struct publish *p, enum statement_type type, struct bytes channel,
    struct publish_done *out, struct fault *f)
{
	struct buf note = { 0 };
	enum err e = read_pending(p, type, channel, &note, f);

	*out = (struct publish_done){ 0 };
	if (e == OK)
		e = finish_note(p, buf_bytes(&note), type, out, f);
	buf_done(&note);
	return e == ERR_END ? OK : e;
}

enum err
publish_statement(struct publish *p, const struct chain *last, const struct statement *s,
    const struct note_signer *signers, size_t n, struct publish_done *out,
    struct fault *f)
{
	struct statement_fault why = { 0 };
	struct buf text = { 0 }, note = { 0 };
	const char *wrong = chain_follows(last, s);
	enum err e = OK;

	*out = (struct publish_done){ 0 };
	if (wrong != NULL)
		e = fault_set(f, FAULT_STATEMENT,
		    "the release does not follow the one before: %s", wrong);
	else if (statement_print(s, &text, &why) != OK)
		e = fault_set(f, FAULT_STATEMENT,
		    "no statement can say this, in line %u: %s", why.line, why.what);
	if (e == OK) {
		note_sign(buf_bytes(&text), signers, n, &note);
		e = put_pending(p, s, buf_bytes(&note), f);
	}
	if (e == OK)
		e = finish_note(p, buf_bytes(&note), s->type, out, f);
	buf_done(&text);
	buf_done(&note);
	return e;
}

/* --- refreshing --- */

/* "latest" again, under the checkpoint of the view. */
static enum err
show_again(struct publish *p, struct view *v, enum statement_type type,
    struct bytes channel, struct fault *f)
{
	struct buf old = { 0 }, new = { 0 };
	struct proof proof;
	char path[FILES_PATH];
	enum err e;

	tree_path(type, channel, 0, path);
	e = tree_read(&p->tree, path, PROOF_FILE, &old, f);
	if (e == OK)
		e = proof_parse(buf_bytes(&old), &proof, f);
	if (e == OK)
		e = make_proof(v, proof.index, proof.extra, &new, f);
	if (e == OK)
		e = tree_show(&p->tree, type, channel, 0, buf_bytes(&new), f);
	buf_done(&old);
	buf_done(&new);
	return e == ERR_END ? OK : e;
}

/* What the log has and nobody published yet is signed, too. */
static enum err
renew(struct publish *p, struct fault *f)
{
	struct store *s = NULL;
	enum err e = store_open(p->log, &s, f);

	if (e == OK)
		e = sign_tree(p, s, f);
	store_close(s);
	return e == OK && p->cosign != NULL ? p->cosign(p->arg, f) : e;
}

static enum err
show_all(struct publish *p, struct view *v, size_t *n, struct fault *f)
{
	enum err e = OK;

	for (unsigned t = 0; t < STATEMENT_TYPES && e == OK; t++) {
		struct tree_channels c;

		tree_channels(&p->tree, (enum statement_type)t, &c);
		for (size_t i = 0; i < c.n && e == OK; i++) {
			e = show_again(
			    p, v, (enum statement_type)t, bytes_of(c.name[i]), f);
			*n += e == OK;
		}
		tree_channels_done(&c);
	}
	return e;
}

/* The channels of a type with something pending: names of files in the private folder. */
static void
pending_channels(struct publish *p, enum statement_type type, struct tree_channels *out)
{
	char prefix[FILES_PATH];
	int fd = openat(p->private, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;

	*out = (struct tree_channels){ 0 };
	pending_name(type, BYTES_LIT(""), prefix);
	for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
		const char *channel = e->d_name + strlen(prefix);

		if (strncmp(e->d_name, prefix, strlen(prefix)) != 0 ||
		    !statement_channel_ok(bytes_of(channel)))
			continue;
		out->name = xgrow(out->name, &out->cap, out->n + 1, sizeof(*out->name));
		out->name[out->n++] = xstrdup(channel);
	}
	if (d != NULL)
		closedir(d);
}

/*
 * Channels have nothing to do with each other; the first that fails ends it, as its
 * reason (no witnesses, no room) is that of the next one.
 */
static enum err
resume_all(struct publish *p, struct fault *f)
{
	enum err e = OK;

	for (unsigned t = 0; t < STATEMENT_TYPES && e == OK; t++) {
		struct tree_channels c;
		struct publish_done done;

		pending_channels(p, (enum statement_type)t, &c);
		for (size_t i = 0; i < c.n && e == OK; i++)
			e = publish_resume(
			    p, (enum statement_type)t, bytes_of(c.name[i]), &done, f);
		tree_channels_done(&c);
	}
	return e;
}

enum err
publish_refresh(struct publish *p, size_t *n, struct fault *f)
{
	struct view *v = xcalloc(1, sizeof(*v));
	enum err e = resume_all(p, f);

	*n = 0;
	v->folder.fd = -1;
	if (e == OK)
		e = renew(p, f);
	if (e == OK)
		e = view_open(p, v, f);
	if (e == OK)
		e = show_all(p, v, n, f);
	view_close(v);
	free(v);
	return e;
}
