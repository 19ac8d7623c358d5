/*
 * form.h - one way to write a report; form_text.c and form_json.c are two.
 */
#pragma once

#include "report/report.h"

struct form {
	void (*rule)(struct report *r, struct report_file *f, const struct finding *x);
	/* Further matches of the last rule. */
	void (*more)(struct report *r, struct report_file *f, const struct finding *x);
	void (*reason)(struct report *r, struct report_file *f, const struct finding *x);
	void (*note)(struct report *r, struct report_file *f, const struct finding *x);
	void (*file)(struct report *r, struct report_file *f); /* all of it, to r->out */
	void (*skipped)(struct report *r, struct bytes path, const char *why);
	void (*summary)(
	    struct report *r, const struct report_totals *t, struct buf *summary);
};

extern const struct form form_text, form_json;

/* "release", "base" or "local": where the rule of x comes from. */
const char *form_source(const struct report *r, const struct finding *x);

/* "note", "log" or "warning" */
const char *form_note_word(enum finding_kind kind);
