/*
 * run.h - one object against one database: bytes in, findings out.
 *
 * A scanner holds everything that lives longer than one object: the opened
 * database, scratch memory, the budgets. It does no system call of its own while
 * scanning, so it works the same inside and outside of the sandbox. Not
 * thread-safe; many scanners may share one mapping of a database.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"
#include "base/ext.h"
#include "base/region.h"
#include "result/finding.h"

struct scan;

/*
 * What libraries must do before the sandbox closes (OpenSSL reads its configuration,
 * the processor is asked what it can). Once a process, before its first byte.
 */
void scan_init(void);

enum scan_flag {
	SCAN_MATCHES = 1 << 0,   /* report where strings matched */
	SCAN_UNMATCHED = 1 << 1, /* report the rules that did not match, too */
	SCAN_DUMP = 1 << 2,      /* report the facts of every imported module */
	SCAN_FAST = 1 << 3,      /* one match per string is enough (yara -f) */
	SCAN_PRIVATE = 1 << 4,   /* report private rules, too */
	SCAN_CHECK_SUM = 1 << 5, /* scan_new reads the whole database, for its checksum */
	SCAN_DUMP_YARA = 1 << 6, /* report those facts in the form of yara -D */
	SCAN_DUMP_JSON = 1 << 7, /* report them as one JSON object, a member a module */
};

#define SCAN_SMALL (256u << 10)

struct scan_opts {
	uint32_t flags;      /* enum scan_flag */
	uint32_t timeout_ms; /* per object; 0: none */
	uint64_t memory;     /* bytes of scratch per object; 0: the default, 256 MB */
	/*
	 * Counted work per byte of an object, and SCAN_SMALL times as much for any; a
	 * step is some nanoseconds. 0: the default, 4,096. A regex may take an eighth of
	 * it.
	 */
	uint32_t steps;
	uint32_t match_bytes; /* data kept per match; 0: the default, 512 */
	uint32_t cpu_mask;    /* SIMD variants not to use; 0: all (match/filter.h) */
	uint64_t (*clock_ms)(void); /* for the timeout; NULL: no timeout */
	int64_t (*now)(void);       /* seconds since the epoch, for time.now() */
};

/* What a scan did, summed up since scan_new; for --stats and for tests. */
struct scan_stats {
	uint64_t objects, bytes;
	uint64_t anchors, candidates, verified; /* places, and literals */
	uint64_t rules_live, rules_run; /* woken by a trigger; conditions evaluated */
	uint64_t passes;                /* on-demand passes */
	uint64_t steps;                 /* counted work: regex, conditions, verify */
};

/*
 * Opens the database in db (which must outlive the scanner; typically a mapping)
 * and gets ready. ERR_FORMAT: not a database of this version, or damaged. ERR_NOMEM,
 * ERR_LIMIT: what it needs before the first object is too much.
 */
MUST_USE enum err scan_new(struct bytes db, const struct scan_opts *o, struct scan **out);
void scan_free(struct scan *s);

/* ERR_FORMAT: no such variable, or another type. Strings are copied. */
MUST_USE enum err scan_external(struct scan *s, const struct ext *v);

/*
 * What an owner gives a module besides objects (yara -x): data must outlive the scanner.
 * OK when no rule imports such a module, or it takes nothing: nobody will miss it.
 * ERR_FORMAT, ERR_LIMIT: it is not what that module takes, or too much; *why (a constant)
 * tells.
 */
MUST_USE enum err scan_give(
    struct scan *s, struct bytes module, struct bytes data, const char **why);

/*
 * Scans one object. A spent budget is a FINDING_LIMIT and OK; an err comes only
 * from the sink. The bytes may change under us (a mapped file): that never
 * breaks memory safety, only the result.
 */
MUST_USE enum err scan_file(struct scan *s, struct bytes file, const struct sink *to);

/*
 * The memory of a process, as YARA scans it: offsets are addresses, filesize is
 * undefined, nothing matches across regions, and a module reads the first region that is
 * of its format and no shared library. The regions must stay during the call.
 */
MUST_USE enum err scan_regions(
    struct scan *s, const struct regions *process, const struct sink *to);

/* Counts since the scanner was made; the scan's own, valid as long as it is. */
const struct scan_stats *scan_stats(const struct scan *s);
