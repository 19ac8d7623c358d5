/* intoto.c - see intoto.h. */
#include "evidence/intoto.h"

#include "crypto/hash.h"
#include "evidence/jsonin.h"

static enum err
wrong(struct fault *f, const char *what)
{
	return fault_set(f, FAULT_EVIDENCE, "this is no statement: %s", what);
}

/* Statement v1, "subject": a list of ResourceDescriptors, each with a DigestSet. */
static enum err
take_subjects(
    const struct json_t *list, struct arena *a, struct intoto *s, struct fault *f)
{
	size_t n = jsonin_count(list);
	struct intoto_subject *to;

	if (n == 0 || n > INTOTO_SUBJECTS)
		return wrong(f, n ? "it has too many subjects" : "it has no 'subject'");
	to = ARENA_ARRAY(a, n, struct intoto_subject);
	if (to == NULL)
		return ERR_LIMIT;
	s->subject = to;
	for (size_t i = 0; i < n; i++) {
		const struct json_t *one = jsonin_at(list, i);
		const struct json_t *digest = jsonin_object(one, "digest");

		if (digest == NULL)
			return wrong(f, "a subject has no 'digest'");
		if (!jsonin_sha256(digest, "sha256", to[s->nsubject].sha256))
			continue;
		to[s->nsubject++].name = jsonin_str(one, "name");
	}
	return s->nsubject > 0 ? OK : wrong(f, "no subject has a SHA-256");
}

static enum err
take_all(struct arena *a, struct intoto *s, struct fault *f)
{
	struct bytes type = jsonin_str(s->root, "_type");

	if (!bytes_eq(type, BYTES_LIT(INTOTO_TYPE)))
		return wrong(f, "its '_type' is not " INTOTO_TYPE);
	s->predicate_type = jsonin_str(s->root, "predicateType");
	if (s->predicate_type.n == 0)
		return wrong(f, "it has no 'predicateType'");
	s->predicate = jsonin_object(s->root, "predicate");
	return take_subjects(jsonin_array(s->root, "subject"), a, s, f);
}

enum err
intoto_parse(struct bytes payload, struct arena *a, struct intoto *out, struct fault *f)
{
	char why[JSONIN_WHY];

	*out = (struct intoto){ 0 };
	if (jsonin_read(payload, &out->root, why) != OK)
		return wrong(f, why);
	return take_all(a, out, f);
}

void
intoto_done(struct intoto *s)
{
	jsonin_free(s->root);
	*s = (struct intoto){ 0 };
}

bool
intoto_about(const struct intoto *s, const uint8_t sha256[32])
{
	for (size_t i = 0; i < s->nsubject; i++)
		if (memcmp(s->subject[i].sha256, sha256, 32) == 0)
			return true;
	return false;
}

void
intoto_begin(struct json *j, const struct intoto_subject *subject, size_t n,
    const char *predicate_type)
{
	json_open(j, NULL, '{');
	json_str(j, "_type", INTOTO_TYPE);
	json_open(j, "subject", '[');
	for (size_t i = 0; i < n; i++) {
		json_open(j, NULL, '{');
		json_bytes(j, "name", subject[i].name);
		json_open(j, "digest", '{');
		json_hex(j, "sha256", (struct bytes){ subject[i].sha256, 32 });
		json_close(j, '}');
		json_close(j, '}');
	}
	json_close(j, ']');
	json_str(j, "predicateType", predicate_type);
	json_open(j, "predicate", '{');
}

void
intoto_end(struct json *j)
{
	json_close(j, '}');
	json_close(j, '}');
}
