/*
 * cond_verify.c - the verifier of condition code: what has passed can be run without one
 * further check, and ends.
 *
 * One walk finds where instructions begin; then each is looked at by the letters that
 * cond_ops.def has for its registers and words: registers exist, jumps lead to a
 * beginning and forwards (only loops go back, and count), paths of facts lead through
 * tables to the very offset and type that the instruction uses. Work is bounded by the
 * code's length and WALK_MAX.
 */
#include "match/cond_verify.h"

#include "match/hits.h"

/* Steps of walking fact tables that one rule may take. */
#define WALK_MAX (1u << 24)

/* The type of an object register: where its path leads. */
struct obj_type {
	struct cond_path path;
	const struct fact *row;   /* the array or dict it is an element of; or NULL */
	const struct fact *table; /* of the struct */
};

struct check {
	const struct cond_known *k;
	const uint32_t *code;
	uint32_t n, start;
	uint32_t reg[3]; /* how many of each: numbers, strings, objects */
	uint32_t walked;
	uint8_t *begins; /* a bit a word: an instruction begins here */
	struct obj_type *obj;
};

static bool
begins(const struct check *c, uint32_t at)
{
	return at < c->n && (c->begins[at / 8] >> at % 8 & 1);
}

static const struct fact *
row_at(struct check *c, const struct fact *table, uint32_t k)
{
	c->walked += k + 1;
	return c->walked <= WALK_MAX ? cond_row(table, k) : NULL;
}

static const struct fact *
table_of(const struct check *c, uint32_t module)
{
	return module < c->k->nfacts ? c->k->facts[module] : NULL;
}

/* Follows a path from row `from` on, through structs only when flat. */
struct walk {
	const struct fact *table, *row;
	uint64_t off;
};

static bool
path_walk(
    struct check *c, const struct cond_path *p, uint32_t from, bool flat, struct walk *w)
{
	for (uint32_t i = from; i < p->n; i++) {
		w->row = row_at(c, w->table, p->row[i]);
		if (w->row == NULL || w->row->flags & FACT_CONST)
			return false;
		if (i + 1 == p->n)
			break;
		if (w->row->type != FACT_STRUCT &&
		    (flat || (w->row->type != FACT_ARRAY && w->row->type != FACT_DICT)))
			return false;
		w->off += w->row->at;
		w->table = w->row->sub;
	}
	return w->row != NULL;
}

static bool
check_type(struct check *c, uint32_t at, struct obj_type *out)
{
	struct obj_type t = { 0 };
	struct walk w = { 0 };

	if (!cond_path_at(c->code, c->start, at, &t.path))
		return false;
	w.table = t.table = table_of(c, t.path.module);
	if (t.table == NULL)
		return false;
	if (t.path.n > 0) {
		if (!path_walk(c, &t.path, 0, false, &w) ||
		    (w.row->type != FACT_ARRAY && w.row->type != FACT_DICT))
			return false;
		t.row = w.row;
		t.table = w.row->sub;
	}
	*out = t;
	return t.table != NULL;
}

static enum err
check_head(struct check *c, struct arena *scratch)
{
	if (c->n < 3 || c->n > COND_WORDS_MAX)
		return ERR_FORMAT;
	c->reg[0] = c->code[0] & 0xff;
	c->reg[1] = c->code[0] >> 8 & 0xff;
	c->reg[2] = c->code[0] >> 16 & 0xff;
	c->start = c->code[1];
	if (c->start < 2 + c->reg[2] || c->start >= c->n)
		return ERR_FORMAT;
	c->begins = arena_alloc(scratch, c->n / 8 + 1);
	c->obj = ARENA_ARRAY(scratch, c->reg[2] + 1, struct obj_type);
	if (c->begins == NULL || c->obj == NULL)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < c->reg[2]; i++)
		if (!check_type(c, c->code[2 + i], &c->obj[i]))
			return ERR_FORMAT;
	return OK;
}

