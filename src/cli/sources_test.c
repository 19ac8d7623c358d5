/* What the user called rules, one source after the other, and what includes may open. */
#include "cli/sources.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sys.h"
#include "tests/tap.h"

static char dir[40];

static const char *
below(const char *name)
{
	static char path[4][300];
	static unsigned next;
	char *p = path[next++ % 4];

	snprintf(p, sizeof(path[0]), "%s/%s", dir, name);
	return p;
}

static void
put(const char *name)
{
	int fd = open(below(name), O_WRONLY | O_CREAT, 0644);

	CHECK(fd >= 0 && sys_write_all(fd, name, strlen(name)) == OK);
	close(fd);
}

static void
start(void)
{
	static const char *const files[] = { "b.yara", "a.yar", "notes.txt", "sub/c.yar",
		"sub/d.inc", "ns:e.yar" };

	snprintf(dir, sizeof(dir), "/tmp/candor-sources-XXXXXX");
	CHECK(mkdtemp(dir) != NULL && mkdir(below("sub"), 0755) == 0);
	for (size_t i = 0; i < COUNT(files); i++)
		put(files[i]);
	CHECK(mkfifo(below("fifo.yar"), 0644) == 0);
}

/* What the source holds: its own name, as put() wrote it. */
static void
content(struct compile_source *c, struct buf *out)
{
	struct buf b = { 0 };

	CHECK(c->fd >= 0 && lseek(c->fd, (off_t)c->off, SEEK_SET) >= 0 &&
	      sys_read_all(c->fd, &b, 1000) == OK);
	EQ_U(b.n, c->size);
	buf_put(out, b.p, b.n);
	buf_done(&b);
	close(c->fd);
}

/* All of them: "a.yar ns|b.yara ns|". */
static void
list(struct sources *s, struct buf *out)
{
	struct compile_source c;

	while (sources_next(s, &c) == OK) {
		content(&c, out);
		buf_u8(out, ' ');
		buf_put(out, c.ns.p, c.ns.n);
		buf_u8(out, '|');
	}
}

TEST(files_folders_and_namespaces)
{
	struct buf got = { 0 };
	struct sources *s;
	const char *rules[6];
	char folder[60], spaced[60], named[60];

	start();
	snprintf(folder, sizeof(folder), "mine:%s/sub", dir);
	snprintf(spaced, sizeof(spaced), "not ns:%s/a.yar", dir);
	snprintf(named, sizeof(named), "%s/ns:e.yar", dir);
	rules[0] = folder;
	rules[1] = dir; /* sub/c.yar is known already; nobody waits for the fifo */
	rules[2] = below("notes.txt"); /* named: whatever it is called */
	rules[3] = spaced;             /* no namespace, and no such file */
	rules[4] = named;
	s = sources_new(rules, 5);
	list(s, &got);
	EQ_S(buf_cstr(&got),
	    "sub/c.yar mine|a.yar |b.yara |ns:e.yar |notes.txt |ns:e.yar |");
	CHECK(sources_failed(s));
	EQ_U(sources_count(s), 6);
	EQ_S(sources_path(s, 6), "rules");
	sources_free(s);
	buf_done(&got);
	test_remove(dir);
}

/* What an include of the first source gives: its content, or "" when it is refused. */
static void
included(const char *path, size_t n, const char *want)
{
	const char *rules[] = { below("sub/c.yar") };
	struct sources *s = sources_new(rules, 1);
	struct compile_source c;
	struct buf got = { 0 };
	enum err e;

	CHECK(sources_next(s, &c) == OK);
	close(c.fd);
	e = sources_include(s, 0, (struct bytes){ (const uint8_t *)path, n }, &c);
	EQ_U(e, want[0] != '\0' ? OK : ERR_ACCESS);
	if (e == OK)
		content(&c, &got);
	EQ_S(buf_cstr(&got), want);
	CHECK(!sources_failed(s)); /* it is the compiler's to tell */
	buf_done(&got);
	sources_free(s);
}

TEST(includes)
{
	static const struct {
		const char *path, *want;
	} rows[] = {
		{ "d.inc", "sub/d.inc" },
		{ "./d.inc", "sub/d.inc" },
		{ "../a.yar", "a.yar" },
		{ "../sub/../b.yara", "b.yara" },
		{ "a.yar", "" },
		{ "", "" },
		{ "..", "" },
		{ "../fifo.yar", "" },
		{ "/dev/zero", "" },
		{ "/proc/self/mem/", "" },
	};
	static char longest[4098];

	start();
	for (size_t i = 0; i < COUNT(rows); i++) {
		ROW("'%s'", rows[i].path);
		included(rows[i].path, strlen(rows[i].path), rows[i].want);
	}
	ROW("absolute");
	included(below("a.yar"), strlen(below("a.yar")), "a.yar");
	ROW("a NUL in it");
	included("d.inc\0.yar", 10, "");
	memset(longest, '/', sizeof(longest));
	memcpy(longest + sizeof(longest) - 6, "d.inc", 5);
	ROW("too long");
	included(longest, 4097, "");
	test_remove(dir);
}

/* A file that includes itself is told by its number; a chain of others ends somewhere. */
TEST(includes_of_includes)
{
	const char *rules[1];
	struct compile_source c;
	struct sources *s;
	unsigned from = 0;

	start();
	rules[0] = below("sub/c.yar");
	s = sources_new(rules, 1);
	CHECK(sources_next(s, &c) == OK);
	close(c.fd);
	CHECK(sources_include(s, 0, BYTES_LIT("c.yar"), &c) == OK);
	EQ_U(c.again, 1);
	EQ_U(sources_count(s), 1);
	close(c.fd);
	for (; from < 1000; from++) { /* by another name each time */
		if (sources_include(s, from, BYTES_LIT("./d.inc"), &c) != OK)
			break;
		EQ_U(c.again, 0);
		close(c.fd);
	}
	EQ_U(from, 64);
	sources_free(s);
	test_remove(dir);
}

/* What a release has includes only what it has: no file of this machine. */
TEST(held_texts)
{
	static const struct job_source held[] = {
		{ "set/one.yar", { (const uint8_t *)"one", 3 } },
		{ "set/two.inc", { (const uint8_t *)"two", 3 } },
	};
	const char *rules[1];
	struct compile_source c;
	struct buf got = { 0 };
	struct sources *s;

	start();
	rules[0] = below("a.yar");
	s = sources_new(rules, 1);
	sources_hold(s, held, 2);
	list(s, &got);
	EQ_S(buf_cstr(&got), "one |two |a.yar |");
	buf_clear(&got);
	if (CHECK(sources_include(s, 0, BYTES_LIT("two.inc"), &c) == OK))
		content(&c, &got);
	EQ_S(buf_cstr(&got), "two");
	EQ_U(sources_include(s, 0, BYTES_LIT("three.inc"), &c), ERR_ACCESS);
	EQ_U(sources_include(s, 0, bytes_of(below("a.yar")), &c), ERR_ACCESS);
	EQ_U(sources_include(s, 0, BYTES_LIT("/etc/passwd"), &c), ERR_ACCESS);
	buf_done(&got);
	sources_free(s);
	test_remove(dir);
}
