/*
 * ustar.c - see ustar.h.
 *
 * Writer and reader share encode(): there is one description of a header, and "canonical"
 * is what it makes. POSIX.1-2017, pax, "ustar Interchange Format" and "pax Interchange
 * Format".
 */
#include "base/ustar.h"

#include <stdio.h>

#include "base/text.h"

#define SIZE_OCTAL  UINT64_C(077777777777) /* eleven octal digits; more is for pax */
#define NAME_FIELD  100
#define PREFIX_MAX  155
#define PAX_NAME    "PaxHeader" /* the name of each pax header itself */
#define PAX_MAX     (USTAR_NAME + 64)
#define PAX_SPACE   ((PAX_MAX + USTAR_BLOCK - 1) / USTAR_BLOCK * USTAR_BLOCK)
#define COPY_BUFFER 16384
#define MAGIC       "ustar\00000" /* "ustar", NUL, version "00" */
#define NOT_USTAR   "not a ustar archive"
#define OTHER_FORM  "a header that is not in the canonical form"

/* Where the fields lie, by the table of the ustar header block. */
enum {
	AT_NAME = 0,
	AT_MODE = 100,
	AT_UID = 108,
	AT_GID = 116,
	AT_SIZE = 124,
	AT_MTIME = 136,
	AT_SUM = 148,
	AT_TYPE = 156,
	AT_LINK = 157,
	AT_MAGIC = 257,
	AT_UNAME = 265,
	AT_GNAME = 297,
	AT_MAJOR = 329,
	AT_MINOR = 337,
	AT_PREFIX = 345,
};

/* A member's head: an optional pax header with its records, and the header. */
struct head {
	uint8_t block[USTAR_BLOCK + PAX_SPACE + USTAR_BLOCK];
	size_t n;
};

/* --- names ------------------------------------------------------------------------ */

static const char *
component_fault(struct bytes c)
{
	if (c.n == 0)
		return "a name with an empty part";
	if (c.n > USTAR_COMPONENT)
		return "a name with a part of more than 255 bytes";
	if (bytes_eq(c, BYTES_LIT(".")) || bytes_eq(c, BYTES_LIT("..")))
		return "a name with '.' or '..' in it";
	return NULL;
}

const char *
ustar_name_fault(struct bytes name)
{
	size_t begin = 0;

	if (name.n == 0 || name.n > USTAR_NAME)
		return name.n ? "a name of more than 4095 bytes" : "an empty name";
	if (name.p[0] == '/')
		return "an absolute name";
	for (size_t i = 0; i <= name.n; i++) {
		const char *fault;

		if (i < name.n && (name.p[i] < 0x20 || name.p[i] == 0x7f))
			return "a name with a control character";
		if (i < name.n && name.p[i] != '/')
			continue;
		fault = component_fault(bytes_sub(name, begin, i - begin));
		if (fault != NULL)
			return fault;
		begin = i + 1;
	}
	return text_is_utf8(name) ? NULL : "a name that is not UTF-8";
}

/* As a folder tree is walked: the end of a part comes before any letter of a longer. */
static unsigned
rank(uint8_t c)
{
	return c == '/' ? 0 : c + 1u;
}

int
ustar_name_cmp(struct bytes a, struct bytes b)
{
	size_t n = a.n < b.n ? a.n : b.n;

	for (size_t i = 0; i < n; i++)
		if (a.p[i] != b.p[i])
			return rank(a.p[i]) < rank(b.p[i]) ? -1 : 1;
	return (a.n > b.n) - (a.n < b.n);
}

/*
 * May name stand behind last? In this order whatever lies below a file's name comes
 * right behind it, so looking at one name is enough to see that no file is a folder.
 */
static enum ustar_fault
order_fault(struct bytes last, struct bytes name, const char **why)
{
	*why = NULL;
	if (last.n == 0)
		return USTAR_FINE;
	if (bytes_eq(last, name)) {
		*why = "a name twice";
		return USTAR_TWICE;
	}
	if (ustar_name_cmp(last, name) > 0) {
		*why = "names out of order";
		return USTAR_ORDER;
	}
	if (name.n <= last.n || name.p[last.n] != '/' ||
	    !bytes_eq(last, bytes_sub(name, 0, last.n)))
		return USTAR_FINE;
	*why = "a file that is a folder, too";
	return USTAR_CLASH;
}

