/*
 * task_test.c - the worker's tasks over a socket, in a child that is not confined: what
 * the parent may send, and what it may not. Each frame missing, out of order, twice, cut,
 * too long, of a type that is no one's or the worker's own: the worker ends and says
 * nothing that could be taken for an answer.
 *
 * A script is one letter a frame (see frames); what the worker says is words.
 */
#include "worker/task.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sys.h"
#include "modules/modules.h"
#include "rules/compile.h"
#include "scan/run.h"
#include "tests/tap.h"
#include "worker/guard.h"

/* Meson has malloc fill what it gives and takes: of an engine that is 16 MB, each time.
 */
__attribute__((constructor)) static void
as_it_comes(void)
{
	mallopt(M_PERTURB, 0);
}

static const char rules[] = "rule a { strings: $a = \"needle\" condition: $a }\n"
			    "rule b { condition: filesize > 100 }\n";

struct talk {
	int fd;
	pid_t pid;
	uint32_t id; /* of the next file */
	struct wire_in in;
	struct wire_out out;
	struct buf said;
};

/* --- the worker -----------------------------------------------------------------------
 */

static _Noreturn void
work(int fd)
{
	struct worker w = { .out = { .fd = fd } };
	struct wire_frame f;
	enum err e;

	guard_install();
	wire_in_init(&w.in, fd);
	w.in.fds_allowed = true;
	e = task_frame(&w, &f);
	if (e == OK)
		e = f.type == WIRE_SCAN      ? task_scan(&w, f.payload)
		    : f.type == WIRE_COMPILE ? task_compile(&w, f.payload)
					     : ERR_PROTO;
	_exit(e == OK || e == ERR_END ? 0 : 3);
}

static void
talk_begin(struct talk *t)
{
	int fds[2];

	scan_init();
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0)
		abort();
	t->pid = fork();
	if (t->pid == 0) {
		close(fds[0]);
		work(fds[1]);
	}
	close(fds[1]);
	*t = (struct talk){ .fd = fds[0], .pid = t->pid, .out = { .fd = fds[0] } };
	wire_in_init(&t->in, t->fd);
}

/* --- what it says
 * ----------------------------------------------------------------------- */

static void
say_finding(struct talk *t, struct bytes payload)
{
	struct finding f;
	struct arena a;

	arena_init(&a, 1 << 20);
	if (wire_get_finding(payload, &a, &f) != OK)
		buf_str(&t->said, "broken ");
	else if (f.kind == FINDING_RULE)
		buf_printf(&t->said, "%.*s ", (int)f.rule.n, (const char *)f.rule.p);
	else
		buf_str(&t->said, f.kind == FINDING_LIMIT    ? "limit "
				  : f.kind == FINDING_FAILED ? "failed "
							     : "? ");
	arena_done(&a);
}

static void
say_diag(struct talk *t, struct bytes payload)
{
	struct diag d;
	struct arena a;

	arena_init(&a, 1 << 20);
	if (wire_get_diag(payload, &a, &d) == OK)
		buf_printf(
		    &t->said, "%s:%u ", d.kind == DIAG_ERROR ? "error" : "hint", d.line);
	arena_done(&a);
}

static void
say_include(struct talk *t, struct bytes payload)
{
	struct wire_include i;

	if (wire_get_include(payload, &i) == OK)
		buf_printf(
		    &t->said, "include:%.*s ", (int)i.path.n, (const char *)i.path.p);
}

static void
say(struct talk *t, const struct wire_frame *f)
{
	static const char *const words[WIRE_COUNT] = { [WIRE_READY] = "ready ",
		[WIRE_REFUSED] = "refused ",
		[WIRE_LAST] = "last ",
		[WIRE_STATS] = "stats ",
		[WIRE_EXPLAIN] = "text ",
		[WIRE_RULE] = "rule " };
	uint32_t n = 99;

	switch (f->type) {
	case WIRE_FINDING: say_finding(t, f->payload); break;
	case WIRE_DIAG: say_diag(t, f->payload); break;
	case WIRE_INCLUDE: say_include(t, f->payload); break;
	case WIRE_DONE:
	case WIRE_COMPILED:
		(void)!wire_get_u32(f->payload, &n);
		buf_printf(
		    &t->said, "%s%u ", f->type == WIRE_DONE ? "done" : "compiled", n);
		break;
	case WIRE_DATABASE: /* in pieces: said once */
		if (t->said.n < 3 || memcmp(t->said.p + t->said.n - 3, "db ", 3) != 0)
			buf_str(&t->said, "db ");
		break;
	default: buf_str(&t->said, words[f->type] ? words[f->type] : "? "); break;
	}
}

