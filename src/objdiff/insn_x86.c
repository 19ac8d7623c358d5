#include "base/err.h"
#include "objdiff/insn.h"

/*
 * Lengths and fields of x86 instructions: Intel SDM volume 2, chapter 2 (form) and
 * appendix A (opcode maps). Each opcode has a letter for what follows it.
 */
enum {
	M = 1,  /* a ModRM byte */
	B = 2,  /* an immediate byte */
	Z = 4,  /* an immediate of the operand's size, 4 bytes at most */
	W = 8,  /* an immediate of two bytes */
	V = 16, /* mov's immediate: 8 bytes with REX.W */
	J = 32, /* a branch's distance: one byte (with B) or Z */
	O = 64, /* an offset as wide as an address */
};

/* clang-format off */
static const uint8_t one[256] = {
	M,M,M,M,B,Z,0,0, M,M,M,M,B,Z,0,0, M,M,M,M,B,Z,0,0, M,M,M,M,B,Z,0,0,
	M,M,M,M,B,Z,0,0, M,M,M,M,B,Z,0,0, M,M,M,M,B,Z,0,0, M,M,M,M,B,Z,0,0,
	0,0,0,0,0,0,0,0, 0,0,0,0,0,0,0,0, 0,0,0,0,0,0,0,0, 0,0,0,0,0,0,0,0,
	0,0,M,M,0,0,0,0, Z,M|Z,B,M|B,0,0,0,0,
	J|B,J|B,J|B,J|B,J|B,J|B,J|B,J|B, J|B,J|B,J|B,J|B,J|B,J|B,J|B,J|B,
	M|B,M|Z,M|B,M|B,M,M,M,M, M,M,M,M,M,M,M,M, 0,0,0,0,0,0,0,0, 0,0,Z|W,0,0,0,0,0,
	O,O,O,O,0,0,0,0, B,Z,0,0,0,0,0,0, B,B,B,B,B,B,B,B, V,V,V,V,V,V,V,V,
	M|B,M|B,W,0,M,M,M|B,M|Z, W|B,0,W,0,0,B,0,0, M,M,M,M,B,B,0,0, M,M,M,M,M,M,M,M,
	J|B,J|B,J|B,J|B,B,B,B,B, J|Z,J|Z,Z|W,J|B,0,0,0,0, 0,0,0,0,0,0,M,M, 0,0,0,0,0,0,M,M,
};
/* Behind 0F; 38 and 3A lead to maps in which all have a ModRM, and 3A's a byte, too. */
static const uint8_t two[256] = {
	M,M,M,M,0,0,0,0, 0,0,0,0,0,M,0,M|B, M,M,M,M,M,M,M,M, M,M,M,M,M,M,M,M,
	M,M,M,M,M,M,M,M, M,M,M,M,M,M,M,M, 0,0,0,0,0,0,0,0, 0,0,0,0,0,0,0,0,
	M,M,M,M,M,M,M,M, M,M,M,M,M,M,M,M, M,M,M,M,M,M,M,M, M,M,M,M,M,M,M,M,
	M,M,M,M,M,M,M,M, M,M,M,M,M,M,M,M, M|B,M|B,M|B,M|B,M,M,M,0, M,M,M,M,M,M,M,M,
	J|Z,J|Z,J|Z,J|Z,J|Z,J|Z,J|Z,J|Z, J|Z,J|Z,J|Z,J|Z,J|Z,J|Z,J|Z,J|Z,
	M,M,M,M,M,M,M,M, M,M,M,M,M,M,M,M, 0,0,0,M,M|B,M,0,0, 0,0,0,M,M|B,M,M,M,
	M,M,M,M,M,M,M,M, M,M,M|B,M,M,M,M,M, M,M,M|B,M,M|B,M|B,M|B,M, 0,0,0,0,0,0,0,0,
	M,M,M,M,M,M,M,M, M,M,M,M,M,M,M,M, M,M,M,M,M,M,M,M, M,M,M,M,M,M,M,M,
	M,M,M,M,M,M,M,M, M,M,M,M,M,M,M,M,
};
/* clang-format on */

