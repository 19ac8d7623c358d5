/* cmd_log_write.c - candor log init, add, checkpoint: what the log's owner does. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/b64.h"
#include "base/sys.h"
#include "cli/cli.h"
#include "cli/log_cmd.h"
#include "cli/msg.h"
#include "cli/pathlist.h"
#include "log/keyfile.h"
#include "log/store.h"

struct init_args {
	const char *origin, *key;
};

/* clang-format off */
static const struct opt init_opts[] = {
	{ 0, "origin", OPT_STR, "NAME", "the log's name, like a URL without https://", offsetof(struct init_args, origin) },
	{ 0, "key", OPT_STR, "FILE", "a private key to use, which stays where it is", offsetof(struct init_args, key) },
	OPT_LAST,
};
/* clang-format on */

/* What everybody else needs to know of the log: its public key. */
static enum err
print_key(const char *dir, struct fault *f)
{
	struct store_settings set;
	struct buf b = { 0 };
	enum err e = store_settings_read(dir, &set, f);

	if (e == OK) {
		note_key_print(&set.key, &b);
		printf("%s\n", buf_cstr(&b));
	}
	buf_done(&b);
	store_settings_done(&set);
	return e;
}

static int
run_init(int argc, char **argv, const struct verb *v)
{
	struct init_args a = { 0 };
	struct opt_list rest = { 0 };
	struct fault f = { 0 };
	int code = log_parse(&(struct log_line){ v, 1, 1 }, argc, argv, &a, &rest);

	if (code < 0 && a.origin == NULL) {
		msg_error("log init: no --origin given");
		msg_hint("try 'candor help log init'");
		code = OPT_EXIT_USAGE;
	}
	if (code < 0) {
		code = 0;
		if (store_init(rest.p[0], a.origin, a.key, &f) != OK ||
		    print_key(rest.p[0], &f) != OK)
			code = log_refused(&f);
	}
	free(rest.p);
	return code;
}

const struct verb verb_log_init = {
	"log init",
	"DIR --origin NAME",
	"make an empty log in DIR, and its key in DIR.private",
	init_opts,
	run_init,
};

/* --- add -----------------------------------------------------------------------------
 */

struct add_args {
	const char *list, *from;
	bool stdin0;
	struct log_trust_args trust;
};

/* clang-format off */
static const struct opt add_opts[] = {
	{ 0, "list", OPT_STR, "FILE", "add the files that FILE names, NUL or newline between", offsetof(struct add_args, list) },
	{ 0, "from", OPT_STR, "DIR|URL", "add all entries of another log, once they are verified", offsetof(struct add_args, from) },
	{ 0, "key", OPT_STR, "VKEY|FILE", "the public key of the log --from (of one made here: known)", offsetof(struct add_args, trust.key) },
	{ '0', "stdin0", OPT_FLAG, NULL, "add what stands on stdin, entries ended by NUL", offsetof(struct add_args, stdin0) },
	OPT_LAST,
};
/* clang-format on */

struct adding {
	struct store *store;
	struct buf entry; /* the file, or what stdin has of an entry so far */
	uint64_t first, count;
};

static enum err
add_entry(struct adding *a, struct bytes entry, struct fault *f)
{
	uint64_t index;

	TRY(store_add(a->store, entry, &index, f));
	if (a->count++ == 0)
		a->first = index;
	return OK;
}

static enum err
add_file(struct adding *a, const char *path, struct fault *f)
{
	struct fault why = { 0 };
	enum err e;

	buf_clear(&a->entry);
	e = log_read_file(path, TILE_ENTRY_MOST, &a->entry, &why);
	if (why.kind == FAULT_TOO_LARGE)
		return fault_set(f, FAULT_TOO_LARGE,
		    "'%s' has more than the %d bytes of an entry: log a digest of it",
		    path, TILE_ENTRY_MOST);
	if (e != OK)
		return fault_set(f, why.kind, "%s", why.text);
	return add_entry(a, buf_bytes(&a->entry), f);
}

static enum err
add_list(struct adding *a, const char *file, struct fault *f)
{
	char why[128];
	struct pathlist *l = pathlist_open(file, why, sizeof(why));
	enum err e = OK;

	if (l == NULL)
		return fault_set(f, FAULT_IO, "cannot read '%s': %s", file, why);
	for (const char *path; e == OK && (path = pathlist_next(l)) != NULL;)
		e = add_file(a, path, f);
	if (e == OK && pathlist_fault(l) != NULL)
		e = fault_set(
		    f, FAULT_IO, "cannot read '%s': %s", file, pathlist_fault(l));
	pathlist_free(l);
	return e;
}

/* Entries of a piece of stdin; what has no end yet stays in a->entry. */
static enum err
add_piece(struct adding *a, struct bytes piece, struct fault *f)
{
	for (size_t at = 0; at < piece.n;) {
		uint64_t nul = bytes_find(piece, at, BYTES_LIT("\0"));
		size_t end = nul == UINT64_MAX ? piece.n : (size_t)nul;

		buf_put(&a->entry, piece.p + at, end - at);
		if (nul == UINT64_MAX && a->entry.n <= TILE_ENTRY_MOST)
			break;
		TRY(add_entry(a, buf_bytes(&a->entry), f)); /* too large: said there */
		buf_clear(&a->entry);
		at = end + 1;
	}
	return OK;
}

