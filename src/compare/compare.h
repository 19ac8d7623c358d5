/*
 * compare.h - what differs between two files, asked of a confined worker.
 *
 * Whether two files are the same is found out here, by comparing bytes; nobody is asked.
 * When they are not, candor-compare looks into them behind its lock and makes statements
 * (result/difference.h). They are decoded, checked, counted and kept within bounds; the
 * verdict is their fold and only gets worse. A worker that dies, is late, breaks the
 * protocol or finds nothing in two files that differ is a failure, never a good verdict.
 */
#pragma once

#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "result/difference.h"

enum compare_verdict {
	COMPARE_IDENTICAL,  /* byte for byte */
	COMPARE_ONLY,       /* differs only in the classes that have a count */
	COMPARE_CODE,       /* what is run differs, whatever else was not looked into */
	COMPARE_INCOMPLETE, /* something was not looked into, and no code was found */
	COMPARE_FAILED,     /* why tells; nothing is known but that they differ */
};

/* One word each: "identical", "differs", "code", "incomplete", "failed". */
const char *compare_verdict_name(enum compare_verdict v);

/* All zero is a good choice, but for program. */
struct compare_opts {
	const char *program; /* candor-compare, as compare_find gives it */
	bool flat;           /* containers are not opened */
	uint32_t timeout_ms; /* 0: COMPARE_TIMEOUT_MS */
	uint32_t lines;      /* of one statement; 0: COMPARE_LINES */
	uint64_t memory;     /* private bytes of the worker; 0: COMPARE_MEMORY */
	uint64_t scratch;    /* bytes of each scratch file; 0: COMPARE_SCRATCH */
	uint64_t unpack;     /* bytes out of containers; 0: COMPARE_UNPACK */
	uint64_t keep;       /* bytes of statements that are kept; 0: COMPARE_KEEP */
	bool no_scratch;     /* what has to be unpacked is then incomplete */
};

#define COMPARE_TIMEOUT_MS 600000
#define COMPARE_LINES      100
#define COMPARE_MEMORY     (UINT64_C(2) << 30)
#define COMPARE_SCRATCH    (UINT64_C(8) << 30)
#define COMPARE_UNPACK     (UINT64_C(16) << 30)
#define COMPARE_KEEP       (UINT64_C(16) << 20)
#define COMPARE_WHY        256

/* A statement that was kept, with its views in the result's arena. */
struct compare_item {
	struct difference d;
	uint32_t depth; /* objects around it */
};

/*
 * What a comparison gave: ended by compare_done. Counts are of all that was said, item[]
 * of what fitted into opts.keep.
 */
struct compare_result {
	enum compare_verdict verdict;
	uint64_t count[DIFF_CLASSES]; /* FOUND, ONLY_A and ONLY_B */
	uint64_t limits, damaged;     /* DIFF_LIMIT, DIFF_DAMAGED */
	uint64_t objects;             /* pairs that were begun */
	uint64_t left_out;            /* statements that were counted, but not kept */
	char why[COMPARE_WHY];        /* of FAILED and of the first limit; else empty */
	uint64_t size_a, size_b;
	struct compare_item *item;
	size_t n, cap;
	struct arena arena;
};

/* What the two are called; shown escaped. */
struct compare_names {
	struct bytes a, b;
	const uint8_t *sha256_a, *sha256_b; /* for the report for programs; or NULL */
};

/*
 * Compares two open regular files; both descriptors stay the caller's. names are
 * their paths or NULL: a name says what runs a program. OK
 * whenever there is a verdict, and that may be COMPARE_FAILED. ERR_IO: one of the two
 * cannot be read; ERR_FORMAT: one is no regular file; out->why tells.
 */
MUST_USE enum err compare_run(const struct compare_opts *o, int fd_a, int fd_b,
    const struct compare_names *names, struct compare_result *out);

/*
 * Two folders, member by member, as if they were archives: names, types, modes, link
 * targets and contents; times and owners are not compared, as they say when and by whom
 * it was unpacked. Links are never followed.
 */
MUST_USE enum err compare_folders(
    const struct compare_opts *o, int dir_a, int dir_b, struct compare_result *out);

/* Frees the statements; also of a result that says COMPARE_FAILED. */
void compare_done(struct compare_result *r);

/* 0 identical, 1 different, 2 trouble: incomplete or failed. */
int compare_exit(const struct compare_result *r);

/* The program; malloced; NULL: not there. installed: where it was to be installed. */
char *compare_find(const char *installed);

/* --- reports -------------------------------------------------------------- */

/* How text is written. */
struct compare_form {
	bool colour;
	bool detail; /* all that was kept, with lines; else one page */
	bool inside; /* a part of another's page, which has the verdict and the names */
};

/* "differs only in timestamp, path": the first line of every report. No newline. */
void compare_headline(const struct compare_result *r, struct buf *out);

/* The report for people: the verdict, then what differs, as a tree. */
void compare_text(const struct compare_result *r, const struct compare_names *n,
    const struct compare_form *f, FILE *out);
/* One object, in one line; docs/compare.md. */
void compare_json(
    const struct compare_result *r, const struct compare_names *n, FILE *out);
/* One file, without a script, an image or a font from elsewhere. */
void compare_html(
    const struct compare_result *r, const struct compare_names *n, FILE *out);
