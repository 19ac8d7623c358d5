/*
 * scan_rig.h - a scanner in this process, for tests: rules as text are compiled, objects
 * scanned, and what the sink was told is text again.
 *
 * The text of a finding is one word: rules as "name", unmatched as "!name", logs as
 * ">line", limits as "LIMIT"; they stand in the order in which they were told.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>

#include "modules/modules.h"
#include "rules/compile.h"
#include "scan/scan.h"
#include "tests/tap.h"

/* What a sink heard, and what it answers. */
struct heard {
	struct buf text;
	uint64_t matches;
	unsigned limits;
	char limit[300]; /* "rule: text" of the last one */
	enum err answer;
};

static inline enum err
hear(void *arg, const struct finding *f)
{
	struct heard *h = arg;

	if (h->text.n > 0)
		buf_u8(&h->text, ' ');
	h->matches += f->nmatches;
	switch (f->kind) {
	case FINDING_RULE: buf_put(&h->text, f->rule.p, f->rule.n); break;
	case FINDING_UNMATCHED:
		buf_printf(&h->text, "!%.*s", (int)f->rule.n, (const char *)f->rule.p);
		break;
	case FINDING_LOG:
		buf_printf(&h->text, ">%.*s", (int)f->text.n, (const char *)f->text.p);
		break;
	case FINDING_DUMP: buf_put(&h->text, f->text.p, f->text.n); break;
	case FINDING_LIMIT:
		buf_str(&h->text, "LIMIT");
		snprintf(h->limit, sizeof(h->limit), "%.*s: %.*s", (int)f->rule.n,
		    (const char *)f->rule.p, (int)f->text.n, (const char *)f->text.p);
		h->limits++;
		break;
	default: buf_str(&h->text, "?"); break;
	}
	return h->answer;
}

/* A database of one source a namespace, on a 64-byte boundary as a mapping is. */
static inline struct bytes
compile(const struct rules_source *src, size_t n)
{
	static const struct ext exts[] = {
		{ .name = BYTES_LIT("num"), .type = EXT_INT, .i = 1 },
		{ .name = BYTES_LIT("word"), .type = EXT_STR, .s = BYTES_LIT("old") },
		{ .name = BYTES_LIT("flag"), .type = EXT_BOOL, .i = 0 },
		{ .name = BYTES_LIT("real"), .type = EXT_FLOAT, .f = 0.5 },
	};
	struct diags diags = { 0 };
	struct buf db = { 0 };
	struct arena a;
	struct rules_env env = {
		.arena = &a, .diags = &diags, .exts = exts, .nexts = COUNT(exts)
	};
	void *p = NULL;

	arena_init(&a, (size_t)256 << 20);
	diags.arena = &a;
	env.modules = modules_tables(&a, &env.nmodules);
	if (!CHECK(rules_compile(&env, src, n, &db) == OK)) {
		test_check(false, __FILE__, __LINE__,
		    diags.first ? diags.first->text : "no diag");
		abort();
	}
	arena_done(&a);
	if (posix_memalign(&p, 64, db.n) != 0)
		abort();
	memcpy(p, db.p, db.n);
	struct bytes out = { p, db.n };
	buf_done(&db);
	return out;
}

/* A scanner and the database it needs. */
struct rig {
	struct bytes db;
	struct scan *scan;
	struct heard heard;
};

static inline void
rig_open(struct rig *r, const char *rules, const struct scan_opts *o)
{
	struct rules_source src = {
		.file = "test", .ns = "default", .text = bytes_of(rules)
	};

	*r = (struct rig){ .db = compile(&src, 1) };
	if (scan_new(r->db, o, &r->scan) != OK)
		abort();
}

static inline void
rig_close(struct rig *r)
{
	scan_free(r->scan);
	buf_done(&r->heard.text);
	free((void *)(uintptr_t)r->db.p);
}

/* Scans one object; what was heard, as text. Valid until the next scan. */
static inline const char *
rig_scan(struct rig *r, struct bytes file)
{
	struct sink to = { &r->heard, hear };
	enum err answer = r->heard.answer;

	buf_clear(&r->heard.text);
	r->heard.matches = r->heard.limits = 0;
	EQ_U(scan_file(r->scan, file, &to), answer);
	return buf_cstr(&r->heard.text);
}
