#include "match/re_vm.h"
#include "tests/re_check.h"
#include "tests/tap.h"

/* Random patterns over a few letters, so that they match random data often. */
struct gen {
	uint64_t seed;
	char s[400];
	size_t n;
	int lazy; /* quantifiers of one kind only: 0 greedy, 1 lazy, 2 both */
};

static unsigned
pick(struct gen *g, unsigned n)
{
	return (unsigned)(test_random(&g->seed) % n);
}

static void
put(struct gen *g, const char *s)
{
	size_t n = strlen(s);

	if (g->n + n < sizeof(g->s)) {
		memcpy(g->s + g->n, s, n);
		g->n += n;
	}
}

static void regex(struct gen *g, unsigned depth);

static void
regex_part(struct gen *g, unsigned depth)
{
	static const char *const parts[] = { "a", "b", "c", "a", "b", "ab", "abc", ".",
		"[ab]", "[^a]", "\\w", "\\W", "B", "\\x00", "bc", "[a-c]", "\\.", "_",
		"1", "[B_]", "a", "\\n" };
	static const char *const edges[] = { "\\b", "\\B", "^", "$" };
	static const char *const quants[] = { "*", "+", "?", "{2}", "{1,2}", "{,3}",
		"{2,}", "{0,1}", "{3}", "{2,5}" };

	if (pick(g, 12) == 0) {
		put(g, edges[pick(g, COUNT(edges))]);
		return;
	}
	if (depth > 0 && pick(g, 3) == 0) {
		put(g, pick(g, 8) ? "(" : pick(g, 2) ? "(?:" : "(?i:");
		regex(g, depth - 1);
		put(g, ")");
	} else
		put(g, parts[pick(g, COUNT(parts))]);
	if (pick(g, 3) == 0) {
		put(g, quants[pick(g, COUNT(quants))]);
		if (g->lazy == 1 || (g->lazy == 2 && pick(g, 2)))
			put(g, "?");
	}
}

static void
regex(struct gen *g, unsigned depth)
{
	unsigned alts = pick(g, 3) ? 1 : 1 + pick(g, 3);

	for (unsigned a = 0; a < alts; a++) {
		unsigned parts = 1 + pick(g, 4);

		if (a > 0)
			put(g, "|");
		if (a > 0 && pick(g, 6) == 0)
			continue;
		while (parts-- > 0)
			regex_part(g, depth);
	}
}

static void
hex(struct gen *g, unsigned depth)
{
	static const char *const parts[] = { "61", "62", "63", "??", "6?", "?1", "~61",
		"~6?", "00", "6162", "[1]", "[1-3]", "[0-2]", "[2]", "[-]", "[2-]" };
	unsigned n = 1 + pick(g, 5);

	put(g, parts[pick(g, 10)]);
	while (n-- > 0) {
		if (depth > 0 && pick(g, 4) == 0) {
			put(g, "(");
			hex(g, depth - 1);
			put(g, "|");
			hex(g, depth - 1);
			put(g, ")");
		} else
			put(g, parts[pick(g, depth == 2 ? 16 : 14)]);
		put(g, " ");
	}
	put(g, parts[pick(g, 10)]);
}

static struct bytes
data(struct gen *g, uint8_t *p, size_t max, bool wide)
{
	static const char letters[] = "aaabbbcABC_1.\n \0";
	size_t n = pick(g, (unsigned)max + 1);

	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)letters[pick(g, sizeof(letters) - 1)];
	for (size_t i = pick(g, 2); wide && i < n; i += 2)
		if (pick(g, 8))
			p[i] = 0;
	return (struct bytes){ p, n };
}

