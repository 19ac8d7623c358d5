/*
 * cfb.c - the header, the tables and the chains of compound files.
 *
 * The FAT is not copied: where its sectors lie is known after following the DIFAT, and an
 * entry is then one read from the file. Numbers of sectors are the stranger's; cfb_sector
 * is the one place that turns one into bytes.
 */
#include "format/cfb.h"

#include "format/cfb_in.h"

#define HEADER_SIZE  512
#define HEADER_DIFAT 109 /* entries of the DIFAT that are in the header */
#define DIFAT_AT     76
#define BYTE_ORDER   0xfffe
#define SHIFT_LEAST  7  /* a sector holds at least an entry of the directory */
#define SHIFT_MOST   20 /* ours: 1 MiB; the specification knows 9 and 12 */
#define LAST_REGULAR 0xfffffffa
#define BUDGET_LEAST (1 << 16)
#define STEP         64 /* bytes of a stream that are one step */
#define MINI_SHIFT   6
#define CUTOFF       4096

static const uint8_t magic[] = { 0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1 };

bool
cfb_probe(struct bytes head)
{
	uint16_t shift = rec_le16(head, 30);

	return head.n >= HEADER_SIZE && memcmp(head.p, magic, sizeof(magic)) == 0 &&
	       rec_le16(head, 28) == BYTE_ORDER && shift >= SHIFT_LEAST &&
	       shift <= SHIFT_MOST;
}

bool
cfb_spend(struct cfb *c, uint64_t n)
{
	c->steps = num_add(c->steps, n);
	if (c->steps > c->budget)
		c->notes |= CFB_NOTE_LIMIT;
	return c->steps <= c->budget;
}

/*
 * 2.2: the header takes the place of a sector, whatever the size of sectors. Any number
 * may be asked for: (2^32 + 1) << 20 is below 2^53, and what lies behind the file has no
 * bytes.
 */
struct bytes
cfb_sector(const struct cfb *c, uint32_t sector)
{
	return bytes_clip(
	    c->file, ((uint64_t)sector + 1) << c->shift, UINT64_C(1) << c->shift);
}

/*
 * A number of a table: entry i, whose sectors are listed. CFB_NONE: there is none,
 * because the table is shorter or because its sector was cut. A sector has 2^per numbers,
 * so i >> per is the sector and the rest the place in it, below 2^shift.
 */
static uint32_t
table_get(const struct cfb *c, const uint32_t *list, uint32_t n, uint32_t i)
{
	uint32_t per = c->shift - 2, which = i >> per;
	struct bytes b;

	if (which >= n)
		return CFB_NONE;
	b = bytes_sub(cfb_sector(c, list[which]), (i & ((1u << per) - 1)) * 4, 4);
	return b.p ? le32(b.p) : CFB_NONE;
}

uint32_t
cfb_next(const struct cfb *c, uint32_t sector)
{
	return table_get(c, c->fat, c->fat_n, sector);
}

uint32_t
cfb_next_mini(const struct cfb *c, uint32_t sector)
{
	return table_get(c, c->mini, c->mini_n, sector);
}

/* Adds a sector of the FAT. false: enough for all sectors, the rest says nothing. */
static bool
add_fat(struct cfb *c, uint32_t sector, uint32_t most)
{
	if (c->fat_n >= most)
		return false;
	if (sector < LAST_REGULAR && sector >= c->sectors)
		c->notes |= CFB_NOTE_TABLE;
	/* Free ones keep their place: the entries behind them would move. */
	c->fat[c->fat_n++] = sector < c->sectors ? sector : CFB_NONE - 1;
	return true;
}

