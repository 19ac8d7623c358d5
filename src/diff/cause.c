#include "diff/cause.h"

#define LINE_MAX_                                                             \
	4096 /* bytes of a line that are looked at; longer ones have no cause \
	      */

static bool
digit(int c)
{
	return c >= '0' && c <= '9';
}

static bool
hex(int c)
{
	return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool
word(int c)
{
	return digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The byte at i, or 0 outside: every pattern here ends at a 0. */
static int
at(struct bytes s, size_t i)
{
	return i < s.n ? s.p[i] : 0;
}

static size_t
digits(struct bytes s, size_t i)
{
	size_t n = 0;

	while (digit(at(s, i + n)))
		n++;
	return n;
}

static uint32_t
number(struct bytes s, size_t i, size_t n)
{
	uint32_t v = 0;

	while (n-- > 0)
		v = v * 10 + (uint32_t)(at(s, i++) - '0');
	return v;
}

/* --- times: each gives the length of what begins at i, or 0 --------------- */

/* 04:05, 04:05:06, 04:05:06.789, with Z, +01:00, AM or UTC behind. */
static size_t
clock_at(struct bytes s, size_t i)
{
	size_t from = i, n = digits(s, i);

	if (n < 1 || n > 2 || number(s, i, n) > 23 || at(s, i + n) != ':' ||
	    digits(s, i + n + 1) != 2)
		return 0;
	i += n + 3;
	if (at(s, i) == ':' && digits(s, i + 1) == 2)
		i += 3;
	if ((at(s, i) == '.' || at(s, i) == ',') && digits(s, i + 1) > 0)
		i += 1 + digits(s, i + 1);
	if (at(s, i) == ' ' && (at(s, i + 1) == '+' || at(s, i + 1) == '-') &&
	    digits(s, i + 2) == 4)
		i += 6;
	else if ((at(s, i) == '+' || at(s, i) == '-') && digits(s, i + 1) >= 2)
		i += 1 + digits(s, i + 1) +
		     (at(s, i + 3) == ':' && digits(s, i + 4) == 2 ? 3 : 0);
	else if (at(s, i) == 'Z')
		i++;
	return i - from;
}

static bool
plausible_year(uint32_t y)
{
	return y >= 1970 && y < 2100;
}

/* 2026-11-29, 2026/11/29, 20261129, and a clock behind it. */
static size_t
iso_at(struct bytes s, size_t i)
{
	size_t n = digits(s, i), len = 0;
	int sep = at(s, i + 4);

	if (n == 4 && (sep == '-' || sep == '/' || sep == '.') && digits(s, i + 5) == 2 &&
	    at(s, i + 7) == sep && digits(s, i + 8) == 2)
		len = 10;
	else if (n == 8 || n == 14)
		len = n;
	if (len == 0 || !plausible_year(number(s, i, 4)))
		return 0;
	if (number(s, len == 10 ? i + 5 : i + 4, 2) - 1 > 11 ||
	    number(s, len == 10 ? i + 8 : i + 6, 2) - 1 > 30)
		return 0;
	if (at(s, i + len) == 'T' || at(s, i + len) == ' ' || at(s, i + len) == '-') {
		size_t c = clock_at(s, i + len + 1);

		if (c > 0)
			len += 1 + c;
	}
	return len;
}

static bool
begins(struct bytes s, size_t i, const char *what)
{
	size_t n = strlen(what);

	return i + n <= s.n && memcmp(s.p + i, what, n) == 0;
}

/* "January", "Jan", "Monday", "Mon": the length, or 0. */
static size_t
name_at(struct bytes s, size_t i, const char *const *names, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		if (begins(s, i, names[k]) && !word(at(s, i + strlen(names[k]))))
			return strlen(names[k]);
		if (begins(s, i,
			(const char[]){ names[k][0], names[k][1], names[k][2], 0 }) &&
		    !word(at(s, i + 3)))
			return 3;
	}
	return 0;
}

static size_t
month_at(struct bytes s, size_t i)
{
	static const char *const months[] = { "January", "February", "March", "April",
		"May", "June", "July", "August", "September", "October", "November",
		"December" };

	return name_at(s, i, months, COUNT(months));
}

static size_t
day_at(struct bytes s, size_t i)
{
	static const char *const days[] = { "Monday", "Tuesday", "Wednesday", "Thursday",
		"Friday", "Saturday", "Sunday" };

	return name_at(s, i, days, COUNT(days));
}

static size_t
blanks(struct bytes s, size_t i)
{
	size_t n = 0;

	while (at(s, i + n) == ' ' || at(s, i + n) == ',' || at(s, i + n) == '-')
		n++;
	return n;
}

/* "Sun Nov 29 04:05:06 UTC 2026", "Sun, 29 Nov 2026 04:05:06 +0000", "29 November 2026".
 */
static size_t
calendar_at(struct bytes s, size_t i)
{
	size_t from = i, parts = 0, end = i;
	bool month = false;

	for (unsigned k = 0; k < 8; k++) {
		size_t n = month_at(s, i), c = clock_at(s, i), d = digits(s, i);

		if (n > 0)
			month = true;
		else if (c > 0)
			n = c;
		else if (d == 1 || d == 2 || (d == 4 && plausible_year(number(s, i, 4))))
			n = d;
		else if ((n = day_at(s, i)) == 0 && k > 0 &&
			 (begins(s, i, "UTC") || begins(s, i, "GMT") ||
			     begins(s, i, "CET")))
			n = 3;
		if (n == 0)
			break;
		parts++;
		end = i + n;
		i = end + blanks(s, end);
	}
	return month && parts >= 3 ? end - from : 0;
}

/* Seconds since 1970 that lie in our time: 2001 to 2033. */
static size_t
epoch_at(struct bytes s, size_t i)
{
	size_t n = digits(s, i);

	return n == 10 && number(s, i, 1) >= 1 && number(s, i, 1) <= 2 ? n : 0;
}

static size_t
year_at(struct bytes s, size_t i)
{
	return digits(s, i) == 4 && plausible_year(number(s, i, 4)) ? 4 : 0;
}

static size_t
time_at(struct bytes s, size_t i)
{
	size_t n = iso_at(s, i);

	if (n == 0)
		n = calendar_at(s, i);
	if (n == 0)
		n = clock_at(s, i);
	if (n == 0)
		n = epoch_at(s, i);
	return n ? n : year_at(s, i);
}

/* --- the others ----------------------------------------------------------- */

static bool
path_byte(int c)
{
	return word(c) || c == '/' || c == '.' || c == '-' || c == '+' || c == '~' ||
	       c == '@' || c == '%';
}

/* Of an absolute path the folder; what it names stays, and has to be the same. */
static size_t
path_at(struct bytes s, size_t i)
{
	size_t n = 0, slash = 0;

	if (at(s, i) != '/')
		return 0;
	for (; path_byte(at(s, i + n)); n++)
		if (at(s, i + n) == '/')
			slash = n;
	return slash > 0 ? slash : 0;
}

static size_t
digest_at(struct bytes s, size_t i)
{
	size_t n = 0, letters = 0;

	for (; hex(at(s, i + n)); n++)
		letters += !digit(at(s, i + n));
	return n >= 16 && letters > 0 && !word(at(s, i + n)) ? n : 0;
}

/* RFC 4122, 3: 8-4-4-4-12 hexadecimal digits. */
static size_t
uuid_at(struct bytes s, size_t i)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	size_t n = 0;

	for (; form[n] != '\0'; n++)
		if (form[n] == 'x' ? !hex(at(s, i + n)) : at(s, i + n) != '-')
			return 0;
	return word(at(s, i + n)) ? 0 : n;
}

