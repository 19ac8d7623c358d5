/*
 * tree.h - what is in a source tree: a folder, or a commit of git.
 *
 * Both give the same entries, one a call of take, in the order of names. Nothing is
 * followed: a link is a name and a target. Of a folder every entry is told, also those
 * that cannot be handed over (fifos, devices, sockets): the caller says what becomes of
 * them. Folders count only when they are empty: the others are in the names of files.
 */
#pragma once

#include "base/buf.h"
#include "log/fault.h"

enum tree_kind {
	TREE_FILE,
	TREE_LINK,
	TREE_EMPTY,  /* a folder without anything in it */
	TREE_GIT,    /* git's own folder, or the file that stands for one; not entered */
	TREE_MODULE, /* a submodule: its source is in another repository */
	TREE_OTHER,  /* a fifo, a device, a socket */
};

struct tree_entry {
	enum tree_kind kind;
	struct bytes name; /* relative to the root; any bytes but NUL */
	uint64_t size;     /* of a file */
	bool exec;
	struct bytes target; /* of a link */
	struct bytes blob;   /* of a commit's file: git's name of its content */
	const char *what;    /* of TREE_OTHER: "fifo" */
};

/* Views in an entry are valid during the call; its err ends everything and is handed up.
 */
struct tree_taker {
	void *arg;
	enum err (*take)(void *arg, const struct tree_entry *e, struct fault *f);
};

/* Of the folder that root holds open; nothing may change in it meanwhile. FAULT_IO. */
MUST_USE enum err tree_folder(int root, const struct tree_taker *to, struct fault *f);

/* A commit that was looked up. */
struct tree_commit {
	char name[65]; /* in full */
	int64_t date;  /* of its committer, seconds since 1970 */
};
/* FAULT_GIT: there is none, or no repository, or no git. */
MUST_USE enum err tree_commit(
    const char *repo, const char *revision, struct tree_commit *out, struct fault *f);
MUST_USE enum err tree_git(const char *repo, const struct tree_commit *c,
    const struct tree_taker *to, struct fault *f);

/* Contents of a commit's files, one after the other, from one `git cat-file --batch`. */
struct tree_blobs;
MUST_USE enum err tree_blobs_open(
    const char *repo, struct tree_blobs **out, struct fault *f);
void tree_blobs_close(struct tree_blobs *b);
/* Begins a blob; what was not read of the one before is skipped. */
MUST_USE enum err tree_blob(
    struct tree_blobs *b, struct bytes blob, uint64_t *size, struct fault *f);
/* Some of it; 0 at its end. */
MUST_USE enum err tree_blob_read(
    struct tree_blobs *b, void *p, size_t n, size_t *got, struct fault *f);
