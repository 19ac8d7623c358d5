/*
 * cond_num.h - the machine's handlers of values: loads, arithmetic, comparisons.
 *
 * Part of cond.c in a file of its own: inlined there into the loop.
 */
#pragma once

#include <float.h>

#include "match/cond_vm.h"

static inline int64_t
imm64(const uint32_t *w)
{
	return (int64_t)(w[0] | (uint64_t)w[1] << 32);
}

static inline const uint32_t *
branch(struct cond *vm, const uint32_t *b, enum cond_outcome o)
{
	return cond_branch(vm, b, o);
}

/*
 * Compares as the instruction says; rel was verified, and what is none of the others is
 * COND_GE.
 */
static inline bool
relation(uint32_t rel, int64_t a, int64_t b)
{
	switch (rel) {
	case COND_EQ: return a == b;
	case COND_NE: return a != b;
	case COND_LT: return a < b;
	case COND_LE: return a <= b;
	case COND_GT: return a > b;
	default: return a >= b;
	}
}

/* YARA 4.5: equal is "nearer than epsilon"; two infinities are neither. */
static inline bool
relation_float(uint32_t rel, double a, double b)
{
	switch (rel) {
	case COND_EQ: return fabs(a - b) < DBL_EPSILON;
	case COND_NE: return fabs(a - b) >= DBL_EPSILON;
	case COND_LT: return a < b;
	case COND_LE: return a <= b;
	case COND_GT: return a > b;
	case COND_SAME: return a == b;
	case COND_OTHER: return a != b;
	default: return a >= b;
	}
}

/* --- values --- */

OP(LDI)
{
	NUM_A = (int32_t)pc[1];
	return pc + 2;
}

OP(LDQ)
{
	NUM_A = imm64(pc + 1);
	return pc + 3;
}

OP(MOVN)
{
	NUM_A = NUM_B;
	return pc + 1;
}

OP(MOVS)
{
	STR_A = STR_B;
	return pc + 1;
}

OP(LDT)
{
	STR_A = db_text(vm->db, pc[1]);
	return pc + 2;
}

/* A process has no size: YARA's filesize is undefined there. */
OP(SIZE)
{
	NUM_A = vm->env->regions ? FACT_UNDEF : (int64_t)vm->env->file.n;
	return pc + 1;
}

OP(ENTRY)
{
	NUM_A = vm->env->entrypoint;
	return pc + 1;
}

/* The variable, or NULL when the scan gave fewer than the database names. */
static inline const struct ext *
ext(const struct cond *vm, uint32_t i)
{
	return i < vm->env->nexts ? &vm->env->exts[i] : NULL;
}

OP(EXTN)
{
	const struct ext *e = ext(vm, pc[1]);

	if (e == NULL || e->type == EXT_STR)
		NUM_A = FACT_UNDEF;
	else
		NUM_A = e->type == EXT_FLOAT ? cond_bits(e->f) : e->i;
	return pc + 2;
}

OP(EXTS)
{
	const struct ext *e = ext(vm, pc[1]);

	STR_A = e != NULL && e->type == EXT_STR ? e->s : (struct bytes){ 0 };
	return pc + 2;
}

/* The value at off, or FACT_UNDEF outside of the object. */
static inline int64_t
read_at(const struct cond *vm, uint32_t how, uint64_t off)
{
	uint32_t log = how & COND_READ_WIDTH;
	const struct regions *parts = vm->env->regions;
	struct bytes b = parts ? bytes_sub(region_from(parts, off), 0, 1u << log)
			       : bytes_sub(vm->env->file, off, 1u << log);
	bool big = how & COND_READ_BIG, sign = how & COND_READ_SIGN;
	uint64_t v;
	float f;

	if (b.p == NULL)
		return FACT_UNDEF;
	switch (log) {
	case 0: return sign ? (int8_t)b.p[0] : b.p[0];
	case 1: v = big ? be16(b.p) : le16(b.p); return sign ? (int16_t)v : (int64_t)v;
	case 2:
		v = big ? be32(b.p) : le32(b.p);
		if (how & COND_READ_FLOAT) {
			memcpy(&f, &(uint32_t){ (uint32_t)v }, sizeof(f));
			return isnan(f) ? FACT_UNDEF : cond_bits(f);
		}
		return sign ? (int32_t)v : (int64_t)v;
	default:
		v = big ? be64(b.p) : le64(b.p);
		if (how & COND_READ_FLOAT && isnan(cond_float((int64_t)v)))
			return FACT_UNDEF;
		return (int64_t)v;
	}
}

/* A negative offset, and so an undefined one, lies outside of every object. */
OP(READ)
{
	NUM_A = read_at(vm, COND_C(pc), (uint64_t)NUM_B);
	return pc + 1;
}

OP(READK)
{
	NUM_A = read_at(vm, COND_C(pc), pc[1]);
	return pc + 2;
}

/* --- arithmetic: wraps, as YARA does; what C leaves undefined is undefined --- */

#define ARITH(name, expr)                                           \
	OP(name)                                                    \
	{                                                           \
		int64_t a = NUM_B, b = NUM_C;                       \
		NUM_A = UNDEF(a) || UNDEF(b) ? FACT_UNDEF : (expr); \
		return pc + 1;                                      \
	}
