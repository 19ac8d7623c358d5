/* Releases, and what is left when one of the steps is the last that was done. */
#include "publish/rig.h"

TEST(three_releases)
{
	struct fault f = { 0 };
	struct publish_done done;
	struct merkle_head head;
	struct world w;

	world_init(&w, false);
	for (unsigned i = 1; i <= 3; i++) {
		char text[20];

		snprintf(text, sizeof(text), "archive %u", i);
		rig_ok(publish(&w, text, 1000 + i, &done, &f), &f);
		EQ_U(done.sequence, i);
		EQ_U(done.index, i - 1);
		EQ_U(shown(&w, "rules/stable/latest"), i);
	}
	EQ_U(shown(&w, "rules/stable/1"), 1);
	EQ_U(shown(&w, "rules/stable/3"), 3);
	CHECK(!pending(&w));
	rig_checkpoint(&w.rig, &head);
	EQ_U(head.size, 3);
	world_done(&w);
}

TEST(another_channel_and_noise)
{
	struct fault f = { 0 };
	struct publish_done done;
	struct chain c;
	struct world w;

	world_init(&w, false);
	rig_grow(&w.rig, 600);
	rig_ok(publish(&w, "a", 5, &done, &f), &f);
	EQ_U(done.sequence, 1);
	EQ_U(done.index, 600);
	rig_grow(&w.rig, 1000); /* the last release lies bundles behind the end */
	rig_ok(publish(&w, "b", 6, &done, &f), &f);
	EQ_U(done.sequence, 2);
	rig_ok(publish_last(&w.p, STATEMENT_RULES, BYTES_LIT("beta"), &c, &f), &f);
	CHECK(!c.last.is_release);
	chain_done(&c);
	rig_ok(publish_last(&w.p, STATEMENT_KEYS, BYTES_LIT("stable"), &c, &f), &f);
	CHECK(!c.last.is_release);
	chain_done(&c);
	world_done(&w);
}

