/*
 * libcandor without memory: each call says that it could not, or does what it always
 * does; CANDOR_OK is never half of it, and the same object serves again.
 */
#include <fcntl.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/lib_rig.h"
#include "tests/nomem/nomem.h"

/* Meson has malloc fill what it gives and takes: of an engine that is 16 MB, each time.
 */
__attribute__((constructor)) static void
as_it_comes(void)
{
	mallopt(M_PERTURB, 0);
}

static const char rules[] =
    "import \"pe\" import \"hash\"\n"
    "rule a : t1 t2 { meta: s = \"x\" n = 3 strings: $t = \"words\" $r = /w[a-z]+s/ "
    "condition: #t > 1 and $r and num == 1 }\n"
    "rule b : t3 { strings: $h = { 77 6f [1-3] 73 } condition: #h > 1 and not pe.is_pe "
    "}\n"
    "rule c { condition: hash.md5(0, 4) != \"\" or word == \"x\" }\n"
    "rule d { condition: false }\n";
static const char object[] = "words and words and more words";

static int
build(struct candor_rules **out)
{
	struct candor_compiler *c = candor_compiler_new(0);
	int e;

	candor_compiler_define_int(c, "num", 1);
	candor_compiler_define_string(c, "word", "old");
	e = candor_compiler_add_text(c, NULL, "test.yar", rules, strlen(rules));
	if (e == CANDOR_OK)
		e = candor_compiler_build(c, out);
	candor_compiler_free(c);
	return e;
}

static bool
said(int e)
{
	return e == CANDOR_ERR_LIMIT || e == CANDOR_ERR_IO;
}

TEST(compiling)
{
	struct candor_rules *good = NULL;
	size_t n_good, n_have;
	const void *db;

	EQ_I(build(&good), CANDOR_OK);
	db = candor_rules_data(good, &n_good);
	for (unsigned how = 0; how < NOMEM_HOWS; how++) {
		bool more = true;

		for (uint64_t n = 1; more; n = nomem_next(n)) {
			struct candor_rules *r = NULL;
			int e;

			ROW("request %llu, how %u", (unsigned long long)n, how);
			nomem_arm(NOMEM_ANSWERED, n, how);
			e = build(&r);
			more = nomem_disarm();
			CHECK(e == CANDOR_OK || (said(e) && candor_error()[0] != '\0'));
			CHECK((r != NULL) == (e == CANDOR_OK));
			if (r != NULL) {
				const void *p = candor_rules_data(r, &n_have);

				CHECK(n_have == n_good && memcmp(p, db, n_good) == 0);
			}
			candor_rules_free(r);
		}
	}
	candor_rules_free(good);
}

TEST(loading)
{
	struct candor_rules *good = NULL, *r = NULL;
	char path[] = "/tmp/candor-nomem-XXXXXX";
	int fd = mkstemp(path);
	size_t n_db;
	const void *db;

	EQ_I(build(&good), CANDOR_OK);
	db = candor_rules_data(good, &n_db);
	EQ_I(candor_rules_save(good, path), CANDOR_OK);
	for (unsigned memory = 0; memory < 2; memory++) {
		bool more = true;

		for (uint64_t n = 1; more; n++) {
			int e;

			ROW("request %llu", (unsigned long long)n);
			r = NULL;
			nomem_arm(NOMEM_ANSWERED, n, NOMEM_ONCE);
			e = memory ? candor_rules_load_memory(db, n_db, &r)
				   : candor_rules_load(path, &r);
			more = nomem_disarm();
			CHECK(e == CANDOR_OK || said(e));
			CHECK((r != NULL) == (e == CANDOR_OK));
			candor_rules_free(r);
		}
	}
	candor_rules_free(good);
	close(fd);
	unlink(path);
}

struct told {
	unsigned n, names;
};

