/*
 * pe_rsrc.c - resources, and the version information among them: PE 5.9.
 *
 * A tree of three levels: type, name, language. A hostile one shares its branches
 * and so multiplies; visits are counted against a fixed number.
 */
#include "format/pe.h"

#define DIRECTORY_SIZE 16 /* and that of a leaf */
#define ENTRY_SIZE     8
#define LEVELS         3
#define HIGH           0x80000000U /* a name by string; a branch, no leaf */
#define RESOURCES_MOST 65536
#define SIZE_MOST      0x3fffffffU /* of one resource: more is nonsense */
#define STRING_MOST    1000        /* units of a name, likewise */
#define VISITS_MOST    (1U << 18)
#define TYPE_VERSION   16

/*
 * The walk: where it is in the tree, and what it has found. visits bounds it: a directory
 * may name itself as its own branch, three levels deep, with 65,536 entries on each.
 */
struct walk {
	struct pe *pe;
	uint64_t base;      /* of the tree in the file */
	int32_t id[LEVELS]; /* type, name, language as they were last seen */
	struct pe_resource *list;
	size_t n, cap;
	struct pe_pair *infos;
	size_t ninfos, cap_infos;
	uint32_t visits;
};

/* The string a name points to (length and UTF-16), or no bytes. */
static struct bytes
name_string(const struct walk *w, uint32_t name)
{
	uint64_t at = w->base + (name & ~HIGH);
	struct bytes length = bytes_sub(w->pe->file, at, 2);

	if (!(name & HIGH) || length.p == NULL || le16(length.p) > STRING_MOST)
		return (struct bytes){ 0 };
	return bytes_sub(w->pe->file, at + 2, le16(length.p) * 2U);
}

/* Shows either the string or the number, as YARA does. */
static void
set_name(struct bytes s, int32_t id, struct bytes *string, int64_t *number)
{
	*string = s;
	*number = s.p == NULL && id != -1 ? id : FACT_UNDEF;
}

/* UTF-16 up to its zero: in units, or -1 when the file ends first. */
static int64_t
wide_length(struct pe *pe, uint64_t at)
{
	struct bytes s = bytes_from(pe->file, at);

	for (size_t i = 0; i + 2 <= s.n; i += 2)
		if (le16(s.p + i) == 0)
			return pe_spend(pe, 1 + i / 4) ? (int64_t)i / 2 : -1;
	pe_spend(pe, 1 + s.n / 4);
	return -1;
}

/* Is the UTF-16 at at this word? */
static bool
wide_is(struct pe *pe, uint64_t at, const char *word)
{
	size_t n = strlen(word) + 1;
	struct bytes s = bytes_sub(pe->file, at, n * 2);

	for (size_t i = 0; s.p != NULL && i < n; i++)
		if (le16(s.p + i * 2) != (uint8_t)word[i])
			return false;
	return s.p != NULL;
}

/*
 * The low bytes of UTF-16, up to a low byte of zero or most bytes: so YARA shows what is
 * Latin, and cuts what is not. p NULL: the arena is spent. It takes most + 1 bytes of it
 * however short the text is, so many strings spend the arena before they spend time.
 */
static struct bytes
narrow(struct pe *pe, uint64_t at, int64_t units, size_t most)
{
	struct bytes s = bytes_sub(pe->file, at, (uint64_t)units * 2);
	uint8_t *p = arena_alloc(pe->parse->arena, most + 1);
	size_t n = 0;

	if (p == NULL)
		return (struct bytes){ 0 };
	while (n < most && n * 2 < s.n && s.p[n * 2] != 0) {
		p[n] = s.p[n * 2];
		n++;
	}
	return (struct bytes){ p, n };
}

/* A node of version information: length, value length, type, key, value, children. */
#define NODE_HEAD 6

static uint64_t
aligned(uint64_t n)
{
	return (n + 3) & ~(uint64_t)3;
}

/* One "key = value". ERR_LIMIT: arena or steps are spent. */
static enum err
read_string(struct walk *w, uint64_t at, int64_t key_units)
{
	struct pe *pe = w->pe;
	uint64_t value = at + aligned(NODE_HEAD + 2 * ((uint64_t)key_units + 1));
	int64_t units = wide_length(pe, value);
	struct pe_pair pair;

	if (units < 0)
		return pe->steps > pe->budget ? ERR_LIMIT : OK;
	if (rec_le16(pe->file, at + 2) == 0) /* said to have no value */
		units = 0;
	pair.key = narrow(pe, at + NODE_HEAD, key_units, 63);
	pair.value = narrow(pe, value, units, 255);
	if (w->ninfos == w->cap_infos) {
		void *p = arena_grow(pe->parse->arena, w->infos, &w->cap_infos,
		    w->ninfos + 1, sizeof(pair));
		if (p == NULL)
			return ERR_LIMIT;
		w->infos = p;
	}
	if (pair.key.p == NULL || pair.value.p == NULL)
		return ERR_LIMIT;
	w->infos[w->ninfos++] = pair;
	return OK;
}

