/*
 * cond.h - condition code: what the compiler writes and the machine runs.
 *
 * A register machine. Registers are of three kinds that never mix: numbers
 * (int64, double or boolean, 64 bits; FACT_UNDEF is undefined), strings (struct
 * bytes; p NULL is undefined) and objects (a place in a module's struct; NULL is
 * undefined). An object register has one type for the whole rule, declared in
 * the rule's head, so an instruction is checked by itself, wherever it may be
 * jumped to: the verifier is one pass without flow analysis. All registers are
 * undefined when a rule starts.
 *
 * A *test* has one of three outcomes: false, true, undefined. Its branch word
 * names the outcomes that jump; the others fall through. So `and`, `or` and
 * `not` cost nothing, and undefined is told from false where it matters.
 *
 * Only NEXT jumps back, and it charges a step: what has passed the verifier
 * ends, and reads and writes nothing but its registers.
 *
 * The code of a rule is 32-bit words:
 *	head     registers: numbers | strings << 8 | objects << 16
 *	start    index of the first instruction
 *	types    one word an object register: index of its path below
 *	paths    see cond_path
 *	start:   instructions (cond_ops.def), to the end
 */
#pragma once

#include "base/bytes.h"
#include "base/fact.h"
#include "db/db.h"

/* The instructions; cond_ops.def has each with its operands and what it does. */
enum cond_op {
#define COND_OP(name, text, regs, words) COND_##name,
#include "db/cond_ops.def"
	COND_NOPS,
};

struct cond_op_row {
	const char *name;
	const char *regs;  /* kinds of the operand bytes a b c; see cond_ops.def */
	const char *words; /* kinds of the words behind */
};

extern const struct cond_op_row cond_ops[COND_NOPS];

/* An instruction's first word: op | a << 8 | b << 16 | c << 24. */
static inline uint32_t
cond_word(enum cond_op op, uint32_t a, uint32_t b, uint32_t c)
{
	return (uint32_t)op | a << 8 | b << 16 | c << 24;
}

/* What a test came to. Three-valued, as YARA's values: what is undefined is neither. */
enum cond_outcome { COND_IS_FALSE, COND_IS_TRUE, COND_IS_UNDEF };

/*
 * A branch word: which outcomes jump, what a guess is worth, where to.
 * The hint says what becomes of the rule when this test turns true rather than
 * false: that lets the machine decide a rule without a pattern that is not
 * searched yet (see match/cond.h). No hint: such a test has to be put aside.
 */
enum cond_branch {
	COND_ON_FALSE = 1 << COND_IS_FALSE,
	COND_ON_TRUE = 1 << COND_IS_TRUE,
	COND_ON_UNDEF = 1 << COND_IS_UNDEF,
	COND_ON_ALL = 7,
	COND_HELPS = 1 << 3, /* true makes the rule true rather than false */
	COND_HURTS = 1 << 4,
};
#define COND_TARGET_SHIFT 8
#define COND_WORDS_MAX    (1u << 22) /* words of a rule's code, at most */

/* A pattern operand: its index, or with this bit a number register that has it. */
#define COND_PAT_REG 0x80000000u

/* A relation, as an operand byte; the order of ir.h. */
enum cond_rel {
	COND_EQ,
	COND_NE,
	COND_LT,
	COND_LE,
	COND_GT,
	COND_GE,
	COND_SAME, /* of floats only: == and != without YARA's epsilon */
	COND_OTHER,
	COND_NRELS
};

/* What two strings are asked, as an operand byte; the order of ir.h. */
enum cond_str {
	COND_CONTAINS,
	COND_ICONTAINS,
	COND_STARTS,
	COND_ISTARTS,
	COND_ENDS,
	COND_IENDS,
	COND_IEQUALS,
	COND_NSTRS,
};

/* How to read the object, as an operand byte: log2 of the bytes, and flags. */
enum cond_read {
	COND_READ_WIDTH = 3,
	COND_READ_SIGN = 1 << 2,
	COND_READ_BIG = 1 << 3,
	COND_READ_FLOAT = 1 << 4, /* of 4 or 8 bytes */
	COND_READ_END = 1 << 5,
};

/*
 * A path names a place in a module's facts: the rows from its table downwards,
 * through structs, arrays and dictionaries. As words: module | n << 8, then two
 * row numbers of 16 bits a word. The type of an object register is a path that
 * ends in an array or a dictionary: it holds one of their elements; or an empty
 * path: the module's struct.
 */
#define COND_PATH_MAX 12

struct cond_path {
	uint32_t module, n;
	uint16_t row[COND_PATH_MAX];
};

/* Decodes the path at word `at` of a code of n words; false: it is none. */
bool cond_path_at(const uint32_t *code, uint32_t n, uint32_t at, struct cond_path *out);

/* The row that a path ends in; NULL: the table has no such row. For n > 0. */
const struct fact *cond_path_row(const struct fact *table, const struct cond_path *p);

/* The k-th row of the table, or NULL. */
const struct fact *cond_row(const struct fact *table, uint32_t k);

/* The number of words of the instruction at code[at], 0: none of ours, or cut. */
uint32_t cond_length(const uint32_t *code, uint32_t n, uint32_t at);

/* How many of n strings must be found for P percent of them, as YARA rounds. */
uint32_t cond_percent(int64_t percent, uint32_t n);
