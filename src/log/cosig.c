/*
 * cosig.c - cosignature/v1 (c2sp.org/tlog-cosignature): a time and a checkpoint, signed
 * together.
 *
 * What is signed begins with a line of its own, so no other Ed25519 signature of the
 * same key can be taken for one.
 */
#include "log/cosig.h"

#include <inttypes.h>

void
cosig_message(struct bytes text, uint64_t time, struct buf *out)
{
	buf_printf(out, "cosignature/v1\ntime %" PRIu64 "\n", time);
	buf_put(out, text.p, text.n);
}

void
cosig_sign(const struct note_signer *s, struct bytes text, uint64_t time, struct buf *out)
{
	struct buf message = { 0 };
	uint8_t sig[COSIG_BYTES];

	for (int i = 0; i < 8; i++)
		sig[i] = (uint8_t)(time >> (56 - 8 * i));
	cosig_message(text, time, &message);
	sign_make(s->seed, buf_bytes(&message), sig + 8);
	note_put_sig(&s->key, (struct bytes){ sig, sizeof(sig) }, out);
	buf_done(&message);
}

bool
cosig_holds(
    const struct note_key *key, struct bytes text, struct bytes sig, uint64_t *time)
{
	struct buf message = { 0 };
	uint64_t t;
	bool ok;

	if (sig.n != COSIG_BYTES)
		return false;
	t = be64(sig.p);
	/* beyond int64 there is no time, and arithmetic on it would wrap for callers */
	if (t > COSIG_TIME_MOST)
		return false;
	cosig_message(text, t, &message);
	ok = sign_holds(key->pub, buf_bytes(&message), bytes_from(sig, 8));
	buf_done(&message);
	if (ok)
		*time = t;
	return ok;
}
