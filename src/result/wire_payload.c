/*
 * wire_payload.c - what is inside the frames, each described once, for both directions.
 *
 * A payload is a struct and a table of its fields, in the order in which they are sent
 * (docs/worker-protocol.md has the same tables for people). put_fields and get_fields
 * walk it, so what is written and what is read cannot drift apart. Numbers are
 * little-endian; bytes and arrays come after their count.
 */
#include "result/wire.h"

enum field_kind {
	END,
	VERSION, /* u32, always WIRE_VERSION; no member */
	U8,      /* uint8_t */
	U32,     /* uint32_t */
	U64,     /* any member of eight bytes, a double too */
	ENUM8,   /* an enum, one byte, at most max */
	ENUM32,  /* an enum, four bytes, at most max */
	BYTES,   /* struct bytes */
	STR,     /* const char *, never NULL */
	STR_OR,  /* const char * or NULL: one byte says which */
	ARRAY,   /* const pointer to elements that sub describes */
};

struct field {
	enum field_kind kind;
	uint32_t at;  /* of the member in the struct */
	uint32_t max; /* ENUM8, ENUM32 */
	/* ARRAY: of the uint32_t count; bytes of an element here, and at least there */
	uint32_t count_at, stride, least;
	const struct field *sub;
};

/* clang-format off */
#define ROW(kind_, S, m)      { .kind = kind_, .at = offsetof(struct S, m) }
#define ROW_MAX(kind_, S, m, max_) \
	{ .kind = kind_, .at = offsetof(struct S, m), .max = max_ }
#define ROW_ARRAY(S, m, n, E, least_, sub_) \
	{ .kind = ARRAY, .at = offsetof(struct S, m), .count_at = offsetof(struct S, n), \
	  .stride = sizeof(struct E), .least = least_, .sub = sub_ }

