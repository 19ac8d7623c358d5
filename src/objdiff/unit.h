/*
 * unit.h - the functions of a program, and which of another program is which.
 *
 * Boundaries come from symbols and .eh_frame; linkage stubs are named by the relocation
 * of the slot they jump through; what is left between them and is no padding is a unit
 * too, so every executable byte belongs to one and none escapes comparison.
 *
 * Units are paired by name, then by what their code looks like with addresses taken out,
 * then by their neighbours. A wrong pair costs noise: whether two units are the same is
 * decided by same.h, on all their bytes.
 */
#pragma once

#include "objdiff/eh.h"
#include "objdiff/elf.h"

enum unit_kind {
	UNIT_FUNCTION,
	UNIT_STUB, /* of a procedure linkage table; name is what it calls */
	UNIT_GAP,  /* between functions */
};

/* What is known of a function: nothing, that its partner is the same, that it differs. */
enum unit_state { UNIT_UNKNOWN, UNIT_SAME, UNIT_DIFFERS };

struct unit {
	uint64_t at, size;
	struct bytes name; /* none: it has no symbol */
	uint64_t digest;   /* of its code without addresses; 0 until asked for */
	const struct eh_fde *fde;
	const struct elf_sec *sec;
	uint32_t mate; /* 1 + index of its partner; 0: none */
	uint8_t kind, state;
	bool global;
	bool thumb; /* ARM: of T32 */
	bool open;  /* nothing tells where it ends: others may begin in it */
};

struct units {
	const struct elf *e;
	struct eh_table eh;
	struct unit *v; /* by address */
	size_t n, cap;
};

/* ERR_LIMIT: the arena is spent. */
MUST_USE enum err units_open(const struct elf *e, struct units *out);
/* Sets mate in both; of arena only the budget is used, and nothing stays in it. */
MUST_USE enum err units_match(struct units *a, struct units *b, struct arena *arena);

/* The unit that holds an address, or NULL. */
struct unit *unit_at(const struct units *u, uint64_t addr);
struct bytes unit_code(const struct units *u, const struct unit *x);

static inline struct insn_run
unit_run(const struct units *u, const struct unit *x)
{
	return elf_run(u->e, x->thumb);
}
/* For reports, in arena memory: "main", "puts@plt", "function at 0x1234". */
struct bytes unit_title(const struct units *u, const struct unit *x, struct arena *arena);

/* How many of the first bytes are no-operations or zeros, which only fill. */
size_t unit_padding(const struct elf *e, struct bytes code);
