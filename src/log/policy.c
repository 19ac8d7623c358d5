/*
 * policy.c - see policy.h. One pass over lines; a group's members stand before it, so
 * neither parsing nor counting needs recursion.
 */
#include "log/policy.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/sys.h"
#include "base/text.h"

struct parse {
	struct policy *p;
	struct arena *arena;
	struct fault *f;
	struct bytes rest; /* of the line */
	unsigned line;
	bool quorum;
};

static enum err
wrong(const struct parse *s, const char *what, struct bytes which)
{
	return fault_set(s->f, FAULT_POLICY, "line %u of the policy: %s '%s'", s->line,
	    what, fault_quote(which));
}

/* The next word of the line; spaces and tabs part words. Empty: there is none. */
static struct bytes
word(struct parse *s)
{
	struct bytes r = s->rest;
	size_t from = 0, to;

	while (from < r.n && (r.p[from] == ' ' || r.p[from] == '\t'))
		from++;
	for (to = from; to < r.n && r.p[to] != ' ' && r.p[to] != '\t';)
		to++;
	s->rest = bytes_from(r, to);
	return bytes_sub(r, from, to - from);
}

static enum err
end_of_line(struct parse *s)
{
	struct bytes more = word(s);

	return more.n == 0 ? OK : wrong(s, "too much:", more);
}

/*
 * The node of that name, or UINT32_MAX. Names are compared one by one: there are
 * POLICY_NODES at most.
 */
static uint32_t
find(const struct policy *p, struct bytes name)
{
	for (uint32_t i = 0; i < p->nnode; i++)
		if (bytes_eq(p->node[i].name, name))
			return i;
	return UINT32_MAX;
}

static enum err
parse_key(struct parse *s, struct note_key *out)
{
	struct bytes text = word(s);
	struct fault why = { 0 };

	if (note_key_parse(text, out, &why) == OK)
		return OK;
	return fault_set(
	    s->f, FAULT_POLICY, "line %u of the policy: %s", s->line, why.text);
}

static bool
same_key(const struct note_key *a, const struct note_key *b)
{
	return memcmp(a->pub, b->pub, SIGN_PUBLIC) == 0;
}

static enum err
parse_log(struct parse *s)
{
	struct policy *p = s->p;
	struct policy_log l = { 0 };

	TRY(parse_key(s, &l.key));
	l.url = word(s);
	for (uint32_t i = 0; i < p->nlog; i++)
		if (same_key(&p->log[i].key, &l.key))
			return wrong(s, "a second log with the same key:", l.key.name);
	if (l.key.alg != NOTE_ED25519)
		return wrong(s, "a log's key must be Ed25519 (type 1):", l.key.name);
	if (p->nlog == POLICY_LOGS)
		return wrong(s, "too many logs:", l.key.name);
	p->log[p->nlog++] = l;
	return end_of_line(s);
}

/* A name that is free. "none" is the quorum that asks for nobody. */
static enum err
new_name(struct parse *s, struct bytes *out)
{
	struct bytes name = word(s);

	if (name.n == 0 || bytes_eq(name, BYTES_LIT("none")))
		return wrong(s, "this cannot be a name:", name);
	if (find(s->p, name) != UINT32_MAX)
		return wrong(s, "the name is taken:", name);
	if (s->p->nnode == POLICY_NODES)
		return wrong(s, "too many witnesses and groups:", name);
	*out = name;
	return OK;
}

static enum err
parse_witness(struct parse *s)
{
	struct policy *p = s->p;
	struct policy_node w = { 0 };

	TRY(new_name(s, &w.name));
	TRY(parse_key(s, &w.key));
	w.url = word(s);
	for (uint32_t i = 0; i < p->nnode; i++)
		if (!p->node[i].group && same_key(&p->node[i].key, &w.key))
			return wrong(s, "a second witness with the same key:", w.name);
	/* Types that we cannot check are let in: they never count. */
	if (w.key.alg == NOTE_ED25519)
		return wrong(s, "a witness needs a cosignature key (type 4):", w.name);
	p->node[p->nnode++] = w;
	return end_of_line(s);
}

