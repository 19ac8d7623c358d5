/*
 * judge.c - from a literal hit to a match. A hit of a whole literal is one when what is
 * around it permits; a hit of an atom starts the regex from there, both ways; and where
 * atoms are so frequent that this would cost more than reading everything, the part is
 * searched as a whole. So the work stays linear in the object.
 */
#include "match/hits_state.h"

/*
 * Verifying through an atom costs what the regex reads around it. Where the
 * atom is frequent that could be the file's size each time; once the sum passes
 * this many times the file, the part is searched as a whole, which is linear.
 */
#define ATOM_STEPS_PER_BYTE 2
#define ATOM_STEPS_FREE     65536
#define ATOM_OFTEN          2048 /* steps of a part in an object: more are coming */
#define ATOM_HIT            8    /* steps that it took to get here */

static bool
alnum(uint8_t b)
{
	return (b >= '0' && b <= '9') || ((b | 0x20) >= 'a' && (b | 0x20) <= 'z');
}

/* As in YARA: a wide neighbour counts only as the pair "letter, NUL". */
bool
judge_word(struct bytes file, uint64_t off, uint64_t len, bool wide)
{
	struct bytes before, after;

	if (!wide) {
		before = off > 0 ? bytes_sub(file, off - 1, 1) : (struct bytes){ 0 };
		after = bytes_sub(file, num_add(off, len), 1);
		return !(before.n && alnum(before.p[0])) &&
		       !(after.n && alnum(after.p[0]));
	}
	before = off > 1 ? bytes_sub(file, off - 2, 2) : (struct bytes){ 0 };
	after = bytes_sub(file, num_add(off, len), 2);
	return !(before.n && before.p[1] == 0 && alnum(before.p[0])) &&
	       !(after.n && after.p[1] == 0 && alnum(after.p[0]));
}

/* The answers to the hits of a pass hang on these bytes, and their neighbours. */
static void
hang_on(struct hits *h, uint64_t lo, uint64_t hi)
{
	if (h->pass == NULL || !h->pass->watched)
		return;
	h->pass->lo = lo < h->pass->lo ? lo : h->pass->lo;
	h->pass->hi = hi > h->pass->hi ? hi : h->pass->hi;
}

/* What was learned just now is news: the same hit again may be judged otherwise. */
static void
learned(struct hits *h)
{
	if (h->pass != NULL)
		h->pass->learned = true;
}

void
judge_found(struct hits *h, uint32_t part, const struct hit *hit)
{
	const struct db_part *p = db_part(h->db, part);
	struct pattern_state *ps = pattern_state(h, p->pattern);
	struct part_work *w = h->part[part].gen == h->gen ? h->part[part].work : NULL;

	if (ps == NULL)
		return;
	learned(h);
	if (w != NULL && w->all) {
		if (list_add(h, &w->list, hit) != OK)
			h->done[part] = h->gen;
		return;
	}
	if (w != NULL)
		w->found = true;
	h->done[part] = h->gen;
	if (db_pattern(h->db, p->pattern)->nparts == 1)
		ps->answer = HITS_YES;
	if (h->first_pass)
		h->o.wake(h->o.arg, p->pattern);
}

static void
judge_whole(struct hits *h, const struct filter_hit *fh, const struct lit_needle *n)
{
	struct hit hit = { .off = fh->pos,
		.len = n->len,
		.key = (uint8_t)fh->xor_key,
		.wide = (n->a & DB_NEEDLE_WIDE) != 0 };

	hang_on(h, hit.off, hit.off + hit.len);
	if ((n->a & DB_NEEDLE_FULLWORD) &&
	    !judge_word(h->file, hit.off, hit.len, hit.wide))
		return;
	hit.off += h->base;
	judge_found(h, n->part, &hit);
}

static uint64_t
atom_budget(const struct hits *h)
{
	return num_add(num_mul(h->size, ATOM_STEPS_PER_BYTE), ATOM_STEPS_FREE);
}

/* Too many matches through one atom to list them one by one: search instead. */
#define ATOM_SPANS 512

/* Every match through this atom, into the list. */
static void
atom_all(struct hits *h, struct part_work *w, const struct re_prog *prog, struct re_at at)
{
	struct re_span span[ATOM_SPANS];
	struct re_spans spans = { .p = span, .max = ATOM_SPANS };

	if (re_hit_all(&h->vm, prog, h->file, at, &spans) == RE_LIMIT || spans.more)
		w->searched = true;
	for (size_t i = 0; i < spans.n && !w->searched; i++) {
		struct hit hit = { .off = h->base + span[i].at,
			.len = (uint32_t)span[i].len,
			.wide = (prog->flags & RE_P_WIDE) != 0 };

		if (list_add(h, &w->list, &hit) != OK)
			w->searched = true;
	}
}

