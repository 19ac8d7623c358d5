/*
 * dex_fn.c - the functions of the module dex: is there such a method or class?
 *
 * Members were read before the call (base/fact.h). On a file that is no dex each is
 * undefined; else 1 or 0.
 */
#include "format/dex.h"

typedef bool match_fn(
    struct fact_call *c, const union fact_value *want, struct bytes have);

static bool
same(struct fact_call *c, const union fact_value *want, struct bytes have)
{
	(void)c;
	return have.p != NULL && bytes_eq(want->s, have);
}

static bool
matches(struct fact_call *c, const union fact_value *want, struct bytes have)
{
	return have.p != NULL && c->charge(c->host, 1 + have.n / 16) &&
	       c->re_match(c->host, want->re, have);
}

/* name, class: which argument each is compared with; -1: it does not matter. */
static void
any_method(struct fact_call *c, match_fn *match, int class, int name)
{
	const struct dex *d = c->self;
	const struct dex_method *m;

	if (d == NULL || d->parse == NULL)
		return;
	m = d->method.p;
	c->ret.i = 0;
	for (uint32_t i = 0; i < d->method.n && c->ret.i == 0; i++)
		c->ret.i = (class < 0 || match(c, &c->arg[class], m[i].class_name)) &&
			   (name < 0 || match(c, &c->arg[name], m[i].name));
}

void
dex_has_method(struct fact_call *c)
{
	any_method(c, same, -1, 0);
}

void
dex_has_method_of(struct fact_call *c)
{
	any_method(c, same, 0, 1);
}

void
dex_has_method_regex(struct fact_call *c)
{
	any_method(c, matches, -1, 0);
}

void
dex_has_method_of_regex(struct fact_call *c)
{
	any_method(c, matches, 0, 1);
}

void
dex_has_class(struct fact_call *c)
{
	any_method(c, same, 0, -1);
}

void
dex_has_class_regex(struct fact_call *c)
{
	any_method(c, matches, 0, -1);
}