static const struct field ext_fields[] = {
	ROW(BYTES, ext, name),
	ROW_MAX(ENUM32, ext, type, EXT_BOOL),
	ROW(U64, ext, i),
	ROW(U64, ext, f),
	ROW(BYTES, ext, s),
	{ 0 },
};
static const struct field scan_fields[] = {
	{ .kind = VERSION },
	ROW(U32, wire_scan, flags),
	ROW(U32, wire_scan, timeout_ms),
	ROW(U32, wire_scan, match_bytes),
	ROW(U32, wire_scan, cpu_mask),
	ROW(U64, wire_scan, memory),
	ROW(U64, wire_scan, db_size),
	ROW(U32, wire_scan, given),
	ROW_ARRAY(wire_scan, exts.p, exts.n, ext, 28, ext_fields),
	{ 0 },
};
static const struct field given_fields[] = {
	ROW(BYTES, wire_given, module),
	ROW(U64, wire_given, size),
	{ 0 },
};
static const struct field file_fields[] = {
	ROW(U32, wire_file, id),
	ROW(U32, wire_file, regions),
	ROW(U64, wire_file, size),
	{ 0 },
};
static const struct field compile_fields[] = {
	{ .kind = VERSION },
	ROW(U32, wire_compile, flags),
	ROW(U32, wire_compile, strings_per_rule),
	ROW(U32, wire_compile, budget),
	ROW(U64, wire_compile, memory),
	ROW(BYTES, wire_compile, explain_rule),
	ROW_ARRAY(wire_compile, exts.p, exts.n, ext, 28, ext_fields),
	{ 0 },
};
static const struct field source_fields[] = {
	ROW(U32, wire_source, found),
	ROW(BYTES, wire_source, name),
	ROW(BYTES, wire_source, ns),
	ROW(U64, wire_source, off),
	ROW(U64, wire_source, size),
	{ 0 },
};
static const struct field include_fields[] = {
	ROW(BYTES, wire_include, from),
	ROW(BYTES, wire_include, path),
	{ 0 },
};
static const struct field stats_fields[] = {
	ROW(U64, wire_stats, objects),
	ROW(U64, wire_stats, bytes),
	ROW(U64, wire_stats, candidates),
	ROW(U64, wire_stats, verified),
	ROW(U64, wire_stats, rules_live),
	ROW(U64, wire_stats, rules_run),
	ROW(U64, wire_stats, passes),
	ROW(U64, wire_stats, steps),
	ROW(U64, wire_stats, load_ns),
	ROW(U64, wire_stats, scan_ns),
	{ 0 },
};
static const struct field diag_fields[] = {
	ROW_MAX(ENUM32, diag, kind, DIAG_HINT),
	ROW(U32, diag, line),
	ROW(U32, diag, col),
	ROW(U32, diag, width),
	ROW(U32, diag, source_line),
	ROW(STR, diag, file),
	ROW(STR_OR, diag, rule),
	ROW(STR, diag, text),
	ROW(STR_OR, diag, source),
	{ 0 },
};
/* A tag is bytes and nothing else: the element is the member. */
static const struct field tag_fields[] = {
	{ .kind = BYTES },
	{ 0 },
};
static const struct field meta_fields[] = {
	ROW(BYTES, finding_meta, name),
	ROW_MAX(ENUM8, finding_meta, type, META_STR),
	ROW(U64, finding_meta, i),
	ROW(BYTES, finding_meta, s),
	{ 0 },
};
static const struct field match_fields[] = {
	ROW(BYTES, finding_match, id),
	ROW(U64, finding_match, off),
	ROW(U64, finding_match, len),
	ROW(U32, finding_match, flags),
	ROW(U8, finding_match, key),
	ROW(BYTES, finding_match, data),
	{ 0 },
};
static const struct field finding_fields[] = {
	ROW_MAX(ENUM8, finding, kind, FINDING_DUMP),
	ROW(U32, finding, flags),
	ROW(BYTES, finding, ns),
	ROW(BYTES, finding, rule),
	ROW(BYTES, finding, text),
	ROW_ARRAY(finding, tags, ntags, bytes, WIRE_TAG_LEAST, tag_fields),
	ROW_ARRAY(finding, metas, nmetas, finding_meta, WIRE_META_LEAST, meta_fields),
	ROW_ARRAY(finding, matches, nmatches, finding_match, WIRE_MATCH_LEAST, match_fields),
	{ 0 },
};
static const struct field rule_fields[] = {
	ROW(U32, wire_rule, flags),
	ROW(U32, wire_rule, source),
	ROW(U32, wire_rule, line),
	ROW(U64, wire_rule, off),
	ROW(U64, wire_rule, len),
	ROW(BYTES, wire_rule, digest),
	ROW(BYTES, wire_rule, ns),
	ROW(BYTES, wire_rule, rule),
	ROW_ARRAY(wire_rule, tags, ntags, bytes, WIRE_TAG_LEAST, tag_fields),
	ROW_ARRAY(wire_rule, metas, nmetas, finding_meta, WIRE_META_LEAST, meta_fields),
	{ 0 },
};
static const struct field compare_fields[] = {
	{ .kind = VERSION },
	ROW(U32, wire_compare, flags),
	ROW(U32, wire_compare, timeout_ms),
	ROW(U32, wire_compare, lines),
	ROW(U32, wire_compare, mode_a),
	ROW(U32, wire_compare, mode_b),
	ROW(U64, wire_compare, size_a),
	ROW(U64, wire_compare, size_b),
	ROW(U64, wire_compare, scratch),
	ROW(U64, wire_compare, unpack),
	ROW(BYTES, wire_compare, name_a),
	ROW(BYTES, wire_compare, name_b),
	{ 0 },
};
static const struct field line_fields[] = {
	ROW_MAX(ENUM8, diff_line, side, DIFF_SIDES - 1),
	ROW(U64, diff_line, at),
	ROW(BYTES, diff_line, text),
	{ 0 },
};
static const struct field difference_fields[] = {
	ROW_MAX(ENUM8, difference, kind, DIFF_KINDS - 1),
	ROW_MAX(ENUM8, difference, cls, DIFF_CLASSES - 1),
	ROW(BYTES, difference, name_a),
	ROW(BYTES, difference, name_b),
	ROW(BYTES, difference, type),
	ROW(U64, difference, size_a),
	ROW(U64, difference, size_b),
	ROW(BYTES, difference, where),
	ROW(BYTES, difference, what),
	ROW(U64, difference, left_out),
	ROW_ARRAY(difference, lines, nlines, diff_line, WIRE_LINE_LEAST, line_fields),
	{ 0 },
};
/* clang-format on */

