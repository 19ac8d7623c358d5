/*
 * cond_test.c - conditions as rule writers have them: values, what folding leaves,
 * what wakes the rule, what the machine does when it is not told everything.
 *
 * The values were asked of Debian's yara 4.2.3 with the same file; where YARA 4.5
 * differs (a quantifier that is computed and 0 means none, `at` an undefined
 * offset is undefined) the rows say so.
 */
#include "base/diag.h"
#include "db/cond_print.h"
#include "rules/explain_code.h"
#include "rules/fold.h"
#include "rules/ir_print.h"
#include "tests/cond_rig.h"

/* "MZ", zeros, and at 64 the strings: $a once, $b once, $c never. */
#define FILE_SIZE 73

static uint8_t file[FILE_SIZE];
static struct diags diags;

static void
world(struct rig *r)
{
	static const struct hit hit[] = { { .off = 64, .len = 4 },
		{ .off = 69, .len = 4 } };

	memset(file, 0, sizeof(file));
	memcpy(file, "MZ", 2);
	memcpy(file + 64, "aaaa bbbb", 9);
	r->file = (struct bytes){ file, sizeof(file) };
	for (unsigned i = 0; i < RIG_PATTERNS; i++) {
		r->pattern[i] = (struct rig_pattern){ .known = true, .listed = true };
		r->pattern[i].n = i < 2;
		if (i < 2)
			r->pattern[i].hit[0] = hit[i];
	}
	r->rule_true[1] = true;
	r->rule[1] = COND_RULE_TRUE;
	r->ext[0] = (struct ext){ .type = EXT_INT, .i = 3 };
	fact_clear(rig_facts, &r->facts);
	r->facts.is_rig = 0;
}

/*
 * Rules z (false) and o (true), then r with the condition, which knows the strings.
 * All three are asked for, or YARA would complain.
 */
static bool
parse(struct rig *r, const char *cond)
{
	static const struct ext ext = { .name = BYTES_LIT("ext"), .type = EXT_INT };
	struct rules_env env = { .arena = &r->b.arena,
		.diags = &diags,
		.modules = r->module,
		.nmodules = 2,
		.exts = &ext,
		.nexts = 1 };
	struct rules_source src = { .file = "test" };

	diags = (struct diags){ .arena = &r->b.arena };
	src.text = bytes_of(arena_printf(&r->b.arena,
	    "import \"rig\" rule z { condition: ext == 8 }"
	    "rule o { condition: ext == 9 } rule x { condition: ext == 7 }"
	    "rule y { condition: ext == 6 } rule r { strings: $a = \"aaaa\""
	    " $b = \"bbbb\" $c = \"nope\" condition:\n(%s)"
	    " and #a >= 0 and #b >= 0 and #c >= 0 }",
	    cond));
	if (!EQ_U(rules_to_ir(&env, &src, 1, &r->b.ir), OK)) {
		if (diags.first != NULL)
			EQ_S(diags.first->text, "");
		return false;
	}
	r->b.rule = *r->b.ir.rules[r->b.ir.nrules - 1];
	r->b.ir.rules[r->b.ir.nrules - 1] = &r->b.rule;
	return true;
}

/* The tree as one line: (and (found $a) (lt:int ...)). */
static void
tree_line(struct buf *out, const struct ir *ir, const struct ir_rule *rule)
{
	struct ir_rule bare = *rule;
	struct buf b = { 0 };
	unsigned depth = 0, indent = 0;
	const char *s;

	ir_print_rule(&b, ir, &bare);
	s = strstr(buf_cstr(&b), "text \"nope\"");
	s = s ? strchr(s, '\n') + 1 : "";
	while (*s != '\0') {
		const char *end = strchr(s, '\n');

		for (indent = 0; *s == ' '; s++)
			indent++;
		indent /= 2;
		for (; depth >= indent && depth > 0; depth--)
			buf_str(out, ")");
		if (out->n > 0)
			buf_str(out, " ");
		buf_str(out, "(");
		buf_put(out, s, (size_t)(end - s));
		depth = indent;
		s = end + 1;
	}
	for (; depth > 0; depth--)
		buf_str(out, ")");
	buf_done(&b);
}

