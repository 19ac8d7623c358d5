/* attest.c - see attest.h. */
#include "evidence/attest.h"

#include "base/utc.h"
#include "crypto/hash.h"
#include "evidence/jsonin.h"

#define ENTRY_MOST 65535 /* C2SP tlog-tiles: bytes of an entry */

static const struct {
	const char *name, *uri;
} kinds[ATTEST_KINDS + 1] = {
	[ATTEST_REBUILD] = { "rebuild", ATTEST_BASE "rebuild/v1" },
	[ATTEST_COMPARE] = { "compare", ATTEST_BASE "compare/v1" },
	[ATTEST_REVIEW] = { "review", ATTEST_BASE "review/v1" },
	[ATTEST_CLAIMS] = { "claims", ATTEST_BASE "claims/v1" },
	[ATTEST_VERIFIED] = { "summary", ATTEST_SUMMARY },
	[ATTEST_KINDS] = { "other", NULL },
};

static const char *const results[] = { "PASSED", "FAILED", "INCONCLUSIVE" };

const char *
attest_name(enum attest_kind k)
{
	return kinds[k].name;
}

const char *
attest_uri(enum attest_kind k)
{
	return kinds[k].uri;
}

const char *
attest_result_name(enum attest_result r)
{
	return results[r];
}

enum attest_kind
attest_kind_of(struct bytes predicate_type)
{
	int k = 0;

	while (k < ATTEST_KINDS && !bytes_eq(predicate_type, bytes_of(kinds[k].uri)))
		k++;
	return (enum attest_kind)k;
}

/* --- reading ------------------------------------------------------------------------ */

static bool
read_result(const struct json_t *of, const char *key, enum attest_result *out)
{
	struct bytes s = jsonin_str(of, key);

	for (size_t i = 0; i < COUNT(results); i++)
		if (bytes_eq(s, bytes_of(results[i]))) {
			*out = (enum attest_result)i;
			return true;
		}
	return false;
}

static enum err
wrong(struct fault *f, const char *what)
{
	return fault_set(f, FAULT_EVIDENCE, "the statement is not in order: %s", what);
}

/* A time that may be absent; then *out stays 0. */
static bool
read_time(const struct json_t *of, const char *key, int64_t *out)
{
	struct bytes s = jsonin_str(of, key);

	return s.p == NULL || utc_parse(s, out) == OK;
}

/* SLSA verification_summary/v1: other names for what is needed here. */
static enum err
read_summary(const struct intoto *s, struct attest *a, struct fault *f)
{
	if (!read_result(s->predicate, "verificationResult", &a->result))
		return wrong(f, "its verificationResult is not PASSED or FAILED");
	/* a time in another of RFC 3339's forms is no reason to overlook an objection */
	(void)read_time(s->predicate, "timeVerified", &a->date);
	return OK;
}

enum err
attest_read(const struct intoto *s, struct attest *out, struct fault *f)
{
	const struct json_t *p = s->predicate;

	*out = (struct attest){ .kind = attest_kind_of(s->predicate_type),
		.result = ATTEST_INCONCLUSIVE };
	if (out->kind == ATTEST_KINDS)
		return OK;
	if (p == NULL)
		return wrong(f, "it has no predicate");
	if (out->kind == ATTEST_VERIFIED)
		return read_summary(s, out, f);
	if (!read_result(p, "result", &out->result))
		return wrong(f, "its result is not PASSED, FAILED or INCONCLUSIVE");
	if (!read_time(p, "date", &out->date) || out->date == 0)
		return wrong(f, "it has no date");
	if (!read_time(p, "notAfter", &out->not_after))
		return wrong(f, "its notAfter is no time");
	out->withdraws = jsonin_array(p, "withdraws");
	if (jsonin_count(out->withdraws) > ATTEST_WITHDRAWS)
		return wrong(f, "it withdraws too much");
	return OK;
}

enum attest_result
attest_about(const struct intoto *s, const struct attest *a, const uint8_t sha256[32])
{
	const struct json_t *list =
	    a->kind == ATTEST_REBUILD ? jsonin_array(s->predicate, "artefacts") : NULL;
	enum attest_result r = a->result, one;
	bool found = false;

	for (size_t i = 0; i < jsonin_count(list); i++) {
		const struct json_t *x = jsonin_at(list, i);
		uint8_t digest[32];

		if (!jsonin_sha256(x, "sha256", digest) ||
		    memcmp(digest, sha256, 32) != 0)
			continue;
		if (!read_result(x, "result", &one))
			one = ATTEST_INCONCLUSIVE;
		/* one that is listed twice: the worse word counts */
		if (!found || one == ATTEST_FAILED || r == ATTEST_PASSED)
			r = one;
		found = true;
	}
	return r;
}

bool
attest_withdraws(const struct attest *a, const uint8_t envelope[32])
{
	char hex[65];

	hash_hex(envelope, 32, hex);
	for (size_t i = 0; i < jsonin_count(a->withdraws); i++)
		if (bytes_eq(jsonin_text(jsonin_at(a->withdraws, i)), bytes_of(hex)))
			return true;
	return false;
}

void
attest_entry(struct bytes envelope, struct buf *out)
{
	uint8_t digest[32];
	char hex[65];

	if (envelope.n <= ENTRY_MOST) {
		buf_put(out, envelope.p, envelope.n);
		return;
	}
	hash_of(HASH_SHA256, envelope, digest);
	hash_hex(digest, sizeof(digest), hex);
	buf_printf(out, "candor envelope 1\nsha256 %s\nsize %zu\n", hex, envelope.n);
}

/* --- making ------------------------------------------------------------------------- */

static void
put_time(struct json *j, const char *key, int64_t t)
{
	char when[UTC_SIZE];

	utc_print(t, when);
	json_str(j, key, when);
}

void
attest_begin(struct json *j, const struct intoto_subject *subject, size_t n,
    const struct attest_head *h)
{
	intoto_begin(j, subject, n, attest_uri(h->kind));
	json_str(j, "result", attest_result_name(h->result));
	put_time(j, "date", h->date);
	if (h->not_after != 0)
		put_time(j, "notAfter", h->not_after);
	if (h->nwithdraws > 0) {
		json_open(j, "withdraws", '[');
		for (size_t i = 0; i < h->nwithdraws; i++)
			json_hex(j, NULL, (struct bytes){ h->withdraws[i], 32 });
		json_close(j, ']');
	}
	json_open(j, "tool", '{');
	json_str(j, "name", "candor");
	json_str(j, "version", h->version);
	json_close(j, '}');
}
