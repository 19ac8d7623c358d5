/* json.c - the report for programs; docs/compare.md describes it. */
#include "base/json.h"

#include "compare/view.h"

static const char *const kinds[DIFF_KINDS] = {
	[DIFF_BEGIN] = "begin",
	[DIFF_END] = "end",
	[DIFF_FOUND] = "found",
	[DIFF_ONLY_A] = "only_a",
	[DIFF_ONLY_B] = "only_b",
	[DIFF_NOTE] = "note",
	[DIFF_LIMIT] = "limit",
	[DIFF_DAMAGED] = "damaged",
};

static void
put_lines(struct json *j, const struct difference *d)
{
	static const char *const sides[DIFF_SIDES] = {
		[DIFF_BOTH] = "both", [DIFF_A] = "a", [DIFF_B] = "b", [DIFF_HEAD] = "head"
	};

	json_open(j, "lines", '[');
	for (uint32_t i = 0; i < d->nlines; i++) {
		json_open(j, NULL, '{');
		json_str(j, "side", sides[d->lines[i].side]);
		if (d->lines[i].at != DIFF_NOWHERE)
			json_uint(j, "at", d->lines[i].at);
		json_bytes(j, "text", d->lines[i].text);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void
put_path(struct json *j, const struct view *v)
{
	json_open(j, "path", '[');
	for (uint32_t i = 1; i < v->n; i++) {
		json_open(j, NULL, '{');
		json_bytes(j, "name", v->around[i]->d.name_a);
		if (v->around[i]->d.name_b.n > 0)
			json_bytes(j, "name_b", v->around[i]->d.name_b);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void
put_statement(struct json *j, const struct view *v, const struct compare_item *x)
{
	const struct difference *d = &x->d;

	json_open(j, NULL, '{');
	json_str(j, "kind", kinds[d->kind]);
	if (d->kind == DIFF_FOUND || d->kind == DIFF_ONLY_A || d->kind == DIFF_ONLY_B)
		json_str(j, "class", diff_class_name(d->cls));
	put_path(j, v);
	if (d->name_a.n > 0)
		json_bytes(j, "name", d->name_a);
	if (d->name_b.n > 0)
		json_bytes(j, "name_b", d->name_b);
	if (d->type.n > 0)
		json_bytes(j, "type", d->type);
	if (d->kind == DIFF_BEGIN || d->kind == DIFF_ONLY_A)
		json_uint(j, "size_a", d->size_a);
	if (d->kind == DIFF_BEGIN || d->kind == DIFF_ONLY_B)
		json_uint(j, "size_b", d->size_b);
	if (d->where.n > 0)
		json_bytes(j, "where", d->where);
	if (d->what.n > 0)
		json_bytes(j, "what", d->what);
	if (d->nlines > 0)
		put_lines(j, d);
	if (d->left_out > 0)
		json_uint(j, "left_out", d->left_out);
	json_close(j, '}');
}

static void
put_classes(struct json *j, const struct compare_result *r)
{
	json_open(j, "classes", '{');
	for (unsigned c = 0; c < DIFF_CLASSES; c++)
		if (r->count[c] > 0)
			json_uint(j, diff_class_name((enum diff_class)c), r->count[c]);
	json_close(j, '}');
}

static void
put_side(struct json *j, const char *key, struct bytes name, uint64_t size,
    const uint8_t *sha256)
{
	json_open(j, key, '{');
	json_bytes(j, "path", name);
	json_uint(j, "size", size);
	if (sha256 != NULL)
		json_hex(j, "sha256", (struct bytes){ sha256, 32 });
	json_close(j, '}');
}

void
compare_json(const struct compare_result *r, const struct compare_names *n, FILE *out)
{
	struct buf b = { 0 }, headline = { 0 };
	struct json j = { &b, false };
	struct view v = { .n = 0 };

	compare_headline(r, &headline);
	json_open(&j, NULL, '{');
	json_uint(&j, "version", 1);
	json_str(&j, "verdict", compare_verdict_name(r->verdict));
	json_bytes(&j, "headline", buf_bytes(&headline));
	if (r->why[0] != '\0')
		json_str(&j, "why", r->why);
	put_side(&j, "a", n->a, r->size_a, n->sha256_a);
	put_side(&j, "b", n->b, r->size_b, n->sha256_b);
	put_classes(&j, r);
	json_bool(&j, "complete",
	    r->verdict != COMPARE_FAILED && r->limits == 0 && r->damaged == 0);
	json_uint(&j, "limits", r->limits);
	json_uint(&j, "damaged", r->damaged);
	json_uint(&j, "left_out", r->left_out);
	json_open(&j, "statements", '[');
	for (size_t i = 0; i < r->n; i++) {
		/* a BEGIN's path is what it stands in */
		if (r->item[i].d.kind != DIFF_END)
			put_statement(&j, &v, &r->item[i]);
		view_enter(&v, &r->item[i]);
		view_leave(&v, &r->item[i]);
		fwrite(b.p, 1, b.n, out);
		buf_clear(&b);
	}
	json_close(&j, ']');
	json_close(&j, '}');
	buf_u8(&b, '\n');
	fwrite(b.p, 1, b.n, out);
	buf_done(&b);
	buf_done(&headline);
}
