/*
 * candor.h - YARA rules over memory, files and processes, from a program of yours.
 *
 *	struct candor_compiler *c = candor_compiler_new(0);
 *	struct candor_rules *rules;
 *	candor_compiler_add_file(c, NULL, "rules.yar");
 *	if (candor_compiler_build(c, &rules) != CANDOR_OK)
 *		errx(1, "%s", candor_error());
 *	struct candor_scanner *s = candor_scanner_new(rules, CANDOR_CONFINED);
 *	if (candor_scan_file(s, "suspicious.bin") != CANDOR_OK)
 *		warnx("%s", candor_error());
 *	for (size_t i = 0; i < candor_count(s); i++)
 *		puts(candor_finding(s, i)->rule->name);
 *
 * Link with `pkg-config --cflags --libs candor`. examples/scan.c is a whole program.
 *
 * THREE OBJECTS. A *compiler* turns sources into *rules*; a *scanner* applies rules to
 * one object after the other. Rules never change once they are built: any number of
 * scanners, in any number of threads, share one copy. A compiler or a scanner is for one
 * thread at a time. Everything else may be called from any thread.
 *
 * IN-PROCESS OR CONFINED. By default everything happens in the calling thread. With
 * CANDOR_CONFINED what reads strangers' bytes - rules or scanned objects - is a process
 * of its own (candor-worker, which the package candor brings) that can only compute: a
 * system call filter that denies by default, no files, no network. When a file brings it
 * down the answer is CANDOR_FAILED, and your program goes on. Starting it costs about
 * 4 ms, once for each scanner, and each scan some 0.03 ms more (on a busy machine of
 * 2026). In-process is faster for small objects, and as safe as our parsers are free of
 * bugs.
 *
 * ERRORS. Functions that can fail return an enum candor_err, or NULL; candor_error()
 * then says in words what happened, to what, and why. Only CANDOR_OK means that an
 * object was scanned as a whole: where a limit or a crash stopped the scan the return
 * value says so, so that nobody takes half a scan for a clean file. What was found until
 * then is there all the same.
 *
 * OWNERSHIP. What a function with _new or _build gives is yours, until the _free of the
 * same name. All other pointers are borrowed, and each function says for how long.
 * Strings that you pass are copied. Strings that you get end in a NUL, and are whatever
 * bytes the rules' author wrote: UTF-8 in most cases, but promised to be nothing. When
 * there is no memory left the process is aborted; hostile input cannot bring that about,
 * it meets the limits below.
 *
 * STABLE. Functions, enumerators and structs of libcandor.so.1 keep their numbers and
 * layouts. Structs are made by the library only and may grow at their end, but for those
 * that come in arrays (candor_meta, candor_match), which stay as they are.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define CANDOR_API __attribute__((visibility("default")))
#else
#define CANDOR_API
#endif

/* What functions return. */
enum candor_err {
	CANDOR_OK = 0,
	CANDOR_INCOMPLETE = 1, /* scanned in part: a limit; what was found is there */
	CANDOR_FAILED = 2,     /* not scanned: the worker crashed, or could not read */
	CANDOR_ERR_SYNTAX = 3, /* the rules are wrong; the messages were told */
	CANDOR_ERR_LIMIT = 4,  /* the rules need more memory or time than is allowed */
	CANDOR_ERR_FORMAT = 5, /* no database of this version, or a damaged one */
	CANDOR_ERR_ACCESS = 6, /* the system does not let us, or there is no such thing */
	CANDOR_ERR_IO = 7,     /* reading or writing failed */
	CANDOR_ERR_ARG = 8,    /* a wrong argument: no such variable, an unknown flag */
	CANDOR_ERR_WORKER = 9, /* candor-worker is not there, or cannot be started */
	CANDOR_STOPPED = 10    /* your function asked to stop */
};

/* "0.1.0". A string constant. */
CANDOR_API const char *candor_version(void);

/*
 * Why the last function that failed in this thread did so: one line, lower case, no
 * full stop. Valid until the next call of this library in this thread. Never NULL.
 */
CANDOR_API const char *candor_error(void);

/* --- rules ---------------------------------------------------------------------------
 */

struct candor_rules; /* a compiled database; counts its references */

enum candor_meta_type { CANDOR_META_INT = 0, CANDOR_META_BOOL = 1, CANDOR_META_STR = 2 };

struct candor_meta {
	const char *name;
	const char *s; /* CANDOR_META_STR, else NULL; may hold NULs: */
	size_t s_size; /* its bytes */
	int64_t i;     /* CANDOR_META_INT, and 0 or 1 of CANDOR_META_BOOL */
	uint32_t type; /* enum candor_meta_type */
	uint32_t unused;
};

