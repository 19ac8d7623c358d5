/*
 * ir.h - the waist of the hourglass: rules as patterns and condition trees.
 *
 * YARA text (and, later, ClamAV signatures) become this; from here on nobody
 * knows where a rule came from. The tree is typed: the front-end has resolved
 * every name, inserted every conversion and checked every rule of the language,
 * so the passes behind it (fold, triggers, code) cannot fail but for budgets.
 * Everything lives in the compile arena. Identical patterns of different rules
 * are one ir_pattern.
 */
#pragma once

#include "base/arena.h"
#include "base/fact.h"
#include "rules/compile.h"

struct re_ast; /* rules/re_ast.h */

#define IR_DEPTH_MAX 1000 /* of a condition tree: walks may recurse */

/*
 * The type of a node's value. IR_REGEX is only an operand; IR_OBJECT: a struct, array or
 * dictionary.
 */
enum ir_type { IR_BOOL, IR_INT, IR_FLOAT, IR_STR, IR_REGEX, IR_OBJECT };

/*
 * What a node is. kid[] holds the operands in source order; u the payload named
 * in brackets. An operand may be undefined at run time unless said otherwise;
 * docs/conditions.md tells what comes of it.
 */
enum ir_op {
	/* leaves */
	IR_CONST, /* of any scalar type [i | f | s]; IR_REGEX: [re] */
	IR_UNDEF, /* undefined, of the node's type */
	IR_FILESIZE,
	IR_ENTRYPOINT,
	IR_EXT,    /* external variable [index] */
	IR_RULE,   /* the value of an earlier rule, before global rules count [index] */
	IR_VAR,    /* loop or with variable [var] */
	IR_MODULE, /* the struct of a module [index]; IR_OBJECT */

	/* strings; [pat] */
	IR_FOUND,    /* $a */
	IR_AT,       /* $a at kid0 */
	IR_IN,       /* $a in (kid0..kid1) */
	IR_COUNT,    /* #a */
	IR_COUNT_IN, /* #a in (kid0..kid1) */
	IR_OFFSET,   /* @a[kid0] */
	IR_LENGTH,   /* !a[kid0] */

	/* reading the object: [read] and kid0 the offset */
	IR_READ,

	/* boolean; kids of AND and OR: two or more */
	IR_AND,
	IR_OR,
	IR_NOT,
	IR_DEFINED,
	IR_TRUTH, /* kid0 of any scalar type as a boolean: != 0, non-empty string */

	/* int or float, by the node's type; both kids have that type */
	IR_NEG,
	IR_ADD,
	IR_SUB,
	IR_MUL,
	IR_DIV,
	IR_TO_FLOAT, /* int kid0 as a float */
	/* int */
	IR_MOD,
	IR_BITNOT,
	IR_BITAND,
	IR_BITOR,
	IR_BITXOR,
	IR_SHL,
	IR_SHR,

	/* comparison; both kids of one type: int, float or string */
	IR_EQ,
	IR_NE,
	IR_LT,
	IR_LE,
	IR_GT,
	IR_GE,

	/* strings (byte strings) */
	IR_CONTAINS,
	IR_ICONTAINS,
	IR_STARTS,
	IR_ISTARTS,
	IR_ENDS,
	IR_IENDS,
	IR_IEQUALS,
	IR_MATCHES, /* kid0 string, kid1 regex */

	/* objects */
	IR_FIELD, /* [fact] of the struct kid0 */
	IR_INDEX, /* element kid1 of the array kid0 */
	IR_KEY,   /* value of the dictionary kid0 for the string kid1 */
	IR_CALL,  /* function [fact] of the struct kid0, arguments kid1.. */

	/* quantified; [loop] holds the quantifier. kid0: its number, or NULL */
	IR_OF,        /* loop.set; optional kid1 (at), or kid1 and kid2 (in) */
	IR_OF_RULES,  /* loop.rules */
	IR_OF_EXPRS,  /* kid1.. are booleans (YARA-X) */
	IR_FOR_OF,    /* loop.set; kid1 the body, loop.var the current string */
	IR_FOR_RANGE, /* kid1..kid2 inclusive; kid3 the body; loop.var */
	IR_FOR_LIST,  /* kid1.. values, the last kid the body; loop.var */
	IR_FOR_ARRAY, /* kid1 an array; kid2 the body; loop.var the element */
	IR_FOR_DICT, /* kid1 a dictionary; kid2 the body; loop.var key, loop.var2 value */
	IR_WITH,     /* kid0.. values of loop.var.., the last kid the body (YARA-X) */
	IR_NOPS,
};

