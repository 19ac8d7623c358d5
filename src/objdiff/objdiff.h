/*
 * objdiff.h - what differs between two object files, and whether it can change what runs.
 *
 * ELF of 32 and 64 bits and both byte orders, and PE. Sections that are equal are not
 * looked into. Of the others every difference becomes a statement (result/difference.h)
 * with the likely cause; code is compared function by function, with addresses replaced
 * by what they point at, so that one more instruction does not make everything behind it
 * differ. Only functions that differ are disassembled.
 *
 * The order of trust: in doubt a difference is DIFF_CODE. A class that sounds harmless is
 * given only to bytes that are recognisably that (a date in a string, a debugger's
 * section), and never to what the loader or the processor reads. Files that lie about
 * themselves get a DIFF_DAMAGED, a spent budget a DIFF_LIMIT; both rule out "identical".
 *
 * No I/O, no state; the caller owns the bytes and the arena. Confined half only.
 */
#pragma once

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "result/difference.h"

/* Which kinds of object files are compared function by function. */
enum objdiff_kind {
	OBJDIFF_NONE,
	OBJDIFF_ELF,
	OBJDIFF_PE,
};

/* What the first bytes (64 are enough) say a file is. */
enum objdiff_kind objdiff_kind(struct bytes head);

/* "ELF 64-bit x86-64 shared object"; cut to size. "" for OBJDIFF_NONE. */
void objdiff_type(struct bytes file, char *out, size_t size);

struct objdiff_opts {
	struct arena *arena; /* everything is taken from here; its budget is the limit */
	uint32_t functions;  /* differing functions to disassemble; the rest are named */
	uint32_t lines;      /* of one function; at most DIFF_LINES_MAX */
	uint32_t items; /* statements, at most; the worst class is always among them */
	/*
	 * May be NULL: told of parts that were equal and are not looked at again soon, so
	 * that mapped pages can be given back. They stay readable.
	 */
	void (*passed)(struct bytes part);
};

#define OBJDIFF_FUNCTIONS 50
#define OBJDIFF_LINES     200
#define OBJDIFF_ITEMS     1000

/*
 * Puts a statement for each difference between two files of one kind; neither BEGIN nor
 * END, which are the caller's. Puts nothing only when a and b are equal byte for byte:
 * what is left when all parts are explained gets a DIFF_METADATA of its own. OK also for
 * broken files; else what the sink gave, or ERR_LIMIT after a DIFF_LIMIT was put.
 * ERR_FORMAT: not two files of one kind; the caller compares them in another way.
 */
MUST_USE enum err objdiff_run(struct bytes a, struct bytes b,
    const struct objdiff_opts *o, const struct diff_sink *sink);
