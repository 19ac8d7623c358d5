#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/lib_rig.h"

#define RULES                                                                          \
	"rule a : t1 t2 { meta: m = 7 s = \"xy\" b = true strings: $x = \"find\" "     \
	"condition: $x }\n"                                                            \
	"private rule p { condition: true }\n"                                         \
	"rule n { condition: num == 2 and word == \"new\" and flag and real > 1.0 }\n" \
	"rule big { condition: filesize > 1MB }\n"

TEST(found)
{
	struct candor_rules *r = rig_rules(RULES, 0);
	struct candor_scanner *s = candor_scanner_new(r, 0);
	const struct candor_finding *f;

	candor_rules_free(r); /* the scanner is an owner, too */
	rig_scan(s, "nothing", CANDOR_OK, "");
	rig_scan(s, "to find, find", CANDOR_OK,
	    "default:a t1,t2 m=7 s=\"xy\" b=1b $x@3+4=find $x@9+4=find");
	f = candor_finding(s, 0);
	EQ_U(f->rule->metas[1].s_size, 2);
	EQ_S(f->rule->metas[1].s, "xy");
	EQ_S(f->text, "");
	CHECK(candor_finding(s, 1) == NULL);
	rig_scan(s, "", CANDOR_OK, "");
	candor_scanner_free(s);
	candor_scanner_free(NULL);
}

/* clang-format off */
static const struct {
	uint32_t flags;
	const char *found;
} flag_rows[] = {
	{ CANDOR_NO_MATCHES, "default:a t1,t2 m=7 s=\"xy\" b=1b" },
	{ CANDOR_NO_MATCHES | CANDOR_PRIVATE, "default:a t1,t2 m=7 s=\"xy\" b=1b\ndefault:p" },
	{ CANDOR_NO_MATCHES | CANDOR_UNMATCHED, "default:a t1,t2 m=7 s=\"xy\" b=1b\n!default:n\n!default:big" },
	{ CANDOR_FAST, "default:a t1,t2 m=7 s=\"xy\" b=1b $x@0+4=find" },
};
/* clang-format on */

TEST(flags)
{
	struct candor_rules *r = rig_rules(RULES, 0);

	for (size_t i = 0; i < COUNT(flag_rows); i++) {
		struct candor_scanner *s = candor_scanner_new(r, flag_rows[i].flags);

		ROW("%#x", flag_rows[i].flags);
		rig_scan(s, "find find", CANDOR_OK, flag_rows[i].found);
		candor_scanner_free(s);
	}
	CHECK(candor_scanner_new(r, CANDOR_YARA_ONLY) == NULL);
	EQ_S(candor_error(), "a scanner has no such flag: 0x4");
	candor_rules_free(r);
}

#define ASKS "import \"cuckoo\" rule asks { condition: cuckoo.sync.mutex(/evil/) }"
#define TOLD "{ \"behavior\": { \"summary\": { \"mutexes\": [\"evil\"] } } }"

/* The report of a sandbox: as given last, and only to who asks. */
TEST(given)
{
	struct candor_rules *r = rig_rules(ASKS, 0);
	struct candor_scanner *s = candor_scanner_new(r, 0);

	rig_scan(s, "x", CANDOR_OK, "");
	EQ_U(candor_scanner_give(s, "cuckoo", TOLD, strlen(TOLD)), CANDOR_OK);
	rig_scan(s, "x", CANDOR_OK, "default:asks");
	rig_scan(s, "y", CANDOR_OK, "default:asks");
	EQ_U(candor_scanner_give(s, "cuckoo", "{}", 2), CANDOR_OK);
	rig_scan(s, "x", CANDOR_OK, "");
	EQ_U(candor_scanner_give(s, "cuckoo", "{", 1), CANDOR_OK);
	EQ_U(candor_scan_memory(s, "x", 1), CANDOR_ERR_ARG);
	CHECK(strncmp(candor_error(), "what is given to the module 'cuckoo': ", 38) == 0);
	EQ_U(candor_scanner_give(s, "pe", "{}", 2), CANDOR_ERR_ARG);
	EQ_S(candor_error(), "the module 'pe' takes no data");
	EQ_U(candor_scanner_give(s, "none", "{}", 2), CANDOR_ERR_ARG);
	EQ_S(candor_error(), "the module 'none' is unknown");
	candor_scanner_free(s);
	candor_rules_free(r);
	r = rig_rules(RULES, 0); /* they do not import it */
	s = candor_scanner_new(r, 0);
	EQ_U(candor_scanner_give(s, "cuckoo", "{", 1), CANDOR_OK);
	rig_scan(s, "nothing", CANDOR_OK, "");
	candor_scanner_free(s);
	candor_rules_free(r);
}