static void
random_round(struct re_vm *vm, uint64_t seed, unsigned *ran)
{
	struct gen g = { .seed = seed };
	struct re_check c = { .vm = vm, .hex = pick(&g, 4) == 0 };
	uint8_t mem[RE_REF_MAX];

	g.lazy = (int)pick(&g, 3);
	if (c.hex)
		hex(&g, 2);
	else
		regex(&g, 3);
	c.pattern = (struct bytes){ (const uint8_t *)g.s, g.n };
	for (unsigned k = 0; k < 6; k++) {
		const char *wrong;
		bool went;

		c.flags = pick(&g, 3) ? 0 : RE_NOCASE;
		c.flags |= pick(&g, 3) ? 0 : RE_DOTALL;
		c.flags |= pick(&g, 3) ? 0 : RE_WIDE;
		c.flags |= pick(&g, 4) ? 0 : RE_FULLWORD;
		c.atomless = pick(&g, 2);
		c.data = test_copy(data(&g, mem, RE_REF_MAX, c.flags & RE_WIDE));
		wrong = re_check_one(&c, &went);
		*ran += went;
		if (wrong != NULL) {
			ROW("%s %.*s flags %x atomless %d seed %llu", wrong,
			    (int)c.pattern.n, (const char *)c.pattern.p, c.flags,
			    c.atomless, (unsigned long long)seed);
			EQ_B(c.data, BYTES_LIT(""));
			CHECK(false);
			return;
		}
	}
}

/* RE_ROUNDS and RE_SEED ask for more, or for another stream. */
static void
agrees(size_t bytes, uint64_t stream)
{
	const char *rounds = getenv("RE_ROUNDS"), *seed = getenv("RE_SEED");
	unsigned long n = rounds ? strtoul(rounds, NULL, 10) : 250;
	uint64_t from = (seed ? strtoull(seed, NULL, 10) : 1) + stream;
	unsigned ran = 0;
	struct re_vm vm;

	if (!CHECK(re_vm_init(&vm, bytes) == OK))
		return;
	for (unsigned long i = 0; i < n; i++)
		random_round(&vm, (from << 32) + i, &ran);
	CHECK(ran > n);
	re_vm_done(&vm);
}

TEST(agrees_with_reference)
{
	agrees(RE_VM_MIN, 0);
}

/* What stands behind or before a jump is looked for at many places at once. */
TEST(jumps_of_every_width)
{
	static const char *const patterns[] = { "61626364[1-45]6566",
		"6566[1-45]61626364", "61626364[1-45]65 ?? 67", "6?66[3-20]61626364" };
	struct re_vm vm;

	if (!CHECK(re_vm_init(&vm, RE_VM_MIN) == OK))
		return;
	for (unsigned i = 0; i < COUNT(patterns); i++)
		for (unsigned k = 0; k < 49 * 3; k++) {
			unsigned gap = k % 49, left = i % 2;
			struct re_check c = {
				.vm = &vm, .pattern = bytes_of(patterns[i]), .hex = true
			};
			uint8_t mem[RE_REF_MAX];
			const char *wrong;
			bool went;

			ROW("%s over %u bytes", patterns[i], gap);
			memset(mem, 'x', sizeof(mem));
			memcpy(mem + 2, left ? "ef" : "abcd", left ? 2 : 4);
			memcpy(mem + (left ? 4 : 6) + gap, left ? "abcd" : "efg",
			    left ? 4 : 3);
			c.data = (struct bytes){ mem + k / 49, 9 + gap };
			c.data = test_copy(c.data);
			wrong = re_check_one(&c, &went);
			CHECK(went);
			EQ_S(wrong ? wrong : "", "");
		}
	re_vm_done(&vm);
}

/* No DFA at all, or one that is full at once and hands over to the simulations. */
TEST(agrees_without_cache)
{
	agrees(0, 1000);
	for (size_t bytes = 100; bytes < 2000; bytes += 500)
		agrees(15 * RE_STATES_MAX * sizeof(uint32_t) + bytes, 2000 + bytes);
}

