/*
 * fix_cond.c - mistakes in conditions: what other languages write, and names without $.
 */
#include "rules/fix_in.h"

/* Does the condition ask for the string, by its name or among others? */
bool
fix_is_asked(struct fix *f, const struct token *t, struct bytes name)
{
	for (; t->kind != TOK_RBRACE && t->kind != TOK_EOF; t++, f->steps++) {
		struct bytes s = bytes_from(t->text, 1);

		if (t->kind == TOK_THEM)
			return true;
		if (t->kind == TOK_STR_WILD &&
		    bytes_eq(bytes_clip(s, 0, s.n - 1), bytes_clip(name, 0, s.n - 1)))
			return true;
		if (t->kind >= TOK_STR && t->kind <= TOK_STR_LENGTH && bytes_eq(s, name))
			return true;
	}
	return false;
}

/* Is there a string of that name; hidden: of that name behind an underscore? */
bool
fix_is_declared(struct fix *f, const struct token *end, struct bytes name, bool hidden)
{
	for (const struct token *t = f->tok + f->first; t != end; t++, f->steps++)
		if (t->kind == TOK_STR && t[1].kind == TOK_ASSIGN &&
		    bytes_eq(bytes_from(t->text, hidden ? 2 : 1), name) &&
		    (!hidden || t->text.p[1] == '_'))
			return true;
	return false;
}

/* Does the name mean something in a condition, other than the rule itself? */
static bool
is_known(struct fix *f, const struct token *t)
{
	const struct token *own = f->tok + f->first;

	for (size_t i = 0; i < f->env->nexts; i++)
		if (bytes_eq(f->env->exts[i].name, t->text))
			return true;
	while (own->kind == TOK_PRIVATE || own->kind == TOK_GLOBAL)
		own++;
	for (const struct token *r = f->tok; r->kind != TOK_EOF; r++, f->steps++)
		if (r->kind == TOK_RULE && r != own && bytes_eq(r[1].text, t->text))
			return true;
	/* loop variables: for any NAME in, for any NAME, NAME in */
	for (const struct token *v = t - 1; v->kind != TOK_CONDITION; v--, f->steps++)
		if (bytes_eq(v->text, t->text) &&
		    (v[1].kind == TOK_IN || v[1].kind == TOK_COMMA))
			return true;
	return false;
}

/* Does a name stand alone where a condition may, and mean nothing, or its own rule? */
static bool
is_typo(struct fix *f, const struct token *t)
{
	return t->kind == TOK_IDENT && t[-1].kind != TOK_DOT && t[1].kind != TOK_DOT &&
	       t[1].kind != TOK_LPAREN && t[1].kind != TOK_LBRACKET &&
	       t[1].kind != TOK_IN && t[1].kind != TOK_COMMA && !is_known(f, t);
}

/* Is the string meant by a name in the condition that lacks its $? */
bool
fix_is_meant(struct fix *f, const struct token *t, struct bytes name)
{
	for (; t->kind != TOK_RBRACE && t->kind != TOK_EOF; t++, f->steps++)
		if (bytes_eq(t->text, name) && is_typo(f, t))
			return true;
	return false;
}

/* A name that means nothing, where a string of that name waits to be asked for. */
static void
fix_dollar(struct fix *f, const struct token *t)
{
	const struct token *condition = t;

	for (; condition->kind != TOK_CONDITION; condition--)
		f->steps++;
	/* the whole file is looked at last: many a name is in a condition */
	if (!fix_is_declared(f, condition, t->text, false) ||
	    fix_is_asked(f, condition, t->text) || !is_typo(f, t))
		return;
	fix_copy(f, t->text.p);
	buf_u8(f->out, '$');
	fix_say(f, t, "a string was asked for without its $");
}

/* Do two tokens stand without a gap between them? */
static bool
touch(const struct token *a, const struct token *b)
{
	return a->text.p + a->text.n == b->text.p;
}

/* Blanks that lack around a word that takes the place of a sign. */
static const char *
spaced_word(struct fix *f, const struct token *t, const struct token *end, const char *w)
{
	bool before = touch(&t[-1], t), behind = touch(end, end + 1);
	const char *s = arena_printf(
	    f->env->arena, "%s%s%s", before ? " " : "", w, behind ? " " : "");

	return s != NULL ? s : w;
}

/* && and ||, two tokens here. */
static bool
fix_twice(struct fix *f, const struct token *t)
{
	bool and = t->kind == TOK_AMP;

	if ((!and&&t->kind != TOK_BAR) || t[1].kind != t->kind || !touch(t, &t[1]))
		return false;
	fix_instead(f, t, spaced_word(f, t, &t[1], and? "and" : "or"),
	    and? "\"and\" is what && means" : "\"or\" is what || means");
	f->at += t[1].text.n;
	return true;
}

/* May an operand of `not` begin here, of which no length can be asked? */
static bool
begins_operand(enum tok k)
{
	return k == TOK_STR || k == TOK_LPAREN || k == TOK_TRUE || k == TOK_FALSE ||
	       k == TOK_DEFINED || k == TOK_NOT || k == TOK_ANY || k == TOK_ALL;
}

/* A ! that is no length of a string: before an operand, or a module's field. */
static bool
fix_not(struct fix *f, const struct token *t)
{
	bool name = t->text.n > 1 && t[1].kind == TOK_DOT;

	if (t->kind != TOK_STR_LENGTH || (!name && t->text.n > 1) ||
	    (!name && (!begins_operand(t[1].kind) || !touch(t, &t[1]))))
		return false;
	fix_copy(f, t->text.p);
	if (f->out->n > 0 && touch(&t[-1], t) && f->out->p[f->out->n - 1] != ' ' &&
	    t[-1].kind != TOK_LPAREN)
		buf_u8(f->out, ' ');
	buf_str(f->out, "not ");
	f->at++;
	fix_say(f, t, "\"not\" is what ! means");
	return true;
}

/* Are there names for values, as YARA-X has, before t in its condition? */
static bool
has_with(struct fix *f, const struct token *t)
{
	for (; t->kind != TOK_CONDITION && t->kind != TOK_EOF; t--, f->steps++)
		if (bytes_eq(t->text, BYTES_LIT("with")))
			return true;
	return false;
}

static bool
fix_unit(struct fix *f, const struct token *t)
{
	static const char *const units[] = { "KB", "MB" };

	if (t->kind != TOK_IDENT || t->text.n != 2 || t[-1].kind != TOK_NUMBER ||
	    !touch(&t[-1], t) || (t->text.p[1] | 0x20) != 'b')
		return false;
	for (size_t i = 0; i < COUNT(units); i++) {
		if ((t->text.p[0] & ~0x20) != units[i][0])
			continue;
		fix_instead(f, t, units[i], "KB and MB are written in capitals");
		return true;
	}
	return false;
}

bool
fix_condition(struct fix *f, const struct token *t)
{
	if (fix_twice(f, t) || fix_not(f, t) || fix_unit(f, t))
		return true;
	if (t->kind == TOK_IDENT && !f->includes)
		fix_dollar(f, t);
	else if (t->kind == TOK_ASSIGN && t[-1].kind != TOK_ASSIGN &&
		 t[1].kind != TOK_ASSIGN && !has_with(f, t))
		fix_instead(f, t, "==", "\"==\" compares");
	else if (t->kind == TOK_NUMBER && t->u.i == 0 && t[1].kind == TOK_OF &&
		 t[-1].kind != TOK_FOR && t[-1].kind != TOK_MINUS)
		fix_instead(f, t, "none", "\"none of\" says what \"0 of\" means");
	else
		return false;
	return true;
}
