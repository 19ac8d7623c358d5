/*
 * records.h - the cold half of a database: rules, strings, tags, metas, namespaces,
 * external variables, modules. Everything that needs no thinking.
 */
#pragma once

#include "db/write.h"
#include "rules/ir.h"

/* What the passes found out about a rule; index as in ir.rules. */
struct record_rule {
	uint32_t code, ncode;   /* DB_CODE */
	uint32_t first, nfirst; /* DB_LISTS */
	bool effect;
};

/*
 * The tables of rules, strings, metadata and texts. code: of each rule, in the order of
 * ir.rules. ERR_LIMIT: the arena is spent.
 */
MUST_USE enum err records_write(
    struct dbw *w, const struct ir *ir, const struct record_rule *code);
