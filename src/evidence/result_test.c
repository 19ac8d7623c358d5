#include "evidence/result.h"

#include "tests/tap.h"

#define HEX1 "0101010101010101010101010101010101010101010101010101010101010101"

/* clang-format off */
static const struct row {
	const char *json;
	enum err want;
	enum attest_result result;
	uint8_t manifest;
} rows[] = {
	{ "{\"type\":\"rebuild\",\"artefacts\":[{\"name\":\"x\",\"sha256\":\"" HEX1 "\",\"result\":\"bit-identical\"}]}", OK, ATTEST_PASSED },
	{ "{\"type\":\"rebuild\",\"artefacts\":[{\"name\":\"x\",\"sha256\":\"" HEX1 "\",\"result\":\"differs\"}]}", OK, ATTEST_FAILED },
	{ "{\"type\":\"rebuild\",\"artefacts\":[{\"name\":\"x\",\"sha256\":\"" HEX1 "\",\"result\":\"missing\"}]}", OK, ATTEST_FAILED },
	{ "{\"type\":\"rebuild\",\"artefacts\":[{\"name\":\"x\",\"sha256\":\"" HEX1 "\",\"result\":\"inconclusive\"}]}", OK, ATTEST_INCONCLUSIVE },
	{ "{\"type\":\"rebuild\",\"artefacts\":[{\"name\":\"x\",\"sha256\":\"" HEX1 "\",\"result\":\"PASSED\"}]}", OK, ATTEST_PASSED },
	{ "{\"type\":\"rebuild\",\"artefacts\":[{\"name\":\"x\",\"sha256\":\"" HEX1 "\",\"result\":\"FAILED\"}]}", OK, ATTEST_FAILED },
	{ "{\"type\":\"rebuild\",\"artefacts\":[{\"name\":\"x\",\"sha256\":\"" HEX1 "\",\"result\":\"new word\"}]}", OK, ATTEST_INCONCLUSIVE },
	{ "{\"type\":\"rebuild\",\"artefacts\":[{\"name\":\"x\",\"sha256\":\"" HEX1 "\"}]}", OK, ATTEST_INCONCLUSIVE },
	{ "{\"type\":\"rebuild\",\"artefacts\":[{\"sha256\":\"" HEX1 "\"}]}", ERR_FORMAT, 0 },
	{ "{\"type\":\"rebuild\",\"artefacts\":[{\"name\":\"x\"}]}", ERR_FORMAT, 0 },
	{ "{\"type\":\"rebuild\",\"artefacts\":[]}", ERR_FORMAT, 0 }, { "{}", ERR_FORMAT, 0 }, { "x", ERR_FORMAT, 0 },
};
/* clang-format on */

TEST(files)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf b = { 0 };
		struct fault f = { 0 };
		struct result_artefact a;

		ROW("%s", rows[i].json);
		EQ_U(
		    result_read(test_copy(bytes_of(rows[i].json)), &b, &f), rows[i].want);
		if (rows[i].want == OK) {
			struct cur c = cur_at(test_copy(buf_bytes(&b)), 0);

			struct result_head head;

			CHECK(result_head_read(&c, &head) &&
			      head.manifest[31] == rows[i].manifest);
			CHECK(!head.trusted && !head.unused && !head.unmade);
			EQ_U(result_next(&c, &a), OK);
			EQ_B(a.name, BYTES_LIT("x"));
			EQ_U(a.sha256[31], 1);
			EQ_U(a.result, rows[i].result);
			EQ_U(result_next(&c, &a), ERR_END);
		}
		buf_done(&b);
	}
}

/* Records cut anywhere are none. */
TEST(cut_records)
{
	struct buf b = { 0 };
	struct result_artefact a;

	EQ_U(result_read(bytes_of(rows[0].json), &b, NULL), OK);
	for (size_t n = 1; n < b.n; n++) {
		struct cur c = cur_at(test_copy(bytes_clip(buf_bytes(&b), 0, n)), 0);
		struct result_head head;

		EQ_U(result_head_read(&c, &head), n >= 33);
		EQ_U(result_next(&c, &a), n == 33 ? ERR_END : ERR_FORMAT);
	}
	buf_done(&b);
}

/* What a rebuild did not show goes along into the statement. */
TEST(doubts)
{
	/* clang-format off */
#define HEAD "{\"type\":\"rebuild\",\"artefacts\":[{\"name\":\"x\",\"sha256\":\"" \
	"0000000000000000000000000000000000000000000000000000000000000001\",\"result\":\"differs\"}],"
	static const struct {
		const char *json;
		bool trusted, unused, unmade;
	} doubt[] = {
		{ HEAD "\"bundle\":{\"signerTrusted\":true}}", true, false, false },
		{ HEAD "\"bundle\":{\"signerTrusted\":false}}", false, false, false },
		{ HEAD "\"builds\":[{\"compilerUsed\":true},{\"compilerUsed\":false}]}", false, true, false },
		{ HEAD "\"otherToolchains\":[{\"result\":\"differs\"}]}", false, false, false },
		{ HEAD "\"otherToolchains\":[{\"result\":\"inconclusive\"}]}", false, false, true },
		{ HEAD "\"otherToolchains\":[{\"result\":\"missing\"}]}", false, false, true },
	};
#undef HEAD
	/* clang-format on */

	for (size_t i = 0; i < COUNT(doubt); i++) {
		struct buf b = { 0 };
		struct result_head head;
		struct cur c;

		ROW("%s", doubt[i].json);
		EQ_U(result_read(bytes_of(doubt[i].json), &b, NULL), OK);
		c = cur_at(buf_bytes(&b), 0);
		CHECK(result_head_read(&c, &head));
		EQ_U(head.trusted, doubt[i].trusted);
		EQ_U(head.unused, doubt[i].unused);
		EQ_U(head.unmade, doubt[i].unmade);
		buf_done(&b);
	}
}
