/*
 * lib_rig.h - for tests of libcandor: rules from text, and findings as text.
 *
 * A finding is one line: "default:a t1,t2 m=1 $x@3+4=data", "!default:b" for one that did
 * not match, "limit:", "failed:", "log:" and the text for the others.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "lib/candor.h"
#include "tests/tap.h"

static inline struct candor_rules *
rig_rules(const char *text, uint32_t flags)
{
	struct candor_compiler *c = candor_compiler_new(flags);
	struct candor_rules *r = NULL;

	candor_compiler_define_int(c, "num", 1);
	candor_compiler_define_string(c, "word", "old");
	candor_compiler_define_bool(c, "flag", 0);
	candor_compiler_define_float(c, "real", 0.5);
	CHECK(candor_compiler_add_text(c, NULL, "test.yar", text, strlen(text)) ==
	      CANDOR_OK);
	if (candor_compiler_build(c, &r) != CANDOR_OK) {
		test_check(false, __FILE__, __LINE__, candor_error());
		abort();
	}
	candor_compiler_free(c);
	return r;
}

static inline void
rig_meta(struct buf *b, const struct candor_meta *m)
{
	if (m->type == CANDOR_META_STR)
		buf_printf(b, " %s=\"%s\"", m->name, m->s);
	else
		buf_printf(b, " %s=%lld%s", m->name, (long long)m->i,
		    m->type == CANDOR_META_BOOL ? "b" : "");
}

static inline void
rig_finding(struct buf *b, const struct candor_finding *f)
{
	static const char *const kinds[] = { "", "!",
		"note:", "log:", "cut:", "limit:", "failed:" };

	buf_printf(b, "%s%s", b->n > 0 ? "\n" : "", kinds[f->kind]);
	if (f->kind > CANDOR_RULE_NO) {
		buf_printf(b, "%s%s%s", f->rule ? f->rule->name : "", f->rule ? ": " : "",
		    f->text);
		return;
	}
	buf_printf(b, "%s:%s", f->rule->ns, f->rule->name);
	for (size_t i = 0; i < f->rule->ntags; i++)
		buf_printf(b, "%s%s", i ? "," : " ", f->rule->tags[i]);
	for (size_t i = 0; i < f->rule->nmetas; i++)
		rig_meta(b, &f->rule->metas[i]);
	for (size_t i = 0; i < f->nmatches; i++) {
		const struct candor_match *m = &f->matches[i];

		buf_printf(b, " %s@%llu+%llu=%.*s", m->string,
		    (unsigned long long)m->offset, (unsigned long long)m->length,
		    (int)m->data_size, (const char *)m->data);
	}
}

/* What the last scan collected; the caller's to buf_done. */
static inline struct buf
rig_found(const struct candor_scanner *s)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < candor_count(s); i++)
		rig_finding(&b, candor_finding(s, i));
	return b;
}

/* One object in memory; the return value, and what was found against want. */
static inline bool
rig_scan(struct candor_scanner *s, const char *object, int want, const char *found)
{
	struct bytes o = test_copy(bytes_of(object));
	bool ok = EQ_I(candor_scan_memory(s, o.p, o.n), want);
	struct buf b = rig_found(s);

	ok &= EQ_S(buf_cstr(&b), found);
	buf_done(&b);
	return ok;
}
