/*
 * budget.c - the end of patience with one object.
 *
 * The parent kills a worker that is late, and its file is failed: whatever was found in
 * it is lost with the worker. So the engine looks at the clock itself, now and then, and
 * counts its steps. When either is spent nothing more is searched; rules are decided as
 * far as they can be by what is known, and the object is incomplete, with the name of
 * what ran.
 *
 * That is the last resort: before it no rule may take more than a share, an eighth of the
 * steps for its condition (a regex has another, in hits) and a quarter of the time. Who
 * takes more is undecided, the object is incomplete with its name, and all other rules go
 * on as if it were not there.
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

#define RULE_STEPS 8 /* a condition's share of the object's steps: one in so many */
#define RULE_TIME  4 /* and of its time */

void
scan_budget_begin(struct scan *s)
{
	s->budget = (struct scan_budget){
		.steps = num_mul(num_add(s->size, SCAN_SMALL), s->o.steps),
	};
	s->budget.share = s->budget.steps / RULE_STEPS + 1;
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

/* The rule at hand is late: looked at as often as the object is. */
static bool
rule_late(struct scan *s)
{
	struct scan_budget *b = &s->budget;
	uint64_t now;

	if (b->deadline == 0)
		return false;
	now = s->o.clock_ms();
	if (b->rule_since == 0)
		b->rule_since = now;
	return now - b->rule_since > s->o.timeout_ms / RULE_TIME;
}

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

bool
scan_budget_cond(void *arg)
{
	struct scan *s = arg;
	struct scan_budget *b = &s->budget;
	uint64_t done = cond_steps(s->cond), before = b->cond;

	if (b->spent)
		return false;
	b->cond = done;
	if (!scan_budget_more(s, done - before) || done >= b->rule_end || rule_late(s))
		return false;
	s->env.max_steps = least(num_add(done, COND_SLICE), b->rule_end);
	return true;
}

void
scan_budget_rule(struct scan *s)
{
	struct scan_budget *b = &s->budget;
	uint64_t done = cond_steps(s->cond), slice = num_add(done, COND_SLICE);

	b->rule_end = num_add(done, b->share);
	b->rule_since = 0;
	/* not behind the next look at the clock: many quick rules make a slow object */
	s->env.max_steps = b->spent ? least(slice, num_add(b->cond, COND_GRACE))
				    : least(s->env.max_steps, b->rule_end);
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
