/*
 * statement.c - see statement.h.
 *
 * One table of fields is read by the parser and by the printer, so they cannot disagree;
 * each kind of value is a pair of functions. That a text has one form follows from each
 * value having one: decimal without leading zeros, lower-case hex, one form of time.
 */
#include "release/statement.h"

#include <stddef.h>

#include "base/text.h"
#include "base/utc.h"
#include "crypto/hash.h"

#define VERSION_LINE "candor statement 1\n"

/* One line being read or to be written: the values of a field, behind its key. */
struct value {
	struct bytes in; /* what is left of the line */
	struct buf *out;
};

/* --- values ----------------------------------------------------------------- */

/* The next word of the line and the space behind it; the last one ends the line. */
static struct bytes
word(struct value *v)
{
	uint64_t space = bytes_find(v->in, 0, BYTES_LIT(" "));
	struct bytes w = bytes_clip(v->in, 0, space);

	/* a space with nothing behind it leaves an empty word, which no value is */
	if (space != UINT64_MAX)
		v->in = bytes_from(v->in, space + 1);
	else
		v->in = (struct bytes){ 0 };
	return w;
}

static bool
is_among(struct bytes s, size_t max, const char *more)
{
	if (s.n == 0 || s.n > max)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') &&
		    (c == '\0' || strchr(more, c) == NULL))
			return false;
	}
	return true;
}

bool
statement_channel_ok(struct bytes s)
{
	return is_among(s, STATEMENT_CHANNEL, "-") && s.p[0] != '-' &&
	       s.p[s.n - 1] != '-';
}

bool
statement_name_ok(struct bytes s)
{
	return is_among(s, STATEMENT_NAME, "ABCDEFGHIJKLMNOPQRSTUVWXYZ._+~-") &&
	       s.p[0] != '.' && s.p[0] != '-';
}

/* A verifier key is visible ASCII; what is in it is for log/note.h to judge. */
static bool
key_ok(struct bytes s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= 0x20 || s.p[i] >= 0x7f)
			return false;
	return s.n > 0 && s.n <= STATEMENT_KEY;
}

static void
write_hash(struct buf *out, const uint8_t *hash)
{
	char hex[2 * STATEMENT_HASH + 1];

	hash_hex(hash, STATEMENT_HASH, hex);
	buf_str(out, hex);
}

static bool
hash_is_zero(const uint8_t *hash)
{
	uint8_t any = 0;

	for (size_t i = 0; i < STATEMENT_HASH; i++)
		any |= hash[i];
	return any == 0;
}

/* --- kinds: how a field's value is read and written --------------------------- */

static bool
get_number(struct value *v, void *to)
{
	return text_number(word(v), to);
}

static bool
put_number(struct value *v, const void *of)
{
	const uint64_t *n = of;

	buf_printf(v->out, "%llu", (unsigned long long)*n);
	return *n <= INT64_MAX;
}

/* "none" stands for no hash; so a hash of all zeros is none that can be written. */
static bool
get_previous(struct value *v, void *to)
{
	struct bytes w = word(v);

	return bytes_eq(w, BYTES_LIT("none")) ||
	       (hash_unhex(w, to, STATEMENT_HASH) && !hash_is_zero(to));
}

static bool
put_previous(struct value *v, const void *of)
{
	if (hash_is_zero(of))
		buf_str(v->out, "none");
	else
		write_hash(v->out, of);
	return true;
}

static bool
get_date(struct value *v, void *to)
{
	return utc_parse(word(v), to) == OK;
}

static bool
put_date(struct value *v, const void *of)
{
	const int64_t *t = of;
	char text[UTC_SIZE];

	utc_print(*t, text);
	buf_str(v->out, text);
	return *t >= 0 && *t <= UTC_MAX;
}

/* 0 is "none": the first second of 1970 ends nothing. */
static bool
get_until(struct value *v, void *to)
{
	struct bytes w = word(v);
	int64_t *t = to;

	return bytes_eq(w, BYTES_LIT("none")) || (utc_parse(w, t) == OK && *t != 0);
}

static bool
put_until(struct value *v, const void *of)
{
	const int64_t *t = of;

	if (*t != 0)
		return put_date(v, of);
	buf_str(v->out, "none");
	return true;
}

