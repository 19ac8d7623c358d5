/*
 * site.h - a log as pages that a person reads: HTML that needs no script and no server.
 *
 * Everything that comes from the log or a publisher goes through site_text, so a rule
 * that is called like a tag stays a name. The same log gives the same bytes; nothing of
 * the day or the machine is in a page.
 */
#pragma once

#include "audit/entry.h"
#include "audit/publisher.h"
#include "log/policy.h"

/*
 * Escaped for HTML: text and attribute values in double or single quotes. Bytes that are
 * no text become \xHH. Appended, at most six times as long. Newlines and tabs stay: for
 * pre.
 */
void site_text(struct buf *out, struct bytes s);

/* The style sheet, which all pages share: style.css. */
void site_style(struct buf *out);

/* What an index page tells of one release. */
struct site_release {
	uint64_t index, sequence, rules, added, changed, removed;
	int64_t date;
	struct bytes channel, about; /* the owner's; about: of a program, what it is */
	enum statement_type type;
	enum publisher_said said;
};

/*
 * All that the index page is made of. Nothing is owned: it must live as long as the
 * call.
 */
struct site {
	const char *vkey; /* the log's verifier key as text */
	const struct policy_seen *seen;
	const struct policy *policy;
	struct bytes note; /* the checkpoint as it is served */
	const struct site_release *release;
	size_t n;
};

/*
 * index.html: the log's state as it was verified, every release, who cosigned, and how
 * to check it oneself. Appended; the same site gives the same bytes.
 */
void site_index(const struct site *s, struct buf *out);

/* The name of a release's page, without folder: "12.html". */
void site_name(uint64_t index, struct buf *out);

/* What a release's page shows besides its entry; why: it cannot be shown. */
struct site_blobs {
	struct bytes diff, archive;
	const char *diff_why, *archive_why;
};
/* A release's page, whole, appended. e must be a release (is_release). */
void site_page(const struct entry *e, enum publisher_said said,
    const struct site_blobs *b, struct buf *out);

/*
 * What a page is made from, as it stands in the page itself, in its first SITE_STAMP_AT
 * bytes: a page that has the stamp of now, and lacks nothing, need not be made again.
 */
#define SITE_STAMP_AT 1024
#define SITE_STAMP    96 /* bytes, with the NUL */
void site_stamp(
    const struct entry *e, enum publisher_said said, bool lacks, char out[SITE_STAMP]);
