/*
 * mutate_test.c - rules of every kind with a word left out, written twice, exchanged or
 * another one's: what a person mistypes. Whatever comes out, the compiler keeps its
 * word: an error has a sentence and a place that is in the text; what is right gives the
 * same database each time, one that a scanner opens and whose code it does not refuse;
 * what yara takes is taken, and means the same, with YARA-X's additions.
 */
#include <stdio.h>
#include <stdlib.h>

#include "modules/modules.h"
#include "rules/compile.h"
#include "rules/fix.h"
#include "rules/format.h"
#include "scan/run.h"
#include "tests/tap.h"

#define BUDGET    ((size_t)64 << 20)
#define WORDS_MAX 400

/* Words with one blank between them. */
static const char sample[] =
    "import \"pe\" import \"math\" "
    "private global rule one : tag_a tag_b { meta : author = \"me\" n = -3 b = true "
    "strings : $t = \"text\" wide ascii nocase fullword $u = \"key\" xor ( 1 - 5 ) "
    "private "
    "$b = \"coded_text\" base64 ( "
    "\"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/\" ) "
    "$h = { 4d 5? ?a ?? ~41 [ 2 - 4 ] ( 61 | 62 63 ) 64 [ 300 - 400 ] 65 66 } "
    "$r = /ab+c(d|e){2,3}[^f-h]/is $ = \"nobody\" "
    "condition : #t > 2 and @t [ 1 ] < 100 or !r [ #r ] == 5 and not ( $h at 0 ) and "
    "$b in ( 0 .. filesize ) and any of ( $t , $u* ) and 2 of them and 50 % of them } "
    "rule two { strings : $z = \"zz\" condition : for any i in ( 1 .. 3 ) : ( uint16be ( "
    "i ) == 0x5a4d ) and "
    "for all of them : ( # > 0 ) or filesize > 1KB and one and 1 of ( one , two* ) } "
    "rule three { strings : $a = \"a\\\"b\\x41\\\\\" condition : for all s in "
    "pe.sections : "
    "( s.name contains \".t\" and s.raw_data_size & 3 | 1 ^ 7 << 2 >> 1 != ~ 5 ) and "
    "math.entropy ( 0 , filesize ) >= 1.5 + 2 * 3 - 4 \\ 5 % 6 and \"abc\" matches /b./ "
    "and "
    "( defined pe.imphash ( ) or num == 1 ) and word iequals \"X\" and none of ( $a ) "
    "and "
    "for 2 i in ( 1 , 2 , 3 ) : ( i != 2 ) and pe.version_info [ \"a\" ] startswith "
    "\"b\" and "
    "for any k , v in pe.version_info : ( k == v ) and with x = 3 : ( x == 3 ) } ";

static char words[WORDS_MAX][80];
static size_t nwords;

static void
split(void)
{
	const char *s = sample;

	for (nwords = 0; *s != '\0' && nwords < WORDS_MAX; nwords++) {
		const char *end = strchr(s, ' ');

		snprintf(words[nwords], sizeof(words[0]), "%.*s", (int)(end - s), s);
		s = end + 1;
	}
}

/* --- what must hold of any text
 * --------------------------------------------------------- */

static const struct ext exts[] = {
	{ .name = BYTES_LIT("num"), .type = EXT_INT, .i = 1 },
	{ .name = BYTES_LIT("word"), .type = EXT_STR, .s = BYTES_LIT("old") },
};

/* The line of that number, without its end; no bytes: there is none. */
static struct bytes
line_of(struct bytes text, unsigned number)
{
	size_t at = 0;

	for (unsigned i = 1; i < number; i++)
		at = (size_t)num_add(bytes_find(text, at, BYTES_LIT("\n")), 1);
	if (at > text.n)
		return (struct bytes){ 0 };
	uint64_t end = bytes_find(text, at, BYTES_LIT("\n"));
	return bytes_sub(text, at, (end > text.n ? text.n : end) - at);
}

/* A sentence, of a line that there is, and in it a column that there is. */
static bool
check_diag(const struct diag *d, struct bytes text, uint32_t flags)
{
	struct bytes line = line_of(text, d->source_line ? d->source_line : d->line);
	bool ok = CHECK(d->text != NULL && d->file != NULL);

	/* yara has errors without a word, and to the letter is to the letter */
	ok &= CHECK(d->text[0] != '\0' || flags & RULES_YARA_ONLY);
	ok &= CHECK(d->line == 0 || line_of(text, d->line).p != NULL);
	if (d->col > 0)
		ok &= CHECK(d->col <= line.n + 1 && d->col - 1 + d->width <= line.n + 1);
	if (d->source != NULL)
		ok &= CHECK(bytes_eq(bytes_of(d->source), line));
	return ok;
}

