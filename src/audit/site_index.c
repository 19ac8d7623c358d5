/* site_index.c - see site.h: the first page, with all releases. */
#include <inttypes.h>

#include "audit/site_parts.h"
#include "base/b64.h"
#include "base/utc.h"

/* A row of a definition list whose value is escaped. */
static void
fact(struct buf *out, const char *name, struct bytes value)
{
	buf_printf(out, "<dt>%s<dd><code>", name);
	site_text(out, value);
	buf_str(out, "</code>\n");
}

enum { PLOT_W = 900, PLOT_H = 260, PLOT_X = 56, PLOT_Y = 16 };
enum { CHANNELS = 32 }; /* that are counted: a log may have any number */

/* What is plotted: the rules of the channel that has the most releases of them. */
struct plot {
	const struct site *s;
	struct bytes channel;
	uint64_t most, step; /* the highest line, and between lines */
	int64_t first, last; /* dates */
	size_t n;
};

static bool
is_plotted(const struct plot *p, const struct site_release *r)
{
	return r->type == STATEMENT_RULES && bytes_eq(r->channel, p->channel);
}

static size_t
count_of(const struct site *s, struct bytes channel)
{
	const struct plot p = { .channel = channel };
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += is_plotted(&p, &s->release[i]);
	return n;
}

/*
 * 1, 2, 5, 10, 20, 50 ...: the first with which five lines reach v. step grows by at
 * least a quarter each turn and stays below 2^64 / 2: v is at most INT64_MAX, a number of
 * a statement.
 */
static uint64_t
nice_step(uint64_t v)
{
	uint64_t step = 1;

	while (step < v / 4 + (v % 4 > 0) && step < UINT64_MAX / 10)
		for (unsigned i = 0; i < 3 && step < v / 4 + (v % 4 > 0); i++)
			step = i == 1 ? step / 2 * 5 : step * 2;
	return step;
}

static void
plot_begin(const struct site *s, struct plot *p)
{
	uint64_t most = 1;
	unsigned tries = CHANNELS;

	*p = (struct plot){ .s = s };
	for (size_t i = 0; i < s->n && tries > 0; i++) {
		const struct site_release *r = &s->release[i];
		bool known = r->type != STATEMENT_RULES || is_plotted(p, r);
		size_t n = known ? 0 : count_of(s, r->channel);

		tries -= !known;

		if (n > p->n) {
			p->n = n;
			p->channel = r->channel;
		}
	}
	for (size_t i = 0; i < s->n; i++) {
		const struct site_release *r = &s->release[i];

		if (!is_plotted(p, r))
			continue;
		most = r->rules > most ? r->rules : most;
		p->first = p->first == 0 ? r->date : p->first;
		p->last = r->date;
	}
	p->step = nice_step(most);
	p->most = num_mul(p->step, most / p->step + (most % p->step > 0));
}

static unsigned
plot_x(const struct plot *p, int64_t date)
{
	int64_t all = p->last - p->first, at = date - p->first;

	at = at < 0 ? 0 : at > all ? all : at;
	return PLOT_X + (unsigned)((PLOT_W - PLOT_X - 8) *
				   (all > 0 ? (double)at / (double)all : 1));
}

static unsigned
plot_y(const struct plot *p, uint64_t v)
{
	return PLOT_Y +
	       (unsigned)((PLOT_H - PLOT_Y - 36) * (1 - (double)v / (double)p->most));
}

static void
plot_grid(const struct plot *p, struct buf *out)
{
	for (uint64_t v = 0; v <= p->most; v += p->step) {
		unsigned y = plot_y(p, v);

		buf_printf(out,
		    "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%u\" y2=\"%u\"/><text "
		    "x=\"%d\" y=\"%u\" text-anchor=\"end\">%" PRIu64 "</text>\n",
		    PLOT_X, PLOT_W - 8, y, y, PLOT_X - 8, y + 4, v);
	}
}