static bool
get_file(struct value *v, void *to)
{
	struct statement_file *f = to;

	return hash_unhex(word(v), f->sha256, STATEMENT_HASH) &&
	       text_number(word(v), &f->size);
}

static bool
put_file(struct value *v, const void *of)
{
	const struct statement_file *f = of;

	write_hash(v->out, f->sha256);
	buf_u8(v->out, ' ');
	return put_number(v, &f->size);
}

static bool
get_named(struct value *v, void *to)
{
	struct statement_file *f = to;

	if (!get_file(v, to))
		return false;
	f->name = word(v);
	return statement_name_ok(f->name);
}

static bool
put_named(struct value *v, const void *of)
{
	const struct statement_file *f = of;
	bool ok = put_file(v, of);

	buf_u8(v->out, ' ');
	buf_put(v->out, f->name.p, f->name.n);
	return ok && statement_name_ok(f->name);
}

/* Words: one function reads all of them, the check is what differs. */
static bool
get_word(struct value *v, void *to)
{
	*(struct bytes *)to = word(v);
	return true;
}

static bool
put_word(struct value *v, const void *of)
{
	const struct bytes *s = of;

	buf_put(v->out, s->p, s->n);
	return true;
}

struct kind {
	bool (*get)(struct value *v, void *to);
	bool (*put)(struct value *v, const void *of);
	bool (*ok)(struct bytes word); /* of words: read and written alike */
	const char *fault;
};

/* clang-format off */
static const struct kind
	kind_number = { get_number, put_number, NULL, "not a number" },
	kind_previous = { get_previous, put_previous, NULL, "neither a SHA-256 nor 'none'" },
	kind_date = { get_date, put_date, NULL, "not a time like 2026-11-23T04:05:06Z" },
	kind_until = { get_until, put_until, NULL, "neither a time nor 'none'" },
	kind_file = { get_file, put_file, NULL, "not a SHA-256 and a size" },
	kind_named = { get_named, put_named, NULL, "not a SHA-256, a size and a file's name" },
	kind_channel = { get_word, put_word, statement_channel_ok, "not a channel's name" },
	kind_name = { get_word, put_word, statement_name_ok, "not a name" },
	kind_key = { get_word, put_word, key_ok, "not a verifier key" };

/* --- the fields, in their order ------------------------------------------------ */

struct field {
	const char *key; /* NULL: ends a table */
	const struct kind *kind;
	size_t at;
};

#define FIELD(key, kind, member) { key, kind, offsetof(struct statement, member) }

static const struct field common[] = {
	FIELD("channel", &kind_channel, channel),
	FIELD("sequence", &kind_number, sequence),
	FIELD("previous", &kind_previous, previous),
	FIELD("date", &kind_date, date),
	FIELD("not-after", &kind_until, not_after),
	{ NULL },
};
static const struct field rules[] = {
	FIELD("archive", &kind_file, archive),
	FIELD("diff", &kind_file, diff),
	FIELD("rules", &kind_number, rules),
	FIELD("added", &kind_number, added),
	FIELD("changed", &kind_number, changed),
	FIELD("removed", &kind_number, removed),
	{ NULL },
};
/* artefact lines follow */
static const struct field release[] = {
	FIELD("name", &kind_name, name),
	FIELD("version", &kind_name, version),
	FIELD("source", &kind_named, source),
	FIELD("recipe", &kind_named, recipe),
	{ NULL },
};
static const struct field keys[] = {
	FIELD("old", &kind_key, old_key),
	FIELD("new", &kind_key, new_key),
	{ NULL },
};
static const struct {
	const char *name;
	const struct field *fields;
} types[STATEMENT_TYPES] = {
	[STATEMENT_RULES] = { "rules", rules },
	[STATEMENT_RELEASE] = { "release", release },
	[STATEMENT_KEYS] = { "keys", keys },
};
/* clang-format on */

const char *
statement_type_name(enum statement_type t)
{
	return (unsigned)t < STATEMENT_TYPES ? types[t].name : "?";
}

/* --- what no single line can tell ----------------------------------------------- */

static const char *
whole_rules(const struct statement *s)
{
	/* each addition is one of the rules now; and a change is of one that stayed */
	if (s->added > s->rules || s->changed > s->rules - s->added)
		return "more rules added and changed than there are";
	if (s->sequence == 1 && (s->added != s->rules || s->removed != 0))
		return "in a first release every rule is an added one";
	return NULL;
}

