/* Lists of names, links, claims, packages; and where a link may lead. */
#include "handover/lists.h"

#include "handover/layout.h"
#include "tests/tap.h"

/* clang-format off */
static const struct {
	const char *name, *target;
	bool ok;
} targets[] = {
	{ "a", "b", true },
	{ "a", "b/c", true },
	{ "a", "./b", true },
	{ "d/a", "../b", true },
	{ "d/a", "..", true },
	{ "d/e/a", "../../b/c", true },
	{ "a", ".", true },
	{ "a", "b/", true },
	{ "a", "...", true },
	{ "a", "..b", true },
	{ "a", "", false },
	{ "a", "/", false },
	{ "a", "/etc/passwd", false },
	{ "a", "..", false },
	{ "a", "../a", false },
	{ "d/a", "../../b", false },
	{ "d/a", "../..", false },
	{ "a", "b/../c", false },     /* b may be a link to a place that is less deep */
	{ "a", "b/../../c", false },
	{ "d/a", "./../../b", false },
	{ "d/a", ".././b", true },
	{ "d/a", ".././../b", false },
	{ "a", "b//c", false },
	{ "a", "b/./c", false },
	{ "a", "b\nc", false },
};
/* clang-format on */

TEST(where_links_may_lead)
{
	for (size_t i = 0; i < COUNT(targets); i++) {
		ROW("%s -> %s", targets[i].name, targets[i].target);
		CHECK((list_target_fault(bytes_of(targets[i].name),
			   test_copy(bytes_of(targets[i].target))) == NULL) ==
		      targets[i].ok);
	}
}

static enum fault_kind
names(const char *text, struct arena *a, struct list_names *out)
{
	struct fault f = { 0 };

	enum err e =
	    list_names_parse("executables", test_copy(bytes_of(text)), a, out, &f);

	CHECK((e == OK) == (f.kind == FAULT_NONE));
	return f.kind;
}

TEST(lists_of_names)
{
	struct arena a = { .budget = 1 << 20 };
	struct list_names l;

	EQ_U(names("", &a, &l), FAULT_NONE);
	EQ_U(l.n, 0);
	EQ_U(names("b\na\n", &a, &l), FAULT_TEXT);
	EQ_U(names("a\na\n", &a, &l), FAULT_TEXT);
	EQ_U(names("../a\n", &a, &l), FAULT_TEXT);
	EQ_U(names("a\n\n", &a, &l), FAULT_TEXT);
	EQ_U(names("a\nb", &a, &l), FAULT_TEXT);
	EQ_U(names("a\nb/c/d\nb/e\nb.c\n", &a, &l), FAULT_NONE);
	EQ_U(l.n, 4);
	CHECK(list_has(&l, BYTES_LIT("b/e")) && !list_has(&l, BYTES_LIT("b")));
	CHECK(list_below(&l, BYTES_LIT("b")) == &l.name[1]);
	CHECK(list_below(&l, BYTES_LIT("b/c")) == &l.name[1]);
	CHECK(list_below(&l, BYTES_LIT("a")) == NULL);
	CHECK(list_below(&l, BYTES_LIT("b.c")) == NULL);
	CHECK(list_has_above(&l, BYTES_LIT("a/x/y")));
	CHECK(!list_has_above(&l, BYTES_LIT("b/x")));
	a.budget = a.used;
	EQ_U(names("x\n", &a, &l), FAULT_TOO_LARGE);
	arena_done(&a);
}

TEST(lists_of_links)
{
	struct arena a = { .budget = 1 << 20 };
	struct list_links l;
	struct fault f = { 0 };

	EQ_U(list_links_parse(BYTES_LIT("a\tb\nd/c\t../a\n"), &a, &l, &f), OK);
	EQ_U(l.names.n, 2);
	EQ_B(l.target[1], BYTES_LIT("../a"));
	CHECK(list_links_parse(BYTES_LIT("a b\n"), &a, &l, NULL) != OK);
	CHECK(list_links_parse(BYTES_LIT("b\ta\na\tb\n"), &a, &l, NULL) != OK);
	CHECK(list_links_parse(BYTES_LIT("a\t/b\n"), &a, &l, NULL) != OK);
	CHECK(list_links_parse(BYTES_LIT("a\tb\tc\n"), &a, &l, NULL) != OK);
	arena_done(&a);
}

/* --- texts with more to say ----------------------------------------------------- */