/* Every group gets an array of POLICY_NODES: 256 kB for all of them, from the arena. */
static enum err
parse_members(struct parse *s, struct policy_node *g)
{
	uint32_t *member = ARENA_ARRAY(s->arena, POLICY_NODES, uint32_t);

	if (member == NULL)
		return ERR_LIMIT;
	for (struct bytes name; (name = word(s)).n > 0;) {
		uint32_t i = find(s->p, name);

		if (i == UINT32_MAX)
			return wrong(s, "nobody of this name stands above:", name);
		if (s->p->node[i].taken)
			return wrong(s, "already a member of a group:", name);
		s->p->node[i].taken = true;
		member[g->n++] = i; /* each node once: POLICY_NODES are enough */
	}
	g->member = member;
	return g->n > 0 ? OK : wrong(s, "a group without members:", g->name);
}

static enum err
parse_group(struct parse *s)
{
	struct policy_node g = { .group = true };
	struct bytes need;
	uint64_t k = 0;

	TRY(new_name(s, &g.name));
	need = word(s);
	TRY(parse_members(s, &g));
	if (bytes_eq(need, BYTES_LIT("any")))
		k = 1;
	else if (bytes_eq(need, BYTES_LIT("all")))
		k = g.n;
	else if (!text_number(need, &k))
		return wrong(s, "neither all, any nor a number:", need);
	if (k < 1 || k > g.n)
		return wrong(s, "not a share of the group's members:", need);
	g.need = (uint32_t)k;
	s->p->node[s->p->nnode++] = g;
	return OK;
}

static enum err
parse_quorum(struct parse *s)
{
	struct bytes name = word(s);

	if (s->quorum)
		return wrong(s, "a second quorum:", name);
	s->quorum = true;
	s->p->quorum = POLICY_NO_QUORUM;
	if (!bytes_eq(name, BYTES_LIT("none"))) {
		s->p->quorum = find(s->p, name);
		if (s->p->quorum == UINT32_MAX)
			return wrong(s, "nobody of this name stands above:", name);
	}
	return end_of_line(s);
}

static const struct {
	const char *name;
	enum err (*parse)(struct parse *s);
} lines[] = {
	{ "log", parse_log },
	{ "witness", parse_witness },
	{ "group", parse_group },
	{ "quorum", parse_quorum },
};

static enum err
parse_line(struct parse *s)
{
	struct bytes first = word(s);

	if (first.n == 0 || first.p[0] == '#')
		return OK;
	for (size_t i = 0; i < COUNT(lines); i++)
		if (bytes_eq(first, bytes_of(lines[i].name)))
			return lines[i].parse(s);
	return wrong(s, "this says nothing to a policy:", first);
}

/* tlog-policy, Character set: tab, newline, and everything from the space but DEL. */
static bool
allowed(struct bytes line)
{
	for (size_t i = 0; i < line.n; i++)
		if ((line.p[i] < 0x20 && line.p[i] != '\t') || line.p[i] == 0x7f)
			return false;
	return true;
}

static enum err
parse_lines(struct parse *s, struct bytes text)
{
	for (size_t at = 0; at < text.n;) {
		uint64_t nl = bytes_find(text, at, BYTES_LIT("\n"));

		s->line++;
		s->rest = bytes_sub(text, at, nl - at);
		if (nl == UINT64_MAX)
			return wrong(
			    s, "the last line has no end:", bytes_from(text, at));
		if (!allowed(s->rest))
			return wrong(s, "control characters:", s->rest);
		TRY(parse_line(s));
		at = nl + 1;
	}
	if (!s->quorum)
		return fault_set(s->f, FAULT_POLICY,
		    "the policy does not say which quorum is wanted (for none: 'quorum "
		    "none')");
	return OK;
}

