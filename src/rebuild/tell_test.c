/*
 * tell_test.c - results for people and programs: the verdict first, whatever a name
 * holds.
 */
#include "rebuild/tell.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "tests/tap.h"

static const uint8_t vendor[32] = { 1 };

/* One artefact with everything that can be said about it; a bundle of nothing. */
struct world {
	struct bundle bundle;
	struct rebuild_plan plan;
	struct rebuild r;
	struct rebuild_artefact a;
	struct take_file made;
	struct closure_file input[2];
	uint8_t origin[2];
	struct tell tell;
};

static void
world_init(struct world *w, enum rebuild_result result)
{
	struct rebuild_pair *p;

	memset(w, 0, sizeof(*w));
	w->bundle.label.product = bytes_of("hello");
	w->bundle.label.version = bytes_of("2.10");
	w->plan = (struct rebuild_plan){ .bundle = &w->bundle };
	w->made = (struct take_file){ .name = (char *)(uintptr_t) "x", .fd = -1 };
	w->input[0].name = (char *)(uintptr_t) "/usr/bin/cc";
	w->input[1].name = (char *)(uintptr_t) "source/a\x1b[31m.c";
	w->origin[0] = w->origin[1] = 1;
	w->a = (struct rebuild_artefact){ .name = "x\nfake: yes",
		.vendor = vendor,
		.made = { &w->made, &w->made },
		.result = result,
		.as_other = true,
		.origin = w->origin,
		.sources = 1,
		.inputs = 2 };
	w->r.pairs = 1;
	w->r.varied = VARY_ALL;
	p = &w->r.pair[0];
	*p = (struct rebuild_pair){ .artefact = &w->a, .n = 1, .result = result };
	for (size_t i = 0; i < 2; i++) {
		vary_make(i == 0 ? VARY_NONE : VARY_ALL, &(struct vary_host){ 2, NULL },
		    &p->build[i].world);
		p->build[i].closure = (struct closure){ w->input, 2, 2, true, { 0 } };
	}
	w->tell = (struct tell){ &w->plan, &w->r, "0.1", 1700000000, false };
}

static bool
has(struct bytes text, const char *what)
{
	return bytes_find(text, 0, bytes_of(what)) != UINT64_MAX;
}

TEST(verdict_first)
{
	static const struct {
		enum rebuild_result result;
		const char *line, *word;
	} rows[] = {
		{ REBUILD_SAME, "bit-identical: yes, 1 artefact", "bit-identical" },
		{ REBUILD_DIFFERS, "bit-identical: NO: 1 of 1 artefact is not",
		    "differs" },
		{ REBUILD_MISSING, "bit-identical: NO", "missing" },
		{ REBUILD_UNSURE, "bit-identical: not shown", "inconclusive" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf text = { 0 }, json = { 0 };
		struct world w;

		ROW("%s", rows[i].word);
		world_init(&w, rows[i].result);
		tell_text(&w.tell, &text);
		tell_json(&w.tell, &json);
		CHECK(bytes_find(buf_bytes(&text), 0, bytes_of(rows[i].line)) == 0);
		EQ_S(tell_result(rows[i].result), rows[i].word);
		CHECK(has(buf_bytes(&json), rows[i].word));
		CHECK(json_valid(bytes_clip(buf_bytes(&json), 0, json.n - 1)));
		buf_done(&text);
		buf_done(&json);
	}
}

/* A name can forge neither a line nor a colour, and the closure is still exact. */
TEST(names_are_escaped)
{
	struct buf text = { 0 }, closure = { 0 };
	struct world w;

	world_init(&w, REBUILD_SAME);
	w.tell.full = true;
	tell_text(&w.tell, &text);
	tell_closure(&w.tell, &closure);
	CHECK(!has(buf_bytes(&text), "\nfake: yes"));
	CHECK(has(buf_bytes(&text), "x\\nfake: yes"));
	CHECK(!has(buf_bytes(&closure), "\n# x\nfake"));
	CHECK(has(buf_bytes(&closure), "  /usr/bin/cc\n"));
	buf_done(&text);
	buf_done(&closure);
}

TEST(what_is_warned_of)
{
	struct buf text = { 0 };
	struct world w;

	world_init(&w, REBUILD_SAME);
	w.r.varied &= ~(1u << VARY_CPUS);
	w.r.pair[0].build[1].closure.complete = false;
	tell_text(&w.tell, &text);
	CHECK(has(buf_bytes(&text), "warning: built with the programs of this machine"));
	CHECK(has(buf_bytes(&text), "not varied"));
	CHECK(has(buf_bytes(&text), "the list is incomplete"));
	buf_done(&text);
}

TEST(guilty)
{
	static const struct {
		unsigned bits;
		const char *want;
	} rows[] = { { 0, "" }, { 1u << VARY_PATH, "path" },
		{ 1u << VARY_HOST | 1u << VARY_USER, "host, user" },
		{ REBUILD_BY_ITSELF, "randomness" } };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf b = { 0 };

		ROW("%s", rows[i].want);
		tell_guilty(rows[i].bits, &b);
		EQ_S(buf_cstr(&b), rows[i].want);
		buf_done(&b);
	}
}

