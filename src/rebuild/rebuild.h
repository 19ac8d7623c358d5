/*
 * rebuild.h - builds what a bundle says, twice and differently, and holds the artefacts
 * against the vendor's.
 *
 * Only three digests that are the same make an artefact "bit-identical": the vendor's and
 * those of two builds in two worlds (vary.h). What differs is explained by candor
 * compare, and, when asked, by trying: each variation alone against the first world. A
 * build that fails, hangs or fills its space is a result, too; an err is our own failure.
 */
#pragma once

#include "handover/verify.h"
#include "rebuild/build.h"
#include "rebuild/explain.h"
#include "rebuild/root.h"

#define REBUILD_TOOLCHAINS 4

/* What the root was made from. The words of results are in rebuild_root_name(). */
enum rebuild_root {
	REBUILD_HOST,     /* the host's /usr: whoever owns the host owns the compiler */
	REBUILD_FOLDER,   /* a folder that the examiner named, made of packages */
	REBUILD_BUNDLE,   /* made here of the packages that are in the bundle */
	REBUILD_PACKAGES, /* made here of those it names, which the examiner had */
	REBUILD_MIRROR,   /* made here of those it names, from a mirror */
};

struct rebuild_plan {
	const struct bundle *bundle;    /* verified (verify.h) by the caller */
	const struct verify_out *seals; /* what that found of who signed it */
	/* The text of recipe/packages, read then: the file may be another by the end. */
	struct bytes packages;
	struct room_limits limits;
	enum rebuild_root root;
	int root_dir;                 /* -1: the host's, or made here */
	const struct root *made;      /* NULL: not made here */
	const char *const *toolchain; /* "gcc", "clang-14"; none: what the recipe takes */
	size_t toolchains;
	bool blame;
	const char *compare; /* candor-compare; NULL: differences are not explained */
	/* Called some times a second, with what is being done; may be NULL. */
	void (*tick)(void *arg, const char *what, uint64_t opened);
	void *arg;
};

/* Bits of vary, and one more: it differs even when nothing does. */
#define REBUILD_BY_ITSELF (1u << VARY_COUNT)

enum rebuild_result {
	REBUILD_SAME,    /* bit-identical: all three */
	REBUILD_DIFFERS, /* there, and different */
	REBUILD_MISSING, /* a build did not leave it */
	REBUILD_UNSURE,  /* a build was not done, or could not be read: nobody knows */
};

struct rebuild_artefact {
	const char *name;                /* without "artefacts/"; a string of the arena */
	const uint8_t *vendor;           /* SHA-256 */
	const struct take_file *made[2]; /* by the two builds; NULL: not there */
	enum rebuild_result result;
	bool as_vendor[2]; /* bit-identical to the vendor's */
	bool as_other;     /* the two builds' are bit-identical */
	struct explain to_vendor, between;
	unsigned guilty; /* with blame, when the builds' differ: bits */
	uint8_t *origin; /* of the first build's closure: what went into it */
	size_t sources;  /* of those, files of the source */
	size_t inputs;
};

/* Two builds with one toolchain. */
struct rebuild_pair {
	const char *toolchain; /* NULL: the recipe's choice */
	struct build build[2];
	struct rebuild_artefact *artefact;
	size_t n;
	enum rebuild_result result; /* the worst of them */
};

struct rebuild {
	struct arena arena;
	struct vary_host host;
	struct rebuild_pair
	    pair[REBUILD_TOOLCHAINS]; /* the first is held against the vendor */
	size_t pairs;
	unsigned blamed; /* builds that were made to find the guilty */
	unsigned varied; /* bits of what could be varied here */
};

/* ERR_IO and ERR_FORMAT with a fault. Ended by rebuild_done() in any case. */
MUST_USE enum err rebuild_run(
    const struct rebuild_plan *p, struct rebuild *out, struct fault *f);
void rebuild_done(struct rebuild *r);

/*
 * Are the artefacts bit-identical, and did every other toolchain that was asked for make
 * all of them?
 */
bool rebuild_is_same(const struct rebuild *r);
/* Did both builds of this toolchain leave all that is promised? */
bool rebuild_is_made(const struct rebuild_pair *p);

const char *rebuild_root_name(enum rebuild_root r); /* "host" */
/* What somebody should know who relies on such a root. */
const char *rebuild_root_warning(enum rebuild_root r);