/* --- headers ------------------------------------------------------------------------ */

static void
put_octal(uint8_t *p, size_t digits, uint64_t v)
{
	for (size_t i = digits; i-- > 0; v >>= 3)
		p[i] = (uint8_t)('0' + (v & 7));
	p[digits] = '\0';
}

/* The sum of all bytes, with spaces for the sum itself. */
static unsigned
checksum(const uint8_t *block)
{
	unsigned sum = 0;

	for (size_t i = 0; i < USTAR_BLOCK; i++)
		sum += i >= AT_SUM && i < AT_SUM + 8 ? ' ' : block[i];
	return sum;
}

/* Bytes of the name that go into the prefix: 0: none; SIZE_MAX: it does not fit. */
static size_t
split(struct bytes name)
{
	if (name.n <= NAME_FIELD)
		return 0;
	/* the first slash that leaves little enough: so there is one way to do it */
	for (size_t i = name.n - NAME_FIELD - 1; i <= PREFIX_MAX && i < name.n - 1; i++)
		if (name.p[i] == '/')
			return i;
	return SIZE_MAX;
}

static void
put_block(uint8_t *p, const struct ustar_member *m, int64_t mtime, char type)
{
	size_t prefix = split(m->name);
	struct bytes name = m->name;

	memset(p, 0, USTAR_BLOCK);
	if (prefix == SIZE_MAX)
		name.n = NAME_FIELD; /* the pax header has all of it */
	else if (prefix > 0) {
		memcpy(p + AT_PREFIX, name.p, prefix);
		name = bytes_from(name, prefix + 1);
	}
	memcpy(p + AT_NAME, name.p, name.n);
	put_octal(p + AT_MODE, 7, m->exec ? 0755 : 0644);
	put_octal(p + AT_UID, 7, 0);
	put_octal(p + AT_GID, 7, 0);
	put_octal(p + AT_SIZE, 11, m->size <= SIZE_OCTAL ? m->size : 0);
	put_octal(p + AT_MTIME, 11, (uint64_t)mtime);
	p[AT_TYPE] = (uint8_t)type;
	memcpy(p + AT_MAGIC, MAGIC, sizeof(MAGIC) - 1);
	put_octal(p + AT_MAJOR, 7, 0);
	put_octal(p + AT_MINOR, 7, 0);
	put_octal(p + AT_SUM, 6, checksum(p));
	p[AT_SUM + 7] = ' ';
}

/* A record: its own length in decimal, a space, key=value, a newline. */
static size_t
put_record(uint8_t *to, const char *key, struct bytes value)
{
	size_t rest = strlen(key) + value.n + 3, n = rest + 1;
	char number[24];
	int digits;

	/* the digits count too: one more of them may need another one */
	while ((size_t)(digits = snprintf(number, sizeof(number), "%zu", n)) + rest != n)
		n = rest + (size_t)digits;
	memcpy(to, number, (size_t)digits);
	to += digits;
	*to++ = ' ';
	memcpy(to, key, strlen(key));
	to += strlen(key);
	*to++ = '=';
	memcpy(to, value.p, value.n);
	to[value.n] = '\n';
	return n;
}

static size_t
put_records(uint8_t *to, const struct ustar_member *m)
{
	char number[24];
	size_t n = 0;

	if (split(m->name) == SIZE_MAX)
		n += put_record(to, "path", m->name);
	if (m->size > SIZE_OCTAL) {
		snprintf(number, sizeof(number), "%llu", (unsigned long long)m->size);
		n += put_record(to + n, "size", bytes_of(number));
	}
	return n;
}

