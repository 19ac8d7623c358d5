/*
 * cmd_log_grep.c - candor log grep: every rule that was ever published, as text, and
 * every other entry in words: programs, handovers, and what examiners said of them.
 *
 * The log names archives by digest, so what is searched is what everybody was given. An
 * archive that cannot be had is told, and the exit code says that the search had a hole.
 */
#include <inttypes.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>

#include "audit/entry.h"
#include "audit/search.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/ustar.h"
#include "base/utc.h"
#include "cli/cli.h"
#include "cli/log_blob.h"
#include "cli/log_cmd.h"
#include "cli/log_words.h"
#include "cli/msg.h"
#include "crypto/hash.h"
#include "log/tile.h"

struct grep_args {
	struct log_trust_args trust;
	const char *since, *blobs;
	bool all, nocase;
};

/* clang-format off */
static const struct opt grep_opts[] = {
	{ 0, "since", OPT_STR, "INDEX|DATE", "only what was added from that entry or day on", offsetof(struct grep_args, since) },
	{ 0, "all", OPT_FLAG, NULL, "also lines that an earlier release had already", offsetof(struct grep_args, all) },
	{ 'i', "ignore-case", OPT_FLAG, NULL, "upper and lower case are the same", offsetof(struct grep_args, nocase) },
	{ 0, "blobs", OPT_STR, "DIR|URL", "where the archives are (blob, beside the log)", offsetof(struct grep_args, blobs) },
	LOG_TRUST_OPTS(struct grep_args),
	OPT_LAST,
};
/* clang-format on */

/* Lines that were printed, by digest; a table of open addressing. */
struct known {
	uint64_t *at;
	size_t n, cap;
};

struct grepping {
	const struct grep_args *args;
	regex_t re;
	bool compiled;
	uint64_t since_index;
	int64_t since_date;
	struct log_blob blobs;
	struct known known;
	const struct entry *entry; /* the release that is searched */
	struct bytes file;         /* in its archive */
	uint64_t hits, holes;
};

/* False: it was there. Eight bytes of SHA-256: nobody makes two lines collide by chance.
 */
static bool
known_add(struct known *k, uint64_t key)
{
	size_t i;

	if (k->n * 2 >= k->cap) {
		struct known more = { .cap = k->cap ? k->cap * 2 : 1024 };

		more.at = xcalloc(more.cap, sizeof(*more.at));
		for (i = 0; i < k->cap; i++)
			if (k->at[i] != 0)
				known_add(&more, k->at[i]);
		free(k->at);
		*k = more;
	}
	key += key == 0;
	for (i = key & (k->cap - 1); k->at[i] != 0; i = (i + 1) & (k->cap - 1))
		if (k->at[i] == key)
			return false;
	k->at[i] = key;
	k->n++;
	return true;
}

static uint64_t
key_of(const struct grepping *g, const struct search_hit *h)
{
	uint8_t digest[32];
	struct hash x;

	hash_init(&x, HASH_SHA256);
	hash_add(&x, g->file);
	hash_add(&x, BYTES_LIT("\0"));
	hash_add(&x, h->rule);
	hash_add(&x, BYTES_LIT("\0"));
	hash_add(&x, h->text);
	hash_done(&x, digest);
	return be64(digest);
}

/* "stable 7 2026-11-23 folder/file.yar:12 rule_name: the line" */
static enum err
on_hit(void *arg, const struct search_hit *h)
{
	struct grepping *g = arg;
	const struct statement *s = &g->entry->statement;
	struct buf b = { 0 };
	char date[UTC_SIZE];

	g->hits++;
	if (!known_add(&g->known, key_of(g, h)) && !g->args->all)
		return OK;
	utc_print(s->date, date);
	buf_printf(&b, "%.*s %" PRIu64 " %.10s ", (int)s->channel.n,
	    (const char *)s->channel.p, s->sequence, date);
	text_escape(&b, g->file);
	buf_printf(&b, ":%u ", h->line);
	text_escape(&b, h->rule.n ? h->rule : BYTES_LIT("-"));
	buf_str(&b, ": ");
	text_escape(&b, h->text);
	buf_u8(&b, '\n');
	fwrite(b.p, 1, b.n, stdout);
	buf_done(&b);
	return OK;
}

/* Each file of the archive: the digest said that it is what was published. */
static enum err
search_archive(struct grepping *g, struct bytes archive, struct fault *f)
{
	struct cur c = cur_at(archive, 0);
	struct ustar_in *u = xcalloc(1, sizeof(*u));
	struct ustar_member m;
	enum err e;

	u->get = ustar_get_cur;
	u->arg = &c;
	u->limits = (struct ustar_limits){ 1u << 20, BLOB_MOST, 0 };
	while ((e = ustar_next(u, &m)) == OK) {
		/* consumed so far is the header: the content is a view from there */
		struct bytes text = bytes_sub(archive, u->at, m.size);

		g->file = m.name;
		e = search_rules(&g->re, text, on_hit, g);
		if (e != OK)
			break;
	}
	if (e != ERR_END)
		fault_set(f, FAULT_ENTRY, "it is no archive of ours: %s",
		    u->why ? u->why : err_name(e));
	free(u);
	return e == ERR_END ? OK : ERR_FORMAT;
}

static void
search_release(struct grepping *g, const struct entry *e)
{
	const struct statement *s = &e->statement;
	struct buf archive = { 0 };
	struct fault f = { 0 };

	g->entry = e;
	if (log_blob_read(&g->blobs, &s->archive, &archive, &f) != OK ||
	    search_archive(g, buf_bytes(&archive), &f) != OK) {
		msg_error("release %.*s %" PRIu64 " was not searched: %s",
		    (int)s->channel.n, (const char *)s->channel.p, s->sequence, f.text);
		g->holes++;
	}
	buf_done(&archive);
}