struct x86 {
	struct cur c;
	size_t n;          /* bytes before the first */
	uint8_t op, shape; /* the last byte of the opcode, and what follows it */
	uint8_t modrm;
	bool wide, opsize, adsize, rexw, map1;
	bool relative; /* the displacement counts from the end of the instruction */
	struct insn *out;
};

static uint8_t
here(const struct x86 *x, struct bytes code)
{
	return (uint8_t)(code.n - cur_left(&x->c));
}

static int64_t
signed_le(struct bytes b)
{
	switch (b.n) {
	case 1: return (int8_t)b.p[0];
	case 2: return (int16_t)le16(b.p);
	case 4: return (int32_t)le32(b.p);
	default: return (int64_t)le64(b.p);
	}
}

/* A field of size bytes comes next; only those that may be an address are kept. */
static void
field(struct x86 *x, struct bytes code, uint8_t size, enum insn_kind kind)
{
	struct insn *o = x->out;
	uint8_t at = here(x, code);
	struct bytes b = cur_take(&x->c, size);

	if (b.p == NULL || o->nf == COUNT(o->f))
		return;
	if (size < 4 && kind != INSN_BRANCH)
		return;
	o->f[o->nf++] = (struct insn_field){
		.value = (uint64_t)signed_le(b),
		.at = at,
		.size = size,
		.kind = (uint8_t)kind,
		.reg = INSN_NO_REG,
	};
}

static bool
prefix(struct x86 *x, uint8_t b)
{
	switch (b) {
	case 0x66: x->opsize = true; return true;
	case 0x67: x->adsize = true; return true;
	case 0x26:
	case 0x2e:
	case 0x36:
	case 0x3e:
	case 0x64:
	case 0x65:
	case 0xf0:
	case 0xf2:
	case 0xf3: return true;
	default: return false;
	}
}

/* What follows an opcode of the map that VEX and EVEX name by number. */
static uint8_t
vex_shape(struct x86 *x, unsigned map)
{
	x->op = cur_u8(&x->c);
	x->map1 = map == 1;
	return map == 1 ? (uint8_t)(two[x->op] & (M | B)) : map == 3 ? M | B : M;
}

static bool
is_vex(const struct x86 *x, uint8_t b)
{
	struct bytes next = { x->c.p, cur_left(&x->c) };

	if (b != 0xc4 && b != 0xc5 && b != 0x62)
		return false;
	/* 2.3.5.6: in 32-bit mode those are lds, les and bound unless mod is 3 */
	return x->wide || (next.n > 0 && next.p[0] >= 0xc0);
}

static uint8_t
opcode_vex(struct x86 *x, uint8_t b)
{
	unsigned map = 1;

	if (b == 0xc5) {
		(void)cur_u8(&x->c);
	} else {
		map = cur_u8(&x->c) & (b == 0x62 ? 7 : 31);
		(void)cur_take(&x->c, b == 0x62 ? 2 : 1);
	}
	return vex_shape(x, map);
}

/* 2.2.1: a REX counts only right before the opcode; whatever follows it cancels it. */
static uint8_t
prefixes(struct x86 *x)
{
	for (int i = 0;; i++) {
		uint8_t b = cur_u8(&x->c);
		bool rex = x->wide && (b & 0xf0) == 0x40;
		if (i >= INSN_MAX || (!rex && !prefix(x, b)))
			return b;
		x->rexw = rex && (b & 8);
	}
}

static uint8_t
opcode(struct x86 *x)
{
	uint8_t b = prefixes(x);

	if (is_vex(x, b))
		return opcode_vex(x, b);
	x->op = b;
	if (b != 0x0f)
		return x->wide && (b == 0xea || b == 0x9a) ? 0 : one[b];
	x->map1 = true;
	x->op = cur_u8(&x->c);
	if (x->op == 0x38 || x->op == 0x3a) {
		uint8_t shape = x->op == 0x38 ? M : M | B;
		x->op = cur_u8(&x->c);
		x->map1 = false;
		return shape;
	}
	return two[x->op];
}

