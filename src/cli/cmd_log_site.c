/*
 * cmd_log_site.c - candor log site: the log as a folder of pages.
 *
 * A release never changes, so its page is made once, and again when it lacked a file or
 * would look differently: the page itself tells what it was made from. Pages are verified
 * against the checkpoint before a word of them is written.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit/site.h"
#include "base/sys.h"
#include "cli/cli.h"
#include "cli/log_blob.h"
#include "cli/log_cmd.h"
#include "cli/msg.h"
#include "log/tile.h"

struct site_args {
	struct log_trust_args trust;
	const char *out, *blobs;
	struct opt_list publisher;
};

/* clang-format off */
static const struct opt site_opts[] = {
	{ 'o', "output", OPT_STR, "DIR", "where the pages go", offsetof(struct site_args, out) },
	{ 0, "blobs", OPT_STR, "DIR|URL", "where the archives are (blob, beside the log)", offsetof(struct site_args, blobs) },
	LOG_PUBLISHER_OPT(struct site_args),
	LOG_TRUST_OPTS(struct site_args),
	OPT_LAST,
};
/* clang-format on */

struct making {
	const struct site_args *args;
	struct log_place place;
	struct log_trust trust;
	struct log_blob blobs;
	struct policy_seen seen;
	struct publisher publisher;
	struct buf note;
	struct site_release *release;
	size_t n, cap;
	uint64_t made, holes, doubts; /* doubts: releases that are not the publisher's */
};

static enum err
write_page(const char *dir, const char *name, struct bytes b, struct fault *f)
{
	char *path = xprintf("%s/%s", dir, name);
	enum err e = log_write_file(path, b, f);

	free(path);
	return e;
}

static enum err
make_page(struct making *m, const struct entry *e, enum publisher_said said,
    const char *name, struct fault *f)
{
	const struct statement *s = &e->statement;
	struct buf diff = { 0 }, archive = { 0 }, page = { 0 };
	struct fault no_diff = { 0 }, no_archive = { 0 };
	struct site_blobs b = { 0 };
	enum err r;

	if (s->type == STATEMENT_RULES) {
		if (log_blob_read(&m->blobs, &s->diff, &diff, &no_diff) != OK)
			b.diff_why = no_diff.text;
		if (log_blob_read(&m->blobs, &s->archive, &archive, &no_archive) != OK)
			b.archive_why = no_archive.text;
	}
	b.diff = buf_bytes(&diff);
	b.archive = buf_bytes(&archive);
	site_page(e, said, &b, &page);
	r = write_page(m->args->out, name, buf_bytes(&page), f);
	if (r == OK && (b.diff_why != NULL || b.archive_why != NULL)) {
		msg_error("'%s' lacks something: %s", name,
		    b.archive_why ? b.archive_why : b.diff_why);
		m->holes++;
	}
	m->made++;
	buf_done(&diff);
	buf_done(&archive);
	buf_done(&page);
	return r;
}

/* The page is there, was made from just this, and lacks nothing. */
static bool
is_made(const struct making *m, const struct entry *e, enum publisher_said said,
    const char *name)
{
	CLEAN(fd_closep) int fd = -1;
	char *path = xprintf("%s/%s", m->args->out, name);
	char head[SITE_STAMP_AT], stamp[SITE_STAMP];
	size_t got = 0;

	site_stamp(e, said, false, stamp);
	if (sys_open(AT_FDCWD, path, 0, &fd) != OK ||
	    sys_read_some(fd, head, sizeof(head), &got) != OK)
		got = 0;
	free(path);
	return bytes_find((struct bytes){ (uint8_t *)head, got }, 0, bytes_of(stamp)) !=
	       UINT64_MAX;
}

/* Of a program its name and version. */
static struct bytes
about(struct making *m, const struct statement *s)
{
	if (s->type != STATEMENT_RELEASE)
		return (struct bytes){ 0 };
	return bytes_of(arena_printf(&m->trust.arena, "%.*s %.*s", (int)s->name.n,
	    (const char *)s->name.p, (int)s->version.n, (const char *)s->version.p));
}

static enum err
add_release(struct making *m, const struct entry *e, struct fault *f)
{
	const struct statement *s = &e->statement;
	enum publisher_said said = publisher_check(&m->publisher, e);
	struct buf name = { 0 };
	enum err r = OK;

	m->release = xgrow(m->release, &m->cap, m->n + 1, sizeof(*m->release));
	m->release[m->n++] = (struct site_release){ e->index, s->sequence, s->rules,
		s->added, s->changed, s->removed, s->date,
		arena_bytes(&m->trust.arena, s->channel), about(m, s), s->type, said };
	buf_str(&name, "entry/");
	site_name(e->index, &name);
	m->doubts += said > PUBLISHER_SIGNED;
	if (!is_made(m, e, said, buf_cstr(&name)))
		r = make_page(m, e, said, buf_cstr(&name), f);
	buf_done(&name);
	return r;
}

