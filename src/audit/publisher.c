/*
 * publisher.c - who signed an entry, and whether it holds, for people who look at a log:
 * told in every case, and never a reason to leave an entry out.
 */
#include "audit/publisher.h"

enum err
publisher_add(struct publisher *p, struct bytes vkey, struct fault *f)
{
	struct publisher_key *k = &p->key[p->n];
	struct bytes text = arena_bytes(p->arena, vkey);

	if (p->n == PUBLISHER_KEYS || text.p == NULL)
		return fault_set(f, FAULT_KEY, "too many keys of publishers");
	*k = (struct publisher_key){ 0 };
	TRY(note_key_parse(text, &k->key, f));
	p->n++;
	return OK;
}

/* Names alone do not make a key: anybody can take one. */
static bool
same_key(const struct note_key *a, const struct note_key *b)
{
	return a->alg == b->alg && bytes_eq(a->name, b->name) &&
	       memcmp(a->pub, b->pub, SIGN_PUBLIC) == 0;
}

/* What p has of this key on the channel: the special entry before the general one. */
static const struct publisher_key *
find(const struct publisher *p, const struct note_key *key, struct bytes channel)
{
	const struct publisher_key *found = NULL;

	for (size_t i = 0; i < p->n; i++) {
		const struct publisher_key *k = &p->key[i];

		if (!same_key(&k->key, key))
			continue;
		if (bytes_eq(k->channel, channel))
			return k;
		if (k->channel.n == 0)
			found = k;
	}
	return found;
}

/* The keys that count on the channel, or those that were replaced there. */
static size_t
collect(const struct publisher *p, struct bytes channel, bool replaced,
    struct note_key out[PUBLISHER_KEYS])
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++) {
		const struct publisher_key *k = find(p, &p->key[i].key, channel);

		if (k != NULL && k->replaced == replaced && k == &p->key[i])
			out[n++] = k->key;
	}
	return n;
}

/* By one of the keys: PUBLISHER_SIGNED; or STRANGER, or BROKEN. */
static enum publisher_said
signed_by(const struct publisher *p, const struct entry *e, bool replaced)
{
	struct note_key keys[PUBLISHER_KEYS];
	struct note_seen seen[PUBLISHER_KEYS];
	struct fault f = { 0 };
	size_t n = collect(p, e->statement.channel, replaced, keys);

	if (n > 0 && note_verify(&e->note, keys, n, seen, &f) == OK)
		return PUBLISHER_SIGNED;
	return f.kind == FAULT_SIGNATURE ? PUBLISHER_BROKEN : PUBLISHER_STRANGER;
}

/*
 * When there is no room the old keys go on counting: better a doubt less than a false
 * alarm for every release to come.
 */
static void
put(struct publisher *p, const struct note_key *key, struct bytes channel, bool replaced)
{
	struct publisher_key *k =
	    (struct publisher_key *)(uintptr_t)find(p, key, channel);
	struct note_key copy = *key;

	if (k == NULL || k->channel.n == 0) {
		copy.name = arena_bytes(p->arena, key->name);
		channel = arena_bytes(p->arena, channel);
		if (p->n == PUBLISHER_KEYS || copy.name.p == NULL || channel.p == NULL)
			return;
		k = &p->key[p->n++];
		*k = (struct publisher_key){ copy, channel, replaced };
	}
	k->replaced = replaced;
}

/* The old key must count on the channel, and both must have signed. */
static void
follow(struct publisher *p, const struct entry *e)
{
	const struct statement *s = &e->statement;
	const struct publisher_key *old;
	struct note_key both[2];
	struct note_seen seen[2];

	if (note_key_parse(s->old_key, &both[0], NULL) != OK ||
	    note_key_parse(s->new_key, &both[1], NULL) != OK ||
	    note_verify(&e->note, both, 2, seen, NULL) != OK || seen[0].line.n == 0 ||
	    seen[1].line.n == 0)
		return;
	old = find(p, &both[0], s->channel);
	if (old == NULL || old->replaced)
		return;
	put(p, &both[1], s->channel, false);
	put(p, &both[0], s->channel, true);
}

enum publisher_said
publisher_check(struct publisher *p, const struct entry *e)
{
	enum publisher_said said;

	if (p->n == 0)
		return PUBLISHER_NOT_ASKED;
	said = signed_by(p, e, false);
	if (said == PUBLISHER_STRANGER && signed_by(p, e, true) == PUBLISHER_SIGNED)
		said = PUBLISHER_REPLACED;
	if (said == PUBLISHER_SIGNED && e->statement.type == STATEMENT_KEYS)
		follow(p, e);
	return said;
}

const char *
publisher_words(enum publisher_said s)
{
	static const char *const words[] = {
		"signed by somebody, which was not checked: no publisher's key was given",
		"signed by the publisher, whose signature holds",
		"signed by a key of the publisher that had been replaced before",
		"signed by none of the publisher's keys",
		"with a signature that claims to be the publisher's and does not hold",
	};

	return words[s];
}
