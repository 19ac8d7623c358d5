/* site.c - see site.h. */
#include "audit/site.h"

#include <inttypes.h>
#include <stdlib.h>

#include "audit/tint.h"
#include "base/b64.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/ustar.h"
#include "base/utc.h"
#include "crypto/hash.h"

/* clang-format off */
static const char style[] =
":root{color-scheme:light dark;--bg:#fcfcfa;--ink:#1d2126;--soft:#59616b;--line:#dcdfe3;--card:#f3f4f2;--link:#0b57a4;"
"--com:#5d6b5a;--str:#8a4300;--word:#7a1fa2;--num:#00616b;--name:#0b57a4;--add:#0f6b2f;--addb:#e4f4e6;--del:#a51d24;--delb:#fbe7e6}\n"
"@media(prefers-color-scheme:dark){:root{--bg:#14171a;--ink:#e4e7ea;--soft:#a0a9b3;--line:#333a42;--card:#1d2226;--link:#83bbff;"
"--com:#93a48d;--str:#f0b07a;--word:#d8a4f2;--num:#7fd3d8;--name:#83bbff;--add:#7fd694;--addb:#16301e;--del:#ff9a94;--delb:#3a1b1c}}\n"
"*{box-sizing:border-box}html{font:17px/1.6 system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;-webkit-text-size-adjust:100%}\n"
"body{margin:0 auto;padding:2rem 1.1rem 5rem;max-width:62rem;background:var(--bg);color:var(--ink)}\n"
"h1{font-size:1.9rem;line-height:1.2;margin:.4rem 0 .6rem;letter-spacing:-.02em;overflow-wrap:anywhere}\n"
"h2{font-size:1.25rem;margin:2.6rem 0 .7rem;padding-top:1rem;border-top:1px solid var(--line)}h3{font-size:1rem;margin:1.6rem 0 .4rem;overflow-wrap:anywhere}\n"
"p{max-width:44rem}.soft{color:var(--soft)}a{color:var(--link);text-underline-offset:.2em}a:focus-visible,summary:focus-visible,.wide:focus-visible,pre:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:3px}\n"
"nav{font-size:.9rem}code,pre,.mono{font-family:ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace;font-size:.84rem}code{overflow-wrap:anywhere}\n"
"pre{margin:.5rem 0 1rem;padding:.9rem 1rem;background:var(--card);border:1px solid var(--line);border-radius:8px;overflow-x:auto;line-height:1.5;tab-size:4}\n"
".wide{overflow-x:auto;margin:.5rem 0 1rem}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th,td{text-align:left;padding:.45rem .8rem .45rem 0;border-bottom:1px solid var(--line);white-space:nowrap}th{font-size:.82rem;font-weight:600;color:var(--soft)}td.n,th.n{text-align:right}\n"
"dl{display:grid;grid-template-columns:minmax(6rem,max-content) 1fr;gap:.35rem 1.2rem;margin:.8rem 0}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere;min-width:0}\n"
"svg{width:100%;height:auto;display:block;margin:.6rem 0}svg text{fill:var(--soft);font-size:13px}.grid{stroke:var(--line)}.plot{fill:none;stroke:var(--link);stroke-width:2.5}.area{fill:var(--link);opacity:.12}\n"
".c{color:var(--com);font-style:italic}.s,.r{color:var(--str)}.h,.d{color:var(--num)}.w{color:var(--word)}.v{color:var(--soft)}.k{color:var(--name);font-weight:700}\n"
".add{color:var(--add);background:var(--addb);display:block}.del{color:var(--del);background:var(--delb);display:block}.warn{border-left:4px solid var(--del);padding:.2rem .9rem;background:var(--delb)}\n"
"summary{cursor:pointer;font-weight:600;padding:.3rem 0;overflow-wrap:anywhere}@media(max-width:36rem){svg text{font-size:26px}html{font-size:16px}body{padding-top:1.2rem}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.7rem}h1{font-size:1.5rem}}\n";
/* clang-format on */

void
site_style(struct buf *out)
{
	buf_str(out, style);
}

/* A letter, newline or tab as it is; markup by its name; else what text_escape says. */
void
site_text(struct buf *out, struct bytes s)
{
	for (size_t i = 0; i < s.n;) {
		uint32_t code = 0;
		size_t n = text_utf8(bytes_from(s, i), &code);
		struct bytes one = bytes_sub(s, i, n ? n : 1);

		i += one.n;
		switch (n ? code : 0) {
		case '<': buf_str(out, "&lt;"); break;
		case '>': buf_str(out, "&gt;"); break;
		case '&': buf_str(out, "&amp;"); break;
		case '"': buf_str(out, "&quot;"); break;
		case '\'': buf_str(out, "&#39;"); break;
		case '\\':
		case '\n':
		case '\t': buf_put(out, one.p, one.n); break;
		default: text_escape(out, one); break;
		}
	}
}

