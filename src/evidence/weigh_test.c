/*
 * Who is believed, and when not: each row is a world that differs from the good one in
 * one thing. The good one: a and b of three examiners rebuilt x_1_all.deb, two are
 * needed.
 */
#include "evidence/weigh.h"

#include "evidence/rig.h"

#define RULES "examiners 2-of-3\npackage x 2-of-3\n"
#define BAD   ATTEST_FAILED

struct outcome {
	enum fault_kind kind;
	uint32_t good;
	char text[400];
};

static void
weigh_rig(struct bytes docket, const char *rules, enum examiners_scope scope,
    struct weigh_said *out)
{
	struct weigh_item item = { scope, BYTES_LIT("x"), BYTES_LIT("x_1_all.deb"),
		{ 0 } };
	struct weigh_ask ask = { .trust = BYTES_LIT(RIG_TRUST),
		.docket = docket,
		.item = &item,
		.n = 1,
		.now = RIG_NOW };
	struct buf text = { 0 };

	rig_artefact(1, item.sha256);
	rig_examiners(&text, 3, rules);
	ask.examiners = buf_bytes(&text);
	weigh(&ask, out);
	buf_done(&text);
}

static struct outcome
judge(struct bytes docket, const char *rules, enum examiners_scope scope)
{
	struct weigh_said s, again;
	struct outcome o = { 0 };
	struct buf out = { 0 };

	weigh_rig(docket, rules, scope, &s);
	weigh_pack(&s, &out);
	if (EQ_U(weigh_unpack(test_copy(buf_bytes(&out)), 1, &again), OK)) {
		const struct fault *f =
		    again.fault.kind ? &again.fault : &again.verdict[0].fault;

		o.kind = f->kind;
		o.good = again.verdict[0].good;
		snprintf(o.text, sizeof(o.text), "%s", f->text);
		weigh_done(&again);
	}
	weigh_done(&s);
	buf_done(&out);
	return o;
}

static struct outcome
judge_rig(struct rig *r, const char *rules, enum examiners_scope scope)
{
	struct buf docket = { 0 };
	struct outcome o;

	rig_close(r);
	rig_docket(r, &docket);
	o = judge(buf_bytes(&docket), rules, scope);
	buf_done(&docket);
	rig_done(r);
	return o;
}

/* clang-format off */
static const struct row {
	const char *name;
	struct rig_says says[3];
	size_t n;
	enum fault_kind want;
	const char *sentence; /* a part of it */
} rows[] = {
	{ "two of three", { { 0 }, { 1 } }, 2, FAULT_NONE, "" },
	{ "three", { { 0 }, { 1 }, { 2 } }, 3, FAULT_NONE, "" },
	{ "only one", { { 0 } }, 1, FAULT_FEW, "1 of the 2" },
	{ "nobody", { { 0 } }, 0, FAULT_FEW, "0 of the 2" },
	{ "one, twice", { { 0 }, { 0, .date = RIG_NOW - 5 } }, 2, FAULT_FEW, "1 of the 2" },
	{ "one, and a stranger", { { 0 }, { RIG_STRANGER } }, 2, FAULT_FEW, "1 of the 2" },
	{ "a stranger who says that he is a", { { 1 }, { RIG_STRANGER, .claims_a = true } }, 2,
	    FAULT_FORGED, "does not hold" },
	{ "one objects", { { 0 }, { 1 }, { 2, .result = BAD } }, 3, FAULT_OBJECTION,
	    "'c' objects" },
	{ "a review objects", { { 0 }, { 1 }, { 2, ATTEST_REVIEW, BAD } }, 3, FAULT_OBJECTION,
	    "review" },
	{ "somebody who said yes objects", { { 0 }, { 1 }, { 0, .result = BAD } }, 3,
	    FAULT_OBJECTION, "'a' objects" },
	{ "an objection that is not logged", { { 0 }, { 1 }, { 2, .result = BAD, .unlogged = true } },
	    3, FAULT_OBJECTION, "'c' objects" },
	{ "an objection that has lapsed",
	    { { 0 }, { 1 }, { 2, .result = BAD, .not_after = RIG_NOW - 1 } }, 3, FAULT_OBJECTION,
	    "'c' objects" },
	{ "a stranger objects", { { 0 }, { 1 }, { RIG_STRANGER, .result = BAD } }, 3, FAULT_NONE, "" },
	{ "an objection to something else", { { 0 }, { 1 }, { 2, .result = BAD, .artefact = 2 } }, 3,
	    FAULT_NONE, "" },
	{ "nothing came out", { { 0 }, { 1, .result = ATTEST_INCONCLUSIVE } }, 2, FAULT_FEW,
	    "1 of the 2" },
	{ "a review is no rebuild", { { 0 }, { 1, ATTEST_REVIEW } }, 2, FAULT_FEW, "1 of the 2" },
	{ "lapsed", { { 0 }, { 1, .not_after = RIG_NOW - 1 } }, 2, FAULT_LAPSED, "it was good until" },
	{ "not yet lapsed", { { 0 }, { 1, .not_after = RIG_NOW } }, 2, FAULT_NONE, "" },
	{ "from the future", { { 0 }, { 1, .date = RIG_NOW + 90000 } }, 2, FAULT_EVIDENCE, "in the future" },
	{ "another artefact", { { 0 }, { 1, .artefact = 2 } }, 2, FAULT_OTHER, "another artefact" },
	{ "another name", { { 0 }, { 1, .name = "y_1_all.deb" } }, 2, FAULT_OTHER, "another name" },
	{ "not logged", { { 0 }, { 1, .unlogged = true } }, 2, FAULT_UNLOGGED, "no proof" },
	{ "no witness saw it", { { 0 }, { 1, .no_witness = true } }, 2, FAULT_QUORUM, "" },
};
/* clang-format on */

