/*
 * create.h - makes a handover bundle: the vendor's side.
 *
 * Everything is read and hashed first; then the texts that speak of it are made, then
 * MANIFEST and what signs it, and then all of it is written, and checked against the
 * digests on the way (piece.h). The same input gives the same bytes: nothing of the
 * clock, the user, the machine or the order of files in a folder goes in, but what the
 * vendor says (product, version, date) and the toolchain that is installed.
 */
#pragma once

#include "handover/dpkg.h"
#include "handover/piece.h"
#include "log/note.h"

/* The vendor's list of paths or patterns. */
struct create_list {
	const char *const *p;
	size_t n;
	bool *used; /* as many: set for a pattern that a name has met; or NULL */
};

struct create_want {
	const char *source; /* a folder, or with commit a repository */
	const char *commit; /* NULL: the folder as it is */
	const char *product, *version;
	int64_t date;         /* seconds since 1970; -1: that of the commit */
	const char *previous; /* the bundle before this one; NULL: the first */
	const char *recipe;   /* a POSIX sh script */
	/* Files, or folders with all below; the names in the bundle begin at each. */
	struct create_list artefacts, rules, updates;
	struct create_list allow;  /* members that may hold secrets, by name or pattern */
	struct create_list leave;  /* what of the source stays out, by name or pattern */
	const char *depends;       /* as in Build-Depends; NULL: nothing */
	const char *dpkg;          /* where dpkg's "status" is; NULL: /var/lib/dpkg */
	const char *toolchain;     /* a folder that has the .debs, to go in; NULL: not */
	const char *claims, *sbom; /* files; NULL: no claims; one that is made here */
	const char *builder;       /* a URI: who built; NULL: made of the key's name */
	const struct note_signer *signer; /* Ed25519 */
	/* Told as the work goes on; both may be NULL. */
	void *arg;
	void (*progress)(void *arg, const char *doing, uint64_t done, uint64_t total);
	void (*secret)(void *arg, const char *sentence); /* each one that is refused */
};

/* What was made, for a report. */
struct create_made {
	uint8_t digest[LABEL_DIGEST]; /* of MANIFEST */
	uint64_t members, bytes, left_out;
	struct buf note; /* MANIFEST.note: what goes into a log */
};

/*
 * Writes a new file at path. FAULT_EXISTS: somebody has that name. FAULT_SECRET,
 * FAULT_SOURCE, FAULT_CHANGED, FAULT_TOOLCHAIN, FAULT_GIT, FAULT_TEXT, FAULT_IO. On
 * failure, and when killed, there is nothing at path. made->note is the caller's.
 */
MUST_USE enum err create_bundle(const struct create_want *w, const char *path,
    struct create_made *made, struct fault *f);
