/*
 * needs.c - what a database asks to be opened for its workers, read from its head by
 * offset: this half links no reader of databases. A head that makes no sense needs
 * nothing; the worker will say what is wrong with it.
 */
#include "sandbox/needs.h"

#include <fcntl.h>
#include <stdio.h>

#include "base/sys.h"

/* Of struct db_head, which this half does not know: where needs stands, and one bit. */
#define NEEDS_AT   40
#define NEED_MAGIC 1

#define MAGIC_FILE "/usr/share/misc/magic.mgc"

/* Zero when it cannot be read: then a worker will tell what is wrong with it. */
static uint64_t
needs_of(int db)
{
	uint8_t b[8] = { 0 };
	size_t got;

	if (sys_pread(db, b, sizeof(b), NEEDS_AT, &got) != OK || got != sizeof(b))
		return 0;
	return le64(b);
}

enum err
needs_open(int db, struct pool_given *out, char why[POOL_WHY])
{
	struct stat st;
	int fd;

	if (!(needs_of(db) & NEED_MAGIC))
		return ERR_END;
	if (sys_open(AT_FDCWD, MAGIC_FILE, SYS_FOLLOW, &fd) != OK) {
		snprintf(why, POOL_WHY,
		    "the rules import 'magic', which needs libmagic: cannot open %s: %s",
		    MAGIC_FILE, sys_why());
		return ERR_ACCESS;
	}
	*out = (struct pool_given){ BYTES_LIT("magic"), fd, 0 };
	if (sys_stat(fd, &st) == OK)
		out->size = (uint64_t)st.st_size;
	return OK;
}
