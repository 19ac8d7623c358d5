/*
 * fix.c - mending classic mistakes, token by token, and only where one way to mend is
 * right: a text that compiled before compiles afterwards, one that did not never gets
 * worse, and nothing is removed that meant something.
 */
#include <stdio.h>

#include "rules/fix_escape.h"
#include "rules/fix_in.h"
#include "rules/fix_slash.h"
#include "rules/ir.h"

struct diag
fix_hint(const struct fix *f, const struct token *t)
{
	return (struct diag){ .kind = DIAG_HINT,
		.file = f->file,
		.line = t->line,
		.col = t->col,
		.width = t->width };
}

void
fix_say(struct fix *f, const struct token *t, const char *what)
{
	struct diag d = fix_hint(f, t);

	diag_addf(&f->said, &d, "mended: %s", what);
}

/* Writes what stands up to t. */
void
fix_copy(struct fix *f, const uint8_t *to)
{
	size_t end = (size_t)(to - f->text.p);

	buf_put(f->out, f->text.p + f->at, end - f->at);
	f->at = end;
}

/* Instead of the token: with. */
void
fix_instead(struct fix *f, const struct token *t, const char *with, const char *what)
{
	fix_copy(f, t->text.p);
	buf_str(f->out, with);
	f->at += t->text.n;
	fix_say(f, t, what);
}

static void
drop(struct fix *f, const struct token *t, const char *what)
{
	/* a blank before it goes too, where another stays behind it */
	fix_copy(f, t->text.p);
	if (f->out->n > 0 && f->out->p[f->out->n - 1] == ' ')
		f->out->n--;
	f->at += t->text.n;
	fix_say(f, t, what);
}

/* --- strings ---------------------------------------------------------------- */

static bool
is_modifier(enum tok k)
{
	return k == TOK_ASCII || k == TOK_WIDE || k == TOK_NOCASE || k == TOK_FULLWORD ||
	       k == TOK_PRIVATE;
}

/* Is the modifier there between a string's body and what is before it? */
static bool
has_modifier(const struct token *body, enum tok k, const struct token *before)
{
	for (const struct token *t = body + 1; t < before; t++)
		if (t->kind == k)
			return true;
	return false;
}

static bool
has_letters(struct bytes s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] | 0x20) >= 'a' && (s.p[i] | 0x20) <= 'z')
			return true;
	return false;
}

/* A body that means itself: letters, digits, blanks, as a regex and as a text. */
static bool
is_plain(const struct token *t)
{
	if (t->kind != TOK_REGEX || t->s.n == 0 || t->u.re.nocase || t->u.re.dotall)
		return false;
	for (size_t i = 0; i < t->s.n; i++) {
		uint8_t c = t->s.p[i];

		if (c != ' ' && c != '_' && !(c >= '0' && c <= '9') &&
		    !has_letters((struct bytes){ &c, 1 }))
			return false;
	}
	return true;
}

/* The body of the string whose modifier t is. */
static const struct token *
body_of(struct fix *f, const struct token *t)
{
	for (; t->kind != TOK_ASSIGN && t->kind != TOK_EOF; t--)
		f->steps++;
	return t + 1;
}

static void
fix_modifier(struct fix *f, const struct token *t)
{
	const struct token *body = body_of(f, t);

	if (has_modifier(body, t->kind, t))
		drop(f, t, "a modifier given twice");
	else if (t->kind == TOK_NOCASE && body->kind == TOK_TEXT && !has_letters(body->s))
		drop(f, t, "nocase, where there are no letters");
}

static void
fix_name(struct fix *f, const struct token *t)
{
	struct bytes name = bytes_from(t->text, 1);
	const struct token *condition = t;

	for (; condition->kind != TOK_CONDITION && condition->kind != TOK_RBRACE &&
	       condition->kind != TOK_EOF;
	     condition++)
		f->steps++;
	if (name.n == 0 || name.p[0] == '_' || condition->kind != TOK_CONDITION ||
	    fix_is_asked(f, condition, name) ||
	    fix_is_declared(f, condition, name, true) || fix_is_meant(f, condition, name))
		return;
	fix_copy(f, t->text.p + 1);
	buf_u8(f->out, '_');
	fix_say(f, t, "a string nobody asks for has a name that says so");
}

