/*
 * source.h - where a log's files are read from.
 *
 * A log is a folder of files with fixed names; a web server, a copy that was fetched
 * and a USB stick show the same. No network here: what fetches is another program, and
 * gives its files as a source. Nothing that comes from a source is believed.
 */
#pragma once

#include "base/buf.h"
#include "log/fault.h"

struct log_source {
	/*
	 * Appends the file at path (below the log's prefix, no leading slash). ERR_END:
	 * there is none. ERR_LIMIT: more than limit bytes. Others: told in f.
	 */
	enum err (*read)(
	    void *arg, const char *path, size_t limit, struct buf *out, struct fault *f);
	void *arg;
};

/* What read gave, but for ERR_END and ERR_LIMIT, which become FAULT_MISSING and
 * _TOO_LARGE. */
MUST_USE enum err source_read(const struct log_source *s, const char *path, size_t limit,
    struct buf *out, struct fault *f);

/* A folder that is held open; links in it are not followed out of it. */
struct source_folder {
	int fd;
	char *name;
};
/*
 * Holds the folder open by a descriptor, so that renaming it, or a link put in its place,
 * changes nothing. FAULT_IO, and out is void. Ended by source_folder_close.
 */
MUST_USE enum err source_folder_open(
    const char *dir, struct source_folder *out, struct fault *f);
/* Also of one that was never opened, when its fd is -1. */
void source_folder_close(struct source_folder *s);
/* Valid until the folder is closed; s must not move meanwhile. */
struct log_source source_of_folder(struct source_folder *s);
