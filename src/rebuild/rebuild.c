/*
 * rebuild.c - see rebuild.h: which builds are made, and what their artefacts mean.
 */
#include "rebuild/rebuild.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/sys.h"
#include "handover/layout.h"

/* --- the bundle as trees ------------------------------------------------- */

struct trees {
	struct fill_tree source, recipe;
};

static int
by_name(const void *a, const void *b)
{
	const struct fill_file *x = a, *y = b;

	return ustar_name_cmp(bytes_of(x->name), bytes_of(y->name));
}

static void
add_members(
    const struct bundle *b, const char *folder, struct arena *a, struct fill_file **to)
{
	size_t n;
	const struct bundle_member *m = bundle_folder(b, folder, &n);
	struct bytes rest;

	for (size_t i = 0; i < n; i++)
		if (layout_below(m[i].name, folder, &rest))
			*(*to)++ = (struct fill_file){ .name = arena_str(a, rest),
				.at = m[i].off,
				.size = m[i].size,
				.exec = m[i].exec,
				.digest = m[i].digest };
}

static struct fill_tree
make_tree(
    const struct bundle *b, const struct fill_file *file, const struct fill_file *end)
{
	return (struct fill_tree){ file, (size_t)(end - file), b->fd, b->label.date };
}

/* Names of a bundle are checked when it is opened; here they only get a NUL behind. */
static enum err
make_trees(const struct bundle *b, struct arena *a, struct trees *out, struct fault *f)
{
	size_t most = b->n + b->links.names.n + b->folders.n;
	struct fill_file *source = ARENA_ARRAY(a, most + 1, struct fill_file),
			 *s = source;
	struct fill_file *recipe = ARENA_ARRAY(a, b->n + 1, struct fill_file),
			 *r = recipe;

	if (source == NULL || recipe == NULL)
		return fault_set(f, FAULT_TOO_LARGE, "the bundle has too many files");
	add_members(b, LAYOUT_SOURCE, a, &s);
	for (size_t i = 0; i < b->links.names.n; i++)
		*s++ = (struct fill_file){ .name = arena_str(a, b->links.names.name[i]),
			.link = arena_str(a, b->links.target[i]) };
	for (size_t i = 0; i < b->folders.n; i++)
		*s++ = (struct fill_file){ .name = arena_str(a, b->folders.name[i]),
			.folder = true };
	add_members(b, "recipe/", a, &r);
	if (a->spent)
		return fault_set(f, FAULT_TOO_LARGE, "the bundle has too many files");
	qsort(source, (size_t)(s - source), sizeof(*source), by_name);
	out->source = make_tree(b, source, s);
	out->recipe = make_tree(b, recipe, r);
	return OK;
}

/* --- toolchains ---------------------------------------------------------- */

/* CC and CXX for "gcc-12" are gcc-12 and g++-12; for "clang" clang and clang++. */
static const char *const *
toolchain_vars(const char *name, struct arena *a)
{
	const char **vars = ARENA_ARRAY(a, 3, const char *);
	bool gcc = strncmp(name, "gcc", 3) == 0, clang = strncmp(name, "clang", 5) == 0;

	if (vars == NULL)
		return NULL;
	vars[0] = arena_printf(a, "CC=%s", name);
	if (gcc || clang)
		vars[1] = arena_printf(
		    a, "CXX=%s++%s", gcc ? "g" : "clang", name + (gcc ? 3 : 5));
	return vars;
}

/* --- builds -------------------------------------------------------------- */

struct run {
	const struct rebuild_plan *plan;
	struct rebuild *out;
	struct trees trees;
	char what[160]; /* for the tick */
	int64_t slow_from;
};

/* One build: with what, in which world, by which clock (vary.h). */
struct
try {
	const char *toolchain;
	unsigned set;
	int64_t slow_from;
};

static void
on_tick(void *arg, uint64_t opened)
{
	const struct run *r = arg;

	r->plan->tick(r->plan->arg, r->what, opened);
}

static bool
is_promised(void *arg, const char *name)
{
	const struct run *r = arg;

	return list_has(&r->plan->bundle->promised, bytes_of(name));
}

static bool
is_none(void *arg, const char *name)
{
	(void)arg, (void)name;
	return false;
}

