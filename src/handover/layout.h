/*
 * layout.h - what may stand in a handover bundle, and where.
 *
 * A bundle is a canonical archive (base/ustar.h) whose members have fixed names or lie in
 * one of a few folders. The table in layout.c is the whole of it: whatever has no row has
 * no place, so nothing rides along that nobody asked for. docs/handover.md explains it.
 *
 * Some members speak of MANIFEST and so cannot be listed in it: the seals. Every other
 * member is listed, and so the digest of MANIFEST is the digest of everything.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

#define LAYOUT_MANIFEST    "MANIFEST"
#define LAYOUT_NOTE        "MANIFEST.note"
#define LAYOUT_SSHSIG      "MANIFEST.sig"
#define LAYOUT_PROVENANCE  "provenance.dsse"
#define LAYOUT_ABOUT       "about"
#define LAYOUT_ARTEFACT    "artefacts/"
#define LAYOUT_CLAIMS      "claims"
#define LAYOUT_EXECUTABLES "executables"
#define LAYOUT_LEFT_OUT    "left-out"
#define LAYOUT_PROMISED    "recipe/artefacts"
#define LAYOUT_BUILD       "recipe/build.sh"
#define LAYOUT_BUILDINFO   "recipe/buildinfo"
#define LAYOUT_PACKAGES    "recipe/packages"
#define LAYOUT_TOOLCHAIN   "recipe/toolchain/"
#define LAYOUT_RULES       "rules/"
#define LAYOUT_SBOM        "sbom.spdx.json"
#define LAYOUT_SOURCE      "source/"
#define LAYOUT_FOLDERS     "source.folders"
#define LAYOUT_LINKS       "source.links"
#define LAYOUT_UPDATES     "updates/"

enum layout_flag {
	LAYOUT_NEEDED = 1 << 0, /* no bundle without it (a folder: without a file) */
	LAYOUT_SEAL = 1 << 1,   /* speaks of MANIFEST, so it is not listed there */
	LAYOUT_TEXT = 1 << 2,   /* lines of UTF-8 */
};

struct layout_row {
	const char *name; /* a folder ends in a slash: any file below it */
	unsigned flags;
	uint64_t most;    /* bytes of one such member */
	const char *what; /* for people: "the recipe" */
};

extern const struct layout_row layout_rows[]; /* sorted as members are */
extern const size_t layout_count;

/* The row of a member; NULL: it has no place in a bundle. */
const struct layout_row *layout_of(struct bytes name);

/* Does name begin with folder ("source/")? *rest is what follows; may be NULL. */
bool layout_below(struct bytes name, const char *folder, struct bytes *rest);
