/*
 * room_mount.c - a room's file systems, from inside and before anything untrusted runs.
 *
 * The new root is made on the host's /tmp, in our own mount namespace, from nothing: what
 * is not put there is not there. The host's folders are bound with everything that is
 * mounted in them (the kernel insists), read-only, without devices and set-uid programs;
 * a root made of packages (carry.h) is written file by file.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/sys.h"
#include "rebuild/room_in.h"

/* <sys/mount.h> and <linux/mount.h> of Debian 12 do not go together. */
extern int mount(const char *from, const char *to, const char *type, unsigned long flags,
    const void *data);
extern int umount2(const char *where, int flags);

#define NEW         "/tmp" /* where the new root is made; then it is "/" */
#define DETACH      2      /* MNT_DETACH */
/* Files take memory even when they are empty: some 1,000 bytes each. */
#define INODE_SHARE 2048
#define INODES_MIN  10000
#define ROOT_MAX    "64m" /* of the root itself: links, small files, mount points */

#ifndef MS_REMOUNT
#define MS_RDONLY  1ul
#define MS_NOSUID  2ul
#define MS_NODEV   4ul
#define MS_NOEXEC  8ul
#define MS_REMOUNT 32ul
#define MS_BIND    4096ul
#define MS_REC     16384ul
#define MS_PRIVATE (1ul << 18)
#endif

/*
 * What of the host's /etc a compiler or a script may need. Nothing that is secret,
 * nothing about users and networks; what is not there is passed over.
 */
static const char *const etc[] = { "alternatives", "ld.so.cache", "ld.so.conf",
	"ld.so.conf.d", "perl", "python3", "python3.11", "python3.13", "debian_version",
	"os-release", "dpkg", "magic", "magic.mime", "mime.types", "ssl/openssl.cnf",
	"fonts", "texmf", "xml", "sgml", "groff", "locale.alias", "terminfo", "services",
	"protocols", "shells", "lsb-release", "papersize", "gemrc", "php", "ant" };
static const char *const top[] = { "usr", "bin", "sbin", "lib", "lib32", "lib64",
	"libx32" };
static const char *const devices[] = { "null", "zero", "full", "random", "urandom" };

bool
room_fails(struct room_step *s, const char *fmt, ...)
{
	int code = errno;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->what, sizeof(s->what), fmt, ap);
	va_end(ap);
	errno = code;
	return false;
}

/* path below the new root, in one of a few static buffers; too long: cut, and not found.
 */
static const char *
in_new(const char *path)
{
	static char buffer[4][4096];
	static unsigned turn;
	char *b = buffer[turn++ % 4];

	snprintf(b, sizeof(buffer[0]), NEW "/%s", path);
	return b;
}

/* All folders of a path below the new root; with last, also the last part. */
static bool
make_path(const char *path, bool last, struct room_step *s)
{
	char *p = xprintf(NEW "/%s", path);
	bool ok = true;

	for (char *c = strchr(p + 1, '/'); c != NULL && ok; c = strchr(c + 1, '/')) {
		*c = '\0';
		ok = mkdir(p, 0755) == 0 || errno == EEXIST;
		*c = '/';
	}
	if (ok && last)
		ok = mkdir(p, 0755) == 0 || errno == EEXIST;
	free(p);
	return ok || room_fails(s, "make the folder '/%s'", path);
}

static bool
make_file(const char *path, const char *text, struct room_step *s)
{
	CLEAN(fd_closep) int fd = -1;

	if (!make_path(path, false, s))
		return false;
	fd = open(in_new(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || sys_write_all(fd, text, strlen(text)) != OK)
		return room_fails(s, "make the file '/%s'", path);
	return true;
}

static bool
seal(const char *where, struct room_step *s)
{
	struct mount_attr a = { .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
					    MOUNT_ATTR_NODEV };

	return syscall(SYS_mount_setattr, AT_FDCWD, where, AT_RECURSIVE, &a, sizeof(a)) ==
		   0 ||
	       room_fails(s, "make '%s' read-only (needs Linux 5.12)", where);
}

/* Binds what from is to path in the new root, read-only; a link is made anew instead. */
static bool
bind_in(const char *from, const char *path, struct room_step *s)
{
	char target[4096];
	struct stat st;
	ssize_t n;

	if (lstat(from, &st) != 0)
		return true;
	if (S_ISLNK(st.st_mode)) {
		n = readlink(from, target, sizeof(target) - 1);
		if (n < 0 || !make_path(path, false, s))
			return false;
		target[n] = '\0';
		return symlink(target, in_new(path)) == 0 || errno == EEXIST ||
		       room_fails(s, "link '/%s'", path);
	}
	if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode) && !S_ISCHR(st.st_mode))
		return true;
	if (S_ISDIR(st.st_mode) ? !make_path(path, true, s) : !make_file(path, "", s))
		return false;
	if (mount(from, in_new(path), NULL, MS_BIND | MS_REC, NULL) != 0)
		return room_fails(s, "bind '%s'", from);
	return S_ISCHR(st.st_mode) || seal(in_new(path), s);
}

