#include "db/cond_print.h"

#include <stdio.h>

#include "tests/tap.h"

static const struct cond_names no_names = { 0 };

/* Words that operands of these kinds take when every count in them is 0. */
static uint32_t
words_of(const char *kinds)
{
	uint32_t n = 0;

	for (; *kinds != '\0'; kinds++)
		n += *kinds == 'C' ? 6 : strchr("qFALV", *kinds) ? 2 : 1;
	return n;
}

static void
print(struct buf *out, const uint32_t *code, uint32_t n, const struct cond_names *names)
{
	struct bytes exact =
	    test_copy((struct bytes){ (const uint8_t *)code, n * sizeof(*code) });

	buf_clear(out);
	cond_print(out, (const uint32_t *)(const void *)exact.p, n, names);
}

/* Every instruction is one line with its name; one that is cut off is said to be broken.
 */
TEST(every_instruction)
{
	struct buf out = { 0 };

	for (uint32_t op = 0; op < COND_NOPS; op++) {
		uint32_t code[16] = { 0, 2, op };
		uint32_t n = 3 + words_of(cond_ops[op].words);
		char line[64];

		ROW("%s", cond_ops[op].name);
		snprintf(line, sizeof(line), "     2  %s", cond_ops[op].name);
		print(&out, code, n, &no_names);
		CHECK(strstr(buf_cstr(&out), line) != NULL);
		CHECK(strstr(buf_cstr(&out), "broken") == NULL);
		for (uint32_t cut = 3; cut < n; cut++) {
			print(&out, code, cut, &no_names);
			CHECK(strstr(buf_cstr(&out), "     2  broken\n") != NULL);
		}
	}
	buf_done(&out);
}

TEST(damaged)
{
	static const struct {
		uint32_t n, code[4];
		const char *want;
	} rows[] = {
		{ 0, { 0 }, "     0  broken\n" },
		{ 1, { 0 }, "     0  broken\n" },
		{ 3, { 0, 1, 0 }, "     0  broken\n" }, /* begins in its own head */
		{ 3, { 0, 3, 0 }, "     0  broken\n" }, /* begins behind its end */
		{ 3, { 0x030201, 2, 0xff },
		    "        registers: 1 numbers, 2 strings, 3 objects\n     2  "
		    "broken\n" },
	};
	struct buf out = { 0 };

	for (size_t i = 0; i < COUNT(rows); i++) {
		ROW("%zu", i);
		print(&out, rows[i].code, rows[i].n, &no_names);
		EQ_S(buf_cstr(&out), rows[i].want);
	}
	buf_done(&out);
}

static void
spell(void *arg, char kind, uint32_t i, struct buf *out)
{
	(void)arg;
	buf_printf(out, "<%c%u>", kind, i);
}

/* Operands are shown by the names that the caller has for them, and branches by outcome.
 */
TEST(operands)
{
	const struct cond_names names = { .name = spell };
	struct buf out = { 0 };

	for (uint32_t op = 0; op < COND_NOPS; op++) {
		uint32_t code[16] = { 0, 2, op, 7 };
		const char *words = cond_ops[op].words;
		char want[16];

		if (words[0] == '\0' || words[1] != '\0' ||
		    strchr("PREMTG", words[0]) == NULL)
			continue;
		ROW("%s", cond_ops[op].name);
		snprintf(want, sizeof(want), " <%c7>\n", words[0]);
		print(&out, code, 4, &names);
		CHECK(strstr(buf_cstr(&out), want) != NULL);
	}
	for (uint32_t op = 0; op < COND_NOPS; op++) {
		uint32_t code[16] = { 0, 2, op,
			COND_ON_FALSE | COND_ON_UNDEF | COND_HELPS |
			    9 << COND_TARGET_SHIFT };

		if (strcmp(cond_ops[op].words, "B") != 0)
			continue;
		ROW("%s", cond_ops[op].name);
		print(&out, code, 4, &names);
		CHECK(strstr(buf_cstr(&out), " + false,undef->9\n") != NULL);
	}
	buf_done(&out);
}
