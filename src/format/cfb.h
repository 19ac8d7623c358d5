/*
 * cfb.h - compound files (MS-CFB): a file system of sectors inside of one file.
 *
 * Office documents before 2007, MSI packages and every VBA project are such files. A
 * table (FAT) chains sectors to streams, small streams lie in sectors of 64 bytes inside
 * of one stream, and a directory of fixed entries forms a tree. All of it is the
 * stranger's word: chains may loop, meet or leave the file. Whatever is odd is a note,
 * what can be read is read, and each step along a chain or into the tree is counted
 * against a budget that grows with the file, so that reading is linear.
 *
 * A struct cfb borrows the file and an arena; both outlive it. It is no format by itself:
 * olecf, vba and msi share it.
 */
#pragma once

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

#define CFB_NONE UINT32_MAX /* no entry, or no sector */

enum cfb_type { /* 2.6.1; any other number is an unused entry */
	CFB_STORAGE = 1,
	CFB_STREAM = 2,
	CFB_ROOT = 5,
};

enum cfb_note {
	CFB_NOTE_HEADER = 1 << 0,    /* a field of the header that must be otherwise */
	CFB_NOTE_TABLE = 1 << 1,     /* a sector of a table (FAT, DIFAT) is not there */
	CFB_NOTE_CHAIN = 1 << 2,     /* a chain loops, or leaves the file */
	CFB_NOTE_DIRECTORY = 1 << 3, /* an entry that no storage, or more than one, has */
	CFB_NOTE_CUT = 1 << 4,       /* a stream is shorter than it says */
	CFB_NOTE_LIMIT = 1 << 5,     /* the steps or the arena were spent */
};

/* An entry of the directory. Names are UTF-8, cut at a zero; wrong pairs are U+FFFD. */
struct cfb_entry {
	struct bytes name;
	struct bytes raw; /* its 128 bytes in the file */
	enum cfb_type type;
	uint32_t parent; /* the storage it is in; CFB_NONE: the root's, or nobody's */
	uint64_t size;   /* as declared */
};

struct cfb {
	struct bytes file;
	struct arena *arena;
	unsigned shift, mini_shift; /* of the sizes of sectors */
	uint32_t sectors;           /* that begin in the file */
	uint32_t cutoff;            /* shorter streams are in the mini stream */
	struct cfb_entry *entry;    /* as the directory has them, unused ones too */
	uint32_t n;
	uint64_t notes;         /* bits of enum cfb_note */
	uint64_t steps, budget; /* a step: 64 bytes of a stream, or an entry */

	/* From here on private. */
	uint32_t *fat, fat_n;   /* the sectors that hold the FAT */
	uint32_t *mini, mini_n; /* those of the mini FAT */
	struct bytes ministream;
	bool mini_read;
};

/*
 * Is this the beginning of a compound file? Then cfb_open does not give ERR_FORMAT, so a
 * probe needs no second opinion. Of fewer than 512 bytes: no.
 */
bool cfb_probe(struct bytes head);

/*
 * Reads header, tables and directory, and no stream. ERR_FORMAT: no compound file, and
 * out is not touched. ERR_LIMIT: the steps or the arena are spent; out may be used, and
 * has the entries that were found by then. What is odd in a file is in out->notes, never
 * an err.
 */
MUST_USE enum err cfb_open(struct bytes file, struct arena *a, struct cfb *out);

/*
 * The bytes of a stream, as many as there are (CFB_NOTE_CUT: fewer than it says): a view
 * of the file when they lie in one piece, else a copy in the arena, made anew by each
 * call. Nothing, with OK, for what is no stream. entry is below c->n: no check is made.
 * ERR_LIMIT: out has no bytes.
 */
MUST_USE enum err cfb_read(struct cfb *c, uint32_t entry, struct bytes *out);

/*
 * The entry of that name in a storage (0: the root), or CFB_NONE. The case of ASCII
 * letters does not count. Of several the first, so that two parsers of ours cannot take
 * different ones. Looks at all entries: the caller asks for few names.
 */
uint32_t cfb_find(const struct cfb *c, uint32_t storage, const char *name);

/*
 * "VBA/dir": the names from below the root, in the arena; of an entry that lies deeper
 * than 32 storages the last 33 names. p NULL: the arena is spent. Names are the
 * stranger's and may hold slashes: for showing, never for opening anything.
 */
struct bytes cfb_path(const struct cfb *c, uint32_t entry);
