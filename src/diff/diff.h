/*
 * diff.h - candor-compare itself: what differs between two files, seen from inside the
 * lock. Its side of the talk is in docs/worker-protocol.md; tree.h does the work.
 */
#pragma once

#include "sandbox/filter.h"

/*
 * candor-compare: reads its job from the channel it inherits, locks itself in, answers,
 * and ends the process: with 0, or with 3 when it could not be locked in or served.
 */
int diff_main(int argc, char **argv);

/* The same with other rows than those of policy.def: for the test that each is needed. */
extern const struct filter_row diff_rows[];
extern const size_t diff_nrows;
int diff_serve(const struct filter_row *rows, size_t n, int argc, char **argv);
