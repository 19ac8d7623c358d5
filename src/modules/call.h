/*
 * call.h - what the tests of modules share: calling a function of a fact table
 * by name and signature, as the condition VM does.
 */
#pragma once

#include <stdlib.h>

#include "format/format.h"
#include "tests/tap.h"

/* Stands in for the scan: keeps the last line, counts work and ends it at budget. */
struct call_host {
	struct arena arena;
	char said[256];
	uint64_t charged, budget;
};

static void
call_log(void *host, struct bytes line)
{
	struct call_host *h = host;
	size_t n = line.n < sizeof(h->said) - 1 ? line.n : sizeof(h->said) - 1;

	memcpy(h->said, line.p, n);
	h->said[n] = '\0';
}

static bool
call_charge(void *host, uint64_t n)
{
	struct call_host *h = host;

	h->charged += n;
	return h->charged <= h->budget;
}

/* A result born undefined for the type that the signature names. */
static union fact_value
call_undef(const char *sig)
{
	char type = sig[strlen(sig) - 1];

	if (type == 's')
		return (union fact_value){ .s = { 0 } };
	return (union fact_value){ .i = FACT_UNDEF };
}

/* Calls the "name signature" of a table, of the dialect; the row must be there. */
static union fact_value
call_in(struct call_host *h, const struct fact *table, const char *name, bool dialect,
    struct fact_call c)
{
	const char *sig = strchr(name, ' ') + 1;
	size_t n = (size_t)(sig - name) - 1;

	for (const struct fact *f = table; f->type != FACT_END; f++) {
		if (f->type != FACT_FN || strlen(f->name) != n ||
		    memcmp(f->name, name, n) != 0 || strcmp(f->sig, sig) != 0 ||
		    dialect != ((f->flags & FACT_DIALECT) != 0))
			continue;
		c.ret = call_undef(sig);
		c.arena = &h->arena;
		c.host = h;
		c.log = call_log;
		c.charge = call_charge;
		f->fn(&c);
		return c.ret;
	}
	CHECK(false && "no such function");
	return (union fact_value){ .i = FACT_UNDEF };
}

/* The same for a function of the module itself. */
static inline union fact_value
call_row(struct call_host *h, const struct format *m, const char *name, bool dialect,
    struct fact_call c)
{
	return call_in(h, m->facts, name, dialect, c);
}

static inline union fact_value
call_fn(struct call_host *h, const struct format *m, const char *name, struct fact_call c)
{
	return call_in(h, m->facts, name, false, c);
}
