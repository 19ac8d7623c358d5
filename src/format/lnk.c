/*
 * lnk.c - the parts of a shortcut, in their order: MS-SHLLINK, section 2.
 *
 * A part that leaves the file ends the reading, and what was read before stays: YARA-X
 * does so, and a shortcut that Windows still follows is worth seeing.
 */
#include "format/lnk.h"

#include "format/utf.h"

#define HEADER_SIZE 0x4c

/* 2.1.1, LinkFlags. */
#define HAS_ID_LIST 0x01
#define HAS_INFO    0x02
#define IS_UNICODE  0x80

/* 2.3, LinkInfo: its flags, its size, and the least size of one with UTF-16 paths. */
#define INFO_LOCAL   0x1
#define INFO_NETWORK 0x2
#define INFO_SIZE    0x1c
#define INFO_WIDE    0x24

#define VOLUME_SIZE       0x10
#define LABEL_IS_WIDE     0x14 /* 2.3.1: this offset means that another one follows */
#define TRACKER           0xa0000003
#define TRACKER_SIZE      0x58
#define BLOCK_LEAST       4   /* 2.5: a smaller block ends the list */
#define STRING_MOST       260 /* characters that Windows reads of all but the arguments */
#define TICKS             10000000
#define SECONDS_FROM_1601 11644473600

static const uint8_t class_id[] = { 0x4c, 0, 0, 0, 1, 0x14, 2, 0, 0, 0, 0, 0, 0xc0, 0, 0,
	0, 0, 0, 0, 0x46 };

/*
 * 2.1: the size of the header and the class of shell links, byte by byte. Nothing else of
 * the file is asked, so open may read it whatever it holds.
 */
static bool
is_lnk(struct bytes file)
{
	return file.n >= HEADER_SIZE && memcmp(file.p, class_id, sizeof(class_id)) == 0;
}

/* A FILETIME in seconds since 1970; before that it is undefined. */
static int64_t
seconds(uint64_t filetime)
{
	uint64_t s = filetime / TICKS;

	return s < SECONDS_FROM_1601 ? FACT_UNDEF : (int64_t)(s - SECONDS_FROM_1601);
}

/* An enumeration of 32 bits: what would be negative is undefined. */
static int64_t
choice(uint32_t v)
{
	return v > INT32_MAX ? FACT_UNDEF : v;
}

/* 2.1, ShellLinkHeader; its flags. */
static uint32_t
read_header(struct lnk *l, struct bytes file)
{
	l->is_lnk = 1;
	l->file_attributes = rec_le32(file, 24);
	l->creation_time = seconds(rec_le64(file, 28));
	l->access_time = seconds(rec_le64(file, 36));
	l->write_time = seconds(rec_le64(file, 44));
	l->file_size = rec_le32(file, 52);
	l->icon_index = rec_le32(file, 56);
	l->show_command = choice(rec_le32(file, 60));
	return rec_le32(file, 20);
}

/* 2.2, LinkTargetIDList. Exploits announce more than the file has: cut to it. */
static enum err
read_list(struct lnk *l, struct bytes *rest)
{
	struct bytes size = bytes_sub(*rest, 0, 2), list;

	if (size.p == NULL)
		return ERR_END;
	list = bytes_clip(*rest, 2, le16(size.p));
	*rest = bytes_from(*rest, 2 + list.n);
	return lnk_read_items(l, list);
}

/* 2.3.1, VolumeID. */
static void
read_volume(struct lnk *l, struct bytes b)
{
	uint32_t at = rec_le32(b, 12);
	struct bytes volume = bytes_sub(b, 0, rec_le32(b, 0)), label;

	if (b.n < VOLUME_SIZE)
		return;
	l->drive_type = choice(rec_le32(b, 4));
	l->drive_serial_number = rec_le32(b, 8);
	if (at == LABEL_IS_WIDE && b.n < VOLUME_SIZE + 4)
		return;
	label = bytes_from(volume, at == LABEL_IS_WIDE ? rec_le32(b, VOLUME_SIZE) : at);
	if (label.p != NULL)
		l->volume_label = at == LABEL_IS_WIDE
				      ? utf_from_16(l->parse->arena, label)
				      : utf_cstr(l->parse->arena, label);
}

/* A path of LinkInfo: the UTF-16 one, when there is an offset for it. */
static void
read_path(struct lnk *l, struct bytes info, uint32_t at, uint32_t wide, struct bytes *out)
{
	struct bytes path = bytes_from(info, wide > 0 ? wide : at);

	if (path.p != NULL)
		*out = wide > 0 ? utf_from_16(l->parse->arena, path)
				: utf_cstr(l->parse->arena, path);
}