/* The strings of one table (a language), from at to end. */
static enum err
read_strings(struct walk *w, uint64_t at, uint64_t end)
{
	while (at < end) {
		uint16_t length = rec_le16(w->pe->file, at);
		int64_t key = length ? wide_length(w->pe, at + NODE_HEAD) : -1;

		if (key < 0)
			return OK;
		TRY(read_string(w, at, key));
		at += aligned(length);
	}
	return OK;
}

/* The tables of one StringFileInfo. */
static enum err
read_string_tables(struct walk *w, uint64_t at, uint64_t end)
{
	while (at < end) {
		uint16_t length = rec_le16(w->pe->file, at);
		int64_t key = length ? wide_length(w->pe, at + NODE_HEAD) : -1;
		uint64_t strings = at + aligned(NODE_HEAD + 2 * ((uint64_t)key + 1));

		if (key < 0)
			return OK;
		at += aligned(length);
		TRY(read_strings(w, strings, at));
	}
	return OK;
}

/*
 * VS_VERSIONINFO at a resource; nothing when it is not one. Lengths of nodes are 16
 * bits and rounded up, and a length of zero ends each loop, so every turn moves on by
 * four bytes at least; wide_is() fails behind the file. at stays far below 2^64.
 */
static enum err
read_version_info(struct walk *w, int64_t offset)
{
	struct pe *pe = w->pe;
	uint64_t at = (uint64_t)offset;
	uint16_t length;

	if (offset < 0 || !wide_is(pe, at + NODE_HEAD, "VS_VERSION_INFO"))
		return OK;
	at += NODE_HEAD + 86; /* the key, and VS_FIXEDFILEINFO aligned */
	while (wide_is(pe, at + NODE_HEAD, "VarFileInfo") &&
	       (length = rec_le16(pe->file, at)) != 0 && pe_spend(pe, 1))
		at += aligned(length);
	while (wide_is(pe, at + NODE_HEAD, "StringFileInfo") &&
	       (length = rec_le16(pe->file, at)) != 0 && pe_spend(pe, 1)) {
		uint64_t tables = at + NODE_HEAD + 30;

		at += aligned(length);
		TRY(read_string_tables(w, tables, at));
	}
	return OK;
}

/* A leaf: one resource. */
static enum err
read_leaf(struct walk *w, struct bytes leaf, const struct bytes *names)
{
	struct pe *pe = w->pe;
	int64_t offset = pe_rva_to_offset(pe, rec_le32(leaf, 0));
	struct pe_resource *r;

	if (w->n >= RESOURCES_MOST || rec_le32(leaf, 4) == 0 ||
	    rec_le32(leaf, 4) > SIZE_MOST)
		return OK;
	if (w->n == w->cap) {
		void *p =
		    arena_grow(pe->parse->arena, w->list, &w->cap, w->n + 1, sizeof(*r));
		if (p == NULL)
			return ERR_LIMIT;
		w->list = p;
	}
	r = &w->list[w->n++];
	*r = (struct pe_resource){
		.rva = rec_le32(leaf, 0),
		.offset = offset < 0 ? FACT_UNDEF : offset,
		.length = rec_le32(leaf, 4),
	};
	set_name(names[0], w->id[0], &r->type_string, &r->type);
	set_name(names[1], w->id[1], &r->name_string, &r->id);
	set_name(names[2], w->id[2], &r->language_string, &r->language);
	return w->id[0] == TYPE_VERSION ? read_version_info(w, offset) : OK;
}

static enum err read_level(
    struct walk *w, uint64_t at, unsigned level, const struct bytes *above);

/* An entry of a directory: a branch to the next level, or a leaf; or nothing. */
static enum err
read_entry(struct walk *w, struct bytes entry, unsigned level, const struct bytes *names)
{
	uint32_t to = rec_le32(entry, 4);
	bool branch = to & HIGH && level < LEVELS - 1;
	struct bytes at = bytes_sub(w->pe->file, w->base + (to & ~HIGH), DIRECTORY_SIZE);

	if (at.p == NULL)
		return OK;
	if (branch)
		return read_level(w, w->base + (to & ~HIGH), level + 1, names);
	return read_leaf(w, at, names);
}

