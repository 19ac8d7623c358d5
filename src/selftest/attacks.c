/* attacks.c - see attacks.h. A strike changes the site; lab_update then asks it. */
#include "selftest/attacks.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/b64.h"
#include "base/sys.h"
#include "crypto/hash.h"

/* The client has taken releases 1 to 3 when an attack begins. */
#define LATEST "rules/stable/latest"
#define NEXT   4 /* the sequence that the client expects */
#define ALL    7 /* three witnesses */
#define DAY    86400

/*
 * Release r, in a log of its own kind, shown as the newest. The checkpoint covers the new
 * entry whatever size c has: an attack that wants another size publishes by itself.
 */
static void
show(struct lab *l, struct lab_log *log, const struct lab_release *r,
    const struct lab_checkpoint *c)
{
	struct lab_checkpoint all = *c;
	uint64_t index = lab_add(l, log, r);

	all.size = log->n;
	lab_publish(l, log, LATEST, index, &all);
}

static void
show_in_log(struct lab *l, const struct lab_release *r)
{
	show(l, &l->log, r, &(struct lab_checkpoint){ .witnesses = ALL });
}

/* The same in a copy of the log, which the honest world never sees. */
static void
show_in_copy(struct lab *l, const struct lab_release *r, const struct lab_checkpoint *c)
{
	struct lab_log *copy = xcalloc(1, sizeof(*copy));

	lab_copy_log(&l->log, copy);
	show(l, copy, r, c);
	lab_free_log(copy);
	free(copy);
}

/* --- TUF's list --- */

static void
arbitrary_publisher(struct lab *l)
{
	show_in_log(l, &(struct lab_release){ .sequence = NEXT, .signer = LAB_EVIL });
}

static void
arbitrary_log(struct lab *l)
{
	struct lab_log *own = xcalloc(1, sizeof(*own));

	own->origin = "evil.example/log";
	own->seed = 0x66;
	for (int i = 0; i < 10; i++)
		lab_add(l, own, &(struct lab_release){ .sequence = 1 });
	show(l, own, &(struct lab_release){ .sequence = NEXT },
	    &(struct lab_checkpoint){ .witnesses = ALL });
	lab_free_log(own);
	free(own);
}

static void
arbitrary_no_log(struct lab *l)
{
	struct buf b = { 0 };

	lab_add(l, &l->log, &(struct lab_release){ .sequence = NEXT });
	buf_put(&b, l->log.entry[l->log.n - 1].p, l->log.entry[l->log.n - 1].n);
	lab_write(l, "site/" LATEST, buf_bytes(&b));
	buf_done(&b);
}

/* The entry that is shown is one that was logged: only which one is the newest is a lie.
 */
static void
rollback(struct lab *l)
{
	lab_publish(l, &l->log, LATEST, l->log.n - 2,
	    &(struct lab_checkpoint){ .size = l->log.n, .witnesses = ALL });
}

static void
rollback_republished(struct lab *l)
{
	show_in_log(l, &(struct lab_release){ .sequence = 2 });
}

static void
freeze(struct lab *l)
{
	lab_publish(l, &l->log, LATEST, l->log.n - 1,
	    &(struct lab_checkpoint){
		.size = l->log.n, .witnesses = ALL, .time = l->now - 8 * DAY });
}

/* One witness is fresh, the quorum is not. */
static void
freeze_with_one(struct lab *l)
{
	struct lab_checkpoint c = {
		.size = l->log.n, .witnesses = 6, .time = l->now - 8 * DAY
	};
	struct buf b = { 0 }, fresh = { 0 };
	const uint8_t *line;

	lab_proof(l, &l->log, l->log.n - 1, &c, &b);
	lab_checkpoint(l, &l->log,
	    &(struct lab_checkpoint){ .size = l->log.n, .witnesses = 1 }, &fresh);
	line = memrchr(fresh.p, '\n', fresh.n - 1);
	buf_put(&b, line + 1, (size_t)(fresh.p + fresh.n - line - 1));
	lab_write(l, "site/" LATEST, buf_bytes(&b));
	buf_done(&b);
	buf_done(&fresh);
}

static void
freeze_expired(struct lab *l)
{
	show_in_log(l,
	    &(struct lab_release){
		.sequence = NEXT, .date = l->now - 2 * DAY, .not_after = l->now - DAY });
}

static void
false_clock(struct lab *l)
{
	lab_publish(l, &l->log, LATEST, l->log.n - 1,
	    &(struct lab_checkpoint){
		.size = l->log.n, .witnesses = ALL, .time = l->now + 400 * DAY });
}

static void
fast_forward(struct lab *l)
{
	show_in_log(l, &(struct lab_release){ .sequence = INT64_MAX });
}

static void
fast_forward_date(struct lab *l)
{
	show_in_log(
	    l, &(struct lab_release){ .sequence = NEXT, .date = l->now + 400 * DAY });
}

