/* manifest.c - see manifest.h. */
#include "handover/manifest.h"

#include "base/ustar.h"
#include "crypto/hash.h"
#include "handover/layout.h"

static bool
has_backslash(struct bytes s)
{
	return bytes_find(s, 0, BYTES_LIT("\\")) != UINT64_MAX;
}

void
manifest_line(struct buf *out, struct bytes name, const uint8_t digest[LABEL_DIGEST])
{
	char hex[2 * LABEL_DIGEST + 1];
	bool odd = has_backslash(name);

	hash_hex(digest, LABEL_DIGEST, hex);
	buf_printf(out, "%s%s  ", odd ? "\\" : "", hex);
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '\\')
			buf_u8(out, '\\');
		buf_u8(out, name.p[i]);
	}
	buf_u8(out, '\n');
}

void
manifest_open(struct manifest *m, struct bytes text)
{
	*m = (struct manifest){ .lines = lines_of(LAYOUT_MANIFEST, text) };
	m->lines.as = FAULT_MANIFEST;
}

void
manifest_done(struct manifest *m)
{
	buf_done(&m->hold);
	buf_done(&m->last);
}

/* Each backslash must be one of a pair: other escapes stand for what no name has. */
static bool
unescape(struct bytes s, struct buf *out)
{
	buf_clear(out);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && (++i == s.n || s.p[i] != '\\'))
			return false;
		buf_u8(out, s.p[i]);
	}
	return true;
}

/* The digest, two blanks and the name; an escaped line has a reason to be one. */
static bool
cut(struct bytes line, struct buf *hold, struct manifest_line *out)
{
	bool odd = line.n > 0 && line.p[0] == '\\';
	struct bytes l = odd ? bytes_from(line, 1) : line;
	struct bytes hex = bytes_sub(l, 0, 2 * (uint64_t)LABEL_DIGEST);

	out->name = bytes_from(l, hex.n + 2);
	if (!label_digest(hex, out->digest) ||
	    !bytes_eq(bytes_sub(l, hex.n, 2), BYTES_LIT("  ")) ||
	    odd != has_backslash(out->name))
		return false;
	if (odd) {
		if (!unescape(out->name, hold))
			return false;
		out->name = buf_bytes(hold);
	}
	return true;
}

enum err
manifest_next(struct manifest *m, struct manifest_line *out, struct fault *f)
{
	const char *fault;

	TRY(lines_next(&m->lines, f));
	if (!cut(m->lines.line, &m->hold, out))
		return lines_fault(&m->lines, f, "not a line of sha256sum");
	fault = ustar_name_fault(out->name);
	if (fault == NULL && m->last.n > 0 &&
	    ustar_name_cmp(buf_bytes(&m->last), out->name) >= 0)
		fault = "out of order";
	if (fault != NULL)
		return lines_fault(&m->lines, f, fault);
	buf_clear(&m->last);
	buf_put(&m->last, out->name.p, out->name.n);
	return OK;
}
