/*
 * store.c - see store.h. The edge of the tree and the entries of the last bundle are
 * held in memory; a tile that fills up is written and folds into the level above.
 */
#include "log/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/sys.h"
#include "log/files.h"
#include "log/tile_load.h"

/* Files under temporary names before a sync of its own accord: bounds what is held. */
enum { BATCH = 512 };

struct store {
	struct store_settings set;
	struct source_folder folder;
	struct files out, private;
	char *private_name;
	int lock;
	struct tile_edge edge; /* with what was added since the last sync */
	struct buf bundle;     /* entries of the bundle that is not full */
	struct merkle_head head, published;
	struct merkle_head held; /* size 0: nothing is held */
	bool broken; /* an addition failed half way: only the disk knows what is true */
};

static enum err
put_tile(struct store *s, const struct tile *t, struct bytes content, struct fault *f)
{
	char path[TILE_PATH];

	tile_path(t, path);
	return files_put(&s->out, path, content, f);
}

/*
 * One hash more on a level. What fills a tile goes to disk, and its root to the level
 * above; size counts last, as it is what tells the widths.
 */
static enum err
push_hash(struct store *s, const struct merkle_hash *leaf, struct fault *f)
{
	struct merkle_hash x = *leaf;
	uint64_t n = s->edge.size;

	for (unsigned level = 0; level < TILE_LEVELS; level++, n /= TILE_WIDTH) {
		struct merkle_hash *tile = s->edge.hash[level];
		struct tile t = { level, n / TILE_WIDTH, TILE_WIDTH };

		tile[n % TILE_WIDTH] = x;
		if (n % TILE_WIDTH != TILE_WIDTH - 1)
			break;
		TRY(put_tile(
		    s, &t, (struct bytes){ tile[0].b, TILE_WIDTH * MERKLE_HASH }, f));
		merkle_fold(tile, TILE_WIDTH, &x);
	}
	s->edge.size++;
	return OK;
}

static enum err
add(struct store *s, struct bytes entry, struct fault *f)
{
	struct tile t = { TILE_ENTRIES, s->edge.size / TILE_WIDTH, TILE_WIDTH };
	uint8_t length[2] = { (uint8_t)(entry.n >> 8), (uint8_t)entry.n };
	struct merkle_hash leaf;

	buf_put(&s->bundle, length, 2);
	buf_put(&s->bundle, entry.p, entry.n);
	merkle_leaf(entry, &leaf);
	TRY(push_hash(s, &leaf, f));
	if (s->edge.size % TILE_WIDTH != 0)
		return OK;
	TRY(put_tile(s, &t, buf_bytes(&s->bundle), f));
	buf_clear(&s->bundle);
	return s->out.n >= BATCH ? store_sync(s, f) : OK;
}

/* What failed half way is given back: on a full disk others need the room, too. */
static enum err
give_up(struct store *s, enum err e)
{
	if (e != OK) {
		s->broken = true;
		files_drop(&s->out);
	}
	return e;
}

static enum err
usable(const struct store *s, struct fault *f)
{
	if (s->broken)
		return fault_set(f, FAULT_STATE,
		    "an addition to '%s' failed: open the log again", s->folder.name);
	return OK;
}

enum err
store_add(struct store *s, struct bytes entry, uint64_t *index, struct fault *f)
{
	uint64_t at = s->edge.size;

	TRY(usable(s, f));
	if (entry.n > TILE_ENTRY_MOST)
		return fault_set(f, FAULT_TOO_LARGE,
		    "an entry has at most %d bytes, not %zu: log a digest of it",
		    TILE_ENTRY_MOST, entry.n);
	TRY(give_up(s, add(s, entry, f)));
	*index = at;
	return OK;
}

/* The partial file of a level (or the bundle's) in a log of that size. */
static struct tile
partial(unsigned level, uint64_t size)
{
	uint64_t hashes = level == TILE_ENTRIES ? size : tile_shift(size, 8 * level);

	return (
	    struct tile){ level, hashes / TILE_WIDTH, (unsigned)(hashes % TILE_WIDTH) };
}

