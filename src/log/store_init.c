/*
 * store_init.c - how a log begins, and what is remembered of that.
 *
 * The settings are written last: who finds them finds a log, and an init that was killed
 * before is simply done again, with the key that it had made.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sys.h"
#include "log/files.h"
#include "log/keyfile.h"
#include "log/store.h"

enum { SETTINGS_MOST = 65536 }; /* bytes */

/* "logs/x/" and "logs/x" are the same log. */
char *
store_private(const char *dir)
{
	size_t n = strlen(dir);

	while (n > 1 && dir[n - 1] == '/')
		n--;
	return xprintf("%.*s.private", (int)n, dir);
}

/* The value of a line "word value" of the settings; no bytes: it is not there. */
static struct bytes
setting(struct bytes text, const char *word)
{
	struct bytes w = bytes_of(word);

	for (size_t at = 0; at < text.n;) {
		uint64_t nl = bytes_find(text, at, BYTES_LIT("\n"));
		struct bytes line = bytes_sub(text, at, nl - at);

		if (line.n > w.n && memcmp(line.p, w.p, w.n) == 0 && line.p[w.n] == ' ')
			return bytes_from(line, w.n + 1);
		at = nl == UINT64_MAX ? text.n : nl + 1;
	}
	return (struct bytes){ 0 };
}

static enum err
parse_settings(const char *private, struct store_settings *out, struct fault *f)
{
	struct bytes text = buf_bytes(&out->text), file = setting(text, "key");
	struct fault why = { 0 };

	if (file.n == 0)
		return fault_set(
		    f, FAULT_STATE, "'%s/settings' does not name a key", private);
	out->key_file =
	    file.p[0] == '/'
		? xprintf("%.*s", (int)file.n, (const char *)file.p)
		: xprintf("%s/%.*s", private, (int)file.n, (const char *)file.p);
	if (note_key_parse(setting(text, "log"), &out->key, &why) != OK)
		return fault_set(
		    f, FAULT_STATE, "'%s/settings' is damaged: %s", private, why.text);
	return OK;
}

enum err
store_settings_read(const char *dir, struct store_settings *out, struct fault *f)
{
	CLEAN(fd_closep) int fd = -1;
	char *private = store_private(dir), *path = xprintf("%s/settings", private);
	enum err e = sys_open(AT_FDCWD, path, 0, &fd);

	*out = (struct store_settings){ 0 };
	if (e == OK)
		e = sys_read_all(fd, &out->text, SETTINGS_MOST);
	if (e == ERR_LIMIT)
		e = fault_set(f, FAULT_STATE, "'%s' is damaged: it is too large", path);
	else if (e != OK)
		e = fault_set(f, FAULT_IO,
		    "'%s' is no log that was made here: cannot open '%s': %s", dir, path,
		    sys_why());
	else
		e = parse_settings(private, out, f);
	free(path);
	free(private);
	return e;
}

void
store_settings_done(struct store_settings *s)
{
	buf_done(&s->text);
	free(s->key_file);
	*s = (struct store_settings){ 0 };
}

static enum err
make_folder(const char *path, mode_t mode, struct fault *f)
{
	if (mkdir(path, mode) == 0 || sys_code() == EEXIST)
		return OK;
	return fault_set(f, FAULT_IO, "cannot make '%s': %s", path, sys_why());
}

/* Makes the key, unless a killed init did before. */
static enum err
make_key(const char *path, const char *origin, struct fault *f)
{
	struct note_signer s;
	uint8_t seed[SIGN_SEED];
	enum err e;

	if (access(path, F_OK) == 0)
		return OK;
	sign_random(seed, sizeof(seed));
	note_signer_of(bytes_of(origin), NOTE_ED25519, seed, &s);
	e = keyfile_write(path, &s, f);
	sign_wipe(seed, sizeof(seed));
	sign_wipe(&s, sizeof(s));
	return e;
}

