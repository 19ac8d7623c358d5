/*
 * fact.h - the schema of what a parser found out: name, type and place.
 *
 * A parser fills a plain struct; a const table of facts describes it. One table
 * serves the rule compiler (types), the condition VM (loads by offset),
 * `candor dump`, JSON and the manual. A struct is born undefined by
 * fact_clear(), so a parser writes only what it knows.
 *
 * How a value lies in the struct, by type:
 *	FACT_INT     int64_t; FACT_UNDEF is undefined
 *	FACT_FLOAT   double; any NaN is undefined (as in YARA: the mean of nothing)
 *	FACT_STR     struct bytes; p == NULL is undefined
 *	FACT_RE      only as an argument of a function
 *	FACT_STRUCT  the fields of sub lie inside, at + their own at
 *	FACT_ARRAY   struct fact_array; elements of stride bytes described by sub
 *	             (one row with an empty name when they are scalars)
 *	FACT_DICT    struct fact_array of elements that start with struct bytes
 *	             key; sub describes the rest, offsets counted from the key
 *	FACT_FN      nothing; fn is called. Overloads are rows of the same name.
 *	             sig is "args:result" of i f s r b, e.g. "ss:i"
 * A row with FACT_CONST set is a constant: its value is in value (FACT_INT),
 * flt (FACT_FLOAT) or text (FACT_STR); it is defined for every file.
 *
 * What is costly is filled late: a row with load set, at whatever depth, has it
 * called before its value, or anything below it, is read or called, each time,
 * with the module's root struct. The second call returns at once, so a reader
 * keeps no record of its own; hosts that read a path call the load of each row
 * on it, outermost first. ERR_LIMIT: a budget ended it; the value is what was
 * found so far, and the object's result is incomplete.
 */
#pragma once

#include <math.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/region.h"

enum fact_type {
	FACT_END, /* ends a table */
	FACT_INT,
	FACT_FLOAT,
	FACT_STR,
	FACT_RE,
	FACT_STRUCT,
	FACT_ARRAY,
	FACT_DICT,
	FACT_FN,
};

enum fact_flag {
	FACT_CONST = 1 << 0,
	FACT_DEPRECATED = 1 << 1,
	FACT_HIDDEN = 1 << 2, /* not in dumps (costly, or a duplicate) */
	FACT_EFFECT = 1 << 3, /* a function with a side effect: order matters */
	FACT_YARAX = 1 << 4,  /* YARA-X's, beside YARA's: `yara -D` does not have it */
	/*
	 * What a name that YARA has means to YARA-X: the row that rules of that dialect
	 * get, and no others. Its value is defined for objects of any format, or may be.
	 */
	FACT_DIALECT = 1 << 5,
	FACT_ALWAYS = 1 << 6, /* a function that has a value for objects of any format */
};

/* The same value as YARA's, so that arithmetic on it stays as strange. */
#define FACT_UNDEF ((int64_t)0xfffabadafabadaffULL)

struct fact_array {
	const void *p;
	uint32_t n;
};

union fact_value {
	int64_t i;
	double f;
	struct bytes s;
	const void *re; /* a compiled regex, for fact_call.re_match */
};

/* What a function of a module is called with. It reads, computes, and sets ret. */
struct fact_call {
	void *self; /* the struct the function row is in; may keep what it computed */
	struct bytes file;             /* the object being scanned */
	const struct regions *regions; /* it is a process, and file empty; NULL: a file */
	union fact_value arg[4];
	union fact_value ret; /* born undefined for the result type */
	struct arena *arena;  /* for strings that the result points to */
	void *host;           /* the scan; for the callbacks below only */
	/* Does re (an arg) match somewhere in s? */
	bool (*re_match)(void *host, const void *re, struct bytes s);
	/* console.log and kin: a line for the owner. */
	void (*log)(void *host, struct bytes line);
	/* Charges n units of work (bytes read); false: the budget is spent, return. */
	bool (*charge)(void *host, uint64_t n);
	int64_t now; /* seconds since the epoch, fixed for the whole scan */
};

/*
 * A function of a module: reads the arguments in *c, writes the result there, and asks
 * c->charge before work that grows with what it was given. What it cannot tell stays
 * undefined.
 */
typedef void fact_fn(struct fact_call *c);

