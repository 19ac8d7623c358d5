/* opinion.c - see opinion.h. */
#include "evidence/opinion.h"

#include "base/text.h"

struct reading {
	struct bytes text, rest; /* rest: of the line */
	struct fault *f;
	unsigned line;
};

static enum err
wrong(const struct reading *r, const char *what)
{
	return fault_set(r->f, FAULT_EVIDENCE, "line %u: %s", r->line, what);
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static struct bytes
trim(struct bytes s)
{
	while (s.n > 0 && is_blank(s.p[0]))
		s = bytes_from(s, 1);
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* The next word of the line; what is behind it stays in rest. */
static struct bytes
word(struct reading *r)
{
	struct bytes s = r->rest, w;
	size_t n = 0;

	while (n < s.n && !is_blank(s.p[n]))
		n++;
	w = bytes_clip(s, 0, n);
	r->rest = trim(bytes_from(s, n));
	return w;
}

/* UTF-8 without control characters: JSON could carry them, and some readers not. */
static bool
is_text(struct bytes s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] < ' ' && s.p[i] != '\t') || s.p[i] == 0x7f)
			return false;
	return text_is_utf8(s);
}

/* The next line that says something, in rest. ERR_END: there is none. */
static enum err
next(struct reading *r)
{
	while (r->text.n > 0) {
		uint64_t nl = bytes_find(r->text, 0, BYTES_LIT("\n"));

		r->line++;
		r->rest = trim(bytes_clip(r->text, 0, nl));
		r->text = bytes_from(r->text, num_add(nl, 1));
		if (r->rest.n == 0 || r->rest.p[0] == '#')
			continue;
		return is_text(r->rest)
			   ? OK
			   : wrong(r, "it is not UTF-8, or has control characters");
	}
	return ERR_END;
}

static enum err
begin(struct reading *r, struct bytes text, struct fault *f)
{
	*r = (struct reading){ .text = text, .f = f };
	return text.n <= OPINION_BYTES
		   ? OK
		   : fault_set(f, FAULT_EVIDENCE,
			 "the text has more than the %d bytes that fit into a statement",
			 OPINION_BYTES);
}

/* --- a review ------------------------------------------------------------ */

enum { SCOPE, METHOD, FINDING, LISTS };

static const struct {
	const char *word, *key;
} lists[LISTS] = { { "scope", "scope" }, { "method", "method" },
	{ "finding", "findings" } };

static const struct {
	const char *word;
	enum attest_result result;
} outcomes[] = { { "passed", ATTEST_PASSED }, { "failed", ATTEST_FAILED },
	{ "inconclusive", ATTEST_INCONCLUSIVE } };

static const char *const severities[] = { "critical", "high", "medium", "low", "note" };

struct review {
	unsigned results, scopes, hours;
	enum attest_result result;
	struct bytes time;
};

static enum err
take_result(struct reading *r, struct review *v)
{
	if (v->results++ > 0)
		return wrong(r, "there is a second result");
	for (size_t i = 0; i < COUNT(outcomes); i++)
		if (bytes_eq(r->rest, bytes_of(outcomes[i].word))) {
			v->result = outcomes[i].result;
			return OK;
		}
	return wrong(r, "a result is passed, failed or inconclusive");
}

/* Digits, and at most one point among them. */
static enum err
take_hours(struct reading *r, struct review *v)
{
	unsigned points = 0;

	v->time = r->rest;
	for (size_t i = 0; i < r->rest.n; i++) {
		points += r->rest.p[i] == '.';
		if (r->rest.p[i] != '.' && (r->rest.p[i] < '0' || r->rest.p[i] > '9'))
			points = 2;
	}
	if (v->hours++ > 0 || points > 1 || r->rest.n == 0 || r->rest.n > 9)
		return wrong(r, "hours is one number, such as 12.5");
	return OK;
}

