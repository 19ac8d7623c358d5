/*
 * same_in.h - what same.c, same_data.c and same_code.c share.
 */
#pragma once

#include "objdiff/same.h"

enum {
	SLOT_PAIR = 1, /* of forth and back */
	SLOT_FREE,     /* was one, and is forgotten */
	SLOT_BUSY,     /* of memo: being decided, and so the same until shown otherwise */
	SLOT_YES,
	SLOT_HARMLESS,
	SLOT_NO,
};

/* Where a pair or key stands or may be put (state 0: nothing there); NULL: spent. */
struct same_slot *same_slot(
    struct same *s, struct same_map *m, uint64_t a, uint64_t b, bool pair);
/* The answer is kept; slots move when a map grows, so they are looked up again. */
void same_remember(struct same *s, uint64_t a, uint64_t b, enum alike got);
/* True when (a, b) was decided or is in work; else it is in work now. */
bool same_known(struct same *s, uint64_t a, uint64_t b, enum alike *got);

size_t same_mark(const struct same *s);
void same_forget(struct same *s, size_t mark);
bool same_variable(struct same *s, uint64_t a, uint64_t b);
/* Data at two addresses, as far as it belongs to what begins there. */
enum alike same_object(struct same *s, uint64_t a, uint64_t b);
