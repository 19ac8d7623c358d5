/*
 * eh.h - .eh_frame: where functions begin and end, in programs that have no symbols.
 *
 * LSB 10.6 (Linux Standard Base, Core): a chain of records, common ones (CIE) and one for
 * each function (FDE). Compilers write them also for C, and stripping leaves them, so
 * this is how functions of a distribution's programs are found.
 */
#pragma once

#include "objdiff/elf.h"

struct eh_fde {
	uint64_t at, size;    /* the code it is about */
	uint64_t lsda;        /* address of what exceptions read; 0: none */
	uint64_t personality; /* address of the pointer or function; 0: none */
	struct bytes cie;     /* initial instructions, with the factors before them */
	struct bytes rules;   /* its own instructions */
};

struct eh_table {
	struct eh_fde *fde; /* sorted by at */
	size_t n;
	bool broken; /* a record did not make sense; what came before it stands */
};

/* None for relocatable files, which have symbols. ERR_LIMIT: the arena is spent. */
MUST_USE enum err eh_open(const struct elf *e, struct eh_table *out);
