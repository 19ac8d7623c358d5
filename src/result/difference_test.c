#include "result/difference.h"

#include "tests/tap.h"

/* Each class has its own word, plain enough for JSON and for a column; none has no word.
 */
TEST(words)
{
	for (int i = 0; i < DIFF_CLASSES; i++) {
		const char *name = diff_class_name((enum diff_class)i);

		ROW("%d", i);
		if (!CHECK(name != NULL && name[0] != '\0'))
			continue;
		for (const char *c = name; *c != '\0'; c++)
			CHECK((*c >= 'a' && *c <= 'z') || *c == ' ');
		for (int k = 0; k < i; k++)
			CHECK(strcmp(name, diff_class_name((enum diff_class)k)) != 0);
	}
	CHECK(diff_class_name(DIFF_CLASSES) == NULL);
	CHECK(diff_class_name((enum diff_class)UINT32_MAX) == NULL);
}

/* The later one is the more serious: in doubt a fold takes the larger number. */
TEST(order)
{
	CHECK(DIFF_TIMESTAMP < DIFF_METADATA && DIFF_METADATA < DIFF_TEXT);
	CHECK(DIFF_TEXT < DIFF_DATA && DIFF_DATA < DIFF_CODE);
	EQ_U(DIFF_CODE, DIFF_CLASSES - 1);
}