static bool
bind_host(struct room_step *s)
{
	for (size_t i = 0; i < COUNT(top); i++) {
		char *from = xprintf("/%s", top[i]);
		bool ok = bind_in(from, top[i], s);

		free(from);
		if (!ok)
			return false;
	}
	for (size_t i = 0; i < COUNT(etc); i++) {
		char *from = xprintf("/etc/%s", etc[i]);
		bool ok = bind_in(from, from + 1, s);

		free(from);
		if (!ok)
			return false;
	}
	/* what an administrator put beside the packages is not part of the toolchain */
	if (access(in_new("usr/local"), F_OK) == 0 &&
	    mount("none", in_new("usr/local"), "tmpfs", MS_RDONLY, "size=0") != 0)
		return room_fails(s, "hide /usr/local");
	return bind_in("/var/lib/dpkg", "var/lib/dpkg", s);
}

bool
room_has_own(const char *name)
{
	static const char *const own[] = { ".", "..", "proc", "sys", "dev", "tmp", "run",
		"build", "srv", "home", "root", "mnt", "media", "lost+found", "candor",
		"etc/passwd", "etc/group", "etc/hosts", "etc/hostname",
		"etc/nsswitch.conf", "var/tmp" };

	for (size_t i = 0; i < COUNT(own); i++)
		if (strcmp(name, own[i]) == 0)
			return true;
	return false;
}

/*
 * A root that was made from packages: each of its folders. Its /etc and /var are opened
 * up one level, as files of ours stand in them.
 */
static bool
bind_folder(int root, const char *below, struct room_step *s)
{
	char *path = xprintf("/proc/self/fd/%d/%s", root, below);
	DIR *d = opendir(path);
	bool ok = true;

	if (d == NULL) {
		free(path);
		return room_fails(s, "open the root's '/%s'", below);
	}
	for (const struct dirent *e; ok && (e = readdir(d)) != NULL;) {
		char *from, *to;

		if (room_has_own(e->d_name))
			continue;
		if (below[0] == '\0' &&
		    (strcmp(e->d_name, "etc") == 0 || strcmp(e->d_name, "var") == 0)) {
			ok = bind_folder(root, e->d_name, s);
			continue;
		}
		from = xprintf("%s/%s", path, e->d_name);
		to = xprintf("%s%s%s", below, below[0] ? "/" : "", e->d_name);
		/* made by us before this: passwd and its like */
		ok = access(in_new(to), F_OK) == 0 || bind_in(from, to, s);
		free(from);
		free(to);
	}
	closedir(d);
	free(path);
	return ok;
}

static bool
make_users(const struct vary_world *w, struct room_step *s)
{
	char *user = w->uid == 0
			 ? xstrdup("")
			 : xprintf("%s:x:%u:%u:%s:%s/home:/bin/sh\n", w->user,
			       (unsigned)w->uid, (unsigned)w->uid, w->user, w->base);
	char *own =
	    w->uid == 0 ? xstrdup("") : xprintf("%s:x:%u:\n", w->user, (unsigned)w->uid);
	char *passwd = xprintf("root:x:0:0:root:/nonexistent:/bin/sh\n%s"
			       "nobody:x:65534:65534:nobody:/nonexistent:/bin/false\n",
	    user);
	char *group = xprintf("root:x:0:\n%snogroup:x:65534:\n", own);
	char *hosts = xprintf("127.0.0.1 localhost\n127.0.1.1 %s\n", w->host);
	char *name = xprintf("%s\n", w->host);
	bool ok = make_file("etc/passwd", passwd, s) &&
		  make_file("etc/group", group, s) && make_file("etc/hosts", hosts, s) &&
		  make_file("etc/hostname", name, s) &&
		  make_file("etc/nsswitch.conf",
		      "passwd: files\ngroup: files\nhosts: files\n", s);

	free(user);
	free(own);
	free(passwd);
	free(group);
	free(hosts);
	free(name);
	return ok;
}

/* The few files of /sys that programs count processors by. */
static bool
make_processors(unsigned n, struct room_step *s)
{
	char *range = n > 1 ? xprintf("0-%u\n", n - 1) : xstrdup("0\n");
	bool ok = make_file("sys/devices/system/cpu/online", range, s) &&
		  make_file("sys/devices/system/cpu/possible", range, s) &&
		  make_file("sys/devices/system/cpu/present", range, s);

	free(range);
	return ok;
}

static bool
make_devices(struct room_step *s)
{
	static const char *const links[][2] = { { "/proc/self/fd", "dev/fd" },
		{ "/proc/self/fd/0", "dev/stdin" }, { "/proc/self/fd/1", "dev/stdout" },
		{ "/proc/self/fd/2", "dev/stderr" } };

	for (size_t i = 0; i < COUNT(devices); i++) {
		char *from = xprintf("/dev/%s", devices[i]);
		bool ok = bind_in(from, from + 1, s);

		free(from);
		if (!ok)
			return false;
	}
	for (size_t i = 0; i < COUNT(links); i++)
		if (symlink(links[i][0], in_new(links[i][1])) != 0)
			return room_fails(s, "link '/%s'", links[i][1]);
	return true;
}

