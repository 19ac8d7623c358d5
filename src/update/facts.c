/* facts.c - see facts.h. */
#include "update/facts.h"

#include "crypto/hash.h"

static bool
take_line(struct facts *f, struct bytes *line)
{
	uint64_t nl = bytes_find(f->rest, 0, BYTES_LIT("\n"));

	if (nl == UINT64_MAX)
		return false;
	*line = bytes_sub(f->rest, 0, nl);
	f->rest = bytes_from(f->rest, nl + 1);
	return true;
}

enum err
facts_open(struct facts *f, struct bytes text, const char *head)
{
	struct bytes line;

	*f = (struct facts){ .rest = text };
	if (text.n == 0 || text.p[text.n - 1] != '\n' || !take_line(f, &line))
		return ERR_FORMAT;
	return bytes_eq(line, bytes_of(head)) ? OK : ERR_FORMAT;
}

enum err
facts_next(struct facts *f)
{
	struct bytes line;
	uint64_t blank;

	if (f->rest.n == 0)
		return ERR_END;
	if (!take_line(f, &line))
		return ERR_FORMAT;
	blank = bytes_find(line, 0, BYTES_LIT(" "));
	if (blank == UINT64_MAX || blank == 0)
		return ERR_FORMAT;
	f->key = bytes_sub(line, 0, blank);
	f->value = bytes_from(line, blank + 1);
	return f->value.n > 0 ? OK : ERR_FORMAT;
}

bool
facts_is(const struct facts *f, const char *key)
{
	return bytes_eq(f->key, bytes_of(key));
}

bool
facts_words(struct bytes value, struct bytes *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t blank = bytes_find(value, 0, BYTES_LIT(" "));

		if ((blank == UINT64_MAX) != (i + 1 == n))
			return false;
		words[i] = bytes_sub(value, 0, i + 1 == n ? value.n : blank);
		value = bytes_from(value, blank + 1);
		if (words[i].n == 0)
			return false;
	}
	return true;
}

void
facts_put_digest(struct buf *b, const uint8_t digest[32])
{
	char hex[65];

	hash_hex(digest, 32, hex);
	buf_str(b, hex);
}
