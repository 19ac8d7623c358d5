/*
 * opt.c - see opt.h.
 *
 * As getopt_long does it: --name=value, --name value, -nvalue, -n value, -abc, and --
 * ends the options. Unlike it: no abbreviations (they break scripts when an option
 * is added), and options may stand behind operands whatever POSIXLY_CORRECT says.
 */
#include "cli/opt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "cli/msg.h"

void
opt_push(struct opt_list *l, const char *s)
{
	l->p = xgrow(l->p, &l->cap, l->n + 1, sizeof(*l->p));
	l->p[l->n++] = s;
}

static enum err
number(const char *s, const char **end, uint64_t *out)
{
	uint64_t v = 0;
	const char *p = s;

	for (; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*p - '0'), &v))
			return ERR_SYNTAX;
	*end = p;
	*out = v;
	return p == s ? ERR_SYNTAX : OK;
}

enum err
opt_size(const char *s, uint64_t *out)
{
	static const char units[] = "kMGT";
	const char *end, *unit;
	uint64_t v, scale = 1;

	TRY(number(s, &end, &v));
	if (*end != '\0') {
		unit = strchr(units, *end == 'K' ? 'k' : *end);
		if (unit == NULL || end[1] != '\0')
			return ERR_SYNTAX;
		scale <<= 10 * (unit - units + 1);
	}
	return __builtin_mul_overflow(v, scale, out) ? ERR_SYNTAX : OK;
}

static enum err
plain_number(const char *s, uint64_t *out)
{
	const char *end;

	TRY(number(s, &end, out));
	return *end == '\0' ? OK : ERR_SYNTAX;
}

static enum err
milliseconds(const char *s, uint32_t *out)
{
	uint64_t ms = 0, scale = 100;
	bool some = false;
	const char *end;

	TRY(number(s, &end, &ms));
	if (ms > UINT32_MAX / 1000)
		return ERR_SYNTAX;
	ms *= 1000;
	if (*end == '.')
		for (end++; *end >= '0' && *end <= '9'; end++, scale /= 10) {
			ms += (uint64_t)(*end - '0') * scale;
			some |= *end != '0';
		}
	if (*end != '\0' || ms > UINT32_MAX)
		return ERR_SYNTAX;
	if (ms == 0 && some)
		ms = 1; /* 0 would mean no limit: the opposite of what was asked */
	*out = (uint32_t)ms;
	return OK;
}

static enum err
store(const struct opt *o, const char *arg, void *values)
{
	void *to = (char *)values + o->at;

	switch (o->type) {
	case OPT_FLAG: *(bool *)to = true; return OK;
	case OPT_STR: *(const char **)to = arg; return OK;
	case OPT_LIST: opt_push(to, arg); return OK;
	case OPT_NUM: return plain_number(arg, to);
	case OPT_SIZE: return opt_size(arg, to);
	case OPT_TIME: return milliseconds(arg, to);
	}
	return ERR_SYNTAX;
}

static enum err
wrong(const struct verb *v, const char *what, const char *which)
{
	msg_error("%s '%s'", what, which);
	msg_hint("try 'candor help %s'", v->name);
	return ERR_SYNTAX;
}

static enum err
take(const struct verb *v, const struct opt *o, const char *arg, void *values)
{
	if (store(o, arg, values) == OK)
		return OK;
	msg_error("option --%s: '%s' is not a valid %s", o->name, arg,
	    o->arg ? o->arg : "value");
	msg_hint("try 'candor help %s'", v->name);
	return ERR_SYNTAX;
}

struct args {
	int n, at;
	char **p;
};

static enum err
long_option(const struct verb *v, struct args *a, void *values)
{
	const char *word = a->p[a->at++] + 2, *eq = strchr(word, '=');
	size_t n = eq ? (size_t)(eq - word) : strlen(word);

	if (strcmp(word, "help") == 0) {
		opt_help(v);
		return ERR_END;
	}
	for (const struct opt *o = v->opts; o->name != NULL; o++) {
		if (strlen(o->name) != n || strncmp(o->name, word, n) != 0)
			continue;
		if (o->type == OPT_FLAG)
			return eq ? wrong(v, "option takes no value:", o->name)
				  : take(v, o, NULL, values);
		if (eq == NULL && a->at == a->n)
			return wrong(v, "option needs a value:", o->name);
		return take(v, o, eq ? eq + 1 : a->p[a->at++], values);
	}
	return wrong(v, "unknown option", word - 2);
}

static enum err
short_options(const struct verb *v, struct args *a, void *values)
{
	const char *word = a->p[a->at++];

	for (const char *c = word + 1; *c != '\0'; c++) {
		const struct opt *o = v->opts;

		if (*c == 'h') {
			opt_help(v);
			return ERR_END;
		}
		while (o->name != NULL && o->letter != *c)
			o++;
		if (o->name == NULL)
			return wrong(v, "unknown option", (char[]){ '-', *c, '\0' });
		if (o->type == OPT_FLAG) {
			TRY(take(v, o, NULL, values));
			continue;
		}
		if (c[1] == '\0' && a->at == a->n)
			return wrong(v, "option needs a value:", o->name);
		return take(v, o, c[1] ? c + 1 : a->p[a->at++], values);
	}
	return OK;
}

enum err
opt_parse(
    const struct verb *v, int argc, char **argv, void *values, struct opt_list *rest)
{
	struct args a = { argc, 0, argv };

	while (a.at < a.n) {
		const char *word = a.p[a.at];

		if (strcmp(word, "--") == 0) {
			for (a.at++; a.at < a.n; a.at++)
				opt_push(rest, a.p[a.at]);
			break;
		}
		if (strncmp(word, "--", 2) == 0)
			TRY(long_option(v, &a, values));
		else if (word[0] == '-' && word[1] != '\0')
			TRY(short_options(v, &a, values));
		else
			opt_push(rest, a.p[a.at++]);
	}
	return OK;
}

void
opt_help(const struct verb *v)
{
	printf("usage: candor %s %s\n\n%s\n", v->name, v->args, v->summary);
	if (v->opts->name != NULL || v->subs != NULL)
		printf("\n");
	for (const struct verb *const *s = v->subs; s != NULL && *s != NULL; s++)
		printf("  %-16s %s\n", (*s)->name, (*s)->summary);
	for (const struct opt *o = v->opts; o->name != NULL; o++) {
		char left[64];
		int n =
		    snprintf(left, sizeof(left), "%c%c%c --%s%s%s", o->letter ? '-' : ' ',
			o->letter ? o->letter : ' ', o->letter ? ',' : ' ', o->name,
			o->arg ? " " : "", o->arg ? o->arg : "");

		printf("  %-26s%s%s\n", left,
		    n > 25 ? "\n                            " : "", o->help);
	}
}

void
opt_table(const struct verb *v)
{
	if (v->opts->name == NULL)
		printf("%s\t\t\t\t\n", v->name);
	for (const struct verb *const *s = v->subs; s != NULL && *s != NULL; s++)
		opt_table(*s);
	for (const struct opt *o = v->opts; o->name != NULL; o++)
		printf("%s\t%s\t--%s\t%s\t%s\n", v->name,
		    o->letter ? (char[]){ '-', o->letter, '\0' } : "", o->name,
		    o->arg ? o->arg : "", o->help);
}
