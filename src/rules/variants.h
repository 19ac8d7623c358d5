/*
 * variants.h - the literals that a text string stands for.
 *
 * ascii, wide, base64 and base64wide turn one text into up to eight literals;
 * xor and nocase do not multiply here: the filter knows both (db/lit.h).
 */
#pragma once

#include "rules/ir.h"

struct variant {
	struct bytes lit;
	bool wide; /* two-byte form: matters for fullword and for reports */
};

#define VARIANTS_MAX 12

/*
 * Writes the variants of an IR_TEXT pattern to out; gives their number, 0 when
 * the arena is spent. Too short a text for base64 gives fewer variants.
 */
uint32_t variants_of(
    struct arena *a, const struct ir_pattern *p, struct variant out[VARIANTS_MAX]);
