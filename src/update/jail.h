/*
 * jail.h - work on a stranger's bytes in a child that can only compute.
 *
 * What a server sent is parsed before it is known to be good, and candor has rights. So
 * the parsing and judging is done by a child of it, locked in as a worker is (no network,
 * no file, nobody), which gives some bytes back. It has no program of its own: what it
 * works on is already in the memory that it inherits.
 */
#pragma once

#include "base/buf.h"
#include "log/fault.h"

/*
 * Runs work(arg, out) there, and appends what it put into out. ERR_FORMAT with
 * FAULT_VERIFIER: it died, was late or gave more than limit bytes.
 */
MUST_USE enum err jail_run(void (*work)(void *arg, struct buf *out), void *arg,
    size_t limit, struct buf *out, struct fault *f);