/* A line, or the area below it. */
static void
plot_path(const struct plot *p, bool area, struct buf *out)
{
	unsigned x = PLOT_X;
	bool begun = false;

	buf_printf(out, "<path class=\"%s\" d=\"", area ? "area" : "plot");
	for (size_t i = 0; i < p->s->n; i++) {
		const struct site_release *r = &p->s->release[i];

		if (!is_plotted(p, r))
			continue;
		x = plot_x(p, r->date);
		if (!begun)
			buf_printf(out, "M%u %u", x, plot_y(p, area ? 0 : r->rules));
		begun = true;
		buf_printf(out, "L%u %u", x, plot_y(p, r->rules));
	}
	if (area)
		buf_printf(out, "L%u %uZ", x, plot_y(p, 0));
	buf_str(out, "\"/>\n");
}

/* Rules in each release, over the time that the statements say. */
static void
plot(const struct site *s, struct buf *out)
{
	char from[UTC_SIZE], to[UTC_SIZE];
	struct plot p;

	plot_begin(s, &p);
	if (p.n < 2)
		return;
	utc_print(p.first, from);
	utc_print(p.last, to);
	buf_printf(out,
	    "<h2>Growth</h2>\n<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Rules "
	    "in each of %zu releases from %.10s to %.10s, at most %" PRIu64 "\">\n",
	    PLOT_W, PLOT_H, p.n, from, to, p.most);
	plot_grid(&p, out);
	plot_path(&p, true, out);
	plot_path(&p, false, out);
	buf_printf(out,
	    "<text x=\"%d\" y=\"%d\">%.10s</text><text x=\"%d\" y=\"%d\" "
	    "text-anchor=\"end\">%.10s</text>\n</svg>\n<p class=\"soft\">Rules in each "
	    "release of the channel ",
	    PLOT_X, PLOT_H - 10, from, PLOT_W - 8, PLOT_H - 10, to);
	site_text(out, p.channel);
	buf_str(out, ", by the date that its statement gives.</p>\n");
}

/* How many rules, and "+12 ~3 -1", without what is nothing; or what else it is. */
static void
changes(struct buf *out, const struct site_release *r)
{
	if (r->type != STATEMENT_RULES) {
		buf_str(out, "<td colspan=\"2\" class=\"n soft\">");
		site_text(
		    out, r->type == STATEMENT_KEYS ? BYTES_LIT("another key") : r->about);
		return;
	}
	buf_printf(out, "<td class=\"n\">%" PRIu64 "<td class=\"n\">", r->rules);
	if (r->added > 0)
		buf_printf(out, "<span class=\"plus\">+%" PRIu64 "</span> ", r->added);
	if (r->changed > 0)
		buf_printf(out, "~%" PRIu64 " ", r->changed);
	if (r->removed > 0)
		buf_printf(
		    out, "<span class=\"minus\">&minus;%" PRIu64 "</span>", r->removed);
}

static void
releases(const struct site *s, struct buf *out)
{
	bool asked = false;

	buf_str(out,
	    "<h2>Releases</h2>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" "
	    "aria-label=\"Releases\"><table>\n<tr><th>Release<th>Date<th "
	    "class=\"n\">Rules<th class=\"n\">Changes<th class=\"n e\">Entry\n");
	for (size_t i = s->n; i-- > 0;) {
		const struct site_release *r = &s->release[i];
		char date[UTC_SIZE];

		utc_print(r->date, date);
		buf_printf(out, "<tr><td><a href=\"entry/%" PRIu64 ".html\">%s ",
		    r->index, statement_type_name(r->type));
		site_text(out, r->channel);
		buf_printf(out, " %" PRIu64 "</a>%s<td>%.10s", r->sequence,
		    r->said > PUBLISHER_SIGNED
			? "<br><span class=\"bad\">not the publisher's</span>"
			: "",
		    date);
		changes(out, r);
		buf_printf(out, "<td class=\"n e\">%" PRIu64 "\n", r->index);
		asked |= r->said != PUBLISHER_NOT_ASKED;
	}
	buf_str(out, "</table></div>\n");
	buf_str(
	    out, asked ? "<p class=\"soft\">Where nothing else is said, the signature "
			 "of the publisher holds.</p>\n"
		       : "<p class=\"soft\">The publisher's signatures were not checked, "
			 "as nobody said who the publisher is.</p>\n");
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
	site_put_pre(out, s->note);
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
	site_put_head(out, "", s->seen->checkpoint.origin, NULL);
	buf_str(out, "<main>\n<p class=\"soft\">A public log of what is "
		     "published</p>\n<h1>");
	site_put_name(out, s->seen->checkpoint.origin);
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
