/*
 * url.h - the few URLs that candor follows: http or https, a host, a path.
 *
 * Strict, because the host decides what candor-fetch may reach, and two readers of one
 * URL that differ in what its host is are an old trick: no user names, no fragments, no
 * escapes in the host, nothing that is not printable ASCII.
 */
#pragma once

#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"

struct url {
	bool tls;
	bool v6;           /* the host is an address in brackets (they are not in host) */
	struct bytes host; /* views into the text */
	uint16_t port;
	struct bytes path; /* from the slash on, with its query; may be empty */
};

#define URL_MAX 4096

/*
 * ERR_FORMAT: not such a URL, and out is not touched. Views of text. Two texts that
 * differ in case or in a default port parse to what url_same_host takes for the same.
 */
MUST_USE enum err url_parse(struct bytes text, struct url *out);

/* Is it a URL at all, and not the name of a folder? */
bool url_looks(const char *s);

/* The same scheme, host (whatever its case) and port. */
bool url_same_host(const struct url *a, const struct url *b);

/*
 * Appends base without its query, one slash, and name, which is one of ours: it is not
 * escaped.
 */
void url_join(struct buf *out, const char *base, const char *name);