static enum err
compile(struct bytes text, uint32_t flags, struct buf *db)
{
	struct arena a;
	struct diags ds = { .arena = &a };
	struct rules_env env = { .arena = &a,
		.diags = &ds,
		.exts = exts,
		.nexts = COUNT(exts),
		.flags = flags };
	struct rules_source src = { .file = "t", .ns = "default", .text = text };
	enum err e;

	arena_init(&a, BUDGET);
	env.modules = modules_tables(&a, &env.nmodules);
	e = rules_compile(&env, &src, 1, db);
	CHECK(e == OK || e == ERR_SYNTAX);
	CHECK((e == ERR_SYNTAX) == (ds.errors > 0));
	for (const struct diag *d = ds.first; d != NULL; d = d->next)
		if (!check_diag(d, text, flags))
			break;
	arena_done(&a);
	return e;
}

struct heard {
	unsigned limits;
};

static enum err
hear(void *arg, const struct finding *f)
{
	struct heard *h = arg;

	h->limits += f->kind == FINDING_LIMIT;
	return OK;
}

/* What the compiler writes is never broken: all of it is run. */
static void
check_scan(const struct buf *db)
{
	struct scan_opts o = { .flags = SCAN_MATCHES | SCAN_UNMATCHED };
	struct heard h = { 0 };
	struct sink to = { &h, hear };
	struct scan *s = NULL;
	void *p = NULL;

	if (posix_memalign(&p, 64, db->n) != 0)
		abort();
	memcpy(p, db->p, db->n);
	if (CHECK(scan_new((struct bytes){ p, db->n }, &o, &s) == OK)) {
		CHECK(scan_file(s, BYTES_LIT("MZ text key abcdd aaa nobody"), &to) == OK);
		EQ_U(h.limits, 0);
		scan_free(s);
	}
	free(p);
}

/* Laid out afresh it is the same rules. */
static void
check_layout(struct bytes text, enum err want, const struct buf *db)
{
	struct buf out = { 0 }, again = { 0 };
	struct arena a;
	struct diags ds = { .arena = &a };
	enum err e;

	arena_init(&a, BUDGET);
	e = rules_format(text, "t", &a, &ds, &out);
	CHECK(e == OK || (e == ERR_SYNTAX && ds.errors > 0 && want != OK));
	if (e == OK) {
		EQ_U(compile(buf_bytes(&out), 0, &again), want);
		CHECK(bytes_eq(buf_bytes(&again), buf_bytes(db)));
	}
	arena_done(&a);
	buf_done(&out);
	buf_done(&again);
}

/*
 * Mended it is no worse: what was right is right, and what mending leaves it leaves a
 * second time.
 */
static void
check_fix(struct bytes text, enum err before)
{
	struct buf out = { 0 }, again = { 0 }, db = { 0 };
	struct arena a;
	struct diags ds = { .arena = &a };
	struct rules_env env = {
		.arena = &a, .diags = &ds, .exts = exts, .nexts = COUNT(exts)
	};
	struct rules_source src = { .file = "t", .ns = "default", .text = text };
	enum err e;

	arena_init(&a, BUDGET);
	env.modules = modules_tables(&a, &env.nmodules);
	e = rules_fix(&env, &src, &out);
	CHECK(e == OK || e == ERR_SYNTAX);
	for (const struct diag *d = ds.first; d != NULL; d = d->next)
		if (!check_diag(d, text, 0))
			break;
	if (e == OK) {
		e = compile(buf_bytes(&out), 0, &db);
		CHECK(before != OK || e == OK);
		src.text = buf_bytes(&out);
		/* where errors are left it says so, and does nothing */
		if (rules_fix(&env, &src, &again) == OK)
			CHECK(bytes_eq(buf_bytes(&out), buf_bytes(&again)));
		else
			CHECK(e == ERR_SYNTAX);
	}
	arena_done(&a);
	buf_done(&out);
	buf_done(&again);
	buf_done(&db);
}

struct sums {
	unsigned right, wrong;
};

static void
check_text(struct bytes text, struct sums *sum)
{
	struct buf db = { 0 }, yara = { 0 };
	enum err e = compile(text, 0, &db);

	sum->right += e == OK;
	sum->wrong += e != OK;
	if (compile(text, RULES_YARA_ONLY, &yara) == OK) {
		EQ_U(e, OK);
		CHECK(bytes_eq(buf_bytes(&db), buf_bytes(&yara)));
	}
	if (e == OK && sum->right % 4 == 0)
		check_scan(&db);
	if (sum->right % 8 == 0 || (e != OK && sum->wrong % 8 == 0))
		check_layout(text, e, &db);
	if ((sum->right + sum->wrong) % 8 == 0)
		check_fix(text, e);
	buf_done(&db);
	buf_done(&yara);
}

