/*
 * sshsig.c - a stranger's SSH signature. Nobody signs with the key 05 x 32 but the seeds,
 * so what holds is one of those, of "hello world\n" for candor-test.
 */
#include "evidence/sshsig.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	uint8_t seed[SIGN_SEED], public[SIGN_PUBLIC], digest[HASH_MAX];
	struct fault f = { 0 };
	struct sshsig s;

	memset(seed, 5, sizeof(seed));
	sign_public(seed, public);
	if (sshsig_parse((struct bytes){ p, n }, &s, &f) != OK) {
		if (f.kind != FAULT_ENVELOPE)
			abort();
		return 0;
	}
	if (s.namespace_n == 0 || s.namespace_n > SSHSIG_NAMESPACE)
		abort();
	hash_of(s.hash, BYTES_LIT("hello world\n"), digest);
	if (sshsig_holds(&s, public, "candor-test", digest, &f) == OK) {
		/* the same key never signs anything else here */
		digest[0] ^= 1;
		if (sshsig_holds(&s, public, "candor-test", digest, &f) == OK)
			abort();
	}
	return 0;
}
