/* site_page.c - see site.h: a page for each release. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "audit/site_parts.h"
#include "audit/tint.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/ustar.h"
#include "crypto/hash.h"

/* Of the pages: another number, and all of them are made again. */
#define FORM "candor site 2\n"

enum { OPEN_MAX = 4 }; /* files that are shown unfolded */

/* What a line of a diff is shown as: what became of a rule, or of a line of it. */
static const char *
kind_of(struct bytes line)
{
	static const struct {
		const char *begins, *kind;
	} kinds[] = { { "added ", "add" }, { "removed ", "del" }, { "changed ", "chg" },
		{ "    + ", "add" }, { "    - ", "del" } };

	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct bytes b = bytes_of(kinds[i].begins);

		if (bytes_eq(bytes_clip(line, 0, b.n), b))
			return kinds[i].kind;
	}
	return NULL;
}

/* docs/release.md, The diff. The counts before the first empty line are plain. */
static void
diff(struct buf *out, struct bytes text)
{
	bool counts = true;

	buf_str(out, "<pre class=\"wrap\">");
	for (size_t at = 0; at < text.n;) {
		uint64_t nl = bytes_find(text, at, BYTES_LIT("\n"));
		size_t end = nl == UINT64_MAX ? text.n : (size_t)nl;
		struct bytes line = bytes_sub(text, at, end - at);
		const char *kind = counts ? NULL : kind_of(line);

		counts = counts && line.n > 0;
		if (kind != NULL)
			buf_printf(out, "<span class=\"%s\">", kind);
		site_text(out, line);
		buf_str(out, kind != NULL ? "</span>" : "\n");
		at = end + 1;
	}
	buf_str(out, "</pre>\n");
}

static void
source(struct buf *out, struct bytes text)
{
	static const char classes[TINT_KINDS] = { 0, 'c', 's', 'r', 'h', 'w', 'v', 'd',
		'k' };
	struct tint_piece p;
	struct tint t;

	buf_str(out, "<pre tabindex=\"0\">");
	tint_init(&t, text);
	while (tint_next(&t, &p)) {
		if (classes[p.kind] != 0)
			buf_printf(out, "<span class=\"%c\">", classes[p.kind]);
		site_text(out, p.text);
		if (classes[p.kind] != 0)
			buf_str(out, "</span>");
	}
	buf_str(out, "</pre>\n");
}

/* One file of the archive; open: its content is seen at once. */
static void
member(struct buf *out, struct bytes name, struct bytes content, bool open)
{
	buf_str(out, open ? "<details open><summary>" : "<details><summary>");
	site_text(out, name);
	buf_str(out, "</summary>\n");
	if (text_glob("*.yar", name) || text_glob("*.yara", name))
		source(out, content);
	else
		site_put_pre(out, content);
	buf_str(out, "</details>\n");
}

/*
 * Goes once over the archive; ERR_END: it is whole. out NULL: only counts. Limits: 2^20
 * members, and their content together no more than the archive has bytes: as each lies in
 * it, twice over the archive is all that is read.
 */
static enum err
walk_archive(struct bytes archive, struct buf *out, bool open, size_t *n)
{
	struct cur c = cur_at(archive, 0);
	struct ustar_in *u = xcalloc(1, sizeof(*u));
	struct ustar_member m;
	enum err e;

	u->get = ustar_get_cur;
	u->arg = &c;
	u->limits = (struct ustar_limits){ 1u << 20, archive.n, 0 };
	for (*n = 0; (e = ustar_next(u, &m)) == OK; ++*n)
		if (out != NULL)
			member(out, m.name, bytes_sub(archive, u->at, m.size), open);
	free(u);
	return e;
}

/* Each file of the archive, folded when there are many. */
static void
sources(struct buf *out, struct bytes archive)
{
	size_t n;
	bool open = walk_archive(archive, NULL, false, &n) == ERR_END && n <= OPEN_MAX;
	enum err e = walk_archive(archive, out, open, &n);

	if (e != ERR_END)
		buf_str(out,
		    "<p class=\"warn\">The archive ends here: it is not of the form "
		    "that releases have.</p>\n");
}

/* Said where the content would be, so that a hole is not taken for nothing. */
static void
missing(struct buf *out, const char *why)
{
	buf_str(out, "<p class=\"warn\">");
	site_text(out, bytes_of(why));
	buf_str(out, "</p>\n");
}