/* A program of a pattern, for the tests below. */
static bool
compile(struct re_vm *vm, const char *pattern, unsigned flags, struct re_checked *o)
{
	struct re_check c = {
		.vm = vm, .pattern = bytes_of(pattern), .flags = flags, .atomless = true
	};
	const char *wrong;

	return CHECK(re_check_compile(&c, o, &wrong));
}

/* Fills with what is worst for most patterns. */
static void
adverse(uint8_t *p, size_t n, unsigned kind)
{
	uint64_t seed = kind;

	for (size_t i = 0; i < n; i++) {
		unsigned r = (unsigned)test_random(&seed);

		if (kind == 0)
			p[i] = 'a';
		else if (kind == 1)
			p[i] = (uint8_t) "0123456789abcdef"[r % 16];
		else if (kind == 2)
			p[i] = (uint8_t)(r % 97 ? 'a' + r % 3 : '\n');
		else
			p[i] = i % 64 == 63 ? 'b' : 'a';
	}
}

/*
 * Twice the data is about twice the work, for the search, for the list of all matches
 * (few, so that the cap does not help), and with a cache too small for the pattern.
 */
TEST(work_is_linear)
{
	static const char *const patterns[] = { "a+b", ".*x", "(a|b)*c", "(x+x+)+y",
		"a.*b.*c", "[0-9a-f]{32}x", "a[a-z0-9]{0,20}b[a-z0-9]{0,20}c",
		"(a?){9}a{9}b", "a[ab]{40}c", "\\ba.*\\b", "(a*)*b",
		"[a-f]+[0-9]+[a-f]+$", "(.*a)+", "^a+$" };
	static uint8_t data[1 << 15];
	static struct re_span room[1 << 15];
	struct re_vm vm;

	if (!CHECK(re_vm_init(&vm, RE_VM_MIN) == OK))
		return;
	for (size_t i = 0; i < COUNT(patterns) * 4; i++) {
		struct re_checked o;
		uint64_t steps[2][2];

		ROW("%s on data %zu", patterns[i / 4], i % 4);
		adverse(data, sizeof(data), i % 4);
		if (!compile(&vm, patterns[i / 4], 0, &o))
			continue;
		for (size_t twice = 0; twice < 2; twice++) {
			struct bytes d = { data, sizeof(data) / (twice ? 1 : 2) };
			struct re_spans out = { .p = room, .max = COUNT(room) };

			vm.steps = 0;
			re_search(&vm, o.prog, d, 0);
			steps[0][twice] = vm.steps;
			vm.steps = 0;
			re_search_all(&vm, o.prog, d, &out);
			steps[1][twice] = vm.steps;
		}
		CHECK(steps[0][1] * 10 <= steps[0][0] * 22 + 40000);
		/* The list looks how far matches reach, and after n steps stops to. */
		CHECK(steps[1][1] <= sizeof(data) * (4 * o.prog->fwd_n + 8));
		re_check_done(&o);
	}
	re_vm_done(&vm);
}

TEST(budget_stops)
{
	static uint8_t data[100000];
	static struct re_span room[10];
	struct re_spans out = { .p = room, .max = COUNT(room) };
	struct re_checked o;
	struct re_vm vm;

	if (!CHECK(re_vm_init(&vm, RE_VM_MIN) == OK))
		return;
	adverse(data, sizeof(data), 0);
	if (compile(&vm, "a+b|a.*c", 0, &o)) {
		struct bytes d = { data, sizeof(data) };

		vm.budget = 50000;
		EQ_U(re_search(&vm, o.prog, d, 0), RE_LIMIT);
		CHECK(vm.steps < 50000 + 2 * sizeof(data));
		vm.steps = 0;
		EQ_U(re_search_all(&vm, o.prog, d, &out), RE_LIMIT);
	}
	re_check_done(&o);
	re_vm_done(&vm);
}

