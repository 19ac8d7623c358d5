/*
 * text.h - two texts, line by line: what was added, removed, changed and moved.
 */
#pragma once

#include "diff/run.h"

/*
 * Says a FOUND for each place; the first ones with their lines, the rest counted by
 * class. code: a change is code but for what cause.h explains. ERR_LIMIT: too many lines
 * or too little memory to tell; nothing was said.
 */
MUST_USE enum err text_diff(struct run *r, struct bytes a, struct bytes b, bool code);
