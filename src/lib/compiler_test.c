#include <fcntl.h>
#include <unistd.h>

#include "lib/lib_rig.h"

/* Messages as "severity source(line:column) rule: text". */
static void
hear(void *arg, const struct candor_diag *d)
{
	static const char *const severity[] = { "error", "warning", "hint" };
	struct buf *b = arg;

	if (d->severity != CANDOR_HINT)
		buf_printf(b, "%s%s %s(%u) %s: %s", b->n ? "\n" : "",
		    severity[d->severity], d->source, d->line, d->rule ? d->rule : "-",
		    d->text);
}

/* Includes by name: "a" is fine, "loop" includes itself, "bad" is wrong, no others. */
static int
answer(void *arg, const char *from, const char *path, struct candor_include *i)
{
	static const struct {
		const char *name, *text;
	} known[] = {
		{ "a", "rule in_a { condition: true }" },
		{ "loop", "include \"loop\"" },
		{ "deep", "include \"a\"" },
		{ "bad", "rule in_bad { condition: nothing }" },
	};

	(void)from;
	EQ_S(candor_include_namespace(i), "default");
	++*(unsigned *)arg;
	for (size_t k = 0; k < COUNT(known); k++)
		if (strcmp(path, known[k].name) == 0)
			return candor_include_text(
			    i, known[k].name, known[k].text, strlen(known[k].text));
	return -1;
}

/* clang-format off */
static const struct {
	const char *text;
	int want;
	unsigned asked;
	const char *told;
} rows[] = {
	{ "rule x { condition: true }", CANDOR_OK, 0, "" },
	{ "rule x { condition: unknown }", CANDOR_ERR_SYNTAX, 0,
	  "error test.yar(1) x: undefined identifier \"unknown\"" },
	{ "rule x {\n strings: $a = \"long\"\n condition: true }", CANDOR_ERR_SYNTAX, 0,
	  "error test.yar(3) x: unreferenced string \"$a\"" },
	{ "rule x { strings: $a = /a.*b/ condition: $a and 1 }", CANDOR_OK, 0,
	  NULL }, /* warnings, as many as there are */
	{ "include \"a\" rule x { condition: in_a }", CANDOR_OK, 1, "" },
	{ "include \"deep\"", CANDOR_OK, 2, "" },
	{ "include \"a\"\ninclude \"a\"", CANDOR_ERR_SYNTAX, 2,
	  "error a(1) -: duplicated identifier \"in_a\"" },
	{ "include \"none\"", CANDOR_ERR_SYNTAX, 1, NULL },
	{ "include \"loop\"", CANDOR_ERR_SYNTAX, 2, NULL },
	{ "\n\ninclude \"bad\"", CANDOR_ERR_SYNTAX, 1,
	  "error bad(1) in_bad: undefined identifier \"nothing\"" },
};
/* clang-format on */

TEST(messages)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct candor_compiler *c = candor_compiler_new(0);
		struct candor_rules *r = NULL;
		struct buf told = { 0 };
		unsigned asked = 0;

		ROW("%s", rows[i].text);
		candor_compiler_on_diag(c, hear, &told);
		candor_compiler_on_include(c, answer, &asked);
		candor_compiler_add_text(
		    c, NULL, "test.yar", rows[i].text, strlen(rows[i].text));
		for (int again = 0; again < 2; again++) { /* a build leaves no trace */
			buf_clear(&told);
			asked = 0;
			EQ_I(candor_compiler_build(c, &r), rows[i].want);
			EQ_U(asked, rows[i].asked);
			if (rows[i].told != NULL)
				EQ_S(buf_cstr(&told), rows[i].told);
			else
				CHECK(told.n > 0);
			CHECK((r != NULL) == (rows[i].want == CANDOR_OK));
			candor_rules_free(r);
			r = NULL;
		}
		candor_compiler_free(c);
		buf_done(&told);
	}
}

TEST(no_includes)
{
	struct candor_compiler *c = candor_compiler_new(0);
	struct candor_rules *r = NULL;

	candor_compiler_add_text(c, NULL, NULL, "\ninclude \"a\"", 12);
	EQ_I(candor_compiler_build(c, &r), CANDOR_ERR_SYNTAX);
	EQ_S(candor_error(), "rules(2): includes are disabled");
	candor_compiler_free(c);
}

TEST(arguments)
{
	struct candor_compiler *c = candor_compiler_new(0);

	CHECK(candor_compiler_new(CANDOR_FAST) == NULL);
	EQ_S(candor_error(), "a compiler has no such flag: 0x200");
	EQ_I(candor_compiler_define_int(c, "1x", 1), CANDOR_ERR_ARG);
	EQ_I(candor_compiler_define_int(c, "", 1), CANDOR_ERR_ARG);
	EQ_S(candor_error(), "'' is no name of a variable");
	EQ_I(candor_compiler_limit(c, (enum candor_compiler_limit)9, 1), CANDOR_ERR_ARG);
	EQ_I(candor_compiler_add_file(c, NULL, "/nowhere/r"), CANDOR_ERR_ACCESS);
	EQ_S(candor_error(),
	    "cannot read the rules in '/nowhere/r': no such file or directory");
	EQ_I(candor_compiler_add_file(c, NULL, "/dev/null"), CANDOR_ERR_ACCESS);
	EQ_S(candor_error(), "cannot read the rules in '/dev/null': device");
	candor_compiler_free(c);
	candor_compiler_free(NULL);
}

TEST(memory_limit)
{
	struct candor_compiler *c = candor_compiler_new(0);
	struct candor_rules *r = NULL;

	candor_compiler_limit(c, CANDOR_COMPILE_MEMORY, 1000);
	candor_compiler_add_text(c, NULL, NULL, "rule a { condition: true }", 26);
	EQ_I(candor_compiler_build(c, &r), CANDOR_ERR_LIMIT);
	CHECK(strstr(candor_error(), "more memory than is allowed") != NULL);
	candor_compiler_free(c);
}

/* Namespaces part rules, and files include each other by their folders. */
TEST(files)
{
	char dir[] = "/tmp/candor-lib.XXXXXX", name[2][64];
	struct candor_compiler *c = candor_compiler_new(0);
	struct candor_rules *r = NULL;
	struct candor_scanner *s;
	static const char *const text[] = { "include \"b.yar\"",
		"rule b { condition: true }" };

	CHECK(mkdtemp(dir) != NULL);
	for (int i = 0; i < 2; i++) {
		snprintf(name[i], sizeof(name[i]), "%s/%c.yar", dir, 'a' + i);
		int fd = open(name[i], O_WRONLY | O_CREAT, 0600);
		CHECK(write(fd, text[i], strlen(text[i])) == (ssize_t)strlen(text[i]));
		close(fd);
	}
	candor_compiler_on_include(c, candor_include_files, NULL);
	EQ_I(candor_compiler_add_file(c, "one", name[0]), CANDOR_OK);
	EQ_I(candor_compiler_add_file(c, "two", name[1]), CANDOR_OK);
	EQ_I(candor_compiler_build(c, &r), CANDOR_OK);
	s = candor_scanner_new(r, 0);
	rig_scan(s, "x", CANDOR_OK, "one:b\ntwo:b");
	candor_scanner_free(s);
	candor_rules_free(r);
	candor_compiler_free(c);
	test_remove(dir);
}