static void
head(struct buf *out, const char *up, struct bytes title)
{
	buf_str(out, "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
		     "<meta name=\"viewport\" content=\"width=device-width\">\n"
		     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
		     "'none'; style-src 'self' file:\">\n<title>");
	site_text(out, title);
	buf_printf(out, "</title>\n<link rel=\"stylesheet\" href=\"%sstyle.css\">\n", up);
}

/* A row of a definition list whose value is escaped. */
static void
fact(struct buf *out, const char *name, struct bytes value)
{
	buf_printf(out, "<dt>%s<dd><code>", name);
	site_text(out, value);
	buf_str(out, "</code>\n");
}

static void
pre(struct buf *out, struct bytes text)
{
	buf_str(out, "<pre tabindex=\"0\">");
	site_text(out, text);
	buf_str(out, "</pre>\n");
}

void
site_name(uint64_t index, struct buf *out)
{
	buf_printf(out, "%" PRIu64 ".html", index);
}

/* --- the index -----------------------------------------------------------------------
 */

enum { PLOT_W = 900, PLOT_H = 260, PLOT_X = 56, PLOT_Y = 16 };

static unsigned
plot_x(const struct site *s, int64_t date)
{
	int64_t first = s->release[0].date, last = s->release[s->n - 1].date;
	int64_t at = date < first ? 0 : date > last ? last - first : date - first;

	return PLOT_X +
	       (unsigned)((PLOT_W - PLOT_X - 8) *
			  (last > first ? (double)at / (double)(last - first) : 1));
}

static unsigned
plot_y(uint64_t v, uint64_t most)
{
	return PLOT_Y +
	       (unsigned)((PLOT_H - PLOT_Y - 36) * (1 - (double)v / (double)most));
}

/* Rules in each release of rules, over the time that the statements say. */
static void
plot(const struct site *s, struct buf *out)
{
	uint64_t most = 1;
	unsigned last = PLOT_X;
	char from[UTC_SIZE], to[UTC_SIZE];

	if (s->n < 2)
		return;
	for (size_t i = 0; i < s->n; i++)
		if (s->release[i].type == STATEMENT_RULES && s->release[i].rules > most)
			most = s->release[i].rules;
	utc_print(s->release[0].date, from);
	utc_print(s->release[s->n - 1].date, to);
	buf_printf(out,
	    "<h2>Growth</h2>\n<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Rules "
	    "in "
	    "each release over time, at most %" PRIu64 "\">\n",
	    PLOT_W, PLOT_H, most);
	for (unsigned i = 0; i <= 4; i++) {
		unsigned y = plot_y(most * i / 4, most);

		buf_printf(out,
		    "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%u\" y2=\"%u\"/><text "
		    "x=\"%d\" y=\"%u\" text-anchor=\"end\">%" PRIu64 "</text>\n",
		    PLOT_X, PLOT_W - 8, y, y, PLOT_X - 8, y + 4, most * i / 4);
	}
	for (int area = 1; area >= 0; area--) {
		bool first = true;

		buf_printf(out, "<path class=\"%s\" d=\"", area ? "area" : "plot");
		for (size_t i = 0; i < s->n; i++) {
			const struct site_release *r = &s->release[i];

			if (r->type != STATEMENT_RULES)
				continue;
			last = plot_x(s, r->date);
			if (first)
				buf_printf(out, "M%u %u", last,
				    area ? plot_y(0, most) : plot_y(r->rules, most));
			first = false;
			buf_printf(out, "L%u %u", last, plot_y(r->rules, most));
		}
		if (area)
			buf_printf(out, "L%u %uZ", last, plot_y(0, most));
		buf_str(out, "\"/>\n");
	}
	buf_printf(out,
	    "<text x=\"%d\" y=\"%d\">%.10s</text><text x=\"%d\" y=\"%d\" "
	    "text-anchor=\"end\">%.10s</text>\n</svg>\n<p class=\"soft\">Rules in each "
	    "release, by the date that its statement gives.</p>\n",
	    PLOT_X, PLOT_H - 10, from, PLOT_W - 8, PLOT_H - 10, to);
}

