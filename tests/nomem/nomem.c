/*
 * nomem.c - see nomem.h. Calls of malloc come to __wrap_malloc, and this one's of
 * __real_malloc go to libc, or to a sanitizer's.
 */
#include "tests/nomem/nomem.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/arena.h"

static struct {
	enum nomem_what what;
	enum nomem_how how;
	uint64_t n, calls; /* n 0: nothing is refused */
} armed;

/* Inside of a function that ends the process when it gets no memory. */
static unsigned ending;

void
nomem_arm(enum nomem_what what, uint64_t n, enum nomem_how how)
{
	armed.what = what;
	armed.how = how;
	armed.n = n;
	armed.calls = 0;
}

bool
nomem_disarm(void)
{
	bool reached = armed.calls >= armed.n;

	armed.n = 0;
	return reached;
}

static bool
refused(enum nomem_what what)
{
	if (armed.n == 0 || what != armed.what)
		return false;
	armed.calls++;
	if (armed.calls < armed.n || (armed.how == NOMEM_ONCE && armed.calls > armed.n))
		return false;
	errno = ENOMEM;
	return true;
}

static enum nomem_what
kind(void)
{
	return ending > 0 ? NOMEM_ENDS : NOMEM_ANSWERED;
}

/* --- answered ----------------------------------------------------------------------- */

/* A request: its prototype, and what it gives when it is refused. */
#define WRAP(type, name, params, args, what, no) \
	type __real_##name params;               \
	type __wrap_##name params;               \
	type __wrap_##name params                \
	{                                        \
		if (refused(what))               \
			return no;               \
		return __real_##name args;       \
	}

WRAP(void *, malloc, (size_t n), (n), kind(), NULL)
WRAP(void *, calloc, (size_t n, size_t size), (n, size), kind(), NULL)
WRAP(void *, mmap, (void *at, size_t n, int prot, int flags, int fd, off_t off),
    (at, n, prot, flags, fd, off), NOMEM_ANSWERED, MAP_FAILED)

void *
nomem_malloc(size_t n)
{
	return __wrap_malloc(n);
}

/* As arena.c refuses: it remembers. */
#define SPENT(a) ((a)->spent = true, NULL)

WRAP(void *, arena_alloc, (struct arena * a, size_t n), (a, n), NOMEM_ANSWERED, SPENT(a))
WRAP(void *, arena_array, (struct arena * a, size_t n, size_t size), (a, n, size),
    NOMEM_ANSWERED, SPENT(a))
WRAP(char *, arena_str, (struct arena * a, struct bytes s), (a, s), NOMEM_ANSWERED,
    SPENT(a))
WRAP(struct bytes, arena_bytes, (struct arena * a, struct bytes b), (a, b),
    NOMEM_ANSWERED, ((struct bytes){ SPENT(a), 0 }))

void *__real_arena_grow(
    struct arena *a, const void *old, size_t *cap, size_t need, size_t size);
void *__wrap_arena_grow(
    struct arena *a, const void *old, size_t *cap, size_t need, size_t size);

/* Where there is room already nothing is asked for. */
void *
__wrap_arena_grow(struct arena *a, const void *old, size_t *cap, size_t need, size_t size)
{
	if ((old == NULL || need > *cap) && refused(NOMEM_ANSWERED))
		return SPENT(a);
	return __real_arena_grow(a, old, cap, need, size);
}

char *__wrap_arena_printf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

char *
__wrap_arena_printf(struct arena *a, const char *fmt, ...)
{
	char *text = NULL, *copy;
	va_list ap;

	if (refused(NOMEM_ANSWERED))
		return SPENT(a);
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		abort();
	va_end(ap);
	copy = __real_arena_str(a, (struct bytes){ (uint8_t *)text, strlen(text) });
	free(text);
	return copy;
}

/* --- the end of the process --------------------------------------------------------- */

WRAP(void *, realloc, (void *p, size_t n), (p, n), NOMEM_ENDS, NULL)
WRAP(void *, reallocarray, (void *p, size_t n, size_t size), (p, n, size), NOMEM_ENDS,
    NULL)
WRAP(char *, strdup, (const char *s), (s), NOMEM_ENDS, NULL)

void *__real_xcalloc(size_t n, size_t size);
void *__wrap_xcalloc(size_t n, size_t size);
void __real_sort(void *v, size_t n, size_t size, int (*cmp)(const void *, const void *));
void __wrap_sort(void *v, size_t n, size_t size, int (*cmp)(const void *, const void *));

void *
__wrap_xcalloc(size_t n, size_t size)
{
	void *p;

	ending++;
	p = __real_xcalloc(n, size);
	ending--;
	return p;
}

void
__wrap_sort(void *v, size_t n, size_t size, int (*cmp)(const void *, const void *))
{
	ending++;
	__real_sort(v, n, size, cmp);
	ending--;
}
