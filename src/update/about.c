/* about.c - see about.h. */
#include "update/about.h"

#include <inttypes.h>

#include "base/text.h"
#include "crypto/hash.h"
#include "update/facts.h"

#define HEAD "candor installed 1"

enum kind { WORD, NUMBER, DIGEST };

#define AT(field) offsetof(struct about, field), sizeof(((struct about *)0)->field)

/* Each line exactly once, in this order. */
static const struct {
	const char *key;
	enum kind kind;
	size_t at, size;
} lines[] = {
	{ "channel", WORD, AT(channel) },
	{ "sequence", NUMBER, AT(sequence) },
	{ "index", NUMBER, AT(index) },
	{ "origin", WORD, AT(origin) },
	{ "statement", DIGEST, AT(statement) },
	{ "archive", DIGEST, AT(archive) },
	{ "archive-size", NUMBER, AT(archive_size) },
	{ "rules", NUMBER, AT(rules) },
	{ "date", NUMBER, AT(date) },
	{ "not-after", NUMBER, AT(not_after) },
	{ "sealed", NUMBER, AT(sealed) },
	{ "installed", NUMBER, AT(installed) },
	{ "built", WORD, AT(built) },
};

static bool
get_value(struct bytes v, enum kind kind, size_t size, uint8_t *to)
{
	uint64_t n;

	switch (kind) {
	case DIGEST: return hash_unhex(v, to, 32);
	case NUMBER:
		if (!text_number(v, &n))
			return false;
		memcpy(to, &n, sizeof(n));
		return true;
	default:
		if (v.n >= size || memchr(v.p, '\0', v.n) != NULL)
			return false;
		memcpy(to, v.p, v.n);
		to[v.n] = '\0';
		return true;
	}
}

enum err
about_parse(struct bytes text, struct about *out, struct fault *f)
{
	struct about a = { 0 };
	struct facts r;
	enum err e = facts_open(&r, text, HEAD);

	for (size_t i = 0; i < COUNT(lines) && e == OK; i++) {
		e = facts_next(&r);
		if (e == OK && !(facts_is(&r, lines[i].key) &&
				   get_value(r.value, lines[i].kind, lines[i].size,
				       (uint8_t *)&a + lines[i].at)))
			e = ERR_FORMAT;
	}
	if (e != OK || facts_next(&r) != ERR_END)
		return fault_set(f, FAULT_STATE,
		    "the file 'about' of the installed release is damaged");
	*out = a;
	return OK;
}

void
about_print(const struct about *a, struct buf *out)
{
	buf_str(out, HEAD "\n");
	for (size_t i = 0; i < COUNT(lines); i++) {
		const uint8_t *p = (const uint8_t *)a + lines[i].at;
		uint64_t n;

		buf_printf(out, "%s ", lines[i].key);
		switch (lines[i].kind) {
		case WORD: buf_str(out, (const char *)p); break;
		case DIGEST: facts_put_digest(out, p); break;
		case NUMBER:
			memcpy(&n, p, sizeof(n));
			buf_printf(out, "%" PRIu64, n);
			break;
		}
		buf_u8(out, '\n');
	}
}

void
about_name(const struct about *a, struct buf *out)
{
	buf_printf(out, "%s %" PRIu64 " (", a->channel, a->sequence);
	text_escape(out, bytes_of(a->origin));
	buf_printf(out, " %" PRIu64 ")", a->index);
}
