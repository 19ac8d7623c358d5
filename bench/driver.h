/*
 * driver.h - what the benches ask of an engine, the same for all of them.
 *
 * One program an engine: driver.c with main and the clocks, and the engine's own
 * file with the three functions below. The programs are run by bench/run, one task a
 * process, pinned to one core; they answer in one line of JSON.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* External variables that the rule packs use; strings, empty. */
extern const char *const driver_externals[]; /* ends with NULL */

/* Compiles the source file at rules to a database at out. 0, or a message was printed. */
int engine_compile(const char *rules, const char *out);

/* Gets ready to scan with the database at path. */
int engine_open(const char *path);

/* Scans n bytes; calls driver_rule for each public rule that matches. */
int engine_scan(const uint8_t *p, size_t n);

void driver_rule(const char *name, size_t n);
