/* result.c - see result.h. */
#include "evidence/result.h"

#include "evidence/jsonin.h"

/*
 * A result file has rebuild's words (docs/rebuild.md), a statement its own: PASSED,
 * FAILED, INCONCLUSIVE. Files once had the statement's, too, and are still read. A word
 * that is not known says nothing, and nothing is no success.
 */
static const struct {
	const char *word;
	enum attest_result result;
} words[] = {
	{ "bit-identical", ATTEST_PASSED },
	{ "differs", ATTEST_FAILED },
	{ "missing", ATTEST_FAILED }, /* the source does not make what is handed out */
	{ "inconclusive", ATTEST_INCONCLUSIVE },
	{ "PASSED", ATTEST_PASSED }, /* once */
	{ "FAILED", ATTEST_FAILED },
};

static enum attest_result
meaning(struct bytes word)
{
	for (size_t i = 0; i < COUNT(words); i++)
		if (bytes_eq(word, bytes_of(words[i].word)))
			return words[i].result;
	return ATTEST_INCONCLUSIVE;
}

static enum err
wrong(struct fault *f, const char *what)
{
	return fault_set(f, FAULT_EVIDENCE, "this is no result of a rebuild: %s", what);
}

static enum err
put_artefact(const struct json_t *x, struct buf *out, struct fault *f)
{
	struct bytes name = jsonin_str(x, "name");
	uint8_t digest[32];

	if (name.n == 0 || name.n > UINT16_MAX || !jsonin_sha256(x, "sha256", digest))
		return wrong(f, "an artefact lacks its name or its 'sha256'");
	buf_put(out, digest, sizeof(digest));
	buf_u8(out, (uint8_t)meaning(jsonin_str(x, "result")));
	buf_le16(out, (uint16_t)name.n);
	buf_put(out, name.p, name.n);
	return OK;
}

enum { TRUSTED = 1, UNUSED = 2, UNMADE = 4 };

static bool
any_unused(const struct json_t *builds)
{
	bool used;

	for (size_t i = 0; i < jsonin_count(builds); i++)
		if (jsonin_bool(jsonin_at(builds, i), "compilerUsed", &used) && !used)
			return true;
	return false;
}

/* Another compiler's artefacts differ from the vendor's as a rule: that is no failure. */
static bool
any_unmade(const struct json_t *others)
{
	for (size_t i = 0; i < jsonin_count(others); i++) {
		struct bytes word = jsonin_str(jsonin_at(others, i), "result");

		if (word.n > 0 && !bytes_eq(word, BYTES_LIT("bit-identical")) &&
		    !bytes_eq(word, BYTES_LIT("differs")))
			return true;
	}
	return false;
}

static void
put_head(const struct json_t *root, struct buf *out)
{
	const struct json_t *bundle = jsonin_object(root, "bundle");
	uint8_t manifest[32] = { 0 };
	bool trusted = false;
	unsigned flags;

	(void)jsonin_bool(bundle, "signerTrusted", &trusted);
	flags = trusted ? TRUSTED : 0;
	(void)jsonin_sha256(bundle, "manifest", manifest);
	flags |= any_unused(jsonin_array(root, "builds")) ? UNUSED : 0;
	flags |= any_unmade(jsonin_array(root, "otherToolchains")) ? UNMADE : 0;
	buf_put(out, manifest, sizeof(manifest));
	buf_u8(out, (uint8_t)flags);
}

enum err
result_read(struct bytes json, struct buf *out, struct fault *f)
{
	CLEAN(jsonin_freep) struct json_t *root = NULL;
	const struct json_t *list;
	char why[JSONIN_WHY];

	if (json.n > RESULT_BYTES)
		return wrong(f, "it is too large");
	if (jsonin_read(json, &root, why) != OK)
		return wrong(f, why);
	if (!bytes_eq(jsonin_str(root, "type"), BYTES_LIT("rebuild")))
		return wrong(f, "its 'type' is not \"rebuild\"");
	put_head(root, out);
	list = jsonin_array(root, "artefacts");
	if (jsonin_count(list) == 0 || jsonin_count(list) > RESULT_ARTEFACTS)
		return wrong(f, "it has no 'artefacts', or too many");
	for (size_t i = 0; i < jsonin_count(list); i++)
		TRY(put_artefact(jsonin_at(list, i), out, f));
	return OK;
}

bool
result_head_read(struct cur *c, struct result_head *out)
{
	struct bytes b = cur_take(c, 32);
	uint8_t flags = cur_u8(c);

	if (!cur_ok(c) || flags > (TRUSTED | UNUSED | UNMADE))
		return false;
	memcpy(out->manifest, b.p, 32);
	out->trusted = flags & TRUSTED;
	out->unused = flags & UNUSED;
	out->unmade = flags & UNMADE;
	return true;
}

enum err
result_next(struct cur *c, struct result_artefact *out)
{
	struct bytes digest;
	uint8_t result;
	uint16_t n;

	if (cur_ok(c) && cur_left(c) == 0)
		return ERR_END;
	digest = cur_take(c, 32);
	result = cur_u8(c);
	n = cur_le16(c);
	out->name = cur_take(c, n);
	if (!cur_ok(c) || result > ATTEST_INCONCLUSIVE)
		return ERR_FORMAT;
	memcpy(out->sha256, digest.p, 32);
	out->result = (enum attest_result)result;
	return OK;
}
