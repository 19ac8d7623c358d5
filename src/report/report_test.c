#include "report/report.h"

#include "base/json.h"
#include "tests/tap.h"

#define NAME "a\nmalicious  r  b\xff"

static const struct bytes tags[] = { { (const uint8_t *)"t", 1 } };
static const struct finding_match matches[] = {
	{ .id = { (const uint8_t *)"$a", 2 },
	    .off = 16,
	    .len = 5,
	    .data = { (const uint8_t *)"x\ny", 3 } },
};
static const struct finding_meta metas[] = {
	{ .name = { (const uint8_t *)"n", 1 }, .type = META_INT, .i = 7 },
	{ .name = { (const uint8_t *)"s", 1 },
	    .type = META_STR,
	    .s = { (const uint8_t *)"\x1b[2J", 4 } },
};
static const struct finding hit = {
	.kind = FINDING_RULE,
	.ns = { (const uint8_t *)"default", 7 },
	.rule = { (const uint8_t *)"r", 1 },
	.tags = tags,
	.ntags = 1,
	.metas = metas,
	.nmetas = 2,
	.matches = matches,
	.nmatches = 1,
};
static const char *const other_tag[] = { "u" };
static const char *const rule_glob[] = { "q*", "r*" };

/* clang-format off */
static const struct {
	const char *name;
	struct report_opts o;
	bool found;
	const char *failed, *want;
	int exit;
} rows[] = {
	{ "clean",        { 0 }, false, NULL, "", 0 },
	{ "clean, all",   { .all = true }, false, NULL,
	  "clean  -  a\\nmalicious  r  b\\xff\n", 0 },
	{ "found",        { 0 }, true, NULL, "malicious  r  a\\nmalicious  r  b\\xff\n", 1 },
	{ "failed",       { 0 }, false, "the worker crashed\n",
	  "failed  the worker crashed\\n  a\\nmalicious  r  b\\xff\n", 2 },
	{ "both",         { 0 }, true, "late",
	  "malicious  r  a\\nmalicious  r  b\\xff\nfailed  late  a\\nmalicious  r  b\\xff\n", 1 },
	{ "everything",   { .tags = true, .metas = true, .matches = true }, true, NULL,
	  "malicious  r [t]  a\\nmalicious  r  b\\xff\n    n = 7\n    s = \"\\x1b[2J\"\n"
	  "    0x10 $a 5: x\\ny ...\n", 1 },
	{ "another tag",  { .only_tags = other_tag, .nonly_tags = 1 }, true, NULL, "", 0 },
	{ "by name",      { .only_rules = rule_glob, .nonly_rules = 2 }, true, NULL,
	  "malicious  r  a\\nmalicious  r  b\\xff\n", 1 },
	{ "json, metas",  { .json = true, .metas = true }, true, NULL,
	  "{\"type\":\"file\",\"path\":\"a\\u000amalicious  r  b\\ufffd\","
	  "\"path_hex\":\"610a6d616c6963696f757320207220206"
	  "2ff\",\"verdict\":\"malicious\",\"size\":3,"
	  "\"rules\":[{\"rule\":\"r\",\"namespace\":\"default\",\"tags\":[\"t\"],"
	  "\"metas\":[{\"name\":\"n\",\"value\":7},{\"name\":\"s\",\"value\":\"\\u001b[2J\"}]}]}\n", 1 },
	{ "json",         { .json = true, .matches = true }, true, "late",
	  "{\"type\":\"file\",\"path\":\"a\\u000amalicious  r  b\\ufffd\","
	  "\"path_hex\":\"610a6d616c6963696f757320207220206"
	  "2ff\",\"verdict\":\"malicious\",\"size\":3,"
	  "\"rules\":[{\"rule\":\"r\",\"namespace\":\"default\",\"tags\":[\"t\"],"
	  "\"matches\":[{\"id\":\"$a\",\"offset\":16,\"length\":5,\"data\":\"x\\u000ay\"}]}],"
	  "\"reasons\":[{\"kind\":\"failed\",\"text\":\"late\"}]}\n", 1 },
};
/* clang-format on */

TEST(files)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct report r = { .o = rows[i].o };
		struct report_file f = { .path = bytes_of(NAME), .size = 3 };

		ROW("%s", rows[i].name);
		if (rows[i].found)
			report_finding(&r, &f, &hit);
		report_done(&r, &f, rows[i].failed);
		EQ_S(buf_cstr(&r.out), rows[i].want);
		EQ_I(report_exit(&r), rows[i].exit);
		report_done_free(&r);
	}
}

