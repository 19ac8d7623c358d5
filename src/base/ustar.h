/*
 * ustar.h - archives with one form: the same files always give the same bytes.
 *
 * What is published is identified by the digest of an archive, and an archive that comes
 * from outside is a way into a file system. So there is one form of it, a part of POSIX
 * ustar that every tar unpacks, and the reader takes nothing else: it makes each header
 * anew from what it read of it and refuses the archive when a byte differs. What could
 * surprise (links, devices, folders, absolute names, "..", owners, times of files,
 * duplicates, padding that holds something, bytes behind the end) has no way in.
 *
 * The form: regular files only. Names are UTF-8 without control characters, relative,
 * of components that are neither empty nor "." nor "..", and stand in the order in which
 * a folder tree is walked by name ('/' sorts before every other byte, as in tar
 * --sort=name); no file's name is a folder of another. Mode 0644 or 0755, owner 0:0
 * without names, one time for all members. A name that fits neither in 100 bytes nor,
 * split at a slash, in 155 and 100, and a size from 8 GiB on, stand in a pax header
 * (records path and size, in this order, each only where it is needed). At the end are
 * two blocks of zeros, and nothing more. docs/release.md says it byte by byte.
 *
 * Both sides stream: memory is what this struct takes, for an archive of any size.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

#define USTAR_BLOCK     512
#define USTAR_NAME      4095 /* bytes of a name, at most */
#define USTAR_COMPONENT 255  /* of one of its parts: what file systems take */

struct ustar_member {
	struct bytes name;
	uint64_t size; /* bytes of its content */
	bool exec;     /* mode 0755 instead of 0644 */
};

/* NULL: such a name may stand in an archive; else what is wrong with it. */
const char *ustar_name_fault(struct bytes name);
/* As memcmp: the order of members. */
int ustar_name_cmp(struct bytes a, struct bytes b);

/* --- writing ------------------------------------------------------------------ */

/*
 * put gets the archive in pieces, in order; its err ends everything and is handed up.
 * The caller's order or sizes that do not fit are ERR_FORMAT, and why tells.
 */
struct ustar_out {
	void *arg;
	enum err (*put)(void *arg, struct bytes b);
	int64_t mtime;   /* of every member: 0 to 8589934591 */
	const char *why; /* after ERR_FORMAT */
	uint64_t left;   /* bytes of the member's content that are still to come */
	unsigned pad;    /* zeros behind it */
	size_t last_n;   /* the name before */
	uint8_t last[USTAR_NAME];
};

/* Begins the next member, of which all m->size bytes must follow by ustar_put. */
MUST_USE enum err ustar_begin(struct ustar_out *o, const struct ustar_member *m);
MUST_USE enum err ustar_put(struct ustar_out *o, struct bytes b);
MUST_USE enum err ustar_end(struct ustar_out *o);

/* --- reading ------------------------------------------------------------------- */

/* Why an archive is refused: whoever hands out codes needs more than the sentence. */
enum ustar_fault {
	USTAR_FINE,
	USTAR_CUT,   /* no archive, or the end of it is missing */
	USTAR_FORM,  /* one of another form: a header, a time, padding, the end */
	USTAR_NAMED, /* a name that no member may have */
	USTAR_TWICE, /* the name before, again */
	USTAR_ORDER, /* a name that belongs before the one before */
	USTAR_CLASH, /* a name below the file before */
	USTAR_LIMIT, /* more members, or a longer name, than is allowed */
	USTAR_BYTES, /* more content */
};

struct ustar_limits {
	uint64_t members;
	uint64_t bytes; /* of all contents together */
	size_t name;    /* of one name; 0: USTAR_NAME */
};

/*
 * get fills all of n bytes, or gives ERR_END when there are none any more and ERR_FORMAT
 * when there are fewer; another err is handed up. skip (NULL: what is skipped is read)
 * moves on; beyond the end it may succeed, the next get tells.
 */
struct ustar_in {
	void *arg;
	enum err (*get)(void *arg, void *p, size_t n);
	enum err (*skip)(void *arg, uint64_t n);
	struct ustar_limits limits;
	const char *why;        /* after ERR_FORMAT and ERR_LIMIT: never NULL */
	enum ustar_fault fault; /* and this */
	uint64_t head;          /* where the header that was read last begins */
	uint64_t at;   /* bytes of the archive consumed: the first of the content */
	uint64_t left; /* of the content */
	uint64_t members, bytes;
	int64_t mtime; /* once a member was read */
	unsigned pad;
	size_t name_n;
	uint8_t name[USTAR_NAME];
	size_t guess_n; /* the name in the header that was refused, as far as it tells */
	uint8_t guess[USTAR_NAME]; /* longer than prefix, slash and name field */
};

/*
 * The next member; what was not read of the one before is skipped. out->name is valid
 * until the next call. ERR_END: the end, and it is a proper one. ERR_FORMAT: not an
 * archive of this form. ERR_LIMIT: more than the limits allow.
 */
MUST_USE enum err ustar_next(struct ustar_in *u, struct ustar_member *out);

/* Some of the content, n or what is left; 0 at its end. */
MUST_USE enum err ustar_get(struct ustar_in *u, void *p, size_t n, size_t *got);

/* An archive in memory: for get, with arg a struct cur. */
enum err ustar_get_cur(void *cur, void *p, size_t n);

/*
 * Does it begin as an archive of ours, so that ustar_next is worth a try? n bytes from
 * the beginning; a block is enough.
 */
bool ustar_looks_like(struct bytes head);

/* A block whose checksum holds, in any kind of tar. */
bool ustar_is_header(const uint8_t *block);

/* What a type flag makes of a member, in words; NULL: a plain file, or a pax header. */
const char *ustar_type_fault(uint8_t type);
