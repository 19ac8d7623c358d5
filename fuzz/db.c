/*
 * db.c - a database is not believed: a good one is damaged as the input says (records
 * of u32 offset, u8 value), opened, and used to scan the rest of the input and a text
 * that wakes its rules. Nothing may leave the mapping, trap, or run for ever.
 */
#include <stdlib.h>

#include "modules/modules.h"
#include "rules/compile.h"
#include "scan/run.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const char rules[] =
    "import \"pe\" import \"math\" import \"hash\"\n"
    "rule text { meta: a = \"b\" n = 1 strings: $a = \"wakeup\" nocase wide ascii\n"
    " $b = \"needle\" xor $c = \"other\" fullword condition: any of them }\n"
    "rule hex { strings: $a = { 77 61 ?? 65 [0-9] 75 ( 70 | 71 72 ) } $b = { 77 61 6b 65 "
    "[300-500] 65 6e 64 } condition: any of them or #a > 2 }\n"
    "rule re { strings: $a = /wake[a-z]{1,20}z?/ $b = /[0-9]+[^x]/ condition: $a and "
    "@a[1] < 100 and !a[1] > 1 and for any i in (1..#b) : ( @b[i] > 3 ) }\n"
    "rule cond : t1 t2 { condition: uint16(0) == 0x5a4d and pe.number_of_sections > 1 "
    "and "
    "for any s in pe.sections : ( s.name contains \"text\" ) }\n"
    "rule more { strings: $x1 = \"wakeup\" $x2 = \"endofit\" condition: for all of ($x*) "
    ": "
    "( $ in (0..filesize) and # < 9 ) or math.entropy(0, filesize) > 7.5 }\n"
    "private global rule g { condition: filesize > 2 or hash.md5(0, 4) == \"x\" }\n";

static const char wake[] =
    "MZ wakeup WAKEUP w\0a\0k\0e\0u\0p\0 needle mddgkd wakeupzz 12345 endofit other end";

static struct bytes
good_db(void)
{
	static struct buf db;
	struct diags diags = { 0 };
	struct arena a;
	struct rules_source src = {
		.file = "fuzz", .ns = "default", .text = BYTES_LIT(rules)
	};
	struct rules_env env = { .arena = &a, .diags = &diags };

	if (db.n > 0)
		return buf_bytes(&db);
	arena_init(&a, (size_t)64 << 20);
	diags.arena = &a;
	env.modules = modules_tables(&a, &env.nmodules);
	if (rules_compile(&env, &src, 1, &db) != OK)
		abort();
	arena_done(&a);
	return buf_bytes(&db);
}

/* Reads every byte, so that a view outside of memory is seen. */
static void
touch(struct bytes b)
{
	for (size_t i = 0; i < b.n; i++)
		__asm__ volatile("" : : "r"(b.p[i]));
}

static enum err
ignore(void *arg, const struct finding *f)
{
	(void)arg;
	touch(f->rule);
	touch(f->text);
	for (uint32_t i = 0; i < f->nmatches; i++)
		touch(f->matches[i].data);
	return OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct scan_opts o = { .flags = SCAN_MATCHES | SCAN_PRIVATE, .memory = 8 << 20 };
	struct sink sink = { .finding = ignore };
	struct bytes good = good_db();
	struct scan *s;
	void *db = NULL;
	size_t edits = n > 0 ? p[0] % 32 : 0, at = 1;

	if (posix_memalign(&db, 64, good.n) != 0)
		abort();
	memcpy(db, good.p, good.n);
	for (; edits > 0 && n - at >= 5; edits--, at += 5)
		((uint8_t *)db)[le32(p + at) % good.n] = p[at + 4];
	if (scan_new((struct bytes){ db, good.n }, &o, &s) == OK) {
		if (scan_file(s, BYTES_LIT(wake), &sink) != OK ||
		    (at <= n &&
			scan_file(s, (struct bytes){ p + at, n - at }, &sink) != OK))
			abort();
		scan_free(s);
	}
	free(db);
	return 0;
}
