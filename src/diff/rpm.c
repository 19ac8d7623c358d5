#include "diff/rpm.h"

#include <stdio.h>

#include "diff/cause.h"
#include "diff/text.h"

#define LEAD        96
#define INTRO       16
#define ENTRY       16
#define ENTRIES_MAX 65536
#define DATA_MAX    (256u << 20)
#define SHOWN_MAX   20 /* strings of one tag */

enum rpm_type {
	RPM_CHAR = 1,
	RPM_INT8,
	RPM_INT16,
	RPM_INT32,
	RPM_INT64,
	RPM_STRING,
	RPM_BIN,
	RPM_STRINGS,
	RPM_I18N
};

struct rpm_head {
	struct bytes index, data;
	uint32_t n;
	uint64_t end; /* of it, in the file */
};

static enum err
head_at(struct bytes file, uint64_t at, struct rpm_head *out)
{
	CHECKED struct cur c = cur_at(file, at);
	uint32_t magic = cur_be32(&c), size;

	cur_be32(&c);
	*out = (struct rpm_head){ .n = cur_be32(&c) };
	size = cur_be32(&c);
	if (!cur_ok(&c) || magic != 0x8eade801 || out->n > ENTRIES_MAX || size > DATA_MAX)
		return ERR_FORMAT;
	out->index = cur_take(&c, (uint64_t)out->n * ENTRY);
	out->data = cur_take(&c, size);
	out->end = num_add(at, INTRO + (uint64_t)out->n * ENTRY + size);
	return cur_ok(&c) ? OK : ERR_FORMAT;
}

static enum err
heads_of(struct bytes file, struct rpm_head *signature, struct rpm_head *head)
{
	TRY(head_at(file, LEAD, signature));
	return head_at(file, (signature->end + 7) & ~UINT64_C(7), head);
}

/* --- as a container ------------------------------------------------------- */

static enum err
find_payload(const struct span *s, uint64_t *out)
{
	uint64_t most = LEAD + 2 * (INTRO + (uint64_t)ENTRIES_MAX * ENTRY + DATA_MAX);
	struct span part = span_sub(s, 0, s->size < most ? s->size : most);
	CLEAN(span_unmap) struct span_map m = { 0 };
	struct rpm_head signature, head;

	TRY(span_map(&part, &m));
	TRY(heads_of(m.b, &signature, &head));
	*out = head.end;
	return OK;
}

static enum err
put_member(struct run *r, struct members *out, const char *name, struct span s)
{
	uint8_t *window = r->windows->a;
	size_t got;

	TRY(span_read(&s, 0, window, KIND_HEAD, &got));
	out->list[out->n] = (struct member){
		.name = bytes_of(name),
		.target = BYTES_LIT(""),
		.mtime = MEMBER_NO_TIME,
		.order = out->n,
		.span = s,
		.kind = kind_of((struct bytes){ window, got }, s.size, bytes_of(name), 0),
	};
	out->n++;
	return OK;
}

enum err
rpm_members(struct run *r, unsigned side, const struct span *s, struct members *out)
{
	uint64_t at = 0;
	enum err e;

	*out = (struct members){ .in_place = true };
	arena_init(&out->arena, 1u << 20);
	out->list = ARENA_ARRAY(&out->arena, 2, struct member);
	if (out->list == NULL)
		return ERR_LIMIT;
	e = find_payload(s, &at);
	if (e == ERR_FORMAT) {
		run_damaged(r, "the header of %s cannot be read",
		    side == 0 ? "the first" : "the second");
		return members_sort(out);
	}
	TRY(e);
	TRY(put_member(r, out, "header", span_sub(s, 0, at)));
	TRY(put_member(r, out, "payload", span_sub(s, at, s->size - at)));
	out->list[0].kind = (struct kind_found){ KIND_RPM_HEADER, false, "rpm header" };
	return members_sort(out);
}

