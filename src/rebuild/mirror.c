/* mirror.c - see mirror.h. */
#include "rebuild/mirror.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sys.h"
#include "handover/layout.h"
#include "handover/run.h"

#define PACKAGES_MOST ((size_t)16 << 20) /* bytes of recipe/packages */
#define ARGS_MOST     ((size_t)64 << 20)

/* --- its own corner --- */

static enum err
write_text(const char *folder, const char *name, struct bytes text, struct fault *f)
{
	char *path = xprintf("%s/%s", folder, name);
	CLEAN(fd_closep)
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	enum err e = fd < 0 ? ERR_IO : sys_write_all(fd, text.p, text.n);

	if (e != OK)
		e = fault_set(f, FAULT_IO, "cannot write '%s': %s", path, sys_why());
	free(path);
	return e;
}

/* What apt expects to be there; it makes the rest. */
static enum err
make_folders(const char *folder, struct fault *f)
{
	static const char *const names[] = { "lists", "lists/partial", "cache",
		"cache/archives", "cache/archives/partial", "debs" };

	for (size_t i = 0; i < COUNT(names); i++) {
		char *path = xprintf("%s/%s", folder, names[i]);
		bool ok = mkdir(path, 0755) == 0;

		free(path);
		if (!ok)
			return fault_set(f, FAULT_IO, "cannot make a folder in '%s': %s",
			    folder, sys_why());
	}
	return OK;
}

/* Settings of a file given by APT_CONFIG: they come before all others but options. */
static enum err
make_config(const struct mirror *m, const char *const *sources, size_t n, struct fault *f)
{
	struct buf list = { 0 }, config = { 0 };
	enum err e;

	for (size_t i = 0; i < n; i++)
		buf_printf(&list, "deb %s\n", sources[i]);
	buf_printf(&config,
	    "Dir::Etc::sourcelist \"%s/sources.list\";\n"
	    "Dir::Etc::sourceparts \"/dev/null\";\n"
	    "Dir::Etc::preferences \"/dev/null\";\n"
	    "Dir::Etc::preferencesparts \"/dev/null\";\n"
	    "Dir::State::lists \"%s/lists\";\n"
	    "Dir::Cache \"%s/cache\";\n"
	    "APT::Sandbox::User \"root\";\n"
	    "quiet \"2\";\n",
	    m->folder, m->folder, m->folder);
	e = make_folders(m->folder, f);
	if (e == OK)
		e = write_text(m->folder, "sources.list", buf_bytes(&list), f);
	if (e == OK)
		e = write_text(m->folder, "apt.conf", buf_bytes(&config), f);
	buf_done(&list);
	buf_done(&config);
	return e;
}

/* --- asking apt --- */

static enum err
ask(const char *const *argv, const char *what, struct fault *f)
{
	struct buf said = { 0 };
	enum err e = run_text(argv, ARGS_MOST, &said);

	buf_done(&said);
	return e == OK ? OK
		       : fault_set(f, FAULT_TOOLCHAIN,
			     "apt-get could not %s from this mirror", what);
}

static enum err
add_word(struct arena *a, const char **words, size_t *n, const struct list_package *p)
{
	bool all = bytes_eq(p->arch, BYTES_LIT("all"));

	words[*n] = arena_printf(a, "%.*s%s%.*s=%.*s", (int)p->name.n,
	    (const char *)p->name.p, all ? "" : ":", all ? 0 : (int)p->arch.n,
	    (const char *)p->arch.p, (int)p->version.n, (const char *)p->version.p);
	return words[(*n)++] != NULL ? OK : ERR_LIMIT;
}

/* A shell, as apt-get download has no option for where; no name is a part of its text. */
static enum err
download(struct mirror *m, struct bytes packages, struct arena *a, struct fault *f)
{
	size_t most = packages.n / 4 + 8, n = 0; /* "a 1 b -" is the shortest line */
	const char **argv = arena_array(a, most, sizeof(*argv));
	struct lines l = lines_of(LAYOUT_PACKAGES, packages);
	struct list_package p;
	enum err e = argv != NULL ? OK : ERR_LIMIT;

	if (e == OK) {
		argv[n++] = "sh";
		argv[n++] = "-c";
		argv[n++] = "cd \"$1\" && shift && exec apt-get download -- \"$@\"";
		argv[n++] = "sh";
		argv[n++] = m->debs;
	}
	while (e == OK && n + 1 < most && (e = list_package_next(&l, &p, f)) == OK)
		e = add_word(a, argv, &n, &p);
	if (e != ERR_END)
		return fault_set(
		    f, FAULT_TOO_LARGE, "the bundle names too many packages");
	argv[n] = NULL;
	return ask(
	    argv, "fetch the packages that the bundle names, in those versions", f);
}

static enum err
fetch(struct mirror *m, const struct bundle *b, struct fault *f)
{
	static const char *const update[] = { "apt-get", "update", "--error-on=any",
		NULL };
	const struct bundle_member *list = bundle_find(b, LAYOUT_PACKAGES);
	char *config = xprintf("%s/apt.conf", m->folder);
	struct buf packages = { 0 };
	struct arena a;
	enum err e;

	setenv("APT_CONFIG", config, 1);
	arena_init(&a, ARGS_MOST);
	e = list == NULL ? ERR_FORMAT : bundle_read(b, list, PACKAGES_MOST, &packages, f);
	if (e == OK)
		e = ask(update, "fetch the lists of packages", f);
	if (e == OK)
		e = download(m, buf_bytes(&packages), &a, f);
	unsetenv("APT_CONFIG");
	arena_done(&a);
	buf_done(&packages);
	free(config);
	return e;
}

enum err
mirror_fetch(const struct bundle *b, const char *const *sources, size_t n,
    struct mirror *out, struct fault *f)
{
	const char *tmp = getenv("TMPDIR");
	char *path = xprintf(
	    "%s/candor-apt-XXXXXX", tmp != NULL && tmp[0] == '/' ? tmp : "/var/tmp");
	enum err e;

	*out = (struct mirror){ 0 };
	if (mkdtemp(path) == NULL) {
		e = fault_set(f, FAULT_IO, "cannot make '%s': %s", path, sys_why());
		free(path);
		return e;
	}
	out->folder = path;
	out->debs = xprintf("%s/debs", path);
	e = make_config(out, sources, n, f);
	if (e == OK)
		e = fetch(out, b, f);
	if (e != OK)
		mirror_done(out);
	return e;
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st, (void)kind, (void)where;
	return remove(path);
}

void
mirror_done(struct mirror *m)
{
	if (m->folder != NULL)
		(void)nftw(m->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(m->folder);
	free(m->debs);
	*m = (struct mirror){ 0 };
}
