/* lines.c - see lines.h. */
#include "handover/lines.h"

#include "base/text.h"

enum err
lines_fault(const struct lines *l, struct fault *f, const char *what)
{
	return fault_set(f, l->as, "'%s', line %lu: %s: '%s'", l->name, l->n, what,
	    fault_quote(l->line));
}

/* A tab stands between the two parts of some lines; nothing else below a blank. */
static bool
plain(struct bytes s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((s.p[i] < 0x20 && s.p[i] != '\t') || s.p[i] == 0x7f)
			return false;
	return text_is_utf8(s);
}

enum err
lines_next(struct lines *l, struct fault *f)
{
	uint64_t nl = bytes_find(l->rest, 0, BYTES_LIT("\n"));

	if (l->rest.n == 0)
		return ERR_END;
	l->n++;
	l->line = bytes_clip(l->rest, 0, nl);
	if (nl == UINT64_MAX)
		return lines_fault(l, f, "the last line has no newline");
	if (!plain(l->line))
		return lines_fault(l, f, "not plain UTF-8");
	l->rest = bytes_from(l->rest, nl + 1);
	return OK;
}

bool
lines_word(struct bytes line, const char *word, struct bytes *out)
{
	struct bytes w = bytes_of(word);

	if (line.n <= w.n || memcmp(line.p, w.p, w.n) != 0 || line.p[w.n] != ' ')
		return false;
	*out = bytes_from(line, w.n + 1);
	return true;
}

bool
lines_split(struct bytes s, char c, struct bytes *before, struct bytes *after)
{
	uint64_t at = bytes_find(s, 0, (struct bytes){ (const uint8_t *)&c, 1 });

	if (at == UINT64_MAX)
		return false;
	*before = bytes_sub(s, 0, at);
	*after = bytes_from(s, at + 1);
	return true;
}
