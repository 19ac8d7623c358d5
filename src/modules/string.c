/*
 * The module `string`: numbers in text, by the rules of C's strtoll.
 *
 * Written out because strtoll asks the locale what a space is, and because a
 * string here may hold a NUL, at which C (and so YARA) stops.
 */
#include "format/format.h"

static int
digit_of(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 10;
	return 99;
}

static bool
is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/*
 * Behind the end stands a NUL, as in C: that ends every loop below. The only way from an
 * index to a byte.
 */
static uint8_t
at(struct bytes s, size_t i)
{
	return i < s.n ? s.p[i] : 0;
}

/* 0x counts as a prefix only when a hex digit follows; else the 0 is the number. */
static int
prefix_of(struct bytes s, size_t i, int base, size_t *skip)
{
	bool hex = at(s, i) == '0' && (at(s, i + 1) | 0x20) == 'x' &&
		   digit_of(at(s, i + 2)) < 16;

	*skip = hex && (base == 0 || base == 16) ? 2 : 0;
	if (base != 0)
		return base;
	return hex ? 16 : at(s, i) == '0' ? 8 : 10;
}

/* False: no digits, something behind them, out of range, or no such base. */
static bool
parse_int(struct bytes s, int base, int64_t *out)
{
	size_t i = 0, skip, first;
	int64_t v = 0;

	if (base < 0 || base == 1 || base > 36)
		return false;
	while (is_space(at(s, i)))
		i++;
	bool minus = at(s, i) == '-';
	if (minus || at(s, i) == '+')
		i++;
	base = prefix_of(s, i, base, &skip);
	first = i += skip;
	for (int d; (d = digit_of(at(s, i))) < base; i++)
		if (__builtin_mul_overflow(v, base, &v) ||
		    __builtin_sub_overflow(v, d, &v)) /* downwards: INT64_MIN fits */
			return false;
	if (i == first || at(s, i) != 0 || (!minus && v == INT64_MIN))
		return false;
	*out = minus ? v : -v;
	return true;
}

static void
to_int(struct fact_call *c)
{
	if (c->charge(c->host, c->arg[0].s.n)) /* it may be all spaces */
		parse_int(c->arg[0].s, 0, &c->ret.i);
}

static void
to_int_base(struct fact_call *c)
{
	/* YARA hands the base over as a C int. */
	if (c->charge(c->host, c->arg[0].s.n))
		parse_int(c->arg[0].s, (int)(uint32_t)c->arg[1].i, &c->ret.i);
}

/* YARA-X's: a sign and digits, nothing else, and decimal unless there is a base. */
static void
parse_strict(struct fact_call *c, int64_t base)
{
	struct bytes s = c->arg[0].s;
	size_t sign = at(s, 0) == '-' || at(s, 0) == '+';

	if (base < 2 || base > 36 || digit_of(at(s, sign)) >= base ||
	    memchr(s.p, 0, s.n) != NULL)
		return;
	if (base == 16 && prefix_of(s, sign, 16, &sign) == 16 && sign > 0)
		return;
	if (c->charge(c->host, s.n))
		parse_int(s, (int)base, &c->ret.i);
}

static void
to_decimal(struct fact_call *c)
{
	parse_strict(c, 10);
}

static void
to_int_strict(struct fact_call *c)
{
	parse_strict(c, c->arg[1].i);
}

/* In bytes, with NULs: a string of a rule is no C string. */
static void
length(struct fact_call *c)
{
	c->ret.i = (int64_t)c->arg[0].s.n;
}

static const struct fact string_facts[] = {
	FACT_FUN("to_int", "s:i", to_int),
	FACT_FUN("to_int", "si:i", to_int_base),
	FACT_FUNX("to_int", "s:i", to_decimal),
	FACT_FUNX("to_int", "si:i", to_int_strict),
	FACT_FUN("length", "s:i", length),
	FACT_LAST,
};

const struct format module_string = { .name = "string", .facts = string_facts };
