/*
 * db.h - the database: what the compiler writes and every scanner maps.
 *
 * One file, position-independent: offsets and indexes, never pointers. It is
 * mapped read-only and shared by all workers; opening it is checking the head.
 * The compiler that wrote it may have been taken over by a hostile rule, so
 * nothing in it is believed: records are read through the accessors below,
 * which give a zero record outside of a section, and condition code and regex
 * programs are verified before their first run (cond.h, re.h). A wrong
 * database can give wrong verdicts; it cannot make a scanner leave its memory.
 *
 * Little-endian, sections aligned to 64 bytes, hot ones first.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

#define DB_MAGIC   "CANDORDB"
#define DB_VERSION 3
#define DB_NONE    UINT32_MAX

enum db_section_id {
	DB_FILTER,   /* the literal filter of all triggers (lit.h) */
	DB_FILTER2,  /* the same without those that bit 0 of DB_MASKS alone wants */
	DB_NEEDLES,  /* struct lit_needle: every literal of every part */
	DB_LITERALS, /* bytes of the needles and of constant strings */
	DB_PARTS,    /* struct db_part */
	DB_PATTERNS, /* struct db_pattern */
	DB_RULES,    /* struct db_rule */
	DB_LISTS,    /* uint32_t lists: rules to wake, tags, needles ... */
	DB_GATES,    /* struct db_gate */
	DB_MASKS,    /* struct db_gate, 63 at most: bit i of db_pattern.gates */
	DB_INDEXES,  /* struct db_index */
	DB_KEYS,     /* struct db_key */
	DB_CODE,     /* condition code (cond.h) */
	DB_REGEX,    /* regex programs (re.h) */
	DB_STRINGS,  /* struct db_string */
	DB_SPACES,   /* struct db_space: namespaces */
	DB_EXTS,     /* struct db_ext */
	DB_MODULES,  /* struct db_module: all that the compiler knew */
	DB_METAS,    /* struct db_meta */
	DB_TEXT,     /* names, tags, meta strings: u32 length + bytes */
	DB_NSECTIONS,
};

struct db_section {
	uint64_t at, n; /* bytes */
};

struct db_head {
	char magic[8];               /* DB_MAGIC */
	uint32_t version, nsections; /* DB_VERSION, DB_NSECTIONS: else it is refused */
	uint64_t size;               /* of the whole file */
	uint64_t sum;   /* db_file_sum: of everything, with this field as 0 */
	uint64_t gates; /* all db_pattern.gates: none holds, no first pass */
	/*
	 * Bits of rules_module.needs of the modules that are imported. Whoever starts
	 * workers reads it here, unchecked: a lie costs a module what it needs, or a
	 * library's start.
	 */
	uint64_t needs;
	struct db_section section[DB_NSECTIONS]; /* by enum db_section_id */
};

enum db_rule_flag {
	DB_RULE_GLOBAL = 1 << 0,
	DB_RULE_PRIVATE = 1 << 1,
	DB_RULE_EFFECT = 1 << 2, /* its condition logs: always evaluated, in order */
};

struct db_rule {
	uint32_t name;  /* DB_TEXT */
	uint32_t space; /* DB_SPACES */
	uint32_t flags;
	uint32_t code, ncode;       /* DB_CODE, bytes */
	uint32_t strings, nstrings; /* DB_STRINGS */
	uint32_t tags, ntags;       /* DB_LISTS: DB_TEXT */
	uint32_t metas, nmetas;     /* DB_METAS */
	uint32_t nslots;            /* loop variables of the condition */
	uint32_t first, nfirst; /* DB_LISTS: patterns, of which one must be found; to be
				   searched before the others. None: nothing is known */
};

/* A string of a rule: its name there, and the pattern it shares with others. */
struct db_string {
	uint32_t name; /* DB_TEXT, with its $ */
	uint32_t pattern;
	uint32_t flags; /* enum db_string_flag */
	uint32_t unused;
	uint64_t fixed; /* DB_STRING_FIXED: only a match there is told */
};

enum db_string_flag {
	DB_STRING_PRIVATE = 1 << 0,
	DB_STRING_HEX = 1 << 1,
	DB_STRING_XOR = 1 << 2,
	DB_STRING_ONCE = 1 << 3,  /* one match is told where one is enough */
	DB_STRING_FIXED = 1 << 4, /* rules/keep.h */
};

enum db_pattern_flag {
	DB_PAT_ALL = 1 << 0,    /* some condition needs every match */
	DB_PAT_LENGTH = 1 << 1, /* and their lengths */
	DB_PAT_GREEDY = 1 << 2, /* several lengths at a start: the longest counts */
	DB_PAT_FULLWORD = 1 << 3,
	DB_PAT_COMMON = 1 << 4, /* searched only when the rarer ones were found */
};

#define DB_GATE_OPEN (1ULL << 63) /* of db_pattern.gates: holds for every object */

/*
 * A pattern is a chain of one or more parts with gaps between them (long jumps
 * of hex strings); nearly always of one. Its trigger part wakes rules.
 */
struct db_pattern {
	uint32_t flags;
	uint32_t part, nparts; /* DB_PARTS, consecutive */
	uint32_t wake, nwake;  /* DB_LISTS: rules to wake when it may match */
	uint32_t unused;
	uint64_t gates; /* of the rules it wakes: no such gate holds, none can be true */
};

enum db_part_flag {
	DB_PART_ATOMLESS = 1 << 0, /* no needles: found by re_search only */
};

