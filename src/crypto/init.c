/*
 * init.c - libcrypto made ready: no configuration file, no lazy loading, all that would
 * open something done before confinement.
 */
#include "crypto/init.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <stdbool.h>

#include "crypto/hash.h"
#include "crypto/oid.h"
#include "crypto/pkey.h"

void
crypto_init(void)
{
	static bool done; /* set before any confinement, read after it */

	if (done)
		return;
	done = true;
	/* No configuration: a worker's answers do not depend on /etc. */
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, NULL);
	hash_prepare();
	oid_prepare();
	pkey_prepare();
	ERR_clear_error();
}
