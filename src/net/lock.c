/* lock.c - see lock.h. The tables of calls are names.def and policy.def. */
#include "net/lock.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "sandbox/confine.h"
#include "sandbox/filter.h"

#define NOFILE 64 /* eight connections, curl's own, the channel, the resolver's */

#define ONLY(arg, bits) FILTER_ARG(FILTER_ONLY, arg, bits)
#define IS(arg, value)  FILTER_ARG(FILTER_IS, arg, value)
#define ALLOW           FILTER_ROW

static const struct filter_row names_rows[] = {
#include "net/names.def"
};
static const struct filter_row server_rows[] = {
#include "net/policy.def"
};

/* What libc's resolver reads on a Debian system; links are followed to their ends. */
static const char *const names_files[] = {
	"/etc/resolv.conf",
	"/etc/hosts",
	"/etc/nsswitch.conf",
	"/etc/host.conf",
	"/etc/gai.conf",
	"/etc/services",
	"/etc/ld.so.cache",
	"/lib",
	"/lib64",
	"/usr/lib",
	"/run/systemd/resolve",
	"/run/resolvconf",
	"/run/NetworkManager",
	"/run/nscd",
};

enum err
lock_for_names(uid_t uid, gid_t gid, const char **step)
{
	const struct confine_service keeps = {
		.rows = names_rows,
		.nrows = COUNT(names_rows),
		.read = names_files,
		.nread = COUNT(names_files),
		.any_port = true,
		.mortal = true,
	};

	return confine(&(struct confine){ uid, gid, NOFILE, &keeps }, step);
}

enum err
lock_for_servers(const uint16_t *ports, size_t n, const char **step)
{
	const struct confine_service keeps = {
		.rows = server_rows,
		.nrows = COUNT(server_rows),
		.ports = ports,
		.nports = n,
		.again = true,
	};

	return confine(&(struct confine){ .service = &keeps }, step);
}
