#include "objdiff/same_in.h"

/* A page that an instruction put into a register, until another one completes it. */
struct pages {
	uint64_t a[32], b[32];
	uint32_t waiting;
};

/* Two functions side by side. */
struct walk {
	struct same *s;
	struct unit *a, *b;
	struct bytes code_a, code_b;
	struct insn_run run_a, run_b;
	struct pages pages;
	struct same_reason *why;
	enum alike got;
	bool end; /* nothing worse can be found */
};

static void
differs(struct walk *w, enum same_why why, uint64_t off, const struct ref *a,
    const struct ref *b)
{
	bool first = w->got != SAME_NO;

	w->got = SAME_NO;
	w->end = why != WHY_DATA;
	/* other data may come from other code, and then that is what to tell */
	if (w->why == NULL || (!first && why == WHY_DATA))
		return;
	*w->why = (struct same_reason){
		.at_a = w->a->at + off,
		.at_b = w->b->at + off,
		.why = (uint8_t)why,
	};
	if (a != NULL && b != NULL) {
		w->why->to_a = a->addr;
		w->why->to_b = b->addr;
		w->why->name_a = a->name;
		w->why->name_b = b->name;
	}
}

static bool
is_inside(const struct unit *u, const struct ref *r)
{
	return r->kind == REF_ADDR && r->addr - u->at < u->size;
}

/* Is what a reference leads to code, so that the reason is a call? */
static bool
is_call(const struct walk *w, const struct ref *r)
{
	const struct elf_sec *s = elf_sec_at(w->s->a.e, r->addr);

	return r->call ||
	       (r->kind == REF_ADDR && s != NULL && (s->flags & SHF_EXECINSTR));
}

/* A page that nobody completed must be the same number, as nobody else looks at it. */
static void
page_end(struct walk *w, unsigned reg, uint64_t off)
{
	struct pages *p = &w->pages;

	if ((p->waiting >> reg & 1) && p->a[reg] != p->b[reg])
		differs(w, WHY_DATA, off, NULL, NULL);
	p->waiting &= ~(UINT32_C(1) << reg);
}

static void
page_begin(struct walk *w, const struct ref *a, const struct ref *b, uint64_t off)
{
	unsigned reg = a->reg & 31;

	if (a->reg != b->reg) {
		differs(w, WHY_CODE, off, NULL, NULL);
		return;
	}
	page_end(w, reg, off);
	w->pages.a[reg] = a->addr;
	w->pages.b[reg] = b->addr;
	w->pages.waiting |= UINT32_C(1) << reg;
}

static void
refs(struct walk *w, uint64_t off, const struct ref *a, const struct ref *b)
{
	enum alike got;

	if (a->kind == REF_PAGE && b->kind == REF_PAGE) {
		page_begin(w, a, b, off);
		return;
	}
	if (a->reg < 32 && a->kind == REF_ADDR && a->reg == b->reg)
		w->pages.waiting &= ~(UINT32_C(1) << a->reg);
	if (is_inside(w->a, a) && is_inside(w->b, b)) {
		if (a->addr - w->a->at != b->addr - w->b->at)
			differs(w, WHY_CODE, off, a, b);
		return;
	}
	got = same_refs(w->s, a, b);
	if (got == SAME_NO)
		differs(w, is_call(w, a) ? WHY_CALL : WHY_DATA, off, a, b);
	else if (got > w->got)
		w->got = got;
}

/*
 * Stubs that bind lazily push their slot's number: x86-64 counts relocations, i386 bytes
 * of their table. It must be the one the stub is named after.
 */
static bool
pushes_own(
    const struct elf *e, const struct unit *u, const struct insn *x, const uint8_t *code)
{
	uint64_t word = e->wide ? 8 : 4, step = word * (e->rela ? 3 : 2), number;
	struct elf_sym s;

	if (u->kind != UNIT_STUB || u->name.n == 0 || x->len != 5 || code[0] != 0x68)
		return false;
	number = le32(code + 1);
	if (e->wide)
		number *= step;
	uint64_t info = elf_addr_at(e, e->jmprel, number + word);
	return elf_sym_at(
		   e, &e->dynsym, (uint32_t)(e->wide ? info >> 32 : info >> 8), &s) &&
	       bytes_eq(s.name, u->name);
}

