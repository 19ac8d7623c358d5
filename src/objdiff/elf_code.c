#include "base/sort.h"
#include "objdiff/align.h"
#include "objdiff/elf_diff.h"
#include "objdiff/lines.h"

#define ROWS_MAX 6000        /* instructions of one function that are aligned */
#define SCRATCH  (16u << 20) /* bytes for one function's rows and lines */
#define CONTEXT  3           /* equal instructions around those that differ */

/* What one function's detail is made of; its memory is used again for the next. */
struct detail {
	struct elf_pair *p;
	struct lines lines;
	struct arena scratch;
	struct diff_line line[DIFF_LINES_MAX];
	uint32_t n, most;
	uint64_t left_out;
	size_t bytes;
	uint32_t shown; /* functions so far */
};

struct body {
	const struct same_side *x;
	const struct unit *u;
	struct lines_row *row;
	size_t n;
};

static void
put(struct detail *d, enum diff_side side, const struct body *b, size_t i)
{
	struct bytes text;

	if (d->n == d->most || d->bytes >= DIFF_BYTES_MAX - DIFF_TEXT_MAX) {
		d->left_out++;
		return;
	}
	text = bytes_clip(
	    lines_text(&d->lines, b->x, b->u, &b->row[i], &d->scratch), 0, DIFF_TEXT_MAX);
	d->bytes += text.n;
	d->line[d->n++] = (struct diff_line){ side, b->u->at + b->row[i].off, text };
}

/* The row a jump inside a function leads to; SIZE_MAX: none begins there. */
static size_t
row_of(const struct body *b, uint64_t off)
{
	size_t lo;

	SORT_FIRST(lo, b->n, b->row[lo].off >= off);
	return lo < b->n && b->row[lo].off == off ? lo : SIZE_MAX;
}

static bool
same_target(struct detail *d, const struct body *a, const struct body *b,
    const struct ref *ra, const struct ref *rb, const struct aligned *al)
{
	uint64_t ta = ra->addr - a->u->at, tb = rb->addr - b->u->at;

	if (ra->kind == REF_PAGE && rb->kind == REF_PAGE)
		return true;
	if (ra->kind == REF_ADDR && rb->kind == REF_ADDR && ta < a->u->size &&
	    tb < b->u->size) {
		size_t x = row_of(a, ta), y = row_of(b, tb);
		/* into a changed place, or beyond what was aligned: by the distance */
		if (x == SIZE_MAX || y == SIZE_MAX)
			return x == y;
		if (al->of_a[x] == 0 || al->of_b[y] == 0)
			return al->of_a[x] == al->of_b[y];
		return al->of_a[x] == y + 1;
	}
	return same_refs(&d->p->same, ra, rb) != SAME_NO;
}

/* Aligned instructions look alike; whether they are the same their targets tell. */
static void
part_unlike(
    struct detail *d, const struct body *a, const struct body *b, struct aligned *al)
{
	for (size_t i = 0; i < a->n; i++) {
		size_t k = al->of_a[i];
		bool same = true;
		if (k-- == 0)
			continue;
		const struct lines_row *x = &a->row[i], *y = &b->row[k];
		for (unsigned r = 0; r < x->nref && same; r++)
			same = same_target(d, a, b, &x->ref[r], &y->ref[r], al);
		if (!same)
			a->row[i].key = b->row[k].key =
			    0; /* still aligned, and shown as both */
	}
}

static bool
unchanged(const struct body *a, const struct aligned *al, size_t i)
{
	return al->of_a[i] != 0 && a->row[i].key != 0;
}

/* Is an instruction that differs within CONTEXT of a's row i? */
static bool
near_change(
    const struct body *a, const struct body *b, const struct aligned *al, size_t i)
{
	size_t from = i > CONTEXT ? i - CONTEXT : 0, to = i + CONTEXT;

	for (size_t k = from; k <= to && k < a->n; k++)
		if (!unchanged(a, al, k))
			return true;
	size_t m = al->of_a[i] - 1;
	for (size_t k = m > CONTEXT ? m - CONTEXT : 0; k <= m + CONTEXT && k < b->n; k++)
		if (al->of_b[k] == 0)
			return true;
	return false;
}

