#include "objdiff/elf_diff.h"

/* Do sections stand where they stood? Then builds differ in place, byte against byte. */
static bool
in_place(const struct elf_pair *p)
{
	if (p->a.nsec != p->b.nsec)
		return false;
	for (uint32_t i = 1; i < p->a.nsec; i++)
		if (p->a.sec[i].addr != p->b.sec[i].addr ||
		    p->a.sec[i].size != p->b.sec[i].size)
			return false;
	return true;
}

/*
 * Each function's rules were compared with it. Where nothing moved and no code differs,
 * the tables must be equal byte for byte.
 */
void
elf_diff_unwind(struct elf_pair *p)
{
	static const char *const names[] = { ".eh_frame", ".eh_frame_hdr", ".pdata",
		".xdata" };

	if (p->ua.eh.broken || p->ub.eh.broken)
		tell_remark(p->t, DIFF_DAMAGED, ".eh_frame does not make sense");
	for (size_t i = 0; i < COUNT(names) && p->t->worst <= DIFF_CODE && in_place(p);
	     i++) {
		const struct elf_sec *a = elf_sec_named(&p->a, names[i]);
		const struct elf_sec *b = elf_sec_named(&p->b, names[i]);
		if (a != NULL && b != NULL && !bytes_eq(a->data, b->data))
			tell_found(p->t, DIFF_CODE, b->name,
			    "rules for exceptions and unwinding differ");
	}
}

static bool
in_unit(const struct elf_pair *p, uint64_t at)
{
	return unit_at(&p->ua, at) != NULL || unit_at(&p->ub, at) != NULL;
}

/* Compilers fill the room between functions in one way: who changes it had a reason. */
static void
filling(struct elf_pair *p, const struct elf_sec *a, const struct elf_sec *b)
{
	size_t n = a->data.n < b->data.n ? a->data.n : b->data.n;

	if (p->t->worst > DIFF_CODE)
		return; /* a function that grew took the room */
	for (size_t i = 0; i < n; i++) {
		if (a->data.p[i] == b->data.p[i] || in_unit(p, a->addr + i))
			continue;
		tell_found(p->t, DIFF_CODE, b->name,
		    "what fills the room between functions differs, "
		    "from 0x%llx on",
		    (unsigned long long)b->addr + i);
		return;
	}
}

/* Tables of the loader whose order may differ where their meaning, as compared, does not.
 */
static bool
has_order(const struct elf_sec *s)
{
	switch (s->type) {
	case SHT_DYNSYM:
	case SHT_HASH:
	case SHT_GNU_HASH:
	case SHT_RELA:
	case SHT_REL:
	case SHT_RELR:
	case SHT_VERSYM: return true;
	default: return elf_sec_is(s, ".dynstr");
	}
}

static void
linking(struct elf_pair *p, const struct elf_sec *b)
{
	if (p->t->worst > DIFF_CODE || (b->type == SHT_DYNSYM && p->variables > 0))
		return; /* said already, and in more words */
	if (has_order(b))
		tell_found(
		    p->t, DIFF_ORDER, b->name, "the same entries in another order");
	else
		tell_found(p->t, DIFF_CODE, b->name, "what the loader reads differs");
}

static void
sections(struct elf_pair *p)
{
	for (uint32_t i = 1; i < p->a.nsec; i++) {
		const struct elf_sec *a = &p->a.sec[i], *b = &p->b.sec[i];
		enum elf_part part = elf_part(&p->b, b);
		if (!(b->flags & SHF_ALLOC) || (part != PART_CODE && part != PART_LINK) ||
		    tell_equal(p->t, a->data, b->data))
			continue;
		if (part == PART_CODE)
			filling(p, a, b);
		else
			linking(p, b);
	}
}

void
elf_diff_rest(struct elf_pair *p)
{
	size_t n = p->a.file.n < p->b.file.n ? p->a.file.n : p->b.file.n, i = 0;

	if (p->deep && in_place(p))
		sections(p);
	if (p->t->told > 0 || p->t->kept_back > 0)
		return;
	/* everything was explained: alignment, offsets, fields nobody reads */
	while (i < n && p->a.file.p[i] == p->b.file.p[i])
		i++;
	tell_found(p->t, DIFF_METADATA, bytes_of("layout"),
	    "only offsets, alignment or filling differ, from offset 0x%zx on", i);
}