static bool
mount_new(const char *path, unsigned long flags, const char *options, struct room_step *s)
{
	return (make_path(path, true, s) &&
		   mount("none", in_new(path), "tmpfs", flags, options) == 0) ||
	       room_fails(s, "a file system in memory at '/%s'", path);
}

/* A folder of the space that may be written, also under a well-known name. */
static bool
open_folder(const char *base, const char *name, const char *where, struct room_step *s)
{
	char *path = xprintf("%s/%s", base + 1, name);
	bool ok = make_path(path, true, s) && make_path(where, true, s) &&
		  mount(in_new(path), in_new(where), NULL, MS_BIND, NULL) == 0 &&
		  chmod(in_new(where), 01777) == 0;

	free(path);
	return ok || room_fails(s, "the folder '/%s'", where);
}

static bool
make_space(const struct room_plan *p, struct room_step *s)
{
	static const char *const folders[] = { "source", "recipe", "work", "out", "home",
		"tmp", "shm" };
	const char *base = p->world->base;
	uint64_t inodes = p->limits.space / INODE_SHARE;
	char *options = xprintf("size=%llu,nr_inodes=%llu,mode=0755",
	    (unsigned long long)p->limits.space,
	    (unsigned long long)(inodes > INODES_MIN ? inodes : INODES_MIN));
	char *output =
	    xprintf("size=%llu,mode=0700", (unsigned long long)p->limits.output);
	bool ok = mount_new(base + 1, MS_NOSUID | MS_NODEV, options, s) &&
		  mount_new("candor", MS_NOSUID | MS_NODEV | MS_NOEXEC, output, s);

	for (size_t i = 0; i < COUNT(folders) && ok; i++) {
		char *path = xprintf("%s/%s", base + 1, folders[i]);

		ok = make_path(path, true, s);
		free(path);
	}
	free(options);
	free(output);
	return ok && open_folder(base, "tmp", "tmp", s) &&
	       open_folder(base, "tmp", "var/tmp", s) &&
	       open_folder(base, "shm", "dev/shm", s);
}

static bool
fill_one(const struct room_plan *p, const char *name, const struct fill_tree *t,
    struct room_step *s)
{
	char *path = xprintf("%s/%s", p->world->base + 1, name);
	CLEAN(fd_closep) int dir = open(in_new(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct fill_fault f;
	bool ok = dir >= 0 && fill_make(t, dir, p->world->descending, &f) == OK;

	if (!ok)
		room_fails(s, "write '%s%s%s' of the bundle", name,
		    dir >= 0 && f.name ? "/" : "", dir >= 0 && f.name ? f.name : "");
	ok = ok &&
	     (mount(in_new(path), in_new(path), NULL, MS_BIND, NULL) == 0 ||
		 room_fails(s, "bind '/%s'", path)) &&
	     seal(in_new(path), s);
	free(path);
	return ok;
}

/* A root made of packages: each file of it is written anew, in the world's order. */
static bool
fill_root(const struct room_plan *p, struct room_step *s)
{
	CLEAN(fd_closep) int dir = open(NEW, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct fill_fault f = { 0 };

	return (dir >= 0 && fill_make(p->made, dir, p->world->descending, &f) == OK) ||
	       room_fails(s, "write '%s' of the root", f.name ? f.name : "/");
}

/* The file system in memory that the root is; what is bound into it takes no space. */
static bool
mount_root(const struct room_plan *p, struct room_step *s)
{
	char *options = p->made == NULL ? xstrdup("size=" ROOT_MAX ",mode=0755")
					: xprintf("size=%llu,mode=0755",
					      (unsigned long long)p->limits.space);
	bool ok = mount("none", NEW, "tmpfs", MS_NOSUID, options) == 0;

	free(options);
	return ok || room_fails(s, "a file system in memory for the root");
}

static bool
bring_root(const struct room_plan *p, struct room_step *s)
{
	if (p->made != NULL)
		return fill_root(p, s);
	return p->root < 0 ? bind_host(s) : bind_folder(p->root, "", s);
}

/* The old root stays mounted under the new one until it is taken off (pivot_root(2)). */
static bool
enter(bool writable, struct room_step *s)
{
	if (chdir(NEW) != 0 || syscall(SYS_pivot_root, ".", ".") != 0 ||
	    umount2(".", DETACH) != 0 || chdir("/") != 0)
		return room_fails(s, "pivot_root");
	return writable ||
	       mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID,
		   NULL) == 0 ||
	       room_fails(s, "make the root read-only");
}

bool
room_mount(const struct room_plan *p, struct room_step *s)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		return room_fails(s, "make mounts private");
	if (!mount_root(p, s) || !make_users(p->world, s) ||
	    !make_processors(p->world->cpus, s) || !bring_root(p, s))
		return false;
	if (!make_path("proc", true, s) ||
	    mount("proc", in_new("proc"), "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		NULL) != 0)
		return room_fails(s, "mount /proc");
	return make_devices(s) && make_space(p, s) &&
	       fill_one(p, "source", p->source, s) &&
	       fill_one(p, "recipe", p->recipe, s) && enter(p->install, s);
}