/*
 * One directory; what cannot be one is passed over. An entry that points nowhere
 * ends it. Recursion is LEVELS deep at most.
 */
static enum err
read_level(struct walk *w, uint64_t at, unsigned level, const struct bytes *above)
{
	struct bytes dir = bytes_sub(w->pe->file, at, DIRECTORY_SIZE);
	uint32_t named = rec_le16(dir, 12), numbered = rec_le16(dir, 14);
	struct bytes names[LEVELS] = { above[0], above[1], above[2] };
	struct bytes table = bytes_sub(
	    w->pe->file, at + DIRECTORY_SIZE, (uint64_t)(named + numbered) * ENTRY_SIZE);

	if (rec_le32(dir, 0) != 0 || named > 32768 || numbered > 32768)
		return OK;
	for (uint32_t i = 0; i < named + numbered; i++) {
		struct bytes entry =
		    bytes_sub(table, (uint64_t)i * ENTRY_SIZE, ENTRY_SIZE);

		if (rec_le32(entry, 4) == 0) /* also when the table leaves the file */
			return OK;
		if (++w->visits > VISITS_MOST || !pe_spend(w->pe, 1))
			return ERR_LIMIT;
		w->id[level] = (int32_t)rec_le32(entry, 0);
		names[level] = name_string(w, rec_le32(entry, 0));
		TRY(read_entry(w, entry, level, names));
	}
	return OK;
}

/*
 * Keys of one version resource: a stranger can make them collide, so who probes is
 * charged.
 */
static uint64_t
key_hash(struct bytes key)
{
	uint64_t h = 0xcbf29ce484222325; /* FNV-1a */

	for (size_t i = 0; i < key.n; i++)
		h = (h ^ key.p[i]) * 0x100000001b3;
	return h ^ h >> 29;
}

/* The dictionary of the list: each key once, with its last value. */
static enum err
make_dict(struct walk *w)
{
	size_t size = 16, n = 0;
	struct pe_pair *dict =
	    ARENA_ARRAY(w->pe->parse->arena, w->ninfos, struct pe_pair);
	uint32_t *slots; /* place in dict + 1; a keyed table at most half full */

	while (size < w->ninfos * 2)
		size *= 2;
	slots = ARENA_ARRAY(w->pe->parse->arena, size, uint32_t);
	if (dict == NULL || slots == NULL)
		return ERR_LIMIT;
	for (size_t i = 0; i < w->ninfos; i++) {
		size_t s = key_hash(w->infos[i].key) & (size - 1);

		while (
		    slots[s] != 0 && !bytes_eq(dict[slots[s] - 1].key, w->infos[i].key)) {
			if (!pe_spend(w->pe, 1)) /* keys can be made to collide */
				return ERR_LIMIT;
			s = (s + 1) & (size - 1);
		}
		if (slots[s] == 0)
			slots[s] = (uint32_t)++n;
		dict[slots[s] - 1] = w->infos[i];
	}
	w->pe->version_info = (struct fact_array){ dict, (uint32_t)n };
	return OK;
}

enum err
pe_read_resources(struct pe *pe)
{
	uint32_t rva = rec_le32(pe_directory(pe, PE_DIR_RESOURCE), 0);
	int64_t at = rva ? pe_rva_to_offset(pe, rva) : -1;
	struct bytes root = at < 0 ? (struct bytes){ 0 }
				   : bytes_sub(pe->file, (uint64_t)at, DIRECTORY_SIZE);
	struct walk w = { .pe = pe, .base = (uint64_t)at, .id = { -1, -1, -1 } };
	enum err e = OK;

	if (root.p != NULL) {
		pe->resource_timestamp = rec_le32(root, 4);
		pe->resource_version.major = rec_le16(root, 8);
		pe->resource_version.minor = rec_le16(root, 10);
		e = read_level(&w, (uint64_t)at, 0, (struct bytes[LEVELS]){ { 0 } });
	}
	pe->number_of_resources = (int64_t)w.n;
	pe->resources = (struct fact_array){ w.list, (uint32_t)w.n };
	pe->number_of_version_infos = (int64_t)w.ninfos;
	pe->version_info_list = (struct fact_array){ w.infos, (uint32_t)w.ninfos };
	TRY(make_dict(&w));
	return e;
}