static void
fix_string(struct fix *f, const struct token *t)
{
	if (t->kind == TOK_STR && t[1].kind == TOK_ASSIGN)
		fix_name(f, t);
	else if (is_modifier(t->kind))
		fix_modifier(f, t);
	else if (is_plain(t)) {
		char *text = arena_printf(f->env->arena, "\"%.*s\"",
		    (int)(t->s.n < 8000 ? t->s.n : 0), (const char *)t->s.p);

		if (text != NULL && t->s.n < 8000)
			fix_instead(f, t, text, "a regular expression that is a text");
	}
}

/* --- the rest of a rule ----------------------------------------------------- */

/* Is the tag there before, behind the colon? */
static void
fix_tag(struct fix *f, const struct token *t)
{
	const struct token *p = t - 1;
	bool again = false;

	for (; p->kind == TOK_IDENT; p--, f->steps++)
		again |= bytes_eq(p->text, t->text);
	if (p->kind == TOK_COLON && again)
		drop(f, t, "a tag given twice");
}

/* A section with nothing in it, which YARA does not know; t: its keyword. */
static void
fix_section(struct fix *f, const struct token *t)
{
	if ((t->kind != TOK_META && t->kind != TOK_STRINGS) || t[1].kind != TOK_COLON ||
	    (t[2].kind != TOK_STRINGS && t[2].kind != TOK_CONDITION))
		return;
	fix_copy(f, t->text.p);
	f->at = (size_t)(t[2].text.p - f->text.p);
	fix_say(f, t, "a section without anything in it");
}

/* Two strings of one name: which is meant where, only their author knows. */
static void
tell_twin(struct fix *f, const struct token *t)
{
	struct diag d = fix_hint(f, t);
	struct bytes name = bytes_from(t->text, 1);

	if (t->kind == TOK_STR && t[1].kind == TOK_ASSIGN && name.n > 0 &&
	    fix_is_declared(f, t, name, false))
		diag_addf(&f->twins, &d,
		    "not mended: the string $%.*s is there twice; give one of them "
		    "another "
		    "name, and ask for both where the one was meant",
		    (int)(name.n < 100 ? name.n : 100), (const char *)name.p);
}

/* --- imports ------------------------------------------------------------------ */

/* A name is used as a module's: before a dot each time that it stands alone. */
static bool
is_used(const struct token *t, struct bytes name)
{
	bool used = false;

	for (; t->kind != TOK_EOF; t++) {
		if (t->kind != TOK_IDENT || t[-1].kind == TOK_DOT ||
		    !bytes_eq(t->text, name))
			continue;
		if (t[1].kind != TOK_DOT)
			return false;
		used = true;
	}
	return used;
}

static bool
is_imported(
    struct fix *f, const struct token *t, const struct token *end, struct bytes name)
{
	for (; t != end && t->kind != TOK_EOF; t++, f->steps++)
		if (t->kind == TOK_IMPORT && t[1].kind == TOK_TEXT &&
		    bytes_eq(t[1].s, name))
			return true;
	return false;
}

static void
add_imports(struct fix *f)
{
	for (size_t i = 0; i < f->env->nmodules; i++) {
		struct bytes name = bytes_of(f->env->modules[i].name);
		char what[100];

		if (!is_used(f->tok, name) || is_imported(f, f->tok, NULL, name))
			continue;
		fix_copy(f, f->tok->text.p);
		buf_printf(f->out, "import \"%s\"\n", f->env->modules[i].name);
		snprintf(what, sizeof(what), "module %s is used, and was not imported",
		    f->env->modules[i].name);
		fix_say(f, f->tok, what);
	}
}

