/* compared.c - see compared.h. */
#include "evidence/compared.h"

#include <string.h>

#include "evidence/jsonin.h"
#include "evidence/result.h"

static enum err
wrong(struct fault *f, const char *what)
{
	return fault_set(
	    f, FAULT_EVIDENCE, "this is no result of a comparison: %s", what);
}

enum err
compared_read(struct bytes json, struct compared *out, struct fault *f)
{
	CLEAN(jsonin_freep) struct json_t *root = NULL;
	char why[JSONIN_WHY];
	bool complete;

	*out = (struct compared){ .complete = 0 };
	if (json.n > RESULT_BYTES)
		return wrong(f, "it is too large");
	if (jsonin_read(json, &root, why) != OK)
		return wrong(f, why);
	if (jsonin_str(root, "verdict").n == 0 ||
	    !jsonin_bool(root, "complete", &complete))
		return wrong(f, "it has no 'verdict', or not 'complete'");
	out->complete = complete;
	if (!jsonin_sha256(jsonin_object(root, "a"), "sha256", out->a) ||
	    !jsonin_sha256(jsonin_object(root, "b"), "sha256", out->b))
		return wrong(f, "it does not have the 'sha256' of 'a' and 'b'");
	return OK;
}

bool
compared_has(const struct compared *c, const uint8_t sha256[32])
{
	return memcmp(c->a, sha256, 32) == 0 || memcmp(c->b, sha256, 32) == 0;
}
