/*
 * confined.c - libcandor with a worker behind it; CANDOR_WORKER names the program.
 *
 * The same answers as in-process, and what only a second process can give: a worker that
 * is killed, or is none, fails one object and not the caller.
 */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/lib_rig.h"

#define RULES                                                                  \
	"import \"math\" rule a : t { meta: m = \"x\" strings: $x = \"find\" " \
	"condition: $x }\n"                                                    \
	"rule n { condition: num == 2 }\n"                                     \
	"rule l { condition: math.entropy(0, filesize) >= 0.0 and filesize > 3 }"

static void
use_worker(void)
{
	if (!CHECK(candor_worker(getenv("CANDOR_WORKER")) == CANDOR_OK))
		abort();
}

/* The one child of this process; 0: there is none. */
static pid_t
find_child(void)
{
	char path[64], text[64] = "";
	int fd, n;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	fd = open(path, O_RDONLY);
	n = fd < 0 ? 0 : (int)read(fd, text, sizeof(text) - 1);
	close(fd);
	return n > 0 ? (pid_t)strtol(text, NULL, 10) : 0;
}

#define ASKS "import \"cuckoo\" rule asks { condition: cuckoo.sync.mutex(/evil/) }"
#define TOLD "{ \"behavior\": { \"summary\": { \"mutexes\": [\"evil\"] } } }"

/* A worker gets the report; one that makes no sense ends it, and the next one is fine. */
TEST(given)
{
	struct candor_rules *r = rig_rules(ASKS, 0);
	struct candor_scanner *s = candor_scanner_new(r, CANDOR_CONFINED);

	use_worker();
	rig_scan(s, "x", CANDOR_OK, "");
	EQ_U(candor_scanner_give(s, "cuckoo", TOLD, strlen(TOLD)), CANDOR_OK);
	rig_scan(s, "x", CANDOR_OK, "default:asks");
	kill(find_child(), SIGKILL);
	while (candor_scan_memory(s, "x", 1) != CANDOR_OK)
		;
	rig_scan(s, "x", CANDOR_OK, "default:asks"); /* the next worker gets it, too */
	EQ_U(candor_scanner_give(s, "cuckoo", "{", 1), CANDOR_OK);
	EQ_U(candor_scan_memory(s, "x", 1), CANDOR_ERR_WORKER);
	CHECK(strstr(candor_error(), "'cuckoo'") != NULL);
	EQ_U(candor_scanner_give(s, "cuckoo", TOLD, strlen(TOLD)), CANDOR_OK);
	rig_scan(s, "x", CANDOR_OK, "default:asks");
	candor_scanner_free(s);
	candor_rules_free(r);
}

TEST(same_answers)
{
	static const char *const objects[] = { "", "fin", "find", "to find and find" };
	struct candor_rules *rules[2];

	use_worker();
	rules[0] = rig_rules(RULES, 0);
	rules[1] = rig_rules(RULES, CANDOR_CONFINED);
	for (int i = 0; i < 4; i++) {
		struct candor_scanner *here =
		    candor_scanner_new(rules[i & 1], CANDOR_UNMATCHED);
		struct candor_scanner *there =
		    candor_scanner_new(rules[i >> 1], CANDOR_CONFINED | CANDOR_UNMATCHED);

		ROW("rules %d", i);
		candor_scanner_define_int(here, "num", i);
		candor_scanner_define_int(there, "num", i);
		for (size_t k = 0; k < COUNT(objects); k++) {
			struct buf b;

			EQ_I(candor_scan_memory(here, objects[k], strlen(objects[k])),
			    CANDOR_OK);
			b = rig_found(here);
			rig_scan(there, objects[k], CANDOR_OK, buf_cstr(&b));
			buf_done(&b);
		}
		candor_scanner_free(here);
		candor_scanner_free(there);
	}
	candor_rules_free(rules[0]);
	candor_rules_free(rules[1]);
	EQ_I(find_child(), 0);
}

/* One worker serves many objects; it is started by the first. */
TEST(one_worker)
{
	struct candor_rules *r;
	struct candor_scanner *s;
	siginfo_t gone;
	pid_t child;

	use_worker();
	r = rig_rules(RULES, 0);
	s = candor_scanner_new(r, CANDOR_CONFINED | CANDOR_NO_MATCHES);
	EQ_I(find_child(), 0);
	rig_scan(s, "find", CANDOR_OK, "default:a t m=\"x\"\ndefault:l");
	child = find_child();
	CHECK(child > 0);
	for (int i = 0; i < 100; i++)
		rig_scan(s, "no", CANDOR_OK, "");
	EQ_I(find_child(), child);
	candor_scanner_define_int(s, "num", 2); /* a setting makes another one */
	rig_scan(s, "no", CANDOR_OK, "default:n");
	CHECK(find_child() != child);
	/* one that is killed while nobody looks is no object's fault */
	child = find_child();
	if (!CHECK(child > 0)) /* 0 would be all of us */
		abort();
	kill(child, SIGKILL);
	CHECK(waitid(P_PID, (id_t)child, &gone, WEXITED | WNOWAIT) == 0);
	rig_scan(s, "find", CANDOR_OK, "default:a t m=\"x\"\ndefault:n\ndefault:l");
	candor_scanner_free(s);
	candor_rules_free(r);
	EQ_I(find_child(), 0);
}

