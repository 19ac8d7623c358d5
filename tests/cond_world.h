/*
 * cond_world.h - what conditions of the rig are about, for tests only.
 *
 * A module with everything a fact table can have, patterns with chosen matches, earlier
 * rules with chosen values. It stands in for hits.h: what the machine asks about
 * strings is answered from the table of the one rig that runs.
 */
#pragma once

#include <float.h>

#include "match/cond.h"
#include "rules/code.h"
#include "rules/ir_build.h"
#include "tests/tap.h"

#define RIG_PATTERNS 6
#define RIG_RULES    4
#define RIG_MATCHES  4
#define RIG_SLOTS    16

/* --- the module --- */

struct rig_in {
	int64_t x;
	struct bytes s;
};

struct rig_row {
	int64_t v;
	double f;
	struct bytes name;
	struct rig_in in;
};

struct rig_pair {
	struct bytes key;
	int64_t value;
};

struct rig_entry {
	struct bytes key;
	struct rig_in in;
};

struct rig_facts {
	int64_t is_rig, a, b;
	double f;
	struct bytes s;
	struct rig_in in;
	struct fact_array rows, ints, names, pairs, dict;
	struct rig_row row[3];
	int64_t ints_of[3];
	struct bytes names_of[2];
	struct rig_pair pair[2];
	struct rig_entry entry[2];
	uint64_t loads, bad; /* calls of the load; reads before it */
	bool recognised, late;
};

static inline void
rig_add(struct fact_call *c)
{
	struct rig_facts *f = c->self;

	if (f->recognised)
		c->ret.i = (int64_t)((uint64_t)c->arg[0].i + (uint64_t)c->arg[1].i);
}

static inline void
rig_half(struct fact_call *c)
{
	struct rig_facts *f = c->self;

	if (f->recognised)
		c->ret.f = c->arg[0].f / 2;
}

static inline void
rig_name(struct fact_call *c)
{
	struct rig_in *in = c->self;

	c->ret.s = in->s;
}

static inline void
rig_even(struct fact_call *c)
{
	struct rig_facts *f = c->self;

	if (f->recognised)
		c->ret.i = (c->arg[0].i & 1) == 0;
}

static inline void
rig_log(struct fact_call *c)
{
	c->log(c->host, c->arg[0].s);
	c->ret.i = 1;
}

static inline void
rig_like(struct fact_call *c)
{
	struct rig_facts *f = c->self;

	if (f->recognised)
		c->ret.i = c->re_match(c->host, c->arg[0].re, c->arg[1].s);
}

static inline enum err
rig_load(void *facts)
{
	struct rig_facts *f = facts;

	f->loads++;
	return OK;
}

/* clang-format off */
static const struct fact rig_in_facts[] = {
	FACT_I(struct rig_in, x),
	FACT_S(struct rig_in, s),
	FACT_FUN("name", ":s", rig_name),
	FACT_LAST,
};

static const struct fact rig_row_facts[] = {
	FACT_I(struct rig_row, v),
	FACT_F(struct rig_row, f),
	FACT_S(struct rig_row, name),
	{ .name = "part", .type = FACT_STRUCT, .at = offsetof(struct rig_row, in), .sub = rig_in_facts },
	FACT_LAST,
};

static const struct fact rig_int_facts[] = {
	{ .name = "", .type = FACT_INT, .at = 0 },
	FACT_LAST,
};

static const struct fact rig_name_facts[] = {
	{ .name = "", .type = FACT_STR, .at = 0 },
	FACT_LAST,
};

static const struct fact rig_pair_facts[] = {
	{ .name = "", .type = FACT_INT, .at = offsetof(struct rig_pair, value) },
	FACT_LAST,
};

static const struct fact rig_entry_facts[] = {
	{ .name = "part", .type = FACT_STRUCT, .at = offsetof(struct rig_entry, in), .sub = rig_in_facts },
	FACT_LAST,
};

enum rig_row_index { RIG_IS, RIG_A, RIG_B, RIG_F, RIG_S, RIG_IN, RIG_ROWS, RIG_INTS,
	RIG_NAMES, RIG_PAIRS, RIG_DICT, RIG_ADD, RIG_HALF, RIG_EVEN, RIG_LOG, RIG_LIKE };

