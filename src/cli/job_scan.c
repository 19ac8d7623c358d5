/* job_scan.c - paths to files to workers, and what they say about each. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/sys.h"
#include "cli/given.h"
#include "cli/job.h"
#include "cli/pathlist.h"
#include "sandbox/process.h"

#define STDIN_MAX    (1ull << 30) /* spooled in memory; more is cut: incomplete */
#define MEMORY       (256ull << 20)
#define MEMORY_EXTRA (256ull << 20) /* buffers and libc, beside the engine's scratch */
#define FDS_A_WORKER (2 * WIRE_FDS_MAX + 4)
#define FDS_OTHERS   256
#define PROCESS_MAX  (2ull << 30) /* bytes of a process that are read */

/* One file between being opened and being done; at most 64 a worker exist. */
struct file {
	struct job_file pub;
	int fd;
	struct timespec mtime;
	const char *limit;      /* why it cannot be complete, known before */
	struct process process; /* whose memory it is; n 0: a file */
	char path[];
};

struct scanning {
	const struct job_scan *j;
	struct walk *walk;
	bool walking;
	size_t at, at_pid; /* the next root, and the next process */
	struct pathlist *list;
	bool told; /* that the list ended too early */
};

static void
say(const struct job_scan *j, struct file *f, enum finding_kind kind, const char *text)
{
	struct finding x = { .kind = kind, .text = bytes_of(text) };

	j->finding(j->arg, &f->pub, &x);
}

/* The worker read it, but only we can see whether it held still meanwhile. */
static bool
held_still(const struct file *f)
{
	struct stat st;

	return sys_stat(f->fd, &st) == OK && (uint64_t)st.st_size == f->pub.size &&
	       st.st_mtim.tv_sec == f->mtime.tv_sec &&
	       st.st_mtim.tv_nsec == f->mtime.tv_nsec;
}

/* The end of a file, whatever it was: the verb hears of it, and it is gone. */
static void
finish(const struct job_scan *j, struct file *f, const char *failed)
{
	if (f->limit != NULL)
		say(j, f, FINDING_LIMIT, f->limit);
	j->done(j->arg, &f->pub, failed);
	fd_closep(&f->fd);
	process_done(&f->process);
	free(f);
}

void *
job_file_user(struct job_file *f, size_t size)
{
	if (f->user == NULL)
		f->user = xcalloc(1, size);
	return f->user;
}

static struct file *
file_new(struct bytes path, int fd, const struct stat *st)
{
	struct file *f = xcalloc(1, sizeof(*f) + path.n + 1);

	memcpy(f->path, path.p, path.n);
	f->pub.path = (struct bytes){ (const uint8_t *)f->path, path.n };
	f->pub.size = (uint64_t)st->st_size;
	f->fd = fd;
	f->process.fd = -1;
	f->mtime = st->st_mtim;
	return f;
}

/* --- where files come from ------------------------------------------------ */

/* Standard input, as far as it fits, as a file in memory. */
static enum err
spool_stdin(struct scanning *s, struct file **out)
{
	uint64_t left = s->j->max_file_size ? s->j->max_file_size : STDIN_MAX;
	static char block[65536];
	size_t got = 1;
	struct stat st;
	int fd;

	TRY(sys_memfd("candor-stdin", &fd));
	while (left > 0 && got > 0) {
		enum err e = sys_wait(STDIN_FILENO);

		if (e == OK)
			e = sys_read_some(STDIN_FILENO, block,
			    left < sizeof(block) ? (size_t)left : sizeof(block), &got);
		if (e == OK)
			e = sys_write_all(fd, block, got);
		if (e != OK) {
			close(fd);
			return e;
		}
		left -= got;
	}
	if (sys_seal(fd) != OK || sys_stat(fd, &st) != OK) {
		close(fd);
		return ERR_IO;
	}
	*out = file_new(BYTES_LIT("-"), fd, &st);
	if (left == 0 && sys_read_some(STDIN_FILENO, block, 1, &got) == OK && got > 0)
		(*out)->limit = "standard input is larger than may be scanned";
	return OK;
}

/* The memory of the next process. ERR_LIMIT: it is dealt with. */
static enum err
next_process(struct scanning *s, struct file **out)
{
	const struct job_scan *j = s->j;
	const char *pid = j->pids[s->at_pid++];
	char *name = xprintf("%s%s", j->pid_word, pid);
	struct process p;
	char why[PROCESS_WHY];
	struct stat st;
	enum err e = process_copy((pid_t)strtol(pid, NULL, 10),
	    j->process_memory ? j->process_memory : PROCESS_MAX, &p, why);

	if (e == OK && sys_stat(p.fd, &st) == OK) {
		*out = file_new(bytes_of(name), p.fd, &st);
		p.fd = -1; /* the file's */
		(*out)->process = p;
		(*out)->limit = p.limit;
	} else {
		j->skipped(j->arg, bytes_of(name), why, WALK_ERROR);
		e = ERR_LIMIT;
	}
	free(name);
	return e;
}

/* A list that could not be read to its end is a part that was not scanned. */
static enum err
list_ended(struct scanning *s)
{
	const char *fault = s->list ? pathlist_fault(s->list) : NULL;

	if (fault != NULL && !s->told) {
		s->told = true;
		s->j->skipped(s->j->arg, bytes_of(s->j->list), fault, WALK_ERROR);
	}
	return ERR_END;
}

