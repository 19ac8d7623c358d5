#include "base/sort.h"
#include "objdiff/elf_diff.h"
#include "objdiff/harmless.h"

#define PADDING 64 /* zeros between pieces; more of them are somebody's data */

/* A run of bytes that nothing explained yet. */
struct piece {
	uint64_t at, n, digest;
	bool done;
};

struct pieces {
	struct piece *v;
	size_t n, cap;
};

/* With relocations bytes mean little: the names that are looked up must do to find it. */
static uint64_t
digest(const struct elf *e, uint64_t at, uint64_t n)
{
	size_t rels, first = elf_rels(e, at, at + n, &rels);
	uint64_t h = ref_mix(ref_mix(3, n), rels);

	if (rels == 0)
		return ref_mix_bytes(7, elf_bytes_at(e, at, n));
	for (size_t i = 0; i < rels; i++)
		h = ref_mix_bytes(h, ref_of_rel(e, &e->rel[first + i]).name);
	return h;
}

static bool
filling(struct bytes b)
{
	for (size_t i = 0; i < b.n; i++)
		if (b.p[i] != 0)
			return false;
	return b.n < PADDING;
}

static enum err
piece_put(
    struct elf_pair *p, const struct elf *e, struct pieces *s, uint64_t at, uint64_t n)
{
	size_t rels;

	(void)elf_rels(e, at, at + n, &rels);
	if (rels == 0 && filling(elf_bytes_at(e, at, n)))
		return OK;
	if (s->n == s->cap)
		s->v = arena_grow(p->arena, s->v, &s->cap, s->n + 1, sizeof(*s->v));
	if (s->v == NULL)
		return ERR_LIMIT;
	s->v[s->n++] = (struct piece){ .at = at, .n = n, .digest = digest(e, at, n) };
	return OK;
}

static enum err
pieces_open(struct elf_pair *p, const struct same_side *x, const struct elf_sec *s,
    struct pieces *out)
{
	uint64_t off = 0, n = s->data.n;

	*out = (struct pieces){ 0 };
	while (off < n) {
		uint64_t from = off, end;
		if (same_covered(x, s, off)) {
			off++;
			continue;
		}
		end = same_end(x, s->addr + off) - s->addr;
		while (off < n && off < end && !same_covered(x, s, off))
			off++;
		TRY(piece_put(p, x->e, out, s->addr + from, off - from));
		off += off == from; /* a section that lies over another one: go on */
	}
	return OK;
}

static void
try_pair(struct elf_pair *p, struct piece *a, struct piece *b)
{
	if (a->done || b->done)
		return;
	if (same_data(&p->same, a->at, a->n, b->at, b->n) != SAME_NO)
		a->done = b->done = true;
}

static int
piece_cmp(const void *a, const void *b)
{
	const struct piece *x = *(struct piece *const *)a, *y = *(struct piece *const *)b;

	return x->digest < y->digest ? -1 : x->digest > y->digest;
}

static enum err
by_digest(struct elf_pair *p, struct pieces *s, struct piece ***out, size_t *n)
{
	*n = 0;
	*out = ARENA_ARRAY(p->arena, s->n, struct piece *);
	if (*out == NULL)
		return ERR_LIMIT;
	for (size_t i = 0; i < s->n; i++)
		if (!s->v[i].done)
			(*out)[(*n)++] = &s->v[i];
	sort(*out, *n, sizeof(**out), piece_cmp);
	return OK;
}

static enum err
pair_pieces(struct elf_pair *p, struct pieces *a, struct pieces *b)
{
	struct piece **x, **y;
	size_t nx, ny, i = 0, k = 0;

	for (; i < a->n && i < b->n && a->n == b->n; i++)
		try_pair(p, &a->v[i], &b->v[i]);
	TRY(by_digest(p, a, &x, &nx));
	TRY(by_digest(p, b, &y, &ny));
	for (i = 0; i < nx && k < ny;) {
		int order = piece_cmp(&x[i], &y[k]);
		if (order == 0)
			try_pair(p, x[i], y[k]);
		i += order <= 0;
		k += order >= 0;
	}
	return OK;
}

static struct piece *
next_open(struct pieces *s, size_t *i)
{
	while (*i < s->n && s->v[*i].done)
		(*i)++;
	return *i < s->n ? &s->v[(*i)++] : NULL;
}

/* Texts as they are, other bytes in hexadecimal; never more than a line. */
static struct bytes
shown(struct elf_pair *p, const struct elf *e, const struct piece *x, uint64_t skip)
{
	struct bytes d = elf_bytes_at(e, x->at + skip, x->n - skip);
	const uint8_t *nul = d.n > 0 ? memchr(d.p, 0, d.n) : NULL;
	struct bytes text = bytes_clip(d, 0, nul ? (size_t)(nul - d.p) : d.n);
	char *s;

	if (text.n >= 3 && harmless_printable(text))
		return tell_text(p->arena, text);
	d = bytes_clip(d, 0, 32);
	s = arena_alloc(p->arena, 2 * d.n + 1);
	if (s == NULL)
		return BYTES_LIT("(no memory left to show it)");
	for (size_t i = 0; i < d.n; i++) {
		s[2 * i] = "0123456789abcdef"[d.p[i] >> 4];
		s[2 * i + 1] = "0123456789abcdef"[d.p[i] & 15];
	}
	return bytes_of(s);
}