#define ARITH1(name, expr)                              \
	OP(name)                                        \
	{                                               \
		int64_t a = NUM_B;                      \
		NUM_A = UNDEF(a) ? FACT_UNDEF : (expr); \
		return pc + 1;                          \
	}

ARITH(ADD, (int64_t)((uint64_t)a + (uint64_t)b))
ARITH(SUB, (int64_t)((uint64_t)a - (uint64_t)b))
ARITH(MUL, (int64_t)((uint64_t)a *(uint64_t)b))
ARITH(DIV, b == 0 || (a == INT64_MIN && b == -1) ? FACT_UNDEF : a / b)
ARITH(MOD, b == 0 || (a == INT64_MIN && b == -1) ? FACT_UNDEF : a % b)
ARITH(BAND, a &b)
ARITH(BOR, a | b)
ARITH(BXOR, a ^ b)
ARITH(SHL, b < 0 ? FACT_UNDEF : b >= 64 ? 0 : (int64_t)((uint64_t)a << b))
ARITH(SHR, b < 0 ? FACT_UNDEF : b >= 64 ? 0 : a >> b)
ARITH1(NEG, (int64_t)(0 - (uint64_t)a))
ARITH1(BNOT, ~a)
ARITH1(FLOAT, cond_bits((double)a))
ARITH1(FNEG, cond_bits(-cond_float(a)))
ARITH(FADD, cond_bits(cond_float(a) + cond_float(b)))
ARITH(FSUB, cond_bits(cond_float(a) - cond_float(b)))
ARITH(FMUL, cond_bits(cond_float(a) * cond_float(b)))
ARITH(FDIV, cond_bits(cond_float(a) / cond_float(b)))

OP(INC)
{
	NUM_A = (int64_t)((uint64_t)NUM_A + 1);
	return pc + 1;
}

/* --- tests of values --- */

OP(CMP)
{
	int64_t a = NUM_A, b = NUM_B;

	if (UNDEF(a) || UNDEF(b))
		return branch(vm, pc + 1, COND_IS_UNDEF);
	return branch(vm, pc + 1, relation(COND_C(pc), a, b));
}

OP(CMPI)
{
	int64_t a = NUM_A;

	if (UNDEF(a))
		return branch(vm, pc + 2, COND_IS_UNDEF);
	return branch(vm, pc + 2, relation(COND_C(pc), a, (int32_t)pc[1]));
}

/* "less than" of an undefined float is false in YARA, only there. */
OP(FCMP)
{
	int64_t a = NUM_A, b = NUM_B;
	uint32_t rel = COND_C(pc);

	if (UNDEF(a) || UNDEF(b))
		return branch(vm, pc + 1, rel == COND_LT ? COND_IS_FALSE : COND_IS_UNDEF);
	return branch(vm, pc + 1, relation_float(rel, cond_float(a), cond_float(b)));
}

OP(SCMP)
{
	struct bytes a = STR_A, b = STR_B;
	uint32_t rel = COND_C(pc);

	if (a.p == NULL || b.p == NULL)
		return branch(vm, pc + 1, COND_IS_UNDEF);
	if (!cond_charge(vm, (a.n < b.n ? a.n : b.n) / 4))
		return cond_stop(vm, COND_LIMIT);
	if (rel == COND_EQ || rel == COND_NE)
		return branch(vm, pc + 1, bytes_eq(a, b) == (rel == COND_EQ));
	return branch(vm, pc + 1, relation(rel, cond_str_cmp(a, b), 0));
}

OP(SIZECMP)
{
	int64_t n = (int64_t)vm->env->file.n;

	if (vm->env->regions != NULL)
		return branch(vm, pc + 3, COND_IS_UNDEF);
	return branch(vm, pc + 3, relation(COND_C(pc), n, imm64(pc + 1)));
}

OP(READCMP)
{
	int64_t v = read_at(vm, COND_B(pc), pc[1]);

	if (UNDEF(v))
		return branch(vm, pc + 4, COND_IS_UNDEF);
	return branch(vm, pc + 4, relation(COND_C(pc), v, imm64(pc + 2)));
}

OP(TRUEN)
{
	int64_t a = NUM_A;

	return branch(vm, pc + 1, UNDEF(a) ? COND_IS_UNDEF : a != 0);
}

OP(TRUES)
{
	return branch(vm, pc + 1, STR_A.p == NULL ? COND_IS_UNDEF : STR_A.n != 0);
}

OP(DEFN)
{
	return branch(vm, pc + 1, !UNDEF(NUM_A));
}

OP(DEFS)
{
	return branch(vm, pc + 1, STR_A.p != NULL);
}

OP(DEFO)
{
	return branch(vm, pc + 1, vm->obj[COND_A(pc)] != NULL);
}

/* YARA 4.3: a quantifier of 0 means none, an undefined one all. */
OP(QUANT)
{
	int64_t yes = NUM_A, all = NUM_B, want = NUM_C;
	bool ok = yes >= want;

	if (UNDEF(want))
		ok = yes >= all;
	else if (want == 0)
		ok = yes == 0;
	return branch(vm, pc + 1, ok);
}

OP(PERCENT)
{
	int64_t yes = NUM_A, all = NUM_B, want = NUM_C;

	if (UNDEF(want) || all == 0)
		return branch(vm, pc + 1, COND_IS_UNDEF);
	return branch(vm, pc + 1, (double)yes / (double)all * 100 >= (double)want);
}
