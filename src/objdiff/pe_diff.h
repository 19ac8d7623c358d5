/*
 * pe_diff.h - two PE files side by side: what only they have, around elf_diff.h's parts.
 *
 * Time stamps, the checksum, what debuggers and signatures add are told apart by where
 * they stand; everything else is compared as code and data are in ELF files.
 */
#pragma once

#include "objdiff/elf_diff.h"

MUST_USE enum err pe_diff(struct bytes a, struct bytes b, struct tell *t);
/* Fields inside of sections that are harmless by their place are told and marked. */
void pe_diff_known(struct elf_pair *p);
