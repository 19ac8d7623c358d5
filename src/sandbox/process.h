/*
 * process.h - the memory of a process, copied for a worker.
 *
 * Workers get no /proc: the parent reads, and hands over a sealed copy (result/image.h)
 * of bounded size. The process runs on meanwhile; what it changes while it is read is
 * seen before or after, and what it unmaps is passed over.
 *
 * Read is what can be read: every mapping with a file behind it, and of anonymous memory
 * the pages that are there. Pages that were never touched hold nothing; a run of them
 * that is long parts one region into two.
 */
#pragma once

#include <sys/types.h>

#include "base/bytes.h"
#include "base/err.h"
#include "result/finding.h"

#define PROCESS_WHY 200

struct process_region {
	uint64_t base, n;
	char *name; /* "/usr/bin/x", "[heap]"; "" where the kernel has none. Malloced */
};

struct process {
	int fd;        /* the image, sealed; -1: none */
	uint64_t size; /* of it */
	struct process_region *region;
	uint32_t n;
	const char *limit; /* why it is not all of the memory, or NULL */
};

/*
 * Copies at most `most` bytes of pid's memory; more is not read, and limit says so.
 * ERR_ACCESS: there is no such process, or the system does not let us read it; why tells,
 * and what to do. ERR_IO: the copy cannot be made.
 */
MUST_USE enum err process_copy(
    pid_t pid, uint64_t most, struct process *out, char why[PROCESS_WHY]);
void process_done(struct process *p);

/* The name of the mapping that an address lies in; no bytes: of none. */
struct bytes process_name_at(const struct process *p, uint64_t address);

/*
 * f's matches with their regions, as a copy that is malloced; for who got f from a
 * worker. NULL: it has no matches.
 */
struct finding_match *process_matches(const struct process *p, const struct finding *f);
