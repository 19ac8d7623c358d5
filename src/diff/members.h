/*
 * members.h - what is in a container: names, modes, times, and where the bytes lie.
 *
 * Formats are read by libarchive, pulled and inside of the lock. Members of a container
 * that stores them as they are (tar, ar, cpio, iso) are spans of it; others are unpacked
 * to the scratch file, and when the other side's member of that name turns out to hold
 * the same, its room is given back at once.
 */
#pragma once

#include "base/arena.h"
#include "diff/kind.h"
#include "diff/run.h"

enum member_type {
	MEMBER_FILE,
	MEMBER_FOLDER,
	MEMBER_LINK, /* symbolic */
	MEMBER_HARD, /* another name of an earlier member */
	MEMBER_DEVICE,
	MEMBER_OTHER,
};

struct member {
	struct bytes name; /* without "./" before and "/" behind */
	struct bytes target;
	enum member_type type;
	uint32_t mode; /* permission bits */
	uint64_t uid, gid, device;
	struct bytes owner, group;
	int64_t mtime; /* seconds; MEMBER_NO_TIME: none is told */
	uint32_t nsec;
	uint32_t order; /* in the container */
	struct span span;
	struct kind_found kind;
	struct member *partner; /* of the other side */
	bool renamed;           /* the partner has another name */
	bool same;              /* the partner's bytes are the same */
};

#define MEMBER_NO_TIME INT64_MIN

struct members {
	struct arena arena; /* of names and the list */
	struct member **by_name;
	struct member *list; /* in the container's order; fixed once it is read */
	uint32_t n;
	size_t cap;
	struct bytes format; /* "GNU tar format", as libarchive calls it */
	uint64_t end;        /* where reading ended; what follows is no member */
	bool in_place;       /* members are spans of the container */
	bool stream;         /* one member, which has no name of its own */
};

/*
 * Reads the container s of the side (0: A, 1: B). other: A's members when B is read, or
 * NULL. What is damaged is said through r, and what was read until then stays. An err is
 * for run_stopped.
 */
MUST_USE enum err members_read(struct run *r, unsigned side, enum kind kind,
    const struct span *s, struct bytes name, struct members *other, struct members *out);
/* An object as the one member of a stream that it is not in: name is that member's. */
MUST_USE enum err members_whole(
    const struct span *s, struct bytes name, struct kind_found kind, struct members *out);
void members_done(struct members *m);

/* By name, then by order: for binary search and for pairing. */
MUST_USE enum err members_sort(struct members *m);
/* The first of that name without a partner, or NULL. */
struct member *members_find(const struct members *m, struct bytes name);

/* Before confinement: libarchive's tables, and a locale that needs no file. */
void members_init(void);
