/* examiners.c - see examiners.h. */
#include "evidence/examiners.h"

#include "base/text.h"

struct parse {
	struct examiners *e;
	struct arena *arena;
	struct fault *f;
	struct bytes rest; /* of the line */
	unsigned line;
};

static enum err
wrong(const struct parse *s, const char *what, struct bytes which)
{
	return fault_set(s->f, FAULT_EXAMINERS,
	    "line %u of the file of examiners: %s '%s'", s->line, what,
	    fault_quote(which));
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/* The next word of the line. Empty: there is none. */
static struct bytes
word(struct parse *s)
{
	struct bytes r = s->rest;
	size_t from = 0, to;

	while (from < r.n && is_blank(r.p[from]))
		from++;
	for (to = from; to < r.n && !is_blank(r.p[to]);)
		to++;
	s->rest = bytes_from(r, to);
	return bytes_sub(r, from, to - from);
}

static uint32_t
find(const struct examiners *e, struct bytes name)
{
	for (uint32_t i = 0; i < e->n; i++)
		if (bytes_eq(e->one[i].name, name))
			return i;
	return UINT32_MAX;
}

static enum err
parse_examiner(struct parse *s)
{
	struct examiners *e = s->e;
	struct examiner x = { .name = word(s) };
	struct bytes key = word(s), more = word(s);
	struct fault why = { 0 };

	if (!note_name_ok(x.name) || find(e, x.name) != UINT32_MAX)
		return wrong(s, "this cannot be a name, or is one already:", x.name);
	if (note_key_parse(key, &x.key, &why) != OK)
		return fault_set(s->f, FAULT_EXAMINERS,
		    "line %u of the file of examiners: %s", s->line, why.text);
	if (x.key.alg != NOTE_ED25519)
		return wrong(s, "an examiner's key must be Ed25519 (type 1):", key);
	/* one key under two names would count as two examiners */
	for (uint32_t i = 0; i < e->n; i++)
		if (memcmp(e->one[i].key.pub, x.key.pub, SIGN_PUBLIC) == 0)
			return wrong(s, "a second examiner with the same key:", x.name);
	if (e->n == EXAMINERS_MOST)
		return wrong(s, "too many examiners:", x.name);
	e->one[e->n++] = x;
	return more.n == 0 ? OK : wrong(s, "too much:", more);
}

/* One or two digits, without a leading zero; 0: no such number. */
static uint32_t
small_number(struct bytes s)
{
	uint32_t v = 0;

	if (s.n == 0 || s.n > 2 || s.p[0] == '0')
		return 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return 0;
		v = v * 10 + (s.p[i] - '0');
	}
	return v;
}

/* The members that are named, or all; then N must be their number. */
static enum err
parse_members(struct parse *s, struct examiners_rule *r, uint32_t n)
{
	uint32_t *member = ARENA_ARRAY(s->arena, EXAMINERS_MOST, uint32_t);

	if (member == NULL)
		return ERR_LIMIT;
	r->member = member;
	for (struct bytes name; (name = word(s)).n > 0;) {
		uint32_t i = find(s->e, name);

		if (i == UINT32_MAX)
			return wrong(s, "no such examiner is defined above:", name);
		for (uint32_t k = 0; k < r->n; k++)
			if (member[k] == i)
				return wrong(s, "the examiner stands here twice:", name);
		member[r->n++] = i;
	}
	if (r->n == 0)
		for (; r->n < s->e->n; r->n++)
			member[r->n] = r->n;
	return r->n == n ? OK
			 : fault_set(s->f, FAULT_EXAMINERS,
			       "line %u of the file of examiners: the rule says 'of %u', "
			       "and there are %u examiners",
			       s->line, n, r->n);
}

