/*
 * The parser of lnk, unit by unit; whole files are compared in tests/golden/lnk, which
 * YARA-X reads the same way.
 */
#include "format/lnk.h"

#include "format/rig.h"

extern const struct format format_lnk;

#define CLASS "4c000000 01140200 00000000 c0000000 00000046"

static struct lnk *
lnk_of(const struct rig *o)
{
	return o->facts;
}

static enum err
load_all(void *facts)
{
	(void)facts; /* open has read everything */
	return OK;
}

/* Flags, zeros up to 0x4c, and what follows. */
static struct bytes
link_of(uint8_t *out, size_t size, uint32_t flags, struct bytes rest)
{
	struct bytes class_ = test_hex(CLASS);

	memset(out, 0, size);
	memcpy(out, class_.p, class_.n);
	put_le32(out + 20, flags);
	memcpy(out + 0x4c, rest.p, rest.n);
	return (struct bytes){ out, 0x4c + rest.n };
}

TEST(what_is_a_shortcut)
{
	uint8_t p[0x4c];
	struct bytes whole = link_of(p, sizeof(p), 0, BYTES_LIT(""));
	struct rig *o;

	for (size_t n = 0; n <= whole.n; n++) {
		o = rig_open(&format_lnk, test_copy(bytes_sub(whole, 0, n)), 1 << 20);
		ROW("%zu bytes", n);
		EQ_U(o->err, n == whole.n ? OK : ERR_FORMAT);
		EQ_I(lnk_of(o)->is_lnk, n == whole.n);
		rig_close(o);
	}
	for (size_t at = 0; at < 20; at++) {
		p[at] ^= 1;
		o = rig_open(&format_lnk, whole, 1 << 20);
		ROW("byte %zu", at);
		EQ_U(o->err, ERR_FORMAT);
		EQ_I(lnk_of(o)->file_size, FACT_UNDEF);
		rig_close(o);
		p[at] ^= 1;
	}
}

TEST(the_header_has_times_and_choices)
{
	uint8_t p[0x4c];
	struct bytes file = link_of(p, sizeof(p), 0, BYTES_LIT(""));
	struct rig *o;

	put_le64(p + 28, 116444736000000000ull - 1); /* 1970, less a tick */
	put_le64(p + 36, 116444736000000000ull);
	put_le64(p + 44, UINT64_MAX);
	put_le32(p + 56, (uint32_t)-3);
	put_le32(p + 60, 0x80000001);
	o = rig_open(&format_lnk, file, 1 << 20);
	EQ_I(lnk_of(o)->creation_time, FACT_UNDEF);
	EQ_I(lnk_of(o)->access_time, 0);
	EQ_I(lnk_of(o)->write_time, 1833029933770);
	EQ_I(lnk_of(o)->icon_index, 0xfffffffd);
	EQ_I(lnk_of(o)->show_command, FACT_UNDEF);
	EQ_I(lnk_of(o)->overlay_size, FACT_UNDEF); /* its list of blocks has no end */
	CHECK(o->parse.notes & LNK_NOTE_CUT);
	rig_close(o);
}

TEST(what_was_read_before_a_cut_stays)
{
	/* clang-format off */
	static const struct {
		const char *name, *hex;
		uint32_t flags;
		const char *named, *arguments;
	} rows[] = {
		{ "both",                "0100 61 0200 6263 00000000", 0x24, "a", "bc" },
		{ "the second is cut",   "0100 61 0200 62", 0x24, "a", NULL },
		{ "its count is cut",    "0100 61 02", 0x24, "a", NULL },
		{ "in UTF-16",           "0100 6100 0100 e400 00000000", 0xa4, "a", "\xc3\xa4" },
		{ "in UTF-16, cut",      "0100 6100 0100 e4", 0xa4, "a", NULL },
		{ "a list before them",  "0200 0000 0100 61 0000", 0x25, "a", "" },
		{ "no list",             "", 0x25, NULL, NULL },
	};
	/* clang-format on */
	uint8_t p[256];

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes file =
		    link_of(p, sizeof(p), rows[i].flags, test_hex(rows[i].hex));
		struct rig *o = rig_open(&format_lnk, test_copy(file), 1 << 20);

		ROW("%s", rows[i].name);
		EQ_U(o->err, OK);
		EQ_B(lnk_of(o)->name, bytes_of(rows[i].named));
		EQ_B(lnk_of(o)->cmd_line_args, bytes_of(rows[i].arguments));
		rig_close(o);
	}
}

