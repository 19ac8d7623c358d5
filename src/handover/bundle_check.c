/* bundle_check.c - see bundle_check.h. */
#include "handover/bundle_check.h"

#include "base/utc.h"
#include "handover/layout.h"

/* The text of a member that is there, in the arena: what is parsed of it are views. */
static enum err
text_of(struct bundle *b, const char *name, struct bytes *out, struct fault *f)
{
	const struct bundle_member *m = bundle_find(b, name);
	struct buf text = { 0 };
	enum err e = bundle_read(b, m, SIZE_MAX, &text, f);

	if (e == OK) {
		*out = arena_bytes(&b->arena, buf_bytes(&text));
		if (out->p == NULL)
			e = fault_set(f, FAULT_TOO_LARGE,
			    "the texts of the bundle are larger than is read of them");
	}
	buf_done(&text);
	return e;
}

/* All members have one time, and it is the date of the handover. */
static enum err
check_about(struct bundle *b, struct fault *f)
{
	struct bytes text;

	TRY(text_of(b, LAYOUT_ABOUT, &text, f));
	TRY(label_parse(text, &b->label, f));
	if (b->label.date != b->archive.mtime)
		return fault_set(f, FAULT_TEXT,
		    "the date in 'about' is not the time that the members have");
	return OK;
}

/* The list says for every member whether it may be executed: modes are not in MANIFEST.
 */
static enum err
check_executables(struct bundle *b, struct fault *f)
{
	struct list_names exec;
	struct bytes text;
	size_t seen = 0;

	TRY(text_of(b, LAYOUT_EXECUTABLES, &text, f));
	TRY(list_names_parse(LAYOUT_EXECUTABLES, text, &b->arena, &exec, f));
	for (size_t i = 0; i < b->n; i++) {
		const struct bundle_member *m = &b->member[i];

		if (m->exec != list_has(&exec, m->name))
			return fault_set(f, FAULT_TEXT,
			    "'%s' is %sexecutable, and 'executables' says otherwise",
			    fault_quote(m->name), m->exec ? "" : "not ");
		seen += m->exec;
	}
	if (seen != exec.n)
		return fault_set(
		    f, FAULT_TEXT, "'executables' names a member that is not there");
	return OK;
}

/* --- folders and links of the source -------------------------------------------- */

static bool
is_member(const struct bundle *b, struct bytes name, size_t n, struct buf *hold)
{
	buf_clear(hold);
	buf_str(hold, LAYOUT_SOURCE);
	buf_put(hold, name.p, n);
	return archive_find(&b->archive, buf_bytes(hold)) != NULL;
}

/* NULL: a link or an empty folder of that name is in nobody's way. */
static const char *
place_fault(const struct bundle *b, struct bytes name, struct buf *hold)
{
	size_t n;

	if (is_member(b, name, name.n, hold))
		return "there is a file of that name";
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == '/' && is_member(b, name, i, hold))
			return "it lies in what is a file";
	is_member(b, name, name.n, hold); /* makes the full name */
	buf_u8(hold, '/');
	(void)bundle_folder(b, buf_cstr(hold), &n);
	return n > 0 ? "there are files below it" : NULL;
}

/* None of the names of a list is in the way of members, of its own, or of the other's. */
static enum err
check_places(const struct bundle *b, const struct list_names *own,
    const struct list_names *other, const char *text, struct fault *f)
{
	struct buf hold = { 0 };
	const char *fault = NULL;
	struct bytes name = { 0 };

	for (size_t i = 0; i < own->n && fault == NULL; i++) {
		name = own->name[i];
		fault = place_fault(b, name, &hold);
		if (fault == NULL && (list_has(other, name) || list_below(own, name) ||
					 list_below(other, name)))
			fault = "another name of a folder or link stands in its way";
	}
	buf_done(&hold);
	if (fault == NULL)
		return OK;
	return fault_set(
	    f, FAULT_TEXT, "'%s' names '%s': %s", text, fault_quote(name), fault);
}

