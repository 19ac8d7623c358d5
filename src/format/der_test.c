#include "format/der.h"

#include "base/err.h"
#include "tests/tap.h"

/* clang-format off */
static const struct {
	const char *name, *hex;
	bool ok;
	uint8_t tag;
	size_t body, whole;
} elements[] = {
	{ "nothing",            "",               false, 0,    0, 0 },
	{ "tag alone",          "02",             false, 0,    0, 0 },
	{ "empty",              "0500",           true,  0x05, 0, 2 },
	{ "short",              "020107 ff",      true,  0x02, 1, 3 },
	{ "cut",                "020207",         false, 0,    0, 0 },
	{ "long form",          "048103 010203",  true,  0x04, 3, 6 },
	{ "long form, 4 bytes", "048400000001 09", true, 0x04, 1, 7 },
	{ "5 bytes of length",  "04850000000001 09", false, 0, 0, 0 },
	{ "indefinite",         "3080 0000",      false, 0,    0, 0 },
	{ "large tag",          "1f8101 00",      false, 0,    0, 0 },
	{ "length of all ones", "04 84ffffffff",  false, 0,    0, 0 },
	{ "cut in the length",  "0482 01",        false, 0,    0, 0 },
};

static const struct {
	uint8_t tag;
	const char *text;
	int64_t want;
} times[] = {
	{ DER_UTC_TIME, "700101000000Z", 0 },
	{ DER_UTC_TIME, "160610042906Z", 1465532946 },
	{ DER_UTC_TIME, "491231235959Z", 2524607999 },
	{ DER_UTC_TIME, "500101000000Z", -631152000 },
	{ DER_UTC_TIME, "1606100429Z", 1465532940 },
	{ DER_UTC_TIME, "160610042906+0130", 1465532946 - 5400 },
	{ DER_UTC_TIME, "160610042906-0130", 1465532946 + 5400 },
	{ DER_UTC_TIME, "000229000000Z", 951782400 },
	{ DER_UTC_TIME, "010229000000Z", INT64_MIN },
	{ DER_UTC_TIME, "161310042906Z", INT64_MIN },
	{ DER_UTC_TIME, "160610242906Z", INT64_MIN },
	{ DER_UTC_TIME, "160610042906", INT64_MIN },
	{ DER_UTC_TIME, "160610042906Zx", INT64_MIN },
	{ DER_UTC_TIME, "16061004290", INT64_MIN },
	{ DER_UTC_TIME, "", INT64_MIN },
	{ DER_GENERAL_TIME, "20160610042906Z", 1465532946 },
	{ DER_GENERAL_TIME, "20160610042906.123Z", 1465532946 },
	{ DER_GENERAL_TIME, "19000101000000Z", -2208988800 },
	{ DER_GENERAL_TIME, "99991231235959Z", 253402300799 },
	{ DER_GENERAL_TIME, "00000101000000Z", -62167219200 },
};
/* clang-format on */

TEST(elements)
{
	for (size_t i = 0; i < COUNT(elements); i++) {
		struct cur c = cur_at(test_hex(elements[i].hex), 0);
		struct der d = { 0 };

		ROW("%s", elements[i].name);
		CHECK(der_next(&c, &d) == elements[i].ok);
		EQ_U(d.tag, elements[i].tag);
		EQ_U(d.body.n, elements[i].body);
		EQ_U(d.whole.n, elements[i].whole);
		if (elements[i].ok)
			CHECK(cur_ok(&c));
	}
}

TEST(take_and_maybe)
{
	struct cur c = cur_at(test_hex("020101 0500 0401aa"), 0);

	CHECK(der_maybe(&c, DER_OID).p == NULL);
	EQ_U(der_number(der_take(&c, DER_INTEGER)), 1);
	CHECK(der_maybe(&c, DER_NULL).p != NULL);
	EQ_U(der_take(&c, DER_OCTETS).n, 1);
	CHECK(cur_ok(&c));
	der_take(&c, DER_OCTETS);
	CHECK(!cur_ok(&c));
}

TEST(numbers)
{
	EQ_U(der_number(test_hex("00ff")), 255);
	EQ_U(der_number(test_hex("7fffffffffffffff")), INT64_MAX);
	EQ_U(der_number(test_hex("00ffffffffffffffff")), UINT64_MAX);
	EQ_U(der_number(test_hex("80")), UINT64_MAX);
	EQ_U(der_number(test_hex("")), UINT64_MAX);
}

TEST(times)
{
	for (size_t i = 0; i < COUNT(times); i++) {
		ROW("%s", times[i].text);
		EQ_I(der_time(times[i].tag, test_copy(bytes_of(times[i].text))),
		    times[i].want);
	}
}
