/*
 * cmd_handover_rebuild.c - candor handover rebuild: builds a bundle's source again,
 * twice, and says whether the artefacts are the vendor's.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sys.h"
#include "cli/cli.h"
#include "cli/handover_cmd.h"
#include "cli/log_cmd.h"
#include "cli/msg.h"
#include "compare/compare.h"
#include "crypto/init.h"
#include "handover/layout.h"
#include "rebuild/mirror.h"
#include "rebuild/tell.h"

struct rebuild_args {
	struct handover_trust_args trust;
	const char *toolchain, *root, *packages, *result, *closure, *keep;
	struct opt_list mirror;
	bool blame, host, json, full, quiet;
	uint64_t space, limit, tasks, memory;
	uint32_t timeout;
};

/* clang-format off */
#define AT(field) offsetof(struct rebuild_args, field)
static const struct opt rebuild_opts[] = {
	HANDOVER_TRUST_OPTS(struct rebuild_args),
	{ 0, "blame", OPT_FLAG, NULL, "try the variations one by one to find the guilty", AT(blame) },
	{ 0, "toolchain", OPT_STR, "LIST", "compilers, as in gcc,clang: two builds with each", AT(toolchain) },
	{ 0, "root", OPT_STR, "DIR", "build in this root, made from packages", AT(root) },
	{ 0, "packages", OPT_STR, "DIR", "make the root of the .debs that the bundle names, which are there", AT(packages) },
	{ 0, "mirror", OPT_LIST, "SOURCE", "make it of those, from 'URL SUITE main'; may be given again", AT(mirror) },
	{ 0, "host", OPT_FLAG, NULL, "build with the programs of this machine", AT(host) },
	{ 'o', "output", OPT_STR, "FILE", "write the result there as JSON, to be attested", AT(result) },
	{ 0, "closure", OPT_STR, "FILE", "write there every file that was read, with digests", AT(closure) },
	{ 0, "keep", OPT_STR, "DIR", "keep what the two builds made, below DIR", AT(keep) },
	{ 0, "json", OPT_FLAG, NULL, "print the result as JSON", AT(json) },
	{ 'a', "all", OPT_FLAG, NULL, "print all packages, too", AT(full) },
	{ 'q', "quiet", OPT_FLAG, NULL, "no progress", AT(quiet) },
	{ 0, "space", OPT_SIZE, "SIZE", "memory for a build's files (4G)", AT(space) },
	{ 0, "memory", OPT_SIZE, "SIZE", "address space of one process (16G)", AT(memory) },
	{ 0, "tasks", OPT_NUM, "N", "processes at one time (512)", AT(tasks) },
	{ 0, "timeout", OPT_TIME, "SECONDS", "for one build (3600)", AT(timeout) },
	{ 0, "limit", OPT_SIZE, "SIZE", "bytes that a bundle may hold (64G)", AT(limit) },
	OPT_LAST,
};
#undef AT
/* clang-format on */

/* --- progress ------------------------------------------------------------------- */

static void
on_tick(void *arg, const char *what, uint64_t opened)
{
	struct buf line = { 0 };

	buf_printf(&line, "%s: %llu files opened", what, (unsigned long long)opened);
	handover_draw(arg, buf_bytes(&line));
	buf_done(&line);
}

/* --- results -------------------------------------------------------------------- */

/* An artefact's name may have folders; it was checked when the bundle was opened. */
static enum err
keep_file(const char *dir, const char *name, int fd, struct fault *f)
{
	char *path = xprintf("%s/%s", dir, name);
	struct sys_atomic out = { .fd = -1 };
	uint64_t copied;
	enum err e = OK;

	for (char *s = strchr(path + strlen(dir) + 1, '/'); s != NULL;
	     s = strchr(s + 1, '/')) {
		*s = '\0';
		(void)mkdir(path, 0777);
		*s = '/';
	}
	if (lseek(fd, 0, SEEK_SET) != 0)
		e = ERR_IO;
	if (e == OK)
		e = sys_atomic_open(&out, path);
	if (e == OK)
		e = sys_copy(fd, out.fd, UINT64_MAX, &copied);
	if (e == OK)
		e = sys_atomic_commit(&out);
	if (e != OK)
		e = fault_set(f, FAULT_IO, "cannot write '%s': %s", path, sys_why());
	sys_atomic_drop(&out);
	free(path);
	return e;
}

