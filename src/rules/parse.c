/*
 * parse.c - tokens, includes, and errors where YARA would report them: the reader takes
 * a token no earlier than YARA's does, as its line is in the message. Includes are
 * bounded in depth, names compared by wildcards in number.
 */
#include "rules/parse.h"

#include <stdarg.h>
#include <stdio.h>

#define SOURCE_LINE_MAX 1000 /* bytes of a line that a message shows */
#define QUIET_TOKENS    3    /* bison tells no error within so many of the last */

struct place
place_of(const struct token *t)
{
	return (struct place){ t->text.p, t->line, t->col, t->width };
}

const char *
parse_str(struct parser *p, struct bytes s)
{
	const char *copy = arena_str(p->arena, s);

	return copy ? copy : "";
}

enum err
parse_charge(struct parser *p, uint64_t n)
{
	p->work += n;
	return p->work > PARSE_WORK_MAX ? ERR_LIMIT : OK;
}

/* The line of the source that holds at, or NULL. */
static const char *
source_line(struct parser *p, struct place at)
{
	const struct bytes text = p->src->src.text;
	const uint8_t *bol, *eol;
	size_t n;

	if (at.at < text.p || at.at > text.p + text.n || at.col > SOURCE_LINE_MAX)
		return NULL;
	bol = at.at - (at.col - 1);
	n = (size_t)(text.p + text.n - bol);
	eol = memchr(bol, '\n', n);
	n = eol ? (size_t)(eol - bol) : n;
	n = n > SOURCE_LINE_MAX ? SOURCE_LINE_MAX : n;
	return parse_str(p, (struct bytes){ bol, n });
}

static void
tell(struct parser *p, enum diag_kind kind, struct place at, const char *text)
{
	struct diag d = { .kind = kind,
		.file = p->src->src.file,
		.rule = p->rule_name,
		.line = p->string_line ? p->string_line : p->line,
		.col = at.col,
		.width = at.width,
		.text = text,
		.source_line = at.line };

	d.source = source_line(p, at);
	diag_add(p->env->diags, &d);
}

/* An error of the text below the parser: its own state stays as it is. */
static void
complain(struct parser *p, const struct token *t, const char *text)
{
	p->line = t->end_line;
	tell(p, DIAG_ERROR, place_of(t), text);
	p->string_line = 0;
}

enum err
parse_fail(struct parser *p, struct place at, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	if (p->spent)
		return ERR_LIMIT;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	tell(p, DIAG_ERROR, at, text);
	p->string_line = 0;
	p->quiet = QUIET_TOKENS;
	return ERR_SYNTAX;
}

void
parse_warning(struct parser *p, struct place at, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	tell(p, DIAG_WARNING, at, text);
}

void
parse_hint(struct parser *p, struct place at, const char *text)
{
	tell(p, DIAG_HINT, at, text);
}

/* Opens the file; false when it cannot be read, which has been told. */
static bool
include_open(struct parser *p, const struct token *t, struct rules_source *src)
{
	const struct rules_env *env = p->env;
	const char *text;

	if (env->include == NULL || env->flags & RULES_NO_INCLUDES) {
		complain(p, t, "includes are disabled");
		p->src->lex.terminated = true;
		return false;
	}
	if (env->include(env->include_arg, p->src->src.file, t->s, src) == OK)
		return true;
	text = arena_printf(p->arena, "can't open include file: %s", parse_str(p, t->s));
	complain(p, t, text ? text : "can't open include file");
	return false;
}

/* Puts an included file on the stack. YARA goes on behind one that it cannot open. */
static enum err
include_push(struct parser *p, const struct token *t)
{
	struct source *s = ARENA_NEW(p->arena, struct source);

	if (s == NULL)
		return ERR_LIMIT;
	if (!include_open(p, t, &s->src))
		return OK;
	for (const struct source *i = p->src; i != NULL; i = i->below) {
		if (strcmp(i->src.file, s->src.file) == 0) {
			complain(p, t, "includes circular reference");
			p->src->lex.terminated = true;
			return OK;
		}
	}
	if (p->src->depth + 1 >= PARSE_INCLUDES_MAX) {
		complain(p, t, "includes depth exceeded");
		p->src->lex.terminated = true;
		return OK;
	}
	s->below = p->src;
	s->depth = p->src->depth + 1;
	lex_init(&s->lex, s->src.text, p->arena, p->yara_only);
	p->src = s;
	return OK;
}

