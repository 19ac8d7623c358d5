/*
 * said.h - what a tar of any kind says of its members.
 *
 * bundle.h takes one form and nothing else. An archive that was refused still deserves a
 * look at what it would have done to somebody who unpacked it with another program, so
 * this reads headers as those programs do: POSIX ustar, GNU tar's and the old form, long
 * names of GNU tar (types L and K), pax records (path, linkpath, size, and that a file
 * is sparse). Contents are passed over. Nothing that is read here is ever unpacked.
 *
 * Memory: what this struct takes.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"
#include "base/ustar.h"

/* A name: of a member, or what a link leads to; what is longer is cut. */
struct said_name {
	size_t n;
	uint8_t p[USTAR_NAME + 1];
};

/* Where a name may come from besides the header, for one member or for all behind. */
struct said_more {
	struct said_name name, link;
	bool sized, sparse;
	uint64_t size;
};

struct said {
	int fd;
	uint64_t next, at; /* of the header to come, and of the one that was read */
	uint64_t number;   /* of the member, from 1 */
	uint64_t headers;  /* all that were read, those before others too */
	uint8_t type;      /* its type flag; 'S' also for a file that pax calls sparse */
	struct said_name name, link;
	struct said_more one, all; /* read of headers that stand before others */
};

/* From the beginning of the file, by pread. */
void said_open(struct said *s, int fd);

/* The next member. ERR_END: the end, or what is no header any more. */
MUST_USE enum err said_next(struct said *s);
