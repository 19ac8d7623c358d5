/*
 * jail.h - work on a stranger's bytes in a child that can only compute.
 *
 * What strangers sent is parsed before it is known to be good, and candor has rights. So
 * the parsing and judging is done by a child of it, locked in as a worker is (no network,
 * no file, nobody), which gives some bytes back. It has no program of its own: what it
 * works on is already in the memory that it inherits.
 *
 * What comes back was made by a process that read a stranger's bytes: the caller bounds
 * and checks it as he would theirs.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "sandbox/spawn.h"

#define JAIL_WHY CHILD_WHY

/*
 * Runs work(arg, out) there, and appends what it put into out. Whatever opens files at
 * its first use must be used before: crypto_init() and a signature, jsonin_prepare().
 * ERR_PROTO: it died, was late or gave more than limit bytes; ERR_IO: there is no child.
 * why then goes on after "the verifier": "crashed (SIGSEGV)", "cannot be started".
 */
MUST_USE enum err jail_run(void (*work)(void *arg, struct buf *out), void *arg,
    size_t limit, struct buf *out, char why[JAIL_WHY]);
