/*
 * png.h - two PNG images: the metadata chunks one by one, and whether pixels differ.
 */
#pragma once

#include "diff/run.h"

/* ERR_FORMAT: one of them is no PNG; nothing was said. ERR_LIMIT: too large. */
MUST_USE enum err png_diff(struct run *r, struct bytes a, struct bytes b);
