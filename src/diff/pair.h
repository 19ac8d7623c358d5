/*
 * pair.h - which member of B is which member of A.
 *
 * By name first; what is left as result/rename.h does it: by equal content, by names that
 * are the same but for digits, by similar content.
 */
#pragma once

#include "diff/members.h"

/* Sets partner, renamed and same. ERR_IO and ERR_LIMIT: as span_differ, arena. */
MUST_USE enum err pair_members(struct run *r, struct members *a, struct members *b);
