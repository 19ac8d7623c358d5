/* The members of a bundle that is being made: names, content, and what changed. */
#include "handover/piece.h"

#include "crypto/hash.h"
#include "handover/layout.h"
#include "handover/rig.h"

static enum fault_kind
add(struct pieces *p, const char *folder, const char *name)
{
	struct piece one = { .name = bytes_of(name) };
	struct fault f = { 0 };

	CHECK((pieces_add(p, folder, &one, &f) == OK) == (f.kind == FAULT_NONE));
	return f.kind;
}

TEST(names_of_members)
{
	struct fault f = { 0 };
	struct pieces p;

	pieces_init(&p);
	EQ_U(add(&p, LAYOUT_SOURCE, "b"), FAULT_NONE);
	EQ_U(add(&p, LAYOUT_SOURCE, "a/z"), FAULT_NONE);
	EQ_U(add(&p, "", "about"), FAULT_NONE);
	EQ_U(add(&p, LAYOUT_SOURCE, "a.b"), FAULT_NONE);
	EQ_U(add(&p, LAYOUT_SOURCE, "../x"), FAULT_SOURCE);
	EQ_U(add(&p, LAYOUT_SOURCE, "new\nline"), FAULT_SOURCE);
	EQ_U(add(&p, LAYOUT_SOURCE, "\xff"), FAULT_SOURCE);
	pieces_done(&p);
	pieces_init(&p);
	EQ_U(add(&p, LAYOUT_SOURCE, "b"), FAULT_NONE);
	EQ_U(add(&p, LAYOUT_SOURCE, "a.b"), FAULT_NONE);
	EQ_U(add(&p, LAYOUT_SOURCE, "a/z"), FAULT_NONE);
	EQ_U(add(&p, "", "about"), FAULT_NONE);
	EQ_U(pieces_sort(&p, &f), OK);
	EQ_B(p.piece[0].name, BYTES_LIT("about"));
	EQ_B(p.piece[1].name, BYTES_LIT("source/a/z"));
	EQ_B(p.piece[2].name, BYTES_LIT("source/a.b"));
	CHECK(pieces_find(&p, "source/b") == &p.piece[3]);
	CHECK(pieces_find(&p, "source/c") == NULL);
	EQ_U(add(&p, LAYOUT_SOURCE, "b"), FAULT_NONE);
	EQ_U(pieces_sort(&p, &f), ERR_FORMAT);
	EQ_S(f.text, "two files would be 'source/b' in the bundle");
	pieces_done(&p);
}

TEST(what_is_left_out)
{
	struct fault f = { 0 };
	struct pieces p;

	pieces_init(&p);
	EQ_U(pieces_leave(&p, BYTES_LIT("z"), "because", &f), OK);
	EQ_U(pieces_leave(&p, BYTES_LIT("a\n\xff"), "a\ttab", &f), OK);
	EQ_U(pieces_sort(&p, &f), OK);
	EQ_U(p.nleft, 2);
	EQ_B(p.left[0].what, BYTES_LIT("a\\n\\xff"));
	EQ_B(p.left[0].why, BYTES_LIT("a\\ttab"));
	EQ_B(p.left[1].what, BYTES_LIT("z"));
	pieces_done(&p);
}

static enum err
count(void *arg, struct bytes b)
{
	*(size_t *)arg += b.n;
	return OK;
}

TEST(content)
{
	struct piece one = { .name = BYTES_LIT("x"), .from = PIECE_PATH, .size = 29 };
	struct secret_scan *scan = xcalloc(1, sizeof(*scan));
	uint8_t digest[HASH_MAX];
	struct fault f = { 0 };
	struct pieces p;
	struct rig r;
	size_t n = 0;
	struct piece_sink to = { &n, count };

	rig_init(&r);
	pieces_init(&p);
	one.path = r.artefact;
	EQ_U(piece_hash(&p, &one, scan, &to, &f), OK);
	EQ_U(n, 29);
	CHECK(scan->found == NULL);
	hash_of(HASH_SHA256, BYTES_LIT("int main(void) { return 0; }\n"), digest);
	EQ_B(((struct bytes){ one.sha256, 32 }), ((struct bytes){ digest, 32 }));
	one.name = BYTES_LIT("artefacts/x"); /* only of these SHA-1 is made */
	EQ_U(piece_hash(&p, &one, NULL, NULL, &f), OK);
	hash_of(HASH_SHA1, BYTES_LIT("int main(void) { return 0; }\n"), digest);
	EQ_B(((struct bytes){ one.sha1, 20 }), ((struct bytes){ digest, 20 }));
	one.size = 28;
	EQ_U(piece_hash(&p, &one, NULL, NULL, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_CHANGED);
	f = (struct fault){ 0 };
	one.path = "/nonexistent/x";
	EQ_U(piece_pour(&p, &one, &to, &f), ERR_IO);
	EQ_U(f.kind, FAULT_IO);
	f = (struct fault){ 0 };
	one.path = r.dir;
	EQ_U(piece_pour(&p, &one, &to, &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_CHANGED); /* a folder by now */
	free(scan);
	pieces_done(&p);
	rig_done(&r);
}

/* A file of the source is opened below its folder: a link that came meanwhile is none. */
TEST(below_the_source)
{
	struct piece one = { .name = BYTES_LIT("x"),
		.from = PIECE_BELOW,
		.size = 10,
		.path = "tools/run" };
	struct fault f = { 0 };
	struct pieces p;
	struct rig r;
	size_t n = 0;
	struct piece_sink to = { &n, count };

	rig_init(&r);
	pieces_init(&p);
	EQ_U(sys_open(AT_FDCWD, r.source, SYS_DIR, &p.root), OK);
	EQ_U(piece_pour(&p, &one, &to, &f), OK);
	EQ_U(n, 10);
	one.path = "link";
	CHECK(piece_pour(&p, &one, &to, &f) != OK);
	EQ_U(f.kind, FAULT_IO);
	f = (struct fault){ 0 };
	one.path = "../hello";
	CHECK(piece_pour(&p, &one, &to, &f) != OK);
	EQ_U(f.kind, FAULT_IO);
	pieces_done(&p);
	rig_done(&r);
}
