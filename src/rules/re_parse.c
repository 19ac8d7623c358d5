/*
 * re_parse.c - regular expressions in YARA's dialect to the tree of re_ast.h, with its
 * refusals in its words. Depth is bounded by RE_DEPTH_MAX, repeats by REPEAT_MAX.
 */
#include "rules/re_parse.h"

#include "base/text.h"

#define REPEAT_MAX 32767u /* YARA's; as an upper bound it means none */

struct parser {
	struct arena *arena;
	struct bytes s;
	size_t i; /* the next byte */
	unsigned flags;
	unsigned local; /* RE_NOCASE, RE_DOTALL set by a group, beyond those of flags */
	unsigned depth;
	struct re_fail *fail;
};

struct quant {
	uint32_t min, max;
	size_t n; /* bytes of text */
};

static enum err alternative(struct parser *p, struct re_node **out);

static int
peek(const struct parser *p, size_t ahead)
{
	return ahead < p->s.n - p->i ? p->s.p[p->i + ahead] : -1;
}

static bool
is_digit(int c)
{
	return c >= '0' && c <= '9';
}

/* At a backslash that is no class: the byte it stands for. */
static enum err
escape(struct parser *p, uint8_t *out)
{
	static const char names[] = "ntrfa", values[] = "\n\t\r\f\a";
	size_t at = p->i;
	int c = peek(p, 1);

	if (c < 0)
		return re_fail_at(p->fail, at, "illegal escape sequence");
	p->i += 2;
	if (c == 'x') {
		int hi = text_hex(peek(p, 0)), lo = hi < 0 ? -1 : text_hex(peek(p, 1));

		if (lo < 0)
			return re_fail_at(p->fail, at, "illegal escape sequence");
		p->i += 2;
		*out = (uint8_t)(hi << 4 | lo);
		return OK;
	}
	for (size_t k = 0; k < sizeof(names) - 1; k++)
		if (names[k] == c)
			c = values[k];
	*out = (uint8_t)c;
	return OK;
}

static bool
is_word(unsigned c)
{
	return is_digit((int)c) || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_';
}

/* Adds what \w \s \d and their contraries stand for; false: c is none of them. */
static bool
named_class(int c, struct re_set *set)
{
	int kind = c | 32;

	if (c < 0 || (kind != 'w' && kind != 's' && kind != 'd'))
		return false;
	for (unsigned b = 0; b < 256; b++) {
		bool in = kind == 'w'   ? is_word(b)
			  : kind == 'd' ? is_digit((int)b)
					: b == ' ' || (b >= '\t' && b <= '\r');

		if (in == (c == kind))
			re_set_add(set, b);
	}
	return true;
}

/* Bytes of the first half of a range at the cursor, "x-" or "\x41-" or "\c-", or 0. */
static size_t
range_head(const struct parser *p)
{
	size_t n = 1;

	if (peek(p, 0) < 0 || peek(p, 0) == ']')
		return 0;
	if (peek(p, 0) == '\\') {
		n = 2;
		if (peek(p, 1) == 'x' && text_hex(peek(p, 2)) >= 0 &&
		    text_hex(peek(p, 3)) >= 0)
			n = 4;
		if (peek(p, 1) < 0 || peek(p, 1) == '\n')
			return 0;
	}
	if (peek(p, n) != '-' || peek(p, n + 1) < 0 || peek(p, n + 1) == ']')
		return 0;
	return n + 1;
}

static enum err
class_range(struct parser *p, struct re_set *set)
{
	size_t at = p->i;
	uint8_t lo, hi;

	if (peek(p, 0) == '\\')
		TRY(escape(p, &lo));
	else
		lo = p->s.p[p->i++];
	p->i++; /* the dash */
	if (peek(p, 0) == '\\')
		TRY(escape(p, &hi));
	else
		hi = p->s.p[p->i++];
	if (hi < lo)
		return re_fail_at(p->fail, at, "bad character range");
	for (unsigned c = lo; c <= hi; c++)
		re_set_add(set, c);
	return OK;
}

/* One element of a class; *end when it was the closing bracket. */
static enum err
class_item(struct parser *p, struct re_set *set, bool *end)
{
	int c = peek(p, 0);
	uint8_t v;

	if (c < 0)
		return re_fail_at(
		    p->fail, p->s.n, "missing terminating ] for character class");
	if (range_head(p) > 0)
		return class_range(p, set);
	if (c == '\\') {
		if (named_class(peek(p, 1), set)) {
			p->i += 2;
			return OK;
		}
		TRY(escape(p, &v));
		re_set_add(set, v);
		return OK;
	}
	if (c == ']')
		*end = true;
	else if (c < 32 || c > 126)
		return re_fail_at(p->fail, p->i, "non-ascii character");
	else
		re_set_add(set, (unsigned)c);
	p->i++;
	return OK;
}

