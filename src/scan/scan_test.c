/*
 * The engine from rules to findings, in this process: small sets are compiled, short
 * objects scanned, and what the sink was told is compared as text.
 */
#include "scan/scan_rig.h"

/* One set, one object, one answer. */
struct row {
	const char *name, *rules, *file;
	uint32_t flags;
	const char *want;
};

static void
run_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct scan_opts o = { .flags = rows[i].flags };
		struct rig r;

		ROW("%s", rows[i].name);
		rig_open(&r, rows[i].rules, &o);
		EQ_S(rig_scan(&r, test_copy(bytes_of(rows[i].file))), rows[i].want);
		rig_close(&r);
	}
}

#define TRUE_  " condition: true } "
#define FALSE_ " condition: false } "
#define ABC    " strings: $a = \"abc\" condition: $a } "

/* clang-format off */
static const struct row verdicts[] = {
	{ "no rule",            "", "abc", 0, "" },
	{ "a string",           "rule r {" ABC, "xxabc", 0, "r" },
	{ "no string",          "rule r {" ABC, "xxab", 0, "" },
	{ "an empty object",    "rule r { condition: filesize == 0 }", "", 0, "r" },
	{ "source order",       "rule b {" ABC "rule a {" TRUE_ "rule c {" ABC, "abc", 0, "b a c" },
	{ "unmatched, too",     "rule a {" TRUE_ "rule b {" FALSE_ "rule c {" ABC, "x", SCAN_UNMATCHED,
	    "a !b !c" },
	{ "private",            "private rule p {" TRUE_ "rule r { condition: p }", "", 0, "r" },
	{ "private, shown",     "private rule p {" TRUE_ "rule r { condition: p }", "", SCAN_PRIVATE,
	    "p r" },
	{ "private, unmatched", "private rule p {" FALSE_ "rule r { condition: p }", "", SCAN_UNMATCHED,
	    "!r" },
	{ "global, true",       "global rule g {" TRUE_ "rule r {" TRUE_, "", 0, "g r" },
	{ "global, false",      "global rule g {" FALSE_ "rule r {" TRUE_, "", 0, "" },
	{ "global, by string",  "global rule g {" ABC "rule r {" TRUE_, "abc", 0, "g r" },
	{ "global, no string",  "global rule g {" ABC "rule r {" TRUE_, "x", SCAN_UNMATCHED, "!g !r" },
	{ "one global of two",  "global rule g {" TRUE_ "global rule h {" FALSE_ "rule r {" TRUE_, "", 0, "" },
	{ "private global",     "private global rule g {" TRUE_ "rule r {" TRUE_, "", 0, "r" },
	{ "a rule of a rule",   "rule a {" ABC "rule b { condition: a } rule c { condition: not a }",
	    "abc", 0, "a b" },
	{ "... that is false",  "rule a {" ABC "rule b { condition: a } rule c { condition: not a }",
	    "x", 0, "c" },
	{ "a set of rules",     "rule a1 {" ABC "rule a2 {" TRUE_ "rule b { condition: all of (a*) }",
	    "abc", 0, "a1 a2 b" },
	{ "header first",       "rule r { strings: $a = \"abc\" condition: uint16(0) == 0x5a4d and $a }",
	    "abc", 0, "" },
	{ "counts",             "rule r { strings: $a = \"a\" condition: #a == 3 and @a[2] == 2 }",
	    "axaxa", 0, "r" },
	{ "a regex",            "rule r { strings: $a = /a[0-9]{2,4}b/ condition: !a[1] == 5 }",
	    "a123b", 0, "r" },
	{ "no trigger",         "rule r { strings: $a = \"abc\" condition: not $a }", "x", 0, "r" },
	{ "some of them",       "rule r { strings: $a = \"abc\" $b = \"xyz\" condition: 1 of them }",
	    "xyz", 0, "r" },
	{ "undefined is false", "rule r { condition: uint32(100) == 0 } "
	    "rule s { condition: not defined uint32(100) }", "x", 0, "s" },
};