static enum err
build_once(struct run *r, const struct try *t, const struct closure *before,
    struct build *out, struct fault *f)
{
	const struct rebuild_plan *p = r->plan;
	struct vary_world w;
	struct build_plan b = {
		.room = { .source = &r->trees.source,
		    .recipe = &r->trees.recipe,
		    .script = "build.sh",
		    .limits = p->limits,
		    .root = p->root_dir,
		    .made = p->made != NULL ? &p->made->carry.tree : NULL },
		.closure = before != NULL,
		.before = before,
		.compiler = t->toolchain,
		.wanted = before != NULL ? is_promised : is_none,
		.tick = p->tick != NULL ? on_tick : NULL,
		.arg = r,
	};

	if (t->toolchain != NULL)
		b.room.vars = toolchain_vars(t->toolchain, &r->out->arena);
	vary_make(t->set, &r->out->host, &w);
	w.slow_from = t->slow_from;
	return build_run(&b, &w, out, f);
}

/* --- what it means ------------------------------------------------------- */

static bool
same(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, TAKE_DIGEST) == 0;
}

/* Was everything that this build left taken? Only then "not there" means anything. */
static bool
is_sure(const struct build *b)
{
	return (b->end == BUILD_DONE || b->end == BUILD_FAILED) && b->take.whole;
}

static void
judge(const struct rebuild_pair *p, struct rebuild_artefact *a)
{
	for (size_t i = 0; i < 2; i++) {
		a->made[i] = take_find(&p->build[i].take, a->name);
		a->as_vendor[i] =
		    a->made[i] != NULL && same(a->made[i]->digest, a->vendor);
	}
	a->as_other = a->made[0] != NULL && a->made[1] != NULL &&
		      same(a->made[0]->digest, a->made[1]->digest);
	if (p->build[0].end != BUILD_DONE || p->build[1].end != BUILD_DONE)
		a->result = REBUILD_UNSURE;
	else if (a->made[0] != NULL && a->made[1] != NULL)
		a->result =
		    a->as_vendor[0] && a->as_vendor[1] ? REBUILD_SAME : REBUILD_DIFFERS;
	else
		a->result = is_sure(&p->build[0]) && is_sure(&p->build[1])
				? REBUILD_MISSING
				: REBUILD_UNSURE;
}

/* What went into it: of the first build, which is the less unusual one. */
static enum err
set_origin(struct rebuild_pair *p, struct rebuild_artefact *a, struct arena *arena)
{
	struct build *b = &p->build[0];

	a->origin = arena_alloc(arena, b->closure.n + 1);
	if (a->origin == NULL)
		return ERR_LIMIT;
	if (b->flow == NULL || b->closure.n == 0)
		return OK;
	a->inputs =
	    closure_origin(&b->closure, b->flow, b->world.base, a->name, a->origin);
	for (size_t i = 0; i < b->closure.n; i++)
		a->sources +=
		    a->origin[i] && strncmp(b->closure.file[i].name, "source/", 7) == 0;
	return OK;
}

static enum err
judge_pair(struct run *r, struct rebuild_pair *p, struct fault *f)
{
	const struct bundle *b = r->plan->bundle;
	struct arena *arena = &r->out->arena;

	p->n = b->promised.n;
	p->artefact = ARENA_ARRAY(arena, p->n + 1, struct rebuild_artefact);
	if (p->artefact == NULL)
		return fault_set(f, FAULT_TOO_LARGE, "the bundle promises too much");
	for (size_t i = 0; i < p->n; i++) {
		struct rebuild_artefact *a = &p->artefact[i];
		const struct bundle_member *m = bundle_artefact(b, b->promised.name[i]);

		a->name = arena_str(arena, b->promised.name[i]);
		a->vendor = m->digest;
		if (a->name == NULL || set_origin(p, a, arena) != OK)
			return fault_set(f, FAULT_TOO_LARGE, "the closure is too large");
		judge(p, a);
		if (a->result > p->result)
			p->result = a->result;
	}
	if (p->n == 0)
		p->result =
		    REBUILD_UNSURE; /* nothing was promised, so nothing was shown */
	return OK;
}

/* --- why they differ ----------------------------------------------------- */

static enum err
put_piece(void *arg, struct bytes piece)
{
	return sys_write_all(*(int *)arg, piece.p, piece.n);
}