/* Of more states than one block of the bit simulation has, and of fewer; with \b. */
static const char *const bulky[] = { "a.{40}b.{0,30}c", "a.{70}b.{0,70}c.{5,20}[de]",
	"\\ba.{30}b.{0,90}\\b[de]", "(a.{3}|b.{5}){30}[de]", "a[abc ]{300}d",
	"^.{100,2000}a.{200}d$", "x{0,300}a.{0,300}\\Bd", "(ab?){90}e$" };

/*
 * With a bit for each state, when the cache is full at once, as with lists, when there is
 * none: where the first match is and what matches end and begin, over any number of
 * blocks.
 */
TEST(bits_as_lists)
{
	static uint8_t data[3000];
	static struct re_span room[2][3000];
	struct re_vm vm[2];
	uint64_t seed = 3;
	unsigned found = 0;

	if (!CHECK(re_vm_init(&vm[0], 0) == OK) ||
	    !CHECK(
		re_vm_init(&vm[1], 15 * RE_STATES_MAX * sizeof(uint32_t) + 9000) == OK))
		return;
	for (size_t i = 0; i < COUNT(bulky) * 6; i++) {
		const char *pattern = bulky[i / 6];
		struct bytes d = { data, sizeof(data) - i };
		enum re_answer a[2], all[2];
		struct re_spans out[2];
		struct re_checked o;

		ROW("%s, data %zu", pattern, i % 6);
		for (size_t k = 0; k < sizeof(data); k++)
			data[k] = (uint8_t) "abcabc adexx"[test_random(&seed) %
							   (i % 2 ? 12 : 8)];
		if (!compile(&vm[0], pattern, i % 6 == 5 ? RE_FULLWORD : 0, &o))
			continue;
		for (size_t v = 0; v < 2; v++) {
			out[v] = (struct re_spans){ .p = room[v], .max = COUNT(room[v]) };
			a[v] = re_search(&vm[v], o.prog, d, i);
			all[v] = re_search_all(&vm[v], o.prog, d, &out[v]);
			EQ_U(all[v], out[v].n > 0 ? RE_YES : RE_NO);
		}
		EQ_U(a[1], a[0]);
		EQ_U(out[1].n, out[0].n);
		CHECK(memcmp(room[0], room[1], out[0].n * sizeof(room[0][0])) == 0);
		found += out[0].n > 0;
		re_check_done(&o);
	}
	CHECK(found > COUNT(bulky));
	re_vm_done(&vm[0]);
	re_vm_done(&vm[1]);
}

/*
 * What such a pattern costs on data that is worst for it, in steps a byte: a run's worth,
 * however many states there are, and what it takes to find out.
 */
TEST(bulky_patterns_cost_little)
{
	static uint8_t data[1 << 17];
	struct re_vm vm;
	uint64_t seed = 5;

	if (!CHECK(re_vm_init(&vm, RE_VM_MIN) == OK))
		return;
	for (size_t k = 0; k < sizeof(data); k++)
		data[k] = (uint8_t) "abc "[test_random(&seed) % 4];
	for (size_t i = 1; i < COUNT(bulky); i++) { /* the first one matches */
		struct re_checked o;
		uint64_t steps[2];

		ROW("%s", bulky[i]);
		if (!compile(&vm, bulky[i], 0, &o))
			continue;
		for (size_t twice = 0; twice < 2; twice++) {
			struct bytes d = { data, sizeof(data) / 2 << twice };

			vm.steps = 0;
			EQ_U(re_search(&vm, o.prog, d, 0), RE_NO);
			steps[twice] = vm.steps;
		}
		CHECK(steps[1] - steps[0] < sizeof(data) / 2 * 12);
		CHECK(steps[0] < sizeof(data) / 2 * 12 + 300000);
		re_check_done(&o);
	}
	re_vm_done(&vm);
}

