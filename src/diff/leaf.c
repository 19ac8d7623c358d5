#include "diff/leaf.h"

#include <stdio.h>

#include "base/utc.h"
#include "diff/hex.h"
#include "diff/pdf.h"
#include "diff/png.h"
#include "diff/rpm.h"
#include "diff/text.h"
#include "objdiff/objdiff.h"

#define MAP_MAX    (1u << 30)   /* bytes of an object that is looked at as a whole */
#define OBJECT_MAX (384u << 20) /* of memory for what objdiff learns of two objects */

struct leaf {
	struct run *run;
	const struct span *a, *b;
	struct bytes ma, mb; /* mapped, when the comparator wants that */
	enum diff_class cls;
};

static enum err
object(struct leaf *l)
{
	struct diff_sink sink = run_sink(l->run);
	uint32_t lines = l->run->limit.lines;
	struct objdiff_opts o = {
		.functions = OBJDIFF_FUNCTIONS,
		.lines = lines < OBJDIFF_LINES ? lines : OBJDIFF_LINES,
		.items = OBJDIFF_ITEMS,
		.passed = span_passed,
	};
	struct arena arena;
	enum err e;

	arena_init(&arena, OBJECT_MAX);
	o.arena = &arena;
	e = objdiff_run(l->ma, l->mb, &o, &sink);
	arena_done(&arena);
	/* a spent budget was said, and so was what had been found until then */
	return e == ERR_LIMIT || l->run->failed != OK ? OK : e;
}

static enum err
text(struct leaf *l)
{
	return text_diff(l->run, l->ma, l->mb, l->cls == DIFF_CODE);
}

static enum err
png(struct leaf *l)
{
	return png_diff(l->run, l->ma, l->mb);
}

static enum err
pdf(struct leaf *l)
{
	return pdf_diff(l->run, l->ma, l->mb);
}

static enum err
rpm(struct leaf *l)
{
	return rpm_diff(l->run, l->ma, l->mb);
}

static enum err
bytes(struct leaf *l)
{
	return hex_diff(l->run, l->a, l->b, l->cls);
}

/* PEP 552: magic, flags, then (flags 0) the source's time and size; code from 16 on. */
static enum err
pyc(struct leaf *l)
{
	uint8_t x[16], y[16];
	struct run_lines lines;
	size_t n, m;

	TRY(span_read(l->a, 0, x, 16, &n));
	TRY(span_read(l->b, 0, y, 16, &m));
	if (n < 16 || m < 16 || le32(x) != le32(y) || le32(x + 4) != 0 ||
	    le32(y + 4) != 0)
		return ERR_FORMAT;
	if (le32(x + 8) != le32(y + 8)) {
		run_lines_init(&lines, l->run);
		run_linef(&lines, DIFF_A, 8, "%u seconds since 1970", le32(x + 8));
		run_linef(&lines, DIFF_B, 8, "%u seconds since 1970", le32(y + 8));
		run_found(l->run, DIFF_TIMESTAMP, BYTES_LIT("header"), &lines,
		    "it was compiled from a source of another time");
		run_lines_done(&lines);
	}

	struct span a = span_sub(l->a, 12, l->a->size - 12);
	struct span b = span_sub(l->b, 12, l->b->size - 12);

	return hex_diff(l->run, &a, &b, DIFF_CODE);
}

enum err
leaf_diff(struct run *r, enum kind kind, const struct span *a, const struct span *b,
    enum diff_class cls)
{
	static const struct {
		enum err (*fn)(struct leaf *l);
		bool mapped;
	} leaves[KINDS] = {
		[KIND_OBJECT] = { object, true },
		[KIND_TEXT] = { text, true },
		[KIND_PNG] = { png, true },
		[KIND_PDF] = { pdf, true },
		[KIND_RPM_HEADER] = { rpm, true },
		[KIND_PYC] = { pyc, false },
	};
	struct leaf l = { .run = r, .a = a, .b = b, .cls = cls };
	CLEAN(span_unmap) struct span_map x = { 0 };
	CLEAN(span_unmap) struct span_map y = { 0 };

	if (leaves[kind].fn == NULL)
		return bytes(&l);
	if (leaves[kind].mapped) {
		if (a->size > MAP_MAX || b->size > MAP_MAX)
			return ERR_LIMIT;
		TRY(span_map(a, &x));
		TRY(span_map(b, &y));
		l.ma = x.b;
		l.mb = y.b;
	}
	return leaves[kind].fn(&l);
}

/* --- gzip ----------------------------------------------------------------- */

enum { GZIP_EXTRA = 4, GZIP_NAME = 8 };

struct gzip {
	uint8_t flags, level, system;
	uint32_t mtime;
	struct bytes name;
};

static bool
gzip_read(struct bytes head, struct gzip *out)
{
	struct cur c = cur_at(head, 0);
	uint16_t magic = cur_be16(&c);
	uint8_t method = cur_u8(&c);

	*out = (struct gzip){ .flags = cur_u8(&c) };
	out->mtime = cur_le32(&c);
	out->level = cur_u8(&c);
	out->system = cur_u8(&c);
	if (out->flags & GZIP_EXTRA)
		(void)cur_take(&c, cur_le16(&c));
	if (out->flags & GZIP_NAME)
		out->name = cur_cstr(&c);
	return cur_ok(&c) && magic == 0x1f8b && method == 8;
}

static void
gzip_lines(struct run_lines *l, enum diff_side side, const struct gzip *g)
{
	char when[UTC_SIZE];

	utc_print(g->mtime, when);
	run_linef(l, side, DIFF_NOWHERE, "time %s", g->mtime ? when : "not told");
	run_linef(l, side, DIFF_NOWHERE, "name \"%.*s\", level mark %u, system %u",
	    (int)(g->name.n < 200 ? g->name.n : 200),
	    g->name.p ? (const char *)g->name.p : "", g->level, g->system);
}

void
leaf_gzip_header(struct run *r, const struct span *a, const struct span *b)
{
	uint8_t *x = r->windows->a, *y = r->windows->b;
	struct run_lines lines;
	struct gzip ga, gb;
	size_t n, m;

	if (span_read(a, 0, x, 4096, &n) != OK || span_read(b, 0, y, 4096, &m) != OK ||
	    !gzip_read((struct bytes){ x, n }, &ga) ||
	    !gzip_read((struct bytes){ y, m }, &gb))
		return;
	run_lines_init(&lines, r);
	gzip_lines(&lines, DIFF_A, &ga);
	gzip_lines(&lines, DIFF_B, &gb);
	if (ga.mtime != gb.mtime)
		run_found(r, DIFF_TIMESTAMP, BYTES_LIT("gzip header"), &lines,
		    "it was compressed at another time");
	if (ga.level != gb.level)
		run_found(r, DIFF_COMPRESSION, BYTES_LIT("gzip header"), &lines,
		    "it was compressed at another level");
	/* extra fields and comments are data: rest.h */
	if (ga.flags != gb.flags || ga.system != gb.system || !bytes_eq(ga.name, gb.name))
		run_found(r, DIFF_METADATA, BYTES_LIT("gzip header"), &lines,
		    "the header says something else");
	run_lines_done(&lines);
}
