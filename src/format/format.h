/*
 * format.h - what a file format is to candor: probe, open, pull.
 *
 * A format knows nothing of rules, scans or reports: a library one could lift
 * out. open() fills the struct that facts describes; next() hands out the
 * children of a container, one a call. Parsers are pulled, they never call.
 * A rule module that is no file format (math, hash ...) is a struct format
 * without probe and next, in modules/.
 */
#pragma once

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/fact.h"
#include "base/region.h"

struct child {
	struct bytes name; /* as the container has it; any bytes */
	struct bytes data; /* valid until the next call of next or close */
	uint64_t size;     /* declared; UINT64_MAX when the container does not say */
};

/*
 * One open parser. The caller fills file, arena and facts, and calls open.
 *
 * Views that a parser takes of file are the file's and live as long as it; what it makes
 * lies in the arena. A file is mapped, and its owner may write to it meanwhile: so what
 * was checked is kept, and not read a second time. Used by one thread; parsers share
 * nothing.
 */
struct parse {
	struct bytes file;
	const struct region *region; /* of a process, which file is; NULL: it is a file */
	struct arena *arena;         /* for everything that facts points to */
	void *facts;    /* facts_size bytes, zeros but for what fact_clear set */
	void *given;    /* what take made; NULL: nothing was given */
	uint64_t notes; /* what was odd: bits of the format's own enum */
	void *state;    /* the format's own */
};

/* What a module uses of the system, so that whoever starts its process can provide it. */
enum format_need {
	FORMAT_NEED_MAGIC = 1 << 0, /* libmagic, loaded, and given its database */
};

#define PROBE_UNSEEN 1 /* open may take it: what tells is not at the start of a file */

struct format {
	const char *name;
	const struct fact *facts; /* what rules may read; NULL: nothing */
	size_t facts_size;        /* sizeof the struct that facts describes */
	/* 0: no, open would refuse it; else confidence, PROBE_UNSEEN when the head cannot
	 * tell. head is the first 4096 bytes or fewer. */
	int (*probe)(struct bytes head, uint64_t size);
	/* Fills p->facts, or keeps p there for the rows with a load: p and the file
	 * live as long as the facts do. ERR_FORMAT: not it after all; facts are then
	 * as cleared, but for what the format defines for every file (pe.is_pe is 0),
	 * and may be read and called all the same. NULL: nothing to fill. */
	enum err (*open)(struct parse *p);
	enum err (*next)(struct parse *p, struct child *out); /* ERR_END: no more */
	void (*close)(struct parse *p); /* NULL when the arena is enough */
	/*
	 * For what an owner gives a module besides objects, as a report: read once, it is
	 * parse.given of every object until leave frees it. data lives as long.
	 * ERR_FORMAT, ERR_LIMIT: it is not what this module takes; *why tells. NULL: it
	 * takes nothing.
	 */
	enum err (*take)(struct bytes data, void **given, const char **why);
	void (*leave)(void *given);
	uint32_t needs; /* enum format_need */
	bool unlisted;  /* for those who know its name: in no dump and no manual */
	bool yarax;     /* YARA has no module of that name */
};

/* Everything that candor reads (formats.def), in its order; ends with NULL. */
extern const struct format *const formats[];
