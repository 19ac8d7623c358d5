/*
 * re_lower.h - a parsed pattern in the one form that is searched.
 *
 * Spells out what the flags mean, so that atoms and programs are made from plain leaves
 * (RE_MASK and RE_CLASS): case folding, dots, the zero behind each byte of a wide form.
 * A pattern with both `ascii` and `wide` is lowered twice and gives two programs.
 */
#pragma once

#include "rules/re_ast.h"

#define RE_NODES_MAX 200000u

struct re_form {
	struct re_node *root;
	unsigned flags;            /* enum re_flag */
	uint32_t min_len, max_len; /* bytes a match can have; RE_INF: no bound */
};

/*
 * flags: RE_WIDE and RE_FULLWORD, added to those of the ast (RE_NOCASE for a `nocase`
 * modifier must be in ast->flags already). ERR_SYNTAX: fail->text is "regular expression
 * is too large"; ERR_LIMIT: the arena is spent. The ast is not changed.
 */
MUST_USE enum err re_lower(struct arena *a, const struct re_ast *ast, unsigned flags,
    struct re_form *out, struct re_fail *fail);

/*
 * Is the form one literal run and nothing else? Then the caller needs no program: *lit
 * are the bytes (wide: zeros included), *nocase says whether all its letters are folded.
 * fullword and wide stay the caller's to obey.
 */
bool re_literal(
    struct arena *a, const struct re_form *form, struct bytes *lit, bool *nocase);
