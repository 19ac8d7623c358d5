/* lab_site.c - the lab's folder: the site that is served, and the client beside it. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sys.h"
#include "crypto/hash.h"
#include "selftest/lab.h"

#define SAID_MAX 65536

/* --- files --- */

static void
make_folders(const char *path)
{
	char *p = xstrdup(path);

	for (char *s = strchr(p + 1, '/'); s != NULL; s = strchr(s + 1, '/')) {
		*s = '\0';
		mkdir(p, 0755);
		*s = '/';
	}
	free(p);
}

void
lab_write(const struct lab *l, const char *name, struct bytes content)
{
	char *path = xprintf("%s/%s", l->folder, name);
	int fd;

	make_folders(path);
	/* not synced: the lab does not outlive its test, and has many files */
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || sys_write_all(fd, content.p, content.n) != OK)
		bug("the lab cannot write");
	close(fd);
	free(path);
}

void
lab_remove(const struct lab *l, const char *name)
{
	char *path = xprintf("%s/%s", l->folder, name);

	unlink(path);
	free(path);
}

bool
lab_read(const struct lab *l, const char *name, struct buf *out)
{
	char *path = xprintf("%s/%s", l->folder, name);
	CLEAN(fd_closep) int fd = -1;
	bool good = sys_open(AT_FDCWD, path, SYS_FOLLOW, &fd) == OK &&
		    sys_read_all(fd, out, 1u << 30) == OK;

	free(path);
	return good;
}

void
lab_configure(const struct lab *l, const char *more)
{
	struct buf b = { 0 };

	buf_str(&b, "publisher = ");
	lab_key_text(LAB_PUBLISHER, &b);
	buf_printf(&b, "\nmax-age = 7d\n%s", more);
	lab_write(l, "client/candor.conf", buf_bytes(&b));
	buf_done(&b);
}

void
lab_init(struct lab *l, const char *folder, const char *candor)
{
	struct buf trust = { 0 };

	*l = (struct lab){ .folder = folder, .candor = candor, .now = sys_now() };
	l->log.origin = "lab.example/log";
	l->log.seed = 0x01;
	lab_trust(l, &trust);
	lab_write(l, "client/trust", buf_bytes(&trust));
	buf_done(&trust);
	lab_configure(l, "");
}

void
lab_done(struct lab *l)
{
	lab_free_log(&l->log);
	buf_done(&l->archive);
}

/* --- the site --- */

/* Level 0 and the entries are all that a client asks for; the lab's logs have few tiles.
 */
static char *
tile_name(const char *level, uint64_t at, uint64_t n)
{
	return n < 256 ? xprintf("site/log/tile/%s/%03" PRIu64 ".p/%" PRIu64, level,
			     at / 256, n)
		       : xprintf("site/log/tile/%s/%03" PRIu64, level, at / 256);
}

static void
write_bundle(const struct lab *l, const struct lab_log *log, uint64_t at, uint64_t n)
{
	char *name = tile_name("entries", at, n);
	struct buf b = { 0 };

	for (uint64_t i = at; i < at + n; i++) {
		const struct buf *e = &log->entry[i];

		buf_u8(&b, (uint8_t)(e->n >> 8));
		buf_u8(&b, (uint8_t)e->n);
		buf_put(&b, e->p, e->n);
	}
	lab_write(l, name, buf_bytes(&b));
	buf_done(&b);
	free(name);
}

void
lab_tiles(const struct lab *l, const struct lab_log *log, uint64_t size)
{
	for (uint64_t at = 0; at < size; at += 256) {
		uint64_t n = size - at < 256 ? size - at : 256;
		char *name = tile_name("0", at, n);

		lab_write(
		    l, name, (struct bytes){ log->leaf[at].b, (size_t)n * MERKLE_HASH });
		free(name);
		write_bundle(l, log, at, n);
	}
}

static void
write_archive(const struct lab *l)
{
	uint8_t digest[32];
	char hex[65], *name;

	hash_of(HASH_SHA256, buf_bytes(&l->archive), digest);
	hash_hex(digest, 32, hex);
	name = xprintf("site/blob/%s", hex);
	lab_write(l, name, buf_bytes(&l->archive));
	free(name);
}

