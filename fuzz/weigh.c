/*
 * weigh.c - an archive of statements, weighed; and what a broken jail might give.
 *
 * The examiners are those of evidence/rig.h, whose private keys no fuzzer uses: so what
 * speaks for the artefact comes from the seeds, of which each has one good statement at
 * most. Two are needed, so nothing is ever accepted.
 */
#include "evidence/weigh.h"

#include <stdlib.h>

#include "evidence/docket_join.h"
#include "log/tile.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const char trust[] =
    "log log.example/candor+b794c424+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c\n"
    "quorum none\n";

static void
put_examiners(struct buf *out)
{
	for (int i = 0; i < 3; i++) {
		struct note_signer s;
		uint8_t seed[SIGN_SEED];
		char name[32] = "examiner.example/a";

		name[17] = (char)('a' + i);
		memset(seed, 0x21 + i, sizeof(seed));
		note_signer_of(bytes_of(name), NOTE_ED25519, seed, &s);
		buf_printf(out, "examiner %c ", 'a' + i);
		note_key_print(&s.key, out);
		buf_u8(out, '\n');
	}
	buf_str(out, "package x 2-of-3\n");
}

/* No fuzzer finds a SHA-256: the leaves are made of the entries that it gives. */
static void
try_join(struct bytes b)
{
	struct docket_parts parts = { .entries = b };
	struct buf text = { 0 }, leaves = { 0 }, out = { 0 };
	struct cur c = cur_at(b, 0), inner;
	struct fault f = { 0 };
	struct merkle_hash leaf;
	uint32_t size = cur_le32(&c);

	inner = cur_at(cur_take(&c, size), 0);
	for (int i = 0; cur_ok(&inner) && i < 300; i++) {
		merkle_leaf(tile_take_entry(&inner), &leaf);
		buf_put(&leaves, leaf.b, MERKLE_HASH);
	}
	(void)cur_ok(&c);
	put_examiners(&text);
	parts.examiners = buf_bytes(&text);
	parts.leaves = buf_bytes(&leaves);
	parts.first = leaves.n > MERKLE_HASH && b.n % 2;
	if (docket_join(&parts, &out, &f) != OK && f.kind == FAULT_NONE)
		abort();
	buf_done(&text);
	buf_done(&leaves);
	buf_done(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct bytes b = bytes_from((struct bytes){ p, n }, 1);
	struct weigh_item item = { EXAMINERS_PACKAGE, BYTES_LIT("x"),
		BYTES_LIT("x_1_all.deb"), { 0 } };
	struct weigh_ask ask = { .trust = BYTES_LIT(trust),
		.docket = b,
		.item = &item,
		.n = 1,
		.now = 1800000000 };
	struct weigh_said s, again;
	struct buf text = { 0 }, out = { 0 };

	if (n > 0 && p[0] == 'u' && weigh_unpack(b, 1, &s) == OK)
		weigh_done(&s);
	if (n > 0 && p[0] == 'j')
		try_join(b);
	if (n == 0 || p[0] != 'd')
		return 0;
	memset(item.sha256, 1, sizeof(item.sha256));
	put_examiners(&text);
	ask.examiners = buf_bytes(&text);
	weigh(&ask, &s);
	if (s.fault.kind == FAULT_NONE && s.verdict[0].fault.kind == FAULT_NONE)
		abort();
	weigh_pack(&s, &out);
	if (weigh_unpack(buf_bytes(&out), 1, &again) != OK || again.nrow != s.nrow)
		abort();
	weigh_done(&again);
	weigh_done(&s);
	buf_done(&out);
	buf_done(&text);
	return 0;
}