enum candor_rule_flag { CANDOR_RULE_GLOBAL = 1, CANDOR_RULE_PRIVATE = 2 };

/* A rule, as its author describes it. */
struct candor_rule {
	const char *ns; /* its namespace; "default" where none was given */
	const char *name;
	const char *const *tags;
	size_t ntags;
	const struct candor_meta
	    *metas; /* in the order of the source; names may repeat */
	size_t nmetas;
	uint32_t flags; /* enum candor_rule_flag */
};

/*
 * Loads what candor_rules_save, or `candor compile`, wrote. It is copied: the file may
 * change afterwards. Its checksum finds damage; a database made by an enemy can give
 * wrong answers, but never reach outside of its memory. CANDOR_ERR_FORMAT: it is of
 * another version; compile the rules again.
 */
CANDOR_API int candor_rules_load(const char *path, struct candor_rules **out);
/* The same from memory, which is copied. */
CANDOR_API int candor_rules_load_memory(
    const void *p, size_t n, struct candor_rules **out);

/* Writes the file in one step: nobody ever sees half of it. */
CANDOR_API int candor_rules_save(const struct candor_rules *r, const char *path);
/* The same bytes, *n of them; they live as long as the rules. */
CANDOR_API const void *candor_rules_data(const struct candor_rules *r, size_t *n);

/* One more owner: candor_rules_free is then to be called once more. Returns r. */
CANDOR_API struct candor_rules *candor_rules_ref(struct candor_rules *r);
/* NULL is permitted. Scanners are owners, too: the order of freeing does not matter. */
CANDOR_API void candor_rules_free(struct candor_rules *r);

/*
 * Calls fn with each rule, private ones too, in the order of the source, until one call
 * gives something else than 0: that is returned, or CANDOR_OK. The rule is valid during
 * the call.
 */
CANDOR_API int candor_rules_each(const struct candor_rules *r,
    int (*fn)(void *arg, const struct candor_rule *rule), void *arg);

/* --- the compiler ------------------------------------------------------------------- */

struct candor_compiler;

enum candor_flag {
	/* of a compiler or of a scanner */
	CANDOR_CONFINED = 1 << 0, /* in a worker; see the top */
	/* of a compiler */
	CANDOR_STRICT_ESCAPE = 1
			       << 1, /* warn of unknown escapes in regular expressions */
	CANDOR_YARA_ONLY = 1 << 2,   /* refuse what only YARA-X accepts */
	CANDOR_YARAX = 1 << 3,       /* where values differ, as in YARA-X */
	/* of a scanner */
	CANDOR_NO_MATCHES = 1 << 8, /* only which rules: faster */
	CANDOR_FAST = 1 << 9, /* one match of a string is enough, where no rule counts */
	CANDOR_UNMATCHED = 1 << 10, /* tell the rules that did not match, too */
	CANDOR_PRIVATE = 1 << 11    /* tell private rules, too */
};

/* Never NULL but for an unknown flag. flags: enum candor_flag, or 0. */
CANDOR_API struct candor_compiler *candor_compiler_new(uint32_t flags);
CANDOR_API void candor_compiler_free(struct candor_compiler *c); /* NULL is permitted */

enum candor_compiler_limit {
	CANDOR_COMPILE_MEMORY = 1,          /* bytes; default 1 GiB */
	CANDOR_COMPILE_TIMEOUT_MS = 2,      /* confined only; 0, the default: none */
	CANDOR_COMPILE_STRINGS_PER_RULE = 3 /* default 10,000, as YARA */
};

/* CANDOR_ERR_ARG: no such limit. */
CANDOR_API int candor_compiler_limit(
    struct candor_compiler *c, enum candor_compiler_limit which, uint64_t value);

/*
 * Adds a source. ns: its namespace, NULL for "default". name: what messages call it, and
 * what includes are relative to; NULL for "rules". The text is copied.
 */
CANDOR_API int candor_compiler_add_text(struct candor_compiler *c, const char *ns,
    const char *name, const void *text, size_t n);
/* Reads the file now. CANDOR_ERR_ACCESS, CANDOR_ERR_IO. */
CANDOR_API int candor_compiler_add_file(
    struct candor_compiler *c, const char *ns, const char *path);

/*
 * External variables: each that a rule uses must be defined before the build, which fixes
 * its type; scanners may give another value. The last definition of a name counts.
 */
CANDOR_API int candor_compiler_define_int(
    struct candor_compiler *c, const char *name, int64_t value);
CANDOR_API int candor_compiler_define_bool(
    struct candor_compiler *c, const char *name, int value);
CANDOR_API int candor_compiler_define_float(
    struct candor_compiler *c, const char *name, double value);
