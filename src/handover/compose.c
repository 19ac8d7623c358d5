/* compose.c - see compose.h. */
#include "handover/compose.h"

#include <inttypes.h>

#include "base/sort.h"
#include "base/ustar.h"
#include "crypto/hash.h"
#include "handover/layout.h"

/* --- texts ---------------------------------------------------------------------- */

static enum err
add(struct making *m, const char *name, struct buf *text)
{
	enum err e = pieces_add_text(&m->pieces, name, buf_bytes(text), m->f);

	buf_done(text);
	*text = (struct buf){ 0 };
	if (e == OK)
		e = piece_hash(
		    &m->pieces, &m->pieces.piece[m->pieces.n - 1], NULL, NULL, m->f);
	return e;
}

static void
put_line(struct buf *out, struct bytes line)
{
	buf_put(out, line.p, line.n);
	buf_u8(out, '\n');
}

static int
by_name(const void *a, const void *b)
{
	return ustar_name_cmp(*(const struct bytes *)a, *(const struct bytes *)b);
}

static enum err
add_folders(struct making *m)
{
	struct buf text = { 0 };

	sort((void *)(uintptr_t)m->folders.name, m->folders.n, sizeof(struct bytes),
	    by_name);
	for (size_t i = 0; i < m->folders.n; i++)
		put_line(&text, m->folders.name[i]);
	return add(m, LAYOUT_FOLDERS, &text);
}

/* A link's name and target, kept together while they are sorted. */
struct link_pair {
	struct bytes name, target;
};

static enum err
add_links(struct making *m)
{
	const struct list_links *l = &m->links;
	struct link_pair *pair =
	    arena_array(&m->pieces.arena, l->names.n + 1, sizeof(*pair));
	struct buf text = { 0 };

	if (pair == NULL)
		return fault_set(m->f, FAULT_TOO_LARGE, "the source has too many links");
	for (size_t i = 0; i < l->names.n; i++)
		pair[i] = (struct link_pair){ l->names.name[i], l->target[i] };
	sort(pair, l->names.n, sizeof(*pair), by_name); /* the name comes first in it */
	for (size_t i = 0; i < l->names.n; i++) {
		buf_put(&text, pair[i].name.p, pair[i].name.n);
		buf_u8(&text, '\t');
		put_line(&text, pair[i].target);
	}
	return add(m, LAYOUT_LINKS, &text);
}

static enum err
add_promised(struct making *m)
{
	struct buf text = { 0 };
	struct bytes name;

	for (size_t i = 0; i < m->pieces.n; i++)
		if (layout_below(m->pieces.piece[i].name, LAYOUT_ARTEFACT, &name))
			put_line(&text, name);
	if (text.n == 0)
		return fault_set(m->f, FAULT_PROMISE,
		    "there is no artefact: --artefact names what the recipe makes");
	return add(m, LAYOUT_PROMISED, &text);
}

static enum err
add_executables(struct making *m)
{
	struct buf text = { 0 };

	for (size_t i = 0; i < m->pieces.n; i++)
		if (m->pieces.piece[i].exec)
			put_line(&text, m->pieces.piece[i].name);
	return add(m, LAYOUT_EXECUTABLES, &text);
}

static enum err
add_left_out(struct making *m)
{
	struct buf text = { 0 };

	for (size_t i = 0; i < m->pieces.nleft; i++) {
		const struct piece_left *l = &m->pieces.left[i];

		buf_put(&text, l->what.p, l->what.n);
		buf_u8(&text, '\t');
		put_line(&text, l->why);
	}
	return add(m, LAYOUT_LEFT_OUT, &text);
}

/* --- the toolchain -------------------------------------------------------------- */

static void
put_checksums(const struct making *m, struct buf *out)
{
	char hex[2 * LABEL_DIGEST + 1];
	struct bytes name;

	buf_str(out, "Checksums-Sha256:\n");
	for (size_t i = 0; i < m->pieces.n; i++) {
		const struct piece *p = &m->pieces.piece[i];

		if (!layout_below(p->name, LAYOUT_ARTEFACT, &name))
			continue;
		hash_hex(p->sha256, LABEL_DIGEST, hex);
		buf_printf(out, " %s %" PRIu64 " ", hex, p->size);
		put_line(out, name);
	}
}

static void
put_field(struct buf *out, const char *name, struct bytes value)
{
	buf_printf(out, "%s: ", name);
	put_line(out, value);
}

/* deb-buildinfo(5) of the artefacts and the toolchain. */
static void
put_buildinfo(const struct making *m, struct buf *out)
{
	put_field(out, "Format", BYTES_LIT("1.0"));
	put_field(out, "Source", m->label.product);
	put_field(out, "Binary", m->label.product);
	put_field(out, "Architecture", m->dpkg.arch);
	put_field(out, "Version", m->label.version);
	put_checksums(m, out);
	put_field(out, "Build-Architecture", m->dpkg.arch);
	buf_str(out, "Installed-Build-Depends:\n");
	dpkg_put_installed(&m->dpkg, out);
	buf_printf(
	    out, "Environment:\n SOURCE_DATE_EPOCH=\"%" PRId64 "\"\n", m->label.date);
}

/* Of a package that goes in, the digest is that of what goes in; apt must agree. */
static enum err
learn_debs(struct making *m)
{
	struct buf name = { 0 };
	enum err e = OK;

	for (size_t i = 0; i < m->dpkg.n && e == OK; i++) {
		struct dpkg_package *p = &m->dpkg.package[i];
		const struct piece *deb;

		if (!p->taken)
			continue;
		buf_clear(&name);
		buf_str(&name, LAYOUT_TOOLCHAIN);
		list_put_deb(&name, p->name, p->version, p->arch);
		deb = pieces_find(&m->pieces, buf_cstr(&name));
		if (p->known && memcmp(p->sha256, deb->sha256, LABEL_DIGEST) != 0)
			e = fault_set(m->f, FAULT_TOOLCHAIN,
			    "'%s' is not the package that apt knows: its digest is "
			    "another",
			    fault_quote(buf_bytes(&name)));
		p->known = true;
		memcpy(p->sha256, deb->sha256, LABEL_DIGEST);
	}
	buf_done(&name);
	return e;
}

static enum err
add_toolchain(struct making *m)
{
	struct buf text = { 0 };

	if (m->want->toolchain != NULL)
		TRY(learn_debs(m));

	put_buildinfo(m, &text);
	TRY(add(m, LAYOUT_BUILDINFO, &text));
	dpkg_put_packages(&m->dpkg, &text);
	return add(m, LAYOUT_PACKAGES, &text);
}

enum err
compose(struct making *m)
{
	struct buf text = { 0 };

	TRY(pieces_sort(&m->pieces, m->f));
	label_print(&m->label, &text);
	TRY(add(m, LAYOUT_ABOUT, &text));
	TRY(add_promised(m));
	TRY(add_executables(m));
	TRY(add_folders(m));
	TRY(add_links(m));
	TRY(add_left_out(m));
	TRY(add_toolchain(m));
	if (m->want->claims == NULL)
		TRY(add(m, LAYOUT_CLAIMS, &text));
	if (m->want->sbom == NULL) {
		sbom_print(m, &text);
		TRY(add(m, LAYOUT_SBOM, &text));
	}
	return OK;
}