static const struct row logs[] = {
	{ "a line", "import \"console\" rule r { condition: console.log(\"hi\") }", "", 0, ">hi r" },
	{ "source order, though the first must search",
	    "import \"console\" "
	    "rule a { strings: $a = \"abc\" condition: $a and console.log(\"1\") } "
	    "rule b { condition: console.log(\"2\") }", "abc", 0, ">1 >2 a b" },
	{ "not reached", "import \"console\" rule r { condition: false and console.log(\"1\") }",
	    "", 0, "" },
	{ "once, though it is run twice",
	    "import \"console\" "
	    "rule r { strings: $a = \"abc\" condition: console.log(\"1\") and #a > 0 }", "abc", 0,
	    ">1 r" },
};
/* clang-format on */

TEST(verdicts)
{
	run_rows(verdicts, COUNT(verdicts));
}

TEST(logs)
{
	run_rows(logs, COUNT(logs));
}

/* Globals count in their own namespace alone. */
TEST(namespaces)
{
	struct rules_source src[] = {
		{ .file = "a",
		    .ns = "one",
		    .text = BYTES_LIT("global rule g {" FALSE_ "rule r {" TRUE_) },
		{ .file = "b", .ns = "two", .text = BYTES_LIT("rule s {" TRUE_) },
	};
	struct scan_opts o = { 0 };
	struct rig r = { .db = compile(src, COUNT(src)) };

	CHECK(scan_new(r.db, &o, &r.scan) == OK);
	EQ_S(rig_scan(&r, BYTES_LIT("x")), "s");
	rig_close(&r);
}

/*
 * More rules than are tried before the first pass: rules sleep until a trigger or a
 * gate wakes them. The rows of both sizes must agree.
 */
static char *
many(const char *rules)
{
	struct buf b = { 0 };

	buf_str(&b, rules);
	for (unsigned i = 0; i < 100; i++)
		buf_printf(
		    &b, "rule z%u { strings: $a = \"filler%03u\" condition: $a } ", i, i);
	char *out = strdup(buf_cstr(&b));
	buf_done(&b);
	return out;
}

TEST(large_sets)
{
	for (size_t i = 0; i < COUNT(verdicts); i++) {
		struct scan_opts o = { .flags = verdicts[i].flags & SCAN_PRIVATE };
		char *rules;
		struct rig r;

		if (verdicts[i].flags & SCAN_UNMATCHED)
			continue;
		ROW("%s", verdicts[i].name);
		rules = many(verdicts[i].rules);
		rig_open(&r, rules, &o);
		EQ_S(rig_scan(&r, bytes_of(verdicts[i].file)), verdicts[i].want);
		rig_close(&r);
		free(rules);
	}
}

/* All of them wake, in the opposite order to the source. */
TEST(told_in_source_order)
{
	char *rules = many("");
	struct scan_opts o = { 0 };
	struct buf file = { 0 }, want = { 0 };
	struct rig r;

	for (unsigned i = 100; i-- > 0;)
		buf_printf(&file, "filler%03u ", i);
	for (unsigned i = 0; i < 100; i++)
		buf_printf(&want, "%sz%u", i ? " " : "", i);
	rig_open(&r, rules, &o);
	EQ_S(rig_scan(&r, buf_bytes(&file)), buf_cstr(&want));
	rig_close(&r);
	buf_done(&file);
	buf_done(&want);
	free(rules);
}

/* What one object left behind must not show in the next. */
TEST(many_objects)
{
	static const struct {
		const char *file, *want;
	} rows[] = {
		{ "abc", "r s" },
		{ "", "" },
		{ "abc", "r s" },
		{ "ab", "" },
		{ "xyz", "t" },
		{ "abcxyz", "r s t" },
	};
	struct scan_opts o = { 0 };
	struct rig r;

	rig_open(&r,
	    "rule r {" ABC "rule s { condition: r } "
	    "rule t { strings: $a = \"xyz\" condition: $a }",
	    &o);
	for (size_t i = 0; i < COUNT(rows); i++) {
		ROW("object %zu", i);
		EQ_S(rig_scan(&r, bytes_of(rows[i].file)), rows[i].want);
	}
	EQ_U(scan_stats(r.scan)->objects, COUNT(rows));
	EQ_U(scan_stats(r.scan)->bytes, 17);
	rig_close(&r);
}

