/*
 * damage_test.c - a small database of everything, damaged in each place: bits of each
 * byte of its head, bytes of each section. It is refused, or what it says is a scan that
 * ends, inside of its memory (a sanitizer looks); the checksum sees each of them.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "db/db.h"
#include "modules/modules.h"
#include "rules/compile.h"
#include "scan/run.h"
#include "tests/tap.h"

/* Meson has malloc fill what it gives and takes: of an engine that is 16 MB, each time.
 */
__attribute__((constructor)) static void
as_it_comes(void)
{
	mallopt(M_PERTURB, 0);
}

static const char rules[] =
    "import \"pe\" import \"hash\"\n"
    "rule text : t1 t2 { meta: s = \"x\" n = 1 strings: $a = \"wake\" nocase wide ascii "
    "$x = \"key\" "
    "xor $b = \"other\" fullword private condition: any of them and num == 1 }\n"
    "rule hex { strings: $a = { 77 61 ?? 65 [0-9] 75 ( 70 | 71 ) } $c = { 77 61 "
    "[300-400] 7a } "
    "condition: any of them or #a > 2 }\n"
    "rule re { strings: $a = /wa[a-z]{1,9}z?/ condition: #a > 0 and @a[1] < 100 and "
    "!a[1] > 1 and "
    "for any i in (1..#a) : ( @a[i] > 0 ) }\n"
    "rule facts { condition: uint16(0) == 0x5a4d and for any s in pe.sections : "
    "( s.name contains \"t\" ) or pe.imphash() == \"00\" }\n"
    "rule loop { strings: $x1 = \"wake\" $x2 = \"up\" condition: for all of ($x*) : ( # "
    "< 9 ) and "
    "\"abc\" matches /b./ and hash.md5(0, 2) != word }\n"
    "private global rule g { condition: filesize > 2 }\n";

static const char object[] = "MZ wakeup WAKEUP w\0a\0k\0e\0 key other wazz";

static const struct ext exts[] = {
	{ .name = BYTES_LIT("num"), .type = EXT_INT, .i = 1 },
	{ .name = BYTES_LIT("word"), .type = EXT_STR, .s = BYTES_LIT("old") },
};

/* On a border of 64, as a mapping is; to be freed. */
static struct bytes
build(void)
{
	struct rules_source src = {
		.file = "t", .ns = "default", .text = BYTES_LIT(rules)
	};
	struct diags ds = { 0 };
	struct buf db = { 0 };
	struct arena a;
	struct rules_env env = {
		.arena = &a, .diags = &ds, .exts = exts, .nexts = COUNT(exts)
	};
	void *p = NULL;

	arena_init(&a, 64 << 20);
	ds.arena = &a;
	env.modules = modules_tables(&a, &env.nmodules);
	if (rules_compile(&env, &src, 1, &db) != OK || posix_memalign(&p, 64, db.n) != 0)
		abort();
	memcpy(p, db.p, db.n);
	arena_done(&a);
	buf_done(&db);
	return (struct bytes){ p, ((const struct db_head *)p)->size };
}

struct heard {
	unsigned rules, limits;
	uint64_t sum; /* of all bytes that findings show: each is read */
};

static void
touch(struct heard *h, struct bytes b)
{
	for (size_t i = 0; i < b.n; i++)
		h->sum += b.p[i];
}

static enum err
hear(void *arg, const struct finding *f)
{
	struct heard *h = arg;

	h->rules += f->kind == FINDING_RULE;
	h->limits += f->kind == FINDING_LIMIT;
	touch(h, f->ns);
	touch(h, f->rule);
	touch(h, f->text);
	for (uint32_t i = 0; i < f->ntags; i++)
		touch(h, f->tags[i]);
	for (uint32_t i = 0; i < f->nmetas; i++) {
		touch(h, f->metas[i].name);
		touch(h, f->metas[i].s);
	}
	for (uint32_t i = 0; i < f->nmatches; i++) {
		touch(h, f->matches[i].id);
		touch(h, f->matches[i].data);
	}
	return OK;
}

