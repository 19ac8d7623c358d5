/* jsonin.c - see jsonin.h. */
#include "evidence/jsonin.h"

#include <jansson.h>
#include <stdio.h>

#include "base/text.h"
#include "crypto/hash.h"
#include "crypto/sign.h"

void
jsonin_prepare(void)
{
	static bool done;
	uint32_t seed;

	if (done)
		return;
	/* ours, and not 0: that would send jansson to look for one */
	sign_random((uint8_t *)&seed, sizeof(seed));
	json_object_seed(seed | 1);
	done = true;
}

static enum err
refuse(enum err e, char why[JSONIN_WHY], const char *what)
{
	snprintf(why, JSONIN_WHY, "%s", what);
	return e;
}

/* Behind the string that begins at i (its first quote), or at the end of the text. */
static size_t
skip_string(struct bytes t, size_t i)
{
	for (i++; i < t.n && t.p[i] != '"'; i++)
		if (t.p[i] == '\\')
			i++;
	return i;
}

/*
 * What the tree could cost, before there is one. Each value but the first follows one of
 * these letters, so counting them outside of strings bounds the values from above, also
 * in what will turn out to be no JSON.
 */
static enum err
count(struct bytes t, char why[JSONIN_WHY])
{
	size_t depth = 0, values = 1;

	for (size_t i = 0; i < t.n; i++) {
		uint8_t c = t.p[i];

		if (c == '"')
			i = skip_string(t, i);
		else if (c == '[' || c == '{') {
			depth++;
			values++;
		} else if ((c == ']' || c == '}') && depth > 0)
			depth--;
		else if (c == ',' || c == ':')
			values++;
		if (depth > JSONIN_DEPTH)
			return refuse(ERR_LIMIT, why, "it is nested too deeply");
		if (values > JSONIN_VALUES)
			return refuse(ERR_LIMIT, why, "it has too many values");
	}
	return OK;
}

enum err
jsonin_read(struct bytes text, json_t **out, char why[JSONIN_WHY])
{
	json_error_t error;
	json_t *root;

	jsonin_prepare();
	why[0] = '\0';
	if (text.n > JSONIN_BYTES)
		return refuse(ERR_LIMIT, why, "it is too large");
	if (text.n == 0)
		return refuse(ERR_FORMAT, why, "it is empty");
	TRY(count(text, why));
	root = json_loadb((const char *)text.p, text.n,
	    JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (root == NULL) {
		/* jansson's own words quote the text; only the place is taken */
		snprintf(why, JSONIN_WHY, "it is no JSON from line %d, column %d on%s",
		    error.line, error.column,
		    json_error_code(&error) == json_error_duplicate_key
			? " (a member is there twice)"
			: "");
		return ERR_FORMAT;
	}
	*out = root;
	return OK;
}

const json_t *
jsonin_object(const json_t *of, const char *key)
{
	const json_t *v = json_object_get(of, key);

	return json_is_object(v) ? v : NULL;
}

const json_t *
jsonin_array(const json_t *of, const char *key)
{
	const json_t *v = json_object_get(of, key);

	return json_is_array(v) ? v : NULL;
}

struct bytes
jsonin_text(const json_t *v)
{
	if (!json_is_string(v))
		return (struct bytes){ 0 };
	return (
	    struct bytes){ (const uint8_t *)json_string_value(v), json_string_length(v) };
}

struct bytes
jsonin_str(const json_t *of, const char *key)
{
	return jsonin_text(json_object_get(of, key));
}

size_t
jsonin_count(const json_t *array)
{
	return json_array_size(array);
}

const json_t *
jsonin_at(const json_t *array, size_t i)
{
	return json_array_get(array, i);
}

bool
jsonin_uint(const json_t *of, const char *key, uint64_t *out)
{
	const json_t *v = json_object_get(of, key);

	if (!json_is_integer(v) || json_integer_value(v) < 0)
		return false;
	*out = (uint64_t)json_integer_value(v);
	return true;
}

bool
jsonin_bool(const json_t *of, const char *key, bool *out)
{
	const json_t *v = json_object_get(of, key);

	if (!json_is_boolean(v))
		return false;
	*out = json_is_true(v);
	return true;
}

bool
jsonin_sha256(const json_t *of, const char *key, uint8_t out[32])
{
	return hash_unhex(jsonin_str(of, key), out, 32);
}

void
jsonin_free(json_t *root)
{
	json_decref(root);
}

void
jsonin_freep(json_t **root)
{
	json_decref(*root);
	*root = NULL;
}
