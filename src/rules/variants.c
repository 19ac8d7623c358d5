/*
 * variants.c - the literals that a text stands for with its modifiers: wide, base64 in
 * three alignments. What is computed here is YARA's, down to the bytes that base64
 * leaves out at the edges.
 */
#include "rules/variants.h"

static const uint8_t base64_standard[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static struct bytes
widen(struct arena *a, struct bytes s)
{
	uint8_t *p = arena_array(a, s.n + 1, 2);

	if (p == NULL)
		return (struct bytes){ 0 };
	for (size_t i = 0; i < s.n; i++)
		p[2 * i] = s.p[i];
	return (struct bytes){ p, s.n * 2 };
}

/* The 6 bits at bit offset 6 * i of pad zero bytes followed by s. */
static uint8_t
sextet(struct bytes s, size_t pad, size_t i)
{
	size_t bit = 6 * i, at = bit / 8;
	unsigned two = 0;

	for (size_t k = at; k < at + 2; k++) {
		uint8_t b = k >= pad && k - pad < s.n ? s.p[k - pad] : 0;
		two = two << 8 | b;
	}
	return (uint8_t)(two >> (10 - bit % 8) & 63);
}

/*
 * Base64 of s when pad bytes of something else stand before it in their group of
 * three. A character that also carries bits of a neighbour is left out: 0, 2 or
 * 3 at the front, and the last when the end is not on a group's border.
 */
static struct bytes
encode(struct arena *a, struct bytes s, size_t pad, const uint8_t *alphabet)
{
	static const size_t cut[] = { 0, 2, 3 };
	size_t whole =
	    (pad + s.n) * 8 / 6; /* characters made of our bits, or of padding */
	size_t first = cut[pad];
	uint8_t *p;

	if (whole <= first)
		return (struct bytes){ 0 };
	p = arena_alloc(a, whole - first + 1);
	if (p == NULL)
		return (struct bytes){ 0 };
	for (size_t i = first; i < whole; i++)
		p[i - first] = alphabet[sextet(s, pad, i)];
	return (struct bytes){ p, whole - first };
}

struct list {
	struct arena *a;
	struct variant *v;
	uint32_t n;
};

static void
add(struct list *l, struct bytes lit, bool wide)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (bytes_eq(l->v[i].lit, lit))
			return;
	if (lit.n > 0 && l->n < VARIANTS_MAX)
		l->v[l->n++] = (struct variant){ lit, wide };
}

static void
add_base64(struct list *l, const struct ir_pattern *p, struct bytes text)
{
	const uint8_t *alphabet = p->alphabet.n == 64 ? p->alphabet.p : base64_standard;

	for (size_t pad = 0; pad < 3; pad++) {
		struct bytes e = encode(l->a, text, pad, alphabet);

		if (p->mods & IR_BASE64)
			add(l, e, false);
		if (p->mods & IR_BASE64WIDE && e.n > 0)
			add(l, widen(l->a, e), true);
	}
}

static void
add_plain(struct list *l, const struct ir_pattern *p, bool ascii)
{
	if (ascii)
		add(l, p->text, false);
	if (p->mods & IR_WIDE)
		add(l, widen(l->a, p->text), true);
}

static void
add_coded(struct list *l, const struct ir_pattern *p, bool ascii)
{
	if (ascii)
		add_base64(l, p, p->text);
	if (p->mods & IR_WIDE)
		add_base64(l, p, widen(l->a, p->text));
}

/* A variant that found no room is missing: some of them are none. */
uint32_t
variants_of(struct arena *a, const struct ir_pattern *p, struct variant out[VARIANTS_MAX])
{
	struct list l = { .a = a, .v = out };
	bool ascii = (p->mods & IR_ASCII) || !(p->mods & IR_WIDE);

	if (p->mods & (IR_BASE64 | IR_BASE64WIDE))
		add_coded(&l, p, ascii);
	else
		add_plain(&l, p, ascii);
	return a->spent ? 0 : l.n;
}