void
lab_publish(const struct lab *l, const struct lab_log *log, const char *name,
    uint64_t index, const struct lab_checkpoint *c)
{
	char *path = xprintf("site/%s", name);
	struct buf b = { 0 };

	write_archive(l);
	lab_tiles(l, log, c->size);
	lab_proof(l, log, index, c, &b);
	lab_write(l, path, buf_bytes(&b));
	buf_done(&b);
	free(path);
}

void
lab_honest(struct lab *l, uint64_t sequence)
{
	uint64_t index =
	    lab_add(l, &l->log, &(struct lab_release){ .sequence = sequence });
	const struct lab_checkpoint c = { .size = l->log.n, .witnesses = 7 };
	char *own = xprintf("rules/stable/%" PRIu64, sequence);

	lab_publish(l, &l->log, own, index, &c);
	lab_publish(l, &l->log, "rules/stable/latest", index, &c);
	free(own);
}

void
lab_rotate(struct lab *l, uint64_t sequence)
{
	uint64_t index = lab_add_rotation(l, &l->log, true), release;
	const struct lab_release r = { .sequence = sequence, .signer = LAB_PUBLISHER_2 };
	struct lab_checkpoint c = { .size = l->log.n, .witnesses = 7 };

	lab_publish(l, &l->log, "keys/stable/1", index, &c);
	lab_publish(l, &l->log, "keys/stable/latest", index, &c);
	release = lab_add(l, &l->log, &r);
	c.size = l->log.n;
	lab_publish(l, &l->log, "rules/stable/latest", release, &c);
}

/* --- the client --- */

_Noreturn static void
become(const struct lab *l, const char *option, int out)
{
	char *site = l->url ? xstrdup(l->url) : xprintf("%s/site", l->folder);
	char *config = xprintf("--config=%s/client/candor.conf", l->folder);
	char *state = xprintf("--state=%s/client/state", l->folder);
	char *argv[] = { xstrdup(l->candor), xstrdup("update"), config, state,
		option ? xstrdup(option) : site, option ? site : NULL, NULL };
	char *envp[] = { NULL };

	if (option != NULL && strcmp(option, "--rollback") == 0)
		argv[5] = NULL;
	dup2(out, STDERR_FILENO);
	dup2(open("/dev/null", O_RDWR | O_CLOEXEC), STDOUT_FILENO);
	execve(l->candor, argv, envp);
	_exit(127);
}

int
lab_update(const struct lab *l, const char *option, struct buf *said)
{
	int p[2], status = 0;
	pid_t pid;

	if (pipe2(p, O_CLOEXEC) != 0)
		bug("no pipe");
	pid = fork();
	if (pid == 0)
		become(l, option, p[1]);
	close(p[1]);
	buf_clear(said);
	if (sys_read_all(p[0], said, SAID_MAX) != OK)
		buf_str(said, "(it said too much)");
	close(p[0]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		bug("cannot run candor");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

void
lab_installed(const struct lab *l, bool program, uint8_t out[32])
{
	static const char *const files[] = { "about", "proof", "archive", "database",
		"statements.tar", "a.tar" };
	const char *kind = program ? ".program" : "";
	char *link = xprintf("%s/client/state/stable%s/current", l->folder, kind),
	     to[256];
	ssize_t n = readlink(link, to, sizeof(to));
	struct hash h;

	hash_init(&h, HASH_SHA256);
	hash_add(&h, (struct bytes){ (const uint8_t *)to, n > 0 ? (size_t)n : 0 });
	for (size_t i = 0; i < COUNT(files); i++) {
		char *name = xprintf("client/state/stable%s/current/%s", kind, files[i]);
		struct buf b = { 0 };

		if (lab_read(l, name, &b))
			hash_add(&h, buf_bytes(&b));
		buf_done(&b);
		free(name);
	}
	hash_done(&h, out);
	free(link);
}