static bool
same_tile(const struct tile *a, const struct tile *b)
{
	return a->n == b->n && a->width == b->width;
}

/* Levels, and the bundles behind them: everything that has a partial file. */
static unsigned
kind_of(unsigned i)
{
	return i < TILE_LEVELS ? i : TILE_ENTRIES;
}

static enum err
put_partials(struct store *s, struct fault *f)
{
	for (unsigned i = 0; i <= TILE_LEVELS; i++) {
		struct tile was = partial(kind_of(i), s->head.size);
		struct tile is = partial(kind_of(i), s->edge.size);
		struct bytes content = buf_bytes(&s->bundle);

		if (i < TILE_LEVELS)
			content = (struct bytes){ s->edge.hash[i][0].b,
				is.width * sizeof(struct merkle_hash) };
		if (is.width > 0 && !same_tile(&was, &is))
			TRY(put_tile(s, &is, content, f));
	}
	return OK;
}

/*
 * Partial files of the head before this one that no signed checkpoint implies: those
 * that began to be needed behind the size that was signed.
 */
static void
remove_unsigned(struct store *s, uint64_t old)
{
	uint64_t size =
	    s->held.size > s->published.size ? s->held.size : s->published.size;

	for (unsigned i = 0; i <= TILE_LEVELS; i++) {
		struct tile was = partial(kind_of(i), old);
		struct tile is = partial(kind_of(i), s->head.size);
		uint64_t from = was.n * TILE_WIDTH + was.width;
		char path[TILE_PATH];

		if (i < TILE_LEVELS)
			from <<= 8 * i;
		if (was.width == 0 || same_tile(&was, &is) || from <= size)
			continue;
		tile_path(&was, path);
		files_remove(&s->out, path);
	}
}

static enum err
write_head(struct store *s, const struct merkle_head *head, struct fault *f)
{
	struct checkpoint c = { .origin = s->set.key.name, .head = *head };
	struct buf text = { 0 };
	enum err e;

	checkpoint_print(&c, &text);
	e = files_replace(&s->private, "head", buf_bytes(&text), f);
	buf_done(&text);
	return e;
}

static enum err
sync_all(struct store *s, struct fault *f)
{
	struct merkle_head head = { .size = s->edge.size };
	uint64_t old = s->head.size;

	TRY(put_partials(s, f));
	TRY(files_commit(&s->out, f));
	tile_edge_root(&s->edge, &head.root);
	TRY(write_head(s, &head, f));
	s->head = head;
	remove_unsigned(s, old);
	return OK;
}

enum err
store_sync(struct store *s, struct fault *f)
{
	TRY(usable(s, f));
	if (s->edge.size == s->head.size)
		return OK;
	return give_up(s, sync_all(s, f));
}

void
store_head(const struct store *s, struct checkpoint *out)
{
	*out = (struct checkpoint){ .origin = s->set.key.name, .head = s->head };
}

/* Partial files of tiles that are full by now: readers fall back to the full ones. */
static void
remove_filled(struct store *s, uint64_t old)
{
	for (unsigned i = 0; i <= TILE_LEVELS; i++) {
		uint64_t to = partial(kind_of(i), s->published.size).n;

		for (uint64_t n = partial(kind_of(i), old).n; n < to; n++) {
			struct tile t = { kind_of(i), n, TILE_WIDTH };
			char full[TILE_PATH], path[FILES_PATH];

			tile_path(&t, full);
			snprintf(path, sizeof(path), "%s.p", full);
			files_remove_folder(&s->out, path);
		}
	}
}

static bool
is_ours(const struct store *s, const struct note_key *k)
{
	return k->alg == s->set.key.alg && bytes_eq(k->name, s->set.key.name) &&
	       memcmp(k->pub, s->set.key.pub, SIGN_PUBLIC) == 0;
}

