/*
 * fold_in.h - what the files of fold share.
 *
 * fold.c walks the tree and knows booleans, fold_value.c computes constants,
 * fold_of.c reduces quantifiers. A tree is folded from its leaves, and each step
 * gives the new node with what its parent wants to know of it.
 */
#pragma once

#include "rules/fold.h"

#define FOLD_DEPTH 3000

struct fold {
	const struct ir *ir;
	enum err err;
	uint32_t depth;
};

struct folded {
	struct ir_node *n;
	uint32_t cost; /* a guess, in nanoseconds */
	bool effect;   /* has a call whose order matters */
};

/* A new node of that place in the source, with room for kids. NULL: no memory. */
struct ir_node *fold_node(struct fold *f, const struct ir_node *at, enum ir_op op,
    enum ir_type type, uint32_t nkids);
struct ir_node *fold_bool(struct fold *f, const struct ir_node *at, bool v);
struct ir_node *fold_undef(struct fold *f, const struct ir_node *at);
struct ir_node *fold_not(struct fold *f, const struct ir_node *at, struct ir_node *k);

static inline bool
fold_is_bool(const struct ir_node *n, bool v)
{
	return n->op == IR_CONST && n->type == IR_BOOL && (n->u.i != 0) == v;
}

/* What the machine makes of one operation; FACT_UNDEF: undefined. */
int64_t fold_int(enum ir_op op, int64_t x, int64_t y);

/* A boolean that is false or true, never undefined. */
bool fold_definite(const struct ir_node *n);

/* n without effects and with folded kids; the node that stands for it. */
struct ir_node *fold_value(struct fold *f, struct ir_node *n);
struct ir_node *fold_quantified(struct fold *f, struct ir_node *n, bool strict);
