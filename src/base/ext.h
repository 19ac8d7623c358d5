/*
 * ext.h - an external variable: a name that rules know, and a value from outside.
 *
 * The command line, the wire, the compiler, the database and the condition machine all
 * speak of the same thing, so they have one form of it. A variable has the type that it
 * was compiled with: a scan may give another value, but not of another type.
 */
#pragma once

#include "base/bytes.h"

/* The numbers are on the wire and in the database (db_ext.type). */
enum ext_type { EXT_INT, EXT_FLOAT, EXT_STR, EXT_BOOL };

/* The member of its type has the value; a boolean is 0 or 1 in i. Texts are borrowed. */
struct ext {
	struct bytes name;
	enum ext_type type;
	int64_t i;
	double f;
	struct bytes s;
};