static void
judge_atom(struct hits *h, const struct filter_hit *fh, const struct lit_needle *n)
{
	struct part_work *w = part_work(h, n->part);
	const struct re_prog *prog;
	uint64_t before = h->vm.steps;
	struct hit hit = { .off = h->base + fh->pos };

	prog = part_program(h, n->part, (n->a & 0xff) == DB_NEEDLE_RE_WIDE);
	if (w == NULL || w->searched || prog == NULL)
		return;
	h->vm.often = w->steps > ATOM_OFTEN;
	h->vm.lo = fh->pos;
	h->vm.hi = fh->pos + n->len;
	if (w->all)
		atom_all(h, w, prog, (struct re_at){ n->b, fh->pos });
	else if (re_hit(&h->vm, prog, h->file, n->b, fh->pos) == RE_YES)
		judge_found(h, n->part, &hit);
	hang_on(h, h->vm.lo, h->vm.hi);
	if (h->spent) /* while this regex ran */
		hits_cut(h, db_part(h->db, n->part)->pattern, "too much work");
	w->steps += h->vm.steps - before + ATOM_HIT;
	w->searched |= w->steps > atom_budget(h);
	if (w->searched) {
		learned(h);
		w->found = h->done[n->part] == h->gen;
		h->done[n->part] = h->gen;
		part_defer(h, n->part);
	}
}

/* Every rule that this part would wake is false for this object anyway. */
static bool
gated_out(const struct hits *h, uint32_t part)
{
	const struct db_part *p = db_part(h->db, part);

	return (db_pattern(h->db, p->pattern)->gates & h->gates) == 0;
}

void
judge_hit(struct hits *h, const struct filter_hit *fh)
{
	struct lit_needle n = lit_needle_at(h->filter.needles, fh->needle);

	if (n.part >= h->db->nparts || h->done[n.part] == h->gen)
		return;
	if (h->first_pass && gated_out(h, n.part)) {
		h->done[n.part] = h->gen;
		return;
	}
	if ((n.a & 0xff) == DB_NEEDLE_WHOLE)
		judge_whole(h, fh, &n);
	else
		judge_atom(h, fh, &n);
}

static void
search_one(struct hits *h, uint32_t part, const struct re_prog *prog)
{
	struct hit hit = { 0 };
	enum re_answer r = RE_NO;

	hits_regex_begin(h);
	for (uint32_t i = 0; i < h->object.n && r == RE_NO; i++) {
		hits_enter(h, &h->object.p[i]);
		r = re_search(&h->vm, prog, h->file, 0);
	}
	hits_regex_end(h);
	if (r == RE_YES)
		judge_found(h, part, &hit);
	else if (r == RE_LIMIT)
		hits_cut(h, db_part(h->db, part)->pattern, "too much work");
}

/*
 * Every match in the region at hand. Grows the room for spans until all fit, or the cap
 * of matches is reached; room that is there is used again.
 */
static enum re_answer
search_region(struct hits *h, const struct re_prog *prog, struct re_spans *spans)
{
	for (;;) {
		enum re_answer r;

		if (spans->p == NULL)
			spans->p = ARENA_ARRAY(h->o.object, spans->max, struct re_span);
		spans->n = 0;
		spans->more = false;
		if (spans->p == NULL)
			return RE_NO;
		hits_regex_begin(h);
		r = re_search_all(&h->vm, prog, h->file, spans);
		hits_regex_end(h);
		if (!spans->more || spans->max == HITS_MATCHES_MAX)
			return r;
		spans->p = NULL;
		spans->max = spans->max < HITS_MATCHES_MAX / 16 ? spans->max * 16
								: HITS_MATCHES_MAX;
	}
}

static void
search_list(struct hits *h, uint32_t part, const struct re_prog *prog)
{
	struct part_work *w = part_work(h, part);
	struct re_spans spans = { .max = 4096 };

	for (uint32_t k = 0; w != NULL && k < h->object.n && !h->spent; k++) {
		enum re_answer r;

		hits_enter(h, &h->object.p[k]);
		r = search_region(h, prog, &spans);
		if (spans.p == NULL)
			hits_cut(h, db_part(h->db, part)->pattern, "too many matches");
		if (r == RE_LIMIT)
			hits_cut(h, db_part(h->db, part)->pattern, "too much work");
		w->list.cut |= spans.more;
		for (size_t i = 0; i < spans.n; i++) {
			struct hit hit = { .off = h->base + spans.p[i].at,
				.len = (uint32_t)spans.p[i].len,
				.wide = (prog->flags & RE_P_WIDE) != 0 };

			if (list_add(h, &w->list, &hit) != OK)
				return;
		}
	}
}

void
judge_search(struct hits *h, uint32_t part)
{
	struct part_work *w = part_work(h, part);

	if (w == NULL)
		return;
	w->list.n = 0;
	for (int wide = 0; wide <= 1 && !(w->found && !w->all); wide++) {
		const struct re_prog *prog = part_program(h, part, wide);

		if (prog == NULL)
			continue;
		if (w->all)
			search_list(h, part, prog);
		else
			search_one(h, part, prog);
	}
}
