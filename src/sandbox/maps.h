/*
 * maps.h - the kernel's list of what a process has mapped: /proc/PID/maps, proc(5).
 *
 * It names files that the process chose, and is as long as the process makes it: so it is
 * read with a cursor, as any stranger's text.
 */
#pragma once

#include "base/bytes.h"

/* A line: [from, to) in the process, as the kernel has it not empty. */
struct mapping {
	uint64_t from, to;
	bool anonymous;    /* no file is behind it */
	struct bytes name; /* "/usr/bin/x", "[heap]"; empty where the kernel has none */
};

/* The next line that is one; others are passed over. false: there is none. */
bool maps_next(struct cur *c, struct mapping *out);