/* 2.5.1: the header's part, then a chain of sectors whose last number is the next one. */
static enum err
read_difat(struct cfb *c)
{
	uint32_t per = (1u << (c->shift - 2)) - 1, next = rec_le32(c->file, 68);
	uint32_t most = (c->sectors >> (c->shift - 2)) + 1;

	c->fat = ARENA_ARRAY(c->arena, most, uint32_t);
	if (c->fat == NULL)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < HEADER_DIFAT; i++) {
		uint32_t sector = rec_le32(c->file, DIFAT_AT + 4 * (uint64_t)i);

		if (sector == CFB_NONE || !add_fat(c, sector, most))
			break;
	}
	for (uint32_t n = 0; next < c->sectors && n < c->sectors; n++) {
		struct bytes b = cfb_sector(c, next);

		for (uint32_t i = 0; i < per && b.n >= 4 * (size_t)(i + 1); i++)
			if (!add_fat(c, le32(b.p + 4 * i), most))
				return OK;
		next = rec_le32(b, (uint64_t)per * 4);
	}
	return OK;
}

/*
 * The sectors of a chain in their order; it ends where it loops. One bit for each sector
 * of the file tells: s < sectors is the bound of both the loop and the bit's place, and a
 * sector is taken once, so there are at most as many turns as sectors.
 */
static enum err
list_chain(struct cfb *c, uint32_t first, uint32_t **out, uint32_t *n)
{
	uint8_t *seen = arena_alloc(c->arena, c->sectors / 8 + 1);
	size_t room = 0;
	uint32_t *list = NULL, s = first;

	*n = 0;
	if (seen == NULL)
		return ERR_LIMIT;
	for (; s < c->sectors && !(seen[s / 8] >> s % 8 & 1); s = cfb_next(c, s)) {
		if (!cfb_spend(c, 1))
			return ERR_LIMIT;
		list = arena_grow(c->arena, list, &room, *n + (size_t)1, sizeof(*list));
		if (list == NULL)
			return ERR_LIMIT;
		seen[s / 8] |= (uint8_t)(1 << s % 8);
		list[(*n)++] = s;
		*out = list;
	}
	if (s < LAST_REGULAR)
		c->notes |= CFB_NOTE_CHAIN;
	return OK;
}

/*
 * Where a stream's sectors are: in the file, or in the mini stream. The mini stream is
 * itself a stream of the file, so it is gathered first (read_mini), and then is a file of
 * sectors of 64 bytes without a header.
 */
struct place {
	struct bytes in;
	uint64_t first; /* offset of sector 0 */
	unsigned shift;
	uint32_t sectors;
	uint32_t (*next)(const struct cfb *c, uint32_t sector);
};

/* Bytes of one sector, fewer where the file or the mini stream ends. */
static struct bytes
at_place(const struct place *p, uint32_t sector)
{
	return bytes_clip(
	    p->in, p->first + ((uint64_t)sector << p->shift), UINT64_C(1) << p->shift);
}

/*
 * Follows a chain for size bytes. *have: how many there are; *whole: they lie one behind
 * the other. A chain cannot be longer than the sectors that there are: then it loops.
 */
static enum err
measure(struct cfb *c, const struct place *p, uint32_t first, uint64_t size,
    uint64_t *have, bool *whole)
{
	uint32_t s = first, want = first, n = 0;

	*have = 0;
	*whole = true;
	for (; *have < size && s < p->sectors && n < p->sectors; n++, s = p->next(c, s)) {
		struct bytes b = at_place(p, s);

		if (!cfb_spend(c, 1 + b.n / STEP))
			return ERR_LIMIT;
		*whole &= s == want;
		want = s + 1;
		*have += b.n;
	}
	if (*have < size)
		c->notes |= CFB_NOTE_CUT | (s < LAST_REGULAR ? CFB_NOTE_CHAIN : 0);
	if (*have > size)
		*have = size;
	return OK;
}

static enum err
gather(struct cfb *c, const struct place *p, uint32_t first, uint64_t size,
    struct bytes *out)
{
	uint64_t have, at = 0;
	bool whole;
	uint8_t *copy;

