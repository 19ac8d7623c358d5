/* release.c - archives: what is read is written again to the same bytes. */
#include <stdlib.h>

#include "base/buf.h"
#include "base/ustar.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static enum err
put(void *arg, struct bytes b)
{
	buf_put(arg, b.p, b.n);
	return OK;
}

static enum err
copy(struct ustar_in *u, struct ustar_out *o)
{
	struct ustar_member m;
	enum err e;

	while ((e = ustar_next(u, &m)) == OK) {
		char part[100];
		size_t got = 1;

		o->mtime = u->mtime;
		if (ustar_begin(o, &m) != OK)
			abort(); /* what the reader takes the writer makes */
		while (got > 0) {
			TRY(ustar_get(u, part, sizeof(part), &got));
			if (ustar_put(o, (struct bytes){ (uint8_t *)part, got }) != OK)
				abort();
		}
	}
	return e;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct bytes all = { p, n };
	struct cur c = cur_at(all, 0);
	struct buf again = { 0 };
	struct ustar_in u = {
		.arg = &c, .get = ustar_get_cur, .limits = { 1000, 1 << 20, 0 }
	};
	struct ustar_out o = { .arg = &again, .put = put };
	enum err e = copy(&u, &o);

	if (e == ERR_END && (ustar_end(&o) != OK || !bytes_eq(buf_bytes(&again), all)))
		abort();
	if (e != ERR_END && u.why == NULL)
		abort();
	buf_done(&again);
	return 0;
}