/* The unit of searching: literals, or a regex found by its literals. */
struct db_part {
	uint32_t pattern;
	uint32_t flags;
	uint32_t needle, nneedles; /* DB_NEEDLES, consecutive */
	uint32_t re, re_wide;      /* DB_REGEX; DB_NONE: none. Both for "ascii wide" */
	uint32_t gap_min, gap_max; /* bytes from the end of the part before; max DB_NONE:
				      no limit */
};

/*
 * lit_needle.a and .b, as candor uses them: a tells how a hit of the literal is
 * judged (enum db_needle_kind in the low byte, flags above), b the atom's number
 * in the regex program.
 */
enum db_needle_kind {
	DB_NEEDLE_WHOLE,   /* the literal is the match */
	DB_NEEDLE_RE,      /* an atom of part.re */
	DB_NEEDLE_RE_WIDE, /* an atom of part.re_wide */
};

enum db_needle_flag {
	DB_NEEDLE_FULLWORD = 1 << 8, /* the bytes around must be no letters or digits */
	DB_NEEDLE_WIDE = 1 << 9,     /* ... in their two-byte form */
};

/* Rules without a trigger, by what must hold of the object for any to be true. */
enum db_gate_kind {
	DB_GATE_ALWAYS,
	DB_GATE_MODULE, /* module (DB_MODULES index) recognises the object */
	DB_GATE_HEAD,   /* the width bytes at off, little-endian, equal value */
	DB_GATE_FACT,   /* a text of a module has a value; not in DB_GATES: db_index */
};

struct db_gate {
	uint32_t kind;          /* enum db_gate_kind; an unknown one holds */
	uint32_t module;        /* of DB_GATE_MODULE: index in DB_MODULES */
	uint32_t off, width;    /* of DB_GATE_HEAD; in bytes */
	uint64_t value;         /* of DB_GATE_HEAD */
	uint32_t rules, nrules; /* DB_LISTS */
};

/*
 * Rules that need a text among a module's facts to have a certain value, be it
 * `pe.imphash() == "..."` or the serial number of any signature: found by the value.
 */
struct db_index {
	uint32_t module;      /* DB_MODULES index */
	uint32_t path, npath; /* DB_LISTS: rows from its table down to the text */
	uint32_t keys, nkeys; /* DB_KEYS, consecutive; by hash, each once */
	uint32_t unused;
	uint64_t gates; /* as in db_pattern, of all its rules */
};

struct db_key {
	uint64_t hash;          /* db_sum of the value; two values may share it */
	uint32_t rules, nrules; /* DB_LISTS */
};

struct db_space {
	uint32_t name;              /* DB_TEXT */
	uint32_t globals, nglobals; /* DB_LISTS: its global rules */
};

struct db_ext {
	uint32_t name;  /* DB_TEXT */
	uint32_t type;  /* enum ext_type */
	uint64_t value; /* int64_t, double, or DB_TEXT */
};

struct db_module {
	uint32_t name;     /* DB_TEXT */
	uint32_t imported; /* by a rule: its facts are dumped when asked. 1: first */
	uint64_t schema;   /* fact_digest of its table: another one cannot run the code */
};

/* The type of a metadata value; its number is written to the database. */
enum db_meta_type { DB_META_INT, DB_META_BOOL, DB_META_STR };

struct db_meta {
	uint32_t name; /* DB_TEXT */
	uint32_t type;
	uint64_t value; /* int64_t, or DB_TEXT */
};

/* An opened database: views into the mapping, which must outlive it. */
struct db {
	struct bytes all;
	const struct db_head *head;
	struct bytes section[DB_NSECTIONS];
	uint32_t nrules, npatterns, nparts, ngates, nindexes, nspaces, nexts, nmodules;
};

/*
 * Checks magic, version, size and that every section lies inside, aligned.
 * Costs the same for every size. ERR_FORMAT: not a database of this version.
 */
MUST_USE enum err db_open(struct bytes file, struct db *out);

/*
 * The checksum of the whole file is right. Reads everything: when installed. It finds
 * broken disks, not enemies: who can write the file can write the sum.
 */
MUST_USE enum err db_check_sum(const struct db *db);

/* What belongs into head->sum of this file, which starts with a head. */
uint64_t db_file_sum(struct bytes file);

/* A fast checksum of any bytes; also the hash of the writer's texts. */
uint64_t db_sum(struct bytes b);

/* Records; outside of the section: a record of zeros. */
const struct db_rule *db_rule(const struct db *db, uint32_t i);
const struct db_pattern *db_pattern(const struct db *db, uint32_t i);
const struct db_part *db_part(const struct db *db, uint32_t i);
const struct db_string *db_string(const struct db *db, uint32_t i);
const struct db_gate *db_gate(const struct db *db, uint32_t i);
const struct db_index *db_index(const struct db *db, uint32_t i);
const struct db_space *db_space(const struct db *db, uint32_t i);
const struct db_ext *db_ext(const struct db *db, uint32_t i);
const struct db_module *db_module(const struct db *db, uint32_t i);
const struct db_meta *db_meta(const struct db *db, uint32_t i);

/* How many of r->nstrings, and of p's parts or needles, the tables really have. */
uint32_t db_rule_nstrings(const struct db *db, const struct db_rule *r);
uint32_t db_pattern_nparts(const struct db *db, const struct db_pattern *p);

/* The key of an index that has this hash; NULL: none. */
const struct db_key *db_key_find(
    const struct db *db, const struct db_index *x, uint64_t hash);

/* A text by its handle; no bytes outside. */
struct bytes db_text(const struct db *db, uint32_t at);

/* n entries of DB_LISTS from at, or none (n 0) when they do not fit. */
struct db_list {
	const uint32_t *p;
	uint32_t n;
};
struct db_list db_list(const struct db *db, uint32_t at, uint32_t n);