/* States carry the number of their object; when the numbers are used up, all start anew.
 */
TEST(generations_wrap)
{
	struct scan_opts o = { 0 };
	struct rig r;

	rig_open(
	    &r, "import \"pe\" rule r {" ABC "rule s { condition: pe.is_pe == 0 }", &o);
	EQ_S(rig_scan(&r, BYTES_LIT("abc")), "r s"); /* leaves states of object 1 */
	r.scan->gen = UINT32_MAX - 1;
	EQ_S(rig_scan(&r, BYTES_LIT("abc")), "r s");
	EQ_S(rig_scan(&r, BYTES_LIT("xx")), "s"); /* wraps */
	EQ_U(r.scan->gen, 1);
	EQ_S(rig_scan(&r, BYTES_LIT("abc")), "r s");
	rig_close(&r);
}

TEST(matches)
{
	static const struct {
		const char *name, *strings;
		uint32_t flags;
		unsigned want;
	} rows[] = {
		{ "not asked for", "$a = \"a\" condition: $a", 0, 0 },
		{ "all", "$a = \"a\" condition: $a", SCAN_MATCHES, 5 },
		{ "fast: one is enough", "$a = \"a\" condition: $a",
		    SCAN_MATCHES | SCAN_FAST, 1 },
		{ "fast, but counted", "$a = \"a\" condition: #a > 1",
		    SCAN_MATCHES | SCAN_FAST, 5 },
		{ "of two strings", "$a = \"a\" $b = \"b\" condition: any of them",
		    SCAN_MATCHES, 10 },
		{ "overlapping", "$a = \"abab\" condition: $a", SCAN_MATCHES, 4 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct scan_opts o = { .flags = rows[i].flags };
		char rules[256];
		struct rig r;

		ROW("%s", rows[i].name);
		snprintf(rules, sizeof(rules), "rule r { strings: %s }", rows[i].strings);
		rig_open(&r, rules, &o);
		EQ_S(rig_scan(&r, BYTES_LIT("ababababab")), "r");
		EQ_U(r.heard.matches, rows[i].want);
		rig_close(&r);
	}
}

/* Where a match lies, what is shown of it, and what it is called. */
static enum err
look_closer(void *arg, const struct finding *f)
{
	unsigned *calls = arg;

	++*calls;
	EQ_B(f->rule, BYTES_LIT("r"));
	EQ_B(f->ns, BYTES_LIT("default"));
	EQ_U(f->flags, FINDING_GLOBAL);
	EQ_U(f->ntags, 2);
	EQ_B(f->tags[1], BYTES_LIT("t2"));
	EQ_U(f->nmetas, 3);
	EQ_I(f->metas[0].i, -3);
	EQ_U(f->metas[1].type, META_BOOL);
	EQ_B(f->metas[2].s, BYTES_LIT("text"));
	if (!EQ_U(f->nmatches, 2))
		return OK;
	EQ_B(f->matches[0].id, BYTES_LIT("$a"));
	EQ_U(f->matches[0].off, 1);
	EQ_U(f->matches[0].len, 6);
	EQ_B(f->matches[0].data, BYTES_LIT("1234")); /* match_bytes */
	EQ_U(f->matches[1].flags, MATCH_HEX | MATCH_PRIVATE);
	return OK;
}

TEST(what_a_finding_says)
{
	struct scan_opts o = { .flags = SCAN_MATCHES, .match_bytes = 4 };
	unsigned calls = 0;
	struct sink to = { &calls, look_closer };
	struct rig r;

	rig_open(&r,
	    "global rule r : t1 t2 { meta: n = -3 b = true s = \"text\" "
	    "strings: $a = \"123456\" $b = { 37 } private condition: all of them }",
	    &o);
	EQ_U(scan_file(r.scan, BYTES_LIT("x1234567"), &to), OK);
	EQ_U(calls, 1);
	rig_close(&r);
}

TEST(sink_refuses)
{
	struct scan_opts o = { 0 };
	struct rig r;

	rig_open(&r, "rule a {" TRUE_ "rule b {" TRUE_, &o);
	r.heard.answer = ERR_IO;
	EQ_S(rig_scan(&r, BYTES_LIT("x")), "a"); /* and nothing after the refusal */
	r.heard.answer = OK;
	EQ_S(rig_scan(&r, BYTES_LIT("x")), "a b");
	rig_close(&r);
}

TEST(externals)
{
	static const struct {
		const char *name;
		struct ext v;
		enum err want;
		const char *then;
	} rows[] = {
		{ "a number", { BYTES_LIT("num"), EXT_INT, .i = 7 }, OK, "n" },
		{ "a word", { BYTES_LIT("word"), EXT_STR, .s = BYTES_LIT("new") }, OK,
		    "n w" },
		{ "a flag", { BYTES_LIT("flag"), EXT_BOOL, .i = 1 }, OK, "n w f" },
		{ "a real", { BYTES_LIT("real"), EXT_FLOAT, .f = 2.5 }, OK, "n w f r" },
		{ "of another type", { BYTES_LIT("num"), EXT_STR, .s = BYTES_LIT("7") },
		    ERR_FORMAT, "n w f r" },
		{ "unknown", { BYTES_LIT("none"), EXT_INT, .i = 7 }, ERR_FORMAT,
		    "n w f r" },
		{ "back again", { BYTES_LIT("num"), EXT_INT, .i = 1 }, OK, "w f r" },
	};
	struct scan_opts o = { 0 };
	struct rig r;

	rig_open(&r,
	    "rule n { condition: num == 7 } rule w { condition: word == \"new\" } "
	    "rule f { condition: flag } rule r { condition: real > 2.0 }",
	    &o);
	EQ_S(rig_scan(&r, BYTES_LIT("x")), ""); /* the values of the database */
	for (size_t i = 0; i < COUNT(rows); i++) {
		ROW("%s", rows[i].name);
		EQ_U(scan_external(r.scan, &rows[i].v), rows[i].want);
		EQ_S(rig_scan(&r, BYTES_LIT("x")), rows[i].then);
	}
	rig_close(&r);
}

/* The smallest file that the pe parser takes: 64 + 24 + 224 bytes. */
static struct bytes
tiny_pe(uint8_t out[312])
{
	memset(out, 0, 312);
	memcpy(out, "MZ", 2);
	put_le32(out + 0x3c, 64);
	memcpy(out + 64, "PE", 2);
	put_le16(out + 64 + 4, 0x14c);
	put_le16(out + 64 + 20, 224);
	put_le16(out + 64 + 24, 0x10b);
	put_le32(out + 64 + 24 + 92, 16);
	return (struct bytes){ out, 312 };
}

#define PE_RULE                                                      \
	"import \"pe\" rule r { condition: pe.machine == 0x14c and " \
	"pe.number_of_sections == 0 }"

TEST(gates)
{
	uint8_t bytes[312];
	struct scan_opts o = { 0 };
	char *rules = many(PE_RULE);
	struct rig r;

	rig_open(&r, rules, &o);
	EQ_S(rig_scan(&r, tiny_pe(bytes)), "r");
	EQ_S(rig_scan(&r, BYTES_LIT("MZ, but no program")), "");
	EQ_S(rig_scan(&r, (struct bytes){ 0 }), "");
	rig_close(&r);
	free(rules);
}

/* The same with two sections. */
static struct bytes
named_pe(uint8_t *out, const char *first, const char *second)
{
	tiny_pe(out);
	put_le16(out + 64 + 6, 2);
	put_le16(out + 64 + 20, 224);
	memset(out + 312, 0, 80);
	memcpy(out + 312, first, strlen(first));
	memcpy(out + 352, second, strlen(second));
	return (struct bytes){ out, 392 };
}

/* Rules that wait for a value, in a set that is too large to try each. */
TEST(values)
{
	/* clang-format off */
	static const struct {
		const char *condition, *first, *second;
		bool want;
	} rows[] = {
		{ "pe.sections[1].name == \"two\"", "one", "two", true },
		{ "pe.sections[0].name == \"two\"", "one", "two", false },
		{ "for any s in pe.sections : (s.name == \"two\")", "one", "two", true },
		{ "for any i in (0..pe.number_of_sections) : (pe.sections[i].name == \"one\")",
		    "one", "two", true },
		{ "for all s in pe.sections : (s.name == \"one\")", "one", "two", false },
		{ "for all s in pe.sections : (s.name == \"one\")", "one", "one", true },
		{ "for none s in pe.sections : (s.name == \"one\")", "two", "two", true },
		{ "not pe.sections[0].name == \"one\"", "two", "one", true },
		{ "not pe.sections[0].name != \"one\"", "one", "two", true },
		{ "pe.sections[2].name == \"two\"", "one", "two", false },
		{ "not pe.sections[2].name == \"two\"", "one", "two", false },
		{ "pe.sections[0].name == \"\"", "", "two", true },
		{ "pe.sections[0].name == \"a\" or pe.sections[1].name == \"b\"", "c", "b", true },
		{ "pe.pdb_path == \"x\" or pe.sections[0].name == \"a\"", "a", "b", true },
		{ "pe.imphash() == \"0123456789abcdef\"", "a", "b", false },
	};
	/* clang-format on */
	uint8_t bytes[392];

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct scan_opts o = { 0 };
		struct buf b = { 0 };
		char *rules;
		struct rig r;

		ROW("%s", rows[i].condition);
		buf_printf(
		    &b, "import \"pe\" rule r { condition: %s }", rows[i].condition);
		rules = many(buf_cstr(&b));
		rig_open(&r, rules, &o);
		EQ_S(rig_scan(&r, named_pe(bytes, rows[i].first, rows[i].second)),
		    rows[i].want ? "r" : "");
		EQ_S(rig_scan(&r, BYTES_LIT("MZ, but no program")), "");
		rig_close(&r);
		buf_done(&b);
		free(rules);
	}
}

