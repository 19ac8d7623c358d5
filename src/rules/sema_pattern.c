/*
 * sema_pattern.c - a string's body and modifiers become a pattern, once.
 *
 * Rules are copied from each other: identical patterns are found by a key of
 * everything that makes a match, before anything is parsed. Only patterns
 * without errors get into the table.
 */
#include "rules/body.h"
#include "rules/parse.h"

#define BASE64_ANY (IR_BASE64 | IR_BASE64WIDE)

/* What cannot stand together, in the order in which YARA looks. */
static enum err
check_modifiers(struct parser *p, struct place at, uint32_t mods)
{
	/* clang-format off */
	static const struct {
		uint32_t with;
		const char *name;
	} never_base64[] = {
		{ IR_NOCASE, "nocase" }, { IR_FULLWORD, "fullword" }, { IR_XOR, "xor" },
	};
	/* clang-format on */
	const char *base64 = mods & IR_BASE64 ? "base64" : "base64wide";

	if ((mods & IR_XOR) && (mods & IR_NOCASE))
		return parse_fail(p, at, "invalid modifier combination: xor nocase");
	for (size_t i = 0; i < COUNT(never_base64); i++) {
		if ((mods & BASE64_ANY) && (mods & never_base64[i].with))
			return parse_fail(p, at, "invalid modifier combination: %s %s",
			    base64, never_base64[i].name);
	}
	return OK;
}

/*
 * The body in the form that tells patterns apart. Blanks of a hex string and the case
 * of its digits are no difference; one with comments is compared as it is.
 */
static enum err
canonical(struct parser *p, const struct ir_pattern *w, struct bytes *out)
{
	uint8_t *s;
	size_t n = 0;

	*out = w->text;
	if (w->kind != IR_HEX || memchr(w->text.p, '/', w->text.n) != NULL)
		return OK;
	s = arena_alloc(&p->scratch, w->text.n);
	if (s == NULL)
		return ERR_LIMIT;
	for (size_t i = 0; i < w->text.n; i++) {
		uint8_t c = w->text.p[i];

		if (c > ' ')
			s[n++] = c >= 'a' && c <= 'f' ? c - 0x20 : c;
	}
	*out = (struct bytes){ s, n };
	return OK;
}

/* The numbers of a pattern in one word: the scope of its key. */
static uint64_t
scope_of(const struct ir_pattern *w)
{
	return (uint64_t)w->kind << 32 | (uint64_t)w->mods << 16 |
	       (uint64_t)w->xor_lo << 8 | w->xor_hi;
}

/* An alphabet that is not the usual one goes into the key, before the text. */
static enum err
key_of(struct parser *p, const struct ir_pattern *w, struct bytes *out)
{
	uint8_t *s;

	TRY(canonical(p, w, out));
	if (w->alphabet.n == 0)
		return OK;
	s = arena_alloc(&p->scratch, w->alphabet.n + out->n);
	if (s == NULL)
		return ERR_LIMIT;
	memcpy(s, w->alphabet.p, w->alphabet.n);
	memcpy(s + w->alphabet.n, out->p, out->n);
	*out = (struct bytes){ s, w->alphabet.n + out->n };
	return OK;
}

/* The tree of a hex string or regex, or what is wrong with it. */
static enum err
parse_body(struct parser *p, const struct token *name, const struct token *body,
    const struct ir_pattern *w, struct re_ast *re)
{
	struct re_fail why = { 0 };
	enum err e = body_parse(&p->scratch, w, re, &why);

	if (e != OK && why.text == NULL)
		return ERR_LIMIT;
	if (e == OK && p->yara_only && re->flags & RE_YARAX) {
		e = ERR_SYNTAX;
		why.text = "syntax error";
	}
	if (e != OK)
		return parse_fail(p, place_of(body), "invalid %s \"%s\": %s",
		    w->kind == IR_HEX ? "hex string" : "regular expression",
		    parse_str(p, name->text), why.text);
	if ((re->flags & RE_GREEDY) && (re->flags & RE_LAZY))
		return parse_fail(p, place_of(body),
		    "greedy and ungreedy quantifiers can't be mixed in a regular "
		    "expression");
	return OK;
}

static enum err
pattern_add(
    struct parser *p, struct bytes key, struct ir_pattern *w, struct ir_pattern **out)
{
	struct ir *ir = p->ir;
	struct ir_pattern *n = ARENA_NEW(p->arena, struct ir_pattern);

	if (n == NULL)
		return ERR_LIMIT;
	if (ir->npatterns == p->patterns_cap) {
		struct ir_pattern **all = arena_grow(p->arena, ir->patterns,
		    &p->patterns_cap, ir->npatterns + 1u, sizeof(struct ir_pattern *));

		if (all == NULL)
			return ERR_LIMIT;
		ir->patterns = all;
	}
	*n = *w;
	n->index = ir->npatterns;
	ir->patterns[ir->npatterns] = n;
	*out = n;
	return names_put(&p->patterns, key, scope_of(w), ir->npatterns++);
}

/* Empties the scratch arena, which may take what the other one has left. */
static void
scratch_begin(struct parser *p)
{
	arena_reset(&p->scratch);
	p->scratch.budget = p->arena->budget - p->arena->used;
}

enum err
sema_pattern(struct parser *p, const struct token *name, const struct token *body,
    struct ir_pattern *want, struct ir_pattern **out)
{
	const struct name *known;
	struct re_ast re;
	struct bytes key;

	scratch_begin(p);
	if (want->text.n == 0)
		return parse_fail(
		    p, place_of(body), "empty string \"%s\"", parse_str(p, name->text));
	TRY(check_modifiers(p, place_of(name), want->mods));
	if (!(want->mods & IR_WIDE))
		want->mods |= IR_ASCII;
	TRY(key_of(p, want, &key));
	known = names_find(&p->patterns, key, scope_of(want));
	if (known != NULL) {
		*out = p->ir->patterns[known->value];
	} else {
		if (want->kind != IR_TEXT)
			TRY(parse_body(p, name, body, want, &re));
		TRY(body_learn(&p->scratch, want, want->kind != IR_TEXT ? &re : NULL));
		if (key.p != want->text.p)
			key = arena_bytes(&p->tables, key);
		if (key.p == NULL)
			return ERR_LIMIT;
		TRY(pattern_add(p, key, want, out));
	}
	warn_pattern(p, name, body, *out);
	return OK;
}
