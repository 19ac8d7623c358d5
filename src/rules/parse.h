/*
 * parse.h - what the parts of the rule parser share; private to parse_*.c, sema_*.c.
 *
 * One pass: a rule's tree is built, typed and checked while it is read, because
 * that is the order in which YARA finds errors, and the first error of a rule is
 * the only one it tells. The parser descends by hand and reads a token no earlier
 * than YARA's does, for its messages name the line where the reader stands.
 * ERR_SYNTAX means that the diags have been told; ERR_LIMIT that the arena, or
 * the work allowed, is spent.
 */
#pragma once

#include "base/diag.h"
#include "rules/ir.h"
#include "rules/names.h"
#include "rules/token.h"
#include "rules/warn.h"

#define PARSE_INCLUDES_MAX 16
#define PARSE_WORK_MAX     (UINT64_C(1) << 28) /* names compared by wildcards */
#define PARSE_DEPTH_MAX    400                 /* of the recursion */
#define PARSE_YARA_LOOPS   4                   /* nested; YARA-X has no limit */
#define PARSE_ARGS_MAX     128                 /* of a function */

/* The rules that `prefix*` stands for. It is final: no later rule may be named so. */
struct prefix {
	const uint32_t *rule;
	size_t n;
};

/* A file being read; included ones stand on top of who includes them. */
struct source {
	struct rules_source src;
	struct lexer lex;
	struct source *below;
	unsigned depth;
};

/* Where something stands, for the caret. */
struct place {
	const uint8_t *at;
	uint32_t line, col, width;
};

/*
 * A parsed expression. YARA's grammar knows two sorts: primary ones can be operands
 * of arithmetic and comparison, the others only of and, or, not.
 */
struct ex {
	struct ir_node *node;
	const struct fact *fn; /* a function of the struct node, not called yet */
	struct bytes name;     /* of an object, for messages */
	struct place place;
	int64_t value; /* when known: for checks only, folding is done elsewhere */
	bool known;
	bool primary;
	bool literal; /* a text string as written */
	uint32_t depth;
};

/* A loop variable that is in scope. */
struct scope_var {
	struct bytes name;
	uint32_t slot;
	enum ir_type type;
	const struct fact *schema;
	bool is_table;
};

/* A string while its rule is read. */
struct rule_string {
	struct ir_string s;
	bool referenced;
};

struct parser {
	const struct rules_env *env;
	struct arena *arena;
	struct arena tables;  /* names, which nobody asks for once all is read */
	struct arena scratch; /* what only one string needs */
	struct ir *ir;
	bool yara_only;
	uint32_t nimported;

	struct source *src;
	struct token tok[3]; /* the next ones */
	unsigned ntok;
	uint32_t line;        /* where YARA's reader stands */
	uint32_t string_line; /* what YARA says instead while it reads a string; or 0 */
	unsigned quiet;       /* tokens until a syntax error is told again, as bison */
	bool spent;           /* ERR_LIMIT while a token was read */
	uint64_t work;        /* see PARSE_WORK_MAX */

	uint32_t ns;
	struct names rules;   /* name in namespace: index of the rule */
	struct names exts;    /* name: index */
	struct names fields;  /* field of a fact table: row */
	struct names imports; /* module in namespace: index */
	struct names frozen; /* prefix used by a wildcard in namespace: index in prefix */
	struct names ns_names; /* namespace: index */
	struct names patterns; /* everything that makes a pattern: index */
	struct prefix *prefix;
	uint32_t *prefix_lens; /* distinct lengths of the frozen prefixes */
	size_t nprefix, prefix_cap, nprefix_lens, prefix_lens_cap, rules_cap,
	    patterns_cap, ns_cap;

	/* the rule being read */
	struct ir_rule *rule;  /* NULL outside of rules */
	const char *rule_name; /* for messages: YARA keeps it after an error */
	uint32_t rule_index;
	struct names strings; /* name: index in string */
	struct rule_string *string;
	size_t nstrings, strings_cap;
	struct ir_meta *meta; /* of the rule being read; reused */
	size_t metas_cap;
	struct bytes *tag;
	size_t tags_cap;
	struct scope_var *var; /* loop variables, innermost last */
	size_t nvars, vars_cap;
	uint32_t nslots;
	unsigned loops;      /* nesting of for */
	bool in_for_of;      /* $ # @ ! stand for the current string */
	uint32_t for_of_var; /* its slot */
	const uint32_t *for_of_set;
	uint32_t for_of_nset;
	unsigned depth; /* of the recursion */
};

/* parse.c: the text */

/* The kind of the next token; reads it when that has not been done. */
enum tok parse_peek(struct parser *p);
/* The kind of the n-th token behind it (1 or 2). YARA's reader does not move. */
enum tok parse_peek_at(struct parser *p, unsigned n);
/* Takes the next token. */
struct token parse_take(struct parser *p);
/* Takes the next token if it is of that kind. */
bool parse_accept(struct parser *p, enum tok kind);
/* Takes a token of that kind; else the syntax error that nothing else can stand here. */
MUST_USE enum err parse_expect(struct parser *p, enum tok kind, struct token *out);

/* Where a token stands. */
struct place place_of(const struct token *t);

