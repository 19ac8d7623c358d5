/*
 * examiners.c - a file of examiners, and what apt says: the first byte chooses.
 *
 * Rules name only examiners that are there, ask for no more than there are, and the walk
 * over them ends.
 */
#include "evidence/examiners.h"

#include <stdlib.h>

#include "apt/handed.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
check_rule(const struct examiners *e, const struct examiners_rule *r)
{
	if (r->need == 0 || r->need > r->n || r->n > e->n)
		abort();
	for (uint32_t i = 0; i < r->n; i++)
		if (r->member[i] >= e->n)
			abort();
}

static void
try_file(struct bytes b)
{
	static struct examiners e;
	struct fault f = { 0 };
	struct arena a;

	arena_init(&a, 4 << 20);
	if (examiners_parse(b, &a, &e, &f) == OK) {
		for (int s = EXAMINERS_ALL; s <= EXAMINERS_PACKAGE; s++) {
			const struct examiners_rule *r;
			uint32_t at = 0, n = 0;

			while ((r = examiners_next(&e, (enum examiners_scope)s,
				    BYTES_LIT("hello"), &at))) {
				check_rule(&e, r);
				if (++n > EXAMINERS_RULES)
					abort();
			}
		}
	} else if (f.kind == FAULT_NONE && !a.spent)
		abort();
	arena_done(&a);
}

static void
try_apt(struct bytes b)
{
	struct handed w;
	struct handed_file h;
	char name[HANDED_NAME];
	enum err e = handed_open(&w, b);

	while (e == OK && (e = handed_next(&w, &h)) == OK) {
		if (h.package.n == 0 || h.path.p[0] != '/')
			abort();
		if (handed_name(&h, name) && strlen(name) >= HANDED_NAME)
			abort();
	}
	if (e == ERR_FORMAT && w.why == NULL)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct bytes b = bytes_from((struct bytes){ p, n }, 1);

	if (n > 0 && p[0] == 'e')
		try_file(b);
	else if (n > 0 && p[0] == 'a')
		try_apt(b);
	return 0;
}
