#include "cli/idset.h"

#include "tests/tap.h"

/* Grows several times, forgets nothing, and tells apart what differs in one half. */
TEST(insert)
{
	struct idset s = { 0 };

	for (uint64_t round = 0; round < 2; round++)
		for (uint64_t dev = 0; dev < 4; dev++)
			for (uint64_t ino = 0; ino < 1000; ino++)
				EQ_U(idset_add(&s, dev, ino), round == 0);
	EQ_U(s.n, 4000);
	CHECK(s.cap >= 2 * s.n);
	idset_done(&s);
	EQ_U(s.n, 0);
	CHECK(idset_add(&s, 1, 1));
	idset_done(&s);
}

/* Numbers that a file system may well hand out: multiples, and the top of the range. */
TEST(patterns)
{
	static const uint64_t steps[] = { 1, 64, 4096, 1ull << 32, 1ull << 52 };

	for (size_t k = 0; k < sizeof(steps) / sizeof(steps[0]); k++) {
		struct idset s = { 0 };

		ROW("step %llu", (unsigned long long)steps[k]);
		for (uint64_t i = 0; i < 500; i++)
			CHECK(idset_add(&s, UINT64_MAX, i * steps[k]));
		EQ_U(s.n, 500);
		CHECK(!idset_add(&s, UINT64_MAX, 0));
		idset_done(&s);
	}
}
