/*
 * attacks_program.c - attacks on the program's releases: a publisher who does not give
 * what examiners saw, examiners who are not, and somebody between them and the client.
 */
#include <stdlib.h>

#include "base/sys.h"
#include "crypto/hash.h"
#include "selftest/attacks.h"

#define NEXT 4 /* the sequence that the client expects */

static const struct lab_says alice = { .who = LAB_ALICE };
static const struct lab_says bob = { .who = LAB_BOB };

/* The next release, and these two statements about it. */
static void
show(struct lab *l, const struct lab_says *one, const struct lab_says *two)
{
	lab_program(l, &(struct lab_release){ .sequence = NEXT });
	lab_say(l, one);
	if (two != NULL)
		lab_say(l, two);
	lab_show_said(l);
}

static void
only_one(struct lab *l)
{
	show(l, &alice, NULL);
}

static void
one_twice(struct lab *l)
{
	show(l, &alice, &(struct lab_says){ .who = LAB_ALICE, .not_after = l->now + 99 });
}

static void
nobody(struct lab *l)
{
	lab_program(l, &(struct lab_release){ .sequence = NEXT });
}

static void
stranger(struct lab *l)
{
	show(l, &alice, &(struct lab_says){ .who = LAB_STRANGER });
}

static void
stranger_as_alice(struct lab *l)
{
	show(l, &bob, &(struct lab_says){ .who = LAB_STRANGER, .as_alice = true });
}

static void
objection(struct lab *l)
{
	lab_program(l, &(struct lab_release){ .sequence = NEXT });
	lab_say(l, &alice);
	lab_say(l, &bob);
	lab_say(l, &(struct lab_says){ .who = LAB_CAROL, .result = ATTEST_FAILED });
	lab_show_said(l);
}

static void
objection_not_logged(struct lab *l)
{
	lab_program(l, &(struct lab_release){ .sequence = NEXT });
	lab_say(l, &alice);
	lab_say(l, &bob);
	lab_say(l, &(struct lab_says){
		       .who = LAB_CAROL, .result = ATTEST_FAILED, .unlogged = true });
	lab_show_said(l);
}

/* Seen once, and then not shown any more. */
static void
objection_held_back(struct lab *l)
{
	struct buf said = { 0 };

	objection(l);
	(void)lab_update(l, "--release", &said);
	lab_say(l, &alice);
	lab_say(l, &bob);
	lab_show_said(l);
	buf_done(&said);
}

/* The log has it, and the site shows the other two only. */
static void
objection_in_log_only(struct lab *l)
{
	struct lab_checkpoint c = { .witnesses = 7 };
	uint64_t index;

	lab_program(l, &(struct lab_release){ .sequence = NEXT });
	index = l->log.n - 1;
	lab_say(l, &alice);
	lab_say(l, &bob);
	lab_say(l, &(struct lab_says){
		       .who = LAB_CAROL, .result = ATTEST_FAILED, .hidden = true });
	c.size = l->log.n;
	lab_publish(l, &l->log, "release/stable/latest", index, &c);
	lab_show_said(l);
}

/* The bundle that the objection is in: the last one. */
static char *
last_bundle(const struct lab *l)
{
	return xprintf(
	    "site/log/tile/entries/%03zu.p/%zu", l->log.n / 256, l->log.n % 256);
}

static void
objection_with_its_entry(struct lab *l)
{
	char *name;

	objection_in_log_only(l);
	name = last_bundle(l);
	lab_remove(l, name);
	free(name);
}

static void
objection_as_another_entry(struct lab *l)
{
	struct buf b = { 0 };
	char *name;

	objection_in_log_only(l);
	name = last_bundle(l);
	if (!lab_read(l, name, &b))
		bug("the lab's log has no such bundle");
	b.p[b.n - 9] ^= 1;
	lab_write(l, name, buf_bytes(&b));
	buf_done(&b);
	free(name);
}

static void
inconclusive(struct lab *l)
{
	show(l, &alice,
	    &(struct lab_says){ .who = LAB_BOB, .result = ATTEST_INCONCLUSIVE });
}

static void
lapsed(struct lab *l)
{
	show(l, &alice, &(struct lab_says){ .who = LAB_BOB, .not_after = l->now - 60 });
}

static void
other_artefact(struct lab *l)
{
	show(l, &alice, &(struct lab_says){ .who = LAB_BOB, .other = true });
}

static void
not_logged(struct lab *l)
{
	show(l, &alice, &(struct lab_says){ .who = LAB_BOB, .unlogged = true });
}

static void
proof_of_another_entry(struct lab *l)
{
	show(l, &alice, &(struct lab_says){ .who = LAB_BOB, .beside = 1 });
}

