/*
 * slow.c - YARA's own judgement of which strings are slow, for the warning that scripts
 * grep for: its atoms and its arithmetic, though nothing here is searched by them.
 */
#include "rules/slow.h"

#include <limits.h>

#include "rules/re_ast.h"
#include "rules/re_chain.h"
#include "rules/variants.h"

#define ATOM    4u
#define ENOUGH  38 /* of "aa": two letters (18 each) and one distinct byte (2) */
#define NO_ATOM (-1000)
#define RUN_MAX 256u /* items of a run that are looked at */

static int
byte_points(uint8_t b)
{
	if (b == 0x00 || b == 0x20 || b == 0xcc || b == 0xff)
		return 12;
	return (b | 0x20) >= 'a' && (b | 0x20) <= 'z' ? 18 : 20;
}

static bool
is_filler(uint8_t b)
{
	return b == 0x00 || b == 0x20 || b == 0x90 || b == 0xcc || b == 0xff;
}

int
slow_atom(const uint8_t *value, const uint8_t *mask, size_t n)
{
	uint8_t seen[ATOM];
	int q = 0, unique = 0;

	/* YARA trims an atom's wildcards before it judges it. */
	for (; n > 0 && mask[n - 1] == 0; n--)
		;
	for (; n > 0 && mask[0] == 0; n--, mask++, value++)
		;
	for (size_t i = 0; i < n; i++) {
		bool is_new = true;

		if (mask[i] != 0xff) {
			q += mask[i] == 0 ? -10 : 4;
			continue;
		}
		q += byte_points(value[i]);
		for (int k = 0; k < unique; k++)
			is_new &= seen[k] != value[i];
		if (is_new)
			seen[unique++] = value[i];
	}
	if (unique == 1 && is_filler(seen[0]))
		return q - 10 * (int)n;
	return q + 2 * unique;
}

int
slow_quality(const uint8_t *value, const uint8_t *mask, size_t n)
{
	int best = NO_ATOM;

	for (size_t at = 0; at < n && best < ENOUGH; at++) {
		size_t most = n - at < ATOM ? n - at : ATOM;

		for (size_t len = most == ATOM ? ATOM : 1; len <= most; len++) {
			int q = slow_atom(value + at, mask + at, len);
			best = q > best ? q : best;
		}
	}
	return best;
}

/* Consecutive bytes and masked bytes; anything else ends a run. */
struct run {
	uint8_t value[RUN_MAX], mask[RUN_MAX];
	size_t n;
	int best; /* of the runs so far */
};

static void
run_put(struct run *r, uint8_t value, uint8_t mask)
{
	if (r->n == RUN_MAX)
		return;
	r->value[r->n] = value;
	r->mask[r->n++] = mask;
}

static void
run_end(struct run *r)
{
	int q = slow_quality(r->value, r->mask, r->n);

	r->best = q > r->best ? q : r->best;
	r->n = 0;
}

static int node_quality(const struct re_node *node);

static void
walk(struct run *r, const struct re_node *node)
{
	int worst = INT_MAX;

	switch ((enum re_kind)node->kind) {
	case RE_BYTE: run_put(r, node->value, 0xff); return;
	case RE_MASK: run_put(r, node->value, node->neg ? 0 : node->mask); return;
	case RE_ANY: run_put(r, 0, 0); return;
	case RE_CAT:
		for (uint32_t i = 0; i < node->n; i++)
			walk(r, node->kid[i]);
		return;
	case RE_ALT:
		run_end(r);
		for (uint32_t i = 0; i < node->n; i++) {
			int q = node_quality(node->kid[i]);
			worst = q < worst ? q : worst;
		}
		r->best = worst > r->best ? worst : r->best;
		return;
	case RE_REPEAT:
		for (uint32_t i = 0; i < node->min && i < ATOM; i++)
			walk(r, node->kid[0]);
		if (node->min != node->max || node->min > ATOM)
			run_end(r);
		return;
	case RE_EMPTY:
	case RE_START:
	case RE_END:
	case RE_WORD:
	case RE_NOTWORD: return;
	case RE_CLASS: break;
	}
	run_end(r);
}

