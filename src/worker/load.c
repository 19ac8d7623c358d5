/*
 * load.c - see load.h.
 *
 * pread and not read: a file that is given a second time shares its offset with
 * the first worker that had it.
 */
#include "worker/load.h"

#include <sys/mman.h>
#include <unistd.h>

/* Files that say nothing about their size (procfs says 0) end somewhere, or here. */
#define UNSIZED_MAX (64u << 20)
#define STEP        (64u << 10)

/*
 * One byte more than the size is asked for: a file that has it has grown. What
 * has no size is read as long as there is something.
 */
static enum err
read_all(struct load *l, int fd, uint64_t size)
{
	size_t limit = size > 0 ? (size_t)size + 1 : UNSIZED_MAX;

	buf_clear(&l->buf);
	while (l->buf.n < limit) {
		size_t want = limit - l->buf.n;
		size_t had = l->buf.n;
		ssize_t r;

		if (size == 0 && want > STEP)
			want = STEP;
		r = pread(fd, buf_room(&l->buf, want), want, (off_t)had);
		if (r < 0)
			return ERR_IO;
		l->buf.n = had + (size_t)r;
		/* a short read of a file is its end; only an unsized one may have more */
		if (r == 0 || (size > 0 && (size_t)r < want))
			break;
	}
	l->changed = size > 0 ? l->buf.n != size : l->buf.n == limit;
	l->bytes = buf_bytes(&l->buf);
	if (l->changed && l->bytes.n > size && size > 0)
		l->bytes.n = (size_t)size;
	return OK;
}

static enum err
map_all(struct load *l, int fd, uint64_t size)
{
	void *p;

	if (size > SIZE_MAX)
		return ERR_LIMIT;
	p = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return ERR_IO;
	l->bytes = (struct bytes){ p, (size_t)size };
	l->mapped = true;
	return OK;
}

enum err
load_file(struct load *l, int fd, uint64_t size)
{
	enum err e;

	l->changed = l->mapped = false;
	e = size <= LOAD_READ_MAX ? read_all(l, fd, size) : map_all(l, fd, size);
	close(fd);
	return e;
}

void
load_done(struct load *l)
{
	if (l->mapped)
		munmap((void *)(uintptr_t)l->bytes.p, l->bytes.n);
	l->bytes = (struct bytes){ 0 };
	l->mapped = false;
}