/* --- putting ------------------------------------------------------------- */

/* Members are copied, not cast: a table may name any place of any struct. */
static uint32_t
load32(const uint8_t *at)
{
	uint32_t v;

	memcpy(&v, at, sizeof(v));
	return v;
}

static uint64_t
load64(const uint8_t *at)
{
	uint64_t v;

	memcpy(&v, at, sizeof(v));
	return v;
}

static const void *
load_pointer(const uint8_t *at)
{
	const void *p;

	memcpy(&p, at, sizeof(p));
	return p;
}

static void
put_bytes(struct buf *b, struct bytes s)
{
	buf_le32(b, (uint32_t)s.n);
	buf_put(b, s.p, s.n);
}

static void put_fields(struct buf *b, const struct field *table, const uint8_t *of);

static void
put_array(struct buf *b, const struct field *f, const uint8_t *of)
{
	const uint8_t *element = load_pointer(of + f->at);
	uint32_t n = load32(of + f->count_at);

	buf_le32(b, n);
	for (uint32_t i = 0; i < n; i++)
		put_fields(b, f->sub, element + (size_t)i * f->stride);
}

/* Arrays hold no arrays (see the tables), so this nests once. */
static void
put_fields(struct buf *b, const struct field *table, const uint8_t *of)
{
	for (const struct field *f = table; f->kind != END; f++) {
		const uint8_t *at = of + f->at;

		switch (f->kind) {
		case END: break;
		case VERSION: buf_le32(b, WIRE_VERSION); break;
		case U8: buf_u8(b, *at); break;
		case ENUM8: buf_u8(b, (uint8_t)load32(at)); break;
		case U32:
		case ENUM32: buf_le32(b, load32(at)); break;
		case U64: buf_le64(b, load64(at)); break;
		case BYTES: put_bytes(b, *(const struct bytes *)(const void *)at); break;
		case STR_OR:
			buf_u8(b, load_pointer(at) != NULL);
			__attribute__((fallthrough));
		case STR: put_bytes(b, bytes_of(load_pointer(at))); break;
		case ARRAY: put_array(b, f, of); break;
		}
	}
}

/* --- getting ------------------------------------------------------------- */

static void
store_pointer(uint8_t *at, const void *p)
{
	memcpy(at, &p, sizeof(p));
}

/*
 * Bytes stay where they are, in the payload. cur_take is the bound: a length that the
 * payload does not have fails the cursor, and get() asks it before anything is believed.
 */
static enum err
get_bytes(struct cur *c, uint8_t *at)
{
	struct bytes s = cur_take(c, cur_le32(c));

	memcpy(at, &s, sizeof(s));
	return OK;
}

/* Strings are copied, as they need a NUL. One inside only makes the string shorter. */
static enum err
get_string(struct cur *c, struct arena *a, uint8_t *at, bool there)
{
	struct bytes s = cur_take(c, cur_le32(c));
	const char *copy = NULL;

	if (c->bad || (!there && s.n > 0))
		return ERR_PROTO;
	if (there && (copy = arena_str(a, s)) == NULL)
		return ERR_LIMIT;
	store_pointer(at, copy);
	return OK;
}

static enum err
get_enum(uint32_t v, uint32_t max, uint8_t *at)
{
	memcpy(at, &v, sizeof(v));
	return v <= max ? OK : ERR_PROTO;
}

