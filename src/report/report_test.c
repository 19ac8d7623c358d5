#include "report/report.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/sys.h"
#include "base/text.h"
#include "tests/tap.h"

/* BYTES_LIT for tables; json_valid wants ASCII, and letters are nobody's syntax. */
#define BYTES_INIT(s)                               \
	{                                           \
		(const uint8_t *)(s), sizeof(s) - 1 \
	}
static struct bytes
ascii_of(struct bytes line)
{
	struct bytes copy = test_copy(line);

	for (size_t i = 0; i < copy.n; i++)
		if (copy.p[i] >= 0x80)
			((uint8_t *)(uintptr_t)copy.p)[i] = 'x';
	return copy;
}

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
		{ { .bytes = 999499 }, "0 files, 999 kB, 1.50 s: 0 found, everything scanned\n" },
		{ { .bytes = 999500 }, "0 files, 1.00 MB, 1.50 s: 0 found, everything scanned\n" },
		{ { .bytes = UINT64_MAX }, "0 files, 18446744 TB, 1.50 s: 0 found, everything scanned\n" },
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

/* --- names of strangers, in each place and each form ----------------------------- */

/* clang-format off */
static const struct {
	const char *name;
	struct bytes text;
} hostile[] = {
	{ "empty",                  BYTES_INIT("") },
	{ "plain",                  BYTES_INIT("plain") },
	{ "a line of its own",      BYTES_INIT("x\nmalicious  r  /bin/ls\n") },
	{ "a carriage return",      BYTES_INIT("x\rclean  -  y") },
	{ "a terminal's commands",  BYTES_INIT("\x1b]0;t\x07\x1b[2K\x1b[1A\x9b" "2J") },
	{ "C1 as UTF-8",            BYTES_INIT("\xc2\x9b" "2J\xc2\x85") },
	{ "NUL and backspace",      BYTES_INIT("a\0b\x08\x7f") },
	{ "right to left",          BYTES_INIT("gpj.\xe2\x80\xae" "exe\xe2\x81\xa6\xe2\x80\x8f\xd8\x9c") },
	{ "line and paragraph ends", BYTES_INIT("a\xe2\x80\xa8" "b\xe2\x80\xa9" "c") },
	{ "unseen letters",         BYTES_INIT("a\xe2\x80\x8b\xef\xbb\xbf\xe3\x85\xa4\xcd\x8f\xf3\xa0\x81\x81") },
	{ "no UTF-8",               BYTES_INIT("\xff\xfe\x80\xc3") },
	{ "overlong",               BYTES_INIT("\xc0\x8a\xe0\x80\x8a\xf0\x80\x80\x8a") },
	{ "surrogates",             BYTES_INIT("\xed\xa0\xbd\xed\xb8\x80") },
	{ "beyond Unicode",         BYTES_INIT("\xf4\x90\x80\x80\xf8\x88\x80\x80\x80") },
	{ "a path of its own",      BYTES_INIT("x  /bin/ls") },
	{ "blanks only",            BYTES_INIT("    ") },
	{ "blanks around",          BYTES_INIT(" x ") },
	{ "quotes and escapes",     BYTES_INIT("\"},{\"path\":\"/bin/ls\\n\\\\u000a\\") },
	{ "letters of many",        BYTES_INIT("\xc3\xa9\xe6\xbc\xa2\xf0\x9f\x90\x9f") },
};
/* clang-format on */

/* Everything that a worker may say, said with s wherever bytes may stand. */
static void
say_all(struct report *r, struct bytes s)
{
	const struct bytes tag[] = { s, s };
	const struct finding_meta meta[] = {
		{ .name = s, .type = META_STR, .s = s },
		{ .name = s, .type = META_BOOL, .i = 2 },
		{ .name = s, .type = META_INT, .i = INT64_MIN },
	};
	const struct finding_match match[] = {
		{ .id = s, .off = UINT64_MAX, .len = UINT64_MAX, .data = s, .region = s },
		{ .id = s, .len = s.n, .data = s, .flags = MATCH_HEX | MATCH_XOR },
	};
	struct finding x = { .kind = FINDING_RULE,
		.ns = s,
		.rule = s,
		.text = s,
		.tags = tag,
		.ntags = COUNT(tag),
		.metas = meta,
		.nmetas = COUNT(meta),
		.matches = match,
		.nmatches = COUNT(match) };
	struct report_file f = { .path = s, .size = UINT64_MAX };
	char *why = xcalloc(1, s.n + 1);

	if (s.n > 0)
		memcpy(why, s.p, s.n);
	report_finding(r, &f, &x);
	x.flags = FINDING_MORE;
	report_finding(r, &f, &x);
	x.flags = 0;
	for (int k = FINDING_NOTE; k <= FINDING_FAILED; k++) {
		x.kind = (enum finding_kind)k;
		report_finding(r, &f, &x);
	}
	report_done(r, &f, why);
	report_skipped(r, s, why, true);
	free(why);
}

