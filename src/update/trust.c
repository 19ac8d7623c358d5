/* trust.c - see trust.h. */
#include "update/trust.h"

#include <inttypes.h>

#include "base/text.h"

#define BUDGET (8u << 20)

static struct bytes
first_word(struct bytes line)
{
	size_t n = 0;

	while (n < line.n && line.p[n] != ' ' && line.p[n] != '\t')
		n++;
	return bytes_sub(line, 0, n);
}

static bool
take_line(struct bytes *text, struct bytes *line)
{
	uint64_t nl = bytes_find(*text, 0, BYTES_LIT("\n"));

	if (text->n == 0)
		return false;
	*line = bytes_sub(*text, 0, nl == UINT64_MAX ? text->n : nl);
	*text = bytes_from(*text, nl == UINT64_MAX ? text->n : nl + 1);
	return true;
}

/* Names of witnesses and our group follow a word and blanks. */
static struct bytes
second_word(struct bytes line)
{
	struct bytes rest = bytes_from(line, first_word(line).n);

	while (rest.n > 0 && (rest.p[0] == ' ' || rest.p[0] == '\t'))
		rest = bytes_from(rest, 1);
	return first_word(rest);
}

static bool
is(struct bytes line, const char *word)
{
	return bytes_eq(first_word(line), bytes_of(word));
}

static bool
is_our_group(struct bytes line)
{
	return is(line, "group") && bytes_eq(second_word(line), BYTES_LIT(TRUST_GROUP));
}

static void
put_new(const struct trust_change *c, struct buf *out)
{
	if (c->log == NULL && c->witness == NULL)
		return;
	if (c->witness != NULL)
		buf_printf(out, "witness %s %s", c->witness, c->key);
	else
		buf_printf(out, "log %s", c->key);
	buf_printf(out, "%s%s\n", c->url ? " " : "", c->url ? c->url : "");
}

/* "group witnesses K a b c", of all the witnesses that are in the new text. */
static void
put_group(uint64_t k, struct bytes text, struct buf *out)
{
	struct bytes line;

	buf_printf(out, "group " TRUST_GROUP " %" PRIu64, k);
	while (take_line(&text, &line))
		if (is(line, "witness")) {
			struct bytes name = second_word(line);

			buf_u8(out, ' ');
			buf_put(out, name.p, name.n);
		}
	buf_str(out, "\nquorum " TRUST_GROUP "\n");
}

/* How many our group asks for now; 0: there is no such group. */
static uint64_t
present_quorum(struct bytes text)
{
	struct bytes line;
	uint64_t k = 0;

	while (take_line(&text, &line)) {
		struct bytes rest, word;

		if (!is_our_group(line))
			continue;
		word = second_word(line);
		rest = bytes_from(line, (uint64_t)(word.p + word.n - line.p));
		while (rest.n > 0 && (rest.p[0] == ' ' || rest.p[0] == '\t'))
			rest = bytes_from(rest, 1);
		if (!text_number(first_word(rest), &k))
			k = 0;
	}
	return k;
}

enum err
trust_add(
    struct bytes text, const struct trust_change *c, struct buf *out, struct fault *f)
{
	uint64_t k = c->quorum ? c->quorum : present_quorum(text);
	struct buf tail = { 0 };
	struct bytes rest = text, line;
	struct arena a;
	struct policy p;
	enum err e;

	while (take_line(&rest, &line)) {
		bool quorum = is(line, "quorum");
		bool ours = is_our_group(line) || (quorum && k > 0);

		/* groups and the quorum need what they name before them */
		if (!ours) {
			struct buf *to = is(line, "group") || quorum ? &tail : out;

			buf_put(to, line.p, line.n);
			buf_u8(to, '\n');
		}
	}
	put_new(c, out);
	buf_put(out, tail.p, tail.n);
	if (k > 0) {
		struct buf group = { 0 }; /* its text is read while it is written */

		put_group(k, buf_bytes(out), &group);
		buf_put(out, group.p, group.n);
		buf_done(&group);
	} else if (bytes_find(buf_bytes(&tail), 0, BYTES_LIT("quorum ")) == UINT64_MAX)
		buf_str(out, "quorum none\n");
	buf_done(&tail);
	arena_init(&a, BUDGET);
	e = policy_parse(buf_bytes(out), &a, &p, f);
	arena_done(&a);
	return e;
}