/*
 * Reads a token; includes and errors of the text are seen to here. Where a file
 * ends YARA's reader has already left it: its line is the one of the including
 * file, or 0.
 */
static struct token
read_token(struct parser *p)
{
	struct token t = { .kind = TOK_EOF };

	for (;;) {
		if (p->spent || lex_next(&p->src->lex, &t) != OK) {
			p->spent = true;
			t.kind = TOK_EOF;
			return t;
		}
		if (t.kind != TOK_INCLUDE)
			break;
		p->spent = include_push(p, &t) != OK;
	}
	if (t.kind == TOK_ERROR) {
		complain(p, &t, parse_str(p, t.s));
		t.kind = TOK_EOF;
	} else if (t.kind == TOK_EOF && !p->src->lex.terminated) {
		t.kind = p->src->below ? TOK_END_INCLUDE : TOK_EOF;
		t.end_line = p->src->below ? p->src->below->lex.line : 0;
	}
	return t;
}

enum tok
parse_peek_at(struct parser *p, unsigned n)
{
	uint32_t line = p->line;

	while (p->ntok <= n)
		p->tok[p->ntok++] = read_token(p);
	p->line = line;
	return p->tok[n].kind;
}

enum tok
parse_peek(struct parser *p)
{
	(void)parse_peek_at(p, 0);
	p->line = p->tok[0].end_line;
	return p->tok[0].kind;
}

struct token
parse_take(struct parser *p)
{
	struct token t;

	(void)parse_peek(p);
	t = p->tok[0];
	p->ntok--;
	for (unsigned i = 0; i < p->ntok; i++)
		p->tok[i] = p->tok[i + 1];
	if (p->quiet > 0)
		p->quiet--;
	return t;
}

bool
parse_accept(struct parser *p, enum tok kind)
{
	if (parse_peek(p) != kind)
		return false;
	(void)parse_take(p);
	return true;
}

/*
 * bison's way: silent within three tokens of the last error; a token that is wrong
 * right behind an error is skipped.
 */
enum err
parse_syntax_error(struct parser *p, const char *list)
{
	enum tok kind = parse_peek(p);
	enum err e = ERR_SYNTAX;

	if (p->spent)
		return ERR_LIMIT;
	if (p->quiet == 0)
		e = parse_fail(p, place_of(&p->tok[0]), "syntax error, unexpected %s%s%s",
		    tok_name(kind), list ? ", expecting " : "", list ? list : "");
	else if (p->quiet == QUIET_TOKENS && kind != TOK_EOF)
		(void)parse_take(p);
	p->quiet = QUIET_TOKENS;
	return e;
}

enum err
parse_expect(struct parser *p, enum tok kind, struct token *out)
{
	if (parse_peek(p) != kind)
		return parse_syntax_error(p, tok_name(kind));
	*out = parse_take(p);
	return OK;
}

static enum err
include_pop(struct parser *p)
{
	(void)parse_take(p);
	p->line = p->src->below->lex.line;
	p->src = p->src->below;
	return OK;
}

/* One declaration. What is none is skipped, as bison's error recovery does. */
static enum err
parse_one(struct parser *p, enum tok kind)
{
	switch (kind) {
	case TOK_RULE:
	case TOK_PRIVATE:
	case TOK_GLOBAL: return parse_rule(p);
	case TOK_IMPORT: return parse_import(p);
	case TOK_END_INCLUDE: return include_pop(p);
	default: return parse_syntax_error(p, NULL);
	}
}

enum err
parse_source(struct parser *p, const struct rules_source *src)
{
	struct source s = { .src = *src };
	enum err e = OK;

	lex_init(&s.lex, src->text, p->arena, p->yara_only);
	p->src = &s;
	p->ntok = 0;
	p->quiet = 0;
	p->line = 1;
	p->rule_name = NULL;
	for (enum tok t; e != ERR_LIMIT && (t = parse_peek(p)) != TOK_EOF;)
		e = parse_one(p, t);
	if (p->spent)
		e = ERR_LIMIT;
	return e == ERR_LIMIT ? ERR_LIMIT : OK;
}
