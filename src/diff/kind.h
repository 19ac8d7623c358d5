/*
 * kind.h - what an object is, from its first bytes, its name and its mode.
 *
 * Two questions: who can look into it, and is it run. The second is answered with more
 * suspicion than the first: a shebang, an executable bit, a name that an interpreter, a
 * package manager or init takes, or a format that a machine runs, each make it code.
 */
#pragma once

#include "base/bytes.h"

enum kind {
	KIND_EMPTY,
	KIND_DATA,
	KIND_TEXT,
	KIND_OBJECT, /* ELF, PE: objdiff's */
	KIND_PNG,
	KIND_PDF,
	KIND_PYC,
	KIND_RPM_HEADER, /* given by rpm.c, never found */
	/* containers with members, read by libarchive */
	KIND_AR,
	KIND_TAR,
	KIND_CPIO,
	KIND_ZIP,
	KIND_ISO,
	KIND_7Z,
	KIND_CAB,
	KIND_RAR,
	KIND_XAR,
	/* of their own */
	KIND_RPM,
	KIND_SQUASHFS,
	/* one stream inside */
	KIND_GZIP,
	KIND_BZIP2,
	KIND_XZ,
	KIND_LZMA,
	KIND_ZSTD,
	KIND_LZ4,
	KIND_COMPRESS,
	KINDS,
};

#define KIND_HEAD 34816 /* bytes of an object's start that are looked at, at most */

struct kind_found {
	enum kind kind;
	bool code;        /* it is run, or decides what is */
	const char *type; /* "xz", "Java class": for reports */
};

/* head: the first bytes, KIND_HEAD of them where there are as many; mode: 0 unknown. */
struct kind_found kind_of(
    struct bytes head, uint64_t size, struct bytes name, uint32_t mode);

static inline bool
kind_is_stream(enum kind k)
{
	return k >= KIND_GZIP && k <= KIND_COMPRESS;
}

static inline bool
kind_is_container(enum kind k)
{
	return k >= KIND_AR && k < KINDS;
}

/* May the bytes be lines for people or interpreters: no NUL, hardly a control byte? */
bool kind_is_text(struct bytes head);
