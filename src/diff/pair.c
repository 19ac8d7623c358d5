#include "diff/pair.h"

#include <stdlib.h>

#define LEFT_MAX    3000u /* members without a partner, of a side, that are looked at */
#define SKETCH      32    /* smallest hashes that are kept of a member */
#define SKETCH_READ (1u << 20) /* bytes of a member that are looked at */
#define ALIKE       12         /* of SKETCH in common: about four tenths of the content */
#define SHINGLE     16         /* bytes */

struct sketch {
	struct member *m;
	uint64_t least[SKETCH]; /* ascending; UINT64_MAX: none */
	struct bytes form;      /* the name with each run of digits as one '0' */
	uint32_t n;
};

struct left {
	struct sketch *p;
	uint32_t n;
};

static void
join(struct member *a, struct member *b)
{
	a->partner = b;
	b->partner = a;
	a->renamed = b->renamed = !bytes_eq(a->name, b->name);
}

static void
pair_names(struct members *a, struct members *b)
{
	for (uint32_t i = 0; i < a->n; i++) {
		struct member *m = a->by_name[i];
		struct member *p = m->partner ? NULL : members_find(b, m->name);

		if (p != NULL)
			join(m, p);
	}
}

/* --- what is left --------------------------------------------------------- */

static bool
can_move(const struct member *m)
{
	return m->partner == NULL && m->type == MEMBER_FILE && m->span.size > 0;
}

static struct bytes
form_of(struct bytes name, struct arena *arena)
{
	uint8_t *p = arena_alloc(arena, name.n + 1);
	size_t n = 0;

	name = kind_stem(name);
	if (p == NULL)
		return (struct bytes){ 0 };
	for (size_t i = 0; i < name.n; i++) {
		bool digit = name.p[i] >= '0' && name.p[i] <= '9';

		if (!digit)
			p[n++] = name.p[i];
		else if (n == 0 || p[n - 1] != '0')
			p[n++] = '0';
	}
	return (struct bytes){ p, n };
}

static void
keep_least(struct sketch *s, uint64_t h)
{
	uint32_t i = s->n;

	if (s->n == SKETCH && h >= s->least[SKETCH - 1])
		return;
	for (uint32_t k = 0; k < s->n; k++)
		if (s->least[k] == h)
			return;
	if (s->n < SKETCH)
		s->n++;
	else
		i--;
	for (; i > 0 && s->least[i - 1] > h; i--)
		s->least[i] = s->least[i - 1];
	s->least[i] = h;
}

static inline uint64_t
mix(uint64_t z)
{
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* A polynomial over SHINGLE bytes, rolled; one shingle in four is taken. */
static enum err
sketch_of(struct sketch *s, uint8_t *window)
{
	const uint64_t base = 0x100000001b3u;
	uint64_t h = 0, out = 1;

	for (unsigned i = 0; i < SHINGLE; i++)
		out *= base;
	for (uint64_t off = 0; off < s->m->span.size && off < SKETCH_READ;) {
		size_t got;

		TRY(span_read(&s->m->span, off, window, SPAN_WINDOW, &got));
		h = 0;
		for (size_t i = 0; i < got; i++) {
			uint64_t v;

			h = h * base + window[i] + 1;
			if (i >= SHINGLE)
				h -= out * (window[i - SHINGLE] + 1u);
			v = mix(h);
			if (i + 1 >= SHINGLE && (v & 3) == 0)
				keep_least(s, v);
		}
		off += got;
	}
	return OK;
}

static enum err
left_init(struct left *l, struct members *m, struct run *r)
{
	l->p =
	    ARENA_ARRAY(&m->arena, m->n < LEFT_MAX ? m->n + 1u : LEFT_MAX, struct sketch);
	if (l->p == NULL)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < m->n && l->n < LEFT_MAX; i++) {
		struct sketch *s = &l->p[l->n];

		if (!can_move(m->by_name[i]))
			continue;
		*s = (struct sketch){ .m = m->by_name[i] };
		s->form = form_of(s->m->name, &m->arena);
		if (s->form.p == NULL)
			return ERR_LIMIT;
		TRY(sketch_of(s, r->windows->a));
		l->n++;
	}
	return OK;
}