struct row {
	const char *cond;
	bool want;
};

/* clang-format off */
static const struct row values[] = {
	/* quantifiers */
	{ "uint8(filesize) of them", false }, /* undefined: all */
	{ "uint8(filesize) of ($a, $b)", true },
	{ "defined (uint8(filesize) of ($a, $c))", true },
	{ "0 of ($a)", false }, { "0 of ($c)", true },
	{ "(filesize - filesize) of ($a)", false },
	{ "(filesize - filesize) of ($c)", true },
	{ "(ext - 4) of ($c)", true }, { "(ext - 4) of ($a)", true },
	{ "(ext - 1) of them", true }, { "ext of them", false },
	{ "all of ($a, $b)", true }, { "all of them", false },
	{ "none of ($c)", true }, { "none of them", false }, { "3 of them", false },
	{ "50% of ($a, $c)", true }, { "51% of ($a, $c)", false },
	{ "34% of them", true }, { "66% of them", true }, { "67% of them", false },
	{ "(ext * 22)% of them", true }, { "(ext * 23)% of them", false },
	{ "uint8(filesize)% of them", false },
	{ "defined (uint8(filesize)% of them)", false },
	{ "any of them in (64..64)", true }, { "2 of them in (64..68)", false },
	{ "defined (any of them in (uint8(filesize)..10))", false },
	{ "none of them in (uint8(filesize)..10)", false },
	{ "any of them at 69", true }, { "all of ($a, $b) at 69", false },
	{ "any of (z, o)", true }, { "all of (z, o)", false }, { "50% of (z, o)", true },
	{ "(ext - 2) of (z, o)", true }, { "(ext - 1) of (z, o)", false },

	/* loops; no round is false */
	{ "for all i in (1..3) : (uint8(filesize + i) == 0)", false },
	{ "for none i in (1..3) : (uint8(filesize + i) == 0)", true },
	{ "for none i in (uint8(filesize)..3) : (true)", false },
	{ "not for none i in (uint8(filesize)..3) : (true)", true },
	{ "for all i in (ext + 1..ext) : (true)", false },
	{ "for none i in (ext + 1..ext) : (false)", false },
	{ "for (ext - 4) i in (1..3) : (i == 10)", true },
	{ "for uint8(filesize) i in (1..3) : (i < 3)", false },
	{ "for uint8(filesize) i in (1..3) : (i < 4)", true },
	{ "for (ext - 3) i in (1..3) : (i < 3)", false }, /* 4.2.3 says true */
	{ "for (ext - 1) i in (1..3) : (i < 3)", true },
	{ "for 2 i in (1..3) : (i < 3)", true }, { "for 3 i in (1..3) : (i < 3)", false },
	{ "for any i in (uint8(filesize), 2, 3) : (i == 2)", true },
	{ "for all i in (uint8(filesize), 2, 3) : (i == 2 or not defined i)", false },
	{ "for any s in (\"x\", \"y\") : (s == \"y\")", true },
	{ "for any i in (1..2) : (for all j in (i..2) : (j == 2))", true },
	{ "for any of them : (@ == 64)", true }, { "for all of them : (defined @)", false },
	{ "for 2 of them : (# > 0)", true }, { "for none of them : ($ at 1)", true },
	{ "for any of them : (uint8(filesize) == 1)", false },
	{ "for none of them : (uint8(filesize) == 1)", true },
	{ "for (ext - 1) of them : ($)", true }, { "for ext of them : ($)", false },

	/* strings of the rule */
	{ "$a at 64", true }, { "$a at -1", false }, { "defined ($a at -1)", true },
	{ "defined ($a at uint8(filesize))", false }, /* 4.2.3 says true */
	{ "defined ($a in (uint8(filesize)..10))", false },
	{ "$a in (ext - 9..64)", true }, { "$a in (65..ext * 50)", false },
	{ "defined (#a in (uint8(filesize)..10))", false },
	{ "#a in (10..filesize) == 1", true }, { "#a == 1", true }, { "#c == 0", true },
	{ "defined @a[0]", false }, { "defined @a[1]", true }, { "defined @a[2]", false },
	{ "@a == 64", true }, { "!b == 4", true }, { "defined !c", false },

	/* numbers */
	{ "0.1 + 0.2 == 0.3", true }, { "0.1 + 0.2 != 0.3", false },
	{ "0.1 + 0.2 <= 0.3", false }, { "0.1 + 0.2 > 0.3", true },
	{ "1.0 \\ (0.0 * filesize) > 5.0", true },
	{ "not ((0.0 * filesize) \\ (0.0 * filesize) == 1.0)", true },
	{ "1 << (61 + ext) == 0", true }, { "-1 >> (60 + ext) == -1", true },
	{ "defined (1 << (ext - 4))", false }, { "defined (1 \\ (ext - 3))", false },
	{ "defined ((-9223372036854775807 - ext + 2) \\ (ext - 4))", false },
	{ "defined ((-9223372036854775807 - ext + 2) % (ext - 4))", false },
	{ "-7 \\ (ext - 1) == -3", true }, { "-7 % (ext - 1) == -1", true },
	{ "0x7fffffffffffffff + ext < 0", true },
	{ "uint8(-1) == 0", false }, { "uint16(filesize - 1) == 0", false },
	{ "int8(0) == 77 and uint16be(0) == 0x4d5a and uint32(0) == 0x5a4d", true },

	/* undefined */
	{ "defined (uint8(filesize) == 1 or true)", true },
	{ "defined (uint8(filesize) == 1 and true)", true },
	{ "not (uint8(filesize) == 1 or uint8(filesize) == 2)", true },
	{ "defined (not uint8(filesize) == 1)", false },
	{ "not (not (uint8(filesize) == 1))", false },
	{ "not uint8(filesize)", false }, { "not (rig.f < 1.0)", true },
	{ "not (rig.f > 1.0)", false }, { "not (rig.f <= 1.0)", false },
	{ "defined rig.a", false }, { "defined rig.is_rig", true },
	{ "defined rig.add(1, 2)", false }, { "not rig.even(2)", false },
	{ "for any r in rig.rows : (true)", false },
	{ "defined rig.pairs[\"x\"]", false }, { "defined (rig.s contains \"a\")", false },

	/* strings */
	{ "\"\" contains \"\"", true }, { "\"a\" icontains \"\"", true },
	{ "\"ab\" > \"a\"", true }, { "\"\\x80\" > \"a\"", false }, /* signed, as in YARA */
	{ "\"a\\x00b\" == \"a\\x00c\"", false }, { "\"AbC\" iequals \"aBc\"", true },
	{ "\"xAbC\" iendswith \"bc\"", true }, { "\"\\xff\" icontains \"\\xdf\"", false },
	{ "\"\" or false", false }, { "\"a\" and true", true }, { "0.5", true }, { "-0.0", true },
};
/* clang-format on */

