/* statement.c - statements: what is parsed is printed again to the same bytes. */
#include "release/statement.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct bytes text = { p, n };
	struct statement_fault fault = { 0 };
	struct buf again = { 0 };
	struct statement s;
	struct arena a;

	arena_init(&a, 1 << 20);
	if (statement_parse(text, &a, &s, &fault) == OK) {
		if (statement_print(&s, &again, &fault) != OK ||
		    !bytes_eq(buf_bytes(&again), text))
			abort();
	} else if (fault.what == NULL)
		abort();
	buf_done(&again);
	arena_done(&a);
	return 0;
}
