/*
 * tree.h - two objects, and everything in them: the walk.
 *
 * Containers are opened on an explicit stack; of their members those that differ are
 * begun, looked into by whoever can, and ended. When two objects differ and nobody could
 * say how, the walk says that they do. Recursion is a loop; depth, members, bytes and
 * time are budgets of the run.
 */
#pragma once

#include "diff/run.h"

struct tree_object {
	struct span span;
	struct bytes name;  /* says what runs it */
	uint32_t mode;      /* permission bits; 0: not known */
	struct bytes shown; /* what reports call it; none: name */
};

/* members: open containers; else they are compared as bytes. What went wrong was said. */
void tree_run(struct run *r, const struct tree_object *a, const struct tree_object *b,
    bool members);
