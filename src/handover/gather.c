/* gather.c - see gather.h. */
#include "handover/gather.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/sys.h"
#include "base/text.h"
#include "base/ustar.h"
#include "handover/below.h"
#include "handover/layout.h"

#define CLAIMS_MOST (16u << 20) /* bytes, as layout.c */

/* A pattern is about a name, or about a folder that it is in. */
static bool
meets(const char *pattern, struct bytes name)
{
	for (size_t end = 1; end <= name.n; end++)
		if ((end == name.n || name.p[end] == '/') &&
		    text_glob(pattern, bytes_sub(name, 0, end)))
			return true;
	return false;
}

const char *
gather_listed(const struct create_list *l, struct bytes name)
{
	const char *first = NULL;

	for (size_t i = 0; i < l->n; i++) {
		if (!meets(l->p[i], name))
			continue;
		first = first != NULL ? first : l->p[i];
		if (l->used != NULL)
			l->used[i] = true;
	}
	return first;
}

/* --- the source ----------------------------------------------------------------- */

static enum err
append(struct making *m, struct bytes **list, size_t n, size_t *cap, struct bytes b)
{
	if (n == *cap)
		*list = arena_grow(&m->pieces.arena, *list, cap, n + 1, sizeof(**list));
	if (*list == NULL)
		return fault_set(
		    m->f, FAULT_TOO_LARGE, "the source has too many folders");
	(*list)[n] = arena_bytes(&m->pieces.arena, b);
	return OK;
}

/* Names of links and folders stand in lists, which have the rules of members. */
static enum err
check_name(struct making *m, struct bytes name)
{
	const char *fault = ustar_name_fault(name);

	if (fault == NULL)
		return OK;
	return fault_set(m->f, FAULT_SOURCE,
	    "'%s' cannot be handed over: %s (--leave-out leaves it)", fault_quote(name),
	    fault);
}

static enum err
take_link(struct making *m, const struct tree_entry *e)
{
	struct list_links *l = &m->links;
	const char *fault = list_target_fault(e->name, e->target);
	struct bytes *names = (void *)(uintptr_t)l->names.name;
	struct bytes *targets = (void *)(uintptr_t)l->target;

	TRY(check_name(m, e->name));
	if (fault == NULL && !text_is_utf8(e->target))
		fault = "a link whose target is not UTF-8";
	if (fault != NULL)
		return pieces_leave(&m->pieces, e->name, fault, m->f);
	TRY(append(m, &names, l->names.n, &m->links_cap[0], e->name));
	TRY(append(m, &targets, l->names.n, &m->links_cap[1], e->target));
	l->names.name = names;
	l->target = targets;
	l->names.n++;
	return OK;
}

static enum err
take_empty(struct making *m, const struct tree_entry *e)
{
	struct bytes *names = (void *)(uintptr_t)m->folders.name;

	TRY(check_name(m, e->name));
	TRY(append(m, &names, m->folders.n, &m->folders_cap, e->name));
	m->folders.name = names;
	m->folders.n++;
	return OK;
}

static enum err
take_file(struct making *m, const struct tree_entry *e)
{
	struct buf path = { 0 };
	struct piece one = { .name = e->name, .size = e->size, .exec = e->exec };
	enum err err;

	TRY(check_name(m, e->name));
	buf_put(&path, e->name.p, e->name.n);
	if (e->blob.n > 0) {
		one.from = PIECE_BLOB;
		one.text = e->blob;
	} else {
		one.from = PIECE_BELOW;
		one.path = buf_cstr(&path);
	}
	err = pieces_add(&m->pieces, LAYOUT_SOURCE, &one, m->f);
	buf_done(&path);
	return err;
}