/*
 * Until a frame of this type, or the end. A peer that ended with something unread is an
 * error first, and what it had said comes behind.
 */
static void
listen_for(struct talk *t, enum wire_type until)
{
	unsigned ends = 0;
	struct wire_frame f;

	while (ends < 2) {
		enum err e = wire_next(&t->in, &f);

		if (e == ERR_END) {
			ends = wire_read(&t->in) == OK ? 0 : ends + 1;
			continue;
		}
		if (!CHECK(e == OK))
			return;
		say(t, &f);
		if (f.type == until)
			return;
	}
}

static const char *
talk_end(struct talk *t)
{
	int status = 0;

	(void)!wire_flush(&t->out);
	shutdown(t->fd, SHUT_WR);
	listen_for(t, WIRE_COUNT);
	CHECK(waitpid(t->pid, &status, 0) == t->pid);
	if (WIFSIGNALED(status))
		buf_printf(&t->said, "signal%d", WTERMSIG(status));
	else
		buf_printf(&t->said, "exit%d", WEXITSTATUS(status));
	return buf_cstr(&t->said);
}

static void
talk_done(struct talk *t)
{
	close(t->fd);
	wire_in_done(&t->in);
	wire_out_done(&t->out);
	buf_done(&t->said);
}

/* --- what it is told
 * -------------------------------------------------------------------- */

static int
file_of(struct bytes b)
{
	int fd;

	if (sys_memfd("test", &fd) != OK || sys_write_all(fd, b.p, b.n) != OK)
		abort();
	return fd;
}

static struct bytes
database(void)
{
	static struct buf db;
	struct rules_source src = {
		.file = "t", .ns = "default", .text = BYTES_LIT(rules)
	};
	struct diags ds = { 0 };
	struct arena a;
	struct rules_env env = { .arena = &a, .diags = &ds };

	if (db.n > 0)
		return buf_bytes(&db);
	arena_init(&a, 64 << 20);
	ds.arena = &a;
	env.modules = modules_tables(&a, &env.nmodules);
	if (rules_compile(&env, &src, 1, &db) != OK)
		abort();
	arena_done(&a);
	return buf_bytes(&db);
}

/* The payload in out, with its descriptor; -1: it has none. */
static void
send_frame(struct talk *t, enum wire_type type, int fd)
{
	if (fd < 0)
		wire_send(&t->out, type);
	else {
		wire_send_fd(&t->out, type, fd);
		(void)!wire_flush(&t->out); /* before it is closed */
		close(fd);
	}
}

static const struct ext *
external(void)
{
	static const struct ext nobody = {
		.name = BYTES_LIT("nobody"), .type = EXT_INT, .i = 1
	};

	return &nobody;
}

static void
send_scan(struct talk *t, char how)
{
	struct bytes db = database();
	struct wire_scan s = { .memory = 64 << 20, .match_bytes = 64, .db_size = db.n };

	s.db_size += how == 'h' ? 4096 : how == 'z' ? -db.n : 0;
	s.given = how == 'g' ? WIRE_GIVEN_MAX + 1 : how == 'G' ? 1 : 0;
	s.exts = (struct wire_exts){ external(), how == 'x' };
	wire_put_scan(wire_begin(&t->out), &s);
	t->out.payload.n -= how == 'c';
	if (how == 'l')
		buf_u8(&t->out.payload, 0);
	send_frame(t, WIRE_SCAN,
	    how == 's' ? -1 : file_of(how == 'b' ? BYTES_LIT("no database") : db));
}

#define OBJECT "a needle in hay"

static void
send_file(struct talk *t, char how)
{
	struct wire_file f = { .id = t->id++, .size = sizeof(OBJECT) - 1 };
	int fds[2] = { -1, -1 };

	f.id += how == 'I' ? 1 : how == 'D' ? -1u : 0;
	f.size = how == 'B'   ? 100 << 20
		 : how == 'H' ? 1ull << 62
		 : how == 'k' ? f.size - 5
			      : f.size;
	f.regions = how == 'p' ? 1 : how == 'P' ? UINT32_MAX : 0;
	wire_put_file(wire_begin(&t->out), &f);
	t->out.payload.n -= how == 'C';
	if (how == 'E' && pipe(fds) == 0)
		close(fds[1]);
	send_frame(t, WIRE_FILE,
	    how == 'f'   ? -1
	    : how == 'E' ? fds[0]
			 : file_of(BYTES_LIT(OBJECT)));
}

