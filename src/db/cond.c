/*
 * cond.c - the shape of condition code: how long an instruction is, where a path of
 * facts leads.
 *
 * Shared by who writes code, who verifies it and who prints it, so they cannot disagree
 * about where the next instruction begins.
 */
#include "db/cond.h"

const struct cond_op_row cond_ops[COND_NOPS] = {
#define COND_OP(name, text, regs, words) { text, regs, words },
#include "db/cond_ops.def"
};

bool
cond_path_at(const uint32_t *code, uint32_t n, uint32_t at, struct cond_path *out)
{
	struct cond_path p;

	if (at >= n)
		return false;
	p.module = code[at] & 0xff;
	p.n = code[at] >> 8;
	if (p.n > COND_PATH_MAX || (p.n + 1) / 2 > n - at - 1)
		return false;
	for (uint32_t i = 0; i < p.n; i++)
		p.row[i] = (uint16_t)(code[at + 1 + i / 2] >> (i % 2 * 16));
	*out = p;
	return true;
}

const struct fact *
cond_row(const struct fact *table, uint32_t k)
{
	if (table == NULL)
		return NULL;
	/* A table has no length, only an end: it is walked, never indexed. */
	for (; table->type != FACT_END; table++)
		if (k-- == 0)
			return table;
	return NULL;
}

const struct fact *
cond_path_row(const struct fact *table, const struct cond_path *p)
{
	const struct fact *row = NULL;

	for (uint32_t i = 0; i < p->n; i++) {
		row = cond_row(table, p->row[i]);
		if (row == NULL)
			return NULL;
		table = row->type == FACT_FN ? NULL : row->sub;
	}
	return row;
}

/* The words of one operand at code[at]; 0: it is cut off. */
static uint32_t
operand_length(const uint32_t *code, uint32_t n, uint32_t at, char kind)
{
	uint64_t need = 1;

	switch (kind) {
	case 'q':
	case 'F':
	case 'A': need = 2; break;
	case 'C': need = 6; break;
	case 'L':
	case 'V': need = at < n ? (uint64_t)code[at] + 2 : 1; break;
	case 'S': need = at < n ? (uint64_t)code[at] + 1 : 1; break;
	default: break;
	}
	return at <= n && need <= n - at ? (uint32_t)need : 0;
}

/*
 * The heart of the verifier: whatever the words say, the instruction lies inside of
 * the code or its length is 0. Lists count themselves with a word of the file, which
 * operand_length weighs in 64 bits.
 */
uint32_t
cond_length(const uint32_t *code, uint32_t n, uint32_t at)
{
	uint32_t end = at + 1;

	if (at >= n || (code[at] & 0xff) >= COND_NOPS)
		return 0;
	for (const char *w = cond_ops[code[at] & 0xff].words; *w != '\0'; w++) {
		uint32_t len = operand_length(code, n, end, *w);

		if (len == 0)
			return 0;
		end += len;
	}
	return end - at;
}

uint32_t
cond_percent(int64_t percent, uint32_t n)
{
	size_t count;

	/* The smallest count that satisfies; found / n * 100 grows with found. */
	SORT_FIRST(count, (size_t)n + 1, (double)count / n * 100 >= (double)percent);
	return (uint32_t)count;
}
