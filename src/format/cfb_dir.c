/*
 * cfb_dir.c - the directory of a compound file: entries, and the tree they form.
 *
 * Each storage names one of its children, and each child up to two siblings: a binary
 * tree for each storage. It is walked with a stack of our own, and an entry is taken the
 * first time only, so that no tree is too deep and none has no end.
 */
#include "format/cfb_in.h"
#include "format/utf.h"

#define NAME_SIZE  64 /* bytes, with the zero behind it */
#define PATH_DEPTH 32 /* ours: a tree may be as deep as it has entries */

/* 2.6.1 */
static uint32_t
left_of(const struct cfb_entry *e)
{
	return rec_le32(e->raw, 68);
}

static uint32_t
right_of(const struct cfb_entry *e)
{
	return rec_le32(e->raw, 72);
}

static uint32_t
child_of(const struct cfb_entry *e)
{
	return rec_le32(e->raw, 76);
}

/* Version 3 leaves rubbish in the upper half of the size. */
static uint64_t
size_of(const struct cfb *c, struct bytes raw)
{
	return rec_le16(c->file, 26) == 4 ? rec_le64(raw, 120) : rec_le32(raw, 120);
}

/*
 * 2.6.1. An entry of no known type keeps its place, as others refer to it by number.
 * false: the arena is spent.
 *
 * A length that is wrong is taken for the longest: a name that is hidden from us would be
 * seen by Office, which does not look at it.
 */
static bool
read_entry(struct cfb *c, struct bytes raw, struct cfb_entry *out)
{
	uint16_t length = rec_le16(raw, 64);
	uint8_t type = raw.p[66];

	*out = (struct cfb_entry){ .raw = raw, .parent = CFB_NONE };
	if (type != CFB_STORAGE && type != CFB_STREAM && type != CFB_ROOT)
		return true;
	if (length < 2 || length > NAME_SIZE) {
		c->notes |= CFB_NOTE_DIRECTORY;
		length = NAME_SIZE;
	}
	out->type = type;
	out->name = utf_from_16(c->arena, bytes_sub(raw, 0, length - 2u));
	out->size = size_of(c, raw);
	return out->name.p != NULL;
}

/*
 * Entries that wait to be visited, and who is their parent. Each entry waits once at most
 * (seen is set when it is put there), so the arrays' c->n places are enough.
 */
struct walk {
	struct cfb *c;
	uint32_t *wait, *parent, n;
	uint8_t *seen;
};

/* A number that names no entry, or one that was there before, ends its branch. */
static void
visit_later(struct walk *w, uint32_t entry, uint32_t parent)
{
	if (entry == CFB_NONE)
		return;
	if (entry >= w->c->n || w->seen[entry] || w->c->entry[entry].type == 0 ||
	    w->c->entry[entry].type == CFB_ROOT) {
		w->c->notes |= CFB_NOTE_DIRECTORY;
		return;
	}
	w->seen[entry] = 1;
	w->wait[w->n] = entry;
	w->parent[w->n++] = parent;
}

/* Tells each entry its parent. Entry 0 is the root, whatever it says that it is. */
static enum err
find_parents(struct cfb *c)
{
	struct walk w = { .c = c,
		.wait = ARENA_ARRAY(c->arena, c->n, uint32_t),
		.parent = ARENA_ARRAY(c->arena, c->n, uint32_t),
		.seen = arena_alloc(c->arena, c->n) };

	if (c->n == 0)
		return OK;
	if (w.wait == NULL || w.parent == NULL || w.seen == NULL)
		return ERR_LIMIT;
	w.seen[0] = 1;
	visit_later(&w, child_of(&c->entry[0]), 0);
	while (w.n > 0) {
		uint32_t i = w.wait[--w.n], parent = w.parent[w.n];

		c->entry[i].parent = parent;
		if (c->entry[i].type == CFB_STORAGE)
			visit_later(&w, child_of(&c->entry[i]), i);
		visit_later(&w, left_of(&c->entry[i]), parent);
		visit_later(&w, right_of(&c->entry[i]), parent);
	}
	for (uint32_t i = 0; i < c->n; i++)
		if (c->entry[i].type != 0 && !w.seen[i])
			c->notes |= CFB_NOTE_DIRECTORY;
	return OK;
}

enum err
cfb_read_directory(struct cfb *c, const uint32_t *sector, uint32_t n)
{
	uint32_t per = 1u << (c->shift - 7);

	c->entry = arena_array(c->arena, n, per * sizeof(*c->entry));
	if (c->entry == NULL && n > 0)
		return ERR_LIMIT;
	for (uint32_t i = 0; i < n; i++) {
		struct bytes b = cfb_sector(c, sector[i]);

		for (uint32_t j = 0; j < per; j++) {
			struct bytes raw =
			    bytes_sub(b, (uint64_t)j * CFB_ENTRY_SIZE, CFB_ENTRY_SIZE);

			if (raw.p == NULL)
				break;
			if (!cfb_spend(c, 1) || !read_entry(c, raw, &c->entry[c->n]))
				return ERR_LIMIT;
			c->n++;
		}
	}
	return find_parents(c);
}

uint32_t
cfb_find(const struct cfb *c, uint32_t storage, const char *name)
{
	for (uint32_t i = 1; i < c->n; i++)
		if (c->entry[i].type != 0 && c->entry[i].parent == storage &&
		    bytes_same(c->entry[i].name, bytes_of(name)))
			return i;
	return CFB_NONE;
}

struct bytes
cfb_path(const struct cfb *c, uint32_t entry)
{
	uint32_t up[PATH_DEPTH + 1];
	size_t depth = 0, n = 0;
	uint8_t *p, *at;

	for (uint32_t i = entry; i != CFB_NONE && i != 0 && depth <= PATH_DEPTH;
	     i = c->entry[i].parent) {
		up[depth++] = i;
		n += c->entry[i].name.n + 1;
	}
	p = at = arena_alloc(c->arena, n);
	if (p == NULL || n == 0)
		return (struct bytes){ 0 };
	while (depth > 0) {
		struct bytes name = c->entry[up[--depth]].name;

		if (name.n > 0)
			memcpy(at, name.p, name.n);
		at += name.n;
		*at++ = '/';
	}
	return (struct bytes){ p, n - 1 };
}
