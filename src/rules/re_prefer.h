/*
 * re_prefer.h - which of several alternatives gives a match its length.
 *
 * Without quantifiers YARA keeps the match it finds first, and it finds matches by
 * their atoms: behind an atom alternatives are tried from left to right, but where the
 * atoms lie within them, the one whose atom ends first wins. Candor's atoms are others,
 * and its engine prefers alternatives from left to right; so they are put into the order
 * in which YARA would find them. A fullword drops what is found: in the first case the
 * match, in the second one branch of several (RE_BRANCHES).
 */
#pragma once

#include "rules/re_ast.h"

/* Reorders alternatives of ast's top level, in place. */
void re_prefer(struct re_ast *ast);
