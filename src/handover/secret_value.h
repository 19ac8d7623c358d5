/*
 * secret_value.h - is this the value of a secret, or what stands where one would stand?
 *
 * Manuals, examples and templates are full of passwords that are none. A net that takes
 * them all is switched off by whoever meets it, so what nobody would choose, or what a
 * program fills in later, is passed over: empty values, variables, one letter again and
 * again, "changeme", "password", what has "example" in it.
 */
#pragma once

#include "base/bytes.h"

/* Of at least least bytes, and no placeholder? */
bool secret_value(struct bytes value, size_t least);

/* A host of RFC 2606, or one of the words that stand for one. */
bool secret_host_is_example(struct bytes host);
