/*
 * zip.h - ZIP archives (also jar, apk, docx, whl ...), as the rule module `zip` shows
 * them.
 *
 * The module is YARA-X's: the names, sizes and methods that the central directory gives.
 * Nothing is unpacked for it. The directory is walked by a struct zip_dir, which crx.c
 * uses as well; docs/formats/zip.md lists the choices. Specification: PKWARE's
 * APPNOTE.TXT, whose sections are named in zip_dir.c. Private to the files zip*.c,
 * crx*.c.
 */
#pragma once

#include "format/format.h"

enum zip_note {
	ZIP_NOTE_LIMIT = 1 << 0, /* the arena was spent */
	ZIP_NOTE_CUT = 1 << 1,   /* fewer entries than the archive says it has */
};

#define ZIP_STORED   0
#define ZIP_DEFLATED 8
#define ZIP_END_SIZE 22 /* of the end record: no archive is smaller */

/*
 * An entry as the central directory has it: sizes in bytes as declared, which nobody
 * checked against the content; file_path may be absolute, lead upwards, hold any byte,
 * and be there twice.
 */
struct zip_entry {
	struct bytes file_path;
	int64_t compressed_size, uncompressed_size, compression;
};

struct zip {
	int64_t is_zip;
	struct fact_array entries; /* struct zip_entry */

	/* From here on private. */
	struct parse *parse; /* NULL: no archive */
	uint64_t steps;      /* entries that were read */
	bool loaded;
};

/*
 * Where in the directory a walk stands; may be copied, to walk again from there. Owns
 * nothing: views of file, which must outlive it. Public fields are for those who know
 * what base is for.
 */
struct zip_dir {
	struct bytes file;
	uint64_t
	    base; /* what offsets in the archive count from: something may precede it */
	uint64_t at, end;
	uint64_t left; /* entries that are announced still */
};

/*
 * One entry, as the directory has it. Sizes are what is declared: zip_dir_data asks
 * whether the packed bytes are there, zip_unpack whether the content has that checksum.
 */
struct zip_record {
	struct bytes name;
	uint64_t compressed, uncompressed;
	uint64_t header; /* the local header's offset, from base */
	uint32_t crc;    /* of the content */
	uint16_t flags, method;
};

/*
 * ERR_FORMAT: the file has no central directory that could be found; d must not be walked
 * then. Reads the end of the file only, 65,557 bytes and 4 kB at most.
 */
enum err zip_dir_open(struct bytes file, struct zip_dir *d);
/* The next entry; false at the end, and at the first one that is no good. */
bool zip_dir_next(struct zip_dir *d, struct zip_record *r);
/* The packed bytes of an entry that was found; p NULL: encrypted, or not in the file. */
struct bytes zip_dir_data(const struct zip_dir *d, const struct zip_record *r);

/*
 * The content of an entry, most bytes at most (below 2^31). ERR_FORMAT: it cannot be had,
 * or its checksum is another; ERR_LIMIT: it is more, or the arena is spent.
 */
enum err zip_unpack(const struct zip_dir *d, const struct zip_record *r, struct arena *a,
    size_t most, struct bytes *out);

extern const struct fact zip_facts[];

/* The load that fact rows name. */
enum err zip_load_entries(void *facts);
