#include "audit/publisher.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/sys.h"
#include "tests/tap.h"

struct world {
	struct arena arena;
	struct publisher p;
	struct note_signer signer[3];
};

static void
world_init(struct world *w)
{
	*w = (struct world){ 0 };
	arena_init(&w->arena, 1 << 20);
	w->p.arena = &w->arena;
	for (uint8_t i = 0; i < 3; i++) {
		const uint8_t seed[SIGN_SEED] = { i };

		note_signer_of(
		    BYTES_LIT("p.example/x"), NOTE_ED25519, seed, &w->signer[i]);
	}
}

static void
know(struct world *w, unsigned i)
{
	struct buf b = { 0 };

	note_key_print(&w->signer[i].key, &b);
	EQ_U(publisher_add(&w->p, buf_bytes(&b), NULL), OK);
	buf_done(&b);
}

/* A statement about rules, or with to a change of keys from -> to; signed by some. */
struct row {
	const char *name, *channel;
	int from, to; /* -1: rules */
	unsigned by;  /* bits */
	enum publisher_said want;
	bool broken;
};

static enum publisher_said
check(struct world *w, const struct row *r)
{
	struct statement s = { .type = r->to < 0 ? STATEMENT_RULES : STATEMENT_KEYS,
		.channel = bytes_of(r->channel),
		.sequence = 1,
		.date = 1,
		.rules = 1,
		.added = 1 };
	struct note_signer by[3];
	struct buf key[2] = { { 0 }, { 0 } }, text = { 0 }, note = { 0 };
	struct entry *e = xcalloc(1, sizeof(*e));
	enum publisher_said said;
	size_t n = 0;

	for (unsigned i = 0; i < 3; i++)
		if (r->by & 1u << i)
			by[n++] = w->signer[i];
	if (r->to >= 0) {
		note_key_print(&w->signer[r->from].key, &key[0]);
		note_key_print(&w->signer[r->to].key, &key[1]);
		s.old_key = buf_bytes(&key[0]);
		s.new_key = buf_bytes(&key[1]);
	}
	EQ_U(statement_print(&s, &text, NULL), OK);
	note_sign(buf_bytes(&text), by, n, &note);
	if (r->broken) /* a letter of the date: the signature stays */
		note.p[bytes_find(buf_bytes(&note), 0, BYTES_LIT("1Z\n"))] ^= 2;
	entry_read(0, buf_bytes(&note), &w->arena, e);
	CHECK(e->is_release);
	said = publisher_check(&w->p, e);
	buf_done(&key[0]);
	buf_done(&key[1]);
	buf_done(&text);
	buf_done(&note);
	free(e);
	return said;
}

/* clang-format off */
static const struct row story[] = {
	{ "the first key", "stable", 0, -1, 1, PUBLISHER_SIGNED, false },
	{ "a stranger", "stable", 0, -1, 2, PUBLISHER_STRANGER, false },
	{ "a changed text", "stable", 0, -1, 1, PUBLISHER_BROKEN, true },
	{ "a stranger's change of keys", "stable", 1, 2, 6, PUBLISHER_STRANGER, false },
	{ "of which nothing comes", "stable", 0, -1, 4, PUBLISHER_STRANGER, false },
	{ "a change that one did not sign", "stable", 0, 1, 1, PUBLISHER_SIGNED, false },
	{ "of which nothing comes, too", "stable", 0, -1, 1, PUBLISHER_SIGNED, false },
	{ "a good change", "stable", 0, 1, 3, PUBLISHER_SIGNED, false },
	{ "the new key", "stable", 0, -1, 2, PUBLISHER_SIGNED, false },
	{ "the old one", "stable", 0, -1, 1, PUBLISHER_REPLACED, false },
	{ "both", "stable", 0, -1, 3, PUBLISHER_SIGNED, false },
	{ "the old one on another channel", "beta", 0, -1, 1, PUBLISHER_SIGNED, false },
	{ "the new one on another channel", "beta", 0, -1, 2, PUBLISHER_STRANGER, false },
	{ "the old key changes again", "stable", 0, 2, 5, PUBLISHER_REPLACED, false },
	{ "of which nothing comes, again", "stable", 0, -1, 4, PUBLISHER_STRANGER, false },
	{ "the new key changes", "stable", 1, 2, 6, PUBLISHER_SIGNED, false },
	{ "the third", "stable", 0, -1, 4, PUBLISHER_SIGNED, false },
	{ "back to the first", "stable", 2, 0, 5, PUBLISHER_SIGNED, false },
	{ "which counts again", "stable", 0, -1, 1, PUBLISHER_SIGNED, false },
};
/* clang-format on */

TEST(keys_are_followed)
{
	struct world w;

	world_init(&w);
	EQ_U(check(&w, &story[0]), PUBLISHER_NOT_ASKED);
	know(&w, 0);
	for (size_t i = 0; i < COUNT(story); i++) {
		ROW("%s", story[i].name);
		EQ_U(check(&w, &story[i]), story[i].want);
		CHECK(publisher_words(story[i].want)[0] != '\0');
	}
	arena_done(&w.arena);
}

TEST(no_keys)
{
	struct fault f = { 0 };
	struct world w;

	world_init(&w);
	EQ_U(publisher_add(&w.p, BYTES_LIT("junk"), &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_KEY);
	EQ_U(w.p.n, 0);
	for (unsigned i = 0; i < PUBLISHER_KEYS; i++)
		know(&w, i % 3);
	f = (struct fault){ 0 };
	EQ_U(publisher_add(&w.p, BYTES_LIT("junk"), &f), ERR_FORMAT);
	EQ_U(f.kind, FAULT_KEY);
	/* none is left for what would be followed: the old one keeps counting */
	EQ_U(check(&w, &story[7]), PUBLISHER_SIGNED);
	EQ_U(check(&w, &story[0]), PUBLISHER_SIGNED);
	arena_done(&w.arena);
}

/* Every way of being signed has its own words, which follow "the statement, ". */
TEST(words)
{
	for (int i = PUBLISHER_NOT_ASKED; i <= PUBLISHER_BROKEN; i++) {
		const char *words = publisher_words((enum publisher_said)i);

		CHECK(words[0] >= 'a' && words[0] <= 'z');
		CHECK(words[strlen(words) - 1] != '.');
		for (int k = PUBLISHER_NOT_ASKED; k < i; k++)
			CHECK(
			    strcmp(words, publisher_words((enum publisher_said)k)) != 0);
	}
}
