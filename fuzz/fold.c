/* fold.c - statements of a worker that may lie, folded and reported in each form. */
#include "compare/fold.h"

#include <stdlib.h>

#include "base/json.h"
#include "result/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
report(struct compare_result *r)
{
	const struct compare_names names = { BYTES_LIT("a"), BYTES_LIT("b\xff") };
	const struct compare_form form = { .detail = true };
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	compare_json(r, &names, out);
	fclose(out);
	/* json_valid is for ASCII; what is above stands in strings as it is */
	for (size_t i = 0; i < n; i++)
		text[i] = (uint8_t)text[i] >= 0x7f ? 'x' : text[i];
	if (n < 2 || !json_valid((struct bytes){ (const uint8_t *)text, n - 1 }))
		abort();
	free(text);
	out = open_memstream(&text, &n);
	compare_html(r, &names, out);
	compare_text(r, &names, &form, out);
	fclose(out);
	/* no byte that could paint a terminal or close a tag survives */
	for (size_t i = 0; i < n; i++)
		if ((uint8_t)text[i] < ' ' && text[i] != '\n' && text[i] != '\t')
			abort();
	free(text);
}

/* The input is payloads of DIFFERENCE frames: u16 length, then so many bytes. */
int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct cur c = cur_at((struct bytes){ p, n }, 0);
	struct compare_result r;
	struct arena arena;
	struct fold f;
	enum err e = OK;

	fold_init(&f, &(struct compare_opts){ .keep = 20000 }, &r);
	arena_init(&arena, 1 << 20);
	while (e == OK && cur_left(&c) > 2) {
		uint16_t want = cur_le16(&c);
		struct bytes one =
		    cur_take(&c, want < cur_left(&c) ? want : cur_left(&c));
		struct difference d;

		arena_reset(&arena);
		e = wire_get_difference(one, &arena, &d);
		if (e == OK)
			e = fold_add(&f, &d);
	}
	fold_end(&f);
	if ((r.verdict == COMPARE_IDENTICAL) != (fold_said(&f) == 0))
		abort();
	report(&r);
	fold_done(&f);
	compare_done(&r);
	arena_done(&arena);
	return 0;
}
