/*
 * difference.c - the classes of differences by name, in one table: reports, JSON and
 * tests have the same words.
 */
#include "result/difference.h"

const char *
diff_class_name(enum diff_class c)
{
	static const char *const names[DIFF_CLASSES] = {
		[DIFF_TIMESTAMP] = "timestamp",
		[DIFF_PATH] = "path",
		[DIFF_ORDER] = "order",
		[DIFF_BUILD_ID] = "build id",
		[DIFF_LOCALE] = "locale",
		[DIFF_RANDOM] = "randomness",
		[DIFF_COMPRESSION] = "compression",
		[DIFF_METADATA] = "metadata",
		[DIFF_DEBUG] = "debug info",
		[DIFF_TEXT] = "text",
		[DIFF_DATA] = "data",
		[DIFF_CODE] = "code",
	};

	return c < DIFF_CLASSES ? names[c] : NULL;
}
