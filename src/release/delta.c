/*
 * delta.c - what differs between two sorted lists of rules, in one walk along both. What
 * strangers wrote is escaped before it gets into the text.
 */
#include "release/delta.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/sys.h"
#include "base/text.h"
#include "release/linediff.h"

#define HEAD_LINE "candor rules diff 1\n"

/* Metadata by which authors say why a rule is there, as packs have it. Case is none. */
static const char *const reasons[] = { "reason", "description", "desc", "info", "threat",
	"malware", "family", "author", "reference", "references", "ref", "url", "report",
	"source", "source_url", "date", "created", "modified", "updated", "last_modified",
	"version" };

const char *
delta_word(enum delta_kind k)
{
	static const char *const words[DELTA_KINDS] = { "added", "changed", "removed" };

	return words[k];
}

/* --- comparing ------------------------------------------------------------ */

/* Where the next item of a kind goes. */
struct making {
	struct delta *d;
	size_t at[DELTA_KINDS];
	bool counting; /* the first time round */
};

/* Counted in the first round, so that the second knows where each kind begins. */
static void
put(struct making *m, enum delta_kind k, const struct ruleset_rule *old,
    const struct ruleset_rule *new)
{
	if (m->counting)
		m->d->count[k]++;
	else
		m->d->item[m->at[k]++] = (struct delta_item){ k, old, new };
}

/* Both lists once, side by side. */
static void
merge(struct making *m, const struct ruleset *old, const struct ruleset *new)
{
	size_t i = 0, j = 0;

	m->d->same = 0;
	while (i < old->n || j < new->n) {
		const struct ruleset_rule *a = i < old->n ? &old->rule[i] : NULL;
		const struct ruleset_rule *b = j < new->n ? &new->rule[j] : NULL;
		int c = a == NULL ? 1 : b == NULL ? -1 : ruleset_cmp(a, b);

		if (c < 0)
			put(m, DELTA_REMOVED, a, NULL);
		else if (c > 0)
			put(m, DELTA_ADDED, NULL, b);
		else if (memcmp(a->digest, b->digest, RULESET_DIGEST) != 0)
			put(m, DELTA_CHANGED, a, b);
		else
			m->d->same++;
		i += c <= 0;
		j += c >= 0;
	}
}

void
delta_make(const struct ruleset *old, const struct ruleset *new, struct delta *out)
{
	struct making m = { .d = out, .counting = true };

	*out = (struct delta){ .rules = new->n };
	merge(&m, old, new);
	for (unsigned k = 0; k < DELTA_KINDS; k++) {
		m.at[k] = out->n;
		out->n += out->count[k];
	}
	out->item = xcalloc(out->n, sizeof(*out->item));
	m.counting = false;
	merge(&m, old, new);
}

void
delta_done(struct delta *d)
{
	free(d->item);
	*d = (struct delta){ 0 };
}

/* --- the text ------------------------------------------------------------- */

/*
 * A line of source: as it is, but for what is no printable character. Unlike text_escape
 * a backslash stays one, for rules are full of them and this is for reading.
 */
static void
put_source(struct buf *out, struct bytes line)
{
	for (size_t i = 0; i < line.n;) {
		uint32_t code = 0;
		size_t n = text_utf8(bytes_from(line, i), &code);
		struct bytes one = bytes_sub(line, i, n ? n : 1);

		if (n == 1 && (code == '\t' || code == '\\'))
			buf_u8(out, (uint8_t)code);
		else
			text_escape(out, one);
		i += one.n;
	}
}

/* ASCII letters only, as names of metadata are. */
static bool
same_word(struct bytes a, const char *b)
{
	if (a.n != strlen(b))
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (byte_lower(a.p[i]) != (uint8_t)b[i])
			return false;
	return true;
}

static bool
is_reason(struct bytes name)
{
	for (size_t i = 0; i < COUNT(reasons); i++)
		if (same_word(name, reasons[i]))
			return true;
	return false;
}

/* What rules are in when nobody says: not worth a word. */
static bool
is_default(struct bytes ns)
{
	return ns.n == 0 || bytes_eq(ns, BYTES_LIT("default"));
}

/*
 * The first line of a paragraph. What makes a rule act on others or keep silent
 * (global, private) stands where nobody overlooks it.
 */
static void
put_name(const struct ruleset_rule *r, struct buf *out)
{
	if (!is_default(r->ns)) {
		put_source(out, r->ns);
		buf_u8(out, ':');
	}
	put_source(out, r->name);
	buf_str(out, "  ");
	put_source(out, r->file);
	buf_printf(out, ":%" PRIu32, r->line);
	if (r->global)
		buf_str(out, " global");
	if (r->private_)
		buf_str(out, " private");
	for (size_t i = 0; i < r->ntags; i++) {
		buf_str(out, " #");
		put_source(out, r->tags[i]);
	}
	buf_u8(out, '\n');
}

void
delta_put_rule(const struct ruleset_rule *r, struct buf *out)
{
	put_name(r, out);
	for (size_t i = 0; i < r->nmetas; i++) {
		const struct ruleset_meta *m = &r->metas[i];

		if (!is_reason(m->name))
			continue;
		buf_str(out, "    ");
		put_source(out, m->name);
		buf_str(out, ": ");
		put_source(out, m->value);
		buf_u8(out, '\n');
	}
}

struct printing {
	struct buf *out;
	const char *indent;
};

static enum err
put_line(void *arg, char sign, struct bytes text)
{
	struct printing *p = arg;

	if (text.n > 0 && text.p[text.n - 1] == '\r')
		text.n--;
	buf_printf(p->out, "%s%c ", p->indent, sign);
	put_source(p->out, text);
	buf_u8(p->out, '\n');
	return OK;
}

void
delta_put_lines(const struct delta_item *i, const char *indent, struct buf *out)
{
	struct printing p = { out, indent };

	if (i->kind == DELTA_CHANGED &&
	    linediff(i->old->text, i->new->text, put_line, &p) != OK)
		bug("a line cannot be refused");
}

static void
put_item(const struct delta_item *i, struct buf *out)
{
	buf_printf(out, "\n%s ", delta_word(i->kind));
	delta_put_rule(i->kind == DELTA_REMOVED ? i->old : i->new, out);
	delta_put_lines(i, "    ", out);
}

void
delta_print(const struct delta *d, struct buf *out)
{
	buf_str(out, HEAD_LINE);
	buf_printf(out, "rules %zu\nadded %zu\nchanged %zu\nremoved %zu\nunchanged %zu\n",
	    d->rules, d->count[DELTA_ADDED], d->count[DELTA_CHANGED],
	    d->count[DELTA_REMOVED], d->same);
	for (size_t i = 0; i < d->n; i++)
		put_item(&d->item[i], out);
}
