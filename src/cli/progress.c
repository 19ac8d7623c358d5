/*
 * progress.c - how far a scan is, on a terminal. A copy of this process walks ahead and
 * counts; what it tells is a guess for a line on the screen, and nothing depends on it.
 */
#include "cli/progress.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sys.h"

#define DRAW_MS 200

/* The copy of us: opens what the scan will open, reads nothing, and adds up. */
_Noreturn static void
count(pid_t parent, const struct walk_opts *o, const char *const *roots, size_t n, int to)
{
	struct walk *w = walk_new(o);
	uint64_t sum[2] = { 0, 0 };

	/* a parent that died before this line gives no signal any more */
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (getppid() != parent)
		_exit(1);
	for (size_t i = 0; i < n; i++) {
		struct walk_item item;

		if (strcmp(roots[i], "-") == 0)
			continue;
		walk_begin(w, roots[i]);
		while (walk_next(w, &item) == OK) {
			if (item.kind != WALK_FILE)
				continue;
			sum[0]++;
			sum[1] += (uint64_t)item.st.st_size;
			fd_closep(&item.fd);
		}
	}
	_exit(sys_write_all(to, sum, sizeof(sum)) == OK ? 0 : 1);
}

void
progress_start(
    struct progress *p, const struct walk_opts *o, const char *const *roots, size_t n)
{
	pid_t self = getpid();
	int fds[2];

	p->on = true;
	p->start = sys_clock_ms();
	p->pipe = -1;
	if (n == 0 || pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0)
		return;
	p->counter = fork();
	if (p->counter == 0)
		count(self, o, roots, n, fds[1]);
	close(fds[1]);
	p->pipe = fds[0];
}

/* Not waited for: as long as it counts there is no time left to tell. */
static void
ask_counter(struct progress *p)
{
	uint64_t sum[2];
	size_t got = 0;

	if (p->pipe < 0 || sys_read_some(p->pipe, sum, sizeof(sum), &got) != OK)
		return;
	fd_closep(&p->pipe);
	if (got != sizeof(sum))
		return;
	p->total_files = sum[0];
	p->total_bytes = sum[1];
}

/*
 * By bytes and files both: a file costs about as much as 50 kB of its bytes, so
 * that a folder of many small ones is not "done" when its bytes are.
 */
static double
share(const struct progress *p, uint64_t files, uint64_t bytes)
{
	double all = (double)p->total_bytes + 50e3 * (double)p->total_files;
	double now = (double)bytes + 50e3 * (double)files;

	return all > 0 && now < all ? now / all : 1;
}

void
progress_line(const struct progress *p, const struct progress_now *now, struct buf *out)
{
	double s = (double)now->ms / 1000, mb = (double)now->bytes / 1e6;
	double part = p->total_files > 0 ? share(p, now->files, now->bytes) : 0;

	buf_printf(out, "%" PRIu64 " files, %.1f MB, %.0f MB/s, %" PRIu64 " found",
	    now->files, mb, s > 0 ? mb / s : 0, now->found);
	/* before a thousandth of the work the guess would be wild */
	if (part > 0.001 && part < 1)
		buf_printf(out, ", %.0f%%, %.0f s left", part * 100, s / part - s);
}

/* Of the terminal on stderr, now: its window may have changed. */
static size_t
columns(void)
{
	struct winsize w;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 1 ? w.ws_col : 80;
}

void
progress_draw(struct progress *p, uint64_t files, uint64_t bytes, uint64_t found)
{
	uint64_t now = sys_clock_ms();
	struct buf line = { 0 };

	if (!p->on || now - p->drawn < DRAW_MS || now - p->start < 500)
		return;
	p->drawn = now;
	ask_counter(p);
	buf_str(&line, "\r\033[K");
	progress_line(
	    p, &(struct progress_now){ files, bytes, found, now - p->start }, &line);
	/* wider than the terminal it would wrap, and only its last row be cleared */
	if (line.n > 4 + columns() - 1)
		line.n = 4 + columns() - 1;
	p->shown = sys_write_all(STDERR_FILENO, line.p, line.n) == OK;
	buf_done(&line);
}

void
progress_clear(struct progress *p)
{
	if (p->shown && sys_write_all(STDERR_FILENO, "\r\033[K", 4) != OK)
		p->on = false;
	p->shown = false;
}

void
progress_stop(struct progress *p)
{
	progress_clear(p);
	if (p->counter > 0) {
		kill(p->counter, SIGKILL);
		waitpid(p->counter, NULL, 0);
	}
	fd_closep(&p->pipe);
	p->on = false;
}