static bool
instruction(struct walk *w, uint64_t off, size_t *len)
{
	struct ref ra[REFS_MAX], rb[REFS_MAX];
	struct insn a, b;

	insn_next(&w->run_a, w->code_a, off, w->a->at, &a);
	insn_next(&w->run_b, w->code_b, off, w->b->at, &b);
	if (a.len != b.len) {
		differs(w, WHY_CODE, off, NULL, NULL);
		return false;
	}
	*len = a.len;
	unsigned na = ref_of_insn(w->s->a.e, w->a->at + off, &a, ra);
	unsigned nb = ref_of_insn(w->s->b.e, w->b->at + off, &b, rb);
	if (pushes_own(w->s->a.e, w->a, &a, w->code_a.p + off) &&
	    pushes_own(w->s->b.e, w->b, &b, w->code_b.p + off))
		return true;
	if (na != nb || memcmp(a.fixed, b.fixed, 16) != 0)
		differs(w, WHY_CODE, off, NULL, NULL);
	for (unsigned i = 0; i < na && !w->end; i++)
		refs(w, off, &ra[i], &rb[i]);
	return !w->end && (w->got != SAME_NO || w->why != NULL);
}

static void
walk(struct walk *w)
{
	size_t len;

	for (uint64_t off = 0; off < w->code_a.n; off += len)
		if (!instruction(w, off, &len))
			return;
	for (unsigned reg = 0; reg < 32 && w->got != SAME_NO; reg++)
		page_end(w, reg, 0);
	if (w->code_a.n != w->code_b.n)
		differs(w, WHY_SIZE, w->code_b.n, NULL, NULL);
}

/* The frame rules without their padding, and what exceptions run and read. */
static bool
same_unwind(struct same *s, const struct eh_fde *a, const struct eh_fde *b)
{
	struct ref pa, pb;

	if (a == NULL || b == NULL)
		return a == b;
	pa = (struct ref){ .kind = REF_ADDR, .addr = a->personality };
	pb = (struct ref){ .kind = REF_ADDR, .addr = b->personality };
	if (!a->lsda != !b->lsda || !a->personality != !b->personality)
		return false;
	if (a->personality != 0 && same_refs(s, &pa, &pb) == SAME_NO)
		return false;
	struct bytes x = a->rules, y = b->rules;
	while (x.n > y.n && x.p[x.n - 1] == 0) /* DW_CFA_nop */
		x.n--;
	while (y.n > x.n && y.p[y.n - 1] == 0)
		y.n--;
	return bytes_eq(x, y) && bytes_eq(a->cie, b->cie);
}

static enum alike
decide(struct same *s, struct unit *a, struct unit *b, struct same_reason *why)
{
	struct unit *own_a = s->own_a, *own_b = s->own_b;
	struct walk w = { .s = s, .a = a, .b = b, .why = why };
	size_t mark = same_mark(s);

	w.run_a = unit_run(s->a.u, a);
	w.run_b = unit_run(s->b.u, b);
	w.code_a = unit_code(s->a.u, a);
	w.code_b = unit_code(s->b.u, b);
	if (s->still && a->at == b->at && bytes_eq(w.code_a, w.code_b))
		return SAME_YES;
	s->own_a = a;
	s->own_b = b;
	walk(&w);
	if (w.got != SAME_NO && !same_unwind(s, a->fde, b->fde))
		differs(&w, WHY_UNWIND, 0, NULL, NULL);
	s->own_a = own_a;
	s->own_b = own_b;
	if (w.got == SAME_NO)
		same_forget(s, mark);
	return w.got;
}

enum alike
same_units(struct same *s, struct unit *a, struct unit *b, struct same_reason *why)
{
	enum alike got;

	if (why == NULL && same_known(s, a->at, b->at, &got))
		return got;
	got = decide(s, a, b, why);
	same_remember(s, a->at, b->at, got);
	return got;
}