/* What changed comes first: that is what a reader came for. */
static void
rules_of(struct buf *out, const struct site_blobs *b)
{
	buf_str(out, "<h2>What changed</h2>\n");
	if (b->diff_why != NULL)
		missing(out, b->diff_why);
	else if (b->diff.n == 0)
		buf_str(out, "<p>Nothing.</p>\n");
	else
		diff(out, b->diff);
	buf_str(out, "<h2>The rules</h2>\n");
	if (b->archive_why != NULL)
		missing(out, b->archive_why);
	else
		sources(out, b->archive);
}

/* Files by digest, to be checked with one command. */
static void
put_sums(struct buf *out, const struct statement_file *f, size_t n)
{
	char hex[2 * STATEMENT_HASH + 1];

	for (size_t i = 0; i < n; i++) {
		hash_hex(f[i].sha256, STATEMENT_HASH, hex);
		buf_printf(out, "sha256sum blob/%s", hex);
		if (f[i].name.n > 0)
			buf_str(out, "  # ");
		site_text(out, f[i].name);
		buf_u8(out, '\n');
	}
}

static void
verify_release(struct buf *out, const struct entry *e)
{
	const struct statement *s = &e->statement;

	buf_printf(out,
	    "<h2>Verify this page by hand</h2>\n<p>The entry is number %" PRIu64
	    " of the log. Its bytes are the text above with its signatures; <code>candor "
	    "log "
	    "proof DIR %" PRIu64 "</code> gives the proof that it is there, and with "
	    "<code>openssl pkeyutl</code> the signature is checked as that of the "
	    "checkpoint, with the publisher's key.</p>\n",
	    e->index, e->index);
	if (s->type == STATEMENT_KEYS)
		return;
	buf_str(out, "<p>The files that it names lie beside the log, and their names are "
		     "their digests:</p>\n<pre class=\"wrap\">");
	if (s->type == STATEMENT_RULES) {
		put_sums(out, &s->archive, 1);
		put_sums(out, &s->diff, 1);
	} else {
		put_sums(out, s->artefact, s->nartefacts);
		put_sums(out, &s->source, 1);
		put_sums(out, &s->recipe, 1);
	}
	buf_str(out, "</pre>\n");
}

void
site_stamp(
    const struct entry *e, enum publisher_said said, bool lacks, char out[SITE_STAMP])
{
	uint8_t digest[HASH_MAX];
	char hex[2 * STATEMENT_HASH + 1];
	struct hash h;

	hash_init(&h, HASH_SHA256);
	hash_add(&h, bytes_of(FORM));
	hash_add(&h, bytes_of(publisher_words(said)));
	hash_add(&h, e->raw);
	hash_done(&h, digest);
	hash_hex(digest, STATEMENT_HASH, hex);
	snprintf(out, SITE_STAMP, "%s %s", lacks ? "lacks" : "whole", hex);
}

/* Who signed, and whether that holds, as far as anybody can say here. */
static void
signature(struct buf *out, enum publisher_said said)
{
	bool bad = said > PUBLISHER_SIGNED;

	buf_printf(out, "<p%s>What was logged, %s.</p>\n", bad ? " class=\"warn\"" : "",
	    publisher_words(said));
}

void
site_page(const struct entry *e, enum publisher_said said, const struct site_blobs *b,
    struct buf *out)
{
	const struct statement *s = &e->statement;
	struct buf title = { 0 };
	char stamp[SITE_STAMP];

	buf_printf(&title, "%s %.*s %" PRIu64, statement_type_name(s->type),
	    (int)s->channel.n, (const char *)s->channel.p, s->sequence);
	site_stamp(e, said, b->diff_why != NULL || b->archive_why != NULL, stamp);
	site_put_head(out, "../", buf_bytes(&title), stamp);
	buf_str(
	    out, "<nav><a href=\"../index.html\">All releases</a></nav>\n<main>\n<h1>");
	site_text(out, buf_bytes(&title));
	buf_str(out, "</h1>\n<p>");
	buf_clear(&title);
	entry_tell(e, &title);
	site_text(out, buf_bytes(&title));
	buf_str(out, "</p>\n<h2>The statement</h2>\n");
	signature(out, said);
	site_put_pre(out, e->raw);
	if (s->type == STATEMENT_RULES)
		rules_of(out, b);
	verify_release(out, e);
	buf_str(out, "</main>\n");
	buf_done(&title);
}
