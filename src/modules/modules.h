/*
 * modules.h - every name that a rule may import.
 *
 * The formats that have facts and the modules that are no format, in one list:
 * who compiles rules, scans or dumps takes it from here.
 */
#pragma once

#include "format/format.h"

extern const struct format *const modules[]; /* ends with NULL */

/* Their tables, as rules_compile wants them: *n, in a. NULL: the arena is spent. */
const struct fact_module *modules_tables(struct arena *a, size_t *n);

/*
 * The module of that name, or NULL. Case counts. A dozen names are compared one by one:
 * this is asked once an import.
 */
const struct format *module_find(struct bytes name);