CANDOR_API int candor_compiler_define_string(
    struct candor_compiler *c, const char *name, const char *value);

enum candor_severity { CANDOR_ERROR = 0, CANDOR_WARNING = 1, CANDOR_HINT = 2 };

/* A message about a source. */
struct candor_diag {
	uint32_t severity;  /* enum candor_severity */
	uint32_t line;      /* from 1; 0: the source as a whole */
	uint32_t column;    /* from 1, in bytes; 0: not known */
	uint32_t width;     /* bytes to underline; 0: not known */
	const char *source; /* the name it was added or included under */
	const char *rule;   /* that it is in; or NULL */
	const char *text;   /* YARA's words where YARA has them */
	const char *quote;  /* the line of the source, or NULL */
};

/*
 * fn is called inside of candor_compiler_build with each message, in the order in which
 * they were found; d is valid during the call. Without it the first error is still what
 * candor_error() says.
 */
CANDOR_API void candor_compiler_on_diag(struct candor_compiler *c,
    void (*fn)(void *arg, const struct candor_diag *d), void *arg);

/*
 * Who answers `include "path"`: fn, inside of candor_compiler_build, calls
 * candor_include_text or candor_include_file once and returns what that gave, or any
 * other value but CANDOR_OK: the include cannot be had. from: the name of the source that
 * includes. Without fn, the default, an include is an error of the rules. fn must not
 * call other functions of this compiler.
 */
struct candor_include;
CANDOR_API void candor_compiler_on_include(struct candor_compiler *c,
    int (*fn)(void *arg, const char *from, const char *path, struct candor_include *i),
    void *arg);
/* Gives the text, which is copied, under a name for messages and further includes. */
CANDOR_API int candor_include_text(
    struct candor_include *i, const char *name, const void *text, size_t n);
CANDOR_API int candor_include_file(struct candor_include *i, const char *path);
/* The namespace of the source that includes, "default" if none; valid during fn. */
CANDOR_API const char *candor_include_namespace(const struct candor_include *i);
/*
 * For candor_compiler_on_include, arg NULL: includes are files, relative to the file that
 * includes them. Whoever wrote the rules then decides which files are read: so not for
 * rules of strangers.
 */
CANDOR_API int candor_include_files(
    void *arg, const char *from, const char *path, struct candor_include *i);

/*
 * Compiles all that was added. CANDOR_ERR_SYNTAX: the messages tell; else candor_error()
 * does. *out is set only with CANDOR_OK. The compiler keeps its sources: more may be
 * added, and built again.
 */
CANDOR_API int candor_compiler_build(
    struct candor_compiler *c, struct candor_rules **out);

/* --- what a scan says --------------------------------------------------------------- */

enum candor_match_flag {
	CANDOR_MATCH_HEX = 1,     /* of a hex string */
	CANDOR_MATCH_XOR = 2,     /* key is set: the data is plain text xor key */
	CANDOR_MATCH_PRIVATE = 4, /* of a private string */
	CANDOR_MATCH_WIDE = 8
};

/* Where a string of a rule was found. */
struct candor_match {
	const char *string; /* its name, with the $; anonymous ones: "$" */
	uint64_t offset;    /* in the object; of a process: the address */
	uint64_t length;    /* bytes */
	const void *data;   /* its first bytes: CANDOR_MATCH_DATA of them at most */
	size_t data_size;
	const char *region; /* of a process: the file or kind of memory; else NULL */
	uint32_t flags;     /* enum candor_match_flag */
	uint32_t key;       /* with CANDOR_MATCH_XOR */
};

enum candor_kind {
	CANDOR_RULE = 0,    /* a rule matched */
	CANDOR_RULE_NO = 1, /* it did not; only with CANDOR_UNMATCHED */
	CANDOR_NOTE = 2,    /* something odd about the object: text */
	CANDOR_LOG = 3,     /* what a rule logs (console.log): text */
	CANDOR_CUT = 4,     /* what was to be told is cut: text */
	CANDOR_LIMIT = 5,   /* why the scan is incomplete: text; rule, if it is one's */
	CANDOR_SCAN_FAILED = 6 /* why the object could not be scanned: text */
};

struct candor_finding {
	uint32_t kind; /* enum candor_kind; ignore those you do not know */
	uint32_t unused;
	const struct candor_rule
	    *rule;        /* NULL: of no rule; tags and metas of RULE(_NO) only */
	const char *text; /* "" where there is none */
	const struct candor_match *matches; /* by string, then by offset */
	size_t nmatches;
};

/* --- the scanner -------------------------------------------------------------------- */

struct candor_scanner;

