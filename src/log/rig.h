/*
 * rig.h - for tests: the log of vectors.h on disk, of any size.
 */
#pragma once

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "log/keyfile.h"
#include "log/store.h"
#include "log/vectors.h"

struct rig {
	char folder[40];
	char dir[60], key[60];
	struct note_signer signer;
};

/* Says why when it is not OK. */
static inline bool
rig_ok(enum err e, struct fault *f)
{
	bool ok = EQ_S(f->text, "") && EQ_U(e, OK);

	*f = (struct fault){ 0 };
	return ok;
}

static inline size_t
rig_entry(uint64_t i, char out[40])
{
	return (size_t)snprintf(out, 40, "candor entry %" PRIu64, i);
}

/* Makes an empty log in a folder of its own; test_remove(r->folder) ends it. */
static inline void
rig_init(struct rig *r)
{
	struct fault f = { 0 };

	/* in memory where that is possible: a log syncs often */
	snprintf(r->folder, sizeof(r->folder), "%s/candor-log.XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	CHECK(mkdtemp(r->folder) != NULL);
	snprintf(r->dir, sizeof(r->dir), "%s/log", r->folder);
	snprintf(r->key, sizeof(r->key), "%s/given.key", r->folder);
	EQ_U(note_signer_parse(BYTES_LIT(VECTOR_LOG_PRIVATE), &r->signer, NULL), OK);
	rig_ok(keyfile_write(r->key, &r->signer, &f), &f);
	rig_ok(store_init(r->dir, "log.example/candor", r->key, &f), &f);
}

/* Entries from size to the new size, synced. */
static inline void
rig_add(struct store *s, uint64_t from, uint64_t to)
{
	struct fault f = { 0 };
	char entry[40];
	uint64_t index;

	for (uint64_t i = from; i < to; i++) {
		size_t n = rig_entry(i, entry);
		struct bytes b = { (const uint8_t *)entry, n };

		if (!rig_ok(store_add(s, b, &index, &f), &f) || !EQ_U(index, i))
			return;
	}
	rig_ok(store_sync(s, &f), &f);
}

/* Opens, adds up to size, publishes, closes. */
static inline void
rig_grow(struct rig *r, uint64_t size)
{
	struct fault f = { 0 };
	struct store *s;
	struct checkpoint c;

	if (!rig_ok(store_open(r->dir, &s, &f), &f))
		return;
	store_head(s, &c);
	rig_add(s, c.head.size, size);
	rig_ok(store_publish(s, &r->signer, &f), &f);
	store_close(s);
}

/* The published checkpoint; false: there is none that is good. */
static inline bool
rig_checkpoint(struct rig *r, struct merkle_head *out)
{
	struct source_folder folder;
	struct fault f = { 0 };
	struct buf b = { 0 };
	struct checkpoint c = { 0 };
	static struct note note;
	enum err e = source_folder_open(r->dir, &folder, &f);

	if (e == OK) {
		struct log_source s = source_of_folder(&folder);

		e = source_read(&s, "checkpoint", NOTE_MOST, &b, &f);
		source_folder_close(&folder);
	}
	if (e == OK)
		e = checkpoint_open(buf_bytes(&b), &r->signer.key, &note, &c, &f);
	*out = c.head;
	buf_done(&b);
	return rig_ok(e, &f);
}