TEST(dump)
{
	struct scan_opts o = { .flags = SCAN_DUMP };
	uint8_t bytes[312];
	struct rig r;
	const char *text;

	rig_open(&r, "import \"pe\" rule r {" FALSE_, &o);
	text = rig_scan(&r, tiny_pe(bytes));
	CHECK(strstr(text, "pe\n") == text);
	CHECK(strstr(text, "machine = 332") != NULL);
	EQ_S(rig_scan(&r, BYTES_LIT("x")), "");
	rig_close(&r);
}

/* What is searched first, and whether that decides, hangs on the size of the object. */
static const char doubts[] =
    "rule all_of { strings: $a = \"trigger one\" $b = \"second text\" $c = \"third "
    "text\" "
    "$d = /fourth [a-z]{3}t/ condition: all of them } "
    "rule two_of { strings: $a = \"trigger one\" $b = \"second text\" $c = \"third "
    "text\" "
    "$d = /fourth [a-z]{3}t/ condition: $a and 2 of ($b, $c, $d) } "
    "rule none_of { strings: $a = \"trigger one\" $b = \"second text\" $c = \"third "
    "text\" "
    "condition: $a and not $b and not $c } "
    "rule counts { strings: $a = \"trigger one\" $b = \"second text\" $d = /fourth "
    "[a-z]{3}t/ "
    "condition: $a and #b > 0 and @d[1] > 10 } "
    "rule at_end { strings: $a = \"trigger one\" $b = \"second text\" $c = \"third "
    "text\" "
    "condition: $a and $b in (filesize - 2000..filesize) and ($c or filesize < 9) } "
    "rule follows { strings: $a = \"trigger one\" $c = \"third text\" condition: two_of "
    "and $a and $c }";