/* --- for a person ---------------------------------------------------------------- */

/* The fewest witnesses that can satisfy node n. */
static uint64_t
fewest(const struct policy *p, uint32_t n)
{
	uint64_t need[POLICY_NODES] = { 0 };

	for (uint32_t i = 0; i <= n; i++) {
		const struct policy_node *g = &p->node[i];
		uint64_t sorted[POLICY_NODES];
		uint32_t have = 0;

		if (!g->group) {
			need[i] = 1;
			continue;
		}
		for (uint32_t k = 0; k < g->n; k++) {
			uint32_t at = have++;

			for (; at > 0 && sorted[at - 1] > need[g->member[k]]; at--)
				sorted[at] = sorted[at - 1];
			sorted[at] = need[g->member[k]];
		}
		for (uint32_t k = 0; k < g->need && k < have; k++)
			need[i] += sorted[k];
	}
	return need[n];
}

static unsigned
count_witnesses(const struct policy *p)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < p->nnode; i++)
		n += !p->node[i].group;
	return n;
}

void
trust_doubts(const struct policy *p, struct buf *out)
{
	unsigned witnesses = count_witnesses(p);

	if (p->nlog == 0)
		buf_str(out, "no log is named, so nothing can be installed\n");
	if (p->quorum == POLICY_NO_QUORUM)
		buf_str(out, "no witness is asked for: nobody notices when news are held "
			     "back, or when you are shown another log than the others\n");
	else if (fewest(p, p->quorum) < 2)
		buf_str(out, "one witness is enough: if that one lies, or its key is "
			     "stolen, you may be shown another log\n");
	else if (fewest(p, p->quorum) == witnesses)
		buf_str(out, "every witness is asked for: when one of them is down for "
			     "longer than max-age, updates stop\n");
	if (witnesses > 0 && p->quorum != POLICY_NO_QUORUM &&
	    fewest(p, p->quorum) * 2 <= witnesses)
		buf_str(out,
		    "half of the witnesses or fewer are enough: two halves could "
		    "be shown two logs\n");
}

static void
put_text(struct buf *out, struct bytes s)
{
	text_escape(out, s);
}

static void
put_key(struct buf *out, const char *what, const struct note_key *key, struct bytes url)
{
	buf_printf(out, "%s ", what);
	put_text(out, key->name);
	buf_printf(out, " (key %08" PRIx32 ")%s", key->id,
	    note_key_known(key) ? "" : ", of a kind that cannot be checked here");
	if (url.n > 0) {
		buf_str(out, ", at ");
		put_text(out, url);
	}
	buf_u8(out, '\n');
}

void
trust_show(const struct policy *p, struct buf *out)
{
	for (uint32_t i = 0; i < p->nlog; i++)
		put_key(out, "log", &p->log[i].key, p->log[i].url);
	for (uint32_t i = 0; i < p->nnode; i++) {
		const struct policy_node *n = &p->node[i];

		if (!n->group) {
			buf_str(out, "witness ");
			put_text(out, n->name);
			put_key(out, ":", &n->key, n->url);
			continue;
		}
		buf_str(out, "group ");
		put_text(out, n->name);
		buf_printf(out, ": %" PRIu32 " of", n->need);
		for (uint32_t k = 0; k < n->n; k++) {
			buf_u8(out, ' ');
			put_text(out, p->node[n->member[k]].name);
		}
		buf_u8(out, '\n');
	}
	buf_str(out, "asked for: ");
	if (p->quorum == POLICY_NO_QUORUM)
		buf_str(out, "no witness");
	else {
		put_text(out, p->node[p->quorum].name);
		buf_printf(out, ", at least %" PRIu64 " of %u witnesses",
		    fewest(p, p->quorum), count_witnesses(p));
	}
	buf_u8(out, '\n');
}
