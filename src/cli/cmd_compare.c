/* cmd_compare.c - candor compare: what differs between two files or folders. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sys.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/msg.h"
#include "compare/compare.h"
#include "crypto/hash.h"

struct compare_args {
	bool json, detail, quiet, flat;
	const char *html;
	uint64_t lines, keep, memory, scratch;
	uint32_t timeout_ms;
};

/* clang-format off */
static const struct opt compare_opts[] = {
	{ 'd', "detail", OPT_FLAG, NULL, "everything that was kept, with its lines; else one page", offsetof(struct compare_args, detail) },
	{ 0, "json", OPT_FLAG, NULL, "one JSON object with everything that was kept", offsetof(struct compare_args, json) },
	{ 0, "html", OPT_STR, "FILE", "write a page for a browser, side by side", offsetof(struct compare_args, html) },
	{ 'q', "quiet", OPT_FLAG, NULL, "print nothing; the exit code tells", offsetof(struct compare_args, quiet) },
	{ 0, "flat", OPT_FLAG, NULL, "do not open archives and packages", offsetof(struct compare_args, flat) },
	{ 'n', "lines", OPT_NUM, "NUMBER", "lines of one difference, at most (100)", offsetof(struct compare_args, lines) },
	{ 0, "keep", OPT_SIZE, "SIZE", "of differences for reports, at most (16M); all are counted", offsetof(struct compare_args, keep) },
	{ 0, "memory", OPT_SIZE, "SIZE", "private memory of the worker, at most (2G)", offsetof(struct compare_args, memory) },
	{ 0, "scratch", OPT_SIZE, "SIZE", "disk space for what is unpacked, a side, at most (8G)", offsetof(struct compare_args, scratch) },
	{ 0, "timeout", OPT_TIME, "SECONDS", "for one pair of files, at most (600)", offsetof(struct compare_args, timeout_ms) },
	OPT_LAST,
};
/* clang-format on */

/* Opens an operand; links that the user names are followed. */
static enum err
open_operand(const char *path, int *fd, bool *folder)
{
	struct stat st;
	enum err e = sys_open(AT_FDCWD, path, SYS_FOLLOW, fd);

	*folder = false;
	if (e != OK)
		e = sys_open(AT_FDCWD, path, SYS_FOLLOW | SYS_DIR, fd);
	if (e == OK)
		e = sys_stat(*fd, &st);
	if (e != OK) {
		msg_error("cannot open '%s': %s", path, sys_why());
		return e;
	}
	*folder = S_ISDIR(st.st_mode);
	return OK;
}