TEST(values)
{
	for (unsigned i = 0; i < COUNT(values); i++) {
		for (int folded = 0; folded < 2; folded++) {
			static struct rig r;

			ROW("%s%s", values[i].cond, folded ? " (folded)" : "");
			rig_init(&r);
			world(&r);
			if (parse(&r, values[i].cond) &&
			    (!folded || EQ_U(fold_rule(&r.b.ir, &r.b.rule), OK)) &&
			    CHECK(rig_compile(&r, r.b.rule.cond)))
				EQ_U(
				    rig_run(&r), values[i].want ? COND_TRUE : COND_FALSE);
			rig_done(&r);
		}
	}
}

/* clang-format off */
static const struct { const char *cond, *want; } folds[] = {
	{ "1 + 2 * 3 == 7", "(const true)" },
	{ "$a and filesize < 10 and uint16(0) == 0x5a4d",
	  "(and (lt (filesize:int) (const:int 10)) (eq (read:int uint16 (const:int 0)) "
	  "(const:int 23117)) (found $a))" },
	{ "10 > filesize and true", "(lt (filesize:int) (const:int 10))" },
	{ "$a and ($b and $c)", "(of all  $a $b $c)" },
	{ "any of ($a, $b) or $c", "(of any  $a $b $c)" },
	{ "#a > 0", "(found $a)" }, { "#a == 0", "(not (found $a))" }, { "0 < #a", "(found $a)" },
	{ "#a > 1", "(gt (count:int $a) (const:int 1))" },
	{ "1 of ($a)", "(found $a)" }, { "3 of them", "(of all  $a $b $c)" },
	{ "none of ($a)", "(not (found $a))" }, { "4 of them", "(const false)" },
	{ "60% of them", "(of n  $a $b $c (const:int 2))" },
	{ "for any of them : ($)", "(of any  $a $b $c)" },
	{ "for all of them : (filesize > 5)", "(gt (filesize:int) (const:int 5))" },
	{ "for any i in (1..3) : (false)", "(const false)" }, { "defined ($a at 3)", "(const true)" },
	{ "not (ext == 1 and true)", "(not (and (eq (external:int ext) (const:int 1)) (const true)))" },
};
/* clang-format on */

