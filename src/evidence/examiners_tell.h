/*
 * examiners_tell.h - the file of examiners, shown to a person and changed without an
 * editor.
 */
#pragma once

#include "evidence/examiners.h"

/* For a person: the examiners, and what is asked of whom. */
void examiners_show(const struct examiners *e, struct buf *out);

/* What is permitted and not wise, a line each; nothing: it is fine. */
void examiners_doubts(const struct examiners *e, struct buf *out);

struct examiners_change {
	const char *name, *key; /* a new examiner, at the end; NULL: none */
	uint64_t need;          /* "examiners" asks for so many of all; 0: as it is */
};

/*
 * The text with the change, appended to out; comments and the order of what was there
 * stay. Rules that name nobody go on asking those that stood above them. FAULT_EXAMINERS:
 * then the result would be none.
 */
MUST_USE enum err examiners_add(struct bytes text, const struct examiners_change *c,
    struct buf *out, struct fault *f);
