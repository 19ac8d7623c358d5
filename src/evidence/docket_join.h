/*
 * docket_join.h - what a client knows of statements, put together: what it knew before,
 * what it is shown now, and what stands in the log.
 *
 * Whoever shows statements can leave some out. So what examiners of ours said before is
 * kept, whatever is shown now; and what they say against anything is taken from the log's
 * entries, which must be those of the tree that was signed. Strangers' statements are
 * kept only as long as they are shown: they could be any number.
 *
 * Reads strangers' JSON: locked in.
 */
#pragma once

#include "base/buf.h"
#include "log/fault.h"

struct docket_parts {
	struct bytes examiners; /* the text of the file */
	struct bytes old, new;  /* archives (docket.h); may be empty */
	/*
	 * Of the log: bundles (C2SP tlog-tiles), each behind its size (le32), of entries
	 * from first on, and the leaf hashes of all of its entries. Both may be empty.
	 */
	struct bytes entries, leaves;
	uint64_t first;
};

/*
 * The archive, appended to out. FAULT_EXAMINERS, FAULT_EVIDENCE, FAULT_TOO_LARGE;
 * FAULT_ENTRY: the bundles are not those of the leaves, or end before them.
 */
MUST_USE enum err docket_join(
    const struct docket_parts *parts, struct buf *out, struct fault *f);