TEST(folding)
{
	for (unsigned i = 0; i < COUNT(folds); i++) {
		static struct rig r;
		struct buf b = { 0 };

		ROW("%s", folds[i].cond);
		rig_init(&r);
		if (parse(&r, folds[i].cond) && EQ_U(fold_rule(&r.b.ir, &r.b.rule), OK)) {
			tree_line(&b, &r.b.ir, &r.b.rule);
			EQ_S(buf_cstr(&b), folds[i].want);
		}
		buf_done(&b);
		rig_done(&r);
	}
}

/* $a is dear, $b cheap, $c cannot be searched for. */
static double
cost(void *arg, const struct ir_pattern *p)
{
	(void)arg;
	return p->index == 0 ? 1e-4 : p->index == 1 ? 1e-6 : INFINITY;
}

#define A  "  $a (#0), 100 candidates per MB\n"
#define B  "  $b (#1), 1 candidates per MB\n"
#define MZ "  the 2 bytes at 0 are 0x5a4d, little-endian\n"
#define NO "woken by every file: nothing that it needs is known\n"
#define OF "woken by any of\n"

/* clang-format off */
static const struct { const char *cond, *want; } wakes[] = {
	{ "$a", OF A }, { "$a and $b", OF B }, { "$a or $b", OF A B }, { "$c", NO },
	{ "$c or $a", NO }, { "$c and $a", OF A }, { "not $a", NO }, { "not not $a", OF A },
	{ "2 of ($a, $b)", OF B }, { "2 of them", OF A B }, { "any of ($a, $b)", OF A B },
	{ "none of them", NO }, { "not none of ($a, $b)", OF A B }, { "ext of them", NO },
	{ "#a > 3", OF A }, { "#a < 3", NO }, { "#a == 2 and $b", OF B }, { "#a != 0", OF A },
	{ "(#a & 1) * 3 + (#b & 1) * 2 >= 2", OF A B },
	{ "(#a & 1) * 3 + (#b & 1) * 2 >= 3", OF A },
	{ "(#a & 1) * 3 + (#b & 1) * 2 + (#c & 1) >= 4", OF A },
	{ "#a > #b + #c", OF A }, { "#a + #b < @b", OF B }, { "not (#a <= #c)", OF A },
	{ "#a >= #b", NO }, { "#a > ext", NO }, { "@a > 3", OF A }, { "@a < 3", OF A }, { "not (@a < 3)", OF A }, { "defined !b", OF B },
	{ "$a in (0..9)", OF A }, { "for any of ($a, $b) : (# > 2)", OF A B },
	{ "for all of them : (@ > 3)", OF B }, { "for any i in (1..#a) : (i == 3)", NO },
	{ "for any i in (1..3) : (@a[i] == 3)", OF A }, { "for none of them : (# > 2)", NO },
	{ "uint16(0) == 0x5a4d", OF MZ }, { "uint16be(0) == 0x4d5a", OF MZ },
	{ "uint16(0) == 0x5a4d and $a", OF A }, { "uint16(0) == 0x5a4d and $c", OF MZ },
	{ "uint16(0) == 0x5a4d or $a", OF MZ A }, { "uint8(0) == 0x1ff", "never woken: the condition is false\n" },
	{ "$b and ($a or rig.is_rig)", OF B },
	{ "uint16(0) == 0x5a4d or uint32be(4) == 1",
	  OF MZ "  the 4 bytes at 4 are 0x01000000, little-endian\n" },
	{ "not uint16(0) != 0x5a4d", OF MZ },
	{ "uint16(0) == 0x5a4d and (rig.s > \"x\" or all of ($a, $b))", OF MZ B },
	{ "uint16(0) == 0x5a4d and (rig.s == \"x\" or all of ($a, $b))", OF "  rig.s is \"x\"\n" B },
	{ "rig.s == \"x\"", OF "  rig.s is \"x\"\n" }, { "\"x\" == rig.s", OF "  rig.s is \"x\"\n" },
	{ "not rig.s != \"x\"", OF "  rig.s is \"x\"\n" }, { "not rig.s == \"x\"", OF "  the file is rig\n" },
	{ "rig.s != \"x\"", OF "  the file is rig\n" }, { "rig.s == \"\\n\"", OF "  rig.s is \"<0a>\"\n" },
	{ "rig.s == \"b\" or rig.part.s == \"a\" or rig.s == \"b\"",
	  OF "  rig.s is \"b\"\n  rig.part.s is \"a\"\n" },
	{ "rig.part.name() == \"x\"", OF "  rig.part.name() is \"x\"\n" },
	{ "rig.names[1] == \"x\"", OF "  rig.names[] is \"x\"\n" },
	{ "rig.dict[\"k\"].part.s == \"x\"", OF "  rig.dict[].part.s is \"x\"\n" },
	{ "for any i in (0..2) : (rig.rows[i].part.s == \"x\")", OF "  rig.rows[].part.s is \"x\"\n" },
	{ "for any r in rig.rows : (r.part.s == \"x\")", OF "  rig.rows[].part.s is \"x\"\n" },
	{ "for any n in rig.names : (n == \"x\")", OF "  rig.names[] is \"x\"\n" },
	{ "for any k, v in rig.dict : (v.part.s == \"x\")", OF "  rig.dict[].part.s is \"x\"\n" },
	{ "for any k, v in rig.dict : (k == \"x\")", OF "  the file is rig\n" },
	{ "for none r in rig.rows : (r.part.s == \"x\")", OF "  the file is rig\n" },
	{ "rig.s == \"x\" and $b", OF B }, { "$c and rig.s == \"0123456789abcdef\"", OF "  rig.s is \"0123456789abcdef\"\n" },
	{ "uint16(0) == 0x5a4d and (rig.a > 2 or any of ($a, $b))", OF MZ A B },
	{ "uint16(0) == 0x5a4d and (rig.even(1) or $c)", OF MZ },
	{ "uint16(0) == 0x5a4d and not $a", OF MZ },
	{ "$a at 4", OF "  the 4 bytes at 4 are 0x61616161, little-endian\n" },
	{ "$a at rig.a", OF "  the file is rig\n" },
	{ "rig.a == 3", OF "  the file is rig\n" }, { "rig.is_rig", OF "  the file is rig\n" },
	{ "not rig.is_rig", NO }, { "rig.is_rig == 0", NO }, { "not rig.a == 3", OF "  the file is rig\n" },
	{ "defined rig.a", OF "  the file is rig\n" }, { "not defined rig.a", NO },
	{ "rig.f < 1.0", OF "  the file is rig\n" }, { "not (rig.f < 1.0)", NO },
	{ "rig.even(3)", OF "  the file is rig\n" }, { "not rig.even(3)", OF "  the file is rig\n" },
	{ "for any r in rig.rows : (r.v == 1)", OF "  the file is rig\n" },
	{ "for none r in rig.rows : (r.v == 1)", OF "  the file is rig\n" },
	{ "not for any r in rig.rows : (r.v == 1)", NO },
	{ "rig.s matches /a/ or $a", OF "  the file is rig\n" A },
	{ "filesize < 10", NO }, { "false", "never woken: the condition is false\n" }, { "true", NO },
	{ "filesize < 10 and false", "never woken: the condition is false\n" },
	{ "rig.log(\"a\") and $a", "woken by every file: it writes lines\n" },
};
/* clang-format on */

