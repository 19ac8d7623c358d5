#include "compare/fold.h"

#include <stdlib.h>

#include "base/sys.h"
#include "base/text.h"

#define ARENA_MAX (UINT64_C(1) << 30) /* what is kept is bounded by keep, not by this */
#define ITEM_COST 160                 /* bytes of an item besides its texts, about */

const char *
compare_verdict_name(enum compare_verdict v)
{
	static const char *const names[] = {
		[COMPARE_IDENTICAL] = "identical",
		[COMPARE_ONLY] = "differs",
		[COMPARE_CODE] = "code",
		[COMPARE_INCOMPLETE] = "incomplete",
		[COMPARE_FAILED] = "failed",
	};

	return names[v];
}

void
fold_init(struct fold *f, const struct compare_opts *o, struct compare_result *out)
{
	uint64_t keep = o->keep ? o->keep : COMPARE_KEEP;

	*out = (struct compare_result){ .verdict = COMPARE_FAILED };
	arena_init(&out->arena, ARENA_MAX);
	*f = (struct fold){ .out = out, .keep = keep - keep / 4, .keep_code = keep / 4 };
}

void
fold_why(struct fold *f, struct bytes what)
{
	struct buf b = { 0 };

	if (f->out->why[0] != '\0')
		return;
	text_escape(&b, bytes_clip(what, 0, COMPARE_WHY / 2));
	snprintf(f->out->why, COMPARE_WHY, "%s", buf_cstr(&b));
	buf_done(&b);
}

/* --- is it honest? -------------------------------------------------------- */

static bool
short_enough(const struct difference *d)
{
	size_t lines = 0;

	if (d->nlines > DIFF_LINES_MAX || d->name_a.n > DIFF_NAME_MAX ||
	    d->name_b.n > DIFF_NAME_MAX || d->where.n > DIFF_NAME_MAX ||
	    d->what.n > DIFF_NAME_MAX || d->type.n > DIFF_TEXT_MAX)
		return false;
	for (uint32_t i = 0; i < d->nlines; i++) {
		if (d->lines[i].text.n > DIFF_NAME_MAX)
			return false;
		lines += d->lines[i].text.n;
	}
	return lines <= DIFF_BYTES_MAX;
}

/* Everything but BEGIN stands inside of a pair. */
static bool
in_place(const struct fold *f, const struct difference *d)
{
	if (d->kind == DIFF_BEGIN)
		return f->depth < FOLD_DEPTH;
	return f->depth > f->base;
}

/* --- keeping -------------------------------------------------------------- */

static uint64_t
cost_of(const struct difference *d)
{
	uint64_t n = ITEM_COST + d->name_a.n + d->name_b.n + d->type.n + d->where.n +
		     d->what.n + d->nlines * sizeof(struct diff_line);

	for (uint32_t i = 0; i < d->nlines; i++)
		n += d->lines[i].text.n;
	return n;
}

static struct bytes
copy(struct arena *a, struct bytes b)
{
	return b.n ? arena_bytes(a, b) : (struct bytes){ (const uint8_t *)"", 0 };
}

static void
push(struct fold *f, const struct difference *d, uint32_t depth)
{
	struct compare_result *r = f->out;
	struct arena *a = &r->arena;
	struct diff_line *lines = ARENA_ARRAY(a, d->nlines + 1u, struct diff_line);
	struct compare_item *x;

	r->item = xgrow(r->item, &r->cap, r->n + 1, sizeof(*r->item));
	x = &r->item[r->n++];
	*x = (struct compare_item){ .d = *d, .depth = depth };
	x->d.name_a = copy(a, d->name_a);
	x->d.name_b = copy(a, d->name_b);
	x->d.type = copy(a, d->type);
	x->d.where = copy(a, d->where);
	x->d.what = copy(a, d->what);
	x->d.lines = lines;
	for (uint32_t i = 0; i < d->nlines; i++) {
		lines[i] = d->lines[i];
		lines[i].text = copy(a, d->lines[i].text);
	}
}

static bool
is_kept(const struct fold *f, uint32_t depth)
{
	return f->kept >> depth & 1;
}

/* The pair waits, with its texts in a buffer of its own, until something in it is kept.
 */