/* The note of the tree as of the last sync. */
static enum err
sign_head(const struct store *s, const struct note_signer *signer, struct buf *out,
    struct fault *f)
{
	struct checkpoint c;
	struct buf text = { 0 };

	TRY(usable(s, f));
	if (!is_ours(s, &signer->key))
		return fault_set(f, FAULT_KEY,
		    "the key of '%s' is not the one that the log '%s' was made with",
		    fault_quote(signer->key.name), fault_quote(s->set.key.name));
	store_head(s, &c);
	checkpoint_print(&c, &text);
	note_sign(buf_bytes(&text), signer, 1, out);
	buf_done(&text);
	return OK;
}

/* What is held is of no use any more, or never was. */
static void
drop_held(struct store *s)
{
	files_remove(&s->private, "held");
	s->held = (struct merkle_head){ 0 };
}

/* For everybody: the checkpoint, then what it makes superfluous is removed. */
static enum err
put_up(
    struct store *s, const struct merkle_head *head, struct bytes note, struct fault *f)
{
	uint64_t old = s->published.size;

	TRY(files_replace(&s->out, "checkpoint", note, f));
	s->published = *head;
	drop_held(s);
	remove_filled(s, old);
	return OK;
}

enum err
store_publish(struct store *s, const struct note_signer *signer, struct fault *f)
{
	struct buf note = { 0 };
	enum err e = sign_head(s, signer, &note, f);

	if (e == OK)
		e = put_up(s, &s->head, buf_bytes(&note), f);
	buf_done(&note);
	return e;
}

enum err
store_hold(struct store *s, const struct note_signer *signer, struct fault *f)
{
	struct buf note = { 0 };
	enum err e = sign_head(s, signer, &note, f);

	if (e == OK && s->head.size == s->published.size)
		drop_held(s);
	else if (e == OK && s->head.size != s->held.size) {
		e = files_replace(&s->private, "held", buf_bytes(&note), f);
		if (e == OK)
			s->held = s->head;
	}
	buf_done(&note);
	return e;
}

/* A note of ours from one of the two folders. ERR_END: there is none. */
static enum err
read_signed(const struct store *s, struct log_source source, const char *name,
    struct buf *hold, struct note *note, struct checkpoint *out, struct fault *f)
{
	TRY(source.read(source.arg, name, NOTE_MOST, hold, f));
	return checkpoint_open(buf_bytes(hold), &s->set.key, note, out, f);
}

/* The published note, verified by the log's own key. ERR_END: nothing is published. */
static enum err
read_published(struct store *s, struct buf *hold, struct note *note,
    struct checkpoint *out, struct fault *f)
{
	return read_signed(s, store_source(s), "checkpoint", hold, note, out, f);
}

static enum err
read_held(struct store *s, struct buf *hold, struct note *note, struct checkpoint *out,
    struct fault *f)
{
	struct source_folder folder = { s->private.dir, s->private_name };

	return read_signed(s, source_of_folder(&folder), "held", hold, note, out, f);
}

enum err
store_held(const char *dir, struct buf *out, struct fault *f)
{
	char *private = store_private(dir);
	struct source_folder folder = { .fd = -1 };
	enum err e = source_folder_open(private, &folder, f);

	if (e == OK) {
		struct log_source source = source_of_folder(&folder);

		e = source.read(source.arg, "held", NOTE_MOST, out, f);
	}
	source_folder_close(&folder);
	free(private);
	return e == ERR_LIMIT
		   ? fault_set(f, FAULT_STATE, "'%s.private/held' is damaged", dir)
		   : e;
}

