/*
 * json_valid.c - is a stranger's text one JSON value? (json.h)
 *
 * Nothing is built: what a worker says in JSON is passed on as it is, or not at all.
 * Each rule of RFC 8259 is a function that eats what it describes; a cursor that ends
 * too early fails by itself.
 */
#include "base/json.h"

#include "base/text.h"

/* The next byte, which stays; 0 at the end, as no value has a NUL. */
static uint8_t
peek(const struct cur *c)
{
	return cur_left(c) > 0 ? c->p[0] : 0;
}

static bool
eat(struct cur *c, uint8_t want)
{
	if (peek(c) != want)
		return false;
	cur_u8(c);
	return true;
}

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* At least one. */
static bool
digits(struct cur *c)
{
	bool some = false;

	for (; is_digit(peek(c)); some = true)
		cur_u8(c);
	return some;
}

/* RFC 8259, 6: no zeros in front, digits on both sides of the point. */
static bool
number(struct cur *c)
{
	eat(c, '-');
	if (!eat(c, '0') && !digits(c))
		return false;
	if (eat(c, '.') && !digits(c))
		return false;
	if (!eat(c, 'e') && !eat(c, 'E'))
		return true;
	if (!eat(c, '+'))
		eat(c, '-');
	return digits(c);
}

/* Behind the backslash (RFC 8259, 7). */
static bool
escape(struct cur *c)
{
	static const char single[] = "\"\\/bfnrt";
	uint8_t kind = cur_u8(c);

	if (kind != 'u')
		return kind != 0 && strchr(single, kind) != NULL;
	for (int i = 0; i < 4; i++)
		if (text_hex(cur_u8(c)) < 0)
			return false;
	return true;
}

static bool
string(struct cur *c)
{
	if (!eat(c, '"'))
		return false;
	while (!eat(c, '"')) {
		uint8_t b = cur_u8(c); /* 0 at the end */

		if (b < 0x20 || b > 0x7e || (b == '\\' && !escape(c)))
			return false;
	}
	return true;
}

static bool value(struct cur *c, unsigned depth);

/*
 * What stands between the brackets: nothing, or values (with keys) and commas. depth is
 * of the brackets, so value and members nest JSON_DEPTH_MAX times and no further.
 */
static bool
members(struct cur *c, bool keys, uint8_t end, unsigned depth)
{
	if (depth > JSON_DEPTH_MAX)
		return false;
	if (eat(c, end))
		return true;
	do {
		if (keys && !(string(c) && eat(c, ':')))
			return false;
		if (!value(c, depth + 1))
			return false;
	} while (eat(c, ','));
	return eat(c, end);
}

static bool
word(struct cur *c, struct bytes w)
{
	return bytes_eq(cur_take(c, w.n), w);
}

static bool
value(struct cur *c, unsigned depth)
{
	switch (peek(c)) {
	case '{': return eat(c, '{') && members(c, true, '}', depth);
	case '[': return eat(c, '[') && members(c, false, ']', depth);
	case '"': return string(c);
	case 't': return word(c, BYTES_LIT("true"));
	case 'f': return word(c, BYTES_LIT("false"));
	case 'n': return word(c, BYTES_LIT("null"));
	default: return number(c);
	}
}

bool
json_valid(struct bytes b)
{
	CHECKED struct cur c = cur_at(b, 0);
	bool valid = value(&c, 1);

	return cur_ok(&c) && valid && cur_left(&c) == 0;
}
