/* attest_cmd.c - see attest_cmd.h. */
#include "cli/attest_cmd.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "cli/log_cmd.h"
#include "crypto/hash.h"
#include "evidence/docket_make.h"
#include "evidence/dsse.h"
#include "handover/verify.h"

#define BUNDLE_END ".handover"

/* --- subjects ------------------------------------------------------------------------
 */

static void
add(struct attest_subjects *s, struct bytes name, const uint8_t sha256[32])
{
	char *copy = xcalloc(name.n + 1, 1);

	memcpy(copy, name.n ? (const char *)name.p : "", name.n);
	s->one = xgrow(s->one, &s->cap, s->n + 1, sizeof(*s->one));
	s->one[s->n].name = (struct bytes){ (const uint8_t *)copy, name.n };
	memcpy(s->one[s->n].sha256, sha256, 32);
	s->n++;
}

void
attest_subjects_done(struct attest_subjects *s)
{
	for (size_t i = 0; i < s->n; i++)
		free((void *)(uintptr_t)s->one[i].name.p);
	free(s->one);
	*s = (struct attest_subjects){ 0 };
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n > m && strcmp(s + n - m, end) == 0;
}

static bool
parse_digest(const char *s, uint8_t out[32])
{
	if (strncmp(s, "sha256:", 7) == 0)
		s += 7;
	if (strlen(s) != 64)
		return false;
	for (size_t i = 0; i < 32; i++) {
		int high = text_hex(s[2 * i]), low = text_hex(s[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static enum err
digest_of_file(const char *path, uint8_t out[32], struct fault *f)
{
	CLEAN(fd_closep) int fd = -1;
	enum err e = sys_open(AT_FDCWD, path, SYS_FOLLOW, &fd);

	if (e == OK)
		e = hash_stream(HASH_SHA256, fd, out);
	return e == OK ? OK
		       : fault_set(f, FAULT_IO, "cannot read '%s': %s",
			     fault_quote(bytes_of(path)), sys_why());
}

/* Nobody signs for a bundle that is not whole; by whom it is signed is not asked. */
static enum err
check_bundle(const struct bundle *b, struct fault *f)
{
	const struct verify_want want = { 0 };
	struct verify_out seen;
	enum err e = verify_bundle(b, &want, &seen, f);

	verify_done(&seen);
	return e;
}

static enum err
add_bundle(struct attest_subjects *s, const char *path, bool all, struct fault *f)
{
	const struct bundle_member *m;
	struct bundle b;
	size_t n = 0;
	enum err e;

	TRY(bundle_open(path, 0, &b, f));
	e = all ? check_bundle(&b, f) : OK;
	add(s, BYTES_LIT("MANIFEST"), b.digest);
	m = all ? bundle_folder(&b, "artefacts/", &n) : NULL;
	for (size_t i = 0; i < n; i++)
		add(s, bytes_from(m[i].name, sizeof("artefacts/") - 1), m[i].digest);
	bundle_close(&b);
	return e;
}

enum err
attest_add_subject(
    struct attest_subjects *s, const char *operand, bool all, struct fault *f)
{
	uint8_t digest[32];

	if (parse_digest(operand, digest)) {
		add(s, (struct bytes){ 0 }, digest);
		return OK;
	}
	if (ends_with(operand, BUNDLE_END))
		return add_bundle(s, operand, all, f);
	TRY(digest_of_file(operand, digest, f));
	add(s, bytes_of(base_name(operand)), digest);
	return OK;
}

/* --- statements in files
 * ---------------------------------------------------------------- */

char *
attest_proof_name(const char *envelope)
{
	size_t n = strlen(envelope);

	if (ends_with(envelope, DOCKET_ENVELOPE_END))
		n -= sizeof(DOCKET_ENVELOPE_END) - 1;
	return xprintf("%.*s" DOCKET_PROOF_END, (int)n, envelope);
}

static enum err
add_file(struct docket_list *l, const char *path, struct fault *f)
{
	char *proof_name = attest_proof_name(path);
	struct buf envelope = { 0 }, proof = { 0 };
	struct fault none = { 0 };
	enum err e = log_read_file(path, DSSE_MAX, &envelope, f);

	/* one without a proof is a statement, too: one that does not count */
	if (e == OK && log_read_file(proof_name, DOCKET_PROOF, &proof, &none) != OK)
		buf_clear(&proof);
	if (e == OK)
		docket_add(l, buf_bytes(&envelope), buf_bytes(&proof));
	buf_done(&envelope);
	buf_done(&proof);
	free(proof_name);
	return e;
}

static enum err
add_folder(struct docket_list *l, DIR *d, const char *path, struct fault *f)
{
	const struct dirent *x;
	enum err e = OK;

	while (e == OK && (x = readdir(d)) != NULL) {
		char *file = xprintf("%s/%s", path, x->d_name);

		if (ends_with(x->d_name, DOCKET_ENVELOPE_END))
			e = add_file(l, file, f);
		free(file);
	}
	return e;
}

enum err
attest_docket(const char *path, struct buf *out, struct fault *f)
{
	struct docket_list l = { 0 };
	DIR *d = opendir(path);
	enum err e;

	if (d == NULL)
		return log_read_file(path, DOCKET_BYTES, out, f);
	e = add_folder(&l, d, path, f);
	if (e == OK)
		e = docket_print(&l, out, f);
	closedir(d);
	docket_list_done(&l);
	return e;
}

char *
attest_find(const char *dir, const uint8_t sha256[32])
{
	DIR *d = opendir(dir);
	const struct dirent *x;
	uint8_t digest[32];
	char *found = NULL;

	while (d != NULL && found == NULL && (x = readdir(d)) != NULL) {
		char *file = xprintf("%s/%s", dir, x->d_name);

		if (ends_with(x->d_name, DOCKET_ENVELOPE_END) &&
		    digest_of_file(file, digest, NULL) == OK &&
		    memcmp(digest, sha256, 32) == 0)
			found = file;
		else
			free(file);
	}
	if (d != NULL)
		closedir(d);
	return found;
}
