/* cmd_attest.c - candor attest: what an examiner did and found, signed. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/sys.h"
#include "base/utc.h"
#include "cli/attest_cmd.h"
#include "cli/attest_log.h"
#include "cli/cli.h"
#include "cli/log_cmd.h"
#include "cli/msg.h"
#include "crypto/hash.h"
#include "evidence/compared.h"
#include "evidence/docket.h"
#include "evidence/dsse.h"
#include "evidence/opinion.h"
#include "evidence/result.h"
#include "log/keyfile.h"
#include "update/conf.h"
#include "update/verifier.h"

#define SUB(name) extern const struct verb verb_attest_##name;
#include "cli/attest_subs.def"
#undef SUB

static const struct verb *const subs[] = {
#define SUB(name) &verb_attest_##name,
#include "cli/attest_subs.def"
#undef SUB
	NULL,
};

static const struct opt no_opts[] = { OPT_LAST };

static int
run_attest(int argc, char **argv, const struct verb *v)
{
	return cli_run_sub(v, argc, argv);
}

const struct verb verb_attest = {
	"attest",
	"SUBVERB [OPTION]... [ARGUMENT]...",
	"sign what was examined and found, also when it was bad",
	no_opts,
	run_attest,
	subs,
};

/* --- one statement ------------------------------------------------------- */

struct attest_args {
	const char *key, *output, *log, *not_after, *result, *summary;
	struct opt_list withdraws;
};

/* clang-format off */
#define AT(field) offsetof(struct attest_args, field)
#define COMMON \
	{ 'k', "key", OPT_STR, "FILE", "the examiner's private key (candor trust key makes one)", AT(key) }, \
	{ 'o', "output", OPT_STR, "FILE", "where the signed statement goes, FILE.dsse", AT(output) }, \
	{ 0, "not-after", OPT_STR, "TIME", "until when it counts: a day, a time, or 90d from now", AT(not_after) }, \
	{ 0, "withdraws", OPT_LIST, "FILE", "an earlier statement of this key that no longer counts", AT(withdraws) }, \
	{ 0, "log", OPT_STR, "DIR", "add it to this log, and write the proof beside it", AT(log) }

static const struct opt plain_opts[] = {
	COMMON,
	OPT_LAST,
};

static const struct opt rebuild_opts[] = {
	COMMON,
	{ 0, "summary", OPT_STR, "FILE", "write a summary in SLSA's form, too", AT(summary) },
	OPT_LAST,
};

static const struct opt compare_opts[] = {
	COMMON,
	{ 0, "result", OPT_STR, "WORD", "what it comes to: passed, failed or inconclusive", AT(result) },
	OPT_LAST,
};
#undef AT
/* clang-format on */

struct attest_cmd {
	const struct verb *verb;
	enum attest_kind kind;
	struct attest_args args;
	struct opt_list rest;
	struct attest_head head;
	uint8_t (*withdraws)[32];
	struct attest_subjects subjects;
	struct buf input;   /* the first operand's file */
	struct buf members; /* of the predicate, JSON */
	struct note_signer signer;
	struct buf hold, envelope;
	struct fault fault;
};

static enum err
usage(struct attest_cmd *c, const char *what)
{
	msg_error("%s: %s", c->verb->name, what);
	msg_hint("try 'candor help %s'", c->verb->name);
	return ERR_SYNTAX;
}

static enum err
read_not_after(struct attest_cmd *c)
{
	struct bytes s = bytes_of(c->args.not_after);
	int64_t span;

	if (c->args.not_after == NULL)
		return OK;
	/* a bare number is seconds elsewhere, and nobody's word is good for 90 of them */
	if (s.n > 0 && s.p[s.n - 1] > '9' && conf_time(s, &span))
		c->head.not_after = c->head.date + span;
	else if (utc_parse_day(s, &c->head.not_after) != OK)
		return usage(c,
		    "--not-after is a day, a time, or a span with its unit, such as 90d");
	return c->head.not_after > c->head.date
		   ? OK
		   : usage(c, "--not-after lies in the past");
}

static enum err
refuse_existing(const char *path, struct fault *f)
{
	struct stat st;

	if (lstat(path, &st) != 0 && errno == ENOENT)
		return OK;
	return fault_set(f, FAULT_EXISTS,
	    "'%s' is there already, and is not overwritten: give another name, or take "
	    "it "
	    "away",
	    fault_quote(bytes_of(path)));
}

/*
 * A statement may be in a log already, and its proof lies beside it. This is asked before
 * the work; what is written then does not overwrite either.
 */
