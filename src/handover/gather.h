/*
 * gather.h - what goes into a bundle from outside: source, artefacts, rules, updates.
 *
 * Inside of this layer only; a part of create.h.
 */
#pragma once

#include "handover/bundle.h"
#include "handover/create.h"

/* A bundle that is being made. */
struct making {
	const struct create_want *want;
	struct pieces pieces;
	struct label label;
	char commit[65];
	struct list_names folders; /* of the source; unsorted until composed */
	struct list_links links;
	size_t folders_cap, links_cap[2];
	struct bundle previous; /* open when the label follows one */
	struct dpkg dpkg;
	bool toolchain; /* dpkg is open */
	struct fault *f;
};

/* label and everything that has a file; nothing is hashed yet. */
MUST_USE enum err gather(struct making *m);

/* Does one of the list's patterns fit the name, or a folder that it lies in? */
const char *gather_listed(const struct create_list *l, struct bytes name);
