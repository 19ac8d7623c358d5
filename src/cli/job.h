/*
 * job.h - the two jobs that verbs consist of: rules to a database, files to findings.
 *
 * Both do all the work with workers, descriptors and walking, and hand what
 * comes out to callbacks; how it is shown is the verb's business.
 */
#pragma once

#include "base/diag.h"
#include "cli/opt.h"
#include "cli/walk.h"
#include "result/finding.h"
#include "result/wire.h"
#include "sandbox/pool.h"

/* An opened database: a sealed file in memory, whoever writes to the one on disk. */
struct job_db {
	int fd; /* -1: none */
	uint64_t size;
	bool from_file; /* it may have been damaged since it was compiled */
};

void job_db_close(struct job_db *db);
/* Writes it to path in one step. An err was told on stderr. */
MUST_USE enum err job_db_save(const struct job_db *db, const char *path);

/* A source that is no file: of an installed release. Includes find only its like. */
struct job_source {
	const char *name;
	struct bytes text;
};

struct job_rules {
	const char *program;           /* the worker */
	const struct job_source *held; /* besides, and before the others */
	size_t nheld;
	/* Files, folders (all *.yar and *.yara below), each may begin with "ns:". */
	const char *const *rules;
	size_t nrules;
	struct wire_compile opts; /* memory 0: the default */
	uint32_t timeout_ms;
	void *arg;
	/* file: the name as the user knows it. */
	void (*diag)(void *arg, const struct diag *d, const char *file);
	void (*explain)(void *arg, struct bytes text); /* NULL: not wanted */
};

/*
 * Compiles, or opens a compiled database when rules is one (then opts.exts are
 * to be given to the scan). ERR_SYNTAX: the diags told; any other err was told on
 * stderr.
 */
MUST_USE enum err job_rules_load(const struct job_rules *j, struct job_db *out);

/* What --dialect means, as a flag of enum wire_compile_flag; NULL is YARA's. Tells. */
MUST_USE enum err job_dialect(const char *name, uint32_t *flag);

/* The file begins as a compiled database does. */
bool job_is_database(const char *path);

/* The rules that candor ships: installed, or of the tree it was built in. Malloced. */
char *job_base_rules(void);

/* The worker's program, malloced. NULL: not found, and told on stderr. */
char *job_worker(void);

/* -d NAME=VALUE as YARA reads it: true/false, a number, else a string. */
MUST_USE enum err job_external(const char *def, struct ext *out);
/* All of them; told on stderr when one is wrong. The array is malloced. */
MUST_USE enum err job_externals(const struct opt_list *defs, struct wire_exts *out);

struct given;

struct job_file {
	struct bytes path;
	uint64_t size;
	void *user; /* NULL at first; the callbacks' own */
};

/* The callbacks' own: size bytes, zeroed at first; to be freed by done. */
void *job_file_user(struct job_file *f, size_t size);

struct job_scan {
	struct pool_opts pool; /* workers 0: one a core; scan.db_size and db_fd from db */
	struct given *given;   /* for modules (given.h); NULL: nothing */
	struct job_db db;
	struct walk_opts walk;
	uint64_t max_file_size;   /* larger ones are not scanned: incomplete. 0: none */
	const char *const *roots; /* "-": what stands on stdin */
	size_t nroots;
	const char *const *pids; /* processes, by number, before the roots */
	size_t npids;
	const char *pid_word;    /* before the number, where a path would stand: "pid " */
	uint64_t process_memory; /* bytes of a process that are read; 0: 2 GB */
	const char *list;        /* a file of paths, NUL or newline between; "-": stdin */
	void *arg;
	void (*finding)(void *arg, struct job_file *f, const struct finding *x);
	void (*again)(void *arg, struct job_file *f);
	/* Exactly once a file; it is freed afterwards. failed: why, or NULL. */
	void (*done)(void *arg, struct job_file *f, const char *failed);
	/*
	 * What the walk gave and is no file: WALK_SKIPPED, _SPECIAL or _ERROR; and a
	 * process that cannot be read: WALK_ERROR.
	 */
	void (*skipped)(
	    void *arg, struct bytes path, const char *why, enum walk_kind kind);
	/* A file beyond max_file_size. NULL: it counts as incomplete. */
	void (*large)(void *arg, struct bytes path, uint64_t size);
	enum err (*tick)(void *arg); /* about ten times a second; an err stops the scan */
};

/* ERR_IO and ERR_FORMAT: out->why tells. */
MUST_USE enum err job_scan_run(const struct job_scan *j, struct pool_result *out);