/* A program's files are what is looked for: each by its name and digest. */
static void
put_artefacts(const struct statement *s, struct buf *out)
{
	char hex[2 * STATEMENT_HASH + 1];

	for (size_t i = 0; i < s->nartefacts; i++) {
		hash_hex(s->artefact[i].sha256, STATEMENT_HASH, hex);
		buf_str(out, i == 0 ? ": " : ", ");
		text_escape(out, s->artefact[i].name);
		buf_printf(out, " (sha256 %s)", hex);
	}
}

/* What an entry says that is no release of rules; false: nothing that is understood. */
static bool
words_of(const struct entry *e, int64_t *date, struct buf *out)
{
	if (!e->is_release)
		return log_words(e->raw, date, out);
	*date = e->statement.date;
	entry_tell(e, out);
	put_artefacts(&e->statement, out);
	for (size_t i = 0; i < e->note.nsig; i++) {
		buf_str(out, i == 0 ? ", signed as " : ", ");
		text_escape(out, e->note.sig[i].name);
	}
	return true;
}

/* "12: rebuild PASSED, 2026-11-29T04:05:06Z, about hello_1.0.deb (sha256 ...), signed as
 * ..." */
static void
search_words(struct grepping *g, const struct entry *e)
{
	struct buf b = { 0 };
	int64_t date = 0;

	if (words_of(e, &date, &b) && (g->since_date == 0 || date >= g->since_date) &&
	    regexec(&g->re, buf_cstr(&b), 0, NULL, 0) == 0) {
		g->hits++;
		printf("%" PRIu64 ": %s\n", e->index, buf_cstr(&b));
	}
	buf_done(&b);
}

static void
search_entry(struct grepping *g, const struct entry *e)
{
	if (e->index < g->since_index)
		return;
	if (!e->is_release || e->statement.type != STATEMENT_RULES)
		search_words(g, e);
	else if (e->statement.date >= g->since_date)
		search_release(g, e);
}

static enum err
search_log(struct grepping *g, struct tile_reader *tiles, struct fault *f)
{
	uint64_t size = tile_reader_size(tiles), n = g->since_index / TILE_WIDTH;
	struct tile_bundle b = { 0 };
	struct entry *e = xcalloc(1, sizeof(*e));
	struct arena a;
	enum err r = OK;

	arena_init(&a, 1u << 20);
	for (; r == OK && n * TILE_WIDTH < size; n++) {
		r = tile_read_bundle(tiles, n, &b, f);
		for (unsigned i = 0; r == OK && i < b.n; i++) {
			arena_reset(&a);
			entry_read(b.first + i, b.entry[i], &a, e);
			search_entry(g, e);
		}
	}
	arena_done(&a);
	buf_done(&b.raw);
	free(e);
	return r;
}

/* An index, or a day. */
static enum err
since(struct grepping *g, const char *text, struct fault *f)
{
	if (text == NULL || log_index(text, &g->since_index, NULL) == OK)
		return OK;
	if (utc_parse_day(bytes_of(text), &g->since_date) == OK)
		return OK;
	return fault_set(f, FAULT_ENTRY,
	    "'%s' is neither the index of an entry nor a day like 2026-11-23", text);
}

static int
compile(struct grepping *g, const char *text)
{
	int flags = REG_EXTENDED | (g->args->nocase ? REG_ICASE : 0);
	int r = regcomp(&g->re, text, flags);
	char why[128];

	g->compiled = r == 0;
	if (r == 0)
		return 0;
	regerror(r, &g->re, why, sizeof(why));
	msg_error("'%s' is no regular expression: %s", text, why);
	return OPT_EXIT_USAGE;
}

static enum err
grep(struct grepping *g, const char *where, struct fault *f)
{
	struct log_place place = { .folder.fd = -1 };
	struct log_trust trust = { 0 };
	struct policy_seen *seen = xcalloc(1, sizeof(*seen));
	struct tile_reader *tiles = NULL;
	struct buf note = { 0 };
	enum err e = since(g, g->args->since, f);

	if (e == OK)
		e = log_place_open(where, &place, f);
	if (e == OK)
		e = log_trust_load(&g->args->trust, place.url ? NULL : where, &trust, f);
	if (e == OK)
		e = log_blob_open(where, g->args->blobs, &g->blobs, f);
	if (e == OK)
		e = log_read_head(&place, &trust, &note, seen, f);
	if (e == OK)
		e = tile_reader_new(&place.source, &seen->checkpoint.head, &tiles, f);
	if (e == OK)
		e = search_log(g, tiles, f);
	tile_reader_free(tiles);
	log_place_close(&place);
	log_trust_done(&trust);
	buf_done(&note);
	free(seen);
	return e;
}

static int
run_grep(int argc, char **argv, const struct verb *v)
{
	struct grep_args a = { 0 };
	struct grepping g = { .args = &a };
	struct opt_list rest = { 0 };
	struct fault f = { 0 };
	int code = log_parse(&(struct log_line){ v, 2, 2 }, argc, argv, &a, &rest);

	if (code < 0 && (code = compile(&g, rest.p[0])) == 0) {
		if (grep(&g, rest.p[1], &f) != OK)
			code = log_refused(&f);
		else
			code = g.holes > 0 ? fault_code(FAULT_MISSING) : g.hits == 0;
	}
	if (g.compiled)
		regfree(&g.re);
	log_blob_close(&g.blobs);
	free(g.known.at);
	free(rest.p);
	return code;
}

const struct verb verb_log_grep = {
	"log grep",
	"REGEX DIR|URL",
	"search every rule that was ever published, and who said what",
	grep_opts,
	run_grep,
};