TEST(nothing_is_shown_without_witnesses)
{
	struct fault f = { 0 };
	struct publish_done done;
	struct merkle_head head;
	struct world w;

	world_init(&w, true);
	rig_ok(publish(&w, "a", 5, &done, &f), &f);
	w.answer = FAULT_QUORUM;
	EQ_U(publish(&w, "b", 6, &done, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_QUORUM);
	CHECK(pending(&w));
	rig_checkpoint(&w.rig, &head);
	EQ_U(head.size, 1);
	EQ_U(log_size(&w), 2);
	EQ_U(shown(&w, "rules/stable/latest"), 1);
	f = (struct fault){ 0 };
	EQ_U(resume(&w, &done, &f), ERR_FORMAT);
	EQ_U(log_size(&w), 2); /* and not twice in the log */
	w.answer = FAULT_NONE;
	f = (struct fault){ 0 };
	rig_ok(resume(&w, &done, &f), &f);
	CHECK(done.any && done.sequence == 2 && done.index == 1);
	EQ_U(shown(&w, "rules/stable/latest"), 2);
	EQ_U(log_size(&w), 2);
	CHECK(!pending(&w));
	rig_ok(resume(&w, &done, &f), &f);
	CHECK(!done.any);
	EQ_U(w.asked, 4);
	world_done(&w);
}

/* A world of one release, and a second one that waits for witnesses. */
static void
begin_second(struct world *w, struct buf *note)
{
	struct fault f = { 0 };
	struct publish_done done;

	world_init(w, true);
	rig_ok(publish(w, "a", 5, &done, &f), &f);
	w->answer = FAULT_QUORUM;
	CHECK(publish(w, "b", 6, &done, &f) != OK);
	w->answer = FAULT_NONE;
	get_pending(w, note);
}

static void
second_is_there(struct world *w)
{
	struct fault f = { 0 };
	struct publish_done done;

	rig_ok(resume(w, &done, &f), &f);
	CHECK(done.any && done.sequence == 2 && done.index == 1);
	EQ_U(log_size(w), 2);
	EQ_U(shown(w, "rules/stable/2"), 2);
	EQ_U(shown(w, "rules/stable/latest"), 2);
	CHECK(!pending(w));
}

TEST(resumed_before_the_log)
{
	struct fault f = { 0 };
	struct publish_done done;
	struct buf note = { 0 };
	struct world w, other;

	begin_second(&other, &note);
	world_done(&other);
	world_init(&w, true);
	rig_ok(publish(&w, "a", 5, &done, &f), &f);
	set_pending(&w, buf_bytes(&note));
	second_is_there(&w);
	buf_done(&note);
	world_done(&w);
}

TEST(resumed_behind_the_checkpoint)
{
	struct fault f = { 0 };
	struct buf note = { 0 };
	struct store *s;
	struct world w;

	begin_second(&w, &note);
	rig_ok(store_open(w.rig.dir, &s, &f), &f);
	rig_ok(store_unhold(s, &f), &f);
	store_close(s);
	second_is_there(&w);
	set_pending(&w, buf_bytes(&note)); /* all was done but the last step */
	second_is_there(&w);
	buf_done(&note);
	world_done(&w);
}

/* The chain went on without it, as somebody wrote to the log by hand. */
TEST(what_is_overtaken_is_dropped)
{
	struct fault f = { 0 };
	struct publish_done done;
	struct buf note = { 0 };
	struct world w;

	begin_second(&w, &note);
	second_is_there(&w);
	rig_ok(publish(&w, "c", 7, &done, &f), &f);
	set_pending(&w, buf_bytes(&note));
	rig_ok(resume(&w, &done, &f), &f);
	CHECK(!done.any);
	CHECK(!pending(&w));
	EQ_U(shown(&w, "rules/stable/latest"), 3);
	EQ_U(log_size(&w), 3);
	buf_done(&note);
	world_done(&w);
}

TEST(refused)
{
	struct fault f = { 0 };
	struct publish_done done;
	struct publish other = { 0 };
	struct world w;

	world_init(&w, false);
	rig_ok(publish(&w, "a", 100, &done, &f), &f);
	EQ_U(publish(&w, "b", 99, &done, &f), ERR_FORMAT); /* dated before the last */
	EQ_U(f.kind, FAULT_STATEMENT);
	CHECK(!pending(&w));
	f = (struct fault){ 0 };
	EQ_U(publish(&w, "b", -1, &done, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_STATEMENT);
	f = (struct fault){ 0 };
	other.log = w.rig.dir;
	EQ_U(publish_open(&other, w.rig.folder, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_BUSY);
	publish_close(&other);
	set_pending(&w, BYTES_LIT("junk"));
	f = (struct fault){ 0 };
	EQ_U(resume(&w, &done, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_STATE);
	world_done(&w);
}

TEST(refreshed)
{
	struct fault f = { 0 };
	struct publish_done done;
	struct buf one = { 0 }, two = { 0 };
	struct world w;
	size_t n = 9;

	world_init(&w, true);
	rig_ok(publish_refresh(&w.p, &n, &f), &f);
	EQ_U(n, 0);
	rig_ok(publish(&w, "a", 5, &done, &f), &f);
	w.answer = FAULT_QUORUM;
	CHECK(publish(&w, "b", 6, &done, &f) != OK);
	f = (struct fault){ 0 };
	w.answer = FAULT_NONE;
	rig_ok(publish_refresh(&w.p, &n, &f), &f); /* also what is pending */
	EQ_U(n, 1);
	EQ_U(shown(&w, "rules/stable/latest"), 2);
	CHECK(!pending(&w));
	rig_ok(tree_read(&w.p.tree, "rules/stable/latest", 99999, &one, &f), &f);
	rig_grow(&w.rig, 7);
	rig_ok(publish_refresh(&w.p, &n, &f), &f);
	rig_ok(tree_read(&w.p.tree, "rules/stable/latest", 99999, &two, &f), &f);
	EQ_U(shown(&w, "rules/stable/latest"), 2);
	CHECK(!bytes_eq(buf_bytes(&one), buf_bytes(&two))); /* another tree */
	EQ_U(shown(&w, "rules/stable/2"), 2);
	buf_done(&one);
	buf_done(&two);
	world_done(&w);
}
