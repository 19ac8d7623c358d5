/*
 * Objects scanned without memory: what was found is all that there is, or the object is
 * told as incomplete; the same scanner then finds all of it.
 */
#include "format/dump.h"
#include "scan/scan_rig.h"
#include "tests/nomem/nomem.h"
#include "tests/nomem/samples.h"

/* Every kind of finding, in words: names, tags, metadata, matches, facts. */
static enum err
hear_all(void *arg, const struct finding *f)
{
	struct heard *h = arg;

	TRY(hear(h, f));
	for (uint32_t i = 0; i < f->ntags; i++)
		buf_printf(
		    &h->text, " :%.*s", (int)f->tags[i].n, (const char *)f->tags[i].p);
	for (uint32_t i = 0; i < f->nmetas; i++)
		buf_printf(&h->text, " =%.*s", (int)f->metas[i].name.n,
		    (const char *)f->metas[i].name.p);
	for (uint32_t i = 0; i < f->nmatches; i++)
		buf_printf(&h->text, " @%llu+%llu", (unsigned long long)f->matches[i].off,
		    (unsigned long long)f->matches[i].len);
	return OK;
}

static void
scan(struct rig *r, struct bytes file)
{
	struct sink to = { &r->heard, hear_all };

	buf_clear(&r->heard.text);
	r->heard.limits = 0;
	CHECK(scan_file(r->scan, file, &to) == OK);
}

/* What is heard with all memory, then with each request refused. */
static void
starve(struct rig *r, struct bytes file)
{
	struct buf good = { 0 };
	unsigned limits;

	scan(r, file);
	buf_put(&good, r->heard.text.p, r->heard.text.n);
	limits = r->heard.limits;
	for (unsigned how = 0; how < NOMEM_HOWS; how++) {
		bool more = true;

		for (uint64_t n = 1; more; n = nomem_next(n)) {
			ROW("%zu bytes, request %llu, how %u", file.n,
			    (unsigned long long)n, how);
			nomem_arm(NOMEM_ANSWERED, n, how);
			scan(r, file);
			more = nomem_disarm();
			CHECK(r->heard.limits > limits ||
			      bytes_eq(buf_bytes(&r->heard.text), buf_bytes(&good)));
			if (n % 7 != 0)
				continue;
			scan(r, file);
			CHECK(bytes_eq(buf_bytes(&r->heard.text), buf_bytes(&good)));
		}
	}
	buf_done(&good);
}

/* --- strings and conditions --------------------------------------------------------- */

static const char words[] =
    "rule a : t1 t2 { meta: s = \"x\" n = 3 strings: $t = \"words\" nocase wide ascii "
    "$x = \"keyed\" xor $b = \"encoded text\" base64 "
    "$h = { 4d 5a [4-300] ( 50 45 | ?1 62 ) } $r = /ab+c(de|fg){1,5}[0-9]*/ "
    "$c = { 61 [300-900] 7a } "
    "condition: #t > 1 and (@x[1] < 100 or !r[1] == 5) and any of ($b, $h) and #c > 0 }\n"
    "rule b { strings: $a = /[a-z]+[0-9]/ $d = /w.{2,5}s/ condition: #a > 1 and $d }\n"
    "rule c { strings: $s = \"wo\" $s2 = \"ds\" condition: for all of ($s*) : ( # > 1 ) "
    "and "
    "for any i in (1..#s) : ( @s[i] > 2 ) }\n"
    "rule d { condition: for any i in (1..3) : (uint16(i) != 0x5a4d) and \"abc\" matches "
    "/b./ }\n"
    "private global rule g { condition: filesize > 2 }\n";

static struct bytes
wordy(struct buf *b)
{
	buf_str(b, "MZ words WORDS w\0");
	for (unsigned i = 0; i < 400; i++)
		buf_printf(b, "%s%u", i % 9 ? " x" : " words", i);
	buf_str(b, " jdxde abcdede5 abcfg7 PE ZW5jb2RlZCB0ZXh0 z");
	return buf_bytes(b);
}

TEST(strings)
{
	struct scan_opts o = { .flags = SCAN_MATCHES };
	struct buf b = { 0 };
	struct rig r;

	rig_open(&r, words, &o);
	starve(&r, wordy(&b));
	rig_close(&r);
	buf_done(&b);
}

