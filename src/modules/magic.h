/*
 * magic.h - what must be done for the module `magic` before a process is locked in.
 *
 * libmagic is loaded, not linked: most rules never ask for it, and starting a worker
 * would take a fifth longer. It is C that reads strangers' bytes, so only the confined
 * half has it, and its database is given by descriptor (format.h, take).
 */
#pragma once

#define MAGIC_WORD "magic" /* what a worker is told when its rules need it */

/* Loads libmagic, and makes the time zone of this process UTC: see magic.c. */
void magic_prepare(void);