static enum err
keep_build(const char *keep, const char *name, const struct build *b, struct fault *f)
{
	char *dir = xprintf("%s/%s", keep, name);
	enum err e = OK;

	(void)mkdir(keep, 0777);
	(void)mkdir(dir, 0777);
	for (size_t i = 0; i < b->take.n && e == OK; i++)
		if (b->take.file[i].fd >= 0)
			e = keep_file(dir, b->take.file[i].name, b->take.file[i].fd, f);
	free(dir);
	if (e == OK && b->log >= 0) {
		char *log = xprintf("%s.log", name);

		e = keep_file(keep, log, b->log, f);
		free(log);
	}
	return e;
}

static enum err
write_results(const struct rebuild_args *a, const struct tell *t, struct fault *f)
{
	const struct rebuild_pair *p = &t->rebuild->pair[0];
	struct buf json = { 0 }, closure = { 0 }, text = { 0 };
	enum err e = OK;

	tell_json(t, &json);
	tell_text(t, &text);
	if (a->keep != NULL)
		e = keep_build(a->keep, "first", &p->build[0], f);
	if (e == OK && a->keep != NULL)
		e = keep_build(a->keep, "second", &p->build[1], f);
	if (e == OK && a->closure != NULL) {
		tell_closure(t, &closure);
		e = log_write_file(a->closure, buf_bytes(&closure), f);
	}
	if (e == OK && a->result != NULL)
		e = log_write_file(a->result, buf_bytes(&json), f);
	fwrite(a->json ? json.p : text.p, 1, a->json ? json.n : text.n, stdout);
	buf_done(&json);
	buf_done(&closure);
	buf_done(&text);
	return e;
}

/* --- doing it ------------------------------------------------------------------- */

/* Cuts "gcc,clang" in place; the names become CC=..., so they are names and no more. */
static enum err
split_toolchains(char *list, const char **out, size_t *n)
{
	*n = 0;
	for (char *next = list; next != NULL; list = next) {
		next = strchr(list, ',');
		if (next != NULL)
			*next++ = '\0';
		if (*n == REBUILD_TOOLCHAINS || list[0] == '\0' ||
		    list[strspn(list, "abcdefghijklmnopqrstuvwxyz0123456789+-._")] !=
			'\0') {
			msg_error("handover rebuild: --toolchain takes up to %d names of "
				  "compilers, with commas between",
			    REBUILD_TOOLCHAINS);
			return ERR_SYNTAX;
		}
		out[(*n)++] = list;
	}
	return OK;
}

