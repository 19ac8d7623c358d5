/* explain.c - see explain.h. */
#include "rebuild/explain.h"

#include <stdlib.h>

#include "base/sys.h"
#include "base/text.h"
#include "compare/compare.h"

/* For one of some artefacts; whoever wants more keeps them and runs candor compare. */
#define TIMEOUT_MS 300000

static void
put_page(const struct compare_result *r, const struct explain_side *a,
    const struct explain_side *b, struct buf *out)
{
	const struct compare_names names = { bytes_of(a->name), bytes_of(b->name) };
	const struct compare_form form = { .inside = true };
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	if (f == NULL)
		return;
	compare_text(r, &names, &form, f);
	if (fclose(f) == 0)
		buf_put(out, text, n);
	free(text);
}

void
explain_pair(const char *program, const struct explain_side *a,
    const struct explain_side *b, struct explain *out)
{
	const struct compare_opts opts = { .program = program, .timeout_ms = TIMEOUT_MS };
	const struct compare_names names = { bytes_of(a->name), bytes_of(b->name) };
	struct compare_result r = { 0 };
	enum err e;

	*out = (struct explain){ .asked = true };
	if (program == NULL) {
		buf_str(&out->text, "candor-compare is not installed\n");
		return;
	}
	e = compare_run(&opts, a->fd, b->fd, &names, &r);
	if (e == OK) {
		for (unsigned c = 0; c < DIFF_CLASSES; c++)
			out->classes |= (uint32_t)(r.count[c] > 0) << c;
		out->complete = r.verdict == COMPARE_ONLY ||
				(r.verdict == COMPARE_CODE && r.limits + r.damaged == 0);
		put_page(&r, a, b, &out->text);
	} else {
		buf_str(&out->text, "not compared: ");
		text_escape(&out->text, bytes_of(r.why));
		buf_u8(&out->text, '\n');
	}
	compare_done(&r);
}

void
explain_classes(const struct explain *e, struct buf *out)
{
	const char *comma = "";

	buf_str(out, explain_is_code(e) ? "CODE differs: "
		     : e->complete      ? "differs only in: "
					: "differs in: ");
	for (unsigned c = 0; c < DIFF_CLASSES; c++)
		if ((e->classes >> c & 1) != 0) {
			buf_printf(out, "%s%s", comma, diff_class_name(c));
			comma = ", ";
		}
	if (e->classes == 0)
		buf_str(out, "nothing that could be named");
	if (!e->complete)
		buf_str(out, " (and perhaps more: it was not compared to the end)");
}