static void
fix_import(struct fix *f, const struct token *t)
{
	if (t[1].kind != TOK_TEXT || !is_imported(f, f->tok, t, t[1].s))
		return;
	fix_copy(f, t->text.p);
	fix_say(f, t, "an import given twice");
	f->at = (size_t)(t[1].text.p + t[1].text.n - f->text.p);
	if (f->at < f->text.n && f->text.p[f->at] == '\n')
		f->at++;
}

/* --- a file ------------------------------------------------------------------- */

/* Where rules go on behind one that makes no sense: its closing brace, and a rule. */
static const struct token *
next_rule(struct fix *f, const struct token *t)
{
	for (; t->kind != TOK_EOF; t++, f->steps++)
		if (t[-1].kind == TOK_RBRACE &&
		    (t->kind == TOK_RULE || t->kind == TOK_PRIVATE ||
			t->kind == TOK_GLOBAL || t->kind == TOK_IMPORT))
			return t;
	return NULL;
}

/* Is the rule there as a whole? Of one that a broken token cuts nothing can be told. */
static bool
is_whole(struct fix *f, const struct token *t)
{
	for (; t->kind != TOK_RBRACE; t++, f->steps++)
		if (t->kind == TOK_EOF)
			return false;
	return true;
}

/* Mends the token, of the part it stands in. */
static void
fix_token(struct fix *f, const struct token *t, enum layout_part before)
{
	if (t->kind == TOK_IMPORT)
		fix_import(f, t);
	else if (before == LAYOUT_HEAD && t->kind == TOK_IDENT)
		fix_tag(f, t);
	else if (f->layout.part == LAYOUT_BODY && before != LAYOUT_HEAD)
		fix_section(f, t);
	else if (before == LAYOUT_STRINGS && f->layout.part == LAYOUT_STRINGS &&
		 !f->includes) {
		tell_twin(f, t);
		fix_string(f, t);
	} else if (before == LAYOUT_CONDITION)
		fix_condition(f, t);
}

static bool
fix_tokens(struct fix *f)
{
	if (!f->includes)
		add_imports(f);
	for (const struct token *t = f->tok;; t++) {
		enum layout_part before = f->layout.part;
		struct layout_place place;

		if (f->steps > FIX_STEPS)
			return false;
		if (t->kind == TOK_EOF || t->kind == TOK_ERROR)
			break;
		if (!layout_next(&f->layout, t, &place)) {
			t = next_rule(f, t);
			if (t == NULL)
				break;
			f->layout = (struct layout){ .last_top = TOK_RULE };
			t--;
			continue;
		}
		if (before == LAYOUT_TOP && t->kind != TOK_IMPORT && !is_whole(f, t))
			break;
		if (before == LAYOUT_TOP)
			f->first = (size_t)(t - f->tok);
		fix_token(f, t, before);
	}
	fix_copy(f, f->text.p + f->text.n);
	return true;
}

/* What was doubled; and, as a warning, what was not, though it may not be meant. */
static void
say_escapes(struct fix *f, const struct token *t, const struct escape_said *said)
{
	struct diag d = fix_hint(f, t);
	char escape[] = { '\\', (char)said->left, '\0' };

	d.kind = DIAG_WARNING;
	if (said->doubled == 1)
		fix_say(f, t, "a backslash that stood for itself is doubled");
	else
		fix_say(f, t, "backslashes that stood for themselves are doubled");
	if (said->left != 0)
		diag_addf(&f->said, &d,
		    "%s is left, and is one character; if a backslash and a letter were "
		    "meant, double the backslash",
		    escape);
}

/* Doubles the backslashes of a text that ended for one of them. True: it did. */
static bool
fix_escape(struct fix *f, const struct token *t, struct buf *out)
{
	size_t from = (size_t)(t->text.p - f->text.p), n = 0;
	struct bytes rest = bytes_from(f->text, from);
	struct escape_said said;

	if (t->kind != TOK_ERROR || rest.n == 0 || rest.p[0] != '"' ||
	    !bytes_eq(t->s, BYTES_LIT("illegal escape sequence")))
		return false;
	buf_put(out, f->text.p, from);
	if (!escape_mend(rest, out, &n, &said)) {
		buf_done(out);
		return false;
	}
	buf_put(out, rest.p + n, rest.n - n);
	say_escapes(f, t, &said);
	return true;
}

