/*
 * maps.c - see maps.h. A line that cannot be read is passed over, as the kernel may write
 * one that nobody knows yet; bytes of the list are never taken for more than a name.
 */
#include "sandbox/maps.h"

#include <string.h>

static unsigned
hex_digit(uint8_t b)
{
	if (b >= '0' && b <= '9')
		return b - '0';
	return b >= 'a' && b <= 'f' ? b - 'a' + 10u : 16;
}

static bool
take_hex(struct cur *c, uint64_t *out)
{
	uint64_t v = 0;
	int digits = 0;

	for (; digits < 17; digits++) {
		uint8_t b = cur_left(c) > 0 ? c->p[0] : 0;
		unsigned d = hex_digit(b);

		if (d > 15)
			break;
		cur_u8(c);
		v = v << 4 | d;
	}
	*out = v;
	return digits > 0 && digits <= 16;
}

/* Everything up to the byte, which is passed over. */
static struct bytes
take_until(struct cur *c, uint8_t end)
{
	const uint8_t *e =
	    cur_left(c) > 0 ? memchr(c->p, end, (size_t)cur_left(c)) : NULL;
	struct bytes b = cur_take(c, e ? (uint64_t)(e - c->p) : cur_left(c));

	if (e != NULL)
		cur_u8(c);
	return b;
}

/* "from-to perms offset device inode   name". false: no such line. */
static bool
parse_line(struct bytes line, struct mapping *out)
{
	struct cur c = cur_at(line, 0);
	struct bytes inode;
	bool ok = take_hex(&c, &out->from) && cur_u8(&c) == '-' && take_hex(&c, &out->to);

	take_until(&c, ' '); /* what stands there yet */
	take_until(&c, ' '); /* permissions: what cannot be read is tried all the same */
	take_until(&c, ' '); /* offset */
	take_until(&c, ' '); /* device */
	inode = take_until(&c, ' ');
	while (cur_left(&c) > 0 && c.p[0] == ' ')
		cur_u8(&c);
	out->name = cur_take(&c, cur_left(&c));
	out->anonymous = bytes_eq(inode, BYTES_LIT("0"));
	return cur_ok(&c) && ok && out->from < out->to && inode.n > 0;
}

bool
maps_next(struct cur *c, struct mapping *out)
{
	while (cur_left(c) > 0)
		if (parse_line(take_until(c, '\n'), out))
			return true;
	return false;
}