/* All that stands before the content of m. Its name must be one that may be. */
static void
encode(const struct ustar_member *m, int64_t mtime, struct head *out)
{
	uint8_t *records = out->block + USTAR_BLOCK;
	size_t n = put_records(records, m);

	out->n = 0;
	if (n > 0) {
		struct ustar_member pax = { BYTES_LIT(PAX_NAME), n, false };
		size_t padded = (n + USTAR_BLOCK - 1) / USTAR_BLOCK * USTAR_BLOCK;

		put_block(out->block, &pax, mtime, 'x');
		memset(records + n, 0, padded - n);
		out->n = USTAR_BLOCK + padded;
	}
	put_block(out->block + out->n, m, mtime, '0');
	out->n += USTAR_BLOCK;
}

static unsigned
padding(uint64_t size)
{
	return (unsigned)(-size & (USTAR_BLOCK - 1));
}

static const uint8_t zeros[2 * USTAR_BLOCK];

/* --- writing ------------------------------------------------------------------------ */

static enum err
refuse_out(struct ustar_out *o, const char *why)
{
	o->why = why;
	return ERR_FORMAT;
}

static enum err
finish(struct ustar_out *o)
{
	struct bytes pad = { zeros, o->pad };

	if (o->left > 0)
		return refuse_out(o, "a file is shorter than was said");
	o->pad = 0;
	return pad.n > 0 ? o->put(o->arg, pad) : OK;
}

enum err
ustar_begin(struct ustar_out *o, const struct ustar_member *m)
{
	const char *fault = ustar_name_fault(m->name);
	struct head h;

	if (fault == NULL)
		(void)order_fault((struct bytes){ o->last, o->last_n }, m->name, &fault);
	if (fault == NULL && m->size > INT64_MAX)
		fault = "a file too large for any archive";
	if (fault == NULL && (o->mtime < 0 || o->mtime > (int64_t)SIZE_OCTAL))
		fault = "a time that does not fit";
	if (fault != NULL)
		return refuse_out(o, fault);
	TRY(finish(o));
	encode(m, o->mtime, &h);
	TRY(o->put(o->arg, (struct bytes){ h.block, h.n }));
	memcpy(o->last, m->name.p, m->name.n);
	o->last_n = m->name.n;
	o->left = m->size;
	o->pad = padding(m->size);
	return OK;
}

enum err
ustar_put(struct ustar_out *o, struct bytes b)
{
	if (b.n > o->left)
		return refuse_out(o, "a file is longer than was said");
	if (b.n == 0)
		return OK;
	o->left -= b.n;
	return o->put(o->arg, b);
}

enum err
ustar_end(struct ustar_out *o)
{
	TRY(finish(o));
	return o->put(o->arg, (struct bytes){ zeros, sizeof(zeros) });
}

/* --- reading ------------------------------------------------------------------------ */

static enum err
refuse(struct ustar_in *u, enum ustar_fault fault, const char *why)
{
	u->fault = fault;
	u->why = why;
	return fault >= USTAR_LIMIT ? ERR_LIMIT : ERR_FORMAT;
}

/* All of n bytes; the end is not where any may be missing. */
static enum err
need(struct ustar_in *u, void *p, size_t n)
{
	enum err e = u->get(u->arg, p, n);

	if (e == ERR_END || e == ERR_FORMAT)
		return refuse(u, USTAR_CUT, "the archive is cut short");
	if (e == OK)
		u->at += n;
	return e;
}

static bool
all_zero(const uint8_t *p, size_t n)
{
	uint8_t any = 0;

	for (size_t i = 0; i < n; i++)
		any |= p[i];
	return any == 0;
}

static enum err
skip_content(struct ustar_in *u)
{
	uint8_t buffer[COPY_BUFFER];

	if (u->skip != NULL && u->left > 0) {
		TRY(u->skip(u->arg, u->left));
		u->at += u->left;
		u->left = 0;
	}
	for (size_t got = 1; got > 0;)
		TRY(ustar_get(u, buffer, sizeof(buffer), &got));
	return OK;
}