static int
count_rule(void *arg, const struct candor_rule *r)
{
	struct told *t = arg;

	t->n++;
	t->names += (unsigned)(strlen(r->ns) + strlen(r->name) + r->ntags + r->nmetas);
	for (size_t i = 0; i < r->ntags; i++)
		t->names += (unsigned)strlen(r->tags[i]);
	for (size_t i = 0; i < r->nmetas; i++)
		t->names += (unsigned)strlen(r->metas[i].name);
	return 0;
}

TEST(describing)
{
	struct candor_rules *r = NULL;
	struct told good = { 0 };
	bool more = true;

	EQ_I(build(&r), CANDOR_OK);
	EQ_I(candor_rules_each(r, count_rule, &good), CANDOR_OK);
	for (uint64_t n = 1; more; n++) {
		struct told t = { 0 };
		int e;

		ROW("request %llu", (unsigned long long)n);
		nomem_arm(NOMEM_ANSWERED, n, NOMEM_ONCE);
		e = candor_rules_each(r, count_rule, &t);
		more = nomem_disarm();
		CHECK(e == CANDOR_ERR_LIMIT || e == CANDOR_OK);
		if (e == CANDOR_OK)
			CHECK(t.n == good.n && t.names == good.names);
	}
	candor_rules_free(r);
}

/* --- scanning ----------------------------------------------------------------------- */

static int
scan_memory(struct candor_scanner *s)
{
	return candor_scan_memory(s, object, sizeof(object) - 1);
}

static int
scan_descriptor(struct candor_scanner *s)
{
	int fd = memfd_create("object", MFD_CLOEXEC), e;

	if (fd < 0 || write(fd, object, sizeof(object) - 1) < 0)
		abort();
	e = candor_scan_fd(s, fd);
	close(fd);
	return e;
}

static int
tell(void *arg, const struct candor_finding *f)
{
	rig_finding(arg, f);
	return 0;
}

/* NULL: as much as is collected. */
static struct buf
found(struct candor_scanner *s, struct buf *told)
{
	struct buf b = told ? *told : rig_found(s);

	if (told != NULL)
		*told = (struct buf){ 0 };
	return b;
}

static void
starve(struct candor_rules *r, int (*scan)(struct candor_scanner *s), bool callback)
{
	struct candor_scanner *s = candor_scanner_new(r, CANDOR_UNMATCHED);
	struct buf told = { 0 }, *to = callback ? &told : NULL, good;

	if (callback)
		candor_scanner_on_finding(s, tell, &told);
	EQ_I(scan(s), CANDOR_OK);
	good = found(s, to);
	CHECK(good.n > 60);
	for (unsigned how = 0; how < NOMEM_HOWS; how++) {
		bool more = true;

		for (uint64_t n = 1; more; n = nomem_next(n)) {
			struct buf b;
			int e;

			ROW("request %llu, how %u", (unsigned long long)n, how);
			if (n < 40 && n % 2) /* the engine is made anew */
				EQ_I(candor_scanner_define_int(s, "num", 1), CANDOR_OK);
			nomem_arm(NOMEM_ANSWERED, n, how);
			e = scan(s);
			more = nomem_disarm();
			CHECK(e == CANDOR_OK || e == CANDOR_INCOMPLETE || said(e));
			CHECK(e == CANDOR_OK || candor_error()[0] != '\0');
			b = found(s, to);
			if (e == CANDOR_OK)
				CHECK(bytes_eq(buf_bytes(&b), buf_bytes(&good)));
			buf_done(&b);
			if (n % 8 != 0)
				continue;
			EQ_I(scan(s), CANDOR_OK);
			b = found(s, to);
			CHECK(bytes_eq(buf_bytes(&b), buf_bytes(&good)));
			buf_done(&b);
		}
	}
	buf_done(&good);
	candor_scanner_free(s);
}

TEST(scanning)
{
	struct candor_rules *r = NULL;

	EQ_I(build(&r), CANDOR_OK);
	starve(r, scan_memory, false);
	starve(r, scan_descriptor, false);
	starve(r, scan_memory, true);
	candor_rules_free(r);
}
