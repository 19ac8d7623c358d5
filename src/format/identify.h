/*
 * identify.h - which format an object is in, by its first bytes.
 */
#pragma once

#include "format/format.h"

/* The most confident format, the earlier one among equals; NULL: none known. */
const struct format *identify(struct bytes file);