/* To the next header: content that nobody wanted, and zeros. */
static enum err
leave(struct ustar_in *u)
{
	uint8_t pad[USTAR_BLOCK];

	TRY(skip_content(u));
	if (u->pad == 0)
		return OK;
	TRY(need(u, pad, u->pad));
	if (!all_zero(pad, u->pad))
		return refuse(u, USTAR_FORM, "padding that is not empty");
	u->pad = 0;
	return OK;
}

static struct bytes
bytes_of_block(const uint8_t *block)
{
	return (struct bytes){ block, USTAR_BLOCK };
}

/* The digits of an octal field of ours; more than 63 bits cannot be in it. */
static uint64_t
octal(const uint8_t *p, size_t digits)
{
	uint64_t v = 0;

	for (size_t i = 0; i < digits; i++)
		v = v << 3 | (p[i] & 7);
	return v;
}

static struct bytes
text_field(const uint8_t *p, size_t n)
{
	return (struct bytes){ p, strnlen((const char *)p, n) };
}

/*
 * A guess at what a header says: only good for being encoded again and compared. name
 * has room for USTAR_NAME.
 */
static void
decode(const uint8_t *block, uint8_t *name, struct ustar_member *out)
{
	struct bytes first = text_field(block + AT_PREFIX, PREFIX_MAX);
	struct bytes second = text_field(block + AT_NAME, NAME_FIELD);
	size_t n = 0;

	if (first.n > 0) {
		memcpy(name, first.p, first.n);
		name[first.n] = '/';
		n = first.n + 1;
	}
	memcpy(name + n, second.p, second.n);
	out->name = (struct bytes){ name, n + second.n };
	out->size = octal(block + AT_SIZE, 11);
	out->exec = block[AT_MODE + 4] == '7';
}

/* The value of `N key=value\n` when the record at the cursor has that key. */
static struct bytes
record(struct cur *c, const char *key)
{
	struct bytes all = { c->p, cur_left(c) }, k = bytes_of(key);
	uint64_t space = bytes_find(all, 0, BYTES_LIT(" "));
	size_t n = 0;

	if (space > 5 || !bytes_eq(bytes_sub(all, space + 1, k.n), k))
		return (struct bytes){ 0 };
	for (size_t i = 0; i < space; i++)
		n = n * 10 + (all.p[i] & 15u);
	if (n < space + k.n + 2 || n > all.n)
		return (struct bytes){ 0 };
	c->p += n;
	return bytes_sub(all, space + 1 + k.n, n - space - k.n - 2);
}

static uint64_t
decimal(struct bytes s)
{
	uint64_t v = 0;

	for (size_t i = 0; i < s.n && i < 19; i++)
		v = v * 10 + (s.p[i] & 15u);
	return v;
}

/* What the records of a pax header say over the header's word; a guess, too. */
static void
decode_pax(struct bytes records, uint8_t *name, struct ustar_member *m)
{
	struct cur c = cur_at(records, 0);
	struct bytes path = record(&c, "path="), size = record(&c, "size=");

	if (path.n > 0 && path.n <= USTAR_NAME) {
		memcpy(name, path.p, path.n);
		m->name = (struct bytes){ name, path.n };
	}
	if (size.n > 0)
		m->size = decimal(size);
}

/* The fields of a header in their order; whoever is no field of its own is the rest. */
static const struct {
	size_t end;
	const char *why;
} fields[] = {
	{ AT_MODE, OTHER_FORM ": its name" },
	{ AT_UID, OTHER_FORM ": its mode" },
	{ AT_GID, OTHER_FORM ": its owner" },
	{ AT_SIZE, OTHER_FORM ": its group" },
	{ AT_MTIME, OTHER_FORM ": its size" },
	{ AT_SUM, OTHER_FORM ": its time" },
	{ AT_TYPE, OTHER_FORM ": its checksum" },
	{ AT_LINK, OTHER_FORM ": its type" },
	{ AT_MAGIC, OTHER_FORM ": its link name" },
	{ AT_UNAME, OTHER_FORM ": its magic" },
	{ AT_GNAME, OTHER_FORM ": its owner's name" },
	{ AT_MAJOR, OTHER_FORM ": its group's name" },
	{ AT_PREFIX, OTHER_FORM ": its device" },
	{ AT_PREFIX + PREFIX_MAX, OTHER_FORM ": its prefix" },
	{ USTAR_BLOCK, OTHER_FORM ": bytes behind its fields" },
};