/* --- the changes
 * ------------------------------------------------------------------------ */

/* The words in lines of seven, w instead of number at; twice: behind it as well. */
static struct bytes
text_with(size_t at, const char *w, bool twice)
{
	static struct buf b;

	buf_clear(&b);
	for (size_t i = 0; i < nwords; i++) {
		buf_str(&b, i == at ? w : words[i]);
		if (i == at && twice)
			buf_printf(&b, " %s", words[i]);
		buf_u8(&b, i % 7 == 6 ? '\n' : ' ');
	}
	return buf_bytes(&b);
}

TEST(as_it_is)
{
	struct sums sum = { 0 };
	struct buf db = { 0 };
	struct bytes text;

	split();
	text = text_with(nwords, "", false);
	EQ_U(compile(text, 0, &db), OK);
	check_scan(&db);
	check_layout(text, OK, &db);
	check_text(text, &sum);
	EQ_U(sum.right, 1);
	buf_done(&db);
}

TEST(left_out_or_twice)
{
	struct sums sum = { 0 };

	split();
	for (size_t i = 0; i < nwords; i++) {
		ROW("without word %zu, %s", i, words[i]);
		check_text(text_with(i, "", false), &sum);
		ROW("word %zu twice, %s", i, words[i]);
		check_text(text_with(i, words[i], true), &sum);
	}
	CHECK(sum.right > 30 && sum.wrong > 300);
}

/* clang-format off */
static const char *const others[] = { "0", "-1", "9223372036854775807", "9223372036854775808", "1.5",
	"\"x\"", "\"\"", "/a/", "/(/", "$t", "$", "#", "@", "(", ")", "{", "}", "[", ":", ",", "..", "*", "and",
	"not", "of", "for", "all", "them", "in", "true", "filesize", "num", "rule", "{ 41 }", "{ [-] }", "// x",
	"/* x", "\\", "\x80", "\"\xff\"", "pe", "pe.sections", "one", "nobody", "defined", "1KB", "\"a" };
/* clang-format on */

TEST(another)
{
	struct sums sum = { 0 };

	split();
	for (size_t i = 0; i < nwords; i++)
		for (size_t k = i % 8; k < COUNT(others); k += 8) {
			ROW("word %zu, %s, is %s", i, words[i], others[k]);
			check_text(text_with(i, others[k], false), &sum);
		}
	CHECK(sum.right > 30 && sum.wrong > 300);
}

TEST(exchanged)
{
	struct sums sum = { 0 };
	uint64_t seed = 1;

	split();
	for (size_t i = 0; i < nwords; i++) {
		size_t k = test_random(&seed) % nwords;
		char keep[sizeof(words[0])];

		ROW("words %zu and %zu, %s %s", i, k, words[i], words[k]);
		memcpy(keep, words[i], sizeof(keep));
		memcpy(words[i], words[k], sizeof(keep));
		memcpy(words[k], keep, sizeof(keep));
		check_text(text_with(nwords, "", false), &sum);
		memcpy(words[k], words[i], sizeof(keep));
		memcpy(words[i], keep, sizeof(keep));
	}
	CHECK(sum.wrong > 300);
}

/* Some of all of these at once; MUTATE_ROUNDS and MUTATE_SEED ask for more, or others. */
TEST(by_dice)
{
	const char *rounds = getenv("MUTATE_ROUNDS"), *from = getenv("MUTATE_SEED");
	unsigned long n = rounds ? strtoul(rounds, NULL, 10) : 300;
	uint64_t seed = from ? strtoull(from, NULL, 10) : 1;
	struct sums sum = { 0 };

	for (unsigned long i = 0; i < n; i++) {
		unsigned changes = 1 + (unsigned)(test_random(&seed) % 3);

		split();
		for (unsigned k = 0; k < changes; k++) {
			size_t at = test_random(&seed) % nwords;
			const char *w = test_random(&seed) % 2
					    ? others[test_random(&seed) % COUNT(others)]
					    : words[test_random(&seed) % nwords];
			char copy[sizeof(words[0])];

			snprintf(copy, sizeof(copy), "%s", w);
			memcpy(words[at], copy, sizeof(copy));
		}
		ROW("round %lu", i);
		check_text(text_with(nwords, "", false), &sum);
	}
	CHECK(sum.wrong > 100);
}
