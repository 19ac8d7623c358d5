/*
 * cmd_publish_rules.c - candor publish rules: a folder of rules becomes a release.
 *
 * Before anything is written the set goes through what clients will do with it: it is
 * compiled and tried. What nobody would install is not published.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sys.h"
#include "cli/cli.h"
#include "cli/job.h"
#include "cli/listing.h"
#include "cli/log_cmd.h"
#include "cli/msg.h"
#include "cli/publish_cmd.h"
#include "crypto/hash.h"
#include "release/delta.h"
#include "update/trial.h"
#include "update/update.h"

struct rules_args {
	struct publish_args common;
	bool dry, unchanged;
};

/* clang-format off */
static const struct opt rules_opts[] = {
	PUBLISH_NEW_OPTS(struct rules_args),
	{ 0, "not-after", OPT_STR, "TIME", "clients take it no more from then on: a day, or 90d from now", offsetof(struct rules_args, common.not_after) },
	{ 0, "unchanged", OPT_FLAG, NULL, "make a release also when nothing changed", offsetof(struct rules_args, unchanged) },
	{ 'n', "dry-run", OPT_FLAG, NULL, "only print what would change", offsetof(struct rules_args, dry) },
	OPT_LAST,
};
/* clang-format on */

struct making {
	const struct rules_args *args;
	struct publish_cmd cmd;
	struct rulepack pack;
	struct show show;
	char *worker;
	struct ruleset old, new;
	struct delta delta;
	struct buf archive, diff;
	struct statement s;
};

/* --- what differs --------------------------------------------------------- */

/* Warnings are for candor check; an error means that no client could use it. */
static enum err
list(struct making *m, const struct rulepack *p, struct ruleset *out)
{
	const struct listing l = {
		.worker = m->worker, .no_includes = true, .show = &m->show
	};
	enum err e = listing_read(&l, p, out);

	if (e == OK)
		return OK;
	return fault_set(&m->cmd.fault, FAULT_RULES, "'%s' cannot be published as it is",
	    fault_quote(bytes_of(p->name)));
}

/* The archive of the release before, from the tree: what it is, its digest says. */
static enum err
open_last(struct making *m, struct rulepack *out)
{
	const struct statement *s = &m->cmd.last.last.statement;
	char hex[2 * STATEMENT_HASH + 1];
	char *path, *name;
	int fd = -1;
	enum err e = OK;

	hash_hex(s->archive.sha256, STATEMENT_HASH, hex);
	path = xprintf("blob/%s", hex);
	name = xprintf("rules %s %" PRIu64, m->args->common.channel, s->sequence);
	*out = (struct rulepack){ .fd = -1 };
	if (!tree_has_blob(&m->cmd.p.tree, &s->archive) ||
	    sys_open(m->cmd.p.tree.dir, path, 0, &fd) != OK)
		e = fault_set(&m->cmd.fault, FAULT_MISSING,
		    "the archive of the release before is not in '%s/%s', so nobody can "
		    "say what changes: is --site right",
		    m->cmd.p.tree.name, path);
	else
		e = rulepack_of(fd, name, out, &m->cmd.fault);
	free(path);
	free(name);
	return e;
}

/* Of a channel without a release: nothing, so that all rules are new. */
static enum err
list_last(struct making *m)
{
	struct rulepack last;
	enum err e;

	ruleset_init(&m->old);
	if (!m->cmd.last.last.is_release)
		return OK;
	e = open_last(m, &last);
	if (e == OK)
		e = list(m, &last, &m->old);
	rulepack_close(&last);
	return e;
}

/* The text is made even when nobody will look at it: its digest goes into the log. */
static enum err
compare(struct making *m)
{
	m->show.quiet = true;
	m->show.colour = msg_colour(STDERR_FILENO);
	TRY(list(m, &m->pack, &m->new));
	TRY(list_last(m));
	delta_make(&m->old, &m->new, &m->delta);
	delta_print(&m->delta, &m->diff);
	return OK;
}

/* --- would clients take it? ----------------------------------------------- */

/*
 * Just what an update does with a release that it is about to install, by the same
 * functions; so a set that passes here is refused by a client of this version for no
 * reason of its rules.
 */