static enum err
check_finding(struct reading *r)
{
	struct bytes whole = r->rest, severity = word(r);

	for (size_t i = 0; i < COUNT(severities); i++)
		if (bytes_eq(severity, bytes_of(severities[i])) && r->rest.n > 0) {
			r->rest = whole;
			return OK;
		}
	return wrong(
	    r, "a finding is critical, high, medium, low or note, and then text");
}

/* Everything is looked at once before anything is written. */
static enum err
check_review(struct bytes text, struct review *v, struct fault *f)
{
	struct reading r;
	enum err e;

	TRY(begin(&r, text, f));
	while ((e = next(&r)) == OK) {
		struct bytes first = word(&r);

		if (bytes_eq(first, BYTES_LIT("result")))
			TRY(take_result(&r, v));
		else if (bytes_eq(first, BYTES_LIT("hours")))
			TRY(take_hours(&r, v));
		else if (bytes_eq(first, BYTES_LIT("finding")))
			TRY(check_finding(&r));
		else if (bytes_eq(first, BYTES_LIT("scope")))
			v->scopes++;
		else if (!bytes_eq(first, BYTES_LIT("method")))
			return wrong(
			    &r, "there is scope, hours, method, finding and result");
		if (r.rest.n == 0)
			return wrong(&r, "nothing is said behind the first word");
	}
	if (e == ERR_END && (v->results == 0 || v->scopes == 0))
		return wrong(&r, "a review has a scope and a result");
	return e == ERR_END ? OK : e;
}

static void
put_list(struct bytes text, int which, struct json *j)
{
	struct reading r = { .text = text };

	json_open(j, lists[which].key, '[');
	while (next(&r) == OK) {
		if (!bytes_eq(word(&r), bytes_of(lists[which].word)))
			continue;
		if (which != FINDING) {
			json_bytes(j, NULL, r.rest);
			continue;
		}
		json_open(j, NULL, '{');
		json_bytes(j, "severity", word(&r));
		json_bytes(j, "text", r.rest);
		json_close(j, '}');
	}
	json_close(j, ']');
}

enum err
opinion_review(
    struct bytes text, struct json *j, enum attest_result *result, struct fault *f)
{
	struct review v = { 0 };

	TRY(check_review(text, &v, f));
	for (int i = 0; i < LISTS; i++)
		put_list(text, i, j);
	if (v.hours > 0)
		json_bytes(
		    j, "hours", v.time); /* as it was written: no number is rounded */
	*result = v.result;
	return OK;
}

/* --- claims -------------------------------------------------------------- */

static const struct {
	const char *word;
	enum attest_result result;
} answers[] = { { "holds", ATTEST_PASSED }, { "fails", ATTEST_FAILED },
	{ "open", ATTEST_INCONCLUSIVE } };

static enum err
take_claim(struct reading *r, struct json *j, enum attest_result *all)
{
	struct bytes id = word(r), answer = word(r);

	for (size_t i = 0; i < COUNT(answers); i++) {
		if (!bytes_eq(answer, bytes_of(answers[i].word)))
			continue;
		json_open(j, NULL, '{');
		json_bytes(j, "claim", id);
		json_str(j, "result", attest_result_name(answers[i].result));
		if (r->rest.n > 0)
			json_bytes(j, "note", r->rest);
		json_close(j, '}');
		if (*all == ATTEST_PASSED || answers[i].result == ATTEST_FAILED)
			*all = answers[i].result;
		return OK;
	}
	return wrong(r, "a claim's name, and then holds, fails or open");
}

enum err
opinion_claims(
    struct bytes text, struct json *j, enum attest_result *result, struct fault *f)
{
	enum attest_result all = ATTEST_PASSED;
	struct reading r;
	size_t n = 0;
	enum err e;

	TRY(begin(&r, text, f));
	json_open(j, "claims", '[');
	for (; (e = next(&r)) == OK; n++)
		TRY(take_claim(&r, j, &all));
	json_close(j, ']');
	if (e == ERR_END && n == 0)
		return wrong(&r, "there is no claim");
	*result = all;
	return e == ERR_END ? OK : e;
}
