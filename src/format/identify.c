#include "format/identify.h"

#define HEAD_SIZE 4096 /* what format.h promises to probe */

const struct format *
identify(struct bytes file)
{
	struct bytes head = bytes_clip(file, 0, HEAD_SIZE);
	const struct format *best = NULL;
	int most = PROBE_UNSEEN;

	for (const struct format *const *f = formats; *f != NULL; f++) {
		int sure = (*f)->probe ? (*f)->probe(head, file.n) : 0;

		if (sure > most) {
			most = sure;
			best = *f;
		}
	}
	return best;
}
