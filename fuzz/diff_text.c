/* diff_text.c - two texts: what is told as gone and come turns one into the other. */
#include "diff/text.h"
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
	if (a.p == NULL)
		a = BYTES_LIT("");
	diff_rig_init(&g);
	g.depth = 1;
	e = text_diff(&g.run, a, b.p ? buf_bytes(&b) : BYTES_LIT(""), n & 1);
	if (e != OK || (g.counted > 0) == bytes_eq(a, buf_bytes(&b)))
		abort();
	diff_rig_done(&g);
	buf_done(&b);
	return 0;
}
