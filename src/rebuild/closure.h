/*
 * closure.h - the input closure of a build: every file it read, with its digest.
 *
 * Made while the room still stands and nothing in it moves any more. Inputs are what the
 * build could not write: the source, the recipe and the root. Each has a name that does
 * not depend on where the build was: "source/main.c", "recipe/build.sh",
 * "/usr/include/stdio.h". What the build wrote and read again is no input. The text of a
 * closure is what sha256sum writes, sorted by name, so its digest compares builds.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "rebuild/flow.h"

#define CLOSURE_DIGEST 32 /* SHA-256 */

struct closure_file {
	char *name;
	uint32_t file; /* its number in the flow */
	uint8_t digest[CLOSURE_DIGEST];
	uint64_t dev, ino, size; /* to know it again in the next build */
	int64_t changed;         /* ns */
};

struct closure {
	struct closure_file *file; /* sorted by name */
	size_t n, cap;
	bool complete;                  /* false: something may be missing */
	uint8_t digest[CLOSURE_DIGEST]; /* of its text */
};

/*
 * root: the room's root folder; base: where the build was. before: the closure of another
 * build, whose digests are taken for files that did not change; NULL: none.
 */
void closure_make(const struct flow *flow, int root, const char *base,
    const struct closure *before, struct closure *out);
void closure_done(struct closure *c);
const struct closure_file *closure_find(const struct closure *c, const char *name);

/*
 * Was the program of that name, as the build's PATH finds it, among what was read? A name
 * that nothing there has was not.
 */
bool closure_has_program(const struct closure *c, int root, const char *name);

/* Lines of sha256sum: "<64 hex digits>  <name>". */
void closure_text(const struct closure *c, struct buf *out);

/*
 * What of the closure may have gone into the artefact of that name: sets mark[i], of c->n
 * bytes, for file i; gives how many.
 */
size_t closure_origin(const struct closure *c, struct flow *flow, const char *base,
    const char *artefact, uint8_t *mark);
