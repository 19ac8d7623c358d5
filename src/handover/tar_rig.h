/*
 * tar_rig.h - for tests: archives as no writer of ours makes them, header by header.
 */
#pragma once

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/sys.h"
#include "base/ustar.h"
#include "tests/tap.h"

struct tar_rig {
	struct buf all;
};

/* A header of POSIX ustar; what GNU tar or the old form has instead, callers write over.
 */
static inline uint8_t *
tar_rig_header(
    struct tar_rig *t, const char *name, char type, const char *link, size_t size)
{
	char block[USTAR_BLOCK + 1] = { 0 };
	uint8_t *to;

	snprintf(block, 101, "%s", name);
	memcpy(block + 100, "0000644\0000000000\0000000000", 24);
	snprintf(block + 124, 12, "%011o", (unsigned)size);
	memcpy(block + 136, "00000000000", 12);
	block[156] = type;
	snprintf(block + 157, 100, "%s", link);
	memcpy(block + 257, "ustar\00000", 8);
	memcpy(block + 329, "0000000\0000000000", 16);
	to = buf_room(&t->all, USTAR_BLOCK);
	memcpy(to, block, USTAR_BLOCK);
	return to;
}

/* The checksum of the header that was made last, whatever was written into it. */
static inline void
tar_rig_sum(uint8_t *block)
{
	unsigned sum = 8 * ' ';
	char text[8];

	for (size_t i = 0; i < USTAR_BLOCK; i++)
		sum += i >= 148 && i < 156 ? 0 : block[i];
	snprintf(text, sizeof(text), "%06o", sum);
	memcpy(block + 148, text, 7);
	block[155] = ' ';
}

static inline void
tar_rig_content(struct tar_rig *t, const char *text, size_t n)
{
	size_t pad = -n & (USTAR_BLOCK - 1);

	buf_put(&t->all, text, n);
	if (pad > 0)
		memset(buf_room(&t->all, pad), 0, pad);
}

/* A member with a content, or one of those headers that stand before another. */
static inline void
tar_rig_member(struct tar_rig *t, const char *name, char type, const char *text)
{
	tar_rig_sum(tar_rig_header(t, name, type, "", strlen(text)));
	tar_rig_content(t, text, strlen(text));
}

static inline void
tar_rig_link(struct tar_rig *t, const char *name, char type, const char *link)
{
	tar_rig_sum(tar_rig_header(t, name, type, link, 0));
}

/* A file of it, with the two blocks of zeros at its end. */
static inline int
tar_rig_file(struct tar_rig *t)
{
	int fd;

	memset(buf_room(&t->all, 2 * USTAR_BLOCK), 0, 2 * USTAR_BLOCK);
	CHECK(sys_memfd("tar", &fd) == OK);
	CHECK(sys_write_all(fd, t->all.p, t->all.n) == OK);
	return fd;
}
