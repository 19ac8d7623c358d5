/* attest_log.c - see attest_log.h. */
#include "cli/attest_log.h"

#include <stdlib.h>

#include "base/sys.h"
#include "cli/log_cmd.h"
#include "log/keyfile.h"
#include "log/proof.h"
#include "log/store.h"

static enum err
add_and_publish(struct store *s, const struct note_signer *signer, struct bytes entry,
    uint64_t *index, struct fault *f)
{
	TRY(store_add(s, entry, index, f));
	TRY(store_sync(s, f));
	return store_publish(s, signer, f);
}

enum err
attest_log_add(const char *dir, struct bytes entry, uint64_t *index, struct fault *f)
{
	struct store_settings set = { 0 };
	struct note_signer signer = { 0 };
	struct buf hold = { 0 };
	struct store *s = NULL;
	enum err e = store_settings_read(dir, &set, f);

	/* the key first: an entry that cannot be published helps nobody */
	if (e == OK)
		e = keyfile_read(set.key_file, &hold, &signer, f);
	if (e == OK)
		e = store_open(dir, &s, f);
	if (e == OK)
		e = add_and_publish(s, &signer, entry, index, f);
	store_close(s);
	store_settings_done(&set);
	keyfile_wipe(&hold, &signer);
	return e;
}

/* From the end: what was logged last is asked for most. */
static enum err
find(struct tile_reader *r, struct bytes entry, uint64_t *index, struct fault *f)
{
	struct merkle_reader hashes = tile_hashes(r, f);
	struct merkle_hash want, have;

	merkle_leaf(entry, &want);
	for (uint64_t i = tile_reader_size(r); i-- > 0;) {
		TRY(hashes.read(hashes.arg, 0, i, &have));
		if (merkle_same(&want, &have)) {
			*index = i;
			return OK;
		}
	}
	return fault_set(f, FAULT_UNLOGGED, "the statement is not in this log");
}

enum err
attest_log_prove(const char *dir, struct bytes entry, struct buf *out, uint64_t *index,
    struct fault *f)
{
	struct log_place place;
	struct log_trust trust = { 0 };
	struct policy_seen *seen = xcalloc(1, sizeof(*seen));
	struct tile_reader *tiles = NULL;
	struct buf note = { 0 };
	struct proof p;
	enum err e = log_place_open(dir, &place, f);

	if (e == OK)
		e = log_trust_load(&(struct log_trust_args){ 0 }, dir, &trust, f);
	if (e == OK)
		e = log_read_head(&place, &trust, &note, seen, f);
	if (e == OK)
		e = tile_reader_new(&place.source, &seen->checkpoint.head, &tiles, f);
	if (e == OK)
		e = find(tiles, entry, index, f);
	if (e == OK)
		e = proof_make(tiles, *index, buf_bytes(&note), &p, f);
	if (e == OK)
		proof_print(&p, out);
	tile_reader_free(tiles);
	log_place_close(&place);
	log_trust_done(&trust);
	buf_done(&note);
	free(seen);
	return e;
}
