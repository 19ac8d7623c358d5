/*
 * witness.c - see witness.h.
 *
 * One thread answers one request after the other, so between reading what is remembered
 * and replacing it nothing else happens: that is the compare-and-swap which the protocol
 * asks for. The lock on the folder extends it to other processes.
 */
#include "witness/witness.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/sys.h"
#include "base/text.h"
#include "crypto/init.h"
#include "log/keyfile.h"
#include "sandbox/confine.h"
#include "witness/judge.h"
#include "witness/serve.h"
#include "witness/state.h"

enum { EXIT_FAILED = 2, EXIT_USAGE = 3 };

/*
 * A log is one connection now and then; these are for many logs behind one
 * address, and for the curious. SECONDS is for a megabyte over a slow line.
 */
#define CONNECTIONS 256
#define PER_ADDRESS 64
#define SECONDS     30
#define NOFILE      (CONNECTIONS + 32)

#define ONLY(arg, bits) FILTER_ARG(FILTER_ONLY, arg, bits)
#define IS(arg, value)  FILTER_ARG(FILTER_IS, arg, value)
#define ALLOW           FILTER_ROW

static const struct filter_row policy[] = {
#include "witness/policy.def"
};

struct witness {
	struct judge judge;
	struct state state;
	struct note_key *logs;
	struct buf key; /* the text of the key file: its name is a view of it */
};

/* One escaped line on standard error. */
static void __attribute__((format(printf, 1, 2))) tell(const char *fmt, ...)
{
	char text[700];
	struct buf line = { 0 };
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	buf_str(&line, "candor-witness: ");
	text_escape(&line, bytes_of(text));
	buf_u8(&line, '\n');
	/* nobody reads: not a reason to stop */
	(void)!sys_write_all(STDERR_FILENO, line.p, line.n);
	buf_done(&line);
}

/* What is kept of a log, and what it means. ERR_FORMAT: a tells. */
static enum err
recall(const struct witness *w, const char *name, struct bytes origin, struct buf *kept,
    struct judge_memory *m, struct judge_answer *a)
{
	enum err e = state_load(&w->state, name, JUDGE_KEEP_MOST, kept);

	if (e == ERR_IO) {
		judge_say(a, 500, "what this witness remembers cannot be read");
		tell("cannot read '%s': %s", name, sys_why());
		return ERR_FORMAT;
	}
	return judge_recall(&w->judge, origin,
	    e == ERR_END ? (struct bytes){ 0 } : buf_bytes(kept), m, a);
}

/* An answer that is yes leaves only when it is remembered. */
static void
remember(const struct witness *w, const char *name, struct bytes kept, struct bytes keep,
    struct judge_answer *a)
{
	if (bytes_eq(kept, keep))
		return; /* the same question in the same second: it is there already */
	if (state_store(&w->state, name, keep) == OK)
		return;
	tell("cannot write to the state folder: %s", sys_why());
	judge_say(a, 500, "this witness cannot remember now");
}

/*
 * Two heads for one size, both signed by the log: it lies to somebody. Anybody may be
 * shown the two files. The first proof is enough, and nobody can fill the disk with more.
 */
static void
keep_fork(const struct witness *w, const char *name, const struct judge_case *c)
{
	char file[STATE_NAME + 8];
	struct buf note = { 0 };

	snprintf(file, sizeof(file), "%s.fork", name);
	if (state_load(&w->state, file, JUDGE_KEEP_MOST, &note) == OK) {
		buf_done(&note);
		return;
	}
	tell("FORK: the log '%s' signed two trees of size %llu; see %s.fork in the state "
	     "folder",
	    fault_quote(c->head.origin), (unsigned long long)c->head.head.size, name);
	buf_clear(&note);
	buf_put(&note, c->note.text.p, c->note.text.n);
	buf_u8(&note, '\n');
	buf_put(&note, c->note.sigs.p, c->note.sigs.n);
	if (state_store(&w->state, file, buf_bytes(&note)) != OK)
		tell("cannot keep the evidence: %s", sys_why());
	buf_done(&note);
}

