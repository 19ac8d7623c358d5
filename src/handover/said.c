/*
 * said.c - see said.h.
 *
 * POSIX.1-2017, pax, "ustar Interchange Format" and "pax Extended Header"; GNU tar's
 * manual, "Basic Tar Format" (long names, numbers in base 256, sparse files).
 */
#include "handover/said.h"

#include "base/sys.h"

#define HEADERS_MOST 2000000 /* a header costs one read, whatever stands behind it */
#define RECORDS_MOST 65536   /* bytes of pax records that are looked at */

/* Where the fields lie, by the table of the ustar header block. */
enum { AT_SIZE = 124, AT_TYPE = 156, AT_LINK = 157, AT_MAGIC = 257, AT_PREFIX = 345 };

/* All n bytes at off? */
static bool
read_all(int fd, void *to, size_t n, uint64_t off)
{
	for (size_t got = 0; got < n;) {
		size_t some;

		if (off > INT64_MAX - n ||
		    sys_pread(fd, (char *)to + got, n - got, off + got, &some) != OK ||
		    some == 0)
			return false;
		got += some;
	}
	return true;
}

static void
set(struct said_name *to, struct bytes from)
{
	from = bytes_clip(from, 0, USTAR_NAME);
	to->n = from.n;
	if (from.n > 0)
		memcpy(to->p, from.p, from.n);
}

/* Up to its first NUL. */
static struct bytes
field(const uint8_t *block, size_t at, size_t n)
{
	struct bytes all = { block + at, n };

	return bytes_clip(all, 0, bytes_find(all, 0, BYTES_LIT("\0")));
}

/* Octal digits with blanks around, or base 256 where the first bit is set. */
static uint64_t
number(const uint8_t *p, size_t n)
{
	uint64_t v = 0;
	size_t i = 0;

	if (p[0] & 0x80) {
		for (i = 1; i < n; i++)
			v = v >> 56 ? UINT64_MAX : v << 8 | p[i];
		return v;
	}
	while (i < n && p[i] == ' ')
		i++;
	for (; i < n && p[i] >= '0' && p[i] <= '7'; i++)
		v = v << 3 | (p[i] & 7u);
	return v;
}

/* --- headers that stand before others --------------------------------------------- */

static void
take_record(struct bytes key, struct bytes value, struct said_more *to)
{
	if (bytes_eq(key, BYTES_LIT("path")) ||
	    bytes_eq(key, BYTES_LIT("GNU.sparse.name")))
		set(&to->name, value);
	if (bytes_eq(key, BYTES_LIT("linkpath")))
		set(&to->link, value);
	if (bytes_eq(bytes_clip(key, 0, 10), BYTES_LIT("GNU.sparse")))
		to->sparse = true;
	if (bytes_eq(key, BYTES_LIT("size"))) {
		to->sized = true;
		to->size = 0;
		for (size_t i = 0; i < value.n && i < 19; i++)
			to->size = to->size * 10 + (value.p[i] & 15u);
	}
}

/* Records of `N key=value\n`, up to what is none. */
static void
take_records(struct bytes all, struct said_more *to)
{
	while (all.n > 0) {
		uint64_t space = bytes_find(all, 0, BYTES_LIT(" ")), equals;
		size_t n = 0;

		if (space == 0 || space > 6)
			return;
		for (size_t i = 0; i < space; i++)
			n = n * 10 + (all.p[i] & 15u);
		if (n > all.n || n < space + 2)
			return;
		equals = bytes_find(bytes_clip(all, 0, n), space + 1, BYTES_LIT("="));
		if (equals == UINT64_MAX)
			return;
		take_record(bytes_sub(all, space + 1, equals - space - 1),
		    bytes_sub(all, equals + 1, n - equals - 2), to);
		all = bytes_from(all, n);
	}
}

static void
take_pax(struct said *s, uint64_t size, struct said_more *to)
{
	uint8_t records[RECORDS_MOST];
	size_t n = size < sizeof(records) ? (size_t)size : sizeof(records);

	if (read_all(s->fd, records, n, num_add(s->at, USTAR_BLOCK)))
		take_records((struct bytes){ records, n }, to);
}

