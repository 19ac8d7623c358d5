/*
 * hits_test.c - strings as rules write them, searched by each variant of the filter, and
 * what is found against the plainest search there is: by dice and by a table.
 *
 * A place may have matches of several forms (ascii and wide, one of more keys); the
 * engine tells one. So places must be the same, and each match one of those that the
 * plain search has there. What is asked of a place without a search (hits_at), and what
 * the first pass rules out, must agree.
 */
#include "match/pass.h"

#include <ctype.h>
#include <malloc.h>
#include <stdlib.h>

#include "rules/compile.h"
#include "tests/tap.h"

/* Meson has malloc fill what it gives and takes: of an engine that is 16 MB, each time.
 */
__attribute__((constructor)) static void
as_it_comes(void)
{
	mallopt(M_PERTURB, 0);
}

/* --- a string, and the plain search ---------------------------------------------------
 */

enum mod {
	ASCII = 1 << 0,
	WIDE = 1 << 1,
	NOCASE = 1 << 2,
	FULLWORD = 1 << 3,
	XOR = 1 << 4,
	BASE64 = 1 << 5,
	BASE64WIDE = 1 << 6,
};

struct string {
	char text[24];
	size_t n;
	unsigned mods;
	uint8_t lo, hi; /* keys, with XOR */
};

/* A form of it: bytes as they lie in a file. */
struct form {
	uint8_t b[160];
	size_t n;
	bool wide;
};

struct forms {
	struct form f[16];
	unsigned n;
};

static void
add_form(struct forms *fs, const uint8_t *b, size_t n, bool wide)
{
	struct form *f = &fs->f[fs->n++];

	*f = (struct form){ .wide = wide };
	for (size_t i = 0; i < n; i++) {
		f->b[f->n++] = b[i];
		if (wide)
			f->b[f->n++] = 0;
	}
}