/* A report must not be written over what it is about, by whatever name that goes. */
static bool
is_operand(const char *path, int fd)
{
	struct stat x, y;

	return path != NULL && stat(path, &x) == 0 && fstat(fd, &y) == 0 &&
	       x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static enum err
write_html(
    const char *path, const struct compare_result *r, const struct compare_names *n)
{
	struct sys_atomic a;
	enum err e = sys_atomic_open(&a, path);
	FILE *f = e == OK ? fdopen(dup(a.fd), "w") : NULL;

	if (f != NULL) {
		compare_html(r, n, f);
		e = fclose(f) == 0 ? sys_atomic_commit(&a) : ERR_IO;
	} else if (e == OK)
		e = ERR_IO;
	if (e != OK)
		msg_error("cannot write '%s': %s", path, sys_why());
	sys_atomic_drop(&a);
	return e;
}

static enum err
report(const struct compare_args *args, const struct compare_result *r,
    const struct compare_names *n)
{
	const struct compare_form form = { msg_colour(STDOUT_FILENO), args->detail };
	enum err e = OK;

	if (args->html != NULL)
		e = write_html(args->html, r, n);
	if (args->json)
		compare_json(r, n, stdout);
	else if (!args->quiet)
		compare_text(r, n, &form, stdout);
	return cli_flush() == OK ? e : ERR_IO;
}

/*
 * The digest of an operand for the report, by which a statement is bound to it. NULL: it
 * changed since before, or cannot be read; then nothing can be said of it.
 */
static const uint8_t *
digest_of(int fd, const struct stat *before, uint8_t out[32])
{
	struct stat now;

	if (lseek(fd, 0, SEEK_SET) != 0 || hash_stream(HASH_SHA256, fd, out) != OK ||
	    fstat(fd, &now) != 0)
		return NULL;
	return now.st_size == before->st_size &&
		       memcmp(&now.st_ctim, &before->st_ctim, sizeof(now.st_ctim)) == 0
		   ? out
		   : NULL;
}

/* Two files; sum: room for their digests, or NULL where no program reads them. */
static enum err
compare_files(const struct compare_opts *o, int a, int b, struct compare_names *n,
    uint8_t sum[2][32], struct compare_result *r)
{
	struct stat x, y;
	bool digests = sum != NULL && fstat(a, &x) == 0 && fstat(b, &y) == 0;

	TRY(compare_run(o, a, b, n, r));
	if (digests) {
		n->sha256_a = digest_of(a, &x, sum[0]);
		n->sha256_b = digest_of(b, &y, sum[1]);
	}
	return OK;
}

static int
compare(const struct compare_args *args, const struct compare_opts *o, const char *a,
    const char *b)
{
	struct compare_names names = { bytes_of(a), bytes_of(b), NULL, NULL };
	CLEAN(fd_closep) int x = -1;
	CLEAN(fd_closep) int y = -1;
	uint8_t sum[2][32] = { { 0 } };
	struct compare_result r;
	bool folder_a, folder_b;
	int code;

	if (open_operand(a, &x, &folder_a) != OK || open_operand(b, &y, &folder_b) != OK)
		return 2;
	if (is_operand(args->html, x) || is_operand(args->html, y)) {
		msg_error("'%s' is compared: --html would write over it", args->html);
		return 2;
	}
	if (folder_a != folder_b) {
		msg_error("'%s' is a folder, and '%s' is none", folder_a ? a : b,
		    folder_a ? b : a);
		return 2;
	}
	if ((folder_a ? compare_folders(o, x, y, &r)
		      : compare_files(o, x, y, &names, args->json ? sum : NULL, &r)) !=
	    OK) {
		msg_error("cannot compare '%s' and '%s': %s", a, b, r.why);
		code = 2;
	} else if (report(args, &r, &names) != OK)
		code = 2;
	else
		code = compare_exit(&r);
	compare_done(&r);
	return code;
}

static int
run_compare(int argc, char **argv, const struct verb *v)
{
	struct compare_args args = { .lines = COMPARE_LINES, .keep = COMPARE_KEEP };
	struct opt_list paths = { 0 };
	struct compare_opts o = { 0 };
	enum err e = opt_parse(v, argc, argv, &args, &paths);
	char *program = NULL;
	int code = 0;

	if (e == OK && (paths.n != 2 || args.lines == 0 || args.lines > DIFF_LINES_MAX ||
			   args.keep == 0)) {
		if (paths.n != 2)
			msg_error("compare: two files or two folders are compared");
		else if (args.keep == 0)
			msg_error("compare: --keep takes at least one byte");
		else
			msg_error("compare: --lines takes 1 to %d", DIFF_LINES_MAX);
		msg_hint("try 'candor help compare'");
		e = ERR_SYNTAX;
	}
	if (e == ERR_SYNTAX)
		code = OPT_EXIT_USAGE;
	else if (e == OK && (program = compare_find(CANDOR_LIBEXECDIR)) == NULL) {
		msg_error("candor-compare is not where it was installed");
		code = 2;
	} else if (e == OK) {
		o = (struct compare_opts){ .program = program,
			.flat = args.flat,
			.timeout_ms = args.timeout_ms,
			.lines = (uint32_t)args.lines,
			.memory = args.memory,
			.scratch = args.scratch,
			.keep = args.keep };
		code = compare(&args, &o, paths.p[0], paths.p[1]);
	}
	free(program);
	free(paths.p);
	return code;
}

const struct verb verb_compare = {
	"compare",
	"A B",
	"show what differs between two files, archives, packages or folders",
	compare_opts,
	run_compare,
};
