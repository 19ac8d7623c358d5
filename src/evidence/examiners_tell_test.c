#include "evidence/examiners_tell.h"

#include "evidence/rig.h"

static void
tell(int n, const char *more, struct buf *shown, struct buf *doubts)
{
	struct examiners e;
	struct arena a;
	struct buf text = { 0 };

	arena_init(&a, 1 << 20);
	rig_examiners(&text, n, more);
	EQ_U(examiners_parse(buf_bytes(&text), &a, &e, NULL), OK);
	examiners_show(&e, shown);
	examiners_doubts(&e, doubts);
	arena_done(&a);
	buf_done(&text);
}

TEST(shown)
{
	struct buf shown = { 0 }, doubts = { 0 };

	tell(3, "examiners 2-of-3\nproduct candor 2-of-3\npackage lib* 2-of-3 a b c\n",
	    &shown, &doubts);
	EQ_S(buf_cstr(&doubts), "");
	CHECK(strstr(buf_cstr(&shown), "examiner a (examiner.example/a, key ") != NULL);
	CHECK(strstr(buf_cstr(&shown),
		  "a program is taken when 2 of a, b, c rebuilt it, and no examiner "
		  "objects\n"
		  "the program candor is taken when 2 of a, b, c rebuilt it") != NULL);
	CHECK(strstr(buf_cstr(&shown), "the package lib* is taken when 2 of a, b, c") !=
	      NULL);
	buf_done(&shown);
	buf_done(&doubts);
}

TEST(doubted)
{
	static const struct {
		const char *more, *doubt;
	} t[] = {
		{ "examiners 1-of-3\n",
		    "line 4 of the file of examiners: one examiner is enough" },
		{ "examiners 3-of-3\n", "all must agree" },
		{ "package x 2-of-3\n",
		    "no rule of the file of examiners is about programs" },
	};

	for (size_t i = 0; i < COUNT(t); i++) {
		struct buf shown = { 0 }, doubts = { 0 };

		ROW("%s", t[i].more);
		tell(3, t[i].more, &shown, &doubts);
		CHECK(strstr(buf_cstr(&doubts), t[i].doubt) != NULL);
		buf_done(&shown);
		buf_done(&doubts);
	}
}

TEST(added)
{
	struct examiners_change c = { .name = "log", .key = VECTOR_LOG };
	struct buf text = { 0 }, out = { 0 }, again = { 0 };
	struct fault f = { 0 };

	EQ_U(examiners_add((struct bytes){ 0 }, &c, &out, &f), OK);
	EQ_S(buf_cstr(&out), "examiner log " VECTOR_LOG "\n");
	EQ_U(examiners_add(buf_bytes(&out), &c, &again, &f), ERR_FORMAT); /* twice */
	EQ_U(f.kind, FAULT_EXAMINERS);
	buf_clear(&out);
	rig_examiners(&text, 2, "# mine\nexaminers 1-of-2\npackage x 2-of-2");
	c.need = 2;
	EQ_U(examiners_add(buf_bytes(&text), &c, &out, NULL), OK);
	CHECK(strstr(buf_cstr(&out), "# mine\npackage x 2-of-2\nexaminer log " VECTOR_LOG
				     "\nexaminers 2-of-3\n") != NULL);
	buf_clear(&again);
	c = (struct examiners_change){ .need = 4 };
	EQ_U(examiners_add(buf_bytes(&out), &c, &again, NULL), ERR_FORMAT);
	c = (struct examiners_change){ .name = "x y", .key = VECTOR_W1 };
	buf_clear(&again);
	EQ_U(examiners_add(buf_bytes(&out), &c, &again, NULL), ERR_FORMAT);
	buf_done(&text);
	buf_done(&out);
	buf_done(&again);
}
