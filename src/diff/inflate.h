/*
 * inflate.h - zlib streams inside of PNG and PDF, in pieces that may lie apart.
 */
#pragma once

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"

/*
 * The content of a zlib stream (RFC 1950). to->limit bounds it. ERR_FORMAT: it is none,
 * or is cut; what came out until then is in to. ERR_LIMIT: there is more.
 */
MUST_USE enum err inflate_all(struct bytes from, struct buf *to);
