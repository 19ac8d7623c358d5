/*
 * lists.h - the lists in a bundle: names, links, what was left out, what is claimed.
 *
 * A list of names is a name a line, sorted as members are, each once: executables,
 * source.folders, recipe/artefacts. The other texts have more to say a line; they are
 * described where they are read. An empty text is an empty list. Everything is a view of
 * the text, in an array of the arena.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "handover/lines.h"

/* A list as parsed: sorted bytewise, each name once. */
struct list_names {
	const struct bytes *name;
	size_t n;
};

/* FAULT_TEXT; ERR_LIMIT as a fault, too: FAULT_TOO_LARGE. member: whose text it is. */
MUST_USE enum err list_names_parse(const char *member, struct bytes text, struct arena *a,
    struct list_names *out, struct fault *f);
bool list_has(const struct list_names *l, struct bytes name);
/* Is one of the list's names a folder that name lies in? */
bool list_has_above(const struct list_names *l, struct bytes name);
/* The first name of the list that lies in the folder name; NULL: none does. */
const struct bytes *list_below(const struct list_names *l, struct bytes name);

/* source.links: name, tab, target. Both begin where the source does. */
struct list_links {
	struct list_names names;
	const struct bytes *target; /* of each name */
};
MUST_USE enum err list_links_parse(
    struct bytes text, struct arena *a, struct list_links *out, struct fault *f);

/*
 * NULL: a link called name may lead to target; else why not. It may lead only to what is
 * below the source's root, and go up only at its beginning: then whatever other links it
 * passes, it stays inside (each ".." is taken from a real folder).
 */
const char *list_target_fault(struct bytes name, struct bytes target);

/* left-out: what (escaped, as it may be no good name), tab, reason. Sorted by what. */
struct list_left {
	struct bytes what, why;
};
MUST_USE enum err list_left_next(struct lines *l, struct list_left *out, struct fault *f);

/*
 * claims, one or more lines each and a blank line between:
 *
 *	claim no-network
 *	says the scanner opens no socket
 *	check strace -f -e trace=network candor scan /etc
 *	expect 0
 *
 * claim and says must be there, check and expect may be.
 */
struct list_claim {
	struct bytes id, says, check, expect; /* the last two: empty when not there */
};
MUST_USE enum err list_claim_next(
    struct lines *l, struct list_claim *out, struct fault *f);

/* recipe/packages: name version architecture sha256-of-the-deb (or - when not known) */
struct list_package {
	struct bytes name, version, arch;
	bool known;
	uint8_t sha256[32];
};
MUST_USE enum err list_package_next(
    struct lines *l, struct list_package *out, struct fault *f);
/* name_version_arch.deb, as apt calls it: a colon is %3a. Appended. */
void list_put_deb(
    struct buf *out, struct bytes name, struct bytes version, struct bytes arch);
