/*
 * form_text.c - a report for people: VERDICT  WHAT  PATH, a line each.
 *
 * Lines that begin with blanks belong to the line above. The path comes last and
 * escaped, so that a line is cut into its three parts without doubt.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "report/form.h"

static const char *
paint(const struct report *r, enum verdict_kind k)
{
	static const char *const codes[VERDICT_COUNT] = { "", "\033[33m", "\033[33m",
		"\033[1;33m", "\033[1;31m" };

	return r->o.colour ? codes[k] : "";
}

/* Colours are ours alone: text_escape leaves no escape character of anybody else's. */
static void
line_start(const struct report *r, struct buf *b, enum verdict_kind k)
{
	const char *colour = paint(r, k);

	buf_printf(b, "%s%s%s  ", colour, verdict_name(k), colour[0] ? "\033[m" : "");
}

/*
 * What stands between the verdict and the path. Two blanks end it, so in it a blank that
 * begins, ends or has another behind it is \x20: or "x  /etc/passwd" as a log's text
 * would bring a path of its own, and who cuts lines at two blanks would believe it.
 */
static void
put_what(struct buf *b, struct bytes s)
{
	struct buf e = { 0 };

	text_escape(&e, s);
	for (size_t i = 0; i < e.n; i++)
		if (e.p[i] == ' ' && (i == 0 || i + 1 == e.n || e.p[i + 1] == ' '))
			buf_str(b, "\\x20");
		else
			buf_u8(b, e.p[i]);
	buf_done(&e);
}

static void
line_end(struct buf *b, struct bytes path)
{
	buf_str(b, "  ");
	text_escape(b, path);
	buf_u8(b, '\n');
}

static void
put_tags(struct buf *b, const struct finding *x)
{
	buf_str(b, " [");
	for (uint32_t i = 0; i < x->ntags; i++) {
		buf_str(b, i ? "," : "");
		put_what(b, x->tags[i]);
	}
	buf_str(b, "]");
}

static void
put_metas(struct buf *b, const struct finding *x)
{
	for (uint32_t i = 0; i < x->nmetas; i++) {
		const struct finding_meta *m = &x->metas[i];

		buf_str(b, "    ");
		text_escape(b, m->name);
		buf_str(b, " = ");
		switch (m->type) {
		case META_INT: buf_printf(b, "%" PRId64, m->i); break;
		case META_BOOL: buf_str(b, m->i ? "true" : "false"); break;
		case META_STR:
			buf_u8(b, '"');
			text_escape(b, m->s);
			buf_u8(b, '"');
			break;
		}
		buf_u8(b, '\n');
	}
}

/* Bytes of a hex string are shown as such: letters among them mean nothing. */
static void
put_hex(struct buf *b, struct bytes s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_printf(b, "%s%02x", i ? " " : "", s.p[i]);
}

static void
put_matches(struct buf *b, const struct finding *x)
{
	for (uint32_t i = 0; i < x->nmatches; i++) {
		const struct finding_match *m = &x->matches[i];

		if (m->flags & MATCH_PRIVATE)
			continue;
		buf_printf(b, "    0x%" PRIx64 " ", m->off);
		text_escape(b, m->id);
		buf_printf(b, " %" PRIu64 ": ", m->len);
		if (m->flags & MATCH_HEX)
			put_hex(b, m->data);
		else
			text_escape(b, m->data);
		buf_str(b, m->data.n < m->len ? " ..." : "");
		if (m->flags & MATCH_XOR)
			buf_printf(b, " (xor 0x%02x)", m->key);
		if (m->region.n > 0) {
			buf_str(b, " in ");
			text_escape(b, m->region);
		}
		buf_u8(b, '\n');
	}
}

/*
 * alone: the verdict of this rule by itself, not that of the file, which another may have
 * made worse.
 */
static void
text_rule(struct report *r, struct report_file *f, const struct finding *x)
{
	struct verdict alone = { 0 };

	verdict_add(&alone, x);
	line_start(r, &f->rules, alone.kind);
	if (!bytes_eq(x->ns, BYTES_LIT("default"))) {
		put_what(&f->rules, x->ns);
		buf_u8(&f->rules, ':');
	}
	put_what(&f->rules, x->rule);
	if (r->o.tags)
		put_tags(&f->rules, x);
	line_end(&f->rules, f->path);
	if (r->o.metas)
		put_metas(&f->rules, x);
	if (r->o.matches)
		put_matches(&f->rules, x);
}

static void
text_more(struct report *r, struct report_file *f, const struct finding *x)
{
	if (r->o.matches)
		put_matches(&f->rules, x);
}

static void
text_reason(struct report *r, struct report_file *f, const struct finding *x)
{
	line_start(r, &f->reasons,
	    x->kind == FINDING_FAILED ? VERDICT_FAILED : VERDICT_INCOMPLETE);
	if (x->rule.n > 0) {
		put_what(&f->reasons, x->rule);
		buf_str(&f->reasons, ": ");
	}
	put_what(&f->reasons, x->text);
	line_end(&f->reasons, f->path);
}

