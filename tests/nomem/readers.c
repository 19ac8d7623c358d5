/*
 * What reads a stranger's texts, without memory: bundles, statements, envelopes, two
 * files that are compared. Refused, or read as always.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/sys.h"
#include "evidence/attest.h"
#include "evidence/dsse.h"
#include "handover/bundle.h"
#include "release/statement.h"
#include "tests/nomem/nomem.h"
#include "tests/nomem/samples.h"

/* What a reader makes of a text: what it is, in bytes; and whether it took it. */
struct reader {
	const char *name, *corpus;
	enum err (*read)(struct bytes text, struct buf *what);
	unsigned files;
};

static void
put(struct buf *b, struct bytes s)
{
	buf_le64(b, s.n);
	buf_put(b, s.p, s.n);
}

static enum err
read_statement(struct bytes text, struct buf *what)
{
	struct statement_fault fault = { 0 };
	struct statement s;
	struct arena a;
	enum err e;

	arena_init(&a, 1 << 20);
	e = statement_parse(text, &a, &s, &fault);
	if (e == OK)
		e = statement_print(&s, what, &fault);
	CHECK(e == OK || fault.what != NULL);
	arena_done(&a);
	return e;
}

static void
put_intoto(const struct intoto *s, struct buf *what)
{
	struct fault f = { 0 };
	struct attest t;

	put(what, s->predicate_type);
	for (size_t i = 0; i < s->nsubject; i++) {
		put(what, s->subject[i].name);
		put(what, (struct bytes){ s->subject[i].sha256, 32 });
	}
	buf_u8(what, s->predicate != NULL);
	if (attest_read(s, &t, &f) == OK)
		buf_le64(what, (uint64_t)t.result);
}

static enum err
read_envelope(struct bytes text, struct buf *what)
{
	struct fault f = { 0 };
	struct intoto s;
	struct arena a;
	struct dsse d;
	enum err e;

	arena_init(&a, 1 << 20);
	e = dsse_parse(text, &a, &d, &f);
	CHECK(e == OK || f.kind != FAULT_NONE);
	if (e == OK) {
		put(what, d.type);
		put(what, d.payload);
		for (size_t i = 0; i < d.nsig; i++)
			put(what, d.sig[i].sig);
		e = intoto_parse(d.payload, &a, &s, &f);
		CHECK(e == OK || e == ERR_LIMIT || f.kind != FAULT_NONE);
		if (e == OK)
			put_intoto(&s, what);
		intoto_done(&s);
	}
	arena_done(&a);
	return e;
}

static enum err
read_bundle(struct bytes text, struct buf *what)
{
	struct fault f = { 0 };
	struct bundle b;
	enum err e;
	int fd;

	if (sys_memfd("bundle", &fd) != OK || sys_write_all(fd, text.p, text.n) != OK)
		abort();
	e = bundle_open_fd(fd, 1 << 24, &b, &f);
	CHECK(e == OK || (f.kind != FAULT_NONE && f.text[0] != '\0'));
	if (e != OK)
		return e;
	for (size_t i = 0; i < b.n && e == OK; i++) {
		put(what, b.member[i].name);
		put(what, (struct bytes){ b.member[i].digest, LABEL_DIGEST });
		e = bundle_pour(&b, &b.member[i], NULL, &f);
	}
	label_print(&b.label, what);
	buf_le64(what, b.folders.n + b.links.names.n + b.promised.n);
	bundle_close(&b);
	return e;
}

static const struct reader readers[] = {
	{ "statement", "statement", read_statement, 3 },
	{ "envelope", "dsse", read_envelope, 3 },
	{ "bundle", "bundle", read_bundle, 30 },
};

static void
starve(const struct reader *r, struct bytes text)
{
	struct buf good = { 0 }, have = { 0 };
	enum err want = r->read(text, &good);

	for (unsigned how = 0; how < NOMEM_HOWS; how++) {
		bool more = true;

		for (uint64_t n = 1; more; n = nomem_next(n)) {
			enum err e;

			ROW("%s of %zu bytes, request %llu, how %u", r->name, text.n,
			    (unsigned long long)n, how);
			buf_clear(&have);
			nomem_arm(NOMEM_ANSWERED, n, how);
			e = r->read(text, &have);
			more = nomem_disarm();
			CHECK(e != OK || want == OK);
			if (e == OK)
				CHECK(bytes_eq(buf_bytes(&have), buf_bytes(&good)));
		}
	}
	buf_clear(&have);
	EQ_U(r->read(text, &have), want);
	CHECK(bytes_eq(buf_bytes(&have), buf_bytes(&good)));
	buf_done(&good);
	buf_done(&have);
}

TEST(texts)
{
	nomem_jansson();
	for (size_t i = 0; i < COUNT(readers); i++) {
		struct samples s;

		samples_open(&s, readers[i].corpus);
		for (unsigned k = 0; k < readers[i].files && s.n > 0; k++)
			starve(
			    &readers[i], test_copy(samples_at(&s, k, readers[i].files)));
		samples_done(&s);
	}
}

/* --- two files ---------------------------------------------------------------------- */

#include "fuzz/diff_rig.h"

static enum err
count(void *arg, const struct difference *d)
{
	uint64_t *counted = arg;

	*counted += d->kind != DIFF_BEGIN && d->kind != DIFF_END && d->kind != DIFF_NOTE;
	return OK;
}

/*
 * What differs by a byte is said to differ, by so many statements, or as a limit; it is
 * never said to be the same.
 */
static uint64_t
compare(struct bytes a, struct bytes b)
{
	struct diff_rig g;
	uint64_t counted = 0;

	diff_rig_init(&g);
	g.sink = (struct diff_sink){ &counted, count };

	struct tree_object x = { diff_rig_span(&g, 0, a), BYTES_LIT("file.gz"), 0 };
	struct tree_object y = { diff_rig_span(&g, 1, b), BYTES_LIT("file.gz"), 0 };

	tree_run(&g.run, &x, &y, true);
	diff_rig_done(&g);
	return counted;
}

#define PAIRS 17

TEST(comparing)
{
	struct samples s;

	samples_open(&s, "diff_tree");
	for (unsigned k = 0; k < PAIRS && s.n > 0; k++) {
		struct bytes all = samples_at(&s, k, PAIRS), a;
		struct buf b = { 0 };
		bool more = true;

		diff_rig_split(all.p, all.n, &a, &b);
		if (bytes_eq(a, buf_bytes(&b)))
			buf_u8(&b, 0);
		for (uint64_t n = 1; more; n = nomem_next(n)) {
			ROW("pair %u, request %llu", k, (unsigned long long)n);
			nomem_arm(NOMEM_ANSWERED, n, NOMEM_ONCE);
			CHECK(compare(a, buf_bytes(&b)) > 0);
			more = nomem_disarm();
		}
		buf_done(&b);
	}
	samples_done(&s);
}
