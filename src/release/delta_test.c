#include "release/delta.h"

#include "tests/tap.h"

struct row {
	const char *name, *ns, *text;
	uint8_t digest;
};

static void
add(struct ruleset *s, const struct row *row, size_t nmetas, const struct ruleset_meta *m)
{
	struct ruleset_rule r = { .ns = bytes_of(row->ns),
		.name = bytes_of(row->name),
		.file = BYTES_LIT("x/y.yar"),
		.line = 3,
		.digest = { row->digest },
		.text = bytes_of(row->text),
		.metas = m,
		.nmetas = nmetas };

	EQ_U(ruleset_add(s, &r), OK);
}

static void
fill(struct ruleset *s, const struct row *rows, size_t n)
{
	ruleset_init(s);
	for (size_t i = 0; i < n; i++)
		add(s, &rows[i], 0, NULL);
	ruleset_sort(s);
}

/* clang-format off */
static const struct row before[] = {
	{ "stays", "default", "rule stays {}", 1 },
	{ "goes", "default", "rule goes {}", 2 },
	{ "becomes", "default", "rule becomes {\n\tcondition: 1\n}", 3 },
	{ "laid_out", "default", "rule laid_out { }", 4 },
	{ "twice", "a", "rule twice {}", 5 },
};
static const struct row after[] = {
	{ "becomes", "default", "rule becomes {\r\n\tcondition: 2\n}", 33 },
	{ "stays", "default", "rule stays {}", 1 },
	{ "laid_out", "default", "rule laid_out {\n}", 4 },
	{ "twice", "a", "rule twice {}", 5 },
	{ "twice", "b", "rule twice {}", 5 },
	{ "comes", "default", "rule comes {}", 6 },
};
/* clang-format on */

TEST(what_differs)
{
	struct ruleset a, b;
	struct delta d;

	fill(&a, before, COUNT(before));
	fill(&b, after, COUNT(after));
	delta_make(&a, &b, &d);
	EQ_U(d.count[DELTA_ADDED], 2);
	EQ_U(d.count[DELTA_CHANGED], 1);
	EQ_U(d.count[DELTA_REMOVED], 1);
	EQ_U(d.same, 3);
	EQ_U(d.rules, 6);
	EQ_U(d.n, 4);
	EQ_B(d.item[0].new->name, BYTES_LIT("comes"));
	CHECK(d.item[0].old == NULL);
	EQ_B(d.item[1].new->ns, BYTES_LIT("b"));
	EQ_B(d.item[2].old->name, BYTES_LIT("becomes"));
	CHECK(d.item[2].new->digest[0] == 33);
	EQ_B(d.item[3].old->name, BYTES_LIT("goes"));
	CHECK(d.item[3].new == NULL);
	delta_done(&d);
	ruleset_done(&a);
	ruleset_done(&b);
}

TEST(as_text)
{
	struct ruleset a, b;
	struct delta d;
	struct buf out = { 0 };

	fill(&a, before, COUNT(before));
	fill(&b, after, COUNT(after));
	delta_make(&a, &b, &d);
	delta_print(&d, &out);
	EQ_S(buf_cstr(&out), "candor rules diff 1\nrules 6\nadded 2\nchanged 1\nremoved "
			     "1\nunchanged 3\n"
			     "\nadded comes  x/y.yar:3\n"
			     "\nadded b:twice  x/y.yar:3\n"
			     "\nchanged becomes  x/y.yar:3\n"
			     "    - rule becomes {\n"
			     "    - \tcondition: 1\n"
			     "    + rule becomes {\n"
			     "    + \tcondition: 2\n"
			     "\nremoved goes  x/y.yar:3\n");
	buf_done(&out);
	delta_done(&d);
	ruleset_done(&a);
	ruleset_done(&b);
}

/* Against nothing: everything is new, with the reasons that authors give. */
TEST(the_first_release)
{
	static const struct ruleset_meta metas[] = {
		{ { (const uint8_t *)"Description", sizeof("Description") - 1 },
		    BYTES_LIT("a \x1b[31mred\x1b[0m worm\nof \\x"), true },
		{ { (const uint8_t *)"hash1", sizeof("hash1") - 1 }, BYTES_LIT("0123"),
		    true },
		{ { (const uint8_t *)"reference", sizeof("reference") - 1 },
		    BYTES_LIT("https://example/1"), true },
	};
	static const struct row one = { "worm", "", "rule worm {}", 1 };
	struct ruleset none, b;
	struct delta d;
	struct buf out = { 0 };

	ruleset_init(&none);
	ruleset_init(&b);
	add(&b, &one, COUNT(metas), metas);
	b.rule[0].global = b.rule[0].private_ = true;
	delta_make(&none, &b, &d);
	delta_print(&d, &out);
	EQ_S(buf_cstr(&out),
	    "candor rules diff 1\nrules 1\nadded 1\nchanged 0\nremoved 0\nunchanged 0\n"
	    "\nadded worm  x/y.yar:3 global private\n"
	    "    Description: a \\x1b[31mred\\x1b[0m worm\\nof \\x\n"
	    "    reference: https://example/1\n");
	buf_done(&out);
	delta_done(&d);
	ruleset_done(&none);
	ruleset_done(&b);
}

TEST(no_difference)
{
	struct ruleset a;
	struct delta d;

	fill(&a, before, COUNT(before));
	delta_make(&a, &a, &d);
	EQ_U(d.n, 0);
	EQ_U(d.same, COUNT(before));
	delta_done(&d);
	ruleset_done(&a);
}