/* A scanner comes to be, or not: never half, and what comes is as good as any. */
TEST(scanners)
{
	struct scan_opts o = { .flags = SCAN_MATCHES };
	struct ext v = {
		.name = BYTES_LIT("word"), .type = EXT_STR, .s = BYTES_LIT("new")
	};
	struct buf b = { 0 }, good = { 0 };
	struct bytes file = wordy(&b);
	struct rig r;

	rig_open(&r, words, &o);
	scan(&r, file);
	buf_put(&good, r.heard.text.p, r.heard.text.n);
	for (unsigned how = 0; how < NOMEM_HOWS; how++) {
		bool more = true;

		for (uint64_t n = 1; more; n = nomem_next(n)) {
			enum err e;

			ROW("request %llu, how %u", (unsigned long long)n, how);
			scan_free(r.scan);
			r.scan = NULL;
			nomem_arm(NOMEM_ANSWERED, n, how);
			e = scan_new(r.db, &o, &r.scan);
			more = nomem_disarm();
			if (e != OK) {
				CHECK(e == ERR_NOMEM || e == ERR_LIMIT);
				CHECK(r.scan == NULL);
				continue;
			}
			(void)!scan_external(r.scan, &v);
			scan(&r, file);
			CHECK(bytes_eq(buf_bytes(&r.heard.text), buf_bytes(&good)));
		}
	}
	rig_close(&r);
	buf_done(&good);
	buf_done(&b);
}

/* --- modules ------------------------------------------------------------------------ */

/* A rule for each function without arguments, and the facts as a dump. */
static void
rules_of(const struct format *f, struct buf *rules)
{
	buf_printf(rules, "import \"%s\"\n", f->name);
	for (const struct fact *row = f->facts; row->type != FACT_END; row++)
		if (row->type == FACT_FN && row->sig[0] == ':' &&
		    !(row->flags & FACT_DIALECT))
			buf_printf(rules, "rule f%u { condition: defined %s.%s() }\n",
			    (unsigned)(row - f->facts), f->name, row->name);
	buf_str(rules, "rule last { condition: true }\n");
}

#define FILES 6

/* A budget of any size for an object: all is told, or that it was too small. */
static void
budgets(struct rig *r, struct bytes file, const struct buf *good)
{
	size_t memory = 0, whole = r->scan->object.budget;
	unsigned limited = 0;

	for (bool enough = false; !enough && memory < whole; memory += memory / 8 + 1) {
		ROW("%zu bytes, memory %zu", file.n, memory);
		r->scan->object.budget = memory;
		scan(r, file);
		enough = r->heard.limits == 0;
		limited += !enough;
		if (enough)
			CHECK(bytes_eq(buf_bytes(&r->heard.text), buf_bytes(good)));
	}
	r->scan->object.budget = whole;
	CHECK(limited > 0);
}

/* A parser alone, in an arena of any size: from nothing on it says that it is too small.
 */
static void
arenas(const struct format *f, struct bytes file)
{
	for (size_t budget = 0; budget < 1 << 20; budget = budget * 2 + (budget == 0)) {
		struct buf have = { .limit = 1 << 20 }, good = { .limit = 1 << 20 };
		struct buf *to[] = { &have, &good };
		bool spent = false;

		ROW("%s of %zu bytes, arena of %zu", f->name, file.n, budget);
		for (unsigned i = 0; i < 2; i++) {
			struct arena a;
			struct parse p = { .file = file, .arena = &a };
			enum err e;

			arena_init(&a, i ? (size_t)64 << 20 : budget);
			p.facts = calloc(1, f->facts_size + 1);
			fact_clear(f->facts, p.facts);
			e = f->open(&p);
			dump_json(f, p.facts, to[i]);
			spent |= i == 0 && (a.spent || e == ERR_LIMIT);
			if (f->close != NULL)
				f->close(&p);
			free(p.facts);
			arena_done(&a);
		}
		CHECK(spent || bytes_eq(buf_bytes(&have), buf_bytes(&good)));
		buf_done(&have);
		buf_done(&good);
	}
}

static void
module(const struct format *f)
{
	struct scan_opts o = { .flags = SCAN_DUMP_JSON };
	struct buf good = { 0 };
	struct samples s;
	struct buf rules = { 0 };
	char target[64];
	struct rig r;

	snprintf(target, sizeof(target), "format_%s", f->name);
	samples_open(&s, target);
	rules_of(f, &rules);
	rig_open(&r, buf_cstr(&rules), &o);
	for (unsigned k = 0; k < FILES && s.n > 0; k++) {
		struct bytes file = test_copy(samples_at(&s, k, FILES));

		starve(&r, file);
		scan(&r, file);
		buf_clear(&good);
		buf_put(&good, r.heard.text.p, r.heard.text.n);
		if (r.heard.limits == 0)
			budgets(&r, file, &good);
		arenas(f, file);
	}
	rig_close(&r);
	buf_done(&good);
	buf_done(&rules);
	samples_done(&s);
}

/* --- arguments ---------------------------------------------------------------------- */

/* At the edges of what an argument may be; the last of each is undefined. */
static const char *const ints[] = { "0", "1", "-1", "255", "256", "filesize",
	"filesize - 1", "9223372036854775807", "-9223372036854775807 - 1", "4294967296",
	"uint8(-1)" };
