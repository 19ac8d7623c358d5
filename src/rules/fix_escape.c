/*
 * fix_escape.c - see fix_escape.h. A path begins with what nothing else begins with (a
 * drive, a variable, a root of the registry), and goes on as long as names follow
 * backslashes; only there a legal escape is taken for two letters.
 */
#include "rules/fix_escape.h"

#include "base/text.h"

static bool
is_alnum(uint8_t c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* A character that begins or ends the name of a file, in what people write. */
static bool
is_name(uint8_t c)
{
	return is_alnum(c) || c == '_' || c == '-' || c == '%' || c == '$' || c == '{';
}

/* Does what stands before the backslash at i begin a path: C: or %NAME% or HKLM? */
static bool
begins_path(struct bytes s, size_t i)
{
	static const struct bytes roots[] = { BYTES_LIT("HKLM"), BYTES_LIT("HKCU"),
		BYTES_LIT("HKCR"), BYTES_LIT("HKU"), BYTES_LIT("HKEY_LOCAL_MACHINE"),
		BYTES_LIT("HKEY_CURRENT_USER"), BYTES_LIT("HKEY_CLASSES_ROOT"),
		BYTES_LIT("HKEY_USERS") };

	if (i >= 2 && s.p[i - 1] == ':' && (s.p[i - 2] | 0x20) >= 'a' &&
	    (s.p[i - 2] | 0x20) <= 'z')
		return i == 2 || !is_alnum(s.p[i - 3]);
	if (i >= 3 && s.p[i - 1] == '%')
		return is_alnum(s.p[i - 2]);
	for (size_t k = 0; k < COUNT(roots); k++)
		if (i > roots[k].n &&
		    bytes_eq(bytes_sub(s, i - roots[k].n, roots[k].n), roots[k]) &&
		    !is_alnum(s.p[i - roots[k].n - 1]))
			return true;
	return false;
}

/* Bytes of the escape at the backslash i that mean something; 0: it means nothing. */
static size_t
escape_length(struct bytes s, size_t i)
{
	if (i + 1 >= s.n)
		return 0;
	if (s.p[i + 1] == 'x')
		return i + 3 < s.n && text_hex(s.p[i + 2]) >= 0 &&
			       text_hex(s.p[i + 3]) >= 0
			   ? 4
			   : 0;
	return strchr("\"\\tnr0", s.p[i + 1]) != NULL && s.p[i + 1] != 0 ? 2 : 0;
}

/* Behind the quote that ends the text; 0: it does not end on its line. */
static size_t
text_end(struct bytes s)
{
	for (size_t i = 1; i < s.n && s.p[i] != '\n'; i++) {
		if (s.p[i] == '"')
			return i + 1;
		if (s.p[i] == '\\')
			i++;
	}
	return 0;
}

/* Does a name go on behind the backslash at i, with the letter of the escape in it? */
static bool
is_step(struct bytes s, size_t i)
{
	return i + 2 < s.n && is_name(s.p[i + 1]) &&
	       (is_name(s.p[i + 2]) || s.p[i + 2] == '.');
}

bool
escape_mend(struct bytes text, struct buf *out, size_t *n, struct escape_said *said)
{
	struct bytes s = bytes_clip(text, 0, text_end(text));
	bool path = false;

	*said = (struct escape_said){ 0 };
	for (size_t i = 0; i < s.n; i++) {
		size_t len;

		buf_u8(out, s.p[i]);
		if (s.p[i] != '\\')
			continue;
		path |= begins_path(s, i);
		len = escape_length(s, i);
		if (len == 0 && s.p[i + 1] == 'x' && !path)
			return false;
		if (len == 0 ||
		    (path && s.p[i + 1] != '\\' && s.p[i + 1] != '"' && is_step(s, i))) {
			buf_u8(out, '\\');
			said->doubled++;
			continue;
		}
		if (said->left == 0 && s.p[i + 1] != '\\' && s.p[i + 1] != '"')
			said->left = s.p[i + 1];
		buf_u8(out, s.p[++i]);
	}
	*n = s.n;
	return said->doubled > 0;
}

/* Bytes of a curly quote at i; 0: there is none. */
static size_t
curly(struct bytes s, size_t i)
{
	static const struct bytes quotes[] = { BYTES_LIT("\xe2\x80\x9c"),
		BYTES_LIT("\xe2\x80\x9d") };

	for (size_t k = 0; k < COUNT(quotes); k++)
		if (i < s.n && bytes_eq(bytes_clip(bytes_from(s, i), 0, 3), quotes[k]))
			return 3;
	return 0;
}

bool
escape_quotes(struct bytes text, struct buf *out, size_t *n)
{
	size_t i = curly(text, 0);

	if (i == 0)
		return false;
	buf_u8(out, '"');
	for (; i < text.n && text.p[i] != '\n'; i++) {
		size_t quote = text.p[i] == '"' ? 1 : curly(text, i);

		if (quote > 0) {
			buf_u8(out, '"');
			*n = i + quote;
			return quote > 1;
		}
		buf_u8(out, text.p[i]);
		if (text.p[i] == '\\' && i + 1 < text.n && text.p[i + 1] != '\n')
			buf_u8(out, text.p[++i]);
	}
	return false;
}
