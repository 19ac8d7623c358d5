/*
 * pathlist.h - paths from a file, as find -print0 or a person writes them.
 *
 * NUL between them when there is a NUL in the first 64 kB, else newlines. Read in
 * steps, so the list may be as long as it likes.
 */
#pragma once

#include <stddef.h>

struct pathlist;

/*
 * "-" is stdin. NULL: why (n bytes, cut) tells. Paths are taken as they stand: no blank
 * is stripped, nothing is expanded.
 */
struct pathlist *pathlist_open(const char *file, char *why, size_t n);
void pathlist_free(struct pathlist *l);

/* The next path, until the next call; NULL: no more. Empty ones are left out. */
const char *pathlist_next(struct pathlist *l);

/* After the end: why it was not the real one, or NULL. Until the next sys_why(). */
const char *pathlist_fault(const struct pathlist *l);
