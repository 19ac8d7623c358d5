/*
 * regex.c - what our engine says about patterns: one per line of standard input, as
 * pattern, modifiers and data (in hex, divided by single blanks, "-" for nothing).
 * Prints "at:len ..." or "error: TEXT"; used by run.py. Shows a caller how to join the
 * links of a chain, and the ascii and the wide form.
 */
#include "rules/re_chain.h"
#include "rules/re_prefer.h"
#include "tests/re_check.h"

#define SPANS 100000

struct matches {
	struct re_span *p;
	size_t n;
};

static struct re_vm vm;

static uint8_t *
unhex(const char *s, size_t *n)
{
	uint8_t *p = malloc(strlen(s) / 2 + 1);
	unsigned v;

	*n = 0;
	for (; p != NULL && sscanf(s, "%2x", &v) == 1; s += 2)
		p[(*n)++] = (uint8_t)v;
	return p;
}

static int
by_start(const void *a, const void *b)
{
	const struct re_span *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

/* One match per start: with ascii and wide both, the ascii form's comes first. */
static void
merge(struct matches *to, struct re_spans more)
{
	size_t old = to->n;

	for (size_t i = 0; i < more.n; i++) {
		size_t k = 0;

		while (k < old && to->p[k].at != more.p[i].at)
			k++;
		if (k == old)
			to->p[to->n++] = more.p[i];
	}
	qsort(to->p, to->n, sizeof(*to->p), by_start);
}

static const char *
link_matches(struct arena *a, const struct re_ast *ast, unsigned flags, struct bytes data,
    struct matches *to)
{
	static struct re_span room[SPANS];
	struct re_spans out = { .p = room, .max = SPANS };
	struct re_cost cost = { re_check_cost, NULL };
	struct buf section = { 0 };
	struct re_atoms atoms;
	struct re_form form;
	struct re_fail fail;
	uint32_t at;

	if (re_lower(a, ast, flags, &form, &fail) != OK ||
	    re_atoms_pick(a, &form, cost, &atoms) != OK ||
	    re_build(a, &form, &atoms, &section, &at, &fail) != OK)
		return fail.text ? fail.text : "out of memory";
	if (re_verify(buf_bytes(&section), at) != OK)
		return "not verified";
	re_search_all(&vm, re_prog_at(buf_bytes(&section), at), data, &out);
	merge(to, out);
	buf_done(&section);
	return NULL;
}

/* Keeps the heads that are followed by a tail, up to the nearest end of one. */
static void
join(struct matches *heads, const struct matches *tails, const struct re_link *tail)
{
	size_t n = 0;

	for (size_t i = 0; i < heads->n; i++) {
		uint64_t end = heads->p[i].at + heads->p[i].len, best = UINT64_MAX;

		for (size_t k = 0; k < tails->n; k++) {
			uint64_t at = tails->p[k].at, gap = at - end;

			if (at < end || gap < tail->gap_min ||
			    (tail->gap_max != RE_INF && gap > tail->gap_max))
				continue;
			if (at + tails->p[k].len < best)
				best = at + tails->p[k].len;
		}
		if (best != UINT64_MAX)
			heads->p[n++] =
			    (struct re_span){ heads->p[i].at, best - heads->p[i].at };
	}
	heads->n = n;
}

static const char *
chain_matches(struct arena *a, const struct re_ast *ast, const char *mods,
    struct bytes data, struct matches *out)
{
	unsigned flags = strstr(mods, "fullword") ? RE_FULLWORD : 0;
	bool wide = strstr(mods, "wide"), ascii = !wide || strstr(mods, "ascii");
	static struct re_span room[2][SPANS];
	struct matches tails = { room[1], 0 };
	struct re_chain chain;

	if (re_chain_split(a, ast, &chain) != OK)
		return "out of memory";
	/* From the last link to the first, so that the nearest end wins. */
	for (size_t i = chain.n; i-- > 0;) {
		const char *wrong = NULL;

		*out = (struct matches){ room[0], 0 };
		re_prefer(&chain.link[i].ast);
		if (ascii)
			wrong = link_matches(a, &chain.link[i].ast, flags, data, out);
		if (wide && wrong == NULL)
			wrong = link_matches(
			    a, &chain.link[i].ast, flags | RE_WIDE, data, out);
		if (wrong != NULL)
			return wrong;
		if (i + 1 < chain.n)
			join(out, &tails, &chain.link[i + 1]);
		memcpy(room[1], room[0], out->n * sizeof(room[0][0]));
		tails.n = out->n;
	}
	return NULL;
}

static const char *
parse(struct arena *a, struct bytes pattern, const char *mods, struct re_ast *ast)
{
	unsigned flags = strstr(mods, "nocase") ? RE_NOCASE : 0;
	struct re_fail fail;
	size_t end = pattern.n;
	enum err e;

	if (pattern.p[0] == '{')
		e = hex_parse(a, bytes_sub(pattern, 1, pattern.n - 2), ast, &fail);
	else {
		while (end > 1 && pattern.p[end - 1] != '/')
			flags |= pattern.p[--end] == 'i' ? RE_NOCASE : RE_DOTALL;
		e = re_parse(a, bytes_sub(pattern, 1, end - 2), flags, ast, &fail);
	}
	if (e != OK)
		return fail.text ? fail.text : "out of memory";
	if ((ast->flags & RE_GREEDY) && (ast->flags & RE_LAZY))
		return "greedy and ungreedy quantifiers can't be mixed in a regular "
		       "expression";
	return NULL;
}

static void
answer(const char *pattern_hex, const char *mods_hex, const char *data_hex)
{
	struct bytes pattern, data;
	struct matches m = { 0 };
	struct re_ast ast;
	struct arena arena;
	const char *wrong;
	uint8_t *mods;
	size_t n;

	arena_init(&arena, (size_t)64 << 20);
	pattern.p = unhex(pattern_hex, &pattern.n);
	data.p = unhex(data_hex, &data.n);
	mods = unhex(mods_hex, &n);
	mods[n] = '\0';
	wrong = parse(&arena, pattern, (char *)mods, &ast);
	if (wrong == NULL)
		wrong = chain_matches(&arena, &ast, (char *)mods, data, &m);
	if (wrong != NULL)
		printf("error: %s", wrong);
	for (size_t i = 0; wrong == NULL && i < m.n; i++)
		printf("%s%llu:%llu", i ? " " : "", (unsigned long long)m.p[i].at,
		    (unsigned long long)m.p[i].len);
	printf("\n");
	arena_done(&arena);
	free((void *)(uintptr_t)pattern.p);
	free((void *)(uintptr_t)data.p);
	free(mods);
}

int
main(void)
{
	static char line[1 << 20], field[3][1 << 20];

	if (re_vm_init(&vm, RE_VM_MIN) != OK)
		return 1;
	while (fgets(line, sizeof(line), stdin) != NULL)
		if (sscanf(line, "%s %s %s", field[0], field[1], field[2]) == 3)
			answer(field[0], field[1], field[2]);
	re_vm_done(&vm);
	return 0;
}
