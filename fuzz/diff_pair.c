/*
 * diff_pair.c - two files of one kind, however broken: the reader alone, without its
 * magic. PAIR_DIFF is the reader, PAIR_HEADER the header that declares it.
 */
#include PAIR_HEADER
#include "diff_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf b = { 0 };
	struct diff_rig g;
	struct bytes a;
	enum err e;

	diff_rig_split(p, n, &a, &b);
	diff_rig_init(&g);
	g.depth = 1;
	e = PAIR_DIFF(&g.run, a, buf_bytes(&b));
	if (e != OK && e != ERR_FORMAT && e != ERR_LIMIT && e != ERR_END)
		abort();
	/* what it refuses is compared by others: then it must not have begun to tell */
	if (e == ERR_FORMAT && g.counted > 0)
		abort();
	diff_rig_done(&g);
	buf_done(&b);
	return 0;
}
