/*
 * token.h - a rule source cut into YARA's tokens.
 *
 * The language is lexed without context: what opens with a brace and holds only
 * hex digits, jumps, alternatives and comments is a hex string wherever it
 * stands, and a slash always opens a regular expression. Tokens borrow from the
 * source; only text strings with escapes are copied to the arena. Nothing here
 * reports: what is wrong with the text comes as a TOK_ERROR that says so.
 */
#pragma once

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

/*
 * In the order of YARA's grammar: its messages list expected tokens in it. The
 * names are shown as they stand here.
 */
#define TOKENS(X)                                                \
	X(EOF, "end of file")                                    \
	X(END_INCLUDE, "end of included file")                   \
	X(DOTS, "..")                                            \
	X(RULE, "<rule>")                                        \
	X(PRIVATE, "<private>")                                  \
	X(GLOBAL, "<global>")                                    \
	X(META, "<meta>")                                        \
	X(STRINGS, "<strings>")                                  \
	X(CONDITION, "<condition>")                              \
	X(IDENT, "identifier")                                   \
	X(STR, "string identifier")                              \
	X(STR_COUNT, "string count")                             \
	X(STR_OFFSET, "string offset")                           \
	X(STR_LENGTH, "string length")                           \
	X(STR_WILD, "string identifier with wildcard")           \
	X(NUMBER, "integer number")                              \
	X(FLOAT, "floating point number")                        \
	X(READ, "integer function")                              \
	X(TEXT, "text string")                                   \
	X(HEX, "hex string")                                     \
	X(REGEX, "regular expression")                           \
	X(ASCII, "<ascii>")                                      \
	X(WIDE, "<wide>")                                        \
	X(XOR, "<xor>")                                          \
	X(BASE64, "<base64>")                                    \
	X(BASE64WIDE, "<base64wide>")                            \
	X(NOCASE, "<nocase>")                                    \
	X(FULLWORD, "<fullword>")                                \
	X(AT, "<at>")                                            \
	X(FILESIZE, "<filesize>")                                \
	X(ENTRYPOINT, "<entrypoint>")                            \
	X(ALL, "<all>")                                          \
	X(ANY, "<any>")                                          \
	X(NONE, "<none>")                                        \
	X(IN, "<in>")                                            \
	X(OF, "<of>")                                            \
	X(FOR, "<for>")                                          \
	X(THEM, "<them>")                                        \
	X(MATCHES, "<matches>")                                  \
	X(CONTAINS, "<contains>")                                \
	X(STARTSWITH, "<startswith>")                            \
	X(ENDSWITH, "<endswith>")                                \
	X(ICONTAINS, "<icontains>")                              \
	X(ISTARTSWITH, "<istartswith>")                          \
	X(IENDSWITH, "<iendswith>")                              \
	X(IEQUALS, "<iequals>")                                  \
	X(IMPORT, "<import>")                                    \
	X(TRUE, "<true>")                                        \
	X(FALSE, "<false>")                                      \
	X(OR, "<or>")                                            \
	X(AND, "<and>")                                          \
	X(NOT, "<not>")                                          \
	X(DEFINED, "<defined>")                                  \
	X(EQ, "==")                                              \
	X(NE, "!=")                                              \
	X(LT, "<")                                               \
	X(LE, "<=")                                              \
	X(GT, ">")                                               \
	X(GE, ">=")                                              \
	X(SHL, "<<")                                             \
	X(SHR, ">>")                                             \
	X(BAR, "'|'")                                            \
	X(CARET, "'^'")                                          \
	X(AMP, "'&'")                                            \
	X(PLUS, "'+'")                                           \
	X(MINUS, "'-'")                                          \
	X(STAR, "'*'")                                           \
	X(DIV, "'\\\\'")                                         \
	X(PERCENT, "'%'")                                        \
	X(TILDE, "'~'")                                          \
	X(LBRACE, "'{'")                                         \
	X(RBRACE, "'}'")                                         \
	X(COLON, "':'")                                          \
	X(ASSIGN, "'='")                                         \
	X(LPAREN, "'('")                                         \
	X(RPAREN, "')'")                                         \
	X(DOT, "'.'")                                            \
	X(LBRACKET, "'['")                                       \
	X(RBRACKET, "']'")                                       \
	X(COMMA, "','")                                          \
	X(OTHER, "invalid token") /* any other character */      \
	X(INCLUDE, "include")     /* never seen by the parser */ \
	X(ERROR, "error")

/* The kinds of tokens, from the table above. */
enum tok {
#define TOK_ENUM(name, text) TOK_##name,
	TOKENS(TOK_ENUM)
#undef TOK_ENUM
	    TOK_COUNT
};

/* Width and kind of an integer function: as in ir_read. */
struct tok_read {
	uint8_t width;
	bool sign, big, flt;
};

struct token {
	enum tok kind;
	uint32_t line, col,
	    width;         /* where it begins; width in bytes, of its first line */
	uint32_t end_line; /* where the reader stands behind it */
	struct bytes text; /* as written */
	/*
	 * TEXT: the bytes. HEX: what is between the braces. REGEX: what is between
	 * the slashes, \/ still in it. INCLUDE: the path. ERROR: the message.
	 */
	struct bytes s;
	union {
		int64_t i;
		double f;
		struct tok_read read;
		struct {
			bool nocase, dotall;
		} re;
	} u;
};

struct lexer {
	const uint8_t *p, *end;
	const uint8_t *bol; /* where the line begins */
	uint32_t line;
	bool yara_only;  /* no _ in numbers, no \0, identifiers of 128 */
	bool terminated; /* an error ended the text: only TOK_EOF follows */
	struct arena *arena;
};

/*
 * A lexer at the start of text, which is borrowed. yara_only: what only YARA-X knows are
 * no words.
 */
void lex_init(struct lexer *lx, struct bytes text, struct arena *a, bool yara_only);

/* The next token; TOK_EOF for ever at the end. ERR_LIMIT: the arena is spent. */
MUST_USE enum err lex_next(struct lexer *lx, struct token *out);

/* "<true>", "'{'", "text string" ...; never NULL. */
const char *tok_name(enum tok kind);

/* uint8 .. int32be; with X also int64, uint64, float32, float64 and their be. */
bool tok_read_find(struct bytes name, bool x, struct tok_read *out);