/* The vendor's artefact in a file of its own; -1 with a fault. */
static int
pour_vendor(const struct bundle *b, const char *name, struct fault *f)
{
	int fd = take_scratch();
	const struct bundle_sink sink = { &fd, put_piece };

	if (fd < 0)
		(void)fault_set(
		    f, FAULT_IO, "cannot make a temporary file: %s", sys_why());
	else if (bundle_pour(b, bundle_artefact(b, bytes_of(name)), &sink, f) != OK)
		fd_closep(&fd);
	return fd;
}

static enum err
explain_one(struct run *r, struct rebuild_artefact *a, struct fault *f)
{
	const char *program = r->plan->compare;
	char *name[3] = { xprintf("vendor/%s", a->name), xprintf("first/%s", a->name),
		xprintf("second/%s", a->name) };
	struct explain_side vendor = { -1, name[0] }, made[2];
	enum err e = OK;

	snprintf(r->what, sizeof(r->what), "comparing");
	if (r->plan->tick != NULL)
		on_tick(r, 0);
	for (size_t i = 0; i < 2; i++)
		made[i] = (struct explain_side){ a->made[i] ? a->made[i]->fd : -1,
			name[i + 1] };
	if (a->made[0] != NULL && !a->as_vendor[0]) {
		vendor.fd = pour_vendor(r->plan->bundle, a->name, f);
		if (vendor.fd >= 0)
			explain_pair(program, &vendor, &made[0], &a->to_vendor);
		else
			e = ERR_IO;
	}
	if (a->made[0] != NULL && a->made[1] != NULL && !a->as_other)
		explain_pair(program, &made[0], &made[1], &a->between);
	fd_closep(&vendor.fd);
	for (size_t i = 0; i < COUNT(name); i++)
		free(name[i]);
	return e;
}

static enum err
build_pair(struct run *r, struct rebuild_pair *p, struct fault *f)
{
	static const struct closure none = { 0 };

	for (size_t i = 0; i < 2; i++) {
		snprintf(r->what, sizeof(r->what), "%s build%s%s",
		    i == 0 ? "first" : "second", p->toolchain ? " with " : "",
		    p->toolchain ? p->toolchain : "");
		const struct try t = { p->toolchain, i == 0 ? VARY_NONE : VARY_ALL, 0 };

		TRY(build_once(
		    r, &t, i == 0 ? &none : &p->build[0].closure, &p->build[i], f));
	}
	TRY(judge_pair(r, p, f));
	for (size_t i = 0; i < p->n; i++)
		TRY(explain_one(r, &p->artefact[i], f));
	return OK;
}

/* --- blame --------------------------------------------------------------- */

/* The digests of the artefacts that one build left; zeros for one that it did not. */
typedef uint8_t digest_of[TAKE_DIGEST];

/* A world with one value of the second's, or none; its clock stands all but still. */
static enum err
try_world(struct run *r, const struct rebuild_pair *p, unsigned set, digest_of *out,
    struct fault *f)
{
	const struct try t = { p->toolchain, set, r->slow_from };
	struct build b;

	TRY(build_once(r, &t, NULL, &b, f));
	r->out->blamed++;
	for (size_t i = 0; i < p->n; i++) {
		const struct take_file *file = take_find(&b.take, p->artefact[i].name);

		memset(out[i], 0, TAKE_DIGEST);
		if (file != NULL)
			memcpy(out[i], file->digest, TAKE_DIGEST);
	}
	build_done(&b);
	return OK;
}

static void
accuse(struct rebuild_pair *p, unsigned bit, digest_of *plain, digest_of *varied)
{
	for (size_t i = 0; i < p->n; i++)
		if (!p->artefact[i].as_other && !same(plain[i], varied[i]))
			p->artefact[i].guilty |= bit;
}

/*
 * First the plain world twice: what differs then is guilty of it all by itself, and the
 * others are not to be believed for that artefact. A build that fails in a world does
 * not leave the artefact, and so that world is guilty.
 */
static enum err
try_all(struct run *r, struct rebuild_pair *p, digest_of *plain, digest_of *varied,
    struct fault *f)
{
	snprintf(r->what, sizeof(r->what), "nothing varied");
	TRY(try_world(r, p, VARY_NONE, plain, f));
	TRY(try_world(r, p, VARY_NONE, varied, f));
	accuse(p, REBUILD_BY_ITSELF, plain, varied);
	for (unsigned v = 0; v < VARY_COUNT; v++) {
		if ((r->out->varied >> v & 1) == 0)
			continue;
		snprintf(r->what, sizeof(r->what), "only %s varied", vary_name(v));
		TRY(try_world(r, p, 1u << v, varied, f));
		accuse(p, 1u << v, plain, varied);
	}
	for (size_t i = 0; i < p->n; i++)
		if ((p->artefact[i].guilty & REBUILD_BY_ITSELF) != 0)
			p->artefact[i].guilty = REBUILD_BY_ITSELF;
	return OK;
}