static void
fill(struct detail *d, const struct body *a, const struct body *b,
    const struct aligned *al)
{
	size_t i = 0, k = 0;

	while (i < a->n || k < b->n) {
		while (i < a->n && al->of_a[i] == 0)
			put(d, DIFF_A, a, i++);
		while (k < b->n && al->of_b[k] == 0)
			put(d, DIFF_B, b, k++);
		if (i == a->n || k == b->n)
			continue;
		if (!unchanged(a, al, i)) {
			put(d, DIFF_A, a, i++);
			put(d, DIFF_B, b, k++);
			continue;
		}
		if (near_change(a, b, al, i))
			put(d, DIFF_BOTH, a, i);
		i++;
		k++;
	}
}

static uint64_t *
keys(struct detail *d, const struct body *b)
{
	uint64_t *k = ARENA_ARRAY(&d->scratch, b->n, uint64_t);

	for (size_t i = 0; k != NULL && i < b->n; i++)
		k[i] = b->row[i].key;
	return k;
}

/* Lines of one function; none when it needs more memory than it may have. */
static void
disassemble(struct detail *d, const struct unit *u, const struct unit *v)
{
	struct body a = { &d->p->same.a, u, NULL, 0 }, b = { &d->p->same.b, v, NULL, 0 };
	struct aligned al = { 0 };
	uint64_t *ka, *kb;

	arena_reset(&d->scratch);
	d->n = 0;
	d->left_out = d->bytes = 0;
	if (u != NULL && lines_rows(a.x, u, 0, ROWS_MAX, &d->scratch, &a.row, &a.n) != OK)
		return;
	if (v != NULL && lines_rows(b.x, v, 0, ROWS_MAX, &d->scratch, &b.row, &b.n) != OK)
		return;
	ka = keys(d, &a);
	kb = keys(d, &b);
	if (ka == NULL || kb == NULL ||
	    align_keys(&d->scratch, ka, a.n, kb, b.n, &al) != OK)
		return;
	part_unlike(d, &a, &b, &al);
	fill(d, &a, &b, &al);
}

static struct bytes
where(struct elf_pair *p, const struct units *us, const struct unit *u)
{
	struct bytes title = unit_title(us, u, p->arena);
	char *s =
	    arena_printf(p->arena, "%.*s %.*s", TELL_S(u->sec->name), TELL_S(title));

	return s ? bytes_of(s) : title;
}

static struct bytes
target(struct detail *d, const struct same_side *x, uint64_t addr, struct bytes name)
{
	return name.n > 0 ? name : lines_name(x, addr, &d->scratch);
}

static struct bytes
sentence(struct detail *d, const struct unit *u, const struct unit *v,
    const struct same_reason *why)
{
	struct arena *s = &d->scratch;
	struct bytes a, b;

	switch (why->why) {
	case WHY_CALL:
	case WHY_DATA:
		if (why->to_a == 0 && why->to_b == 0 &&
		    why->name_a.n + why->name_b.n == 0)
			return BYTES_LIT("uses other data");
		a = target(d, &d->p->same.a, why->to_a, why->name_a);
		b = target(d, &d->p->same.b, why->to_b, why->name_b);
		return bytes_of(arena_printf(s,
		    bytes_eq(a, b) ? "%s %.*s, which differs" : "%s %.*s; was %.*s",
		    why->why == WHY_CALL ? "goes to" : "uses", TELL_S(b), TELL_S(a)));
	case WHY_UNWIND:
		return BYTES_LIT(
		    "same instructions, but other rules for exceptions and unwinding");
	case WHY_SIZE:
	case WHY_CODE:
	default:
		if (u->size != v->size)
			return bytes_of(arena_printf(s,
			    "instructions differ from +0x%llx on; "
			    "%llu bytes became %llu",
			    (unsigned long long)(why->at_a - u->at),
			    (unsigned long long)u->size, (unsigned long long)v->size));
		return bytes_of(arena_printf(s, "instructions differ from +0x%llx on",
		    (unsigned long long)(why->at_a - u->at)));
	}
}

static bool
in_detail(struct detail *d)
{
	return d->shown < d->p->t->o->functions && d->shown++ < UINT32_MAX;
}

