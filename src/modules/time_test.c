#include "modules/call.h"

extern const struct format module_time;

TEST(now)
{
	struct call_host h = { .budget = 1 };

	EQ_I(call_fn(&h, &module_time, "now :i", (struct fact_call){ .now = 42 }).i, 42);
}