/* The object from an offset, or of a process an address, on; no bytes outside. */
static inline struct bytes
fact_from(const struct fact_call *c, int64_t off)
{
	if (off < 0)
		return (struct bytes){ 0 };
	return c->regions ? region_from(c->regions, (uint64_t)off)
			  : bytes_from(c->file, (uint64_t)off);
}

/* Fills what a row describes, once; facts is the module's root struct. */
typedef enum err fact_load(void *facts);

struct fact {
	const char *name;
	enum fact_type type;
	uint16_t flags;
	uint32_t at, stride;
	const struct fact *sub;
	const char *sig;
	fact_fn *fn;
	fact_load *load; /* NULL: filled by open */
	int64_t value;
	double flt;
	const char *text;
};

/* A module that rules may import: its table, so that rules/ knows no format. */
struct fact_module {
	const char *name;
	const struct fact *facts;
	size_t facts_size;
	uint32_t needs; /* bits that stand in db_head.needs when it is imported */
	bool yarax;     /* YARA has no module of that name */
};

/* Rows, to write tables with. S is the struct, f the field of the same name. */
#define FACT_I(S, f)                                               \
	{                                                          \
		.name = #f, .type = FACT_INT, .at = offsetof(S, f) \
	}
#define FACT_F(S, f)                                                 \
	{                                                            \
		.name = #f, .type = FACT_FLOAT, .at = offsetof(S, f) \
	}
#define FACT_S(S, f)                                               \
	{                                                          \
		.name = #f, .type = FACT_STR, .at = offsetof(S, f) \
	}
#define FACT_T(S, f, table)                                                         \
	{                                                                           \
		.name = #f, .type = FACT_STRUCT, .at = offsetof(S, f), .sub = table \
	}
#define FACT_A(S, f, E, table)                                        \
	{                                                             \
		.name = #f, .type = FACT_ARRAY, .at = offsetof(S, f), \
		.stride = sizeof(E), .sub = table                     \
	}
#define FACT_D(S, f, E, table)                                       \
	{                                                            \
		.name = #f, .type = FACT_DICT, .at = offsetof(S, f), \
		.stride = sizeof(E), .sub = table                    \
	}
#define FACT_FUN(name_, sig_, fn_)                                     \
	{                                                              \
		.name = name_, .type = FACT_FN, .sig = sig_, .fn = fn_ \
	}
/* A function's meaning in the dialect of YARA-X. */
#define FACT_FUNX(name_, sig_, fn_)                                                 \
	{                                                                           \
		.name = name_, .type = FACT_FN, .flags = FACT_DIALECT, .sig = sig_, \
		.fn = fn_                                                           \
	}
#define FACT_K(name_, v)                                                           \
	{                                                                          \
		.name = name_, .type = FACT_INT, .flags = FACT_CONST, .value = (v) \
	}
/* Of YARA-X, in a module that YARA has, too. */
#define FACT_KX(name_, v)                                                          \
	{                                                                          \
		.name = name_, .type = FACT_INT, .flags = FACT_CONST | FACT_YARAX, \
		.value = (v)                                                       \
	}
#define FACT_IX(S, f)                                                                   \
	{                                                                               \
		.name = #f, .type = FACT_INT, .flags = FACT_YARAX, .at = offsetof(S, f) \
	}
#define FACT_SX(S, f)                                                                   \
	{                                                                               \
		.name = #f, .type = FACT_STR, .flags = FACT_YARAX, .at = offsetof(S, f) \
	}
#define FACT_KF(name_, v)                                                          \
	{                                                                          \
		.name = name_, .type = FACT_FLOAT, .flags = FACT_CONST, .flt = (v) \
	}
#define FACT_LAST                \
	{                        \
		.type = FACT_END \
	}

/* Sets every value of the struct to undefined, arrays and dicts to empty. */
void fact_clear(const struct fact *table, void *of);

/* Calls the row's load, if it has one. */
static inline enum err
fact_ready(const struct fact *f, void *facts)
{
	return f->load != NULL ? f->load(facts) : OK;
}

/* The row of that name (the first overload), or NULL. */
const struct fact *fact_find(const struct fact *table, struct bytes name);

/* A digest of names, types and places: a database made for another fails. */
uint64_t fact_digest(const struct fact *table, uint64_t seed);
