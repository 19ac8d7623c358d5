/*
 * json.h - writes JSON, one value after the other, into a buf.
 *
 * RFC 8259 strings are Unicode; file names and matched data are bytes. A string
 * that is not UTF-8 is written readable (bad bytes become U+FFFD) and, beside
 * it, exactly: "key_hex" holds all its bytes. So nothing is lost, and a reader
 * that ignores the second member still gets valid JSON.
 */
#pragma once

#include "base/buf.h"
#include "base/bytes.h"

struct json {
	struct buf *out;
	bool comma; /* something stands before the next value */
};

/*
 * Keys are written as they are: only our own words, never a stranger's. Values may be
 * any bytes. Nothing fails: out of memory ends the program, as everywhere in buf.h.
 */
/* key is NULL inside of arrays and at the top. */
void json_open(struct json *j, const char *key, char bracket); /* { or [ */
void json_close(struct json *j, char bracket);                 /* } or ] */
void json_str(struct json *j, const char *key, const char *s); /* our own words */
void json_bytes(struct json *j, const char *key, struct bytes s);
void json_hex(struct json *j, const char *key, struct bytes s);
void json_int(struct json *j, const char *key, int64_t v);
void json_uint(struct json *j, const char *key, uint64_t v);
void json_real(struct json *j, const char *key, double v); /* three decimals */
void json_bool(struct json *j, const char *key, bool v);

#define JSON_DEPTH_MAX 32 /* of arrays and objects in each other */

/*
 * Is b one value, written as our writers write it: RFC 8259 in ASCII, without blanks,
 * not deeper than JSON_DEPTH_MAX? So a stranger's value may stand in our line: it cannot
 * end it, nor the object that it is in.
 */
bool json_valid(struct bytes b);