/* What mkstemp makes of its customary templates: tmp.XXXXXXXXXX, tmpXXXXXX. */
static size_t
temporary_at(struct bytes s, size_t i)
{
	size_t n = begins(s, i, "tmp.") ? 4 : 3;

	if (!begins(s, i, "tmp"))
		return 0;
	while (word(at(s, i + n)))
		n++;
	return n >= 9 && n <= 16 ? n : 0;
}

static size_t
random_at(struct bytes s, size_t i)
{
	size_t n = uuid_at(s, i);

	return n ? n : temporary_at(s, i);
}

/* en_GB.UTF-8, de_DE, C.UTF-8, POSIX. */
static size_t
locale_at(struct bytes s, size_t i)
{
	size_t n = 0;

	if (begins(s, i, "C.") || (at(s, i) == 'C' && !word(at(s, i + 1))))
		n = 1;
	else if (begins(s, i, "POSIX") ||
		 (at(s, i) >= 'a' && at(s, i) <= 'z' && at(s, i + 2) == '_' &&
		     at(s, i + 3) >= 'A' && at(s, i + 3) <= 'Z' && at(s, i + 4) >= 'A' &&
		     at(s, i + 4) <= 'Z'))
		n = 5;
	else
		return 0;
	if (begins(s, i + n, ".UTF-8") || begins(s, i + n, ".utf-8"))
		n += 6;
	else if (begins(s, i + n, ".utf8"))
		n += 5;
	return word(at(s, i + n)) ? 0 : n;
}

/* --- masking -------------------------------------------------------------- */

