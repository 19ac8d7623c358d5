#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "db/cond.h"
#include "db/db.h"
#include "db/write.h"
#include "tests/tap.h"

/* A mapping starts on a page; so does this copy. */
static struct bytes
aligned(struct bytes b)
{
	void *p = NULL;

	if (posix_memalign(&p, 64, b.n ? b.n : 1) != 0)
		abort();
	memcpy(p, b.p, b.n);
	return (struct bytes){ p, b.n };
}

static void
build(struct buf *out)
{
	struct dbw w;
	struct db_rule r = { .nslots = 3 };
	uint32_t list[] = { 7, 8, 9 };

	dbw_init(&w);
	for (unsigned i = 0; i < 2000; i++) {
		char name[16];
		uint32_t first;

		snprintf(name, sizeof(name), "rule%u", i);
		first = dbw_text(&w, bytes_of(name));
		EQ_U(dbw_text(&w, bytes_of(name)), first);
		r.name = first;
		EQ_U(dbw_record(&w, DB_RULES, &r, sizeof(r)), i);
	}
	EQ_U(dbw_list(&w, list, 3), 0);
	EQ_U(dbw_list(&w, list, 3), 3);
	CHECK(dbw_finish(&w, out) == OK);
	dbw_done(&w);
}

TEST(round_trip)
{
	struct buf file = { 0 };
	struct db db;

	build(&file);
	struct bytes map = aligned(buf_bytes(&file));
	if (!CHECK(db_open(map, &db) == OK))
		return;
	CHECK(db_check_sum(&db) == OK);
	EQ_U(db.nrules, 2000);
	EQ_B(db_text(&db, db_rule(&db, 1234)->name), BYTES_LIT("rule1234"));
	EQ_U(db_rule(&db, 2000)->nslots, 0);
	EQ_U(db_list(&db, 4, 2).p[1], 9);
	EQ_U(db_list(&db, 4, 3).n, 0);
	EQ_U(db_list(&db, UINT32_MAX, 1).n, 0);
	EQ_U(db_text(&db, UINT32_MAX).n, 0);
	free((void *)(uintptr_t)map.p);
	buf_done(&file);
}

TEST(damage_is_seen)
{
	struct buf file = { 0 };
	struct db db;

	build(&file);
	for (size_t i = 0; i < file.n; i += i < 512 ? 1 : 509) {
		struct bytes map = aligned(buf_bytes(&file));
		uint8_t *p = (uint8_t *)(uintptr_t)map.p;

		ROW("byte %zu", i);
		p[i] ^= 0x10;
		CHECK(db_open(map, &db) != OK || db_check_sum(&db) != OK);
		if (db_open(map, &db) == OK)
			CHECK(db_rule(&db, 5) != NULL && db_text(&db, 9).n <= file.n);
		free(p);
	}
	CHECK(db_open((struct bytes){ file.p, 100 }, &db) == ERR_FORMAT);
	CHECK(db_open((struct bytes){ 0 }, &db) == ERR_FORMAT);
	buf_done(&file);
}

/* Opens a database of two records of each kind, all bytes 1; *map is to be freed. */
static void
open_ones(struct db *db, struct bytes *map)
{
	static const size_t size[DB_NSECTIONS] = {
		[DB_PARTS] = sizeof(struct db_part),
		[DB_PATTERNS] = sizeof(struct db_pattern),
		[DB_RULES] = sizeof(struct db_rule),
		[DB_GATES] = sizeof(struct db_gate),
		[DB_INDEXES] = sizeof(struct db_index),
		[DB_KEYS] = sizeof(struct db_key),
		[DB_STRINGS] = sizeof(struct db_string),
		[DB_SPACES] = sizeof(struct db_space),
		[DB_EXTS] = sizeof(struct db_ext),
		[DB_MODULES] = sizeof(struct db_module),
		[DB_METAS] = sizeof(struct db_meta),
	};
	uint8_t ones[256];
	struct buf file = { 0 };
	struct dbw w;

	memset(ones, 1, sizeof(ones));
	dbw_init(&w);
	for (unsigned id = 0; id < DB_NSECTIONS; id++)
		for (unsigned i = 0; i < 2 && size[id] != 0; i++)
			EQ_U(dbw_record(&w, id, ones, size[id]), i);
	CHECK(dbw_finish(&w, &file) == OK);
	dbw_done(&w);
	*map = aligned(buf_bytes(&file));
	buf_done(&file);
	CHECK(db_open(*map, db) == OK);
}

/* The last record is there; the next, and the last number of all, are zeros. */
#define EDGE(accessor, field)                           \
	do {                                            \
		EQ_U(accessor(&db, 1)->field, ONES);    \
		EQ_U(accessor(&db, 2)->field, 0);       \
		EQ_U(accessor(&db, DB_NONE)->field, 0); \
	} while (0)
