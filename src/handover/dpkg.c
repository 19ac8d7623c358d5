/* dpkg.c - see dpkg.h. */
#include "handover/dpkg.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/sort.h"
#include "base/sys.h"
#include "base/text.h"
#include "handover/label.h"
#include "handover/lines.h"
#include "handover/run.h"

#define STATUS_MOST (256u << 20)
#define APT_MOST    (256u << 20)

/* --- deb822 --------------------------------------------------------------------- */

/* The next paragraph of text: up to an empty line. No bytes: there is none. */
static struct bytes
paragraph(struct bytes *text)
{
	struct bytes p;
	uint64_t end;

	while (text->n > 0 && text->p[0] == '\n')
		*text = bytes_from(*text, 1);
	end = bytes_find(*text, 0, BYTES_LIT("\n\n"));
	p = bytes_clip(*text, 0, num_add(end, 1));
	*text = bytes_from(*text, p.n);
	return p;
}

/* The value of a field on one line; no bytes: there is none. */
static struct bytes
field(struct bytes p, const char *name)
{
	struct bytes want = bytes_of(name), line, rest;

	while (p.n > 0 && lines_split(p, '\n', &line, &rest)) {
		if (line.n > want.n + 1 && line.p[want.n] == ':' &&
		    memcmp(line.p, want.p, want.n) == 0)
			return bytes_from(
			    line, line.p[want.n + 1] == ' ' ? want.n + 2 : want.n + 1);
		p = rest;
	}
	return (struct bytes){ 0 };
}

/* --- what is installed ---------------------------------------------------------- */

static int
by_name(const void *a, const void *b)
{
	const struct dpkg_package *x = a, *y = b;
	int c = bytes_cmp(x->name, y->name);

	return c ? c : bytes_cmp(x->arch, y->arch);
}

static bool
parse_package(struct bytes p, struct dpkg_package *out)
{
	if (!bytes_eq(field(p, "Status"), BYTES_LIT("install ok installed")))
		return false;
	*out = (struct dpkg_package){
		.name = field(p, "Package"),
		.version = field(p, "Version"),
		.arch = field(p, "Architecture"),
		.depends = field(p, "Depends"),
		.pre_depends = field(p, "Pre-Depends"),
		.provides = field(p, "Provides"),
		.essential = bytes_eq(field(p, "Essential"), BYTES_LIT("yes")),
	};
	return label_name_ok(out->name) && label_name_ok(out->version) &&
	       label_name_ok(out->arch);
}

static enum err
parse_status(struct dpkg *d, struct fault *f)
{
	struct bytes text = buf_bytes(&d->text);
	size_t cap = 0;

	while (text.n > 0) {
		struct dpkg_package one;

		if (!parse_package(paragraph(&text), &one))
			continue;
		if (d->n == cap)
			d->package = arena_grow(
			    &d->arena, d->package, &cap, d->n + 1, sizeof(one));
		if (d->package == NULL)
			return fault_set(
			    f, FAULT_TOOLCHAIN, "dpkg knows too many packages");
		d->package[d->n++] = one;
		if (bytes_eq(one.name, BYTES_LIT("dpkg")))
			d->arch = one.arch;
	}
	sort(d->package, d->n, sizeof(*d->package), by_name);
	return d->n > 0 ? OK : fault_set(f, FAULT_TOOLCHAIN, "dpkg knows of no package");
}

enum err
dpkg_open(const char *admindir, struct dpkg *out, struct fault *f)
{
	CLEAN(fd_closep) int fd = -1;
	char *path = xprintf("%s/status", admindir ? admindir : "/var/lib/dpkg");
	enum err e = sys_open(AT_FDCWD, path, SYS_FOLLOW, &fd);

	*out = (struct dpkg){ 0 };
	arena_init(&out->arena, STATUS_MOST);
	if (e == OK)
		e = sys_read_all(fd, &out->text, STATUS_MOST);
	if (e != OK)
		e = fault_set(f, FAULT_TOOLCHAIN,
		    "dpkg's database '%s' cannot be read: %s",
		    fault_quote(bytes_of(path)), sys_why());
	else
		e = parse_status(out, f);
	free(path);
	if (e != OK)
		dpkg_close(out);
	return e;
}

