/*
 * leaf.h - which comparator looks into a pair that holds no members.
 */
#pragma once

#include "diff/kind.h"
#include "diff/run.h"

/*
 * cls: what a difference is that no cause explains. ERR_FORMAT: they are not what they
 * seemed, ERR_LIMIT: too large to look into; the caller compares them as bytes.
 */
MUST_USE enum err leaf_diff(struct run *r, enum kind kind, const struct span *a,
    const struct span *b, enum diff_class cls);

/* RFC 1952, 2.3: time, name, system and level of a gzip file. */
void leaf_gzip_header(struct run *r, const struct span *a, const struct span *b);
