/*
 * zip.h - what a zip holds besides its members' content.
 *
 * Members are what the directory at the end lists. Whoever reads the file from its start
 * instead (unzip -p, java.util.zip.ZipInputStream, a loader) sees other bytes: a second
 * header in a gap, a whole zip before the one that is meant, data behind the end of a
 * deflated stream. Here every byte is given to a header, a member's data or the
 * directory, and what is left over is named.
 */
#pragma once

#include "base/arena.h"
#include "diff/run.h"

struct zip_entry {
	struct bytes name, extra, comment; /* as the directory has them */
	struct bytes local_name, local_extra;
	struct bytes packed; /* the member's data, as they lie there */
	uint64_t head;       /* offset of the local header */
	uint64_t end;        /* behind the data and their descriptor */
	uint64_t size;       /* unpacked */
	uint32_t crc;
	uint16_t method, flags;
	struct bytes central; /* 46 bytes: 4.3.12 */
	struct bytes local;   /* 30 bytes: 4.3.7; none when no header lies there */
};

struct zip {
	struct bytes file;
	struct arena *arena;
	struct zip_entry *entry; /* in the directory's order */
	uint32_t n;
	uint64_t directory, directory_end; /* 4.3.12 */
	uint64_t tail, tail_end; /* the end records, 4.3.14 to 4.3.16, with the comment */
	struct bytes comment;
};

/*
 * Reads the directory that libarchive reads: the last whose comment fits into the file.
 * APPNOTE.TXT 6.3. ERR_FORMAT: it cannot be followed. Views are of file and the arena.
 */
MUST_USE enum err zip_read(struct bytes file, struct arena *arena, struct zip *out);

/*
 * How many bytes of a deflated stream belong to it; all when it has no end. left: bytes
 * that may still be unpacked; what was is taken off. ERR_LIMIT: it would be more, or r
 * has no time left.
 */
MUST_USE enum err zip_stream_end(
    const struct run *r, struct bytes packed, uint64_t *left, size_t *end);

/*
 * What differs between two zips besides the content of their members; cls of what no
 * member accounts for is code.
 */
MUST_USE enum err zip_diff(struct run *r, const struct span *a, const struct span *b);