void
dpkg_close(struct dpkg *d)
{
	arena_done(&d->arena);
	buf_done(&d->text);
	*d = (struct dpkg){ 0 };
}

/* --- the closure ---------------------------------------------------------------- */

/* A walk through dependencies: packages taken whose own were not looked at yet. */
struct closure {
	struct dpkg *d;
	size_t *todo, n, cap;
};

static struct bytes
trim(struct bytes s)
{
	while (s.n > 0 && s.p[0] <= ' ')
		s = bytes_from(s, 1);
	while (s.n > 0 && s.p[s.n - 1] <= ' ')
		s.n--;
	return s;
}

/* "gcc:any (>= 4)" is about gcc. */
static struct bytes
bare_name(struct bytes s)
{
	struct bytes t = trim(s);
	size_t n = 0;

	while (n < t.n && t.p[n] > ' ' && !strchr(":([<", t.p[n]))
		n++;
	return bytes_sub(t, 0, n);
}

/* Cuts off what stands before the next c of the list. */
static struct bytes
item(struct bytes *list, const char *separators)
{
	size_t n = 0;
	struct bytes one;

	while (n < list->n && !strchr(separators, list->p[n]))
		n++;
	one = bytes_sub(*list, 0, n);
	*list = bytes_from(*list, n + 1);
	return one;
}

static void
take(struct closure *c, size_t i)
{
	if (c->d->package[i].taken)
		return;
	c->d->package[i].taken = true;
	c->d->taken++;
	c->todo = xgrow(c->todo, &c->cap, c->n + 1, sizeof(*c->todo));
	c->todo[c->n++] = i;
}

/* The package of that name, of dpkg's own architecture rather than another. */
static bool
find(const struct dpkg *d, struct bytes name, size_t *out)
{
	size_t lo;
	bool found = false;

	SORT_FIRST(lo, d->n, bytes_cmp(d->package[lo].name, name) >= 0);
	for (; lo < d->n && bytes_eq(d->package[lo].name, name); lo++) {
		if (!found || bytes_eq(d->package[lo].arch, d->arch))
			*out = lo;
		found = true;
	}
	return found;
}

static bool
provides(const struct dpkg_package *p, struct bytes name)
{
	struct bytes list = p->provides;

	while (list.n > 0)
		if (bytes_eq(bare_name(item(&list, ",")), name))
			return true;
	return false;
}

/* A name that no package has may be a virtual one: then every provider counts. */
static bool
take_name(struct closure *c, struct bytes name)
{
	bool found = false;
	size_t at;

	if (find(c->d, name, &at)) {
		take(c, at);
		return true;
	}
	for (size_t i = 0; i < c->d->n; i++)
		if (provides(&c->d->package[i], name)) {
			take(c, i);
			found = true;
		}
	return found;
}

static void
take_list(struct closure *c, struct bytes list)
{
	while (list.n > 0) {
		struct bytes name = bare_name(item(&list, ",|"));

		if (name.n > 0)
			(void)take_name(c, name);
	}
}

/* Of what the vendor names, one alternative must be there. */
static enum err
take_roots(struct closure *c, struct bytes list, struct fault *f)
{
	while (list.n > 0) {
		struct bytes one = trim(item(&list, ",")), all = one;
		bool found = one.n == 0;

		while (all.n > 0)
			found |= take_name(c, bare_name(item(&all, "|")));
		if (!found)
			return fault_set(f, FAULT_TOOLCHAIN,
			    "the package '%s' is not installed, which the build needs",
			    fault_quote(one));
	}
	return OK;
}

enum err
dpkg_close_over(struct dpkg *d, struct bytes roots, struct fault *f)
{
	struct closure c = { .d = d };
	enum err e = take_roots(&c, roots, f);

	for (size_t i = 0; i < d->n && e == OK; i++)
		if (d->package[i].essential)
			take(&c, i);
	if (e == OK)
		(void)take_name(&c, BYTES_LIT("build-essential"));
	while (e == OK && c.n > 0) {
		const struct dpkg_package *p = &d->package[c.todo[--c.n]];

		take_list(&c, p->pre_depends);
		take_list(&c, p->depends);
	}
	free(c.todo);
	return e;
}

/* --- digests -------------------------------------------------------------------- */

