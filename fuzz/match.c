/*
 * match.c - every variant of the literal filter finds what the naive search finds,
 * and a damaged filter stays inside of its memory.
 *
 * Input: a byte of flags (1: 16 groups of anchors, 2: damage), the number of needles
 * modulo 24, each as flags, xor_lo, xor_hi, length modulo 80 and the bytes; with damage:
 * eight records of section, u16 place from its end, value; the rest is the data.
 */
#include "base/err.h"
#include "tests/lit_naive.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

#define NEEDLES 24
#define DATA    20000 /* five blocks */

struct input {
	struct lit_in in[NEEDLES];
	uint32_t list[NEEDLES];
	uint32_t n;
	bool many, damage;
	struct cur c;
};

static void
read_needles(struct input *in)
{
	uint8_t flags = cur_u8(&in->c);
	uint32_t n = cur_u8(&in->c) % NEEDLES;

	in->many = flags & 1;
	in->damage = flags & 2;
	while (n-- > 0) {
		struct lit_in x = { .part = in->n, .flags = LIT_TRIGGER };
		uint8_t kind = cur_u8(&in->c);

		x.xor_lo = cur_u8(&in->c);
		x.xor_hi = cur_u8(&in->c);
		x.lit = cur_take(&in->c, cur_u8(&in->c) % 80);
		if (kind % 4 == 1)
			x.flags |= LIT_NOCASE;
		else if (kind % 4 == 2 && x.xor_lo <= x.xor_hi &&
			 x.xor_hi - x.xor_lo < 80)
			x.flags |= LIT_XOR;
		if (x.lit.n == 0)
			return;
		in->list[in->n] = in->n;
		in->in[in->n++] = x;
	}
}

static bool
deferred(const struct lit_set *s, uint32_t needle)
{
	for (uint32_t i = 0; i < s->out.ndeferred; i++) {
		if (s->out.deferred[i] == needle)
			return true;
	}
	return false;
}

static void
compare(struct hit_list *have, struct hit_list *want)
{
	hit_list_sort(have);
	hit_list_sort(want);
	if (have->n != want->n)
		bug("not as many hits as the naive search has");
	for (size_t i = 0; i < have->n; i++) {
		if (hit_cmp(&have->p[i], &want->p[i]) != 0)
			bug("another hit than the naive search has");
	}
	have->n = 0;
}

static void
check(struct lit_set *s, const struct input *in, struct bytes data,
    struct filter_scratch *scratch)
{
	struct hit_list scan = { 0 }, dyn = { 0 }, have = { 0 };

	for (uint32_t i = 0; i < in->n; i++) {
		naive_find(&in->in[i], i, data, &dyn);
		if (!deferred(s, i))
			naive_find(&in->in[i], i, data, &scan);
	}
	for (unsigned cpu = FILTER_SCALAR; cpu <= FILTER_AVX512; cpu <<= 1) {
		struct filter_ctx c = {
			.scratch = scratch, .hits = hit_list_add, .arg = &have
		};

		filter_choose(&s->f, cpu);
		if (filter_scan(&s->f, data, &c) != OK)
			bug("the scan ended");
		compare(&have, &scan);
		for (uint32_t k = in->n; k > 0; k /= 4) {
			struct hit_list want = { 0 };

			for (size_t i = 0; i < dyn.n; i++) {
				if (dyn.p[i].needle < k)
					hit_list_add(&want, &dyn.p[i], 1);
			}
			if (filter_dyn(&s->f, in->list, k, data, &c) != OK)
				bug("the search ended");
			compare(&have, &want);
			free(want.p);
		}
	}
	free(scan.p);
	free(dyn.p);
	free(have.p);
}

static bool
ignore(void *arg, const struct filter_hit *h, size_t n)
{
	return arg == NULL || h[n - 1].pos < UINT64_MAX;
}

/* In an allocation of the exact size, so that a step outside is seen. */
static struct bytes
exact(const struct buf *b)
{
	uint8_t *p = malloc(b->n ? b->n : 1);

	if (p == NULL)
		abort();
	if (b->n > 0)
		memcpy(p, b->p, b->n);
	return (struct bytes){ p, b->n };
}

static void
survive(struct lit_set *s, struct input *in, struct filter_scratch *scratch)
{
	struct bytes b[3] = { exact(&s->filter), exact(&s->needles),
		exact(&s->literals) };
	struct filter_ctx c = { .scratch = scratch, .hits = ignore, .limit = 200000 };
	struct filter f;
	struct bytes data;

	for (int i = 0; i < 8; i++) {
		struct bytes x = b[cur_u8(&in->c) % 3];
		size_t at = cur_le16(&in->c);
		uint8_t v = cur_u8(&in->c), *p = (uint8_t *)(uintptr_t)x.p;

		if (x.n > 0)
			p[at & 1 ? x.n - 1 - at / 2 % x.n : at / 2 % x.n] = v;
	}
	data = cur_take(&in->c, cur_left(&in->c));
	if (filter_open(b[0], b[1], b[2], &f) == OK) {
		for (unsigned cpu = FILTER_SCALAR; cpu <= FILTER_AVX512; cpu <<= 1) {
			filter_choose(&f, cpu);
			(void)!filter_scan(&f, data, &c);
			(void)!filter_dyn(&f, in->list, in->n, data, &c);
		}
	}
	for (int i = 0; i < 3; i++)
		free((void *)(uintptr_t)b[i].p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct bytes all = { p, n };
	struct input in = { .c = cur_at(all, 0) };
	struct lit_opts opts = { .bits = LIT_BITS_MIN, .hot = 1e9, .seed = 0x9e3779b1 };
	struct filter_scratch *scratch;
	struct lit_set s;

	read_needles(&in);
	opts.groups = in.many ? 16 : 8;
	if (lit_set_build(&s, in.in, in.n, &opts) != OK)
		bug("the filter cannot be built");
	scratch = filter_scratch_new(&s.arena);
	if (in.damage)
		survive(&s, &in, scratch);
	else
		check(&s, &in,
		    cur_take(&in.c, cur_left(&in.c) < DATA ? cur_left(&in.c) : DATA),
		    scratch);
	lit_set_done(&s);
	return 0;
}