/* "syntax error, unexpected X", with ", expecting LIST" unless that is NULL. */
MUST_USE enum err parse_syntax_error(struct parser *p, const char *list);
/* The error that fmt says, at the line where the reader stands. */
MUST_USE enum err parse_fail(struct parser *p, struct place at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void parse_warning(struct parser *p, struct place at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* What YARA does not say, and its text means all the same. */
void parse_hint(struct parser *p, struct place at, const char *text);

/* Bytes as a %s argument; a NUL ends them, as in YARA. "" when the arena is spent. */
const char *parse_str(struct parser *p, struct bytes s);
/* Charges work; ERR_LIMIT when too much was done. */
MUST_USE enum err parse_charge(struct parser *p, uint64_t n);

/* Reads one source to its end. ERR_LIMIT only; errors are in the diags. */
MUST_USE enum err parse_source(struct parser *p, const struct rules_source *src);

/* parse_rule.c */
MUST_USE enum err parse_rule(struct parser *p);
MUST_USE enum err parse_import(struct parser *p);

/* parse_string.c: from `strings:` up to `condition` */
MUST_USE enum err parse_strings(struct parser *p);

/* parse_expr.c */
MUST_USE enum err parse_boolean(struct parser *p, struct ex *out);  /* IR_BOOL */
MUST_USE enum err parse_argument(struct parser *p, struct ex *out); /* any type */
MUST_USE enum err parse_primary(struct parser *p, struct ex *out);  /* with operators */
MUST_USE enum err parse_depth_enter(struct parser *p, struct place at);
void parse_depth_leave(struct parser *p);

/* parse_operand.c */
MUST_USE enum err parse_operand(struct parser *p, struct ex *out);
MUST_USE enum err parse_identifier(struct parser *p, struct ex *out);
/* `( A .. B )` */
MUST_USE enum err parse_range(struct parser *p, struct ex *lo, struct ex *hi);
MUST_USE enum err parse_range_check(struct parser *p, struct ex *lo, struct ex *hi);

/* parse_loop.c */
MUST_USE enum err parse_for(struct parser *p, struct ex *out);
MUST_USE enum err parse_with(struct parser *p, struct ex *out);
MUST_USE enum err loop_body(struct parser *p, struct ex *out);

/* parse_set.c: q is the quantifier's number, or has no node */
struct quantifier {
	enum ir_quant quant;
	struct ex n;
	struct place place;
};
MUST_USE enum err parse_quantifier(struct parser *p, struct quantifier *out);
MUST_USE enum err parse_of(struct parser *p, const struct quantifier *q, struct ex *out);
MUST_USE enum err quantifier_number(
    struct parser *p, struct ex n, struct quantifier *out);
MUST_USE enum err parse_string_set(struct parser *p, struct ir_loop *loop);

/* sema.c: nodes */
MUST_USE enum err node_new(
    struct parser *p, enum ir_op op, enum ir_type type, struct place at, struct ex *out);
/* The kids of out->node; out->depth becomes theirs and one. */
MUST_USE enum err node_kids(
    struct parser *p, struct ex *out, const struct ex *kid, uint32_t n);
MUST_USE enum err node_const_int(
    struct parser *p, int64_t v, struct place at, struct ex *out);
/* x as a boolean operand. */
MUST_USE enum err sema_truth(struct parser *p, struct ex *x);
MUST_USE enum err sema_unary(
    struct parser *p, enum tok op, struct place at, struct ex *x);
MUST_USE enum err sema_binary(struct parser *p, const struct token *op,
    const struct ex *a, const struct ex *b, struct ex *out);
/* The error of an operator that cannot work on x. */
MUST_USE enum err sema_wrong_type(struct parser *p, const struct ex *x, const char *op);

/* sema_name.c: identifiers, fields, calls */
MUST_USE enum err sema_name(struct parser *p, const struct token *t, struct ex *out);
/* The value of a rule of the namespace. */
MUST_USE enum err sema_rule(
    struct parser *p, uint32_t index, struct place at, struct ex *out);
MUST_USE enum err sema_field(struct parser *p, const struct token *t, struct ex *x);
MUST_USE enum err sema_index(struct parser *p, const struct ex *index, struct ex *x);
MUST_USE enum err sema_call(
    struct parser *p, const struct ex *arg, uint32_t nargs, struct ex *x);
/* x as a value: structs, arrays and functions are none. */
MUST_USE enum err sema_value(struct parser *p, struct ex *x);
/* Is x an array, or a dictionary? */
bool sema_is_container(const struct ex *x, enum fact_type type);
/* Type and schema of the elements of an array or dictionary. */
void sema_element(const struct fact *row, struct scope_var *out);
const struct scope_var *scope_find(const struct parser *p, struct bytes name);
MUST_USE enum err scope_push(struct parser *p, const struct scope_var *v);

/* sema_string.c: $a and its kin, and what conditions use patterns for */
MUST_USE enum err sema_string(
    struct parser *p, const struct token *t, enum ir_op op, struct ex *out);
MUST_USE enum err sema_string_find(
    struct parser *p, const struct token *t, uint32_t *out);
void sema_string_use(struct parser *p, uint32_t index, uint32_t use);

/* sema_pattern.c */
MUST_USE enum err sema_pattern(struct parser *p, const struct token *name,
    const struct token *body, struct ir_pattern *want, struct ir_pattern **out);