/* With too many matches the first ones are given. */
TEST(cap)
{
	static const char *const patterns[] = { "a", "a+", "aa?" };
	struct bytes d = BYTES_LIT("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	struct re_vm vm;

	if (!CHECK(re_vm_init(&vm, RE_VM_MIN) == OK))
		return;
	for (size_t i = 0; i < COUNT(patterns); i++) {
		struct re_span room[7];
		struct re_spans out = { .p = room, .max = COUNT(room) };
		struct re_checked o;

		ROW("%s", patterns[i]);
		if (!compile(&vm, patterns[i], 0, &o))
			continue;
		EQ_U(re_search_all(&vm, o.prog, d, &out), RE_YES);
		EQ_U(out.n, COUNT(room));
		CHECK(out.more);
		for (size_t k = 0; k < out.n; k++)
			EQ_U(room[k].at, k);
		re_check_done(&o);
	}
	re_vm_done(&vm);
}

/* Long data takes the DFA, with and without its cache being emptied. */
TEST(long_data)
{
	static const struct {
		const char *pattern;
		unsigned at, len; /* of the only match */
	} rows[] = {
		{ "needle", 5000, 6 },
		{ "ne+d.{2,3}", 5000, 7 },
		{ "\\bneedle\\b", 5000, 6 },
		{ "[a-z]{6}", 5000, 6 },
		{ "e$", 9999, 1 },
		{ "^Z", 0, 1 },
		{ "needle[^e]*e", 5000, 5000 },
	};
	static uint8_t data[10000];
	struct re_vm vm;

	memset(data, ' ', sizeof(data));
	memcpy(data + 5000, "needle", 6);
	data[0] = 'Z';
	data[9999] = 'e';
	if (!CHECK(re_vm_init(&vm, RE_VM_MIN) == OK))
		return;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes d = { data, sizeof(data) };
		struct re_span room[4];
		struct re_spans out = { .p = room, .max = COUNT(room) };
		struct re_checked o;

		ROW("%s", rows[i].pattern);
		if (!compile(&vm, rows[i].pattern, 0, &o))
			continue;
		EQ_U(re_search_all(&vm, o.prog, d, &out), RE_YES);
		EQ_U(out.n, 1);
		EQ_U(room[0].at, rows[i].at);
		EQ_U(room[0].len, rows[i].len);
		EQ_U(re_search(&vm, o.prog, d, rows[i].at), RE_YES);
		EQ_U(re_search(&vm, o.prog, d, rows[i].at + 1), RE_NO);
		re_check_done(&o);
	}
	re_vm_done(&vm);
}

/* A lazy x+ with fullword: an atom in any round gives its own length. */
TEST(fullword_rounds)
{
	static const struct {
		const char *pattern, *data;
		unsigned n, at, len; /* matches, and the last of them */
	} rows[] = {
		{ "b+?", " bb b bbb_ xbb", 3, 6, 3 },
		{ "(bx)+?", " bx bxbx. bxbxy", 2, 4, 4 },
		{ "(.xa)+?", "a axaaxa.", 1, 2, 6 },
		{ "b{2,}?", " b bb bbb", 1, 3, 2 },
		{ "b+", " b bb abb", 2, 3, 2 },
	};
	struct re_vm vm;

	if (!CHECK(re_vm_init(&vm, RE_VM_MIN) == OK))
		return;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes d = test_copy(bytes_of(rows[i].data));
		struct re_span room[8] = { 0 };
		struct re_spans out = { .p = room, .max = COUNT(room) };
		struct re_check c = { .vm = &vm,
			.pattern = bytes_of(rows[i].pattern),
			.flags = RE_FULLWORD };
		struct re_checked o;
		const char *wrong;

		ROW("%s", rows[i].pattern);
		if (!CHECK(re_check_compile(&c, &o, &wrong)))
			continue;
		EQ_U(re_search_all(&vm, o.prog, d, &out), RE_YES);
		EQ_U(out.n, rows[i].n);
		EQ_U(room[out.n - 1].at, rows[i].at);
		EQ_U(room[out.n - 1].len, rows[i].len);
		re_check_done(&o);
	}
	re_vm_done(&vm);
}

