/*
 * confine.c - see confine.h.
 *
 * Belt and braces, each against another mistake: the filter alone would do, if it
 * has no hole; being nobody limits what a hole is worth; Landlock denies files even
 * through a call that a later line of policy.def might permit; the limits bound
 * what the permitted calls can waste.
 */
#include "sandbox/confine.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/filter.h"

static int
drop_user(const struct confine *c)
{
	uid_t r, e, s;

	if (geteuid() != 0 || (c->service != NULL && c->uid == 0))
		return 0;
	if (c->uid == 0 || c->gid == 0)
		return -1;
	if (setgroups(0, NULL) != 0 || setresgid(c->gid, c->gid, c->gid) != 0 ||
	    setresuid(c->uid, c->uid, c->uid) != 0)
		return -1;
	/* believed only when seen: no way back */
	if (getresuid(&r, &e, &s) != 0 || r != c->uid || e != c->uid || s != c->uid)
		return -1;
	return setuid(0) == 0 ? -1 : 0;
}

/* Also for a user whose session carries capabilities (ambient ones survive exec). */
static int
drop_caps(const struct confine *c)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct none[2] = { 0 };

	(void)c;
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); /* since Linux 4.3 */
	return (int)syscall(SYS_capset, &head, none);
}

static int
no_new_privs(const struct confine *c)
{
	(void)c;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* No core dump, no ptrace by others of that user, and gone with the parent. */
static int
keep_apart(const struct confine *c)
{
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return -1;
	return c->service != NULL && !c->service->mortal
		   ? 0
		   : prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

static int
set_limits(const struct confine *c)
{
	const struct {
		int what;
		rlim_t max;
	} limits[] = {
		{ RLIMIT_CORE, 0 },
		{ RLIMIT_FSIZE, c->service != NULL ? c->service->file_max : 0 },
		{ RLIMIT_NPROC, 0 },
		{ RLIMIT_MEMLOCK, 0 },
		{ RLIMIT_MSGQUEUE, 0 },
		{ RLIMIT_NOFILE, c->nofile },
	};

	for (size_t i = 0; i < COUNT(limits); i++) {
		struct rlimit r = { limits[i].max, limits[i].max };

		if (setrlimit((__rlimit_resource_t)limits[i].what, &r) != 0)
			return -1;
	}
	return 0;
}

#define FS_FILES                                                           \
	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |    \
	    LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | \
	    LANDLOCK_ACCESS_FS_MAKE_REG)

static int
landlock_permit(int ruleset, const char *folder)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = FS_FILES };
	int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (fd < 0)
		return -1;
	rule.parent_fd = fd;
	r = (int)syscall(
	    SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	close(fd);
	return r;
}

/* The numbers of ABI 4, which the header of Debian 12 lacks. */
#define LANDLOCK_NET_PORT    2
#define LANDLOCK_BIND_TCP    1
#define LANDLOCK_CONNECT_TCP 2

/* What is not there needs no permission. */
static int
permit_read(int ruleset, const char *path)
{
	struct landlock_path_beneath_attr rule = { .allowed_access =
						       LANDLOCK_ACCESS_FS_READ_FILE };
	struct stat st;
	int fd = open(path, O_PATH | O_CLOEXEC), r;

	if (fd < 0)
		return 0;
	rule.parent_fd = fd;
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		rule.allowed_access |= LANDLOCK_ACCESS_FS_READ_DIR;
	r = (int)syscall(
	    SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	close(fd);
	return r;
}

static int
permit_port(int ruleset, uint16_t port)
{
	const struct {
		uint64_t access, port;
	} rule = { LANDLOCK_CONNECT_TCP, port };

	return (int)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_NET_PORT, &rule, 0);
}

/* What a service keeps, on the list of what is permitted. */
static int
permit(int ruleset, const struct confine_service *s, bool ports)
{
	int r = s->folder != NULL ? landlock_permit(ruleset, s->folder) : 0;

	for (size_t i = 0; i < s->nread && r == 0; i++)
		r = permit_read(ruleset, s->read[i]);
	for (size_t i = 0; i < s->nports && r == 0 && ports; i++)
		r = permit_port(ruleset, s->ports[i]);
	return r;
}

/*
 * A ruleset that handles all the kernel knows and permits none of it, but for a
 * service's folder. The header of Debian 12 ends at ABI 2, so the numbers of later ones
 * stand here (Documentation/userspace-api/landlock.rst, "previous limitations").
 */
static int
landlock(const struct confine *c)
{
	static const uint8_t fs_bits[] = { 0, 13, 14, 15, 15, 16 };
	struct {
		uint64_t fs, net, scoped;
	} attr = { 0 };
	long abi = syscall(
	    SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	size_t known = abi < 4 ? 8 : abi < 6 ? 16 : 24;
	int fd, r = 0;

	if (abi < 1)
		return 0; /* not in this kernel: the filter alone has to do */
	attr.fs = (1ull << fs_bits[abi < 5 ? abi : 5]) - 1;
	attr.net = abi >= 4 ? LANDLOCK_BIND_TCP | LANDLOCK_CONNECT_TCP : 0;
	if (c->service != NULL && c->service->any_port)
		attr.net &= LANDLOCK_BIND_TCP;
	attr.scoped = abi >= 6 ? 3 : 0; /* abstract sockets, signals */
	fd = (int)syscall(SYS_landlock_create_ruleset, &attr, known, 0);
	if (fd < 0)
		return -1;
	if (c->service != NULL)
		r = permit(fd, c->service, attr.net != 0);
	if (r == 0)
		r = (int)syscall(SYS_landlock_restrict_self, fd, 0);
	close(fd);
	return r;
}

static int
install_filter(const struct confine *c)
{
	const struct confine_service *s = c->service;
	struct sock_filter p[FILTER_MAX];
	size_t n = s != NULL ? filter_make(s->rows, s->nrows, p, FILTER_MAX)
			     : filter_build(p, FILTER_MAX);
	struct sock_fprog prog = { (unsigned short)n, p };

	if (n == 0)
		return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog);
}

void
confine_whom(const char *arg, uid_t *uid, gid_t *gid)
{
	char *end;
	unsigned long u, g;

	*uid = *gid = CONFINE_NOBODY;
	if (arg == NULL)
		return;
	u = strtoul(arg, &end, 10);
	if (*end != ':')
		return;
	g = strtoul(end + 1, &end, 10);
	if (*end == '\0' && u > 0 && g > 0 && u < UINT32_MAX && g < UINT32_MAX) {
		*uid = (uid_t)u;
		*gid = (gid_t)g;
	}
}

enum err
confine(const struct confine *c, const char **step)
{
	/* The order matters: each step still needs what a later one takes away. */
	static const struct {
		const char *name;
		int (*fn)(const struct confine *c);
		bool once; /* nothing of it is left to give up */
	} steps[] = {
		{ "becoming an unprivileged user", drop_user, true },
		{ "dropping capabilities", drop_caps, true },
		{ "no_new_privs", no_new_privs, true },
		{ "keeping apart from its parent", keep_apart, true },
		{ "resource limits", set_limits, true },
		{ "landlock", landlock, false },
		{ "the system call filter", install_filter, false },
	};
	bool again = c->service != NULL && c->service->again;

	for (size_t i = 0; i < COUNT(steps); i++) {
		if ((again && steps[i].once) || steps[i].fn(c) == 0)
			continue;
		*step = steps[i].name;
		return ERR_ACCESS;
	}
	return OK;
}