/* How many claims are read, and what ends them. */
static enum fault_kind
claims(const char *text, size_t *n, struct list_claim *last)
{
	struct lines l = lines_of(LAYOUT_CLAIMS, test_copy(bytes_of(text)));
	struct fault f = { 0 };

	for (*n = 0; list_claim_next(&l, last, &f) == OK; ++*n)
		;
	return f.kind;
}

TEST(what_is_claimed)
{
	struct list_claim c;
	size_t n;

	EQ_U(claims("", &n, &c), FAULT_NONE);
	EQ_U(n, 0);
	EQ_U(claims("claim a\nsays it is\n", &n, &c), FAULT_NONE);
	EQ_U(n, 1);
	EQ_U(claims("claim a\nsays it is\n\nclaim b\nsays so\ncheck x y\nexpect 0\n", &n,
		 &c),
	    FAULT_NONE);
	EQ_U(n, 2);
	EQ_B(c.check, BYTES_LIT("x y"));
	EQ_B(c.expect, BYTES_LIT("0"));
	EQ_U(claims("claim a\nsays x\nexpect 0\n", &n, &c), FAULT_NONE);
	EQ_U(c.check.n, 0);
	EQ_U(claims("claim a\n", &n, &c), FAULT_TEXT);
	EQ_U(claims("says a\n", &n, &c), FAULT_TEXT);
	EQ_U(claims("claim a b\nsays x\n", &n, &c), FAULT_TEXT);
	EQ_U(claims("claim a\nsays x\nsays y\n", &n, &c), FAULT_TEXT);
	EQ_U(claims("claim a\nsays x\n\n", &n, &c), FAULT_TEXT);
	EQ_U(claims("claim a\nsays x\nclaim b\nsays y\n", &n, &c), FAULT_TEXT);
}

TEST(what_was_left_out)
{
	struct lines l = lines_of(LAYOUT_LEFT_OUT, BYTES_LIT("a\\xff\tno name\nb\tc\n"));
	struct list_left left;
	struct fault f = { 0 };

	EQ_U(list_left_next(&l, &left, &f), OK);
	EQ_B(left.what, BYTES_LIT("a\\xff"));
	EQ_B(left.why, BYTES_LIT("no name"));
	EQ_U(list_left_next(&l, &left, &f), OK);
	EQ_U(list_left_next(&l, &left, &f), ERR_END);
	l = lines_of(LAYOUT_LEFT_OUT, BYTES_LIT("a\t\n"));
	CHECK(list_left_next(&l, &left, &f) == ERR_FORMAT);
	EQ_S(f.text, "'left-out', line 1: not a name, a tab and a reason: 'a\\t'");
}

TEST(packages)
{
#define D "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
	static const struct {
		const char *line;
		bool ok, known;
	} package[] = {
		{ "gcc 4:12.2.0-3 amd64 -\n", true, false },
		{ "libstdc++6 12.2 amd64 " D "\n", true, true },
		{ "gcc 4:12.2.0-3 amd64\n", false, false },
		{ "gcc  4 amd64 -\n", false, false },
		{ "gcc 4 amd64 - -\n", false, false },
		{ "gcc 4 amd64 0011\n", false, false },
		{ "-gcc 4 amd64 -\n", false, false },
	};

	for (size_t i = 0; i < COUNT(package); i++) {
		struct lines l = lines_of(LAYOUT_PACKAGES, bytes_of(package[i].line));
		struct list_package p = { 0 };

		ROW("%s", package[i].line);
		EQ_U(list_package_next(&l, &p, NULL) == OK, package[i].ok);
		EQ_U(p.known, package[i].known);
	}
}

TEST(the_layout)
{
	CHECK(layout_of(BYTES_LIT("MANIFEST"))->flags & LAYOUT_SEAL);
	CHECK(!(layout_of(BYTES_LIT("source/x"))->flags & LAYOUT_SEAL));
	CHECK(layout_of(BYTES_LIT("source")) == NULL);
	CHECK(layout_of(BYTES_LIT("source/")) == NULL);
	CHECK(layout_of(BYTES_LIT("sources/x")) == NULL);
	CHECK(layout_of(BYTES_LIT("recipe/other")) == NULL);
	EQ_S(layout_of(BYTES_LIT("recipe/toolchain/a.deb"))->name, LAYOUT_TOOLCHAIN);
	EQ_S(layout_of(BYTES_LIT("source.links"))->name, LAYOUT_LINKS);
}
