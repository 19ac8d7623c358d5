/* listing.c - see listing.h. */
#include "cli/listing.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/sys.h"
#include "cli/msg.h"
#include "cli/sources.h"

#define MEMORY       (1ull << 30) /* of the worker, for reading */
#define MEMORY_EXTRA (512ull << 20)
#define TIMEOUT_MS   600000
#define METAS_MAX    65536 /* of a rule; a frame has no room for more */

struct reading {
	const struct listing *l;
	const struct rulepack *pack;
	struct sources *sources;
	struct ruleset *set;
	struct buf text, numbers;
	struct ruleset_meta *meta;
	size_t cap;
	enum err err; /* the first that a callback met */
};

static enum err
on_next(void *arg, struct compile_source *out)
{
	struct reading *r = arg;

	return sources_next(r->sources, out);
}

static enum err
on_include(void *arg, unsigned from, struct bytes path, struct compile_source *out)
{
	struct reading *r = arg;

	return sources_include(r->sources, from, path, out);
}

static void
on_diag(void *arg, const struct diag *d, unsigned source)
{
	struct reading *r = arg;

	show_diag(r->l->show, d, sources_path(r->sources, source));
}

static void
on_explain(void *arg, struct bytes text)
{
	(void)arg;
	(void)text; /* not asked for */
}

/* The rule's own bytes. The worker names a place; that it is in the file we see. */
static enum err
read_text(struct reading *r, const struct archive_member *m, const struct wire_rule *w)
{
	size_t got = 0;

	if (m == NULL || w->off > m->size || w->len > m->size - w->off)
		return ERR_PROTO;
	buf_clear(&r->text);
	for (uint8_t *to = buf_room(&r->text, w->len); got < w->len;) {
		size_t some;

		TRY(sys_pread(
		    r->pack->fd, to + got, w->len - got, m->off + w->off + got, &some));
		if (some == 0)
			return ERR_IO;
		got += some;
	}
	return OK;
}

/* Values as they are spelled in rules; numbers are views of r->numbers. */
static void
convert_metas(struct reading *r, const struct wire_rule *w)
{
	size_t at = 0;

	buf_clear(&r->numbers);
	r->meta = xgrow(r->meta, &r->cap, w->nmetas + 1, sizeof(*r->meta));
	for (uint32_t i = 0; i < w->nmetas; i++)
		if (w->metas[i].type == META_INT)
			buf_printf(&r->numbers, "%" PRId64 "\n", w->metas[i].i);
	for (uint32_t i = 0; i < w->nmetas; i++) {
		const struct finding_meta *m = &w->metas[i];
		struct bytes value = m->s;

		if (m->type == META_BOOL)
			value = m->i ? BYTES_LIT("true") : BYTES_LIT("false");
		if (m->type == META_INT) {
			uint64_t end =
			    bytes_find(buf_bytes(&r->numbers), at, BYTES_LIT("\n"));

			value = bytes_sub(buf_bytes(&r->numbers), at, end - at);
			at = (size_t)end + 1;
		}
		r->meta[i] = (struct ruleset_meta){ m->name, value, m->type == META_STR };
	}
}

/*
 * What the worker says of a rule is believed as far as its own bytes go: a worker that
 * lies about names lies about what it would compile.
 */
static enum err
keep(struct reading *r, const struct wire_rule *w)
{
	const struct archive_member *m = sources_member(r->sources, w->source);
	struct ruleset_rule rule = {
		.ns = w->ns,
		.name = w->rule,
		.line = w->line,
		.global = w->flags & FINDING_GLOBAL,
		.private_ = w->flags & FINDING_PRIVATE,
		.tags = w->tags,
		.ntags = w->ntags,
	};

	if (w->nmetas > METAS_MAX)
		return ERR_PROTO;
	TRY(read_text(r, m, w));
	convert_metas(r, w);
	rule.file = m->name;
	rule.text = buf_bytes(&r->text);
	rule.metas = r->meta;
	rule.nmetas = w->nmetas;
	memcpy(rule.digest, w->digest.p, sizeof(rule.digest));
	return ruleset_add(r->set, &rule);
}

/* A callback cannot refuse, so the first err is kept, and the rest passed over. */
static void
on_rule(void *arg, const struct wire_rule *w)
{
	struct reading *r = arg;

	if (r->err == OK)
		r->err = keep(r, w);
}

/*
 * The worker gets what a compiler gets, and answers with a list in place of a
 * database.
 */
static enum err
run(struct reading *r)
{
	const struct compile_job job = {
		.program = r->l->worker,
		.opts = { .flags = WIRE_WANT_RULES |
				   (r->l->no_includes ? WIRE_NO_INCLUDES : 0),
		    .memory = MEMORY,
		    .exts = r->l->exts },
		.timeout_ms = TIMEOUT_MS,
		.data_limit = MEMORY + MEMORY_EXTRA,
		.arg = r,
		.next = on_next,
		.include = on_include,
		.diag = on_diag,
		.explain = on_explain,
		.rule = on_rule,
	};
	char why[COMPILE_WHY];
	uint64_t size;
	int db = -1;
	enum err e = compile_run(&job, &db, &size, why);

	fd_closep(&db);
	if (e == OK)
		e = r->err;
	if (e != OK && e != ERR_SYNTAX)
		msg_error("cannot read the rules in '%s': %s", r->pack->name,
		    why[0]           ? why
		    : e == ERR_LIMIT ? "they take too much memory"
				     : err_name(e));
	if (e == OK && sources_failed(r->sources))
		e = ERR_ACCESS;
	return e;
}

enum err
listing_read(const struct listing *l, const struct rulepack *p, struct ruleset *out)
{
	struct reading r = { .l = l, .pack = p, .set = out };
	enum err e;

	ruleset_init(out);
	r.sources = sources_of_archive(&p->archive, p->name);
	e = run(&r);
	if (e == OK)
		ruleset_sort(out);
	sources_free(r.sources);
	buf_done(&r.text);
	buf_done(&r.numbers);
	free(r.meta);
	return e;
}
