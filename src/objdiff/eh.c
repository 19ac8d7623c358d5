#include "objdiff/eh.h"

#include "base/sort.h"
#include "objdiff/pe.h"

#define PT_GNU_EH_FRAME 0x6474e550u

/* LSB 10.5.1, pointer encodings: a form in the low bits, and what it counts from. */
enum {
	ENC_OMIT = 0xff,
	ENC_PCREL = 0x10,
	ENC_DATAREL = 0x30,
	ENC_INDIRECT = 0x80,
};

struct eh {
	const struct elf *e;
	struct bytes data;
	uint64_t addr;     /* of data */
	uint64_t cie_off;  /* of the one that is kept */
	uint8_t enc, lsda; /* of pointers in its FDEs */
	bool augmented;
	uint64_t personality;
	struct bytes cie;
};

static uint64_t
raw_pointer(const struct elf *e, uint8_t form, struct cur *c)
{
	switch (form) {
	case 0: return elf_addr(e, c);
	case 1: return cur_uleb(c);
	case 2: return elf_half(e, c);
	case 3: return elf_word(e, c);
	case 4:
	case 12: return elf_xword(e, c);
	case 10: return (uint64_t)(int64_t)(int16_t)elf_half(e, c);
	case 11: return (uint64_t)(int64_t)(int32_t)elf_word(e, c);
	default: *c = (struct cur){ .bad = true }; return 0;
	}
}

/* here: where the pointer stands, as an address. */
static uint64_t
pointer(const struct eh *x, uint8_t enc, struct cur *c)
{
	uint64_t here = x->addr + x->data.n - cur_left(c), v;

	if (enc == ENC_OMIT)
		return 0;
	v = raw_pointer(x->e, enc & 15, c);
	if (v != 0 && (enc & 0x70) == ENC_PCREL)
		v += here;
	return x->e->wide ? v : v & UINT32_MAX;
}

static void
augment(struct eh *x, struct bytes letters, struct cur *c)
{
	for (size_t i = 0; i < letters.n; i++) {
		switch (letters.p[i]) {
		case 'R': x->enc = cur_u8(c); break;
		case 'L': x->lsda = cur_u8(c); break;
		case 'P': {
			uint8_t enc = cur_u8(c);
			x->personality = pointer(x, enc, c);
			break;
		}
		default: break; /* S and B have no data */
		}
	}
}

/* The record at off, without its length; *next is behind it. Ends are the caller's. */
static struct bytes
record(const struct eh *x, uint64_t off, uint64_t *body, uint64_t *next)
{
	struct cur c = cur_at(x->data, off);
	uint64_t n = elf_word(x->e, &c);

	*body = off + 4;
	if (n == UINT32_MAX) {
		n = elf_xword(x->e, &c);
		*body = off + 12;
	}
	*next = num_add(*body, n);
	return cur_ok(&c) ? bytes_sub(x->data, *body, n) : (struct bytes){ 0 };
}

/* Views end where the record ends, while offsets stay those of the whole section. */
static struct cur
inside(const struct eh *x, uint64_t body, struct bytes rec)
{
	return cur_at((struct bytes){ x->data.p, (size_t)(body + rec.n) }, body);
}

static bool
cie_open(struct eh *x, uint64_t off)
{
	uint64_t body, next;
	struct bytes rec = record(x, off, &body, &next);
	struct eh whole = *x;
	struct cur c = inside(x, body, rec);

	if (x->cie_off == off)
		return true;
	whole.data.n = (size_t)(body + rec.n);
	if (rec.p == NULL || elf_word(x->e, &c) != 0)
		return false;
	uint8_t version = cur_u8(&c);
	struct bytes letters = cur_cstr(&c);
	struct cur from = c;
	(void)cur_uleb(&c);
	(void)cur_uleb(&c); /* signed, but skipped alike */
	(void)(version == 1 ? cur_u8(&c) : cur_uleb(&c));
	whole.augmented = letters.n > 0 && letters.p[0] == 'z';
	whole.enc = 0;
	whole.lsda = ENC_OMIT;
	whole.personality = 0;
	if (whole.augmented) {
		(void)cur_uleb(&c);
		augment(&whole, letters, &c);
	}
	if (!cur_ok(&c))
		return false;
	whole.data = x->data;
	/* the personality is compared as an address, so its bytes are left out */
	whole.cie = whole.personality ? cur_take(&c, cur_left(&c))
				      : cur_take(&from, cur_left(&from));
	*x = whole;
	x->cie_off = off;
	return true;
}

static bool
fde_open(struct eh *x, uint64_t body, struct bytes rec, struct eh_fde *out)
{
	struct eh whole = { 0 };
	struct cur c = inside(x, body, rec);
	uint64_t back = elf_word(x->e, &c);

	if (back > body || !cie_open(x, body - back))
		return false;
	whole = *x;
	whole.data.n = (size_t)(body + rec.n);
	*out = (struct eh_fde){ .cie = x->cie, .personality = x->personality };
	out->at = pointer(&whole, x->enc, &c);
	out->size = raw_pointer(x->e, x->enc & 15, &c);
	if (x->augmented) {
		uint64_t n = cur_uleb(&c);
		struct cur rest = c;
		if (x->lsda != ENC_OMIT && n > 0)
			out->lsda = pointer(&whole, x->lsda, &rest);
		(void)cur_take(&c, n);
	}
	out->rules = cur_take(&c, cur_left(&c));
	return cur_ok(&c);
}

static int
fde_cmp(const void *a, const void *b)
{
	const struct eh_fde *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

/* The section, or where the header that the unwinder reads points. */
static void
locate(struct eh *x)
{
	const struct elf_sec *s = elf_sec_named(x->e, ".eh_frame");

	if (s != NULL) {
		x->data = s->data;
		x->addr = s->addr;
		return;
	}
	for (uint32_t i = 0; i < x->e->nseg; i++) {
		const struct elf_seg *g = &x->e->seg[i];
		if (g->type != PT_GNU_EH_FRAME || g->data.n < 8)
			continue;
		struct eh hdr = { .e = x->e, .data = g->data, .addr = g->vaddr };
		struct cur c = cur_at(g->data, 4);
		x->addr = pointer(&hdr, g->data.p[1], &c);
		x->data = elf_bytes_at(x->e, x->addr, UINT64_MAX);
	}
}

enum err
eh_open(const struct elf *e, struct eh_table *out)
{
	struct eh x = { .e = e, .cie_off = UINT64_MAX };
	size_t cap = 0;

	*out = (struct eh_table){ 0 };
	if (e->pe != NULL)
		return pe_functions(e, out);
	if (e->type == ET_REL)
		return OK;
	locate(&x);
	for (uint64_t off = 0, body, next; off < x.data.n; off = next) {
		struct bytes rec = record(&x, off, &body, &next);
		if (rec.p == NULL || rec.n < 4) { /* a length of 0 ends the chain */
			out->broken = rec.p == NULL;
			break;
		}
		if (elf_word_at(e, rec, 0) == 0)
			continue;
		if (out->n == cap)
			out->fde = arena_grow(
			    e->arena, out->fde, &cap, out->n + 1, sizeof(*out->fde));
		if (out->fde == NULL)
			return ERR_LIMIT;
		struct eh_fde *f = &out->fde[out->n];
		if (fde_open(&x, body, rec, f) && f->size > 0 &&
		    elf_near(e, f->at, f->size))
			out->n++;
	}
	sort(out->fde, out->n, sizeof(*out->fde), fde_cmp);
	return OK;
}