/* The checksum follows every other field: it is named when it alone is another. */
static const char *
field_fault(const uint8_t *block, const uint8_t *want)
{
	size_t at = 0, k = 0;

	while (
	    at < USTAR_BLOCK && (block[at] == want[at] || (at >= AT_SUM && at < AT_TYPE)))
		at++;
	if (at == USTAR_BLOCK)
		at = AT_SUM;
	while (at >= fields[k].end)
		k++;
	return fields[k].why;
}

const char *
ustar_type_fault(uint8_t type)
{
	static const struct {
		char type;
		const char *why;
	} kinds[] = {
		{ '1', "a hard link" },
		{ '2', "a symbolic link" },
		{ '3', "a character device" },
		{ '4', "a block device" },
		{ '5', "a folder as a member" },
		{ '6', "a fifo" },
		{ '7', "a contiguous file" },
		{ 'D', "a dumped folder" },
		{ 'K', "GNU tar's long link name" },
		{ 'L', "GNU tar's long name" },
		{ 'M', "a part of a file" },
		{ 'S', "a sparse file" },
		{ 'V', "a label of a volume" },
		{ 'g', "a global pax header" },
	};

	for (size_t i = 0; i < COUNT(kinds); i++)
		if (type == (uint8_t)kinds[i].type)
			return kinds[i].why;
	return type == '0' || type == '\0' || type == 'x' ? NULL
							  : "a member of an unknown kind";
}

/* Others write it with blanks before it, or with fewer digits. */
bool
ustar_is_header(const uint8_t *block)
{
	size_t at = AT_SUM;
	uint64_t sum = 0;

	while (at < AT_TYPE && block[at] == ' ')
		at++;
	for (; at < AT_TYPE && block[at] >= '0' && block[at] <= '7'; at++)
		sum = sum << 3 | (block[at] & 7u);
	return sum == checksum(block);
}

/* What differs from the form, in words, for those who hand us another kind of tar. */
static const char *
form_fault(const struct head *h, const struct head *want)
{
	const uint8_t *block = h->block + h->n - USTAR_BLOCK;

	if (h->n != want->n)
		return h->n > USTAR_BLOCK ? "a pax header that is not needed"
					  : fields[0].why;
	if (h->n > USTAR_BLOCK && memcmp(h->block, want->block, h->n - USTAR_BLOCK) != 0)
		return "a pax header that is not canonical";
	return field_fault(block, want->block + want->n - USTAR_BLOCK);
}

/* A header at all: else nothing of what it says is worth a word. */
static enum err
check_header(struct ustar_in *u, const uint8_t *block)
{
	if (ustar_is_header(block))
		return OK;
	if (ustar_looks_like(bytes_of_block(block)))
		return refuse(u, USTAR_FORM, "a header with a wrong checksum");
	return refuse(u, USTAR_CUT, NOT_USTAR);
}

/* Reads the head whose first block is in h, and what it says. */
static enum err
read_head(struct ustar_in *u, struct head *h, struct ustar_member *out)
{
	struct bytes records;
	uint64_t n;

	h->n = USTAR_BLOCK;
	if (h->block[AT_TYPE] != 'x') {
		decode(h->block, u->guess, out);
		return OK;
	}
	n = octal(h->block + AT_SIZE, 11);
	if (n == 0 || n > PAX_MAX)
		return refuse(u, USTAR_FORM, "a pax header that is not canonical");
	records = (struct bytes){ h->block + USTAR_BLOCK, (size_t)n };
	h->n += (size_t)n + padding(n) + USTAR_BLOCK;
	TRY(need(u, h->block + USTAR_BLOCK, h->n - USTAR_BLOCK));
	decode(h->block + h->n - USTAR_BLOCK, u->guess, out);
	decode_pax(records, u->guess, out);
	return OK;
}

