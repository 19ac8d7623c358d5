/*
 * report.c - see report.h.
 *
 * Counting and deciding happen here, once; a form only writes. A rule that the
 * user's filters leave out is not found: it neither prints nor counts.
 */
#include "report/report.h"

#include <inttypes.h>

#include "base/text.h"
#include "report/form.h"

#define KEPT_MAX (16u << 20) /* bytes of lines about one file */

static const struct form *
form_of(const struct report *r)
{
	return r->o.json ? &form_json : &form_text;
}

const char *
form_source(const struct report *r, const struct finding *x)
{
	if (r->o.origin.local != NULL && bytes_eq(x->ns, BYTES_LIT(REPORT_LOCAL)))
		return "local";
	return r->o.origin.kind == REPORT_RELEASE ? "release" : "base";
}

/*
 * Both kinds of filter must let a rule through: of each kind one of its patterns is
 * enough.
 */
static bool
wanted(const struct report_opts *o, const struct finding *x)
{
	bool tag = o->nonly_tags == 0, rule = o->nonly_rules == 0;

	for (uint32_t i = 0; i < x->ntags && !tag; i++)
		for (size_t k = 0; k < o->nonly_tags && !tag; k++)
			tag = bytes_eq(x->tags[i], bytes_of(o->only_tags[k]));
	for (size_t k = 0; k < o->nonly_rules && !rule; k++)
		rule = text_glob(o->only_rules[k], x->rule);
	return tag && rule;
}

/*
 * A worker decides how much is said, and it waits here until its file is done. Escaped,
 * what fits in a frame (WIRE_FINDING_MAX) may grow eightfold, and goes over by so much.
 */
static bool
has_room(struct report_file *f)
{
	if (f->rules.n + f->reasons.n + f->notes.n > KEPT_MAX)
		f->cut = true;
	return !f->cut;
}

/*
 * MORE belongs to the last rule that was not private and not filtered; f->open says
 * whether that one is shown.
 */
static void
take_rule(struct report *r, struct report_file *f, const struct finding *x)
{
	if (x->flags & FINDING_MORE) {
		if (f->open)
			form_of(r)->more(r, f, x);
		return;
	}
	f->open = !(x->flags & FINDING_PRIVATE) && wanted(&r->o, x);
	if (!f->open)
		return;
	verdict_add(&f->verdict, x);
	form_of(r)->rule(r, f, x);
}

void
report_finding(struct report *r, struct report_file *f, const struct finding *x)
{
	const struct form *form = form_of(r);

	/* what is not kept still counts */
	if (!has_room(f)) {
		if (x->kind != FINDING_RULE ||
		    (!(x->flags & FINDING_MORE) && wanted(&r->o, x)))
			verdict_add(&f->verdict, x);
		return;
	}
	switch (x->kind) {
	case FINDING_RULE: take_rule(r, f, x); break;
	case FINDING_LIMIT:
	case FINDING_FAILED:
		verdict_add(&f->verdict, x);
		form->reason(r, f, x);
		break;
	case FINDING_NOTE:
	case FINDING_LOG:
	case FINDING_WARNING: form->note(r, f, x); break;
	case FINDING_UNMATCHED:
	case FINDING_DUMP: break; /* not asked for by a scan */
	}
}

void
report_again(struct report_file *f)
{
	buf_done(&f->rules);
	buf_done(&f->reasons);
	buf_done(&f->notes);
	f->verdict = (struct verdict){ 0 };
	f->cut = f->open = false;
}

void
report_done(struct report *r, struct report_file *f, const char *failed)
{
	struct finding x = { .kind = FINDING_FAILED, .text = bytes_of(failed) };

	struct finding cut = { .kind = FINDING_LIMIT,
		.text = BYTES_LIT("more was found than is told") };

	if (f->cut) {
		verdict_add(&f->verdict, &cut);
		form_of(r)->reason(r, f, &cut);
	}
	if (failed != NULL) {
		verdict_add(&f->verdict, &x);
		form_of(r)->reason(r, f, &x);
	}
	r->files++;
	r->bytes += f->size;
	r->verdicts[f->verdict.kind]++;
	r->unscanned += f->verdict.incomplete || f->verdict.failed;
	form_of(r)->file(r, f);
	buf_done(&f->rules);
	buf_done(&f->reasons);
	buf_done(&f->notes);
}

void
report_skipped(struct report *r, struct bytes path, const char *why, bool named)
{
	r->skipped++;
	r->unscanned += named;
	form_of(r)->skipped(r, path, why);
}

void
report_summary(struct report *r, const struct report_totals *t, struct buf *summary)
{
	form_of(r)->summary(r, t, summary);
}

int
report_exit(const struct report *r)
{
	if (r->verdicts[VERDICT_MALICIOUS] + r->verdicts[VERDICT_SUSPECT] > 0)
		return 1;
	return r->unscanned > 0 ? 2 : 0;
}

void
report_done_free(struct report *r)
{
	buf_done(&r->out);
}