#define ONES 0x01010101u

TEST(accessors_end_where_their_section_does)
{
	struct bytes map;
	struct db db;

	open_ones(&db, &map);
	EQ_U(db.nrules + db.npatterns + db.nparts + db.ngates, 8);
	EQ_U(db.nindexes + db.nspaces + db.nexts + db.nmodules, 8);
	EDGE(db_rule, nslots);
	EDGE(db_pattern, nwake);
	EDGE(db_part, gap_max);
	EDGE(db_string, pattern);
	EDGE(db_gate, nrules);
	EDGE(db_index, nkeys);
	EDGE(db_space, nglobals);
	EDGE(db_ext, type);
	EDGE(db_module, imported);
	EDGE(db_meta, type);
	free((void *)(uintptr_t)map.p);
}

TEST(keys_are_found_by_their_hash)
{
	static const uint64_t hash[] = { 0, 3, 4, 1ULL << 40, UINT64_MAX };
	struct db_key key[COUNT(hash)];
	struct db db = { 0 };

	for (uint32_t i = 0; i < COUNT(hash); i++)
		key[i] = (struct db_key){ .hash = hash[i], .rules = i };
	db.section[DB_KEYS] = (struct bytes){ (const uint8_t *)key, sizeof(key) };
	for (uint32_t from = 0; from <= COUNT(hash) + 1; from++)
		for (uint32_t n = 0; n <= COUNT(hash) + 1; n++)
			for (uint32_t i = 0; i < COUNT(hash); i++) {
				struct db_index x = { .keys = from, .nkeys = n };
				const struct db_key *k = db_key_find(&db, &x, hash[i]);
				bool in = i >= from && i - from < n;

				ROW("%u of %u at %u", i, n, from);
				CHECK(in ? k == &key[i] : k == NULL);
				CHECK(db_key_find(&db, &x, hash[i] + 2) == NULL);
			}
	CHECK(db_key_find(&db, &(struct db_index){ .keys = 1, .nkeys = DB_NONE }, 4) ==
	      &key[2]);
	CHECK(db_key_find(&db, &(struct db_index){ .keys = DB_NONE, .nkeys = 2 }, 4) ==
	      NULL);
}

TEST(counts_are_cut_to_what_is_there)
{
	static const struct {
		uint32_t first, n, want;
	} rows[] = {
		{ 0, 0, 0 },
		{ 0, 1, 1 },
		{ 0, 2, 2 },
		{ 0, 3, 2 },
		{ 1, 1, 1 },
		{ 1, 2, 1 },
		{ 2, 0, 0 },
		{ 2, 1, 0 },
		{ 3, 1, 0 },
		{ 0, DB_NONE, 2 },
		{ 1, DB_NONE, 1 },
		{ DB_NONE, DB_NONE, 0 },
	};
	struct bytes map;
	struct db db;

	open_ones(&db, &map);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct db_rule r = { .strings = rows[i].first, .nstrings = rows[i].n };
		struct db_pattern p = { .part = rows[i].first, .nparts = rows[i].n };

		ROW("%u of %u", rows[i].n, rows[i].first);
		EQ_U(db_rule_nstrings(&db, &r), rows[i].want);
		EQ_U(db_pattern_nparts(&db, &p), rows[i].want);
	}
	free((void *)(uintptr_t)map.p);
}

/* Texts say their own length, which may lie. */
TEST(texts_that_lie)
{
	static const struct {
		const char *name, *section;
		uint32_t at;
		size_t n;
		bool there;
	} rows[] = {
		{ "empty", "00000000", 0, 0, true },
		{ "whole", "02000000 6162", 0, 2, true },
		{ "a byte too long", "03000000 6162", 0, 0, false },
		{ "all ones", "ffffffff 6162", 0, 0, false },
		{ "head cut", "020000", 0, 0, false },
		{ "at the end", "00000000", 4, 0, false },
		{ "far behind", "00000000", DB_NONE, 0, false },
		{ "inside another", "02000000 01000000 61", 4, 1, true },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct db db = { .section[DB_TEXT] = test_hex(rows[i].section) };

		ROW("%s", rows[i].name);
		EQ_U(db_text(&db, rows[i].at).n, rows[i].n);
		CHECK((db_text(&db, rows[i].at).p != NULL) == rows[i].there);
	}
}