TEST(doubts_decide_as_a_search_for_all)
{
	static const char *const texts[] = { "trigger one", "second text", "third text",
		"fourth text" };
	enum { SMALL = 4000, BIG = 100000 };
	struct scan_opts o = { 0 };
	uint8_t *p = malloc(BIG);
	uint64_t before, passes[2];
	struct rig r;

	rig_open(&r, doubts, &o);
	for (unsigned has = 0; has < 16; has++) {
		char want[100];

		ROW("texts %x", has);
		for (size_t n = SMALL; n <= BIG; n += BIG - SMALL) {
			before = scan_stats(r.scan)->passes;
			memset(p, '.', n);
			for (size_t i = 0; i < COUNT(texts); i++)
				if (has >> i & 1)
					memcpy(p + n - 1000 + 100 * i, texts[i],
					    strlen(texts[i]));
			if (n == SMALL)
				snprintf(want, sizeof(want), "%s",
				    rig_scan(&r, (struct bytes){ p, n }));
			else
				EQ_S(rig_scan(&r, (struct bytes){ p, n }), want);
			passes[n == BIG] = scan_stats(r.scan)->passes - before;
		}
		CHECK((has & 1) != 0 || want[0] == '\0');
		CHECK(passes[1] <= passes[0] + 2);
	}
	EQ_S(rig_scan(&r, (struct bytes){ p, BIG }),
	    "all_of two_of counts at_end follows");
	rig_close(&r);
	free(p);
}