static unsigned
in_common(const struct sketch *a, const struct sketch *b)
{
	unsigned n = 0;

	for (uint32_t i = 0, j = 0; i < a->n && j < b->n;) {
		n += a->least[i] == b->least[j];
		if (a->least[i] < b->least[j])
			i++;
		else if (a->least[i] > b->least[j])
			j++;
		else {
			i++;
			j++;
		}
	}
	return n;
}

typedef enum err judge_fn(
    struct run *r, const struct sketch *a, const struct sketch *b, unsigned *score);

static enum err
same_bytes(struct run *r, const struct sketch *a, const struct sketch *b, unsigned *score)
{
	uint64_t at = 0;

	*score = 0;
	if (a->m->span.size != b->m->span.size || a->n != b->n || in_common(a, b) != a->n)
		return OK;
	TRY(span_differ(&a->m->span, &b->m->span, 0, r->windows, &at));
	*score = at == UINT64_MAX ? 100 : 0;
	return OK;
}

static enum err
same_form(struct run *r, const struct sketch *a, const struct sketch *b, unsigned *score)
{
	(void)r;
	*score = bytes_eq(a->form, b->form) ? 50 + in_common(a, b) : 0;
	return OK;
}

static enum err
alike(struct run *r, const struct sketch *a, const struct sketch *b, unsigned *score)
{
	uint64_t x = a->m->span.size, y = b->m->span.size;
	unsigned n = in_common(a, b);

	(void)r;
	*score =
	    n >= ALIKE && x / 4 <= y && y / 4 <= x && a->m->kind.kind == b->m->kind.kind
		? n
		: 0;
	return OK;
}

/* Each of A takes the best of B that is free. */
static enum err
pair_left(struct run *r, struct left *a, struct left *b, judge_fn *judge)
{
	for (uint32_t i = 0; i < a->n; i++) {
		struct sketch *best = NULL;
		unsigned most = 0;

		for (uint32_t j = 0; j < b->n && a->p[i].m->partner == NULL; j++) {
			unsigned score;

			if (b->p[j].m->partner != NULL)
				continue;
			TRY(judge(r, &a->p[i], &b->p[j], &score));
			if (score > most) {
				most = score;
				best = &b->p[j];
			}
		}
		if (best != NULL)
			join(a->p[i].m, best->m);
		if (run_late(r))
			return ERR_LIMIT;
	}
	return OK;
}

/* --- are they the same? --------------------------------------------------- */

static enum err
find_same(struct run *r, struct member *m)
{
	const struct member *p = m->partner;
	uint64_t at = 0;

	m->same = false;
	if (m->type != p->type || m->span.size != p->span.size)
		return OK;
	if (m->span.fd == p->span.fd && m->span.off == p->span.off)
		at = UINT64_MAX; /* dropped while it was unpacked (members.c) */
	else
		TRY(span_differ(&m->span, &p->span, 0, r->windows, &at));
	m->same = at == UINT64_MAX;
	return OK;
}

enum err
pair_members(struct run *r, struct members *a, struct members *b)
{
	static judge_fn *const steps[] = { same_bytes, same_form, alike };
	struct left la = { 0 }, lb = { 0 };

	/* what two streams hold is a pair, whatever they are called */
	if (a->stream && b->stream && a->n == 1 && b->n == 1)
		join(&a->list[0], &b->list[0]);
	pair_names(a, b);
	TRY(left_init(&la, a, r));
	TRY(left_init(&lb, b, r));
	for (size_t i = 0; i < COUNT(steps); i++)
		TRY(pair_left(r, &la, &lb, steps[i]));
	for (uint32_t i = 0; i < a->n; i++) {
		if (run_late(r))
			return ERR_LIMIT;
		if (a->list[i].partner != NULL)
			TRY(find_same(r, &a->list[i]));
	}
	return OK;
}
