/*
 * sort.h - qsort for the confined half.
 *
 * libc's asks the system how much memory there is, which a confined process may
 * not. This one is a merge sort: stable, so equal elements keep their order and
 * the compiler's output does not depend on libc.
 */
#pragma once

#include <stddef.h>

/* Sorts n elements of size bytes each; cmp as for qsort. */
void sort(void *v, size_t n, size_t size, int (*cmp)(const void *, const void *));

/*
 * Binary search of n places, in whatever order makes `there`, an expression in at, false
 * up to one place and true from it on: at (a size_t variable) becomes that place, or n.
 */
#define SORT_FIRST(at, n, there)                          \
	do {                                              \
		size_t low_ = 0, high_ = (n);             \
                                                          \
		while (low_ < high_) {                    \
			(at) = low_ + (high_ - low_) / 2; \
			if (there)                        \
				high_ = (at);             \
			else                              \
				low_ = (at) + 1;          \
		}                                         \
		(at) = low_;                              \
	} while (0)
