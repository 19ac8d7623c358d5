/*
 * cmd_witness.c - candor witness: becomes candor-witness, which has the sockets.
 *
 * Everything that may be said in several ways is settled here (which logs a policy
 * names), so the program that strangers talk to reads no policy and has no options.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/sys.h"
#include "cli/cli.h"
#include "cli/msg.h"
#include "log/policy.h"
#include "sandbox/spawn.h"

struct witness_args {
	const char *listen, *key, *state, *policy;
	struct opt_list log;
};

/* clang-format off */
static const struct opt witness_opts[] = {
	{ 0, "listen", OPT_STR, "ADDRESS:PORT", "where to listen (127.0.0.1:7380); port 0: the system chooses", offsetof(struct witness_args, listen) },
	{ 0, "key", OPT_STR, "FILE", "the private key to cosign with", offsetof(struct witness_args, key) },
	{ 0, "state", OPT_STR, "DIR", "where it remembers what it cosigned", offsetof(struct witness_args, state) },
	{ 0, "log", OPT_LIST, "VKEY", "a log to watch, by its key", offsetof(struct witness_args, log) },
	{ 0, "policy", OPT_STR, "FILE", "the logs of this policy", offsetof(struct witness_args, policy) },
	OPT_LAST,
};
/* clang-format on */

#define POLICY_MEMORY (8u << 20)

/* The keys of its logs as text, into logs; they live in the arena. */
static int
logs_of_policy(const char *path, struct arena *a, struct opt_list *logs)
{
	CLEAN(fd_closep) int fd = -1;
	struct buf text = { 0 };
	struct fault f = { 0 };
	struct policy p;
	int code = 0;

	if (sys_open(AT_FDCWD, path, SYS_FOLLOW, &fd) != OK ||
	    sys_read_all(fd, &text, POLICY_TEXT) != OK) {
		msg_error("cannot read '%s': %s", path, sys_why());
		code = fault_code(FAULT_IO);
	} else if (policy_parse(buf_bytes(&text), a, &p, &f) != OK) {
		msg_error("'%s': %s", path, f.text);
		code = fault_code(FAULT_POLICY);
	} else
		for (uint32_t i = 0; i < p.nlog; i++) {
			struct buf vkey = { 0 };

			note_key_print(&p.log[i].key, &vkey);
			opt_push(logs, arena_str(a, buf_bytes(&vkey)));
			buf_done(&vkey);
		}
	buf_done(&text);
	return code;
}

/* Never comes back when all is well: this process is the witness then. */
static int
become(const struct witness_args *w, const struct opt_list *logs)
{
	char *program = spawn_find_named("candor-witness", CANDOR_LIBEXECDIR);
	const char **argv = xcalloc(logs->n + 5, sizeof(*argv));

	argv[0] = "candor-witness";
	argv[1] = w->listen;
	argv[2] = w->key;
	argv[3] = w->state;
	for (size_t i = 0; i < logs->n; i++)
		argv[4 + i] = logs->p[i];
	if (program == NULL)
		msg_error("cannot find the program 'candor-witness'");
	else {
		execve(program, (char **)(uintptr_t)argv, (char *[]){ NULL });
		msg_error("cannot start '%s': %s", program, sys_why());
	}
	free(program);
	free(argv);
	return 2;
}

/* NULL: nothing is missing. */
static const char *
missing(const struct witness_args *w, const struct opt_list *rest)
{
	if (rest->n > 0)
		return "takes options only";
	if (w->key == NULL)
		return "needs a key (--key FILE)";
	if (w->state == NULL)
		return "needs a folder for what it remembers (--state DIR)";
	if (w->log.n == 0 && w->policy == NULL)
		return "needs to know its logs (--log VKEY or --policy FILE)";
	return NULL;
}

static int
witness(struct witness_args *w, const struct opt_list *rest)
{
	const char *what = missing(w, rest);
	struct arena a;
	int code = 0;

	if (what != NULL) {
		msg_error("witness: %s", what);
		msg_hint("try 'candor help witness'");
		return OPT_EXIT_USAGE;
	}
	arena_init(&a, POLICY_MEMORY);
	if (w->policy != NULL)
		code = logs_of_policy(w->policy, &a, &w->log);
	if (code == 0 && w->log.n == 0) {
		msg_error("'%s' names no log", w->policy);
		code = fault_code(FAULT_POLICY);
	}
	if (code == 0)
		code = become(w, &w->log);
	arena_done(&a);
	return code;
}

static int
run_witness(int argc, char **argv, const struct verb *v)
{
	struct witness_args w = { .listen = "127.0.0.1:7380" };
	struct opt_list rest = { 0 };
	enum err e = opt_parse(v, argc, argv, &w, &rest);
	int code = e == OK ? witness(&w, &rest) : e == ERR_END ? 0 : OPT_EXIT_USAGE;

	free(w.log.p);
	free(rest.p);
	return code;
}

const struct verb verb_witness = {
	"witness",
	"--key FILE --state DIR --log VKEY...",
	"cosign what logs say, for others",
	witness_opts,
	run_witness,
};
