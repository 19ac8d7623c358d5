#include "diff/span.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096u

enum err
span_read(const struct span *s, uint64_t off, void *to, size_t n, size_t *got)
{
	uint64_t left = off < s->size ? s->size - off : 0;
	size_t want = n < left ? n : (size_t)left, at = 0;

	while (at < want) {
		ssize_t r = pread(
		    s->fd, (uint8_t *)to + at, want - at, (off_t)(s->off + off + at));

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return ERR_IO;
		at += (size_t)r;
	}
	*got = at;
	return OK;
}

enum err
span_map(const struct span *s, struct span_map *out)
{
	uint64_t before = s->off % PAGE, len = num_add(s->size, before);
	void *p;

	*out = (struct span_map){ .b = { (const uint8_t *)"", 0 } };
	if (s->size == 0)
		return OK;
	if (len > SIZE_MAX)
		return ERR_LIMIT;
	p = mmap(
	    NULL, (size_t)len, PROT_READ, MAP_SHARED, s->fd, (off_t)(s->off - before));
	if (p == MAP_FAILED)
		return ERR_IO;
	out->base = p;
	out->len = (size_t)len;
	out->b = (struct bytes){ (const uint8_t *)p + before, (size_t)s->size };
	return OK;
}

void
span_unmap(struct span_map *m)
{
	if (m->base != NULL)
		munmap(m->base, m->len);
	*m = (struct span_map){ 0 };
}

void
span_passed(struct bytes part)
{
	uintptr_t from = ((uintptr_t)part.p + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
	uintptr_t to = ((uintptr_t)part.p + part.n) & ~(uintptr_t)(PAGE - 1);

	/* advice: what it answers changes nothing */
	if (part.p != NULL && from < to)
		(void)madvise((void *)from, to - from, MADV_DONTNEED);
}

/* memcmp says which is larger, not where: halve until the place is found. */
static size_t
first_difference(const uint8_t *a, const uint8_t *b, size_t n)
{
	size_t at = 0;

	while (n - at > 64 && memcmp(a + at, b + at, (n - at) / 2) == 0)
		at += (n - at) / 2;
	while (at < n && a[at] == b[at])
		at++;
	return at;
}

enum err
span_differ(const struct span *a, const struct span *b, uint64_t off,
    struct span_windows *w, uint64_t *at)
{
	for (;;) {
		size_t na, nb, n, i;

		TRY(span_read(a, off, w->a, SPAN_WINDOW, &na));
		TRY(span_read(b, off, w->b, SPAN_WINDOW, &nb));
		n = na < nb ? na : nb;
		i = n == 0 || memcmp(w->a, w->b, n) == 0
			? n
			: first_difference(w->a, w->b, n);
		if (i < n || na != nb) {
			*at = off + i;
			return OK;
		}
		if (n == 0) {
			*at = UINT64_MAX;
			return OK;
		}
		off += n;
	}
}
