/* site.c - see site.h. What all pages share: site_index.c and site_page.c are the pages.
 */
#include "audit/site_parts.h"

#include <inttypes.h>

#include "base/text.h"

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
".add{color:var(--add);background:var(--addb);display:block}.del{color:var(--del);background:var(--delb);display:block}.wrap{white-space:pre-wrap;overflow-wrap:anywhere}.chg{font-weight:700;display:block}.plus{color:var(--add)}.minus{color:var(--del)}.bad{color:var(--del);font-weight:600}.warn{border-left:4px solid var(--del);padding:.2rem .9rem;background:var(--delb)}\n"
"summary{cursor:pointer;font-weight:600;padding:.3rem 0;overflow-wrap:anywhere}@media(max-width:36rem){table{font-size:.85rem}.e{display:none}th,td{padding-right:.5rem}svg text{font-size:26px}html{font-size:16px}body{padding-top:1.2rem}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.7rem}h1{font-size:1.5rem}}\n";
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

/* A name like a host and a path, which may be broken behind a slash. */
void
site_put_name(struct buf *out, struct bytes name)
{
	for (size_t at = 0; at < name.n;) {
		uint64_t slash = bytes_find(name, at, BYTES_LIT("/"));
		size_t end = slash < name.n ? (size_t)slash + 1 : name.n;

		site_text(out, bytes_sub(name, at, end - at));
		if (end < name.n)
			buf_str(out, "<wbr>");
		at = end;
	}
}

/* stamp: what the page was made from; NULL: it is made every time. */
void
site_put_head(struct buf *out, const char *up, struct bytes title, const char *stamp)
{
	buf_str(out, "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
		     "<meta name=\"viewport\" content=\"width=device-width\">\n"
		     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
		     "'none'; style-src 'self' file:\">\n<title>");
	site_text(out, title);
	buf_printf(out, "</title>\n<link rel=\"stylesheet\" href=\"%sstyle.css\">\n", up);
	if (stamp != NULL)
		buf_printf(out, "<meta name=\"candor-page\" content=\"%s\">\n", stamp);
}

void
site_put_pre(struct buf *out, struct bytes text)
{
	buf_str(out, "<pre class=\"wrap\">");
	site_text(out, text);
	buf_str(out, "</pre>\n");
}

void
site_name(uint64_t index, struct buf *out)
{
	buf_printf(out, "%" PRIu64 ".html", index);
}
