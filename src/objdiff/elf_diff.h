/*
 * elf_diff.h - two ELF files side by side, and the parts of their comparison.
 *
 * elf_diff() goes from the outside in: headers and segments, sections by name, what the
 * loader links, code, then the data that nothing else explained. Each part tells what it
 * finds and returns only when memory is spent.
 */
#pragma once

#include "objdiff/elf_dyn.h"
#include "objdiff/same.h"
#include "objdiff/tell.h"

struct elf_pair {
	struct elf a, b;
	struct elf_dyn dyn_a, dyn_b;
	struct units ua, ub;
	struct same same;
	struct tell *t;
	struct arena *arena;
	uint32_t variables; /* exported ones that differ */
	bool moved;         /* loaded sections lie elsewhere, or are others */
	bool deep; /* code or loaded data differ, or moved: functions are compared */
};

MUST_USE enum err elf_diff(struct bytes a, struct bytes b, struct tell *t);
/* Both are open: sections, code and data. */
MUST_USE enum err elf_diff_parts(struct elf_pair *p);

/* Header, segments, the interpreter, bytes that no section has. */
void elf_diff_head(struct elf_pair *p);
/* Sections by name; sets moved and deep. */
MUST_USE enum err elf_diff_sections(struct elf_pair *p);
/* Dynamic section, symbols, relocations, what runs before and after main. */
MUST_USE enum err elf_diff_link(struct elf_pair *p);
/* Records of functions that say no more than where they are. Before elf_diff_data. */
void elf_opd_known(struct elf_pair *p);
/* Functions: which were added, removed, changed, and how. */
MUST_USE enum err elf_diff_code(struct elf_pair *p);
/* Data that code did not explain. After elf_diff_code. */
MUST_USE enum err elf_diff_data(struct elf_pair *p);
/* Tables for unwinding. After elf_diff_code. */
void elf_diff_unwind(struct elf_pair *p);

/* What differs and no part above told. Last. */
void elf_diff_rest(struct elf_pair *p);

/* How a section is treated. */
enum elf_part {
	PART_NAMES, /* names for sections: no more than a look */
	PART_DEBUG, /* for debuggers */
	PART_BUILD_ID,
	PART_COMMENT, /* who compiled it */
	PART_NOTE,    /* other notes */
	PART_LINK,    /* read by the loader, compared as what it means */
	PART_UNWIND,
	PART_CODE,
	PART_DATA, /* loaded */
	PART_FILE, /* not loaded, and unknown */
};
enum elf_part elf_part(const struct elf *e, const struct elf_sec *s);

/* One address in either, resolved and compared. */
bool elf_same_address(struct elf_pair *p, uint64_t a, uint64_t b);