/* Curly quotes around a text, as word processors make them. True: they are straight. */
static bool
fix_quotes(struct fix *f, const struct token *t, struct buf *out)
{
	size_t from = (size_t)(t->text.p - f->text.p), n = 0;

	if (t->kind != TOK_ERROR)
		return false;
	buf_put(out, f->text.p, from);
	if (!escape_quotes(bytes_from(f->text, from), out, &n)) {
		buf_done(out);
		return false;
	}
	buf_put(out, t->text.p + n, f->text.n - from - n);
	fix_say(f, t, "curly quotes are no quotes");
	return true;
}

/* Does a regular expression begin at t, in a string (0) or in a condition (1)? Else -1.
 */
static int
regex_place(const struct token *t)
{
	if (t->text.n == 0 || t->text.p[0] != '/')
		return -1;
	switch (t[-1].kind) {
	case TOK_ASSIGN: return t[-2].kind == TOK_STR ? 0 : -1;
	case TOK_MATCHES:
	case TOK_LPAREN:
	case TOK_COMMA: return 1;
	default: return -1;
	}
}

/* Is what stands behind it on its line what no regular expression is followed by? */
static bool
makes_no_sense(const struct token *t)
{
	if (t->kind == TOK_ERROR)
		return true;
	return t[1].line == t->line &&
	       (t[1].kind == TOK_REGEX || t[1].kind == TOK_IDENT ||
		   t[1].kind == TOK_NUMBER || t[1].kind == TOK_ERROR);
}

static struct bytes
line_from(struct bytes text, const uint8_t *at)
{
	struct bytes rest = bytes_from(text, (uint64_t)(at - text.p));
	const uint8_t *nl = memchr(rest.p, '\n', rest.n);

	return bytes_clip(rest, 0, nl ? (uint64_t)(nl - rest.p) : rest.n);
}

/* Escapes the slashes of the regular expression at t. True: it did. */
static bool
fix_regex(struct fix *f, const struct token *t, bool condition, struct buf *out)
{
	struct bytes line = line_from(f->text, t->text.p);
	size_t from = (size_t)(t->text.p - f->text.p), end = 0;
	unsigned ways = slash_ends(line, condition, &end);

	if (ways != 1 || end < t->text.n) {
		struct diag d = fix_hint(f, t);

		if (ways > 1)
			diag_addf(&f->unsure, &d,
			    "not mended: there is more than one / where this regular "
			    "expression may end; put a backslash before those in it");
		return false;
	}
	buf_put(out, f->text.p, from + 1);
	slash_escape(bytes_sub(line, 1, end - 1), out);
	buf_put(out, line.p + end, f->text.n - from - end);
	fix_say(f, t, "each / within a regular expression is escaped");
	return true;
}

/* The first regular expression that ends too early, n tokens. True: it is mended. */
static bool
fix_slashes(struct fix *f, size_t n, struct buf *out)
{
	unsigned told = 0;

	f->unsure = (struct diags){ .arena = f->env->arena };
	for (const struct token *t = f->tok; f->broken && t <= f->tok + n; t++) {
		int place = t->line == told ? -1 : regex_place(t);

		if (place < 0 || !makes_no_sense(t))
			continue;
		if (fix_regex(f, t, place == 1, out))
			return true;
		told = t->line;
	}
	return false;
}

/*
 * The tokens of the text; in *text what it is when marks, escapes and slashes are mended.
 */
