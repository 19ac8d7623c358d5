/*
 * re.c - the verifier of regex programs: what has passed can be run without one further
 * check.
 *
 * A program may be a stranger's. So every offset must lie within its size, every state
 * go to states that exist, every class be there, and the flags name all that the states
 * ask of the surroundings.
 */
#include "db/re.h"

/* Does a table of n elements lie within the program, where the compiler aligns it? */
static bool
table_ok(const struct re_prog *p, uint32_t at, uint64_t n, size_t width)
{
	if (at % RE_ALIGN != 0 || at < sizeof(*p) || at > p->size)
		return false;
	return n * width <= p->size - at; /* n < 2^32, width < 2^16: no overflow */
}

/* The runtime reads values and masks eight at a time, hence the rounded room. */
static bool
fixed_ok(const struct re_prog *p)
{
	const struct re_entry *entry;
	uint32_t room = (p->fwd_n + 7) & ~7u; /* fwd_n is at most RE_FIXED_MAX here */

	if (!table_ok(p, p->fwd, room, 1) || !table_ok(p, p->rev, room, 1))
		return false;
	entry = (const struct re_entry *)(const void *)((const uint8_t *)p + p->entry);
	for (uint32_t i = 0; i < p->entries; i++)
		if (entry[i].fwd >= p->fwd_n)
			return false;
	return p->min_len == p->fwd_n && p->max_len == p->fwd_n;
}

/* What the runtime must know of an operation before it runs the program. */
static const uint8_t op_flag[RE_OP_COUNT] = {
	[RE_OP_START] = RE_P_START,
	[RE_OP_END] = RE_P_END,
	[RE_OP_WORD] = RE_P_WORD,
	[RE_OP_NOTWORD] = RE_P_WORD,
};

/*
 * Every state an automaton can reach must exist, read a class that exists, and be
 * announced by the program's flags: the runtime prepares what lies around a byte only
 * for programs that say they ask. Cycles are fine; the runtime visits a state once a
 * byte.
 */
static bool
states_ok(const struct re_prog *p, uint32_t at, uint32_t n, uint32_t start)
{
	const struct re_state *s;

	if (n == 0 || n > RE_STATES_MAX || start >= n)
		return false;
	if (!table_ok(p, at, n, sizeof(*s)))
		return false;
	s = (const struct re_state *)(const void *)((const uint8_t *)p + at);
	for (uint32_t i = 0; i < n; i++) {
		if (s[i].op >= RE_OP_COUNT || s[i].x >= n || s[i].y >= n)
			return false;
		if (s[i].op == RE_OP_CLASS && s[i].b >= p->class_n)
			return false;
		if (op_flag[s[i].op] & ~p->flags)
			return false;
	}
	return true;
}

/* Any numbers are harmless, but looking at many places would be work uncounted. */
static bool
near_ok(const struct re_near *n)
{
	return n->hi - n->lo < RE_NEAR_SPAN;
}

static bool
nfa_ok(const struct re_prog *p)
{
	const struct re_entry *entry;

	if (p->class_n > 65536 ||
	    !table_ok(p, p->class, p->class_n, sizeof(struct re_class)))
		return false;
	if (!states_ok(p, p->fwd, p->fwd_n, p->fwd_start) ||
	    !states_ok(p, p->rev, p->rev_n, p->rev_start))
		return false;
	entry = (const struct re_entry *)(const void *)((const uint8_t *)p + p->entry);
	for (uint32_t i = 0; i < p->entries; i++)
		if (entry[i].fwd >= p->fwd_n || entry[i].rev >= p->rev_n ||
		    !near_ok(&entry[i].near[0]) || !near_ok(&entry[i].near[1]))
			return false;
	return p->min_len <= p->max_len;
}

enum err
re_verify(struct bytes section, uint32_t at)
{
	struct bytes b = bytes_sub(section, at, sizeof(struct re_prog));
	const struct re_prog *p;

	if (b.p == NULL || (uintptr_t)b.p % RE_ALIGN != 0)
		return ERR_FORMAT;
	p = re_prog_at(section, at);
	if (p->size < sizeof(*p) || p->size > section.n - at)
		return ERR_FORMAT;
	if (!table_ok(p, p->entry, p->entries, sizeof(struct re_entry)))
		return ERR_FORMAT;
	if (p->kind == RE_FIXED && p->fwd_n > 0 && p->fwd_n <= RE_FIXED_MAX)
		return fixed_ok(p) ? OK : ERR_FORMAT;
	return p->kind == RE_NFA && nfa_ok(p) ? OK : ERR_FORMAT;
}
