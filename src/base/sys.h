/*
 * sys.h - the system calls that the trusted half makes, and why one failed.
 *
 * The only place that reads errno: functions give an err, and sys_why() gives
 * the last failure in words. Everything opened here is close-on-exec, and never
 * waits (a fifo somebody slipped in cannot stop a scan).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"

void fd_closep(int *fd); /* for CLEAN(); leaves -1 behind */

/* The reason of the last ERR_IO or ERR_ACCESS of this file: "permission denied". */
const char *sys_why(void);
/* The same for an errno that somebody else kept. */
const char *sys_reason(int code);
int sys_code(void);
/* What a system call that failed comes to: ERR_ACCESS when it is the name's, the rights'
 * or the owner's fault, else ERR_IO. And back to a code that was kept meanwhile. */
enum err sys_failed(void);
enum err sys_failed_as(int code);

enum sys_open_flag {
	SYS_FOLLOW = 1 << 0, /* symbolic links are followed (never magic ones) */
	SYS_DIR = 1 << 1,    /* a folder, to be read */
	SYS_PATH = 1 << 2,   /* only a handle: looks at a device without waking it */
};

/* Opens for reading; dir may be AT_FDCWD. ERR_ACCESS: the system refused. */
MUST_USE enum err sys_open(int dir, const char *name, unsigned flags, int *fd);
MUST_USE enum err sys_stat(int fd, struct stat *st);

/* "fifo", "device", "socket", "symbolic link", "folder", "file" */
const char *sys_kind(mode_t mode);

/* Makes a file in memory; sealed it can no longer change, whoever holds it. */
MUST_USE enum err sys_memfd(const char *name, int *fd);
MUST_USE enum err sys_seal(int fd);

/*
 * All of it, however often the system takes only a part, and also to a pipe that
 * somebody made non-blocking. ERR_IO: what was written before stays written.
 */
MUST_USE enum err sys_write_all(int fd, const void *p, size_t n);
/* One read: some bytes or none at the end. Waits for a pipe, goes on after signals. */
MUST_USE enum err sys_read_some(int fd, void *p, size_t n, size_t *got);
/* One read at an offset of a file, which has no other effect on the descriptor. */
MUST_USE enum err sys_pread(int fd, void *p, size_t n, uint64_t off, size_t *got);
/*
 * Returns when a read of fd would not wait: for descriptors that came from outside.
 * ERR_IO (EINTR): a signal was handled, which may be a wish to stop.
 */
MUST_USE enum err sys_wait(int fd);
/*
 * Descriptors 0 to 2 that are closed get /dev/null, opened the wrong way round, so
 * that using them fails. Else the next file, socket or database we open would be
 * "stdout", and our messages would be written into it. First thing in main.
 */
void sys_hold_std(void);

/*
 * Copies from's next bytes to the end of to, up to its end or n of them; the kernel does
 * it, at 3 GB/s into a memfd. *copied may be less than n: then from ended.
 */
MUST_USE enum err sys_copy(int from, int to, uint64_t n, uint64_t *copied);

/* Everything up to the end. ERR_LIMIT: there is more than limit bytes. */
MUST_USE enum err sys_read_all(int fd, struct buf *to, size_t limit);

/*
 * Puts fd's future content at path in one step: write to the returned fd, then
 * commit; nobody ever sees half of it. Drop removes what was begun. Commit always
 * ends in a drop, so a second one does no harm. A device or a pipe that is there
 * already is written to directly (-o /dev/stdout). tmp lies beside path, as rename
 * works within one file system only; NULL: written directly.
 */
struct sys_atomic {
	char *tmp, *path;
	int fd;
};
MUST_USE enum err sys_atomic_open(struct sys_atomic *a, const char *path);
MUST_USE enum err sys_atomic_commit(struct sys_atomic *a);
/* The same, but whatever has that name by now stays, also a link: errno EEXIST. */
MUST_USE enum err sys_atomic_commit_new(struct sys_atomic *a);
void sys_atomic_drop(struct sys_atomic *a);

uint64_t sys_clock_ns(void); /* monotonic */
uint64_t sys_clock_ms(void);
int64_t sys_now(void); /* seconds since the epoch */

/*
 * The first of n paths that access(2) permits with mode (R_OK, X_OK), or NULL. Takes
 * them all: the others are freed. NULLs among them are passed over.
 */
char *sys_first(char **path, size_t n, int mode);

/* The folder this program lies in, malloced; NULL when the system does not tell. */
char *sys_exe_dir(void);
unsigned sys_cores(void); /* that we may run on; at least 1 */
/* As many descriptors as we may have; gives that number. */
unsigned sys_raise_nofile(void);

/* These never give NULL: out of memory ends the trusted half, not a scan of it. */
void *xcalloc(size_t n, size_t size);
char *xstrdup(const char *s);
char *xprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Room for need elements: doubles *cap. New elements are not cleared. */
void *xgrow(void *old, size_t *cap, size_t need, size_t size);
