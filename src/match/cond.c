/*
 * cond.c - the heart of the machine: one small function an instruction.
 *
 * The handlers are named after cond_ops.def, and the loop is made of it. Nothing
 * is checked here that the verifier has checked: register and word numbers, jump
 * targets, list lengths. Values are never trusted.
 */
#include "match/cond_vm.h"

#include <float.h>

#include "match/cond_verify.h"

#define OP(name) \
	static inline const uint32_t *op_##name(struct cond *vm, const uint32_t *pc)
#define NUM_A    vm->num[COND_A(pc)]
#define NUM_B    vm->num[COND_B(pc)]
#define NUM_C    vm->num[COND_C(pc)]
#define STR_A    vm->str[COND_A(pc)]
#define STR_B    vm->str[COND_B(pc)]
#define UNDEF(v) ((v) == FACT_UNDEF)

const uint32_t cond_stop_word[1] = { COND_NOPS };

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

/* The test at b hangs on what is not known yet. */
static const uint32_t *
guess(struct cond *vm, const uint32_t *b)
{
	if (vm->exact || !(*b & (COND_HELPS | COND_HURTS)))
		return cond_stop(vm, COND_NEED);
	vm->guessed = true;
	return branch(vm, b, vm->hope == ((*b & COND_HELPS) != 0));
}

static inline const uint32_t *
answer(struct cond *vm, const uint32_t *b, enum hits_answer a)
{
	if (a == HITS_UNKNOWN)
		return guess(vm, b);
	return branch(vm, b, a == HITS_YES ? COND_IS_TRUE : COND_IS_FALSE);
}

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
	default: return a >= b;
	}
}

/* --- control --- */

OP(RET)
{
	return cond_stop(vm, COND_A(pc) ? COND_TRUE : COND_FALSE);
}

OP(JUMP)
{
	return vm->code + (pc[1] >> COND_TARGET_SHIFT);
}