TEST(items_by_their_type)
{
	/* clang-format off */
	static const struct {
		const char *hex;
		int64_t type;
		size_t at; /* the member of struct lnk_item that is filled; 0: none */
		const char *want;
	} rows[] = {
		{ "1f50 e04fd020ea3a6910a2d808002b30309d", 0x1f, offsetof(struct lnk_item, root_folder_id), "20d04fe0-3aea-1069-a2d8-08002b30309d" },
		{ "1f50 e04fd020ea3a6910a2d808002b3030", 0x1f, 0, NULL },
		{ "2f 433a5c00000000000000000000000000000000 00", 0x20, offsetof(struct lnk_item, volume_name), "C:\\" },
		{ "2f 433a5c", 0x20, 0, NULL },
		{ "32 0000000000000000000000 6100", 0x30, offsetof(struct lnk_item, file_entry_name), "a" },
		{ "36 0000000000000000000000 61006200", 0x30, offsetof(struct lnk_item, file_entry_name), "ab" },
		{ "b1 0000000000000000000000", 0x30, offsetof(struct lnk_item, file_entry_name), "" },
		{ "c3 0102 5c5c7800", 0x40, offsetof(struct lnk_item, network_location), "\\\\x" },
		{ "00 000000000000000000 622e63706c", 0, offsetof(struct lnk_item, cpl_file_path), "b.cpl" },
		{ "00 000000000000000000 000000000000000000000000 6200", 0, offsetof(struct lnk_item, cpl_file_path), "b" },
		{ "70", 0x71, 0, NULL },
		{ "75", 0x75, 0, NULL },
	};
	/* clang-format on */
	struct parse parse = { 0 };
	struct arena a;

	arena_init(&a, 1 << 20);
	parse.arena = &a;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes data = test_hex(rows[i].hex);
		uint8_t raw[64] = { (uint8_t)(data.n + 2) };
		struct lnk l = { .parse = &parse };
		const struct lnk_item *item;

		ROW("%s", rows[i].hex);
		memcpy(raw + 2, data.p, data.n);
		EQ_U(lnk_read_items(&l, (struct bytes){ raw, data.n + 2 }), OK);
		EQ_U(l.target_id_list.n, 1);
		item = l.target_id_list.p;
		EQ_I(item->item_type, rows[i].type);
		EQ_U(item->data.n, data.n - 1);
		if (rows[i].at > 0) {
			struct bytes have;

			memcpy(&have, (const char *)item + rows[i].at, sizeof(have));
			EQ_B(have, bytes_of(rows[i].want));
		}
	}
	arena_done(&a);
}

/* Items and blocks as small as they may be: one step for each, none is read twice. */
TEST(work_is_linear_in_the_size)
{
	size_t items = 0xffff / 3, blocks = 1 << 18, at = 0x4c;
	uint8_t *p = calloc(1, at + 2 + 3 * items + 4 * blocks + 4);
	struct rig *o;

	if (p == NULL)
		abort();
	link_of(p, at, 1, BYTES_LIT(""));
	put_le16(p + at, (uint16_t)(3 * items));
	at += 2;
	for (size_t k = 0; k < items; k++, at += 3)
		p[at] = 3;
	for (size_t k = 0; k < blocks; k++, at += 4)
		p[at] = 4;
	o = rig_open(&format_lnk, (struct bytes){ p, at + 4 }, 1 << 24);
	EQ_U(o->err, OK);
	EQ_U(lnk_of(o)->target_id_list.n, items);
	EQ_U(lnk_of(o)->steps, items + blocks);
	EQ_I(lnk_of(o)->overlay_size, 0);
	rig_close(o);
	free(p);
}

TEST(damaged_and_starved)
{
	/* A list, LinkInfo with a volume, a name and a tracker. */
	static const char parts[] =
	    "1600 1400 32 0000000000000000000000 612e62747800 0000"
	    "39000000 1c000000 03000000 1c000000 32000000 00000000 37000000"
	    "16000000 03000000 78563412 10000000 4c4142454c00 433a5c6100 6200"
	    "0200 6100 6200 60000000 030000a0 58000000 00000000"
	    "6465736b746f7000 0000000000000000"
	    "00112233445566778899aabbccddeeff 00112233445566778899aabbccddeeff"
	    "00112233445566778899aabbccddeeff 00112233445566778899aabbccddeeff 00000000";
	uint8_t p[512];
	struct bytes whole = link_of(p, sizeof(p), 0x87, test_hex(parts));
	struct rig *o = rig_open(&format_lnk, whole, 1 << 20);

	EQ_B(lnk_of(o)->tracker_data.machine_id, BYTES_LIT("desktop"));
	EQ_B(lnk_of(o)->volume_label, BYTES_LIT("LABEL"));
	rig_close(o);
	rig_damage(&format_lnk, load_all, whole, whole.n);
	rig_starve(&format_lnk, load_all, whole, 2048);
}
