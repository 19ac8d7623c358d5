/*
 * pathlist.c - a list of paths out of a file or a pipe, one at a time, read as it comes.
 * A path is bounded by what the kernel opens; one without an end, or longer, is a fault
 * and not half a name.
 */
#include "cli/pathlist.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sys.h"

#define PEEK       65536
#define PATH_LIMIT 65536 /* bytes; the kernel opens none beyond 4096 */

struct pathlist {
	int fd;
	struct buf buf;
	size_t at;
	bool end;
	bool endless;  /* a path without an end */
	int code;      /* errno of the read that failed; 0: none did */
	int separator; /* -1: not known yet */
};

struct pathlist *
pathlist_open(const char *file, char *why, size_t n)
{
	struct pathlist *l;
	int fd = -1;

	if (strcmp(file, "-") == 0)
		fd = dup(STDIN_FILENO);
	else if (sys_open(AT_FDCWD, file, SYS_FOLLOW, &fd) != OK)
		fd = -1;
	if (fd < 0) {
		snprintf(why, n, "cannot read the list '%s': %s", file, sys_why());
		return NULL;
	}
	l = xcalloc(1, sizeof(*l));
	l->fd = fd;
	l->separator = -1;
	return l;
}

void
pathlist_free(struct pathlist *l)
{
	if (l == NULL)
		return;
	fd_closep(&l->fd);
	buf_done(&l->buf);
	free(l);
}

/* Reads on; what was used is dropped first. */
static void
more(struct pathlist *l)
{
	size_t rest = l->buf.n - l->at, got = 0;

	if (l->at > 0) {
		memmove(l->buf.p, l->buf.p + l->at, rest);
		l->buf.n = rest;
		l->at = 0;
	}
	if (sys_wait(l->fd) != OK || /* a pipe that has nothing yet */
	    sys_read_some(l->fd, buf_room(&l->buf, PEEK), PEEK, &got) != OK) {
		l->code = sys_code();
		got = 0;
	}
	l->buf.n = rest + got;
	l->end = got == 0;
}

static void
find_separator(struct pathlist *l)
{
	while (!l->end && l->buf.n < PEEK)
		more(l);
	l->separator = l->buf.n && memchr(l->buf.p, '\0', l->buf.n) ? '\0' : '\n';
}

const char *
pathlist_fault(const struct pathlist *l)
{
	if (l->endless)
		return "a path in it is too long";
	return l->code != 0 ? sys_reason(l->code) : NULL;
}

const char *
pathlist_next(struct pathlist *l)
{
	if (l->separator < 0)
		find_separator(l);
	for (;;) {
		const char *from = (const char *)l->buf.p + l->at;
		size_t left = l->buf.n - l->at;
		char *stop = left ? memchr(from, l->separator, left) : NULL;

		if (stop == NULL && left > PATH_LIMIT) {
			l->endless = true;
			l->at = l->buf.n;
			l->end = true;
			return NULL;
		}
		if (stop == NULL && !l->end) {
			more(l);
			continue;
		}
		if (stop == NULL) {
			l->at = l->buf.n;
			/* buf_cstr ends the last one; what comes before may hold no NUL
			 */
			from = buf_cstr(&l->buf) + (l->buf.n - left);
			return left > 0 ? from : NULL;
		}
		*stop = '\0';
		l->at += (size_t)(stop - from) + 1;
		if (*from != '\0')
			return from;
	}
}
