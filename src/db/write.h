/*
 * write.h - builds a database: sections grow, then one file is made of them.
 *
 * The compiler's passes append records and get indexes back. Texts are kept
 * once. Owned by the caller: dbw_init and dbw_done.
 */
#pragma once

#include "base/buf.h"
#include "db/db.h"

struct dbw {
	struct buf section[DB_NSECTIONS];
	uint64_t gates, needs; /* as in db_head */
	uint32_t *slots;       /* hash of DB_TEXT */
	uint32_t nslots, ntexts;
};

void dbw_init(struct dbw *w);
void dbw_done(struct dbw *w);

/* A handle for db_text; the same text gives the same handle. */
uint32_t dbw_text(struct dbw *w, struct bytes text);

/* Appends a record of size bytes; its index (offset / size). */
uint32_t dbw_record(
    struct dbw *w, enum db_section_id id, const void *record, size_t size);

/* Appends n entries to DB_LISTS; the index of the first. */
uint32_t dbw_list(struct dbw *w, const uint32_t *list, uint32_t n);

/* Head, sections, checksum. ERR_LIMIT: a section is beyond 4 GB, or out is full. */
MUST_USE enum err dbw_finish(struct dbw *w, struct buf *out);
