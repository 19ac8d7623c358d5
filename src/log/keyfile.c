/*
 * keyfile.c - private keys in files. The bytes are wiped wherever a copy of them was
 * made, and no message ever quotes them.
 */
#include "log/keyfile.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/sys.h"

enum { MOST = 16384 }; /* bytes of a key file: the name is of any length */

/*
 * The other half of a key, which everybody may have, was named. Asked only for the
 * message: to give the wrong half is the mistake that people make.
 */
static bool
is_public(struct bytes text)
{
	struct note_key key;

	while (text.n > 0 && (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == ' '))
		text.n--;
	return note_key_parse(text, &key, NULL) == OK;
}

static enum err
refuse_public(const char *path, struct fault *f)
{
	return fault_set(f, FAULT_KEY,
	    "'%s' is a public key: what signs is the private one that belongs to it",
	    path);
}

enum err
keyfile_read(const char *path, struct buf *hold, struct note_signer *out, struct fault *f)
{
	CLEAN(fd_closep) int fd = -1;
	struct stat st;
	struct fault why = { 0 };
	enum err e = sys_open(AT_FDCWD, path, SYS_FOLLOW, &fd);

	if (e == OK)
		e = sys_stat(fd, &st);
	if (e == OK)
		e = sys_read_all(fd, hold, MOST);
	if (e == OK && is_public(buf_bytes(hold)))
		return refuse_public(path, f);
	if ((e == OK || e == ERR_LIMIT) && (st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return fault_set(f, FAULT_KEY,
		    "the key '%s' can be read by others: after 'chmod 600 %s' think "
		    "about whether it is still a secret",
		    path, path);
	if (e == ERR_LIMIT)
		return fault_set(
		    f, FAULT_KEY, "'%s' is too large to be a private key", path);
	if (e != OK)
		return fault_set(
		    f, FAULT_IO, "cannot read the key '%s': %s", path, sys_why());
	if (note_signer_parse(buf_bytes(hold), out, &why) != OK)
		return fault_set(f, FAULT_KEY, "'%s': %s", path, why.text);
	return OK;
}

enum err
keyfile_write(const char *path, const struct note_signer *s, struct fault *f)
{
	CLEAN(fd_closep)
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct buf text = { 0 };
	enum err e = fd < 0 ? ERR_IO : OK;

	note_signer_print(s, &text);
	buf_u8(&text, '\n');
	if (e == OK)
		e = sys_write_all(fd, text.p, text.n);
	if (e == OK && fsync(fd) != 0)
		e = ERR_IO;
	if (e != OK)
		e = fault_set(
		    f, FAULT_IO, "cannot write the key '%s': %s", path, sys_why());
	if (e != OK && fd >= 0)
		unlink(path); /* half a key would stand in the way of the next try */
	sign_wipe(text.p, text.n);
	buf_done(&text);
	return e;
}

void
keyfile_wipe(struct buf *hold, struct note_signer *s)
{
	if (hold->p != NULL)
		sign_wipe(hold->p, hold->cap);
	sign_wipe(s->seed, sizeof(s->seed));
	buf_done(hold);
}
