/* What looks like a secret, and what only talks of one; in pieces of any size. */
#include "handover/secret.h"

#include "base/buf.h"
#include "base/err.h"
#include "tests/tap.h"

#define B64   "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj"
/* cut in two, so that this file may be handed over itself */
#define BEGIN "-----BEGIN "
#define KEY   "PRIVATE KEY-----"
#define TOKEN \
	"gh"  \
	"p_"

/* clang-format off */
static const struct {
	const char *name, *text, *what, *file;
} rows[] = {
	{ "PKCS 8", BEGIN KEY "\n" B64 "\n", "a private key" },
	{ "with DOS line ends", BEGIN "RSA " KEY "\r\n" B64 "\r\n", "a private key" },
	{ "of OpenSSH", "x\n" BEGIN "OPENSSH " KEY "\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU\n", "a private key" },
	{ "encrypted, the old way", BEGIN "EC " KEY "\nProc-Type: 4,ENCRYPTED\n", "a private key" },
	{ "of PGP", BEGIN "PGP PRIVATE KEY BLOCK-----\n\n" B64, "a private key" },
	{ "in a C string", "\"" BEGIN KEY "\\n" B64 "\"", "a private key" },
	{ "the words alone", BEGIN "RSA " KEY, NULL },
	{ "the words in a sentence", BEGIN KEY " is how it begins", NULL },
	{ "a public key", BEGIN "PUBLIC KEY-----\n" B64, NULL },
	{ "a certificate", BEGIN "CERTIFICATE-----\n" B64, NULL },
	{ "a token", "t=" TOKEN "abcdefghijklmnopqrstuvwxyz0123456789", "a token of GitHub" },
	{ "a token at the very beginning", TOKEN "abcdefghijklmnopqrstuvwxyz0123456789", "a token of GitHub" },
	{ "a short token", TOKEN "abcdefgh", NULL },
	{ "a token inside of a word", "x" TOKEN "abcdefghijklmnopqrstuvwxyz0123456789", NULL },
	{ "AWS", "id AKIA" "ABCDEFGHIJKLMNOP", "an access key of AWS" },
	{ "AWS for a while", "ASIA" "ABCDEFGHIJKLMNOP", "a temporary access key of AWS" },
	{ "a continent", "in ASIA, ASIAN and ASIATIC", NULL },
	{ "Hugging Face", "h" "f_abcdefghijklmnopqrstuvwxyzABCDEFGH", "a token of Hugging Face" },
	{ "a function", "hf_transfer(hf_context)", NULL },
	{ "OpenAI", "sk-" "proj-abcdefghijklmnopqrstuvwxyz0123456789ABCD", "a key of OpenAI" },
	{ "AWS in lower case", "id AKIA" "abcdefghijklmnop", NULL },
	{ "npm", "//registry.npmjs.org/:_auth" "Token=0123456789abcdef", "a token of npm" },
	{ "a URL with a password", "https://me:0123456789abcdef0123@x.example/", "a URL with a password" },
	{ "a URL with a port", "https://x.example:8080/a@b", NULL },
	{ "a URL with a variable", "https://u:${TOKEN_OF_SOMETHING}@x", NULL },
	{ "a note's key", "PRIVATE" "+KEY+a.example+0123abcd+AQcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH", "a private key of signed notes" },
	{ "a note's key without one", "PRIVATE" "+KEY+name+id+base64", NULL },
	{ "a short password in a URL", "postgres:/" "/app:Tr0ub4dor@db.internal/x", "a URL with a password" },
	{ "a password without a name", "redis:/" "/:k3Vn9qPz@cache:6379", "a URL with a password" },
	{ "a URL with the word", "ftp:/" "/user:password@host.org/", NULL },
	{ "a URL at an example", "https:/" "/bob:Tr0ub4dor@example.com/", NULL },
	{ "a URL with x", "https:/" "/bob:xxxxxxxx@a.org/", NULL },
	{ "a URL with stars", "https:/" "/bob:********@a.org/", NULL },
	{ "a URL with the name twice", "amqp:/" "/rabbit:rabbit@a.org/", NULL },
	{ "a URL with a template", "https:/" "/bob:{{password}}@a.org/", NULL },
	{ "a URL without a password", "https:/" "/bob:@a.org/", NULL },
	{ "a URL with a shell's variable", "https:/" "/bob:$PASSWORD@a.org/", NULL },
	{ "a URL in brackets", "https:/" "/bob:<password>@a.org/", NULL },
	{ "no scheme", ":/" "/bob:Tr0ub4dor@a.org/", NULL },
	{ "a secret of AWS", "aws_secret_access" "_key = Ab1/cD2+eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2yZ\n", "a secret key of AWS" },
	{ "in the environment", "AWS_SECRET_ACCESS" "_KEY=\"Ab1/cD2+eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2yZ\"", "a secret key of AWS" },
	{ "in JSON", "\"SecretAccess" "Key\": \"Ab1/cD2+eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2yZ\"", "a secret key of AWS" },
	{ "AWS's example", "aws_secret_access" "_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", NULL },
	{ "AWS's other example", "AKIA" "IOSFODNN7EXAMPLE", NULL },
	{ "a secret of AWS in a variable", "aws_secret_access" "_key = os.environ['AWS']", NULL },
	{ "netrc", "machine " "a.org login me\n\tpassword Tr0ub4dor\n", "a stored password" },
	{ "netrc with an account", "machine " "a.org account x password Tr0ub4dor", "a stored password" },
	{ "netrc in a manual", "machine " "host.domain.com login myself password secret", NULL },
	{ "a machine in a sentence", "a machine " "that has a login and a password is safe", NULL },
	{ "docker", "\"auth\"" ": \"Ym9iOlRyMHViNGRvcg==\"", "a stored password of Docker" },
	{ "docker's example", "\"auth\"" ": \"dXNlcjpwYXNzd29yZA==\"", NULL },
	{ "docker without one", "\"auth\"" ": {}", NULL },
	{ "npm, the old way", "//r.org/:_auth" "=Ym9iOlRyMHViNGRvcg==\n", "a password of npm" },
	{ "npm's variable", "//r.org/:_auth" "Token=${NPM_TOKEN_OF_SOMETHING}", NULL },
	{ "shadow", "root:" "$6$saltsalt$Ab1.cD2/eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2yZ:19000:0:99999:7:::\n", "a password hash" },
	{ "shadow, yescrypt", "x\nbob:" "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7:1::\n", "a password hash" },
	{ "htpasswd", "bob:" "$apr1$Zm8xY1d3$Ab1.cD2/eF3gH4iJ5kL6m.\n", "a password hash" },
	{ "htpasswd, bcrypt", "bob:" "$2y$05$Ab1.cD2/eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2yZ01234567890\n", "a password hash" },
	{ "a hash of no one", "= \"" "$6$saltsalt$Ab1.cD2/eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2yZ\"", NULL },
	{ "a locked account", "bob:!:19000:0:99999:7:::\nann:*:1::\n", NULL },
	{ "make", "all:$(OBJ)\nx:$$(call f)\n", NULL },
	{ "a setting", "A=1\nexport DB_PASSWORD='Tr0ub4dor'\n", "a password or a token", "src/.env" },
	{ "a setting of production", "SESSION_SECRET=8fj2kd93jf0s", "a password or a token", ".env.production" },
	{ "a key", "STRIPE_KEY=a8f5f167f44f4964e6c998dee827110c\n", "a password or a token", "app.env" },
	{ "an empty setting", "DB_PASSWORD=\nAPI_KEY=\"\"\n", NULL, ".env" },
	{ "settings to be filled in", "DB_PASSWORD=changeme\nAPI_KEY=your-api-key-goes-here\nA_TOKEN=${TOKEN}\nB_SECRET=<secret>\n", NULL, ".env.example" },
	{ "other settings", "KEYBOARD=a8f5f167f44f4964e6c998dee827110c\nMONKEY=a8f5f167f44f4964e6c998dee827110c\n", NULL, ".env" },
	{ "a path to a key", "TLS_KEY=/etc/ssl/private/server.key\n", NULL, ".env" },
	{ "a setting in a program", "DB_PASSWORD=Tr0ub4dor\n", NULL, "x.c" },
	{ "pypirc", "[pypi]\nusername = bob\npassword = Tr0ub4dor\n", "a password or a token", ".pypirc" },
	{ "nothing", "int main(void) { return 0; }", NULL },
	{ "empty", "", NULL },
};
/* clang-format on */

