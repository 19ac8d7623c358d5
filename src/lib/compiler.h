/*
 * compiler.h - candor_compiler from inside: sources, and who is told and asked.
 *
 * Two builders share it: one calls the compiler in this process, the other a worker.
 * Both see a build as a list of sources that grows with includes.
 */
#pragma once

#include "base/buf.h"
#include "base/diag.h"
#include "lib/exts.h"
#include "lib/rules.h"

/* A source, added or included; all of it owned. */
struct compiler_source {
	char *name, *ns; /* ns NULL: "default" */
	struct buf text;
	unsigned from; /* 1 + the number of the one that includes it; 0: none */
};

struct candor_compiler {
	uint32_t flags; /* enum candor_flag */
	uint64_t memory, timeout_ms, strings;
	struct compiler_source
	    *source; /* those that were added, then includes of a build */
	size_t n, cap;
	struct exts exts;
	void (*diag)(void *arg, const struct candor_diag *d);
	void *diag_arg;
	int (*include)(
	    void *arg, const char *from, const char *path, struct candor_include *i);
	void *include_arg;
	bool told; /* an error, in this build */
};

/* Tells the caller of d, which is about the source of that name. */
void compiler_tell(struct candor_compiler *c, const struct diag *d, const char *source);

/*
 * Asks the caller for what source number from includes. OK: *number is the source, a new
 * one or, when it includes itself over any number of steps, the one that there is.
 * ERR_ACCESS: it cannot be had.
 */
MUST_USE enum err compiler_include(
    struct candor_compiler *c, unsigned from, struct bytes path, unsigned *number);

/* compiler_confined.c: builds with a worker. Returns as candor_compiler_build. */
int compiler_confined(struct candor_compiler *c, struct candor_rules **out);