/* false: it is refused. */
static bool
scan(struct bytes db, uint32_t flags, struct heard *h)
{
	struct scan_opts o = { .flags = SCAN_MATCHES | SCAN_PRIVATE | flags,
		.memory = 4 << 20,
		.steps = 64 };
	struct sink to = { h, hear };
	struct scan *s = NULL;

	*h = (struct heard){ 0 };
	if (scan_new(db, &o, &s) != OK)
		return false;
	CHECK(scan_file(s, (struct bytes){ (const uint8_t *)object, sizeof(object) },
		  &to) == OK);
	scan_free(s);
	return true;
}

/* The byte at `at` becomes v; then it is what it was. */
static bool
damaged(struct bytes db, size_t at, uint8_t v, struct heard *h)
{
	uint8_t *p = (uint8_t *)(uintptr_t)db.p + at, was = *p;
	struct db head;
	bool ok = false;

	*p = v;
	if (v != was && db_open(db, &head) == OK) {
		CHECK(db_check_sum(&head) == ERR_FORMAT);
		ok = scan(db, 0, h);
	}
	*p = was;
	return ok;
}

TEST(head)
{
	struct bytes db = build();
	unsigned scanned = 0, refused = 0;
	struct heard h;

	CHECK(scan(db, SCAN_CHECK_SUM, &h));
	CHECK(h.rules >= 5 && h.limits == 0);
	for (size_t at = 0; at < sizeof(struct db_head); at++)
		for (unsigned bit = at % 8; bit < 8; bit += 8) {
			ROW("byte %zu, bit %u", at, bit);
			if (damaged(db, at, (uint8_t)(db.p[at] ^ 1u << bit), &h))
				scanned++;
			else
				refused++;
		}
	CHECK(refused > 50 && scanned > 20);
	free((void *)(uintptr_t)db.p);
}

TEST(sections)
{
	struct bytes db = build();
	const struct db_head *head = (const void *)db.p;
	unsigned changed = 0;
	struct heard h;

	for (unsigned id = 0; id < DB_NSECTIONS; id++) {
		const struct db_section *s = &head->section[id];
		size_t step = s->n / 25 + 1;

		CHECK(s->n > 0 || id == DB_GATES || id == DB_INDEXES || id == DB_KEYS ||
		      id == DB_FILTER2 || id == DB_MASKS);
		for (size_t k = 0; k < s->n; k += step) {
			size_t at = s->at + k;
			/* one bit, the highest one, all of them, and none */
			const uint8_t as[] = { db.p[at] ^ 1, db.p[at] ^ 0x80, 0xff, 0 };

			ROW("section %u, byte %zu of %zu", id, k, (size_t)s->n);
			changed += damaged(db, at, as[k / step % 4], &h);
		}
	}
	CHECK(changed > 150);
	CHECK(scan(db, SCAN_CHECK_SUM, &h) && h.limits == 0 && h.rules >= 5);
	free((void *)(uintptr_t)db.p);
}

/* A section moved or cut: records end where it does. */
TEST(cut)
{
	struct bytes db = build();
	struct db_head *head = (struct db_head *)(uintptr_t)db.p;
	struct heard h;

	for (unsigned id = 0; id < DB_NSECTIONS; id++) {
		struct db_section was = head->section[id];
		const uint64_t sizes[] = { 0, was.n - 1 };

		for (size_t i = 0; i < COUNT(sizes); i++) {
			ROW("section %u of %zu bytes", id, (size_t)sizes[i]);
			head->section[id].n = was.n > 0 ? sizes[i] : i;
			(void)scan(db, 0, &h);
		}
		for (unsigned other = 0; other < DB_NSECTIONS; other += 7) {
			ROW("section %u is %u", id, other);
			head->section[id] = head->section[other];
			(void)scan(db, 0, &h);
			head->section[id] = was;
		}
	}
	for (size_t n = 0; n < db.n; n += n < 600 ? 7 : db.n / 20) {
		void *p = NULL;

		ROW("%zu bytes of it", n);
		if (posix_memalign(&p, 64, n + (n == 0)) != 0)
			abort();
		memcpy(p, db.p, n);
		CHECK(!scan((struct bytes){ p, n }, 0, &h));
		if (n >= sizeof(*head)) { /* it says that it is as long as it is */
			((struct db_head *)p)->size = n;
			(void)scan((struct bytes){ p, n }, 0, &h);
		}
		free(p);
	}
	free((void *)(uintptr_t)db.p);
}