/* Which root was asked for; a bundle that has packages decides the rest. */
static int
choose_root(const struct rebuild_args *a, struct rebuild_plan *p)
{
	if ((a->root != NULL) + (a->packages != NULL) + (a->mirror.n > 0) + a->host > 1) {
		msg_error("handover rebuild: of --root, --packages, --mirror and --host "
			  "only one can be");
		return OPT_EXIT_USAGE;
	}
	p->root = a->packages != NULL ? REBUILD_PACKAGES
		  : a->mirror.n > 0   ? REBUILD_MIRROR
				      : REBUILD_HOST;
	if (a->root == NULL)
		return -1;
	p->root = REBUILD_FOLDER;
	p->root_dir = open(a->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (p->root_dir >= 0)
		return -1;
	msg_error("cannot open the root '%s': %s", a->root, sys_why());
	return 2;
}

static void
on_root_tick(void *arg, uint64_t opened)
{
	const struct rebuild_plan *p = arg;

	p->tick(p->arg, "making the root", opened);
}

/* What dpkg says while the root is made, beside the logs of the builds. */
static int
open_log(const char *keep)
{
	char *path;
	int fd;

	if (keep == NULL)
		return -1;
	path = xprintf("%s/root.log", keep);
	(void)mkdir(keep, 0777);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	free(path);
	return fd;
}

/* A root of packages, when there is to be one. What it was made of stays in *out. */
static enum err
make_root(const struct rebuild_args *a, struct rebuild_plan *p, struct root *out,
    struct fault *f)
{
	CLEAN(fd_closep) int log = open_log(a->keep);
	struct root_plan plan = { .bundle = p->bundle,
		.log = log,
		.folder = a->packages,
		.limits = p->limits,
		.tick = p->tick != NULL ? on_root_tick : NULL,
		.arg = p };
	struct mirror m = { 0 };
	enum err e = OK;

	if (p->root == REBUILD_HOST && !a->host && root_in_bundle(p->bundle))
		p->root = REBUILD_BUNDLE;
	if (p->root == REBUILD_HOST || p->root == REBUILD_FOLDER)
		return OK;
	if (p->root == REBUILD_MIRROR) {
		e = mirror_fetch(p->bundle, a->mirror.p, a->mirror.n, &m, f);
		plan.folder = m.debs;
	}
	if (e == OK)
		e = root_make(&plan, out, f);
	if (e == OK)
		p->made = out;
	mirror_done(&m);
	return e;
}

static void
set_limits(const struct rebuild_args *a, struct room_limits *l)
{
	*l = room_default;
	if (a->space != 0)
		l->space = a->space;
	if (a->memory != 0)
		l->memory = a->memory;
	if (a->tasks != 0)
		l->tasks = a->tasks < 100000 ? (unsigned)a->tasks : 100000;
	if (a->timeout != 0)
		l->seconds = a->timeout / 1000 + (a->timeout % 1000 != 0);
}

/* The bundle is open and good; what comes of building it. */
static enum err
build(const struct rebuild_args *a, struct rebuild_plan *p, bool *same, struct fault *f)
{
	struct rebuild *r = xcalloc(1, sizeof(*r));
	struct root root = { .carry = { .tree = { .bundle = -1 } } };
	enum err e = make_root(a, p, &root, f);

	if (e == OK)
		e = rebuild_run(p, r, f);
	handover_clear(p->arg);
	if (e == OK)
		e = write_results(
		    a, &(struct tell){ p, r, CANDOR_VERSION, sys_now(), a->full }, f);
	*same = e == OK && rebuild_is_same(r);
	rebuild_done(r);
	root_done(&root);
	free(r);
	return e;
}

/* Nothing is said of a bundle that is not whole: all of it is verified first. */
static int
work(const struct rebuild_args *a, const char *path, const struct rebuild_plan *asked)
{
	struct rebuild_plan plan = *asked;
	struct handover_trust trust;
	struct verify_out seals = { 0 };
	struct bundle b = { .fd = -1 };
	struct buf packages = { 0 };
	struct fault f = { 0 };
	bool same = false;
	enum err e = handover_trust_load(&a->trust, path, &trust, &f);

	if (e == OK)
		e = bundle_open(path, a->limit, &b, &f);
	if (e == OK) {
		struct verify_want w = handover_want(&trust, plan.arg);

		e = verify_bundle(&b, &w, &seals, &f);
		handover_clear(plan.arg);
		plan.bundle = &b;
		plan.seals = &seals;
		set_limits(a, &plan.limits);
		if (e == OK)
			e = bundle_read(&b, bundle_find(&b, LAYOUT_PACKAGES), SIZE_MAX,
			    &packages, &f);
		plan.packages = buf_bytes(&packages);
		if (e == OK)
			e = build(a, &plan, &same, &f);
		bundle_close(&b);
	}
	buf_done(&packages);
	verify_done(&seals);
	handover_trust_done(&trust);
	return e != OK ? log_refused(&f) : same ? 0 : 1;
}

static int
run_rebuild(int argc, char **argv, const struct verb *v)
{
	struct rebuild_args a = { 0 };
	struct rebuild_plan p = { .root_dir = -1 };
	const char *toolchain[REBUILD_TOOLCHAINS];
	struct handover_telling telling;
	struct opt_list rest = { 0 };
	char *list = NULL, *compare = NULL;
	int code = log_parse(&(struct log_line){ v, 1, 1 }, argc, argv, &a, &rest);

	if (code < 0 && a.toolchain != NULL) {
		list = xstrdup(a.toolchain);
		p.toolchain = toolchain;
		if (split_toolchains(list, toolchain, &p.toolchains) != OK)
			code = OPT_EXIT_USAGE;
	}
	if (code < 0)
		code = choose_root(&a, &p);
	p.blame = a.blame;
	telling = handover_telling(!a.quiet);
	p.tick = telling.on ? on_tick : NULL;
	p.arg = &telling;
	if (code < 0) {
		compare = compare_find(CANDOR_LIBEXECDIR);
		p.compare = compare;
		crypto_init();
		code = work(&a, rest.p[0], &p);
	}
	free(compare);
	fd_closep(&p.root_dir);
	free(list);
	free(a.mirror.p);
	free(a.trust.keys.p);
	free(rest.p);
	return code;
}

const struct verb verb_handover_rebuild = {
	"handover rebuild",
	"FILE.handover",
	"build the source again, twice, and compare bit by bit",
	rebuild_opts,
	run_rebuild,
};