static enum err
check_source(struct bundle *b, struct fault *f)
{
	struct bytes text;

	TRY(text_of(b, LAYOUT_FOLDERS, &text, f));
	TRY(list_names_parse(LAYOUT_FOLDERS, text, &b->arena, &b->folders, f));
	TRY(text_of(b, LAYOUT_LINKS, &text, f));
	TRY(list_links_parse(text, &b->arena, &b->links, f));
	TRY(check_places(b, &b->folders, &b->links.names, LAYOUT_FOLDERS, f));
	return check_places(b, &b->links.names, &b->folders, LAYOUT_LINKS, f);
}

/* --- the rest ------------------------------------------------------------------- */

static enum err
check_promised(struct bundle *b, struct fault *f)
{
	struct bytes text;
	size_t n;

	TRY(text_of(b, LAYOUT_PROMISED, &text, f));
	TRY(list_names_parse(LAYOUT_PROMISED, text, &b->arena, &b->promised, f));
	if (b->promised.n == 0)
		return fault_set(f, FAULT_PROMISE, "the recipe promises no artefact");
	for (size_t i = 0; i < b->promised.n; i++)
		if (bundle_artefact(b, b->promised.name[i]) == NULL)
			return fault_set(f, FAULT_PROMISE,
			    "the recipe promises '%s', which is not among the artefacts",
			    fault_quote(b->promised.name[i]));
	(void)bundle_folder(b, LAYOUT_ARTEFACT, &n);
	if (n != b->promised.n)
		return fault_set(f, FAULT_PROMISE,
		    "there are artefacts that the recipe does not promise to make");
	return OK;
}

/* The .deb of a package, when the toolchain is in the bundle: it has the digest told. */
static enum err
check_deb(const struct bundle *b, const struct list_package *p, struct fault *f)
{
	const struct bundle_member *m;
	struct buf name = { 0 };
	enum err e = OK;

	buf_str(&name, LAYOUT_TOOLCHAIN);
	list_put_deb(&name, p->name, p->version, p->arch);
	m = bundle_find_bytes(b, buf_bytes(&name));
	if (m == NULL)
		e = fault_set(f, FAULT_LACKS,
		    "'%s' is missing, which 'recipe/packages' lists",
		    fault_quote(buf_bytes(&name)));
	else if (!p->known || memcmp(m->digest, p->sha256, LABEL_DIGEST) != 0)
		e = fault_set(f, FAULT_TEXT,
		    "'recipe/packages' has another digest than '%s'",
		    fault_quote(buf_bytes(&name)));
	buf_done(&name);
	return e;
}

/* Either no .deb is there, or just those of the packages that are listed. */
static enum err
check_packages(struct bundle *b, struct fault *f)
{
	struct list_package p;
	struct bytes text;
	size_t debs, n = 0;
	struct lines l;
	enum err e;

	(void)bundle_folder(b, LAYOUT_TOOLCHAIN, &debs);
	TRY(text_of(b, LAYOUT_PACKAGES, &text, f));
	l = lines_of(LAYOUT_PACKAGES, text);
	while ((e = list_package_next(&l, &p, f)) == OK) {
		n++;
		if (debs > 0)
			TRY(check_deb(b, &p, f));
	}
	if (e == ERR_END && debs > 0 && debs != n)
		return fault_set(f, FAULT_TEXT,
		    "'recipe/toolchain' has packages that 'recipe/packages' does not "
		    "list");
	return e == ERR_END ? OK : e;
}

static enum err
check_forms(struct bundle *b, struct fault *f)
{
	struct list_claim claim;
	struct list_left left;
	struct bytes text;
	struct lines l;
	enum err e;

	TRY(text_of(b, LAYOUT_LEFT_OUT, &text, f));
	l = lines_of(LAYOUT_LEFT_OUT, text);
	while ((e = list_left_next(&l, &left, f)) == OK)
		;
	if (e != ERR_END)
		return e;
	TRY(text_of(b, LAYOUT_CLAIMS, &text, f));
	l = lines_of(LAYOUT_CLAIMS, text);
	while ((e = list_claim_next(&l, &claim, f)) == OK)
		;
	if (e != ERR_END)
		return e;
	return OK;
}

enum err
bundle_check(struct bundle *b, struct fault *f)
{
	TRY(check_about(b, f));
	TRY(check_executables(b, f));
	TRY(check_source(b, f));
	TRY(check_promised(b, f));
	TRY(check_packages(b, f));
	return check_forms(b, f);
}
