/*
 * compile.h - rule sources to a database, by a worker: the parent's side.
 *
 * Rules are strangers' texts too, so they are read by a confined worker. It is
 * sent descriptors under numbers, asks for includes, and answers with messages
 * and the bytes of the database, which end in a sealed file in memory here.
 */
#pragma once

#include "base/diag.h"
#include "result/wire.h"

/*
 * A source to be compiled. Its number, 0 and up in the order given, is its name
 * in every message of the worker.
 */
struct compile_source {
	int fd; /* the callee's to close, when handed over by next or include */
	uint64_t off, size; /* where it lies in fd's file */
	struct bytes ns;    /* valid until the next call of next or include */
	unsigned
	    again; /* of an include: 1 + the number of the source that this is again */
};

struct compile_job {
	const char *program;      /* of the worker */
	struct wire_compile opts; /* memory bounds the database, too: it is held here */
	uint32_t timeout_ms;      /* for all of it; 0: none */
	uint64_t data_limit;      /* private bytes of the worker */
	void *arg;
	/* ERR_END: no more. */
	enum err (*next)(void *arg, struct compile_source *out);
	/*
	 * Source number from includes path. OK: it is the next number, or out->again;
	 * ERR_ACCESS: it cannot be opened.
	 */
	enum err (*include)(
	    void *arg, unsigned from, struct bytes path, struct compile_source *out);
	/* source: which one d->file (to be ignored) is; UINT32_MAX: none. */
	void (*diag)(void *arg, const struct diag *d, unsigned source);
	void (*explain)(void *arg, struct bytes text);
	/*
	 * With WIRE_WANT_RULES: each rule, in order; valid during the call. Its source is
	 * one of those sent; whether its text lies inside of it is the callee's to check.
	 */
	void (*rule)(void *arg, const struct wire_rule *r);
};

#define COMPILE_WHY 160

/*
 * OK: *db is a sealed file (-1 with WIRE_NO_DATABASE). ERR_SYNTAX: the diags told.
 * ERR_LIMIT, ERR_PROTO, ERR_IO: why tells.
 */
MUST_USE enum err compile_run(
    const struct compile_job *job, int *db, uint64_t *size, char why[COMPILE_WHY]);
