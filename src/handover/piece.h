/*
 * piece.h - the members of a bundle that is being made, and where their content is.
 *
 * Content is read twice: once to be hashed (and looked at for secrets), once to be
 * written. What changed between the two is found by its digest, and ends the work: so a
 * bundle is never a mixture of two moments. In memory are names and digests only, some
 * 150 bytes a member.
 */
#pragma once

#include "base/arena.h"
#include "handover/label.h"
#include "handover/secret.h"
#include "handover/tree.h"

enum piece_from {
	PIECE_TEXT,  /* in memory */
	PIECE_PATH,  /* a file that the vendor named */
	PIECE_BELOW, /* a file below the source's folder */
	PIECE_BLOB,  /* a blob of the source's commit */
};

struct piece {
	struct bytes name; /* of the member */
	uint64_t size;
	bool exec;
	enum piece_from from;
	struct bytes text; /* the content, or git's name of it */
	const char *path;
	uint8_t sha256[LABEL_DIGEST];
	uint8_t sha1[20]; /* of an artefact: SPDX 2.3 asks for it */
};

struct piece_left {
	struct bytes what, why; /* what: escaped (base/text.h) */
};

struct pieces {
	struct arena arena;
	struct piece *piece;
	size_t n, cap;
	struct piece_left *left; /* what is not handed over */
	size_t nleft, left_cap;
	int root;                 /* the source's folder; -1: a commit */
	struct tree_blobs *blobs; /* of the commit; NULL: a folder */
};

/* An empty set. Done closes root and blobs, too: a set owns what it is given there. */
void pieces_init(struct pieces *p);
void pieces_done(struct pieces *p);

/*
 * Everything in *one is copied. FAULT_SOURCE: no member can have that name; told with
 * the name without folder.
 */
MUST_USE enum err pieces_add(
    struct pieces *p, const char *folder, const struct piece *one, struct fault *f);
MUST_USE enum err pieces_add_text(
    struct pieces *p, const char *name, struct bytes text, struct fault *f);
/* reason: escaped as well, so it may quote what it likes. */
MUST_USE enum err pieces_leave(
    struct pieces *p, struct bytes what, const char *reason, struct fault *f);

/* As members are; two of one name: FAULT_SOURCE. */
MUST_USE enum err pieces_sort(struct pieces *p, struct fault *f);
/* NULL: none. Of sorted ones. */
struct piece *pieces_find(const struct pieces *p, const char *name);

struct piece_sink {
	void *arg;
	enum err (*put)(void *arg, struct bytes b);
};
/* The content, to put. FAULT_IO; FAULT_CHANGED: it has not the size it had. */
MUST_USE enum err piece_pour(const struct pieces *p, const struct piece *one,
    const struct piece_sink *to, struct fault *f);

/* Sets its digests. scan: also looks at it; watch: gets the content, too; both or NULL.
 */
MUST_USE enum err piece_hash(struct pieces *p, struct piece *one,
    struct secret_scan *scan, const struct piece_sink *watch, struct fault *f);
