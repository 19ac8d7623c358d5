/*
 * utc.h - points in time as text: 2026-11-23T04:05:06Z, and nothing else.
 *
 * One form of RFC 3339 only (UTC, whole seconds, upper-case T and Z), so that a time has
 * one spelling and a signed text that holds it has one too. libc's functions read time
 * zones and locales; these do not.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

#define UTC_SIZE 21                    /* "2026-11-23T04:05:06Z" and a NUL */
#define UTC_MAX  INT64_C(253402300799) /* the last second of the year 9999 */

/* Seconds since 1970, from 0 to UTC_MAX; what lies outside is printed as the end. */
void utc_print(int64_t t, char out[UTC_SIZE]);

/* ERR_FORMAT: not that form, no such day, or before 1970. No leap seconds. */
MUST_USE enum err utc_parse(struct bytes s, int64_t *out);

/* The same, and also a day alone, "2026-11-23", which is its first second. */
MUST_USE enum err utc_parse_day(struct bytes s, int64_t *out);
