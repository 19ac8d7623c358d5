#include "compare/view.h"

#include "base/text.h"

void
view_enter(struct view *v, const struct compare_item *x)
{
	if (x->d.kind == DIFF_BEGIN && v->n < VIEW_DEPTH)
		v->around[v->n++] = x;
}

void
view_leave(struct view *v, const struct compare_item *x)
{
	if (x->d.kind == DIFF_END && v->n > 0)
		v->n--;
}

bool
view_counts(const struct compare_item *x)
{
	switch (x->d.kind) {
	case DIFF_FOUND:
	case DIFF_ONLY_A:
	case DIFF_ONLY_B:
	case DIFF_LIMIT:
	case DIFF_DAMAGED: return true;
	default: return false;
	}
}

const char *
view_class(const struct compare_item *x)
{
	if (x->d.kind == DIFF_LIMIT)
		return "limit";
	return x->d.kind == DIFF_DAMAGED ? "damaged" : diff_class_name(x->d.cls);
}

void
view_name(const struct difference *d, struct buf *out)
{
	text_escape(out, d->name_a);
	if (d->name_b.n > 0) {
		buf_str(out, " => ");
		text_escape(out, d->name_b);
	}
}

void
view_path(const struct view *v, struct buf *out)
{
	for (uint32_t i = 1; i < v->n; i++) {
		if (i > 1)
			buf_str(out, " / ");
		view_name(&v->around[i]->d, out);
	}
}

void
view_at(const struct view *v, uint64_t at, struct buf *out)
{
	struct bytes type = v->n ? v->around[v->n - 1]->d.type : (struct bytes){ 0 };
	bool address = bytes_eq(bytes_clip(type, 0, 3), BYTES_LIT("ELF")) ||
		       bytes_eq(bytes_clip(type, 0, 2), BYTES_LIT("PE"));

	buf_printf(out, address ? "%llx" : "%llu", (unsigned long long)at);
}

void
view_number(struct buf *out, uint64_t v)
{
	char digits[32];
	size_t n = sizeof(digits), k = 0;

	do {
		if (k > 0 && k % 3 == 0)
			digits[--n] = ',';
		digits[--n] = (char)('0' + v % 10);
		v /= 10;
		k++;
	} while (v > 0);
	buf_put(out, digits + n, sizeof(digits) - n);
}

static void
put_classes(const struct compare_result *r, struct buf *out, unsigned classes)
{
	const char *sep = "";

	for (unsigned c = 0; c < classes; c++) {
		if (r->count[c] == 0)
			continue;
		buf_printf(out, "%s%s", sep, diff_class_name((enum diff_class)c));
		sep = ", ";
	}
}

static bool
any(const struct compare_result *r, unsigned classes)
{
	for (unsigned c = 0; c < classes; c++)
		if (r->count[c] > 0)
			return true;
	return false;
}

void
compare_headline(const struct compare_result *r, struct buf *out)
{
	switch (r->verdict) {
	case COMPARE_IDENTICAL: buf_str(out, "identical"); break;
	case COMPARE_ONLY:
		buf_str(out, "differs only in ");
		put_classes(r, out, DIFF_CLASSES);
		break;
	case COMPARE_CODE:
		buf_str(out, "code differs");
		if (any(r, DIFF_CODE)) {
			buf_str(out, ", and ");
			put_classes(r, out, DIFF_CODE);
		}
		if (r->limits + r->damaged > 0)
			buf_str(out, "; not everything was looked into");
		break;
	case COMPARE_INCOMPLETE:
		buf_str(out, "not everything was looked into");
		if (any(r, DIFF_CLASSES)) {
			buf_str(out, "; differs at least in ");
			put_classes(r, out, DIFF_CLASSES);
		}
		break;
	case COMPARE_FAILED: buf_printf(out, "failed: %s", r->why); break;
	}
}
