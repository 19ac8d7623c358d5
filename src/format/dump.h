/*
 * dump.h - facts as text and as JSON: what a parser knows, for people and tests.
 *
 * Walks a fact table beside its struct; late rows are loaded on the way. What is
 * undefined, constant, hidden or a function is left out. The writer's buf has the
 * limit, so a hostile file cannot make the text larger than its owner allows.
 */
#pragma once

#include "base/buf.h"
#include "format/format.h"

/*
 * Indented by tabs, one value a line; strings are quoted, with \xHH for what is
 * not printable ASCII:
 *
 *	pe
 *		machine = 332
 *		sections
 *			[0]
 *				name = ".text"
 */
void dump_text(const struct format *m, void *facts, struct buf *out);

/* As `yara -D` prints it: in YARA's order, with constants and what is undefined. */
void dump_yara(const struct format *m, void *facts, struct buf *out);

/*
 * One JSON object in ASCII, its keys in the order of the table. Strings are bytes: each
 * is written as the character of its value, so 0xe9 is "\u00e9". docs/json.md.
 */
void dump_json(const struct format *m, void *facts, struct buf *out);
