/*
 * identify.h - which format an object is in, by its first bytes.
 */
#pragma once

#include "format/format.h"

/*
 * The most confident format, the earlier one of formats.def among equals; NULL: none
 * known. Looks at the first 4,096 bytes, allocates nothing, and is a guess: open decides.
 */
const struct format *identify(struct bytes file);
