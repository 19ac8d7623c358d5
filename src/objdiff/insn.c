#include "objdiff/insn_in.h"

/* Bits of w are zeroed where mask has ones, and handed out as value. */
static void
word_field(struct insn *o, bool be, uint32_t *w, uint32_t mask, struct insn_field f)
{
	*w &= ~mask;
	insn_store(o, be, *w);
	f.size = 4;
	o->f[o->nf++] = f;
}

static struct insn_field
branch(uint64_t to)
{
	return (
	    struct insn_field){ .value = to, .kind = INSN_BRANCH, .reg = INSN_NO_REG };
}

static struct insn_field
data(uint64_t to, uint8_t reg)
{
	return (struct insn_field){ .value = to, .kind = INSN_DATA, .reg = reg };
}

/* Arm ARM C4.1: branches, and loads relative to the program counter. */
static bool
arm64_relative(struct insn_run *r, uint32_t w, uint64_t at, struct insn *o)
{
	unsigned rd = w & 31;

	if ((w & 0x7c000000) == 0x14000000) {
		o->call = w >> 31;
		word_field(o, 0, &w, 0x03ffffff, branch(at + (insn_extend(w, 26) << 2)));
	} else if ((w & 0xff000010) == 0x54000000 || (w & 0x7e000000) == 0x34000000) {
		word_field(
		    o, 0, &w, 0x00ffffe0, branch(at + (insn_extend(w >> 5, 19) << 2)));
	} else if ((w & 0x7e000000) == 0x36000000) {
		word_field(
		    o, 0, &w, 0x0007ffe0, branch(at + (insn_extend(w >> 5, 14) << 2)));
	} else if ((w & 0x3b000000) == 0x18000000) {
		uint64_t to = at + (insn_extend(w >> 5, 19) << 2);
		insn_page_drop(r, rd);
		word_field(o, 0, &w, 0x00ffffe0, data(to, INSN_NO_REG));
	} else if ((w & 0x1f000000) == 0x10000000) {
		uint64_t d = insn_extend((w >> 3 & 0x1ffffc) | (w >> 29 & 3), 21);
		bool page = w >> 31;
		struct insn_field f =
		    page ? (struct insn_field){ .value =
						    (at & ~UINT64_C(0xfff)) + (d << 12),
			    .kind = INSN_PAGE,
			    .reg = (uint8_t)rd }
			 : data(at + d, INSN_NO_REG);
		insn_page_drop(r, rd);
		if (page)
			insn_page_set(r, rd, f.value);
		word_field(o, 0, &w, 0x60ffffe0, f);
	} else {
		return false;
	}
	return true;
}

/* add and loads that complete an address of adrp; the rest may overwrite a page. */
static void
arm64_page(struct insn_run *r, uint32_t w, struct insn *o)
{
	unsigned rd = w & 31, rn = w >> 5 & 31;
	bool add = (w & 0xffc00000) == 0x91000000;
	bool mem = (w & 0x3b000000) == 0x39000000;
	unsigned scale = add ? 0 : w >> 30;

	if (mem && (w & 0x04800000) == 0x04800000 && scale == 0)
		scale = 4; /* a vector register of 16 bytes */
	if ((add || mem) && insn_page_known(r, rn)) {
		uint64_t to = r->page[rn] + ((uint64_t)(w >> 10 & 0xfff) << scale);
		word_field(o, 0, &w, 0x003ffc00, data(to, (uint8_t)rn));
	}
	/* bit 25 and 27 tell loads and stores; of those, bit 22 clear is a store */
	bool loadstore = (w & 0x0a000000) == 0x08000000;
	bool branches = (w & 0x1c000000) == 0x14000000;
	if (!branches && !(loadstore && !(w & 0x00400000)))
		insn_page_drop(r, rd);
}

static void
arm64(struct insn_run *r, uint32_t w, uint64_t at, struct insn *o)
{
	if (!arm64_relative(r, w, at, o))
		arm64_page(r, w, o);
	if (o->call)
		r->known &= 0xbff80000; /* AAPCS64: x0 to x18 and x30 do not survive */
}

/* MIPS32: j and jal name a word of the 256 MB the next instruction lies in. */
static void
mips(struct insn_run *r, uint32_t w, uint64_t at, struct insn *o)
{
	if (w >> 27 == 1) {
		uint64_t to = ((at + 4) & ~UINT64_C(0x0fffffff)) | (w & 0x03ffffff) << 2;
		o->call = w >> 26 & 1;
		word_field(o, r->be, &w, 0x03ffffff, branch(to));
	}
}