static void
add_checkpoint(const struct witness *w, struct bytes request, struct judge_answer *a)
{
	struct buf kept = { 0 }, keep = { 0 };
	char name[STATE_NAME];
	struct judge_memory m;
	struct judge_case c;

	if (judge_hear(&w->judge, request, &c, a) != OK)
		return;
	judge_name(c.head.origin, name);
	if (recall(w, name, c.head.origin, &kept, &m, a) == OK) {
		judge_decide(&w->judge, &c, &m, sys_now(), a, &keep);
		if (a->status == 200)
			remember(w, name, buf_bytes(&kept), buf_bytes(&keep), a);
		if (judge_is_fork(&c, &m))
			keep_fork(w, name, &c);
		tell("%u '%s' %llu to %llu", a->status, fault_quote(c.head.origin),
		    (unsigned long long)c.old, (unsigned long long)c.head.head.size);
	}
	buf_done(&kept);
	buf_done(&keep);
}

/* "/<64 hex digits>/checkpoint": whose log it is must be known to us. */
static bool
is_monitoring(const struct witness *w, const char *path, char name[STATE_NAME])
{
	if (strlen(path) != STATE_NAME + strlen("/checkpoint") || path[0] != '/' ||
	    strcmp(path + STATE_NAME, "/checkpoint") != 0)
		return false;
	memcpy(name, path + 1, STATE_NAME - 1);
	name[STATE_NAME - 1] = '\0';
	for (size_t i = 0; i < w->judge.nlogs; i++) {
		char known[STATE_NAME];

		judge_name(w->judge.logs[i].name, known);
		if (strcmp(known, name) == 0)
			return true;
	}
	return false;
}

static void
show_checkpoint(const struct witness *w, const char *name, struct judge_answer *a)
{
	enum err e = state_load(&w->state, name, JUDGE_KEEP_MOST, &a->body);

	a->status = 200;
	a->type = "text/plain; charset=utf-8";
	if (e == ERR_END)
		judge_say(a, 404, "this witness has not cosigned this log yet");
	else if (e != OK)
		judge_say(a, 500, "what this witness remembers cannot be read");
}

static void
on_request(void *arg, const struct serve_request *q, struct serve_answer *out)
{
	const struct witness *w = arg;
	struct judge_answer a = { 0 };
	char name[STATE_NAME];

	if (strcmp(q->path, "/add-checkpoint") == 0) {
		if (q->method == SERVE_POST)
			add_checkpoint(w, q->body, &a);
		else
			judge_say(&a, 405, "add-checkpoint takes POST only");
	} else if (is_monitoring(w, q->path, name))
		show_checkpoint(w, name, &a);
	else
		judge_say(&a, 404,
		    "here are /add-checkpoint and "
		    "/<sha256 of a log's origin>/checkpoint");
	*out = (struct serve_answer){ a.status, a.type, a.body };
}

/* The key is not copied: its name is a view of w->key, which is wiped at the end. */
static int
read_key(struct witness *w, const char *path)
{
	struct fault f = { 0 };

	if (keyfile_read(path, &w->key, &w->judge.witness, &f) != OK) {
		tell("%s", f.text);
		return fault_code(f.kind);
	}
	if (w->judge.witness.key.alg == NOTE_COSIGNATURE)
		return 0;
	tell("'%s' is a key for signing notes, not for cosigning; a witness needs one of "
	     "its "
	     "own",
	    path);
	return fault_code(FAULT_KEY);
}

static int
read_logs(struct witness *w, char **vkeys, size_t n)
{
	struct fault f = { 0 };

	w->logs = xcalloc(n, sizeof(*w->logs));
	for (size_t i = 0; i < n; i++) {
		if (note_key_parse(bytes_of(vkeys[i]), &w->logs[i], &f) != OK ||
		    w->logs[i].alg != NOTE_ED25519) {
			tell("'%s' is not the key of a log: %s", vkeys[i],
			    f.kind ? f.text : "it is of another kind");
			return fault_code(FAULT_KEY);
		}
	}
	w->judge.logs = w->logs;
	w->judge.nlogs = n;
	return 0;
}

