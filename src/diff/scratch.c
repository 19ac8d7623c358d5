#include "diff/scratch.h"

#include <errno.h>
#include <unistd.h>

enum err
scratch_put(struct scratch *s, struct bytes b)
{
	if (s->fd < 0)
		return ERR_ACCESS;
	if (b.n > s->max - s->at)
		return ERR_LIMIT;
	while (b.n > 0) {
		ssize_t r = pwrite(s->fd, b.p, b.n, (off_t)s->at);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return ERR_LIMIT;
		s->at += (uint64_t)r;
		b = bytes_from(b, (uint64_t)r);
	}
	return OK;
}
