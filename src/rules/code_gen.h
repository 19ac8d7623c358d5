/*
 * code_gen.h - the code generator's inside: emitting words, registers, labels.
 *
 * code.c turns booleans into branches, code_loop.c quantifiers, code_value.c
 * values and objects; code_emit.c puts the words together. An error sticks in
 * gen.err and what follows is emitted in vain, so nobody has to ask.
 */
#pragma once

#include "db/cond.h"
#include "rules/code.h"

/* Deeper trees are refused: each level costs some hundred bytes of stack. */
#define GEN_DEPTH 3000
#define GEN_REGS  255

/* A place that forward branches lead to; their words are chained until bound. */
struct label {
	uint32_t refs; /* index of the newest word + 1 */
};

/* Where a test goes by its outcome (enum cond_outcome); NULL: it falls through. */
struct goal {
	struct label *on[3];
};

/* A struct or an element: a register, the path of what is in it, and an offset. */
struct place {
	uint32_t reg, off;
	uint32_t loaded; /* rows of path whose load was called */
	struct cond_path path;
	const struct fact *table; /* of the struct */
	const struct fact *row;   /* of the array or dict, when it is one */
};

/* What a loop variable is bound to. */
struct slot {
	uint32_t reg;
	struct place place;
};

/* An object register: the path it was made for, so that it serves for that path again. */
struct obj_reg {
	struct cond_path path;
	bool busy;
};

/* How many registers were in use: gen_release gives back what was taken since. */
struct mark {
	uint32_t num, str, nused;
};

struct gen {
	const struct ir *ir;
	const struct ir_rule *rule;
	const struct code_writer *w;
	struct arena *arena;
	enum err err;
	uint32_t *word;
	size_t n, cap;
	uint32_t *path; /* words of the paths */
	size_t npath, path_cap;
	uint32_t num, str, nused;  /* in use; of objects: of used */
	uint32_t num_max, str_max; /* the most that were */
	uint32_t nobj, depth;
	uint32_t hint; /* COND_HELPS or COND_HURTS: what a true test is worth; 0 */
	bool effects;  /* the rule has calls whose order matters */
	bool copying;  /* inside of an operand that is emitted twice */
	struct slot *slot;
	struct obj_reg obj[GEN_REGS];
	uint8_t used[GEN_REGS]; /* object registers in the order they were taken */
};

/* A quantifier as far as it is known now. */
enum quant_kind { QUANT_NEED, QUANT_NONE, QUANT_ALL, QUANT_NUMBER, QUANT_PERCENT };

struct quant {
	enum quant_kind kind;
	int64_t need; /* QUANT_NEED: at least so many, may be <= 0 */
};

/* code_emit.c */
void gen_fail(struct gen *g);
void gen_word(struct gen *g, uint32_t w);
void gen_op(struct gen *g, enum cond_op op, uint32_t a, uint32_t b, uint32_t c);
void gen_i64(struct gen *g, int64_t v);
void gen_path(struct gen *g, const struct cond_path *p);
uint32_t gen_new_num(struct gen *g);
uint32_t gen_new_str(struct gen *g);
uint32_t gen_new_obj(struct gen *g, const struct cond_path *type);
struct mark gen_mark(const struct gen *g);
void gen_release(struct gen *g, struct mark m);
void gen_bind(struct gen *g, struct label *l);
void gen_jump(struct gen *g, struct label *l);
void gen_target(struct gen *g, struct label *l, uint32_t mask);
/* The branch words of the test just emitted; possible: the outcomes it can have. */
void gen_branch(struct gen *g, struct goal to, uint32_t possible);
void gen_back(struct gen *g, uint32_t i, uint32_t hi, uint32_t head);
void gen_load_int(struct gen *g, uint32_t reg, int64_t v);
MUST_USE enum err gen_finish(struct gen *g, struct buf *out);

/* code.c */
void gen_bool(struct gen *g, const struct ir_node *n, struct goal to);
void gen_always(struct gen *g, struct goal to, enum cond_outcome o);
uint32_t gen_pattern(struct gen *g, struct ir_pat p);
bool gen_has_effect(const struct gen *g, const struct ir_node *n);

/* code_loop.c */
void gen_of(struct gen *g, const struct ir_node *n, struct goal to);
void gen_of_rules(struct gen *g, const struct ir_node *n, struct goal to);
void gen_of_exprs(struct gen *g, const struct ir_node *n, struct goal to);
void gen_for(struct gen *g, const struct ir_node *n, struct goal to);
void gen_with(struct gen *g, const struct ir_node *n, struct goal to);
struct quant gen_quant(const struct ir_node *n, uint32_t total);

/* code_value.c: the register that has the value; a new one or a variable's. */
uint32_t gen_num(struct gen *g, const struct ir_node *n);
uint32_t gen_str(struct gen *g, const struct ir_node *n);
struct place gen_place(struct gen *g, const struct ir_node *n);
/* The load calls that the rows of a path need. */
void gen_load(struct gen *g, struct place *p);
/* The i-th element of the array or dict p, as a place of its own. */
struct place gen_elem(struct gen *g, struct place p, enum cond_op op, uint32_t key);
/* The scalar row of an element, loaded into a new register of its kind. */
uint32_t gen_scalar(struct gen *g, struct place p, uint32_t row, enum ir_type type);
