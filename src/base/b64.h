/*
 * b64.h - base64 as signed notes use it: RFC 4648 section 4, canonical only.
 *
 * One value has one text: padding is required, the bits that padding leaves over are
 * zero, and nothing stands between the letters. Were it laxer, a signed line could be
 * rewritten to other bytes that mean the same.
 */
#pragma once

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"

/* Letters that n bytes take. */
static inline size_t
b64_letters(size_t n)
{
	return (n + 2) / 3 * 4;
}

/* Appends b64_letters(b.n) letters, padded, without a newline. */
void b64_put(struct buf *out, struct bytes b);

/* Bytes that the text stands for, or SIZE_MAX: it is not canonical base64. */
size_t b64_size(struct bytes text);

/* At most cap bytes to out. ERR_FORMAT: not canonical; ERR_LIMIT: more than cap. */
MUST_USE enum err b64_get(struct bytes text, uint8_t *out, size_t cap, size_t *n);

/* Just n bytes, no fewer and no more; else ERR_FORMAT. */
MUST_USE enum err b64_exact(struct bytes text, uint8_t *out, size_t n);