/* The key's public half, when it is one that can sign for this log. */
static enum err
public_of(const char *path, const char *origin, struct buf *vkey, struct fault *f)
{
	struct note_signer s = { 0 };
	struct buf hold = { 0 };
	enum err e = keyfile_read(path, &hold, &s, f);

	if (e == OK &&
	    (s.key.alg != NOTE_ED25519 || !bytes_eq(s.key.name, bytes_of(origin))))
		e = fault_set(f, FAULT_KEY,
		    "'%s' is a key of '%s', not one that signs for the log '%s'", path,
		    fault_quote(s.key.name), fault_quote(bytes_of(origin)));
	if (e == OK)
		note_key_print(&s.key, vkey);
	keyfile_wipe(&hold, &s);
	return e;
}

/* The empty tree, then the settings: what says that there is a log comes last. */
static enum err
write_private(const char *private, const char *origin, const char *key, struct bytes vkey,
    struct fault *f)
{
	CLEAN(fd_closep) int fd = -1;
	struct checkpoint c = { .origin = bytes_of(origin) };
	struct buf text = { 0 };
	struct files files;
	enum err e;

	if (sys_open(AT_FDCWD, private, SYS_DIR, &fd) != OK)
		return fault_set(f, FAULT_IO, "cannot open '%s': %s", private, sys_why());
	files = (struct files){ .dir = fd, .name = private };
	merkle_empty(&c.head.root);
	checkpoint_print(&c, &text);
	e = files_replace(&files, "head", buf_bytes(&text), f);
	buf_clear(&text);
	buf_printf(&text, "log %.*s\nkey %s\n", (int)vkey.n, (const char *)vkey.p, key);
	if (e == OK)
		e = files_replace(&files, "settings", buf_bytes(&text), f);
	files_done(&files);
	buf_done(&text);
	return e;
}

/* The checkpoint of the empty log, as any other is published. */
static enum err
publish_first(const char *dir, struct fault *f)
{
	struct note_signer signer = { 0 };
	struct buf hold = { 0 };
	struct store *s = NULL;
	struct store_settings set = { 0 };
	enum err e = store_settings_read(dir, &set, f);

	if (e == OK)
		e = keyfile_read(set.key_file, &hold, &signer, f);
	if (e == OK)
		e = store_open(dir, &s, f);
	if (e == OK)
		e = store_publish(s, &signer, f);
	store_close(s);
	store_settings_done(&set);
	keyfile_wipe(&hold, &signer);
	return e;
}

static enum err
begin(const char *private, const char *origin, const char *key, struct fault *f)
{
	char *made = xprintf("%s/key", private);
	char *given = key ? realpath(key, NULL) : NULL;
	struct buf vkey = { 0 };
	enum err e = OK;

	if (key != NULL && given == NULL)
		e = fault_set(
		    f, FAULT_IO, "cannot read the key '%s': %s", key, sys_why());
	if (e == OK && key == NULL)
		e = make_key(made, origin, f);
	if (e == OK)
		e = public_of(given ? given : made, origin, &vkey, f);
	if (e == OK)
		e = write_private(
		    private, origin, given ? given : "key", buf_bytes(&vkey), f);
	buf_done(&vkey);
	free(given);
	free(made);
	return e;
}

enum err
store_init(const char *dir, const char *origin, const char *key, struct fault *f)
{
	struct store_settings old = { 0 };
	char *private = store_private(dir);
	enum err e = OK;

	if (!note_name_ok(bytes_of(origin)))
		e = fault_set(f, FAULT_KEY,
		    "'%s' cannot be the name of a log: no spaces, no plus",
		    fault_quote(bytes_of(origin)));
	else if (store_settings_read(dir, &old, NULL) == OK)
		e = fault_set(f, FAULT_IO, "there is a log in '%s' already", dir);
	store_settings_done(&old);
	if (e == OK)
		e = make_folder(dir, 0777, f);
	if (e == OK)
		e = make_folder(private, 0700, f);
	if (e == OK)
		e = begin(private, origin, key, f);
	if (e == OK)
		e = publish_first(dir, f);
	free(private);
	return e;
}