static enum err
check_head(struct ustar_in *u, const struct head *h, const struct ustar_member *m)
{
	const uint8_t *block = h->block + h->n - USTAR_BLOCK;
	int64_t mtime = (int64_t)octal(block + AT_MTIME, 11);
	const char *fault = ustar_type_fault(block[AT_TYPE]);
	enum ustar_fault kind;
	struct head again;

	TRY(check_header(u, block));
	if (fault != NULL)
		return refuse(u, USTAR_FORM, fault);
	fault = ustar_name_fault(m->name);
	if (fault != NULL)
		return refuse(u, USTAR_NAMED, fault);
	if (m->size > INT64_MAX)
		return refuse(u, USTAR_FORM, "a file too large for any archive");
	encode(m, mtime, &again);
	if (h->n != again.n || memcmp(h->block, again.block, h->n) != 0)
		return refuse(u, USTAR_FORM, form_fault(h, &again));
	if (u->members > 0 && mtime != u->mtime)
		return refuse(u, USTAR_FORM, "files with different times");
	kind = order_fault((struct bytes){ u->name, u->name_n }, m->name, &fault);
	if (fault != NULL)
		return refuse(u, kind, fault);
	u->mtime = mtime;
	return OK;
}

static enum err
check_limits(struct ustar_in *u, const struct ustar_member *m)
{
	const struct ustar_limits *l = &u->limits;

	if (m->name.n > (l->name ? l->name : USTAR_NAME))
		return refuse(u, USTAR_LIMIT, "a name longer than is allowed");
	if (u->members >= l->members)
		return refuse(u, USTAR_LIMIT, "more files than are allowed");
	if (m->size > l->bytes - u->bytes) /* never more than l->bytes so far */
		return refuse(u, USTAR_BYTES, "more bytes than are allowed");
	return OK;
}

/* The first block of zeros was read: another one, and nothing behind it. */
static enum err
read_end(struct ustar_in *u, uint8_t *block)
{
	enum err e;

	TRY(need(u, block, USTAR_BLOCK));
	if (!all_zero(block, USTAR_BLOCK))
		return refuse(u, USTAR_FORM, "one block of zeros inside");
	e = u->get(u->arg, block, 1);
	if (e == OK || e == ERR_FORMAT)
		return refuse(
		    u, u->members > 0 ? USTAR_FORM : USTAR_CUT, "bytes behind the end");
	return e;
}

enum err
ustar_next(struct ustar_in *u, struct ustar_member *out)
{
	struct ustar_member m = { 0 };
	struct head h;

	TRY(leave(u));
	u->head = u->at;
	u->guess_n = 0;
	TRY(need(u, h.block, USTAR_BLOCK));
	if (all_zero(h.block, USTAR_BLOCK))
		return read_end(u, h.block);
	TRY(check_header(u, h.block));
	TRY(read_head(u, &h, &m));
	u->guess_n = m.name.n;
	TRY(check_head(u, &h, &m));
	TRY(check_limits(u, &m));
	memcpy(u->name, m.name.p, m.name.n);
	u->name_n = m.name.n;
	u->members++;
	u->bytes += m.size;
	u->left = m.size;
	u->pad = padding(m.size);
	m.name.p = u->name;
	*out = m;
	return OK;
}

enum err
ustar_get(struct ustar_in *u, void *p, size_t n, size_t *got)
{
	size_t want = n < u->left ? n : (size_t)u->left;

	if (want > 0)
		TRY(need(u, p, want));
	u->left -= want;
	*got = want;
	return OK;
}

enum err
ustar_get_cur(void *cur, void *p, size_t n)
{
	struct cur *c = cur;
	struct bytes b;

	if (cur_left(c) < n)
		return cur_left(c) > 0 ? ERR_FORMAT : ERR_END;
	b = cur_take(c, n);
	memcpy(p, b.p, n);
	return OK;
}

bool
ustar_looks_like(struct bytes head)
{
	struct bytes magic = bytes_sub(head, AT_MAGIC, 8);

	return bytes_eq(magic, BYTES_LIT(MAGIC));
}
