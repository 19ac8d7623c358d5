/*
 * lnk_item.c - shell items: the steps of the path from the desktop to the target.
 *
 * MS-SHLLINK 2.2.2 says how long an item is and no more; what is in it Joachim Metz's
 * "Windows Shell Item format" describes. Numbers here are offsets behind the size field:
 * 0 is the item's type.
 */
#include "format/lnk.h"
#include "format/utf.h"

enum {
	CPL = 0x00,
	CATEGORY = 0x01,
	ROOT_OTHER = 0x1e,
	ROOT = 0x1f,
	VOLUME = 0x20,
	ENTRY = 0x30,
	NETWORK = 0x40,
	PANEL_OTHER = 0x70,
	PANEL = 0x71,
};

/* Volumes, entries and network places have flags in their type's low bits. */
static uint8_t
family(uint8_t type)
{
	uint8_t f = type & 0x70;

	return f == VOLUME || f == ENTRY || f == NETWORK ? f : type;
}

/* What lnk.ShellItemType calls it; what has no name there is the type as it stands. */
static int64_t
type_of(uint8_t type)
{
	uint8_t f = family(type);

	return f == ROOT_OTHER ? ROOT : f == PANEL_OTHER ? PANEL : f;
}

static struct bytes
guid(struct arena *a, struct bytes b)
{
	struct bytes g = bytes_sub(b, 2, 16);

	return g.p ? utf_guid(a, g.p) : g;
}

/* What is there from at on, as a string that ends at its NUL; no bytes when nothing is.
 */
static struct bytes
string(struct arena *a, struct bytes b, uint64_t at, bool wide)
{
	struct bytes s = bytes_from(b, at);

	return s.p == NULL ? s : wide ? utf_from_16(a, s) : utf_cstr(a, s);
}

/* A control panel's file: its name stands at 10, or for UTF-16 at 22 behind zeros. */
static struct bytes
cpl_path(struct arena *a, struct bytes b)
{
	if (b.n <= 10)
		return (struct bytes){ 0 };
	return b.p[10] == 0 ? string(a, b, 22, true) : string(a, b, 10, false);
}

/* A volume has a name, such as "C:\", or an identifier. */
static void
read_volume(struct arena *a, struct bytes b, struct lnk_item *i)
{
	struct bytes name = bytes_sub(b, 1, 20);

	if (!(b.p[0] & 1))
		i->volume_id = guid(a, b);
	else if (name.p != NULL)
		i->volume_name = utf_cstr(a, name);
}

static void
read_item(struct arena *a, struct bytes b, struct lnk_item *i)
{
	uint8_t type = b.p[0];

	fact_clear(lnk_item_facts, i);
	i->item_type = type_of(type);
	i->data = bytes_from(b, 1);
	switch (family(type)) {
	case CPL: i->cpl_file_path = cpl_path(a, b); break;
	case ROOT_OTHER:
	case ROOT: i->root_folder_id = guid(a, b); break;
	case VOLUME: read_volume(a, b, i); break;
	case ENTRY: i->file_entry_name = string(a, b, 12, type & 4); break;
	case NETWORK: i->network_location = string(a, b, 3, false); break;
	default: break;
	}
}

/*
 * The next item's bytes behind its size; ones of no bytes are skipped. False: no more. An
 * item takes two bytes at least off the list, which has 65,535 at most (2.2).
 */
static bool
next_item(struct bytes *list, struct bytes *item)
{
	while (list->n >= 2 && le16(list->p) != 0) {
		uint64_t size = le16(list->p);

		*item = bytes_clip(*list, 2, size < 2 ? 0 : size - 2);
		*list = bytes_from(*list, 2 + item->n);
		if (item->n > 0)
			return true;
	}
	return false;
}

/*
 * Twice over the list: the first time counts, so that the array is made once and has no
 * more places than there are items.
 */
enum err
lnk_read_items(struct lnk *l, struct bytes list)
{
	struct bytes walk = list, item;
	struct lnk_item *items;
	size_t n = 0;

	while (next_item(&walk, &item))
		n++;
	items = ARENA_ARRAY(l->parse->arena, n, struct lnk_item);
	if (items == NULL && n > 0)
		return ERR_LIMIT;
	for (size_t k = 0; k < n && next_item(&list, &item); k++, l->steps++)
		read_item(l->parse->arena, item, &items[k]);
	l->target_id_list = (struct fact_array){ items, (uint32_t)n };
	return OK;
}