/* ERR_END: no more. ERR_LIMIT: that root is dealt with. */
static enum err
next_root(struct scanning *s, struct file **out)
{
	const char *root = NULL;

	if (s->at_pid < s->j->npids)
		return next_process(s, out);
	if (s->at < s->j->nroots) {
		root = s->j->roots[s->at++];
		if (strcmp(root, "-") == 0) {
			if (spool_stdin(s, out) == OK)
				return OK;
			s->j->skipped(s->j->arg, BYTES_LIT("-"), sys_why(), WALK_ERROR);
			return ERR_LIMIT;
		}
	} else if (s->list != NULL)
		root = pathlist_next(s->list);
	if (root == NULL)
		return list_ended(s);
	walk_begin(s->walk, root);
	s->walking = true;
	return ERR_LIMIT;
}

/* Walks on until there is a file; what is none is told on the way. */
static enum err
next_file(struct scanning *s, struct file **out)
{
	for (;;) {
		struct walk_item item;

		if (!s->walking) {
			enum err e = next_root(s, out);

			if (e != ERR_LIMIT)
				return e;
			continue;
		}
		if (walk_next(s->walk, &item) != OK) {
			s->walking = false;
			continue;
		}
		if (item.kind == WALK_FILE) {
			*out = file_new(item.path, item.fd, &item.st);
			return OK;
		}
		s->j->skipped(s->j->arg, item.path, item.why, item.kind);
	}
}

static void
too_large(const struct job_scan *j, struct file *f)
{
	if (j->large == NULL) {
		f->limit = "it is larger than --max-file-size";
		finish(j, f, NULL);
		return;
	}
	j->large(j->arg, f->pub.path, f->pub.size);
	fd_closep(&f->fd);
	free(f);
}

/* --- the pool's callbacks ------------------------------------------------- */

static enum err
on_next(void *arg, struct pool_file *out)
{
	struct scanning *s = arg;

	for (;;) {
		struct file *f;

		TRY(next_file(s, &f));
		if (s->j->max_file_size != 0 && f->process.n == 0 &&
		    f->pub.size > s->j->max_file_size) {
			too_large(s->j, f);
			continue;
		}
		*out = (struct pool_file){ f, f->fd, f->pub.size, f->process.n };
		return OK;
	}
}

/* The worker knows addresses only; what is mapped there is added here. */
static void
tell_of_process(const struct job_scan *j, struct file *f, const struct finding *x)
{
	struct finding named = *x;
	struct finding_match *m = process_matches(&f->process, x);

	if (m != NULL)
		named.matches = m;
	j->finding(j->arg, &f->pub, &named);
	free(m);
}

static void
on_finding(void *arg, void *item, const struct finding *x)
{
	struct scanning *s = arg;
	struct file *f = item;

	/* the worker and held_still see the same: one of them says it */
	if (x->kind == FINDING_LIMIT && f->limit == NULL && !held_still(f))
		f->limit = "the file changed while it was read";
	else if (f->process.n > 0)
		tell_of_process(s->j, f, x);
	else
		s->j->finding(s->j->arg, &f->pub, x);
}

static void
on_again(void *arg, void *item)
{
	struct scanning *s = arg;
	struct file *f = item;

	s->j->again(s->j->arg, &f->pub);
}

static void
on_done(void *arg, void *item, const char *failed)
{
	struct scanning *s = arg;
	struct file *f = item;

	if (failed == NULL && f->limit == NULL && !held_still(f))
		f->limit = "the file changed while it was read";
	finish(s->j, f, failed);
}

static enum err
on_tick(void *arg)
{
	struct scanning *s = arg;

	return s->j->tick != NULL ? s->j->tick(s->j->arg) : OK;
}

/* Each worker may hold so many of our descriptors; take no more than there are. */
/* (of 256 wanted, a limit of 1024 descriptors leaves 11) */
static unsigned
workers(unsigned wanted)
{
	unsigned n = wanted ? wanted : sys_cores(), fds = sys_raise_nofile();
	unsigned most =
	    fds > FDS_OTHERS + FDS_A_WORKER ? (fds - FDS_OTHERS) / FDS_A_WORKER : 1;

	return n < most ? n : most;
}

enum err
job_scan_run(const struct job_scan *j, struct pool_result *out)
{
	struct scanning s = { .j = j };
	struct pool_opts o = j->pool;
	const struct pool_events ev = {
		.arg = &s,
		.next = on_next,
		.finding = on_finding,
		.again = on_again,
		.done = on_done,
		.tick = on_tick,
	};
	enum err e;

	*out = (struct pool_result){ 0 };
	if (j->list != NULL &&
	    (s.list = pathlist_open(j->list, out->why, POOL_WHY)) == NULL)
		return ERR_IO;
	s.walk = walk_new(&j->walk);
	o.workers = workers(o.workers);
	o.db_fd = j->db.fd;
	o.given = j->given != NULL ? j->given->files : NULL;
	o.ngiven = j->given != NULL ? j->given->n : 0;
	o.scan.db_size = j->db.size;
	o.scan.flags |= j->db.from_file ? WIRE_CHECK_SUM : 0;
	if (o.scan.memory == 0)
		o.scan.memory = MEMORY;
	o.memory = o.scan.memory + MEMORY_EXTRA;
	o.grace_ms = 500 + (o.scan.timeout_ms < 40000 ? o.scan.timeout_ms / 4 : 10000);
	e = pool_run(&o, &ev, out);
	walk_free(s.walk);
	pathlist_free(s.list);
	return e;
}