/* filler bytes of dots and the text, in pieces of so many bytes. */
static void
scan(struct secret_scan *s, const char *name, size_t filler, struct bytes text,
    size_t piece)
{
	struct buf all = { 0 };

	if (filler > 0)
		memset(buf_room(&all, filler), '.', filler);
	buf_put(&all, text.p, text.n);
	secret_begin(s, bytes_of(name));
	for (size_t at = 0; at < all.n; at += piece)
		secret_feed(s, bytes_clip(buf_bytes(&all), at, piece));
	secret_end(s);
	buf_done(&all);
}

TEST(contents)
{
	static struct secret_scan s;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes text = test_copy(bytes_of(rows[i].text));

		ROW("%s", rows[i].name);
		scan(&s, rows[i].file ? rows[i].file : "x", 0, text, 1 << 20);
		if (rows[i].what == NULL)
			CHECK(s.found == NULL);
		else if (CHECK(s.found != NULL))
			EQ_S(s.found, rows[i].what);
	}
}

TEST(across_the_edges_of_buffers)
{
	static struct secret_scan s;
	struct bytes text = bytes_of(rows[0].text);
	const size_t hold = sizeof(s.hold);

	for (size_t filler = hold - 700; filler < hold + 60; filler += 13) {
		scan(&s, "x", filler, text, 4096);
		ROW("at %zu", filler);
		if (CHECK(s.found != NULL))
			EQ_U(s.at, filler);
	}
	scan(&s, "x", 3 * hold, text, 1);
	EQ_U(s.at, 3 * hold);
}