static void
make_sparse(const struct lab *l, const char *name, off_t size)
{
	char *path = xprintf("%s/site/%s", l->folder, name);

	if (truncate(path, size) != 0)
		bug("the lab's file cannot grow");
	free(path);
}

static void
endless_file(struct lab *l)
{
	make_sparse(l, LATEST, (off_t)1 << 40);
}

/* The name in the folder of files is the archive's digest. */
static char *
blob_name(const struct lab *l)
{
	uint8_t digest[32];
	char hex[65];

	hash_of(HASH_SHA256, buf_bytes(&l->archive), digest);
	hash_hex(digest, 32, hex);
	return xprintf("site/blob/%s", hex);
}

static void
endless_archive(struct lab *l)
{
	char *name;

	show_in_log(l, &(struct lab_release){ .sequence = NEXT });
	name = blob_name(l);
	make_sparse(l, name + strlen("site/"), (off_t)1 << 40);
	free(name);
}

static void
pipe_for_file(struct lab *l)
{
	char *path = xprintf("%s/site/%s", l->folder, LATEST);

	unlink(path);
	if (mkfifo(path, 0644) != 0)
		bug("the lab's pipe cannot be made");
	free(path);
}

static void
newer(struct lab *l)
{
	show_in_log(l, &(struct lab_release){ .sequence = NEXT });
}

/* The archive of the release before, under the name of the new one. */
static void
mix(struct lab *l)
{
	struct buf old = { 0 };
	char *name;

	buf_put(&old, l->archive.p, l->archive.n);
	show_in_log(l, &(struct lab_release){ .sequence = NEXT });
	name = blob_name(l);
	lab_write(l, name, buf_bytes(&old));
	buf_done(&old);
	free(name);
}

static void
mix_one_bit(struct lab *l)
{
	char *name;

	show_in_log(l, &(struct lab_release){ .sequence = NEXT });
	name = blob_name(l);
	l->archive.p[l->archive.n / 2] ^= 1;
	lab_write(l, name, buf_bytes(&l->archive));
	free(name);
}

static void
stolen_publisher(struct lab *l)
{
	show_in_copy(l, &(struct lab_release){ .sequence = NEXT },
	    &(struct lab_checkpoint){ .seed = 0x66, .witnesses = ALL });
}

static void
stolen_publisher_and_log(struct lab *l)
{
	show_in_copy(l, &(struct lab_release){ .sequence = NEXT },
	    &(struct lab_checkpoint){ .witnesses = 0 });
}

/* The key was replaced, and whoever stole the old one goes on. */
static void
stolen_old_key(struct lab *l)
{
	uint64_t index = lab_add_rotation(l, &l->log, true);
	const struct lab_checkpoint c = { .size = l->log.n, .witnesses = ALL };

	lab_publish(l, &l->log, "keys/stable/1", index, &c);
	lab_publish(l, &l->log, "keys/stable/latest", index, &c);
	show_in_log(l, &(struct lab_release){ .sequence = NEXT });
}

static void
rotation_by_one(struct lab *l)
{
	uint64_t index = lab_add_rotation(l, &l->log, false);
	const struct lab_checkpoint c = { .size = l->log.n, .witnesses = ALL };

	lab_publish(l, &l->log, "keys/stable/1", index, &c);
	lab_publish(l, &l->log, "keys/stable/latest", index, &c);
}

static void
wrong_type(struct lab *l)
{
	show_in_log(
	    l, &(struct lab_release){ .type = STATEMENT_RELEASE, .sequence = NEXT });
}

static void
wrong_channel(struct lab *l)
{
	show_in_log(l, &(struct lab_release){ .channel = "beta", .sequence = NEXT });
}

/* --- logs and witnesses --- */

/* Everybody but the client is in it: another past, grown beyond the one that was seen. */
static void
fork_past(struct lab *l)
{
	struct lab_log *copy = xcalloc(1, sizeof(*copy));

	lab_copy_log(&l->log, copy);
	copy->leaf[0].b[0] ^= 1;
	show(l, copy, &(struct lab_release){ .sequence = NEXT },
	    &(struct lab_checkpoint){ .witnesses = ALL });
	lab_free_log(copy);
	free(copy);
}

/* The last entry is another one, for this client only. */
static void
replace_last(struct lab *l, unsigned witnesses)
{
	struct lab_log *copy = xcalloc(1, sizeof(*copy));

	lab_copy_log(&l->log, copy);
	copy->n--;
	buf_done(&copy->entry[copy->n]);
	show(l, copy, &(struct lab_release){ .sequence = NEXT },
	    &(struct lab_checkpoint){ .witnesses = witnesses });
	lab_free_log(copy);
	free(copy);
}