/* Marks where instructions begin; the last one must not fall through. */
static bool
check_walk(struct check *c)
{
	uint32_t last = COND_NOPS;

	for (uint32_t at = c->start; at < c->n;) {
		uint32_t len = cond_length(c->code, c->n, at);

		if (len == 0)
			return false;
		c->begins[at / 8] |= (uint8_t)(1 << at % 8);
		last = c->code[at] & 0xff;
		at += len;
	}
	return last == COND_RET || last == COND_JUMP;
}

static bool
check_read(uint32_t how)
{
	if (how >= COND_READ_END)
		return false;
	return !(how & COND_READ_FLOAT) || (how & COND_READ_WIDTH) >= 2;
}

static bool
check_reg(const struct check *c, char kind, uint32_t v)
{
	switch (kind) {
	case 'n': return v < c->reg[0];
	case 's': return v < c->reg[1];
	case 'o': return v < c->reg[2];
	case 'r': return v < COND_NRELS;
	case 'x': return v < COND_NSTRS;
	case 'w': return check_read(v);
	case 'u': return true;
	default: return v == 0;
	}
}

static bool
check_pattern(const struct check *c, uint32_t w)
{
	if (w & COND_PAT_REG)
		return (w & ~COND_PAT_REG) < c->reg[0];
	return w < c->k->npatterns;
}

static bool
check_list(const struct check *c, uint32_t at, char kind)
{
	for (uint32_t i = 0; i < c->code[at]; i++) {
		uint32_t w = c->code[at + 2 + i];

		if (kind == 'L' ? w >= c->k->npatterns : w >= c->k->rule)
			return false;
	}
	return true;
}

/* at: the instruction; w: where its jump leads. */
static bool
check_jump(const struct check *c, uint32_t at, uint32_t w, bool back)
{
	uint32_t to = w >> COND_TARGET_SHIFT;

	if ((w & 0xff) > (COND_ON_ALL | COND_HELPS | COND_HURTS))
		return false;
	/* A test that never jumps needs no target. */
	if (!back && (c->code[at] & 0xff) != COND_JUMP && !(w & COND_ON_ALL) && to == 0)
		return true;
	return begins(c, to) && (back ? to < at : to > at);
}

/*
 * A field of the object in register b: its path must go on where the register's
 * type ends, through structs that lie inside, and the offset must be their sum.
 */
static bool
check_field(struct check *c, uint32_t at, uint32_t w, const struct fact **row)
{
	const struct obj_type *t = &c->obj[c->code[at] >> 16 & 0xff];
	uint32_t op = c->code[at] & 0xff;
	struct walk k = { .table = t->table };
	struct cond_path p;

	if (!cond_path_at(c->code, c->start, c->code[w], &p) || p.n <= t->path.n ||
	    p.module != t->path.module ||
	    memcmp(p.row, t->path.row, t->path.n * sizeof(p.row[0])) != 0 ||
	    !path_walk(c, &p, t->path.n, true, &k))
		return false;
	if (op != COND_CALLN && op != COND_CALLS)
		k.off += k.row->at;
	*row = k.row;
	return k.off == c->code[w + 1];
}

static bool
check_elem(const struct check *c, uint32_t at, uint32_t w, const struct fact *row)
{
	uint32_t op = c->code[at] & 0xff;
	const struct obj_type *t;
	struct cond_path p;

	if (op == COND_LEN)
		return row->type == FACT_ARRAY || row->type == FACT_DICT;
	t = &c->obj[c->code[at] >> 8 & 0xff];
	if (!cond_path_at(c->code, c->start, c->code[w], &p))
		return false;
	if (p.n != t->path.n || p.module != t->path.module ||
	    memcmp(p.row, t->path.row, p.n * sizeof(p.row[0])) != 0)
		return false;
	/* Verified before: t is a type, so its row is an array or a dict. */
	if (op == COND_KEYED && row->type != FACT_DICT)
		return false;
	return c->code[w + 2] == row->stride;
}

