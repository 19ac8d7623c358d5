#include "objdiff/harmless.h"

#include "base/err.h"
#include "base/text.h"

/* clang-format off */
static const char *const months[] = {
	"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
	"January", "February", "March", "April", "June", "July", "August", "September",
	"October", "November", "December",
};
static const char *const days[] = {
	"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Monday", "Tuesday", "Wednesday",
	"Thursday", "Friday", "Saturday", "Sunday",
};
/* Digits of a date or time: 9 is any digit. */
static const char *const forms[] = {
	"99:99:99", "9999-99-99", "9999/99/99", "99/99/9999", "9999-99-99T99:99:99Z",
	"9999-99-99T99:99:99", "9999-99-99T99:99:99+99:99", "9999-99-99T99:99:99+9999",
	"99:99:99Z",
};
/* Only what is compiled, and never opened by the program: no headers, no .inc. */
static const char *const sources[] = {
	".c", ".cc", ".cpp", ".cxx", ".c++", ".C", ".S", ".mm", ".rs", ".tcc", ".f90", ".adb",
	".ads", ".vala", ".zig", ".nim",
};
/* clang-format on */

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool
listed(struct bytes w, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes_eq(w, bytes_of(list[i])))
			return true;
	return false;
}

static bool
has_form(struct bytes w, const char *form)
{
	if (w.n != strlen(form))
		return false;
	for (size_t i = 0; i < w.n; i++)
		if (form[i] == '9' ? !is_digit(w.p[i]) : w.p[i] != (uint8_t)form[i])
			return false;
	return true;
}

static unsigned
number_of(struct bytes w)
{
	unsigned v = 0;

	for (size_t i = 0; i < w.n; i++)
		v = v * 10 + (unsigned)(w.p[i] - '0');
	return v;
}

/* Words that make up dates: what differs must be of one kind on both sides. */
enum word { WORD_NONE, WORD_MONTH, WORD_DAY, WORD_DAYNUMBER, WORD_YEAR, WORD_FORM };

static int
word_of(struct bytes w)
{
	bool digits = w.n > 0;

	if (listed(w, months, COUNT(months)))
		return WORD_MONTH;
	if (listed(w, days, COUNT(days)))
		return WORD_DAY;
	for (size_t i = 0; i < COUNT(forms); i++)
		if (has_form(w, forms[i]))
			return WORD_FORM + (int)i;
	for (size_t i = 0; i < w.n; i++)
		digits = digits && is_digit(w.p[i]);
	if (digits && w.n <= 2 && number_of(w) >= 1 && number_of(w) <= 31)
		return WORD_DAYNUMBER;
	if (digits && w.n == 4 && number_of(w) >= 1980 && number_of(w) < 2100)
		return WORD_YEAR;
	return WORD_NONE;
}

static bool
is_source(struct bytes name)
{
	for (size_t i = 0; i < COUNT(sources); i++) {
		struct bytes ext = bytes_of(sources[i]);
		if (name.n > ext.n && bytes_eq(bytes_from(name, name.n - ext.n), ext))
			return true;
	}
	return false;
}

/* Behind the last slash. */
static struct bytes
base_name(struct bytes w)
{
	size_t i = w.n;

	while (i > 0 && w.p[i - 1] != '/')
		i--;
	return bytes_from(w, i);
}

/* The last part, a source file's name, is the same; what leads to it is not. */
static bool
build_paths(struct bytes a, struct bytes b)
{
	struct bytes na = base_name(a), nb = base_name(b);

	return bytes_eq(na, nb) && is_source(na) && (na.n < a.n || nb.n < b.n);
}

static bool
is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The next word and what stands before it; a separator alone at the end. */
static struct bytes
next_word(struct bytes *s, struct bytes *before)
{
	size_t i = 0, k;

	while (i < s->n && (is_space(s->p[i]) || strchr("(),;\"'<>[]=", s->p[i]) != NULL))
		i++;
	*before = bytes_clip(*s, 0, i);
	for (k = i; k < s->n; k++)
		if (is_space(s->p[k]) || strchr("(),;\"'<>[]=", s->p[k]) != NULL)
			break;
	struct bytes w = bytes_clip(*s, i, k - i);
	*s = bytes_from(*s, k);
	return w;
}

