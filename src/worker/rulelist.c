/*
 * rulelist.c - the rules of a set as a list, for `candor rules`: from the source's own
 * tokens.
 *
 * A digest of a rule covers tokens, each with its length, and no layout: so two rules
 * have one digest only if a compiler sees the same, and a comment changes nothing.
 */
#include "worker/rulelist.h"

#include <stdio.h>

#include "crypto/hash.h"
#include "rules/token.h"

#define ABOUT_MAX   (256u << 10) /* bytes of tags, and of metadata, of one rule */
#define SCRATCH_MAX (64u << 20)

struct rulelist_text {
	uint32_t number;
	struct bytes text;
};

enum err
rulelist_add(struct rulelist *l, struct bytes number, struct bytes text)
{
	uint32_t v = 0;

	for (size_t i = 0; i < number.n && i < 9; i++)
		v = v * 10 + (number.p[i] & 15u);
	if (l->n == l->cap) {
		struct rulelist_text *grown =
		    arena_grow(l->arena, l->text, &l->cap, l->n + 1, sizeof(*grown));

		if (grown == NULL)
			return ERR_LIMIT;
		l->text = grown;
	}
	l->text[l->n++] = (struct rulelist_text){ v, text };
	return OK;
}

/* --- the digest --- */

static void
put_counted(struct buf *b, struct bytes s)
{
	buf_le32(b, (uint32_t)s.n);
	buf_put(b, s.p, s.n);
}

/* The bytes behind the comment that begins at at; at itself when none does. */
static size_t
skip_comment(struct bytes s, size_t at)
{
	struct bytes two = bytes_clip(s, at, 2);
	uint64_t end = UINT64_MAX;

	if (bytes_eq(two, BYTES_LIT("//")))
		end = bytes_find(s, at, BYTES_LIT("\n"));
	else if (bytes_eq(two, BYTES_LIT("/*")))
		end = num_add(bytes_find(s, at + 2, BYTES_LIT("*/")), 2);
	else
		return at;
	return end > s.n ? s.n : (size_t)end;
}

/* A hex string without what may stand between its digits, in lower case. */
static void
put_hex(struct buf *b, struct bytes s)
{
	size_t count_at = b->n, n;

	buf_le32(b, 0);
	for (size_t i = 0; i < s.n;) {
		size_t behind = skip_comment(s, i);
		uint8_t c = s.p[i];

		if (behind > i) {
			i = behind;
			continue;
		}
		if (c != ' ' && (c < '\t' || c > '\r'))
			buf_u8(b, c >= 'A' && c <= 'F' ? c | 0x20 : c);
		i++;
	}
	n = b->n - count_at - 4;
	put_le32(b->p + count_at, (uint32_t)n);
}

/* A token, so that no two different ones have the same bytes. */
static void
put_token(struct buf *b, const struct token *t)
{
	buf_u8(b, (uint8_t)t->kind);
	switch (t->kind) {
	case TOK_TEXT: put_counted(b, t->s); break;
	case TOK_HEX: put_hex(b, t->s); break;
	case TOK_NUMBER: buf_le64(b, (uint64_t)t->u.i); break;
	case TOK_REGEX:
		put_counted(b, t->s);
		buf_u8(b, (uint8_t)(t->u.re.nocase | t->u.re.dotall << 1));
		break;
	default: put_counted(b, t->text); break;
	}
}

enum err
rulelist_digest(struct bytes rule, struct arena *scratch, uint8_t out[RULELIST_DIGEST])
{
	struct buf b = { 0 };
	struct token t = { .kind = TOK_ERROR };
	struct lexer lx;
	enum err e;

	arena_reset(scratch);
	lex_init(&lx, rule, scratch, false);
	while ((e = lex_next(&lx, &t)) == OK && t.kind != TOK_EOF) {
		if (t.kind == TOK_INCLUDE || t.kind == TOK_ERROR) {
			e = ERR_FORMAT;
			break;
		}
		put_token(&b, &t);
	}
	if (e == OK)
		hash_of(HASH_SHA256, buf_bytes(&b), out);
	buf_done(&b);
	return e;
}

