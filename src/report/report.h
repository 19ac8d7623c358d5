/*
 * report.h - what a scan found, as lines for people or for programs.
 *
 * A file's findings gather in its report_file and leave together, when it is
 * done. Nothing a stranger wrote reaches the output unescaped: no name, no rule
 * and no matched byte can forge a line. docs/json.md describes the JSON form.
 */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "result/finding.h"
#include "result/verdict.h"
#include "result/wire.h"

/* Where the rules come from: every report names it, every finding of the owner's too. */
enum report_origin_kind {
	REPORT_GIVEN,   /* on the command line: whoever reads knows */
	REPORT_RELEASE, /* an installed one */
	REPORT_BASE,    /* those that candor came with */
};

struct report_origin {
	enum report_origin_kind kind;
	const char *channel, *log; /* of a release */
	uint64_t sequence, index;
	const char *local; /* the folder of the owner's rules, or NULL */
	size_t nlocal;     /* files in it */
};

/* The namespace that only the owner's rules have, when there is an origin. */
#define REPORT_LOCAL "local"

struct report_opts {

	bool json, all;            /* all: clean files too */
	bool matches, tags, metas; /* shown with each rule */
	bool quiet;                /* text: only what was found */
	bool colour;
	bool stats; /* what the scan did, in the summary */
	/* Only rules with one of these tags, and with a name like one of these. */
	const char *const *only_tags, *const *only_rules;
	size_t nonly_tags, nonly_rules; /* 0: all */
	struct report_origin origin;
};

struct report {
	struct report_opts o;
	struct buf out; /* lines ready to be written; the caller empties it */
	uint64_t verdicts[VERDICT_COUNT];
	uint64_t files, bytes, skipped;
	uint64_t unscanned; /* not or not fully scanned, whatever was found besides */
};

struct report_file {
	struct bytes path; /* the caller's, as long as the report_file */
	uint64_t size;
	struct verdict verdict;
	struct buf rules, reasons, notes;
	bool cut;  /* more was said than is kept */
	bool open; /* the last rule was written: matches of it may follow */
};

/*
 * Copies what it needs of x, which may go afterwards. A rule that the filters leave out
 * is not counted, nor are its matches. What is said beyond some 16 MB about one file is
 * counted and not kept: then the file is incomplete.
 */
void report_finding(struct report *r, struct report_file *f, const struct finding *x);
/*
 * Forgets what was said so far: the file is scanned again, after a worker died. Memory is
 * given back.
 */
void report_again(struct report_file *f);
/*
 * failed: why it was not scanned, or NULL. Counts it, writes its lines to r->out, frees
 * what f held; f may be zeroed and used again.
 */
void report_done(struct report *r, struct report_file *f, const char *failed);
/* Something that is no file. One that was named counts as not scanned; one that a folder
 * holds among others is told, and leaves the exit code alone. */
void report_skipped(struct report *r, struct bytes path, const char *why, bool named);

/*
 * What the summary tells besides the report's own counts. ms: from start to end; lost:
 * workers that were killed or died.
 */
struct report_totals {
	uint64_t ms;
	unsigned workers, lost;
	struct wire_stats stats;
};

/* The last line of JSON goes to out; the text form to summary (for stderr). */
void report_summary(struct report *r, const struct report_totals *t, struct buf *summary);

/*
 * 0 nothing found, 1 found, 2 not everything was scanned. Found wins: who scans to find
 * has found. May be asked before the end.
 */
int report_exit(const struct report *r);

/* Frees out; the counters stay. */
void report_done_free(struct report *r);
