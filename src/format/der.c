#include "format/der.h"

#define LENGTH_BYTES_MOST 4 /* 4 GB; more is in no file we read */

/*
 * X.690 8.1.2 and 8.1.3. Of BER this takes lengths in more bytes than they need,
 * because signers write them and OpenSSL reads them; not the indefinite form (0x80),
 * which has no place in what is hashed, nor tags above 30. The length is a number of
 * 32 bits and goes unchecked into cur_take, which knows what is left.
 */
bool
der_next(struct cur *c, struct der *out)
{
	struct cur at = *c;
	struct der d;
	uint64_t n;

	if (c->bad || cur_left(c) == 0)
		return false;
	d.tag = cur_u8(c);
	n = cur_u8(c);
	if ((d.tag & 0x1f) == 0x1f || n == 0x80 || n > 0x80 + LENGTH_BYTES_MOST)
		c->bad = true;
	if (n > 0x80) {
		unsigned more = n & 0x7f;

		n = 0;
		while (more-- > 0)
			n = n << 8 | cur_u8(c);
	}
	d.body = cur_take(c, n);
	if (c->bad) {
		*c = (struct cur){ .bad = true };
		return false;
	}
	d.whole = (struct bytes){ at.p, (size_t)(c->p - at.p) };
	*out = d;
	return true;
}

bool
der_peek(const struct cur *c, uint8_t tag)
{
	return !c->bad && cur_left(c) > 0 && *c->p == tag;
}

struct bytes
der_take(struct cur *c, uint8_t tag)
{
	struct der d;

	if (der_peek(c, tag) && der_next(c, &d))
		return d.body;
	*c = (struct cur){ .bad = true };
	return (struct bytes){ 0 };
}

struct bytes
der_maybe(struct cur *c, uint8_t tag)
{
	return der_peek(c, tag) ? der_take(c, tag) : (struct bytes){ 0 };
}

struct bytes
der_open(struct bytes b, uint8_t tag)
{
	struct cur c = cur_at(b, 0);

	return der_take(&c, tag);
}

/* X.690 8.3: two's complement, so a leading zero may stand before the highest bit. */
uint64_t
der_number(struct bytes body)
{
	uint64_t n = 0;

	if (body.n == 0 || body.p[0] & 0x80)
		return UINT64_MAX;
	for (size_t i = 0; i < body.n; i++) {
		if (n >> 56 != 0)
			return UINT64_MAX;
		n = n << 8 | body.p[i];
	}
	return n;
}

/* n decimal digits, or -1. */
static int64_t
digits(struct cur *c, unsigned n)
{
	int64_t v = 0;

	while (n-- > 0) {
		uint8_t d = cur_u8(c);

		if (d < '0' || d > '9')
			return -1;
		v = v * 10 + (d - '0');
	}
	return v;
}

/* Days from 1970-01-01 in the Gregorian calendar, for any year from 0 on. */
static int64_t
days_of(int64_t year, int64_t month, int64_t day)
{
	/* Years start in March, so the leap day is the last one. */
	int64_t y = year - (month <= 2), m = (month + 9) % 12;
	int64_t era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
	int64_t of_year = (153 * m + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int64_t
month_days(int64_t year, int64_t month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

static bool
between(int64_t v, int64_t low, int64_t high)
{
	return v >= low && v <= high;
}

/* What follows the time of day: "Z", or an offset that the time is ahead by. */
static bool
read_zone(struct cur *c, int64_t *ahead)
{
	uint8_t sign = cur_u8(c);
	int64_t h, m;

	*ahead = 0;
	if (sign == 'Z')
		return true;
	h = digits(c, 2);
	m = digits(c, 2);
	if ((sign != '+' && sign != '-') || !between(h, 0, 12) || !between(m, 0, 59))
		return false;
	*ahead = (sign == '-' ? -1 : 1) * (h * 3600 + m * 60);
	return true;
}

static bool
next_is_digit(const struct cur *c)
{
	return !c->bad && cur_left(c) > 0 && *c->p >= '0' && *c->p <= '9';
}

/* The date, to days; false: there is no such day. */
static bool
read_date(struct cur *c, bool long_year, int64_t *days)
{
	int64_t year = digits(c, long_year ? 4 : 2);
	int64_t month = digits(c, 2), day = digits(c, 2);

	if (!long_year && year >= 0)
		year += year < 50 ? 2000 : 1900;
	if (year < 0 || !between(month, 1, 12) ||
	    !between(day, 1, month_days(year, month)))
		return false;
	*days = days_of(year, month, day);
	return true;
}

/*
 * Nothing overflows: a year has four digits, so the days fit 22 bits. A second of 60
 * is refused as OpenSSL does; UTCTime without seconds is X.680's, not RFC 5280's, but
 * old certificates have it.
 */
int64_t
der_time(uint8_t tag, struct bytes text)
{
	struct cur c = cur_at(text, 0);
	int64_t days, hour, minute, second = 0, ahead;

	if (!read_date(&c, tag == DER_GENERAL_TIME, &days))
		return INT64_MIN;
	hour = digits(&c, 2);
	minute = digits(&c, 2);
	if (next_is_digit(&c))
		second = digits(&c, 2);
	if (tag == DER_GENERAL_TIME && !c.bad && cur_left(&c) > 0 && *c.p == '.') {
		cur_u8(&c);
		while (next_is_digit(&c))
			cur_u8(&c);
	}
	if (!between(hour, 0, 23) || !between(minute, 0, 59) || !between(second, 0, 59) ||
	    !read_zone(&c, &ahead) || !cur_ok(&c) || cur_left(&c) > 0)
		return INT64_MIN;
	return days * 86400 + hour * 3600 + minute * 60 + second - ahead;
}
