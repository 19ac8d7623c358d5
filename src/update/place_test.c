/* Where releases are fetched from, as far as no server is needed: a folder, and mistakes.
 */
#include "update/place.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sys.h"
#include "tests/tap.h"

struct site {
	char dir[40];
	struct conf conf;
	struct place p;
};

static void
put(const struct site *s, const char *name, const char *text)
{
	char path[120];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", s->dir, name);
	fd = open(path, O_WRONLY | O_CREAT, 0644);
	CHECK(fd >= 0 && sys_write_all(fd, text, strlen(text)) == OK);
	close(fd);
}

static void
start(struct site *s)
{
	char path[120];
	struct fault f = { 0 };

	*s = (struct site){ .dir = "/tmp/candor-place-XXXXXX" };
	CHECK(mkdtemp(s->dir) != NULL);
	snprintf(path, sizeof(path), "%s/log", s->dir);
	CHECK(mkdir(path, 0755) == 0);
	put(s, "latest", "0123456789");
	put(s, "log/checkpoint", "of the log");
	put(s, "empty", "");
	s->p = (struct place){ .conf = &s->conf };
	EQ_U(place_open(&s->p, s->dir, &f), OK);
}

static void
end(struct site *s)
{
	place_close(&s->p);
	test_remove(s->dir);
}

/* The fault of asking for one file; what was found is in *out. */
static enum fault_kind
get(struct site *s, const char *name, bool of_log, uint64_t cap, struct place_file *out)
{
	struct fault f = { 0 };

	*out = (struct place_file){ .name = name, .of_log = of_log, .cap = cap };
	if (place_get(&s->p, out, 1, &f) == OK)
		EQ_U(f.kind, FAULT_NONE);
	return f.kind;
}

TEST(files_of_a_folder)
{
	/* clang-format off */
	static const struct {
		const char *name;
		bool of_log;
		uint64_t cap;
		enum fault_kind fault;
		const char *text; /* NULL: not found */
	} rows[] = {
		{ "latest",     false, 10,   FAULT_NONE,      "0123456789" },
		{ "latest",     false, 1000, FAULT_NONE,      "0123456789" },
		{ "latest",     false, 9,    FAULT_TOO_LARGE, NULL },
		{ "latest",     false, 0,    FAULT_TOO_LARGE, NULL },
		{ "empty",      false, 0,    FAULT_NONE,      "" },
		{ "checkpoint", true,  100,  FAULT_NONE,      "of the log" },
		{ "checkpoint", false, 100,  FAULT_NONE,      NULL },
		{ "latest",     true,  100,  FAULT_NONE,      NULL },
		{ "none/such",  false, 100,  FAULT_NONE,      NULL },
		{ "log",        false, 100,  FAULT_FETCH,     NULL }, /* a folder */
		{ "fifo",       false, 100,  FAULT_FETCH,     NULL }, /* and nobody waits */
		{ "link",       false, 100,  FAULT_NONE,      NULL }, /* not followed */
	};
	/* clang-format on */
	struct site s;
	char path[120];

	start(&s);
	snprintf(path, sizeof(path), "%s/fifo", s.dir);
	CHECK(mkfifo(path, 0644) == 0);
	snprintf(path, sizeof(path), "%s/link", s.dir);
	CHECK(symlink("latest", path) == 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct place_file file;

		ROW("%s, %d", rows[i].name, (int)rows[i].cap);
		EQ_U(get(&s, rows[i].name, rows[i].of_log, rows[i].cap, &file),
		    rows[i].fault);
		EQ_U(file.found, rows[i].text != NULL);
		if (rows[i].text != NULL)
			EQ_B(buf_bytes(&file.data), bytes_of(rows[i].text));
		buf_done(&file.data);
	}
	end(&s);
}

TEST(what_must_be_there)
{
	struct place_file file = { .name = "latest", .cap = 100 };
	struct fault f = { 0 };
	struct site s;

	start(&s);
	EQ_U(place_need(&s.p, &file, &f), OK);
	buf_done(&file.data);
	file = (struct place_file){ .name = "other", .cap = 100 };
	EQ_U(place_need(&s.p, &file, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_MISSING);
	buf_done(&file.data);
	end(&s);
}

/* Where to ask is said before anything is asked. */
TEST(no_such_place)
{
	/* clang-format off */
	static const struct {
		const char *base, *fetch;
		enum fault_kind fault;
	} rows[] = {
		{ NULL,                      "/bin/true", FAULT_CONF },
		{ "http://",                 "/bin/true", FAULT_CONF },
		{ "https://user@host/",      "/bin/true", FAULT_CONF },
		{ "https://updates.example", NULL,        FAULT_IO },
		{ "/nonexistent/folder",     "/bin/true", FAULT_IO },
		{ "/dev/null",               "/bin/true", FAULT_IO },
	};
	/* clang-format on */
	struct conf conf = { 0 };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct place p = { .conf = &conf, .fetch = rows[i].fetch };
		struct fault f = { 0 };

		ROW("%s", rows[i].base ? rows[i].base : "none");
		CHECK(place_open(&p, rows[i].base, &f) != OK);
		EQ_U(f.kind, rows[i].fault);
		place_close(&p);
	}
}
