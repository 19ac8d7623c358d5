/* closure_test.c - which files are inputs, what they are called, and their digests. */
#include "rebuild/closure.h"

#include "crypto/hash.h"
#include "rebuild/closure_rig.h"

TEST(names)
{
	static const struct {
		const char *path, *name; /* NULL: no input */
	} rows[] = {
		{ RIG_BASE "/source/a.c", "source/a.c" },
		{ RIG_BASE "/recipe/build.sh", "recipe/build.sh" },
		{ RIG_BASE "/work/a.o", NULL },
		{ RIG_BASE "/out/a", NULL },
		{ RIG_BASE "/home/.cache", NULL },
		{ RIG_BASE "/sourcery", NULL },
		{ "/tmp/x", NULL },
		{ "/var/tmp/x", NULL },
		{ "/dev/shm/x", NULL },
		{ "/usr/include/a.h", "/usr/include/a.h" },
		{ "/tmpfiles", "/tmpfiles" },
		{ "/build/firstborn", "/build/firstborn" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct closure c;
		struct rig r = { 0 };

		ROW("%s", rows[i].path);
		rig_init(&r);
		rig_read(&r, rows[i].path, "x");
		closure_make(r.flow, r.root, RIG_BASE, NULL, &c);
		EQ_U(c.n, rows[i].name != NULL);
		if (c.n == 1)
			EQ_S(c.file[0].name, rows[i].name);
		CHECK(c.complete);
		closure_done(&c);
		rig_done(&r);
	}
}

TEST(text_and_digest)
{
	struct buf text = { 0 };
	uint8_t digest[HASH_MAX];
	struct closure c = { 0 };
	struct rig r = { 0 };

	rig_init(&r);
	rig_read(&r, "/usr/b", "b\n");
	rig_read(&r, "/usr/a\\b\nc", "a\n");
	rig_read(&r, RIG_BASE "/source/z", "");
	flow_read(r.flow, r.proc, "pipe:[7]");
	flow_write(r.flow, r.proc, "/usr/written");
	closure_make(r.flow, r.root, RIG_BASE, NULL, &c);
	closure_text(&c, &text);
	EQ_S(buf_cstr(&text),
	    "\\87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7  "
	    "/usr/a\\\\b\\nc\n"
	    "0263829989b6fd954f72baaf2fc64bc2e2f01d692d4de72986ea808f6e99813f  /usr/b\n"
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  "
	    "source/z\n");
	hash_of(HASH_SHA256, buf_bytes(&text), digest);
	CHECK(memcmp(digest, c.digest, CLOSURE_DIGEST) == 0);
	buf_done(&text);
	closure_done(&c);
	rig_done(&r);
}

/* What was read and cannot be digested now makes it incomplete, and links do not lead
 * out. */
TEST(what_is_not_there)
{
	struct closure c = { 0 };
	struct rig r = { 0 };

	rig_init(&r);
	flow_read(r.flow, r.proc, "/usr/gone");
	closure_make(r.flow, r.root, RIG_BASE, NULL, &c);
	EQ_U(c.n, 0);
	CHECK(!c.complete);
	closure_done(&c);
	rig_done(&r);

	rig_init(&r);
	rig_put(&r, "/x", "");
	char *link = xprintf("%s/out", r.folder);
	CHECK(symlink("/etc", link) == 0);
	free(link);
	flow_read(r.flow, r.proc, "/out/passwd");
	closure_make(r.flow, r.root, RIG_BASE, NULL, &c);
	EQ_U(c.n, 0);
	closure_done(&c);
	rig_done(&r);

	rig_init(&r);
	flow_lose(r.flow);
	closure_make(r.flow, r.root, RIG_BASE, NULL, &c);
	CHECK(!c.complete);
	closure_done(&c);
	rig_done(&r);
}

/* Digests of the build before are taken for what did not change, and for nothing else. */
TEST(before)
{
	struct closure first, second;
	struct rig r = { 0 };

	rig_init(&r);
	rig_read(&r, "/usr/same", "same");
	rig_read(&r, "/usr/other", "other");
	closure_make(r.flow, r.root, RIG_BASE, NULL, &first);
	memset(first.file[0].digest, 1, CLOSURE_DIGEST); /* /usr/other */
	memset(first.file[1].digest, 2, CLOSURE_DIGEST);
	rig_put(&r, "/usr/other", "changed");
	closure_make(r.flow, r.root, RIG_BASE, &first, &second);
	EQ_U(second.file[1].digest[0], 2);
	CHECK(second.file[0].digest[0] != 1);
	closure_done(&first);
	closure_done(&second);
	rig_done(&r);
}

TEST(origin)
{
	uint8_t mark[3];
	struct closure c = { 0 };
	uint32_t cc;
	struct rig r = { 0 };

	rig_init(&r);
	cc = flow_proc(r.flow, r.proc);
	rig_put(&r, RIG_BASE "/source/a.c", "a");
	flow_read(r.flow, cc, RIG_BASE "/source/a.c");
	flow_write(r.flow, cc, RIG_BASE "/out/bin/a");
	rig_read(&r, "/usr/bin/sh", "sh");
	rig_read(&r, RIG_BASE "/source/b.c", "b");
	closure_make(r.flow, r.root, RIG_BASE, NULL, &c);
	EQ_U(c.n, 3);
	EQ_U(closure_origin(&c, r.flow, RIG_BASE, "bin/a", mark), 1);
	EQ_U(mark[closure_find(&c, "source/a.c") - c.file], 1);
	EQ_U(closure_origin(&c, r.flow, RIG_BASE, "bin/none", mark), 0);
	closure_done(&c);
	rig_done(&r);
}

/* A compiler by its name in PATH, through links; one that nobody read, or that is not. */
TEST(programs)
{
	struct closure c = { 0 };
	struct rig r = { 0 };
	char *link;

	rig_init(&r);
	rig_read(&r, "/usr/lib/llvm/clang", "x");
	rig_put(&r, "/usr/bin/gcc", "y");
	link = xprintf("%s/usr/bin/clang", r.folder);
	CHECK(symlink("/usr/lib/llvm/clang", link) == 0);
	free(link);
	closure_make(r.flow, r.root, RIG_BASE, NULL, &c);
	CHECK(closure_has_program(&c, r.root, "clang"));
	CHECK(!closure_has_program(&c, r.root, "gcc"));
	CHECK(!closure_has_program(&c, r.root, "nocc"));
	closure_done(&c);
	rig_done(&r);
}