/* Table 2-1: 16-bit addressing, which only code for old machines has. */
static void
memory16(struct x86 *x, struct bytes code)
{
	unsigned mod = x->modrm >> 6, rm = x->modrm & 7;

	if (mod == 1)
		field(x, code, 1, INSN_VALUE);
	else if (mod == 2 || (mod == 0 && rm == 6))
		field(x, code, 2, INSN_VALUE);
}

/* Tables 2-2 and 2-3; 2.2.1.6: mod 0, rm 5 is relative to the next instruction. */
static void
memory(struct x86 *x, struct bytes code)
{
	unsigned mod = x->modrm >> 6, rm = x->modrm & 7, base = 0;

	/* moves to and from control registers know no memory, whatever mod says */
	if (mod == 3 || (x->map1 && (x->op & 0xfc) == 0x20))
		return;
	if (!x->wide && x->adsize) {
		memory16(x, code);
		return;
	}
	if (rm == 4)
		base = cur_u8(&x->c) & 7;
	if (mod == 1) {
		field(x, code, 1, INSN_VALUE);
	} else if (mod == 2 || (rm == 4 && base == 5)) {
		field(x, code, 4, INSN_VALUE);
	} else if (rm == 5) {
		x->relative = x->wide;
		field(x, code, 4, x->wide ? INSN_DATA : INSN_VALUE);
	}
}

static void
immediates(struct x86 *x, struct bytes code)
{
	uint8_t z = x->opsize && !x->rexw ? 2 : 4;

	/* F6 and F7: only test (/0 and /1) has an immediate */
	if (!x->map1 && (x->op & 0xfe) == 0xf6 && x->shape == M && (x->modrm & 0x30) == 0)
		x->shape = x->op == 0xf6 ? M | B : M | Z;
	if (x->shape & J) {
		/* in 64-bit mode the prefix does not shorten a branch */
		uint8_t wide = x->wide ? 4 : z;
		field(x, code, x->shape & B ? 1 : wide, INSN_BRANCH);
		return;
	}
	if (x->shape & O)
		field(x, code, (uint8_t)((x->wide ? 8 : 4) >> x->adsize), INSN_VALUE);
	if (x->shape & Z)
		field(x, code, z, INSN_VALUE);
	if (x->shape & V)
		field(x, code, x->rexw ? 8 : z, INSN_VALUE);
	if (x->shape & W)
		(void)cur_take(&x->c, 2);
	if (x->shape & B)
		field(x, code, 1, INSN_VALUE);
}

/* Distances become addresses, and their bytes zeros. */
static void
settle(struct x86 *x, uint64_t at, bool absolute)
{
	struct insn *o = x->out;

	for (uint8_t i = 0; i < o->nf; i++) {
		struct insn_field *f = &o->f[i];
		if (f->kind == INSN_BRANCH || f->kind == INSN_DATA) {
			f->value += at + o->len;
			if (!absolute)
				f->value &= UINT32_MAX;
			memset(o->fixed + f->at, 0, f->size);
		}
	}
	o->call = !x->map1 && x->op == 0xe8 && o->nf == 1 && o->f[0].kind == INSN_BRANCH;
}

void
insn_x86(struct bytes code, uint64_t at, bool wide, struct insn *out)
{
	struct x86 x = { .c = cur_at(code, 0), .wide = wide, .out = out };

	code = bytes_clip(code, 0, INSN_MAX);
	x.c = cur_at(code, 0);
	*out = (struct insn){ 0 };
	x.shape = opcode(&x);
	if (x.shape & M) {
		x.modrm = cur_u8(&x.c);
		memory(&x, code);
	}
	immediates(&x, code);
	if (!cur_ok(&x.c)) { /* cut, or longer than an instruction may be */
		*out = (struct insn){ .len = 1, .fixed = { code.n > 0 ? code.p[0] : 0 } };
		return;
	}
	out->len = here(&x, code);
	memcpy(out->fixed, code.p, out->len);
	settle(&x, at, wide);
}
