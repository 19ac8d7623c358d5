/* The last statement of a chain, wherever in a log it stands. */
#include "publish/chain.h"

#include <stdlib.h>

#include "base/sys.h"
#include "crypto/hash.h"
#include "log/rig.h"

struct world {
	struct rig rig;
	struct store *store;
	struct note_signer publisher;
};

static void
world_init(struct world *w)
{
	static const uint8_t seed[SIGN_SEED] = { 7 };
	struct fault f = { 0 };

	*w = (struct world){ 0 };
	rig_init(&w->rig);
	note_signer_of(BYTES_LIT("p.example/x"), NOTE_ED25519, seed, &w->publisher);
	rig_ok(store_open(w->rig.dir, &w->store, &f), &f);
}

static void
world_done(struct world *w)
{
	store_close(w->store);
	test_remove(w->rig.folder);
}

/* A statement about keys or rules, as it comes: what it follows is not asked for here. */
static void
add(struct world *w, enum statement_type type, const char *channel, uint64_t sequence)
{
	struct statement s = { .type = type,
		.channel = bytes_of(channel),
		.sequence = sequence,
		.previous = { sequence > 1 },
		.date = (int64_t)sequence,
		.rules = 1,
		.added = 1,
		.old_key = BYTES_LIT("a+01020304+AQID"),
		.new_key = BYTES_LIT("b+01020304+AQID") };
	struct statement_fault why = { 0 };
	struct fault f = { 0 };
	struct buf text = { 0 }, note = { 0 };
	uint64_t index;

	EQ_U(statement_print(&s, &text, &why), OK);
	EQ_S(why.what ? why.what : "", "");
	note_sign(buf_bytes(&text), &w->publisher, 1, &note);
	rig_ok(store_add(w->store, buf_bytes(&note), &index, &f), &f);
	buf_done(&text);
	buf_done(&note);
}

static void
noise(struct world *w, unsigned n)
{
	uint64_t index;

	for (unsigned i = 0; i < n; i++)
		EQ_U(store_add(w->store, BYTES_LIT("candor statement 1\n"), &index, NULL),
		    OK);
}

/* The sequence and index of the last one; sequence 0: there is none. */
static uint64_t
last(struct world *w, enum statement_type type, const char *channel, uint64_t *index)
{
	struct log_source source = store_source(w->store);
	struct tile_reader *r = NULL;
	struct fault f = { 0 };
	struct checkpoint c;
	struct chain chain;
	uint64_t sequence = 0;

	rig_ok(store_sync(w->store, &f), &f);
	store_head(w->store, &c);
	rig_ok(tile_reader_new(&source, &c.head, &r, &f), &f);
	rig_ok(chain_find(r, type, bytes_of(channel), &chain, &f), &f);
	if (chain.last.is_release)
		sequence = chain.last.statement.sequence;
	*index = chain.last.index;
	chain_done(&chain);
	tile_reader_free(r);
	return sequence;
}

TEST(found_from_the_end)
{
	struct world w;
	uint64_t at;

	world_init(&w);
	EQ_U(last(&w, STATEMENT_RULES, "stable", &at), 0);
	add(&w, STATEMENT_RULES, "stable", 1);
	add(&w, STATEMENT_RULES, "stable", 2);
	add(&w, STATEMENT_RULES, "beta", 1);
	add(&w, STATEMENT_KEYS, "stable", 1);
	EQ_U(last(&w, STATEMENT_RULES, "stable", &at), 2);
	EQ_U(at, 1);
	EQ_U(last(&w, STATEMENT_RULES, "beta", &at), 1);
	EQ_U(last(&w, STATEMENT_KEYS, "stable", &at), 1);
	EQ_U(at, 3);
	EQ_U(last(&w, STATEMENT_KEYS, "beta", &at), 0);
	EQ_U(last(&w, STATEMENT_RELEASE, "stable", &at), 0);
	EQ_U(last(&w, STATEMENT_RULES, "stabl", &at), 0);
	world_done(&w);
}

/* At every place of a bundle and of the next ones, behind noise that begins alike. */
TEST(far_behind_the_end)
{
	struct world w;
	uint64_t at;

	world_init(&w);
	noise(&w, 255);
	add(&w, STATEMENT_RULES, "stable", 1); /* the last of a bundle */
	EQ_U(last(&w, STATEMENT_RULES, "stable", &at), 1);
	EQ_U(at, 255);
	add(&w, STATEMENT_RULES, "stable", 2); /* the first of the next */
	EQ_U(last(&w, STATEMENT_RULES, "stable", &at), 2);
	EQ_U(at, 256);
	noise(&w, 600);
	EQ_U(last(&w, STATEMENT_RULES, "stable", &at), 2);
	EQ_U(at, 256);
	world_done(&w);
}

TEST(what_comes_next)
{
	struct chain c = { 0 };
	struct statement s = { .type = STATEMENT_RULES,
		.channel = BYTES_LIT("stable"),
		.date = 1,
		.sequence = 77,
		.previous = { 9 } };
	static const uint8_t zeros[STATEMENT_HASH];

	chain_next(&c, &s);
	EQ_U(s.sequence, 1);
	EQ_B(((struct bytes){ s.previous, STATEMENT_HASH }),
	    ((struct bytes){ zeros, STATEMENT_HASH }));
	CHECK(chain_follows(&c, &s) == NULL);
	s.sequence = 2;
	CHECK(chain_follows(&c, &s) != NULL);
	chain_done(&c);
}