/* Something that is no worker: the caller is told, and may go on with another. */
TEST(no_worker)
{
	struct candor_rules *r;
	struct candor_scanner *s;
	struct candor_compiler *c = candor_compiler_new(CANDOR_CONFINED);

	use_worker();
	r = rig_rules(RULES, 0);
	s = candor_scanner_new(r, CANDOR_CONFINED);
	EQ_I(candor_worker("/nowhere/worker"), CANDOR_ERR_ACCESS);
	EQ_S(candor_error(),
	    "cannot execute '/nowhere/worker': no such file or directory");
	EQ_I(candor_worker("/bin/false"), CANDOR_OK);
	EQ_I(candor_scan_memory(s, "find", 4), CANDOR_ERR_WORKER);
	EQ_S(candor_error(),
	    "cannot scan with a worker: the worker ended by itself (code 1)");
	EQ_U(candor_count(s), 0);
	candor_compiler_add_text(c, NULL, NULL, "rule a { condition: true }", 26);
	candor_rules_free(r);
	EQ_I(candor_compiler_build(c, &r), CANDOR_ERR_WORKER);
	use_worker();
	rig_scan(s, "no", CANDOR_OK, "");
	EQ_I(candor_compiler_build(c, &r), CANDOR_OK);
	candor_rules_free(r);
	candor_compiler_free(c);
	candor_scanner_free(s);
}

static int
count(void *arg, const struct candor_finding *f)
{
	(void)f;
	return ++*(int *)arg == 2;
}

TEST(callback)
{
	struct candor_rules *r;
	struct candor_scanner *s;
	int calls = 0;

	use_worker();
	r = rig_rules(RULES, 0);
	s = candor_scanner_new(r, CANDOR_CONFINED | CANDOR_UNMATCHED);
	candor_scanner_on_finding(s, count, &calls);
	EQ_I(candor_scan_memory(s, "find", 4), CANDOR_STOPPED);
	EQ_I(calls, 2);
	EQ_I(candor_scan_memory(s, "find", 4), CANDOR_OK);
	EQ_I(calls, 5);
	candor_scanner_free(s);
	candor_rules_free(r);
}

/* A compiler that is confined asks for includes as the other does, and is told the same.
 */
static int
answer(void *arg, const char *from, const char *path, struct candor_include *i)
{
	(void)arg;
	(void)from;
	if (strcmp(path, "loop") == 0)
		return candor_include_text(i, "loop", "include \"loop\"", 14);
	return strcmp(path, "a") == 0
		   ? candor_include_text(i, "a", "rule a { condition: true }", 26)
		   : -1;
}

static void
hear(void *arg, const struct candor_diag *d)
{
	if (d->severity == CANDOR_ERROR)
		buf_printf(arg, "%s(%u) %s\n", d->source, d->line, d->text);
}

TEST(compiler)
{
	static const char *const texts[] = { "include \"a\" rule b { condition: a }",
		"include \"loop\"", "\ninclude \"none\"",
		"rule x {\n condition: unknown }", "include \"a\"\ninclude \"a\"" };

	use_worker();
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct buf told[2] = { 0 };
		int said[2];

		ROW("%s", texts[i]);
		for (uint32_t k = 0; k < 2; k++) {
			struct candor_compiler *c =
			    candor_compiler_new(k ? CANDOR_CONFINED : 0);
			struct candor_rules *r = NULL;

			candor_compiler_on_diag(c, hear, &told[k]);
			candor_compiler_on_include(c, answer, NULL);
			candor_compiler_add_text(
			    c, NULL, "t", texts[i], strlen(texts[i]));
			said[k] = candor_compiler_build(c, &r);
			candor_rules_free(r);
			candor_compiler_free(c);
		}
		EQ_I(said[0], said[1]);
		EQ_S(buf_cstr(&told[1]), buf_cstr(&told[0]));
		buf_done(&told[0]);
		buf_done(&told[1]);
	}
}

/* The worker is given nothing that it could write to, whatever the caller has. */
TEST(descriptors)
{
	int fd = memfd_create("test", MFD_CLOEXEC);
	struct candor_rules *r;
	struct candor_scanner *s;
	void *p;

	use_worker();
	CHECK(fd >= 0 && write(fd, "find", 4) == 4);
	r = rig_rules(RULES, 0);
	s = candor_scanner_new(r, CANDOR_CONFINED);
	EQ_I(candor_scan_fd(s, fd), CANDOR_OK);
	EQ_U(candor_count(s), 2);
	/* a file that is cut under the worker's feet ends nobody */
	CHECK(ftruncate(fd, 200 << 20) == 0);
	p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	EQ_I(candor_scan_fd(s, fd), CANDOR_OK);
	munmap(p, 4096);
	close(fd);
	candor_scanner_free(s);
	candor_rules_free(r);
}

/* --- threads ----------------------------------------------------------------------- */

static void *
scan_many(void *arg)
{
	struct candor_scanner *s =
	    candor_scanner_new(arg, CANDOR_CONFINED | CANDOR_NO_MATCHES);

	for (int i = 0; i < 20; i++)
		if (candor_scan_memory(s, "find", 4) != CANDOR_OK || candor_count(s) != 2)
			return arg; /* anything but NULL */
	candor_scanner_free(s);
	return NULL;
}

TEST(threads)
{
	struct candor_rules *r;
	pthread_t t[4];

	use_worker();
	r = rig_rules(RULES, 0);
	for (size_t i = 0; i < COUNT(t); i++)
		CHECK(pthread_create(&t[i], NULL, scan_many, r) == 0);
	for (size_t i = 0; i < COUNT(t); i++) {
		void *wrong;

		pthread_join(t[i], &wrong);
		CHECK(wrong == NULL);
	}
	candor_rules_free(r);
}
