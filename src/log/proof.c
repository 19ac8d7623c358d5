/*
 * proof.c - a proof of one entry as a file that travels alone (c2sp.org/tlog-proof):
 * index, path, checkpoint.
 *
 * Nothing of the text counts before both were checked: the path leads from the leaf to
 * the root of the checkpoint, and the policy believes the checkpoint.
 */
#include "log/proof.h"

#include <inttypes.h>

#include "base/b64.h"
#include "base/text.h"

#define HEAD "c2sp.org/tlog-proof@v1"

/* The next line without its newline; no bytes: there is none. */
static struct bytes
next_line(struct bytes *rest)
{
	uint64_t nl = bytes_find(*rest, 0, BYTES_LIT("\n"));
	struct bytes line = bytes_sub(*rest, 0, nl);

	*rest = bytes_from(*rest, num_add(nl, 1));
	return line;
}

/* Takes what stands behind word and a space; false: the line begins otherwise. */
static bool
field(struct bytes line, const char *word, struct bytes *out)
{
	struct bytes w = bytes_of(word);

	if (line.n < w.n || memcmp(line.p, w.p, w.n) != 0)
		return false;
	*out = bytes_from(line, w.n);
	return true;
}

static enum err
parse_path(struct bytes *rest, struct merkle_proof *out, struct fault *f)
{
	struct bytes line;

	while ((line = next_line(rest)).n > 0) {
		if (out->n == MERKLE_PATH)
			return fault_set(f, FAULT_PROOF,
			    "the proof has more than %d hashes", MERKLE_PATH);
		if (b64_exact(line, out->hash[out->n++].b, MERKLE_HASH) != OK)
			return fault_set(f, FAULT_PROOF,
			    "the proof has a line that is no hash in base64: '%s'",
			    fault_quote(line));
	}
	if (line.p == NULL)
		return fault_set(
		    f, FAULT_PROOF, "the proof ends before its checkpoint begins");
	return OK;
}

enum err
proof_parse(struct bytes input, struct proof *out, struct fault *f)
{
	struct bytes rest = input, line = next_line(&rest), number;
	struct proof p = { 0 };

	if (!bytes_eq(line, BYTES_LIT(HEAD)))
		return fault_set(
		    f, FAULT_PROOF, "this is no proof: its first line is not '%s'", HEAD);
	line = next_line(&rest);
	if (field(line, "extra ", &p.extra)) {
		if (b64_size(p.extra) == SIZE_MAX)
			return fault_set(
			    f, FAULT_PROOF, "the proof's extra data is not base64");
		line = next_line(&rest);
	}
	if (!field(line, "index ", &number) || !text_number(number, &p.index))
		return fault_set(f, FAULT_PROOF,
		    "the proof does not tell an index where it must: '%s'",
		    fault_quote(line));
	TRY(parse_path(&rest, &p.path, f));
	p.checkpoint = rest;
	if (rest.n == 0)
		return fault_set(f, FAULT_PROOF, "the proof has no checkpoint");
	*out = p;
	return OK;
}

void
proof_print(const struct proof *p, struct buf *out)
{
	buf_str(out, HEAD "\n");
	if (p->extra.p != NULL)
		buf_printf(
		    out, "extra %.*s\n", (int)p->extra.n, (const char *)p->extra.p);
	buf_printf(out, "index %" PRIu64 "\n", p->index);
	for (size_t i = 0; i < p->path.n; i++) {
		b64_put(out, (struct bytes){ p->path.hash[i].b, MERKLE_HASH });
		buf_u8(out, '\n');
	}
	buf_u8(out, '\n');
	buf_put(out, p->checkpoint.p, p->checkpoint.n);
}

enum err
proof_make(struct tile_reader *r, uint64_t index, struct bytes note, struct proof *out,
    struct fault *f)
{
	struct merkle_reader hashes = tile_hashes(r, f);
	struct proof p = { .index = index, .checkpoint = note };
	uint64_t size = tile_reader_size(r);

	if (index >= size)
		return fault_set(f, FAULT_ENTRY,
		    "there is no entry %" PRIu64 ": the log has %" PRIu64, index, size);
	TRY(merkle_prove(&hashes, index, size, &p.path));
	*out = p;
	return OK;
}

enum err
proof_leads(const struct proof *p, const struct merkle_hash *leaf,
    const struct merkle_head *head, struct fault *f)
{
	if (p->index >= head->size)
		return fault_set(f, FAULT_INCLUSION,
		    "the proof is of entry %" PRIu64 ", but the log has only %" PRIu64,
		    p->index, head->size);
	if (!merkle_included(leaf, p->index, head->size, &p->path, &head->root))
		return fault_set(f, FAULT_INCLUSION,
		    "the log does not have this as its entry %" PRIu64
		    ": it was changed, or the proof is of something else",
		    p->index);
	return OK;
}

enum err
proof_check(const struct proof *p, const struct merkle_hash *leaf,
    const struct policy *policy, struct policy_seen *out, struct fault *f)
{
	TRY(policy_check(policy, p->checkpoint, out, f));
	return proof_leads(p, leaf, &out->checkpoint.head, f);
}