static bool
foreign(const struct dpkg *d, const struct dpkg_package *p)
{
	return !bytes_eq(p->arch, d->arch) && !bytes_eq(p->arch, BYTES_LIT("all"));
}

/* A record of apt's: of a package that is installed, in that version? */
static void
learn(struct dpkg *d, struct bytes record)
{
	struct dpkg_package want = { .name = field(record, "Package"),
		.arch = field(record, "Architecture") };
	struct bytes version = field(record, "Version"), sum = field(record, "SHA256");
	size_t at;

	if (!find(d, want.name, &at))
		return;
	while (at > 0 && bytes_eq(d->package[at - 1].name, want.name))
		at--;
	for (; at < d->n && bytes_eq(d->package[at].name, want.name); at++) {
		struct dpkg_package *p = &d->package[at];

		if (bytes_eq(p->arch, want.arch) && bytes_eq(p->version, version))
			p->known |= label_digest(sum, p->sha256);
	}
}

static const char **
apt_question(struct dpkg *d)
{
	const char **argv = arena_array(&d->arena, d->taken + 3, sizeof(*argv));
	size_t n = 0;

	if (argv == NULL)
		return NULL;
	argv[n++] = "apt-cache";
	argv[n++] = "show";
	for (size_t i = 0; i < d->n; i++) {
		const struct dpkg_package *p = &d->package[i];
		bool all = bytes_eq(p->arch, BYTES_LIT("all"));

		if (!p->taken)
			continue;
		argv[n] = arena_printf(&d->arena, "%.*s%s%.*s", (int)p->name.n,
		    (const char *)p->name.p, all ? "" : ":", all ? 0 : (int)p->arch.n,
		    (const char *)p->arch.p);
		if (argv[n++] == NULL)
			return NULL;
	}
	argv[n] = NULL;
	return argv;
}

void
dpkg_ask_digests(struct dpkg *d)
{
	const char **argv = apt_question(d);
	struct buf answer = { 0 };
	struct bytes rest;
	struct run r;

	/* what it does not know it says on stderr, and its exit code with it: no matter
	 */
	if (argv == NULL || run_start(argv, RUN_QUIET, &r) != OK)
		return;
	if (sys_read_all(r.out, &answer, APT_MOST) != OK)
		buf_clear(&answer);
	(void)run_end(&r);
	rest = buf_bytes(&answer);
	while (rest.n > 0)
		learn(d, paragraph(&rest));
	buf_done(&answer);
}

/* --- texts ---------------------------------------------------------------------- */

static void
put(struct buf *out, struct bytes s)
{
	buf_put(out, s.p, s.n);
}

void
dpkg_put_installed(const struct dpkg *d, struct buf *out)
{
	size_t left = d->taken;

	for (size_t i = 0; i < d->n; i++) {
		const struct dpkg_package *p = &d->package[i];

		if (!p->taken)
			continue;
		buf_u8(out, ' ');
		put(out, p->name);
		if (foreign(d, p)) {
			buf_u8(out, ':');
			put(out, p->arch);
		}
		buf_str(out, " (= ");
		put(out, p->version);
		buf_str(out, --left > 0 ? "),\n" : ")\n");
	}
}

void
dpkg_put_packages(const struct dpkg *d, struct buf *out)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct dpkg_package *p = &d->package[i];

		if (!p->taken)
			continue;
		put(out, p->name);
		buf_u8(out, ' ');
		put(out, p->version);
		buf_u8(out, ' ');
		put(out, p->arch);
		buf_u8(out, ' ');
		if (!p->known)
			buf_u8(out, '-');
		for (size_t k = 0; p->known && k < sizeof(p->sha256); k++)
			buf_printf(out, "%02x", p->sha256[k]);
		buf_u8(out, '\n');
	}
}

/* A part of a package URL; only a plus of what names and versions have is special. */
static void
put_part(struct buf *out, struct bytes s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '+')
			buf_str(out, "%2B");
		else
			buf_u8(out, s.p[i]);
}

void
dpkg_put_purl(const struct dpkg_package *p, struct buf *out)
{
	buf_str(out, "pkg:deb/debian/");
	put_part(out, p->name);
	buf_u8(out, '@');
	put_part(out, p->version);
	buf_str(out, "?arch=");
	put(out, p->arch);
}
