/*
 * code.h - from a condition tree to the code of db/cond.h.
 *
 * Booleans become branches (a test knows where it goes when it is false, true or
 * undefined), everything else values in registers. Numbers, strings and objects
 * have registers of their own; those of numbers and strings are handed out like
 * a stack, those of objects by type, because an object register has one type.
 */
#pragma once

#include "base/buf.h"
#include "rules/ir.h"

/* Where what code refers to is kept. Handles are those of the database. */
struct code_writer {
	void *arg;
	struct arena *arena; /* what one rule takes of it is the caller's to drop */
	uint32_t (*text)(void *arg, struct bytes s);           /* DB_TEXT */
	uint32_t (*regex)(void *arg, const struct re_ast *re); /* DB_REGEX */
	const uint32_t *modules; /* DB_MODULES index of each of ir.modules */
};

/*
 * Appends the code of one rule to out (DB_CODE, aligned to 4 bytes). The rule
 * should have been folded; patterns must have their final index.
 * ERR_LIMIT: the condition is too deep or needs too many registers, or memory.
 */
MUST_USE enum err code_rule(const struct ir *ir, const struct ir_rule *rule,
    const struct code_writer *w, struct buf *out);

/* Marks in the patterns of the rule how its condition uses them (ir_pattern.use). */
MUST_USE enum err code_use(const struct ir *ir, const struct ir_rule *rule);
