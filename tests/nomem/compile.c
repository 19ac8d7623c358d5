/* Rules compiled without memory: a limit, or the database that there is with memory. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "modules/modules.h"
#include "rules/compile.h"
#include "tests/nomem/nomem.h"
#include "tests/tap.h"

#define BUDGET ((size_t)256 << 20)

/* Of each kind: strings, modifiers, what conditions can say, metadata, namespaces. */
static const char text[] =
    "import \"pe\" import \"math\" import \"hash\"\n"
    "rule a : t1 t2 { meta: s = \"x\" n = 3 b = true strings: $t = \"some words\" nocase "
    "wide ascii fullword $x = \"keyed\" xor(1-5) $b = \"encoded text\" base64 base64wide "
    "$h = { 4d 5a [4-300] ( 50 45 | ?1 ~62 63 ) } $r = /ab+c(de|fg){2,5}[0-9]*/i $c = "
    "/x.{3,}y/s "
    "condition: #t > 2 and (@x[1] < 100 or !r[1] == 5) and any of ($b, $h) and $c in "
    "(1..9) }\n"
    "private rule b { condition: for any i in (1..3) : (uint16(i) == 0x5a4d) and "
    "filesize < 1MB "
    "and \"abc\" matches /b.d/ and for any s in pe.sections : (s.name == \".text\") }\n"
    "global rule c { strings: $s = \"short\" $s2 = \"other\" condition: ($s at 0 or 1 of "
    "($s*)) "
    "and (a or b) and 2 of (a, b) and math.entropy(0, filesize) > 1.5 and num == 1 }\n"
    "rule d { condition: pe.imphash() == \"0123456789abcdef0123456789abcdef\" or "
    "hash.md5(0, 9) == \"00\" or pe.version_info[\"a\"] contains word }\n";

struct job {
	struct bytes text;
	struct buf db;
	enum err e;
	unsigned errors, dropped;
};

static const struct ext exts[] = {
	{ .name = BYTES_LIT("num"), .type = EXT_INT, .i = 1 },
	{ .name = BYTES_LIT("word"), .type = EXT_STR, .s = BYTES_LIT("old") },
};

static void
compile(struct job *j)
{
	struct arena a;
	struct diags ds = { .arena = &a };
	struct rules_env env = {
		.arena = &a, .diags = &ds, .exts = exts, .nexts = COUNT(exts)
	};
	struct rules_source src = { .file = "t", .ns = "default", .text = j->text };

	buf_clear(&j->db);
	arena_init(&a, BUDGET);
	env.modules = modules_tables(&a, &env.nmodules);
	j->e = env.modules ? rules_compile(&env, &src, 1, &j->db) : ERR_LIMIT;
	j->errors = ds.errors;
	j->dropped = ds.dropped;
	arena_done(&a);
}

TEST(rules)
{
	struct job good = { .text = bytes_of(text) }, j = good;
	uint64_t limits = 0;

	compile(&good);
	EQ_U(good.e, OK);
	for (unsigned how = 0; how < NOMEM_HOWS; how++) {
		bool more = true;

		for (uint64_t n = 1; more; n = nomem_next(n)) {
			ROW("request %llu, how %u", (unsigned long long)n, how);
			nomem_arm(NOMEM_ANSWERED, n, how);
			compile(&j);
			more = nomem_disarm();
			/* nothing is wrong with these rules, whatever is missing */
			EQ_U(j.errors, 0);
			CHECK(j.e == OK || j.e == ERR_LIMIT || j.e == ERR_NOMEM);
			if (j.e == OK)
				CHECK(bytes_eq(buf_bytes(&j.db), buf_bytes(&good.db)));
			limits += j.e != OK;
		}
		compile(&j);
		CHECK(j.e == OK && bytes_eq(buf_bytes(&j.db), buf_bytes(&good.db)));
	}
	CHECK(limits > 100);
	buf_done(&j.db);
	buf_done(&good.db);
}

/* What is wrong stays wrong: no memory makes no rule right. */
TEST(wrong_rules)
{
	/* clang-format off */
	static const char *const rows[] = {
		"rule a { condition: nothing }",
		"rule a { strings: $a = \"x\" condition: true }",
		"rule a { strings: $a = /a(b/ condition: $a }",
		"rule a { strings: $a = { 4 } condition: $a }",
		"rule a { condition: true } rule a { condition: true }",
		"import \"nobody\" rule a { condition: true }",
		"rule a { condition: 1 + \"x\" }",
		"include \"x\"",
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct job j = { .text = bytes_of(rows[i]) };
		bool more = true;

		for (uint64_t n = 1; more; n = nomem_next(n)) {
			ROW("%s: request %llu", rows[i], (unsigned long long)n);
			nomem_arm(NOMEM_ANSWERED, n, NOMEM_ONCE);
			compile(&j);
			more = nomem_disarm();
			CHECK(j.e == ERR_LIMIT || j.e == ERR_NOMEM || j.e == ERR_SYNTAX);
			CHECK(j.e != ERR_SYNTAX || j.errors > 0);
		}
		EQ_U(j.e, ERR_SYNTAX);
		buf_done(&j.db);
	}
}

/* What has no answer ends the process with a word, and with nothing else. */
TEST(ends)
{
	struct job j = { .text = bytes_of(text) };
	bool more = true;
	unsigned ended = 0;

	for (uint64_t n = 1; more && n < 1000; n += n) {
		int status = 0, said[2];
		char line[256] = "";
		pid_t pid;

		ROW("request %llu", (unsigned long long)n);
		CHECK(pipe(said) == 0);
		pid = fork();
		if (pid == 0) {
			dup2(said[1], 2);
			signal(SIGABRT, SIG_DFL);
			nomem_arm(NOMEM_ENDS, n, NOMEM_ONCE);
			compile(&j);
			_exit(nomem_disarm() ? 1 : 0);
		}
		close(said[1]);
		CHECK(read(said[0], line, sizeof(line) - 1) >= 0);
		close(said[0]);
		CHECK(waitpid(pid, &status, 0) == pid);
		more = !WIFEXITED(status) || WEXITSTATUS(status) != 0;
		if (more) {
			CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
			CHECK(strstr(line, "out of memory") != NULL);
			ended++;
		}
	}
	CHECK(ended > 3);
	buf_done(&j.db);
}
