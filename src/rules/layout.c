/*
 * layout.c - the decisions of format.c about one gap: is there a blank, a new line, how
 * far is it indented? A table of tokens, and few exceptions.
 */
#include "rules/layout.h"

#include <assert.h>

#include "rules/format.h"

/* Behind these an operand begins: so a minus is a sign, not an operator. */
static bool
before_operand(enum tok k)
{
	switch (k) {
	case TOK_IDENT:
	case TOK_STR:
	case TOK_STR_COUNT:
	case TOK_STR_OFFSET:
	case TOK_STR_LENGTH:
	case TOK_NUMBER:
	case TOK_FLOAT:
	case TOK_TEXT:
	case TOK_REGEX:
	case TOK_FILESIZE:
	case TOK_ENTRYPOINT:
	case TOK_TRUE:
	case TOK_FALSE:
	case TOK_RPAREN:
	case TOK_RBRACKET: return false;
	default: return true;
	}
}

/* What takes its arguments without a blank: a name, uint16, xor, base64. */
static bool
is_called(enum tok k)
{
	return k == TOK_IDENT || k == TOK_READ || k == TOK_XOR || k == TOK_BASE64 ||
	       k == TOK_BASE64WIDE;
}

static bool
is_set_end(enum tok k)
{
	return k == TOK_COMMA || k == TOK_RPAREN;
}

/* Does a blank go between t[-1] and t[0]? */
static bool
spaced(const struct layout *l, const struct token *t)
{
	enum tok a = t[-1].kind, b = t[0].kind;

	switch (a) {
	case TOK_LPAREN:
	case TOK_LBRACKET:
	case TOK_DOT:
	case TOK_DOTS:
	case TOK_TILDE: return false;
	case TOK_MINUS:
		if (before_operand(t[-2].kind))
			return false;
		break;
	default: break;
	}
	switch (b) {
	case TOK_RPAREN:
	case TOK_RBRACKET:
	case TOK_COMMA:
	case TOK_DOT:
	case TOK_DOTS:
	case TOK_LBRACKET: return false;
	case TOK_LPAREN: return !is_called(a);
	case TOK_PERCENT: return t[1].kind != TOK_OF;
	case TOK_STAR: return a != TOK_IDENT || !is_set_end(t[1].kind); /* (rule_*) */
	case TOK_COLON: return l->part != LAYOUT_BODY;
	default: return true;
	}
}

static bool
is_section(enum tok k)
{
	return k == TOK_META || k == TOK_STRINGS || k == TOK_CONDITION;
}

static void
enter(struct layout *l, enum layout_part part)
{
	l->part = part;
	l->first = true;
	l->depth = 0;
}

/* Between rules: what a token begins there. */
static bool
top(struct layout *l, const struct token *t, struct layout_place *p)
{
	enum tok k = t->kind, before = l->last_top;

	if (k == TOK_EOF)
		return true;
	if (before == TOK_IMPORT && t[-1].kind == TOK_IMPORT)
		return k == TOK_TEXT;
	if (k == TOK_IMPORT || k == TOK_INCLUDE) {
		p->brk = before == TOK_IMPORT || before == TOK_INCLUDE ? LAYOUT_LINE
								       : LAYOUT_BLANK;
		l->last_top = k;
		return true;
	}
	if (k != TOK_RULE && k != TOK_GLOBAL && k != TOK_PRIVATE)
		return false;
	p->brk = LAYOUT_BLANK;
	l->last_top = TOK_RULE;
	enter(l, LAYOUT_HEAD);
	return true;
}

static bool
head(struct layout *l, const struct token *t)
{
	switch (t->kind) {
	case TOK_LBRACE:
		enter(l, LAYOUT_BODY);
		l->section = TOK_EOF;
		return true;
	case TOK_RULE:
	case TOK_GLOBAL:
	case TOK_PRIVATE:
	case TOK_IDENT:
	case TOK_COLON: return true;
	default: return false;
	}
}

/* A section's keyword and its colon. */
static bool
body(struct layout *l, const struct token *t, struct layout_place *p)
{
	if (l->section == TOK_EOF && is_section(t->kind)) {
		p->brk = LAYOUT_LINE;
		p->level = p->comment = 1;
		l->section = t->kind;
		return true;
	}
	if (l->section == TOK_EOF || t->kind != TOK_COLON)
		return false;
	enter(l, l->section == TOK_META      ? LAYOUT_META
		 : l->section == TOK_STRINGS ? LAYOUT_STRINGS
					     : LAYOUT_CONDITION);
	return true;
}

