/*
 * jsonin.h - JSON that others wrote, read by jansson (RFC 8259) within bounds of ours.
 *
 * What we write ourselves is read by nobody's parser; envelopes and statements come from
 * elsewhere. jansson is small and old enough to be known well, but it is C that reads a
 * stranger's text: so it is called only in a process that can compute and nothing else
 * (sandbox/jail.h, or a worker), and only for a text that was counted before. Size, depth
 * and the number of values bound its memory; a member that is there twice is refused, as
 * two readers would take two different ones.
 *
 * The tree is jansson's, and its owner ends it with jsonin_free; everything else borrows.
 * Nobody else includes <jansson.h>: its names and those of base/json.h would meet.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

#define JSONIN_BYTES  (16u << 20) /* of a text, at most */
#define JSONIN_DEPTH  64          /* of arrays and objects in each other */
#define JSONIN_VALUES 262144      /* some 100 bytes of memory each */

#define JSONIN_WHY 128

struct json_t;

/*
 * Before the first text, and before a process is locked in: jansson opens a file for its
 * hash seed at its first object, which may not happen in there.
 */
void jsonin_prepare(void);

/* ERR_FORMAT, ERR_LIMIT: why (never NULL) tells; nothing of the text stands in it. */
MUST_USE enum err jsonin_read(
    struct bytes text, struct json_t **out, char why[JSONIN_WHY]);

/* A member of an object, if it is there and of that type; else NULL. */
const struct json_t *jsonin_object(const struct json_t *of, const char *key);
const struct json_t *jsonin_array(const struct json_t *of, const char *key);
/* p NULL: it is not there, or no string. An empty string has a p. */
struct bytes jsonin_str(const struct json_t *of, const char *key);
/* false: it is not there, no whole number, or below zero. */
bool jsonin_uint(const struct json_t *of, const char *key, uint64_t *out);
bool jsonin_bool(const struct json_t *of, const char *key, bool *out);
/* A SHA-256 in lower-case hex. */
bool jsonin_sha256(const struct json_t *of, const char *key, uint8_t out[32]);

/* Elements of an array (of anything else: none), and the i-th of them. */
size_t jsonin_count(const struct json_t *array);
const struct json_t *jsonin_at(const struct json_t *array, size_t i);

/* The same for a value that is at hand: an element. */
struct bytes jsonin_text(const struct json_t *v);

void jsonin_free(struct json_t *root);   /* may be NULL */
void jsonin_freep(struct json_t **root); /* for CLEAN() */