TEST(worlds)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rig r = { 0 };
		struct outcome o;

		for (size_t k = 0; k < rows[i].n; k++)
			rig_say(&r, &rows[i].says[k]);
		o = judge_rig(&r, RULES, EXAMINERS_PACKAGE);
		ROW("%s: %s", rows[i].name, o.text);
		EQ_U(o.kind, rows[i].want);
		CHECK(strstr(o.text, rows[i].sentence) != NULL);
	}
}

TEST(withdrawn)
{
	for (int order = 0; order < 2; order++) {
		struct rig r = { 0 };
		struct rig_says no = { 2, .result = BAD }, sorry = { 2 };
		struct rig scratch = { 0 };
		uint8_t digest[32];

		/* signing is deterministic, so the digest is known before it is said */
		hash_of(
		    HASH_SHA256, buf_bytes(&rig_say(&scratch, &no)->envelope), digest);
		rig_done(&scratch);
		sorry.withdraws = digest;
		rig_say(&r, &(struct rig_says){ 0 });
		rig_say(&r, &(struct rig_says){ 1 });
		rig_say(&r, order ? &sorry : &no);
		rig_say(&r, order ? &no : &sorry);
		ROW("order %d", order);
		/* what was said after the withdrawal is not withdrawn by it */
		EQ_U(judge_rig(&r, RULES, EXAMINERS_PACKAGE).kind,
		    order ? FAULT_OBJECTION : FAULT_NONE);
	}
}

/* Nobody withdraws another's objection. */
TEST(withdrawn_by_another)
{
	struct rig r = { 0 }, scratch = { 0 };
	struct rig_says no = { 2, .result = BAD };
	uint8_t digest[32];

	hash_of(HASH_SHA256, buf_bytes(&rig_say(&scratch, &no)->envelope), digest);
	rig_done(&scratch);
	rig_say(&r, &no);
	rig_say(&r, &(struct rig_says){ 0, .withdraws = digest });
	rig_say(&r, &(struct rig_says){ 1, .withdraws = digest });
	EQ_U(judge_rig(&r, RULES, EXAMINERS_PACKAGE).kind, FAULT_OBJECTION);
}