static const char *const floats[] = { "0.0", "-0.5", "1.5", "1.0 \\ (0.0 * filesize)",
	"(0.0 * filesize) \\ (0.0 * filesize)",
	"179769313486231570000000000000000000000.0" };
static const char *const texts[] = { "\"\"", "\"a\"", "\"\\x00\"",
	"\"-9223372036854775808\"", "\"99999999999999999999\"", "\"kernel32.dll\"",
	"\"\\xff\\xfe\"" };
static const char *const regexes[] = { "/a/", "/.*/s", "/^$/" };

static const char *
argument(char kind, uint64_t *seed)
{
	uint64_t r = test_random(seed);

	switch (kind) {
	case 'i': return ints[r % COUNT(ints)];
	case 'f': return floats[r % COUNT(floats)];
	case 's': return texts[r % COUNT(texts)];
	case 'r': return regexes[r % COUNT(regexes)];
	default: return r % 2 ? "true" : "false";
	}
}

#define CALLS 24 /* of each function */

/* console and the like are told apart by their effect: a line for each. */
static void
calls_of(const struct format *f, struct buf *rules, uint64_t *seed)
{
	unsigned n = 0;

	buf_printf(rules, "import \"%s\"\n", f->name);
	for (const struct fact *row = f->facts; row->type != FACT_END; row++) {
		if (row->type != FACT_FN || row->sig[0] == ':' ||
		    row->flags & FACT_DIALECT)
			continue;
		for (unsigned k = 0; k < CALLS; k++) {
			buf_printf(rules, "rule f%u { condition: defined %s.%s(", n++,
			    f->name, row->name);
			for (const char *a = row->sig; *a != ':'; a++)
				buf_printf(rules, "%s%s", a > row->sig ? ", " : "",
				    argument(*a, seed));
			buf_str(rules, ") }\n");
		}
	}
	buf_str(rules, "rule last { condition: true }\n");
}

/*
 * Whatever a function is called with, it says the same when it is asked again, and all
 * of it or a limit when memory ends.
 */
TEST(arguments)
{
	uint64_t seed = 1;

	for (const struct format *const *f = modules; *f != NULL; f++) {
		struct scan_opts o = { 0 };
		struct buf rules = { 0 }, once = { 0 };
		struct samples s = { 0 };
		char target[64];
		struct rig r;

		if ((*f)->needs != 0)
			continue; /* libmagic is no matter of ours */
		snprintf(target, sizeof(target), "format_%s", (*f)->name);
		calls_of(*f, &rules, &seed);
		rig_open(&r, buf_cstr(&rules), &o);
		if ((*f)->probe != NULL)
			samples_open(&s, target);
		for (unsigned k = 0; k < 5; k++) {
			struct bytes file = k < 3 && s.n > 0 ? samples_at(&s, k, 3)
					    : k == 3         ? BYTES_LIT("")
							     : BYTES_LIT("some bytes");

			ROW("%s, %zu bytes", (*f)->name, file.n);
			file = test_copy(file);
			scan(&r, file);
			buf_clear(&once);
			buf_put(&once, r.heard.text.p, r.heard.text.n);
			scan(&r, file);
			CHECK(bytes_eq(buf_bytes(&once), buf_bytes(&r.heard.text)));
			if (r.heard.limits == 0)
				budgets(&r, file, &once);
		}
		rig_close(&r);
		buf_done(&rules);
		buf_done(&once);
		samples_done(&s);
	}
}

#define FORMAT(name)                                   \
	TEST(format_##name)                            \
	{                                              \
		module(module_find(BYTES_LIT(#name))); \
	}
#include "format/formats.def"
#undef FORMAT

/* Modules that are no format: what needs memory there are functions with arguments. */
TEST(functions)
{
	/* clang-format off */
	static const char rules[] =
	    "import \"hash\" import \"math\" import \"string\" import \"console\" import \"time\"\n"
	    "rule md5 { condition: hash.md5(0, filesize) != \"\" }\n"
	    "rule sha256 { condition: hash.sha256(1, 9) != \"\" and hash.sha1(0, 3) != \"\" }\n"
	    "rule text { condition: math.to_string(filesize) != \"\" and math.entropy(0, 9) > 0.1 }\n"
	    "rule log { condition: console.log(\"a \", hash.md5(0, 2)) and console.hex(\"b\", 77) }\n"
	    "rule same { condition: hash.md5(0, filesize) == hash.md5(0, filesize) }\n";
	/* clang-format on */
	struct scan_opts o = { 0 };
	struct rig r;

	rig_open(&r, rules, &o);
	starve(&r, test_copy(BYTES_LIT("some bytes of an object")));
	rig_close(&r);
}
