/*
 * bundle.c - a handover bundle: what opens is wholly of the one form.
 *
 * A mutated text no longer has the digest that MANIFEST lists, and so would end there. So
 * whatever is an archive at all is tried twice: as it is, and with a MANIFEST that is
 * made to fit.
 */
#include "handover/bundle.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/sys.h"
#include "crypto/hash.h"
#include "handover/layout.h"
#include "handover/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static int
file_of(struct bytes b)
{
	int fd;

	if (sys_memfd("bundle", &fd) != OK || sys_write_all(fd, b.p, b.n) != OK)
		abort();
	return fd;
}

/* What was opened says of itself what its texts say, and gives what MANIFEST lists. */
static void
check(const struct bundle *b)
{
	struct buf text = { 0 }, again = { 0 };
	struct fault f = { 0 };

	if (bundle_read(b, bundle_find(b, LAYOUT_ABOUT), SIZE_MAX, &text, &f) != OK)
		abort();
	label_print(&b->label, &again);
	if (!bytes_eq(buf_bytes(&text), buf_bytes(&again)))
		abort();
	buf_clear(&again);
	for (size_t i = 0; i < b->n; i++) {
		const struct bundle_member *m = &b->member[i];

		if (ustar_name_fault(m->name) != NULL || layout_of(m->name) == NULL)
			abort();
		if (!m->seal)
			manifest_line(&again, m->name, m->digest);
		if (bundle_pour(b, m, NULL, &f) != OK && f.kind != FAULT_ALTERED)
			abort();
	}
	if (!bytes_eq(buf_bytes(&again), buf_bytes(&b->manifest)))
		abort();
	for (size_t i = 0; i < b->links.names.n; i++)
		if (list_target_fault(b->links.names.name[i], b->links.target[i]) != NULL)
			abort();
	buf_done(&text);
	buf_done(&again);
}

static void
try(struct bytes all)
{
	struct fault f = { 0 };
	struct bundle b;

	if (bundle_open_fd(file_of(all), 1 << 24, &b, &f) == OK) {
		check(&b);
		bundle_close(&b);
	} else if (f.kind == FAULT_NONE || f.text[0] == '\0')
		abort(); /* each refusal has its sentence */
}

/* --- a MANIFEST that fits ------------------------------------------------------- */

static enum err
put(void *arg, struct bytes b)
{
	buf_put(arg, b.p, b.n);
	return OK;
}

static bool
is_seal(const struct archive_member *m)
{
	const struct layout_row *row = layout_of(m->name);

	return row != NULL && (row->flags & LAYOUT_SEAL);
}

static void
list(const struct archive *a, struct bytes all, struct buf *manifest)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct archive_member *m = &a->member[i];
		uint8_t digest[HASH_MAX];

		hash_of(HASH_SHA256, bytes_sub(all, m->off, m->size), digest);
		if (!is_seal(m))
			manifest_line(manifest, m->name, digest);
	}
}

static void
rewrite(const struct archive *a, struct bytes all, struct buf *out)
{
	struct ustar_out o = { .arg = out, .put = put, .mtime = a->mtime };
	struct buf manifest = { 0 };

	list(a, all, &manifest);
	for (size_t i = 0; i < a->n; i++) {
		const struct archive_member *m = &a->member[i];
		struct bytes text = bytes_sub(all, m->off, m->size);
		struct ustar_member head;

		if (bytes_eq(m->name, BYTES_LIT(LAYOUT_MANIFEST)))
			text = buf_bytes(&manifest);
		head = (struct ustar_member){ m->name, text.n, m->exec };
		if (ustar_begin(&o, &head) != OK || ustar_put(&o, text) != OK)
			abort();
	}
	if (ustar_end(&o) != OK)
		abort();
	buf_done(&manifest);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const struct ustar_limits limits = { .members = 1000, .bytes = 1 << 20 };
	struct bytes all = { p, n };
	struct archive a;
	struct archive_refusal why;
	int fd = file_of(all);

	try(all);
	if (archive_open(fd, &limits, &a, &why) == OK) {
		struct buf fitting = { 0 };

		rewrite(&a, all, &fitting);
		try(buf_bytes(&fitting));
		buf_done(&fitting);
		archive_done(&a);
	}
	close(fd);
	return 0;
}
