/*
 * lower.h - patterns into what is searched: parts, literals and regex programs.
 *
 * A text becomes its variants, a regex or hex string its fragments (long jumps
 * split it), each fragment a program and the literals that every match of it must
 * contain. What a pattern costs as a trigger is known from here on.
 */
#pragma once

#include "db/write.h"
#include "rules/ir.h"
#include "rules/lit_build.h"

/* A pattern, lowered. Index as in ir.patterns. */
struct lowered_pattern {
	uint32_t flags; /* enum db_pattern_flag */
	uint32_t part, nparts;
	uint32_t trigger; /* the part that is the rarest: it wakes rules */
	double search;    /* of any part: dear, never INFINITY */
	double cost;      /* expected candidates a byte of its trigger part; INFINITY: it
			     cannot be a trigger (no literal, too short, too common) */
};

struct lowered {
	struct lowered_pattern *pattern;
	struct db_part *part;
	struct lit_in *lit;
	uint32_t nparts, nlits;
};

/*
 * Programs are appended to w's DB_REGEX. ERR_SYNTAX: a pattern is too large, the
 * diags tell; ERR_LIMIT: the arena.
 */
MUST_USE enum err lower_patterns(
    const struct rules_env *env, const struct ir *ir, struct dbw *w, struct lowered *out);
