/*
 * utc.c - seconds since 1970 as RFC 3339 text in UTC, and back, by the Gregorian
 * calendar without a table of zones. Years 1970 to 9999; one second has one text.
 */
#include "base/utc.h"

#include <stdio.h>

#define DAY 86400

struct civil {
	unsigned year, month, day;
};

static bool
is_leap(unsigned y)
{
	return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

static unsigned
month_days(unsigned year, unsigned month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && is_leap(year));
}

/* Leap days of the years before y. */
static int64_t
leaps_before(unsigned y)
{
	y--;
	return (int64_t)(y / 4) - y / 100 + y / 400;
}

/* Days from 1970 to the first of January of y. */
static int64_t
year_days(unsigned y)
{
	return ((int64_t)y - 1970) * 365 + leaps_before(y) - leaps_before(1970);
}

static int64_t
days_of(struct civil c)
{
	int64_t d = year_days(c.year);

	for (unsigned m = 1; m < c.month; m++)
		d += month_days(c.year, m);
	return d + c.day - 1;
}

static struct civil
civil_of(int64_t days)
{
	/* 366: never too late a year, and at most some years too early */
	struct civil c = { 1970 + (unsigned)(days / 366), 1, 1 };

	while (year_days(c.year + 1) <= days)
		c.year++;
	days -= year_days(c.year);
	while (days >= month_days(c.year, c.month))
		days -= month_days(c.year, c.month++);
	c.day += (unsigned)days;
	return c;
}

void
utc_print(int64_t t, char out[UTC_SIZE])
{
	t = t < 0 ? 0 : t > UTC_MAX ? UTC_MAX : t;

	struct civil c = civil_of(t / DAY);
	unsigned s = (unsigned)(t % DAY);

	/* the remainders tell the compiler how few digits there can be */
	snprintf(out, UTC_SIZE, "%04u-%02u-%02uT%02u:%02u:%02uZ", c.year % 10000,
	    c.month % 100, c.day % 100, s / 3600 % 100, s / 60 % 60, s % 60);
}

/* Exactly n digits; 0 and a failed cursor when there is anything else. */
static unsigned
digits(struct cur *c, size_t n)
{
	struct bytes b = cur_take(c, n);
	unsigned v = 0;

	for (size_t i = 0; i < b.n; i++) {
		if (b.p[i] < '0' || b.p[i] > '9')
			c->bad = true;
		v = v * 10 + (unsigned)(b.p[i] - '0');
	}
	return v;
}

static void
mark(struct cur *c, char want)
{
	if (cur_u8(c) != (uint8_t)want)
		c->bad = true;
}

static enum err
day(struct cur *c, int64_t *out)
{
	struct civil d;

	d.year = digits(c, 4);
	mark(c, '-');
	d.month = digits(c, 2);
	mark(c, '-');
	d.day = digits(c, 2);
	if (!cur_ok(c) || d.year < 1970 || d.month < 1 || d.month > 12 || d.day < 1 ||
	    d.day > month_days(d.year, d.month))
		return ERR_FORMAT;
	*out = days_of(d) * DAY;
	return OK;
}

enum err
utc_parse(struct bytes s, int64_t *out)
{
	struct cur c = cur_at(s, 0);
	unsigned hour, minute, second;
	int64_t t;

	TRY(day(&c, &t));
	mark(&c, 'T');
	hour = digits(&c, 2);
	mark(&c, ':');
	minute = digits(&c, 2);
	mark(&c, ':');
	second = digits(&c, 2);
	mark(&c, 'Z');
	if (!cur_ok(&c) || cur_left(&c) != 0 || hour > 23 || minute > 59 || second > 59)
		return ERR_FORMAT;
	*out = t + hour * 3600 + minute * 60 + second;
	return OK;
}

enum err
utc_parse_day(struct bytes s, int64_t *out)
{
	struct cur c = cur_at(s, 0);

	return s.n == 10 ? day(&c, out) : utc_parse(s, out);
}
