/*
 * load.h - the bytes of a file, read or mapped.
 *
 * Small files are read into one buffer that is kept: cheaper than mapping, and
 * what was read does not change any more. Large ones are mapped.
 */
#pragma once

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"

/* Measured (docs/worker-protocol.md): below this, reading is faster than mapping. */
#define LOAD_READ_MAX (256u << 10)

struct load {
	struct buf buf;
	struct bytes bytes; /* the file, until load_done */
	bool mapped;
	bool changed; /* its size is not what we were told */
};

/* Takes fd (closes it). ERR_IO: it cannot be read. */
MUST_USE enum err load_file(struct load *l, int fd, uint64_t size);
void load_done(struct load *l); /* keeps the buffer */