static enum err
find_guilty(struct run *r, struct rebuild_pair *p, struct fault *f)
{
	digest_of *plain = xcalloc(p->n + 1, sizeof(*plain));
	digest_of *varied = xcalloc(p->n + 1, sizeof(*varied));
	bool any = false;
	enum err e = OK;

	for (size_t i = 0; i < p->n; i++)
		any = any || !p->artefact[i].as_other;
	r->slow_from = sys_now();
	if (any)
		e = try_all(r, p, plain, varied, f);
	free(plain);
	free(varied);
	return e;
}

/* --- all of it ----------------------------------------------------------- */

/* Locales with other decimal points, collation or case rules, where the host has one. */
static const char *
find_locale(const struct rebuild_plan *p)
{
	static const char *const names[] = { "tr_TR.utf8", "de_DE.utf8", "fr_FR.utf8",
		"et_EE.utf8", "en_US.utf8" };

	for (size_t i = 0; i < COUNT(names) && p->root == REBUILD_HOST; i++) {
		char *path = xprintf("/usr/lib/locale/%s", names[i]);
		struct stat st;
		bool there = stat(path, &st) == 0;

		free(path);
		if (there)
			return names[i];
	}
	return NULL;
}

enum err
rebuild_run(const struct rebuild_plan *p, struct rebuild *out, struct fault *f)
{
	struct run r = { .plan = p, .out = out };
	size_t n = p->toolchains > 0 ? p->toolchains : 1;

	*out = (struct rebuild){ .host = { sys_cores(), find_locale(p) } };
	arena_init(&out->arena, (size_t)1 << 30);
	for (unsigned v = 0; v < VARY_COUNT; v++)
		out->varied |= (unsigned)vary_differs(v, &out->host) << v;
	TRY(make_trees(p->bundle, &out->arena, &r.trees, f));
	for (size_t i = 0; i < n && i < REBUILD_TOOLCHAINS; i++) {
		struct rebuild_pair *pair = &out->pair[out->pairs++];

		pair->toolchain = p->toolchains > 0 ? p->toolchain[i] : NULL;
		pair->build[0].log = pair->build[1].log = -1;
		TRY(build_pair(&r, pair, f));
	}
	return p->blame ? find_guilty(&r, &out->pair[0], f) : OK;
}

void
rebuild_done(struct rebuild *r)
{
	for (size_t i = 0; i < r->pairs; i++) {
		struct rebuild_pair *p = &r->pair[i];

		for (size_t k = 0; k < p->n; k++) {
			buf_done(&p->artefact[k].to_vendor.text);
			buf_done(&p->artefact[k].between.text);
		}
		build_done(&p->build[0]);
		build_done(&p->build[1]);
	}
	arena_done(&r->arena);
	*r = (struct rebuild){ 0 };
}

bool
rebuild_is_made(const struct rebuild_pair *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->artefact[i].result > REBUILD_DIFFERS)
			return false;
	return p->n > 0;
}

bool
rebuild_is_same(const struct rebuild *r)
{
	for (size_t i = 1; i < r->pairs; i++)
		if (!rebuild_is_made(&r->pair[i]))
			return false;
	return r->pair[0].result == REBUILD_SAME;
}

const char *
rebuild_root_name(enum rebuild_root r)
{
	static const char *const names[] = { "host", "folder", "bundle", "packages",
		"mirror" };

	return names[r];
}

const char *
rebuild_root_warning(enum rebuild_root r)
{
	static const char *const warnings[] = {
		"built with the programs of this machine, not with those that the bundle "
		"names: a compiler that injects something would do it in both builds",
		"built in a root that the examiner named; who made it answers for it",
		"built in a root made of the packages that the vendor put into the "
		"bundle: "
		"whether they are Debian's, their digests in recipe/packages tell",
		"built in a root made of packages that the examiner had, with the "
		"digests "
		"that the bundle names",
		"built in a root made of packages from a mirror, with the digests that "
		"the "
		"bundle names",
	};

	return warnings[r];
}