static struct re_node *
class_node(struct parser *p, struct re_set set, bool negated)
{
	struct re_node *n = re_node_new(p->arena, RE_CLASS);

	if (n == NULL || (n->set = ARENA_NEW(p->arena, struct re_set)) == NULL)
		return NULL;
	/* Folding comes before negation: /[^a]/i matches neither a nor A. */
	if ((p->flags | p->local) & RE_NOCASE)
		re_set_fold(&set);
	for (unsigned i = 0; i < 4; i++)
		n->set->bit[i] = negated ? ~set.bit[i] : set.bit[i];
	return n;
}

/* At '['. */
static enum err class(struct parser *p, struct re_node **out) {
	struct re_set set = { 0 }; bool negated = false, end = false;

	p->i++; if (peek(p, 0) == '^'){ negated = true; p->i++; }
if (peek(p, 0) == ']')
{
	re_set_add(&set, ']');
	p->i++;
}
while (!end)
	TRY(class_item(p, &set, &end));
*out = class_node(p, set, negated);
return OK;
}

/* A byte of the text, as the flags of the group around it see it. */
static struct re_node *
byte_node(struct parser *p, uint8_t c)
{
	struct re_node *n = re_node_byte(p->arena, c);
	uint8_t lower = c | 0x20;

	if (n != NULL && (p->local & RE_NOCASE) && lower >= 'a' && lower <= 'z') {
		n->kind = RE_MASK;
		n->mask = 0xdf;
		n->value = c & 0xdf;
	}
	return n;
}

/* At a backslash outside of a class. */
static enum err
escaped(struct parser *p, struct re_node **out)
{
	struct re_set set = { 0 };
	int c = peek(p, 1);
	uint8_t v;

	if (is_digit(c))
		return re_fail_at(p->fail, p->i, "backreferences are not allowed");
	if (named_class(c, &set)) {
		p->i += 2;
		*out = class_node(p, set, false);
		return OK;
	}
	TRY(escape(p, &v));
	*out = byte_node(p, v);
	return OK;
}

/* Reads "is" of (?is) or (?is: up to ':' or ')'; what follows is the caller's. */
static enum err
group_flags(struct parser *p)
{
	for (;; p->i++) {
		if (peek(p, 0) == 'i')
			p->local |= RE_NOCASE;
		else if (peek(p, 0) == 's')
			p->local |= RE_DOTALL;
		else if (peek(p, 0) == ':' || peek(p, 0) == ')')
			return OK;
		else
			return re_fail_at(p->fail, p->i, "syntax error");
	}
}

/* At '('. The flags of (?i) last to the end of the group it stands in. */
static enum err
group(struct parser *p, struct re_node **out)
{
	unsigned local = p->local;
	size_t at = p->i++;

	if (++p->depth > RE_DEPTH_MAX)
		return re_fail_at(p->fail, at, "regular expression is too complex");
	if (peek(p, 0) == '?') {
		p->i++;
		p->flags |= RE_YARAX;
		TRY(group_flags(p));
		if (p->s.p[p->i++] == ')') {
			p->depth--;
			*out = re_node_new(p->arena, RE_EMPTY);
			return OK;
		}
	}
	TRY(alternative(p, out));
	if (peek(p, 0) != ')')
		return re_fail_at(p->fail, p->i, "syntax error");
	p->i++;
	p->depth--;
	p->local = local;
	return OK;
}

/* Digits at *i; saturates well above REPEAT_MAX. false: there are none. */
static bool
number(struct bytes s, size_t *i, uint32_t *out)
{
	size_t from = *i;
	uint32_t v = 0;

	for (; *i < s.n && is_digit(s.p[*i]); ++*i)
		v = v > 1000000 ? v : v * 10 + (s.p[*i] - (uint32_t)'0');
	*out = v;
	return *i > from;
}

static void
blanks(struct bytes s, size_t *i)
{
	while (*i < s.n && (s.p[*i] == ' ' || s.p[*i] == '\t'))
		++*i;
}

/*
 * Is there {n}, {n,}, {,m} or {n,m} at the cursor? Blanks are allowed around the comma
 * of the form with both numbers. Anything else that begins with a brace is literal.
 */
static bool
interval(const struct parser *p, struct quant *out)
{
	struct bytes s = bytes_from(p->s, p->i);
	size_t i = 1;
	bool lo, hi;

	if (peek(p, 0) != '{')
		return false;
	lo = number(s, &i, &out->min);
	if (lo && i < s.n && s.p[i] == '}') {
		out->max = out->min;
		out->n = i + 1;
		return true;
	}
	if (lo)
		blanks(s, &i);
	if (i >= s.n || s.p[i++] != ',')
		return false;
	size_t comma = i;
	blanks(s, &i);
	hi = number(s, &i, &out->max);
	if (!hi)
		i = comma; /* "{2, }" is literal */
	if (i >= s.n || s.p[i] != '}')
		return false;
	if (!hi)
		out->max = REPEAT_MAX;
	out->n = i + 1;
	return true;
}

