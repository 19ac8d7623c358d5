/* cmd_log.c - candor log: its sub-verbs, and what they share. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/sys.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/log_cmd.h"
#include "cli/log_url.h"
#include "cli/msg.h"
#include "log/store.h"

#define SUB(name) extern const struct verb verb_log_##name;
#include "cli/log_subs.def"
#undef SUB

static const struct verb *const subs[] = {
#define SUB(name) &verb_log_##name,
#include "cli/log_subs.def"
#undef SUB
	NULL,
};

static const struct opt no_opts[] = { OPT_LAST };

static int
run_log(int argc, char **argv, const struct verb *v)
{
	return cli_run_sub(v, argc, argv);
}

const struct verb verb_log = {
	"log",
	"SUBVERB [OPTION]... [ARGUMENT]...",
	"write, read and prove what stands in a transparency log",
	no_opts,
	run_log,
	subs,
};

/* The text is escaped where a stranger's bytes went in (fault_quote). */
int
log_refused(const struct fault *f)
{
	bool plain = f->kind == FAULT_IO || f->kind == FAULT_BUSY;

	msg_refusal(f->text, plain ? NULL : fault_name(f->kind));
	return fault_code(f->kind);
}

enum err
log_place_open(const char *where, struct log_place *out, struct fault *f)
{
	*out = (struct log_place){ .name = where, .folder = { .fd = -1 } };
	if (strncmp(where, "http://", 7) == 0 || strncmp(where, "https://", 8) == 0) {
		TRY(log_url_open(where, &out->url, f));
		out->source = log_url_source(out->url);
		return OK;
	}
	TRY(source_folder_open(where, &out->folder, f));
	out->source = source_of_folder(&out->folder);
	return OK;
}

void
log_place_close(struct log_place *p)
{
	log_url_close(p->url);
	p->url = NULL;
	source_folder_close(&p->folder);
}

enum err
log_read_file(const char *path, size_t limit, struct buf *out, struct fault *f)
{
	CLEAN(fd_closep) int fd = -1;
	enum err e = sys_open(AT_FDCWD, path, SYS_FOLLOW, &fd);

	if (e == OK)
		e = sys_read_all(fd, out, limit);
	if (e == ERR_LIMIT)
		return fault_set(f, FAULT_TOO_LARGE,
		    "'%s' has more than the %zu bytes that it may have", path, limit);
	if (e != OK)
		return fault_set(f, FAULT_IO, "cannot read '%s': %s", path, sys_why());
	return OK;
}

static enum err
write_file(const char *path, struct bytes b, enum err (*commit)(struct sys_atomic *a),
    struct fault *f)
{
	struct sys_atomic out;
	enum err e = sys_atomic_open(&out, path);

	if (e == OK)
		e = sys_write_all(out.fd, b.p, b.n);
	if (e == OK)
		e = commit(&out);
	if (e != OK && sys_code() == EEXIST)
		e = fault_set(f, FAULT_EXISTS,
		    "'%s' is there already, and is not overwritten: give another name, "
		    "or "
		    "take it away",
		    fault_quote(bytes_of(path)));
	else if (e != OK)
		e = fault_set(f, FAULT_IO, "cannot write '%s': %s",
		    fault_quote(bytes_of(path)), sys_why());
	sys_atomic_drop(&out);
	return e;
}

enum err
log_write_file(const char *path, struct bytes b, struct fault *f)
{
	return write_file(path, b, sys_atomic_commit, f);
}

enum err
log_write_new(const char *path, struct bytes b, struct fault *f)
{
	return write_file(path, b, sys_atomic_commit_new, f);
}

/* A key alone is the policy of one log that nobody watches. */
static void
policy_of_key(struct bytes key, struct buf *out)
{
	while (key.n > 0 && key.p[key.n - 1] == '\n')
		key.n--;
	buf_str(out, "log ");
	buf_put(out, key.p, key.n);
	buf_str(out, "\nquorum none\n");
}