/* --- tag by tag ----------------------------------------------------------- */

struct rpm_tag {
	uint32_t tag, type, off, count;
	struct bytes data; /* of fixed types exactly; of strings to the data's end */
};

static struct rpm_tag
tag_at(const struct rpm_head *h, uint32_t i)
{
	static const uint8_t widths[] = { 0, 1, 1, 2, 4, 8, 0, 1 };
	struct cur c = cur_at(h->index, (uint64_t)i * ENTRY);
	struct rpm_tag t = { .tag = cur_be32(&c) };

	t.type = cur_be32(&c);
	t.off = cur_be32(&c);
	t.count = cur_be32(&c);
	if (!cur_ok(&c))
		return (struct rpm_tag){ 0 };
	t.data = t.type < COUNT(widths) && widths[t.type]
		     ? bytes_sub(h->data, t.off, num_mul(t.count, widths[t.type]))
		     : bytes_from(h->data, t.off);
	return t;
}

static bool
is_text(const struct rpm_tag *t)
{
	return t->type == RPM_STRING || t->type == RPM_STRINGS || t->type == RPM_I18N;
}

/* All the strings of a tag, with their NULs. */
static struct bytes
strings_of(const struct rpm_tag *t)
{
	struct cur c = cur_at(t->data, 0);
	uint32_t n = t->type == RPM_STRING ? 1 : t->count;

	while (n-- > 0 && cur_ok(&c) && cur_left(&c) > 0)
		cur_cstr(&c);
	return cur_ok(&c) ? bytes_sub(t->data, 0, t->data.n - cur_left(&c)) : t->data;
}

/* Tags with a meaning of their own here (rpmtag.h); all others are metadata. */
static const struct known {
	uint32_t tag;
	enum diff_class cls;
	const char *name;
} known_tags[] = {
	{ 1000, DIFF_METADATA, "name" },
	{ 1001, DIFF_METADATA, "version" },
	{ 1002, DIFF_METADATA, "release" },
	{ 1004, DIFF_TEXT, "summary" },
	{ 1005, DIFF_TEXT, "description" },
	{ 1006, DIFF_TIMESTAMP, "build time" },
	{ 1007, DIFF_METADATA, "build host" },
	{ 1023, DIFF_CODE, "script before installing" },
	{ 1024, DIFF_CODE, "script after installing" },
	{ 1025, DIFF_CODE, "script before removing" },
	{ 1026, DIFF_CODE, "script after removing" },
	{ 1034, DIFF_TIMESTAMP, "times of files" },
	{ 1035, DIFF_BUILD_ID, "digests of files" },
	{ 1065, DIFF_CODE, "trigger scripts" },
	{ 1079, DIFF_CODE, "script to verify" },
	{ 1080, DIFF_TIMESTAMP, "times of the changelog" },
	{ 1085, DIFF_CODE, "interpreter before installing" },
	{ 1086, DIFF_CODE, "interpreter after installing" },
	{ 1087, DIFF_CODE, "interpreter before removing" },
	{ 1088, DIFF_CODE, "interpreter after removing" },
	{ 1091, DIFF_CODE, "interpreter to verify" },
	{ 1092, DIFF_CODE, "interpreters of triggers" },
	{ 1151, DIFF_CODE, "script before the transaction" },
	{ 1152, DIFF_CODE, "script after the transaction" },
	{ 5066, DIFF_CODE, "scripts of file triggers" },
	{ 5069, DIFF_CODE, "scripts of file triggers" },
	{ 5076, DIFF_CODE, "scripts of file triggers" },
};

static const struct known *
known_of(uint32_t tag)
{
	for (size_t i = 0; i < COUNT(known_tags); i++)
		if (known_tags[i].tag == tag)
			return &known_tags[i];
	return NULL;
}

