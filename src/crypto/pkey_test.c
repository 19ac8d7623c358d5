/*
 * Keys and signatures were made with openssl for this test. The last test runs
 * everything under a system call filter like the worker's: memory, and no more.
 */
#include "crypto/pkey.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/oid.h"
#include "crypto/pkey_keys.h"
#include "tests/tap.h"

/* clang-format off */
static const uint8_t rsa_sig[] = {
	0x06, 0x52, 0x8a, 0xee, 0x51, 0x86, 0x69, 0x54, 0xc6, 0x85, 0x22, 0x36,
	0x54, 0x28, 0x53, 0x25, 0x9e, 0xc1, 0x8d, 0x74, 0x39, 0x7c, 0x1f, 0x19,
	0x5d, 0x6a, 0xe0, 0xb0, 0xd7, 0x44, 0xd9, 0x55, 0xf6, 0xc8, 0xd4, 0xf4,
	0xdf, 0xac, 0x1b, 0xba, 0xab, 0xca, 0xde, 0x80, 0xd4, 0x75, 0xd6, 0xdb,
	0xef, 0x11, 0x4d, 0x24, 0xbf, 0x5c, 0x12, 0x0e, 0x79, 0xd0, 0x6c, 0xb1,
	0xea, 0x78, 0x56, 0x7b, 0xfe, 0xe0, 0x3a, 0x30, 0x3e, 0xa8, 0x5d, 0x27,
	0x4d, 0xf7, 0x34, 0xc9, 0xc7, 0xbd, 0x88, 0xd7, 0xd8, 0xa3, 0x9a, 0x63,
	0x8e, 0xd3, 0x39, 0xcf, 0xc8, 0x6a, 0x73, 0x28, 0x26, 0xfd, 0xa7, 0xfa,
	0xd4, 0xdd, 0xdf, 0xb1, 0xba, 0x55, 0xf8, 0x3d, 0x5c, 0xa0, 0xe1, 0x06,
	0x16, 0x2f, 0x5f, 0x8c, 0x59, 0x4f, 0x3e, 0xa8, 0x68, 0xe2, 0x8e, 0x7e,
	0x3a, 0x2b, 0x6c, 0x64, 0x82, 0xcf, 0xca, 0x77,
};

static const uint8_t ec_sig[] = {
	0x30, 0x46, 0x02, 0x21, 0x00, 0x89, 0xe5, 0xda, 0x06, 0x7e, 0x58, 0x0f,
	0x74, 0xcc, 0xe5, 0xaf, 0xdb, 0xdf, 0x16, 0x2f, 0xd6, 0x5d, 0x04, 0x98,
	0x44, 0xd5, 0x30, 0x40, 0x7e, 0x72, 0x2b, 0x3e, 0xdd, 0x3f, 0xc9, 0x37,
	0x1b, 0x02, 0x21, 0x00, 0xa4, 0x05, 0xc5, 0x86, 0xc2, 0x97, 0x58, 0x0c,
	0x01, 0x16, 0x35, 0x35, 0xac, 0xbc, 0xd4, 0x59, 0x5e, 0x64, 0xb4, 0xff,
	0x91, 0x80, 0x34, 0xf9, 0x08, 0x8c, 0xf9, 0xcd, 0x34, 0xf9, 0x4f, 0x81,
};
/* clang-format on */

#define ALL(array) ((struct bytes){ array, sizeof(array) })

