#include "lib/results.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/sys.h"

#define MEMORY ((size_t)512 << 20) /* beyond it a result is incomplete */

void
results_init(struct results *r)
{
	*r = (struct results){ 0 };
	arena_init(&r->arena, MEMORY);
}

void
results_done(struct results *r)
{
	arena_done(&r->arena);
	free(r->list);
}

void
results_clear(struct results *r)
{
	arena_reset(&r->arena);
	r->n = r->room = 0;
	r->cut = false;
	r->region = NULL;
	r->region_of = (struct bytes){ 0 };
	r->limit[0] = r->failed[0] = '\0';
}

static const char *const *
tags_of(struct arena *a, const struct finding *f)
{
	const char **tags = ARENA_ARRAY(a, f->ntags + 1, const char *);

	for (uint32_t i = 0; i < f->ntags && tags != NULL; i++)
		tags[i] = arena_str(a, f->tags[i]);
	return tags;
}

static const struct candor_meta *
metas_of(struct arena *a, const struct finding *f)
{
	static const uint32_t types[] = {
		[META_INT] = CANDOR_META_INT,
		[META_BOOL] = CANDOR_META_BOOL,
		[META_STR] = CANDOR_META_STR,
	};
	struct candor_meta *m = ARENA_ARRAY(a, f->nmetas + 1, struct candor_meta);

	for (uint32_t i = 0; i < f->nmetas && m != NULL; i++) {
		const struct finding_meta *from = &f->metas[i];

		m[i] = (struct candor_meta){ .name = arena_str(a, from->name),
			.i = from->i,
			.type = (size_t)from->type < COUNT(types) ? types[from->type]
								  : CANDOR_META_INT };
		if (m[i].type != CANDOR_META_STR)
			continue;
		m[i].s = arena_str(a, from->s);
		m[i].s_size = from->s.n;
	}
	return m;
}

const struct candor_rule *
results_rule(struct arena *a, const struct finding *f)
{
	struct candor_rule *r = ARENA_NEW(a, struct candor_rule);

	if (r == NULL)
		return NULL;
	*r = (struct candor_rule){ .ns = arena_str(a, f->ns),
		.name = arena_str(a, f->rule),
		.tags = tags_of(a, f),
		.ntags = f->ntags,
		.metas = metas_of(a, f),
		.nmetas = f->nmetas };
	r->flags |= f->flags & FINDING_GLOBAL ? CANDOR_RULE_GLOBAL : 0;
	r->flags |= f->flags & FINDING_PRIVATE ? CANDOR_RULE_PRIVATE : 0;
	return a->spent ? NULL : r;
}

static uint32_t
match_flags(uint32_t f)
{
	return (f & MATCH_HEX ? CANDOR_MATCH_HEX : 0) |
	       (f & MATCH_XOR ? CANDOR_MATCH_XOR : 0) |
	       (f & MATCH_PRIVATE ? CANDOR_MATCH_PRIVATE : 0) |
	       (f & MATCH_WIDE ? CANDOR_MATCH_WIDE : 0);
}

/* Matches in one region follow each other: its name is copied once for them. */
static const char *
region_at(struct results *r, uint64_t address)
{
	struct bytes name;

	if (r->process == NULL)
		return NULL;
	name = process_name_at(r->process, address);
	if (r->region == NULL || name.p != r->region_of.p) {
		r->region = arena_str(&r->arena, name);
		r->region_of = name;
	}
	return r->region;
}

/*
 * Appends to the last finding. Strings of one rule follow each other, so that a name is
 * copied once, however many matches it has.
 */
static void
add_matches(struct results *r, struct candor_finding *to, const struct finding *f)
{
	struct candor_match *m;
	struct bytes id = { 0 };
	const char *name = NULL;

	m = arena_grow(
	    &r->arena, to->matches, &r->room, to->nmatches + f->nmatches, sizeof(*m));
	for (uint32_t i = 0; i < f->nmatches && m != NULL; i++) {
		const struct finding_match *from = &f->matches[i];

		if (name == NULL || !bytes_eq(id, from->id)) {
			id = from->id;
			name = arena_str(&r->arena, id);
		}
		m[to->nmatches++] = (struct candor_match){ .string = name,
			.offset = from->off,
			.length = from->len,
			.data = arena_bytes(&r->arena, from->data).p,
			.data_size = from->data.n,
			.region = region_at(r, from->off),
			.flags = match_flags(from->flags),
			.key = from->key };
		if (r->arena.spent) {
			to->nmatches--; /* half of a match is none */
			break;
		}
	}
	if (m != NULL)
		to->matches = m;
}

static void
put_clipped(struct buf *b, struct bytes s, size_t most)
{
	buf_put(b, s.p, s.n < most ? s.n : most);
}

/* The first reason counts: it is what candor_error() says of the scan. */
static void
keep_reason(struct results *r, const struct finding *f)
{
	char *to = f->kind == FINDING_LIMIT    ? r->limit
		   : f->kind == FINDING_FAILED ? r->failed
					       : NULL;
	struct buf b = { 0 };

	if (to == NULL || to[0] != '\0')
		return;
	put_clipped(&b, f->rule, 100);
	buf_str(&b, f->rule.n > 0 ? ": " : "");
	put_clipped(&b, f->text, 150);
	memcpy(to, buf_cstr(&b), b.n + 1);
	buf_done(&b);
}

static uint32_t
kind_of(enum finding_kind k)
{
	static const uint32_t kinds[] = {
		[FINDING_RULE] = CANDOR_RULE,
		[FINDING_UNMATCHED] = CANDOR_RULE_NO,
		[FINDING_NOTE] = CANDOR_NOTE,
		[FINDING_LOG] = CANDOR_LOG,
		[FINDING_WARNING] = CANDOR_CUT,
		[FINDING_LIMIT] = CANDOR_LIMIT,
		[FINDING_FAILED] = CANDOR_SCAN_FAILED,
		[FINDING_DUMP] = CANDOR_NOTE,
	};

	return kinds[k];
}

static struct candor_finding *
new_finding(struct results *r, const struct finding *f)
{
	struct candor_finding *to = ARENA_NEW(&r->arena, struct candor_finding);

	if (to == NULL)
		return NULL;
	r->room = 0;
	to->kind = kind_of(f->kind);
	to->text = arena_str(&r->arena, f->text);
	if (f->rule.n > 0)
		to->rule = results_rule(&r->arena, f);
	return r->arena.spent ? NULL : to;
}

/* What does not fit is not there, but that something is missing is said. */
static void
overflow(struct results *r)
{
	if (!r->cut)
		keep_reason(
		    r, &(struct finding){ .kind = FINDING_LIMIT,
			   .text = BYTES_LIT("more was found than can be told") });
	r->cut = true;
}

void
results_add(struct results *r, const struct finding *f)
{
	struct candor_finding *to =
	    f->flags & FINDING_MORE && r->n > 0 ? r->list[r->n - 1] : NULL;

	keep_reason(r, f);
	if (r->cut)
		return;
	if (to == NULL && (to = new_finding(r, f)) != NULL) {
		r->list = xgrow(r->list, &r->cap, r->n + 1, sizeof(*r->list));
		r->list[r->n++] = to;
	}
	if (to != NULL)
		add_matches(r, to, f);
	if (r->arena.spent)
		overflow(r);
}

void
results_say(struct results *r, enum finding_kind kind, const char *text)
{
	results_add(r, &(struct finding){ .kind = kind, .text = bytes_of(text) });
}