static void
send_compile(struct talk *t, char how)
{
	struct wire_compile c = { .memory = how == '0' ? 100 : 64 << 20 };

	c.flags = how == 'r'   ? WIRE_WANT_RULES
		  : how == 'a' ? WIRE_FORMAT
		  : how == 'm' ? WIRE_FIX
		  : how == 'n' ? WIRE_NO_DATABASE | WIRE_ALL_MODULES
			       : 0;
	wire_put_compile(wire_begin(&t->out), &c);
	t->out.payload.n -= how == 'c';
	send_frame(t, WIRE_COMPILE, -1);
}

static void
send_source(struct talk *t, enum wire_type type, char how)
{
	struct bytes text = how == 'w' ? BYTES_LIT("rule a { condition: 1 + }")
			    : how == 'i'
				? BYTES_LIT("include \"inc\" rule c { condition: a }")
			    : how == 'y' ? BYTES_LIT("rule x { condition: true }")
					 : BYTES_LIT(rules);
	struct wire_source s = { .found = how != 'N',
		.name = type == WIRE_INCLUDED ? BYTES_LIT("1") : BYTES_LIT("0"),
		.ns = BYTES_LIT("default"),
		.off = how == 'o' ? 1000 : 0,
		.size = how == 'L'   ? 1ull << 40
			: how == 'g' ? text.n + 50
				     : text.n };

	wire_put_source(wire_begin(&t->out), &s);
	t->out.payload.n -= how == 'c';
	send_frame(t, type, how == 's' || how == 'N' ? -1 : file_of(text));
}

/* A frame of a type, with so many bytes that mean nothing. */
static void
send_plain(struct talk *t, enum wire_type type, size_t n)
{
	memset(buf_room(wire_begin(&t->out), n + 1), 0, n + 1);
	t->out.payload.n--;
	send_frame(t, type, -1);
}

/*
 * One step of a script. "S." SCAN, "F." FILE, "C." COMPILE, "R." SOURCE, "A." INCLUDED,
 * the letter behind says what is wrong with it; "GO"; "P" and a letter: nothing but a
 * type; "??": wait for an INCLUDE.
 */
static void
step(struct talk *t, const char *s)
{
	switch (s[0]) {
	case 'S': send_scan(t, s[1]); break;
	case 'F': send_file(t, s[1]); break;
	case 'C': send_compile(t, s[1]); break;
	case 'R': send_source(t, WIRE_SOURCE, s[1]); break;
	case 'A': send_source(t, WIRE_INCLUDED, s[1]); break;
	case 'G': send_plain(t, WIRE_GO, 0); break;
	case 'P':
		send_plain(t,
		    s[1] == 'n'   ? WIRE_NONE
		    : s[1] == 'c' ? WIRE_COUNT
		    : s[1] == 'd' ? WIRE_DONE
		    : s[1] == 'g' ? WIRE_GIVEN
		    : s[1] == 'l' ? WIRE_SOURCE
				  : WIRE_READY,
		    s[1] == 'l' ? 3 << 20 : 0);
		break;
	default:
		(void)!wire_flush(&t->out);
		listen_for(t, WIRE_INCLUDE);
		break;
	}
}

static void
play(const char *script, const char *want)
{
	struct talk t;

	talk_begin(&t);
	for (const char *s = script; *s != '\0'; s += s[2] == ' ' ? 3 : 2)
		step(&t, s);
	EQ_S(talk_end(&t), want);
	talk_done(&t);
}

struct script {
	const char *name, *steps, *want;
};

static void
play_all(const struct script *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		ROW("%s", s[i].name);
		play(s[i].steps, s[i].want);
	}
}

