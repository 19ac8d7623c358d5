/*
 * lab.h - a small world to attack: a publisher, a log, three witnesses, and a client.
 *
 * Everything that an honest world needs to publish a release is made here, with keys that
 * are printed in this source and guard nothing. Every part can be asked to lie, so that
 * an attack is a few lines that say in what it differs from honesty (attacks.c).
 */
#pragma once

#include "base/buf.h"
#include "evidence/attest.h"
#include "log/merkle.h"
#include "log/note.h"
#include "release/statement.h"

#define LAB_LOG_MAX   2048
#define LAB_SAID      8
#define LAB_WITNESSES 3

enum lab_key {
	LAB_PUBLISHER,
	LAB_PUBLISHER_2, /* whom the first hands over to */
	LAB_EVIL,        /* somebody else */
	LAB_KEYS,
};

/* Examiners, of whom the client asks for two. */
enum lab_examiner {
	LAB_ALICE,
	LAB_BOB,
	LAB_CAROL,
	LAB_STRANGER, /* whom the client does not know */
};

/* A statement as it will be shown. */
struct lab_said {
	struct buf envelope, proof;
};

/*
 * A log: its entries, and who signs its checkpoints. Large (LAB_LOG_MAX buffers): on the
 * heap. Entry and leaf with one index belong together, unless an attack says otherwise.
 */
struct lab_log {
	const char *origin;
	uint8_t seed; /* of its key: so many of this byte */
	struct buf entry[LAB_LOG_MAX];
	struct merkle_hash leaf[LAB_LOG_MAX];
	size_t n;
};

struct lab {
	const char *folder; /* everything lies below */
	const char *candor; /* the program */
	const char *url;    /* what it is told to ask; NULL: the folder site/ */
	int64_t now;
	struct lab_log log;
	uint8_t statement[STATEMENT_HASH]; /* of the last one that was made */
	struct buf archive;                /* of the last one that was made */
	struct lab_said said[LAB_SAID];    /* about it, by examiners */
	size_t nsaid;
};

/*
 * A lab of empty log and site in folder, which exists. Done frees memory only. A copied
 * log is freed by lab_free_log.
 */
void lab_init(struct lab *l, const char *folder, const char *candor);
void lab_done(struct lab *l);
void lab_copy_log(const struct lab_log *from, struct lab_log *to);
void lab_free_log(struct lab_log *log);

/* A file below the lab's folder, its folders too. */
void lab_write(const struct lab *l, const char *name, struct bytes content);
void lab_remove(const struct lab *l, const char *name);
bool lab_read(const struct lab *l, const char *name, struct buf *out);

/* The publisher's key; the trust file of the lab. */
void lab_key_text(enum lab_key k, struct buf *out);
void lab_trust(const struct lab *l, struct buf *out);

/* --- what may differ from honesty ------------------------------------------------- */

struct lab_release {
	enum statement_type type; /* STATEMENT_RULES */
	const char *channel;      /* NULL: "stable" */
	uint64_t sequence;
	int64_t date; /* 0: now */
	int64_t not_after;
	const uint8_t *previous; /* NULL: of the last one */
	const char *rules;       /* the source; NULL: finds EICAR */
	bool no_ustar;           /* the archive is rubbish */
	enum lab_key signer;
	bool second; /* the publisher's next key signs, too */
};

/*
 * The archive and the entry, which is appended to the log; gives its index. Nothing is
 * published by it. Aborts beyond LAB_LOG_MAX entries.
 */
uint64_t lab_add(struct lab *l, struct lab_log *log, const struct lab_release *r);
/* A keys' statement: from the publisher's first key to his second. */
uint64_t lab_add_rotation(struct lab *l, struct lab_log *log, bool both_sign);

/*
 * What may be wrong with a checkpoint: all zero but size is an honest one without
 * witnesses.
 */
struct lab_checkpoint {
	uint64_t size;
	unsigned witnesses;          /* a bit each: who cosigns */
	int64_t time;                /* of cosignatures; 0: now */
	const char *origin;          /* NULL: the log's own */
	uint8_t seed;                /* who signs; 0: the log */
	bool break_signature, twice; /* twice: the first witness signs two times */
};

/* The signed note, appended. */
void lab_checkpoint(const struct lab *l, const struct lab_log *log,
    const struct lab_checkpoint *c, struct buf *out);

/* A proof file of that entry, in a tree of c->size. */
void lab_proof(const struct lab *l, const struct lab_log *log, uint64_t index,
    const struct lab_checkpoint *c, struct buf *out);

/* Puts on the site: the proof as NAME, the log's tiles up to that size, the archive. */
void lab_publish(const struct lab *l, const struct lab_log *log, const char *name,
    uint64_t index, const struct lab_checkpoint *c);
void lab_tiles(const struct lab *l, const struct lab_log *log, uint64_t size);

/* An honest release, published as latest. */
void lab_honest(struct lab *l, uint64_t sequence);

/* An honest change of the publisher's key, and a release by the new one. */
void lab_rotate(struct lab *l, uint64_t sequence);

/* --- examiners, about the archive that was made last, as the artefact of a program
 * ------
 */

struct lab_says {
	enum lab_examiner who;
	enum attest_result result;
	int64_t date; /* 0: now */
	int64_t not_after;
	bool other;          /* about other bytes of the same name */
	bool unlogged;       /* there is no proof */
	bool hidden;         /* it is in the log, and is not shown */
	bool as_alice;       /* its keyid is hers */
	unsigned spared;     /* witnesses who did not see it: a bit each */
	struct lab_log *log; /* NULL: the lab's */
	uint64_t beside;     /* the proof is of an entry so much later */
	bool break_envelope; /* a letter of its signature */
};

/* The client's file of examiners: alice, bob and carol, two of them. */
void lab_examiners(const struct lab *l);
void lab_say(struct lab *l, const struct lab_says *s);
/* Shows what was said, and forgets it. */
void lab_show_said(struct lab *l);
/* A program's release, published as latest; nothing is said about it yet. */
void lab_program(struct lab *l, const struct lab_release *r);
/* One that alice and bob rebuilt. text: what is in it, so that it is another one. */
void lab_honest_program(struct lab *l, uint64_t sequence, const char *text);

/* --- the client --------------------------------------------------------------------- */

/* Runs candor update; gives its exit code, and what it said on stderr. */
int lab_update(const struct lab *l, const char *option, struct buf *said);
/* A digest of the release in use (of rules, or of the program): its files, and which. */
void lab_installed(const struct lab *l, bool program, uint8_t out[32]);
/* More lines for candor.conf. */
void lab_configure(const struct lab *l, const char *more);
