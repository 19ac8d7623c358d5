/*
 * code_value.c - numbers, strings and objects, each into a register.
 *
 * A result takes the place of its operands: the marks that are set back before a
 * new register is taken. Handlers read their operands before they write.
 */
#include "rules/code_gen.h"

static uint32_t
read_how(struct ir_read r)
{
	uint32_t log = r.width == 8 ? 0 : r.width == 16 ? 1 : r.width == 32 ? 2 : 3;

	return log | (r.sign ? COND_READ_SIGN : 0) | (r.big ? COND_READ_BIG : 0) |
	       (r.flt ? COND_READ_FLOAT : 0);
}

static uint32_t
num_const(struct gen *g, int64_t v)
{
	uint32_t d = gen_new_num(g);

	gen_load_int(g, d, v);
	return d;
}

/* An operation of one or two numbers. */
static uint32_t
num_op(struct gen *g, const struct ir_node *n, enum cond_op op)
{
	struct mark mark = gen_mark(g);
	uint32_t a = gen_num(g, n->kid[0]);
	uint32_t b = n->nkids > 1 ? gen_num(g, n->kid[1]) : 0;
	uint32_t d;

	gen_release(g, mark);
	d = gen_new_num(g);
	gen_op(g, op, d, a, b);
	return d;
}

static uint32_t
num_read(struct gen *g, const struct ir_node *n)
{
	const struct ir_node *at = n->kid[0];
	struct mark mark = gen_mark(g);
	uint32_t how = read_how(n->u.read), a, d;

	if (at->op == IR_CONST && at->u.i >= 0 && at->u.i <= UINT32_MAX) {
		d = gen_new_num(g);
		gen_op(g, COND_READK, d, 0, how);
		gen_word(g, (uint32_t)at->u.i);
		return d;
	}
	a = gen_num(g, at);
	gen_release(g, mark);
	d = gen_new_num(g);
	gen_op(g, COND_READ, d, a, how);
	return d;
}

/* Counts, offsets and lengths: up to two operands, then the pattern. */
static uint32_t
num_pattern(struct gen *g, const struct ir_node *n)
{
	struct mark mark = gen_mark(g);
	uint32_t reg[2] = { 0 }, d;
	enum cond_op op = n->op == IR_COUNT      ? COND_COUNT
			  : n->op == IR_COUNT_IN ? COND_COUNTIN
			  : n->op == IR_OFFSET   ? COND_OFFSET
						 : COND_LENGTH;

	for (uint32_t i = 0; i < n->nkids && i < 2; i++)
		reg[i] = gen_num(g, n->kid[i]);
	gen_release(g, mark);
	d = gen_new_num(g);
	gen_op(g, op, d, reg[0], reg[1]);
	gen_word(g, gen_pattern(g, n->u.pat));
	return d;
}

/* A boolean as 0, 1 or undefined. Nothing can be guessed from it. */
static uint32_t
num_bool(struct gen *g, const struct ir_node *n)
{
	uint32_t d = gen_new_num(g), hint = g->hint;
	struct label no = { 0 }, undef = { 0 }, end = { 0 };

	g->hint = 0;
	gen_bool(g, n, (struct goal){ { &no, NULL, &undef } });
	g->hint = hint;
	gen_load_int(g, d, 1);
	gen_jump(g, &end);
	gen_bind(g, &no);
	gen_load_int(g, d, 0);
	gen_jump(g, &end);
	gen_bind(g, &undef);
	gen_load_int(g, d, FACT_UNDEF);
	gen_bind(g, &end);
	return d;
}

/* A function's arguments: registers, or the handle of a regex. */
static void
call_args(struct gen *g, const struct ir_node *n, uint32_t *arg)
{
	const char *sig = n->u.fact->sig;

	for (uint32_t i = 0; i + 1 < n->nkids && i < 4; i++) {
		const struct ir_node *k = n->kid[i + 1];

		switch (sig[i]) {
		case 'r': arg[i] = g->w->regex(g->w->arg, k->u.re); break;
		case 's': arg[i] = gen_str(g, k); break;
		default: arg[i] = gen_num(g, k); break;
		}
	}
}

static void
path_add(
    struct gen *g, struct cond_path *p, const struct fact *table, const struct fact *row)
{
	uint32_t k = 0;

	while (table != NULL && table[k].type != FACT_END && &table[k] != row)
		k++;
	if (p->n >= COND_PATH_MAX || table == NULL || k > UINT16_MAX) {
		gen_fail(g);
		return;
	}
	p->row[p->n++] = (uint16_t)k;
}