/* clang-format off */
static const struct script scans[] = {
	{ "nothing", "", "exit0" },
	{ "no file", "S.", "ready exit0" },
	{ "a file", "S. F.", "ready a done0 exit0" },
	{ "three files", "S. F. F. F.", "ready a done0 a done1 a done2 exit0" },
	{ "no database", "Ss", "refused exit0" },
	{ "another file", "Sb", "refused exit0" },
	{ "a size that is too large", "Sh", "refused exit0" },
	{ "a size of nothing", "Sz", "refused exit0" },
	{ "no such variable", "Sx", "refused exit0" },
	{ "too much is given", "Sg", "refused exit0" },
	{ "given, which does not come", "SG F.", "refused exit0" },
	{ "cut", "Sc", "exit3" },
	{ "a byte too long", "Sl", "exit3" },
	{ "twice", "S. S.", "ready exit3" },
	{ "a file first", "F.", "exit3" },
	{ "a file before the database", "F. S.", "exit3" },
	{ "a file without one", "S. Ff", "ready exit3" },
	{ "a number is left out", "S. FI", "ready exit3" },
	{ "a number comes again", "S. F. FD", "ready a done0 exit3" },
	{ "a file cut", "S. F. FC", "ready a done0 exit3" },
	{ "behind a broken one", "S. FC F.", "ready exit3" },
	{ "unreadable", "S. FE F.", "ready failed done0 a done1 exit0" },
	{ "it has shrunk", "S. Fk F.", "ready limit a done0 a done1 exit0" },
	{ "it has less than is mapped", "S. FB", "ready limit done0 last exit0" },
	{ "its size is no size", "S. FH F.", "ready failed done0 a done1 exit0" },
	{ "an image that is none", "S. Fp", "ready exit3" },
	{ "regions beyond all", "S. FP", "ready exit3" },
	{ "rules to compile", "S. C.", "ready exit3" },
	{ "its own word", "S. Pr", "ready exit3" },
	{ "its own answer", "S. Pd", "ready exit3" },
	{ "no type", "S. Pn", "ready exit3" },
	{ "a type beyond all", "S. Pc", "ready exit3" },
	{ "given too late", "S. Pg", "ready exit3" },
	{ "a large frame of another kind", "S. Pl", "ready exit3" },
};

static const struct script compiles[] = {
	{ "no source", "C. GO", "db compiled0 exit0" },
	{ "a source", "C. R. GO", "db compiled0 exit0" },
	{ "the same twice", "C. R. R. GO", "error:1 error:2 compiled7 exit0" },
	{ "two", "C. R. Ry GO", "db compiled0 exit0" },
	{ "wrong rules", "C. Rw GO", "error:1 compiled7 exit0" },
	{ "wrong ones and right ones", "C. R. Rw GO", "error:1 compiled7 exit0" },
	{ "without the database", "Cn R. GO", "compiled0 exit0" },
	{ "as a list", "Cr R. GO", "rule rule compiled0 exit0" },
	{ "laid out", "Ca R. GO", "text compiled0 exit0" },
	{ "two laid out", "Ca R. Ry GO", "compiled2 exit0" },
	{ "mended", "Cm R. GO", "text compiled0 exit0" },
	{ "no memory", "C0 R. GO", "compiled2 exit0" },
	{ "a source of a terabyte", "C. RL Ry GO", "compiled2 exit0" },
	{ "it has shrunk", "C. Rg GO", "db compiled0 exit0" },
	{ "it is behind the file", "C. Ro GO", "db compiled0 exit0" },
	{ "without a file", "C. Rs GO", "compiled2 exit0" },
	{ "cut", "Cc R. GO", "exit3" },
	{ "a source cut", "C. Rc GO", "exit3" },
	{ "a source first", "R. C. GO", "exit3" },
	{ "GO first", "GO", "exit3" },
	{ "never GO", "C. R.", "exit0" },
	{ "a scan", "C. S.", "exit3" },
	{ "an answer that nobody asked for", "C. A. GO", "exit3" },
	{ "its own word", "C. Pr", "exit3" },
	{ "what comes behind GO is not read", "C. R. GO R.", "db compiled0 exit0" },
	{ "an include", "C. Ri GO ?? A.", "include:inc db compiled0 exit0" },
	{ "an include that is not there", "C. Ri GO ?? AN", "include:inc error:1 error:1 compiled7 exit0" },
	/* who breaks off there is told that there is no such file, and has no database */
	{ "an include without a file", "C. Ri GO ?? As", "include:inc error:1 error:1 compiled7 exit0" },
	{ "an include cut", "C. Ri GO ?? Ac", "include:inc error:1 error:1 compiled7 exit0" },
	{ "a source instead of it", "C. Ri GO ?? R.", "include:inc error:1 error:1 compiled7 exit0" },
	{ "no answer at all", "C. Ri GO ??", "include:inc error:1 error:1 compiled7 exit0" },
};
/* clang-format on */

