/*
 * nomem.h - each request for memory, refused in turn.
 *
 * A test that is linked with nomem.c does something again and again: the first time its
 * first request for memory is refused, then its second, until all are granted. Each time
 * the answer is the right one, or says that it is not the whole; and the next try, with
 * memory, is right.
 *
 * Requests that are ANSWERED are malloc, calloc and mmap, of jansson too, and what is
 * asked of an arena: there a budget may be spent at any of them. Those that END the
 * process are of base/buf.c, base/sort.c and the x-functions of base/sys.c, by contract
 * (bug, "out of memory"): a child asks for those. The linker sends the calls here
 * (ld --wrap), so what is tested is the code that ships; what a library asks for itself
 * is its own affair.
 *
 *	for (uint64_t n = 1; nomem_more(); n = nomem_next(n)) {
 *		nomem_arm(NOMEM_ANSWERED, n, how);
 *		work();
 *		nomem_disarm();
 *		look;
 *	}
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum nomem_what { NOMEM_ANSWERED, NOMEM_ENDS };

enum nomem_how {
	NOMEM_ONCE,  /* the n-th request is refused, the others are granted */
	NOMEM_STAYS, /* from the n-th on all are, until disarmed */
	NOMEM_HOWS,
};

/* The n-th request from here on, from 1. */
void nomem_arm(enum nomem_what what, uint64_t n, enum nomem_how how);
/* Ends it. true: the n-th was asked for, so there may be a further one. */
bool nomem_disarm(void);

/* All small numbers, then ever fewer: some hundred of ten thousand. */
static inline uint64_t
nomem_next(uint64_t n)
{
	return n + 1 + n / 64;
}

/* For libraries that let their memory be chosen: counted as ANSWERED. */
void *nomem_malloc(size_t n);
/* jansson's is, from here on. */
void nomem_jansson(void);
