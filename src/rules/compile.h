/*
 * compile.h - rule sources in, one database out.
 *
 * token -> parse -> sema -> ir -> fold -> triggers -> atoms -> code -> database.
 * Sources are untrusted: every stage has a budget, and what goes wrong is a
 * diag at a line. Compiling opens no file: includes are asked for.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/ext.h"
#include "base/fact.h"

struct rules_source {
	const char *file;  /* shown in messages; includes are relative to it */
	const char *ns;    /* namespace; "default" when the user gave none */
	struct bytes text; /* valid as long as the compile arena */
};

enum rules_flag {
	RULES_STRICT_ESCAPE = 1 << 0, /* yara -E: warn on unknown regex escapes */
	RULES_NO_INCLUDES = 1 << 1,
	RULES_YARA_ONLY = 1 << 2, /* refuse what only YARA-X accepts */
	RULES_EXPLAIN = 1 << 3,   /* fill explain with every stage as text */
	RULES_YARAX = 1 << 5, /* where values differ, as in YARA-X (docs/dialect.md) */
	RULES_FIRST_ERROR = 1 << 4, /* read no source behind one with errors, as yara */
};

struct rules_env {
	struct arena *arena; /* its budget is the limit of what the passes know together;
				what one of them needs for a while may be as much */
	struct diags *diags;
	const struct fact_module *modules;
	size_t nmodules;
	const struct ext *exts; /* with the values that scans see unless they give others;
				   borrowed */
	size_t nexts;
	uint32_t flags;            /* enum rules_flag */
	uint32_t strings_per_rule; /* 0: 10000 */
	/* Hints tell of strings that wake their rule at more places of a MB (1,048,576
	 * bytes) of common files; 0: EXPLAIN_BUDGET. What is compiled stays the same. */
	uint32_t budget;
	/*
	 * Finds an included file; its name and text must live as long as the arena.
	 * ERR_ACCESS: cannot be opened. NULL: includes are disabled.
	 */
	enum err (*include)(
	    void *arg, const char *from, struct bytes path, struct rules_source *out);
	void *include_arg;
	struct buf *explain;       /* with RULES_EXPLAIN */
	struct bytes explain_rule; /* only this rule; empty: all */
};

/*
 * ERR_SYNTAX: the diags tell (one error per broken rule or more, as YARA; all
 * sources are read to the end where that makes sense). ERR_LIMIT: the budget.
 */
MUST_USE enum err rules_compile(const struct rules_env *env,
    const struct rules_source *src, size_t n, struct buf *db);

/*
 * The front half alone: sources into trees. ERR_SYNTAX, ERR_LIMIT as above; *out is
 * complete only when OK.
 */
struct ir;
MUST_USE enum err rules_to_ir(const struct rules_env *env, const struct rules_source *src,
    size_t n, struct ir *out);