/* A file that is scanned again says only what the second scan says. */
TEST(again)
{
	struct report r = { 0 };
	struct report_file f = { .path = bytes_of("p") };

	report_finding(&r, &f, &hit);
	report_again(&f);
	report_done(&r, &f, NULL);
	EQ_S(buf_cstr(&r.out), "");
	EQ_I(report_exit(&r), 0);
	report_done_free(&r);
}

TEST(skipped)
{
	struct report r = { 0 };

	report_skipped(&r, bytes_of("f"), "fifo", false);
	EQ_S(buf_cstr(&r.out), "skipped  fifo  f\n");
	EQ_I(report_exit(&r), 0);
	buf_clear(&r.out);
	report_skipped(&r, bytes_of("p"), "fifo", true);
	EQ_S(buf_cstr(&r.out), "skipped  fifo  p\n");
	EQ_U(r.skipped, 2);
	EQ_I(report_exit(&r), 2);
	buf_clear(&r.out);
	r.o.json = true;
	report_skipped(&r, bytes_of("a\nb"), "device", true);
	EQ_S(buf_cstr(&r.out),
	    "{\"type\":\"skipped\",\"path\":\"a\\u000ab\",\"reason\":\"device\"}\n");
	report_done_free(&r);
}

/* Bytes of hex strings and keys of xor strings; private strings are kept to oneself. */
TEST(kinds_of_matches)
{
	const struct finding_match m[] = {
		{ .id = BYTES_LIT("$h"),
		    .off = 255,
		    .len = 2,
		    .data = BYTES_LIT("\x00z"),
		    .flags = MATCH_HEX },
		{ .id = BYTES_LIT("$p"),
		    .len = 1,
		    .data = BYTES_LIT("p"),
		    .flags = MATCH_PRIVATE },
		{ .id = BYTES_LIT("$x"),
		    .len = 1,
		    .data = BYTES_LIT("x"),
		    .flags = MATCH_XOR,
		    .key = 10 },
	};
	struct report r = { .o = { .matches = true } };
	struct report_file f = { .path = bytes_of("p") };
	struct finding x = hit;

	x.matches = m;
	x.nmatches = COUNT(m);
	report_finding(&r, &f, &x);
	report_done(&r, &f, NULL);
	EQ_S(buf_cstr(&r.out),
	    "malicious  r  p\n    0xff $h 2: 00 7a\n    0x0 $x 1: x (xor 0x0a)\n");
	report_done_free(&r);
}

/* clang-format off */
static const struct {
	const char *name;
	struct report_opts o;
	bool private; /* the rule before is private: what belongs to it is not shown */
	const char *want;
} more_rows[] = {
	{ "text", { .matches = true }, false,
	  "malicious  r  p\n    0x10 $a 5: x\\ny ...\n    0x10 $a 5: x\\ny ...\n" },
	{ "text, not asked for", { 0 }, false, "malicious  r  p\n" },
	{ "json", { .json = true, .matches = true }, false,
	  "{\"type\":\"file\",\"path\":\"p\",\"verdict\":\"malicious\",\"size\":0,\"rules\":["
	  "{\"rule\":\"r\",\"namespace\":\"default\",\"tags\":[\"t\"],\"matches\":["
	  "{\"id\":\"$a\",\"offset\":16,\"length\":5,\"data\":\"x\\u000ay\"},"
	  "{\"id\":\"$a\",\"offset\":16,\"length\":5,\"data\":\"x\\u000ay\"}]}]}\n" },
	{ "json, not asked for", { .json = true }, false,
	  "{\"type\":\"file\",\"path\":\"p\",\"verdict\":\"malicious\",\"size\":0,\"rules\":["
	  "{\"rule\":\"r\",\"namespace\":\"default\",\"tags\":[\"t\"]}]}\n" },
	{ "of a private rule", { .matches = true }, true, "" },
};
/* clang-format on */

/* A rule with many matches comes in parts, and looks as if it had come in one. */
TEST(more)
{
	const struct finding rest = { .kind = FINDING_RULE,
		.flags = FINDING_MORE,
		.matches = matches,
		.nmatches = 1 };

	for (size_t i = 0; i < COUNT(more_rows); i++) {
		struct report r = { .o = more_rows[i].o };
		struct report_file f = { .path = bytes_of("p") };
		struct finding first = hit;

		ROW("%s", more_rows[i].name);
		first.flags |= more_rows[i].private ? FINDING_PRIVATE : 0;
		report_finding(&r, &f, &first);
		report_finding(&r, &f, &rest);
		report_done(&r, &f, NULL);
		EQ_S(buf_cstr(&r.out), more_rows[i].want);
		report_done_free(&r);
	}
}

