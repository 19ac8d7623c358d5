/*
 * cond_print.c - condition code as text, for `candor explain`. It reads what a compiler
 * has just made or what was verified, by cond_length, and so stays within the code even
 * if it was neither.
 */
#include "db/cond_print.h"

#include <inttypes.h>

struct print {
	struct buf *out;
	const uint32_t *code;
	uint32_t n;
	const struct cond_names *names;
};

static const char *const rels[COND_NRELS] = { "==", "!=", "<", "<=", ">", ">=", "same",
	"other" };
static const char *const strs[COND_NSTRS] = { "contains", "icontains", "startswith",
	"istartswith", "endswith", "iendswith", "iequals" };

static void
print_read(struct print *p, uint32_t how)
{
	buf_printf(p->out, " %s%u%s",
	    how & COND_READ_FLOAT  ? "float"
	    : how & COND_READ_SIGN ? "int"
				   : "uint",
	    8u << (how & COND_READ_WIDTH), how & COND_READ_BIG ? "be" : "");
}

static void
print_reg(struct print *p, char kind, uint32_t v)
{
	switch (kind) {
	case '-': break;
	case 'r': buf_printf(p->out, " %s", v < COND_NRELS ? rels[v] : "?"); break;
	case 'x': buf_printf(p->out, " %s", v < COND_NSTRS ? strs[v] : "?"); break;
	case 'w': print_read(p, v); break;
	case 'u': buf_printf(p->out, " %u", v); break;
	default: buf_printf(p->out, " %c%u", kind, v); break;
	}
}

static void
print_name(struct print *p, char kind, uint32_t v)
{
	buf_u8(p->out, ' ');
	if (kind == 'P' && v & COND_PAT_REG)
		buf_printf(p->out, "[n%u]", v & 0xff);
	else if (p->names->name != NULL)
		p->names->name(p->names->arg, kind, v, p->out);
	else
		buf_printf(p->out, "%c%u", kind, v);
}

/* pe.sections[].name */
static void
print_path(struct print *p, uint32_t at)
{
	const struct fact *table = NULL, *row;
	struct cond_path path;

	if (!cond_path_at(p->code, p->n, at, &path)) {
		buf_str(p->out, " ?");
		return;
	}
	print_name(p, 'M', path.module);
	if (path.module < p->names->nfacts && p->names->facts != NULL)
		table = p->names->facts[path.module];
	for (uint32_t i = 0; i < path.n; i++) {
		row = cond_row(table, path.row[i]);
		if (row == NULL) {
			buf_printf(p->out, ".%u", path.row[i]);
			table = NULL;
			continue;
		}
		if (row->name[0] != '\0')
			buf_printf(p->out, ".%s", row->name);
		if (row->type == FACT_ARRAY || row->type == FACT_DICT)
			buf_str(p->out, "[]");
		table = row->type == FACT_FN ? NULL : row->sub;
	}
}

/* A branch: which outcomes jump where; + and - for what a guess is worth. */
static void
print_branch(struct print *p, uint32_t w)
{
	static const char *const on[] = { "", "false", "true", "false,true", "undef",
		"false,undef", "true,undef", "always" };

	if (w & COND_HELPS)
		buf_str(p->out, " +");
	if (w & COND_HURTS)
		buf_str(p->out, " -");
	if (w & COND_ON_ALL)
		buf_printf(
		    p->out, " %s->%u", on[w & COND_ON_ALL], w >> COND_TARGET_SHIFT);
}

static void
print_list(struct print *p, const uint32_t *w, char kind)
{
	buf_printf(p->out, " %u of (", w[1]);
	for (uint32_t i = 0; i < w[0]; i++)
		print_name(p, kind == 'L' ? 'P' : 'R', w[2 + i]);
	buf_str(p->out, " )");
}

/* Prints the operand at w; how many words it has. */
static uint32_t
print_operand(struct print *p, const uint32_t *w, char kind)
{
	switch (kind) {
	case 'i': buf_printf(p->out, " %d", (int32_t)w[0]); return 1;
	case 'q':
		buf_printf(p->out, " %" PRId64, (int64_t)(w[0] | (uint64_t)w[1] << 32));
		return 2;
	case 'k':
	case 'Z': buf_printf(p->out, " %u", w[0]); return 1;
	case 'B': print_branch(p, w[0]); return 1;
	case 'J': buf_printf(p->out, " ->%u", w[0] >> COND_TARGET_SHIFT); return 1;
	case 'D': print_path(p, w[0]); return 1;
	case 'F':
	case 'A':
		print_path(p, w[0]);
		buf_printf(p->out, " +%u", w[1]);
		return 2;
	case 'C':
		print_path(p, w[0]);
		buf_printf(p->out, " +%u (%u %u %u %u)", w[1], w[2], w[3], w[4], w[5]);
		return 6;
	case 'L':
	case 'V': print_list(p, w, kind); return w[0] + 2;
	case 'S':
		for (uint32_t i = 1; i <= w[0]; i++)
			buf_printf(p->out, " ->%u", w[i] >> COND_TARGET_SHIFT);
		return w[0] + 1;
	default: print_name(p, kind, w[0]); return 1;
	}
}

static void
print_instruction(struct print *p, uint32_t at)
{
	uint32_t word = p->code[at];
	const struct cond_op_row *row = &cond_ops[word & 0xff];
	const uint32_t *w = &p->code[at + 1];

	buf_printf(p->out, "%6u  %s", at, row->name);
	for (unsigned i = 0; i < 3; i++)
		print_reg(p, row->regs[i], word >> (8 + 8 * i) & 0xff);
	for (const char *k = row->words; *k != '\0'; k++)
		w += print_operand(p, w, *k);
	buf_u8(p->out, '\n');
}

void
cond_print(
    struct buf *out, const uint32_t *code, uint32_t n, const struct cond_names *names)
{
	struct print p = { out, code, n, names };

	if (n < 2 || code[1] < 2 || code[1] >= n) {
		buf_str(out, "     0  broken\n");
		return;
	}
	buf_printf(out, "        registers: %u numbers, %u strings, %u objects\n",
	    code[0] & 0xff, code[0] >> 8 & 0xff, code[0] >> 16 & 0xff);
	for (uint32_t at = code[1], len; at < n; at += len) {
		len = cond_length(code, n, at);
		if (len == 0) {
			buf_printf(out, "%6u  broken\n", at);
			return;
		}
		print_instruction(&p, at);
	}
}
