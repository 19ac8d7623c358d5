/*
 * What hostile files cost, in counted steps: linear in their size whatever the bytes, and
 * a match that hides behind megabytes of the same atom is still found.
 */
#include "scan/scan_rig.h"

/* Many patterns with one atom, of which each hit has to be judged. */
static const char rules[] =
    "rule a { strings: $a = /eval\\([^)]{1,300}base64/ $b = /\\beval\\s*\\(gz/ wide "
    "ascii "
    "$c = /eval\\(.{0,40}\\$_POST/ $d = /[a-z]{1,9}_eval\\(x/ condition: any of them } "
    "rule b { strings: $a = \"eval(str_rot13\" nocase $b = \"eval(hex\" fullword "
    "$c = { 65 76 61 6c ?? [2-30] 67 7a 69 } condition: $a or $b "
    "or $c } "
    "rule c { strings: $a = /(a[0-9a-f]{20}b.{0,100}c){2}Q/ $b = /^x.*\\by$/ "
    "condition: any of them }";

enum kind { ATOM, ATOM_AND_NOISE, HEX, BASE64, ZEROS, WIDE, KINDS };

static void
put(uint8_t *p, size_t n, size_t at, const char *s)
{
	for (size_t i = 0; s[i] != '\0' && at + i < n; i++)
		p[at + i] = (uint8_t)s[i];
}

/* Not n bytes of anything, but of what the patterns above like least. */
static void
hostile(uint8_t *p, size_t n, enum kind kind)
{
	static const char hex[] = "0123456789abcdef",
			  base64[] = "evalABCDxyz0123456789+/(=";
	uint64_t seed = kind;

	memset(p, 0, n);
	for (size_t i = 0; i < n; i++) {
		uint64_t r = test_random(&seed);

		if (kind == ATOM || kind == ATOM_AND_NOISE)
			p[i] = (uint8_t) "eval( "[i % 6];
		if (kind == ATOM_AND_NOISE && i % 6 == 5)
			p[i] = (uint8_t)(' ' + r % 64);
		if (kind == HEX)
			p[i] = (uint8_t)hex[r % 16];
		if (kind == BASE64)
			p[i] = (uint8_t)base64[r % (sizeof(base64) - 1)];
		if (kind == WIDE && i % 2 == 0)
			p[i] = (uint8_t) "eval("[i / 2 % 5];
	}
}

TEST(twice_the_data_is_twice_the_work)
{
	const size_t n = 512 << 10;
	struct scan_opts o = { 0 };
	uint8_t *p = malloc(2 * n);
	struct rig r;

	rig_open(&r, rules, &o);
	for (enum kind kind = 0; kind < KINDS; kind++) {
		uint64_t steps[2], before;

		ROW("data %u", (unsigned)kind);
		hostile(p, 2 * n, kind);
		for (size_t twice = 0; twice < 2; twice++) {
			before = scan_stats(r.scan)->steps;
			EQ_S(rig_scan(&r, (struct bytes){ p, n << twice }), "");
			steps[twice] = scan_stats(r.scan)->steps - before;
		}
		CHECK(steps[1] * 10 <= steps[0] * 23);
		CHECK(steps[1] <= 2 * n * 64);
	}
	rig_close(&r);
	free(p);
}

static const char *const hidden[] = { "eval( base64", "eval(gz", "_eval(x",
	"eval(str_rot13", "EVAL(STR_ROT13", "evalgzgzi", "eval(gggzi", "x" };

/*
 * In a dense file places that look like the last one are passed over, but not a match:
 * it is found as in some bytes around it alone.
 */
TEST(found_among_the_same)
{
	const size_t n = 64 << 10;
	struct scan_opts o = { 0 };
	uint8_t *p = malloc(n);
	unsigned found = 0;
	struct rig r;

	rig_open(&r, rules, &o);
	for (size_t i = 0; i < COUNT(hidden); i++)
		for (size_t at = 20000; at < n; at += 4517) {
			size_t from = at - at % 6 - 60;
			char want[8];

			ROW("%s at %zu", hidden[i], at);
			hostile(p, n, ATOM);
			put(p, n, at, hidden[i]);
			snprintf(want, sizeof(want), "%s",
			    rig_scan(&r, bytes_clip((struct bytes){ p, n }, from, 300)));
			EQ_S(rig_scan(&r, (struct bytes){ p, n }), want);
			found += want[0] != '\0';
		}
	CHECK(found > 20);
	rig_close(&r);
	free(p);
}