/* Lines of a report for people, by hand: what they begin with, and their three parts. */
static void
look_at_line(struct bytes line, const char *path)
{
	uint64_t one = bytes_find(line, 0, BYTES_LIT("  "));
	uint64_t two = bytes_find(line, num_add(one, 2), BYTES_LIT("  "));

	if (line.n > 4 && bytes_eq(bytes_sub(line, 0, 4), BYTES_LIT("    ")))
		return; /* belongs to the one above */
	if (CHECK(one != UINT64_MAX && two != UINT64_MAX))
		EQ_B(bytes_from(line, two + 2), bytes_of(path));
}

/* No byte but of printable UTF-8, no more lines than were said, and the path is the path.
 */
TEST(hostile_text)
{
	for (size_t i = 0; i < COUNT(hostile); i++) {
		struct report r = { .o = {
					.matches = true, .tags = true, .metas = true } };
		struct buf path = { 0 };
		unsigned lines = 0;

		ROW("%s", hostile[i].name);
		say_all(&r, hostile[i].text);
		text_escape(&path, hostile[i].text);
		for (size_t at = 0; at < r.out.n; lines++) {
			size_t nl =
			    (size_t)bytes_find(buf_bytes(&r.out), at, BYTES_LIT("\n"));
			struct bytes line = bytes_sub(buf_bytes(&r.out), at, nl - at);
			struct buf again = { 0 };

			if (!CHECK(line.p != NULL))
				break;
			text_show(&again, line); /* nothing is left to be escaped */
			EQ_B(buf_bytes(&again), line);
			look_at_line(line, buf_cstr(&path));
			buf_done(&again);
			at = nl + 1;
		}
		/* a rule, 3 metas, 2 matches twice, 3 notes, 2 reasons, failed, skipped
		 */
		EQ_U(lines, 1 + 3 + 4 + 3 + 2 + 1 + 1);
		buf_done(&path);
		report_done_free(&r);
	}
}

/* A line of JSON for the file and one for the skipped, each one value, and a summary. */
TEST(hostile_json)
{
	for (size_t i = 0; i < COUNT(hostile); i++) {
		const struct report_totals t = { .ms = UINT64_MAX };
		struct buf none = { 0 }, hex = { 0 };
		char *local = xcalloc(1, hostile[i].text.n + 1);
		struct report r = { .o = { .json = true,
					.matches = true,
					.metas = true,
					.stats = true,
					.origin = { REPORT_RELEASE, "stable", local, 1, 2,
					    local, 3 } } };
		unsigned lines = 0;

		ROW("%s", hostile[i].name);
		memcpy(local, hostile[i].text.p, hostile[i].text.n);
		say_all(&r, hostile[i].text);
		report_summary(&r, &t, &none);
		EQ_U(none.n, 0);
		for (size_t at = 0; at < r.out.n; lines++) {
			size_t nl =
			    (size_t)bytes_find(buf_bytes(&r.out), at, BYTES_LIT("\n"));
			struct bytes line = bytes_sub(buf_bytes(&r.out), at, nl - at);

			CHECK(line.n > 2 && line.p[0] == '{' && text_is_utf8(line));
			CHECK(json_valid(ascii_of(line)));
			at = nl + 1;
		}
		EQ_U(lines, 3);
		/* what is no text stands beside it whole, in hex */
		for (size_t k = 0; k < hostile[i].text.n; k++)
			buf_printf(&hex, "%02x", hostile[i].text.p[k]);
		EQ_U(
		    bytes_find(buf_bytes(&r.out), 0, BYTES_LIT("path_hex")) != UINT64_MAX,
		    !text_is_utf8(hostile[i].text));
		if (!text_is_utf8(hostile[i].text))
			CHECK(bytes_find(buf_bytes(&r.out), 0, buf_bytes(&hex)) !=
			      UINT64_MAX);
		buf_done(&hex);
		free(local);
		report_done_free(&r);
	}
}