/* A quantifier at the cursor, consumed; n is 0 when there is none. */
static enum err
quantifier(struct parser *p, struct quant *q)
{
	int c = peek(p, 0);

	*q = (struct quant){ .max = RE_INF, .n = 1 };
	if (c == '+')
		q->min = 1;
	else if (c == '?')
		q->max = 1;
	else if (c != '*') {
		q->n = 0;
		if (!interval(p, q))
			return OK;
		if (q->max > REPEAT_MAX)
			return re_fail_at(p->fail, p->i, "repeat interval too large");
		if (q->max < q->min || q->max == 0)
			return re_fail_at(p->fail, p->i, "bad repeat interval");
		if (q->max == REPEAT_MAX && q->min < q->max)
			q->max = RE_INF;
	}
	p->i += q->n;
	return OK;
}

/* Wraps *node in the quantifier that follows it, if one does. */
static enum err
quantify(struct parser *p, struct re_node **node)
{
	struct quant q;

	TRY(quantifier(p, &q));
	if (q.n == 0)
		return OK;
	*node = re_node_repeat(p->arena, *node, q.min, q.max);
	if (*node == NULL)
		return ERR_LIMIT;
	(*node)->greedy = peek(p, 0) != '?';
	if (!(*node)->greedy)
		p->i++;
	p->flags |= (*node)->greedy ? RE_GREEDY : RE_LAZY;
	return OK;
}

static enum err
single(struct parser *p, struct re_node **out)
{
	struct quant q;
	int c = peek(p, 0);

	switch (c) {
	case '(': return group(p, out);
	case '[': return class(p, out);
	case '\\': return escaped(p, out);
	case '*':
	case '+':
	case '?': return re_fail_at(p->fail, p->i, "syntax error");
	case '.':
		*out = re_node_new(p->arena, p->local & RE_DOTALL ? RE_MASK : RE_ANY);
		break;
	default:
		if (interval(p, &q))
			return re_fail_at(p->fail, p->i, "syntax error");
		*out = byte_node(p, (uint8_t)c);
	}
	p->i++;
	return OK;
}

/* The zero-width thing at the cursor, or NULL. */
static struct re_node *
assertion(struct parser *p)
{
	int c = peek(p, 0), d = c == '\\' ? peek(p, 1) : 0;
	enum re_kind kind;

	if (c == '^')
		kind = RE_START;
	else if (c == '$')
		kind = RE_END;
	else if (d == 'b')
		kind = RE_WORD;
	else if (d == 'B')
		kind = RE_NOTWORD;
	else
		return NULL;
	p->i += c == '\\' ? 2 : 1;
	return re_node_new(p->arena, kind);
}

/* One or more parts up to '|', ')' or the end. */
static enum err
sequence(struct parser *p, struct re_node **out)
{
	struct re_node *cat = re_node_new(p->arena, RE_CAT), *part;
	size_t cap = 0, at = p->i;

	if (cat == NULL)
		return ERR_LIMIT;
	while (p->i < p->s.n && peek(p, 0) != '|' && peek(p, 0) != ')') {
		part = assertion(p);
		if (part == NULL) {
			TRY(single(p, &part));
			if (part == NULL)
				return ERR_LIMIT;
			TRY(quantify(p, &part));
		}
		TRY(re_node_push(p->arena, cat, &cap, part));
	}
	if (cat->n == 0)
		return re_fail_at(p->fail, at, "syntax error");
	*out = cat;
	return OK;
}

/* An alternative may be empty, but not the first one: (a|) and (a||b), not (|a). */
static enum err
alternative(struct parser *p, struct re_node **out)
{
	struct re_node *alt = NULL, *part;
	size_t cap = 0;

	TRY(sequence(p, out));
	while (peek(p, 0) == '|') {
		if (alt == NULL) {
			alt = re_node_new(p->arena, RE_ALT);
			if (alt == NULL)
				return ERR_LIMIT;
			TRY(re_node_push(p->arena, alt, &cap, *out));
		}
		p->i++;
		if (p->i == p->s.n || peek(p, 0) == '|' || peek(p, 0) == ')')
			part = re_node_new(p->arena, RE_EMPTY);
		else
			TRY(sequence(p, &part));
		TRY(re_node_push(p->arena, alt, &cap, part));
		*out = alt;
	}
	return OK;
}

enum err
re_parse(struct arena *a, struct bytes body, unsigned flags, struct re_ast *out,
    struct re_fail *fail)
{
	struct parser p = { .arena = a, .s = body, .flags = flags, .fail = fail };
	struct re_node *root;

	*fail = (struct re_fail){ 0 };
	TRY(alternative(&p, &root));
	if (p.i < p.s.n) /* a ')' too many */
		return re_fail_at(p.fail, p.i, "syntax error");
	*out = (struct re_ast){ .root = root, .flags = p.flags };
	return OK;
}