	TRY(measure(c, p, first, size, &have, &whole));
	if (whole) {
		*out = bytes_clip(p->in, p->first + ((uint64_t)first << p->shift), have);
		return OK;
	}
	copy = arena_alloc(c->arena, (size_t)have);
	if (copy == NULL)
		return ERR_LIMIT;
	for (uint32_t s = first; at < have; s = p->next(c, s)) {
		struct bytes b = bytes_clip(at_place(p, s), 0, have - at);

		if (b.n == 0) /* measured, so it cannot be; no loop without an end */
			break;
		memcpy(copy + at, b.p, b.n);
		at += b.n;
	}
	*out = (struct bytes){ copy, (size_t)at };
	return OK;
}

static struct place
in_file(const struct cfb *c)
{
	return (struct place){ c->file, UINT64_C(1) << c->shift, c->shift, c->sectors,
		cfb_next };
}

/* 2.6.1: the first sector, in the file or in the mini stream, as the size says which. */
static uint32_t
start_of(const struct cfb *c, uint32_t entry)
{
	return rec_le32(c->entry[entry].raw, 116);
}

/* 2.4 and 2.3: the root's stream, cut in small sectors, and the table of their chains. */
static enum err
read_mini(struct cfb *c)
{
	struct place file = in_file(c);

	if (c->mini_read)
		return OK;
	c->mini_read = true;
	if (c->n == 0 || c->entry[0].type == 0)
		return OK;
	TRY(list_chain(c, rec_le32(c->file, 60), &c->mini, &c->mini_n));
	return gather(c, &file, start_of(c, 0), c->entry[0].size, &c->ministream);
}

enum err
cfb_read(struct cfb *c, uint32_t entry, struct bytes *out)
{
	const struct cfb_entry *e = &c->entry[entry];
	struct place p = in_file(c);

	*out = (struct bytes){ 0 };
	if (e->type != CFB_STREAM || e->size == 0)
		return OK;
	if (e->size < c->cutoff) {
		TRY(read_mini(c));
		p = (struct place){ c->ministream, 0, c->mini_shift,
			(uint32_t)(c->ministream.n >> c->mini_shift) +
			    (c->ministream.n % (1u << c->mini_shift) != 0),
			cfb_next_mini };
	}
	return gather(c, &p, start_of(c, entry), e->size, out);
}

/* 2.2. What differs from what must be there is noted. */
static void
read_header(struct cfb *c)
{
	uint64_t sectors;

	c->shift = rec_le16(c->file, 30);
	c->mini_shift = MINI_SHIFT;
	c->cutoff = CUTOFF;
	if (c->shift != (rec_le16(c->file, 26) == 4 ? 12 : 9) ||
	    rec_le16(c->file, 32) != MINI_SHIFT || rec_le32(c->file, 56) != CUTOFF)
		c->notes |= CFB_NOTE_HEADER;
	sectors = (c->file.n - 1) >> c->shift;
	c->sectors = sectors < LAST_REGULAR ? (uint32_t)sectors : LAST_REGULAR;
}

/*
 * budget: a step stands for 64 bytes of a stream, and the file / 8 allows each byte to be
 * read eight times over; a real file needs one. BUDGET_LEAST is for small files with
 * large directories.
 */
enum err
cfb_open(struct bytes file, struct arena *a, struct cfb *out)
{
	uint32_t *directory = NULL, n = 0;
	enum err e;

	if (!cfb_probe(file))
		return ERR_FORMAT;
	*out = (struct cfb){ .file = file, .arena = a };
	out->budget = num_add(BUDGET_LEAST, file.n / 8);
	read_header(out);
	e = read_difat(out);
	if (e == OK)
		e = list_chain(out, rec_le32(file, 48), &directory, &n);
	if (e == OK)
		e = cfb_read_directory(out, directory, n);
	if (e == ERR_LIMIT)
		out->notes |= CFB_NOTE_LIMIT;
	return e;
}
