/*
 * The writer of a log when each call that writes fails in turn, and when it is killed
 * there: what was published stays, what is there is whole, and the next one goes on.
 */
#include "log/rig.h"
#include "tests/fail.h"

enum { OLD = 254, NEW = 258 }; /* a tile and its bundle get full on the way */

static bool
grow(void *arg)
{
	const struct rig *r = arg;
	struct store *s;
	struct checkpoint c;
	uint64_t index;
	char entry[40];
	enum err e = store_open(r->dir, &s, NULL);

	if (e != OK)
		return false;
	store_head(s, &c);
	for (uint64_t i = c.head.size; i < NEW && e == OK; i++) {
		size_t n = rig_entry(i, entry);

		e = store_add(
		    s, (struct bytes){ (const uint8_t *)entry, n }, &index, NULL);
	}
	if (e == OK)
		e = store_sync(s, NULL);
	if (e == OK)
		e = store_publish(s, &r->signer, NULL);
	store_close(s);
	return e == OK;
}

/* The checkpoint that everybody sees, and the tree on disk: the old or the new one. */
static void
look(struct rig *r, bool ok, const struct merkle_head *old, const struct merkle_head *new)
{
	struct merkle_head shown = { 0 };
	struct fault f = { 0 };
	struct checkpoint c = { 0 };
	struct store *s;

	if (!rig_checkpoint(r, &shown) || !rig_ok(store_open(r->dir, &s, &f), &f))
		return;
	store_head(s, &c);
	store_close(s);
	CHECK(shown.size == OLD || shown.size == NEW);
	CHECK(c.head.size == OLD || c.head.size == NEW);
	CHECK(shown.size <= c.head.size && (!ok || shown.size == NEW));
	CHECK(merkle_same(&shown.root, shown.size == OLD ? &old->root : &new->root));
	CHECK(merkle_same(&c.head.root, c.head.size == OLD ? &old->root : &new->root));
	CHECK(grow(r)); /* nothing that was left stands in the way */
	CHECK(rig_checkpoint(r, &shown) && shown.size == NEW &&
	      merkle_same(&shown.root, &new->root));
}

static void
all_calls(enum fail_how how)
{
	struct merkle_head old = { 0 }, new = { 0 };
	bool more = true, ok = false;
	struct rig r;

	rig_init(&r);
	rig_grow(&r, OLD);
	CHECK(rig_checkpoint(&r, &old));
	rig_grow(&r, NEW);
	CHECK(rig_checkpoint(&r, &new));
	test_remove(r.folder);
	for (unsigned n = 1; more; n++) {
		rig_init(&r);
		rig_grow(&r, OLD);
		ROW("how %d, call %u", (int)how, n);
		more = fail_run(n, how, grow, &r, &ok);
		CHECK(more || ok);
		look(&r, ok, &old, &new);
		test_remove(r.folder);
		if (!CHECK(n < 500))
			break;
	}
}

TEST(every_call_fails_in_every_way)
{
	for (enum fail_how how = FAIL_ONCE; how < FAIL_HOWS; how++)
		all_calls(how);
}

/* --- a new log, a new key --------------------------------------------------------------
 */

static bool
make(void *arg)
{
	const struct rig *r = arg;

	return store_init(r->dir, "log.example/candor", r->key, NULL) == OK;
}

TEST(a_log_that_was_not_made)
{
	struct fault f = { 0 };
	struct merkle_head head;
	struct rig r;

	for (enum fail_how how = FAIL_ONCE; how < FAIL_HOWS; how++) {
		bool more = true, ok = false;

		for (unsigned n = 1; more && CHECK(n < 500); n++) {
			ROW("how %d, call %u", (int)how, n);
			rig_init(&r);
			test_remove(r.dir);
			snprintf(r.dir, sizeof(r.dir), "%s/other", r.folder);
			more = fail_run(n, how, make, &r, &ok);
			/* what was begun is taken up, unless all of it was there */
			if (!ok &&
			    store_init(r.dir, "log.example/candor", r.key, &f) != OK)
				CHECK(strstr(f.text, "there is a log in") != NULL);
			f = (struct fault){ 0 };
			rig_grow(&r, 3);
			CHECK(rig_checkpoint(&r, &head) && head.size == 3);
			test_remove(r.folder);
		}
	}
}

static bool
write_key(void *arg)
{
	struct rig *r = arg;

	return keyfile_write(r->key, &r->signer, NULL) == OK;
}

/* A key that could not be written whole is not there: the next try finds the name free.
 */
TEST(half_a_key)
{
	struct fault f = { 0 };
	struct note_signer read;
	struct buf hold = { 0 };
	struct rig r;

	for (enum fail_how how = FAIL_ONCE; how < FAIL_DIES; how++) {
		bool more = true, ok = false;

		for (unsigned n = 1; more && CHECK(n < 100); n++) {
			ROW("how %d, call %u", (int)how, n);
			rig_init(&r);
			snprintf(r.key, sizeof(r.key), "%s/second.key", r.folder);
			more = fail_run(n, how, write_key, &r, &ok);
			if (!ok)
				rig_ok(keyfile_write(r.key, &r.signer, &f), &f);
			rig_ok(keyfile_read(r.key, &hold, &read, &f), &f);
			EQ_U(read.key.id, r.signer.key.id);
			keyfile_wipe(&hold, &read);
			test_remove(r.folder);
		}
	}
}
