/*
 * init.h - libcrypto made ready before a process gives up its rights.
 *
 * OpenSSL sets itself up at first use: it looks for a configuration file, loads
 * what providers it finds, and builds tables behind locks that wake waiters by
 * futex. A confined worker may do none of that, so the first use of everything
 * happens here. Afterwards hashing, names and keys make no system call but for
 * memory (pkey_test.c runs them under such a filter).
 */
#pragma once

/*
 * Once per process, before confinement; later calls return at once. No file is
 * opened then or afterwards. Aborts when libcrypto lacks an algorithm.
 */
void crypto_init(void);