static enum err get_fields(
    struct cur *c, struct arena *a, const struct field *table, uint8_t *of);

/* A count that the bytes left cannot hold is refused before memory is spent on it. */
static enum err
get_array(struct cur *c, struct arena *a, const struct field *f, uint8_t *of)
{
	uint32_t n = cur_le32(c);
	uint8_t *element;

	if (c->bad || n > cur_left(c) / f->least)
		return ERR_PROTO;
	element = arena_array(a, n ? n : 1, f->stride);
	if (element == NULL)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < n; i++)
		TRY(get_fields(c, a, f->sub, element + (size_t)i * f->stride));
	store_pointer(of + f->at, element);
	memcpy(of + f->count_at, &n, sizeof(n));
	return OK;
}

static enum err
get_field(struct cur *c, struct arena *a, const struct field *f, uint8_t *of)
{
	uint8_t *at = of + f->at;
	uint64_t v;

	switch (f->kind) {
	case END: break;
	case VERSION: return cur_le32(c) == WIRE_VERSION ? OK : ERR_PROTO;
	case U8: *at = cur_u8(c); break;
	case ENUM8: return get_enum(cur_u8(c), f->max, at);
	case U32: return get_enum(cur_le32(c), UINT32_MAX, at);
	case ENUM32: return get_enum(cur_le32(c), f->max, at);
	case U64:
		v = cur_le64(c);
		memcpy(at, &v, sizeof(v));
		break;
	case BYTES: return get_bytes(c, at);
	case STR: return get_string(c, a, at, true);
	case STR_OR: v = cur_u8(c); return v > 1 ? ERR_PROTO : get_string(c, a, at, v);
	case ARRAY: return get_array(c, a, f, of);
	}
	return OK;
}

/*
 * Tables end with END; arrays hold no arrays, so this nests once, and the stack is ours.
 */
static enum err
get_fields(struct cur *c, struct arena *a, const struct field *table, uint8_t *of)
{
	for (const struct field *f = table; f->kind != END; f++)
		TRY(get_field(c, a, f, of));
	return OK;
}

/* The largest of the structs that payloads are. */
#define PAYLOAD_MAX 256

/*
 * Exactly all of it was read, and nothing more was wanted: only then to is written, so
 * what was read of a payload that turns out wrong is nobody's business.
 */
static enum err
get(struct bytes p, struct arena *a, const struct field *table, void *to, size_t size)
{
	_Alignas(max_align_t) uint8_t got[PAYLOAD_MAX] = { 0 };
	CHECKED struct cur c = cur_at(p, 0);
	enum err e = get_fields(&c, a, table, got);

	if (!cur_ok(&c))
		return ERR_PROTO;
	TRY(e);
	if (cur_left(&c) != 0)
		return ERR_PROTO;
	memcpy(to, got, size);
	return OK;
}

/* --- the two functions of each payload ----------------------------------- */

void
wire_put_scan(struct buf *b, const struct wire_scan *s)
{
	put_fields(b, scan_fields, (const void *)s);
}

enum err
wire_get_scan(struct bytes p, struct arena *a, struct wire_scan *out)
{
	_Static_assert(sizeof(*out) <= PAYLOAD_MAX, "room for it in get");
	return get(p, a, scan_fields, out, sizeof(*out));
}

void
wire_put_given(struct buf *b, const struct wire_given *g)
{
	put_fields(b, given_fields, (const void *)g);
}

enum err
wire_get_given(struct bytes p, struct wire_given *out)
{
	_Static_assert(sizeof(*out) <= PAYLOAD_MAX, "room for it in get");
	return get(p, NULL, given_fields, out, sizeof(*out));
}

void
wire_put_file(struct buf *b, const struct wire_file *s)
{
	put_fields(b, file_fields, (const void *)s);
}