static enum err
add_stdin(struct adding *a, struct fault *f)
{
	static uint8_t piece[1 << 16];
	size_t got = 1;

	while (got > 0) {
		if (sys_wait(STDIN_FILENO) != OK ||
		    sys_read_some(STDIN_FILENO, piece, sizeof(piece), &got) != OK)
			return fault_set(
			    f, FAULT_IO, "cannot read standard input: %s", sys_why());
		TRY(add_piece(a, (struct bytes){ piece, got }, f));
	}
	if (a->entry.n > 0)
		return fault_set(f, FAULT_IO,
		    "standard input ends inside of an entry: each ends with a NUL");
	return OK;
}

/* The head decides what an entry is: what was not signed there does not get in here. */
static enum err
add_log(struct adding *a, const struct add_args *args, struct fault *f)
{
	struct log_reading *r = xcalloc(1, sizeof(*r));
	struct tile_bundle *b = xcalloc(1, sizeof(*b));
	enum err e = log_reading_open(args->from, &args->trust, r, f);
	uint64_t size = e == OK ? r->seen.checkpoint.head.size : 0;

	for (uint64_t n = 0; e == OK && n * TILE_WIDTH < size; n++) {
		e = tile_read_bundle(r->tiles, n, b, f);
		for (unsigned i = 0; e == OK && i < b->n; i++)
			e = add_entry(a, b->entry[i], f);
	}
	log_reading_close(r);
	buf_done(&b->raw);
	free(b);
	free(r);
	return e;
}

static enum err
add_all(struct adding *a, const struct add_args *args, const struct opt_list *files,
    struct fault *f)
{
	if (args->from != NULL)
		TRY(add_log(a, args, f));
	for (size_t i = 1; i < files->n; i++)
		TRY(add_file(a, files->p[i], f));
	if (args->list != NULL)
		TRY(add_list(a, args->list, f));
	if (args->stdin0)
		TRY(add_stdin(a, f));
	return store_sync(a->store, f);
}

static int
run_add(int argc, char **argv, const struct verb *v)
{
	struct add_args args = { 0 };
	struct opt_list rest = { 0 };
	struct adding a = { 0 };
	struct fault f = { 0 };
	int code =
	    log_parse(&(struct log_line){ v, 1, SIZE_MAX }, argc, argv, &args, &rest);

	if (code < 0) {
		code = 0;
		if (store_open(rest.p[0], &a.store, &f) != OK ||
		    add_all(&a, &args, &rest, &f) != OK)
			code = log_refused(&f);
		else if (a.count == 1)
			printf("added entry %" PRIu64 "\n", a.first);
		else if (a.count > 1)
			printf("added entries %" PRIu64 " to %" PRIu64 "\n", a.first,
			    a.first + a.count - 1);
		store_close(a.store);
	}
	buf_done(&a.entry);
	free(rest.p);
	return code;
}

const struct verb verb_log_add = {
	"log add",
	"DIR FILE...",
	"append entries, one a file; a checkpoint publishes them",
	add_opts,
	run_add,
};

/* --- checkpoint ----------------------------------------------------------------------
 */

struct checkpoint_args {
	const char *key;
	bool hold;
};

/* clang-format off */
static const struct opt checkpoint_opts[] = {
	{ 0, "key", OPT_STR, "FILE", "the log's private key, when it was moved", offsetof(struct checkpoint_args, key) },
	{ 0, "hold", OPT_FLAG, NULL, "show it to witnesses first: log cosign puts it up", offsetof(struct checkpoint_args, hold) },
	OPT_LAST,
};
/* clang-format on */

static enum err
publish(const char *dir, const struct checkpoint_args *a, struct fault *f)
{
	struct store_settings set = { 0 };
	struct note_signer signer = { 0 };
	struct buf hold = { 0 };
	struct store *s = NULL;
	struct checkpoint c;
	enum err e = store_settings_read(dir, &set, f);

	if (e == OK)
		e = keyfile_read(a->key ? a->key : set.key_file, &hold, &signer, f);
	if (e == OK)
		e = store_open(dir, &s, f);
	if (e == OK)
		e = a->hold ? store_hold(s, &signer, f) : store_publish(s, &signer, f);
	if (e == OK) {
		store_head(s, &c);
		buf_clear(&hold); /* the key's name is not needed any more */
		b64_put(&hold, (struct bytes){ c.head.root.b, MERKLE_HASH });
		printf("%s %" PRIu64 " entr%s, root %s\n", a->hold ? "held" : "published",
		    c.head.size, c.head.size == 1 ? "y" : "ies", buf_cstr(&hold));
	}
	store_close(s);
	store_settings_done(&set);
	keyfile_wipe(&hold, &signer);
	return e;
}

static int
run_checkpoint(int argc, char **argv, const struct verb *v)
{
	struct checkpoint_args a = { 0 };
	struct opt_list rest = { 0 };
	struct fault f = { 0 };
	int code = log_parse(&(struct log_line){ v, 1, 1 }, argc, argv, &a, &rest);

	if (code < 0)
		code = publish(rest.p[0], &a, &f) == OK ? 0 : log_refused(&f);
	free(rest.p);
	return code;
}

const struct verb verb_log_checkpoint = {
	"log checkpoint",
	"DIR",
	"sign the log as it is and put it up for everybody",
	checkpoint_opts,
	run_checkpoint,
};
