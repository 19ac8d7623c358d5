/*
 * dpkg.h - the toolchain, as dpkg knows it: which packages are installed, and which of
 * them a build can have used.
 *
 * The closure is dpkg-genbuildinfo's (dpkg 1.21): what is essential, build-essential, the
 * packages that the vendor names, and all that these depend on, every alternative that is
 * installed, and of a virtual package every provider. Versions in dependencies do not
 * matter: what is installed is what was used.
 *
 * This reads the vendor's own database, /var/lib/dpkg/status (deb822).
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "log/fault.h"

struct dpkg_package {
	struct bytes name, version, arch;
	struct bytes depends, pre_depends, provides; /* as they stand */
	bool essential;
	bool taken; /* is in the closure */
	bool known; /* the digest of its .deb */
	uint8_t sha256[32];
};

struct dpkg {
	struct buf text;
	struct arena arena;
	struct dpkg_package *package; /* installed ones, sorted by name */
	size_t n, taken;
	struct bytes arch; /* dpkg's own */
};

/* admindir: where "status" is; NULL: /var/lib/dpkg. FAULT_TOOLCHAIN. */
MUST_USE enum err dpkg_open(const char *admindir, struct dpkg *out, struct fault *f);
void dpkg_close(struct dpkg *d);

/*
 * Marks the closure of roots, written as in Build-Depends: "debhelper (>= 13), gcc | cc".
 * FAULT_TOOLCHAIN: one that is named is not installed.
 */
MUST_USE enum err dpkg_close_over(struct dpkg *d, struct bytes roots, struct fault *f);

/* Asks apt-cache for digests of what was taken; what it does not know stays unknown. */
void dpkg_ask_digests(struct dpkg *d);

/* Installed-Build-Depends: " name (= version),\n" each, with the architecture when it is
 * foreign. */
void dpkg_put_installed(const struct dpkg *d, struct buf *out);
/* recipe/packages (lists.h). */
void dpkg_put_packages(const struct dpkg *d, struct buf *out);
/* pkg:deb/debian/gcc@4:12.2.0-3?arch=amd64, as package URLs are; a plus is %2B. */
void dpkg_put_purl(const struct dpkg_package *p, struct buf *out);