/* A sanitizer's run time makes calls of its own: no filter then. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true
#elif defined(__has_feature)
#define SANITIZED __has_feature(address_sanitizer)
#else
#define SANITIZED false
#endif

static bool
verify(struct bytes key, const char *text, struct bytes signature)
{
	return pkey_verify(key, HASH_SHA256, bytes_of(text), signature);
}

TEST(signatures)
{
	crypto_init();
	CHECK(verify(ALL(rsa_key), "candor", ALL(rsa_sig)));
	CHECK(!verify(ALL(rsa_key), "cander", ALL(rsa_sig)));
	CHECK(verify(ALL(ec_key), "candor", ALL(ec_sig)));
	CHECK(!verify(ALL(ec_key), "cander", ALL(ec_sig)));
	CHECK(!verify(ALL(ec_key), "candor", ALL(rsa_sig)));
	CHECK(!pkey_verify(ALL(rsa_key), HASH_SHA1, BYTES_LIT("candor"), ALL(rsa_sig)));
	CHECK(!verify((struct bytes){ 0 }, "candor", ALL(rsa_sig)));
	CHECK(!verify(ALL(rsa_sig), "candor", ALL(rsa_sig)));
	CHECK(!verify((struct bytes){ rsa_key, 100 }, "candor", ALL(rsa_sig)));
}

static bool
verify_digest(
    struct bytes key, const char *type, const char *text, struct bytes signature)
{
	uint8_t digest[HASH_MAX];

	hash_of(HASH_SHA256, bytes_of(text), digest);
	return pkey_verify_digest(key, type, HASH_SHA256, digest, signature);
}

TEST(signatures_of_digests)
{
	CHECK(verify_digest(ALL(rsa_key), "RSA", "candor", ALL(rsa_sig)));
	CHECK(!verify_digest(ALL(rsa_key), "RSA", "cander", ALL(rsa_sig)));
	CHECK(!verify_digest(ALL(rsa_key), "EC", "candor", ALL(rsa_sig)));
	CHECK(verify_digest(ALL(ec_key), "EC", "candor", ALL(ec_sig)));
	CHECK(!verify_digest(ALL(ec_key), "EC", "cander", ALL(ec_sig)));
	CHECK(!verify_digest(ALL(ec_key), "RSA", "candor", ALL(ec_sig)));
	CHECK(!verify_digest(ALL(ed_key), "RSA", "candor", ALL(rsa_sig)));
	CHECK(!verify_digest((struct bytes){ 0 }, "RSA", "candor", ALL(rsa_sig)));
}

TEST(recover)
{
	uint8_t block[PKEY_DATA_MAX], digest[HASH_MAX];

	hash_of(HASH_SHA256, BYTES_LIT("candor"), digest);
	EQ_U(pkey_recover(ALL(rsa_key), ALL(rsa_sig), block), 19 + 32); /* a DigestInfo */
	EQ_B(((struct bytes){ block + 19, 32 }), ((struct bytes){ digest, 32 }));
	EQ_U(pkey_recover(ALL(ec_key), ALL(ec_sig), block), 0);
}

TEST(names)
{
	char text[OID_TEXT_MAX];

	EQ_S(oid_short(BYTES_LIT("\x55\x04\x03")), "CN");
	CHECK(oid_short(BYTES_LIT("\x55\x04\x7f\x01")) == NULL);
	EQ_S(oid_long(BYTES_LIT("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b")),
	    "sha256WithRSAEncryption");
	EQ_S(oid_long((struct bytes){ 0 }), "undefined");
	oid_text(BYTES_LIT("\x2a\x86\x48\x86\xf7\x0d"), text);
	EQ_S(text, "1.2.840.113549");
	oid_text(BYTES_LIT("\x88\x37"), text); /* the first arc is 2 at most */
	EQ_S(text, "2.999");
	oid_text(BYTES_LIT("\x2a\x86"), text);
	EQ_S(text, "");
	oid_text(BYTES_LIT("\x2a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"), text);
	EQ_S(text, "");
}

/* Everything that is not memory ends the process. */
static void
confine(void)
{
#define ALLOW(call)                                             \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##call, 0, 1), \
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		ALLOW(mmap),
		ALLOW(munmap),
		ALLOW(mremap),
		ALLOW(brk),
		ALLOW(exit_group),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_fprog program = { COUNT(code), code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
		_exit(2);
}

/* Keys good and bad: what they say is not looked at, only that it is said. */
static int
use_everything(void)
{
	uint8_t block[PKEY_DATA_MAX], digest[HASH_MAX];
	int n = 0;

	for (enum hash_kind k = 0; k < HASH_KINDS; k++) {
		hash_of(k, ALL(rsa_key), digest);
		n += pkey_verify(ALL(rsa_key), k, BYTES_LIT("candor"), ALL(rsa_sig));
		n += pkey_verify(ALL(ec_key), k, BYTES_LIT("candor"), ALL(ec_sig));
	}
	for (size_t cut = 0; cut < sizeof(rsa_key); cut++)
		n += verify((struct bytes){ rsa_key, cut }, "candor", ALL(rsa_sig));
	for (size_t i = 0; i < sizeof(ec_key); i++) {
		uint8_t key[sizeof(ec_key)];

		memcpy(key, ec_key, sizeof(key));
		key[i] ^= 0x11;
		n += verify(ALL(key), "candor", ALL(ec_sig));
	}
	n += pkey_recover(ALL(rsa_key), ALL(rsa_sig), block) > 0;
	n += verify_digest(ALL(rsa_key), "RSA", "candor", ALL(rsa_sig));
	n += verify_digest(ALL(ec_key), "EC", "candor", ALL(ec_sig));
	n += pkey_verify_digest(ALL(rsa_key), "RSA", HASH_SHA1, digest, ALL(rsa_sig));
	n += oid_short(BYTES_LIT("\x55\x04\x03")) != NULL;
	return n == 6 ? 0 : 1;
}

TEST(confined)
{
	int status = 0;
	pid_t pid;

	crypto_init();
	pid = fork();
	if (pid == 0) {
		if (!SANITIZED)
			confine();
		_exit(use_everything());
	}
	waitpid(pid, &status, 0);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
