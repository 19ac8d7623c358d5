/*
 * cuckoo.c - a report is a stranger's text: every function of the module is asked about
 * it. What they say is 0 or 1, the same when asked again, and never undefined.
 */
#include <stdlib.h>

#include "modules/modules.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* The regex is a text, and every other entry agrees, so that all of them are seen. */
static bool
match(void *host, const void *re, struct bytes s)
{
	bool *odd = host;

	(void)re;
	(void)s;
	return (*odd = !*odd);
}

static bool
charge(void *host, uint64_t n)
{
	(void)host;
	return n < UINT32_MAX;
}

static int64_t
ask(const struct fact *fn, void *self)
{
	bool odd = true;
	struct fact_call c = { .self = self,
		.arg = { { .re = "" }, { .i = 53 } },
		.ret.i = FACT_UNDEF,
		.host = &odd,
		.re_match = match,
		.charge = charge };

	fn->fn(&c);
	return c.ret.i;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const struct format *f = module_find(BYTES_LIT("cuckoo"));
	_Alignas(max_align_t) uint8_t facts[64] = { 0 };
	struct parse parse = { .facts = facts };
	const char *why;

	if (f->facts_size > sizeof(facts) ||
	    f->take((struct bytes){ p, n }, &parse.given, &why) != OK)
		return 0;
	if (f->open(&parse) != OK)
		abort();
	for (const struct fact *part = f->facts; part->type != FACT_END; part++)
		for (const struct fact *fn = part->sub; fn->type != FACT_END; fn++) {
			int64_t v = ask(fn, facts + part->at);

			if ((v != 0 && v != 1) || v != ask(fn, facts + part->at))
				abort();
		}
	f->leave(parse.given);
	return 0;
}
