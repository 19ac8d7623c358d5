/*
 * pair.h - which member of B is which member of A.
 *
 * By name first. What is left is paired when its bytes are the same, then when its name
 * is the same but for digits (a version), then when its content is alike: a sketch of
 * each (the smallest hashes of its shingles) tells how much two share without comparing
 * all with all byte by byte. Every step is bounded; who finds no partner is ONLY_A or
 * ONLY_B, which hides nothing.
 */
#pragma once

#include "diff/members.h"

/* Sets partner, renamed and same. ERR_IO and ERR_LIMIT: as span_differ, arena. */
MUST_USE enum err pair_members(struct run *r, struct members *a, struct members *b);
