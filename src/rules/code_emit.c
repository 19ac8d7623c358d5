/* code_emit.c - words, registers and labels of the code generator. */
#include "rules/code_gen.h"

void
gen_fail(struct gen *g)
{
	g->err = ERR_LIMIT;
}

static void
push(struct gen *g, uint32_t **v, size_t *n, size_t *cap, uint32_t w)
{
	if (*n >= *cap) {
		uint32_t *more = *n < COND_WORDS_MAX
				     ? arena_grow(g->arena, *v, cap, *n + 1, sizeof(w))
				     : NULL;

		if (more == NULL) {
			gen_fail(g);
			return;
		}
		*v = more;
	}
	(*v)[(*n)++] = w;
}

void
gen_word(struct gen *g, uint32_t w)
{
	push(g, &g->word, &g->n, &g->cap, w);
}

void
gen_op(struct gen *g, enum cond_op op, uint32_t a, uint32_t b, uint32_t c)
{
	gen_word(g, cond_word(op, a, b, c));
}

void
gen_i64(struct gen *g, int64_t v)
{
	gen_word(g, (uint32_t)v);
	gen_word(g, (uint32_t)((uint64_t)v >> 32));
}

void
gen_load_int(struct gen *g, uint32_t reg, int64_t v)
{
	if (v == (int32_t)v) {
		gen_op(g, COND_LDI, reg, 0, 0);
		gen_word(g, (uint32_t)v);
	} else {
		gen_op(g, COND_LDQ, reg, 0, 0);
		gen_i64(g, v);
	}
}

static uint32_t
path_words(const struct gen *g, const struct cond_path *p, uint32_t *out)
{
	out[0] = g->w->modules[p->module] | p->n << 8;
	for (uint32_t i = 0; i < p->n; i += 2)
		out[1 + i / 2] =
		    p->row[i] | (i + 1 < p->n ? (uint32_t)p->row[i + 1] << 16 : 0);
	return 1 + (p->n + 1) / 2;
}

/* The path's index among the path words; the same path is kept once. */
static uint32_t
path_index(struct gen *g, const struct cond_path *p)
{
	uint32_t w[1 + COND_PATH_MAX / 2] = { 0 };
	uint32_t n = path_words(g, p, w), at = 0;

	while (at < g->npath) {
		uint32_t len = 1 + ((g->path[at] >> 8) + 1) / 2;

		if (len == n && memcmp(&g->path[at], w, n * sizeof(w[0])) == 0)
			return at;
		at += len;
	}
	for (uint32_t i = 0; i < n; i++)
		push(g, &g->path, &g->npath, &g->path_cap, w[i]);
	return at;
}

void
gen_path(struct gen *g, const struct cond_path *p)
{
	gen_word(g, path_index(g, p));
}

static uint32_t
new_reg(struct gen *g, uint32_t *used, uint32_t *most)
{
	if (*used >= GEN_REGS) {
		gen_fail(g);
		return 0;
	}
	if (++*used > *most)
		*most = *used;
	return *used - 1;
}

uint32_t
gen_new_num(struct gen *g)
{
	return new_reg(g, &g->num, &g->num_max);
}

uint32_t
gen_new_str(struct gen *g)
{
	return new_reg(g, &g->str, &g->str_max);
}

static bool
path_same(const struct cond_path *a, const struct cond_path *b)
{
	return a->module == b->module && a->n == b->n &&
	       memcmp(a->row, b->row, a->n * sizeof(a->row[0])) == 0;
}

uint32_t
gen_new_obj(struct gen *g, const struct cond_path *type)
{
	uint32_t i = 0;

	while (i < g->nobj && (g->obj[i].busy || !path_same(&g->obj[i].path, type)))
		i++;
	if (i >= GEN_REGS) {
		gen_fail(g);
		return 0;
	}
	g->obj[i] = (struct obj_reg){ *type, true };
	g->used[g->nused++] = (uint8_t)i;
	if (i == g->nobj)
		g->nobj++;
	return i;
}

struct mark
gen_mark(const struct gen *g)
{
	return (struct mark){ g->num, g->str, g->nused };
}

void
gen_release(struct gen *g, struct mark m)
{
	g->num = m.num;
	g->str = m.str;
	while (g->nused > m.nused)
		g->obj[g->used[--g->nused]].busy = false;
}

