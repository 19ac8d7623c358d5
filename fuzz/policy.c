/* policy.c - a trust file: everybody is always enough, and nobody never is. */
#include "log/policy.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct arena a = { .budget = 4 << 20 };
	static struct note_seen all[POLICY_NODES], none[POLICY_NODES];
	struct policy policy;
	struct fault f = { 0 };
	enum err e = policy_parse((struct bytes){ p, n }, &a, &policy, &f);

	if (e != OK && e != ERR_LIMIT && f.kind != FAULT_POLICY)
		abort();
	for (size_t i = 0; i < POLICY_NODES; i++)
		all[i] = (struct note_seen){ .line = BYTES_LIT("x"), .time = 5 };
	if (e == OK &&
	    (!policy_met(&policy, all, 5) ||
		policy_met(&policy, none, 0) != (policy.quorum == POLICY_NO_QUORUM) ||
		policy_met(&policy, all, 6) != (policy.quorum == POLICY_NO_QUORUM)))
		abort();
	arena_done(&a);
	return 0;
}