static const struct fact rig_facts[] = {
	FACT_I(struct rig_facts, is_rig),
	FACT_I(struct rig_facts, a),
	FACT_I(struct rig_facts, b),
	FACT_F(struct rig_facts, f),
	FACT_S(struct rig_facts, s),
	{ .name = "part", .type = FACT_STRUCT, .at = offsetof(struct rig_facts, in), .sub = rig_in_facts },
	{ .name = "rows", .type = FACT_ARRAY, .at = offsetof(struct rig_facts, rows),
	  .stride = sizeof(struct rig_row), .sub = rig_row_facts, .load = rig_load },
	FACT_A(struct rig_facts, ints, int64_t, rig_int_facts),
	FACT_A(struct rig_facts, names, struct bytes, rig_name_facts),
	FACT_D(struct rig_facts, pairs, struct rig_pair, rig_pair_facts),
	FACT_D(struct rig_facts, dict, struct rig_entry, rig_entry_facts),
	FACT_FUN("add", "ii:i", rig_add),
	FACT_FUN("half", "f:f", rig_half),
	FACT_FUN("even", "i:b", rig_even),
	{ .name = "log", .type = FACT_FN, .flags = FACT_EFFECT, .sig = "s:i", .fn = rig_log },
	FACT_FUN("like", "rs:b", rig_like),
	FACT_LAST,
};
/* clang-format on */

/* --- the world --- */

struct rig_pattern {
	struct hit hit[RIG_MATCHES];
	uint32_t n;
	bool known, listed;
	bool placed;       /* hits_at knows, though nothing was searched */
	uint32_t supposed; /* hits_suppose: n was one less than this */
};

/* A value of the plain evaluator. */
struct val {
	bool undef;
	int64_t i;
	double f;
	struct bytes s;
	const void *o; /* a struct, or a fact_array; a bool is in i */
};

struct rig {
	struct build b;
	struct fact_module module[2];
	uint32_t map[2];
	struct rig_pattern pattern[RIG_PATTERNS];
	enum cond_rule rule[RIG_RULES];
	bool rule_true[RIG_RULES];
	struct bytes file;
	struct rig_facts facts;
	struct ext ext[3];
	struct ext exts[3];
	struct ir_rule *ir_rules[RIG_RULES + 1]; /* the earlier ones: $a, $b ... */
	const struct fact *tables[1];
	struct val slot[RIG_SLOTS];
	char said[4][16]; /* lines written */
	unsigned nsaid;
	bool effect; /* the rule writes lines */

	/* the database: one rule's code and a text section */
	struct buf code, text;
	struct db_rule rules[RIG_RULES + 1];
	struct db_pattern patterns[RIG_PATTERNS];
	struct db db;
	struct cond_env env;
	struct arena keep, object;
	struct cond *vm;
};

/* The pattern index is looked up in the one rig that runs. */
struct hits {
	struct rig *rig;
};

enum hits_answer
hits_found(struct hits *h, uint32_t p)
{
	struct rig_pattern *r = &h->rig->pattern[p];

	return !r->known ? HITS_UNKNOWN : r->n > 0 ? HITS_YES : HITS_NO;
}

enum hits_answer
hits_at(struct hits *h, uint32_t p, uint64_t off)
{
	struct rig_pattern *r = &h->rig->pattern[p];

	if (!r->listed && !r->placed)
		return HITS_UNKNOWN;
	for (uint32_t i = 0; i < r->n; i++)
		if (r->hit[i].off == off)
			return HITS_YES;
	return HITS_NO;
}

bool
hits_suppose(struct hits *h, uint32_t p, bool absent)
{
	struct rig_pattern *r = &h->rig->pattern[p];

	if (absent ? r->known : r->supposed == 0)
		return false;
	r->known = r->listed = absent;
	if (absent) {
		r->supposed = r->n + 1;
		r->n = 0;
	} else {
		r->n = r->supposed - 1;
		r->supposed = 0;
	}
	return true;
}

bool
hits_listed(struct hits *h, uint32_t p)
{
	return h->rig->pattern[p].listed;
}

uint64_t
hits_count(struct hits *h, uint32_t p, uint64_t lo, uint64_t hi)
{
	struct rig_pattern *r = &h->rig->pattern[p];
	uint64_t n = 0;

	CHECK(r->listed);
	for (uint32_t i = 0; i < r->n; i++)
		n += r->hit[i].off >= lo && r->hit[i].off <= hi;
	return n;
}

const struct hit *
hits_nth(struct hits *h, uint32_t p, uint64_t i)
{
	struct rig_pattern *r = &h->rig->pattern[p];

	CHECK(r->listed);
	return i >= 1 && i <= r->n ? &r->hit[i - 1] : NULL;
}
