/* form_json.c - a report for programs: JSON Lines, described in docs/json.md. */
#include <inttypes.h>

#include "base/json.h"
#include "report/form.h"

/* The next element of an array that gathers in b. */
static struct json
element(struct buf *b)
{
	struct json j = { b, b->n > 0 };

	json_open(&j, NULL, '{');
	return j;
}

static void
put_metas(struct json *j, const struct finding *x)
{
	json_open(j, "metas", '[');
	for (uint32_t i = 0; i < x->nmetas; i++) {
		const struct finding_meta *m = &x->metas[i];

		json_open(j, NULL, '{');
		json_bytes(j, "name", m->name);
		switch (m->type) {
		case META_INT: json_int(j, "value", m->i); break;
		case META_BOOL: json_bool(j, "value", m->i != 0); break;
		case META_STR: json_bytes(j, "value", m->s); break;
		}
		json_close(j, '}');
	}
	json_close(j, ']');
}

/*
 * A match of a private string is left out: its author asked for that, and its data may be
 * what he hides.
 */
static void
put_matches(struct json *j, const struct finding *x)
{
	for (uint32_t i = 0; i < x->nmatches; i++) {
		const struct finding_match *m = &x->matches[i];

		if (m->flags & MATCH_PRIVATE)
			continue;
		json_open(j, NULL, '{');
		json_bytes(j, "id", m->id);
		json_uint(j, "offset", m->off);
		json_uint(j, "length", m->len);
		json_bytes(j, "data", m->data);
		if (m->region.n > 0)
			json_bytes(j, "region", m->region);
		if (m->flags & MATCH_XOR)
			json_uint(j, "xor", m->key);
		json_close(j, '}');
	}
}

static void
json_rule(struct report *r, struct report_file *f, const struct finding *x)
{
	struct json j = element(&f->rules);

	json_bytes(&j, "rule", x->rule);
	json_bytes(&j, "namespace", x->ns);
	json_open(&j, "tags", '[');
	for (uint32_t i = 0; i < x->ntags; i++)
		json_bytes(&j, NULL, x->tags[i]);
	json_close(&j, ']');
	if (r->o.origin.kind != REPORT_GIVEN)
		json_str(&j, "source", form_source(r, x));
	if (r->o.metas)
		put_metas(&j, x);
	if (r->o.matches) {
		json_open(&j, "matches", '[');
		put_matches(&j, x);
		json_close(&j, ']');
	}
	json_close(&j, '}');
}

/* The matches are the last member of a rule, so its end is "]}": opened again. */
static void
json_more(struct report *r, struct report_file *f, const struct finding *x)
{
	struct buf *b = &f->rules;

	if (!r->o.matches)
		return;
	b->n -= 2;

	struct json j = { b, b->p[b->n - 1] != '[' };

	put_matches(&j, x);
	json_close(&j, ']');
	json_close(&j, '}');
}

static void
json_reason(struct report *r, struct report_file *f, const struct finding *x)
{
	struct json j = element(&f->reasons);

	(void)r;
	json_str(&j, "kind", x->kind == FINDING_FAILED ? "failed" : "incomplete");
	if (x->rule.n > 0)
		json_bytes(&j, "rule", x->rule);
	json_bytes(&j, "text", x->text);
	json_close(&j, '}');
}

static void
json_note(struct report *r, struct report_file *f, const struct finding *x)
{
	struct json j = element(&f->notes);

	(void)r;
	json_str(&j, "kind", form_note_word(x->kind));
	if (x->rule.n > 0)
		json_bytes(&j, "rule", x->rule);
	json_bytes(&j, "text", x->text);
	json_close(&j, '}');
}

/*
 * elements is JSON that element() began and json_rule and its kin ended: nobody else's
 * bytes.
 */
static void
put_array(struct json *j, const char *key, struct bytes elements)
{
	if (elements.n == 0)
		return;
	json_open(j, key, '[');
	buf_put(j->out, elements.p, elements.n);
	json_close(j, ']');
}

/* Clean files are left out, unless there is a note or all were asked for. */
static void
json_file(struct report *r, struct report_file *f)
{
	struct json j = { &r->out, false };

	if (f->verdict.kind == VERDICT_CLEAN && f->notes.n == 0 && !r->o.all)
		return;
	json_open(&j, NULL, '{');
	json_str(&j, "type", "file");
	json_bytes(&j, "path", f->path);
	json_str(&j, "verdict", verdict_name(f->verdict.kind));
	json_uint(&j, "size", f->size);
	put_array(&j, "rules", buf_bytes(&f->rules));
	put_array(&j, "reasons", buf_bytes(&f->reasons));
	put_array(&j, "notes", buf_bytes(&f->notes));
	json_close(&j, '}');
	buf_u8(&r->out, '\n');
}

static void
json_skipped(struct report *r, struct bytes path, const char *why)
{
	struct json j = { &r->out, false };

	json_open(&j, NULL, '{');
	json_str(&j, "type", "skipped");
	json_bytes(&j, "path", path);
	json_bytes(&j, "reason", bytes_of(why));
	json_close(&j, '}');
	buf_u8(&r->out, '\n');
}

static void
put_stats(struct json *j, const struct report_totals *t)
{
	const struct wire_stats *w = &t->stats;

	json_open(j, "stats", '{');
	json_uint(j, "workers_started", t->workers);
	json_uint(j, "workers_lost", t->lost);
	json_real(j, "read_seconds", (double)w->load_ns / 1e9);
	json_real(j, "scan_seconds", (double)w->scan_ns / 1e9);
	json_uint(j, "candidates", w->candidates);
	json_uint(j, "verified", w->verified);
	json_uint(j, "rules_woken", w->rules_live);
	json_uint(j, "conditions", w->rules_run);
	json_uint(j, "passes", w->passes);
	json_uint(j, "steps", w->steps);
	json_close(j, '}');
}

static void
put_origin(struct json *j, const struct report_origin *o)
{
	if (o->kind == REPORT_GIVEN)
		return;
	json_open(j, "rules_in_use", '{');
	json_str(j, "source", o->kind == REPORT_RELEASE ? "release" : "base");
	if (o->kind == REPORT_RELEASE) {
		json_str(j, "channel", o->channel);
		json_uint(j, "sequence", o->sequence);
		json_bytes(j, "log", bytes_of(o->log));
		json_uint(j, "index", o->index);
	}
	if (o->local != NULL)
		json_bytes(j, "local", bytes_of(o->local));
	json_uint(j, "local_files", o->nlocal);
	json_close(j, '}');
}

static void
json_summary(struct report *r, const struct report_totals *t, struct buf *summary)
{
	struct json j = { &r->out, false };

	(void)summary;
	json_open(&j, NULL, '{');
	json_str(&j, "type", "summary");
	json_uint(&j, "files", r->files);
	json_uint(&j, "bytes", r->bytes);
	json_real(&j, "seconds", (double)t->ms / 1000);
	for (int k = 0; k < VERDICT_COUNT; k++)
		json_uint(&j, verdict_name((enum verdict_kind)k), r->verdicts[k]);
	json_uint(&j, "not_fully_scanned", r->unscanned);
	json_uint(&j, "skipped", r->skipped);
	json_int(&j, "exit", report_exit(r));
	put_origin(&j, &r->o.origin);
	if (r->o.stats)
		put_stats(&j, t);
	json_close(&j, '}');
	buf_u8(&r->out, '\n');
}

const struct form form_json = {
	.rule = json_rule,
	.more = json_more,
	.reason = json_reason,
	.note = json_note,
	.file = json_file,
	.skipped = json_skipped,
	.summary = json_summary,
};
