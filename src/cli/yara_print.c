/*
 * yara_print.c - findings in the very form that yara prints: its order, blanks and
 * escapes, down to the blank behind a number's name.
 */
#include "cli/yara_print.h"

#define HEX_MAX 64 /* bytes of a hex string that are shown */

static bool
listed(const struct opt_list *l, struct bytes name)
{
	for (size_t i = 0; i < l->n; i++)
		if (bytes_eq(bytes_of(l->p[i]), name))
			return true;
	return false;
}

bool
yara_shows(const struct yara_opts *o, const struct finding *f)
{
	bool tagged = o->tags.n == 0;

	if (o->rules.n > 0) /* -i makes YARA forget -t */
		return listed(&o->rules, f->rule);
	for (uint32_t i = 0; i < f->ntags; i++)
		tagged |= listed(&o->tags, f->tags[i]);
	return tagged;
}

static void
put(struct buf *b, struct bytes s)
{
	buf_put(b, s.p, s.n);
}

static void
put_tags(struct buf *b, const struct finding *f)
{
	buf_u8(b, '[');
	for (uint32_t i = 0; i < f->ntags; i++) {
		if (i > 0)
			buf_u8(b, ',');
		put(b, f->tags[i]);
	}
	buf_str(b, "] ");
}

/* Letters behind the backslash for the control characters 7 to 13. */
static void
put_escaped(struct buf *b, struct bytes s)
{
	static const char letters[] = "abtnvfr";

	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		if (c == '"' || c == '\'' || c == '\\')
			buf_printf(b, "\\%c", c);
		else if (c >= 32 && c < 127)
			buf_u8(b, c);
		else if (c >= 7 && c <= 13)
			buf_printf(b, "\\%c", letters[c - 7]);
		else
			buf_printf(b, "\\%03o", c);
	}
}

/* The space behind an integer's name is YARA's. */
static void
put_metas(struct buf *b, const struct finding *f)
{
	buf_u8(b, '[');
	for (uint32_t i = 0; i < f->nmetas; i++) {
		const struct finding_meta *m = &f->metas[i];

		if (i > 0)
			buf_u8(b, ',');
		put(b, m->name);
		if (m->type == META_INT)
			buf_printf(b, " =%lld", (long long)m->i);
		if (m->type == META_BOOL)
			buf_str(b, m->i ? "=true" : "=false");
		if (m->type == META_STR) {
			buf_str(b, "=\"");
			put_escaped(b, m->s);
			buf_u8(b, '"');
		}
	}
	buf_str(b, "] ");
}

static void
put_text(struct buf *b, struct bytes s, uint8_t key)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i] ^ key;

		if (c >= 32 && c < 127)
			buf_u8(b, c);
		else
			buf_printf(b, "\\x%02X", c);
	}
}

static void
put_hex(struct buf *b, struct bytes s, uint64_t len)
{
	for (size_t i = 0; i < s.n && i < HEX_MAX; i++)
		buf_printf(b, i ? " %02X" : "%02X", s.p[i]);
	if (len > HEX_MAX)
		buf_str(b, " ...");
}

static void
put_match(const struct yara_opts *o, const struct finding_match *m, struct buf *b)
{
	buf_printf(b, "0x%llx:", (unsigned long long)m->off);
	if (o->lengths)
		buf_printf(b, "%llu:",
		    (unsigned long long)(m->len < m->data.n ? m->len : m->data.n));
	put(b, m->id);
	if (o->xor_key) {
		buf_printf(b, ":xor(0x%02x,", m->key);
		put_text(b, m->data, m->key);
		buf_u8(b, ')');
	}
	if (o->strings) {
		buf_str(b, ": ");
		if (m->flags & MATCH_HEX)
			put_hex(b, m->data, m->len);
		else
			put_text(b, m->data, 0);
	}
	buf_u8(b, '\n');
}

void
yara_print(const struct yara_opts *o, const struct finding *f, struct bytes path,
    struct buf *out)
{
	if (o->ns) {
		put(out, f->ns);
		buf_u8(out, ':');
	}
	put(out, f->rule);
	buf_u8(out, ' ');
	if (o->tags_shown)
		put_tags(out, f);
	if (o->metas)
		put_metas(out, f);
	put(out, path);
	buf_u8(out, '\n');
	yara_print_matches(o, f, out);
}

void
yara_print_matches(const struct yara_opts *o, const struct finding *f, struct buf *out)
{
	for (uint32_t i = 0; i < f->nmatches; i++)
		if (!(f->matches[i].flags & MATCH_PRIVATE))
			put_match(o, &f->matches[i], out);
}
