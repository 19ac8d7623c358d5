#include "format/dump.h"

#include <inttypes.h>

/* The two forms differ in a few marks; everything else is one walk. */
struct dump {
	struct buf *out;
	void *facts; /* the root, for loads */
	bool json;
};

/* Tables nest by their definition, so this is deep enough for any of ours. */
#define DEPTH_MOST 16

/* Constants are the same for every file, functions and regexes have no value. */
static bool
shown(const struct fact *f)
{
	return !(f->flags & (FACT_CONST | FACT_HIDDEN | FACT_DIALECT)) &&
	       f->type != FACT_FN && f->type != FACT_RE;
}

/* The conventions of base/fact.h. Values are copied: a struct may be packed anyhow. */
static bool
defined(const struct fact *f, const void *at)
{
	int64_t i;
	double d;

	switch (f->type) {
	case FACT_INT: return (void)memcpy(&i, at, sizeof(i)), i != FACT_UNDEF;
	case FACT_FLOAT: return (void)memcpy(&d, at, sizeof(d)), !isnan(d);
	case FACT_STR: return ((const struct bytes *)at)->p != NULL;
	case FACT_ARRAY:
	case FACT_DICT: return ((const struct fact_array *)at)->n > 0;
	default: return true;
	}
}

static void
put_string(struct dump *d, struct bytes s)
{
	buf_u8(d->out, '"');
	for (size_t i = 0; i < s.n && !d->out->full; i++) {
		uint8_t c = s.p[i];

		if (c == '"' || c == '\\')
			buf_u8(d->out, '\\');
		if (c >= 0x20 && c < 0x7f)
			buf_u8(d->out, c);
		else
			buf_printf(d->out, d->json ? "\\u%04x" : "\\x%02x", c);
	}
	buf_u8(d->out, '"');
}

static void
put_indent(struct dump *d, unsigned depth)
{
	while (!d->json && depth-- > 0)
		buf_u8(d->out, '\t');
}

static void put_fields(
    struct dump *d, const struct fact *table, const uint8_t *of, unsigned depth);

/* A number or a string. */
static void
put_scalar(struct dump *d, const struct fact *f, const uint8_t *at)
{
	int64_t i;
	double x;

	if (f->type == FACT_STR) {
		put_string(d, *(const struct bytes *)(const void *)at);
	} else if (f->type == FACT_INT) {
		memcpy(&i, at, sizeof(i));
		buf_printf(d->out, "%" PRId64, i);
	} else {
		memcpy(&x, at, sizeof(x));
		buf_printf(d->out, isfinite(x) || !d->json ? "%.17g" : "null", x);
	}
}

/* What an element of an array or dictionary holds: one value, or fields. */
static void
put_element(struct dump *d, const struct fact *sub, const uint8_t *at, unsigned depth)
{
	if (sub->name[0] == '\0') {
		if (!d->json)
			buf_str(d->out, " = ");
		if (defined(sub, at + sub->at))
			put_scalar(d, sub, at + sub->at);
		else
			buf_str(d->out, d->json ? "null" : "undefined");
		if (!d->json)
			buf_u8(d->out, '\n');
		return;
	}
	buf_u8(d->out, d->json ? '{' : '\n');
	put_fields(d, sub, at, depth + 1);
	if (d->json)
		buf_u8(d->out, '}');
}

/* The loop ends with the list or when out is full, whichever the file wanted. */
static void
put_list(struct dump *d, const struct fact *f, const struct fact_array *a, unsigned depth)
{
	bool dict = f->type == FACT_DICT;

	buf_u8(d->out, !d->json ? '\n' : dict ? '{' : '[');
	for (uint32_t i = 0; i < a->n && !d->out->full; i++) {
		const uint8_t *at = (const uint8_t *)a->p + (size_t)i * f->stride;

		if (d->json && i > 0)
			buf_u8(d->out, ',');
		put_indent(d, depth + 1);
		if (dict) {
			put_string(d, *(const struct bytes *)(const void *)at);
			if (d->json)
				buf_u8(d->out, ':');
		} else if (!d->json) {
			buf_printf(d->out, "[%u]", i);
		}
		put_element(d, f->sub, at, depth + 1);
	}
	if (d->json)
		buf_u8(d->out, dict ? '}' : ']');
}

static void
put_value(struct dump *d, const struct fact *f, const uint8_t *at, unsigned depth)
{
	switch (f->type) {
	case FACT_STRUCT:
		buf_u8(d->out, d->json ? '{' : '\n');
		put_fields(d, f->sub, at, depth + 1);
		if (d->json)
			buf_u8(d->out, '}');
		return;
	case FACT_ARRAY:
	case FACT_DICT:
		put_list(d, f, (const struct fact_array *)(const void *)at, depth);
		return;
	default:
		if (!d->json)
			buf_str(d->out, " = ");
		put_scalar(d, f, at);
		if (!d->json)
			buf_u8(d->out, '\n');
	}
}

static void
put_fields(struct dump *d, const struct fact *table, const uint8_t *of, unsigned depth)
{
	bool first = true;

	if (depth > DEPTH_MOST)
		bug("a fact table that holds itself");
	for (const struct fact *f = table; f->type != FACT_END && !d->out->full; f++) {
		if (!shown(f))
			continue;
		/* A load that met a limit leaves what it has; that is shown. */
		(void)!fact_ready(f, d->facts);
		if (!defined(f, of + f->at))
			continue;
		if (d->json && !first)
			buf_u8(d->out, ',');
		first = false;
		put_indent(d, depth);
		buf_printf(d->out, d->json ? "\"%s\":" : "%s", f->name);
		put_value(d, f, of + f->at, depth);
	}
}

void
dump_text(const struct format *m, void *facts, struct buf *out)
{
	struct dump d = { .out = out, .facts = facts };

	buf_printf(out, "%s\n", m->name);
	put_fields(&d, m->facts, facts, 1);
}

void
dump_json(const struct format *m, void *facts, struct buf *out)
{
	struct dump d = { .out = out, .facts = facts, .json = true };

	buf_u8(out, '{');
	put_fields(&d, m->facts, facts, 1);
	buf_u8(out, '}');
}
