/*
 * budget.c - the end of patience with one object.
 *
 * The parent kills a worker that is late, and its file is failed: whatever was found in
 * it is lost with the worker. So the engine looks at the clock itself, now and then, and
 * counts its steps. When either is spent nothing more is searched; rules are decided as
 * far as they can be by what is known, and the object is incomplete, with the name of
 * what ran.
 */
#include <stdio.h>

#include "scan/scan.h"

/*
 * Of conditions, between two looks at the clock: about 1 ms. When the searches were
 * ended each live rule still gets as much, and all together COND_GRACE: conditions are
 * quick, and what was found must not be lost. The parent's grace is 500 ms at least.
 */
#define COND_SLICE (1u << 20)
#define COND_GRACE (1u << 26)

void
scan_budget_begin(struct scan *s)
{
	s->budget = (struct scan_budget){
		.steps = num_mul(num_add(s->env.file.n, SCAN_SMALL), s->o.steps),
	};
	if (s->o.timeout_ms != 0 && s->o.clock_ms != NULL)
		s->budget.deadline = num_add(s->o.clock_ms(), s->o.timeout_ms);
	s->env.max_steps = COND_SLICE;
}

bool
scan_budget_more(void *arg, uint64_t steps)
{
	struct scan *s = arg;
	struct scan_budget *b = &s->budget;

	if (b->spent)
		return false;
	b->late = b->deadline != 0 && s->o.clock_ms() >= b->deadline;
	b->spent = b->late || steps >= b->steps;
	b->steps -= b->spent ? 0 : steps;
	return !b->spent;
}

bool
scan_budget_cond(void *arg)
{
	struct scan *s = arg;
	uint64_t done = cond_steps(s->cond), before = s->budget.cond;

	if (s->budget.spent)
		return false;
	s->budget.cond = done;
	if (!scan_budget_more(s, done - before))
		return false;
	s->env.max_steps = num_add(done, COND_SLICE);
	return true;
}

void
scan_budget_rule(struct scan *s)
{
	uint64_t done = cond_steps(s->cond), most = num_add(s->budget.cond, COND_GRACE);

	if (!s->budget.spent)
		return;
	s->env.max_steps = num_add(done, COND_SLICE);
	if (s->env.max_steps > most)
		s->env.max_steps = most;
}

void
scan_budget_tell(struct scan *s, uint32_t rule, struct bytes what)
{
	char text[512];

	if (s->budget.told)
		return;
	s->budget.told = true;
	snprintf(text, sizeof(text), "%s; the search was ended at %.*s",
	    s->budget.late ? "the time for this object is over"
			   : "the work for this object is too much",
	    what.n < 200 ? (int)what.n : 200, (const char *)what.p);
	scan_say(s, FINDING_LIMIT, rule, bytes_of(text));
}