/* A keyword ends a section, and a brace the rule. */
static bool
section_ends(struct layout *l, const struct token *t, struct layout_place *p)
{
	p->comment = 2;
	if (t->kind == TOK_RBRACE) {
		p->brk = LAYOUT_LINE;
		p->level = 0;
		enter(l, LAYOUT_TOP);
		return true;
	}
	if (!is_section(t->kind) || l->part == LAYOUT_CONDITION)
		return false;
	p->brk = LAYOUT_LINE;
	p->level = 1;
	enter(l, LAYOUT_BODY);
	l->section = t->kind;
	return true;
}

/* Metas and strings: each begins a line. */
static bool
entry(struct layout *l, const struct token *t, struct layout_place *p)
{
	bool named = t->kind == (l->part == LAYOUT_META ? TOK_IDENT : TOK_STR);

	if (named && t[1].kind == TOK_ASSIGN) {
		p->brk = LAYOUT_LINE;
		p->level = p->comment = 2;
		l->first = false;
	} else {
		p->level = p->comment = 3;
	}
	return t->kind != TOK_EOF && !l->first;
}

static bool
condition(struct layout *l, const struct token *t, struct layout_place *p)
{
	bool opens = t->kind == TOK_LPAREN || t->kind == TOK_LBRACKET;
	bool closes = t->kind == TOK_RPAREN || t->kind == TOK_RBRACKET;

	p->brk = l->first ? LAYOUT_LINE : LAYOUT_KEEP;
	l->first = false;
	p->comment = l->depth + 2;
	if (closes && l->depth-- == 0)
		return false;
	p->level = l->depth + 2;
	l->depth += opens;
	return t->kind != TOK_EOF && t->kind != TOK_LBRACE;
}

bool
layout_next(struct layout *l, const struct token *t, struct layout_place *out)
{
	bool ok = false;

	*out = (struct layout_place){ .brk = LAYOUT_SAME };
	out->space = spaced(l, t);
	switch (l->part) {
	case LAYOUT_TOP: ok = top(l, t, out); break;
	case LAYOUT_HEAD: ok = head(l, t); break;
	case LAYOUT_BODY: ok = body(l, t, out); break;
	case LAYOUT_META:
	case LAYOUT_STRINGS: ok = section_ends(l, t, out) || entry(l, t, out); break;
	case LAYOUT_CONDITION:
		ok = section_ends(l, t, out) || condition(l, t, out);
		break;
	}
	out->level = out->level < FORMAT_LEVELS ? out->level : FORMAT_LEVELS;
	out->comment = out->comment < FORMAT_LEVELS ? out->comment : FORMAT_LEVELS;
	return ok;
}

enum err
layout_tokens(struct arena *a, struct bytes text, struct token **out, size_t *n)
{
	struct token *t = NULL;
	struct lexer lex;
	size_t cap = 0;

	assert(text.p != NULL);
	lex_init(&lex, text, a, false);
	for (*n = 0;; ++*n) {
		if (*n + LAYOUT_PAD + 1 >= cap)
			t = arena_grow(a, t, &cap, *n + LAYOUT_PAD + 2, sizeof(*t));
		if (t == NULL)
			return ERR_LIMIT;
		if (*n == 0)
			memset(t, 0, LAYOUT_PAD * sizeof(*t));
		t[*n + LAYOUT_PAD + 1] = (struct token){ .kind = TOK_EOF };
		TRY(lex_next(&lex, &t[*n + LAYOUT_PAD]));
		if (t[*n + LAYOUT_PAD].kind == TOK_EOF ||
		    t[*n + LAYOUT_PAD].kind == TOK_ERROR)
			break;
	}
	*out = t + LAYOUT_PAD;
	return OK;
}

static bool
is_end(const struct token *t)
{
	return t->kind == TOK_EOF || t->kind == TOK_ERROR;
}

enum err
layout_go_on(struct layout_window *w)
{
	if (is_end(&w->at[LAYOUT_PAD]))
		return OK;
	memmove(&w->at[0], &w->at[1], (LAYOUT_PAD + 1) * sizeof(w->at[0]));
	w->at[LAYOUT_PAD + 1] = (struct token){ .kind = TOK_EOF };
	return is_end(&w->at[LAYOUT_PAD]) ? OK
					  : lex_next(&w->lex, &w->at[LAYOUT_PAD + 1]);
}

enum err
layout_first(struct layout_window *w, struct arena *a, struct bytes text)
{
	assert(text.p != NULL);
	*w = (struct layout_window){ 0 };
	lex_init(&w->lex, text, a, false);
	TRY(lex_next(&w->lex, &w->at[LAYOUT_PAD]));
	return is_end(&w->at[LAYOUT_PAD]) ? OK
					  : lex_next(&w->lex, &w->at[LAYOUT_PAD + 1]);
}
