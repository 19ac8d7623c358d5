/* json.c - the check of a stranger's JSON, and our writer against it. */
#include "base/json.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/*
 * What the check lets through can be a member of an object, and only that: framed, it is
 * valid, and it holds no line's end.
 */
static void
framed(struct bytes v)
{
	struct buf b = { 0 };

	buf_str(&b, "{\"k\":[");
	buf_put(&b, v.p, v.n);
	buf_str(&b, "]}");
	if (!json_valid(buf_bytes(&b)) || bytes_find(v, 0, BYTES_LIT("\n")) != UINT64_MAX)
		abort();
	buf_done(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct bytes in = { p, n };

	/* two levels are the frame's */
	if (n > 0 && json_valid(in)) {
		size_t deep = 0;

		for (size_t i = 0; i < n; i++)
			deep += p[i] == '[' || p[i] == '{';
		if (deep < JSON_DEPTH_MAX - 2)
			framed(in);
	}
	return 0;
}
