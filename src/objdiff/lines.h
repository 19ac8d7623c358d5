/*
 * lines.h - instructions as text, by Capstone, with addresses named.
 *
 * Only for the few lines a report shows. What to compare is decided elsewhere, on bytes.
 */
#pragma once

#include "objdiff/same.h"

struct lines {
	size_t handle; /* Capstone's; 0: it does not know the machine */
	void *insn;    /* its one instruction, used again and again */
};

/*
 * Takes Capstone up for the machine of e; when it does not know it, lines have no text.
 * Close frees Capstone's memory.
 */
void lines_open(struct lines *l, const struct elf *e);
void lines_close(struct lines *l);

/* One instruction of a function, as an alignment sees it. */
struct lines_row {
	uint64_t off, key; /* key: without what moves */
	struct ref ref[2];
	uint8_t len, nref;
};

/* At most most rows of a unit from off on, in the arena; ERR_LIMIT: it is spent. */
MUST_USE enum err lines_rows(const struct same_side *x, const struct unit *u,
    uint64_t off, size_t most, struct arena *arena, struct lines_row **out, size_t *n);

/* "call puts@plt", in the arena. */
struct bytes lines_text(const struct lines *l, const struct same_side *x,
    const struct unit *u, const struct lines_row *row, struct arena *arena);

/* "puts@plt", "\"a text\"", ".bss+0x10": what an address is, for people. */
struct bytes lines_name(const struct same_side *x, uint64_t addr, struct arena *arena);