/* How many must be true: all, at least one, none, a number, a share. */
enum ir_quant { IR_ALL, IR_ANY, IR_NONE, IR_N, IR_PERCENT };

/* A string operand: one of the rule's strings, or the current one of a for-of. */
struct ir_pat {
	bool current;
	uint32_t index; /* ir_rule.strings; or the loop variable's slot */
};

struct ir_read {
	uint8_t width; /* bits: 8 16 32 64 */
	bool sign, big, flt;
};

struct ir_loop {
	enum ir_quant quant;
	uint32_t var, var2;    /* slots; unique within the rule, below nslots */
	const uint32_t *set;   /* indexes into ir_rule.strings */
	const uint32_t *rules; /* rule indexes */
	uint32_t nset;         /* of set or rules */
};

struct ir_node {
	enum ir_op op;
	enum ir_type type;
	uint32_t line, col;
	struct ir_node **kid;
	uint32_t nkids;
	const struct fact *schema; /* IR_OBJECT: the row of the array or dict, or
				      the table of a struct (see is_table) */
	bool is_table;
	bool exact; /* IR_EQ and IR_NE of floats: without YARA's epsilon */
	union {
		int64_t i;
		double f;
		struct bytes s;
		const struct re_ast *re;
		uint32_t index;
		uint32_t var;
		struct ir_pat pat;
		struct ir_read read;
		const struct fact *fact;
		struct ir_loop *loop;
	} u;
};

/* What a string was written as. */
enum ir_pattern_kind { IR_TEXT, IR_HEX, IR_RE };

enum ir_mod {
	IR_NOCASE = 1 << 0,
	IR_ASCII = 1 << 1, /* set unless only wide was given */
	IR_WIDE = 1 << 2,
	IR_FULLWORD = 1 << 3,
	IR_XOR = 1 << 4,
	IR_BASE64 = 1 << 5,
	IR_BASE64WIDE = 1 << 6,
	IR_DOTALL = 1 << 7, /* regex /s; /i is IR_NOCASE */
};

/* How conditions use a pattern; or-ed over all rules that share it. */
enum ir_use {
	IR_USE_FOUND = 1 << 0,  /* whether there is a match is enough */
	IR_USE_ALL = 1 << 1,    /* count, offsets, in: every match is needed */
	IR_USE_LENGTH = 1 << 2, /* and their lengths */
	IR_USE_AT = 1 << 3,     /* at: verified in place, needs no search */
};

struct ir_pattern {
	enum ir_pattern_kind kind;
	uint32_t mods;     /* enum ir_mod */
	uint32_t use;      /* enum ir_use; filled by the passes */
	struct bytes text; /* IR_TEXT: the bytes, escapes resolved; else the source */
	unsigned re_flags; /* enum re_flag; IR_HEX, IR_RE */
	bool literal;      /* bytes and nothing else, up to its first long jump */
	bool dot_star;     /* YARA warns of its .* */
	bool slow;         /* YARA warns that it is slow */
	uint8_t xor_lo, xor_hi;
	struct bytes alphabet; /* base64; 64 bytes */
	uint32_t index;        /* in ir.patterns */
	uint32_t line;         /* of its first use */
};

struct ir_string {
	struct bytes name; /* with its $; anonymous: "$" */
	struct ir_pattern *pattern;
	bool private_, anonymous;
	bool once,
	    fixed; /* keep.h: nothing counts or places it; told at fixed_at alone */
	int64_t fixed_at;
	uint32_t line, col;
};

struct ir_meta {
	struct bytes name;
	enum ir_type type; /* IR_INT IR_BOOL IR_STR (IR_FLOAT: YARA-X) */
	int64_t i;
	double f;
	struct bytes s;
};

struct ir_rule {
	struct bytes name;
	uint32_t ns; /* index into ir.ns */
	bool global, private_;
	const char *file;
	uint32_t line;
	const struct bytes *tags;
	const struct ir_meta *metas;
	struct ir_string *strings;
	uint32_t ntags, nmetas, nstrings;
	uint32_t nslots;      /* loop variables */
	struct ir_node *cond; /* IR_BOOL */
	struct bytes source;  /* from its modifiers to its brace, as written; 0 bytes: not
				 in one file */
};

struct ir {
	struct arena *arena;
	struct ir_rule **rules; /* in source order, all namespaces */
	struct ir_pattern **patterns;
	struct bytes *ns;
	struct ext *exts;
	const struct fact_module *modules; /* only the imported ones have imported set */
	uint32_t *imported;                /* 0: not; 1: the first import, and so on */
	uint32_t nrules, npatterns, nns, nexts, nmodules;
};