static void
releases(const struct site *s, struct buf *out)
{
	buf_str(out,
	    "<h2>Releases</h2>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" "
	    "aria-label=\"Releases\"><table>\n<tr><th>Release<th>Date<th "
	    "class=\"n\">Rules<th class=\"n\">Added<th class=\"n\">Changed<th "
	    "class=\"n\">Removed<th class=\"n\">Entry\n");
	for (size_t i = s->n; i-- > 0;) {
		const struct site_release *r = &s->release[i];
		char date[UTC_SIZE];

		utc_print(r->date, date);
		buf_printf(out, "<tr><td><a href=\"entry/%" PRIu64 ".html\">%s ",
		    r->index, statement_type_name(r->type));
		site_text(out, r->channel);
		buf_printf(out, " %" PRIu64 "</a><td>%.10s", r->sequence, date);
		if (r->type == STATEMENT_RULES)
			buf_printf(out,
			    "<td class=\"n\">%" PRIu64 "<td class=\"n\">+%" PRIu64
			    "<td class=\"n\">%" PRIu64 "<td class=\"n\">&minus;%" PRIu64,
			    r->rules, r->added, r->changed, r->removed);
		else
			buf_str(out, "<td><td><td><td>");
		buf_printf(out, "<td class=\"n\">%" PRIu64 "\n", r->index);
	}
	buf_str(out, "</table></div>\n");
}

static void
cosignatures(const struct site *s, struct buf *out)
{
	buf_str(out,
	    "<h2>Checkpoint</h2>\n<p>What the log signed last, as it is served. A "
	    "witness that cosigned it says that it saw this tree, and nothing that "
	    "contradicts it.</p>\n");
	if (s->seen->cosignatures > 0)
		buf_str(out, "<div class=\"wide\" tabindex=\"0\" role=\"region\" "
			     "aria-label=\"Cosignatures\"><table>\n<tr><th>Witness<th>"
			     "Cosigned at\n");
	for (uint32_t i = 0; i < s->policy->nnode; i++) {
		char when[UTC_SIZE];

		if (s->seen->by[i].line.n == 0)
			continue;
		utc_print((int64_t)s->seen->by[i].time, when);
		buf_str(out, "<tr><td>");
		site_text(out, s->policy->node[i].key.name);
		buf_printf(out, "<td>%s\n", when);
	}
	buf_str(out, s->seen->cosignatures > 0 ? "</table></div>\n"
					       : "<p class=\"warn\">No witness of the "
						 "policy given has cosigned it.</p>\n");
	pre(out, s->note);
}

/* By hand: the signature with openssl, over the bytes above the empty line. */
static void
verify_checkpoint(const struct site *s, struct buf *out)
{
	struct buf name = { 0 };

	buf_str(out, "<h2>Verify this page by hand</h2>\n<p>With <code>checkpoint</code> "
		     "fetched from the log, and its public key from somebody whom you "
		     "trust (not from here):</p>\n<pre tabindex=\"0\">");
	buf_str(&name, s->vkey);
	buf_str(out, "vkey='");
	site_text(out, buf_bytes(&name));
	buf_str(out,
	    "'\nsed '/^$/,$d' checkpoint &gt; text\n"
	    "grep \"^— ${vkey%%+*} \" checkpoint | head -n1 | cut -d' ' -f3 | base64 -d "
	    "| "
	    "tail -c 64 &gt; sig\n"
	    "{ printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000'\n"
	    "  printf %s \"${vkey#*+*+}\" | base64 -d | tail -c "
	    "32; } "
	    "&gt; key.der\n"
	    "openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in text "
	    "-sigfile sig</pre>\n<p>Or all of the log, every entry and every hash: "
	    "<code>candor "
	    "log verify DIR --key VKEY</code>.</p>\n");
	buf_done(&name);
}

void
site_index(const struct site *s, struct buf *out)
{
	struct buf size = { 0 }, root = { 0 };

	buf_printf(&size, "%" PRIu64, s->seen->checkpoint.head.size);
	b64_put(&root, (struct bytes){ s->seen->checkpoint.head.root.b, MERKLE_HASH });
	head(out, "", s->seen->checkpoint.origin);
	buf_str(out, "<main>\n<p class=\"soft\">A public log of what is "
		     "published</p>\n<h1>");
	site_text(out, s->seen->checkpoint.origin);
	buf_str(out, "</h1>\n<p>Every rule set and every release stands in this log, for "
		     "everybody the same. Nothing can be taken out of it without being "
		     "noticed. Here is all of it, to read.</p>\n<dl>\n");
	fact(out, "Entries", buf_bytes(&size));
	fact(out, "Root", buf_bytes(&root));
	fact(out, "Key", bytes_of(s->vkey));
	buf_str(out, "</dl>\n");
	plot(s, out);
	releases(s, out);
	cosignatures(s, out);
	verify_checkpoint(s, out);
	buf_str(out, "</main>\n");
	buf_done(&size);
	buf_done(&root);
}

