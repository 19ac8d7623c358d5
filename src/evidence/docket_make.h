/*
 * docket_make.h - puts statements together, for those who hand them on (docket.h).
 */
#pragma once

#include "base/buf.h"
#include "evidence/docket.h"

struct docket_entry {
	uint8_t digest[32];         /* of the envelope */
	struct buf envelope, proof; /* proof empty: none */
};

/* Zero-initialised is empty. */
struct docket_list {
	struct docket_entry *one;
	size_t n, cap;
};

/* Copies. One that is there already gets the new proof, if there is one. */
void docket_add(struct docket_list *l, struct bytes envelope, struct bytes proof);
/* All statements of an archive. FAULT_EVIDENCE. */
MUST_USE enum err docket_add_all(
    struct docket_list *l, struct bytes archive, struct fault *f);
void docket_list_done(struct docket_list *l);

/* The archive, appended: the same statements give the same bytes. FAULT_TOO_LARGE. */
MUST_USE enum err docket_print(struct docket_list *l, struct buf *out, struct fault *f);
