/* search.c - see search.h. */
#include "audit/search.h"

#include <stdlib.h>

#include "audit/tint.h"
#include "base/sys.h"

/*
 * room has SEARCH_LINE + 1 bytes. The text is copied there, for a NUL behind it: where
 * REG_STARTEND is no news to regexec (a NUL inside ends nothing), it is to sanitizers.
 */
static bool
fits(const regex_t *re, struct bytes line, char *room)
{
	size_t at = 0;

	for (;;) {
		size_t n = line.n - at < SEARCH_LINE ? line.n - at : SEARCH_LINE;
		regmatch_t m = { 0, (regoff_t)n };
		int flags = REG_STARTEND | (at > 0 ? REG_NOTBOL : 0) |
			    (at + n < line.n ? REG_NOTEOL : 0);

		if (n > 0)
			memcpy(room, line.p + at, n);
		room[n] = '\0';
		if (regexec(re, room, 1, &m, flags) == 0)
			return true;
		if (at + n >= line.n)
			return false;
		at += SEARCH_LINE - SEARCH_OVERLAP;
	}
}

/* The lines that end in a piece, and the one that it leaves begun. */
struct lines {
	struct bytes text;
	size_t begun;
	unsigned number;
	struct bytes rule; /* of the line's first piece that is in one */
	char *room;
};

static enum err
end_line(const regex_t *re, struct lines *l, size_t end,
    enum err (*hit)(void *arg, const struct search_hit *h), void *arg)
{
	struct bytes line = bytes_sub(l->text, l->begun, end - l->begun);
	struct search_hit h = { l->number, line, l->rule };

	if (line.p != NULL && fits(re, line, l->room))
		TRY(hit(arg, &h));
	l->begun = end + 1;
	l->number++;
	return OK;
}

static enum err
search(const regex_t *re, struct lines *l,
    enum err (*hit)(void *arg, const struct search_hit *h), void *arg)
{
	struct tint_piece p;
	struct tint t;
	size_t at = 0;

	tint_init(&t, l->text);
	while (tint_next(&t, &p)) {
		uint64_t nl;

		if (l->rule.n == 0)
			l->rule = p.rule;
		for (size_t i = 0;
		     (nl = bytes_find(p.text, i, BYTES_LIT("\n"))) != UINT64_MAX;
		     i = (size_t)nl + 1) {
			TRY(end_line(re, l, at + (size_t)nl, hit, arg));
			l->rule = p.rule;
		}
		at += p.text.n;
	}
	return l->begun < l->text.n ? end_line(re, l, l->text.n, hit, arg) : OK;
}

enum err
search_rules(const regex_t *re, struct bytes text,
    enum err (*hit)(void *arg, const struct search_hit *h), void *arg)
{
	struct lines l = {
		.text = text, .number = 1, .room = xcalloc(1, SEARCH_LINE + 1)
	};
	enum err e = search(re, &l, hit, arg);

	free(l.room);
	return e;
}
