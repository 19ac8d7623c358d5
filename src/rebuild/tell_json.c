/* tell_json.c - see tell.h, and docs/rebuild.md for what each member means. */
#include <string.h>
#include <sys/utsname.h>

#include "base/json.h"
#include "base/utc.h"
#include "handover/layout.h"
#include "rebuild/tell.h"

/*
 * What is named and not only counted: a statement quotes a result of up to some 40,000
 * bytes, and the closure has all of it.
 */
#define UNOWNED_MAX 50
#define SOURCES_MAX 200 /* of all artefacts together */

const char *
tell_result(enum rebuild_result r)
{
	static const char *const words[] = { "bit-identical", "differs", "missing",
		"inconclusive" };

	return words[r];
}

static void
put_digest(struct json *j, const char *key, const uint8_t *digest)
{
	json_hex(j, key, (struct bytes){ digest, 32 });
}

static void
put_time(struct json *j, const char *key, int64_t t)
{
	char text[UTC_SIZE];

	utc_print(t, text);
	json_str(j, key, text);
}

/* Whose signatures they are: that they hold was verified before anything was built. */
static void
put_signer(struct json *j, const struct verify_out *seals)
{
	struct buf vkey = { 0 };

	if (seals == NULL)
		return;
	note_key_print(&seals->key, &vkey);
	json_bytes(j, "signer", buf_bytes(&vkey));
	json_bool(j, "signerTrusted", seals->trusted);
	buf_done(&vkey);
}

static void
put_bundle(struct json *j, const struct tell *t)
{
	const struct bundle *b = t->plan->bundle;

	json_open(j, "bundle", '{');
	put_digest(j, "manifest", b->digest);
	json_bytes(j, "product", b->label.product);
	json_bytes(j, "version", b->label.version);
	put_time(j, "date", b->label.date);
	put_signer(j, t->plan->seals);
	json_close(j, '}');
}

static void
put_host(struct json *j, const struct rebuild *r)
{
	struct utsname u;

	json_open(j, "host", '{');
	if (uname(&u) == 0) {
		json_bytes(j, "kernel", bytes_of(u.release));
		json_bytes(j, "machine", bytes_of(u.machine));
	}
	json_uint(j, "processors", r->host.cpus);
	json_close(j, '}');
}

/* The version of a package that the vendor's list names; no bytes: it does not. */
static struct bytes
vendor_version(struct bytes packages, const struct owner_package *p)
{
	struct lines l = lines_of(LAYOUT_PACKAGES, packages);
	struct list_package v;

	while (list_package_next(&l, &v, NULL) == OK)
		if (bytes_eq(v.name, bytes_of(p->name)) &&
		    (p->arch == NULL || bytes_eq(v.arch, bytes_of(p->arch))))
			return v.version;
	return (struct bytes){ 0 };
}

