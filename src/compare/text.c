/* text.c - the report for a terminal: the verdict first, then one page, or all. */
#include "base/text.h"
#include "compare/view.h"

#define PAGE       24 /* statements of the short form */
#define FEW        5  /* so many are all shown, whatever they are of */
#define PER_OBJECT 3  /* of one object there */

struct text {
	const struct compare_result *r;
	const struct compare_form *form;
	struct buf b;
	FILE *out;
	struct view view;
	uint32_t shown, in_object;
	const struct compare_item *object; /* whose headline was printed last */
};

static const char *
colour(const struct text *t, const char *code)
{
	return t->form->colour ? code : "";
}

static void
flush(struct text *t)
{
	fwrite(t->b.p, 1, t->b.n, t->out);
	buf_clear(&t->b);
}

static void
put_side(struct text *t, char letter, struct bytes name, uint64_t size)
{
	buf_printf(&t->b, "%c  ", letter);
	text_escape(&t->b, name);
	if (size > 0) {
		buf_str(&t->b, "  (");
		view_number(&t->b, size);
		buf_str(&t->b, " bytes)");
	}
	buf_u8(&t->b, '\n');
}

static void
put_counts(struct text *t)
{
	const struct compare_result *r = t->r;

	for (unsigned c = DIFF_CLASSES; c-- > 0;) {
		if (r->count[c] == 0)
			continue;
		buf_printf(&t->b, "  %-12s ", diff_class_name((enum diff_class)c));
		view_number(&t->b, r->count[c]);
		buf_str(&t->b, r->count[c] == 1 ? " difference\n" : " differences\n");
	}
	if (r->limits + r->damaged > 0 && r->why[0] != '\0')
		buf_printf(&t->b, "  %-12s %s\n", "not seen", r->why);
}

static void
put_head(struct text *t, const struct compare_names *n)
{
	const char *red = colour(t, "\033[1;31m"), *green = colour(t, "\033[1;32m");
	bool good = t->r->verdict == COMPARE_IDENTICAL;

	/* why it failed stands in the headline alone */
	if (t->form->inside && t->r->verdict != COMPARE_FAILED)
		return;
	buf_str(&t->b, good                            ? green
		       : t->r->verdict == COMPARE_ONLY ? colour(t, "\033[1m")
						       : red);
	compare_headline(t->r, &t->b);
	buf_printf(&t->b, "%s\n", colour(t, "\033[0m"));
	put_side(t, 'A', n->a, t->r->size_a);
	put_side(t, 'B', n->b, t->r->size_b);
	if (good)
		return;
	buf_u8(&t->b, '\n');
	put_counts(t);
}

/* The object that the statement is in, once. */
static void
put_object(struct text *t)
{
	const struct compare_item *o = t->view.n ? t->view.around[t->view.n - 1] : NULL;

	if (o == t->object)
		return;
	t->object = o;
	t->in_object = 0;
	buf_printf(&t->b, "\n%s", colour(t, "\033[1m"));
	if (t->view.n > 1)
		view_path(&t->view, &t->b);
	else
		buf_str(&t->b, "the files themselves");
	buf_printf(&t->b, "%s", colour(t, "\033[0m"));
	if (o != NULL && o->d.type.n > 0) {
		buf_str(&t->b, "  [");
		text_escape(&t->b, o->d.type);
		buf_u8(&t->b, ']');
	}
	buf_u8(&t->b, '\n');
}

static void
put_line(struct text *t, const struct diff_line *l)
{
	static const char marks[DIFF_SIDES] = {
		[DIFF_BOTH] = ' ', [DIFF_A] = '-', [DIFF_B] = '+', [DIFF_HEAD] = '#'
	};
	const char *paint = l->side == DIFF_A   ? "\033[31m"
			    : l->side == DIFF_B ? "\033[32m"
						: "\033[2m";
	struct buf at = { 0 };

	buf_printf(&t->b, "    %s%c ", colour(t, paint), marks[l->side]);
	if (l->at != DIFF_NOWHERE) {
		view_at(&t->view, l->at, &at);
		buf_printf(&t->b, "%6s  ", buf_cstr(&at));
		buf_done(&at);
	}
	text_escape(&t->b, l->text);
	buf_printf(&t->b, "%s\n", colour(t, "\033[0m"));
}

