/*
 * build.h - from the intermediate form to the database: the back half of compiling.
 *
 * fold -> lower patterns -> triggers -> code -> filter -> records.
 */
#pragma once

#include "rules/ir.h"

/* ERR_SYNTAX: the diags tell (a pattern too large); ERR_LIMIT:
 * a budget. */
MUST_USE enum err ir_to_db(const struct rules_env *env, struct ir *ir, struct buf *db);