TEST(triggers)
{
	struct trigger_costs costs = { .cost = cost,
		.head = TRIGGER_HEAD,
		.module = TRIGGER_MODULE,
		.fact = TRIGGER_FACT,
		.place = TRIGGER_PLACE };

	for (unsigned i = 0; i < COUNT(wakes); i++) {
		struct trigger t[5];
		static struct rig r;
		struct buf b = { 0 };

		ROW("%s", wakes[i].cond);
		rig_init(&r);
		if (parse(&r, wakes[i].cond) && EQ_U(fold_rule(&r.b.ir, &r.b.rule), OK) &&
		    EQ_U(triggers_find(r.b.ir.arena, &r.b.ir, &costs, t), OK)) {
			explain_trigger(&b, &r.b.ir, &r.b.rule, &t[4], &costs);
			EQ_S(buf_cstr(&b), wakes[i].want);
		}
		buf_done(&b);
		rig_done(&r);
	}
}

/* What is asked when $a is known to be there, $b and $c are not searched yet. */
/* clang-format off */
static const struct { const char *cond; enum cond_result want; } doubts[] = {
	{ "$a or $b", COND_TRUE }, { "$b or $a", COND_TRUE }, { "$a and $b", COND_NEED },
	{ "not $a and $b", COND_FALSE }, { "not $b", COND_NEED }, { "not $b and not $a", COND_FALSE },
	{ "1 of them", COND_TRUE }, { "2 of them", COND_NEED }, { "none of them", COND_FALSE },
	{ "($a and $b) or ($c and filesize > 1000)", COND_NEED },
	{ "($b and $c) or ($a and filesize < 1000)", COND_TRUE },
	{ "($b or $c) and filesize > 1000", COND_FALSE },
	{ "for any of them : ($ and filesize < 1000)", COND_TRUE },
	{ "for all of them : ($ or filesize < 1000)", COND_TRUE },
	{ "$b in (60..69)", COND_TRUE }, { "$b in (0..9)", COND_FALSE }, { "$b at 69", COND_TRUE },
	{ "$b in (0..filesize * 9)", COND_NEED }, { "any of them in (60..68)", COND_TRUE },
	{ "2 of them in (60..68)", COND_NEED }, { "not $b at 3", COND_TRUE },
	{ "#b > 3 and filesize > 1000", COND_FALSE }, { "#b > 3", COND_NEED },
	{ "#b + #c > 3", COND_NEED }, { "$b or x", COND_NEED }, { "$a or x", COND_TRUE },
	{ "any of (o, x)", COND_TRUE }, { "all of (z, x)", COND_FALSE }, { "all of (o, x)", COND_NEED },
	{ "rig.even(ext) or $b", COND_NEED }, { "defined ($c at ext)", COND_NEED },
};
/* clang-format on */

