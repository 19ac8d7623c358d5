/*
 * cond_vm.h - the machine's inside: its state, and what its files share.
 *
 * cond.c runs (registers, numbers, patterns, loops), cond_str.c answers questions
 * about strings, cond_obj.c touches the modules. A handler gets the instruction
 * and gives the next one.
 */
#pragma once

#include "match/cond.h"

#define COND_REGS 256

/*
 * A line that a rule wrote: kept until the rule is decided, as a run may be for nothing.
 */
struct cond_line {
	struct bytes text;
	struct cond_line *next;
};

struct cond {
	const struct cond_env *env;
	const struct db *db;
	const uint32_t *code; /* of the rule that runs */
	uint64_t steps;
	uint32_t ncode;
	enum cond_outcome last;
	enum cond_result result;
	bool hope;    /* a guess favours the rule */
	bool guessed; /* ... and there was one */
	bool exact;   /* this rule writes lines: no guessing */
	bool incomplete;
	struct cond_line *lines, **line_end; /* of this run */
	uint8_t *checked;                    /* a rule: enum cond_checked */
	int64_t num[COND_REGS];
	struct bytes str[COND_REGS];
	const uint8_t *obj[COND_REGS];
};

/* The operand bytes of the instruction at pc. */
#define COND_A(pc) ((pc)[0] >> 8 & 0xff)
#define COND_B(pc) ((pc)[0] >> 16 & 0xff)
#define COND_C(pc) ((pc)[0] >> 24)

/* A handler, and its operands. */
#define OP(name) \
	static inline const uint32_t *op_##name(struct cond *vm, const uint32_t *pc)
#define NUM_A    vm->num[COND_A(pc)]
#define NUM_B    vm->num[COND_B(pc)]
#define NUM_C    vm->num[COND_C(pc)]
#define STR_A    vm->str[COND_A(pc)]
#define STR_B    vm->str[COND_B(pc)]
#define UNDEF(v) ((v) == FACT_UNDEF)

/* Where a run ends: an instruction of no rule. */
extern const uint32_t cond_stop_word[1];

/* Ends the run with this result: the next instruction is the stop. */
static inline const uint32_t *
cond_stop(struct cond *vm, enum cond_result r)
{
	vm->result = r;
	return cond_stop_word;
}

/* Goes on behind the branch word or where it says. */
static inline const uint32_t *
cond_branch(struct cond *vm, const uint32_t *b, enum cond_outcome o)
{
	vm->last = o;
	return *b >> o & 1 ? vm->code + (*b >> COND_TARGET_SHIFT) : b + 1;
}

/* false: the budget is spent. */
static inline bool
cond_charge(struct cond *vm, uint64_t n)
{
	vm->steps = num_add(vm->steps, n);
	if (__builtin_expect(vm->steps <= vm->env->max_steps, 1))
		return true;
	return vm->env->more != NULL && vm->env->more(vm->env->host);
}

/* A number's register holds a float by its bits; these two convert. NaN is undefined. */
static inline double
cond_float(int64_t bits)
{
	double f;

	memcpy(&f, &bits, sizeof(f));
	return f;
}

/* The contrary. */
static inline int64_t
cond_bits(double f)
{
	int64_t bits;

	memcpy(&bits, &f, sizeof(bits));
	return bits;
}

/* Calls a function without arguments that gives a string; false: a budget is spent. */
bool cond_call_plain(
    struct cond *vm, const struct fact *row, const uint8_t *self, struct bytes *out);

/*
 * cond_str.c: handlers. Each takes the verified instruction at pc, charges for the bytes
 * it looks at, and gives the next one.
 */
const uint32_t *cond_do_str(struct cond *vm, const uint32_t *pc);
const uint32_t *cond_do_matches(struct cond *vm, const uint32_t *pc);
int cond_str_cmp(struct bytes a, struct bytes b);

/*
 * cond_obj.c: handlers, in the same form. An object that is not there (NULL) makes what
 * is read of it undefined; a call that cannot be paid for ends the run.
 */
const uint32_t *cond_do_module(struct cond *vm, const uint32_t *pc);
const uint32_t *cond_do_load(struct cond *vm, const uint32_t *pc);
const uint32_t *cond_do_elem(struct cond *vm, const uint32_t *pc);
const uint32_t *cond_do_keyed(struct cond *vm, const uint32_t *pc);
const uint32_t *cond_do_calln(struct cond *vm, const uint32_t *pc);
const uint32_t *cond_do_calls(struct cond *vm, const uint32_t *pc);