OP(AGAIN)
{
	return branch(vm, pc + 1, vm->last);
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

OP(SIZE)
{
	NUM_A = (int64_t)vm->env->file.n;
	return pc + 1;
}

OP(ENTRY)
{
	NUM_A = vm->env->entrypoint;
	return pc + 1;
}

/* The variable, or NULL when the scan gave fewer than the database names. */
static inline const struct cond_ext *
ext(const struct cond *vm, uint32_t i)
{
	return i < vm->env->nexts ? &vm->env->exts[i] : NULL;
}

OP(EXTN)
{
	const struct cond_ext *e = ext(vm, pc[1]);

	if (e == NULL || e->type == COND_EXT_STR)
		NUM_A = FACT_UNDEF;
	else
		NUM_A = e->type == COND_EXT_FLOAT ? cond_bits(e->f) : e->i;
	return pc + 2;
}

OP(EXTS)
{
	const struct cond_ext *e = ext(vm, pc[1]);

	STR_A = e != NULL && e->type == COND_EXT_STR ? e->s : (struct bytes){ 0 };
	return pc + 2;
}

/* The value at off, or FACT_UNDEF outside of the object. */
static inline int64_t
read_at(const struct cond *vm, uint32_t how, uint64_t off)
{
	uint32_t log = how & COND_READ_WIDTH;
	struct bytes b = bytes_sub(vm->env->file, off, 1u << log);
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

/* --- patterns --- */

/* The pattern that the operand names; false: there is none. */
static inline bool
pattern(const struct cond *vm, uint32_t w, uint32_t *out)
{
	uint64_t p = w & COND_PAT_REG ? (uint64_t)vm->num[w & 0xff] : w;

	*out = (uint32_t)p;
	return p < vm->db->npatterns;
}

/* Every match of it is known; or there is none, which may be known without. */
static inline enum hits_answer
listed(struct cond *vm, uint32_t p)
{
	if (hits_listed(vm->env->hits, p))
		return HITS_YES;
	return hits_found(vm->env->hits, p) == HITS_NO ? HITS_NO : HITS_UNKNOWN;
}

/* How many matches start in lo..hi; false: that is not known. */
static bool
count(struct cond *vm, uint32_t w, int64_t lo, int64_t hi, int64_t *out)
{
	uint32_t p;

	*out = 0;
	if (!pattern(vm, w, &p) || hi < 0 || lo > hi)
		return true;
	switch (listed(vm, p)) {
	case HITS_NO: return true;
	case HITS_UNKNOWN: return false;
	case HITS_YES: break;
	}
	*out = (int64_t)hits_count(
	    vm->env->hits, p, lo < 0 ? 0 : (uint64_t)lo, (uint64_t)hi);
	return true;
}

OP(COUNT)
{
	int64_t n;

	if (!count(vm, pc[1], 0, INT64_MAX, &n))
		return cond_stop(vm, COND_NEED);
	NUM_A = n;
	return pc + 2;
}

OP(COUNTIN)
{
	int64_t n;

	if (UNDEF(NUM_B) || UNDEF(NUM_C)) {
		NUM_A = FACT_UNDEF;
		return pc + 2;
	}
	if (!count(vm, pc[1], NUM_B, NUM_C, &n))
		return cond_stop(vm, COND_NEED);
	NUM_A = n;
	return pc + 2;
}

static const uint32_t *
nth(struct cond *vm, const uint32_t *pc, bool length)
{
	const struct hit *h = NULL;
	int64_t i = NUM_B;
	uint32_t p;

	if (i > 0 && pattern(vm, pc[1], &p)) {
		enum hits_answer a = listed(vm, p);

		if (a == HITS_UNKNOWN)
			return cond_stop(vm, COND_NEED);
		if (a == HITS_YES)
			h = hits_nth(vm->env->hits, p, (uint64_t)i);
	}
	NUM_A = h == NULL ? FACT_UNDEF : length ? (int64_t)h->len : (int64_t)h->off;
	return pc + 2;
}

OP(OFFSET)
{
	return nth(vm, pc, false);
}

OP(LENGTH)
{
	return nth(vm, pc, true);
}

static inline enum hits_answer
found(struct cond *vm, uint32_t w)
{
	uint32_t p;

	return pattern(vm, w, &p) ? hits_found(vm->env->hits, p) : HITS_NO;
}

static inline enum hits_answer
found_at(struct cond *vm, uint32_t w, int64_t off)
{
	uint32_t p;

	if (off < 0 || !pattern(vm, w, &p))
		return HITS_NO;
	return hits_at(vm->env->hits, p, (uint64_t)off);
}

static inline enum hits_answer
found_in(struct cond *vm, uint32_t w, int64_t lo, int64_t hi)
{
	int64_t n;

	if (!count(vm, w, lo, hi, &n))
		return HITS_UNKNOWN;
	return n > 0 ? HITS_YES : HITS_NO;
}

OP(FOUND)
{
	return answer(vm, pc + 2, found(vm, pc[1]));
}

OP(AT)
{
	if (UNDEF(NUM_A))
		return branch(vm, pc + 2, COND_IS_UNDEF);
	return answer(vm, pc + 2, found_at(vm, pc[1], NUM_A));
}

OP(IN)
{
	if (UNDEF(NUM_A) || UNDEF(NUM_B))
		return branch(vm, pc + 2, COND_IS_UNDEF);
	return answer(vm, pc + 2, found_in(vm, pc[1], NUM_A, NUM_B));
}

OP(CNTCMP)
{
	int64_t n;

	if (!count(vm, pc[1], 0, INT64_MAX, &n))
		return guess(vm, pc + 3);
	return branch(vm, pc + 3, relation(COND_C(pc), n, (int32_t)pc[2]));
}

/* Counts yes and maybe over a list until the outcome is clear. */
struct tally {
	uint32_t yes, maybe, left, need;
};

static inline bool
tally_done(struct tally *t, enum hits_answer a)
{
	t->left--;
	t->yes += a == HITS_YES;
	t->maybe += a == HITS_UNKNOWN;
	return t->yes >= t->need || (uint64_t)t->yes + t->maybe + t->left < t->need;
}

static inline enum hits_answer
tally_answer(const struct tally *t)
{
	if (t->yes >= t->need)
		return HITS_YES;
	return (uint64_t)t->yes + t->maybe >= t->need ? HITS_UNKNOWN : HITS_NO;
}

enum set { SET_FOUND, SET_AT, SET_IN };

static inline const uint32_t *
of_set(struct cond *vm, const uint32_t *pc, enum set set)
{
	const uint32_t *list = pc + 3, *end = list + pc[1];
	struct tally t = { .left = pc[1], .need = pc[2] };

	if ((set != SET_FOUND && UNDEF(NUM_A)) || (set == SET_IN && UNDEF(NUM_B)))
		return branch(vm, end, COND_IS_UNDEF);
	if (!cond_charge(vm, pc[1]))
		return cond_stop(vm, COND_LIMIT);
	for (; list < end; list++) {
		enum hits_answer a = set == SET_FOUND ? found(vm, *list)
				     : set == SET_AT  ? found_at(vm, *list, NUM_A)
						      : found_in(vm, *list, NUM_A, NUM_B);

		if (tally_done(&t, a))
			break;
	}
	return answer(vm, end, tally_answer(&t));
}

OP(OF)
{
	return of_set(vm, pc, SET_FOUND);
}

OP(OFAT)
{
	return of_set(vm, pc, SET_AT);
}

OP(OFIN)
{
	return of_set(vm, pc, SET_IN);
}

static inline enum hits_answer
rule(struct cond *vm, uint32_t r)
{
	switch (vm->env->rule(vm->env->host, r)) {
	case COND_RULE_FALSE: return HITS_NO;
	case COND_RULE_TRUE: return HITS_YES;
	default: return HITS_UNKNOWN;
	}
}

OP(RULE)
{
	return answer(vm, pc + 2, rule(vm, pc[1]));
}

OP(OFRULE)
{
	const uint32_t *list = pc + 3, *end = list + pc[1];
	struct tally t = { .left = pc[1], .need = pc[2] };

	if (!cond_charge(vm, pc[1]))
		return cond_stop(vm, COND_LIMIT);
	while (list < end && !tally_done(&t, rule(vm, *list)))
		list++;
	return answer(vm, end, tally_answer(&t));
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

/* --- loops --- */

OP(RANGE)
{
	int64_t a = NUM_A, b = NUM_B;

	return branch(vm, pc + 1, !UNDEF(a) && !UNDEF(b) && a <= b);
}

/* Charges what one more round may cost: the words it jumps over. */
OP(NEXT)
{
	const uint32_t *to = vm->code + (pc[1] >> COND_TARGET_SHIFT);

	if (NUM_A >= NUM_B)
		return pc + 2;
	if (!cond_charge(vm, (uint64_t)(pc - to) / 4 + 1))
		return cond_stop(vm, COND_LIMIT);
	NUM_A++;
	return to;
}

OP(PICK)
{
	uint64_t i = (uint64_t)NUM_B;

	NUM_A = i < pc[1] ? (int64_t)pc[3 + i] : FACT_UNDEF;
	return pc + 3 + pc[1];
}

OP(SWITCH)
{
	uint64_t i = (uint64_t)NUM_A;

	if (i >= pc[1])
		return pc + 2 + pc[1];
	return vm->code + (pc[2 + i] >> COND_TARGET_SHIFT);
}

/* --- objects --- */

OP(FIELDN)
{
	const uint8_t *o = vm->obj[COND_B(pc)];

	NUM_A = FACT_UNDEF;
	if (o != NULL)
		memcpy(&NUM_A, o + pc[2], sizeof(int64_t));
	return pc + 3;
}

OP(FIELDF)
{
	op_FIELDN(vm, pc);
	if (isnan(cond_float(NUM_A)))
		NUM_A = FACT_UNDEF;
	return pc + 3;
}

OP(FIELDS)
{
	const uint8_t *o = vm->obj[COND_B(pc)];

	STR_A = (struct bytes){ 0 };
	if (o != NULL)
		memcpy(&STR_A, o + pc[2], sizeof(struct bytes));
	return pc + 3;
}

OP(LEN)
{
	const uint8_t *o = vm->obj[COND_B(pc)];
	struct fact_array a = { 0 };

	if (o != NULL)
		memcpy(&a, o + pc[2], sizeof(a));
	NUM_A = a.n;
	return pc + 3;
}

OP(KEY)
{
	const uint8_t *o = vm->obj[COND_B(pc)];

	STR_A = (struct bytes){ 0 };
	if (o != NULL)
		memcpy(&STR_A, o, sizeof(struct bytes));
	return pc + 1;
}

#define op_STR     cond_do_str
#define op_MATCHES cond_do_matches
#define op_MODULE  cond_do_module
#define op_LOAD    cond_do_load
#define op_ELEM    cond_do_elem
#define op_KEYED   cond_do_keyed
#define op_CALLN   cond_do_calln
#define op_CALLS   cond_do_calls

/* Each handler ends in its own indirect jump, which predictors like. */
static enum cond_result
run(struct cond *vm, const uint32_t *pc)
{
	static const void *const label[COND_NOPS + 1] = {
#define COND_OP(name, text, regs, words) &&L_##name,
#include "db/cond_ops.def"
		&&stop
	};

	goto *label[*pc & 0xff];
#define COND_OP(name, text, regs, words)   \
	L_##name : pc = op_##name(vm, pc); \
	goto *label[*pc & 0xff];
#include "db/cond_ops.def"
stop:
	return vm->result;
}

enum err
cond_new(struct arena *keep, const struct db *db, const struct cond_env *env,
    struct cond **out)
{
	struct cond *vm = ARENA_NEW(keep, struct cond);

	if (vm == NULL)
		return ERR_LIMIT;
	vm->env = env;
	vm->db = db;
	vm->checked = arena_alloc(keep, (size_t)db->nrules + 1);
	if (vm->checked == NULL)
		return ERR_LIMIT;
	*out = vm;
	return OK;
}

void
cond_begin(struct cond *vm)
{
	vm->steps = 0;
	vm->incomplete = false;
}

enum cond_checked { UNCHECKED, GOOD, BAD };

/* The rule's code, or NULL: it is broken. The first time it is verified. */
static const uint32_t *
code_of(struct cond *vm, uint32_t rule, const struct db_rule *r)
{
	struct bytes b = bytes_sub(vm->db->section[DB_CODE], r->code, r->ncode);
	const uint32_t *code = (const uint32_t *)(const void *)b.p;
	struct cond_known k = { .npatterns = vm->db->npatterns,
		.rule = rule,
		.nexts = vm->db->nexts,
		.facts = vm->env->facts,
		.nfacts = vm->env->nfacts };

	if (vm->checked[rule] == UNCHECKED && b.p != NULL) {
		bool ok = b.n % 4 == 0 && (uintptr_t)b.p % 4 == 0 &&
			  cond_verify(&k, code, (uint32_t)(b.n / 4), vm->env->arena);

		vm->checked[rule] = ok ? GOOD : BAD;
	}
	vm->ncode = (uint32_t)(b.n / 4);
	return vm->checked[rule] == GOOD ? code : NULL;
}

static enum cond_result
run_once(struct cond *vm, bool hope)
{
	uint32_t head = vm->code[0];
	uint32_t nnum = head & 0xff, nstr = head >> 8 & 0xff, nobj = head >> 16 & 0xff;

	vm->hope = hope;
	vm->last = COND_IS_FALSE;
	vm->lines = NULL;
	vm->line_end = &vm->lines;
	for (uint32_t i = 0; i < nnum; i++)
		vm->num[i] = FACT_UNDEF;
	if (nstr > 0)
		memset(vm->str, 0, nstr * sizeof(vm->str[0]));
	if (nobj > 0)
		memset(vm->obj, 0, nobj * sizeof(vm->obj[0]));
	/* A function may leave COND_LIMIT here, and only there is it looked at. */
	vm->result = COND_FALSE;
	return run(vm, vm->code + vm->code[1]);
}

enum cond_result
cond_run(struct cond *vm, uint32_t rule)
{
	const struct db_rule *r = db_rule(vm->db, rule);
	enum cond_result res;

	if (rule >= vm->db->nrules || (vm->code = code_of(vm, rule, r)) == NULL)
		return COND_LIMIT;
	if (!cond_charge(vm, vm->ncode / 16 + 1))
		return COND_LIMIT;
	vm->exact = r->flags & DB_RULE_EFFECT;
	vm->guessed = false;
	res = run_once(vm, true);
	if (vm->guessed && res == COND_TRUE && run_once(vm, false) != COND_TRUE)
		res = COND_NEED;
	if (res == COND_FALSE || res == COND_TRUE)
		for (struct cond_line *l = vm->lines; l != NULL; l = l->next)
			vm->env->log(vm->env->host, l->text);
	return res;
}

uint64_t
cond_steps(const struct cond *vm)
{
	return vm->steps;
}

bool
cond_incomplete(const struct cond *vm)
{
	return vm->incomplete;
}