static const char *
whole_release(const struct statement *s)
{
	if (s->nartefacts == 0 || s->nartefacts > STATEMENT_ARTEFACTS)
		return "no artefact, or more than 200";
	for (size_t i = 1; i < s->nartefacts; i++)
		if (bytes_cmp(s->artefact[i - 1].name, s->artefact[i].name) >= 0)
			return "the artefacts are not sorted by name";
	return NULL;
}

/* NULL: the lines agree with each other. */
static const char *
whole(const struct statement *s)
{
	if (s->sequence == 0)
		return "sequences begin with 1";
	if ((s->sequence == 1) != hash_is_zero(s->previous))
		return "the first one, and no other, has no previous one";
	if (s->not_after != 0 && s->not_after < s->date)
		return "it expires before it was made";
	if (s->type == STATEMENT_RULES)
		return whole_rules(s);
	if (s->type == STATEMENT_RELEASE)
		return whole_release(s);
	return bytes_eq(s->old_key, s->new_key) ? "the new key is the old one" : NULL;
}

/* --- reading ---------------------------------------------------------------------- */

struct reading {
	struct bytes rest;
	struct arena *arena;
	struct statement_fault fault;
};

static enum err
fail(struct statement_fault *f, const char *what)
{
	f->what = what;
	return ERR_FORMAT;
}

/* Does the next line begin with key and a space? */
static bool
is_next(const struct reading *r, const char *key)
{
	struct bytes k = bytes_of(key);

	return bytes_eq(bytes_clip(r->rest, 0, k.n), k) &&
	       bytes_eq(bytes_sub(r->rest, k.n, 1), BYTES_LIT(" "));
}

/* The line `key VALUE`, its newline consumed: the value. */
static enum err
take_line(struct reading *r, const char *key, struct bytes *value)
{
	uint64_t nl = bytes_find(r->rest, 0, BYTES_LIT("\n"));
	size_t at = strlen(key) + 1;

	r->fault.line++;
	if (nl == UINT64_MAX)
		return fail(&r->fault, r->rest.n ? "a line without an end" : "cut short");
	if (!is_next(r, key) || nl <= at)
		return fail(&r->fault, "another line was expected here");
	*value = bytes_sub(r->rest, at, nl - at);
	r->rest = bytes_from(r->rest, nl + 1);
	return OK;
}

static enum err
read_field(struct reading *r, const struct field *f, void *of)
{
	struct value v = { 0 };
	void *to = (char *)of + f->at;

	TRY(take_line(r, f->key, &v.in));
	if (!f->kind->get(&v, to) || v.in.p != NULL ||
	    (f->kind->ok != NULL && !f->kind->ok(*(struct bytes *)to)))
		return fail(&r->fault, f->kind->fault);
	return OK;
}

static enum err
read_fields(struct reading *r, const struct field *f, struct statement *out)
{
	for (; f->key != NULL; f++)
		TRY(read_field(r, f, out));
	return OK;
}

static enum err
read_type(struct reading *r, struct statement *out)
{
	struct bytes type;

	TRY(take_line(r, "type", &type));
	for (unsigned t = 0; t < STATEMENT_TYPES; t++) {
		if (!bytes_eq(type, bytes_of(types[t].name)))
			continue;
		out->type = (enum statement_type)t;
		return OK;
	}
	return fail(&r->fault, "an unknown type");
}

static enum err
read_artefacts(struct reading *r, struct statement *out)
{
	static const struct field row = { "artefact", &kind_named, 0 };
	struct statement_file *list = NULL;
	size_t cap = 0;

	while (is_next(r, row.key) && out->nartefacts < STATEMENT_ARTEFACTS) {
		struct statement_file f = { 0 };

		TRY(read_field(r, &row, &f));
		if (out->nartefacts == cap)
			list = arena_grow(r->arena, list, &cap, cap + 1, sizeof(*list));
		if (list == NULL)
			return ERR_LIMIT;
		list[out->nartefacts++] = f;
	}
	out->artefact = list;
	return OK;
}

