/*
 * log_url.c - a log behind a web server. Successors of what is asked for are fetched
 * along, so many files and bytes a run at the most; tiles and bundles have a bank each,
 * as they are read by turns. Nothing of it is believed here: who asks verifies.
 */
#include "cli/log_url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "fetch/fetch.h"
#include "log/tile.h"

enum {
	AHEAD = 64,         /* files of one run, at most */
	MEMORY = 16u << 20, /* bytes that they may have together, as far as is known */
};

struct held {
	char path[TILE_PATH]; /* empty: nothing */
	struct fetch_result result;
};

/* Tiles and bundles are read by turns, so each kind keeps its own. */
struct bank {
	struct held held[AHEAD];
	size_t largest; /* bytes of the last run's largest file */
};

struct log_url {
	char *base; /* without a slash at its end */
	char *program;
	uint64_t size; /* entries that are known to be there */
	struct bank tiles, bundles;
};

enum err
log_url_open(const char *url, struct log_url **out, struct fault *f)
{
	char *program = fetch_find(CANDOR_LIBEXECDIR);
	size_t n = strlen(url);

	if (program == NULL)
		return fault_set(
		    f, FAULT_IO, "candor-fetch, which reads URLs, is not installed");
	while (n > 0 && url[n - 1] == '/')
		n--;
	*out = xcalloc(1, sizeof(**out));
	(*out)->base = xprintf("%.*s", (int)n, url);
	(*out)->program = program;
	return OK;
}

void
log_url_expect(struct log_url *u, uint64_t size)
{
	u->size = size;
}

static void
forget(struct bank *b)
{
	for (size_t i = 0; i < AHEAD; i++) {
		fetch_results_done(&b->held[i].result, 1);
		b->held[i] = (struct held){ 0 };
	}
}

void
log_url_close(struct log_url *u)
{
	if (u == NULL)
		return;
	forget(&u->tiles);
	forget(&u->bundles);
	free(u->base);
	free(u->program);
	free(u);
}

/* "tile/0/x001/067" is a full tile, of which this tells level and number. */
static bool
parse_full(const char *path, struct tile *out)
{
	const char *at;

	*out = (struct tile){ 0, 0, TILE_WIDTH };
	if (strncmp(path, "tile/", 5) != 0 || strstr(path, ".p/") != NULL)
		return false;
	at = path + 5;
	if (strncmp(at, "entries/", 8) == 0) {
		out->level = TILE_ENTRIES;
		at += 8;
	} else {
		for (; *at >= '0' && *at <= '9' && out->level < TILE_LEVELS; at++)
			out->level = out->level * 10 + (unsigned)(*at - '0');
		if (*at++ != '/')
			return false;
	}
	for (; *at != '\0'; at++)
		if (*at >= '0' && *at <= '9')
			out->n = out->n * 10 + (uint64_t)(*at - '0');
	return out->level < TILE_LEVELS || out->level == TILE_ENTRIES;
}

/* How many files are fetched at once, so that they fit: the last ones tell their size. */
static size_t
how_many(const struct bank *b)
{
	size_t n = b->largest ? MEMORY / b->largest : 8;

	return n < 1 ? 1 : n > AHEAD ? AHEAD : n;
}

/* The paths of one run: what is asked for, and the full tiles that follow it. */
static size_t
plan(const struct log_url *u, struct bank *b, const char *path)
{
	struct tile t;
	size_t n = 1;

	snprintf(b->held[0].path, TILE_PATH, "%s", path);
	if (!parse_full(path, &t))
		return 1;
	for (t.n++; n < how_many(b); n++, t.n++) {
		if (tile_width(t.level, t.n, u->size) < TILE_WIDTH)
			break;
		tile_path(&t, b->held[n].path);
	}
	return n;
}

static enum err
run(struct log_url *u, struct bank *b, const char *path, size_t limit, struct fault *f)
{
	struct fetch_opts o = { .program = u->program };
	struct fetch_job jobs[AHEAD] = { 0 };
	struct fetch_result results[AHEAD] = { 0 };
	char why[FETCH_WHY] = "";
	char *urls[AHEAD];
	size_t n = plan(u, b, path);
	enum err e;

	for (size_t i = 0; i < n; i++) {
		urls[i] = xprintf("%s/%s", u->base, b->held[i].path);
		jobs[i] = (struct fetch_job){ .url = urls[i], .cap = limit };
	}
	e = fetch_run(&o, jobs, n, results, why);
	b->largest = 0;
	for (size_t i = 0; i < n; i++) {
		b->held[i].result = results[i];
		if (results[i].body.n > b->largest)
			b->largest = results[i].body.n;
		free(urls[i]);
	}
	if (e != OK)
		return fault_set(f, FAULT_FETCH, "cannot read '%s': %s", u->base, why);
	return OK;
}

static enum err
give(const struct log_url *u, const struct held *h, struct buf *out, struct fault *f)
{
	const struct fetch_result *r = &h->result;

	if (r->fault == FETCH_LARGE)
		return ERR_LIMIT;
	if (r->fault != FETCH_OK)
		return fault_set(f, r->fault == FETCH_SLOW ? FAULT_SLOW : FAULT_FETCH,
		    "cannot read '%s/%s': %s", u->base, h->path, r->why);
	if (r->status == 404 || r->status == 410)
		return ERR_END;
	if (r->status != 200)
		return fault_set(f, FAULT_FETCH,
		    "cannot read '%s/%s': the server answers %u", u->base, h->path,
		    r->status);
	buf_put(out, r->body.p, r->body.n);
	return OK;
}

static enum err
read_url(void *arg, const char *path, size_t limit, struct buf *out, struct fault *f)
{
	struct log_url *u = arg;
	bool entries = strncmp(path, "tile/entries/", 13) == 0;
	struct bank *b = entries ? &u->bundles : &u->tiles;

	for (size_t i = 0; i < AHEAD; i++)
		if (strcmp(b->held[i].path, path) == 0)
			return give(u, &b->held[i], out, f);
	forget(b);
	TRY(run(u, b, path, limit, f));
	return give(u, &b->held[0], out, f);
}

struct log_source
log_url_source(struct log_url *u)
{
	return (struct log_source){ read_url, u };
}
