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
