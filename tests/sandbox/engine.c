/*
 * engine.c - an engine that is the enemy: the hostile build of candor-worker.
 *
 * Stands in for scan/ and rules/ and obeys the file it scans. A file of "HOSTILE"
 * and a command makes it do what an engine could do that was taken over: each
 * way to break out, to lie, to hang. A command that comes back with success says
 * so by a finding "escaped"; the tests want none. The EICAR text is found, so that
 * honest work can be told from none.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "result/wire.h"
#include "rules/compile.h"
#include "scan/run.h"

#define CHANNEL 3
#define MAGIC   "HOSTILE "

struct scan {
	struct scan_stats stats;
};

void
scan_init(void)
{
}

enum err
scan_new(struct bytes db, const struct scan_opts *o, struct scan **out)
{
	static struct scan s;

	(void)o;
	if (bytes_find(db, 0, BYTES_LIT("refuse")) != UINT64_MAX)
		return ERR_FORMAT;
	if (bytes_find(db, 0, BYTES_LIT("crash-at-start")) != UINT64_MAX)
		raise(SIGSEGV);
	*out = &s;
	return OK;
}

void
scan_free(struct scan *s)
{
	(void)s;
}

enum err
scan_external(struct scan *s, const struct ext *v)
{
	(void)s;
	return bytes_eq(v->name, BYTES_LIT("unknown")) ? ERR_FORMAT : OK;
}

enum err
scan_give(struct scan *s, struct bytes module, struct bytes data, const char **why)
{
	(void)s;
	(void)module;
	if (bytes_find(data, 0, BYTES_LIT("crash-at-report")) != UINT64_MAX)
		raise(SIGSEGV);
	*why = "refused";
	return bytes_eq(data, BYTES_LIT("refuse")) ? ERR_FORMAT : OK;
}

const struct scan_stats *
scan_stats(const struct scan *s)
{
	return &s->stats;
}

/* --- what it can be told to do: 0 means that it worked --------------------- */

static long
do_syscall(const char *arg)
{
	char *end;
	long nr = strtol(arg, &end, 0), a[6] = { 0 };

	for (int i = 0; i < 6 && *end == ' '; i++)
		a[i] = strtol(end + 1, &end, 0);
	return syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]) < 0 ? -1 : 0;
}

/* 32-bit getpid (20), by the gate of another architecture. */
static long
do_int80(const char *arg)
{
	long r = 20;

	(void)arg;
	__asm__ volatile("int $0x80" : "+a"(r) : : "r8", "r9", "r10", "r11", "memory");
	return r > 0 ? 0 : -1;
}

static long
do_crash(const char *arg)
{
	raise(*arg == '\0' ? SIGSEGV : atoi(arg)); /* forbidden: tgkill */
	return 0;
}

static long
do_segv(const char *arg)
{
	volatile uintptr_t nowhere = 16;

	(void)arg;
	*(volatile int *)nowhere = 1;
	return 0;
}

static long
do_hang(const char *arg)
{
	(void)arg;
	for (volatile int i = 0; i >= 0; i = 0)
		continue;
	return 0;
}