static enum err
check_output(struct attest_cmd *c)
{
	size_t n = strlen(c->args.output);
	char *proof;
	enum err e;

	if (n < 6 || strcmp(c->args.output + n - 5, DOCKET_ENVELOPE_END) != 0)
		return usage(c, "--output is a name that ends in .dsse");
	TRY(refuse_existing(c->args.output, &c->fault));
	proof = attest_proof_name(c->args.output);
	e = refuse_existing(proof, &c->fault);
	free(proof);
	if (e != OK || c->args.summary == NULL)
		return e;
	if (strcmp(c->args.summary, c->args.output) == 0)
		return usage(c, "--summary and --output are two files");
	return refuse_existing(c->args.summary, &c->fault);
}

static enum err
read_withdraws(struct attest_cmd *c)
{
	const struct opt_list *l = &c->args.withdraws;
	struct buf b = { 0 };
	enum err e = OK;

	if (l->n > ATTEST_WITHDRAWS)
		return usage(c, "a statement withdraws 64 others at most");
	c->withdraws = xcalloc(l->n + 1, 32);
	for (size_t i = 0; i < l->n && e == OK; i++) {
		buf_clear(&b);
		e = log_read_file(l->p[i], DSSE_MAX, &b, &c->fault);
		hash_of(HASH_SHA256, buf_bytes(&b), c->withdraws[i]);
	}
	buf_done(&b);
	c->head.withdraws = (const uint8_t(*)[32])c->withdraws;
	c->head.nwithdraws = l->n;
	return e;
}

/* --- what was found ------------------------------------------------------ */

/* Our own JSON is quoted as it is; more than a log entry holds, or another's, by digest.
 */
static void
put_details(struct attest_cmd *c, struct json *j)
{
	struct bytes b = buf_bytes(&c->input);
	uint8_t digest[32];

	while (b.n > 0 && b.p[b.n - 1] == '\n')
		b.n--;
	hash_of(HASH_SHA256, buf_bytes(&c->input), digest);
	json_hex(j, "resultSha256", (struct bytes){ digest, 32 });
	/* an objection must fit into a log entry: whoever reads the log then reads it */
	if (b.n > (c->head.result == ATTEST_FAILED ? RESULT_SHORT : RESULT_DETAILS) ||
	    !json_valid(b))
		return;
	buf_str(j->out, ",\"details\":");
	buf_put(j->out, b.p, b.n);
}

static const uint8_t *
find_subject(const struct attest_cmd *c, const uint8_t sha256[32])
{
	for (size_t i = 0; i < c->subjects.n; i++)
		if (memcmp(c->subjects.one[i].sha256, sha256, 32) == 0)
			return c->subjects.one[i].sha256;
	return NULL;
}

static void
put_artefact(struct json *j, const struct result_artefact *a)
{
	json_open(j, NULL, '{');
	json_bytes(j, "name", a->name);
	json_hex(j, "sha256", (struct bytes){ a->sha256, 32 });
	json_str(j, "result", attest_result_name(a->result));
	json_close(j, '}');
}

static void
worse(enum attest_result *all, enum attest_result one)
{
	if (*all == ATTEST_PASSED || one == ATTEST_FAILED)
		*all = one;
}

static bool
is_manifest(const struct intoto_subject *s)
{
	return bytes_eq(s->name, BYTES_LIT("MANIFEST"));
}

/* A bundle that is named must be the one that was rebuilt. */
static enum err
check_manifest(struct attest_cmd *c, struct cur *cur, struct result_head *head)
{
	if (!result_head_read(cur, head))
		return fault_set(
		    &c->fault, FAULT_VERIFIER, "the verifier gave no records");
	for (size_t i = 0; i < c->subjects.n; i++)
		if (is_manifest(&c->subjects.one[i]) &&
		    memcmp(c->subjects.one[i].sha256, head->manifest, 32) != 0)
			return fault_set(&c->fault, FAULT_OTHER,
			    "'%s' is about another bundle than the one that is named",
			    fault_quote(bytes_of(c->rest.p[0])));
	return OK;
}

/* What the result does not show, for who reads the statement without the file. */
static void
put_doubts(const struct result_head *h, struct json *j)
{
	json_bool(j, "signerTrusted", h->trusted);
	if (h->unused)
		json_bool(j, "compilersUsed", false);
	if (h->unmade)
		json_bool(j, "toolchainsMade", false);
}

/*
 * The result's artefacts that are subjects. Every subject but MANIFEST must be among
 * them: nobody signs for what was not rebuilt.
 */