static uint32_t
call(struct gen *g, const struct ir_node *n, bool str)
{
	struct mark mark = gen_mark(g);
	uint32_t arg[4] = { 0 }, d;
	struct place p = gen_place(g, n->kid[0]);
	uint32_t off = p.off;

	call_args(g, n, arg);
	gen_release(g, mark);
	d = str ? gen_new_str(g) : gen_new_num(g);
	path_add(g, &p.path, p.table, n->u.fact);
	gen_op(g, str ? COND_CALLS : COND_CALLN, d, p.reg, 0);
	gen_path(g, &p.path);
	gen_word(g, off);
	for (uint32_t i = 0; i < 4; i++)
		gen_word(g, arg[i]);
	return d;
}

void
gen_load(struct gen *g, struct place *p)
{
	const struct fact *table = NULL, *row = NULL;
	bool need = false;

	if (p->path.module < g->ir->nmodules)
		table = g->ir->modules[p->path.module].facts;
	for (uint32_t i = 0; i < p->path.n && table != NULL && g->err == OK; i++) {
		row = &table[p->path.row[i]];
		table = row->sub;
		need = need || (i >= p->loaded && row->load != NULL);
	}
	p->loaded = p->path.n;
	if (need) {
		gen_op(g, COND_LOAD, 0, 0, 0);
		gen_path(g, &p->path);
	}
}

uint32_t
gen_scalar(struct gen *g, struct place p, uint32_t row, enum ir_type type)
{
	const struct fact *f = g->err == OK ? &p.table[row] : NULL;
	uint32_t d = type == IR_STR ? gen_new_str(g) : gen_new_num(g);

	if (f == NULL)
		return d;
	path_add(g, &p.path, p.table, f);
	gen_load(g, &p);
	gen_op(g,
	    type == IR_STR          ? COND_FIELDS
	    : f->type == FACT_FLOAT ? COND_FIELDF
				    : COND_FIELDN,
	    d, p.reg, 0);
	gen_path(g, &p.path);
	gen_word(g, p.off + f->at);
	return d;
}

/* The register may be taken again by whoever comes next: the value is read now. */
static uint32_t
scalar_field(struct gen *g, const struct ir_node *n)
{
	struct mark mark = gen_mark(g);
	struct place p = gen_place(g, n->kid[0]);
	uint32_t row = 0;

	gen_release(g, mark);
	while (
	    g->err == OK && p.table[row].type != FACT_END && &p.table[row] != n->u.fact)
		row++;
	return gen_scalar(g, p, row, n->type);
}

/* An element that is no struct: the one row of its table. */
static uint32_t
scalar_element(struct gen *g, const struct ir_node *n)
{
	struct mark mark = gen_mark(g);
	struct place p = gen_place(g, n);

	gen_release(g, mark);
	return gen_scalar(g, p, 0, n->type);
}

struct place
gen_elem(struct gen *g, struct place p, enum cond_op op, uint32_t key)
{
	struct place e = { .path = p.path, .loaded = p.path.n };

	if (p.row == NULL) {
		gen_fail(g);
		return e;
	}
	gen_load(g, &p);
	e.table = p.row->sub;
	e.reg = gen_new_obj(g, &p.path);
	gen_op(g, op, e.reg, p.reg, key);
	gen_path(g, &p.path);
	gen_word(g, p.off);
	gen_word(g, p.row->stride);
	return e;
}

static struct place
place_module(struct gen *g, const struct ir_node *n)
{
	struct place p = { .path.module = n->u.index };

	if (n->u.index >= g->ir->nmodules) {
		gen_fail(g);
		return p;
	}
	p.table = g->ir->modules[n->u.index].facts;
	p.reg = gen_new_obj(g, &p.path);
	gen_op(g, COND_MODULE, p.reg, 0, 0);
	gen_word(g, g->w->modules[n->u.index]);
	return p;
}

static struct place
place_field(struct gen *g, const struct ir_node *n)
{
	struct place p = gen_place(g, n->kid[0]);
	const struct fact *f = n->u.fact;

	path_add(g, &p.path, p.table, f);
	p.off += f->at;
	p.table = f->type == FACT_STRUCT ? f->sub : NULL;
	p.row = f->type == FACT_STRUCT ? NULL : f;
	return p;
}

struct place
gen_place(struct gen *g, const struct ir_node *n)
{
	struct place p = { 0 };

	if (g->err != OK || ++g->depth > GEN_DEPTH) {
		gen_fail(g);
		return p;
	}
	switch (n->op) {
	case IR_MODULE: p = place_module(g, n); break;
	case IR_FIELD: p = place_field(g, n); break;
	case IR_VAR: p = g->slot[n->u.var].place; break;
	case IR_INDEX:
		p = gen_place(g, n->kid[0]);
		p = gen_elem(g, p, COND_ELEM, gen_num(g, n->kid[1]));
		break;
	case IR_KEY:
		p = gen_place(g, n->kid[0]);
		p = gen_elem(g, p, COND_KEYED, gen_str(g, n->kid[1]));
		break;
	default: gen_fail(g); break;
	}
	g->depth--;
	return p;
}

