/*
 * archive.h - an archive in a file: what is in it, and where.
 *
 * Files of an archive lie in it as they are, so whoever has its descriptor can hand a
 * part of it to a worker, or map it, without unpacking anything. Opening reads every
 * header once and keeps the index; an archive that is not wholly of the canonical form
 * (base/ustar.h) has none.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/ustar.h"

struct archive_member {
	struct bytes name;
	uint64_t off, size; /* of its content, in the file */
	bool exec;
};

/*
 * An archive that was opened. The index is in memory, its names too; contents stay in fd,
 * which must stay open and whose file must not change: who cannot be sure of that copies
 * it first, and seals the copy.
 */
struct archive {
	int fd;                              /* borrowed */
	struct arena arena;                  /* the index; content stays in fd */
	const struct archive_member *member; /* in the archive's order */
	size_t n;
	uint64_t size; /* bytes of the whole archive */
	int64_t mtime; /* of all members: an archive has one time */
};

/* What an archive of rules may have: as much as a worker takes. */
extern const struct ustar_limits archive_rules_limits;

/* Why an archive was not opened, and at which member. */
struct archive_refusal {
	const char *why;        /* in words; NULL: it was not the archive */
	enum ustar_fault fault; /* what it is called by programs */
	uint64_t member, at;    /* its number, from 1, and where its header begins */
	size_t name_n;          /* its name as the header tells it; 0: it does not */
	uint8_t name[USTAR_NAME];
};

/*
 * Reads fd from its start to its end, by pread: its offset is not used. ERR_FORMAT and
 * ERR_LIMIT: *why tells; ERR_IO: sys_why() does.
 */
MUST_USE enum err archive_open(int fd, const struct ustar_limits *limits,
    struct archive *out, struct archive_refusal *why);
/* Also of one that could not be opened, when it was zeroed. fd stays open. */
void archive_done(struct archive *a);

/*
 * The member of that name, or NULL. By halves: an archive of the canonical form is
 * sorted, and one that is not was refused. Valid until archive_done.
 */
const struct archive_member *archive_find(const struct archive *a, struct bytes name);

/*
 * The name of what path means to the file from: relative to its folder, "." and ".." as
 * text, so no link and no file system has a say. false: it leaves the archive, or cannot
 * be in one; then out has something of no meaning. That it names a member is not said.
 */
bool archive_resolve(struct bytes from, struct bytes path, struct buf *out);

/* Is it a file of rules by itself, and not only by being included? *.yar, *.yara */
bool archive_is_rules(struct bytes name);

/*
 * Does the file begin as an archive does? By its first block; archive_open decides. The
 * offset of fd is not used.
 */
bool archive_is(int fd);

/* A file to be packed: what it is called, and where its content is read from. */
struct archive_file {
	struct bytes name;
	const char *path; /* relative to dir, links followed */
	bool exec;
};

/* Why an archive could not be written: of which file, by its place when sorted. */
struct archive_fault {
	const char *why; /* in words */
	size_t at;       /* SIZE_MAX: of the archive itself */
};

/*
 * Writes the files to fd, sorting them. ERR_FORMAT: a name that cannot be in an archive,
 * or is there twice; ERR_ACCESS: a file that cannot be opened or is none; ERR_IO: reading
 * or writing failed, or a file changed meanwhile. The mtime of all is 0.
 */
MUST_USE enum err archive_write(
    int fd, struct archive_file *files, size_t n, struct archive_fault *fault);
