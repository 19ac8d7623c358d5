/* explain.c - see explain.h. */
#include "rebuild/explain.h"

void
explain_classes(const struct explain *e, struct buf *out)
{
	const char *comma = "";

	buf_str(out, explain_is_code(e) ? "CODE differs: " : "differs only in: ");
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