static enum err
put_artefacts(struct attest_cmd *c, struct bytes records, struct json *j)
{
	struct cur cur = cur_at(records, 0);
	struct result_artefact a;
	struct result_head head = { 0 };
	size_t found = 0, want = 0;
	enum err e = check_manifest(c, &cur, &head);

	for (size_t i = 0; i < c->subjects.n; i++)
		want += !is_manifest(&c->subjects.one[i]);
	c->head.result = ATTEST_PASSED;
	json_open(j, "artefacts", '[');
	while (e == OK && (e = result_next(&cur, &a)) == OK) {
		if (find_subject(c, a.sha256) == NULL)
			continue;
		put_artefact(j, &a);
		worse(&c->head.result, a.result);
		found++;
	}
	json_close(j, ']');
	put_doubts(&head, j);
	if (e != ERR_END)
		return fault_set(
		    &c->fault, FAULT_VERIFIER, "the verifier gave no records");
	if (found >= want && found > 0)
		return OK;
	return fault_set(&c->fault, FAULT_OTHER,
	    "'%s' is not about all of the files that are named: %zu of %zu",
	    fault_quote(bytes_of(c->rest.p[0])), found, want);
}

/* In the jail: a fault, and the records. */
static void
work_result(void *arg, struct buf *out)
{
	struct buf records = { 0 };
	struct fault f = { 0 };

	if (result_read(*(struct bytes *)arg, &records, &f) != OK)
		buf_clear(&records);
	buf_put(out, &f, sizeof(f));
	buf_put(out, records.p, records.n);
	buf_done(&records);
}

static enum err
find_rebuild(struct attest_cmd *c, struct json *j)
{
	struct bytes input = buf_bytes(&c->input);
	struct buf out = { 0 };
	struct fault said;
	enum err e = verifier_run(work_result, &input, RESULT_BYTES, &out, &c->fault);

	if (e == OK && out.n < sizeof(said))
		e = fault_set(&c->fault, FAULT_VERIFIER, "the verifier gave no answer");
	if (e == OK) {
		memcpy(&said, out.p, sizeof(said));
		e = said.kind != FAULT_NONE
			? verifier_fault(&said, &c->fault)
			: put_artefacts(c, bytes_from(buf_bytes(&out), sizeof(said)), j);
	}
	buf_done(&out);
	if (e == OK)
		put_details(c, j);
	return e;
}

/* In the jail: a fault, and what was compared. */
static void
work_compared(void *arg, struct buf *out)
{
	struct compared compared;
	struct fault f = { 0 };

	(void)!compared_read(*(struct bytes *)arg, &compared, &f);
	buf_put(out, &f, sizeof(f));
	buf_put(out, &compared, sizeof(compared));
}

static enum err
read_compared(struct attest_cmd *c, struct compared *compared)
{
	struct bytes input = buf_bytes(&c->input);
	struct buf out = { 0 };
	struct fault said;
	enum err e = verifier_run(
	    work_compared, &input, sizeof(said) + sizeof(*compared), &out, &c->fault);

	if (e == OK && out.n != sizeof(said) + sizeof(*compared))
		e = fault_set(&c->fault, FAULT_VERIFIER, "the verifier gave no answer");
	if (e == OK) {
		memcpy(&said, out.p, sizeof(said));
		memcpy(compared, out.p + sizeof(said), sizeof(*compared));
		if (said.kind != FAULT_NONE)
			e = verifier_fault(&said, &c->fault);
	}
	buf_done(&out);
	return e;
}

/* Nobody signs for what was not compared, and what was not seen is not passed. */
static enum err
check_compared(struct attest_cmd *c, const struct compared *compared)
{
	for (size_t i = 0; i < c->subjects.n; i++)
		if (!compared_has(compared, c->subjects.one[i].sha256))
			return fault_set(&c->fault, FAULT_OTHER,
			    "'%s' is about two other files than '%s'",
			    fault_quote(bytes_of(c->rest.p[0])),
			    fault_quote(c->subjects.one[i].name));
	if (c->head.result == ATTEST_PASSED && compared->complete == 0)
		return fault_set(&c->fault, FAULT_OTHER,
		    "'%s' says that not everything was looked into: that is not passed",
		    fault_quote(bytes_of(c->rest.p[0])));
	return OK;
}

/* What a comparison comes to is the examiner's to say: it depends on what was compared.
 */
static enum err
find_compare(struct attest_cmd *c, struct json *j)
{
	const char *word = c->args.result ? c->args.result : "inconclusive";
	struct compared compared;

	if (strcmp(word, "passed") == 0)
		c->head.result = ATTEST_PASSED;
	else if (strcmp(word, "failed") == 0)
		c->head.result = ATTEST_FAILED;
	else if (strcmp(word, "inconclusive") == 0)
		c->head.result = ATTEST_INCONCLUSIVE;
	else
		return usage(c, "--result is passed, failed or inconclusive");
	TRY(read_compared(c, &compared));
	TRY(check_compared(c, &compared));
	put_details(c, j);
	return OK;
}