enum err
policy_parse(struct bytes text, struct arena *a, struct policy *out, struct fault *f)
{
	struct policy p = {
		.log = ARENA_ARRAY(a, POLICY_LOGS, struct policy_log),
		.node = ARENA_ARRAY(a, POLICY_NODES, struct policy_node),
	};
	struct parse s = { .p = &p, .arena = a, .f = f };

	if (p.log == NULL || p.node == NULL)
		return ERR_LIMIT;
	if (text.n > POLICY_TEXT)
		return fault_set(
		    f, FAULT_POLICY, "the policy has more than %d bytes", POLICY_TEXT);
	TRY(parse_lines(&s, text));
	*out = p;
	return OK;
}

/*
 * Nodes stand behind their members, so one pass in their order decides each, without
 * recursion; yes[] of a member is known when its group is met.
 */
bool
policy_met(const struct policy *p, const struct note_seen *by, uint64_t since)
{
	bool yes[POLICY_NODES] = { false };

	if (p->quorum == POLICY_NO_QUORUM)
		return true;
	for (uint32_t i = 0; i <= p->quorum; i++) {
		const struct policy_node *g = &p->node[i];
		uint32_t have = 0;

		for (uint32_t k = 0; k < g->n; k++)
			have += yes[g->member[k]];
		yes[i] =
		    g->group ? have >= g->need : by[i].line.n > 0 && by[i].time >= since;
	}
	return yes[p->quorum];
}

static void
note_times(const struct policy *p, struct policy_seen *s)
{
	for (uint32_t i = 0; i < p->nnode; i++) {
		uint64_t t = s->by[i].time;

		if (s->by[i].line.n == 0)
			continue;
		s->oldest = s->cosignatures == 0 || t < s->oldest ? t : s->oldest;
		s->newest = t > s->newest ? t : s->newest;
		s->cosignatures++;
		if (p->quorum != POLICY_NO_QUORUM && t > s->sealed &&
		    policy_met(p, s->by, t))
			s->sealed = t;
	}
}

/* The log that signed under its own name; UINT32_MAX: none did. */
static uint32_t
log_of(const struct policy *p, const struct note_seen *seen, struct bytes origin)
{
	for (uint32_t i = 0; i < p->nlog; i++)
		if (seen[i].line.n > 0 && bytes_eq(p->log[i].key.name, origin))
			return i;
	return UINT32_MAX;
}

static enum err
judge(const struct policy *p, const struct note *note, const struct note_seen *seen,
    struct policy_seen *out, struct fault *f)
{
	struct policy_seen s = { 0 };

	TRY(checkpoint_parse(note->text, &s.checkpoint, f));
	s.log = log_of(p, seen, s.checkpoint.origin);
	if (s.log == UINT32_MAX)
		return fault_set(f, FAULT_ORIGIN,
		    "the checkpoint is of the log '%s', which none of the policy's logs "
		    "is, or which did not sign it",
		    fault_quote(s.checkpoint.origin));
	memcpy(s.by, seen + p->nlog, p->nnode * sizeof(s.by[0]));
	note_times(p, &s);
	*out = s;
	if (!policy_met(p, s.by, 0))
		return fault_set(f, FAULT_QUORUM,
		    "%" PRIu32
		    " of the policy's witnesses cosigned the checkpoint, which is "
		    "not the quorum '%s'",
		    s.cosignatures, fault_quote(p->node[p->quorum].name));
	return OK;
}

enum err
policy_check(
    const struct policy *p, struct bytes input, struct policy_seen *out, struct fault *f)
{
	struct note_key *keys = xcalloc(POLICY_KEYS, sizeof(*keys));
	struct note_seen *seen = xcalloc(POLICY_KEYS, sizeof(*seen));
	struct note note;
	enum err e;

	for (uint32_t i = 0; i < p->nlog; i++)
		keys[i] = p->log[i].key;
	/* a group's key is empty, and nobody's */
	for (uint32_t i = 0; i < p->nnode; i++)
		keys[p->nlog + i] = p->node[i].key;
	e = note_parse(input, &note, f);
	if (e == OK)
		e = note_verify(&note, keys, p->nlog + p->nnode, seen, f);
	if (e == OK)
		e = judge(p, &note, seen, out, f);
	free(keys);
	free(seen);
	return e;
}
