/*
 * bundle.h - a handover bundle, opened: what is in it, and whether it hangs together.
 *
 * A bundle comes from somebody who is not trusted. Opening reads its headers and its flat
 * texts, and takes nothing but the one form: a canonical archive (base/ustar.h) of
 * members that have a place (layout.h), MANIFEST naming each of them, in order, and lists
 * that fit to each other. Whatever is handed out afterwards by bundle_read and
 * bundle_pour has the digest that MANIFEST names, or there is a fault: so MANIFEST's
 * digest says which bytes were worked on, also when somebody changes the file meanwhile.
 *
 * Who signed MANIFEST, and whether it was logged, is another question: verify.h.
 *
 * Memory: some 150 bytes a member, for members of any size.
 */
#pragma once

#include "handover/label.h"
#include "handover/lists.h"
#include "release/archive.h"

#define BUNDLE_MOST (UINT64_C(64) << 30) /* bytes of content, unless told otherwise */

struct bundle_member {
	struct bytes name;
	uint64_t off, size; /* of its content, in the file */
	bool exec;
	bool seal;                    /* not listed in MANIFEST */
	uint8_t digest[LABEL_DIGEST]; /* SHA-256, of MANIFEST; zeros for a seal */
};

struct bundle {
	int fd;
	struct archive archive;
	struct arena arena;
	struct bundle_member *member; /* in the archive's order */
	size_t n;
	uint8_t digest[LABEL_DIGEST]; /* of MANIFEST: the bundle's identity */
	struct buf manifest;          /* its text */
	struct label label;
	/* Names without "source/" and "artefacts/"; sorted. */
	struct list_names folders; /* empty folders of the source */
	struct list_links links;   /* symbolic links of the source */
	struct list_names
	    promised; /* artefacts that the recipe must make; each is there */
};

/*
 * Opens the file. most: bytes of content at most (0: BUNDLE_MOST). The faults, each with
 * its sentence: FAULT_IO; FAULT_BUNDLE: no archive; what survey.h tells of an archive
 * that is not canonical; FAULT_MEMBER, FAULT_UNLISTED, FAULT_LACKS, FAULT_MANIFEST,
 * FAULT_ALTERED, FAULT_TEXT, FAULT_PROMISE, FAULT_TOO_LARGE. On failure nothing is left
 * to close.
 */
MUST_USE enum err bundle_open(
    const char *path, uint64_t most, struct bundle *out, struct fault *f);
/* The same of a file that is open; takes the descriptor, also when it fails. */
MUST_USE enum err bundle_open_fd(
    int fd, uint64_t most, struct bundle *out, struct fault *f);
void bundle_close(struct bundle *b);

/* NULL: there is no such member. */
const struct bundle_member *bundle_find(const struct bundle *b, const char *name);
const struct bundle_member *bundle_find_bytes(const struct bundle *b, struct bytes name);
/* "artefacts/" and the name. */
const struct bundle_member *bundle_artefact(const struct bundle *b, struct bytes name);
/* The members of a folder ("source/"), which stand together: the first, and how many. */
const struct bundle_member *bundle_folder(
    const struct bundle *b, const char *folder, size_t *n);

/* All of a member of at most limit bytes, appended. FAULT_ALTERED, FAULT_TOO_LARGE. */
MUST_USE enum err bundle_read(const struct bundle *b, const struct bundle_member *m,
    size_t limit, struct buf *out, struct fault *f);

/*
 * The content in pieces, in order, to put (NULL: to nobody); its err ends everything and
 * is handed up. FAULT_ALTERED comes after the last piece: only then is it known.
 */
struct bundle_sink {
	void *arg;
	enum err (*put)(void *arg, struct bytes piece);
};
MUST_USE enum err bundle_pour(const struct bundle *b, const struct bundle_member *m,
    const struct bundle_sink *to, struct fault *f);