const char *
form_note_word(enum finding_kind kind)
{
	return kind == FINDING_LOG ? "log" : kind == FINDING_WARNING ? "warning" : "note";
}

static void
text_note(struct report *r, struct report_file *f, const struct finding *x)
{
	if (r->o.quiet)
		return;
	buf_printf(&f->notes, "%s  ", form_note_word(x->kind));
	put_what(&f->notes, x->text);
	line_end(&f->notes, f->path);
}

/*
 * Rules, reasons and notes gather apart and leave together, so lines of two files never
 * mix.
 */
static void
text_file(struct report *r, struct report_file *f)
{
	buf_put(&r->out, f->rules.p, f->rules.n);
	buf_put(&r->out, f->reasons.p, f->reasons.n);
	buf_put(&r->out, f->notes.p, f->notes.n);
	if (f->verdict.kind != VERDICT_CLEAN || !r->o.all)
		return;
	line_start(r, &r->out, VERDICT_CLEAN);
	buf_str(&r->out, "-");
	line_end(&r->out, f->path);
}

static void
text_skipped(struct report *r, struct bytes path, const char *why)
{
	if (r->o.quiet)
		return;
	buf_str(&r->out, "skipped  ");
	put_what(&r->out, bytes_of(why));
	line_end(&r->out, path);
}

/* 1234567890 -> "1.23 GB". What rounds to 1000 of a unit is one of the next. */
static void
put_size(struct buf *b, uint64_t n)
{
	static const char *const units[] = { "kB", "MB", "GB", "TB" };
	double v = (double)n / 1000;
	size_t u = 0;

	if (n < 1000) {
		buf_printf(b, "%" PRIu64 " bytes", n);
		return;
	}
	for (; v >= 999.5 && u + 1 < COUNT(units); u++)
		v /= 1000;
	buf_printf(b, "%.*f %s", v < 10 ? 2 : v < 100 ? 1 : 0, v, units[u]);
}

static void
put_stats(struct buf *b, const struct report *r, const struct report_totals *t)
{
	double s = t->ms ? (double)t->ms / 1000 : 0.001;
	const struct wire_stats *w = &t->stats;

	buf_printf(b, "speed: %.1f MB/s, %.0f files/s\n", (double)r->bytes / 1e6 / s,
	    (double)r->files / s);
	buf_printf(b, "workers: %u started, %u lost\n", t->workers, t->lost);
	buf_printf(b, "time in workers: reading %.3f s, scanning %.3f s\n",
	    (double)w->load_ns / 1e9, (double)w->scan_ns / 1e9);
	buf_printf(b,
	    "engine: %" PRIu64 " candidates, %" PRIu64 " verified, %" PRIu64
	    " rules woken, %" PRIu64 " conditions, %" PRIu64 " extra passes, %" PRIu64
	    " steps\n",
	    w->candidates, w->verified, w->rules_live, w->rules_run, w->passes, w->steps);
}

static void
put_origin(struct buf *b, const struct report_origin *o)
{
	if (o->kind == REPORT_GIVEN)
		return;
	buf_str(b, "rules: ");
	if (o->kind == REPORT_RELEASE) {
		buf_printf(b, "%s %" PRIu64 " (", o->channel, o->sequence);
		text_escape(b, bytes_of(o->log));
		buf_printf(b, " %" PRIu64 ")", o->index);
	} else
		buf_str(b, "base");
	if (o->local != NULL) {
		buf_printf(b, ", and local ones from %zu file%s in ", o->nlocal,
		    o->nlocal == 1 ? "" : "s");
		text_escape(b, bytes_of(o->local));
	}
	buf_u8(b, '\n');
}

static void
text_summary(struct report *r, const struct report_totals *t, struct buf *b)
{
	uint64_t found = r->verdicts[VERDICT_MALICIOUS] + r->verdicts[VERDICT_SUSPECT];

	if (r->o.quiet && !r->o.stats)
		return;
	buf_printf(b, "%" PRIu64 " file%s, ", r->files, r->files == 1 ? "" : "s");
	put_size(b, r->bytes);
	buf_printf(b, ", %.2f s: %" PRIu64 " found", (double)t->ms / 1000, found);
	if (r->verdicts[VERDICT_SUSPECT] > 0)
		buf_printf(
		    b, " (%" PRIu64 " only suspect)", r->verdicts[VERDICT_SUSPECT]);
	if (r->unscanned > 0)
		buf_printf(b, ", %" PRIu64 " not fully scanned", r->unscanned);
	else
		buf_str(b, ", everything scanned");
	if (r->skipped > 0)
		buf_printf(b, ", %" PRIu64 " skipped", r->skipped);
	buf_u8(b, '\n');
	put_origin(b, &r->o.origin);
	if (r->o.stats)
		put_stats(b, r, t);
}

const struct form form_text = {
	.rule = text_rule,
	.more = text_more,
	.reason = text_reason,
	.note = text_note,
	.file = text_file,
	.skipped = text_skipped,
	.summary = text_summary,
};