/* --- a release -----------------------------------------------------------------------
 */

/* + and - lines, and what a diff says of a rule, in colours. */
static void
diff(struct buf *out, struct bytes text)
{
	buf_str(out, "<pre tabindex=\"0\">");
	for (size_t at = 0; at < text.n;) {
		uint64_t nl = bytes_find(text, at, BYTES_LIT("\n"));
		size_t end = nl == UINT64_MAX ? text.n : (size_t)nl;
		struct bytes line = bytes_sub(text, at, end - at);
		uint8_t c = line.n > 0 ? line.p[0] : ' ';
		const char *kind =
		    c == '+' || bytes_eq(bytes_clip(line, 0, 6), BYTES_LIT("added "))
			? "add"
		    : c == '-' || bytes_eq(bytes_clip(line, 0, 8), BYTES_LIT("removed "))
			? "del"
			: NULL;

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

/* Each file of the archive, folded when there are many. */
static void
sources(struct buf *out, struct bytes archive)
{
	struct cur c = cur_at(archive, 0);
	struct ustar_in *u = xcalloc(1, sizeof(*u));
	struct ustar_member m;
	enum err e;

	u->get = ustar_get_cur;
	u->arg = &c;
	u->limits = (struct ustar_limits){ 1u << 20, archive.n, 0 };
	while ((e = ustar_next(u, &m)) == OK) {
		buf_str(out, "<details open><summary>");
		site_text(out, m.name);
		buf_str(out, "</summary>\n");
		source(out, bytes_sub(archive, u->at, m.size));
		buf_str(out, "</details>\n");
	}
	if (e != ERR_END)
		buf_str(out,
		    "<p class=\"warn\">The archive ends here: it is not of the form "
		    "that releases have.</p>\n");
	free(u);
}

static void
missing(struct buf *out, const char *why)
{
	buf_str(out, "<p class=\"warn\">");
	site_text(out, bytes_of(why));
	buf_str(out, "</p>\n");
}

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

static void
verify_release(struct buf *out, const struct entry *e)
{
	const struct statement *s = &e->statement;
	char hex[2 * STATEMENT_HASH + 1];

	buf_printf(out,
	    "<h2>Verify this page by hand</h2>\n<p>The entry is number %" PRIu64
	    " of the log. Its bytes are the text above with its signatures; <code>candor "
	    "log "
	    "proof DIR %" PRIu64 "</code> gives the proof that it is there.</p>\n",
	    e->index, e->index);
	if (s->type != STATEMENT_RULES)
		return;
	buf_str(out, "<p>The files that it names lie beside the log, and their names are "
		     "their digests:</p>\n<pre tabindex=\"0\">");
	hash_hex(s->archive.sha256, STATEMENT_HASH, hex);
	buf_printf(out, "sha256sum blob/%s\ntar -tvf blob/%s\n", hex, hex);
	hash_hex(s->diff.sha256, STATEMENT_HASH, hex);
	buf_printf(out, "sha256sum blob/%s</pre>\n", hex);
}

void
site_page(const struct entry *e, const struct site_blobs *b, struct buf *out)
{
	const struct statement *s = &e->statement;
	struct buf title = { 0 };

	buf_printf(&title, "%s %.*s %" PRIu64, statement_type_name(s->type),
	    (int)s->channel.n, (const char *)s->channel.p, s->sequence);
	head(out, "../", buf_bytes(&title));
	buf_str(
	    out, "<nav><a href=\"../index.html\">All releases</a></nav>\n<main>\n<h1>");
	site_text(out, buf_bytes(&title));
	buf_str(out, "</h1>\n<p>");
	buf_clear(&title);
	entry_tell(e, &title);
	site_text(out, buf_bytes(&title));
	buf_str(out,
	    "</p>\n<h2>The statement</h2>\n<p>What was logged, and who signed it "
	    "(which is not checked here).</p>\n");
	pre(out, e->raw);
	if (s->type == STATEMENT_RULES)
		rules_of(out, b);
	verify_release(out, e);
	buf_str(out, "</main>\n");
	buf_done(&title);
}
