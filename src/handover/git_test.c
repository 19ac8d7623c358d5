/* A commit of git, as its plumbing gives it. */
#include "handover/rig.h"
#include "handover/run.h"
#include "handover/tree.h"

static void
git(const struct rig *r, const char *script)
{
	char *all =
	    xprintf("cd '%s' && export GIT_CONFIG_GLOBAL=/dev/null HOME=/nonexistent "
		    "GIT_COMMITTER_DATE='1795910400 +0000' && git_() { git -c "
		    "user.name=x -c user.email=x@example \"$@\"; } && %s",
		r->source, script);
	const char *const argv[] = { "sh", "-c", all, NULL };
	struct buf out = { 0 };

	EQ_U(run_text(argv, 100000, &out), OK);
	buf_done(&out);
	free(all);
}

static void
start(struct rig *r)
{
	rig_init(r);
	rig_put(r, "src/empty", "", 0644);
	rig_put(r, "src/big", "0123456789", 0644);
	git(r, "git init -q . && git add -A && git_ commit -q -m one");
}

static enum err
take(void *arg, const struct tree_entry *e, struct fault *f)
{
	struct buf *out = arg;

	(void)f;
	buf_printf(out, "%d%s ", (int)e->kind, e->exec ? "x" : "");
	buf_put(out, e->name.p, e->name.n);
	if (e->kind == TREE_LINK) {
		buf_str(out, " -> ");
		buf_put(out, e->target.p, e->target.n);
	} else
		buf_printf(out, " %u", (unsigned)e->size);
	buf_u8(out, '\n');
	return OK;
}

TEST(its_tree)
{
	struct buf out = { 0 };
	struct tree_taker to = { &out, take };
	struct tree_commit c;
	struct fault f = { 0 };
	struct rig r;

	start(&r);
	EQ_U(tree_commit(r.source, "HEAD", &c, &f), OK);
	EQ_U(strlen(c.name), 40);
	EQ_I(c.date, 1795910400);
	EQ_U(tree_git(r.source, &c, &to, &f), OK);
	EQ_S(buf_cstr(&out), "0 big 10\n0 empty 0\n1 link -> tools/run\n0 main.c 29\n"
			     "0x tools/run 10\n");
	buf_done(&out);
	rig_done(&r);
}

TEST(commits)
{
	static const char *const none[] = { "nothing", "HEAD~5", "--all", "-1", "",
		"HEAD:main.c" };
	struct tree_commit c, again;
	struct rig r;

	start(&r);
	EQ_U(tree_commit(r.source, "HEAD", &c, NULL), OK);
	EQ_U(tree_commit(r.source, c.name, &again, NULL), OK);
	EQ_S(again.name, c.name);
	git(&r, "git_ tag -a v1 -m tag");
	EQ_U(tree_commit(r.source, "v1", &again, NULL), OK);
	EQ_S(again.name, c.name); /* the commit, not the tag */
	for (size_t i = 0; i < COUNT(none); i++) {
		struct fault f = { 0 };

		ROW("'%s'", none[i]);
		EQ_U(tree_commit(r.source, none[i], &c, &f), ERR_FORMAT);
		EQ_U(f.kind, FAULT_GIT);
	}
	rig_done(&r);
}

struct blob {
	char name[65];
	uint64_t size;
};

static enum err
note_blob(void *arg, const struct tree_entry *e, struct fault *f)
{
	struct blob *b = arg;

	(void)f;
	if (bytes_eq(e->name, BYTES_LIT("big")) && e->blob.n < sizeof(b->name))
		memcpy(b->name, e->blob.p, e->blob.n);
	return OK;
}

TEST(contents_in_any_order)
{
	struct blob big = { "", 0 };
	struct tree_taker to = { &big, note_blob };
	struct tree_blobs *blobs;
	struct tree_commit c;
	struct fault f = { 0 };
	uint64_t size;
	size_t got;
	char p[16];
	struct rig r;

	start(&r);
	EQ_U(tree_commit(r.source, "HEAD", &c, &f), OK);
	EQ_U(tree_git(r.source, &c, &to, &f), OK);
	EQ_U(tree_blobs_open(r.source, &blobs, &f), OK);
	for (int i = 0; i < 3; i++) { /* a part only: the rest is skipped */
		EQ_U(tree_blob(blobs, bytes_of(big.name), &size, &f), OK);
		EQ_U(size, 10);
		EQ_U(tree_blob_read(blobs, p, 4, &got, &f), OK);
		EQ_B(((struct bytes){ (uint8_t *)p, got }), BYTES_LIT("0123"));
	}
	EQ_U(tree_blob_read(blobs, p, sizeof(p), &got, &f), OK);
	EQ_U(got, 6);
	EQ_U(tree_blob_read(blobs, p, sizeof(p), &got, &f), OK);
	EQ_U(got, 0);
	EQ_U(tree_blob(
		 blobs, BYTES_LIT("0000000000000000000000000000000000000000"), &size, &f),
	    ERR_FORMAT);
	EQ_U(f.kind, FAULT_GIT);
	tree_blobs_close(blobs);
	rig_done(&r);
}

/* Attributes and replaced objects are not the commit. */
TEST(nothing_but_the_commit)
{
	struct buf out = { 0 };
	struct tree_taker to = { &out, take };
	struct tree_commit c;
	struct fault f = { 0 };
	struct rig r;

	start(&r);
	rig_put(&r, "src/.gitattributes", "* text eol=crlf\nbig export-ignore\n", 0644);
	git(&r, "git add -A && git_ commit -q -m two && b=$(git rev-parse HEAD:big) && "
		"e=$(git rev-parse HEAD:empty) && git replace $b $e && echo x >big && rm "
		"main.c");
	EQ_U(tree_commit(r.source, "HEAD", &c, &f), OK);
	EQ_U(tree_git(r.source, &c, &to, &f), OK);
	EQ_S(buf_cstr(&out), "0 .gitattributes 34\n0 big 10\n0 empty 0\n1 link -> "
			     "tools/run\n0 main.c 29\n0x tools/run 10\n");
	buf_done(&out);
	rig_done(&r);
}

/* A partial clone gets what it lacks from a server, if one lets git; candor does not. */
TEST(nothing_from_a_server)
{
	struct buf out = { 0 };
	struct tree_taker to = { &out, take };
	struct tree_commit c;
	struct fault f = { 0 };
	struct rig r;
	char *part;

	start(&r);
	git(&r,
	    "git config uploadpack.allowFilter true && GIT_ALLOW_PROTOCOL=file git clone "
	    "-q --no-checkout --filter=blob:none \"file://$PWD\" ../part");
	part = rig_path(&r, "part");
	EQ_U(tree_commit(part, "HEAD", &c, &f), OK);
	EQ_U(tree_git(part, &c, &to, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_GIT);
	free(part);
	buf_done(&out);
	rig_done(&r);
}