/* The first byte in which two pieces differ, at the begin of its text or word. */
static uint64_t
first_difference(const struct elf_pair *p, const struct piece *a, const struct piece *b)
{
	struct bytes x = elf_bytes_at(&p->a, a->at, a->n),
		     y = elf_bytes_at(&p->b, b->at, b->n);
	uint64_t i = 0;

	while (i < x.n && i < y.n && x.p[i] == y.p[i])
		i++;
	if (i == x.n || i == y.n)
		return 0;
	while (i > 0 && i % 8 != 0 && x.p[i - 1] != 0)
		i--;
	return i;
}

static void
tell_piece(struct elf_pair *p, const struct elf_sec *s, const struct piece *a,
    const struct piece *b)
{
	uint64_t skip = a && b ? first_difference(p, a, b) : 0;
	uint64_t at = b ? b->at : a ? a->at : s->addr;
	struct diff_line l[2];
	uint32_t n = 0;
	char *where = arena_printf(p->arena, "%.*s+0x%llx", TELL_S(s->name),
	    (unsigned long long)(at + skip - s->addr));

	if (a != NULL)
		l[n++] =
		    (struct diff_line){ DIFF_A, a->at + skip, shown(p, &p->a, a, skip) };
	if (b != NULL)
		l[n++] =
		    (struct diff_line){ DIFF_B, b->at + skip, shown(p, &p->b, b, skip) };
	tell_lines(p->t, DIFF_DATA, where ? bytes_of(where) : s->name,
	    bytes_of(a && b ? "data differ"
		     : a    ? "data are gone"
			    : "data were added"),
	    l, n, 0);
}

static void
tell_pieces(struct elf_pair *p, const struct elf_sec *sa, const struct elf_sec *sb,
    struct pieces *a, struct pieces *b)
{
	size_t i = 0, k = 0;

	for (;;) {
		struct piece *x = next_open(a, &i), *y = next_open(b, &k);
		if (x == NULL && y == NULL)
			return;
		if (x != NULL && y != NULL)
			try_pair(p, x, y);
		if (x == NULL || !x->done)
			tell_piece(p, y ? sb : sa, x, y);
	}
}

static const struct elf_sec *
partner(const struct elf_pair *p, uint32_t i)
{
	const struct elf_sec *a = &p->a.sec[i];

	if (i < p->b.nsec && bytes_eq(p->b.sec[i].name, a->name))
		return &p->b.sec[i];
	for (uint32_t k = 1; k < p->b.nsec; k++)
		if (bytes_eq(p->b.sec[k].name, a->name))
			return &p->b.sec[k];
	return NULL;
}

/* psABI: the first word of the global offset table is where the dynamic section lies. */
static void
cover_dynamic(struct elf_pair *p, const struct elf_sec *a, const struct elf_sec *b)
{
	const struct elf_sec *x = elf_sec_of_type(&p->a, SHT_DYNAMIC);
	const struct elf_sec *y = elf_sec_of_type(&p->b, SHT_DYNAMIC);
	uint64_t word = p->a.wide ? 8 : 4;

	if (x == NULL || y == NULL || !elf_sec_starts(a, ".got") ||
	    elf_addr_at(&p->a, a->data, 0) != x->addr ||
	    elf_addr_at(&p->b, b->data, 0) != y->addr)
		return;
	same_cover(&p->same, &p->same.a, a->addr, word);
	same_cover(&p->same, &p->same.b, b->addr, word);
}

static enum err
section(struct elf_pair *p, const struct elf_sec *a, const struct elf_sec *b)
{
	struct pieces x, y;
	uint64_t told = p->t->told;

	if (a->addr == b->addr && !p->moved)
		return OK;
	cover_dynamic(p, a, b);
	TRY(pieces_open(p, &p->same.a, a, &x));
	TRY(pieces_open(p, &p->same.b, b, &y));
	TRY(pair_pieces(p, &x, &y));
	tell_pieces(p, a, b, &x, &y);
	uint64_t more = a->size > b->size ? a->size - b->size : b->size - a->size;
	if (told == p->t->told && more >= PADDING)
		tell_found(p->t, DIFF_DATA, b->name, "%llu bytes became %llu",
		    (unsigned long long)a->size, (unsigned long long)b->size);
	return OK;
}

/* Once, however many functions use it. */
static void
tell_mild(struct elf_pair *p)
{
	for (size_t i = 0; i < p->same.nmild; i++) {
		const struct same_mild *m = &p->same.mild[i];
		const struct elf_sec *s = elf_sec_at(&p->b, m->at_b);
		char *where = s == NULL
				  ? NULL
				  : arena_printf(p->arena, "%.*s+0x%llx", TELL_S(s->name),
					(unsigned long long)(m->at_b - s->addr));
		tell_pair(p->t, m->cls, where ? bytes_of(where) : (struct bytes){ 0 },
		    m->cls == DIFF_PATH ? "another build path" : "another date or time",
		    m->a, m->b);
	}
}

enum err
elf_diff_data(struct elf_pair *p)
{
	for (uint32_t i = 1; i < p->a.nsec; i++) {
		const struct elf_sec *a = &p->a.sec[i], *b = partner(p, i);
		if (b != NULL && elf_part(&p->a, a) == PART_DATA && a->data.n > 0)
			TRY(section(p, a, b));
	}
	tell_mild(p);
	return OK;
}
