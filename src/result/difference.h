/*
 * difference.h - what a comparison says: the vocabulary both halves share.
 *
 * A comparison is a stream of statements, each made once and never changed: two objects
 * begin (a file, a member of an archive, a member of that), differences between them
 * follow, members begin and end inside, they end. The confined half (diff/, objdiff/)
 * makes them, the trusted half (compare/) folds them into a verdict and a report.
 *
 * What is not said counts: a pair that was not looked into to the end has a DIFF_LIMIT or
 * a DIFF_DAMAGED, and then nobody calls it identical or harmless. Every view borrows: a
 * statement is valid during the call that hands it over.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

/*
 * The likely cause of a difference. In doubt the more serious one, which is the later
 * one: who cannot prove that a number is a time calls it data, and who cannot prove that
 * bytes are never run calls them code.
 */
enum diff_class {
	DIFF_TIMESTAMP, /* a date or time, of a member or written into it */
	DIFF_PATH,      /* a build path, or a folder's name */
	DIFF_ORDER,     /* the same things in another order */
	DIFF_BUILD_ID,  /* a number that is made from the other bytes: .note.gnu.build-id
			 */
	DIFF_LOCALE,    /* a language's or a locale's name or form */
	DIFF_RANDOM,    /* a UUID, a temporary name, a seed */
	DIFF_COMPRESSION, /* the same content, compressed in another way */
	DIFF_METADATA, /* mode, owner, links, names of members, headers of containers */
	DIFF_DEBUG,    /* only read by debuggers: .debug_*, .symtab */
	DIFF_TEXT,     /* text for people: documents, changelogs */
	DIFF_DATA,     /* everything else that is not run */
	DIFF_CODE,     /* what a machine or an interpreter runs, or how it is linked */
	DIFF_CLASSES,
};

/* "timestamp", "build id", ...: the words of reports and of --json; NULL beyond them. */
const char *diff_class_name(enum diff_class c);

enum diff_kind {
	DIFF_BEGIN,   /* two objects: names, type, sizes. What follows is about them */
	DIFF_END,     /* of the last one begun */
	DIFF_FOUND,   /* a difference: cls, where, what, lines */
	DIFF_ONLY_A,  /* a member that B has no partner for: names.a, sizes, cls, what */
	DIFF_ONLY_B,  /* the same the other way */
	DIFF_NOTE,    /* a remark, no difference: what */
	DIFF_LIMIT,   /* a budget stopped the comparison of these two: what tells which */
	DIFF_DAMAGED, /* it cannot be read as what it says it is: what tells why */
	DIFF_KINDS,
};

enum diff_side {
	DIFF_BOTH, /* the same on both sides: context */
	DIFF_A,    /* only the first has it */
	DIFF_B,    /* only the second has it */
	DIFF_HEAD, /* neither: a heading ("moved to line 7", a function's name) */
	DIFF_SIDES,
};

struct diff_line {
	enum diff_side side;
	uint64_t at;       /* line number, offset or address of its side; DIFF_NOWHERE */
	struct bytes text; /* without a newline; any bytes */
};

#define DIFF_NOWHERE UINT64_MAX

/* What a statement may hold at most; the receiver takes a longer one for a lie. */
#define DIFF_LINES_MAX 400          /* lines of one statement */
#define DIFF_TEXT_MAX  512          /* bytes of one line, a name's part excepted */
#define DIFF_NAME_MAX  4096         /* bytes of a name, where or what */
#define DIFF_BYTES_MAX (256u << 10) /* of all its lines' texts */
#define DIFF_DEPTH_MAX 32           /* objects in each other */

struct difference {
	enum diff_kind kind;
	enum diff_class cls; /* of FOUND, ONLY_A and ONLY_B */
	struct bytes
	    name_a; /* BEGIN: as the container spells it; of ONLY_A, ONLY_B, too */
	struct bytes name_b; /* BEGIN: another name, when it was renamed; else empty */
	struct bytes type;   /* BEGIN: "ELF 64-bit x86-64", "tar", "text" */
	uint64_t size_a, size_b; /* BEGIN: bytes; ONLY_A uses a, ONLY_B uses b */
	struct bytes
	    where; /* section, function, lines or offset: ".text main", "line 7" */
	struct bytes what; /* one sentence, lower case, no full stop */
	const struct diff_line *lines;
	uint32_t nlines;
	uint64_t left_out; /* lines that would stand here as well, but for the bounds */
};

/* Where statements go. An err ends the comparison: the receiver takes no more. */
struct diff_sink {
	void *arg;
	enum err (*put)(void *arg, const struct difference *d);
};

static inline enum err
diff_put(const struct diff_sink *s, const struct difference *d)
{
	return s->put(s->arg, d);
}