static enum err
trust_text(
    const struct log_trust_args *args, const char *dir, struct buf *out, struct fault *f)
{
	struct store_settings set = { 0 };
	struct note_key key;
	struct buf text = { 0 };
	enum err e = OK;

	if (args->trust != NULL)
		return log_read_file(args->trust, POLICY_TEXT, out, f);
	if (args->key == NULL) {
		if (dir == NULL || store_settings_read(dir, &set, NULL) != OK)
			e = fault_set(f, FAULT_KEY,
			    "nothing says whose signature counts: give --key or --trust");
		else
			note_key_print(&set.key, &text);
		store_settings_done(&set);
	} else if (note_key_parse(bytes_of(args->key), &key, NULL) == OK)
		buf_str(&text, args->key);
	else
		e = log_read_file(args->key, POLICY_TEXT, &text, f);
	if (e == OK)
		policy_of_key(buf_bytes(&text), out);
	buf_done(&text);
	return e;
}

enum err
log_trust_load(const struct log_trust_args *args, const char *dir, struct log_trust *out,
    struct fault *f)
{
	*out = (struct log_trust){ 0 };
	arena_init(&out->arena, 4u << 20);
	TRY(trust_text(args, dir, &out->text, f));
	if (policy_parse(buf_bytes(&out->text), &out->arena, &out->policy, f) ==
	    ERR_LIMIT)
		return fault_set(f, FAULT_POLICY, "the policy is too large");
	return f->kind == FAULT_NONE ? OK : ERR_FORMAT;
}

void
log_trust_done(struct log_trust *t)
{
	arena_done(&t->arena);
	buf_done(&t->text);
}

enum err
log_read_head(struct log_place *p, const struct log_trust *t, struct buf *hold,
    struct policy_seen *out, struct fault *f)
{
	TRY(source_read(&p->source, "checkpoint", NOTE_MOST, hold, f));
	TRY(policy_check(&t->policy, buf_bytes(hold), out, f));
	if (p->url != NULL)
		log_url_expect(p->url, out->checkpoint.head.size);
	return OK;
}

enum err
log_reading_open(const char *where, const struct log_trust_args *args,
    struct log_reading *r, struct fault *f)
{
	*r = (struct log_reading){ .place.folder.fd = -1 };
	TRY(log_place_open(where, &r->place, f));
	TRY(log_trust_load(args, r->place.url ? NULL : where, &r->trust, f));
	TRY(log_read_head(&r->place, &r->trust, &r->note, &r->seen, f));
	return tile_reader_new(&r->place.source, &r->seen.checkpoint.head, &r->tiles, f);
}

void
log_reading_close(struct log_reading *r)
{
	tile_reader_free(r->tiles);
	log_place_close(&r->place);
	log_trust_done(&r->trust);
	buf_done(&r->note);
}

static enum err
add_publisher(const char *what, struct publisher *out, struct fault *f)
{
	struct buf text = { 0 };
	struct note_key key;
	enum err e = OK;

	if (note_key_parse(bytes_of(what), &key, NULL) == OK)
		buf_str(&text, what);
	else
		e = log_read_file(what, NOTE_MOST, &text, f);
	while (text.n > 0 && text.p[text.n - 1] == '\n')
		text.n--;
	if (e == OK)
		e = publisher_add(out, buf_bytes(&text), f);
	buf_done(&text);
	return e;
}

enum err
log_publishers(const struct opt_list *keys, struct publisher *out, struct fault *f)
{
	for (size_t i = 0; i < keys->n; i++)
		TRY(add_publisher(keys->p[i], out, f));
	return OK;
}

int
log_parse(
    const struct log_line *l, int argc, char **argv, void *args, struct opt_list *rest)
{
	enum err e = opt_parse(l->verb, argc, argv, args, rest);

	if (e == ERR_END)
		return 0;
	if (e == OK && (rest->n < l->least || rest->n > l->most)) {
		msg_error("%s: wants %s", l->verb->name, l->verb->args);
		msg_hint("try 'candor help %s'", l->verb->name);
		e = ERR_SYNTAX;
	}
	return e == OK ? -1 : OPT_EXIT_USAGE;
}

enum err
log_index(const char *text, uint64_t *out, struct fault *f)
{
	if (text_number(bytes_of(text), out))
		return OK;
	return fault_set(f, FAULT_ENTRY, "'%s' is not the index of an entry", text);
}
