/* checkpoint.c - the text of a checkpoint: what is read is written back the same. */
#include "log/checkpoint.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct bytes input = { p, n };
	struct checkpoint c;
	struct fault f = { 0 };
	struct buf b = { 0 };

	if (checkpoint_parse(input, &c, &f) != OK) {
		if (f.kind != FAULT_CHECKPOINT)
			abort();
		return 0;
	}
	checkpoint_print(&c, &b);
	if (!bytes_eq(buf_bytes(&b), input) || c.head.size > MERKLE_MOST)
		abort();
	buf_done(&b);
	return 0;
}