static enum err
cut(struct fix *f, struct arena *scratch)
{
	static const struct bytes bom = BYTES_LIT("\xef\xbb\xbf");
	struct token mark = { .line = 1, .col = 1, .width = 3 };
	size_t n;

	if (bytes_eq(bytes_clip(f->text, 0, bom.n), bom)) {
		f->text = bytes_from(f->text, bom.n);
		fix_say(f, &mark,
		    "the file began with a mark that is no rule's (UTF-8's BOM)");
	}
	for (unsigned i = 0;; i++) {
		struct buf next = { 0 };

		f->steps += f->text.n / 16;
		if (i > 0 && f->steps > FIX_STEPS)
			return ERR_LIMIT;
		arena_reset(scratch);
		TRY(layout_tokens(scratch, f->text, &f->tok, &n));
		if (i < FIX_ESCAPES && fix_slashes(f, n, &next))
			; /* and once more */
		else if (i == FIX_ESCAPES || (!fix_escape(f, &f->tok[n], &next) &&
						 !fix_quotes(f, &f->tok[n], &next)))
			return OK;
		f->text = arena_bytes(f->env->arena, buf_bytes(&next));
		buf_done(&next);
		if (f->text.p == NULL)
			return ERR_LIMIT;
	}
}

/* What the compiler says of a text. */
struct health {
	unsigned errors;
	size_t rest; /* lines from the first of them to the end */
};

static size_t
lines_of(struct bytes text)
{
	size_t n = 1;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	return n;
}

static enum err
health_of(const struct rules_env *env, struct rules_source src, struct bytes text,
    struct health *h)
{
	struct arena a;
	struct diags ds = { .arena = &a };
	struct rules_env e = *env;
	const struct diag *d;
	size_t lines = lines_of(text);
	struct ir ir;
	enum err err;

	arena_init(&a, env->arena->budget);
	e.arena = &a;
	e.diags = &ds;
	src.text = text;
	err = rules_to_ir(&e, &src, 1, &ir);
	*h = (struct health){ .errors = ds.errors };
	for (d = ds.first; d != NULL && d->kind != DIAG_ERROR; d = d->next)
		;
	if (d != NULL)
		h->rest = lines - (d->source_line ? d->source_line : d->line);
	arena_done(&a);
	return err == ERR_SYNTAX ? OK : err;
}

/*
 * Never from good to bad, and not from bad to as bad: fewer errors, or the first is
 * further on, for many an error hides all that are behind it.
 */
static bool
is_better(const struct health *now, const struct health *before)
{
	if (before->errors == 0 || now->errors == 0)
		return now->errors == 0;
	return now->errors < before->errors || now->rest < before->rest;
}

static enum err
mend(struct fix *f, const struct rules_source *src)
{
	struct health before, after;
	struct arena scratch;
	enum err e;

	TRY(health_of(f->env, *src, src->text, &before));
	f->broken = before.errors > 0;
	arena_init(&scratch, f->env->arena->budget);
	e = cut(f, &scratch);
	for (const struct token *t = f->tok; e == OK && t->kind != TOK_EOF; t++)
		f->includes |= t->kind == TOK_INCLUDE;
	if (e == OK && !fix_tokens(f))
		e = f->steps > FIX_STEPS ? ERR_LIMIT : ERR_SYNTAX;
	arena_done(&scratch);
	if (e == OK)
		e = health_of(f->env, *src, buf_bytes(f->out), &after);
	if (e == OK && !is_better(&after, &before))
		e = ERR_SYNTAX;
	return e;
}

enum err
rules_fix(const struct rules_env *env, const struct rules_source *src, struct buf *out)
{
	struct buf made = { 0 };
	struct fix f = { .env = env,
		.said.arena = env->arena,
		.twins.arena = env->arena,
		.file = src->file,
		.text = src->text.n > 0 ? src->text : BYTES_LIT(""),
		.out = &made,
		.layout = { .part = LAYOUT_TOP, .last_top = TOK_EOF } };
	enum err e = mend(&f, src);

	if (e == OK)
		buf_put(out, made.p, made.n);
	for (const struct diag *d = f.said.first; e == OK && d != NULL; d = d->next)
		diag_add(env->diags, d);
	for (const struct diag *d = f.unsure.first; d != NULL; d = d->next)
		diag_add(env->diags, d);
	for (const struct diag *d = f.twins.first; d != NULL; d = d->next)
		diag_add(env->diags, d);
	buf_done(&made);
	return e;
}
