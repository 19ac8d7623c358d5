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
TEST(agrees_with_reference)
{
	const char *rounds = getenv("RE_ROUNDS"), *seed = getenv("RE_SEED");
	unsigned long n = rounds ? strtoul(rounds, NULL, 10) : 1500;
	uint64_t from = seed ? strtoull(seed, NULL, 10) : 1;
	unsigned ran = 0;
	struct re_vm vm;

	if (!CHECK(re_vm_init(&vm, RE_VM_MIN) == OK))
		return;
	for (unsigned long i = 0; i < n; i++)
		random_round(&vm, (from << 32) + i, &ran);
	CHECK(ran > n);
	re_vm_done(&vm);
}
