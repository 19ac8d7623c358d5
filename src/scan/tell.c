#include "format/dump.h"
#include "scan/scan.h"

void
scan_say(struct scan *s, enum finding_kind kind, uint32_t rule, struct bytes text)
{
	struct finding f = { .kind = kind, .text = text };

	if (rule < s->db.nrules) {
		const struct db_rule *d = db_rule(&s->db, rule);

		f.rule = db_text(&s->db, d->name);
		f.ns = db_text(&s->db, db_space(&s->db, d->space)->name);
	}
	if (s->sink_err == OK)
		s->sink_err = s->sink->finding(s->sink->arg, &f);
}

/* A rule counts only when every global rule of its namespace is true. */
static bool
globals_hold(struct scan *s, uint32_t space)
{
	const struct db_space *sp = db_space(&s->db, space);
	struct db_list l = db_list(&s->db, sp->globals, sp->nglobals);

	for (uint32_t i = 0; i < l.n; i++)
		if (l.p[i] >= s->db.nrules || scan_rule(s, l.p[i])->value != RULE_TRUE)
			return false;
	return true;
}

static bool
matched(struct scan *s, uint32_t rule)
{
	return scan_rule(s, rule)->value == RULE_TRUE &&
	       globals_hold(s, db_rule(&s->db, rule)->space);
}

static void
tags_of(struct scan *s, const struct db_rule *d, struct finding *f)
{
	struct db_list l = db_list(&s->db, d->tags, d->ntags);
	struct bytes *tags = ARENA_ARRAY(&s->object, l.n + 1, struct bytes);

	for (uint32_t i = 0; i < l.n && tags != NULL; i++)
		tags[i] = db_text(&s->db, l.p[i]);
	f->tags = tags;
	f->ntags = tags ? l.n : 0;
}

static void
metas_of(struct scan *s, const struct db_rule *d, struct finding *f)
{
	/* The section's own size bounds what a damaged rule may ask memory for. */
	size_t there = s->db.section[DB_METAS].n / sizeof(struct db_meta);
	uint32_t n = d->nmetas <= there ? d->nmetas : 0;
	struct finding_meta *m = ARENA_ARRAY(&s->object, n + 1, struct finding_meta);

	for (uint32_t i = 0; i < n && m != NULL; i++) {
		const struct db_meta *from = db_meta(&s->db, d->metas + i);

		m[i].name = db_text(&s->db, from->name);
		m[i].type = (enum meta_type)from->type;
		if (from->type == DB_META_STR)
			m[i].s = db_text(&s->db, (uint32_t)from->value);
		else
			m[i].i = (int64_t)from->value;
	}
	f->metas = m;
	f->nmetas = m ? n : 0;
}

/* Data is a view of the object: it is cut to match_bytes, but never copied here. */
static struct finding_match
match_of(struct scan *s, const struct db_string *str, const struct hit *hit)
{
	size_t most = hit->len < s->o.match_bytes ? hit->len : s->o.match_bytes;
	struct finding_match m = { .id = db_text(&s->db, str->name),
		.off = hit->off,
		.len = hit->len,
		.data = bytes_clip(region_from(&s->parts, hit->off), 0, most),
		.key = hit->key };

	m.flags |= str->flags & DB_STRING_HEX ? MATCH_HEX : 0;
	m.flags |= str->flags & DB_STRING_PRIVATE ? MATCH_PRIVATE : 0;
	m.flags |= str->flags & DB_STRING_XOR ? MATCH_XOR : 0;
	m.flags |= hit->wide ? MATCH_WIDE : 0;
	return m;
}

/* Is this, the nth match, one that YARA would tell? (rules/keep.h) */
static bool
kept(const struct scan *s, const struct db_string *str, const struct hit *hit,
    uint64_t nth)
{
	if (str->flags & DB_STRING_FIXED)
		return hit->off == str->fixed;
	return nth == 1 || !(s->o.flags & SCAN_FAST) || !(str->flags & DB_STRING_ONCE);
}

/*
 * Counted first, so that one array holds them and n bounds the copying: k never passes
 * it, even if the two walks saw different lists.
 */
static void
matches_of(struct scan *s, const struct db_rule *d, struct finding *f)
{
	struct finding_match *m;
	uint64_t n = 0, k = 0;

	for (uint32_t i = 0; i < db_rule_nstrings(&s->db, d); i++)
		n += hits_count(
		    s->hits, db_string(&s->db, d->strings + i)->pattern, 0, UINT64_MAX);
	m = n < UINT32_MAX ? ARENA_ARRAY(&s->object, n + 1, struct finding_match) : NULL;
	if (m == NULL) {
		scan_say(
		    s, FINDING_LIMIT, DB_NONE, BYTES_LIT("too many matches to report"));
		return;
	}
	for (uint32_t i = 0; i < db_rule_nstrings(&s->db, d); i++) {
		const struct db_string *str = db_string(&s->db, d->strings + i);
		const struct hit *hit;

		for (uint64_t j = 1; k < n; j++) {
			hit = hits_nth(s->hits, str->pattern, j);
			if (hit == NULL)
				break;
			if (kept(s, str, hit, j))
				m[k++] = match_of(s, str, hit);
		}
	}
	f->matches = m;
	f->nmatches = (uint32_t)k;
}