/* Everything that may stand in a result at one time is still one valid value. */
TEST(everything)
{
	static const uint8_t tail[] = "line one\n\x1b[2Jline two";
	struct buf text = { 0 }, json = { 0 };
	struct build *b;
	struct world w;

	world_init(&w, REBUILD_DIFFERS);
	w.plan.blame = true;
	w.a.as_other = false;
	w.a.guilty = 1u << VARY_TIME;
	w.a.to_vendor = (struct explain){ .asked = true, .classes = 1u << DIFF_CODE };
	w.r.pairs = 2;
	w.r.pair[1] = w.r.pair[0];
	w.r.pair[1].toolchain = "clang";
	b = &w.r.pair[0].build[0];
	b->end = BUILD_FAILED;
	b->status = 7;
	b->full = b->talkative = true;
	buf_put(&b->tail, tail, sizeof(tail) - 1);
	tell_text(&w.tell, &text);
	tell_json(&w.tell, &json);
	CHECK(json_valid(bytes_clip(buf_bytes(&json), 0, json.n - 1)));
	CHECK(has(buf_bytes(&text), "CODE DIFFERS"));
	CHECK(
	    has(buf_bytes(&text), "exit code 7; its space was used up; it printed more"));
	CHECK(has(buf_bytes(&text), "guilty: time"));
	CHECK(has(buf_bytes(&text), "with clang:"));
	CHECK(!has(buf_bytes(&text), "\x1b"));
	buf_done(&b->tail);
	buf_done(&text);
	buf_done(&json);
}

/* A second toolchain that made nothing is not passed over, nor one that nobody used. */
TEST(other_toolchains)
{
	struct buf text = { 0 }, json = { 0 };
	struct rebuild_artefact none = { .name = "x", .vendor = vendor };
	struct world w;

	world_init(&w, REBUILD_SAME);
	w.r.pairs = 3;
	w.r.pair[1] = w.r.pair[2] = w.r.pair[0];
	w.r.pair[1].toolchain = "nocc";
	w.r.pair[1].build[0].end = w.r.pair[1].build[1].end = BUILD_FAILED;
	w.r.pair[1].result = none.result = REBUILD_UNSURE;
	w.r.pair[1].artefact = &none;
	none.origin = w.origin;
	w.r.pair[2].toolchain = "clang";
	w.r.pair[2].build[0].unused = true;
	CHECK(!rebuild_is_made(&w.r.pair[1]) && rebuild_is_made(&w.r.pair[2]));
	CHECK(!rebuild_is_same(&w.r));
	tell_text(&w.tell, &text);
	tell_json(&w.tell, &json);
	CHECK(has(buf_bytes(&text), "rebuilt twice; NOT MADE with nocc\n"));
	CHECK(has(buf_bytes(&text), "with nocc: NOT MADE\n"));
	CHECK(has(buf_bytes(&text), "the first build did not leave it\n"));
	CHECK(has(buf_bytes(&text), "'clang' was NOT USED"));
	CHECK(
	    has(buf_bytes(&json), "\"toolchain\":\"nocc\",\"result\":\"inconclusive\""));
	CHECK(has(buf_bytes(&json), "\"compilerUsed\":false"));
	CHECK(json_valid(bytes_clip(buf_bytes(&json), 0, json.n - 1)));
	w.r.pairs = 1;
	CHECK(rebuild_is_same(&w.r));
	buf_done(&text);
	buf_done(&json);
}

/* Whose signature it is: said, and said when nobody judged it. */
TEST(signer)
{
	static const char *const words[] = { "warning: whose signature",
		"whom you trust" };

	for (size_t i = 0; i < COUNT(words); i++) {
		struct buf text = { 0 }, json = { 0 };
		struct verify_out seals = { .trusted = i == 1 };
		struct world w;

		ROW("%s", words[i]);
		world_init(&w, REBUILD_SAME);
		seals.key.name = bytes_of("vendor.example/x");
		w.plan.seals = &seals;
		tell_text(&w.tell, &text);
		tell_json(&w.tell, &json);
		CHECK(has(buf_bytes(&text), "signed by vendor.example/x+"));
		CHECK(has(buf_bytes(&text), words[i]));
		CHECK(has(buf_bytes(&json),
		    i ? "\"signerTrusted\":true" : "\"signerTrusted\":false"));
		buf_done(&text);
		buf_done(&json);
	}
}

/* What nobody promised, and what is no file, is named; a page stands to the right. */
TEST(the_page)
{
	static char extra[] = "extra", link[] = "x\nfake: yes", dir[] = "dir";
	struct take_file file[] = { { .name = extra, .fd = -1 } };
	struct take_odd odd[] = { { dir, "an empty folder" },
		{ link, "a symbolic link" } };
	struct buf text = { 0 }, json = { 0 };
	struct world w;

	world_init(&w, REBUILD_MISSING);
	w.r.pair[0].build[0].take =
	    (struct take){ .file = file, .n = 1, .odd = odd, .nodd = 2, .whole = true };
	w.a.made[0] = NULL;
	w.a.as_other = false;
	w.a.between = (struct explain){ .asked = true };
	buf_str(&w.a.between.text, "\nobject\n  code  f\n");
	tell_text(&w.tell, &text);
	tell_json(&w.tell, &json);
	CHECK(has(buf_bytes(&text), "first build left a symbolic link in its place\n"));
	CHECK(has(
	    buf_bytes(&text), "promised by nobody:\n      extra\n      dir: an empty"));
	CHECK(has(buf_bytes(&text), "\n    object\n      code  f\n"));
	CHECK(has(buf_bytes(&json), "\"extraFiles\":[\"extra\",\"dir\""));
	CHECK(has(buf_bytes(&json), "\"instead\":{\"first\":\"a symbolic link\"}"));
	buf_done(&w.a.between.text);
	buf_done(&text);
	buf_done(&json);
}
