#include "report/report.h"

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

	report_skipped(&r, bytes_of("p"), "a fifo");
	EQ_S(buf_cstr(&r.out), "skipped  a fifo  p\n");
	EQ_I(report_exit(&r), 2);
	report_done_free(&r);
}
