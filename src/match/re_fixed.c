/*
 * re_fixed.c - programs that are masked bytes in a row: compared, not simulated.
 */
#include "match/re_run.h"

static const uint8_t *
values(const struct re_prog *p)
{
	return (const uint8_t *)p + p->fwd;
}

static const uint8_t *
masks(const struct re_prog *p)
{
	return (const uint8_t *)p + p->rev;
}

static uint64_t
load(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

bool
re_fixed_at(const struct re_prog *p, struct bytes data, uint64_t start)
{
	struct bytes d = bytes_sub(data, start, p->fwd_n);
	const uint8_t *v = values(p), *m = masks(p);
	size_t i = 0;

	if (d.p == NULL)
		return false;
	for (; d.n - i >= 8; i += 8)
		if ((load(d.p + i) & load(m + i)) != load(v + i))
			return false;
	for (; i < d.n; i++)
		if ((d.p[i] & m[i]) != v[i])
			return false;
	return true;
}

/*
 * The byte to look for first: a plain one, and of those not the most common values. It
 * is a guess; n is the pattern's length when there is no plain byte.
 */
static uint32_t
anchor(const struct re_prog *p)
{
	const uint8_t *v = values(p), *m = masks(p);
	uint32_t best = p->fwd_n;

	for (uint32_t i = 0; i < p->fwd_n; i++) {
		if (m[i] != 0xff)
			continue;
		if (v[i] != 0 && v[i] != 0xff && v[i] != ' ')
			return i;
		best = i;
	}
	return best;
}

/* The next start at or behind from that has the anchor byte; data.n: none. */
static uint64_t
candidate(const struct re_prog *p, struct bytes data, uint64_t from, uint32_t k)
{
	const uint8_t *hit;

	if (k == p->fwd_n)
		return from;
	if (from >= data.n - k)
		return data.n;
	hit = memchr(data.p + from + k, values(p)[k], data.n - from - k);
	return hit ? (uint64_t)(hit - data.p) - k : data.n;
}

enum re_answer
re_fixed_search(struct re_vm *vm, const struct re_prog *p, struct bytes data,
    uint64_t from, struct re_spans *out)
{
	uint32_t k = anchor(p);
	bool any = false;

	if (data.n < p->fwd_n)
		return RE_NO;
	for (uint64_t at; from <= data.n - p->fwd_n; from = at + 1) {
		at = candidate(p, data, from, k);
		if (!re_charge(vm, 1 + (at - from) / 16 + p->fwd_n / 16))
			return RE_LIMIT;
		if (!re_fixed_at(p, data, at) || !re_fullword_left(p, data, at) ||
		    !re_fullword_right(p, data, at + p->fwd_n))
			continue;
		any = true;
		if (out == NULL || !re_span_add(out, at, p->fwd_n))
			break;
	}
	return any ? RE_YES : RE_NO;
}
