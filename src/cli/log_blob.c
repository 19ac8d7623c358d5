/* log_blob.c - see log_blob.h. */
#include "cli/log_blob.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/sys.h"
#include "crypto/hash.h"
#include "fetch/fetch.h"

/* "https://x/log" to "https://x/blob", "log" to "log/../blob". */
static char *
beside(const char *where, bool url)
{
	size_t n = strlen(where);

	if (!url)
		return xprintf("%s/../blob", where);
	while (n > 0 && where[n - 1] == '/')
		n--;
	while (n > 0 && where[n - 1] != '/')
		n--;
	return xprintf("%.*sblob", (int)n, where);
}

enum err
log_blob_open(const char *where, const char *blobs, struct log_blob *out, struct fault *f)
{
	const char *from = blobs != NULL ? blobs : where;
	bool url = url_looks(from);

	*out = (struct log_blob){ 0 };
	if (url) {
		out->program = fetch_find(CANDOR_LIBEXECDIR);
		if (out->program == NULL)
			return fault_set(f, FAULT_IO,
			    "candor-fetch, which reads URLs, is not installed");
	}
	out->base = blobs != NULL ? xstrdup(blobs) : beside(where, url);
	return OK;
}

void
log_blob_close(struct log_blob *b)
{
	free(b->base);
	free(b->program);
	*b = (struct log_blob){ 0 };
}

static enum err
read_folder(const char *path, size_t limit, struct buf *out, struct fault *f)
{
	CLEAN(fd_closep) int fd = -1;
	enum err e = sys_open(AT_FDCWD, path, SYS_FOLLOW, &fd);

	if (e == OK)
		e = sys_read_all(fd, out, limit);
	if (e == ERR_LIMIT)
		return fault_set(
		    f, FAULT_ENTRY, "'%s' is larger than what was logged", path);
	if (e != OK)
		return fault_set(
		    f, FAULT_MISSING, "cannot read '%s': %s", path, sys_why());
	return OK;
}

static enum err
read_url(const struct log_blob *b, const char *url, size_t limit, struct buf *out,
    struct fault *f)
{
	struct fetch_opts o = { .program = b->program };
	struct fetch_job job = { .url = url, .cap = limit };
	struct fetch_result r = { 0 };
	char why[FETCH_WHY] = "";
	enum err e = OK;

	if (fetch_run(&o, &job, 1, &r, why) != OK)
		e = fault_set(f, FAULT_IO, "candor-fetch cannot be used: %s", why);
	else if (r.fault != FETCH_OK)
		e = fault_set(f, FAULT_MISSING, "'%s': %s", url, r.why);
	else if (r.status != 200)
		e = fault_set(
		    f, FAULT_MISSING, "'%s': the server says %u", url, r.status);
	else
		buf_put(out, r.body.p, r.body.n);
	fetch_results_done(&r, 1);
	return e;
}

/* The digest decides, wherever the bytes came from. */
static enum err
verify(const char *path, const struct statement_file *s, struct bytes b, struct fault *f)
{
	uint8_t digest[STATEMENT_HASH];

	hash_of(HASH_SHA256, b, digest);
	if (b.n == s->size && memcmp(digest, s->sha256, sizeof(digest)) == 0)
		return OK;
	return fault_set(f, FAULT_ENTRY, "'%s' is not the file that was logged", path);
}

enum err
log_blob_read(const struct log_blob *b, const struct statement_file *s, struct buf *out,
    struct fault *f)
{
	char hex[2 * STATEMENT_HASH + 1];
	char *path;
	size_t had = out->n;
	enum err e;

	hash_hex(s->sha256, STATEMENT_HASH, hex);
	if (s->size > BLOB_MOST)
		return fault_set(f, FAULT_TOO_LARGE,
		    "'%s' has more bytes than can be shown here", hex);
	path = xprintf("%s/%s", b->base, hex);
	e = b->program != NULL ? read_url(b, path, s->size, out, f)
			       : read_folder(path, s->size, out, f);
	if (e == OK)
		e = verify(path, s, bytes_from(buf_bytes(out), had), f);
	if (e != OK)
		out->n = had;
	free(path);
	return e;
}
