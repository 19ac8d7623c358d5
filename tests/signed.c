/*
 * signed.c - Authenticode on the signed samples of golden/pe: what is signed decides, all
 * of it, and nothing else does. $GOLDEN is their folder.
 *
 * Where a part of a signature lies is taken from the parser's own views, so a flipped bit
 * hits what it is meant for, and each byte of each part has its turn.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "format/pe.h"
#include "format/pe_auth.h"
#include "tests/tap.h"

extern const struct format format_pe;

struct signed_pe {
	struct arena arena;
	struct parse parse;
	struct pe pe;
	enum err err; /* of reading and verifying all */
};

/* A .hex file of golden/pe: comments and hex, none that starts from another sample. */
static struct bytes
sample(const char *name)
{
	char path[4096], line[4096];
	struct buf b = { 0 };
	struct bytes whole;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.hex", getenv("GOLDEN"), name);
	f = fopen(path, "r");
	if (f == NULL) {
		perror(path);
		abort();
	}
	while (fgets(line, sizeof(line), f) != NULL) {
		struct bytes part;

		line[strcspn(line, "#\n")] = '\0';
		part = test_hex(line);
		buf_put(&b, part.p, part.n);
	}
	fclose(f);
	whole = test_copy(buf_bytes(&b));
	buf_done(&b);
	return whole;
}

static struct signed_pe *
verify(struct bytes file, size_t arena)
{
	struct signed_pe *s = calloc(1, sizeof(*s));

	if (s == NULL)
		abort();
	arena_init(&s->arena, arena);
	s->parse = (struct parse){ .file = file, .arena = &s->arena, .facts = &s->pe };
	fact_clear(format_pe.facts, &s->pe);
	s->err = format_pe.open(&s->parse);
	if (s->err == OK)
		s->err = pe_load_verified(&s->pe);
	return s;
}

static void
verify_done(struct signed_pe *s)
{
	arena_done(&s->arena);
	free(s);
}

#define ARENA ((size_t)8 << 20)

static const struct pe_signature *
signature(const struct signed_pe *s, uint32_t i)
{
	return (const struct pe_signature *)s->pe.signatures.p + i;
}

static const struct pe_countersignature *
counter(const struct signed_pe *s, uint32_t i)
{
	return signature(s, i)->countersignatures.p;
}

/* What the file with one byte changed is worth. */
static struct signed_pe *
changed(struct bytes file, const uint8_t *at)
{
	uint8_t *copy = malloc(file.n);

	if (copy == NULL)
		abort();
	memcpy(copy, file.p, file.n);
	copy[at - file.p] ^= 0x10;
	struct signed_pe *s = verify((struct bytes){ copy, file.n }, ARENA);
	s->parse.state = copy;
	return s;
}

static void
changed_done(struct signed_pe *s)
{
	free(s->parse.state);
	verify_done(s);
}

static const char *const samples[] = { "signed-sha256", "signed-pkcs9",
	"signed-nested-stamped" };

TEST(as_they_are)
{
	static const struct {
		uint32_t signatures, counters;
	} want[] = { { 1, 0 }, { 1, 1 }, { 2, 1 } };

	for (size_t i = 0; i < COUNT(samples); i++) {
		struct signed_pe *s = verify(sample(samples[i]), ARENA);

		ROW("%s", samples[i]);
		EQ_U(s->err, OK);
		EQ_I(s->pe.is_signed, 1);
		EQ_U(s->pe.signatures.n, want[i].signatures);
		EQ_U(signature(s, 0)->countersignatures.n, want[i].counters);
		for (uint32_t k = 0; k < s->pe.signatures.n; k++) {
			EQ_I(signature(s, k)->verified, 1);
			EQ_B(signature(s, k)->digest, signature(s, k)->file_digest);
		}
		if (want[i].counters > 0)
			EQ_I(counter(s, 0)->verified, 1);
		verify_done(s);
	}
}

/* PE files are hashed but for the checksum and where the certificates are. */
TEST(the_file)
{
	struct bytes file = sample("signed-sha256");
	struct signed_pe *good = verify(file, ARENA);
	uint64_t sum = good->pe.optional + 64, entry = good->pe.optional + 128;
	uint32_t end = le32(file.p + entry);

	for (size_t i = 64; i < end; i++) {
		bool in_sum = i >= sum && i < sum + 4;
		struct signed_pe *s;

		/* the entry is not hashed, but then there are no such certificates */
		if (i >= entry && i < entry + 8)
			continue;
		ROW("byte %zu", i);
		s = changed(file, file.p + i);
		if (s->err == OK && s->pe.signatures.n == 1)
			EQ_I(signature(s, 0)->verified, in_sum);
		else
			CHECK(!in_sum && s->pe.is_signed != 1);
		changed_done(s);
	}
	verify_done(good);
}