enum err
store_unhold(struct store *s, struct fault *f)
{
	struct buf hold = { 0 };
	struct note note;
	struct checkpoint c;
	enum err e;

	TRY(usable(s, f));
	if (s->held.size == 0)
		return fault_set(f, FAULT_STATE, "no checkpoint of the log '%s' is held",
		    s->folder.name);
	e = read_held(s, &hold, &note, &c, f);
	if (e == OK)
		e = put_up(s, &c.head, buf_bytes(&hold), f);
	buf_done(&hold);
	return e == ERR_END
		   ? fault_set(f, FAULT_STATE, "'%s/held' was removed", s->private_name)
		   : e;
}

/* Is input what now has, with other signatures? */
static bool
same_text(const struct note *now, const struct note *note, enum err e)
{
	return e == OK && bytes_eq(now->text, note->text);
}

enum err
store_countersign(struct store *s, struct bytes input, struct fault *f)
{
	struct buf hold = { 0 };
	struct note now, note;
	struct checkpoint c;
	enum err e = checkpoint_open(input, &s->set.key, &note, &c, f);

	TRY(e);
	if (s->held.size > 0 &&
	    same_text(&now, &note, read_held(s, &hold, &now, &c, NULL))) {
		buf_done(&hold);
		return files_replace(&s->private, "held", input, f);
	}
	buf_clear(&hold);
	e = read_published(s, &hold, &now, &c, f);
	if (e == ERR_END)
		e = fault_set(f, FAULT_MISSING, "the log '%s' has no checkpoint yet",
		    s->folder.name);
	if (e == OK && !same_text(&now, &note, e))
		e = fault_set(f, FAULT_STATE,
		    "these signatures are for another checkpoint of '%s' than the one "
		    "that is published",
		    s->folder.name);
	if (e == OK)
		e = files_replace(&s->out, "checkpoint", input, f);
	buf_done(&hold);
	return e;
}

struct log_source
store_source(struct store *s)
{
	return source_of_folder(&s->folder);
}

/* head, as the last sync left it. */
static enum err
read_head(struct store *s, struct merkle_head *out, struct fault *f)
{
	struct source_folder folder = { s->private.dir, s->private_name };
	struct log_source source = source_of_folder(&folder);
	struct checkpoint c = { 0 };
	struct buf text = { 0 };
	enum err e = source_read(&source, "head", NOTE_MOST, &text, f);

	if (e == OK && checkpoint_parse(buf_bytes(&text), &c, NULL) != OK)
		e = fault_set(f, FAULT_STATE, "'%s/head' is damaged", s->private_name);
	if (e == OK && !bytes_eq(c.origin, s->set.key.name))
		e = fault_set(
		    f, FAULT_STATE, "'%s/head' is of another log", s->private_name);
	*out = c.head;
	buf_done(&text);
	return e;
}

/* The entries of the bundle that is not full; the file may have more than we want. */
static enum err
load_bundle(struct store *s, struct tile_reader *r, struct fault *f)
{
	struct tile_bundle b = { 0 };
	size_t n = 0;
	enum err e = OK;

	if (s->head.size % TILE_WIDTH != 0)
		e = tile_read_bundle(r, s->head.size / TILE_WIDTH, &b, f);
	for (unsigned i = 0; e == OK && i < b.n; i++)
		n += 2 + b.entry[i].n;
	if (e == OK)
		buf_put(&s->bundle, b.raw.p, n);
	buf_done(&b.raw);
	return e;
}

/* What was signed is in our tree, or we would sign a fork next: the private folder may
 * come from an old backup. what: where it stands. */
static enum err
check_signed(struct store *s, struct tile_reader *r, const struct merkle_head *head,
    const char *what, struct fault *f)
{
	struct merkle_reader hashes = tile_hashes(r, f);
	struct merkle_hash root;

	if (head->size > s->head.size)
		return fault_set(f, FAULT_STATE,
		    "'%s' %s %" PRIu64 " entries, but '%s/head' knows of %" PRIu64
		    ": is it from an old backup",
		    s->folder.name, what, head->size, s->private_name, s->head.size);
	TRY(merkle_root(&hashes, head->size, &root));
	if (!merkle_same(&root, &head->root))
		return fault_set(f, FAULT_STATE,
		    "what '%s' %s is of another tree than its files", s->folder.name,
		    what);
	return OK;
}