static enum err
take_entry(void *arg, const struct tree_entry *e, struct fault *f)
{
	struct making *m = arg;
	const char *pattern = gather_listed(&m->want->leave, e->name);
	char why[128];

	if (pattern != NULL) {
		snprintf(why, sizeof(why), "the vendor leaves it out (%.90s)", pattern);
		return pieces_leave(&m->pieces, e->name, why, f);
	}
	switch (e->kind) {
	case TREE_FILE: return take_file(m, e);
	case TREE_LINK: return take_link(m, e);
	case TREE_EMPTY: return take_empty(m, e);
	case TREE_GIT:
		return pieces_leave(&m->pieces, e->name,
		    "git's own files: history and settings are not the source", f);
	case TREE_MODULE:
		return fault_set(f, FAULT_SOURCE,
		    "'%s' is a submodule, whose source is in another repository "
		    "(--leave-out leaves it)",
		    fault_quote(e->name));
	case TREE_OTHER: break;
	}
	snprintf(why, sizeof(why), "a %s has no content", e->what);
	return pieces_leave(&m->pieces, e->name, why, f);
}

static enum err
gather_source(struct making *m)
{
	const struct create_want *w = m->want;
	struct tree_taker to = { m, take_entry };
	struct tree_commit c;

	if (w->commit != NULL) {
		TRY(tree_commit(w->source, w->commit, &c, m->f));
		memcpy(m->commit, c.name, sizeof(m->commit));
		m->label.commit = bytes_of(m->commit);
		if (m->label.date < 0)
			m->label.date = c.date;
		TRY(tree_git(w->source, &c, &to, m->f));
		return tree_blobs_open(w->source, &m->pieces.blobs, m->f);
	}
	if (sys_open(AT_FDCWD, w->source, SYS_FOLLOW | SYS_DIR, &m->pieces.root) != OK)
		return fault_set(m->f, FAULT_IO, "cannot open the folder '%s': %s",
		    fault_quote(bytes_of(w->source)), sys_why());
	return tree_folder(m->pieces.root, &to, m->f);
}

/* --- other files ---------------------------------------------------------------- */

/* A file that the vendor named, or one in a folder that he named. */
static enum err
add_path(struct making *m, const char *folder, struct bytes name, const char *path)
{
	CLEAN(fd_closep) int fd = -1;
	struct piece one = { .name = name, .from = PIECE_PATH, .path = path };
	struct stat st;

	if (sys_open(AT_FDCWD, path, SYS_FOLLOW, &fd) != OK || sys_stat(fd, &st) != OK)
		return fault_set(m->f, FAULT_IO, "cannot open '%s': %s",
		    fault_quote(bytes_of(path)), sys_why());
	if (!S_ISREG(st.st_mode))
		return fault_set(m->f, FAULT_SOURCE, "'%s' is no file but a %s",
		    fault_quote(bytes_of(path)), sys_kind(st.st_mode));
	one.size = (uint64_t)st.st_size;
	one.exec = st.st_mode & 0100;
	return pieces_add(&m->pieces, folder, &one, m->f);
}

/* Files of a folder that the vendor named: links and the like are a mistake in there. */
struct taking {
	struct making *m;
	const char *folder, *path;
};

static enum err
take_plain(void *arg, const struct tree_entry *e, struct fault *f)
{
	struct taking *t = arg;
	struct buf path = { 0 };
	enum err err;

	if (e->kind == TREE_EMPTY)
		return OK;
	if (e->kind != TREE_FILE)
		return fault_set(f, FAULT_SOURCE, "'%s' in '%s' is no file",
		    fault_quote(e->name), fault_quote(bytes_of(t->path)));
	buf_printf(&path, "%s/", t->path);
	buf_put(&path, e->name.p, e->name.n);
	err = add_path(t->m, t->folder, e->name, buf_cstr(&path));
	buf_done(&path);
	return err;
}

static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static enum err
gather_list(struct making *m, const char *folder, const struct create_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		CLEAN(fd_closep) int fd = -1;
		struct taking t = { m, folder, l->p[i] };
		struct tree_taker to = { &t, take_plain };

		if (sys_open(AT_FDCWD, l->p[i], SYS_FOLLOW | SYS_DIR, &fd) == OK)
			TRY(tree_folder(fd, &to, m->f));
		else
			TRY(add_path(m, folder, bytes_of(last_part(l->p[i])), l->p[i]));
	}
	return OK;
}

