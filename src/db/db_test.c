#include <stdio.h>
#include <stdlib.h>

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
		/* unused head fields are covered by nothing but their own check */
		if (i < 32 || i >= sizeof(struct db_head))
			CHECK(db_open(map, &db) != OK || db_check_sum(&db) != OK);
		else if (db_open(map, &db) == OK)
			CHECK(db_rule(&db, 5) != NULL && db_text(&db, 9).n <= file.n);
		free(p);
	}
	CHECK(db_open((struct bytes){ file.p, 100 }, &db) == ERR_FORMAT);
	CHECK(db_open((struct bytes){ 0 }, &db) == ERR_FORMAT);
	buf_done(&file);
}