static void
tell_rule(struct scan *s, uint32_t rule, enum finding_kind kind)
{
	const struct db_rule *d = db_rule(&s->db, rule);
	struct finding f = { .kind = kind,
		.rule = db_text(&s->db, d->name),
		.ns = db_text(&s->db, db_space(&s->db, d->space)->name) };

	f.flags |= d->flags & DB_RULE_PRIVATE ? FINDING_PRIVATE : 0;
	f.flags |= d->flags & DB_RULE_GLOBAL ? FINDING_GLOBAL : 0;
	tags_of(s, d, &f);
	metas_of(s, d, &f);
	if (s->o.flags & SCAN_MATCHES)
		matches_of(s, d, &f);
	if (s->sink_err == OK)
		s->sink_err = s->sink->finding(s->sink->arg, &f);
}

static bool
shown(const struct scan *s, uint32_t rule)
{
	return !(db_rule(&s->db, rule)->flags & DB_RULE_PRIVATE) ||
	       s->o.flags & SCAN_PRIVATE;
}

static void
want_matches(struct scan *s, uint32_t rule)
{
	const struct db_rule *d = db_rule(&s->db, rule);

	for (uint32_t k = 0; k < db_rule_nstrings(&s->db, d); k++)
		hits_want(s->hits, db_string(&s->db, d->strings + k)->pattern, true);
}

/*
 * Calls on each rule that will be reported, in the order of the rules, of the first n
 * that are live. With SCAN_UNMATCHED, of all.
 */
static void
each_told(struct scan *s, uint32_t n, void (*call)(struct scan *s, uint32_t rule))
{
	bool all = s->o.flags & SCAN_UNMATCHED;

	n = all ? s->db.nrules : n;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t rule = all ? i : s->live[i];

		if (shown(s, rule) && (all || matched(s, rule)))
			call(s, rule);
	}
}

static void
tell_one(struct scan *s, uint32_t rule)
{
	tell_rule(s, rule, matched(s, rule) ? FINDING_RULE : FINDING_UNMATCHED);
}

#define DUMP_MAX ((size_t)16 << 20)

/* The module of the nth import; nmodules: there are fewer. */
static uint32_t
import_of(const struct scan *s, uint32_t nth)
{
	uint32_t i = 0;

	while (i < s->db.nmodules && db_module(&s->db, i)->imported != nth)
		i++;
	return i;
}

/* {"pe":{...},"math":{}}: the module's name is the key. */
static void
put_json(const struct module_state *m, struct buf *b)
{
	buf_printf(b, "%s\"%s\":", b->n > 1 ? "," : "", m->format->name);
	dump_json(m->format, m->parse.facts, b);
}

void
scan_tell_facts(struct scan *s)
{
	bool yara = s->o.flags & SCAN_DUMP_YARA, json = s->o.flags & SCAN_DUMP_JSON;
	struct buf b = { .limit = DUMP_MAX };
	uint32_t at;

	buf_str(&b, json ? "{" : "");
	for (uint32_t n = 1; (at = import_of(s, n)) < s->db.nmodules; n++) {
		const struct module_state *m = scan_module(s, at);

		if (m == NULL)
			continue;
		if (json)
			put_json(m, &b);
		else if (yara)
			dump_yara(m->format, m->parse.facts, &b);
		else if (m->known) /* "is_pe = 0" is no news of a text */
			dump_text(m->format, m->parse.facts, &b);
	}
	buf_str(&b, json ? "}" : "");
	/* half a JSON text is none; half of the lines are lines */
	if (!b.full || !json)
		scan_say(s, FINDING_DUMP, DB_NONE, buf_bytes(&b));
	if (b.full)
		scan_say(s, FINDING_LIMIT, DB_NONE, BYTES_LIT("too many facts to tell"));
	buf_done(&b);
}

void
scan_tell(struct scan *s)
{
	uint32_t live = s->nlive; /* looking for matches may wake more: not to be told */

	for (const struct log_line *l = s->logs; l != NULL; l = l->next)
		scan_say(s, FINDING_LOG, DB_NONE, l->text);
	if (s->o.flags & SCAN_MATCHES) { /* in one pass for all */
		each_told(s, live, want_matches);
		hits_search(s->hits);
	}
	each_told(s, live, tell_one);
	if (s->cut || cond_incomplete(s->cond))
		scan_say(s, FINDING_LIMIT, DB_NONE,
		    BYTES_LIT("a format was read only in part"));
	/*
	 * Not every function that ran out of memory can say so: hash.md5 of a spent
	 * arena is undefined, and a rule false. Whatever was refused, the object is
	 * not clean.
	 */
	if (s->object.spent)
		scan_say(s, FINDING_LIMIT, DB_NONE,
		    BYTES_LIT("the memory for this object is spent"));
}
