/*
 * json.c - JSON (RFC 8259) as we write it: always valid, whatever bytes a stranger gave.
 *
 * Bytes that are no UTF-8 cannot stand in a JSON string; such a value is written in hex
 * under its key with "_hex" behind. Commas are kept track of by depth, so callers only
 * say what there is.
 */
#include "base/json.h"

#include <inttypes.h>

#include "base/text.h"

static const char digits[] = "0123456789abcdef";

/* \uXXXX, of the first plane */
static void
escape(struct buf *out, uint32_t code)
{
	char s[6] = { '\\', 'u' };

	for (int i = 0; i < 4; i++)
		s[2 + i] = digits[code >> (12 - 4 * i) & 15];
	buf_put(out, s, sizeof(s));
}

static void
write_string(struct buf *out, struct bytes s)
{
	buf_u8(out, '"');
	for (size_t at = 0, n; at < s.n; at += n) {
		uint32_t code = 0;

		n = text_utf8(bytes_from(s, at), &code);
		if (n == 0) {
			escape(out, 0xfffd);
			n = 1;
		} else if (code < 0x20 || (code >= 0x7f && code <= 0x9f) ||
			   code == 0x2028 || code == 0x2029)
			escape(out, code);
		else {
			if (code == '"' || code == '\\')
				buf_u8(out, '\\');
			buf_put(out, s.p + at, n);
		}
	}
	buf_u8(out, '"');
}

static void
begin(struct json *j, const char *key, const char *suffix)
{
	if (j->comma)
		buf_u8(j->out, ',');
	j->comma = true;
	if (key != NULL)
		buf_printf(j->out, "\"%s%s\":", key, suffix);
}

void
json_open(struct json *j, const char *key, char bracket)
{
	begin(j, key, "");
	buf_u8(j->out, (uint8_t)bracket);
	j->comma = false;
}

void
json_close(struct json *j, char bracket)
{
	buf_u8(j->out, (uint8_t)bracket);
	j->comma = true;
}

void
json_str(struct json *j, const char *key, const char *s)
{
	begin(j, key, "");
	write_string(j->out, bytes_of(s));
}

static void
write_hex(struct json *j, const char *key, const char *suffix, struct bytes s)
{
	begin(j, key, suffix);
	buf_u8(j->out, '"');
	for (size_t i = 0; i < s.n; i++) {
		buf_u8(j->out, (uint8_t)digits[s.p[i] >> 4]);
		buf_u8(j->out, (uint8_t)digits[s.p[i] & 15]);
	}
	buf_u8(j->out, '"');
}

void
json_bytes(struct json *j, const char *key, struct bytes s)
{
	begin(j, key, "");
	write_string(j->out, s);
	if (key != NULL && !text_is_utf8(s))
		write_hex(j, key, "_hex", s);
}

void
json_hex(struct json *j, const char *key, struct bytes s)
{
	write_hex(j, key, "", s);
}

void
json_int(struct json *j, const char *key, int64_t v)
{
	begin(j, key, "");
	buf_printf(j->out, "%" PRId64, v);
}

void
json_uint(struct json *j, const char *key, uint64_t v)
{
	begin(j, key, "");
	buf_printf(j->out, "%" PRIu64, v);
}

void
json_real(struct json *j, const char *key, double v)
{
	begin(j, key, "");
	buf_printf(j->out, "%.3f", v);
}

void
json_bool(struct json *j, const char *key, bool v)
{
	begin(j, key, "");
	buf_str(j->out, v ? "true" : "false");
}