TEST(lists)
{
	static const struct {
		uint32_t at, n, want;
	} rows[] = {
		{ 0, 3, 3 },
		{ 1, 2, 2 },
		{ 3, 0, 0 },
		{ 1, 3, 0 },
		{ 3, 1, 0 },
		{ 4, 0, 0 },
		{ DB_NONE, 1, 0 },
		{ 1, DB_NONE, 0 },
		{ DB_NONE, DB_NONE, 0 },
	};
	struct bytes map = aligned(test_hex("01000000 02000000 03000000 ff"));
	struct db db = { .section[DB_LISTS] = map };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct db_list l = db_list(&db, rows[i].at, rows[i].n);

		ROW("%u from %u", rows[i].n, rows[i].at);
		EQ_U(l.n, rows[i].want);
		for (uint32_t k = 0; k < l.n; k++)
			EQ_U(l.p[k], rows[i].at + k + 1);
	}
	free((void *)(uintptr_t)map.p);
}

/* The trusted half reads it at this place, without knowing the struct (sandbox/needs.c).
 */
TEST(needs)
{
	const uint8_t *head;
	struct bytes map;
	struct db db;

	open_ones(&db, &map);
	head = map.p;
	EQ_U(offsetof(struct db_head, needs), 40);
	EQ_U(le64(head + 40), db.head->needs);
	free((void *)(uintptr_t)map.p);
}

/* Heads that are nearly right. Each row is one field of a good one, set to v. */
TEST(heads)
{
	static const struct {
		const char *name;
		size_t at;
		uint64_t v;
		enum err want;
	} rows[] = {
		{ "as it was", offsetof(struct db_head, version), DB_VERSION, OK },
		{ "magic", 0, 0, ERR_FORMAT },
		{ "version", offsetof(struct db_head, version), DB_VERSION + 1,
		    ERR_FORMAT },
		{ "sections", offsetof(struct db_head, nsections), DB_NSECTIONS - 1,
		    ERR_FORMAT },
		{ "size", offsetof(struct db_head, size), 64, ERR_FORMAT },
		{ "section unaligned", offsetof(struct db_head, section[DB_RULES].at), 65,
		    ERR_FORMAT },
		{ "section outside", offsetof(struct db_head, section[DB_RULES].at),
		    1 << 20, ERR_FORMAT },
		{ "section wraps", offsetof(struct db_head, section[DB_RULES].at),
		    UINT64_MAX - 63, ERR_FORMAT },
		{ "section too long", offsetof(struct db_head, section[DB_RULES].n),
		    UINT64_MAX, ERR_FORMAT },
	};
	struct bytes map;
	struct db db;

	open_ones(&db, &map);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes copy = aligned(map);
		uint8_t *p = (uint8_t *)(uintptr_t)copy.p + rows[i].at;

		ROW("%s", rows[i].name);
		put_le32(p, (uint32_t)rows[i].v);
		if (rows[i].v > UINT32_MAX)
			put_le64(p, rows[i].v);
		EQ_U(db_open(copy, &db), rows[i].want);
		free((void *)(uintptr_t)copy.p);
	}
	/* records are read in place, so a file must lie as a mapping does */
	struct bytes moved = { malloc(map.n + 72), map.n };
	uint8_t *odd = (uint8_t *)(uintptr_t)moved.p;
	odd += 8 + (64 - (uintptr_t)odd % 64) % 64;
	memcpy(odd, map.p, map.n);
	CHECK(db_open((struct bytes){ odd, map.n }, &db) == ERR_FORMAT);
	free((void *)(uintptr_t)moved.p);
	free((void *)(uintptr_t)map.p);
}

/* A full buffer is told, and a database starts where its sections can be aligned. */
TEST(writing_fails)
{
	struct buf small = { .limit = 100 }, moved = { 0 };
	struct dbw w;

	dbw_init(&w);
	CHECK(dbw_finish(&w, &small) == ERR_LIMIT);
	buf_u8(&moved, 1);
	CHECK(dbw_finish(&w, &moved) == ERR_LIMIT);
	dbw_done(&w);
	buf_done(&small);
	buf_done(&moved);
}

/* Percentages as YARA rounds them: the least count that is not below. */
TEST(percent)
{
	static const struct {
		int64_t percent;
		uint32_t n, want;
	} rows[] = {
		{ 50, 4, 2 },
		{ 51, 4, 3 },
		{ 1, 4, 1 },
		{ 100, 4, 4 },
		{ 100, 1, 1 },
		{ 101, 4, 5 },
		{ 0, 4, 0 },
		{ -5, 4, 0 },
		{ 33, 3, 1 },
		{ 34, 3, 2 },
		{ INT64_MAX, 3, 4 },
		{ 50, 0, 1 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		ROW("%d of %u", (int)rows[i].percent, rows[i].n);
		EQ_U(cond_percent(rows[i].percent, rows[i].n), rows[i].want);
	}
}
