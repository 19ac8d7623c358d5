/*
 * sort.c - merge sort from the bottom up: stable, n log n whatever the order, no
 * recursion; what is sorted may come from a hostile file. It takes memory for a second
 * copy and nothing else of the system, so it works where a process is confined (sort.h).
 */
#include "base/sort.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

/* Merges the sorted runs [0, mid) and [mid, n) of from into to. */
static void
merge(uint8_t *to, const uint8_t *from, size_t mid, size_t n, size_t size,
    int (*cmp)(const void *, const void *))
{
	size_t a = 0, b = mid;

	for (size_t i = 0; i < n; i++) {
		bool left =
		    a < mid && (b >= n || cmp(from + a * size, from + b * size) <= 0);
		memcpy(to + i * size, from + (left ? a++ : b++) * size, size);
	}
}

void
sort(void *v, size_t n, size_t size, int (*cmp)(const void *, const void *))
{
	uint8_t *from = v, *other = n > 1 ? calloc(n, size) : NULL, *to = other;

	if (n < 2)
		return;
	if (other == NULL)
		bug("out of memory");
	for (size_t run = 1; run < n; run *= 2) {
		for (size_t at = 0; at < n; at += 2 * run) {
			size_t m = n - at < 2 * run ? n - at : 2 * run;

			merge(to + at * size, from + at * size, m < run ? m : run, m,
			    size, cmp);
		}
		uint8_t *t = from;
		from = to;
		to = t;
	}
	if (from != v)
		memcpy(v, from, n * size);
	free(other);
}