static enum err
read_entries(struct making *m, struct tile_reader *tiles, struct fault *f)
{
	uint64_t size = tile_reader_size(tiles);
	struct tile_bundle b = { 0 };
	struct entry *e = xcalloc(1, sizeof(*e));
	struct arena a;
	enum err r = OK;

	arena_init(&a, 1u << 20);
	for (uint64_t n = 0; r == OK && n * TILE_WIDTH < size; n++) {
		r = tile_read_bundle(tiles, n, &b, f);
		for (unsigned i = 0; r == OK && i < b.n; i++) {
			arena_reset(&a);
			entry_read(b.first + i, b.entry[i], &a, e);
			if (e->is_release)
				r = add_release(m, e, f);
		}
	}
	arena_done(&a);
	buf_done(&b.raw);
	free(e);
	return r;
}

static enum err
make_index(struct making *m, struct fault *f)
{
	struct buf page = { 0 }, sheet = { 0 }, vkey = { 0 };
	struct site s = { NULL, &m->seen, &m->trust.policy, buf_bytes(&m->note),
		m->release, m->n };
	enum err e;

	note_key_print(&m->trust.policy.log[m->seen.log].key, &vkey);
	s.vkey = buf_cstr(&vkey);
	site_style(&sheet);
	site_index(&s, &page);
	e = write_page(m->args->out, "style.css", buf_bytes(&sheet), f);
	if (e == OK)
		e = write_page(m->args->out, "index.html", buf_bytes(&page), f);
	buf_done(&page);
	buf_done(&sheet);
	buf_done(&vkey);
	return e;
}

static enum err
make_folders(const char *out, struct fault *f)
{
	char *entry = xprintf("%s/entry", out);
	struct stat st;
	enum err e = OK;

	(void)mkdir(out, 0777); /* may be there */
	(void)mkdir(entry, 0777);
	if (stat(entry, &st) != 0 || !S_ISDIR(st.st_mode))
		e = fault_set(f, FAULT_IO, "cannot make the folder '%s'", entry);
	free(entry);
	return e;
}

static enum err
make(struct making *m, const char *where, struct fault *f)
{
	struct tile_reader *tiles = NULL;
	enum err e = log_place_open(where, &m->place, f);

	if (e == OK)
		e = log_trust_load(
		    &m->args->trust, m->place.url ? NULL : where, &m->trust, f);
	m->publisher.arena = &m->trust.arena;
	if (e == OK)
		e = log_publishers(&m->args->publisher, &m->publisher, f);
	if (e == OK)
		e = log_blob_open(where, m->args->blobs, &m->blobs, f);
	if (e == OK)
		e = log_read_head(&m->place, &m->trust, &m->note, &m->seen, f);
	if (e == OK)
		e = tile_reader_new(
		    &m->place.source, &m->seen.checkpoint.head, &tiles, f);
	if (e == OK)
		e = make_folders(m->args->out, f);
	if (e == OK)
		e = read_entries(m, tiles, f);
	if (e == OK)
		e = make_index(m, f);
	if (e == OK)
		printf("%zu release%s, %" PRIu64 " page%s made: %s/index.html\n", m->n,
		    m->n == 1 ? "" : "s", m->made, m->made == 1 ? "" : "s", m->args->out);
	if (e == OK && m->doubts > 0)
		msg_error(
		    "%" PRIu64 " releases are not signed as they should be", m->doubts);
	tile_reader_free(tiles);
	return e;
}

static int
run_site(int argc, char **argv, const struct verb *v)
{
	struct site_args a = { 0 };
	struct making *m = xcalloc(1, sizeof(*m));
	struct opt_list rest = { 0 };
	struct fault f = { 0 };
	int code = log_parse(&(struct log_line){ v, 1, 1 }, argc, argv, &a, &rest);

	m->args = &a;
	m->place.folder.fd = -1;
	if (code < 0 && a.out == NULL) {
		msg_error("log site: no -o DIR given");
		code = OPT_EXIT_USAGE;
	}
	if (code < 0)
		code = make(m, rest.p[0], &f) != OK ? log_refused(&f)
		       : m->holes > 0               ? fault_code(FAULT_MISSING)
		       : m->doubts > 0              ? fault_code(FAULT_PUBLISHER)
						    : 0;
	log_place_close(&m->place);
	log_blob_close(&m->blobs);
	log_trust_done(&m->trust);
	buf_done(&m->note);
	free(m->release);
	free(a.publisher.p);
	free(m);
	free(rest.p);
	return code;
}

const struct verb verb_log_site = {
	"log site",
	"DIR|URL -o DIR",
	"write the log as pages to read",
	site_opts,
	run_site,
};
