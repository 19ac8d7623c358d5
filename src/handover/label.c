/* label.c - see label.h. */
#include "handover/label.h"

#include <inttypes.h>

#include "base/text.h"
#include "base/utc.h"
#include "crypto/hash.h"
#include "handover/layout.h"
#include "handover/lines.h"

#define HEAD      "candor handover 1"
#define NAME_MOST 128

bool
label_name_ok(struct bytes name)
{
	if (name.n == 0 || name.n > NAME_MOST || name.p[0] == '-' || name.p[0] == '.')
		return false;
	for (size_t i = 0; i < name.n; i++) {
		uint8_t c = name.p[i];
		bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';

		if (!letter && !(c >= '0' && c <= '9') &&
		    (c == 0 || !strchr("._+~:-", c)))
			return false;
	}
	return true;
}

static bool
lower_hex(struct bytes s)
{
	for (size_t i = 0; i < s.n; i++)
		if (text_hex(s.p[i]) < 0 || (s.p[i] >= 'A' && s.p[i] <= 'F'))
			return false;
	return true;
}

bool
label_digest(struct bytes hex, uint8_t out[LABEL_DIGEST])
{
	return hash_unhex(hex, out, LABEL_DIGEST);
}

/* --- one line each -------------------------------------------------------------- */

static bool
read_head(struct bytes v, struct label_seal *s)
{
	(void)s;
	return bytes_eq(v, BYTES_LIT("handover 1"));
}

static bool
read_product(struct bytes v, struct label_seal *s)
{
	s->label.product = v;
	return label_name_ok(v);
}

static bool
read_version(struct bytes v, struct label_seal *s)
{
	s->label.version = v;
	return label_name_ok(v);
}

static bool
read_date(struct bytes v, struct label_seal *s)
{
	return utc_parse(v, &s->label.date) == OK;
}

/* SHA-1 or SHA-256 names of git's. */
static bool
read_source(struct bytes v, struct label_seal *s)
{
	if (bytes_eq(v, BYTES_LIT("folder")))
		return true;
	return lines_word(v, "git", &s->label.commit) &&
	       (s->label.commit.n == 40 || s->label.commit.n == 64) &&
	       lower_hex(s->label.commit);
}

static bool
read_previous(struct bytes v, struct label_seal *s)
{
	if (bytes_eq(v, BYTES_LIT("none")))
		return true;
	s->label.follows = true;
	return label_digest(v, s->label.previous);
}

static bool
read_manifest(struct bytes v, struct label_seal *s)
{
	struct bytes hex, size;

	return lines_split(v, ' ', &hex, &size) && label_digest(hex, s->manifest) &&
	       text_number(size, &s->size);
}

static const struct {
	const char *word;
	bool (*read)(struct bytes v, struct label_seal *s);
} facts[] = {
	{ "candor", read_head }, { "product", read_product }, { "version", read_version },
	{ "date", read_date }, { "source", read_source }, { "previous", read_previous },
	{ "manifest", read_manifest }, /* in the note only */
};

static enum err
parse(struct lines *l, size_t n, struct label_seal *out, struct fault *f)
{
	struct label_seal s = { 0 };
	struct bytes v;

	for (size_t i = 0; i < n; i++) {
		enum err e = lines_next(l, f);

		if (e == ERR_END)
			return fault_set(f, l->as, "'%s' ends where '%s' must stand",
			    l->name, facts[i].word);
		TRY(e);
		if (!lines_word(l->line, facts[i].word, &v) || !facts[i].read(v, &s))
			return lines_fault(l, f,
			    i == 0 ? "not the first line of such a text ('" HEAD "')"
				   : "not what must stand here");
	}
	if (l->rest.n > 0)
		return fault_set(f, l->as, "'%s' goes on where it must end", l->name);
	*out = s;
	return OK;
}

enum err
label_parse(struct bytes text, struct label *out, struct fault *f)
{
	struct lines l = lines_of(LAYOUT_ABOUT, text);
	struct label_seal s;

	TRY(parse(&l, COUNT(facts) - 1, &s, f));
	*out = s.label;
	return OK;
}

enum err
label_seal_parse(struct bytes text, struct label_seal *out, struct fault *f)
{
	struct lines l = lines_of(LAYOUT_NOTE, text);

	l.as = FAULT_SEAL;
	return parse(&l, COUNT(facts), out, f);
}

static void
put_line(struct buf *out, const char *word, struct bytes value)
{
	buf_printf(out, "%s ", word);
	buf_put(out, value.p, value.n);
	buf_u8(out, '\n');
}

void
label_print(const struct label *a, struct buf *out)
{
	char date[UTC_SIZE], hex[2 * LABEL_DIGEST + 1];

	utc_print(a->date, date);
	hash_hex(a->previous, LABEL_DIGEST, hex);
	buf_str(out, HEAD "\n");
	put_line(out, "product", a->product);
	put_line(out, "version", a->version);
	buf_printf(out, "date %s\n", date);
	if (a->commit.n > 0)
		put_line(out, "source git", a->commit);
	else
		buf_str(out, "source folder\n");
	buf_printf(out, "previous %s\n", a->follows ? hex : "none");
}

void
label_seal_print(const struct label_seal *s, struct buf *out)
{
	char hex[2 * LABEL_DIGEST + 1];

	label_print(&s->label, out);
	hash_hex(s->manifest, LABEL_DIGEST, hex);
	buf_printf(out, "manifest %s %" PRIu64 "\n", hex, s->size);
}
