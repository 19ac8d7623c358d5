#include "update/store.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sys.h"
#include "tests/tap.h"

static struct about
about_of(uint64_t sequence)
{
	struct about a = {
		.channel = "stable", .sequence = sequence, .origin = "log", .built = "0"
	};

	memset(a.statement, (int)sequence, 32);
	return a;
}

static bool
add(const struct store *s, uint64_t sequence, bool use)
{
	struct about a = about_of(sequence);
	struct store_stage g = { .dir = -1 };
	char name[STORE_NAME];

	return CHECK(store_begin(s, &g, NULL) == OK) &&
	       CHECK(store_put(&g, STORE_PROOF, BYTES_LIT("proof"), NULL) == OK) &&
	       CHECK(store_finish(s, &g, &a, name, NULL) == OK) &&
	       (!use || CHECK(store_switch(s, name, NULL) == OK));
}

static uint64_t
current(const struct store *s)
{
	struct store_release r;
	uint64_t n;

	if (store_current(s, &r, NULL) != OK)
		return 0;
	n = r.about.sequence;
	store_release_close(&r);
	return n;
}

static bool
kept(const struct store *s, uint64_t sequence)
{
	struct store_release r;

	if (store_older(s, UINT64_MAX, sequence, &r, NULL) != OK)
		return false;
	store_release_close(&r);
	return true;
}

TEST(releases)
{
	char folder[] = "/tmp/candor-store-XXXXXX";
	struct store s, reader;
	struct store_release r;
	struct buf b = { 0 };

	if (!CHECK(mkdtemp(folder) != NULL))
		return;
	EQ_U(store_open(folder, "stable", false, &s, NULL), ERR_END);
	if (!CHECK(store_open(folder, "stable", true, &s, NULL) == OK))
		return;
	EQ_U(current(&s), 0);
	for (uint64_t i = 1; i <= 6; i++)
		add(&s, i, true);
	EQ_U(current(&s), 6);
	CHECK(store_open(folder, "stable", false, &reader, NULL) == OK);
	CHECK(store_current(&reader, &r, NULL) == OK);
	CHECK(store_read(&r, STORE_PROOF, 100, &b, NULL) == OK);
	EQ_S(buf_cstr(&b), "proof");
	store_sweep(&s);
	CHECK(!kept(&s, 1) && !kept(&s, 2) && kept(&s, 3) && kept(&s, 5) && kept(&s, 6));
	store_release_close(&r);
	CHECK(store_older(&s, 6, 0, &r, NULL) == OK);
	EQ_U(r.about.sequence, 5);
	CHECK(store_switch(&s, r.name, NULL) == OK);
	store_release_close(&r);
	EQ_U(current(&reader), 5);
	store_close(&reader);
	store_close(&s);
	buf_done(&b);
	test_remove(folder);
}

TEST(one_writer)
{
	char folder[] = "/tmp/candor-store-XXXXXX";
	struct store a, b;
	struct fault f = { 0 };

	if (!CHECK(mkdtemp(folder) != NULL))
		return;
	CHECK(store_open(folder, "stable", true, &a, &f) == OK);
	EQ_U(store_open(folder, "stable", true, &b, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_BUSY);
	CHECK(store_open(folder, "stable", false, &b, &f) == OK);
	store_close(&b);
	store_close(&a);
	test_remove(folder);
}

/* The release in use once more: beside it, never over it. */
TEST(same_again)
{
	char folder[] = "/tmp/candor-store-XXXXXX";
	struct store s;
	struct store_release a, b;

	if (!CHECK(mkdtemp(folder) != NULL))
		return;
	CHECK(store_open(folder, "stable", true, &s, NULL) == OK);
	add(&s, 1, true);
	CHECK(store_current(&s, &a, NULL) == OK);
	add(&s, 1, false);
	EQ_U(current(&s), 1);
	add(&s, 1, true);
	CHECK(store_current(&s, &b, NULL) == OK);
	CHECK(strcmp(a.name, b.name) != 0);
	add(&s, 1, true);
	EQ_U(current(&s), 1);
	store_release_close(&a);
	store_release_close(&b);
	store_close(&s);
	test_remove(folder);
}

/* Somebody was killed in the middle: the next one sweeps, and the old one is in use. */
TEST(unfinished)
{
	char folder[] = "/tmp/candor-store-XXXXXX";
	struct store s;
	struct store_stage g;

	if (!CHECK(mkdtemp(folder) != NULL))
		return;
	CHECK(store_open(folder, "stable", true, &s, NULL) == OK);
	add(&s, 1, true);
	CHECK(store_begin(&s, &g, NULL) == OK);
	CHECK(store_put(&g, STORE_ARCHIVE, BYTES_LIT("half"), NULL) == OK);
	close(g.dir);
	CHECK(store_begin(&s, &g, NULL) != OK);
	store_sweep(&s);
	EQ_U(current(&s), 1);
	add(&s, 2, true);
	EQ_U(current(&s), 2);
	store_close(&s);
	test_remove(folder);
}

TEST(seen)
{
	char folder[] = "/tmp/candor-store-XXXXXX";
	struct store s;
	struct seen seen = { 0 }, back;
	struct fault f = { 0 };

	if (!CHECK(mkdtemp(folder) != NULL))
		return;
	CHECK(store_open(folder, "stable", true, &s, NULL) == OK);
	CHECK(store_get_seen(&s, &back, &f) == OK);
	EQ_U(back.sequence, 0);
	seen.sequence = 5;
	CHECK(store_put_seen(&s, &seen, &f) == OK);
	CHECK(store_get_seen(&s, &back, &f) == OK);
	EQ_U(back.sequence, 5);
	store_close(&s);
	test_remove(folder);
}

/* A link that leads elsewhere is no release. */
TEST(strange_link)
{
	char folder[] = "/tmp/candor-store-XXXXXX";
	struct store_release r;
	struct store s;
	struct fault f = { 0 };

	if (!CHECK(mkdtemp(folder) != NULL))
		return;
	CHECK(store_open(folder, "stable", true, &s, NULL) == OK);
	CHECK(symlinkat("/etc", s.dir, "current") == 0);
	EQ_U(store_current(&s, &r, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_STATE);
	store_close(&s);
	test_remove(folder);
}
