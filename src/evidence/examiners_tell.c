/* examiners_tell.c - see examiners_tell.h. */
#include "evidence/examiners_tell.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/sys.h"
#include "base/text.h"

/* --- for people -------------------------------------------------------------------- */

static void
show_rule(const struct examiners *e, const struct examiners_rule *r, struct buf *out)
{
	if (r->scope == EXAMINERS_ALL)
		buf_str(out, "a program is taken");
	else {
		buf_str(
		    out, r->scope == EXAMINERS_PRODUCT ? "the program " : "the package ");
		text_escape(out, bytes_of(r->pattern));
		buf_str(out, " is taken");
	}
	buf_printf(out, " when %" PRIu32 " of", r->need);
	for (uint32_t i = 0; i < r->n; i++) {
		buf_str(out, i ? ", " : " ");
		text_escape(out, e->one[r->member[i]].name);
	}
	buf_str(out, " rebuilt it, and no examiner objects\n");
}

void
examiners_show(const struct examiners *e, struct buf *out)
{
	for (uint32_t i = 0; i < e->n; i++) {
		buf_str(out, "examiner ");
		text_escape(out, e->one[i].name);
		buf_str(out, " (");
		text_escape(out, e->one[i].key.name);
		buf_printf(out, ", key %08" PRIx32 ")\n", e->one[i].key.id);
	}
	for (uint32_t i = 0; i < e->nrule; i++)
		show_rule(e, &e->rule[i], out);
}

void
examiners_doubts(const struct examiners *e, struct buf *out)
{
	bool products = false;

	for (uint32_t i = 0; i < e->nrule; i++) {
		const struct examiners_rule *r = &e->rule[i];

		products = products || r->scope != EXAMINERS_PACKAGE;
		if (r->need == 1)
			buf_printf(out,
			    "line %u of the file of examiners: one examiner is enough, "
			    "so "
			    "one key that is stolen is, too\n",
			    r->line);
		if (r->need == r->n && r->n > 1)
			buf_printf(out,
			    "line %u of the file of examiners: all must agree, so one "
			    "who is "
			    "silent stops everything\n",
			    r->line);
	}
	if (!products)
		buf_str(out, "no rule of the file of examiners is about programs, so no "
			     "release of one is taken\n");
}

/* --- changing it --------------------------------------------------------- */

/* The rule for everything, which is to be replaced. */
static bool
is_general(struct bytes line)
{
	struct bytes word = BYTES_LIT("examiners");

	while (line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t'))
		line = bytes_from(line, 1);
	return line.n > word.n && bytes_eq(bytes_clip(line, 0, word.n), word) &&
	       (line.p[word.n] == ' ' || line.p[word.n] == '\t');
}

static void
copy_lines(struct bytes text, bool drop_general, struct buf *out)
{
	while (text.n > 0) {
		uint64_t nl = bytes_find(text, 0, BYTES_LIT("\n"));
		struct bytes line = bytes_clip(text, 0, nl);

		text = bytes_from(text, num_add(nl, 1));
		if (drop_general && is_general(line))
			continue;
		buf_put(out, line.p, line.n);
		buf_u8(out, '\n');
	}
}

/* How many examiners the text has; 0 also when it is none. */
static uint32_t
count(struct bytes text, struct fault *f)
{
	struct examiners *e = xcalloc(1, sizeof(*e));
	struct arena a;
	uint32_t n;

	arena_init(&a, 16u << 20);
	n = examiners_parse(text, &a, e, f) == OK ? e->n : 0;
	arena_done(&a);
	free(e);
	return n;
}

enum err
examiners_add(
    struct bytes text, const struct examiners_change *c, struct buf *out, struct fault *f)
{
	struct fault local = { 0 };

	copy_lines(text, c->need > 0, out);
	if (c->name != NULL)
		buf_printf(out, "examiner %s %s\n", c->name, c->key);
	if (c->need > 0)
		buf_printf(out, "examiners %" PRIu64 "-of-%" PRIu32 "\n", c->need,
		    count(buf_bytes(out), &local));
	(void)count(buf_bytes(out), &local);
	return local.kind == FAULT_NONE ? OK : fault_set(f, local.kind, "%s", local.text);
}