/* "file.c:12:" is a path with something behind it, which must be the same. */
static bool
paths_with_tail(struct bytes a, struct bytes b)
{
	uint64_t ca = bytes_find(a, 0, BYTES_LIT(":")),
		 cb = bytes_find(b, 0, BYTES_LIT(":"));

	if (ca == UINT64_MAX || cb == UINT64_MAX)
		return ca == cb && build_paths(a, b);
	return bytes_eq(bytes_from(a, ca), bytes_from(b, cb)) &&
	       build_paths(bytes_clip(a, 0, ca), bytes_clip(b, 0, cb));
}

/*
 * What the words of a text are. A month, a day or a year alone may be anything: they
 * count only where both texts have a whole date.
 */
struct seen {
	bool month, daynumber, year; /* the text has one */
	bool date, form, path;       /* one differs */
};

static bool
word_pair(struct bytes a, struct bytes b, struct seen *seen)
{
	int ka = word_of(a), kb = word_of(b);

	if (ka == kb) {
		seen->month |= ka == WORD_MONTH;
		seen->daynumber |= ka == WORD_DAYNUMBER;
		seen->year |= ka == WORD_YEAR;
	}
	if (bytes_eq(a, b))
		return true;
	if (paths_with_tail(a, b)) {
		seen->path = true;
		return true;
	}
	seen->date |= ka < WORD_FORM;
	seen->form |= ka >= WORD_FORM;
	return ka == kb && ka != WORD_NONE;
}

/* __DATE__ pads days below 10 with a space: runs of spaces are one. */
static bool
same_gap(struct bytes a, struct bytes b)
{
	bool spaces = a.n > 0 && b.n > 0;

	for (size_t i = 0; i < a.n; i++)
		spaces = spaces && a.p[i] == ' ';
	for (size_t i = 0; i < b.n; i++)
		spaces = spaces && b.p[i] == ' ';
	return spaces || bytes_eq(a, b);
}

bool
harmless_text(struct bytes a, struct bytes b, enum diff_class *cls)
{
	struct seen seen = { 0 };

	while (a.n > 0 || b.n > 0) {
		struct bytes before_a, before_b;
		struct bytes wa = next_word(&a, &before_a), wb = next_word(&b, &before_b);
		if (!same_gap(before_a, before_b) || !word_pair(wa, wb, &seen))
			return false;
	}
	if (seen.date && !(seen.month && seen.daynumber && seen.year))
		return false;
	if (!seen.date && !seen.form && !seen.path)
		return false;
	*cls = seen.path ? DIFF_PATH : DIFF_TIMESTAMP;
	return true;
}

bool
harmless_printable(struct bytes s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] < ' ' && !is_space(s.p[i])) || s.p[i] == 0x7f)
			return false;
	return s.n > 0 && text_is_utf8(s);
}

/* The text up to a NUL, which is consumed with all zeros behind it. */
static struct bytes
next_text(struct bytes *s)
{
	const uint8_t *nul = memchr(s->p, 0, s->n);
	struct bytes t = *s;

	if (nul != NULL)
		t.n = (size_t)(nul - s->p);
	size_t k = t.n;
	while (k < s->n && s->p[k] == 0)
		k++;
	*s = bytes_from(*s, k);
	return t;
}

bool
harmless_data(struct bytes a, struct bytes b, enum diff_class *cls)
{
	enum diff_class worst = DIFF_TIMESTAMP, one;
	bool found = false;

	while (a.n > 0 || b.n > 0) {
		struct bytes ta, tb;
		if (a.n == 0 || b.n == 0)
			return false;
		ta = next_text(&a);
		tb = next_text(&b);
		if (ta.n == 0 && tb.n == 0)
			continue;
		/* also what is equal must be text: numbers may count from something that
		 * moved */
		if (!harmless_printable(ta) || !harmless_printable(tb))
			return false;
		if (bytes_eq(ta, tb))
			continue;
		if (!harmless_text(ta, tb, &one))
			return false;
		found = true;
		if (one > worst)
			worst = one;
	}
	if (found)
		*cls = worst;
	return found;
}
