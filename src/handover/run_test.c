/* Programs that are asked: what they say, how they end, and what they are told. */
#include "handover/run.h"

#include "base/sys.h"
#include "tests/tap.h"

static enum err
ask(const char *script, size_t limit, struct buf *out)
{
	const char *const argv[] = { "sh", "-c", script, NULL };

	buf_clear(out);
	return run_text(argv, limit, out);
}

TEST(what_they_say)
{
	struct buf out = { 0 };

	EQ_U(ask("echo hello", 100, &out), OK);
	EQ_S(buf_cstr(&out), "hello\n");
	EQ_U(ask("exit 3", 100, &out), ERR_FORMAT);
	EQ_U(ask("kill -9 $$", 100, &out), ERR_FORMAT);
	EQ_U(ask("yes", 1000, &out), ERR_LIMIT); /* which ends it */
	EQ_U(ask("echo $LC_ALL $TZ $GIT_NO_REPLACE_OBJECTS", 100, &out), OK);
	EQ_S(buf_cstr(&out), "C UTC 1\n");
	EQ_U(ask("cat", 100, &out), OK); /* nothing on its stdin */
	EQ_U(out.n, 0);
	buf_done(&out);
}

TEST(not_there)
{
	const char *const argv[] = { "no-such-program-here", NULL };
	struct buf out = { 0 };
	struct run r;

	EQ_U(run_text(argv, 100, &out), ERR_FORMAT);
	EQ_U(run_start(argv, 0, &r), OK);
	EQ_I(run_end(&r), 127);
	EQ_I(r.out, -1);
	buf_done(&out);
}

TEST(a_talk)
{
	const char *const argv[] = { "cat", NULL };
	struct run r;
	char p[16];
	size_t got;

	EQ_U(run_start(argv, RUN_TALK, &r), OK);
	for (int i = 0; i < 3; i++) {
		EQ_U(sys_write_all(r.in, "ping", 4), OK);
		EQ_U(sys_read_some(r.out, p, sizeof(p), &got), OK);
		EQ_B(((struct bytes){ (uint8_t *)p, got }), BYTES_LIT("ping"));
	}
	EQ_I(run_end(&r), 0);
}

/* Whatever else is open here, they do not get it. */
TEST(no_descriptor_of_ours)
{
	struct buf before = { 0 }, after = { 0 };
	int fd;

	EQ_U(ask("ls /proc/self/fd | wc -l", 100, &before), OK);
	EQ_U(sys_memfd("ours", &fd), OK);
	EQ_U(ask("ls /proc/self/fd | wc -l", 100, &after), OK);
	EQ_B(buf_bytes(&after), buf_bytes(&before));
	fd_closep(&fd);
	buf_done(&before);
	buf_done(&after);
}
