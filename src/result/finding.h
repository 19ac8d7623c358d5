/*
 * finding.h - what a scan says: the vocabulary both halves share.
 *
 * A finding is a statement about one object, made once and never changed. The
 * confined half makes them, the trusted half reads them; the verdict is their
 * fold (verdict.h). Every view borrows: a finding is valid during the call that
 * hands it over, and who wants to keep it copies it.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

enum finding_kind {
	FINDING_RULE,      /* a rule matched */
	FINDING_UNMATCHED, /* a rule did not match; only when asked (yara -n) */
	FINDING_NOTE,      /* something odd about the object; text tells */
	FINDING_LOG,       /* console.log: a line of the rule's author */
	FINDING_WARNING,   /* the scan of one pattern or rule was cut; text tells */
	FINDING_LIMIT,     /* a budget stopped the scan: incomplete; text tells */
	FINDING_FAILED,    /* the object could not be scanned: failed; text tells */
	FINDING_DUMP,      /* facts as text, when asked (yara -D, candor dump) */
};

enum finding_flag {
	FINDING_PRIVATE = 1 << 0, /* of a private rule: not shown */
	FINDING_GLOBAL = 1 << 1,
	FINDING_MORE =
	    1 << 2, /* only matches (or text, of facts): more of the last one */
};

/* The type of a metadata value; its number is on the wire. */
enum meta_type { META_INT, META_BOOL, META_STR };

struct finding_meta {
	struct bytes name;
	enum meta_type type;
	int64_t i; /* META_INT, META_BOOL */
	struct bytes s;
};

enum match_flag {
	MATCH_HEX = 1 << 0,     /* of a hex string: shown as bytes */
	MATCH_XOR = 1 << 1,     /* key is set */
	MATCH_PRIVATE = 1 << 2, /* of a private string */
	MATCH_WIDE = 1 << 3,
};

struct finding_match {
	struct bytes id;     /* with its $ */
	uint64_t off, len;   /* in the object */
	struct bytes data;   /* the first bytes of it; may be shorter than len */
	struct bytes region; /* of a process, by the parent: what is mapped there */
	uint32_t flags;      /* enum match_flag */
	uint8_t key;
};

struct finding {
	enum finding_kind kind;
	uint32_t flags;        /* enum finding_flag */
	struct bytes ns, rule; /* the rule that it is about; or empty */
	struct bytes text;
	const struct bytes *tags;
	const struct finding_meta *metas;
	const struct finding_match *matches; /* by string, then by offset */
	uint32_t ntags, nmetas, nmatches;
};

/* Where findings go. The function may refuse (an err ends the scan). */
struct sink {
	void *arg;
	enum err (*finding)(void *arg, const struct finding *f);
};
