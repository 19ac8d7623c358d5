#include "objdiff/elf_diff.h"

static void
notes(struct tell *t, const struct elf *e, const char *which)
{
	if (e->notes & ELF_CUT)
		tell_remark(t, DIFF_DAMAGED,
		    "%s: a header or section lies outside of the file", which);
	if (e->notes & ELF_DISAGREE)
		tell_remark(t, DIFF_DAMAGED,
		    "%s: sections and segments disagree: what is shown is not what is "
		    "loaded",
		    which);
	if (e->notes & ELF_TOO_MANY)
		tell_remark(t, DIFF_DAMAGED, "%s: too many headers to read", which);
	if (e->notes & ELF_BROKEN)
		tell_remark(t, DIFF_DAMAGED, "%s: a table does not make sense", which);
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

static enum err
deep(struct elf_pair *p)
{
	TRY(units_open(&p->a, &p->ua));
	TRY(units_open(&p->b, &p->ub));
	TRY(units_match(&p->ua, &p->ub, p->arena));
	TRY(same_open(&p->same, p->arena, &p->ua, &p->ub, !p->moved));
	TRY(elf_diff_code(p));
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
elf_diff(struct bytes a, struct bytes b, struct tell *t)
{
	struct elf_pair p = { .t = t, .arena = t->arena };

	TRY(elf_open(a, t->arena, &p.a));
	TRY(elf_open(b, t->arena, &p.b));
	notes(t, &p.a, "first file");
	notes(t, &p.b, "second file");
	if (!one_machine(&p))
		return OK;
	TRY(elf_load(&p.a));
	TRY(elf_load(&p.b));
	TRY(elf_dyn_open(&p.a, &p.dyn_a));
	TRY(elf_dyn_open(&p.b, &p.dyn_b));
	elf_diff_head(&p);
	TRY(elf_diff_sections(&p));
	extents(&p);
	if (p.deep)
		TRY(deep(&p));
	elf_diff_rest(&p);
	return OK;
}
