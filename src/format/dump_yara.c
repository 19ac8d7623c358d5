/*
 * dump_yara.c - facts in the form of `yara -D`, for scripts that read it.
 *
 * YARA puts each member it declares before the others, and each copy of a struct
 * turns its members round: those of the module and of its structs come last to first,
 * those of an array's elements first to last, of arrays in these last to first again.
 */
#include <inttypes.h>

#include "format/dump.h"

#define DEPTH_MOST 16

struct dump {
	struct buf *out;
	void *facts; /* the root, for loads */
};

static void
put_indent(struct dump *d, unsigned depth)
{
	buf_u8(d->out, '\n');
	while (depth-- > 0)
		buf_u8(d->out, '\t');
}

/*
 * Nothing is escaped but what cannot be printed. YARA leaves keys as they are; ours
 * cannot forge a line.
 */
static void
put_escaped(struct dump *d, struct bytes s)
{
	for (size_t i = 0; i < s.n && !d->out->full; i++) {
		if (s.p[i] >= 0x20 && s.p[i] < 0x7f)
			buf_u8(d->out, s.p[i]);
		else
			buf_printf(d->out, "\\x%02x", s.p[i]);
	}
}

static void
put_string(struct dump *d, struct bytes s)
{
	buf_str(d->out, " = \"");
	put_escaped(d, s);
	buf_u8(d->out, '"');
}

static void
put_int(struct dump *d, int64_t v)
{
	if (v == FACT_UNDEF)
		buf_str(d->out, " = YR_UNDEFINED");
	else
		buf_printf(d->out, " = %" PRId64, v);
}

static void
put_float(struct dump *d, double v)
{
	if (isnan(v))
		buf_str(d->out, " = YR_UNDEFINED");
	else
		buf_printf(d->out, " = %f", v);
}

static void
put_constant(struct dump *d, const struct fact *f)
{
	if (f->type == FACT_INT)
		put_int(d, f->value);
	else if (f->type == FACT_FLOAT)
		put_float(d, f->flt);
	else
		put_string(d, bytes_of(f->text));
}

static void
put_scalar(struct dump *d, const struct fact *f, const uint8_t *at)
{
	struct bytes s;
	int64_t i;
	double x;

	switch (f->type) {
	case FACT_INT: memcpy(&i, at, sizeof(i)); return put_int(d, i);
	case FACT_FLOAT: memcpy(&x, at, sizeof(x)); return put_float(d, x);
	default: break;
	}
	memcpy(&s, at, sizeof(s));
	if (s.p == NULL)
		buf_str(d->out, " = YR_UNDEFINED");
	else
		put_string(d, s);
}

/* Where in the text: tabs before it, and arrays around it. */
struct level {
	unsigned depth, arrays;
};

static void put_fields(
    struct dump *d, const struct fact *table, const uint8_t *of, struct level l);

static bool known(const struct fact *table, const uint8_t *of);

/* Is anything defined in the row? */
static bool
row_known(const struct fact *f, const uint8_t *of)
{
	struct fact_array a;
	struct bytes s;
	int64_t i;
	double x;

	switch (f->type) {
	case FACT_INT: memcpy(&i, of + f->at, sizeof(i)); return i != FACT_UNDEF;
	case FACT_FLOAT: memcpy(&x, of + f->at, sizeof(x)); return !isnan(x);
	case FACT_STR: memcpy(&s, of + f->at, sizeof(s)); return s.p != NULL;
	case FACT_STRUCT: return known(f->sub, of + f->at);
	case FACT_ARRAY:
	case FACT_DICT: memcpy(&a, of + f->at, sizeof(a)); return a.n > 0;
	default: return false;
	}
}

/* YARA makes an element when it first sets something of it: else it is not printed. */
static bool
known(const struct fact *table, const uint8_t *of)
{
	for (const struct fact *f = table; f->type != FACT_END; f++)
		if (!(f->flags & (FACT_YARAX | FACT_DIALECT)) && row_known(f, of))
			return true;
	return false;
}

static void
put_list(struct dump *d, const struct fact *f, const uint8_t *at, struct level l)
{
	struct level in = { l.depth + 1, l.arrays + 1 };
	struct fact_array a;

	memcpy(&a, at, sizeof(a));
	for (uint32_t i = 0; i < a.n && !d->out->full; i++) {
		const uint8_t *e = (const uint8_t *)a.p + (size_t)i * f->stride;

		if (f->sub->name[0] != '\0' && !known(f->sub, e))
			continue;
		put_indent(d, l.depth);
		if (f->type == FACT_ARRAY) {
			buf_printf(d->out, "[%u]", i);
		} else {
			struct bytes key;

			memcpy(&key, e, sizeof(key));
			put_escaped(d, key);
		}
		if (f->sub->name[0] == '\0')
			put_scalar(d, f->sub, e + f->sub->at);
		else
			put_fields(d, f->sub, e, in);
	}
}

static void
put_row(struct dump *d, const struct fact *f, const uint8_t *of, struct level l)
{
	struct level in = { l.depth + 1, l.arrays };

	if (f->flags & (FACT_HIDDEN | FACT_YARAX | FACT_DIALECT) || f->type == FACT_FN ||
	    f->type == FACT_RE)
		return;
	/* A load that met a limit leaves what it has; that is shown. */
	(void)!fact_ready(f, d->facts);
	put_indent(d, l.depth);
	buf_str(d->out, f->name);
	if (f->flags & FACT_CONST)
		put_constant(d, f);
	else if (f->type == FACT_STRUCT)
		put_fields(d, f->sub, of + f->at, in);
	else if (f->type == FACT_ARRAY || f->type == FACT_DICT)
		put_list(d, f, of + f->at, in);
	else
		put_scalar(d, f, of + f->at);
}

static void
put_fields(struct dump *d, const struct fact *table, const uint8_t *of, struct level l)
{
	size_t n = 0;

	if (l.depth > DEPTH_MOST)
		bug("a fact table that holds itself");
	while (table[n].type != FACT_END)
		n++;
	for (size_t i = 0; i < n && !d->out->full; i++)
		put_row(d, &table[l.arrays % 2 ? i : n - 1 - i], of, l);
}

void
dump_yara(const struct format *m, void *facts, struct buf *out)
{
	struct dump d = { .out = out, .facts = facts };

	buf_str(out, m->name);
	put_fields(&d, m->facts, facts, (struct level){ .depth = 1 });
	buf_u8(out, '\n');
}
