/* The wanted values were printed by YARA 4.2.3 for the same bytes. */
#include "modules/call.h"

extern const struct format module_hash;

static struct bytes
sample(uint8_t out[96])
{
	for (unsigned i = 0; i < 96; i++)
		out[i] = (uint8_t)(i * i * 7 + i / 3);
	return (struct bytes){ out, 96 };
}

#define ABC                           \
	{                             \
		.s = BYTES_LIT("abc") \
	}
#define I(n)             \
	{                \
		.i = (n) \
	}

/* clang-format off */
static const struct {
	const char *fn;
	union fact_value a, b;
	const char *want; /* NULL: undefined */
} digests[] = {
	{ "md5 ii:s", I(0), I(96), "36bf463dc9cce43638afef7a713db38d" },
	{ "md5 ii:s", I(3), I(0), "d41d8cd98f00b204e9800998ecf8427e" },
	{ "md5 ii:s", I(96), I(1), NULL },
	{ "md5 ii:s", I(-1), I(1), NULL },
	{ "md5 ii:s", I(0), I(-1), NULL },
	{ "sha1 ii:s", I(3), I(4), "a0044fad2ff33eeb08c897d6bd04c40522d00524" },
	{ "sha256 ii:s", I(90), I(100),
	    "b195badd27b5754afcb64546adef2116d238ce0bc4e79fab49daf621b1f17de9" },
	{ "md5 s:s", ABC, I(0), "900150983cd24fb0d6963f7d28e17f72" },
	{ "sha1 s:s", ABC, I(0), "a9993e364706816aba3e25717850c26c9cd0d89d" },
	{ "sha256 s:s", ABC, I(0),
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
};

static const struct {
	const char *fn;
	union fact_value a, b;
	int64_t want;
} sums[] = {
	{ "crc32 ii:i", I(0), I(96), 336111754 },
	{ "crc32 ii:i", I(3), I(0), 0 },
	{ "crc32 s:i", ABC, I(0), 891568578 },
	{ "checksum32 ii:i", I(0), I(96), 12608 },
	{ "checksum32 ii:i", I(0), I(1000), 12608 },
	{ "checksum32 ii:i", I(96), I(0), FACT_UNDEF },
	{ "checksum32 s:i", ABC, I(0), 294 },
};
/* clang-format on */

TEST(digests)
{
	struct call_host h = { .budget = UINT64_MAX };
	uint8_t bytes[96];

	arena_init(&h.arena, 1 << 16);
	for (size_t i = 0; i < COUNT(digests); i++) {
		struct fact_call c = { .file = test_copy(sample(bytes)),
			.arg = { digests[i].a, digests[i].b } };

		ROW("%zu: %s", i, digests[i].fn);
		EQ_B(call_fn(&h, &module_hash, digests[i].fn, c).s,
		    bytes_of(digests[i].want));
	}
	arena_done(&h.arena);
}

TEST(sums)
{
	struct call_host h = { .budget = UINT64_MAX };
	uint8_t bytes[96];

	for (size_t i = 0; i < COUNT(sums); i++) {
		struct fact_call c = { .file = test_copy(sample(bytes)),
			.arg = { sums[i].a, sums[i].b } };

		ROW("%zu: %s", i, sums[i].fn);
		EQ_I(call_fn(&h, &module_hash, sums[i].fn, c).i, sums[i].want);
	}
}

TEST(results_are_kept)
{
	struct call_host h = { .budget = UINT64_MAX };
	void *self = calloc(1, module_hash.facts_size);
	uint8_t bytes[96];
	struct fact_call c = {
		.file = sample(bytes), .self = self, .arg = { I(0), I(96) }
	};

	arena_init(&h.arena, 1 << 16);
	struct bytes once = call_fn(&h, &module_hash, "md5 ii:s", c).s;
	uint64_t charged = h.charged;
	struct bytes again = call_fn(&h, &module_hash, "md5 ii:s", c).s;
	EQ_B(again, once);
	EQ_U(h.charged, charged);
	CHECK(!bytes_eq(call_fn(&h, &module_hash, "sha1 ii:s", c).s, once));
	for (int i = 1; i < 40; i++) { /* more than are kept */
		c.arg[1].i = i;
		call_fn(&h, &module_hash, "md5 ii:s", c);
	}
	c.arg[1].i = 96;
	EQ_B(call_fn(&h, &module_hash, "md5 ii:s", c).s, once);
	arena_done(&h.arena);
	free(self);
}

TEST(ranges_in_the_dialect)
{
	struct call_host h = { .budget = UINT64_MAX };
	static const struct {
		int64_t offset, length;
		bool want, plain;
	} rows[] = { { 0, 3, true, true }, { 0, 4, false, true }, { 2, 2, false, true },
		{ 3, 0, true, false }, { 3, 1, false, false }, { -1, 1, false, false },
		{ 0, -1, false, false }, { INT64_MAX, INT64_MAX, false, false } };

	arena_init(&h.arena, 1 << 16);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fact_call c = { .file = BYTES_LIT("abc"),
			.arg = { { .i = rows[i].offset }, { .i = rows[i].length } } };

		ROW("%d, %d", (int)rows[i].offset, (int)rows[i].length);
		CHECK((call_row(&h, &module_hash, "md5 ii:s", true, c).s.p != NULL) ==
		      rows[i].want);
		CHECK((call_fn(&h, &module_hash, "md5 ii:s", c).s.p != NULL) ==
		      rows[i].plain);
	}
	arena_done(&h.arena);
}
