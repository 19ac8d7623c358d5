/*
 * handed.h - what apt tells before it unpacks (apt.conf(5), DPkg::Pre-Install-Pkgs).
 *
 * Version 3 of that protocol, on standard input:
 *
 *	VERSION 3
 *	APT::Architecture=amd64          the configuration, a line each
 *
 *	hello 2.10-2 amd64 none < 2.10-3 amd64 none /var/cache/apt/archives/hello_...deb
 *	NAME OLD ARCH MULTI-ARCH < NEW ARCH MULTI-ARCH FILE
 *
 * In place of FILE stands **CONFIGURE** or **REMOVE** when nothing is unpacked. What is
 * not exactly so is refused: a line that we do not understand could be the one that we
 * should have looked at.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

#define HANDED_TEXT (64u << 20) /* bytes that apt may send */
#define HANDED_NAME 256         /* of a file's name as Debian spells it */

struct handed {
	struct bytes rest;
	unsigned line;
	const char *why; /* after ERR_FORMAT: what is wrong */
};

/* A file that is about to be unpacked. Views. */
struct handed_file {
	struct bytes package, version, arch, path;
};

/* Reads up to the empty line. ERR_FORMAT: not version 3. */
MUST_USE enum err handed_open(struct handed *w, struct bytes text);
/* The next file; what is not unpacked is passed over. ERR_END: no more. */
MUST_USE enum err handed_next(struct handed *w, struct handed_file *out);

/*
 * The name that Debian gives to such a file, hello_2.10-3_amd64.deb: without the epoch,
 * and with a NUL. false: it would be longer than HANDED_NAME.
 */
bool handed_name(const struct handed_file *f, char out[HANDED_NAME]);
