#include "objdiff/ref.h"

#include "base/err.h"

uint64_t
ref_mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15u;
	return h ^ h >> 29;
}

uint64_t
ref_mix_bytes(uint64_t h, struct bytes b)
{
	size_t i = 0;

	for (; b.n - i >= 8; i += 8)
		h = ref_mix(h, le64(b.p + i));
	for (; i < b.n; i++)
		h = ref_mix(h, b.p[i]);
	return ref_mix(h, b.n);
}

struct ref
ref_of_rel(const struct elf *e, const struct elf_rel *r)
{
	struct ref ref = {
		.kind = REF_ADDR, .addr = r->addend, .type = r->type, .reg = INSN_NO_REG
	};
	struct elf_sym s;

	if (r->sym == 0)
		return ref;
	if (!elf_sym_at(e, elf_rel_table(e), r->sym, &s))
		return (
		    struct ref){ .kind = REF_NAME, .type = r->type, .reg = INSN_NO_REG };
	/* the loader may bind a named symbol to another object's, even a defined one */
	if (s.shndx == 0 || (e->type != ET_REL && s.name.n > 0)) {
		ref.kind = REF_NAME;
		ref.name = s.name;
		/* with REL a lazily bound slot holds where its stub continues */
		ref.addend = !e->rela && r->type == e->m->slot ? 0 : r->addend;
		return ref;
	}
	ref.addr = s.value + r->addend;
	return ref;
}

static bool
is_x86(const struct elf *e)
{
	return e->m->arch == INSN_X86_64 || e->m->arch == INSN_I386;
}

/* x86: distances count from the next instruction, so the addend was made smaller. */
static bool
counts_from_end(const struct elf *e, uint32_t type)
{
	if (e->m->arch == INSN_X86_64)
		return type == 2 || type == 4 || type == 9 || type == 22 || type == 41 ||
		       type == 42;
	return e->m->arch == INSN_I386 && (type == 2 || type == 4);
}

static unsigned
relocated(const struct elf *e, uint64_t at, struct insn *x, struct ref out[REFS_MAX])
{
	size_t n, first = elf_rels(e, at, at + x->len, &n);
	unsigned got = 0;

	for (size_t i = 0; i < n && got < REFS_MAX; i++) {
		const struct elf_rel *r = &e->rel[first + i];
		struct ref *o = &out[got++];
		uint64_t in = r->at - at;
		*o = ref_of_rel(e, r);
		if (counts_from_end(e, r->type)) {
			o->addr += x->len - in;
			o->addend += x->len - in;
		}
		o->raw = in;
		o->call = x->call;
		if (e->m->arch == INSN_MIPS && !e->rela) /* the addend's half */
			memset(x->fixed + (e->be ? 2 : 0), 0, 2);
		/* REL's addends stand in the fields, of whole bytes on i386; RELA's are
		 * zeros */
		for (unsigned k = 0; k < x->nf; k++) {
			if (x->f[k].at != in || x->f[k].size > x->len - in)
				continue;
			if (!e->rela)
				memset(x->fixed + in, 0, x->f[k].size);
			else if (x->f[k].kind != INSN_VALUE && is_x86(e))
				o->under = x->f[k].value - at - x->len;
		}
	}
	return got;
}

/* i386: a displacement of 32 bits beside a register that holds the table's address. */
static bool
beside_got(const struct elf *e, const struct insn *x, uint64_t at, struct ref *r)
{
	int64_t v = (int32_t)(uint32_t)r->raw;

	if (e->m->arch != INSN_I386 || e->type != ET_DYN || e->got == 0)
		return false;
	/* the register gets it by adding the distance to the instruction's own address */
	if (((at + r->raw) & UINT32_MAX) == e->got &&
	    (x->fixed[0] == 0x81 || x->fixed[0] == 5)) {
		r->addr = e->got;
		return true;
	}
	r->addr = (e->got + r->raw) & UINT32_MAX;
	/* a stub's jump through its slot, jmp *disp32(%ebx), may be near */
	if (x->fixed[0] == 0xff && x->fixed[1] == 0xa3)
		v = INT32_MAX;
	return (v >= 128 || v < -128) && elf_sec_at(e, r->addr) != NULL;
}

static bool
number(const struct elf *e, const struct insn *x, uint64_t at, const struct insn_field *f,
    struct ref *r)
{
	uint64_t v = e->wide ? f->value : f->value & UINT32_MAX;

	if (f->size < 4)
		return false;
	*r = (struct ref){ .kind = REF_ADDR, .addr = v, .raw = v, .reg = INSN_NO_REG };
	if (e->type == ET_EXEC)
		return elf_sec_at(e, v) != NULL || elf_data_end(e, v) != NULL;
	r->kind = REF_MAYBE;
	return beside_got(e, x, at, r);
}

unsigned
ref_of_insn(const struct elf *e, uint64_t at, struct insn *x, struct ref out[REFS_MAX])
{
	unsigned n = e->code_rels ? relocated(e, at, x, out) : 0;

	for (unsigned i = 0; i < x->nf && n < REFS_MAX; i++) {
		const struct insn_field *f = &x->f[i];
		struct ref *r = &out[n];
		bool done = false;
		for (unsigned k = 0; k < n && e->code_rels; k++)
			done |= out[k].type != 0 && out[k].raw == f->at;
		if (done)
			continue;
		if (f->kind == INSN_VALUE) {
			if (!number(e, x, at, f, r))
				continue;
			memset(x->fixed + f->at, 0, f->size);
		} else {
			*r = (struct ref){
				.kind = f->kind == INSN_PAGE ? REF_PAGE : REF_ADDR,
				.addr = f->value,
				.reg = f->reg,
				.call = x->call,
			};
		}
		n++;
	}
	return n;
}