static int
open_state(struct witness *w, const char *path)
{
	bool fresh = false;

	switch (state_open(path, &w->state, &fresh)) {
	case OK: break;
	case ERR_PROTO:
		tell("another witness uses '%s'", path);
		return fault_code(FAULT_BUSY);
	default:
		tell("cannot use the state folder '%s': %s", path, sys_why());
		return EXIT_FAILED;
	}
	if (fresh)
		tell("'%s' is new: this witness remembers no log", path);
	return 0;
}

/* Started as root it becomes the owner of the state folder, who may be root. */
static int
lock_in(const struct witness *w, const char *folder)
{
	const struct confine_service service = { policy, COUNT(policy), folder,
		JUDGE_KEEP_MOST };
	struct confine c = { 0, 0, NOFILE, &service };
	const char *step = "";
	struct stat st;
	struct tm tm;
	time_t now = time(NULL);

	if (sys_stat(w->state.dir, &st) != OK)
		return EXIT_FAILED;
	c.uid = st.st_uid;
	c.gid = st.st_gid;
	/* libmicrohttpd writes dates: libc opens the time zone now or never */
	gmtime_r(&now, &tm);
	if (confine(&c, &step) == OK)
		return 0;
	tell("cannot confine itself: %s failed: %s", step, sys_why());
	return EXIT_FAILED;
}

static int
signals(int *fd)
{
	sigset_t stop;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	if (sigprocmask(SIG_BLOCK, &stop, NULL) != 0)
		return EXIT_FAILED;
	*fd = signalfd(-1, &stop, SFD_CLOEXEC);
	return *fd < 0 ? EXIT_FAILED : 0;
}

/* Where it listens and whose signatures it gives: what a log's owner needs to know. */
static int
announce(const struct witness *w, const struct serve *s)
{
	struct buf b = { 0 };
	enum err e;

	buf_printf(&b, "listening at http://%s\n", serve_address(s));
	note_key_print(&w->judge.witness.key, &b);
	buf_u8(&b, '\n');
	e = sys_write_all(STDOUT_FILENO, b.p, b.n);
	buf_done(&b);
	return e == OK ? 0 : EXIT_FAILED;
}

static int
serve(struct witness *w, const char *address, const char *folder)
{
	const struct serve_opts o = { address, JUDGE_REQUEST_MOST, CONNECTIONS,
		PER_ADDRESS, SECONDS, on_request, w };
	CLEAN(fd_closep) int stop = -1;
	char why[SERVE_WHY];
	struct serve *s = NULL;
	enum err e = serve_open(&o, &s, why);
	int code;

	if (e != OK) {
		tell("%s", why);
		return e == ERR_SYNTAX ? EXIT_USAGE : EXIT_FAILED;
	}
	code = signals(&stop);
	if (code == 0)
		code = announce(w, s);
	if (code == 0)
		code = lock_in(w, folder);
	if (code == 0 && serve_run(s, stop) != OK) {
		tell("cannot go on: %s", sys_why());
		code = EXIT_FAILED;
	}
	serve_close(s);
	return code;
}

int
witness_main(int argc, char **argv)
{
	struct witness w = { .state.dir = -1 };
	int code = EXIT_USAGE;

	sys_hold_std();
	crypto_init();
	if (argc < 5)
		tell("is started by 'candor witness'");
	else
		code = read_key(&w, argv[2]);
	if (code == 0)
		code = read_logs(&w, argv + 4, (size_t)argc - 4);
	if (code == 0)
		code = open_state(&w, argv[3]);
	if (code == 0)
		code = serve(&w, argv[1], argv[3]);
	state_close(&w.state);
	keyfile_wipe(&w.key, &w.judge.witness);
	free(w.logs);
	return code;
}