/* Colours stand around the verdict only, and every one that begins ends on its line. */
TEST(colour)
{
	static const struct {
		enum finding_kind kind;
		bool suspect;
		const char *want;
	} says[] = {
		{ FINDING_RULE, false, "\033[1;31mmalicious\033[m  r  p\\x1b[m\n" },
		{ FINDING_RULE, true, "\033[1;33msuspect\033[m  r  p\\x1b[m\n" },
		{ FINDING_LIMIT, false, "\033[33mincomplete\033[m  r: t  p\\x1b[m\n" },
		{ FINDING_FAILED, false, "\033[33mfailed\033[m  r: t  p\\x1b[m\n" },
		{ FINDING_NOTE, false, "note  t  p\\x1b[m\nclean  -  p\\x1b[m\n" },
	};
	static const struct bytes suspect[] = { BYTES_INIT("suspect") };

	for (size_t i = 0; i < COUNT(says); i++) {
		struct report r = { .o = { .colour = true, .all = true } };
		struct report_file f = { .path = BYTES_LIT("p\x1b[m") };
		const struct finding x = { .kind = says[i].kind,
			.ns = BYTES_LIT("default"),
			.rule = BYTES_LIT("r"),
			.text = BYTES_LIT("t"),
			.tags = suspect,
			.ntags = says[i].suspect };

		ROW("%zu", i);
		report_finding(&r, &f, &x);
		report_done(&r, &f, NULL);
		EQ_S(buf_cstr(&r.out), says[i].want);
		report_done_free(&r);
	}
}

/* A megabyte of name is a megabyte, escaped at most four times as long, on one line. */
TEST(very_long)
{
	static uint8_t name[1 << 20];

	for (unsigned fill = 0; fill < 256; fill += 51) {
		struct report r = { 0 };
		struct report_file f = { .path = { name, sizeof(name) } };

		ROW("of %02x", fill);
		memset(name, (int)fill, sizeof(name));
		report_finding(&r, &f, &hit);
		report_done(&r, &f, NULL);
		CHECK(r.out.n > sizeof(name) && r.out.n < 4 * sizeof(name) + 100);
		EQ_U(bytes_find(buf_bytes(&r.out), 0, BYTES_LIT("\n")), r.out.n - 1);
		report_done_free(&r);
	}
}

/* Whose rule it was: said only where rules of several may be in use. */
TEST(origins)
{
	static const struct {
		enum report_origin_kind kind;
		const char *local, *ns, *want;
	} from[] = {
		{ REPORT_GIVEN, NULL, "local", NULL },
		{ REPORT_GIVEN, "/etc/candor/rules", "local", NULL },
		{ REPORT_RELEASE, NULL, "local", "\"source\":\"release\"" },
		{ REPORT_RELEASE, "/r", "local", "\"source\":\"local\"" },
		{ REPORT_RELEASE, "/r", "locals", "\"source\":\"release\"" },
		{ REPORT_BASE, NULL, "default", "\"source\":\"base\"" },
		{ REPORT_BASE, "/r", "local", "\"source\":\"local\"" },
	};

	for (size_t i = 0; i < COUNT(from); i++) {
		struct report r = {
			.o = { .json = true,
			    .origin = { .kind = from[i].kind, .local = from[i].local } }
		};
		struct report_file f = { .path = BYTES_LIT("p") };
		struct finding x = hit;
		const char *want = from[i].want ? from[i].want : "source";

		ROW("%zu", i);
		x.ns = bytes_of(from[i].ns);
		report_finding(&r, &f, &x);
		report_done(&r, &f, NULL);
		EQ_U(bytes_find(buf_bytes(&r.out), 0, bytes_of(want)) != UINT64_MAX,
		    from[i].want != NULL);
		report_done_free(&r);
	}
}

/* The line about the rules, for people. */
TEST(origin_line)
{
	/* clang-format off */
	static const struct { struct report_origin o; const char *want; } lines[] = {
		{ { .kind = REPORT_GIVEN, .local = "/r", .nlocal = 1 }, "" },
		{ { .kind = REPORT_BASE }, "rules: base\n" },
		{ { .kind = REPORT_BASE, .local = "/a\nb", .nlocal = 1 },
		  "rules: base, and local ones from 1 file in /a\\nb\n" },
		{ { REPORT_RELEASE, "stable", "log.example/\x1b[m", 7, 12, NULL, 0 },
		  "rules: stable 7 (log.example/\\x1b[m 12)\n" },
		{ { REPORT_RELEASE, "beta", "l", UINT64_MAX, 0, "/r", 2 },
		  "rules: beta 18446744073709551615 (l 0), and local ones from 2 files in /r\n" },
	};
	/* clang-format on */
	static const char head[] =
	    "0 files, 0 bytes, 0.00 s: 0 found, everything scanned\n";
	const struct report_totals t = { 0 };

	for (size_t i = 0; i < COUNT(lines); i++) {
		struct report r = { .o = { .origin = lines[i].o } };
		struct buf b = { 0 };

		ROW("%zu", i);
		report_summary(&r, &t, &b);
		EQ_S(buf_cstr(&b) + sizeof(head) - 1, lines[i].want);
		buf_done(&b);
	}
}