TEST(rules)
{
	static const struct {
		const char *rules;
		enum examiners_scope scope;
		enum fault_kind want;
	} t[] = {
		{ "examiners 2-of-3\n", EXAMINERS_PRODUCT, FAULT_NONE },
		{ "examiners 3-of-3\n", EXAMINERS_PRODUCT, FAULT_FEW },
		{ "examiners 3-of-3\nproduct x 1-of-1 a\n", EXAMINERS_PRODUCT,
		    FAULT_NONE },
		{ "product x 1-of-1 a\nproduct x 1-of-1 c\n", EXAMINERS_PRODUCT,
		    FAULT_FEW },
		{ "product y 1-of-3\n", EXAMINERS_PRODUCT, FAULT_EXAMINERS },
		{ "", EXAMINERS_PRODUCT, FAULT_EXAMINERS },
		{ "", EXAMINERS_PACKAGE, FAULT_NONE },
		{ "package x 1-of-1 c\n", EXAMINERS_PACKAGE, FAULT_FEW },
		{ "package x 1-of\n", EXAMINERS_PACKAGE, FAULT_EXAMINERS },
	};

	for (size_t i = 0; i < COUNT(t); i++) {
		struct rig r = { 0 };

		rig_say(&r, &(struct rig_says){ 0 });
		rig_say(&r, &(struct rig_says){ 1 });
		ROW("%s", t[i].rules);
		EQ_U(judge_rig(&r, t[i].rules, t[i].scope).kind, t[i].want);
	}
}

/* Any byte of the archive, changed: never accepted unless the byte means nothing. */
TEST(every_byte)
{
	struct rig r = { 0 };
	struct buf docket = { 0 };
	size_t accepted = 0;

	rig_say(&r, &(struct rig_says){ 0 });
	rig_say(&r, &(struct rig_says){ 1 });
	rig_close(&r);
	rig_docket(&r, &docket);
	for (size_t i = 0; i < docket.n; i += 9) {
		docket.p[i] ^= 1;
		accepted += judge(buf_bytes(&docket), RULES, EXAMINERS_PACKAGE).kind ==
			    FAULT_NONE;
		docket.p[i] ^= 1;
	}
	/* only in the names that members have: what they are called proves nothing */
	CHECK(accepted < 2 * 2 * 100);
	for (size_t n = 0; n < docket.n; n += 211)
		CHECK(
		    judge(bytes_clip(buf_bytes(&docket), 0, n), RULES, EXAMINERS_PACKAGE)
			.kind != FAULT_NONE);
	rig_done(&r);
	buf_done(&docket);
}

/*
 * One of two statements with a bit flipped anywhere: never good, and there is a row that
 * names it, by its digest, with what is wrong.
 */
TEST(a_damaged_statement_is_named)
{
	size_t n = 0;

	for (size_t at = 0; at == 0 || at < n; at += 61) {
		struct rig r = { 0 };
		struct buf docket = { 0 };
		struct buf *envelope;
		struct weigh_said said = { 0 };
		uint8_t digest[32];
		size_t named = 0;

		rig_say(&r, &(struct rig_says){ 0 });
		rig_say(&r, &(struct rig_says){ 1 });
		rig_close(&r);
		envelope = &r.one[1].envelope;
		n = envelope->n;
		envelope->p[at] ^= 1;
		hash_of(HASH_SHA256, buf_bytes(envelope), digest);
		rig_docket(&r, &docket);
		weigh_rig(buf_bytes(&docket), RULES, EXAMINERS_PACKAGE, &said);
		ROW("byte %zu", at);
		EQ_U(said.n, 1);
		for (size_t i = 0; i < said.nrow; i++)
			named += memcmp(said.row[i].envelope, digest, 32) == 0 &&
				 said.row[i].fault.kind != FAULT_NONE;
		EQ_U(named, 1);
		CHECK(said.verdict[0].fault.kind != FAULT_NONE &&
		      said.verdict[0].fault.kind != FAULT_FEW);
		weigh_done(&said);
		buf_done(&docket);
		rig_done(&r);
	}
}

/* Among statements that are enough: each is counted, 16 are named, and the verdict stays.
 */