static enum err
find(struct attest_cmd *c)
{
	struct json j = { &c->members, true };
	struct bytes text = buf_bytes(&c->input);

	switch (c->kind) {
	case ATTEST_REBUILD: return find_rebuild(c, &j);
	case ATTEST_COMPARE: return find_compare(c, &j);
	case ATTEST_REVIEW: return opinion_review(text, &j, &c->head.result, &c->fault);
	default: return opinion_claims(text, &j, &c->head.result, &c->fault);
	}
}

/* --- signed, and logged -------------------------------------------------- */

static void
sign(struct attest_cmd *c)
{
	struct buf payload = { 0 };
	struct json j = { &payload, false };

	attest_begin(&j, c->subjects.one, c->subjects.n, &c->head);
	buf_put(&payload, c->members.p, c->members.n);
	intoto_end(&j);
	dsse_make(
	    BYTES_LIT(DSSE_INTOTO), buf_bytes(&payload), &c->signer, 1, &c->envelope);
	buf_done(&payload);
}

/* SLSA verification_summary/v1, for tools that know nothing else. */
static enum err
write_summary(struct attest_cmd *c)
{
	struct buf payload = { 0 }, envelope = { 0 };
	struct json j = { &payload, false };
	bool passed = c->head.result == ATTEST_PASSED;
	char when[UTC_SIZE];
	enum err e;

	utc_print(c->head.date, when);
	intoto_begin(&j, c->subjects.one, c->subjects.n, ATTEST_SUMMARY);
	json_open(&j, "verifier", '{');
	json_bytes(&j, "id", c->signer.key.name);
	json_close(&j, '}');
	json_str(&j, "timeVerified", when);
	json_bytes(&j, "resourceUri", c->subjects.one[0].name);
	json_open(&j, "policy", '{');
	json_str(&j, "uri", attest_uri(ATTEST_REBUILD));
	json_close(&j, '}');
	json_str(&j, "verificationResult", passed ? "PASSED" : "FAILED");
	json_open(&j, "verifiedLevels", '[');
	if (passed)
		json_str(&j, NULL, "CANDOR_REBUILT_BIT_IDENTICAL");
	json_close(&j, ']');
	intoto_end(&j);
	dsse_make(BYTES_LIT(DSSE_INTOTO), buf_bytes(&payload), &c->signer, 1, &envelope);
	e = log_write_new(c->args.summary, buf_bytes(&envelope), &c->fault);
	buf_done(&payload);
	buf_done(&envelope);
	return e;
}

typedef enum err write_fn(const char *path, struct bytes b, struct fault *f);

static enum err
write_proof(const char *envelope, struct bytes entry, const char *dir, write_fn *write,
    struct fault *f)
{
	char *name = attest_proof_name(envelope);
	struct buf proof = { 0 };
	uint64_t index = 0;
	enum err e = attest_log_prove(dir, entry, &proof, &index, f);

	if (e == OK)
		e = write(name, buf_bytes(&proof), f);
	if (e == OK)
		printf("'%s': entry %" PRIu64 "\n", name, index);
	buf_done(&proof);
	free(name);
	return e;
}

static enum err
publish(struct attest_cmd *c)
{
	struct buf entry = { 0 };
	uint64_t index;
	enum err e;

	attest_entry(buf_bytes(&c->envelope), &entry);
	e = attest_log_add(c->args.log, buf_bytes(&entry), &index, &c->fault);
	if (e == OK)
		e = write_proof(c->args.output, buf_bytes(&entry), c->args.log,
		    log_write_new, &c->fault);
	buf_done(&entry);
	return e;
}