static void
take_long(struct said *s, uint64_t size, struct said_name *to)
{
	uint8_t text[USTAR_NAME + 1];
	size_t n = size < sizeof(text) ? (size_t)size : sizeof(text);

	if (read_all(s->fd, text, n, num_add(s->at, USTAR_BLOCK)))
		set(to, field(text, 0, n));
}

/* true: it was one, and says something of a header to come. */
static bool
take_before(struct said *s, const uint8_t *block, uint64_t size)
{
	switch (block[AT_TYPE]) {
	case 'L': take_long(s, size, &s->one.name); return true;
	case 'K': take_long(s, size, &s->one.link); return true;
	case 'x': take_pax(s, size, &s->one); return true;
	case 'g': take_pax(s, size, &s->all); return true;
	default: return false;
	}
}

/* --- members ---------------------------------------------------------------------- */

/* The prefix is of POSIX only: GNU tar has other things in its place. */
static void
own_name(const uint8_t *block, struct said_name *to)
{
	struct bytes prefix = field(block, AT_PREFIX, 155), name = field(block, 0, 100);

	to->n = 0;
	if (bytes_eq(bytes_sub((struct bytes){ block, USTAR_BLOCK }, AT_MAGIC, 6),
		BYTES_LIT("ustar\0")) &&
	    prefix.n > 0) {
		memcpy(to->p, prefix.p, prefix.n);
		to->p[prefix.n] = '/';
		to->n = prefix.n + 1;
	}
	memcpy(to->p + to->n, name.p, name.n);
	to->n += name.n;
}

static struct bytes
view(const struct said_name *n)
{
	return (struct bytes){ n->p, n->n };
}

static void
take_member(struct said *s, const uint8_t *block)
{
	const struct said_more *from[] = { &s->all, &s->one };

	s->number++;
	s->type = block[AT_TYPE];
	own_name(block, &s->name);
	set(&s->link, field(block, AT_LINK, 100));
	for (size_t i = 0; i < COUNT(from); i++) {
		if (from[i]->name.n > 0)
			set(&s->name, view(&from[i]->name));
		if (from[i]->link.n > 0)
			set(&s->link, view(&from[i]->link));
		if (from[i]->sparse)
			s->type = 'S';
	}
	/* the old form has no type for folders */
	if ((s->type == '0' || s->type == '\0') && s->name.n > 0 &&
	    s->name.p[s->name.n - 1] == '/')
		s->type = '5';
}

/* Bytes behind the header: links, devices and folders have none, whatever they say. */
static uint64_t
content(const struct said *s, uint64_t size)
{
	if (s->type >= '1' && s->type <= '6')
		return 0;
	if (s->one.sized)
		return s->one.size;
	return s->all.sized ? s->all.size : size;
}

static uint64_t
behind(uint64_t at, uint64_t size)
{
	uint64_t end = num_add(at, num_add(size, 2 * USTAR_BLOCK - 1));

	return end == UINT64_MAX ? end : end / USTAR_BLOCK * USTAR_BLOCK;
}

static void
forget(struct said_more *m)
{
	m->name.n = m->link.n = 0;
	m->sized = m->sparse = false;
}

void
said_open(struct said *s, int fd)
{
	s->fd = fd;
	s->next = s->number = s->headers = 0;
	forget(&s->one);
	forget(&s->all);
}

enum err
said_next(struct said *s)
{
	uint8_t block[USTAR_BLOCK];

	/* a block of zeros is no header: what is behind, tar does not unpack */
	while (s->headers++ < HEADERS_MOST) {
		uint64_t size;

		s->at = s->next;
		if (!read_all(s->fd, block, sizeof(block), s->at) ||
		    !ustar_is_header(block))
			return ERR_END;
		size = number(block + AT_SIZE, 12);
		if (take_before(s, block, size)) {
			s->next = behind(s->at, size);
			continue;
		}
		take_member(s, block);
		s->next = behind(s->at, content(s, size));
		forget(&s->one);
		return OK;
	}
	return ERR_END;
}
