/*
 * gifts.h - what the caller gives modules besides objects, as the report of a sandbox.
 *
 * A list of owned copies; what comes again for a module replaces what was before. A
 * worker gets each as a sealed file in memory. Zero-initialised is empty.
 */
#pragma once

#include "sandbox/pool.h"

/* One module's; both malloced. */
struct gift {
	char *module;
	struct bytes data;
};

/* Those of a scanner, and the files that hold them while a worker is there. */
struct gifts {
	struct gift list[WIRE_GIVEN_MAX - 1]; /* one place is for what rules need */
	size_t n;
	struct pool_given files[WIRE_GIVEN_MAX - 1]; /* of gifts_open */
	size_t nfiles;
};

/* Copies both. false: there are as many modules as there may be. */
bool gifts_put(struct gifts *g, const char *module, struct bytes data);
void gifts_done(struct gifts *g);

/* Puts each into a file in memory: g->files, until gifts_close. errno tells why not. */
MUST_USE enum err gifts_open(struct gifts *g);
void gifts_close(struct gifts *g);
