/*
 * verifier.h - judging in the jail (sandbox/jail.h), with libraries made ready for it.
 */
#pragma once

#include "base/buf.h"
#include "log/fault.h"

/*
 * Runs work(arg, out) locked in; what it put into out is appended to out. FAULT_VERIFIER:
 * it died, was late or gave more than limit bytes; FAULT_IO: it could not be started.
 */
MUST_USE enum err verifier_run(void (*work)(void *arg, struct buf *out), void *arg,
    size_t limit, struct buf *out, struct fault *f);

/* Passes on a fault that came out of the jail: its kind and text are not believed. */
MUST_USE enum err verifier_fault(const struct fault *from, struct fault *f);