/* The same in UTF-16, with and without its mark, in pieces that cut its units. */
TEST(in_UTF_16)
{
	static struct secret_scan s;

	for (size_t i = 0; i < COUNT(rows) * 6; i++) {
		const char *text = rows[i / 6].text;
		bool big = i % 2, mark = i % 3 > 0;
		size_t lead = strlen("some words before it\n");
		struct buf all = { 0 };

		ROW("%s, %s", rows[i / 6].name, big ? "BE" : "LE");
		if (mark)
			buf_put(&all, big ? "\xfe\xff" : "\xff\xfe", 2);
		for (size_t k = 0; k < lead + strlen(text); k++) {
			char c = k < lead ? "some words before it\n"[k] : text[k - lead];

			buf_put(&all, (char[]){ big ? '\0' : c, big ? c : '\0' }, 2);
		}
		scan(&s, rows[i / 6].file ? rows[i / 6].file : "x", 0, buf_bytes(&all),
		    1 + i % 7);
		EQ_U(s.found != NULL, rows[i / 6].what != NULL);
		buf_done(&all);
	}
}

TEST(far_in_UTF_16)
{
	static struct secret_scan s;
	const size_t hold = sizeof(s.hold);

	for (size_t filler = hold / 2 - 700; filler < hold * 2; filler += 511) {
		struct buf all = { 0 };

		buf_put(&all, "\xff\xfe", 2);
		for (size_t k = 0; k < filler; k++)
			buf_put(&all, ".", 2);
		for (const char *t = rows[0].text; *t; t++)
			buf_put(&all, (char[]){ *t, '\0' }, 2);
		scan(&s, "x", 0, buf_bytes(&all), 4095);
		ROW("at %zu", filler);
		if (CHECK(s.found != NULL))
			EQ_U(s.at, 2 + 2 * filler);
		buf_done(&all);
	}
}

TEST(keys_in_DER)
{
	static const struct {
		const char *name, *hex;
		bool ok;
	} der[] = {
		{ "PKCS 8, RSA", "308204bd 020100 300d06092a864886f70d010101 0500 0482",
		    true },
		{ "PKCS 8, EC", "308187 020100 301306072a8648ce3d0201 0608 2a8648ce",
		    true },
		{ "PKCS 1", "308204a2 020100 02820101 00c3ab9d 11223344", true },
		{ "PKCS 8, Ed25519", "302e 020100 300506032b6570 0422 0420 0011", true },
		{ "a public Ed25519 key", "302a 300506032b6570 032100 0011223344",
		    false },
		{ "SEC 1, P-256", "3077 020101 0420 00112233445566778899", true },
		{ "SEC 1, P-384", "3081a4 020101 0430 00112233445566778899", true },
		{ "an integer of 1 and a string of 5", "300a 020101 0405 0011223344 0000",
		    false },
		{ "OpenPGP, old form", "9458 04 6500aabb 16 092b06010401da", true },
		{ "OpenPGP, RSA", "9503c6 04 6500aabb 01 0800 c3ab9d1122", true },
		{ "OpenPGP, new form", "c558 04 6500aabb 16 092b06010401da", true },
		{ "a public key of OpenPGP", "9833 04 6500aabb 16 092b06010401da",
		    false },
		{ "a certificate", "30820122 30820 0c8a003020102 020900aabbccddeeff00",
		    false },
		{ "too short", "3082 04bd 0201", false },
	};
	static struct secret_scan s;

	for (size_t i = 0; i < COUNT(der); i++) {
		ROW("%s", der[i].name);
		scan(&s, "x", 0, test_hex(der[i].hex), 1000);
		EQ_U(s.found != NULL, der[i].ok);
	}
}

TEST(names)
{
	static const char *const bad[] = { ".netrc", "a/b/.git-credentials", "id_ed25519",
		"home/.ssh/id_rsa", "x.p12", "keys/store.kdbx" };
	static const char *const good[] = { "netrc", "id_ed25519.pub", "id_rsa/readme",
		"p12", "x.pem" };

	for (size_t i = 0; i < COUNT(bad); i++) {
		ROW("%s", bad[i]);
		CHECK(secret_name(bytes_of(bad[i])) != NULL);
	}
	for (size_t i = 0; i < COUNT(good); i++) {
		ROW("%s", good[i]);
		CHECK(secret_name(bytes_of(good[i])) == NULL);
	}
}
