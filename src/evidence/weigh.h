/*
 * weigh.h - who said what about an artefact, and is it enough for us?
 *
 * The rule is one sentence: of the examiners that the rule names, at least K rebuilt the
 * artefact bit-identically and say so in statements that are theirs, that are in a log
 * which the trust file believes, and that have not lapsed; and no examiner that we trust,
 * whichever rule names him, objects.
 *
 * The two halves are judged unlike each other, so that nothing that goes wrong can turn a
 * no into a yes: a statement that speaks *for* an artefact counts only when everything
 * about it holds; one that speaks *against* it counts as soon as its signature holds,
 * logged or not, lapsed or not, until the same examiner withdraws it in a later statement
 * that is logged. What nobody can do here is to see a statement that was held back from
 * us: docs/attest.md says what is left of that.
 *
 * Pure: bytes go in, a verdict comes out; no file, no network, no clock. It reads
 * strangers' JSON, so it runs locked in.
 */
#pragma once

#include "evidence/attest.h"
#include "evidence/damaged.h"
#include "evidence/examiners.h"

enum {
	WEIGH_ITEMS = 4096,
	WEIGH_ROWS = 8192,
	WEIGH_NAME = 128,
};

struct weigh_item {
	enum examiners_scope scope; /* EXAMINERS_ALL: all that is trusted, no rule */
	struct bytes name;          /* of the product, or of the package */
	struct bytes file; /* the artefact's; for packages a subject must have it */
	uint8_t sha256[32];
	/*
	 * Not before this was the artefact published (0: unknown): an older statement
	 * about a file of the same name is about an older version, and no reason to
	 * wonder.
	 */
	int64_t since;
};

struct weigh_ask {
	struct bytes trust, examiners; /* the texts of both files */
	struct bytes docket;           /* the statements, an archive */
	const struct weigh_item *item; /* what is asked about */
	size_t n;
	int64_t now; /* seconds since 1970 */
};

/* One statement about one item. No pointers: it crosses from one process to another. */
struct weigh_row {
	uint32_t item;
	uint32_t examiner; /* in the file's order; UINT32_MAX: nobody whom we trust */
	enum attest_kind kind;
	enum attest_result result; /* of this item */
	int64_t date, not_after;
	uint64_t index;            /* in the log; valid when logged */
	uint8_t logged, withdrawn; /* 1: yes */
	uint8_t hinted;            /* 1: it names an examiner of ours as its signer */
	uint8_t envelope[32];      /* SHA-256 */
	char who[WEIGH_NAME];      /* the examiner, or what a stranger's keyid says */
	char type[WEIGH_NAME];     /* predicateType */
	char origin[WEIGH_NAME];
	struct fault fault; /* why it does not count; FAULT_NONE: it does */
};

/* What came out for one item. */
struct weigh_verdict {
	struct fault fault;  /* FAULT_NONE: it may be taken */
	uint32_t good, need; /* of the rule that decided */
	uint32_t rules;      /* that it had to meet; 0: nobody asks (and it is taken) */
};

struct weigh_said {
	struct fault fault; /* of the two files, or the archive; then nothing is judged */
	struct damaged damaged;        /* what came damaged, also when all else is well */
	struct weigh_verdict *verdict; /* one an item */
	size_t n;
	struct weigh_row *row; /* one a statement that is about an item */
	size_t nrow;
};

/* End it with weigh_done. */
void weigh(const struct weigh_ask *ask, struct weigh_said *out);
void weigh_done(struct weigh_said *s);

/* As bytes, for the way out of the jail; unpack checks them. n: items that were asked. */
void weigh_pack(const struct weigh_said *s, struct buf *out);
MUST_USE enum err weigh_unpack(struct bytes b, size_t n, struct weigh_said *out);
