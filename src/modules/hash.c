/*
 * The module `hash`: digests and checksums of ranges of the file, and of strings.
 *
 * A range that starts in the file may end behind it: what is there is hashed. For YARA-X
 * it may not, but may be of nothing at the end. Many rules ask for the same range, so a
 * few results are kept for the object.
 */
#include "crypto/hash.h"
#include "format/format.h"

#define KEPT 16

enum sum_kind { SUM_MD5, SUM_SHA1, SUM_SHA256, SUM_CRC32, SUM_CHECKSUM32 };

struct result {
	enum sum_kind kind;
	bool used;
	int64_t offset, length;
	struct bytes hex;
	int64_t number;
};

/* No rule reads a field of it: only the functions do. */
struct hash_facts {
	struct result kept[KEPT];
	unsigned next;
};

/* What a digest of nothing costs beside that of a byte: setting up and printing. */
#define SETUP 256

/* In units of a byte read. Nothing is not free, for a rule may ask a million times. */
static bool
charge(struct fact_call *c, struct bytes b)
{
	return c->charge(c->host, num_add(SETUP, b.n));
}

/*
 * Nothing fails but the arena: then the result is undefined, and who owns the arena sees
 * that it was spent.
 */
static void
compute(struct fact_call *c, enum sum_kind kind, struct bytes b, struct result *out)
{
	static const enum hash_kind digests[] = { HASH_MD5, HASH_SHA1, HASH_SHA256 };
	uint8_t digest[HASH_MAX];
	char *hex;

	if (kind == SUM_CRC32 || kind == SUM_CHECKSUM32) {
		out->number = kind == SUM_CRC32 ? crc32_of(b) : sum32_of(b);
		return;
	}
	hash_of(digests[kind], b, digest);
	hex = arena_alloc(c->arena, 2 * HASH_MAX + 1);
	if (hex == NULL)
		return;
	hash_hex(digest, hash_size(digests[kind]), hex);
	out->hex = bytes_of(hex);
}

static void
set_result(struct fact_call *c, const struct result *r)
{
	if (r->kind == SUM_CRC32 || r->kind == SUM_CHECKSUM32)
		c->ret.i = r->number;
	else
		c->ret.s = r->hex;
}

/*
 * Not kept: to compare it with what was asked before all of it would be read, too.
 */
static void
of_string(struct fact_call *c, enum sum_kind kind)
{
	struct result r = { .kind = kind };

	if (!charge(c, c->arg[0].s))
		return;
	compute(c, kind, c->arg[0].s, &r);
	set_result(c, &r);
}

/*
 * The kept result of the same question, or NULL. Sixteen comparisons are cheaper than any
 * digest, and a ring of sixteen forgets the oldest: rules that ask for more ranges only
 * pay.
 */
static const struct result *
find(const struct hash_facts *h, enum sum_kind kind, int64_t offset, int64_t length)
{
	for (unsigned i = 0; h != NULL && i < KEPT; i++) {
		const struct result *r = &h->kept[i];

		if (r->used && r->kind == kind && r->offset == offset &&
		    r->length == length)
			return r;
	}
	return NULL;
}

static void
of_clipped(struct fact_call *c, enum sum_kind kind, struct bytes b)
{
	struct hash_facts *h = c->self;
	int64_t offset = c->arg[0].i, length = c->arg[1].i;
	const struct result *known = find(h, kind, offset, length);
	struct result r = { kind, true, offset, length, { 0 }, 0 };

	if (known != NULL) {
		set_result(c, known);
		return;
	}
	if (!charge(c, b))
		return;
	compute(c, kind, b, &r);
	set_result(c, &r);
	if (h != NULL)
		h->kept[h->next++ % KEPT] = r;
}

static void
of_range(struct fact_call *c, enum sum_kind kind)
{
	int64_t offset = c->arg[0].i, length = c->arg[1].i;

	struct bytes rest = fact_from(c, offset);

	if (length < 0 || rest.n == 0)
		return;
	of_clipped(c, kind, bytes_clip(rest, 0, (uint64_t)length));
}

/* As YARA-X: all of the range, or undefined. */
static void
of_whole_range(struct fact_call *c, enum sum_kind kind)
{
	struct bytes b = bytes_sub(fact_from(c, c->arg[0].i), 0, (uint64_t)c->arg[1].i);

	if (b.p != NULL)
		of_clipped(c, kind, b);
}

#define SUMS(name, kind)                               \
	static void name##_string(struct fact_call *c) \
	{                                              \
		of_string(c, kind);                    \
	}                                              \
	static void name##_range(struct fact_call *c)  \
	{                                              \
		of_range(c, kind);                     \
	}                                              \
	static void name##_whole(struct fact_call *c)  \
	{                                              \
		of_whole_range(c, kind);               \
	}

SUMS(md5, SUM_MD5)
SUMS(sha1, SUM_SHA1)
SUMS(sha256, SUM_SHA256)
SUMS(crc32, SUM_CRC32)
SUMS(checksum32, SUM_CHECKSUM32)

static const struct fact hash_facts[] = {
	FACT_FUN("md5", "ii:s", md5_range),
	FACT_FUN("md5", "s:s", md5_string),
	FACT_FUNX("md5", "ii:s", md5_whole),
	FACT_FUN("sha1", "ii:s", sha1_range),
	FACT_FUN("sha1", "s:s", sha1_string),
	FACT_FUNX("sha1", "ii:s", sha1_whole),
	FACT_FUN("sha256", "ii:s", sha256_range),
	FACT_FUN("sha256", "s:s", sha256_string),
	FACT_FUNX("sha256", "ii:s", sha256_whole),
	FACT_FUN("checksum32", "ii:i", checksum32_range),
	FACT_FUN("checksum32", "s:i", checksum32_string),
	FACT_FUNX("checksum32", "ii:i", checksum32_whole),
	FACT_FUN("crc32", "ii:i", crc32_range),
	FACT_FUN("crc32", "s:i", crc32_string),
	FACT_FUNX("crc32", "ii:i", crc32_whole),
	FACT_LAST,
};

const struct format module_hash = {
	.name = "hash",
	.facts = hash_facts,
	.facts_size = sizeof(struct hash_facts),
};