/* A module that this process has not: said at once, not by rules that never match. */
TEST(needs_worker)
{
	struct candor_rules *r = rig_rules(
	    "import \"magic\" rule m { condition: magic.type() contains \"x\" }", 0);

	CHECK(candor_scanner_new(r, 0) == NULL);
	EQ_S(candor_error(), "the rules import the module 'magic', which only a confined "
			     "scanner has: CANDOR_CONFINED");
	candor_scanner_free(candor_scanner_new(r, CANDOR_CONFINED));
	candor_rules_free(r);
}

TEST(externals)
{
	struct candor_rules *r = rig_rules(RULES, 0);
	struct candor_scanner *s = candor_scanner_new(r, 0);
	struct candor_scanner *other = candor_scanner_new(r, 0);

	EQ_I(candor_scanner_define_int(s, "num", 2), CANDOR_OK);
	EQ_I(candor_scanner_define_string(s, "word", "new"), CANDOR_OK);
	EQ_I(candor_scanner_define_bool(s, "flag", 9), CANDOR_OK);
	rig_scan(s, "x", CANDOR_OK, "");
	EQ_I(candor_scanner_define_float(s, "real", 1.5), CANDOR_OK);
	rig_scan(s, "x", CANDOR_OK, "default:n");
	rig_scan(other, "x", CANDOR_OK, ""); /* the rules are shared, values are not */
	EQ_I(candor_scanner_define_int(s, "word", 2), CANDOR_ERR_ARG);
	EQ_S(candor_error(), "the rules have no external variable 'word' of that type");
	EQ_I(candor_scanner_define_int(s, "none", 2), CANDOR_ERR_ARG);
	rig_scan(s, "x", CANDOR_OK, "default:n");
	candor_rules_free(r);
	candor_scanner_free(s);
	candor_scanner_free(other);
}

TEST(limits)
{
	struct candor_rules *r =
	    rig_rules("rule r { strings: $a = /a[^b]{2,90}c/ condition: #a > 0 }\n"
		      "rule x { strings: $x = \"xyz\" condition: $x }",
		0);
	struct candor_scanner *s = candor_scanner_new(r, 0);

	EQ_I(candor_scanner_limit(s, CANDOR_OBJECT_SIZE, 4), CANDOR_OK);
	rig_scan(s, "xyz", CANDOR_OK, "default:x $x@0+3=xyz");
	rig_scan(
	    s, "xyz..", CANDOR_INCOMPLETE, "limit:it is larger than CANDOR_OBJECT_SIZE");
	EQ_S(candor_error(), "scanned in part: it is larger than CANDOR_OBJECT_SIZE");
	EQ_I(candor_scanner_limit(s, CANDOR_OBJECT_SIZE, 0), CANDOR_OK);
	EQ_I(candor_scanner_limit(s, CANDOR_MATCH_DATA, 2), CANDOR_OK);
	rig_scan(s, "xyz..", CANDOR_OK, "default:x $x@0+3=xy");
	EQ_I(candor_scanner_limit(s, (enum candor_scanner_limit)77, 0), CANDOR_ERR_ARG);
	candor_rules_free(r);
	candor_scanner_free(s);
}

/* A scratch of nothing: what was found first is there, and the answer is not OK. */
TEST(memory_limit)
{
	struct candor_rules *r = rig_rules(
	    "import \"hash\" rule h { condition: hash.md5(0, filesize) == \"x\" }\n"
	    "rule x { strings: $x = \"xyz\" condition: $x }",
	    0);
	struct candor_scanner *s = candor_scanner_new(r, 0);

	EQ_I(candor_scanner_limit(s, CANDOR_MEMORY, 1), CANDOR_OK);
	EQ_I(candor_scan_memory(s, "xyz", 3), CANDOR_INCOMPLETE);
	CHECK(candor_count(s) > 0);
	candor_rules_free(r);
	candor_scanner_free(s);
}