static enum err
try_out(struct making *m)
{
	struct trial t = { .worker = m->worker };
	struct trial_source *s = NULL;
	struct about a = { .archive_size = m->archive.n };
	struct fault *f = &m->cmd.fault;
	uint64_t size;
	int db = -1;
	enum err e;

	hash_of(HASH_SHA256, buf_bytes(&m->archive), a.archive);
	e = update_sources(buf_bytes(&m->archive), &a, &s, &t.n, f);
	t.source = s;
	if (e == OK)
		e = trial_compile(&t, &db, &size, f);
	if (e == OK)
		e = trial_scan(&t, db, size, f);
	update_sources_free(s, t.n);
	fd_closep(&db);
	return e;
}

/* --- publishing ----------------------------------------------------------- */

/* The archive has one form, so the same files have the same digest. */
static bool
is_same(struct making *m)
{
	const struct entry *last = &m->cmd.last.last;
	uint8_t digest[HASH_MAX];

	hash_of(HASH_SHA256, buf_bytes(&m->archive), digest);
	return last->is_release && last->statement.archive.size == m->archive.n &&
	       memcmp(last->statement.archive.sha256, digest, STATEMENT_HASH) == 0;
}

/*
 * Before anything names them. What is left of a call that goes no further is a file
 * that nobody asks for.
 */
static enum err
put_files(struct making *m)
{
	struct tree *t = &m->cmd.p.tree;

	TRY(tree_put_blob(t, buf_bytes(&m->archive), &m->s.archive, &m->cmd.fault));
	return tree_put_blob(t, buf_bytes(&m->diff), &m->s.diff, &m->cmd.fault);
}

/*
 * Counts are of the two lists, which are of the two archives: anybody can count again.
 */
static enum err
finish(struct making *m)
{
	const size_t *n = m->delta.count;
	char *more = xprintf("%zu rule%s, %zu added, %zu changed, %zu removed", m->new.n,
	    m->new.n == 1 ? "" : "s", n[DELTA_ADDED], n[DELTA_CHANGED], n[DELTA_REMOVED]);
	enum err e;

	m->s.type = STATEMENT_RULES;
	m->s.rules = m->new.n;
	m->s.added = n[DELTA_ADDED];
	m->s.changed = n[DELTA_CHANGED];
	m->s.removed = n[DELTA_REMOVED];
	e = publish_cmd_fill(&m->cmd, &m->s);
	if (e == OK)
		e = put_files(m);
	if (e == OK)
		e = publish_cmd_finish(&m->cmd, &m->s, &m->cmd.signer, 1, more);
	free(more);
	return e;
}

static enum err
make(struct making *m, const char *what)
{
	struct fault *f = &m->cmd.fault;

	TRY(publish_cmd_begin(&m->cmd, STATEMENT_RULES));
	TRY(rulepack_open(what, RULEPACK_TO_PUBLISH, &m->pack, f));
	if (m->pack.ignored > 0)
		msg_hint("in '%s' %" PRIu64 " link%s left out (or devices and the like)",
		    what, m->pack.ignored, m->pack.ignored == 1 ? " is" : "s are");
	TRY(rulepack_bytes(&m->pack, &m->archive, f));
	if (is_same(m) && !m->args->unchanged && !m->args->dry) {
		publish_cmd_same(&m->cmd);
		return OK;
	}
	TRY(compare(m));
	TRY(try_out(m));
	if (!m->args->dry)
		return finish(m);
	fwrite(m->diff.p, 1, m->diff.n, stdout);
	return OK;
}

static int
run(struct making *m, const struct verb *v, const char *what)
{
	int code = publish_cmd_open(&m->cmd, &m->args->common, v->name, true);

	m->pack.fd = -1;
	m->worker = job_worker();
	if (m->worker == NULL)
		code = 2;
	if (code < 0)
		code = make(m, what) == OK ? 0 : publish_cmd_refused(&m->cmd);
	rulepack_close(&m->pack);
	delta_done(&m->delta);
	ruleset_done(&m->old);
	ruleset_done(&m->new);
	buf_done(&m->archive);
	buf_done(&m->diff);
	publish_cmd_close(&m->cmd);
	free(m->worker);
	return code;
}

static int
run_rules(int argc, char **argv, const struct verb *v)
{
	struct rules_args a = { .common.channel = "stable" };
	struct making *m = xcalloc(1, sizeof(*m));
	struct opt_list rest = { 0 };
	int code = log_parse(&(struct log_line){ v, 1, 1 }, argc, argv, &a, &rest);

	m->args = &a;
	if (code < 0)
		code = run(m, v, rest.p[0]);
	free(m);
	free(rest.p);
	return code;
}

const struct verb verb_publish_rules = {
	"publish rules",
	"DIR --log DIR",
	"publish a folder of rules as the next release",
	rules_opts,
	run_rules,
};