/* All of base64 that is decided by the text, when pad bytes stand before it. */
static size_t
base64_of(const uint8_t *s, size_t n, unsigned pad, uint8_t *out)
{
	static const char abc[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t bits = 8 * (pad + n), len = 0;

	for (size_t at = 0; at + 6 <= bits; at += 6) {
		unsigned v = 0;

		if (at < 8u * pad) /* a bit of it is of who stands before */
			continue;
		for (size_t k = at; k < at + 6; k++) {
			uint8_t byte = s[k / 8 - pad];

			v = v << 1 | (byte >> (7 - k % 8) & 1u);
		}
		out[len++] = (uint8_t)abc[v];
	}
	return len;
}

static void
forms_of(const struct string *s, struct forms *fs)
{
	const uint8_t *text = (const uint8_t *)s->text;
	bool ascii = s->mods & ASCII || !(s->mods & WIDE);
	struct forms plain = { 0 };

	fs->n = 0;
	if (ascii)
		add_form(&plain, text, s->n, false);
	if (s->mods & WIDE)
		add_form(&plain, text, s->n, true);
	if (!(s->mods & (BASE64 | BASE64WIDE))) {
		*fs = plain;
		return;
	}
	for (unsigned i = 0; i < plain.n; i++)
		for (unsigned pad = 0; pad < 3; pad++) {
			uint8_t b[80];
			size_t n = base64_of(plain.f[i].b, plain.f[i].n, pad, b);

			if (n > 0 && s->mods & BASE64)
				add_form(fs, b, n, false);
			if (n > 0 && s->mods & BASE64WIDE)
				add_form(fs, b, n, true);
		}
}

static bool
is_word(struct bytes d, uint64_t at, bool wide)
{
	struct bytes c = bytes_sub(d, at, wide ? 2 : 1);

	return c.p != NULL && isalnum(c.p[0]) && (!wide || c.p[1] == 0);
}

static bool
form_at(
    const struct string *s, const struct form *f, struct bytes d, size_t at, uint8_t *key)
{
	size_t step = f->wide ? 2 : 1;

	if (d.n - at < f->n)
		return false;
	*key = s->mods & XOR ? d.p[at] ^ f->b[0] : 0;
	if (s->mods & XOR && (*key < s->lo || *key > s->hi))
		return false;
	for (size_t i = 0; i < f->n; i++) {
		uint8_t have = d.p[at + i] ^ *key, want = f->b[i];

		if (s->mods & NOCASE ? tolower(have) != tolower(want) : have != want)
			return false;
	}
	return !(s->mods & FULLWORD) ||
	       (!(at >= step && is_word(d, at - step, f->wide)) &&
		   !is_word(d, at + f->n, f->wide));
}

/* --- the engine -----------------------------------------------------------------------
 */

struct machine {
	struct arena keep, object;
	void *map;
	struct db db;
	struct hits *hits;
	unsigned cuts;
};

static void
on_wake(void *arg, uint32_t pattern)
{
	(void)arg;
	(void)pattern;
}

static void
on_cut(void *arg, uint32_t pattern, const char *why)
{
	struct machine *m = arg;

	(void)pattern;
	(void)why;
	m->cuts++;
}

/* false: the compiler refuses the rule. */
static bool
open(struct machine *m, const char *rule, uint32_t cpu_mask)
{
	struct arena a;
	struct diags ds = { .arena = &a };
	struct rules_env env = { .arena = &a, .diags = &ds };
	struct rules_source src = { .file = "t", .ns = "d", .text = bytes_of(rule) };
	struct hits_opts o = { .keep = &m->keep,
		.object = &m->object,
		.cpu_mask = cpu_mask,
		.regex_steps = 512,
		.wake = on_wake,
		.cut = on_cut,
		.arg = m };
	struct buf db = { 0 };
	bool ok;

	*m = (struct machine){ 0 };
	arena_init(&m->keep, 1 << 20);
	arena_init(&m->object, 64 << 20);
	arena_init(&a, 64 << 20);
	ok = rules_compile(&env, &src, 1, &db) == OK;
	if (!ok && ds.first != NULL)
		ROW("%s: %s", rule, ds.first->text);
	arena_done(&a);
	if (ok && posix_memalign(&m->map, 64, db.n) != 0)
		abort();
	if (ok)
		memcpy(m->map, db.p, db.n);
	ok = ok && CHECK(db_open((struct bytes){ m->map, db.n }, &m->db) == OK) &&
	     CHECK(hits_new(&m->db, &o, &m->hits) == OK);
	buf_done(&db);
	return ok;
}

static void
close_all(struct machine *m)
{
	hits_free(m->hits);
	arena_done(&m->keep);
	arena_done(&m->object);
	free(m->map);
}

/* Everything that is asked of pattern 0, in this object. */
static void
search(struct machine *m, const struct region *whole, bool first)
{
	struct regions object = { whole, 1 };

	arena_reset(&m->object);
	hits_begin(m->hits, &object, UINT64_MAX);
	if (first)
		hits_first(m->hits);
	hits_want(m->hits, 0, true);
	hits_search(m->hits);
}

/* --- text strings ---------------------------------------------------------------------
 */

static bool
any_form(const struct string *s, const struct forms *fs, struct bytes d, size_t at,
    const struct hit *h)
{
	for (unsigned i = 0; i < fs->n; i++) {
		uint8_t key;

		if (form_at(s, &fs->f[i], d, at, &key) &&
		    (h == NULL || (h->len == fs->f[i].n && h->key == key)))
			return true;
	}
	return false;
}

static bool
check_places(struct machine *m, const struct string *s, const struct forms *fs,
    struct bytes d, uint64_t base)
{
	uint64_t nth = 1;
	bool ok = true;

	for (size_t at = 0; at <= d.n && ok; at++) {
		const struct hit *h = hits_nth(m->hits, 0, nth);
		bool want = at < d.n && any_form(s, fs, d, at, NULL);

		if (h != NULL && h->off == base + at) {
			ok = CHECK(any_form(s, fs, d, at, h));
			nth++;
			h = hits_nth(m->hits, 0, nth);
			ok &= CHECK(h == NULL || h->off > base + at); /* one a place */
			ok &= CHECK(want);
		} else
			ok = CHECK(!want);
	}
	return ok && CHECK(hits_nth(m->hits, 0, nth) == NULL) &&
	       EQ_U(hits_count(m->hits, 0, 0, UINT64_MAX), nth - 1);
}

static bool
check_text(struct machine *m, const struct string *s, struct bytes d, uint64_t base)
{
	struct region whole = { .base = base, .data = d };
	struct regions object = { &whole, 1 };
	struct forms fs;
	bool ok = true, any = false;

	forms_of(s, &fs);
	/* places first: nothing was searched */
	arena_reset(&m->object);
	hits_begin(m->hits, &object, UINT64_MAX);
	for (size_t at = 0; at < d.n && ok; at++) {
		bool want = any_form(s, &fs, d, at, NULL);
		enum hits_answer have = hits_at(m->hits, 0, base + at);

		any |= want;
		ok = CHECK(have == (want ? HITS_YES : HITS_NO));
	}
	hits_first(m->hits);
	ok &= CHECK(!any || hits_found(m->hits, 0) != HITS_NO);
	for (unsigned first = 0; first < 2 && ok; first++) {
		search(m, &whole, first);
		ok = EQ_U(hits_found(m->hits, 0), any ? HITS_YES : HITS_NO);
		if (any)
			ok &= check_places(m, s, &fs, d, base);
	}
	return ok && EQ_U(m->cuts, 0);
}

static void
rule_of(const struct string *s, struct buf *out)
{
	static const char *const names[] = { "ascii", "wide", "nocase", "fullword", NULL,
		"base64", "base64wide" };

	buf_str(out, "rule r { strings: $a = \"");
	for (size_t i = 0; i < s->n; i++)
		buf_printf(out, "\\x%02x", (uint8_t)s->text[i]);
	buf_str(out, "\"");
	for (unsigned i = 0; i < COUNT(names); i++)
		if (s->mods >> i & 1 && names[i] != NULL)
			buf_printf(out, " %s", names[i]);
	if (s->mods & XOR)
		buf_printf(out, " xor(%u-%u)", s->lo, s->hi);
	buf_str(out, " condition: $a }");
}

/* Few letters, so that nearly all of it nearly matches; with the string in it, too. */
static size_t
fill(const struct string *s, uint8_t *p, size_t most, uint64_t *seed)
{
	static const uint8_t letters[] = "abAB\0a\0b_1\xc1";
	size_t n = test_random(seed) % (most + 1);
	struct forms fs;

	for (size_t i = 0; i < n; i++)
		p[i] = letters[test_random(seed) % (sizeof(letters) - 1)];
	forms_of(s, &fs);
	for (unsigned k = 0; k < 5; k++) {
		const struct form *f = &fs.f[test_random(seed) % (fs.n ? fs.n : 1)];
		uint8_t key =
		    s->mods & XOR
			? (uint8_t)(s->lo + test_random(seed) % (s->hi - s->lo + 1u))
			: 0;

		if (fs.n == 0 || f->n > n)
			continue;
		/* at both ends, too */
		size_t at = k == 0   ? 0
			    : k == 1 ? n - f->n
				     : test_random(seed) % (n - f->n + 1);

		for (size_t i = 0; i < f->n; i++)
			p[at + i] = f->b[i] ^ key;
	}
	return n;
}

static void
check_string(const struct string *s, uint64_t *seed, unsigned rounds)
{
	static const uint32_t without[] = { 0, FILTER_AVX512,
		FILTER_AVX512 | FILTER_AVX2 };
	static uint8_t data[9000];
	struct buf rule = { 0 };
	struct machine m;

	rule_of(s, &rule);
	for (size_t v = 0; v < COUNT(without); v++) {
		bool ok = CHECK(open(&m, buf_cstr(&rule), without[v]));

		for (unsigned i = 0; i < rounds && ok; i++) {
			size_t most = i % 8 == 7 ? sizeof(data) : 150;
			struct bytes d = { data, fill(s, data, most, seed) };

			ROW("%s, variant %zu, %zu bytes", buf_cstr(&rule), v, d.n);
			ok = check_text(&m, s, test_copy(d), i % 3 ? 0 : 0x7000);
		}
		close_all(&m);
	}
	buf_done(&rule);
}

static struct string
any_string(uint64_t *seed)
{
	static const uint8_t letters[] = "abAB\0_1\xc1";
	static const unsigned kinds[] = { 0, ASCII, WIDE, ASCII | WIDE, NOCASE,
		NOCASE | WIDE, NOCASE | WIDE | ASCII, FULLWORD, FULLWORD | WIDE,
		FULLWORD | WIDE | ASCII, FULLWORD | NOCASE, XOR, XOR | WIDE,
		XOR | WIDE | ASCII, BASE64, BASE64WIDE, BASE64 | BASE64WIDE,
		BASE64 | WIDE | ASCII };
	struct string s = { .mods = kinds[test_random(seed) % COUNT(kinds)] };
	bool coded = s.mods & (BASE64 | BASE64WIDE);

	s.n = coded ? 3 + test_random(seed) % 8 : 1 + test_random(seed) % 12;
	for (size_t i = 0; i < s.n; i++)
		s.text[i] = (char)letters[test_random(seed) % (sizeof(letters) - 1)];
	s.lo = (uint8_t)test_random(seed);
	s.hi = (uint8_t)(s.lo + test_random(seed) % (256u - s.lo));
	return s;
}

TEST(texts_by_dice)
{
	const char *rounds = getenv("HITS_ROUNDS");
	unsigned long n = rounds ? strtoul(rounds, NULL, 10) : 25;
	uint64_t seed = 1;

	for (unsigned long i = 0; i < n; i++) {
		struct string s = any_string(&seed);

		check_string(&s, &seed, 8);
	}
}

TEST(texts)
{
	/* clang-format off */
	static const struct string rows[] = {
		{ "a", 1, 0, 0, 0 }, { "\0", 1, 0, 0, 0 }, { "a", 1, WIDE, 0, 0 }, { "aa", 2, ASCII | WIDE, 0, 0 },
		{ "a\0", 2, ASCII | WIDE, 0, 0 }, /* one's wide form begins as the other's ascii */
		{ "aaaa", 4, FULLWORD, 0, 0 }, { "a_a", 3, FULLWORD, 0, 0 }, { "a b", 3, FULLWORD | WIDE, 0, 0 },
		{ "AB", 2, NOCASE, 0, 0 }, { "@[`{", 4, NOCASE, 0, 0 }, { "\xc1\xe1", 2, NOCASE, 0, 0 },
		{ "ab", 2, XOR, 0, 255 }, { "ab", 2, XOR, 1, 1 }, { "aaaa", 4, XOR, 255, 255 }, { "a", 1, XOR, 0, 255 },
		{ "abab", 4, XOR | WIDE | ASCII, 0, 32 }, { "aaa", 3, BASE64, 0, 0 }, { "abAB\0", 5, BASE64 | BASE64WIDE, 0, 0 },
		{ "aaaaaaaaaaaaaaaaaaaa", 20, 0, 0, 0 }, { "aaaaaaaaaaaaaaaaaaab", 20, WIDE | NOCASE, 0, 0 },
	};
	/* clang-format on */
	uint64_t seed = 7;

	for (size_t i = 0; i < COUNT(rows); i++)
		check_string(&rows[i], &seed, 9);
}

/* --- regions of a process
 * --------------------------------------------------------------- */

#define REGIONS 4
#define MOST    400 /* matches */

struct expected {
	uint64_t off[MOST];
	size_t n;
};

static void
expect(const struct string *s, const struct regions *o, struct expected *out)
{
	struct forms fs;

	forms_of(s, &fs);
	out->n = 0;
	for (uint32_t i = 0; i < o->n; i++)
		for (size_t at = 0; at < o->p[i].data.n && out->n < MOST; at++)
			if (any_form(s, &fs, o->p[i].data, at, NULL))
				out->off[out->n++] = o->p[i].base + at;
}

static bool
check_ranges(struct machine *m, const struct expected *e, uint64_t *seed)
{
	bool ok = true;

	for (unsigned i = 0; i < 40 && ok; i++) {
		uint64_t lo = i % 4 == 0 || e->n == 0 ? 0
						      : e->off[test_random(seed) % e->n] -
							    test_random(seed) % 3 + 1;
		uint64_t hi = i % 5 == 0 || e->n == 0 ? UINT64_MAX
						      : e->off[test_random(seed) % e->n] -
							    test_random(seed) % 3 + 1;
		uint64_t want = 0;

		for (size_t k = 0; k < e->n; k++)
			want += e->off[k] >= lo && e->off[k] <= hi;
		ok = EQ_U(hits_count(m->hits, 0, lo, hi), want);
	}
	return ok;
}

/* Each region by itself: nothing matches across an edge, also where two meet. */
static bool
check_regions(
    struct machine *m, const struct string *s, const struct regions *o, uint64_t *seed)
{
	struct expected e;
	bool ok = true;

	expect(s, o, &e);
	for (unsigned searched = 0; searched < 2; searched++) {
		size_t k = 0;

		arena_reset(&m->object);
		hits_begin(m->hits, o, UINT64_MAX);
		if (searched) {
			hits_first(m->hits);
			hits_want(m->hits, 0, true);
			hits_search(m->hits);
			for (; k < e.n && ok; k++) {
				const struct hit *h = hits_nth(m->hits, 0, k + 1);

				ok = CHECK(h != NULL && h->off == e.off[k]);
			}
			ok &= CHECK(hits_nth(m->hits, 0, e.n + 1) == NULL);
			ok &= check_ranges(m, &e, seed);
		}
		k = 0;
		for (uint32_t i = 0; i < o->n && ok; i++)
			for (size_t at = 0; at < o->p[i].data.n && ok; at++) {
				uint64_t off = o->p[i].base + at;
				bool want = k < e.n && e.off[k] == off;

				k += want;
				ok = CHECK(hits_at(m->hits, 0, off) ==
					   (want ? HITS_YES : HITS_NO));
			}
		ok &= CHECK(hits_at(m->hits, 0, 0xfff) == HITS_NO);
		ok &= CHECK(hits_at(m->hits, 0, UINT64_MAX) == HITS_NO || e.n > 0);
	}
	return ok && EQ_U(m->cuts, 0);
}

TEST(regions)
{
	static uint8_t data[REGIONS][90];
	uint64_t seed = 11;

	for (unsigned i = 0; i < 60; i++) {
		struct string s = any_string(&seed);
		struct buf rule = { 0 };
		struct machine m;

		rule_of(&s, &rule);
		if (!CHECK(open(&m, buf_cstr(&rule), 0)))
			return;
		for (unsigned k = 0; k < 4; k++) {
			struct region r[REGIONS];
			uint64_t base = 0x1000;

			for (unsigned j = 0; j < REGIONS; j++) {
				struct bytes d = { data[j],
					fill(&s, data[j], sizeof(data[j]), &seed) };

				/* two that meet, one apart, one at the end of all
				 * addresses */
				base += j == 2 ? 0x1000 : 0;
				base = j == 3 ? UINT64_MAX - d.n : base;
				r[j] =
				    (struct region){ .base = base, .data = test_copy(d) };
				base += d.n;
			}
			ROW("%s, round %u", buf_cstr(&rule), k);
			if (!check_regions(
				&m, &s, &(struct regions){ r, REGIONS }, &seed))
				break;
		}
		close_all(&m);
		buf_done(&rule);
	}
}

/* --- hex strings
 * ------------------------------------------------------------------------ */

/* One element: a byte under a mask, or not it; or a jump. */
struct element {
	uint8_t value, mask;
	bool not, jump;
	uint32_t min, max;
};

struct hex {
	struct element e[10];
	unsigned n;
};

/* Does it match from at on, from element i on? Lengths that are possible go to ends. */
static bool
hex_at(const struct hex *h, unsigned i, struct bytes d, size_t at, uint8_t *ends)
{
	bool any = false;

	if (i == h->n) {
		ends[at] = 1;
		return true;
	}
	const struct element *e = &h->e[i];

	if (!e->jump)
		return at < d.n && ((d.p[at] & e->mask) == e->value) !=
				       e->not &&hex_at(h, i + 1, d, at + 1, ends);
	for (size_t k = e->min; k <= e->max && at + k <= d.n; k++)
		any |= hex_at(h, i + 1, d, at + k, ends);
	return any;
}

static void
hex_rule(const struct hex *h, struct buf *out)
{
	buf_str(out, "rule r { strings: $a = {");
	for (unsigned i = 0; i < h->n; i++) {
		const struct element *e = &h->e[i];

		if (e->jump)
			buf_printf(out, " [%u-%u]", e->min, e->max);
		else if (e->mask == 0xff)
			buf_printf(out, " %s%02x", e->not ? "~" : "", e->value);
		else if (e->mask == 0xf0)
			buf_printf(out, " %s%x?", e->not ? "~" : "", e->value >> 4);
		else if (e->mask == 0x0f)
			buf_printf(out, " %s?%x", e->not ? "~" : "", e->value);
		else
			buf_str(out, " ?\?");
	}
	buf_str(out, " } condition: $a }");
}

/* Jumps of up to long_ bytes; beyond 200 the string is a chain of parts. */
static struct hex
any_hex(uint64_t *seed, uint32_t long_)
{
	static const uint8_t masks[] = { 0xff, 0xff, 0xff, 0xf0, 0x0f, 0 };
	struct hex h = { .n = 2 + (unsigned)(test_random(seed) % 8) };

	for (unsigned i = 0; i < h.n; i++) {
		struct element *e = &h.e[i];
		bool inner = i > 0 && i + 1 < h.n && !h.e[i - 1].jump;

		if (inner && test_random(seed) % 4 == 0) {
			e->jump = true;
			e->min = (uint32_t)(test_random(seed) %
					    (test_random(seed) % 2 ? 4 : long_));
			e->max = e->min + (uint32_t)(test_random(seed) %
						     (test_random(seed) % 2 ? 4 : long_));
			e->max += e->max == 0;
			continue;
		}
		e->mask = masks[test_random(seed) % (inner ? COUNT(masks) : 5)];
		e->value = (uint8_t)("abAB"[test_random(seed) % 4] & e -> mask);
		e->not = e->mask != 0 && test_random(seed) % 6 == 0;
	}
	return h;
}

static bool
check_hex(struct machine *m, const struct hex *h, struct bytes d)
{
	static uint8_t ends[2001];
	struct region whole = { .data = d };
	uint64_t nth = 1;
	bool ok = true;

	search(m, &whole, test_random(&(uint64_t){ d.n }) % 2);
	for (size_t at = 0; at < d.n && ok; at++) {
		const struct hit *hit = hits_nth(m->hits, 0, nth);
		enum hits_answer place;
		bool want;

		memset(ends, 0, sizeof(ends));
		want = hex_at(h, 0, d, at, ends);
		ok = CHECK((hit != NULL && hit->off == at) == want);
		if (want && ok)
			ok = CHECK(hit->len <= d.n - at && ends[at + hit->len]);
		nth += want;
		place = hits_at(m->hits, 0, at);
		ok &= CHECK(place == (want ? HITS_YES : HITS_NO));
	}
	return ok && CHECK(hits_nth(m->hits, 0, nth) == NULL);
}

static void
hexes(uint64_t seed, unsigned rounds, uint32_t long_, size_t most)
{
	static uint8_t data[2000];

	for (unsigned i = 0; i < rounds; i++) {
		struct hex h = any_hex(&seed, long_);
		struct buf rule = { 0 };
		struct machine m;
		bool ok;

		hex_rule(&h, &rule);
		ok = open(&m, buf_cstr(&rule), 0); /* some it refuses: all wildcards */
		for (unsigned k = 0; k < 6 && ok; k++) {
			size_t n = test_random(&seed) % (most + 1);

			for (size_t b = 0; b < n; b++)
				data[b] = (uint8_t) "abABc"[test_random(&seed) % 5];
			ROW("%s, %zu bytes", buf_cstr(&rule), n);
			ok = check_hex(&m, &h, test_copy((struct bytes){ data, n }));
		}
		close_all(&m);
		buf_done(&rule);
	}
}

TEST(hex_by_dice)
{
	hexes(3, 60, 6, 120);
}

TEST(chains_by_dice)
{
	hexes(5, 20, 300, 900);
}