/* "2-of-3", and who. */
static enum err
parse_rule(struct parse *s, enum examiners_scope scope)
{
	struct examiners_rule *r = &s->e->rule[s->e->nrule];
	struct bytes w;
	uint64_t dash;
	uint32_t n;

	if (s->e->nrule == EXAMINERS_RULES)
		return wrong(s, "too many rules:", s->rest);
	*r = (struct examiners_rule){ .scope = scope, .line = s->line };
	if (scope != EXAMINERS_ALL) {
		w = word(s);
		r->pattern = arena_str(s->arena, w);
		if (r->pattern == NULL)
			return ERR_LIMIT;
		if (w.n == 0)
			return wrong(s, "a name is missing behind the first word:", w);
	}
	w = word(s);
	dash = bytes_find(w, 0, BYTES_LIT("-of-"));
	r->need = small_number(bytes_sub(w, 0, dash));
	n = small_number(bytes_from(w, num_add(dash, 4)));
	if (r->need == 0 || n == 0 || r->need > n)
		return wrong(s, "this is not of the form K-of-N, as in 2-of-3:", w);
	TRY(parse_members(s, r, n));
	s->e->nrule++;
	return OK;
}

static enum err
parse_line(struct parse *s)
{
	struct bytes first = word(s);

	if (first.n == 0 || first.p[0] == '#')
		return OK;
	if (bytes_eq(first, BYTES_LIT("examiner")))
		return parse_examiner(s);
	if (bytes_eq(first, BYTES_LIT("product")))
		return parse_rule(s, EXAMINERS_PRODUCT);
	if (bytes_eq(first, BYTES_LIT("package")))
		return parse_rule(s, EXAMINERS_PACKAGE);
	if (!bytes_eq(first, BYTES_LIT("examiners")))
		return wrong(s, "no line begins with", first);
	for (uint32_t i = 0; i < s->e->nrule; i++)
		if (s->e->rule[i].scope == EXAMINERS_ALL)
			return wrong(s, "there is such a rule already:", first);
	return parse_rule(s, EXAMINERS_ALL);
}

/* tlog-policy: octets 09, 0A, 20-7E, 80-FF. */
static bool
octets_ok(struct bytes line)
{
	for (size_t i = 0; i < line.n; i++)
		if ((line.p[i] < ' ' && line.p[i] != '\t') || line.p[i] == 0x7f)
			return false;
	return true;
}

enum err
examiners_parse(
    struct bytes text, struct arena *a, struct examiners *out, struct fault *f)
{
	struct parse s = { .e = out, .arena = a, .f = f };

	*out = (struct examiners){ 0 };
	out->rule = ARENA_ARRAY(a, EXAMINERS_RULES, struct examiners_rule);
	if (out->rule == NULL)
		return ERR_LIMIT;
	if (text.n > EXAMINERS_TEXT)
		return fault_set(
		    f, FAULT_EXAMINERS, "the file of examiners is too large");
	while (text.n > 0) {
		uint64_t nl = bytes_find(text, 0, BYTES_LIT("\n"));

		s.line++;
		s.rest = bytes_clip(text, 0, nl);
		text = bytes_from(text, num_add(nl, 1));
		if (!octets_ok(s.rest))
			return wrong(&s, "there is a control character in", s.rest);
		TRY(parse_line(&s));
	}
	return OK;
}

static bool
has_product_line(const struct examiners *e, struct bytes name)
{
	for (uint32_t i = 0; i < e->nrule; i++)
		if (e->rule[i].scope == EXAMINERS_PRODUCT &&
		    text_glob(e->rule[i].pattern, name))
			return true;
	return false;
}

const struct examiners_rule *
examiners_next(const struct examiners *e, enum examiners_scope scope, struct bytes name,
    uint32_t *at)
{
	if (scope == EXAMINERS_PRODUCT && !has_product_line(e, name))
		scope = EXAMINERS_ALL;
	while (*at < e->nrule) {
		const struct examiners_rule *r = &e->rule[(*at)++];

		if (r->scope == scope &&
		    (r->pattern == NULL || text_glob(r->pattern, name)))
			return r;
	}
	return NULL;
}