static void
begin(struct fold *f, const struct difference *d)
{
	bool named = f->depth == f->base && f->name_a.p != NULL;
	struct bytes a = named ? f->name_a : d->name_a, b = named ? f->name_b : d->name_b;
	struct fold_pair *p = &f->pair[f->depth];

	buf_clear(&p->text);
	buf_put(&p->text, a.p, a.n);
	buf_put(&p->text, b.p, b.n);
	buf_put(&p->text, d->type.p, d->type.n);
	p->d = (struct difference){ .kind = DIFF_BEGIN,
		.size_a = d->size_a,
		.size_b = d->size_b,
		.name_a = bytes_sub(buf_bytes(&p->text), 0, a.n),
		.name_b = bytes_sub(buf_bytes(&p->text), a.n, b.n),
		.type = bytes_from(buf_bytes(&p->text), a.n + b.n) };
	f->kept &= ~(UINT64_C(1) << f->depth++);
}

static void
end(struct fold *f, const struct difference *d)
{
	if (is_kept(f, --f->depth))
		push(f, d, f->depth);
}

/* With what is around it, when there is room; code and gaps have some of their own. */
static void
keep(struct fold *f, const struct difference *d)
{
	bool urgent =
	    d->kind != DIFF_NOTE &&
	    (d->cls == DIFF_CODE || d->kind == DIFF_LIMIT || d->kind == DIFF_DAMAGED);
	uint64_t cost = cost_of(d), *room = &f->keep;

	for (uint32_t i = 0; i < f->depth; i++)
		cost += is_kept(f, i) ? 0 : cost_of(&f->pair[i].d);
	if (cost > *room && urgent)
		room = &f->keep_code;
	if (cost > *room) {
		f->out->left_out++;
		return;
	}
	*room -= cost;
	for (uint32_t i = 0; i < f->depth; i++)
		if (!is_kept(f, i))
			push(f, &f->pair[i].d, i);
	f->kept |= (UINT64_C(1) << f->depth) - 1;
	push(f, d, f->depth);
}

static void
count(struct fold *f, const struct difference *d)
{
	struct compare_result *r = f->out;

	switch (d->kind) {
	case DIFF_BEGIN: r->objects++; break;
	case DIFF_FOUND:
	case DIFF_ONLY_A:
	case DIFF_ONLY_B: r->count[d->cls]++; break;
	case DIFF_LIMIT:
		r->limits++;
		fold_why(f, d->what);
		break;
	case DIFF_DAMAGED:
		r->damaged++;
		fold_why(f, d->what);
		break;
	default: break;
	}
}

enum err
fold_add(struct fold *f, const struct difference *d)
{
	if (!short_enough(d) || !in_place(f, d))
		return ERR_PROTO;
	count(f, d);
	if (d->kind == DIFF_BEGIN)
		begin(f, d);
	else if (d->kind == DIFF_END)
		end(f, d);
	else
		keep(f, d);
	return OK;
}

void
fold_done(struct fold *f)
{
	for (size_t i = 0; i < FOLD_DEPTH; i++)
		buf_done(&f->pair[i].text);
}

uint64_t
fold_said(const struct fold *f)
{
	const struct compare_result *r = f->out;
	uint64_t n = r->limits + r->damaged;

	for (unsigned c = 0; c < DIFF_CLASSES; c++)
		n += r->count[c];
	return n;
}

void
fold_end(struct fold *f)
{
	struct compare_result *r = f->out;

	if (r->count[DIFF_CODE] > 0)
		r->verdict = COMPARE_CODE;
	else if (r->limits > 0 || r->damaged > 0)
		r->verdict = COMPARE_INCOMPLETE;
	else
		r->verdict = fold_said(f) > 0 ? COMPARE_ONLY : COMPARE_IDENTICAL;
}

void
compare_done(struct compare_result *r)
{
	arena_done(&r->arena);
	free(r->item);
	*r = (struct compare_result){ .verdict = COMPARE_FAILED };
}

int
compare_exit(const struct compare_result *r)
{
	switch (r->verdict) {
	case COMPARE_IDENTICAL: return 0;
	case COMPARE_ONLY:
	case COMPARE_CODE: return 1;
	default: return 2;
	}
}