static bool
check_call(const struct check *c, uint32_t at, uint32_t w, const struct fact *row)
{
	const char *sig = row->sig;
	uint32_t i = 0;

	if (row->type != FACT_FN || row->fn == NULL || sig == NULL)
		return false;
	for (; i < 4 && sig[i] != ':' && sig[i] != '\0'; i++) {
		uint32_t v = c->code[w + 2 + i];

		if (sig[i] != 'r' && !check_reg(c, sig[i] == 's' ? 's' : 'n', v))
			return false;
	}
	return sig[i] == ':' &&
	       (sig[i + 1] == 's') == ((c->code[at] & 0xff) == COND_CALLS);
}

static bool
check_fact(struct check *c, uint32_t at, uint32_t w, char kind)
{
	uint32_t op = c->code[at] & 0xff;
	const struct fact *row = NULL;

	if (!check_field(c, at, w, &row))
		return false;
	switch (kind) {
	case 'A': return check_elem(c, at, w, row);
	case 'C': return check_call(c, at, w, row);
	default: break;
	}
	return row->type == (op == COND_FIELDN      ? FACT_INT
				: op == COND_FIELDF ? FACT_FLOAT
						    : FACT_STR);
}

static bool
check_load(struct check *c, uint32_t w)
{
	struct walk k = { 0 };
	struct cond_path p;

	if (!cond_path_at(c->code, c->start, c->code[w], &p))
		return false;
	k.table = table_of(c, p.module);
	return k.table != NULL && path_walk(c, &p, 0, false, &k);
}

static bool
check_switch(const struct check *c, uint32_t at, uint32_t w)
{
	for (uint32_t i = 0; i < c->code[w]; i++)
		if (!check_jump(c, at, c->code[w + 1 + i] | COND_ON_ALL, false))
			return false;
	return true;
}

static bool
check_operand(struct check *c, uint32_t at, uint32_t w, char kind)
{
	uint32_t v = c->code[w];

	switch (kind) {
	case 'P': return check_pattern(c, v);
	case 'R': return v < c->k->rule;
	case 'E': return v < c->k->nexts;
	case 'M':
		return v < c->k->nfacts && c->k->facts[v] != NULL &&
		       c->obj[c->code[at] >> 8 & 0xff].path.n == 0 &&
		       c->obj[c->code[at] >> 8 & 0xff].path.module == v;
	case 'L':
	case 'V': return check_list(c, w, kind);
	case 'B': return check_jump(c, at, v, false);
	case 'J': return check_jump(c, at, v, true);
	case 'S': return check_switch(c, at, w);
	case 'D': return check_load(c, w);
	case 'F':
	case 'A':
	case 'C': return check_fact(c, at, w, kind);
	default: return true; /* a number, or a handle that is checked when used */
	}
}

/* The words of one operand, as cond_length has counted them already. */
static uint32_t
operand_words(const struct check *c, uint32_t w, char kind)
{
	switch (kind) {
	case 'q':
	case 'F':
	case 'A': return 2;
	case 'C': return 6;
	case 'L':
	case 'V': return c->code[w] + 2;
	case 'S': return c->code[w] + 1;
	default: return 1;
	}
}

static bool
check_instruction(struct check *c, uint32_t at)
{
	const struct cond_op_row *row = &cond_ops[c->code[at] & 0xff];
	uint32_t w = at + 1;

	for (unsigned i = 0; i < 3; i++)
		if (!check_reg(c, row->regs[i], c->code[at] >> (8 + 8 * i) & 0xff))
			return false;
	if ((c->code[at] & 0xff) == COND_KEY) {
		const struct obj_type *t = &c->obj[c->code[at] >> 16 & 0xff];

		return t->row != NULL && t->row->type == FACT_DICT;
	}
	for (const char *k = row->words; *k != '\0'; k++) {
		if (!check_operand(c, at, w, *k))
			return false;
		w += operand_words(c, w, *k);
	}
	return true;
}

enum err
cond_verify(
    const struct cond_known *k, const uint32_t *code, uint32_t n, struct arena *scratch)
{
	struct check c = { .k = k, .code = code, .n = n };

	TRY(check_head(&c, scratch));
	if (!check_walk(&c))
		return ERR_FORMAT;
	for (uint32_t at = c.start; at < n; at += cond_length(code, n, at))
		if (!check_instruction(&c, at))
			return ERR_FORMAT;
	return OK;
}
