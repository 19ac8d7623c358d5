/*
 * fault.h - why something about a log was refused: one kind, one sentence.
 *
 * Functions of this layer give ERR_FORMAT for what a stranger made wrong (ERR_IO,
 * ERR_ACCESS for the system) and leave the reason here, where the command finds its
 * message and its exit code. Kinds stand in fault.def; a caller that does not care
 * passes NULL. The first reason stays: it is the nearest to the cause.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

/* What can be wrong, from fault.def, which has the exit code and the sentence of each. */
enum fault_kind {
#define FAULT(name, code, text) FAULT_##name,
#include "log/fault.def"
#undef FAULT
	FAULT_KINDS,
};

struct fault {
	enum fault_kind kind;
	char text[400]; /* without a full stop; a stranger's bytes are in it escaped */
};

/* What "return fault_set(...)" returns; ERR_IO for FAULT_IO, else ERR_FORMAT. */
enum err fault_set(struct fault *f, enum fault_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The exit code, and what the kind is called. */
int fault_code(enum fault_kind kind);
const char *fault_name(enum fault_kind kind);

/*
 * A stranger's bytes for a sentence: escaped, cut with "..." when long. Good for four
 * uses in one sentence.
 */
const char *fault_quote(struct bytes s);