/* The length of what begins at i and is to be masked, and with which byte. */
static size_t
masked_at(struct bytes s, size_t i, unsigned masks, uint8_t *as)
{
	static const struct {
		unsigned mask;
		size_t (*fn)(struct bytes s, size_t i);
	} words[] = {
		{ CAUSE_RANDOM, random_at },
		{ CAUSE_DIGEST, digest_at },
		{ CAUSE_LOCALE, locale_at },
	};
	size_t n = masks & CAUSE_PATH ? path_at(s, i) : 0;

	*as = CAUSE_PATH;
	if (n > 0)
		return n;
	if (i > 0 && word(at(s, i - 1)))
		return 0; /* in the middle of a word */
	for (size_t k = 0; k < COUNT(words); k++) {
		n = masks & words[k].mask ? words[k].fn(s, i) : 0;
		*as = (uint8_t)words[k].mask;
		if (n > 0)
			return n;
	}
	*as = CAUSE_TIME;
	return masks & CAUSE_TIME ? time_at(s, i) : 0;
}

void
cause_mask(struct buf *out, struct bytes line, unsigned masks)
{
	for (size_t i = 0; i < line.n;) {
		uint8_t as = 0;
		size_t n = masked_at(line, i, masks, &as);

		if (n == 0)
			buf_u8(out, line.p[i++]);
		else {
			buf_u8(out, as);
			i += n;
		}
	}
}

static bool
same_masked(struct bytes a, struct bytes b, unsigned masks)
{
	struct buf x = { 0 }, y = { 0 };
	bool same;

	cause_mask(&x, a, masks);
	cause_mask(&y, b, masks);
	same = bytes_eq(buf_bytes(&x), buf_bytes(&y));
	buf_done(&x);
	buf_done(&y);
	return same;
}

/* Does a comment that has an end mark go on to the end of the line? */
static bool
nothing_behind(struct bytes s, size_t i, const char *end)
{
	uint64_t e = bytes_find(s, i, bytes_of(end));
	size_t behind = e == UINT64_MAX ? s.n : (size_t)e + strlen(end);

	while (at(s, behind) == ' ' || at(s, behind) == '\t' || at(s, behind) == '\r')
		behind++;
	return behind >= s.n;
}

/* "# define" is for the preprocessor, whatever stands between. */
static bool
is_directive(struct bytes s, size_t i)
{
	static const char *const words[] = { "define", "undef", "include", "import", "if",
		"ifdef", "ifndef", "elif", "pragma", "line", "error" };

	while (at(s, i) == ' ' || at(s, i) == '\t')
		i++;
	for (size_t k = 0; k < COUNT(words); k++)
		if (begins(s, i, words[k]) && !word(at(s, i + strlen(words[k]))))
			return true;
	return false;
}

/* A whole line that an interpreter passes over; "#!" and "#include" are none. */
static bool
is_comment(struct bytes s)
{
	size_t i = 0;

	while (at(s, i) == ' ' || at(s, i) == '\t')
		i++;
	if (at(s, i) == '#')
		return at(s, i + 1) == '#' ||
		       ((at(s, i + 1) == ' ' || at(s, i + 1) == '\t') &&
			   !is_directive(s, i + 1));
	if (begins(s, i, "/*"))
		return nothing_behind(s, i, "*/");
	if (begins(s, i, "<!--"))
		return nothing_behind(s, i, "-->");
	return begins(s, i, "//") || begins(s, i, "-- ");
}

/* From the mildest on: what one mask explains is not given to a later one. */
enum diff_class
cause_of(struct bytes a, struct bytes b, bool code, enum diff_class other)
{
	static const struct {
		unsigned mask;
		enum diff_class cls;
	} masks[] = {
		{ CAUSE_TIME, DIFF_TIMESTAMP },
		{ CAUSE_PATH, DIFF_PATH },
		{ CAUSE_TIME | CAUSE_PATH, DIFF_PATH },
		{ CAUSE_DIGEST, DIFF_BUILD_ID },
		{ CAUSE_LOCALE, DIFF_LOCALE },
		{ CAUSE_RANDOM, DIFF_RANDOM },
		{ CAUSE_TIME | CAUSE_PATH | CAUSE_DIGEST | CAUSE_LOCALE | CAUSE_RANDOM,
		    DIFF_RANDOM },
	};
	/* the same but for what ends them */
	if (bytes_eq(a, b) || (code && !(is_comment(a) && is_comment(b))) ||
	    a.n > LINE_MAX_ || b.n > LINE_MAX_)
		return other;
	for (size_t i = 0; i < COUNT(masks); i++)
		if (same_masked(a, b, masks[i].mask))
			return masks[i].cls;
	return other;
}

bool
cause_runs(struct bytes line)
{
	static const char *const keys[] = { "Main-Class:", "Class-Path:",
		"Premain-Class:", "Agent-Class:", "Launcher-Agent-Class:",
		"Boot-Class-Path:", "Start-Class:", "Bundle-Activator:" };

	for (size_t k = 0; k < COUNT(keys); k++)
		if (begins(line, 0, keys[k]))
			return true;
	return false;
}