/* 2.3, LinkInfo. Its header is read whatever size it says it has. */
static enum err
read_info(struct lnk *l, struct bytes *rest)
{
	struct bytes b = *rest, info = bytes_sub(b, 0, rec_le32(b, 0));
	bool wide = rec_le32(b, 4) >= INFO_WIDE;
	uint32_t flags = rec_le32(b, 8);

	if (b.n < (wide ? INFO_WIDE : INFO_SIZE) || info.p == NULL)
		return ERR_END;
	if (flags & INFO_LOCAL) {
		read_volume(l, bytes_from(info, rec_le32(b, 12)));
		read_path(l, info, rec_le32(b, 16), wide ? rec_le32(b, 28) : 0,
		    &l->local_base_path);
	}
	if (flags & INFO_NETWORK)
		read_path(l, info, rec_le32(b, 24), wide ? rec_le32(b, 32) : 0,
		    &l->common_path_suffix);
	*rest = bytes_from(b, info.n);
	return OK;
}

/*
 * 2.4, StringData: a count of characters, and they. What is longer than most is cut, and
 * reading goes on behind the cut, not behind the string: so does Windows, whose buffers
 * are MAX_PATH long.
 */
static enum err
read_string(struct lnk *l, struct bytes *rest, bool wide, size_t most, struct bytes *out)
{
	struct bytes count = bytes_sub(*rest, 0, 2), s;
	size_t n;

	if (count.p == NULL)
		return ERR_END;
	n = le16(count.p) < most ? le16(count.p) : most;
	s = bytes_sub(*rest, 2, wide ? 2 * n : n);
	if (s.p == NULL)
		return ERR_END;
	*out = wide ? utf_from_16(l->parse->arena, s) : utf_mend(l->parse->arena, s);
	*rest = bytes_from(*rest, 2 + s.n);
	return OK;
}

/* Each string that the flags name, in the order of the file. */
static enum err
read_strings(struct lnk *l, struct bytes *rest, uint32_t flags)
{
	const struct {
		uint32_t flag;
		size_t most;
		struct bytes *out;
	} strings[] = {
		{ 0x04, STRING_MOST, &l->name },
		{ 0x08, STRING_MOST, &l->relative_path },
		{ 0x10, STRING_MOST, &l->working_dir },
		{ 0x20, UINT16_MAX, &l->cmd_line_args },
		{ 0x40, STRING_MOST, &l->icon_location },
	};

	for (size_t i = 0; i < COUNT(strings); i++)
		if (flags & strings[i].flag)
			TRY(read_string(l, rest, flags & IS_UNICODE, strings[i].most,
			    strings[i].out));
	return OK;
}

/* 2.5.10, TrackerDataBlock, behind its size and signature. */
static void
read_tracker(struct lnk *l, struct bytes b)
{
	struct lnk_tracker *t = &l->tracker_data;
	struct arena *a = l->parse->arena;

	if (b.n < TRACKER_SIZE)
		return;
	t->version = rec_le32(b, 4);
	t->machine_id = utf_cstr(a, bytes_sub(b, 8, 16));
	t->droid_volume_id = utf_guid(a, b.p + 24);
	t->droid_file_id = utf_guid(a, b.p + 40);
	t->droid_birth_volume_id = utf_guid(a, b.p + 56);
	t->droid_birth_file_id = utf_guid(a, b.p + 72);
}

/*
 * 2.5, ExtraData: blocks up to one of less than four bytes, behind which is nothing. A
 * block has four bytes at least, so the loop ends with the file.
 */
static enum err
read_blocks(struct lnk *l, struct bytes rest)
{
	for (;; l->steps++) {
		struct bytes head = bytes_sub(rest, 0, 4), block;

		if (head.p == NULL)
			return ERR_END;
		if (le32(head.p) < BLOCK_LEAST)
			break;
		block = bytes_sub(rest, 0, le32(head.p));
		if (block.p == NULL)
			return ERR_END;
		if (rec_le32(block, 4) == TRACKER)
			read_tracker(l, bytes_from(block, 8));
		rest = bytes_from(rest, block.n);
	}
	rest = bytes_from(rest, 4);
	l->overlay_size = (int64_t)rest.n;
	if (rest.n > 0)
		l->overlay_offset = (int64_t)(l->parse->file.n - rest.n);
	return OK;
}

static enum err
read_body(struct lnk *l, struct bytes rest, uint32_t flags)
{
	if (flags & HAS_ID_LIST)
		TRY(read_list(l, &rest));
	if (flags & HAS_INFO)
		TRY(read_info(l, &rest));
	TRY(read_strings(l, &rest, flags));
	return read_blocks(l, rest);
}

static enum err
lnk_open(struct parse *p)
{
	struct lnk *l = p->facts;
	enum err e;

	l->is_lnk = 0;
	if (!is_lnk(p->file))
		return ERR_FORMAT;
	l->parse = p;
	e = read_body(l, bytes_from(p->file, HEADER_SIZE), read_header(l, p->file));
	if (e == ERR_END)
		p->notes |= LNK_NOTE_CUT;
	if (!p->arena->spent)
		return OK;
	p->notes |= LNK_NOTE_LIMIT;
	return ERR_LIMIT;
}

static int
lnk_probe(struct bytes head, uint64_t size)
{
	(void)size;
	return is_lnk(head) ? 100 : 0;
}

const struct format format_lnk = {
	.name = "lnk",
	.facts = lnk_facts,
	.facts_size = sizeof(struct lnk),
	.probe = lnk_probe,
	.open = lnk_open,
	.yarax = true,
};