/* Whatever the verifier lets pass can be run; ASan and UBSan look on. */
TEST(damaged_programs)
{
	static const char *const patterns[] = { "a(b|cd)*\\be{2,9}$", "abc", "[a-c]+x?" };
	struct bytes d = test_copy(BYTES_LIT("abcdeeabcdcdee abc xaaax abcdee"));
	struct re_vm vm;

	if (!CHECK(re_vm_init(&vm, RE_VM_MIN) == OK))
		return;
	vm.budget = 20000;
	for (size_t i = 0; i < COUNT(patterns); i++) {
		struct re_checked o;

		if (!compile(&vm, patterns[i], RE_FULLWORD, &o))
			continue;
		for (size_t bit = 0; bit < o.section.n * 8; bit++) {
			struct re_span room[8];
			struct re_spans out = { .p = room, .max = COUNT(room) };

			o.section.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
			vm.steps = 0;
			re_vm_forget(&vm);
			if (re_verify(buf_bytes(&o.section), 0) == OK) {
				re_search(&vm, o.prog, d, 1);
				re_search_all(&vm, o.prog, d, &out);
				re_hit(&vm, o.prog, d, 0, 3);
			}
			for (size_t k = 0; k < out.n; k++)
				CHECK(room[k].len <= d.n - room[k].at);
			o.section.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		re_check_done(&o);
	}
	re_vm_done(&vm);
}

/*
 * Short patterns, one by one: where dice over a grammar go rarely, an empty branch, a
 * repeat of an edge or of nothing. RE_EVERY=1 asks for all of them.
 */
static const char letters[] = "ab.*+?|()^$";

static bool
nth_pattern(uint64_t i, char out[8], size_t *n)
{
	size_t base = sizeof(letters) - 1;
	uint64_t first = 0, many = base;

	for (*n = 1; *n <= 5; ++*n, first += many, many *= base) {
		if (i >= first + many)
			continue;
		i -= first;
		for (size_t k = 0; k < *n; k++, i /= base)
			out[k] = letters[i % base];
		return true;
	}
	return false;
}

TEST(short_patterns)
{
	static const char *const texts[] = { "a", "b", "ab", "ba", "aab", "abab", "ca",
		"bca", "abcab", "aaaa", "cabba", "\n", "a\nb", "a\0b\0" };
	static const unsigned flags[] = { 0, 0, RE_NOCASE, RE_DOTALL, RE_WIDE,
		RE_FULLWORD };
	const char *every = getenv("RE_EVERY");
	uint64_t step = every ? strtoull(every, NULL, 10) : 17, all = 0, i;
	char pattern[8];
	struct re_vm vm;
	size_t n;

	if (!CHECK(re_vm_init(&vm, RE_VM_MIN) == OK))
		return;
	for (i = 0; nth_pattern(i, pattern, &n); i += step) {
		struct re_check c = { .vm = &vm,
			.pattern = { (const uint8_t *)pattern, n },
			.flags = flags[i / step % COUNT(flags)],
			.atomless = i / step % 3 == 0 };

		for (size_t k = 0; k < COUNT(texts); k++) {
			size_t len = k + 1 == COUNT(texts) ? 4 : strlen(texts[k]);
			const char *wrong;
			bool ran;

			c.data =
			    test_copy((struct bytes){ (const uint8_t *)texts[k], len });
			wrong = re_check_one(&c, &ran);
			all += ran;
			ROW("%.*s over %s, flags %x, atomless %d: %s", (int)n, pattern,
			    texts[k], c.flags, c.atomless, wrong ? wrong : "");
			if (!CHECK(wrong == NULL) || !ran)
				break;
		}
	}
	CHECK(all > 1000);
	re_vm_done(&vm);
}