/*
 * A scanner of these rules, which it keeps alive. NULL: candor_error() tells. With
 * CANDOR_CONFINED its worker starts with the first scan and serves many. Rules that
 * import the module magic need it: libmagic is loaded into no process but a worker.
 */
CANDOR_API struct candor_scanner *candor_scanner_new(
    struct candor_rules *r, uint32_t flags);
CANDOR_API void candor_scanner_free(struct candor_scanner *s); /* NULL is permitted */

enum candor_scanner_limit {
	CANDOR_TIMEOUT_MS = 1, /* of one object; 0, the default: none */
	CANDOR_MEMORY = 2,     /* bytes of scratch for one object; default 256 MiB */
	CANDOR_MATCH_DATA = 3, /* bytes of each match that are kept; default 512 */
	CANDOR_OBJECT_SIZE =
	    4, /* larger ones are INCOMPLETE, unread; 0, the default: none */
	CANDOR_PROCESS_MEMORY = 5 /* bytes of a process that are read; default 2 GiB */
};

/* CANDOR_ERR_ARG: no such limit. Counts from the next scan on. */
CANDOR_API int candor_scanner_limit(
    struct candor_scanner *s, enum candor_scanner_limit which, uint64_t value);

/*
 * Other values for external variables, from the next scan on. CANDOR_ERR_ARG: the rules
 * have no such variable of that type.
 */
CANDOR_API int candor_scanner_define_int(
    struct candor_scanner *s, const char *name, int64_t value);
CANDOR_API int candor_scanner_define_bool(
    struct candor_scanner *s, const char *name, int value);
CANDOR_API int candor_scanner_define_float(
    struct candor_scanner *s, const char *name, double value);
CANDOR_API int candor_scanner_define_string(
    struct candor_scanner *s, const char *name, const char *value);

/*
 * What a module is given besides the objects, from the next scan on, as `yara -x`: for
 * "cuckoo" the report of a sandbox, a JSON text, on each object that is scanned. Copied;
 * what came before for that module is forgotten. It is read by the next scan, confined as
 * that is, which gives CANDOR_ERR_ARG (CANDOR_ERR_WORKER when confined) when it makes no
 * sense. CANDOR_ERR_ARG here: there is no such module, or it takes nothing. For rules
 * that do not import the module it does nothing.
 */
CANDOR_API int candor_scanner_give(
    struct candor_scanner *s, const char *module, const void *data, size_t n);

/*
 * Instead of being collected, findings go to fn, inside of the scan; each is valid during
 * its call. Something else than 0 ends the scan, which then gives CANDOR_STOPPED. NULL:
 * collect again. A confined scanner calls fn when the object is done, since a worker that
 * crashes takes back what it had said.
 */
CANDOR_API void candor_scanner_on_finding(struct candor_scanner *s,
    int (*fn)(void *arg, const struct candor_finding *f), void *arg);

/*
 * Scan one object. CANDOR_OK, CANDOR_INCOMPLETE and CANDOR_FAILED leave findings (with
 * the last two, one of kind LIMIT or SCAN_FAILED at least); with any other value there
 * are none.
 */
CANDOR_API int candor_scan_memory(struct candor_scanner *s, const void *p, size_t n);
/*
 * Follows links; only regular files. In-process, a file beyond 64 MiB is mapped, and one
 * that somebody cuts meanwhile ends your program with SIGBUS; confined it does not.
 */
CANDOR_API int candor_scan_file(struct candor_scanner *s, const char *path);
/* From its first byte on, whatever the offset, which stays; fd stays yours. */
CANDOR_API int candor_scan_fd(struct candor_scanner *s, int fd);

/*
 * The memory of a process, as YARA scans it: offsets are addresses, `filesize` is
 * undefined, nothing matches from one mapping into the next, and modules read the
 * program, not its libraries. It is read, not stopped; a worker gets a copy and no /proc.
 * What was never touched is not read. CANDOR_ERR_ACCESS: there is no such process, or it
 * is not yours to read; candor_error() says what to do.
 */
CANDOR_API int candor_scan_process(struct candor_scanner *s, int pid);

/*
 * What the last scan collected, in the order of the rules: candor_count findings, and
 * number i of them, or NULL beyond. Valid until the next scan of this scanner.
 */
CANDOR_API size_t candor_count(const struct candor_scanner *s);
CANDOR_API const struct candor_finding *candor_finding(
    const struct candor_scanner *s, size_t i);

/*
 * Which candor-worker CANDOR_CONFINED starts, for all that is made afterwards; copied.
 * NULL: the installed one, else what lies beside your program. CANDOR_ERR_ACCESS: it
 * cannot be executed.
 */
CANDOR_API int candor_worker(const char *path);

#ifdef __cplusplus
}
#endif
