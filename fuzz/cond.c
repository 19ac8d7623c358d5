/*
 * cond.c (fuzz) - broken condition code through the verifier, then run.
 *
 * Input: 8 bytes of seed for a tree and a world, then either code as it is, or
 * changes to the code of the tree (what passes the verifier is mostly near to
 * something sensible). Whatever passes must run to an end within its registers;
 * code that was not changed must come to what the plain evaluator says, folded
 * or not.
 */
#include <stdio.h>
#include <stdlib.h>

#include "db/cond_print.h"
#include "rules/fold.h"
#include "tests/cond_grow.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* What the rig and the grower take from tests/tap.h. */
bool
test_check(bool ok, const char *at, int line, const char *expr)
{
	if (!ok) {
		fprintf(stderr, "%s:%d: %s\n", at, line, expr);
		abort();
	}
	return ok;
}

/* Each change: a word's index (two bytes), what is done to it, four bytes. */
static void
change(struct buf *code, struct cur *c)
{
	while (cur_left(c) >= 7) {
		uint64_t at = cur_le16(c) % (code->n / 4) * 4;
		uint8_t how = cur_u8(c);
		uint32_t v = cur_le32(c), w = le32(code->p + at);

		switch (how % 4) {
		case 0: w = v; break;
		case 1: w ^= 1u << v % 32; break;
		case 2: w = (w & 0xff) | v << 8; break;
		default: w += v % 16 - 8; break;
		}
		put_le32(code->p + at, w);
	}
}

static void
run(struct rig *r)
{
	struct cond_names none = { .facts = r->tables, .nfacts = 1 };
	const uint32_t *code = (const uint32_t *)(const void *)r->code.p;
	struct buf text = { .limit = 1 << 20 };
	enum cond_result res;

	cond_print(&text, code, (uint32_t)(r->code.n / 4), &none);
	buf_done(&text);
	r->db.section[DB_CODE] = buf_bytes(&r->code);
	r->rules[RIG_RULES].ncode = (uint32_t)r->code.n;
	r->env.max_steps = 20000;
	res = rig_run(r);
	CHECK(res <= COND_LIMIT);
	for (uint32_t p = 0; p <= RIG_PATTERNS; p++)
		(void)cond_hangs_on(r->vm, RIG_RULES, p % RIG_PATTERNS);
	CHECK(rig_run(r) == res);
	/* One run more may be charged than there was budget for. */
	CHECK(cond_steps(r->vm) <= r->env.max_steps + (1 << 24) || res == COND_LIMIT);
}

static void
agree(struct rig *r)
{
	bool want = rig_true(r, r->b.rule.cond);

	CHECK(rig_run(r) == (want ? COND_TRUE : COND_FALSE));
	CHECK(fold_rule(&r->b.ir, &r->b.rule) == OK);
	CHECK(rig_compile(r, r->b.rule.cond));
	CHECK(rig_run(r) == (want ? COND_TRUE : COND_FALSE));
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct cur c = cur_at((struct bytes){ p, n }, 0);
	uint64_t seed = cur_le64(&c);
	uint8_t how = cur_u8(&c);
	static struct rig r;
	struct grow g = { .r = &r, .seed = seed };

	if (!cur_ok(&c))
		return 0;
	rig_init(&r);
	r.b.rule.cond = grow_bool(&g, 1 + how % 6);
	if (rig_compile(&r, r.b.rule.cond)) {
		grow_world(&g);
		if (how & 0x80) {
			buf_clear(&r.code);
			buf_put(&r.code, c.p, cur_left(&c) / 4 * 4);
			run(&r);
		} else if (cur_left(&c) >= 7) {
			change(&r.code, &c);
			run(&r);
		} else {
			agree(&r);
		}
	}
	rig_done(&r);
	return 0;
}