/* --- the list --- */

/* The source that holds the rule's text; NULL: none does. */
static const struct rulelist_text *
find_text(struct rulelist *l, struct bytes rule)
{
	for (size_t i = 0; i < l->n; i++) {
		size_t at = (l->at + i) % l->n;
		struct bytes all = l->text[at].text;

		if (rule.n == 0 || rule.p < all.p || rule.p + rule.n > all.p + all.n)
			continue;
		l->at = at;
		return &l->text[at];
	}
	return NULL;
}

/* The metadata as findings have it: what YARA-X allows more, floats, become text. */
static enum err
convert_metas(struct arena *a, const struct ir_rule *r, struct wire_rule *out)
{
	struct finding_meta *m = ARENA_ARRAY(a, r->nmetas, struct finding_meta);
	size_t bytes = 0;

	if (m == NULL)
		return ERR_LIMIT;
	out->metas = m;
	for (uint32_t i = 0; i < r->nmetas; i++) {
		const struct ir_meta *from = &r->metas[i];

		m[i] = (struct finding_meta){ .name = from->name, .i = from->i };
		m[i].type = from->type == IR_INT    ? META_INT
			    : from->type == IR_BOOL ? META_BOOL
						    : META_STR;
		m[i].s = from->s;
		if (from->type == IR_FLOAT)
			m[i].s = bytes_of(arena_printf(a, "%.17g", from->f));
		bytes += WIRE_META_LEAST + m[i].name.n + m[i].s.n;
		if (bytes > ABOUT_MAX)
			break;
		out->nmetas = i + 1;
	}
	return OK;
}

static void
convert_tags(const struct ir_rule *r, struct wire_rule *out)
{
	size_t bytes = 0;

	out->tags = r->tags;
	while (out->ntags < r->ntags && bytes < ABOUT_MAX)
		bytes += WIRE_TAG_LEAST + r->tags[out->ntags++].n;
}

static enum err
send_rule(struct rulelist *l, const struct ir *ir, const struct ir_rule *r,
    struct arena *scratch, struct wire_out *out)
{
	const struct rulelist_text *t = find_text(l, r->source);
	uint8_t digest[RULELIST_DIGEST];
	struct wire_rule w = {
		.flags = (r->global ? FINDING_GLOBAL : 0) |
			 (r->private_ ? FINDING_PRIVATE : 0),
		.line = r->line,
		.digest = { digest, sizeof(digest) },
		.ns = ir->ns[r->ns],
		.rule = r->name,
	};

	if (t == NULL)
		return ERR_FORMAT;
	TRY(rulelist_digest(r->source, scratch, digest));
	TRY(convert_metas(l->arena, r, &w));
	convert_tags(r, &w);
	w.source = t->number;
	w.off = (uint64_t)(r->source.p - t->text.p);
	w.len = r->source.n;
	wire_put_rule(wire_begin(out), &w);
	wire_send(out, WIRE_RULE);
	return OK;
}

enum err
rulelist_send(
    struct rulelist *l, const struct ir *ir, struct diags *diags, struct wire_out *out)
{
	struct arena scratch;
	enum err result = OK;

	arena_init(&scratch, SCRATCH_MAX);
	for (uint32_t i = 0; i < ir->nrules && result != ERR_LIMIT; i++) {
		const struct ir_rule *r = ir->rules[i];
		enum err e = send_rule(l, ir, r, &scratch, out);
		struct diag d = { .kind = DIAG_ERROR, .file = r->file, .line = r->line };

		if (e == ERR_FORMAT) {
			diag_addf(diags, &d,
			    "the rule goes on in an included file: it has no text of its "
			    "own to publish or compare");
			e = ERR_SYNTAX;
		}
		if (e != OK)
			result = e;
	}
	arena_done(&scratch);
	return result;
}