static void
put_strings(struct run_lines *l, enum diff_side side, const struct rpm_tag *t)
{
	struct cur c = cur_at(strings_of(t), 0);

	for (unsigned i = 0; i < SHOWN_MAX && cur_left(&c) > 0; i++)
		run_line(l, side, i + 1, cur_cstr(&c));
	if (!cur_ok(&c))
		run_linef(l, side, DIFF_NOWHERE, "(cut)");
}

static void
put_tag(struct run_lines *l, enum diff_side side, const struct rpm_tag *t)
{
	if (t == NULL)
		return;
	if (is_text(t))
		put_strings(l, side, t);
	else if (t->type == RPM_INT32 && t->data.n >= 4)
		run_linef(l, side, DIFF_NOWHERE, "%u%s", be32(t->data.p),
		    t->count > 1 ? " ..." : "");
	else
		run_linef(l, side, DIFF_NOWHERE, "%u values", t->count);
}

/* One of the two may be NULL: then only the other side has that tag. */
static void
tag_diff(struct run *r, uint32_t tag, const struct rpm_tag *a, const struct rpm_tag *b)
{
	const struct known *k = known_of(tag);
	enum diff_class cls = k ? k->cls : DIFF_METADATA;
	struct run_lines l;
	char where[80];

	snprintf(
	    where, sizeof(where), "tag %u%s%s", tag, k ? ", " : "", k ? k->name : "");
	if (a != NULL && b != NULL && is_text(a) && is_text(b) && cls == DIFF_METADATA)
		cls = cause_of(strings_of(a), strings_of(b), false, cls);
	run_lines_init(&l, r);
	put_tag(&l, DIFF_A, a);
	put_tag(&l, DIFF_B, b);
	run_found(r, cls, bytes_of(where), &l, "%s",
	    a == NULL   ? "only the second has it"
	    : b == NULL ? "only the first has it"
			: "it says something else");
	run_lines_done(&l);
}

static bool
same_tag(const struct rpm_tag *a, const struct rpm_tag *b)
{
	if (a->type != b->type || a->count != b->count)
		return false;
	return is_text(a) ? bytes_eq(strings_of(a), strings_of(b))
			  : bytes_eq(a->data, b->data);
}

/* Tags come sorted, as rpm writes them; unsorted ones just find no partner. */
static void
tags_diff(struct run *r, const struct rpm_head *a, const struct rpm_head *b)
{
	uint32_t i = 0, j = 0;

	while (i < a->n || j < b->n) {
		struct rpm_tag x =
		    i < a->n ? tag_at(a, i) : (struct rpm_tag){ UINT32_MAX };
		struct rpm_tag y =
		    j < b->n ? tag_at(b, j) : (struct rpm_tag){ UINT32_MAX };

		if (i < a->n && (j >= b->n || x.tag < y.tag)) {
			tag_diff(r, x.tag, &x, NULL);
			i++;
		} else if (j < b->n && (i >= a->n || y.tag < x.tag)) {
			tag_diff(r, y.tag, NULL, &y);
			j++;
		} else {
			if (!same_tag(&x, &y))
				tag_diff(r, x.tag, &x, &y);
			{
				i++;
				j++;
			}
		}
	}
}

enum err
rpm_diff(struct run *r, struct bytes a, struct bytes b)
{
	struct rpm_head sa, sb, ha, hb;

	TRY(heads_of(a, &sa, &ha));
	TRY(heads_of(b, &sb, &hb));
	if (!bytes_eq(sa.index, sb.index) || !bytes_eq(sa.data, sb.data))
		run_found(r, DIFF_BUILD_ID, BYTES_LIT("signature"), NULL,
		    "digests and signatures of header and payload differ");
	if (!bytes_eq(bytes_sub(a, 0, LEAD), bytes_sub(b, 0, LEAD)))
		run_found(r, DIFF_METADATA, BYTES_LIT("lead"), NULL, "the lead differs");
	tags_diff(r, &ha, &hb);
	return OK;
}
