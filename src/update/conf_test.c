#include "update/conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/sys.h"
#include "tests/tap.h"

#define KEY "log.example/candor+b794c424+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"

static struct arena arena;
static struct fault fault;

static enum err
parse(const char *text, struct conf *c)
{
	fault = (struct fault){ 0 };
	*c = (struct conf){ .local = "/etc/candor/rules.d" };
	arena_done(&arena);
	arena_init(&arena, 1 << 20);
	return conf_parse(test_copy(bytes_of(text)), "/etc/candor", &arena, c, &fault);
}

/* clang-format off */
static const struct {
	const char *text, *what; /* what: of the refusal; NULL: it is good */
} rows[] = {
	{ "", NULL },
	{ "# nothing\n\n  \t\n", NULL },
	{ "url = https://a.example/x", NULL },
	{ "url=/media/stick\n", NULL },
	{ "url = media/stick\n", "url is" },
	{ "url = ftp://a\n", "url is" },
	{ "url = https://user@a/\n", "url is" },
	{ "publisher = " KEY "\npublisher = " KEY "\n", NULL },
	{ "publisher = nobody\n", "Ed25519" },
	{ "channel = stable\nchannel = beta\n", "before" },
	{ "channel = Stable\n", "channel is" },
	{ "channel = ../x\n", "channel is" },
	{ "max-age = 0\n", "max-age" },
	{ "max-age = 7 days\n", "max-age" },
	{ "max-age = 99999999999999999999d\n", "max-age" },
	{ "max-size = 5G\n", "max-size" },
	{ "max-size = 4G\n", NULL },
	{ "deadline = 2d\n", "deadline" },
	{ "min-speed = 0\n", "min-speed" },
	{ "local-rules = maybe\n", "yes or no" },
	{ "colour = red\n", "no such key" },
	{ "url\n", "KEY = VALUE" },
	{ "url =\n", "KEY = VALUE" },
	{ "= x\n", "KEY = VALUE" },
	{ "channel = a\x01\n", "control" },
};
/* clang-format on */

TEST(texts)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct conf c;
		enum err e = parse(rows[i].text, &c);

		ROW("%s", rows[i].text);
		EQ_U(e, rows[i].what ? ERR_FORMAT : OK);
		if (rows[i].what != NULL) {
			EQ_U(fault.kind, FAULT_CONF);
			CHECK(strstr(fault.text, rows[i].what) != NULL);
		}
	}
	arena_done(&arena);
}

TEST(values)
{
	struct conf c;

	CHECK(parse("", &c) == OK);
	EQ_S(c.channel, "stable");
	EQ_I(c.max_age, 7 * 86400);
	EQ_U(c.max_size, 64 << 20);
	CHECK(parse("max-age = 36h\nmax-size = 10k\ntrust = t\nexaminers = e/x\nstate = "
		    "/s\ndeadline = 2m\n"
		    "min-speed = 5\nca-file = ca.pem\nchannel = beta-2\n",
		  &c) == OK);
	EQ_I(c.max_age, 36 * 3600);
	EQ_U(c.max_size, 10240);
	EQ_S(c.trust, "/etc/candor/t");
	EQ_S(c.examiners, "/etc/candor/e/x");
	EQ_S(c.state, "/s");
	EQ_S(c.ca_file, "/etc/candor/ca.pem");
	EQ_S(c.channel, "beta-2");
	EQ_U(c.deadline_s, 120);
	EQ_U(c.min_speed, 5);
	/* "no" wins, in whatever order */
	CHECK(parse("local-rules = no\nrules-dir = r\n", &c) == OK);
	CHECK(c.local == NULL);
	CHECK(parse("rules-dir = r\nlocal-rules = yes\n", &c) == OK);
	EQ_S(c.local, "/etc/candor/r");
	arena_done(&arena);
}

TEST(cut_and_flipped)
{
	static const char text[] =
	    "# c\nurl = https://a.example/\nmax-age = 7d\npublisher = " KEY "\n";
	char copy[sizeof(text)];
	struct conf c;

	for (size_t n = 0; n < sizeof(text); n++) {
		snprintf(copy, n + 1, "%s", text);
		enum err e = parse(copy, &c);
		CHECK(e == OK || (e == ERR_FORMAT && fault.kind == FAULT_CONF));
	}
	for (size_t bit = 0; bit < (sizeof(text) - 1) * 8; bit++) {
		memcpy(copy, text, sizeof(text));
		copy[bit / 8] = (char)(copy[bit / 8] ^ 1 << bit % 8);
		enum err e = parse(copy, &c);
		CHECK(e == OK || (e == ERR_FORMAT && fault.kind == FAULT_CONF));
	}
	arena_done(&arena);
}

TEST(where)
{
	char folder[] = "/tmp/candor-conf-XXXXXX";
	struct conf_where w = { 0 };
	struct fault f = { 0 };
	struct arena a;
	struct conf c;
	struct sys_atomic file;

	if (!CHECK(mkdtemp(folder) != NULL))
		return;
	arena_init(&a, 1 << 20);

	char *path = xprintf("%s/candor.conf", folder),
	     *trust = xprintf("%s/trust", folder);

	w.config = path;
	EQ_U(conf_load(&w, &a, &c, &f), ERR_IO); /* named, and not there */
	CHECK(sys_atomic_open(&file, path) == OK);
	CHECK(sys_write_all(file.fd, "channel = beta\n", 15) == OK);
	CHECK(sys_atomic_commit(&file) == OK);
	f = (struct fault){ 0 };
	EQ_U(conf_load(&w, &a, &c, &f), OK);
	EQ_S(c.channel, "beta");
	EQ_S(c.trust, trust);
	EQ_S(strrchr(c.examiners, '/'), "/examiners");
	w.trust = "/x/t";
	w.state = "/y";
	EQ_U(conf_load(&w, &a, &c, &f), OK);
	EQ_S(c.trust, "/x/t");
	EQ_S(c.examiners, "/x/examiners"); /* beside the trust file, wherever that is */
	EQ_S(c.state, "/y");
	free(path);
	free(trust);
	arena_done(&a);
	test_remove(folder);
}