static void
split_view(struct lab *l)
{
	replace_last(l, ALL);
}

static void
one_witness_lies(struct lab *l)
{
	replace_last(l, 2);
}

static void
one_witness_twice(struct lab *l)
{
	uint64_t index = lab_add(l, &l->log, &(struct lab_release){ .sequence = NEXT });

	lab_publish(l, &l->log, LATEST, index,
	    &(struct lab_checkpoint){ .size = l->log.n, .witnesses = 1, .twice = true });
}

static void
truncated(struct lab *l)
{
	struct lab_log *copy = xcalloc(1, sizeof(*copy));

	lab_copy_log(&l->log, copy);
	while (copy->n > 5)
		buf_done(&copy->entry[--copy->n]);
	show(l, copy, &(struct lab_release){ .sequence = NEXT },
	    &(struct lab_checkpoint){ .witnesses = ALL });
	lab_free_log(copy);
	free(copy);
}

static void
old_tree_signed_again(struct lab *l)
{
	lab_publish(l, &l->log, LATEST, l->log.n - 3,
	    &(struct lab_checkpoint){ .size = l->log.n - 2, .witnesses = ALL });
}

static void
tile_swap(struct lab *l)
{
	struct buf b = { 0 };

	newer(l);
	if (!lab_read(l, "site/log/tile/0/000", &b))
		bug("the lab lacks a tile");
	for (size_t i = 0; i < MERKLE_HASH; i++) {
		uint8_t first = b.p[i];

		b.p[i] = b.p[MERKLE_HASH + i];
		b.p[MERKLE_HASH + i] = first;
	}
	lab_write(l, "site/log/tile/0/000", buf_bytes(&b));
	buf_done(&b);
}

static void
tile_missing(struct lab *l)
{
	newer(l);
	lab_remove(l, "site/log/tile/0/000");
}

/* The proof of the new entry around another entry. */
static void
entry_swap(struct lab *l)
{
	const struct lab_checkpoint c = { .size = l->log.n + 1, .witnesses = ALL };
	struct buf proof = { 0 }, old = { 0 }, out = { 0 };
	uint64_t index = lab_add(l, &l->log, &(struct lab_release){ .sequence = NEXT });
	const uint8_t *rest;

	lab_proof(l, &l->log, index, &c, &proof);
	b64_put(&old, buf_bytes(&l->log.entry[1]));
	rest = memmem(proof.p, proof.n, "\nindex ", 7);
	buf_str(&out, "c2sp.org/tlog-proof@v1\nextra ");
	buf_put(&out, old.p, old.n);
	buf_put(&out, rest, (size_t)(proof.p + proof.n - rest));
	lab_tiles(l, &l->log, l->log.n);
	lab_write(l, "site/" LATEST, buf_bytes(&out));
	buf_done(&proof);
	buf_done(&old);
	buf_done(&out);
}

/* Its key is trusted, for another origin. */
static void
other_origin(struct lab *l)
{
	show_in_log(l, &(struct lab_release){ .sequence = NEXT });
	lab_publish(l, &l->log, LATEST, l->log.n - 1,
	    &(struct lab_checkpoint){
		.size = l->log.n, .witnesses = ALL, .origin = "lab.example/another" });
}

static void
broken_signature(struct lab *l)
{
	uint64_t index = lab_add(l, &l->log, &(struct lab_release){ .sequence = NEXT });

	lab_publish(l, &l->log, LATEST, index,
	    &(struct lab_checkpoint){
		.size = l->log.n, .witnesses = ALL, .break_signature = true });
}

static void
two_with_one_sequence(struct lab *l)
{
	show_in_log(l, &(struct lab_release){ .sequence = NEXT - 1, .rules = "// x\n" });
}

static void
other_previous(struct lab *l)
{
	static const uint8_t previous[32] = { 1, 2, 3 };

	show_in_log(l, &(struct lab_release){ .sequence = NEXT, .previous = previous });
}

/* --- a publisher who errs, or is made to --- */

static void
no_archive(struct lab *l)
{
	show_in_log(l, &(struct lab_release){ .sequence = NEXT, .no_ustar = true });
}

static void
no_rules(struct lab *l)
{
	show_in_log(l, &(struct lab_release){ .sequence = NEXT, .rules = "rule x {\n" });
}

static void
finds_nothing(struct lab *l)
{
	show_in_log(l, &(struct lab_release){ .sequence = NEXT,
			   .rules = "rule x { condition: filesize == 77777 }\n" });
}

static void
finds_everything(struct lab *l)
{
	show_in_log(l, &(struct lab_release){
			   .sequence = NEXT, .rules = "rule x { condition: true }\n" });
}

static void
nothing(struct lab *l)
{
	(void)l;
}