/* --- callbacks --------------------------------------------------------------------- */

struct heard {
	struct buf b;
	unsigned calls, stop_at;
};

static int
hear(void *arg, const struct candor_finding *f)
{
	struct heard *h = arg;

	rig_finding(&h->b, f);
	return ++h->calls == h->stop_at;
}

TEST(callback)
{
	struct candor_rules *r = rig_rules(RULES, 0);
	struct candor_scanner *s =
	    candor_scanner_new(r, CANDOR_UNMATCHED | CANDOR_NO_MATCHES);
	struct heard h = { 0 };

	candor_scanner_on_finding(s, hear, &h);
	EQ_I(candor_scan_memory(s, "find", 4), CANDOR_OK);
	EQ_S(buf_cstr(&h.b),
	    "default:a t1,t2 m=7 s=\"xy\" b=1b\n!default:n\n!default:big");
	EQ_U(candor_count(s), 0);
	h.calls = 0;
	h.stop_at = 2;
	EQ_I(candor_scan_memory(s, "find", 4), CANDOR_STOPPED);
	EQ_U(h.calls, 2);
	EQ_S(candor_error(), "the scan was stopped");
	/* and the scanner is as good as new */
	candor_scanner_on_finding(s, NULL, NULL);
	rig_scan(s, "find", CANDOR_OK,
	    "default:a t1,t2 m=7 s=\"xy\" b=1b\n!default:n\n!default:big");
	/* a limit comes the same way */
	h = (struct heard){ .b = h.b };
	buf_clear(&h.b);
	candor_scanner_on_finding(s, hear, &h);
	candor_scanner_limit(s, CANDOR_OBJECT_SIZE, 1);
	EQ_I(candor_scan_memory(s, "find", 4), CANDOR_INCOMPLETE);
	EQ_S(buf_cstr(&h.b), "limit:it is larger than CANDOR_OBJECT_SIZE");
	buf_done(&h.b);
	candor_rules_free(r);
	candor_scanner_free(s);
}

/* --- files and descriptors --------------------------------------------------------- */

static int
memory_file(const char *text)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	return fd;
}

TEST(descriptors)
{
	struct candor_rules *r = rig_rules(RULES, 0);
	struct candor_scanner *s = candor_scanner_new(r, CANDOR_NO_MATCHES);
	int fd = memory_file("to find"), pipes[2];

	EQ_I(candor_scan_fd(s, fd), CANDOR_OK); /* it can write, and stands at its end */
	EQ_U(candor_count(s), 1);
	EQ_I(lseek(fd, 0, SEEK_CUR), 7);
	CHECK(ftruncate(fd, 70 << 20) == 0); /* mapped, not read */
	EQ_I(candor_scan_fd(s, fd), CANDOR_OK);
	EQ_U(candor_count(s), 2);
	close(fd);
	EQ_I(candor_scan_fd(s, fd), CANDOR_ERR_ARG);
	EQ_U(candor_count(s), 0);
	CHECK(pipe(pipes) == 0);
	EQ_I(candor_scan_fd(s, pipes[0]), CANDOR_ERR_ACCESS);
	close(pipes[0]);
	close(pipes[1]);
	candor_rules_free(r);
	candor_scanner_free(s);
}

TEST(files)
{
	struct candor_rules *r = rig_rules(RULES, 0);
	struct candor_scanner *s = candor_scanner_new(r, CANDOR_NO_MATCHES);
	char name[] = "/tmp/candor-lib.XXXXXX";
	int fd = mkstemp(name);

	CHECK(fd >= 0 && write(fd, "find", 4) == 4);
	EQ_I(candor_scan_file(s, name), CANDOR_OK);
	EQ_U(candor_count(s), 1);
	EQ_I(candor_scan_file(s, "/tmp"), CANDOR_ERR_ACCESS);
	EQ_S(candor_error(), "cannot scan '/tmp': a folder");
	EQ_I(candor_scan_file(s, "/nowhere/x"), CANDOR_ERR_ACCESS);
	EQ_S(candor_error(), "cannot open '/nowhere/x': no such file or directory");
	EQ_U(candor_count(s), 0);
	unlink(name);
	close(fd);
	candor_rules_free(r);
	candor_scanner_free(s);
}

