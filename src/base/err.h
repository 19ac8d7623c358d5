/*
 * err.h - the one error type, and the few macros everybody uses.
 *
 * An err says that *candor* could not do its work. Hostile or broken input is
 * not an err: parsers describe it with notes and carry on. A spent budget is
 * ERR_LIMIT and becomes a finding, never a clean verdict.
 */
#pragma once

enum err {
	OK = 0,
	ERR_FORMAT, /* not this format, or its header is unusable */
	ERR_LIMIT,  /* a budget was spent; the result is incomplete */
	ERR_NOMEM,
	ERR_IO,     /* errno tells */
	ERR_PROTO,  /* a peer process broke the protocol */
	ERR_END,    /* an iterator has no more */
	ERR_SYNTAX, /* a rule or option text is wrong; the diags tell */
	ERR_ACCESS, /* the system refused; errno tells */
};

#define MUST_USE __attribute__((warn_unused_result))

/* Returns the error to the caller. The only macro that hides a return. */
#define TRY(expr)                       \
	do {                            \
		enum err try_ = (expr); \
		if (try_ != OK)         \
			return try_;    \
	} while (0)

/* CLEAN(fd_closep) int fd = -1; - the resource ends with its scope. */
#define CLEAN(fn) __attribute__((cleanup(fn)))

/* Hands a pointer over: the variable forgets it. */
#define TAKE(x)                          \
	__extension__({                  \
		__typeof__(x) take_ = x; \
		x = NULL;                \
		take_;                   \
	})

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* One lower-case word, for messages; never NULL. */
const char *err_name(enum err e);

/* A bug of ours: says where and aborts. Never for input. */
_Noreturn void bug_at(const char *file, int line, const char *what);
#define bug(what) bug_at(__FILE__, __LINE__, (what))