static enum err
work(struct attest_cmd *c)
{
	c->head.kind = c->kind;
	c->head.date = sys_now();
	c->head.version = CANDOR_VERSION;
	if (c->args.key == NULL || c->args.output == NULL)
		return usage(c, "--key and --output are needed");
	TRY(check_output(c));
	TRY(read_not_after(c));
	TRY(read_withdraws(c));
	TRY(keyfile_read(c->args.key, &c->hold, &c->signer, &c->fault));
	if (c->signer.key.alg != NOTE_ED25519)
		return fault_set(&c->fault, FAULT_KEY,
		    "'%s' is a witness's key, and statements are signed with another "
		    "kind",
		    fault_quote(bytes_of(c->args.key)));
	TRY(log_read_file(c->rest.p[0], RESULT_BYTES, &c->input, &c->fault));
	for (size_t i = 1; i < c->rest.n; i++)
		TRY(attest_add_subject(&c->subjects, c->rest.p[i], true, &c->fault));
	TRY(find(c));
	sign(c);
	TRY(log_write_new(c->args.output, buf_bytes(&c->envelope), &c->fault));
	printf("'%s': %s %s, about %zu file%s\n", c->args.output, attest_name(c->kind),
	    attest_result_name(c->head.result), c->subjects.n,
	    c->subjects.n == 1 ? "" : "s");
	if (c->args.summary != NULL)
		TRY(write_summary(c));
	return c->args.log ? publish(c) : OK;
}

static int
run(int argc, char **argv, const struct verb *v, enum attest_kind kind)
{
	struct attest_cmd *c = xcalloc(1, sizeof(*c));
	int code = log_parse(
	    &(struct log_line){ v, 2, INTOTO_SUBJECTS }, argc, argv, &c->args, &c->rest);

	c->verb = v;
	c->kind = kind;
	if (code < 0) {
		enum err e = work(c);

		code = e == OK           ? 0
		       : e == ERR_SYNTAX ? OPT_EXIT_USAGE
					 : log_refused(&c->fault);
	}
	keyfile_wipe(&c->hold, &c->signer);
	attest_subjects_done(&c->subjects);
	buf_done(&c->input);
	buf_done(&c->members);
	buf_done(&c->envelope);
	free(c->withdraws);
	free(c->args.withdraws.p);
	free(c->rest.p);
	free(c);
	return code;
}

static int
run_rebuild(int argc, char **argv, const struct verb *v)
{
	return run(argc, argv, v, ATTEST_REBUILD);
}

static int
run_compare(int argc, char **argv, const struct verb *v)
{
	return run(argc, argv, v, ATTEST_COMPARE);
}

static int
run_review(int argc, char **argv, const struct verb *v)
{
	return run(argc, argv, v, ATTEST_REVIEW);
}

static int
run_claims(int argc, char **argv, const struct verb *v)
{
	return run(argc, argv, v, ATTEST_CLAIMS);
}

const struct verb verb_attest_rebuild = {
	"attest rebuild",
	"RESULT.json BUNDLE|FILE...",
	"say what candor handover rebuild found",
	rebuild_opts,
	run_rebuild,
};

const struct verb verb_attest_compare = {
	"attest compare",
	"RESULT.json FILE...",
	"say what candor compare found",
	compare_opts,
	run_compare,
};

const struct verb verb_attest_review = {
	"attest review",
	"REVIEW BUNDLE|FILE...",
	"say what people found who read it",
	plain_opts,
	run_review,
};

const struct verb verb_attest_claims = {
	"attest claims",
	"CLAIMS BUNDLE|FILE...",
	"say which of the vendor's claims hold",
	plain_opts,
	run_claims,
};

/* --- prove --------------------------------------------------------------- */

struct prove_args {
	const char *log;
};

static const struct opt prove_opts[] = {
	{ 0, "log", OPT_STR, "DIR", "the log that it is in",
	    offsetof(struct prove_args, log) },
	OPT_LAST,
};

static enum err
prove(const char *envelope, const char *dir, struct fault *f)
{
	struct buf b = { 0 }, entry = { 0 };
	enum err e = log_read_file(envelope, DSSE_MAX, &b, f);

	attest_entry(buf_bytes(&b), &entry);
	if (e == OK)
		e = write_proof(envelope, buf_bytes(&entry), dir, log_write_file, f);
	buf_done(&b);
	buf_done(&entry);
	return e;
}

static int
run_prove(int argc, char **argv, const struct verb *v)
{
	struct prove_args a = { 0 };
	struct opt_list rest = { 0 };
	struct fault f = { 0 };
	int code = log_parse(&(struct log_line){ v, 1, SIZE_MAX }, argc, argv, &a, &rest);

	if (code < 0 && a.log == NULL) {
		msg_error("attest prove: --log is needed");
		code = OPT_EXIT_USAGE;
	}
	if (code < 0) {
		code = 0;
		for (size_t i = 0; i < rest.n && code == 0; i++)
			if (prove(rest.p[i], a.log, &f) != OK)
				code = log_refused(&f);
	}
	free(rest.p);
	return code;
}

const struct verb verb_attest_prove = {
	"attest prove",
	"STATEMENT.dsse...",
	"write the proof of a statement that was logged, with new cosignatures",
	prove_opts,
	run_prove,
};