TEST(doubts)
{
	for (unsigned i = 0; i < COUNT(doubts); i++) {
		static struct rig r;

		ROW("%s", doubts[i].cond);
		rig_init(&r);
		world(&r);
		r.pattern[1].known = r.pattern[1].listed = false;
		r.pattern[1].placed = true;
		r.pattern[2].known = r.pattern[2].listed = false;
		r.rule[2] = COND_RULE_PENDING;
		if (parse(&r, doubts[i].cond) &&
		    EQ_U(fold_rule(&r.b.ir, &r.b.rule), OK) &&
		    CHECK(rig_compile(&r, r.b.rule.cond)))
			EQ_U(rig_run(&r), doubts[i].want);
		rig_done(&r);
	}
}

/* On which of $b and $c does it hang, when $a is there and they are not searched yet?
   What writes lines is not asked. */
/* clang-format off */
static const struct { const char *cond; bool b, c; } hangs[] = {
	{ "$a and $b", true, false }, { "all of them", true, true }, { "2 of them", false, false },
	{ "3 of them", true, true }, { "$b or $c", false, false }, { "not $a and $b", true, true },
	{ "not $b", false, false }, { "$b and ($c or filesize < 9)", true, true },
	{ "$b and ($c or filesize > 9)", true, false }, { "#b > 1 and $c", true, true },
	{ "($b and $c) or ($b and $a)", true, false }, { "not $c and $b", true, false },
	{ "rig.log(\"one\") and $b", false, false },
};
/* clang-format on */

