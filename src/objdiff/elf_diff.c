#include "objdiff/elf_diff.h"
#include "objdiff/pe_diff.h"

/* Each note once: told keeps those of before. */
static void
notes(struct tell *t, const struct elf *e, uint32_t *told, const char *which)
{
	/* clang-format off */
	static const struct { uint32_t note; const char *what; } words[] = {
		{ ELF_CUT, "a header or section lies outside of the file" },
		{ ELF_DISAGREE, "sections and segments disagree: what is shown is not what is loaded" },
		{ ELF_TOO_MANY, "too many headers to read" },
		{ ELF_BROKEN, "a table does not make sense" },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(words); i++)
		if (e->notes & ~*told & words[i].note)
			tell_remark(t, DIFF_DAMAGED, "%s: %s", which, words[i].what);
	*told |= e->notes;
}

static bool
one_machine(struct elf_pair *p)
{
	if (p->a.machine == p->b.machine && p->a.wide == p->b.wide && p->a.be == p->b.be)
		return true;
	tell_found(p->t, DIFF_CODE, bytes_of("ELF header"),
	    "made for another machine: %s became %s", p->a.m->name, p->b.m->name);
	return false;
}

bool
elf_same_address(struct elf_pair *p, uint64_t a, uint64_t b)
{
	struct ref ra = { .kind = REF_ADDR, .addr = a, .reg = INSN_NO_REG };
	struct ref rb = { .kind = REF_ADDR, .addr = b, .reg = INSN_NO_REG };

	return same_refs(&p->same, &ra, &rb) != SAME_NO;
}

#define SPANS 32          /* more places that differ: all functions are looked at */
#define NEAR  (64u << 10) /* bytes around them, so that functions begin and end inside */

struct spans {
	struct elf_span v[SPANS];
	uint32_t n;
	bool full;
};

static void
span_put(struct spans *s, uint64_t at)
{
	uint64_t from = at > NEAR ? at - NEAR : 0, to = num_add(at, NEAR);

	if (s->n > 0 && from <= s->v[s->n - 1].to) {
		s->v[s->n - 1].to = to;
		return;
	}
	s->full |= s->n == SPANS;
	if (!s->full)
		s->v[s->n++] = (struct elf_span){ from, to };
}

#define STEP ((size_t)64 << 10)

static void
spans_of_section(struct spans *s, const struct tell *t, const struct elf_sec *a,
    const struct elf_sec *b)
{
	size_t n = a->data.n < b->data.n ? a->data.n : b->data.n;

	for (size_t i = 0; i < n && !s->full; i += STEP) {
		size_t k = n - i < STEP ? n - i : STEP;
		struct bytes x = bytes_sub(a->data, i, k), y = bytes_sub(b->data, i, k);
		if (tell_equal(t, x, y))
			continue;
		for (size_t j = 0; j < k && !s->full; j++)
			if (x.p[j] != y.p[j])
				span_put(s, a->addr + i + j);
	}
}

/* When nothing moved, only functions at bytes that differ are of interest. */
static enum err
spans(struct elf_pair *p)
{
	struct spans *s = ARENA_NEW(p->arena, struct spans);

	if (s == NULL)
		return ERR_LIMIT;
	for (uint32_t k = 0; k < p->a.nplace && !p->moved; k++) {
		uint32_t i = p->a.place[k];
		if (i < p->b.nsec && elf_part(&p->a, &p->a.sec[i]) == PART_CODE)
			spans_of_section(s, p->t, &p->a.sec[i], &p->b.sec[i]);
	}
	if (!s->full && s->n > 0) {
		p->a.span = p->b.span = s->v;
		p->a.nspan = p->b.nspan = s->n;
	}
	return OK;
}

/*
 * Each step goes over one file or both, and the next over other parts of them: what it
 * touched is given back, so that the peak is that of one step.
 */
static void
stepped(const struct elf_pair *p)
{
	elf_passed(&p->a);
	elf_passed(&p->b);
}

static enum err
prepare(struct elf_pair *p)
{
	p->a.passed = p->b.passed = p->t->o->passed;
	TRY(spans(p));
	stepped(p);
	TRY(elf_load(&p->a, NULL));
	stepped(p);
	TRY(elf_load(&p->b, p->moved ? NULL : &p->a));
	stepped(p);
	TRY(units_open(&p->a, &p->ua));
	stepped(p);
	TRY(units_open(&p->b, &p->ub));
	stepped(p);
	TRY(units_match(&p->ua, &p->ub, p->arena));
	stepped(p);
	return same_open(&p->same, p->arena, &p->ua, &p->ub, !p->moved);
}

static enum err
deep(struct elf_pair *p)
{
	TRY(prepare(p));
	if (p->a.pe != NULL)
		pe_diff_known(p);
	elf_opd_known(p);
	TRY(elf_diff_code(p));
	stepped(p);
	if (p->moved)
		TRY(elf_diff_link(p));
	TRY(elf_diff_data(p));
	elf_diff_unwind(p);
	return p->same.spent ? ERR_LIMIT : OK;
}

/* Sections stand where they stood, so segments must map what they mapped. */
static void
extents(struct elf_pair *p)
{
	uint32_t n = p->a.nseg < p->b.nseg ? p->a.nseg : p->b.nseg;

	for (uint32_t i = 0; i < n && !p->moved; i++) {
		const struct elf_seg *x = &p->a.seg[i], *y = &p->b.seg[i];
		if (x->off == y->off && x->vaddr == y->vaddr && x->filesz == y->filesz &&
		    x->memsz == y->memsz)
			continue;
		tell_found(p->t, DIFF_CODE, bytes_of("program headers"),
		    "segment %u maps another part of the file, or maps it elsewhere", i);
		p->moved = p->deep = true;
	}
}

enum err
elf_diff_parts(struct elf_pair *p)
{
	uint32_t told_a = 0, told_b = 0;

	notes(p->t, &p->a, &told_a, "first file");
	notes(p->t, &p->b, &told_b, "second file");
	if (!one_machine(p))
		return OK;
	TRY(elf_diff_sections(p));
	extents(p);
	if (p->deep)
		TRY(deep(p));
	notes(p->t, &p->a, &told_a, "first file");
	notes(p->t, &p->b, &told_b, "second file");
	elf_diff_rest(p);
	return OK;
}

enum err
elf_diff(struct bytes a, struct bytes b, struct tell *t)
{
	struct elf_pair p = { .t = t, .arena = t->arena };

	TRY(elf_open(a, t->arena, &p.a));
	TRY(elf_open(b, t->arena, &p.b));
	TRY(elf_dyn_open(&p.a, &p.dyn_a));
	TRY(elf_dyn_open(&p.b, &p.dyn_b));
	if (p.a.machine == p.b.machine)
		elf_diff_head(&p);
	return elf_diff_parts(&p);
}