enum err
wire_get_file(struct bytes p, struct wire_file *out)
{
	_Static_assert(sizeof(*out) <= PAYLOAD_MAX, "room for it in get");
	return get(p, NULL, file_fields, out, sizeof(*out));
}

void
wire_put_compile(struct buf *b, const struct wire_compile *s)
{
	put_fields(b, compile_fields, (const void *)s);
}

enum err
wire_get_compile(struct bytes p, struct arena *a, struct wire_compile *out)
{
	_Static_assert(sizeof(*out) <= PAYLOAD_MAX, "room for it in get");
	return get(p, a, compile_fields, out, sizeof(*out));
}

void
wire_put_source(struct buf *b, const struct wire_source *s)
{
	put_fields(b, source_fields, (const void *)s);
}

enum err
wire_get_source(struct bytes p, struct wire_source *out)
{
	_Static_assert(sizeof(*out) <= PAYLOAD_MAX, "room for it in get");
	return get(p, NULL, source_fields, out, sizeof(*out));
}

void
wire_put_include(struct buf *b, const struct wire_include *s)
{
	put_fields(b, include_fields, (const void *)s);
}

enum err
wire_get_include(struct bytes p, struct wire_include *out)
{
	_Static_assert(sizeof(*out) <= PAYLOAD_MAX, "room for it in get");
	return get(p, NULL, include_fields, out, sizeof(*out));
}

void
wire_put_stats(struct buf *b, const struct wire_stats *s)
{
	put_fields(b, stats_fields, (const void *)s);
}

enum err
wire_get_stats(struct bytes p, struct wire_stats *out)
{
	_Static_assert(sizeof(*out) <= PAYLOAD_MAX, "room for it in get");
	return get(p, NULL, stats_fields, out, sizeof(*out));
}

void
wire_put_diag(struct buf *b, const struct diag *s)
{
	put_fields(b, diag_fields, (const void *)s);
}

enum err
wire_get_diag(struct bytes p, struct arena *a, struct diag *out)
{
	_Static_assert(sizeof(*out) <= PAYLOAD_MAX, "room for it in get");
	return get(p, a, diag_fields, out, sizeof(*out));
}

void
wire_put_finding(struct buf *b, const struct finding *s)
{
	put_fields(b, finding_fields, (const void *)s);
}

enum err
wire_get_finding(struct bytes p, struct arena *a, struct finding *out)
{
	_Static_assert(sizeof(*out) <= PAYLOAD_MAX, "room for it in get");
	return get(p, a, finding_fields, out, sizeof(*out));
}

void
wire_put_rule(struct buf *b, const struct wire_rule *s)
{
	put_fields(b, rule_fields, (const void *)s);
}

enum err
wire_get_rule(struct bytes p, struct arena *a, struct wire_rule *out)
{
	_Static_assert(sizeof(*out) <= PAYLOAD_MAX, "room for it in get");
	return get(p, a, rule_fields, out, sizeof(*out));
}

void
wire_put_compare(struct buf *b, const struct wire_compare *s)
{
	put_fields(b, compare_fields, (const void *)s);
}

enum err
wire_get_compare(struct bytes p, struct wire_compare *out)
{
	_Static_assert(sizeof(*out) <= PAYLOAD_MAX, "room for it in get");
	return get(p, NULL, compare_fields, out, sizeof(*out));
}

void
wire_put_difference(struct buf *b, const struct difference *s)
{
	put_fields(b, difference_fields, (const void *)s);
}

enum err
wire_get_difference(struct bytes p, struct arena *a, struct difference *out)
{
	_Static_assert(sizeof(*out) <= PAYLOAD_MAX, "room for it in get");
	return get(p, a, difference_fields, out, sizeof(*out));
}

enum err
wire_get_u32(struct bytes p, uint32_t *out)
{
	CHECKED struct cur c = cur_at(p, 0);
	uint32_t v = cur_le32(&c);

	if (!cur_ok(&c) || cur_left(&c) != 0)
		return ERR_PROTO;
	*out = v;
	return OK;
}
