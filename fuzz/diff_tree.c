/* diff_tree.c - two files through the whole walk: containers, pairs, every comparator. */
#include "diff_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/*
 * libarchive asks malloc for the length that a header tells, up to 4 GB, before it reads
 * so much. A confined process is refused by its limit; here it is no finding.
 */
int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static char limit[] = "-malloc_limit_mb=5000";
	static char *with[32];
	int n = 0;

	for (; n < *argc && n < 30; n++)
		with[n] = (*argv)[n];
	with[n++] = limit;
	*argc = n;
	*argv = with;
	return 0;
}

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