static enum err
read_all(struct reading *r, struct statement *out)
{
	struct bytes head = BYTES_LIT(VERSION_LINE);
	const char *fault;

	if (r->rest.n > STATEMENT_MAX)
		return fail(&r->fault, "too long for a statement");
	r->fault.line = 1;
	if (!bytes_eq(bytes_clip(r->rest, 0, head.n), head))
		return fail(&r->fault, "not a statement of a version known here");
	r->rest = bytes_from(r->rest, head.n);
	TRY(read_type(r, out));
	TRY(read_fields(r, common, out));
	TRY(read_fields(r, types[out->type].fields, out));
	if (out->type == STATEMENT_RELEASE)
		TRY(read_artefacts(r, out));
	r->fault.line++;
	if (r->rest.n != 0)
		return fail(&r->fault, "a line that does not belong here");
	r->fault.line = 0;
	fault = whole(out);
	return fault != NULL ? fail(&r->fault, fault) : OK;
}

enum err
statement_parse(struct bytes text, struct arena *a, struct statement *out,
    struct statement_fault *fault)
{
	struct reading r = { .rest = text, .arena = a, .fault.what = "out of memory" };
	struct statement s = { 0 };
	enum err e = read_all(&r, &s);

	if (e == OK)
		*out = s;
	else if (fault != NULL)
		*fault = r.fault;
	return e;
}

/* --- writing ---------------------------------------------------------------------- */

static enum err
write_field(
    struct value *v, const struct field *f, const void *of, struct statement_fault *fault)
{
	const void *from = (const char *)of + f->at;

	fault->line++;
	buf_str(v->out, f->key);
	buf_u8(v->out, ' ');
	if (!f->kind->put(v, from) ||
	    (f->kind->ok != NULL && !f->kind->ok(*(const struct bytes *)from)))
		return fail(fault, f->kind->fault);
	buf_u8(v->out, '\n');
	return OK;
}

static enum err
write_fields(struct value *v, const struct field *f, const struct statement *s,
    struct statement_fault *fault)
{
	for (; f->key != NULL; f++)
		TRY(write_field(v, f, s, fault));
	return OK;
}

static enum err
write_all(const struct statement *s, struct buf *out, struct statement_fault *fault)
{
	static const struct field row = { "artefact", &kind_named, 0 };
	struct value v = { .out = out };
	const char *wrong;

	if ((unsigned)s->type >= STATEMENT_TYPES)
		return fail(fault, "an unknown type");
	fault->line = 2; /* the two that cannot fail */
	buf_str(out, VERSION_LINE);
	buf_printf(out, "type %s\n", types[s->type].name);
	TRY(write_fields(&v, common, s, fault));
	TRY(write_fields(&v, types[s->type].fields, s, fault));
	for (size_t i = 0; s->type == STATEMENT_RELEASE && i < s->nartefacts; i++)
		TRY(write_field(&v, &row, &s->artefact[i], fault));
	fault->line = 0;
	wrong = whole(s);
	if (wrong == NULL && out->n > STATEMENT_MAX)
		wrong = "too long for a statement";
	return wrong != NULL ? fail(fault, wrong) : OK;
}

enum err
statement_print(const struct statement *s, struct buf *out, struct statement_fault *fault)
{
	struct statement_fault f = { 0 };
	struct buf text = { 0 };
	enum err e = write_all(s, &text, &f);

	if (e == OK)
		buf_put(out, text.p, text.n);
	else if (fault != NULL)
		*fault = f;
	buf_done(&text);
	return e;
}

const char *
statement_follows(
    const struct statement *last, struct bytes last_text, const struct statement *next)
{
	uint8_t hash[STATEMENT_HASH];

	if (last == NULL)
		return next->sequence == 1 ? NULL : "it is not the first of its channel";
	if (last->type != next->type || !bytes_eq(last->channel, next->channel))
		return "it is of another type or channel";
	if (last->sequence == UINT64_MAX || next->sequence != last->sequence + 1)
		return "its sequence is not the next one";
	hash_of(HASH_SHA256, last_text, hash);
	if (memcmp(hash, next->previous, sizeof(hash)) != 0)
		return "its previous one is another statement";
	if (next->date < last->date)
		return "it was made before its previous one";
	if (next->type == STATEMENT_RELEASE && !bytes_eq(last->name, next->name))
		return "it is of another product";
	if (next->type == STATEMENT_KEYS && !bytes_eq(last->new_key, next->old_key))
		return "its old key is not the one that was new";
	return NULL;
}