static void
changed(struct detail *d, const struct unit *u, const struct unit *v,
    const struct same_reason *why)
{
	struct elf_pair *p = d->p;

	if (in_detail(d)) {
		disassemble(d, u, v);
	} else {
		arena_reset(&d->scratch);
		d->n = 0;
		d->left_out = 0;
	}
	tell_lines(p->t, DIFF_CODE, where(p, &p->ub, v), sentence(d, u, v, why), d->line,
	    d->n, d->left_out);
}

static void
lone(struct detail *d, const struct units *us, const struct unit *u, bool added)
{
	struct elf_pair *p = d->p;
	const char *what = u->kind == UNIT_STUB  ? "linkage stub"
			   : u->kind == UNIT_GAP ? "code"
						 : "function";
	char *s;

	d->n = 0;
	d->left_out = 0;
	if (added && u->kind != UNIT_STUB && in_detail(d))
		disassemble(d, NULL, u);
	else
		arena_reset(&d->scratch);
	s = arena_printf(&d->scratch, "%s %s (%llu bytes)", what,
	    added ? "was added" : "is gone", (unsigned long long)u->size);
	tell_lines(p->t, DIFF_CODE, where(p, us, u), bytes_of(s ? s : what), d->line,
	    d->n, d->left_out);
}

/* The functions of A that differ from their partners, and why. */
struct reasons {
	struct same_reason *v;
	size_t n, cap;
};

static enum err
reason_put(struct elf_pair *p, struct reasons *out, const struct same_reason *x)
{
	if (out->n == out->cap)
		out->v =
		    arena_grow(p->arena, out->v, &out->cap, out->n + 1, sizeof(*out->v));
	if (out->v == NULL)
		return ERR_LIMIT;
	out->v[out->n++] = *x;
	return OK;
}

/* Data that differ may be what a function uses, so all are asked before one is told. */
static enum err
judge(struct elf_pair *p, struct reasons *out)
{
	uint64_t looked_a = 0, looked_b = 0;

	for (size_t i = 0; i < p->ua.n; i++) {
		struct unit *u = &p->ua.v[i];
		struct same_reason why = { 0 };
		if (u->mate == 0)
			continue;
		struct unit *v = &p->ub.v[u->mate - 1];
		elf_looked(&p->a, &looked_a, u->size);
		elf_looked(&p->b, &looked_b, v->size);
		u->state = same_units(&p->same, u, v, &why) == SAME_NO ? UNIT_DIFFERS
								       : UNIT_SAME;
		if (u->state == UNIT_DIFFERS)
			TRY(reason_put(p, out, &why));
	}
	return p->same.spent ? ERR_LIMIT : OK;
}

static bool
moved(const struct elf_pair *p)
{
	uint32_t last = 0;

	for (size_t i = 0; i < p->ua.n; i++) {
		uint32_t mate = p->ua.v[i].mate;
		if (mate == 0)
			continue;
		if (mate < last)
			return true;
		last = mate;
	}
	return false;
}

static void
tell_units(struct detail *d, const struct reasons *why)
{
	struct elf_pair *p = d->p;
	size_t k = 0; /* reasons stand in the order of A's functions */

	for (size_t i = 0; i < p->ua.n; i++)
		if (p->ua.v[i].state == UNIT_DIFFERS)
			changed(
			    d, &p->ua.v[i], &p->ub.v[p->ua.v[i].mate - 1], &why->v[k++]);
	for (size_t i = 0; i < p->ub.n; i++)
		if (p->ub.v[i].mate == 0)
			lone(d, &p->ub, &p->ub.v[i], true);
	for (size_t i = 0; i < p->ua.n; i++)
		if (p->ua.v[i].mate == 0)
			lone(d, &p->ua, &p->ua.v[i], false);
	if (moved(p))
		tell_found(p->t, DIFF_ORDER, bytes_of("code"),
		    "functions stand in another order");
}

enum err
elf_diff_code(struct elf_pair *p)
{
	struct detail *d = ARENA_NEW(p->arena, struct detail);
	struct reasons why = { 0 };

	if (d == NULL)
		return ERR_LIMIT;
	TRY(judge(p, &why));
	d->p = p;
	d->most = p->t->o->lines < DIFF_LINES_MAX ? p->t->o->lines : DIFF_LINES_MAX;
	arena_init(&d->scratch, SCRATCH);
	lines_open(&d->lines, &p->a);
	tell_units(d, &why);
	lines_close(&d->lines);
	arena_done(&d->scratch);
	return OK;
}
