/*
 * cfb_in.h - what the two halves of the reader of compound files know of each other:
 * chains (cfb.c) and the directory (cfb_dir.c). Private to them.
 */
#pragma once

#include "format/cfb.h"

#define CFB_ENTRY_SIZE 128 /* 2.6.1 */

/* Counts n steps; false: the budget is spent. */
bool cfb_spend(struct cfb *c, uint64_t n);

/* The bytes of a sector, fewer at the end of the file. */
struct bytes cfb_sector(const struct cfb *c, uint32_t sector);

/* What the FAT, or the mini FAT, says follows a sector. */
uint32_t cfb_next(const struct cfb *c, uint32_t sector);
uint32_t cfb_next_mini(const struct cfb *c, uint32_t sector);

/* Fills entries, and who is whose child, from the directory's sectors. */
MUST_USE enum err cfb_read_directory(struct cfb *c, const uint32_t *sector, uint32_t n);
