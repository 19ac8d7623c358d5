/*
 * site_parts.h - what the pages of a log are put together from. Inside of this layer
 * only.
 */
#pragma once

#include "audit/site.h"

/* A name like a host and a path, which may be broken behind a slash. */
void site_put_name(struct buf *out, struct bytes name);

/*
 * All up to the content. up: the way to the top folder, "" or "../". stamp: what the page
 * was made from (site_stamp); NULL: it is made every time.
 */
void site_put_head(
    struct buf *out, const char *up, struct bytes title, const char *stamp);

/* A text that may be broken where it is too wide. */
void site_put_pre(struct buf *out, struct bytes text);