/* clang-format off */
const struct attack attacks[] = {
	{ "arbitrary install", "a release that somebody else signed, in the right log", arbitrary_publisher, FAULT_PUBLISHER },
	{ "arbitrary install", "a release in a log of the attacker's own", arbitrary_log, FAULT_ORIGIN },
	{ "arbitrary install", "a signed release that is in no log", arbitrary_no_log, FAULT_PROOF },
	{ "rollback", "an older release, with a fresh proof", rollback, FAULT_ROLLBACK },
	{ "rollback", "an older release, logged once more", rollback_republished, FAULT_ROLLBACK },
	{ "indefinite freeze", "the newest that was seen, for ever", freeze, FAULT_STALE },
	{ "indefinite freeze", "one fresh witness, where two are asked for", freeze_with_one, FAULT_STALE },
	{ "indefinite freeze", "a release after its last day", freeze_expired, FAULT_EXPIRED },
	{ "indefinite freeze", "witnesses from the future", false_clock, FAULT_STALE },
	{ "fast-forward", "the highest sequence there is", fast_forward, FAULT_SEQUENCE },
	{ "fast-forward", "a date in the future", fast_forward_date, FAULT_STATEMENT },
	{ "endless data", "a file of a terabyte", endless_file, FAULT_TOO_LARGE, .folder = true },
	{ "endless data", "an archive of a terabyte", endless_archive, FAULT_TOO_LARGE, .folder = true },
	{ "endless data", "a pipe in the place of a file", pipe_for_file, FAULT_FETCH, .folder = true },
	{ "endless data", "an answer without end", nothing, FAULT_TOO_LARGE, SERVER_ENDLESS, "min-speed = 1\n" },
	{ "endless data", "an archive without end", newer, FAULT_TOO_LARGE, SERVER_ENDLESS_BLOB, "min-speed = 1\n" },
	{ "mix-and-match", "the archive of an older release", mix, FAULT_DIGEST },
	{ "mix-and-match", "one bit of the archive", mix_one_bit, FAULT_DIGEST },
	{ "key compromise", "the publisher's key, without the log's", stolen_publisher, FAULT_ORIGIN },
	{ "key compromise", "the publisher's and the log's keys, without witnesses", stolen_publisher_and_log, FAULT_QUORUM },
	{ "key compromise", "the publisher's key, after it was replaced", stolen_old_key, FAULT_PUBLISHER },
	{ "key compromise", "a new key that only the old one signed", rotation_by_one, FAULT_ROTATION },
	{ "wrong software", "a release of a program", wrong_type, FAULT_SOFTWARE },
	{ "wrong software", "a release of another channel", wrong_channel, FAULT_SOFTWARE },
	{ "slow retrieval", "a byte now and then", nothing, FAULT_SLOW, SERVER_SLOW, "deadline = 1s\n" },
	{ "slow retrieval", "no answer at all", nothing, FAULT_SLOW, SERVER_SILENT, "deadline = 1s\n" },
	{ "redirection", "an answer that leads elsewhere", nothing, FAULT_FETCH, SERVER_REDIRECT },
	{ "interruption", "a connection that ends in the middle", nothing, FAULT_FETCH, SERVER_BROKEN },
	{ "fork", "another past, signed by the log and all witnesses", fork_past, FAULT_FORK },
	{ "split view", "another last entry, signed by the log and all witnesses", split_view, FAULT_FORK },
	{ "split view", "another last entry, with one lying witness", one_witness_lies, FAULT_QUORUM },
	{ "truncated log", "fewer entries than were seen, and a new one", truncated, FAULT_SHRUNK },
	{ "old tree, signed again", "a tree from before, with fresh cosignatures", old_tree_signed_again, FAULT_SHRUNK },
	{ "witness equivocation", "one witness, counted twice", one_witness_twice, FAULT_QUORUM },
	{ "tile swap", "two hashes of a tile changed places", tile_swap, FAULT_ROOT },
	{ "tile swap", "a tile is not there", tile_missing, FAULT_MISSING },
	{ "entry swap", "another entry in the proof", entry_swap, FAULT_INCLUSION },
	{ "proof for another log", "the right key under another origin", other_origin, FAULT_ORIGIN },
	{ "broken signature", "a changed root under good names", broken_signature, FAULT_SIGNATURE },
	{ "two releases in one place", "a second one of the sequence that was seen", two_with_one_sequence, FAULT_SEQUENCE },
	{ "broken chain", "a release that follows another one", other_previous, FAULT_SEQUENCE },
	{ "broken release", "something that is no archive", no_archive, FAULT_ARCHIVE },
	{ "broken release", "rules that do not compile", no_rules, FAULT_RULES },
	{ "broken release", "rules that find nothing", finds_nothing, FAULT_TRIAL },
	{ "broken release", "rules that find everything", finds_everything, FAULT_TRIAL },
};
/* clang-format on */
const size_t attacks_count = COUNT(attacks);