/* The same of a value that is sought: what it is may not be known, but that is told. */
TEST(spent_memory_hides_no_value)
{
	char *rules = many("import \"pe\" rule r { condition: "
			   "for any s in pe.sections : (s.name == \"two\") }");
	uint8_t bytes[392];

	for (uint64_t memory = 1; memory < 1 << 16; memory += memory / 3 + 1) {
		struct scan_opts o = { .memory = memory };
		struct rig r;

		ROW("%u bytes", (unsigned)memory);
		rig_open(&r, rules, &o);
		rig_scan(&r, named_pe(bytes, "one", "two"));
		CHECK(r.heard.limits > 0 || strcmp(buf_cstr(&r.heard.text), "r") == 0);
		rig_close(&r);
	}
	free(rules);
}

/*
 * Whatever budget the memory ends in, the object is told as incomplete or the rule
 * as matched: never nothing. Each row would match with memory enough.
 */
TEST(spent_memory_is_never_clean)
{
	/* clang-format off */
	static const char *const rules[] = {
		PE_RULE,
		"import \"hash\" rule r { condition: "
		    "hash.md5(0, 2) == \"ac6ad5d9b99757c3a878f2d275ace198\" }",
		"rule r { strings: $a = \"M\" $b = /[A-Z]+x?/ condition: #a + #b > 0 }",
		"import \"math\" rule r { condition: math.to_string(filesize) == \"312\" }",
		"import \"pe\" rule r { condition: for all d in pe.data_directories : ( d.size == 0 ) "
		    "and pe.is_32bit() }",
	};
	/* clang-format on */
	uint8_t bytes[312];

	for (size_t i = 0; i < COUNT(rules); i++)
		for (uint64_t memory = 1; memory < 1 << 16; memory += memory / 3 + 1) {
			struct scan_opts o = { .memory = memory };
			struct rig r;

			ROW("rule %zu, %u bytes", i, (unsigned)memory);
			rig_open(&r, rules[i], &o);
			rig_scan(&r, tiny_pe(bytes));
			CHECK(r.heard.limits > 0 ||
			      strcmp(buf_cstr(&r.heard.text), "r") == 0);
			rig_close(&r);
		}
}