TEST(hangs_on)
{
	for (unsigned i = 0; i < COUNT(hangs); i++) {
		static struct rig r;

		ROW("%s", hangs[i].cond);
		rig_init(&r);
		world(&r);
		r.effect = strstr(hangs[i].cond, "log") != NULL;
		for (unsigned p = 1; p < 3; p++)
			r.pattern[p].known = r.pattern[p].listed = false;
		if (parse(&r, hangs[i].cond) && EQ_U(fold_rule(&r.b.ir, &r.b.rule), OK) &&
		    CHECK(rig_compile(&r, r.b.rule.cond))) {
			rig_run(&r);
			CHECK(!cond_hangs_on(r.vm, RIG_RULES, 0)); /* it is known */
			EQ_U(cond_hangs_on(r.vm, RIG_RULES, 1), hangs[i].b);
			EQ_U(cond_hangs_on(r.vm, RIG_RULES, 2), hangs[i].c);
		}
		rig_done(&r);
	}
}

/* Lines are told once, when the rule is decided, and in order. */
/* clang-format off */
static const struct { const char *cond; bool know; enum cond_result want; unsigned n; const char *last; } says[] = {
	{ "rig.log(\"one\") and rig.log(\"two\")", true, COND_TRUE, 2, "two" },
	{ "rig.log(\"one\") and $b", false, COND_NEED, 0, "" },
	{ "rig.log(\"one\") and $b", true, COND_TRUE, 1, "one" },
	{ "rig.log(\"one\") and false and rig.log(\"two\")", true, COND_FALSE, 1, "one" },
	{ "filesize > 1000 and rig.log(\"one\")", true, COND_FALSE, 0, "" },
	{ "rig.a == 1 and rig.log(\"one\")", true, COND_FALSE, 1, "one" }, /* undefined goes on */
	{ "rig.a == 1 and true and rig.log(\"one\")", true, COND_FALSE, 0, "" },
	{ "rig.log(\"one\") or rig.log(\"two\")", true, COND_TRUE, 1, "one" },
	{ "for any i in (1..3) : (rig.log(\"i\") and i == 2)", true, COND_TRUE, 2, "i" },
};
/* clang-format on */

TEST(effects)
{
	for (unsigned i = 0; i < COUNT(says); i++) {
		for (int folded = 0; folded < 2; folded++) {
			static struct rig r;

			ROW("%s%s", says[i].cond, folded ? " (folded)" : "");
			rig_init(&r);
			world(&r);
			r.pattern[1].known = r.pattern[1].listed = says[i].know;
			if (!parse(&r, says[i].cond))
				continue;
			if (folded)
				EQ_U(fold_rule(&r.b.ir, &r.b.rule), OK);
			r.effect = true;
			if (CHECK(rig_compile(&r, r.b.rule.cond)) &&
			    EQ_U(rig_run(&r), says[i].want) && EQ_U(r.nsaid, says[i].n) &&
			    r.nsaid > 0)
				EQ_S(r.said[r.nsaid - 1], says[i].last);
			rig_done(&r);
		}
	}
}

TEST(budgets)
{
	static struct rig r;

	rig_init(&r);
	world(&r);
	if (parse(&r, "for all i in (1..1000000000000) : (i > 0)") &&
	    CHECK(rig_compile(&r, r.b.rule.cond)))
		EQ_U(rig_run(&r), COND_LIMIT);
	rig_done(&r);
	rig_init(&r);
	world(&r);
	if (parse(&r, "for all i in (1..1000) : (i > 0)") &&
	    CHECK(rig_compile(&r, r.b.rule.cond))) {
		EQ_U(rig_run(&r), COND_TRUE);
		CHECK(cond_steps(r.vm) > 1000 && cond_steps(r.vm) < 10000);
	}
	rig_done(&r);
}

