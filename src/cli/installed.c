/* installed.c - see installed.h. */
#include "cli/installed.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "cli/msg.h"
#include "update/depot.h"
#include "update/trial.h"
#include "update/update.h"

struct using
{
	const struct job_rules *j;
	struct installed *out;
	struct arena arena;
	struct conf conf;
	struct fault fault;
	struct depot depot;
	struct depot_release release;
};

/* How many files of rules there are in the owner's folder. */
static size_t
count_local(const char *folder)
{
	static const char *const only[] = { "*.yar", "*.yara" };
	const struct walk_opts o = { .follow = true, .only = only, .nonly = 2 };
	struct walk_item item;
	struct walk *w;
	size_t n = 0;
	int fd = -1;

	if (folder == NULL || sys_open(AT_FDCWD, folder, SYS_FOLLOW | SYS_DIR, &fd) != OK)
		return 0;
	fd_closep(&fd);
	w = walk_new(&o);
	walk_begin(w, folder);
	while (walk_next(w, &item) == OK) {
		/* what cannot be read counts: the compiler will say why */
		n++;
		if (item.kind == WALK_FILE)
			fd_closep(&item.fd);
	}
	walk_free(w);
	return n;
}

static enum err
open_release(struct using *u)
{
	enum err e =
	    depot_open(u->conf.state, u->conf.channel, false, &u->depot, &u->fault);

	return e == OK ? depot_current(&u->depot, &u->release, &u->fault) : e;
}

/* The database as it was compiled and tried when the release was installed. */
static enum err
load_database(struct using *u, struct job_db *db)
{
	char *path = xprintf("%s/%s/releases/%s/" DEPOT_DATABASE, u->conf.state,
	    u->conf.channel, u->release.name);
	const char *rules[1] = { path };
	struct job_rules j = *u->j;
	enum err e;

	j.rules = rules;
	j.nrules = 1;
	e = job_rules_load(&j, db);
	free(path);
	return e;
}

/* From the sources: with the owner's, or for another version of candor. */
static enum err
compile_release(struct using *u, struct job_db *db)
{
	const struct about *a = &u->release.about;
	char *local = u->out->nlocal ? xprintf("local:%s", u->conf.local) : NULL;
	const char *rules[1] = { local };
	struct trial_source *s = NULL;
	struct job_source *held;
	struct job_rules j = *u->j;
	struct buf archive = { 0 };
	size_t n = 0;
	enum err e;

	e = depot_read(
	    &u->release, DEPOT_ARCHIVE, (size_t)a->archive_size, &archive, &u->fault);
	if (e == OK)
		e = update_sources(buf_bytes(&archive), a, &s, &n, &u->fault);
	held = xcalloc(n, sizeof(*held));
	for (size_t i = 0; i < n; i++)
		held[i] = (struct job_source){ s[i].name, s[i].text };
	j.held = held;
	j.nheld = n;
	j.rules = rules;
	j.nrules = local ? 1 : 0;
	if (e == OK)
		e = job_rules_load(&j, db);
	free(held);
	update_sources_free(s, n);
	buf_done(&archive);
	free(local);
	return e;
}

static enum err
load_base(struct using *u, struct job_db *db)
{
	char *base = job_base_rules();
	char *local = u->out->nlocal ? xprintf("local:%s", u->conf.local) : NULL;
	const char *rules[2] = { base, local };
	struct job_rules j = *u->j;
	enum err e = ERR_ACCESS;

	if (base == NULL) {
		msg_error("the rules that candor ships are not installed");
		msg_hint("give some with -r RULES");
	} else {
		j.rules = rules;
		j.nrules = local ? 2 : 1;
		e = job_rules_load(&j, db);
	}
	free(base);
	free(local);
	return e;
}

static enum err
load(struct using *u, struct job_db *db)
{
	struct installed *out = u->out;
	enum err e = open_release(u);

	if (e != OK && e != ERR_END)
		return e;
	out->release = e == OK;
	out->nlocal = count_local(u->conf.local);
	if (out->nlocal > 0)
		out->local = xstrdup(u->conf.local);
	if (!out->release)
		return load_base(u, db);
	out->about = u->release.about;
	if (out->nlocal == 0 && strcmp(out->about.built, CANDOR_VERSION) == 0)
		return load_database(u, db);
	return compile_release(u, db);
}

enum err
installed_load(const struct conf_where *w, const struct job_rules *j,
    struct installed *out, struct job_db *db)
{
	struct using *u = xcalloc(1, sizeof(*u));
	enum err e;

	*out = (struct installed){ 0 };
	u->j = j;
	u->out = out;
	u->depot = (struct depot){ -1, -1, -1, NULL };
	u->release.dir = -1;
	arena_init(&u->arena, 16u << 20);
	e = conf_load(w, &u->arena, &u->conf, &u->fault);
	if (e == OK)
		e = load(u, db);
	if (u->fault.kind != FAULT_NONE) {
		msg_error("%s", u->fault.text);
		e = ERR_ACCESS;
	}
	depot_release_close(&u->release);
	depot_close(&u->depot);
	arena_done(&u->arena);
	free(u);
	return e;
}

void
installed_done(struct installed *i)
{
	free(i->local);
	i->local = NULL;
}

struct report_origin
installed_origin(const struct installed *i)
{
	return (struct report_origin){
		.kind = i->release ? REPORT_RELEASE : REPORT_BASE,
		.channel = i->about.channel,
		.sequence = i->about.sequence,
		.log = i->about.origin,
		.index = i->about.index,
		.local = i->local,
		.nlocal = i->nlocal,
	};
}
