#include "update/depot.h"

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
add(const struct depot *s, uint64_t sequence, bool use)
{
	struct about a = about_of(sequence);
	struct depot_stage g = { .dir = -1 };
	char name[DEPOT_NAME];

	return CHECK(depot_begin(s, &g, NULL) == OK) &&
	       CHECK(depot_put(&g, DEPOT_PROOF, BYTES_LIT("proof"), NULL) == OK) &&
	       CHECK(depot_finish(s, &g, &a, name, NULL) == OK) &&
	       (!use || CHECK(depot_switch(s, name, NULL) == OK));
}

static uint64_t
current(const struct depot *s)
{
	struct depot_release r;
	uint64_t n;

	if (depot_current(s, &r, NULL) != OK)
		return 0;
	n = r.about.sequence;
	depot_release_close(&r);
	return n;
}

static bool
kept(const struct depot *s, uint64_t sequence)
{
	struct depot_release r;

	if (depot_older(s, UINT64_MAX, sequence, &r, NULL) != OK)
		return false;
	depot_release_close(&r);
	return true;
}

TEST(releases)
{
	char folder[] = "/tmp/candor-depot-XXXXXX";
	struct depot s, reader;
	struct depot_release r;
	struct buf b = { 0 };

	if (!CHECK(mkdtemp(folder) != NULL))
		return;
	EQ_U(depot_open(folder, "stable", false, &s, NULL), ERR_END);
	if (!CHECK(depot_open(folder, "stable", true, &s, NULL) == OK))
		return;
	EQ_U(current(&s), 0);
	for (uint64_t i = 1; i <= 6; i++)
		add(&s, i, true);
	EQ_U(current(&s), 6);
	CHECK(depot_open(folder, "stable", false, &reader, NULL) == OK);
	CHECK(depot_current(&reader, &r, NULL) == OK);
	CHECK(depot_read(&r, DEPOT_PROOF, 100, &b, NULL) == OK);
	EQ_S(buf_cstr(&b), "proof");
	depot_sweep(&s);
	CHECK(!kept(&s, 1) && !kept(&s, 2) && kept(&s, 3) && kept(&s, 5) && kept(&s, 6));
	depot_release_close(&r);
	CHECK(depot_older(&s, 6, 0, &r, NULL) == OK);
	EQ_U(r.about.sequence, 5);
	CHECK(depot_switch(&s, r.name, NULL) == OK);
	depot_release_close(&r);
	EQ_U(current(&reader), 5);
	depot_close(&reader);
	depot_close(&s);
	buf_done(&b);
	test_remove(folder);
}

TEST(one_writer)
{
	char folder[] = "/tmp/candor-depot-XXXXXX";
	struct depot a, b;
	struct fault f = { 0 };

	if (!CHECK(mkdtemp(folder) != NULL))
		return;
	CHECK(depot_open(folder, "stable", true, &a, &f) == OK);
	EQ_U(depot_open(folder, "stable", true, &b, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_BUSY);
	CHECK(depot_open(folder, "stable", false, &b, &f) == OK);
	depot_close(&b);
	depot_close(&a);
	test_remove(folder);
}

/* The release in use once more: beside it, never over it. */
TEST(same_again)
{
	char folder[] = "/tmp/candor-depot-XXXXXX";
	struct depot s;
	struct depot_release a, b;

	if (!CHECK(mkdtemp(folder) != NULL))
		return;
	CHECK(depot_open(folder, "stable", true, &s, NULL) == OK);
	add(&s, 1, true);
	CHECK(depot_current(&s, &a, NULL) == OK);
	add(&s, 1, false);
	EQ_U(current(&s), 1);
	add(&s, 1, true);
	CHECK(depot_current(&s, &b, NULL) == OK);
	CHECK(strcmp(a.name, b.name) != 0);
	add(&s, 1, true);
	EQ_U(current(&s), 1);
	depot_release_close(&a);
	depot_release_close(&b);
	depot_close(&s);
	test_remove(folder);
}

/* Somebody was killed in the middle: the next one sweeps, and the old one is in use. */
TEST(unfinished)
{
	char folder[] = "/tmp/candor-depot-XXXXXX";
	struct depot s;
	struct depot_stage g;

	if (!CHECK(mkdtemp(folder) != NULL))
		return;
	CHECK(depot_open(folder, "stable", true, &s, NULL) == OK);
	add(&s, 1, true);
	CHECK(depot_begin(&s, &g, NULL) == OK);
	CHECK(depot_put(&g, DEPOT_ARCHIVE, BYTES_LIT("half"), NULL) == OK);
	close(g.dir);
	CHECK(depot_begin(&s, &g, NULL) != OK);
	depot_sweep(&s);
	EQ_U(current(&s), 1);
	add(&s, 2, true);
	EQ_U(current(&s), 2);
	depot_close(&s);
	test_remove(folder);
}

TEST(seen)
{
	char folder[] = "/tmp/candor-depot-XXXXXX";
	struct depot s;
	struct seen seen = { 0 }, back;
	struct fault f = { 0 };

	if (!CHECK(mkdtemp(folder) != NULL))
		return;
	CHECK(depot_open(folder, "stable", true, &s, NULL) == OK);
	CHECK(depot_get_seen(&s, &back, &f) == OK);
	EQ_U(back.sequence, 0);
	seen.sequence = 5;
	CHECK(depot_put_seen(&s, &seen, &f) == OK);
	CHECK(depot_get_seen(&s, &back, &f) == OK);
	EQ_U(back.sequence, 5);
	depot_close(&s);
	test_remove(folder);
}

/* A link that leads elsewhere is no release. */
TEST(strange_link)
{
	char folder[] = "/tmp/candor-depot-XXXXXX";
	struct depot_release r;
	struct depot s;
	struct fault f = { 0 };

	if (!CHECK(mkdtemp(folder) != NULL))
		return;
	CHECK(depot_open(folder, "stable", true, &s, NULL) == OK);
	CHECK(symlinkat("/etc", s.dir, "current") == 0);
	EQ_U(depot_current(&s, &r, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_STATE);
	depot_close(&s);
	test_remove(folder);
}