TEST(damaged_among_good_ones)
{
	static const unsigned counts[] = { 0, 1, 16, 17, 20 };

	for (size_t i = 0; i < COUNT(counts); i++) {
		struct rig r = { 0 };
		struct buf docket = { 0 }, out = { 0 };
		struct weigh_said said = { 0 }, again = { 0 };

		ROW("%u", counts[i]);
		rig_say(&r, &(struct rig_says){ 0 });
		rig_say(&r, &(struct rig_says){ 1 });
		rig_close(&r);
		for (unsigned k = 0; k < counts[i]; k++) {
			buf_printf(&r.one[r.n].envelope, "no envelope %u", k);
			r.one[r.n++].unlogged = true;
		}
		rig_docket(&r, &docket);
		weigh_rig(buf_bytes(&docket), RULES, EXAMINERS_PACKAGE, &said);
		weigh_pack(&said, &out);
		EQ_U(weigh_unpack(test_copy(buf_bytes(&out)), 1, &again), OK);
		EQ_U(again.verdict[0].fault.kind, FAULT_NONE);
		EQ_U(again.verdict[0].good, 2);
		EQ_U(again.damaged.n, counts[i]);
		EQ_U(again.damaged.named,
		    counts[i] < DAMAGED_MOST ? counts[i] : DAMAGED_MOST);
		weigh_done(&said);
		weigh_done(&again);
		buf_done(&docket);
		buf_done(&out);
		rig_done(&r);
	}
}

/* What an examiner signed and nobody can read may be an objection: told, not passed over.
 */
TEST(signed_and_not_readable)
{
	static const struct {
		int who;
		bool claims_a;
		size_t damaged;
	} whose[] = { { 0, false, 1 }, { RIG_STRANGER, true, 1 },
		{ RIG_STRANGER, false, 0 } };

	for (size_t i = 0; i < COUNT(whose); i++) {
		struct rig r = { 0 };
		struct buf docket = { 0 };
		struct weigh_said said = { 0 };
		struct note_signer signer = rig_signer(whose[i].who);

		ROW("%zu", i);
		if (whose[i].claims_a)
			signer.key = rig_signer(0).key;
		rig_say(&r, &(struct rig_says){ 0 });
		rig_say(&r, &(struct rig_says){ 1 });
		rig_close(&r);
		dsse_make(BYTES_LIT(DSSE_INTOTO), BYTES_LIT("{\"_type\":\"?\"}"), &signer,
		    1, &r.one[r.n].envelope);
		r.one[r.n++].unlogged = true;
		rig_docket(&r, &docket);
		weigh_rig(buf_bytes(&docket), RULES, EXAMINERS_PACKAGE, &said);
		EQ_U(said.damaged.n, whose[i].damaged);
		EQ_U(said.verdict[0].good, 2);
		weigh_done(&said);
		buf_done(&docket);
		rig_done(&r);
	}
}

TEST(large_envelope_is_logged_by_digest)
{
	struct buf big = { 0 }, entry = { 0 };

	memset(buf_room(&big, 65535), 'x', 65535);
	attest_entry(buf_bytes(&big), &entry);
	EQ_B(buf_bytes(&entry), buf_bytes(&big));
	buf_u8(&big, 'x');
	buf_clear(&entry);
	attest_entry(buf_bytes(&big), &entry);
	EQ_S(buf_cstr(&entry),
	    "candor envelope 1\n"
	    "sha256 1f8745f0d2d1387ec1af2211a3cf417b2e9e885e853472649c1d979d0e9370e3\n"
	    "size 65536\n");
	buf_done(&big);
	buf_done(&entry);
}

TEST(what_comes_out_of_the_jail)
{
	struct weigh_said s = { 0 };
	uint8_t zeros[8192] = { 0 };

	EQ_U(weigh_unpack((struct bytes){ zeros, 10 }, 1, &s), ERR_FORMAT);
	EQ_U(weigh_unpack((struct bytes){ zeros, sizeof(zeros) }, WEIGH_ITEMS + 1, &s),
	    ERR_FORMAT);
	memset(zeros, 0xff, sizeof(zeros));
	EQ_U(weigh_unpack((struct bytes){ zeros, sizeof(struct fault) }, 0, &s),
	    ERR_FORMAT);
}
