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
		return f->depth < DIFF_DEPTH_MAX + 4;
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

/* Is the object that f is in among what was kept? Outside of all, yes. */
static bool
inside_kept(const struct fold *f)
{
	return f->depth == 0 || (f->kept >> (f->depth - 1) & 1);
}

/* An end is kept when its begin was, and nothing in an object that was not. */
static bool
may_keep(struct fold *f, const struct difference *d)
{
	uint64_t cost = cost_of(d);
	uint64_t *from = &f->keep;

	if (d->kind == DIFF_END)
		return f->kept >> f->depth & 1;
	if (!inside_kept(f))
		return false;
	if (cost > f->keep && (d->cls == DIFF_CODE || d->kind == DIFF_BEGIN ||
				  d->kind == DIFF_LIMIT || d->kind == DIFF_DAMAGED))
		from = &f->keep_code;
	if (cost > *from)
		return false;
	*from -= cost;
	return true;
}

static struct bytes
copy(struct arena *a, struct bytes b)
{
	return b.n ? arena_bytes(a, b) : (struct bytes){ (const uint8_t *)"", 0 };
}

static void
keep(struct fold *f, const struct difference *d, struct bytes name_a, struct bytes name_b)
{
	struct compare_result *r = f->out;
	struct arena *a = &r->arena;
	struct diff_line *lines = ARENA_ARRAY(a, d->nlines + 1u, struct diff_line);
	struct compare_item *x;

	r->item = xgrow(r->item, &r->cap, r->n + 1, sizeof(*r->item));
	x = &r->item[r->n++];
	*x = (struct compare_item){ .d = *d, .depth = f->depth };
	x->d.name_a = copy(a, name_a);
	x->d.name_b = copy(a, name_b);
	x->d.type = copy(a, d->type);
	x->d.where = copy(a, d->where);
	x->d.what = copy(a, d->what);
	x->d.lines = lines;
	for (uint32_t i = 0; i < d->nlines; i++) {
		lines[i] = d->lines[i];
		lines[i].text = copy(a, d->lines[i].text);
	}
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
	bool outermost = d->kind == DIFF_BEGIN && f->depth == f->base;
	bool named = outermost && f->name_a.p != NULL, kept;

	if (!short_enough(d) || !in_place(f, d))
		return ERR_PROTO;
	f->depth -= d->kind == DIFF_END;
	count(f, d);
	kept = may_keep(f, d);
	if (kept)
		keep(f, d, named ? f->name_a : d->name_a, named ? f->name_b : d->name_b);
	else
		f->out->left_out += d->kind != DIFF_END;
	if (d->kind == DIFF_BEGIN) {
		f->kept &= ~(UINT64_C(1) << f->depth);
		f->kept |= (uint64_t)kept << f->depth++;
	}
	return OK;
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