/* RISC-V 2.3: the immediate of J, whose bits are shuffled. */
static uint64_t
riscv_j(uint32_t w)
{
	return insn_extend(
	    (w >> 11 & 0x100000) | (w & 0xff000) | (w >> 9 & 0x800) | (w >> 20 & 0x7fe),
	    21);
}

static void
riscv(struct insn_run *r, uint32_t w, uint64_t at, struct insn *o)
{
	unsigned op = w & 0x7f, rd = w >> 7 & 31, rs = w >> 15 & 31;

	if (op == 0x6f) {
		o->call = rd == 1;
		word_field(o, 0, &w, 0xfffff000, branch(at + riscv_j(w)));
	} else if (op == 0x17) { /* auipc */
		uint64_t page = at + insn_extend(w & 0xfffff000, 32);
		insn_page_set(r, rd, page);
		word_field(o, 0, &w, 0xfffff000,
		    (struct insn_field){
			.value = page, .kind = INSN_PAGE, .reg = (uint8_t)rd });
	} else if ((op == 0x13 || op == 0x03 || op == 0x67) && insn_page_known(r, rs)) {
		uint64_t to = r->page[rs] + insn_extend(w >> 20, 12);
		o->call = op == 0x67 && rd == 1;
		insn_page_drop(r, rd);
		word_field(o, 0, &w, 0xfff00000, data(to, (uint8_t)rs));
	} else if (op != 0x23 && op != 0x63) { /* stores and branches write no register */
		insn_page_drop(r, rd);
	}
}

/* z/Architecture, RIL: brasl, brcl, larl and their kin count in halfwords. */
static void
s390x(struct bytes b, uint64_t at, struct insn *o)
{
	unsigned low = b.n > 1 ? b.p[1] & 15 : 0;
	bool far = b.p[0] == 0xc6 || b.p[0] == 0xc4;

	o->len = b.p[0] < 0x40 ? 2 : b.p[0] < 0xc0 ? 4 : 6;
	if (o->len > b.n)
		o->len = (uint8_t)b.n;
	memcpy(o->fixed, b.p, o->len);
	if (o->len != 6 ||
	    !(far || (b.p[0] == 0xc0 && (low == 0 || low == 4 || low == 5))))
		return;
	uint64_t to = at + (insn_extend(be32(b.p + 2), 32) << 1);
	o->call = b.p[0] == 0xc0 && low == 5;
	o->f[0] = b.p[0] == 0xc0 && low >= 4 ? branch(to) : data(to, INSN_NO_REG);
	o->f[0].at = 2;
	o->f[0].size = 4;
	o->nf = 1;
	memset(o->fixed + 2, 0, 4);
}

/* Four bytes, or the two of a compressed instruction. */
static void
words(struct insn_run *r, struct bytes b, uint64_t at, struct insn *o)
{
	bool half = r->arch == INSN_RISCV && (b.p[0] & 3) != 3;

	o->len = half ? 2 : 4;
	if (b.n < o->len) {
		o->len = 1;
		o->fixed[0] = b.p[0];
		return;
	}
	memcpy(o->fixed, b.p, o->len);
	if (half) {
		/* CI, CR: the destination, or none; a page forgotten costs only noise */
		insn_page_drop(r, le16(b.p) >> 7 & 31);
		return;
	}
	uint32_t w = r->be ? be32(b.p) : le32(b.p);
	switch (r->arch) {
	case INSN_ARM64: arm64(r, w, at, o); break;
	case INSN_RISCV: riscv(r, w, at, o); break;
	case INSN_MIPS: mips(r, w, at, o); break;
	default: break;
	}
}

void
insn_next(
    struct insn_run *r, struct bytes code, uint64_t off, uint64_t at, struct insn *out)
{
	struct bytes b = bytes_from(code, off);

	*out = (struct insn){ 0 };
	if (b.n == 0)
		return;
	switch (r->arch) {
	case INSN_X86_64:
	case INSN_I386: insn_x86(b, at + off, r->arch == INSN_X86_64, out); break;
	case INSN_S390X: s390x(b, at + off, out); break;
	case INSN_ARM: insn_arm(r, b, at + off, out); break;
	case INSN_PPC: insn_ppc(r, b, at + off, out); break;
	case INSN_OPAQUE:
		out->len = 1;
		out->fixed[0] = b.p[0];
		break;
	default: words(r, b, at + off, out);
	}
}
