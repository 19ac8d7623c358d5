/*
 * read.c - reading a database that may be anybody's. Opening checks the head and that
 * sections lie in the file, aligned; every accessor then cuts what a record claims to
 * what its section holds, and gives zeros or nothing beyond. So opening takes constant
 * time, and a lie in a record is a wrong rule, never a wrong address.
 */
#include "db/db.h"

/* One multiply and a rotate a word, four lanes: about memory speed. Not a MAC. */
uint64_t
db_sum(struct bytes b)
{
	static const uint64_t k = 0x9e3779b97f4a7c15ULL;
	uint64_t lane[4] = { b.n, k, ~k, 1 };
	size_t at = 0;

	for (; b.n - at >= 32; at += 32) {
		for (unsigned i = 0; i < 4; i++) {
			uint64_t v = (lane[i] ^ le64(b.p + at + 8 * i)) * k;
			lane[i] = v << 29 | v >> 35;
		}
	}
	for (; at < b.n; at++)
		lane[0] = (lane[0] ^ b.p[at]) * k;
	uint64_t h = lane[0] ^ lane[1] * 3 ^ lane[2] * 5 ^ lane[3] * 7;
	return (h ^ h >> 31) * k;
}

/* Alignment is checked here once; it makes every record of a section aligned. */
static enum err
section_check(const struct db_head *h, struct bytes file, unsigned i, struct bytes *out)
{
	const struct db_section *s = &h->section[i];

	if (s->at % 64 != 0)
		return ERR_FORMAT;
	*out = bytes_sub(file, s->at, s->n);
	return out->p == NULL ? ERR_FORMAT : OK;
}

enum err
db_open(struct bytes file, struct db *out)
{
	struct db db = { .all = file };
	const struct db_head *h;

	if (file.n < sizeof(*h) || (uintptr_t)file.p % 64 != 0)
		return ERR_FORMAT;
	db.head = h = (const struct db_head *)(const void *)file.p;
	if (memcmp(h->magic, DB_MAGIC, sizeof(h->magic)) != 0 ||
	    h->version != DB_VERSION || h->nsections != DB_NSECTIONS || h->size != file.n)
		return ERR_FORMAT;
	for (unsigned i = 0; i < DB_NSECTIONS; i++)
		TRY(section_check(h, file, i, &db.section[i]));
#define RECORDS(id, type) ((uint32_t)(db.section[id].n / sizeof(type)))
	db.nrules = RECORDS(DB_RULES, struct db_rule);
	db.npatterns = RECORDS(DB_PATTERNS, struct db_pattern);
	db.nparts = RECORDS(DB_PARTS, struct db_part);
	db.ngates = RECORDS(DB_GATES, struct db_gate);
	db.nindexes = RECORDS(DB_INDEXES, struct db_index);
	db.nspaces = RECORDS(DB_SPACES, struct db_space);
	db.nexts = RECORDS(DB_EXTS, struct db_ext);
	db.nmodules = RECORDS(DB_MODULES, struct db_module);
#undef RECORDS
	*out = db;
	return OK;
}

/*
 * The head counts, too: a bit lost in its gates would put rules to sleep. It is
 * copied, because the field that holds the sum is read as 0 and the file may be a
 * mapping that nobody can write.
 */
uint64_t
db_file_sum(struct bytes file)
{
	struct bytes head = bytes_sub(file, 0, sizeof(struct db_head));
	struct db_head h;

	if (head.p == NULL)
		return 0;
	memcpy(&h, head.p, sizeof(h));
	h.sum = 0;
	return db_sum((struct bytes){ (const uint8_t *)&h, sizeof(h) }) * 3 ^
	       db_sum(bytes_from(file, sizeof(h)));
}

enum err
db_check_sum(const struct db *db)
{
	return db_file_sum(db->all) == db->head->sum ? OK : ERR_FORMAT;
}

/* The i-th record of a section, or zeros. */
#define RECORD(type, id)                                                                \
	const struct type *type(const struct db *db, uint32_t i)                        \
	{                                                                               \
		static const struct type none;                                          \
		struct bytes s = db->section[id];                                       \
                                                                                        \
		if (i >= s.n / sizeof(none))                                            \
			return &none;                                                   \
		return (                                                                \
		    const struct type *)(const void *)(s.p + (size_t)i * sizeof(none)); \
	}

RECORD(db_rule, DB_RULES)
RECORD(db_pattern, DB_PATTERNS)
RECORD(db_part, DB_PARTS)
RECORD(db_string, DB_STRINGS)
RECORD(db_gate, DB_GATES)
RECORD(db_index, DB_INDEXES)
RECORD(db_space, DB_SPACES)
RECORD(db_ext, DB_EXTS)
RECORD(db_module, DB_MODULES)
RECORD(db_meta, DB_METAS)

/* n entries from first on, of a table of size: those that are there. */
static uint32_t
within(uint32_t first, uint32_t n, size_t size)
{
	return first > size ? 0 : n < size - first ? n : (uint32_t)(size - first);
}

uint32_t
db_rule_nstrings(const struct db *db, const struct db_rule *r)
{
	return within(r->strings, r->nstrings,
	    db->section[DB_STRINGS].n / sizeof(struct db_string));
}

uint32_t
db_pattern_nparts(const struct db *db, const struct db_pattern *p)
{
	return within(p->part, p->nparts, db->nparts);
}

const struct db_key *
db_key_find(const struct db *db, const struct db_index *x, uint64_t hash)
{
	struct bytes s = db->section[DB_KEYS];
	const struct db_key *key = (const void *)s.p;
	uint32_t lo = x->keys, hi = lo + within(lo, x->nkeys, s.n / sizeof(*key));

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (key[mid].hash == hash)
			return &key[mid];
		if (key[mid].hash < hash)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

/* The sum is taken in 64 bits, so a handle near 2^32 cannot wrap into the section. */
struct bytes
db_text(const struct db *db, uint32_t at)
{
	struct bytes s = db->section[DB_TEXT];
	struct bytes n = bytes_sub(s, at, 4);

	return n.p ? bytes_sub(s, (uint64_t)at + 4, le32(n.p)) : (struct bytes){ 0 };
}

struct db_list
db_list(const struct db *db, uint32_t at, uint32_t n)
{
	struct bytes s = db->section[DB_LISTS];

	if (at > s.n / 4 || n > s.n / 4 - at)
		return (struct db_list){ 0 };
	return (
	    struct db_list){ (const uint32_t *)(const void *)(s.p + (size_t)at * 4), n };
}
