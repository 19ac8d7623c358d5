#include "objdiff/elf_diff.h"

#define PT_GNU_STACK 0x6474e551u
#define PT_GNU_RELRO 0x6474e552u
#define PT_TLS       7

static struct bytes
where(const char *s)
{
	return bytes_of(s);
}

static void
number(struct elf_pair *p, const char *what, uint64_t a, uint64_t b)
{
	if (a != b)
		tell_found(p->t, DIFF_CODE, where("ELF header"),
		    "%s: 0x%llx became 0x%llx", what, (unsigned long long)a,
		    (unsigned long long)b);
}

static void
header(struct elf_pair *p)
{
	number(p, "type of object", p->a.type, p->b.type);
	number(p, "system and ABI", p->a.osabi << 8 | p->a.abiversion,
	    p->b.osabi << 8 | p->b.abiversion);
	number(p, "flags", p->a.eflags, p->b.eflags);
}

/* The k-th segment of a type, or NULL. */
static const struct elf_seg *
nth(const struct elf *e, uint32_t type, uint32_t k)
{
	for (uint32_t i = 0; i < e->nseg; i++)
		if (e->seg[i].type == type && k-- == 0)
			return &e->seg[i];
	return NULL;
}

static const char *
rights(uint32_t flags)
{
	static const char *const name[] = { "none", "execute", "write",
		"write and execute", "read", "read and execute", "read and write",
		"read, write and execute" };

	return name[flags & 7];
}

static void
segment(struct elf_pair *p, const char *name, uint32_t k, const struct elf_seg *a,
    const struct elf_seg *b)
{
	if (a == NULL || b == NULL)
		tell_found(p->t, DIFF_CODE, where("program headers"),
		    "%s segment %u %s (%s)", name, k, a ? "is gone" : "was added",
		    rights(a ? a->flags : b->flags));
	else if (a->flags != b->flags)
		tell_found(p->t, DIFF_CODE, where("program headers"),
		    "%s segment %u: rights %s became %s", name, k, rights(a->flags),
		    rights(b->flags));
}

#define OF_ONE_TYPE 64

static void
segments(struct elf_pair *p)
{
	/* clang-format off */
	static const struct { uint32_t type; const char *name; } kinds[] = {
		{ PT_LOAD, "loaded" }, { PT_DYNAMIC, "dynamic" }, { PT_INTERP, "interpreter" },
		{ PT_TLS, "thread-local" }, { PT_GNU_STACK, "stack" }, { PT_GNU_RELRO, "relro" },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(kinds); i++) {
		for (uint32_t k = 0; k < OF_ONE_TYPE; k++) {
			const struct elf_seg *a = nth(&p->a, kinds[i].type, k);
			const struct elf_seg *b = nth(&p->b, kinds[i].type, k);
			if (a == NULL && b == NULL)
				break;
			segment(p, kinds[i].name, k, a, b);
		}
	}
}

static void
interpreter(struct elf_pair *p)
{
	const struct elf_seg *a = nth(&p->a, PT_INTERP, 0), *b = nth(&p->b, PT_INTERP, 0);

	if (a != NULL && b != NULL && !bytes_eq(a->data, b->data))
		tell_pair(p->t, DIFF_CODE, where(".interp"),
		    "another program interpreter", a->data, b->data);
}

/* Where the next section's bytes begin in a file, at or after off; *end: behind them. */
static uint64_t
next_section(const struct elf *e, uint64_t off, uint64_t *end)
{
	uint64_t first = UINT64_MAX;

	*end = UINT64_MAX;
	for (uint32_t i = 1; i < e->nsec; i++) {
		const struct elf_sec *s = &e->sec[i];
		uint64_t to = num_add(s->off, s->data.n);
		if (s->data.n == 0 || to <= off || s->off >= first)
			continue;
		first = s->off;
		*end = to;
	}
	return first;
}

/* Bytes of no section, zeros cut off at both ends. */
struct gap {
	struct bytes data;
	uint64_t off;
};

static bool
next_gap(const struct elf *e, uint64_t *at, struct gap *out)
{
	while (*at < e->file.n) {
		uint64_t end, first = next_section(e, *at, &end), from = *at;
		struct bytes d =
		    bytes_clip(e->file, from, first > from ? first - from : 0);
		*at = end;
		while (d.n > 0 && d.p[0] == 0) {
			d = bytes_from(d, 1);
			from++;
		}
		while (d.n > 0 && d.p[d.n - 1] == 0)
			d.n--;
		if (d.n > 0) {
			*out = (struct gap){ d, from };
			return true;
		}
	}
	return false;
}

static enum diff_class
gap_class(const struct elf *e, const struct gap *g)
{
	for (uint32_t i = 0; i < e->nseg; i++) {
		const struct elf_seg *s = &e->seg[i];
		if (s->type == PT_LOAD && (s->flags & PF_X) &&
		    g->off < num_add(s->off, s->filesz) && s->off < g->off + g->data.n)
			return DIFF_CODE;
	}
	return DIFF_DATA;
}

static void
tell_gap(struct elf_pair *p, const struct elf *e, const struct gap *g, const char *what)
{
	tell_found(p->t, gap_class(e, g), where("outside of all sections"),
	    "%zu bytes at offset 0x%llx %s", g->data.n, (unsigned long long)g->off, what);
}

#define SECTIONS_FOR_GAPS 4096u /* next_section walks them each time */

/* Headers come first and are compared as what they mean; tables of sections move. */
static uint64_t
behind_headers(const struct elf *e)
{
	uint64_t head = e->wide ? 64 : 52, size = (uint64_t)e->nseg * (e->wide ? 56 : 32);

	return e->phoff == head ? head + size : head;
}

static bool
is_section_table(const struct elf *e, const struct gap *g)
{
	uint64_t end = num_add(e->shoff, (uint64_t)e->nsec * (e->wide ? 64 : 40));

	return !e->made_up && g->off >= e->shoff && g->off + g->data.n <= end;
}

static bool
real_gap(const struct elf *e, uint64_t *at, struct gap *out)
{
	while (next_gap(e, at, out)) {
		if (!is_section_table(e, out))
			return true;
		/* what follows the table in one run is looked at again without it */
	}
	return false;
}

static void
gaps(struct elf_pair *p)
{
	uint64_t at_a = behind_headers(&p->a), at_b = behind_headers(&p->b);
	struct gap a, b;

	if (p->a.nsec > SECTIONS_FOR_GAPS || p->b.nsec > SECTIONS_FOR_GAPS)
		return;
	for (unsigned i = 0; i < OF_ONE_TYPE; i++) {
		bool in_a = real_gap(&p->a, &at_a, &a), in_b = real_gap(&p->b, &at_b, &b);
		if (!in_a && !in_b)
			return;
		if (in_a && in_b && bytes_eq(a.data, b.data))
			continue;
		if (in_a && in_b)
			tell_gap(p, &p->b, &b, "differ");
		else
			tell_gap(p, in_a ? &p->a : &p->b, in_a ? &a : &b,
			    in_a ? "are gone" : "were added");
	}
}

void
elf_diff_head(struct elf_pair *p)
{
	header(p);
	segments(p);
	interpreter(p);
	gaps(p);
}