static void
put_lines(struct text *t, const struct difference *d)
{
	for (uint32_t i = 0; i < d->nlines; i++)
		put_line(t, &d->lines[i]);
	if (d->left_out > 0) {
		buf_str(&t->b, "    ... and ");
		view_number(&t->b, d->left_out);
		buf_str(&t->b, " more lines\n");
	}
}

static void
put_statement(struct text *t, const struct compare_item *x)
{
	const struct difference *d = &x->d;
	bool bad =
	    d->kind == DIFF_LIMIT || d->kind == DIFF_DAMAGED || d->cls == DIFF_CODE;

	put_object(t);
	if (d->kind == DIFF_NOTE)
		buf_printf(&t->b, "  %-12s ", "note");
	else
		buf_printf(&t->b, "  %s%-12s%s ", colour(t, bad ? "\033[31m" : ""),
		    view_class(x), colour(t, bad ? "\033[0m" : ""));
	if (d->kind == DIFF_ONLY_A || d->kind == DIFF_ONLY_B) {
		view_name(d, &t->b);
		buf_str(&t->b, ": ");
	} else if (d->where.n > 0) {
		text_escape(&t->b, d->where);
		buf_str(&t->b, ": ");
	}
	text_escape(&t->b, d->what);
	buf_u8(&t->b, '\n');
	if (t->form->detail)
		put_lines(t, d);
}

static void
put_all(struct text *t)
{
	for (size_t i = 0; i < t->r->n; i++) {
		const struct compare_item *x = &t->r->item[i];

		view_enter(&t->view, x);
		if (view_counts(x) || x->d.kind == DIFF_NOTE)
			put_statement(t, x);
		view_leave(&t->view, x);
		flush(t);
	}
}

static uint64_t
count_all(const struct compare_result *r)
{
	uint64_t all = r->limits + r->damaged;

	for (unsigned c = 0; c < DIFF_CLASSES; c++)
		all += r->count[c];
	return all;
}

/* One page: first what is run, then the rest; a few of each object. */
static void
put_page(struct text *t, bool code)
{
	bool few = count_all(t->r) <= FEW;

	t->view.n = 0;
	t->object = NULL;
	for (size_t i = 0; i < t->r->n && t->shown < PAGE; i++) {
		const struct compare_item *x = &t->r->item[i];
		bool urgent = x->d.cls == DIFF_CODE || x->d.kind == DIFF_LIMIT ||
			      x->d.kind == DIFF_DAMAGED;

		view_enter(&t->view, x);
		if (t->view.n > 0 && t->object != t->view.around[t->view.n - 1])
			t->in_object = 0;
		if (view_counts(x) && urgent == code &&
		    (few || t->in_object < PER_OBJECT)) {
			put_statement(t, x);
			t->in_object++;
			t->shown++;
		}
		view_leave(&t->view, x);
	}
}

static void
put_rest(struct text *t)
{
	uint64_t all = count_all(t->r);

	if (!t->form->detail && all > t->shown) {
		buf_str(&t->b, "\n... and ");
		view_number(&t->b, all - t->shown);
		buf_str(&t->b, t->form->inside
				   ? " more; candor compare shows them all\n"
				   : " more; --detail shows them, --html FILE side by "
				     "side\n");
	}
	if (t->form->detail && t->r->left_out > 0) {
		buf_str(&t->b, "\n");
		view_number(&t->b, t->r->left_out);
		buf_str(
		    &t->b, " more were counted and not kept; --keep SIZE keeps more\n");
	}
}

void
compare_text(const struct compare_result *r, const struct compare_names *n,
    const struct compare_form *f, FILE *out)
{
	struct text t = { .r = r, .form = f, .out = out };

	put_head(&t, n);
	if (f->detail)
		put_all(&t);
	else {
		put_page(&t, true);
		put_page(&t, false);
	}
	put_rest(&t);
	flush(&t);
	buf_done(&t.b);
}