/* The load of a row is called before what lies below it. */
TEST(loads)
{
	static struct rig r;

	rig_init(&r);
	world(&r);
	r.facts.row[1].v = 7;
	r.facts.rows = (struct fact_array){ r.facts.row, 2 };
	if (parse(&r, "rig.rows[1].v == 7 and for any r in rig.rows : (r.v == 7)") &&
	    CHECK(rig_compile(&r, r.b.rule.cond))) {
		EQ_U(rig_run(&r), COND_TRUE);
		EQ_U(r.facts.loads, 2);
	}
	rig_done(&r);
}

/* Runs n bytes as they are; what happens matters only to the sanitizers. */
static enum cond_result
run_bytes(struct rig *r, struct bytes code)
{
	r->db.section[DB_CODE] = code;
	r->rules[RIG_RULES].ncode = (uint32_t)code.n;
	arena_reset(&r->keep);
	if (!EQ_U(cond_new(&r->keep, &r->db, &r->env, &r->vm), OK))
		return COND_LIMIT;
	r->env.max_steps = 2000;
	return rig_run(r);
}

/* Has a bit of everything: loops, objects, calls, sets, strings. */
static const char everything[] =
    "for any r in rig.rows : (r.part.name() == \"a\" and r.f < 1.5) or "
    "for all k, v in rig.dict : (k contains \"a\" and v.part.x == 3) or "
    "for any i in (ext, 2, #a + 1) : (uint8(i) == rig.pairs[\"key\"]) or "
    "for ext of them : (@ > 3 and ! < 9) or 2 of them in (0..ext) or "
    "rig.like(/a/, rig.names[1]) or ext of (z, o) or all of them at rig.add(1, 2)";

TEST(broken)
{
	static struct rig r;
	unsigned passed = 0;

	rig_init(&r);
	world(&r);
	r.facts.recognised = true;
	r.facts.rows = (struct fact_array){ r.facts.row, 3 };
	r.facts.dict = (struct fact_array){ r.facts.entry, 2 };
	if (!parse(&r, everything) || !CHECK(rig_compile(&r, r.b.rule.cond)))
		return;
	for (size_t n = 0; n < r.code.n; n++) {
		ROW("cut at %zu", n);
		EQ_U(run_bytes(&r, test_copy((struct bytes){ r.code.p, n })), COND_LIMIT);
	}
	for (size_t bit = 0; bit < r.code.n * 8; bit++) {
		r.code.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		passed += run_bytes(&r, buf_bytes(&r.code)) != COND_LIMIT;
		r.code.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	/* Much of what is changed is still sound, but most is not. */
	CHECK(passed > 100 && passed < r.code.n * 4);
	rig_done(&r);
}

TEST(printing)
{
	static const char want[] = "        registers: 1 numbers, 0 strings, 2 objects\n"
				   "     9  sizecmp > 5 + false,undef->30\n"
				   "    13  module o0 rig\n"
				   "    15  ldi n0 1\n"
				   "    17  load rig.rows[]\n"
				   "    19  elem o1 o0 n0 rig.rows[] +72 56\n"
				   "    23  fieldn n0 o1 rig.rows[].v +0\n"
				   "    26  cmpi n0 == 7 + false,undef->30\n"
				   "    29  ret 1\n"
				   "    30  ret 0\n";
	static struct rig r;
	struct buf b = { 0 };

	rig_init(&r);
	if (parse(&r, "filesize > 5 and rig.rows[1].v == 7") &&
	    EQ_U(fold_rule(&r.b.ir, &r.b.rule), OK) &&
	    CHECK(rig_compile(&r, r.b.rule.cond))) {
		explain_code(&b, &r.b.ir, buf_bytes(&r.code), r.map);
		EQ_S(buf_cstr(&b), want);
	}
	buf_done(&b);
	rig_done(&r);
}