/* Depth is bounded by RE_DEPTH_MAX: the parsers saw to it. */
static int
node_quality(const struct re_node *node)
{
	struct run r = { .best = NO_ATOM };

	walk(&r, node);
	run_end(&r);
	return r.best;
}

static const uint8_t whole[ATOM] = { 0xff, 0xff, 0xff, 0xff };

/* The worst key of a xor string's atom. */
static int
xor_quality(const struct ir_pattern *p, const uint8_t *atom, size_t n)
{
	uint8_t key_atom[ATOM];
	int worst = INT_MAX;

	for (unsigned key = p->xor_lo; key <= p->xor_hi; key++) {
		for (size_t i = 0; i < n; i++)
			key_atom[i] = atom[i] ^ (uint8_t)key;
		int q = slow_atom(key_atom, whole, n);
		worst = q < worst ? q : worst;
	}
	return worst;
}

/*
 * A text's atom is chosen as it is written, and judged so; then the forms that are
 * made of it are.
 */
static int
plain_quality(const struct ir_pattern *p)
{
	size_t len = p->text.n < ATOM ? p->text.n : ATOM, at = 0;
	size_t wide_len = 2 * len < ATOM ? 2 * len : ATOM;
	bool keyed = p->mods & IR_XOR;
	uint8_t wide[ATOM] = { 0 };
	int best = NO_ATOM, form;

	for (size_t i = 0; i + len <= p->text.n; i++) {
		int q = slow_atom(p->text.p + i, whole, len);

		if (q > best) {
			best = q;
			at = i;
		}
		if (q >= ENOUGH && !keyed && !(p->mods & IR_WIDE))
			return q;
	}
	if (keyed && (p->mods & IR_ASCII)) {
		form = xor_quality(p, p->text.p + at, len);
		best = form < best ? form : best;
	}
	if (!(p->mods & IR_WIDE))
		return best;
	for (size_t i = 0; i < len && 2 * i < ATOM; i++)
		wide[2 * i] = p->text.p[at + i];
	form = keyed ? xor_quality(p, wide, wide_len) : slow_atom(wide, whole, wide_len);
	return form < best ? form : best;
}

static int
literal_quality(struct arena *a, struct bytes lit)
{
	size_t n = lit.n < 8192 ? lit.n : 8192;
	uint8_t *mask = arena_alloc(a, n + 1);

	if (mask == NULL)
		return ENOUGH;
	memset(mask, 0xff, n);
	return slow_quality(lit.p, mask, n);
}

static int
base64_quality(struct arena *a, const struct ir_pattern *p)
{
	struct variant v[VARIANTS_MAX];
	uint32_t n = variants_of(a, p, v);
	int worst = n ? INT_MAX : NO_ATOM;

	for (uint32_t i = 0; i < n; i++) {
		int q = literal_quality(a, v[i].lit);
		worst = q < worst ? q : worst;
	}
	return worst;
}

/* Fragments between long jumps are searched one by one: the worst counts. */
static int
chain_quality(const struct re_chain *chain)
{
	int worst = INT_MAX;

	for (size_t i = 0; i < chain->n; i++) {
		int q = node_quality(chain->link[i].ast.root);
		worst = q < worst ? q : worst;
	}
	return worst;
}

bool
slow_pattern(struct arena *a, const struct ir_pattern *p, const struct re_chain *chain)
{
	if (p->kind != IR_TEXT)
		return chain_quality(chain) < ENOUGH;
	if (p->mods & (IR_BASE64 | IR_BASE64WIDE))
		return base64_quality(a, p) < ENOUGH;
	return plain_quality(p) < ENOUGH;
}
