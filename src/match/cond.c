/*
 * cond.c - the heart of the machine: one small function an instruction.
 *
 * The handlers are named after cond_ops.def, and the loop is made of it. Nothing
 * is checked here that the verifier has checked: register and word numbers, jump
 * targets, list lengths. Values are never trusted.
 */
#include "match/cond_vm.h"

#include "match/cond_num.h"
#include "match/cond_verify.h"

const uint32_t cond_stop_word[1] = { COND_NOPS };

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

/* Place by place, where those are few: `$a in (0..100)` is worth no search. */
#define PLACES_MAX 128

static enum hits_answer
found_near(struct cond *vm, uint32_t p, int64_t lo, int64_t hi)
{
	enum hits_answer all = HITS_NO;

	if (lo < 0)
		lo = 0;
	if (hi - lo >= PLACES_MAX)
		return HITS_UNKNOWN;
	/* neither is negative; unsigned, for the last place may be the last number */
	for (uint64_t at = (uint64_t)lo; at <= (uint64_t)hi && all == HITS_NO; at++)
		all = hits_at(vm->env->hits, p, at);
	return all;
}

static enum hits_answer
found_in(struct cond *vm, uint32_t w, int64_t lo, int64_t hi)
{
	uint32_t p;
	int64_t n;

	if (hi < 0 || lo > hi || !pattern(vm, w, &p))
		return HITS_NO;
	if (!count(vm, w, lo, hi, &n))
		return found_near(vm, p, lo, hi);
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

/* The first time that a rule runs. */
static enum cond_checked
check(struct cond *vm, uint32_t rule, struct bytes b)
{
	struct cond_known k = { .npatterns = vm->db->npatterns,
		.rule = rule,
		.nexts = vm->db->nexts,
		.facts = vm->env->facts,
		.nfacts = vm->env->nfacts };

	if (b.p == NULL || b.n % 4 != 0 || (uintptr_t)b.p % 4 != 0 ||
	    b.n / 4 > COND_WORDS_MAX)
		return BAD;
	switch (cond_verify(&k, (const uint32_t *)(const void *)b.p, (uint32_t)(b.n / 4),
	    vm->env->arena)) {
	case OK: return GOOD;
	case ERR_LIMIT: return UNCHECKED; /* this object has used up its memory */
	default: return BAD;
	}
}

/* The rule's code, or NULL: it is broken. */
static const uint32_t *
code_of(struct cond *vm, uint32_t rule, const struct db_rule *r)
{
	struct bytes b = bytes_sub(vm->db->section[DB_CODE], r->code, r->ncode);

	if (vm->checked[rule] == UNCHECKED)
		vm->checked[rule] = (uint8_t)check(vm, rule, b);
	vm->ncode = (uint32_t)(b.n / 4);
	return vm->checked[rule] == GOOD ? (const uint32_t *)(const void *)b.p : NULL;
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

bool
cond_hangs_on(struct cond *vm, uint32_t rule, uint32_t pattern)
{
	const struct db_rule *r = db_rule(vm->db, rule);
	enum cond_result res;

	if (rule >= vm->db->nrules || r->flags & DB_RULE_EFFECT ||
	    (vm->code = code_of(vm, rule, r)) == NULL ||
	    !cond_charge(vm, vm->ncode / 16 + 1) ||
	    !hits_suppose(vm->env->hits, pattern, true))
		return false;
	vm->exact = false;
	res = run_once(vm, true);
	hits_suppose(vm->env->hits, pattern, false);
	return res == COND_FALSE;
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