/* The target bits of an unbound branch hold the next one of its chain. */
void
gen_target(struct gen *g, struct label *l, uint32_t mask)
{
	gen_word(g, mask | l->refs << COND_TARGET_SHIFT);
	l->refs = (uint32_t)g->n;
}

void
gen_bind(struct gen *g, struct label *l)
{
	uint32_t at = l->refs;

	if (g->err != OK)
		return;
	while (at != 0) {
		uint32_t w = g->word[at - 1];

		g->word[at - 1] = (w & 0xff) | (uint32_t)g->n << COND_TARGET_SHIFT;
		at = w >> COND_TARGET_SHIFT;
	}
	l->refs = 0;
}

void
gen_jump(struct gen *g, struct label *l)
{
	gen_op(g, COND_JUMP, 0, 0, 0);
	gen_target(g, l, COND_ON_ALL);
}

void
gen_branch(struct gen *g, struct goal to, uint32_t possible)
{
	bool first = true;

	while (possible != 0 || first) {
		struct label *l = NULL;
		uint32_t mask = 0;

		for (uint32_t o = 0; o < 3; o++) {
			if (!(possible >> o & 1) || to.on[o] == NULL)
				continue;
			if (l == NULL)
				l = to.on[o];
			if (to.on[o] == l)
				mask |= 1u << o;
		}
		if (l == NULL) {
			if (first)
				gen_word(g, g->hint);
			return;
		}
		if (first) {
			gen_target(g, l, mask | g->hint);
		} else if (mask == possible) {
			gen_jump(g, l);
		} else {
			gen_op(g, COND_AGAIN, 0, 0, 0);
			gen_target(g, l, mask);
		}
		possible &= ~mask;
		first = false;
	}
}

void
gen_back(struct gen *g, uint32_t i, uint32_t hi, uint32_t head)
{
	gen_op(g, COND_NEXT, i, hi, 0);
	gen_word(g, head << COND_TARGET_SHIFT);
}

/* Adds where things will lie to what refers to them: targets and paths. */
static void
relocate(struct gen *g, uint32_t at, uint32_t code, uint32_t paths)
{
	uint32_t w = at + 1;

	for (const char *k = cond_ops[g->word[at] & 0xff].words; *k != '\0'; k++) {
		switch (*k) {
		case 'B':
			if (g->word[w] >> COND_TARGET_SHIFT != 0)
				g->word[w] += code << COND_TARGET_SHIFT;
			w++;
			break;
		case 'J': g->word[w++] += code << COND_TARGET_SHIFT; break;
		case 'S':
			for (uint32_t n = g->word[w++]; n > 0; n--)
				g->word[w++] += code << COND_TARGET_SHIFT;
			break;
		case 'D': g->word[w++] += paths; break;
		case 'F':
		case 'A':
			g->word[w] += paths;
			w += 2;
			break;
		case 'C':
			g->word[w] += paths;
			w += 6;
			break;
		case 'L':
		case 'V': w += g->word[w] + 2; break;
		case 'q': w += 2; break;
		default: w++; break;
		}
	}
}

enum err
gen_finish(struct gen *g, struct buf *out)
{
	uint32_t paths = 2 + g->nobj, code, type[GEN_REGS];

	for (uint32_t i = 0; i < g->nobj; i++)
		type[i] = path_index(g, &g->obj[i].path) + paths;
	code = paths + (uint32_t)g->npath;
	if (g->err != OK || g->n + code >= COND_WORDS_MAX)
		return ERR_LIMIT;
	for (uint32_t at = 0; at < g->n;) {
		uint32_t len = cond_length(g->word, (uint32_t)g->n, at);

		if (len == 0)
			bug("the code generator emitted half an instruction");
		relocate(g, at, code, paths);
		at += len;
	}
	buf_align(out, 4);
	buf_le32(out, g->num_max | g->str_max << 8 | g->nobj << 16);
	buf_le32(out, code);
	for (uint32_t i = 0; i < g->nobj; i++)
		buf_le32(out, type[i]);
	for (size_t i = 0; i < g->npath; i++)
		buf_le32(out, g->path[i]);
	for (size_t i = 0; i < g->n; i++)
		buf_le32(out, g->word[i]);
	return out->full ? ERR_LIMIT : OK;
}
