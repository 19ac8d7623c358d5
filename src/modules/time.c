/* The module `time`: the clock of the scan, which the trusted half sets. */
#include "format/format.h"

static void
time_now(struct fact_call *c)
{
	c->ret.i = c->now;
}

static const struct fact time_facts[] = {
	FACT_FUN("now", ":i", time_now),
	FACT_LAST,
};

const struct format module_time = { .name = "time", .facts = time_facts };