static void
without_witnesses(struct lab *l)
{
	show(l, &alice, &(struct lab_says){ .who = LAB_BOB, .spared = 6 });
}

static void
log_of_his_own(struct lab *l)
{
	struct lab_log *own = xcalloc(1, sizeof(*own));

	own->origin = "evil.example/log";
	own->seed = 0x77;
	show(l, &alice, &(struct lab_says){ .who = LAB_BOB, .log = own });
	lab_free_log(own);
	free(own);
}

static void
broken_envelope(struct lab *l)
{
	show(l, &alice, &(struct lab_says){ .who = LAB_BOB, .break_envelope = true });
}

/* What was rebuilt is on the log, and another file is served. */
static void
other_bytes(struct lab *l)
{
	uint8_t digest[32];
	char hex[65], *name;

	show(l, &alice, &bob);
	hash_of(HASH_SHA256, buf_bytes(&l->archive), digest);
	hash_hex(digest, 32, hex);
	name = xprintf("site/blob/%s", hex);
	l->archive.p[7] ^= 1;
	lab_write(l, name, buf_bytes(&l->archive));
	free(name);
}

static void
other_offer(struct lab *l)
{
	struct buf b = { 0 };

	show(l, &alice, &bob);
	if (!lab_read(l, "site/statements/latest", &b))
		bug("the lab offers no statements");
	b.p[30] = b.p[30] == '0' ? '1' : '0'; /* a digit of the digest */
	lab_write(l, "site/statements/latest", buf_bytes(&b));
	buf_done(&b);
}

static void
rules_for_program(struct lab *l)
{
	const struct lab_checkpoint c = { .size = l->log.n + 1, .witnesses = 7 };
	uint64_t index = lab_add(l, &l->log, &(struct lab_release){ .sequence = NEXT });

	lab_publish(l, &l->log, "release/stable/latest", index, &c);
}

static void
older(struct lab *l)
{
	lab_honest_program(l, 2, "an older program\n");
}

/* clang-format off */
#define PROGRAM .program = true
const struct attack attacks_program[] = {
	{ "too few", "one examiner where two are asked for", only_one, FAULT_FEW, PROGRAM },
	{ "too few", "one examiner, twice", one_twice, FAULT_FEW, PROGRAM },
	{ "too few", "nobody rebuilt it", nobody, FAULT_FEW, PROGRAM },
	{ "too few", "a rebuild that came to nothing", inconclusive, FAULT_FEW, PROGRAM },
	{ "false examiner", "a statement of somebody unknown", stranger, FAULT_FEW, PROGRAM },
	{ "false examiner", "a statement under alice's name", stranger_as_alice, FAULT_FORGED, PROGRAM },
	{ "objection", "two rebuilt it, and one objects", objection, FAULT_OBJECTION, PROGRAM },
	{ "objection", "one objects outside of the log", objection_not_logged, FAULT_OBJECTION, PROGRAM },
	{ "objection", "one that was seen is not shown any more", objection_held_back, FAULT_OBJECTION, PROGRAM },
	{ "objection", "one that is in the log, and is held back", objection_in_log_only, FAULT_OBJECTION, PROGRAM },
	{ "objection", "one that is held back, and its entry is, too", objection_with_its_entry, FAULT_MISSING, PROGRAM },
	{ "objection", "one that is held back, and its entry is changed", objection_as_another_entry, FAULT_ENTRY, PROGRAM },
	{ "old statement", "one of two has lapsed", lapsed, FAULT_LAPSED, PROGRAM },
	{ "other artefact", "one of two is about other bytes", other_artefact, FAULT_OTHER, PROGRAM },
	{ "secret statement", "one of two is in no log", not_logged, FAULT_UNLOGGED, PROGRAM },
	{ "secret statement", "the proof of the entry before", proof_of_another_entry, FAULT_INCLUSION, PROGRAM },
	{ "secret statement", "one that a single witness saw", without_witnesses, FAULT_QUORUM, PROGRAM },
	{ "secret statement", "one in a log of the attacker's own", log_of_his_own, FAULT_ORIGIN, PROGRAM },
	{ "changed statement", "a letter of its signature", broken_envelope, FAULT_FORGED, PROGRAM },
	{ "changed statements", "a digit of the digest of all", other_offer, FAULT_MISSING, PROGRAM },
	{ "changed artefact", "one bit of what was rebuilt", other_bytes, FAULT_ARTEFACT, PROGRAM },
	{ "wrong software", "a release of rules", rules_for_program, FAULT_SOFTWARE, PROGRAM },
	{ "rollback", "an older release that examiners stood behind", older, FAULT_ROLLBACK, PROGRAM },
};
/* clang-format on */
const size_t attacks_program_count = COUNT(attacks_program);
