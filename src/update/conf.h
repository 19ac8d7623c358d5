/*
 * conf.h - candor.conf: where releases come from, whose they are, and where they go.
 *
 * Lines of "key = value"; # begins a comment line; a key that is not known is an error
 * and no surprise later. Whom the logs and witnesses are is not said here but in the
 * trust file, whose form is not ours (c2sp.org/tlog-policy). candor.conf(5).
 */
#pragma once

#include "base/arena.h"
#include "log/fault.h"
#include "log/note.h"

#define CONF_KEYS 16      /* publishers */
#define CONF_TEXT 1048576 /* bytes of a file */

struct conf {
	const char *path;          /* of the file itself; NULL: there is none */
	const char *trust, *state; /* the trust file; the folder of releases */
	const char *examiners; /* who is believed about programs (evidence/examiners.h) */
	const char *url;       /* NULL: must be named on the command line */
	const char *channel;   /* "stable" */
	const char *local;     /* the folder of the owner's rules; NULL: not permitted */
	const char *ca_file;   /* NULL: the system's */
	int64_t max_age;       /* seconds */
	uint64_t max_size;     /* bytes of an archive */
	uint32_t deadline_s, min_speed; /* of fetching: seconds for all, bytes a second */
	struct note_key publisher[CONF_KEYS];
	size_t npublisher; /* 0: none is configured */
};

/* Everything lives in the arena; text must outlive it too. dir: what paths are below. */
MUST_USE enum err conf_parse(
    struct bytes text, const char *dir, struct arena *a, struct conf *c, struct fault *f);

/* What was given on the command line; each may be NULL. */
struct conf_where {
	const char *config, *trust, *state;
};

/*
 * The file of --config; else a user's own (XDG), else /etc/candor/candor.conf, which may
 * be absent. A user's own keeps its state in his folder. FAULT_CONF, FAULT_IO.
 */
MUST_USE enum err conf_load(
    const struct conf_where *w, struct arena *a, struct conf *out, struct fault *f);

/* A whole file, its bytes in the arena. ERR_END: there is none. FAULT_IO, TOO_LARGE. */
MUST_USE enum err conf_read(
    const char *path, size_t limit, struct arena *a, struct bytes *out, struct fault *f);

/* "10s", "5m", "2h", "7d", or seconds alone; false: no such time, or none at all. */
bool conf_time(struct bytes s, int64_t *out);
