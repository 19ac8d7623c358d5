/*
 * utf.h - strangers' text as UTF-8, and GUIDs as text.
 *
 * YARA-X's modules show strings as UTF-8: what a file holds in UTF-16 or in bytes that
 * only claim to be UTF-8 is put right, each wrong piece as U+FFFD. Ours give the same
 * bytes, so that one rule means one thing in both. No bytes (p NULL) from any of these:
 * the arena is spent.
 */
#pragma once

#include "base/arena.h"

#define UTF_MOST 4 /* bytes of one code */

/* The bytes of a code, which is none of a surrogate, to out; how many. */
size_t utf_put(uint8_t *out, uint32_t code);

/* UTF-16, low byte first, up to its first zero or its end; an odd last byte is left. */
struct bytes utf_from_16(struct arena *a, struct bytes s);

/*
 * s itself when it is UTF-8; else a copy with U+FFFD for each maximal part that is none
 * (Unicode 15, section 3.9: U+FFFD substitution of maximal subparts).
 */
struct bytes utf_mend(struct arena *a, struct bytes s);

/* Up to the first NUL, mended. */
struct bytes utf_cstr(struct arena *a, struct bytes s);

/* A GUID of 16 bytes as Windows stores it (three numbers, low byte first), in lower case
 * with hyphens; its first 16 bytes must be there. */
struct bytes utf_guid(struct arena *a, const uint8_t *p);