/* More than is kept: the file is malicious still, and incomplete; JSON stays JSON. */
TEST(too_much)
{
	static uint8_t text[1 << 20];

	for (int json = 0; json < 2; json++) {
		struct report r = { .o = { .json = json } };
		struct report_file f = { .path = bytes_of("p") };
		const struct finding note = { .kind = FINDING_NOTE,
			.text = { text, sizeof(text) } };

		ROW("%s", json ? "json" : "text");
		for (int i = 0; i < 100; i++)
			report_finding(&r, &f, &note);
		report_finding(&r, &f, &hit);
		CHECK(f.rules.n + f.reasons.n + f.notes.n < 32 << 20);
		report_done(&r, &f, NULL);
		EQ_U(r.verdicts[VERDICT_MALICIOUS], 1);
		EQ_U(r.unscanned, 1);
		EQ_I(report_exit(&r), 1);
		CHECK(bytes_find(buf_bytes(&r.out), 0,
			  BYTES_LIT("more was found than is told")) != UINT64_MAX);
		if (json) {
			r.out.n--; /* the line's end */
			CHECK(json_valid(buf_bytes(&r.out)));
		}
		report_done_free(&r);
	}
}

/* A summary line for each way that a scan can end. */
TEST(summary)
{
	/* clang-format off */
	static const struct {
		struct report r;
		const char *want;
	} ends[] = {
		{ { .files = 1, .bytes = 999 }, "1 file, 999 bytes, 1.50 s: 0 found, everything scanned\n" },
		{ { .files = 2, .bytes = 1000 }, "2 files, 1.00 kB, 1.50 s: 0 found, everything scanned\n" },
		{ { .bytes = 12345678 }, "0 files, 12.3 MB, 1.50 s: 0 found, everything scanned\n" },
		{ { .bytes = 123456789012 }, "0 files, 123 GB, 1.50 s: 0 found, everything scanned\n" },
		{ { .bytes = 2000000000000000 }, "0 files, 2000 TB, 1.50 s: 0 found, everything scanned\n" },
		{ { .files = 3, .verdicts = { [VERDICT_MALICIOUS] = 1, [VERDICT_SUSPECT] = 2 }, .unscanned = 4, .skipped = 5 },
		  "3 files, 0 bytes, 1.50 s: 3 found (2 only suspect), 4 not fully scanned, 5 skipped\n" },
		{ { .o = { .quiet = true } }, "" },
		{ { .o = { .quiet = true, .stats = true }, .files = 3, .bytes = 3000000 },
		  "3 files, 3.00 MB, 1.50 s: 0 found, everything scanned\n"
		  "speed: 2.0 MB/s, 2 files/s\nworkers: 2 started, 1 lost\n"
		  "time in workers: reading 0.500 s, scanning 2.000 s\n"
		  "engine: 1 candidates, 2 verified, 3 rules woken, 4 conditions, 5 extra passes, 6 steps\n" },
	};
	/* clang-format on */
	const struct report_totals t = { .ms = 1500,
		.workers = 2,
		.lost = 1,
		.stats = { .candidates = 1,
		    .verified = 2,
		    .rules_live = 3,
		    .rules_run = 4,
		    .passes = 5,
		    .steps = 6,
		    .load_ns = 500000000,
		    .scan_ns = 2000000000 } };

	for (size_t i = 0; i < COUNT(ends); i++) {
		struct report r = ends[i].r;
		struct buf b = { 0 };

		ROW("%s", ends[i].want);
		report_summary(&r, &t, &b);
		EQ_S(buf_cstr(&b), ends[i].want);
		buf_done(&b);
	}
}

/* The last line of JSON holds the same figures, the exit code and, if asked, the stats.
 */
TEST(summary_json)
{
	const struct report_totals t = { .ms = 1500, .workers = 2, .stats.steps = 6 };
	struct report r = { .o = { .json = true, .stats = true },
		.files = 3,
		.bytes = 9,
		.verdicts = { [VERDICT_CLEAN] = 1,
		    [VERDICT_INCOMPLETE] = 1,
		    [VERDICT_FAILED] = 1 },
		.unscanned = 2 };
	struct buf none = { 0 };

	report_summary(&r, &t, &none);
	EQ_S(buf_cstr(&r.out),
	    "{\"type\":\"summary\",\"files\":3,\"bytes\":9,\"seconds\":1.500,\"clean\":1,"
	    "\"incomplete\":1,\"failed\":1,\"suspect\":0,\"malicious\":0,"
	    "\"not_fully_scanned\":2,\"skipped\":0,\"exit\":2,\"stats\":{"
	    "\"workers_started\":2,\"workers_lost\":0,\"read_seconds\":0.000,"
	    "\"scan_seconds\":0.000,\"candidates\":0,\"verified\":0,\"rules_woken\":0,"
	    "\"conditions\":0,\"passes\":0,\"steps\":6}}\n");
	EQ_U(none.n, 0);
	report_done_free(&r);
}
