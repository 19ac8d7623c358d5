/*
 * elf_opd.c - PowerPC64, ELF V1: records of functions (.opd). One that holds the address
 * of a function and the program's own TOC pointer says no more than that: functions are
 * compared, and with them their records. Any other stays data.
 */
#include "objdiff/elf_diff.h"

static const struct elf_rel *
rel_at(const struct elf *e, uint64_t at)
{
	size_t n, i = elf_rels(e, at, at + 1, &n);

	return n == 1 ? &e->rel[i] : NULL;
}

/* R_PPC64_TOC; the linker puts its own pointer there. */
static bool
has_own_toc(const struct elf *e, uint64_t at, uint64_t off)
{
	const struct elf_rel *r = rel_at(e, at + 8);

	if (e->type == ET_REL)
		return r != NULL && r->type == 51 && r->sym == 0 && r->addend == 0;
	return elf_addr_at(e, e->opd->data, off + 8) == e->base;
}

static bool
is_function(const struct same_side *x, uint64_t at)
{
	uint64_t to = elf_code_at(x->e, at);
	const struct unit *u = to == at ? NULL : unit_at(x->u, to);

	return u != NULL && u->at == to;
}

static void
side(struct same *s, struct same_side *x)
{
	const struct elf_sec *opd = x->e->opd;

	for (uint64_t off = 0; off + ELF_OPD <= opd->data.n && !s->spent;
	     off += ELF_OPD) {
		uint64_t at = opd->addr + off;

		if (is_function(x, at) && has_own_toc(x->e, at, off) &&
		    elf_addr_at(x->e, opd->data, off + 16) == 0)
			same_cover(s, x, at, ELF_OPD);
	}
}

void
elf_opd_known(struct elf_pair *p)
{
	/* where nothing moved, equal code refers to equal places: records must be equal
	 */
	if (p->a.opd == NULL || p->b.opd == NULL || p->same.still)
		return;
	side(&p->same, &p->same.a);
	side(&p->same, &p->same.b);
}