static enum err
check_published(struct store *s, struct tile_reader *r, struct fault *f)
{
	struct buf hold = { 0 };
	struct note note;
	struct checkpoint c;
	enum err e = read_published(s, &hold, &note, &c, f);

	buf_done(&hold);
	if (e == ERR_END) /* init was cut short, and did not promise anything yet */
		return OK;
	TRY(e);
	s->published = c.head;
	return check_signed(s, r, &c.head, "published", f);
}

/* One that was put up meanwhile, or overtaken by another, is held no longer. */
static enum err
check_held(struct store *s, struct tile_reader *r, struct fault *f)
{
	struct buf hold = { 0 };
	struct note note;
	struct checkpoint c;
	enum err e = read_held(s, &hold, &note, &c, f);

	buf_done(&hold);
	if (e == ERR_END)
		return OK;
	TRY(e);
	if (c.head.size <= s->published.size) {
		drop_held(s);
		return OK;
	}
	s->held = c.head;
	return check_signed(s, r, &c.head, "holds", f);
}

static enum err
load(struct store *s, struct fault *f)
{
	struct log_source source = store_source(s);
	struct tile_reader *r = NULL;
	struct fault why = { 0 };
	enum err e;

	TRY(read_head(s, &s->head, f));
	e = tile_reader_new(&source, &s->head, &r, &why);
	if (e == OK)
		e = load_bundle(s, r, &why);
	if (e == OK)
		e = check_published(s, r, &why);
	if (e == OK)
		e = check_held(s, r, &why);
	if (e == OK)
		s->edge = *tile_reader_edge(r);
	else
		fault_set(
		    f, why.kind == FAULT_IO ? FAULT_IO : FAULT_STATE, "%s", why.text);
	tile_reader_free(r);
	return e;
}

static enum err
take_lock(struct store *s, struct fault *f)
{
	s->lock = openat(s->private.dir, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->lock >= 0 && flock(s->lock, LOCK_EX | LOCK_NB) == 0)
		return OK;
	if (s->lock >= 0 && sys_code() == EWOULDBLOCK)
		return fault_set(f, FAULT_BUSY,
		    "another program is writing to the log '%s'", s->folder.name);
	return fault_set(f, FAULT_IO, "cannot lock '%s': %s", s->private_name, sys_why());
}

static enum err
open_private(struct store *s, const char *dir, struct fault *f)
{
	s->private_name = store_private(dir);
	if (sys_open(AT_FDCWD, s->private_name, SYS_DIR, &s->private.dir) != OK)
		return fault_set(
		    f, FAULT_IO, "cannot open '%s': %s", s->private_name, sys_why());
	s->private.name = s->private_name;
	return OK;
}

enum err
store_open(const char *dir, struct store **out, struct fault *f)
{
	struct store *s = xcalloc(1, sizeof(*s));
	enum err e;

	s->lock = s->private.dir = s->folder.fd = -1;
	e = store_settings_read(dir, &s->set, f);
	if (e == OK)
		e = source_folder_open(dir, &s->folder, f);
	if (e == OK) {
		s->out = (struct files){ .dir = s->folder.fd, .name = s->folder.name };
		e = open_private(s, dir, f);
	}
	if (e == OK)
		e = take_lock(s, f);
	if (e == OK)
		e = load(s, f);
	if (e != OK) {
		store_close(s);
		return e;
	}
	*out = s;
	return OK;
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	files_drop(&s->out);
	files_done(&s->out);
	files_done(&s->private);
	fd_closep(&s->private.dir);
	fd_closep(&s->lock); /* the lock goes with it */
	source_folder_close(&s->folder);
	store_settings_done(&s->set);
	buf_done(&s->bundle);
	free(s->private_name);
	free(s);
}
