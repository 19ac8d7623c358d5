/* The signatures were made by OpenSSH 9.2's ssh-keygen, with the key of seed 05 x 32. */
#include "evidence/sshsig.h"

#include "tests/tap.h"

/* clang-format off */
#define SIG512 \
	"-----BEGIN SSH SIGNATURE-----\n" \
	"U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgbnoc3Smwt4/ROvTFWY/v9O8qlx\n" \
	"ZuPKby5Pv8zYBQW/EAAAALY2FuZG9yLXRlc3QAAAAAAAAABnNoYTUxMgAAAFMAAAALc3No\n" \
	"LWVkMjU1MTkAAABA0MgMzeUUr7jq9tktQunOcsmCbkio2yW0N9qOJdCGObxKwz98TfHvDp\n" \
	"MM9ZjEj4E99P1I53+Nq2vDQk1tHr0wCA==\n" \
	"-----END SSH SIGNATURE-----\n"
#define SIG256 \
	"-----BEGIN SSH SIGNATURE-----\n" \
	"U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgbnoc3Smwt4/ROvTFWY/v9O8qlx\n" \
	"ZuPKby5Pv8zYBQW/EAAAALY2FuZG9yLXRlc3QAAAAAAAAABnNoYTI1NgAAAFMAAAALc3No\n" \
	"LWVkMjU1MTkAAABA77+wI3nsA0vT3KU4ik5p+yKYRLoNHN01R0ruJZcKXbyexjSTK7LlMQ\n" \
	"oi0j2Qjzjw2mxokCDxGXuTPqSHgNyvCw==\n" \
	"-----END SSH SIGNATURE-----\n"
#define PUBLIC "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG56HN0psLeP0Tr0xVmP7/TvKpcWbjym8uT7/M2AUFvx"
/* clang-format on */

static const char message[] = "hello world\n";

static void
seed_of(uint8_t seed[SIGN_SEED], uint8_t public[SIGN_PUBLIC])
{
	memset(seed, 5, SIGN_SEED);
	sign_public(seed, public);
}

static enum fault_kind
check(const char *text, const char *namespace, const char *said)
{
	uint8_t seed[SIGN_SEED], public[SIGN_PUBLIC], digest[HASH_MAX];
	struct fault f = { 0 };
	struct sshsig s;

	seed_of(seed, public);
	if (sshsig_parse(test_copy(bytes_of(text)), &s, &f) != OK)
		return f.kind;
	hash_of(s.hash, bytes_of(said), digest);
	CHECK((sshsig_holds(&s, public, namespace, digest, &f) == OK) ==
	      (f.kind == FAULT_NONE));
	return f.kind;
}

TEST(same_bytes_as_ssh_keygen)
{
	uint8_t seed[SIGN_SEED], public[SIGN_PUBLIC], digest[HASH_MAX];
	struct buf b = { 0 };

	seed_of(seed, public);
	hash_of(HASH_SHA512, bytes_of(message), digest);
	sshsig_make(seed, "candor-test", digest, &b);
	EQ_S(buf_cstr(&b), SIG512);
	buf_clear(&b);
	sshsig_public(public, "c", &b);
	EQ_S(buf_cstr(&b), PUBLIC " c\n");
	buf_clear(&b);
	sshsig_signer(public, BYTES_LIT("a.example"), "candor-test", &b);
	EQ_S(buf_cstr(&b), "a.example namespaces=\"candor-test\" " PUBLIC "\n");
	buf_done(&b);
}

TEST(holds)
{
	EQ_U(check(SIG512, "candor-test", message), FAULT_NONE);
	EQ_U(check(SIG256, "candor-test", message), FAULT_NONE);
	EQ_U(check("\n " SIG256 "\r\n", "candor-test", message), FAULT_NONE);
	EQ_U(check(SIG512, "candor-tess", message), FAULT_SIGNATURE);
	EQ_U(check(SIG512, "candor-test", "hello World\n"), FAULT_SIGNATURE);
}

TEST(another_key)
{
	uint8_t other[SIGN_PUBLIC] = { 1 }, digest[HASH_MAX];
	struct fault f = { 0 };
	struct sshsig s;

	hash_of(HASH_SHA512, bytes_of(message), digest);
	EQ_U(sshsig_parse(BYTES_LIT(SIG512), &s, &f), OK);
	EQ_U(sshsig_holds(&s, other, "candor-test", digest, &f), ERR_FORMAT);
	EQ_S(f.text, "the SSH signature is of another key");
}

TEST(not_a_signature)
{
	EQ_U(check("", "candor-test", message), FAULT_ENVELOPE);
	EQ_U(check("-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n",
		 "candor-test", message),
	    FAULT_ENVELOPE);
	EQ_U(check("-----BEGIN SSH SIGNATURE-----\nU1NIU0lH!\n-----END SSH "
		   "SIGNATURE-----\n",
		 "candor-test", message),
	    FAULT_ENVELOPE);
}

/* Cut anywhere, or with any letter changed, it does not hold. */
TEST(every_cut_and_letter)
{
	char text[sizeof(SIG512)];

	for (size_t n = 0; n + 1 < sizeof(text) - 1; n++) {
		memcpy(text, SIG512, n);
		text[n] = '\0';
		CHECK(check(text, "candor-test", message) != FAULT_NONE);
	}
	for (size_t i = 0; i < sizeof(text) - 2; i++) {
		memcpy(text, SIG512, sizeof(text));
		if (text[i] == '\n')
			continue;
		text[i] = text[i] == 'x' ? 'y' : 'x';
		ROW("letter %zu", i);
		CHECK(check(text, "candor-test", message) != FAULT_NONE);
	}
}
