/*
 * at.c - `$a at N`: verified in place, for that needs no search. What cannot be verified
 * so (a chain of parts, a regex whose budget is spent) stays unknown, and is searched;
 * and so is what a loop asks of so many places that one search is less work than they
 * are.
 */
#include "match/hits_state.h"
#include "match/re_run.h"

/*
 * Steps that the places of a pattern may cost in an object: of each byte, for a short
 * text may be asked for at every one, and anyway. What is asked when the object's budget
 * is spent is answered where it is little: `$a at 0` is.
 */
#define PLACES_BYTE  8
#define PLACES_SMALL HITS_SLICE
#define PLACES_SPENT 64

static bool
too_many_places(const struct hits *h, const struct pattern_state *p)
{
	return p->places >
	       (h->spent ? PLACES_SPENT
			 : num_add(PLACES_SMALL, num_mul(PLACES_BYTE, h->size)));
}

/* Comparing is work of the object, so that its clock is looked at. */
static void
charge(struct hits *h, size_t compared)
{
	(void)re_charge(&h->vm, 1 + compared / 16);
}

/* Is the literal of this needle at off? xor: the key comes from the first byte. */
static bool
literal_at(struct hits *h, const struct lit_needle *n, uint64_t off)
{
	size_t same = 0;
	struct bytes lit = bytes_sub(h->filter.literals, n->at, n->len);
	struct bytes have = bytes_sub(h->file, off, n->len);
	uint8_t key = 0;

	if (lit.n == 0 || have.p == NULL)
		return false;
	if (n->flags & LIT_XOR) {
		key = lit.p[0] ^ have.p[0];
		if (key < n->xor_lo || key > n->xor_hi)
			return false;
	}
	for (; same < lit.n; same++) {
		uint8_t a = lit.p[same], b = have.p[same] ^ key;

		if (n->flags & LIT_NOCASE ? byte_lower(a) != byte_lower(b) : a != b)
			break;
	}
	charge(h, same);
	return same == lit.n;
}

/* A part of literals only: compared in place. */
static enum hits_answer
literals_at(struct hits *h, const struct db_part *p, uint64_t off)
{
	for (uint32_t i = 0; i < p->nneedles; i++) {
		struct lit_needle n;

		if (p->needle + i < p->needle || p->needle + i >= h->filter.nneedles)
			return HITS_NO;
		n = lit_needle_at(h->filter.needles, p->needle + i);
		if (!literal_at(h, &n, off))
			continue;
		if (!(n.a & DB_NEEDLE_FULLWORD) ||
		    judge_word(h->file, off, n.len, (n.a & DB_NEEDLE_WIDE) != 0))
			return HITS_YES;
	}
	return HITS_NO;
}

static enum hits_answer
regex_at(struct hits *h, uint32_t part, uint64_t off)
{
	enum hits_answer answer = HITS_NO;

	for (int wide = 0; wide <= 1; wide++) {
		const struct re_prog *prog = part_program(h, part, wide);
		enum re_answer r = prog ? re_match_at(&h->vm, prog, h->file, off) : RE_NO;

		if (r == RE_YES)
			return HITS_YES;
		if (r == RE_LIMIT)
			answer = HITS_UNKNOWN;
	}
	return answer;
}

enum hits_answer
hits_at(struct hits *h, uint32_t pattern, uint64_t off)
{
	const struct db_pattern *d = db_pattern(h->db, pattern);
	const struct db_part *p = db_part(h->db, d->part);
	struct pattern_state *ps = pattern_state(h, pattern);
	const struct region *r = region_before(&h->object, off);
	uint64_t before = h->vm.steps;
	enum hits_answer answer;

	if (ps == NULL || ps->answer == HITS_NO || r == NULL || off - r->base > r->data.n)
		return HITS_NO;
	if (ps->listed)
		return hits_count(h, pattern, off, off) > 0 ? HITS_YES : HITS_NO;
	if (d->nparts != 1 || too_many_places(h, ps))
		return HITS_UNKNOWN;
	hits_enter(h, r);
	if (p->re == DB_NONE && p->re_wide == DB_NONE)
		answer = literals_at(h, p, off - r->base);
	else
		answer = regex_at(h, d->part, off - r->base);
	ps->places += h->vm.steps - before;
	return answer;
}