/* Every package of the closure must be in the vendor's folder, under apt's name. */
static enum err
gather_debs(struct making *m)
{
	struct buf name = { 0 };
	enum err e = OK;

	for (size_t i = 0; i < m->dpkg.n && e == OK; i++) {
		const struct dpkg_package *p = &m->dpkg.package[i];
		char *path;

		if (!p->taken)
			continue;
		buf_clear(&name);
		list_put_deb(&name, p->name, p->version, p->arch);
		path = xprintf("%s/%s", m->want->toolchain, buf_cstr(&name));
		if (access(path, R_OK) != 0)
			e = fault_set(m->f, FAULT_TOOLCHAIN,
			    "'%s' is not there: 'apt-get download' fetches it",
			    fault_quote(bytes_of(path)));
		else
			e = add_path(m, LAYOUT_TOOLCHAIN, buf_bytes(&name), path);
		free(path);
	}
	buf_done(&name);
	return e;
}

static enum err
gather_toolchain(struct making *m)
{
	TRY(dpkg_open(m->want->dpkg, &m->dpkg, m->f));
	m->toolchain = true;
	TRY(dpkg_close_over(&m->dpkg, bytes_of(m->want->depends), m->f));
	dpkg_ask_digests(&m->dpkg);
	return m->want->toolchain ? gather_debs(m) : OK;
}

/* --- what it is ----------------------------------------------------------------- */

static enum err
gather_label(struct making *m)
{
	const struct create_want *w = m->want;
	struct label *l = &m->label;

	*l = (struct label){ .product = bytes_of(w->product),
		.version = bytes_of(w->version),
		.date = w->date };
	if (!label_name_ok(l->product) || !label_name_ok(l->version))
		return fault_set(m->f, FAULT_TEXT,
		    "'%s' cannot be a product's name or version: letters, digits and "
		    "._+~:- only",
		    fault_quote(label_name_ok(l->product) ? l->version : l->product));
	if (w->previous == NULL)
		return OK;
	TRY(bundle_open(w->previous, 0, &m->previous, m->f));
	l->follows = true;
	memcpy(l->previous, m->previous.digest, LABEL_DIGEST);
	if (!bytes_eq(m->previous.label.product, l->product))
		return fault_set(m->f, FAULT_TEXT,
		    "'%s' is a handover of '%s', not of '%s'",
		    fault_quote(bytes_of(w->previous)),
		    fault_quote(m->previous.label.product), fault_quote(l->product));
	return OK;
}

/* Claims are in order before they are published, and not when somebody looks. */
static enum err
gather_claims(struct making *m)
{
	CLEAN(fd_closep) int fd = -1;
	const char *path = m->want->claims;
	struct list_claim claim;
	struct buf text = { 0 };
	struct lines l;
	enum err e;

	if (path == NULL)
		return OK;
	TRY(add_path(m, "", BYTES_LIT(LAYOUT_CLAIMS), path));
	if (sys_open(AT_FDCWD, path, SYS_FOLLOW, &fd) != OK ||
	    sys_read_all(fd, &text, CLAIMS_MOST) != OK)
		e = fault_set(
		    m->f, FAULT_IO, "cannot read '%s'", fault_quote(bytes_of(path)));
	else {
		l = lines_of(LAYOUT_CLAIMS, buf_bytes(&text));
		while ((e = list_claim_next(&l, &claim, m->f)) == OK)
			;
	}
	buf_done(&text);
	return e == ERR_END ? OK : e;
}

enum err
gather(struct making *m)
{
	const struct create_want *w = m->want;

	TRY(gather_label(m));
	TRY(gather_source(m));
	if (m->label.date < 0)
		return fault_set(m->f, FAULT_TEXT,
		    "a folder has no date: give --date, or set SOURCE_DATE_EPOCH");
	TRY(gather_list(m, LAYOUT_ARTEFACT, &w->artefacts));
	TRY(gather_list(m, LAYOUT_RULES, &w->rules));
	TRY(gather_list(m, LAYOUT_UPDATES, &w->updates));
	TRY(add_path(m, "", BYTES_LIT(LAYOUT_BUILD), w->recipe));
	m->pieces.piece[m->pieces.n - 1].exec = true; /* whatever it is over there */
	TRY(gather_claims(m));
	if (w->sbom != NULL)
		TRY(add_path(m, "", BYTES_LIT(LAYOUT_SBOM), w->sbom));
	return gather_toolchain(m);
}
