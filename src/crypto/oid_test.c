/* Names are OpenSSL's; the dotted form is X.690 8.19. */
#include "crypto/oid.h"

#include "base/err.h"
#include "tests/tap.h"

TEST(dotted)
{
	static const struct {
		const char *hex, *want;
	} rows[] = {
		{ "", "" }, { "2a864886f70d", "1.2.840.113549" }, { "00", "0.0" },
		{ "27", "0.39" }, { "28", "1.0" }, { "50", "2.0" },
		{ "883703", "2.999.3" }, /* the first number holds two arcs */
		{ "2a80", "" },          /* ends inside of a number */
		{ "2affffffffffffff7f", "1.2.72057594037927935" },
		{ "2affffffffffffffffff7f", "" }, /* beyond 64 bits */
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[OID_TEXT_MAX];

		ROW("%s", rows[i].hex);
		oid_text(test_hex(rows[i].hex), text);
		EQ_S(text, rows[i].want);
	}
}

/* Whole arcs only, and always a NUL. */
TEST(long_ones_are_cut)
{
	uint8_t arcs[500];
	char text[OID_TEXT_MAX];

	memset(arcs, 0x7f, sizeof(arcs));
	oid_text((struct bytes){ arcs, sizeof(arcs) }, text);
	CHECK(strlen(text) < OID_TEXT_MAX && strlen(text) > OID_TEXT_MAX - 6);
	EQ_S(text + strlen(text) - 4, ".127");
}

TEST(names)
{
	uint8_t large[200] = { 0x2a };

	EQ_S(oid_short(test_hex("550403")), "CN");
	EQ_S(oid_long(test_hex("550403")), "commonName");
	EQ_S(oid_long(test_hex("2a864886f70d01010b")), "sha256WithRSAEncryption");
	CHECK(oid_short(test_hex("2a0304")) == NULL);
	EQ_S(oid_long(test_hex("2a0304")), "undefined");
	EQ_S(oid_long((struct bytes){ 0 }), "undefined");
	EQ_S(oid_long((struct bytes){ large, sizeof(large) }), "undefined");
}