/* A report counts for all objects, until another one is given; without one each says no.
 */
TEST(given)
{
	static const char mutex[] = "{\"behavior\":{\"summary\":{\"mutexes\":[\"m\"]}}}";
	struct bytes file = BYTES_LIT("x"), cuckoo = BYTES_LIT("cuckoo");
	struct scan_opts o = { 0 };
	const char *why = NULL;
	struct rig r;

	rig_open(
	    &r, "import \"cuckoo\" rule r { condition: cuckoo.sync.mutex(/m/) }", &o);
	EQ_S(rig_scan(&r, file), "");
	EQ_U(scan_give(r.scan, cuckoo, bytes_of(mutex), &why), OK);
	EQ_S(rig_scan(&r, file), "r");
	EQ_S(rig_scan(&r, file), "r");
	EQ_U(scan_give(r.scan, cuckoo, BYTES_LIT("{}"), &why), OK);
	EQ_S(rig_scan(&r, file), "");
	EQ_U(scan_give(r.scan, BYTES_LIT("pe"), BYTES_LIT("-"), &why), OK);
	EQ_U(scan_give(r.scan, BYTES_LIT("nobody"), BYTES_LIT("-"), &why), OK);
	EQ_U(scan_give(r.scan, cuckoo, BYTES_LIT("-"), &why), ERR_FORMAT);
	EQ_S(why, "it is not JSON");
	EQ_S(rig_scan(&r, file), "");
	rig_close(&r);
}

/* A rule over magic, in a host that has no libmagic, is not silent: nobody can tell. */
TEST(not_given)
{
	struct scan_opts o = { 0 };
	struct rig r;

	rig_open(&r,
	    "import \"magic\" rule r { condition: filesize > 0 and magic.type() == "
	    "\"data\" }",
	    &o);
	EQ_U(r.scan->db.head->needs, FORMAT_NEED_MAGIC);
	EQ_S(rig_scan(&r, BYTES_LIT("x")), "LIMIT");
	EQ_S(rig_scan(&r, (struct bytes){ 0 }), "");
	rig_close(&r);
	rig_open(&r, "import \"pe\" rule r { condition: pe.is_pe == 1 }", &o);
	EQ_U(r.scan->db.head->needs, 0);
	rig_close(&r);
}

/* More matches than are kept of one pattern: said, and the rule still counts. */
TEST(too_many_matches)
{
	struct scan_opts o = { 0 };
	size_t n = HITS_MATCHES_MAX + 10;
	uint8_t *p = malloc(n);
	struct rig r;

	memset(p, 'a', n);
	rig_open(&r, "rule r { strings: $a = \"aa\" condition: #a > 10 }", &o);
	EQ_S(rig_scan(&r, (struct bytes){ p, n }), "LIMIT r");
	EQ_S(rig_scan(&r, (struct bytes){ p, 100 }), "r");
	rig_close(&r);
	free(p);
}

/* Every byte of a database damaged in turn: it is refused, or scans without harm. */
TEST(damaged_database)
{
	struct rules_source src = { .file = "test",
		.ns = "default",
		.text = BYTES_LIT(
		    "import \"pe\" rule r : t { meta: m = 1 strings: $a = \"abc\" "
		    "condition: $a and pe.is_pe == 0 } global rule g {" TRUE_) };
	struct scan_opts o = { .flags = SCAN_MATCHES | SCAN_UNMATCHED };
	struct rig r = { .db = compile(&src, 1) };
	uint8_t *p = (uint8_t *)(uintptr_t)r.db.p;
	size_t step = r.db.n / 1500 + 1;

	for (size_t i = 0; i < r.db.n; i += i < 512 ? 1 : step) {
		p[i] ^= 0x81;
		r.scan = NULL;
		if (scan_new(r.db, &o, &r.scan) == OK)
			rig_scan(&r, BYTES_LIT("xabc"));
		scan_free(r.scan);
		p[i] ^= 0x81;
	}
	r.scan = NULL;
	rig_close(&r);
}
