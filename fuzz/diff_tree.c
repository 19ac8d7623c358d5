/* diff_tree.c - two files through the whole walk: containers, pairs, every comparator. */
#include "diff_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf b = { 0 };
	struct diff_rig g;
	struct bytes a;

	diff_rig_split(p, n, &a, &b);
	diff_rig_init(&g);

	struct tree_object x = { diff_rig_span(&g, 0, a), BYTES_LIT("file.gz"), 0 };
	struct tree_object y = { diff_rig_span(&g, 1, buf_bytes(&b)),
		BYTES_LIT("file.gz"), 0 };

	tree_run(&g.run, &x, &y, true);
	/* two that differ: something counts; two that do not: nothing is said at all */
	if (g.depth != 0 || g.run.depth != 0 ||
	    (g.counted > 0) == bytes_eq(a, buf_bytes(&b)) ||
	    g.run.scratch[0].at + g.run.scratch[1].at != 0)
		abort();
	diff_rig_done(&g);
	buf_done(&b);
	return 0;
}