/* Of a SubjectPublicKeyInfo of an RSA key what is the key; the NULL before it says
 * nothing.
 */
#define KEY(spki) bytes_from(spki, 18)

/* Every byte of the part decides: of is_signed, or of the countersignature alone. */
static void
every_byte(struct bytes file, struct bytes part, const char *name, bool counters)
{
	ROW("%s", name);
	if (!CHECK(part.p >= file.p && part.n > 0 && part.p + part.n <= file.p + file.n))
		return;
	for (size_t i = 0; i < part.n; i++) {
		struct signed_pe *s = changed(file, part.p + i);

		ROW("%s: byte %zu", name, i);
		if (!counters)
			CHECK(s->pe.is_signed != 1);
		else if (s->pe.signatures.n > 0 &&
			 signature(s, 0)->countersignatures.n > 0)
			CHECK(counter(s, 0)->verified != 1);
		changed_done(s);
	}
}

TEST(the_signature)
{
	for (size_t i = 0; i < 2; i++) {
		struct bytes file = sample(samples[i]);
		struct signed_pe *good = verify(file, ARENA);
		const struct pe_auth *a = good->pe.auths;

		every_byte(file, a->digest, "the digest", false);
		every_byte(file, a->content, "the content", false);
		every_byte(file, a->signer.signed_attrs, "the attributes", false);
		every_byte(file, a->signer.signature, "the signature", false);
		every_byte(file, KEY(a->spki), "the key", false);
		verify_done(good);
	}
}

TEST(the_countersignature)
{
	for (size_t i = 1; i < COUNT(samples); i++) {
		struct bytes file = sample(samples[i]);
		struct signed_pe *good = verify(file, ARENA);
		const struct pe_counter *c = good->pe.auths->counters;

		every_byte(file, c->imprint, "the imprint", true);
		every_byte(file, c->signer.signed_attrs, "the attributes", true);
		every_byte(file, c->signer.signature, "the signature", true);
		every_byte(file, KEY(c->spki), "the key", true);
		if (c->stamp)
			every_byte(file, c->content, "the content", true);
		/* and nothing of it is of any use to the signature it counts for */
		struct signed_pe *s = changed(file, c->signer.signature.p + 7);
		EQ_I(s->pe.is_signed, 1);
		changed_done(s);
		verify_done(good);
	}
}

/* What is cut off is part of the signature, so no beginning of the file is signed. */
TEST(cut)
{
	for (size_t i = 0; i < COUNT(samples); i++) {
		struct bytes file = sample(samples[i]);

		/* a table's last entry is padded to eight bytes, which are no part of it
		 */
		for (size_t n = 0; n + 8 < file.n; n++) {
			struct bytes part = { malloc(n + 1), n };
			struct signed_pe *s;

			memcpy((uint8_t *)(uintptr_t)part.p, file.p, n);
			ROW("%s: %zu bytes", samples[i], n);
			s = verify(part, ARENA);
			CHECK(s->pe.is_signed != 1);
			CHECK(s->pe.steps <= s->pe.budget + file.n);
			verify_done(s);
			free((void *)(uintptr_t)part.p);
		}
	}
}

/* With little memory less is known, which is told, and nothing that is not so. */
TEST(starved)
{
	struct bytes file = sample("signed-nested-stamped");

	for (size_t arena = 0; arena < 200000; arena += 997) {
		struct signed_pe *s = verify(file, arena);

		ROW("%zu bytes of arena", arena);
		CHECK(s->err == OK || s->err == ERR_LIMIT);
		if (s->err == OK)
			EQ_I(s->pe.is_signed, 1);
		else
			CHECK(s->arena.spent);
		verify_done(s);
	}
}

TEST(valid_on)
{
	struct signed_pe *s = verify(sample("signed-sha256"), ARENA);
	const struct pe_cert *c = &signature(s, 0)->cert;
	const struct {
		int64_t when, want;
	} rows[] = { { c->not_before - 1, 0 }, { c->not_before, 1 }, { c->not_after, 1 },
		{ c->not_after + 1, 0 } };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fact_call call = { .self = (void *)(uintptr_t)signature(s, 0),
			.arg = { { .i = rows[i].when } },
			.ret.i = FACT_UNDEF };

		ROW("row %zu", i);
		pe_valid_on(&call);
		EQ_I(call.ret.i, rows[i].want);
	}
	verify_done(s);
}
