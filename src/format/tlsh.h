/*
 * tlsh.h - TLSH, a digest that is alike for bytes that are alike (Oliver, Cheng, Chen:
 * "TLSH - A Locality Sensitive Hash", 2013), in its form of 128 buckets and one byte of
 * checksum: "T1" and 70 hex digits.
 */
#pragma once

#include "base/bytes.h"

#define TLSH_TEXT 72 /* characters of a digest, without a NUL */

/*
 * Writes the digest in upper case and a NUL. False: b has fewer than 50 bytes, or so
 * little variety that there is none; out is not touched. Linear in b.n, which the caller
 * charges for.
 */
bool tlsh_of(struct bytes b, char out[TLSH_TEXT + 1]);