static void
put_packages(struct json *j, const struct owner *o, struct bytes list)
{
	json_open(j, "packages", '[');
	for (size_t i = 0; i < o->n; i++) {
		const struct owner_package *p = &o->package[i];
		struct bytes v = vendor_version(list, p);

		json_open(j, NULL, '{');
		json_bytes(j, "name", bytes_of(p->name));
		json_bytes(j, "version", bytes_of(p->version ? p->version : ""));
		json_bytes(j, "architecture", bytes_of(p->arch ? p->arch : ""));
		json_uint(j, "files", p->files);
		put_digest(j, "sha256", p->digest);
		if (v.n > 0)
			json_bytes(j, "vendor", v);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void
put_root(struct json *j, const struct tell *t)
{
	const struct build *b = &t->rebuild->pair[0].build[0];
	const char *warning = rebuild_root_warning(t->plan->root);

	json_open(j, "root", '{');
	json_str(j, "kind", rebuild_root_name(t->plan->root));
	json_str(j, "warning", warning);
	if (t->plan->made != NULL) {
		json_uint(j, "madeOf", t->plan->made->packages);
		json_uint(j, "unchecked", t->plan->made->unchecked);
	}
	put_packages(j, &b->owner, t->plan->packages);
	json_uint(j, "unowned", b->owner.nobodies);
	json_open(j, "unownedFiles", '[');
	for (size_t i = 0; i < b->owner.nobodies && i < UNOWNED_MAX; i++)
		json_bytes(j, NULL, bytes_of(b->closure.file[b->owner.nobody[i]].name));
	json_close(j, ']');
	json_close(j, '}');
}

bool
tell_extra_next(const struct tell *t, const struct build *b, struct tell_extra *x)
{
	const struct take *k = &b->take;

	while (x->at < k->n + k->nodd) {
		size_t i = x->at++;

		x->name = i < k->n ? k->file[i].name : k->odd[i - k->n].name;
		x->what = i < k->n ? NULL : k->odd[i - k->n].what;
		if (!list_has(&t->plan->bundle->promised, bytes_of(x->name)))
			return true;
	}
	return false;
}

static void
put_extra(struct json *j, const struct tell *t, const struct build *b)
{
	struct tell_extra x = { 0 };
	size_t n = 0;

	json_open(j, "extraFiles", '[');
	while (tell_extra_next(t, b, &x))
		if (n++ < UNOWNED_MAX)
			json_bytes(j, NULL, bytes_of(x.name));
	json_close(j, ']');
	json_uint(j, "extra", n);
}

static void
put_build(
    struct json *j, const struct tell *t, const struct rebuild_pair *p, size_t which)
{
	const struct build *b = &p->build[which];
	struct buf s = { 0 };

	json_open(j, NULL, '{');
	json_str(j, "name", which == 0 ? "first" : "second");
	if (p->toolchain != NULL)
		json_bytes(j, "toolchain", bytes_of(p->toolchain));
	if (p->toolchain != NULL && b->end == BUILD_DONE)
		json_bool(j, "compilerUsed", !b->unused);
	json_str(j, "end", build_word(b->end));
	if (b->end == BUILD_FAILED || b->end == BUILD_KILLED)
		json_int(j, "status", b->status);
	build_describe(b, &s);
	if (s.n > 0)
		json_str(j, "text", buf_cstr(&s));
	json_open(j, "world", '{');
	for (unsigned v = 0; v < VARY_COUNT; v++) {
		buf_clear(&s);
		vary_value(&b->world, v, &s);
		json_bytes(j, vary_name(v), buf_bytes(&s));
	}
	json_close(j, '}');
	json_open(j, "closure", '{');
	put_digest(j, "sha256", b->closure.digest);
	json_uint(j, "files", b->closure.n);
	json_bool(j, "complete", b->closure.complete);
	json_close(j, '}');
	json_uint(j, "processes", b->count.started);
	json_uint(j, "opened", b->count.opened);
	json_uint(j, "ms", b->count.ms);
	put_extra(j, t, b);
	if (b->end != BUILD_DONE)
		json_bytes(j, "output", buf_bytes(&b->tail));
	json_close(j, '}');
	buf_done(&s);
}

static void
put_classes(struct json *j, const char *key, const struct explain *e)
{
	if (!e->asked)
		return;
	json_open(j, key, '{');
	json_bool(j, "complete", e->complete);
	json_bool(j, "code", explain_is_code(e));
	json_open(j, "classes", '[');
	for (unsigned c = 0; c < DIFF_CLASSES; c++)
		if ((e->classes >> c & 1) != 0)
			json_str(j, NULL, diff_class_name(c));
	json_close(j, ']');
	json_close(j, '}');
}

static void
put_guilty(struct json *j, unsigned guilty)
{
	json_open(j, "guilty", '[');
	for (unsigned v = 0; v < VARY_COUNT; v++)
		if ((guilty >> v & 1) != 0)
			json_str(j, NULL, vary_name(v));
	if ((guilty & REBUILD_BY_ITSELF) != 0)
		json_str(j, NULL, "randomness");
	json_close(j, ']');
}

/* left: how many more names may be written; a list is whole or not there. */
static void
put_origin(struct json *j, const struct closure *c, const struct rebuild_artefact *a,
    size_t *left)
{
	json_uint(j, "inputs", a->inputs);
	json_uint(j, "sources", a->sources);
	if (a->sources > *left)
		return;
	*left -= a->sources;
	json_open(j, "sourceFiles", '[');
	for (size_t i = 0; i < c->n; i++)
		if (a->origin[i] && strncmp(c->file[i].name, "source/", 7) == 0)
			json_bytes(j, NULL, bytes_of(c->file[i].name + 7));
	json_close(j, ']');
}

static void
put_artefact(struct json *j, const struct tell *t, const struct rebuild_pair *p, size_t i,
    size_t *left)
{
	const struct rebuild_artefact *a = &p->artefact[i];
	static const char *const made[] = { "first", "second" };

	json_open(j, NULL, '{');
	json_bytes(j, "name", bytes_of(a->name));
	put_digest(j, "sha256", a->vendor);
	json_str(j, "result", tell_result(a->result));
	for (size_t k = 0; k < 2; k++)
		if (a->made[k] != NULL)
			put_digest(j, made[k], a->made[k]->digest);
	json_open(j, "instead", '{');
	for (size_t k = 0; k < 2; k++) {
		const char *what = take_instead(&p->build[k].take, a->name);

		if (a->made[k] == NULL && what != NULL)
			json_str(j, made[k], what);
	}
	json_close(j, '}');
	json_bool(j, "asVendor", a->as_vendor[0] && a->as_vendor[1]);
	json_bool(j, "asEachOther", a->as_other);
	put_classes(j, "toVendor", &a->to_vendor);
	put_classes(j, "betweenBuilds", &a->between);
	if (t->plan->blame && !a->as_other)
		put_guilty(j, a->guilty);
	put_origin(j, &p->build[0].closure, a, left);
	json_close(j, '}');
}

static void
put_pairs(struct json *j, const struct tell *t)
{
	const struct rebuild *r = t->rebuild;
	size_t left = SOURCES_MAX;

	json_open(j, "builds", '[');
	for (size_t i = 0; i < r->pairs; i++)
		for (size_t k = 0; k < 2; k++)
			put_build(j, t, &r->pair[i], k);
	json_close(j, ']');
	json_open(j, "artefacts", '[');
	for (size_t i = 0; i < r->pair[0].n; i++)
		put_artefact(j, t, &r->pair[0], i, &left);
	json_close(j, ']');
	json_open(j, "otherToolchains", '[');
	for (size_t i = 1; i < r->pairs; i++) {
		json_open(j, NULL, '{');
		json_bytes(j, "toolchain", bytes_of(r->pair[i].toolchain));
		json_str(j, "result", tell_result(r->pair[i].result));
		json_open(j, "artefacts", '[');
		for (size_t k = 0; k < r->pair[i].n; k++)
			put_artefact(j, t, &r->pair[i], k, &left);
		json_close(j, ']');
		json_close(j, '}');
	}
	json_close(j, ']');
}

void
tell_json(const struct tell *t, struct buf *out)
{
	struct json j = { out, false };

	json_open(&j, NULL, '{');
	json_str(&j, "type", "rebuild");
	json_uint(&j, "format", 1);
	json_str(&j, "candor", t->version);
	put_time(&j, "date", t->date);
	json_str(&j, "result", tell_result(t->rebuild->pair[0].result));
	put_bundle(&j, t);
	put_host(&j, t->rebuild);
	put_root(&j, t);
	put_pairs(&j, t);
	json_close(&j, '}');
	buf_u8(out, '\n');
}