TEST(scanning)
{
	play_all(scans, COUNT(scans));
}

TEST(compiling)
{
	play_all(compiles, COUNT(compiles));
}

/* --- messages with a bit changed
 * ---------------------------------------------------------- */

/*
 * Sends what is queued with one bit changed, in a message of its own; t->out is used up.
 * false: there is no such byte.
 */
static bool
send_changed(struct talk *t, int fd, size_t byte)
{
	size_t n = t->out.msg.n;

	if (byte < n)
		t->out.msg.p[byte] ^= (uint8_t)(1u << byte % 8);
	t->out.fds[t->out.nfds++] = fd;
	(void)!wire_flush(&t->out);
	return byte < n;
}

/* Whatever a bit of its message says, a worker is not brought down, and says no more
 * than it would. */
static bool
still_well(const char *said)
{
	static const char *const all[] = { "ready", "refused", "a", "b", "done0", "limit",
		"failed", "last", "stats", "exit0", "exit3", "broken", "?", "db", "text",
		"rule", "error:1", "error:2", "compiled0", "compiled2", "compiled7", "!a",
		"!b" };
	char copy[512], *save = NULL;

	snprintf(copy, sizeof(copy), "%s", said);
	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		bool known = false;

		for (size_t i = 0; i < COUNT(all); i++)
			known |= strcmp(w, all[i]) == 0;
		if (!known)
			return false;
	}
	return true;
}

TEST(changed_scans)
{
	struct bytes db = database();
	bool more = true;

	for (size_t byte = 0; more; byte++) {
		struct wire_scan s = {
			.memory = 64 << 20, .match_bytes = 64, .db_size = db.n
		};
		struct talk t;
		int fd = file_of(db);

		ROW("byte %zu", byte);
		talk_begin(&t);
		wire_put_scan(wire_begin(&t.out), &s);
		wire_send(&t.out, WIRE_SCAN);
		more = send_changed(&t, fd, byte);
		close(fd);
		step(&t, "F.");
		if (!CHECK(still_well(talk_end(&t))))
			EQ_S(buf_cstr(&t.said), "");
		talk_done(&t);
	}
}

TEST(changed_files)
{
	bool more = true;

	for (size_t byte = 0; more; byte++) {
		struct wire_file f = { .size = sizeof(OBJECT) - 1 };
		struct talk t;
		int fd = file_of(BYTES_LIT(OBJECT));
		const char *said;

		ROW("byte %zu", byte);
		talk_begin(&t);
		step(&t, "S.");
		wire_put_file(wire_begin(&t.out), &f);
		wire_send(&t.out, WIRE_FILE);
		more = send_changed(&t, fd, byte);
		close(fd);
		said = talk_end(&t);
		/* done: as it was, or with a word about what is wrong */
		CHECK(still_well(said));
		if (strstr(said, "done0") != NULL)
			CHECK(strcmp(said, "ready a done0 exit0") == 0 ||
			      strstr(said, "limit") != NULL ||
			      strstr(said, "failed") != NULL);
		talk_done(&t);
	}
}

TEST(changed_compiles)
{
	bool more = true;

	for (size_t byte = 0; more; byte++) {
		struct wire_compile c = { .memory = 64 << 20 };
		struct wire_source s = { .found = 1,
			.name = BYTES_LIT("0"),
			.ns = BYTES_LIT("default"),
			.size = sizeof(rules) - 1 };
		struct talk t;
		int fd = file_of(BYTES_LIT(rules));

		ROW("byte %zu", byte);
		talk_begin(&t);
		wire_put_compile(wire_begin(&t.out), &c);
		wire_send(&t.out, WIRE_COMPILE);
		wire_put_source(wire_begin(&t.out), &s);
		wire_send(&t.out, WIRE_SOURCE);
		more = send_changed(&t, fd, byte);
		close(fd);
		step(&t, "GO");
		if (!CHECK(still_well(talk_end(&t))))
			EQ_S(buf_cstr(&t.said), "");
		talk_done(&t);
	}
}