/* What is said of a rule's matches grows with them, and stays in order. */
TEST(many_matches)
{
	struct candor_rules *r = rig_rules(
	    "rule m { strings: $a = \"ab\" $b = \"b\" condition: any of them }", 0);
	struct candor_scanner *s = candor_scanner_new(r, 0);
	struct buf b = { 0 };
	const struct candor_finding *f;

	for (int i = 0; i < 5000; i++)
		buf_str(&b, "ab");
	EQ_I(candor_scan_memory(s, b.p, b.n), CANDOR_OK);
	f = candor_finding(s, 0);
	if (CHECK(f != NULL && f->nmatches == 10000))
		for (size_t i = 0; i < f->nmatches; i++) {
			EQ_S(f->matches[i].string, i < 5000 ? "$a" : "$b");
			EQ_U(f->matches[i].offset, i < 5000 ? 2 * i : 2 * (i - 5000) + 1);
		}
	buf_done(&b);
	candor_rules_free(r);
	candor_scanner_free(s);
}

/* Reasons belong to the thread. */
static void *
fail_elsewhere(void *arg)
{
	struct candor_rules *r;

	(void)arg;
	EQ_I(candor_rules_load("/nowhere/y", &r), CANDOR_ERR_ACCESS);
	return NULL;
}

TEST(errors_of_threads)
{
	struct candor_rules *r;
	pthread_t t;

	EQ_I(candor_rules_load("/nowhere/x", &r), CANDOR_ERR_ACCESS);
	CHECK(pthread_create(&t, NULL, fail_elsewhere, NULL) == 0);
	pthread_join(t, NULL);
	EQ_S(candor_error(), "cannot open '/nowhere/x': no such file or directory");
}

/* --- processes --------------------------------------------------------------------- */

/* A child with a word that is in no file, at an address that both know. */
TEST(process)
{
	struct candor_rules *r = rig_rules("rule w { strings: $a = \"word of a child\" "
					   "condition: $a and not defined filesize }",
	    0);
	struct candor_scanner *s = candor_scanner_new(r, 0);
	char *page =
	    mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const struct candor_finding *f;
	pid_t child;

	for (int i = 0; i < 15; i++) /* not as one literal, which this program has, too */
		page[100 + i] = "dlihc a fo drow"[14 - i];
	child = fork();
	if (child == 0)
		for (;;)
			pause();
	EQ_I(candor_scan_process(s, child), CANDOR_OK);
	f = candor_finding(s, 0);
	if (CHECK(f != NULL)) {
		bool there = false;

		for (size_t i = 0; i < f->nmatches; i++)
			if (f->matches[i].offset == (uintptr_t)page + 100) {
				there = true;
				EQ_S(f->matches[i].region, "anonymous");
			}
		CHECK(there);
	}
	EQ_I(candor_scanner_limit(s, CANDOR_PROCESS_MEMORY, 4096), CANDOR_OK);
	EQ_I(candor_scan_process(s, child), CANDOR_INCOMPLETE);
	EQ_S(candor_error(), "scanned in part: it has more memory than may be read");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	EQ_I(candor_scan_process(s, child), CANDOR_ERR_ACCESS);
	EQ_I(candor_scan_process(s, 0), CANDOR_ERR_ARG);
	EQ_U(candor_count(s), 0);
	munmap(page, 4096);
	candor_rules_free(r);
	candor_scanner_free(s);
}

/* The dialect is of the rules: a flag of compiling. */
TEST(dialect)
{
	static const char text[] =
	    "import \"math\" rule x { condition: math.min(-1, 0) == -1 }";
	static const uint32_t flags[] = { 0, CANDOR_YARAX };

	for (size_t i = 0; i < COUNT(flags); i++) {
		struct candor_rules *r = rig_rules(text, flags[i]);
		struct candor_scanner *s = candor_scanner_new(r, 0);

		ROW("flags %u", flags[i]);
		EQ_I(candor_scan_memory(s, "f", 1), CANDOR_OK);
		EQ_U(candor_count(s), i);
		candor_scanner_free(s);
		candor_rules_free(r);
	}
}
