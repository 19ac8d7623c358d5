/*
 * threads.c - what candor.h promises of threads, all of it at once.
 *
 * Run as it is, and under ThreadSanitizer (tests/lib/tsan), which sees the races that
 * happened not to matter. THREADS threads share one database; each has scanners of its
 * own, compiles, lists, fails and frees.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "lib/lib_rig.h"

#define THREADS 8
#define ROUNDS  12

/* A bit of everything that could have a state: filter, regex, modules, digests, loops. */
#define RULES                                                                            \
	"import \"pe\" import \"elf\" import \"hash\" import \"math\" import "           \
	"\"string\"\n"                                                                   \
	"rule text { strings: $a = \"needle\" $b = \"other\" nocase wide condition: "    \
	"any of them }\n"                                                                \
	"rule hex { strings: $h = { 6E 65 ?? 64 [0-8] 65 } condition: #h > 0 }\n"        \
	"rule re { strings: $r = /ne{2}d[k-m]e+/ condition: $r and @r[1] > 0 }\n"        \
	"rule hidden { strings: $x = \"secretive\" xor condition: $x }\n"                \
	"rule digest { condition: hash.md5(0, filesize) != \"x\" and hash.sha256(0, 4) " \
	"!= \"\" }\n"                                                                    \
	"rule maths { condition: math.entropy(0, filesize) >= 0.0 and num == 1 }\n"      \
	"rule format { condition: pe.is_pe or elf.number_of_sections == 0 or word == "   \
	"\"old\" }\n"                                                                    \
	"rule loop { condition: for any i in (0..filesize) : ( uint8(i) == 0x6e ) }"

static pthread_barrier_t together;
static atomic_int wrong;

static void
expect(bool ok)
{
	if (!ok)
		atomic_fetch_add(&wrong, 1);
}

/* The names that matched, a letter each. */
static void
scan(struct candor_scanner *s, const char *object, const char *want)
{
	char found[32] = "";
	size_t n = 0;

	expect(candor_scan_memory(s, object, strlen(object)) == CANDOR_OK);
	for (size_t i = 0; i < candor_count(s) && n < sizeof(found) - 1; i++)
		found[n++] = candor_finding(s, i)->rule->name[0];
	expect(strcmp(found, want) == 0);
}

static int
count(void *arg, const struct candor_rule *rule)
{
	*(size_t *)arg += rule->name[0] != '\0';
	return 0;
}

static void
compile_and_fail(int round)
{
	static const char *const texts[] = {
		"rule ok { strings: $a = /x+y/ condition: $a }",
		"rule wrong { condition: nothing }"
	};
	struct candor_compiler *c = candor_compiler_new(0);
	struct candor_rules *r = NULL;
	const char *text = texts[round & 1];
	int e;

	candor_compiler_add_text(c, NULL, NULL, text, strlen(text));
	e = candor_compiler_build(c, &r);
	expect(e == (round & 1 ? CANDOR_ERR_SYNTAX : CANDOR_OK));
	if (e != CANDOR_OK)
		expect(strcmp(candor_error(),
			   "rules(1): undefined identifier \"nothing\"") == 0);
	candor_rules_free(r);
	candor_compiler_free(c);
	expect(candor_rules_load("/nowhere/x", &r) == CANDOR_ERR_ACCESS);
	expect(strstr(candor_error(), "no such file") != NULL);
}

static void *
work(void *arg)
{
	struct candor_rules *r = arg;
	size_t listed = 0;

	pthread_barrier_wait(&together);
	for (int i = 0; i < ROUNDS; i++) {
		struct candor_scanner *s =
		    candor_scanner_new(r, i & 1 ? 0 : CANDOR_NO_MATCHES);

		scan(s, "a needle", "thrdmfl");
		candor_scanner_define_int(s, "num", i);
		scan(s, "nothing here", i == 1 ? "dmfl" : "dfl");
		candor_scanner_define_string(s, "word", "new");
		scan(s, "xyzw", i == 1 ? "dm" : "d");
		candor_scanner_free(s);
		compile_and_fail(i);
	}
	candor_rules_each(r, count, &listed);
	expect(listed == 8);
	candor_rules_free(r);
	return NULL;
}

TEST(share_rules)
{
	struct candor_rules *r = rig_rules(RULES, 0);
	pthread_t t[THREADS];

	pthread_barrier_init(&together, NULL, THREADS);
	for (int i = 0; i < THREADS; i++)
		CHECK(pthread_create(&t[i], NULL, work, candor_rules_ref(r)) == 0);
	candor_rules_free(r); /* each thread is an owner */
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	EQ_I(wrong, 0);
	pthread_barrier_destroy(&together);
}