/* clang-format off */
static const struct { uint8_t ints, floats; } arith[IR_NOPS] = {
	[IR_NEG]    = { COND_NEG, COND_FNEG },
	[IR_ADD]    = { COND_ADD, COND_FADD },
	[IR_SUB]    = { COND_SUB, COND_FSUB },
	[IR_MUL]    = { COND_MUL, COND_FMUL },
	[IR_DIV]    = { COND_DIV, COND_FDIV },
	[IR_TO_FLOAT] = { COND_FLOAT, COND_FLOAT },
	[IR_MOD]    = { COND_MOD, 0 },
	[IR_BITNOT] = { COND_BNOT, 0 },
	[IR_BITAND] = { COND_BAND, 0 },
	[IR_BITOR]  = { COND_BOR, 0 },
	[IR_BITXOR] = { COND_BXOR, 0 },
	[IR_SHL]    = { COND_SHL, 0 },
	[IR_SHR]    = { COND_SHR, 0 },
};
/* clang-format on */

static int64_t
const_bits(const struct ir_node *n)
{
	int64_t v = n->u.i;

	if (n->type == IR_FLOAT)
		memcpy(&v, &n->u.f, sizeof(v));
	return v;
}

static uint32_t
num_leaf(struct gen *g, enum cond_op op)
{
	uint32_t d = gen_new_num(g);

	gen_op(g, op, d, 0, 0);
	return d;
}

static uint32_t
num_value(struct gen *g, const struct ir_node *n)
{
	uint32_t d;

	switch (n->op) {
	case IR_CONST: return num_const(g, const_bits(n));
	case IR_UNDEF: return num_const(g, FACT_UNDEF);
	case IR_FILESIZE: return num_leaf(g, COND_SIZE);
	case IR_ENTRYPOINT: return num_leaf(g, COND_ENTRY);
	case IR_EXT:
		d = num_leaf(g, COND_EXTN);
		gen_word(g, n->u.index);
		return d;
	case IR_VAR: return g->slot[n->u.var].reg;
	case IR_READ: return num_read(g, n);
	case IR_COUNT:
	case IR_COUNT_IN:
	case IR_OFFSET:
	case IR_LENGTH: return num_pattern(g, n);
	case IR_FIELD: return scalar_field(g, n);
	case IR_INDEX:
	case IR_KEY: return scalar_element(g, n);
	case IR_CALL: return call(g, n, false);
	default: break;
	}
	if (n->type == IR_BOOL)
		return num_bool(g, n);
	d = n->type == IR_FLOAT ? arith[n->op].floats : arith[n->op].ints;
	if (d == 0)
		gen_fail(g);
	return num_op(g, n, d);
}

uint32_t
gen_num(struct gen *g, const struct ir_node *n)
{
	uint32_t d;

	if (g->err != OK || g->depth >= GEN_DEPTH) {
		gen_fail(g);
		return 0;
	}
	g->depth++;
	d = num_value(g, n);
	g->depth--;
	return d;
}

static uint32_t
str_value(struct gen *g, const struct ir_node *n)
{
	uint32_t d;

	switch (n->op) {
	case IR_CONST:
		d = gen_new_str(g);
		gen_op(g, COND_LDT, d, 0, 0);
		gen_word(g, g->w->text(g->w->arg, n->u.s));
		return d;
	case IR_UNDEF:
		/* No such variable: an undefined string. */
		d = gen_new_str(g);
		gen_op(g, COND_LDT, d, 0, 0);
		gen_word(g, DB_NONE);
		return d;
	case IR_EXT:
		d = gen_new_str(g);
		gen_op(g, COND_EXTS, d, 0, 0);
		gen_word(g, n->u.index);
		return d;
	case IR_VAR: return g->slot[n->u.var].reg;
	case IR_FIELD: return scalar_field(g, n);
	case IR_INDEX:
	case IR_KEY: return scalar_element(g, n);
	case IR_CALL: return call(g, n, true);
	default: gen_fail(g); return 0;
	}
}

uint32_t
gen_str(struct gen *g, const struct ir_node *n)
{
	uint32_t d;

	if (g->err != OK || g->depth >= GEN_DEPTH) {
		gen_fail(g);
		return 0;
	}
	g->depth++;
	d = str_value(g, n);
	g->depth--;
	return d;
}