static long
do_memory(const char *arg)
{
	(void)arg;
	for (size_t got = 0; got < 64ull << 30; got += 16 << 20) {
		void *p = mmap(NULL, 16 << 20, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (p == MAP_FAILED)
			bug("out of memory");
		memset(p, 1, 16 << 20);
	}
	return 0;
}

static long
do_exec_memory(const char *arg)
{
	(void)arg;
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
		   ? -1
		   : 0;
}

static long
do_open(const char *arg)
{
	return syscall(SYS_open, *arg ? arg : "/etc/passwd", 0) < 0 ? -1 : 0;
}

static long
do_exec(const char *arg)
{
	char *none[] = { NULL };

	(void)arg;
	return execve("/bin/true", none, none);
}

static long
do_exit(const char *arg)
{
	_exit(atoi(arg));
}

static long
do_close(const char *arg)
{
	(void)arg;
	close(CHANNEL);
	return do_hang(arg);
}

static void
send_raw(const void *p, size_t n)
{
	struct iovec iov = { (void *)(uintptr_t)p, n };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (sendmsg(CHANNEL, &m, MSG_NOSIGNAL) < 0)
		_exit(9);
}

/* A message as hex digits, exactly. */
static long
do_raw(const char *arg)
{
	static uint8_t msg[WIRE_MESSAGE_MAX];
	size_t n = 0;

	for (; arg[0] != '\0' && arg[1] != '\0'; arg += 2) {
		char digits[3] = { arg[0], arg[1], '\0' };

		msg[n++] = (uint8_t)strtoul(digits, NULL, 16);
	}
	send_raw(msg, n);
	return -1;
}

/* Findings without an end. */
static long
do_flood(const char *arg)
{
	static uint8_t text[40000];
	struct wire_out o = { .fd = CHANNEL };
	struct finding f = { .kind = FINDING_NOTE, .text = { text, sizeof(text) } };

	(void)arg;
	for (;;) {
		wire_put_finding(wire_begin(&o), &f);
		wire_send(&o, WIRE_FINDING);
		if (wire_flush(&o) != OK)
			_exit(9);
	}
}

static uint8_t control[900000]; /* each escaped to six characters in JSON */
static struct bytes many_tags[200000];
static struct finding_match many_matches[30000];

/* As much as is permitted, in frames as large as permitted, in the costliest forms. */
static long
do_hoard(const char *arg)
{
	static const struct {
		const char *name;
		struct finding f;
	} kinds[] = {
		{ "text",
		    { .kind = FINDING_NOTE, .text = { control, sizeof(control) } } },
		{ "tags", { .kind = FINDING_RULE,
			      .tags = many_tags,
			      .ntags = COUNT(many_tags) } },
		{ "matches", { .kind = FINDING_RULE,
				 .matches = many_matches,
				 .nmatches = COUNT(many_matches) } },
		{ "small", { .kind = FINDING_NOTE } },
	};
	struct wire_out o = { .fd = CHANNEL };
	size_t k = 0, sent = 0;

	while (k < COUNT(kinds) && strcmp(kinds[k].name, arg) != 0)
		k++;
	if (k == COUNT(kinds))
		return 0;
	memset(control, 1, sizeof(control));
	for (; sent < 100u << 20; sent += o.payload.n + WIRE_HEAD) {
		wire_put_finding(wire_begin(&o), &kinds[k].f);
		wire_send(&o, WIRE_FINDING);
	}
	return wire_flush(&o) == OK ? -1 : 0;
}

/* More of a rule that was never said. */
static long
do_more(const char *arg)
{
	struct wire_out o = { .fd = CHANNEL };
	struct finding f = { .kind = FINDING_RULE, .flags = FINDING_MORE };

	(void)arg;
	wire_put_finding(wire_begin(&o), &f);
	wire_send(&o, WIRE_FINDING);
	return wire_flush(&o) == OK ? -1 : 0;
}

/* A frame that never ends: its pieces want to be kept. */
static long
do_endless(const char *arg)
{
	static uint8_t msg[WIRE_MESSAGE_MAX];

	(void)arg;
	put_le32(msg, sizeof(msg) - WIRE_HEAD);
	put_le16(msg + 4, WIRE_FINDING);
	put_le16(msg + 6, 1);
	for (int i = 0; i < 1 << 20; i++)
		send_raw(msg, sizeof(msg));
	return -1;
}

/* Says that files are done which it was never given. */
static long
do_done(const char *arg)
{
	struct wire_out o = { .fd = CHANNEL };

	for (uint32_t id = (uint32_t)atoi(arg), i = 0; i < 200; i++) {
		buf_le32(wire_begin(&o), id + i);
		wire_send(&o, WIRE_DONE);
	}
	return wire_flush(&o) == OK ? -1 : 0;
}

/* Sends a descriptor, which only the parent may. */
static long
do_sendfd(const char *arg)
{
	struct wire_out o = { .fd = CHANNEL };

	(void)arg;
	buf_le32(wire_begin(&o), 0);
	wire_send_fd(&o, WIRE_DONE, CHANNEL);
	return wire_flush(&o) == OK ? -1 : 0;
}

/* Crashes only in company: with another file, it is an honest engine. */
static long
do_touch(const char *arg)
{
	(void)arg;
	return -1;
}

static const struct {
	const char *name;
	long (*fn)(const char *arg);
} commands[] = {
	{ "syscall", do_syscall },
	{ "int80", do_int80 },
	{ "crash", do_crash },
	{ "segv", do_segv },
	{ "hang", do_hang },
	{ "memory", do_memory },
	{ "exec-memory", do_exec_memory },
	{ "open", do_open },
	{ "exec", do_exec },
	{ "exit", do_exit },
	{ "close", do_close },
	{ "raw", do_raw },
	{ "flood", do_flood },
	{ "hoard", do_hoard },
	{ "more", do_more },
	{ "endless", do_endless },
	{ "done", do_done },
	{ "sendfd", do_sendfd },
	{ "nothing", do_touch },
};

static enum err
found(const struct sink *to, const char *rule)
{
	struct finding f = {
		.kind = FINDING_RULE, .ns = BYTES_LIT("default"), .rule = bytes_of(rule)
	};

	return to->finding(to->arg, &f);
}

static enum err
obey(struct bytes command, const struct sink *to)
{
	static char line[1 << 18];
	size_t n = command.n < sizeof(line) - 1 ? command.n : sizeof(line) - 1;

	memcpy(line, command.p, n);
	line[n] = '\0';
	line[strcspn(line, "\n")] = '\0';
	for (size_t i = 0; i < COUNT(commands); i++) {
		size_t len = strlen(commands[i].name);

		if (strncmp(line, commands[i].name, len) != 0 ||
		    (line[len] != '\0' && line[len] != ' '))
			continue;
		if (commands[i].fn(line + len + (line[len] == ' ')) == 0)
			return found(to, "escaped");
		return OK;
	}
	return found(to, "unknown_command");
}

enum err
scan_file(struct scan *s, struct bytes file, const struct sink *to)
{
	(void)s;
	if (bytes_eq(bytes_sub(file, 0, sizeof(MAGIC) - 1), BYTES_LIT(MAGIC)))
		return obey(bytes_from(file, sizeof(MAGIC) - 1), to);
	if (bytes_find(file, 0, BYTES_LIT("EICAR-STANDARD-ANTIVIRUS-TEST-FILE")) !=
	    UINT64_MAX)
		return found(to, "eicar");
	return OK;
}

/* A compiler has no findings: what escaped shows by the exit code. */
static enum err
escaped(void *arg, const struct finding *f)
{
	(void)arg;
	return f->rule.n > 0 ? ERR_SYNTAX : OK;
}

/* Sources are obeyed, too; the database is the sources, one after the other. */
enum err
rules_compile(
    const struct rules_env *env, const struct rules_source *src, size_t n, struct buf *db)
{
	static const struct sink nowhere = { NULL, escaped };

	(void)env;
	buf_str(db, "CANDORDB");
	for (size_t i = 0; i < n; i++) {
		if (bytes_eq(
			bytes_sub(src[i].text, 0, sizeof(MAGIC) - 1), BYTES_LIT(MAGIC)) &&
		    obey(bytes_from(src[i].text, sizeof(MAGIC) - 1), &nowhere) != OK)
			return ERR_LIMIT;
		buf_put(db, src[i].text.p, src[i].text.n);
	}
	return OK;
}

/* A process obeys its first region. */
enum err
scan_regions(struct scan *s, const struct regions *process, const struct sink *to)
{
	return scan_file(
	    s, process->n > 0 ? process->p[0].data : (struct bytes){ 0 }, to);
}
